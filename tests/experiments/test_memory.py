"""What is dropped when memory comes near to what is allowed, and in which order."""

import subprocess
import sys

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
    memory.keep_within(790)
    assert process["dropped"] == ["traces", "program", "program"]
    assert process["mb"] < 790


def test_answers_that_nobody_looks_at_go_before_all_else(process):
    answers = ["first", "second"]

    def drop_answer() -> bool:
        process["mb"] -= 100
        process["dropped"].append(answers.pop())
        return bool(answers)

    memory.also_forget(drop_answer)
    memory.keep_within(890)
    assert process["dropped"] == ["second", "first"]


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
