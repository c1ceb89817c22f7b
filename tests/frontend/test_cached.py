"""The name of a message is sent only to a browser that still has the message, however late answers come."""

import random

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from frontend.cached import AGE, RECENT, Cached
from frontend.door import Door
from frontend.messages import MOST_WAITING
from frontend.settings import HELD
from tests.frontend.asgi import FINISHED, Browser


class Page:
    """What Streamlit's page keeps: every large message, until more runs than ``age`` have ended since it met it."""

    def __init__(self, age: int) -> None:
        self.age, self.runs, self.met = age, 0, {}

    def hears(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "ref_hash":
            assert message.ref_hash in self.met, "the page stands still"
            self.met[message.ref_hash] = self.runs
        elif message.WhichOneof("type") == "script_finished":
            self.runs += 1
            self.met = {name: run for name, run in self.met.items() if self.runs - run <= self.age}
        else:
            self.met[message.hash] = self.runs


def picture(name: str) -> ForwardMsg:
    message = ForwardMsg(hash=name)
    message.delta.new_element.markdown.body = name
    message.metadata.cacheable = True
    return message


def talk(seed: int, age: int) -> int:
    """Pictures that come and go, asked for at random, answered up to `MOST_WAITING` later; how often a name did."""
    draw, page, cached, names = random.Random(seed), Page(age), Cached(), 0
    wire: list[ForwardMsg] = []  # on their way to the browser
    asked: list[tuple[str, list[str]]] = []  # on their way to the server
    for _ in range(400):
        if draw.random() < 0.6 and len(asked) < MOST_WAITING:
            asked.append((f"picture {draw.randrange(draw.choice((2, 9)))}", [*page.met]))
        elif asked and draw.random() < 0.8:
            name, listed = asked.pop(0)
            state = ClientState(cached_message_hashes=listed)
            cached.bound(state)
            known = name in state.cached_message_hashes
            names += known
            for message in (ForwardMsg(ref_hash=name) if known else picture(name), ForwardMsg.FromString(FINISHED)):
                cached.told(message)
                wire.append(message)
            cached.ran()
        while wire and draw.random() < 0.5:
            page.hears(wire.pop(0))
    for message in wire:
        page.hears(message)
    return names


@pytest.mark.parametrize("batch", range(4))
def test_no_name_comes_of_what_a_browser_has_dropped(batch):
    assert sum(talk(100 * batch + seed, AGE) for seed in range(75)) > 1000, "names are what saves bytes"


def test_a_browser_keeps_a_message_for_longer_than_answers_can_be_late():
    assert AGE > RECENT + MOST_WAITING
    assert HELD["global.maxCachedMessageAge"] == AGE
    with pytest.raises(AssertionError, match="stands still"):
        sum(talk(seed, 2) for seed in range(75))  # as Streamlit has it


def test_a_list_is_bounded_on_its_way_and_other_messages_go_on_as_they_are():
    heard: list[BackMsg] = []

    async def answers(scope, receive, send):
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            if "bytes" not in message:
                continue
            heard.append(BackMsg.FromString(message["bytes"]))
            await send({"type": "websocket.send", "bytes": picture(f"picture {len(heard)}").SerializeToString()})
            await send({"type": "websocket.send", "bytes": FINISHED})

    def rerun(*listed: str) -> bytes:
        message = BackMsg()
        message.rerun_script.query_string = "a=1"
        message.rerun_script.cached_message_hashes[:] = listed
        return message.SerializeToString()

    stop = BackMsg(stop_script=True).SerializeToString()
    Browser(rerun("never sent"), stop, rerun()).connect(Door(answers))
    assert [[*each.rerun_script.cached_message_hashes] for each in heard] == [[], [], []]
    assert [each.WhichOneof("type") for each in heard] == ["rerun_script", "stop_script", "rerun_script"]
    assert heard[0].rerun_script.query_string == "a=1"
