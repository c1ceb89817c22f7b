"""Visitors without a browser: each speaks Streamlit's own protocol, moves a control, and waits for the new picture.

Full size: ``python -m benchmarks.visitors --visitors 30 --acts 20``.
"""

import argparse
import asyncio
import random
import time
from typing import NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.row import Row, percentile
from benchmarks.servers import Server, serving
from frontend.blob import unpack

PAUSE = 3.0  # seconds between a visitor's acts
ARRIVAL = 1.0  # seconds between two arrivals
LINKS = (
    "",
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
    errors: int


class Visitor:
    """One session: its widgets by key, as the page named them."""

    def __init__(self, socket: ClientConnection, query: str, room: str = "") -> None:
        self.socket, self.query, self.room = socket, query, room
        self.widgets: dict[str, str] = {}
        self.picture = b""

    async def ask(self, **values: float) -> Answer:
        """Sends the values of number boxes and reads until the script has finished."""
        message = BackMsg()
        message.rerun_script.query_string, message.rerun_script.page_name = self.query, self.room
        for key, value in values.items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.double_value = self.widgets[key], value
        begun = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        size = pictures = errors = 0
        while True:
            raw = await asyncio.wait_for(self.socket.recv(), 120)
            size += len(raw)
            forward = ForwardMsg.FromString(raw)  # pyright: ignore[reportArgumentType]
            if forward.HasField("delta"):
                element = forward.delta.new_element
                kind = element.WhichOneof("type")
                if kind == "number_input":
                    self.widgets[element.number_input.id.rsplit("-", 1)[-1]] = element.number_input.id
                if kind == "bidi_component" and "player" in element.bidi_component.id:
                    pictures += 1
                    self.picture = element.bidi_component.bytes
                errors += kind == "exception"
            if forward.WhichOneof("type") == "script_finished":
                return Answer(begun, time.perf_counter() - begun, size, pictures, errors)


async def _visit(server: Server, number: int, acts: int, pause: float) -> list[Answer]:
    rng = random.Random(number)
    async with connect(f"ws://{server.host}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:  # pyright: ignore[reportArgumentType]
        visitor = Visitor(socket, LINKS[number % len(LINKS)])
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
        Row(f"{who}: memory of the server after", f"{memory:.0f} MB", "", None, "<= 690 MB", memory <= 690),
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
        async with connect(f"ws://{server.host}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:  # pyright: ignore[reportArgumentType]
            visitor = Visitor(socket, query, "train")
            for _ in range(120):
                await visitor.ask()
                if visitor.picture and unpack(visitor.picture)["progress"] is None:
                    finished += 1
                    break
                await asyncio.sleep(0.7)
    return finished


def families() -> Row:
    """The server's memory after the race room and every family of networks were used once."""
    with serving("app.py") as server:
        asyncio.run(crowd(server, 1, 1, 0.2))
        finished = asyncio.run(_train_each(server))
        time.sleep(60)  # lets the warm-up end
        memory = server.resident_mb()
    what = f"memory with every family of networks used once ({finished} of {len(FAMILIES)} trained)"
    return Row(what, f"{memory:.0f} MB", "", None, "<= 690 MB", memory <= 690 and finished == len(FAMILIES))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--acts", type=int, default=20)
    asked = parser.parse_args()
    for row in measure(asked.visitors, asked.acts):
        print(row.what, "|", row.ours, "|", row.against, "|", row.ratio, "|", row.budget, "|", row.met)
