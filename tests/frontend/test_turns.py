"""Script runs take turns: the number at work is bounded, who had least lately is next, and every turn is given back."""

import threading

import pytest
from streamlit.testing.v1 import AppTest

from experiments.shares import Full, Limits
from frontend import turns as shelf
from frontend.errands import ERRANDS
from frontend.turns import Turns
from tests.frontend.turning import LONG, Run, waiting, working


def test_no_more_work_at_once_than_allowed(clock, runs):
    turns = Turns(at_once=2)
    runs += [working(Run(turns, ("school", str(i)))) for i in range(2)]
    third = waiting(Run(turns, ("school", "2")))
    runs.append(third)
    assert not third.working.is_set()
    assert third.places[-1] == 1
    runs[0].ended()
    working(third)


def test_who_waits_for_something_else_keeps_no_place_at_the_door():
    turns, got = Turns(at_once=1), []
    ERRANDS.listen("nobody", got.append)
    try:
        with turns.turn(("home", "browser", "tab")), turns.aside():
            assert got[-1:] == [0.0]
    finally:
        ERRANDS.ignore("nobody")


def test_equals_go_in_the_order_of_arrival(clock, runs):
    turns, order = Turns(at_once=1), []
    first = working(Run(turns, ("nobody",)))
    for name in "cabd":
        runs.append(waiting(Run(turns, (name,), order)))
        clock.now += 0.01
    for run in runs:
        run.go.set()
    first.ended()
    for run in runs:
        run.ended()
    assert order == [*"cabd"]


def test_who_has_had_much_is_not_left_out_for_ever(clock, runs):
    turns, order = Turns(at_once=1), []
    heavy = working(Run(turns, ("heavy",)))
    clock.now += 4.0
    held = waiting(Run(turns, ("light",), order))
    heavy.ended()
    working(held)
    again = waiting(Run(turns, ("heavy",), order))
    runs += [held, again]
    clock.now += 15.0
    newcomer = waiting(Run(turns, ("new",), order))
    runs.append(newcomer)
    again.go.set()
    newcomer.go.set()
    held.ended()
    working(newcomer)
    assert order == ["light", "heavy", "new"], "a wait of 15 s makes up for what is left of 4 s of work"


def test_a_turn_within_a_turn_is_the_same(clock, runs):
    turns = Turns(at_once=1)
    with turns.turn(("ann",)):
        with turns.turn(("ann",)):
            runs.append(waiting(Run(turns, ("bob",))))
        assert not runs[0].working.is_set()
    working(runs[0])


def test_a_turn_that_was_begun_is_kept_until_the_next_turn_ends(clock, runs):
    turns = Turns(at_once=1)
    turns.begin(("ann",))
    runs.append(waiting(Run(turns, ("bob",))))
    turns.begin(("ann",))
    assert not runs[0].working.is_set()
    with turns.turn(("ann",)), turns.turn(("ann",)):
        pass
    working(runs[0])


def test_within_a_turn_there_is_none_to_begin(clock, runs):
    turns = Turns(at_once=1)
    with turns.turn(("ann",)):
        turns.begin(("ann",))
        with turns.turn(("ann",)):
            pass
        runs.append(waiting(Run(turns, ("bob",))))
        assert not runs[0].working.is_set()
    working(runs[0])


def test_a_turn_whose_thread_has_ended_is_no_more(clock, runs):
    turns = Turns(at_once=1)
    thread = threading.Thread(target=turns.begin, args=(("ann",),))
    thread.start()
    thread.join(LONG)
    runs.append(working(Run(turns, ("bob",))))


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_turn_is_given_back_whatever_happens(clock, runs, error):
    turns = Turns(at_once=1)
    with pytest.raises(error), turns.turn(("ann",)):
        raise error
    runs.append(working(Run(turns, ("bob",))))


def test_who_waits_for_something_else_lets_others_go(clock, runs):
    turns = Turns(at_once=1)
    with turns.turn(("ann",)):
        runs.append(waiting(Run(turns, ("bob",))))
        with turns.aside():
            working(runs[0])
            runs[0].go.set()
        runs.append(waiting(Run(turns, ("cid",))))
        assert not runs[1].working.is_set(), "the turn was taken again"


