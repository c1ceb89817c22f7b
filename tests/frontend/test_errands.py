"""A browser has one message on its way to a turn, an address a few; what waits is handed on in order, none is lost."""

import asyncio
import random

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from frontend import errands
from frontend.door import Door
from frontend.errands import ERRANDS, OF_AN_ADDRESS, Errand, Errands
from tests.frontend.asgi import FINISHED, Browser, finish


def rerun(query: str) -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = query
    return message.SerializeToString()


def session(name: str) -> bytes:
    message = ForwardMsg()
    message.new_session.initialize.session_id = name
    return message.SerializeToString()


class Scripts:
    """An application whose scripts wait for a turn, which may begin with some seconds ``left``, and then ``answer``."""

    def __init__(self, name: str = "mine", left: float | None = None, answer: bytes | None = None) -> None:
        self.name, self.left, self.answer = name, left, answer
        self.got: list[bytes] = []

    async def __call__(self, asked, receive, send) -> None:
        await receive()
        while (message := await receive())["type"] != "websocket.disconnect":
            self.got.append(message["bytes"])
            await send({"type": "websocket.send", "bytes": session(self.name)})
            if self.left is not None:
                await asyncio.to_thread(ERRANDS.begun, self.name, self.left)
            if self.answer is not None:
                await send({"type": "websocket.send", "bytes": self.answer})


def test_a_second_message_waits_while_the_first_has_no_turn():
    scripts = Scripts()
    Browser(rerun("a=1"), rerun("a=2"), rerun("a=3")).connect(Door(scripts))
    assert scripts.got == [rerun("a=1")]


def test_a_stop_is_handed_on_at_once():
    scripts, stop = Scripts(), BackMsg(stop_script=True).SerializeToString()
    Browser(rerun("a=1"), stop).connect(Door(scripts))
    assert scripts.got == [rerun("a=1"), stop]


LEFT = {"waits": 0.0, "turn": 0.05}


@pytest.mark.parametrize("how", ["waits", "turn", "end", "patience"])
def test_the_next_is_handed_on_when_a_turn_has_lasted_or_the_script_waits_or_is_over(monkeypatch, how):
    monkeypatch.setattr(errands, "LONGEST", 0.05 if how == "patience" else 60.0)
    scripts = Scripts(left=LEFT.get(how), answer=FINISHED if how == "end" else None)
    said = [rerun(f"a={i}") for i in range(4)]
    Browser(*said).connect(Door(scripts), seconds=1)
    assert scripts.got == said


def test_what_has_just_begun_its_turn_is_not_thrown_away():
    scripts = Scripts(left=60.0)
    Browser(rerun("a=1"), rerun("a=2")).connect(Door(scripts))
    assert scripts.got == [rerun("a=1")]


def test_an_early_end_for_another_run_is_no_end():
    early = ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN).SerializeToString()
    scripts = Scripts(answer=early)
    Browser(rerun("a=1"), rerun("a=2")).connect(Door(scripts))
    assert scripts.got == [rerun("a=1")]


def test_an_address_has_a_few_on_their_way_and_places_come_back():
    async def crowd() -> None:
        places, gone = asyncio.Semaphore(OF_AN_ADDRESS), asyncio.Event()
        tabs = [Errand(places) for _ in range(5 * OF_AN_ADDRESS)]
        begun: list[int] = []

        async def ask(number: int) -> None:
            await tabs[number].begin(gone)
            begun.append(number)

        asks = [asyncio.create_task(ask(number)) for number in range(len(tabs))]
        for wave in range(5):
            await asyncio.sleep(0.05)
            assert begun == list(range((wave + 1) * OF_AN_ADDRESS)), "in the order in which they came"
            for tab in tabs:
                tab.end()
        await asyncio.gather(*asks)
        assert places._value == OF_AN_ADDRESS

    finish(crowd())


@pytest.mark.parametrize("steps", range(8))
@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("how", ["cancelled", "given up", "both"])
def test_who_is_cut_off_at_any_moment_takes_no_place_along(steps, free, how):
    async def cut() -> None:
        places, gone = asyncio.Semaphore(1), asyncio.Event()
        first, second = Errand(places), Errand(places)
        if not free:
            assert await first.begin(asyncio.Event())
        waiting = asyncio.create_task(second.begin(gone))
        for step in range(steps):
            if step == 2:
                first.end()
            await asyncio.sleep(0)
        if how != "cancelled":
            gone.set()
        if how != "given up":
            waiting.cancel()
        await asyncio.wait({waiting})
        first.end()
        second.end()
        assert await asyncio.wait_for(Errand(places).begin(asyncio.Event()), 1)

    finish(cut())


def test_who_leaves_while_waiting_takes_no_place_along():
    async def leave() -> None:
        places, gone = asyncio.Semaphore(1), asyncio.Event()
        first, second = Errand(places), Errand(places)
        assert await first.begin(asyncio.Event())
        waiting = asyncio.create_task(second.begin(gone))
        await asyncio.sleep(0.02)
        gone.set()
        assert not await waiting
        first.end()
        assert await asyncio.wait_for(Errand(places).begin(asyncio.Event()), 1)

    finish(leave())


@pytest.mark.parametrize("seed", range(20))
def test_in_a_crowd_that_comes_and_goes_nobody_waits_for_ever(seed):
    async def crowd() -> None:
        rng, places = random.Random(seed), asyncio.Semaphore(3)

        async def visit() -> None:
            errand, gone = Errand(places), asyncio.Event()
            begins = asyncio.create_task(errand.begin(gone))
            for _ in range(rng.randrange(6)):
                await asyncio.sleep(0)
            if rng.random() < 0.3:
                gone.set()
            if rng.random() < 0.3:
                begins.cancel()
            await asyncio.wait({begins})
            for _ in range(rng.randrange(3)):
                await asyncio.sleep(0)
            errand.end()

        await asyncio.wait_for(asyncio.gather(*(visit() for _ in range(100))), 10)
        assert places._value == 3

    finish(crowd())


def test_a_turn_that_began_before_the_session_was_named_counts():
    """The first script of a session may have its turn before the door has heard of the session."""
    errands, seen = Errands(), []
    errands.begun("mine")
    errands.listen("mine", lambda left: seen.append("begun"))
    errands.listen("other", lambda left: seen.append("other"))
    assert seen == ["begun"]
    for number in range(5000):
        errands.begun(f"nobody {number}")
    assert len(errands._early) < 5000, "who has no door is forgotten"
