"""Visitors without a browser: each speaks Streamlit's own protocol, moves a control, and waits for the new picture.

Full size: ``python -m benchmarks.visitors --visitors 30 --acts 20``.
"""

import argparse
import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.row import Row, percentile
from benchmarks.servers import Server, serving
from experiments.memory import ALLOWED_MB
from frontend.blob import unpack

_FAULT = "This picture could not be made"
PATIENCE = 120.0  # seconds after which a visitor gives up
PAUSE = 3.0  # seconds between a visitor's acts
EVERY = 0.7  # seconds between two looks at what is under way
ARRIVAL = 1.0  # seconds between two arrivals
LINKS = (
    "v=1",
    "surface=himmelblau",
    "surface=ackley&r1=adam&r2=lion",
    "surface=beale&noise=0.5",
    "surface=rastrigin&steps=1000",
)


class Answer(NamedTuple):
    """What one request brought."""

    begun: float
    seconds: float
    size: int  # bytes received
    pictures: int  # payloads of the player among it
    errors: int  # tracebacks, and pages that say that they could not be made


def put(message: BackMsg, name: str, kind: str, value: Any) -> None:
    """Adds the value of a widget, in the field of this kind, to a message."""
    state = message.rerun_script.widget_states.widgets.add()
    state.id = name
    setattr(state, kind, value)


class Visitor:
    """One session: its widgets by key, as the page named them, and its address bar."""

    def __init__(self, socket: ClientConnection, query: str, room: str = "") -> None:
        self.socket, self.query, self.room = socket, query, room
        self.widgets: dict[str, str] = {}  # number boxes: key -> id
        self.values: dict[str, float] = {}  # and what stands in them
        self.ids: dict[str, str] = {}  # of everything that can be set: id -> kind
        self.picture = b""
        self.page = ""  # the hash by which the server knows the room, once it has said so
        self.kept: dict[str, ForwardMsg] = {}  # messages by hash, which the server may refer to, as in a browser

    async def ask(self, **values: float) -> Answer:
        """Sends the values of number boxes and reads until the script has finished."""
        message = self.rerun()
        for key, value in values.items():
            put(message, self.widgets[key], "double_value", value)
        begun = time.perf_counter()
        await self.send(message)
        return await self.answer(begun)

    def rerun(self) -> BackMsg:
        """The message that runs the room's script, without any widget's value."""
        message = BackMsg()
        message.rerun_script.query_string, message.rerun_script.page_name = self.query, self.room
        message.rerun_script.page_script_hash = self.page
        message.rerun_script.cached_message_hashes.extend(self.kept)
        return message

    async def send(self, message: BackMsg) -> None:
        """Sends a message and waits for nothing."""
        await self.socket.send(message.SerializeToString())

    async def answer(self, begun: float) -> Answer:
        """Reads until the script has finished."""
        size = pictures = errors = 0
        while True:
            async with asyncio.timeout(PATIENCE):  # wait_for of Python 3.11 may go on when it is cancelled
                raw = await self.socket.recv()
            size += len(raw)
            forward = ForwardMsg.FromString(raw)  # pyright: ignore[reportArgumentType]
            if forward.metadata.cacheable:
                self.kept[forward.hash] = forward
            elif forward.HasField("ref_hash"):
                forward = self.kept[forward.ref_hash]
            if forward.HasField("delta"):
                element = forward.delta.new_element
                kind = element.WhichOneof("type")
                self._note(element, kind)
                pictures += kind == "bidi_component" and "player" in element.bidi_component.id
                errors += kind == "exception" or (kind == "markdown" and _FAULT in element.markdown.body)
            elif forward.HasField("navigation"):
                self.page = forward.navigation.page_script_hash
            elif forward.HasField("page_info_changed"):
                self.query = forward.page_info_changed.query_string
            # a run that ends early is followed by another
            over = forward.WhichOneof("type") == "script_finished"
            if over and forward.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return Answer(begun, time.perf_counter() - begun, size, pictures, errors)

    def _note(self, element: Any, kind: str | None) -> None:
        """Remembers what the page can be asked with."""
        if kind is None or not (name := getattr(getattr(element, kind), "id", "")):
            return
        self.ids[name] = kind
        if kind == "number_input":
            box, key = element.number_input, name.rsplit("-", 1)[-1]
            self.widgets[key] = name
            if box.set_value or key not in self.values:  # else what stands in it stays, as in a browser
                self.values[key] = box.value if box.set_value else box.default
        if kind == "bidi_component" and "player" in name:
            self.picture = element.bidi_component.bytes