def test_a_turn_aside_that_fails_is_not_kept(clock, runs):
    turns = Turns(at_once=1)
    with pytest.raises(ValueError, match="no"), turns.turn(("ann",)), turns.aside():
        raise ValueError("no")
    runs.append(working(Run(turns, ("bob",))))


def test_a_run_that_hangs_keeps_its_turn_for_a_while_only(clock, runs):
    turns = Turns(at_once=1)
    hung = working(Run(turns, ("ann",)))
    runs += [hung, waiting(Run(turns, ("bob",)))]
    clock.now += shelf.LONGEST + 1
    working(runs[1])
    hung.ended()
    third = waiting(Run(turns, ("cid",)))
    runs.append(third)
    assert not third.working.is_set(), "what the hung one gives back is not given twice"


def test_a_run_that_is_not_wanted_any_more_leaves_the_queue(clock, runs):
    turns = Turns(at_once=1)
    first = working(Run(turns, ("ann",)))
    old, new = waiting(Run(turns, ("bob",))), waiting(Run(turns, ("cid",)))
    runs += [first, new]
    old.leave = True
    old.join(LONG)
    assert isinstance(old.error, KeyboardInterrupt)
    assert not old.working.is_set()
    first.ended()
    working(new)


def test_the_queue_is_bounded_in_all_by_address_and_by_browser(clock, runs):
    turns = Turns(at_once=1, limits=Limits(in_all=4, address=3, browser=2))
    runs.append(working(Run(turns, ("a", "x", "0"))))
    runs += [waiting(Run(turns, ("a", "x", tab))) for tab in "12"]
    with pytest.raises(Full, match="2 pictures of your browser wait already"), turns.turn(("a", "x", "3")):
        pass
    runs.append(waiting(Run(turns, ("a", "y", "1"))))
    with pytest.raises(Full, match="3 pictures of your address wait already"), turns.turn(("a", "z", "1")):
        pass
    runs.append(waiting(Run(turns, ("b", "z", "1"))))
    with pytest.raises(Full, match=r"^The server is busy: 4 pictures wait already"), turns.turn(("c", "z", "1")):
        pass


def _page() -> None:
    import streamlit as st

    from frontend.turns import TURNS, turn

    with turn():
        st.session_state.runs = st.session_state.get("runs", 0) + 1
        if st.session_state.get("does") == "fail":
            raise ValueError("no")
        if st.session_state.get("does") == "stop":
            st.stop()
        if st.session_state.runs == 1:
            st.rerun()
        st.text(f"at work: {len(TURNS._working)}")


@pytest.mark.parametrize("does", ["rerun", "fail", "stop"])
def test_a_page_gives_its_turn_back(does):
    page = AppTest.from_function(_page)
    page.session_state.does = does
    page.run()
    assert bool(page.exception) == (does == "fail")
    assert not shelf.TURNS._working
    assert not shelf.TURNS._waiting
    if does == "rerun":
        assert page.text[0].value == "at work: 1"


def test_who_finds_no_place_reads_a_sentence_and_can_try_again(monkeypatch):
    full = Turns(limits=Limits(0, 0, 0))
    monkeypatch.setattr(shelf, "TURNS", full)
    page = AppTest.from_function(_page).run()
    assert not page.exception
    assert page.markdown[0].value.startswith("The server is busy: 0 pictures wait already, as many as it takes.")
    monkeypatch.setattr(shelf, "TURNS", Turns())
    page.button(key="try_again").click().run()
    assert page.text


def test_who_waits_for_long_is_told_the_place_and_then_no_more(monkeypatch):
    """The other run goes on until the place was told."""
    turns = Turns(at_once=1)
    monkeypatch.setattr(shelf, "TURNS", turns)
    monkeypatch.setattr(shelf, "LOOKS", 0.01)
    monkeypatch.setattr(shelf, "SILENCE", 0.0)
    other, told = working(Run(turns, ("other",))), []

    def in_queue(place: int) -> str:
        told.append(place)
        other.go.set()
        return "First in the queue"

    monkeypatch.setattr(shelf, "in_queue", in_queue)
    page = AppTest.from_function(_page).run()
    assert told == [1]
    assert not page.exception
    assert not page.markdown, "it disappears"
    assert page.text
