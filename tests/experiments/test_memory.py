"""What is dropped when memory comes near to what is allowed, and in which order."""

import gc
import os
import subprocess
import sys
import weakref
from dataclasses import dataclass

import pytest

from experiments import memory
from experiments.training import Learner, Training, train
from landscapes.networks import observation
from optimizers import program
from tests.compilations import compilations


@pytest.fixture
def process(monkeypatch):
    """A process whose programs are counted; each that is dropped frees 100 MB, and so do the traces."""
    seen = {"mb": 1000.0, "programs": 4, "dropped": []}

    def drop_program() -> bool:
        if seen["programs"] < 2:
            return False
        seen["programs"] -= 1
        seen["mb"] -= 100
        seen["dropped"].append("program")
        return True

    def drop_traces() -> bool:
        seen["mb"] -= 100
        seen["dropped"].append("traces")
        return False

    monkeypatch.setattr(memory, "_FORGET", [])
    monkeypatch.setattr(memory, "resident_mb", lambda: seen["mb"])
    monkeypatch.setattr(memory, "_forget_traces", drop_traces)
    monkeypatch.setattr(memory, "forget_oldest_program", drop_program)
    monkeypatch.setattr(memory, "forget_oldest_observer", lambda: False)
    return seen


def test_nothing_goes_while_there_is_room(process):
    memory.keep_within(1100)
    assert process["dropped"] == []


def test_traces_go_first_then_as_many_programs_as_it_takes(process):
    memory.keep_within(850)
    assert process["dropped"] == ["traces", "program", "program"]
    assert process["mb"] < 850


def test_answers_that_nobody_looks_at_go_before_all_else(process):
    answers = ["first", "second"]

    def drop_answer(idle: float) -> bool:
        if len(answers) < (2 if idle > 10 else 1):  # somebody has looked at the first, but not just now
            return False
        process["mb"] -= 100
        process["dropped"].append(answers.pop())
        return True

    memory.also_forget(drop_answer)
    memory.keep_within(1000)
    assert process["dropped"] == ["second"]
    memory.keep_within(400)
    assert process["dropped"] == ["second", "traces", "program", "program", "program", "first"]


def test_it_ends_where_nothing_is_left_to_drop(process):
    memory.keep_within(100)
    assert process["dropped"] == ["traces"] + ["program"] * 3


def test_what_is_in_use_is_what_the_system_says():
    text = """if True:
        from experiments.memory import resident_mb
        before = resident_mb()
        ballast = bytearray(b"x" * 100_000_000)
        print(before, resident_mb())
    """
    before, after = map(float, subprocess.run([sys.executable, "-c", text], capture_output=True, text=True,
                                              check=True).stdout.split())  # fmt: skip
    assert before == after == 0 or 90 < after - before < 110


def test_a_look_that_is_dropped_while_it_is_used_is_not_made_again():
    small = Learner(network="cnn", settings=(("width", 3), ("depth", 1)))
    job = train(Training(dataset="digits", learners=(small,), num_steps=300))
    next(job)
    with compilations() as count:
        for _ in job:
            observation._KEPT.clear()
            program._KEPT.clear()
    assert count() == 0


@pytest.mark.parametrize(
    ("text", "allowed"),
    [("", 900), (" ", 900), ("2000", 2000), ("1e3", 1000), ("abc", 900), ("nan", 900), ("2 GB", 900), ("inf", 1e6),
     ("-inf", 690), ("-5", 690), ("0", 690), ("1", 690), ("9" * 400, 1e6), ("NaN\n" * 99, 900)],
)  # fmt: skip
def test_what_is_allowed_is_a_number_that_can_be_and_what_was_changed_is_said(text, allowed, caplog):
    assert memory.read_allowed(text) == allowed
    plain = not text.strip() or text in ("2000", "1e3")
    assert [record.levelname for record in caplog.records] == ([] if plain else ["WARNING"])
    assert all("MEMORY_MB" in line and f"{allowed:.0f} is used" in line and len(line) < 150 for line in caplog.messages)


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "-5"])
def test_the_app_starts_whatever_is_allowed(text):
    command = [sys.executable, "-c", "from experiments.memory import ALLOWED_MB; print(ALLOWED_MB)"]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "MEMORY_MB": text})
    assert ran.returncode == 0
    assert 690 <= float(ran.stdout) <= 1e6
    assert "Traceback" not in ran.stderr
    assert ran.stderr.count("\n") <= 1


def test_a_program_in_use_is_not_made_again_though_it_was_dropped():
    losses = [_Bowl(number) for number in range(3)]
    held = program.program_of(losses[0])
    for loss in losses:
        program.program_of(loss)
    while program.forget_oldest_program():
        pass
    program._KEPT.clear()
    assert program.program_of(losses[0]) is held


def test_a_program_that_nobody_uses_goes():
    gone = weakref.ref(program.program_of(_Bowl(7)))
    program._KEPT.clear()
    gc.collect()
    assert gone() is None


@dataclass(frozen=True)
class _Bowl:
    number: int

    def __call__(self, params, values):
        return self.number + params @ params


def test_garbage_is_collected_by_the_clock_and_by_what_memory_has_grown():
    collector = memory.Collector(100.0, 500.0)
    assert not collector.due(100.0 + memory.COLLECT_SECONDS - 1, 500.0 + memory.COLLECT_MB)
    assert not collector.due(101.0, 501.0 + memory.COLLECT_MB), "everybody waits for a collection"
    assert collector.due(110.0, 501.0 + memory.COLLECT_MB)
    assert collector.due(100.0 + memory.COLLECT_SECONDS, 400.0)
    collector.ran(130.0, 600.0)
    assert not collector.due(131.0, 610.0)


def test_what_was_put_aside_is_looked_at_now_and_then_and_where_memory_has_grown():
    collector = memory.Collector(100.0, 500.0)
    collector.ran(130.0, 500.0, at_all=False)
    assert not collector.looks_at_all(100.0 + memory.ALL_SECONDS - 1, 500.0)
    assert collector.looks_at_all(100.0 + memory.ALL_SECONDS, 500.0)
    assert collector.looks_at_all(150.0, 501.0 + memory.COLLECT_MB)
    collector.ran(230.0, 500.0)
    assert not collector.looks_at_all(230.0 + memory.ALL_SECONDS - 1, 500.0)


def test_garbage_that_was_put_aside_goes_when_all_is_looked_at():
    class Loop:
        pass

    loop = Loop()
    loop.itself = loop  # pyright: ignore[reportAttributeAccessIssue]
    gone = weakref.ref(loop)
    memory.collect(at_all=False)
    try:
        del loop
        memory.collect(at_all=False)
        assert gone() is not None
        memory.collect(at_all=True)
        assert gone() is None
    finally:
        gc.unfreeze()