@asynccontextmanager
async def visiting(host: str, query: str = "", room: str = "", source: str | None = None) -> AsyncIterator[Visitor]:
    """A visitor with an open connection, from an address of this machine's own where one is named."""
    own = {} if source is None else {"local_addr": (source, 0)}
    async with connect(f"ws://{host}/_stcore/stream", subprotocols=["streamlit"], max_size=None, **own) as socket:  # pyright: ignore[reportArgumentType]
        yield Visitor(socket, query, room)


async def until_over(visitor: Visitor, seconds: float) -> float | None:
    """Looks at a training until it is shown whole; the seconds that took, or None where they were not enough."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        await visitor.ask()
        if visitor.picture and unpack(visitor.picture)["progress"] is None:
            return time.monotonic() - begun
        await asyncio.sleep(EVERY)
    return None


async def _visit(server: Server, number: int, acts: int, pause: float) -> list[Answer]:
    rng = random.Random(number)
    async with visiting(server.host, LINKS[number % len(LINKS)]) as visitor:
        answers = [await visitor.ask()]
        for _ in range(acts):
            await asyncio.sleep(pause * rng.uniform(0.5, 1.5))
            answers.append(await visitor.ask(start_x=rng.uniform(-2, 2), start_y=rng.uniform(-2, 2)))
        return answers


async def crowd(server: Server, visitors: int, acts: int, pause: float = PAUSE) -> list[list[Answer]]:
    """Lets many visitors act at once; they arrive over half a minute, as a class does."""

    async def late(number: int) -> list[Answer]:
        await asyncio.sleep(ARRIVAL * number)
        return await _visit(server, number, acts, pause)

    return list(await asyncio.gather(*map(late, range(visitors))))


def within(what: str, memory: float, whole: bool = True) -> Row:
    """The row of a memory in MB, held to what a server is allowed; and not met where the work was not done whole."""
    return Row(what, f"{memory:.0f} MB", "", None, f"<= {ALLOWED_MB:.0f} MB", memory <= ALLOWED_MB and whole)


def measure(visitors: int, acts: int) -> list[Row]:
    """One visitor's median, then the crowd's 95th percentile, its errors, and the server's memory after it."""
    with serving("app.py") as server:
        asyncio.run(crowd(server, 1, 3, 0.2))  # waits for the warm-up
        alone = [answer.seconds for answer in asyncio.run(crowd(server, 1, 30, 0.3))[0][1:]]
        answers = [answer for each in asyncio.run(crowd(server, visitors, acts)) for answer in each]
        memory = server.resident_mb()
    all_here = sorted(answer.begun for answer in answers)[0] + ARRIVAL * (visitors - 1)
    p50, p95 = percentile(alone, 50), percentile([a.seconds for a in answers if a.begun > all_here], 95)
    errors = sum(answer.errors for answer in answers) + sum(answer.pictures == 0 for answer in answers)
    who = f"{visitors} visitors, an act every {PAUSE:.0f} s"
    return [
        Row(f"{who}: p95 of all answers", f"{1e3 * p95:.0f} ms", f"p50 of one visitor: {1e3 * p50:.0f} ms",
            p95 / p50, "<= 5x", p95 <= 5 * p50),
        Row(f"{who}: errors and missing pictures", str(errors), f"{len(answers)} answers", None, "0", errors == 0),
        within(f"{who}: memory of the server after", memory),
    ]  # fmt: skip


FAMILIES = {
    "mlp": "moons", "residual_mlp": "digits", "softmax_regression": "blobs", "cnn": "digits", "resnet": "digits",
    "rnn": "adding", "lstm": "adding", "gru": "parity", "transformer": "characters",
}  # fmt: skip


async def _train_each(server: Server) -> int:
    """Trains every family once, as one visitor after the other; how many pictures of a finished training came."""
    finished = 0
    for network, data in FAMILIES.items():
        query = f"data={data}&n1={network}&r1=adam&steps=200"
        async with visiting(server.host, query, "train") as visitor:
            finished += await until_over(visitor, PATIENCE) is not None
    return finished


def families() -> Row:
    """The server's memory after the race room and every family of networks were used once."""
    with serving("app.py") as server:
        asyncio.run(crowd(server, 1, 1, 0.2))
        finished = asyncio.run(_train_each(server))
        server.wait_for_rest()
        memory = server.resident_mb()
    what = f"memory with every family of networks used once ({finished} of {len(FAMILIES)} trained)"
    return Row(
        what,
        f"{memory:.0f} MB",
        "",
        None,
        f"<= {ALLOWED_MB:.0f} MB",
        memory <= ALLOWED_MB and finished == len(FAMILIES),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--acts", type=int, default=20)
    asked = parser.parse_args()
    for row in measure(asked.visitors, asked.acts):
        print(row.what, "|", row.ours, "|", row.against, "|", row.ratio, "|", row.budget, "|", row.met)
