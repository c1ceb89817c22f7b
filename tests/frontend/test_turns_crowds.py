"""Turns where several addresses are about: nobody's crowd keeps the others waiting."""

from frontend.turns import Turns
from tests.frontend.turning import LONG, Clock, Run, waiting, working


def test_one_with_many_tabs_does_not_keep_others_waiting(clock, runs):
    """Twenty tabs of a browser wait, then a second browser at the same address that acts now and then: it is next."""
    turns, order = Turns(at_once=1), []
    first = working(Run(turns, ("school", "greedy", "tab 0")))
    runs += [waiting(Run(turns, ("school", "greedy", f"tab {i}"), order)) for i in range(1, 20)]
    clock.now += 1.0
    runs.append(waiting(Run(turns, ("school", "modest", "tab"), order)))
    runs.append(waiting(Run(turns, ("home", "other", "tab"), order)))
    for run in runs:
        run.go.set()
    first.ended()
    for run in runs:
        run.ended()
    assert order[:2] == ["home/other/tab", "school/modest/tab"]
    assert len(order) == 21


def test_who_comes_has_no_claim_on_the_time_before(clock, runs):
    """A class has worked for a while; somebody comes with ten tabs at once, which do not all go first."""
    turns, order = Turns(at_once=1), []
    at_work = working(Run(turns, ("class", "teacher", "tab")))
    clock.now += 5.0
    at_work.ended()
    at_work = working(Run(turns, ("class", "teacher", "tab")))
    runs += [waiting(Run(turns, ("stranger", f"browser {i}", "tab"), order)) for i in range(10)]
    runs.append(waiting(Run(turns, ("class", "pupil", "tab"), order)))
    at_work.ended()
    working(runs[-11])
    clock.now += 1.0
    runs[-11].ended()
    for run in runs:
        run.go.set()
    for run in runs:
        run.ended()
    assert "class/pupil/tab" in order[:2]
    assert len(order) == 11


def test_an_address_has_not_all_turns_while_others_are_about(clock, runs):
    turns = Turns(at_once=2)
    working(Run(turns, ("home", "browser", "tab"))).ended()
    tabs = [working(Run(turns, ("crowd", "browser", "tab 0"))), waiting(Run(turns, ("crowd", "browser", "tab 1")))]
    runs += tabs
    assert not tabs[1].working.is_set()
    working(Run(turns, ("home", "browser", "tab"))).ended()
    assert not tabs[1].working.is_set()
    clock.now += 6.0
    working(tabs[1])


def standing(turns: Turns, clock: Clock, *addresses: str) -> None:
    """At each of these addresses eight sessions that nobody takes for a crowd that comes."""
    for i in range(8):
        clock.now += 2.0
        for address in addresses:
            working(Run(turns, (address, "browser", f"tab {i}"))).ended()


def test_who_has_had_more_and_waits_with_several_begins_nothing_beside_a_short_run_of_another(clock, runs):
    turns = Turns(at_once=2)
    standing(turns, clock, "crowd", "home")
    crowd = [working(Run(turns, ("crowd", "browser", "tab 0")))]
    clock.now += 0.5
    runs.append(working(Run(turns, ("home", "browser", "tab 0"))))
    crowd += [waiting(Run(turns, ("crowd", "browser", f"tab {i}"))) for i in range(1, 5)]
    runs += crowd
    crowd[0].ended()
    assert not any(run.working.is_set() for run in crowd[1:]), "both would take longer"
    clock.now += 0.3
    working(crowd[1])
    for run in crowd:
        run.go.set()


def test_who_has_had_less_begins_beside_a_short_run_however_many_wait(clock, runs):
    turns = Turns(at_once=2)
    standing(turns, clock, "class", "home")
    runs.append(working(Run(turns, ("home", "browser", "tab 0"))))
    clock.now += 0.5
    runs[0].ended()
    clock.now += 1.0
    working(Run(turns, ("class", "browser", "tab 0"))).ended()
    runs.append(working(Run(turns, ("home", "browser", "tab 1"))))
    pupils = [working(Run(turns, ("class", "browser", "tab 0")))]
    pupils += [waiting(Run(turns, ("class", "browser", f"tab {i}"))) for i in range(1, 5)]
    runs += pupils
    pupils[0].ended()
    assert pupils[1].working.wait(LONG / 3), "while the other is still at work"
    for run in pupils:
        run.go.set()


def test_a_crowd_that_comes_may_have_had_less(clock, runs):
    turns = Turns(at_once=1)
    standing(turns, clock, "class")
    for i in range(12):
        working(Run(turns, ("stranger", "browser", f"link {i}"))).ended()
    runs.append(working(Run(turns, ("class", "browser", "tab 0"))))
    late = waiting(Run(turns, ("stranger", "browser", "link 12")))
    pupil = waiting(Run(turns, ("class", "browser", "tab 1")))
    runs += [late, pupil]
    clock.now += 0.4
    runs[0].ended()
    working(pupil).ended()
    working(late)


def test_a_crowd_that_comes_is_behind_those_who_are_there_and_keeps_no_turn_from_them(clock, runs):
    turns = Turns(at_once=2)
    standing(turns, clock, "class")
    comes = [working(Run(turns, ("stranger", "browser", f"link {i}"))) for i in range(1)]
    for i in range(1, 12):
        working(Run(turns, ("class", "browser", "tab 0"))).ended()
        comes[-1].ended()
        comes.append(working(Run(turns, ("stranger", "browser", f"link {i}"))))
    runs += comes
    comes[-1].ended()
    both = [working(Run(turns, ("class", "browser", f"tab {i}"))) for i in range(2)]
    runs += both
    late = waiting(Run(turns, ("stranger", "browser", "link 12")))
    third = waiting(Run(turns, ("class", "browser", "tab 2")))
    runs += [late, third]
    both[0].ended()
    working(third)
    third.ended()
    assert not late.working.is_set(), "nothing beside a short run"
    clock.now += 0.3
    working(late)
    late.ended()
    clock.now += 11.0
    runs.append(working(Run(turns, ("stranger", "browser", "link 13"))))
