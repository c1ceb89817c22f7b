"""Programs of a network's own depth: made beside the trainings, used by the next one, and nothing looks different."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from experiments import own_programs
from experiments.own_programs import best_program, make_program, wanted
from experiments.pool import Cost, Pool
from experiments.run import Run
from experiments.training import Learner, Training, TrainingResult, resolve, run
from experiments.training_verdict import headline, subline
from optimizers.descent import ready
from tests.compilations import compilations

SIZES = {"depth": 3, "width": 40, "activation": "elu"}  # of no other test: nobody has made these programs


def digits(optimizer: str = "adam", num_steps: int = 90, **settings: object) -> Training:
    sizes = tuple({**SIZES, **settings}.items())
    return Training("digits", learners=(Learner(Run(optimizer), settings=sizes, batch_size=64),), num_steps=num_steps,
                    patience=3)  # fmt: skip


def runs_of(training: Training) -> list:
    return [(training.loss_of(learner), resolve(learner)) for learner in training.learners]


def made(training: Training) -> None:
    want = wanted(runs_of(training))
    assert want is not None
    list(make_program(*want))


def same(one: TrainingResult, other: TrainingResult) -> None:
    for mine, theirs in zip(one.runs, other.runs, strict=True):
        np.testing.assert_array_equal(mine.at, theirs.at)
        np.testing.assert_array_equal(mine.trajectory.loss, theirs.trajectory.loss)
        for leaf, known in zip(mine.frames, theirs.frames, strict=True):
            assert (leaf is None) == (known is None)
        for name in ("loss", "accuracy", "outputs", "size", "flow", "on", "histogram"):
            leaf, known = getattr(mine.frames, name), getattr(theirs.frames, name)
            layers = min(leaf.shape[1], known.shape[1])
            np.testing.assert_array_equal(leaf[:, : layers - 1], known[:, : layers - 1])
        assert (mine.stopped, mine.best) == (theirs.stopped, theirs.best)
    assert (headline(one), subline(one)) == (headline(other), subline(other))


def test_the_next_training_runs_in_a_program_of_its_own_and_looks_the_same():
    training = digits()
    before = run(training)
    assert not before.runs[0].loss.own
    made(training)
    with compilations() as count:
        after = run(training)
    assert count() == 0
    assert after.runs[0].loss.own
    assert after.runs[0].loss.architecture.dim < before.runs[0].loss.architecture.dim / 3
    same(before, after)
    assert wanted(runs_of(training)) is None


def test_a_training_that_ends_at_once_looks_the_same():
    short = digits("gradient_descent", num_steps=7, depth=8, width=41)
    before = run(short)
    made(short)
    same(before, run(short))


def test_a_program_that_is_held_stays():
    training = digits(depth=6, width=39)
    made(training)
    loss, program = best_program(*runs_of(training)[0])
    assert loss.own
    assert program is ready(loss, resolve(training.learners[0]), loss.start())


@pytest.mark.parametrize(
    ("settings", "optimizer"),
    [({"depth": 64}, "adam"), ({"depth": 12}, "adam"), ({}, "lion"), ({"activation": "gelu"}, "adam")],
)
def test_none_is_wanted_where_it_would_be_no_smaller_or_for_few(settings, optimizer):
    assert wanted(runs_of(digits(optimizer, **settings))) is None


def test_none_is_wanted_of_a_network_whose_program_is_its_own_already():
    assert wanted(runs_of(Training("digits", learners=(Learner(network="cnn"),)))) is None


def test_none_is_made_without_memory_for_it(monkeypatch):
    training = digits(depth=9, width=43)
    want = wanted(runs_of(training))
    assert want is not None
    monkeypatch.setattr(own_programs, "has_room", lambda mb: False)
    assert wanted(runs_of(training)) is None
    with compilations(beside=True) as count:
        list(make_program(*want))
    assert count() == 0
    monkeypatch.undo()
    list(make_program(*want))
    assert count() >= 1


def test_what_one_training_alone_has_used_is_not_made():
    assert not own_programs.used_again("sizes", digits())
    assert not own_programs.used_again("sizes", digits()), "the same training, drawn again"
    assert own_programs.used_again("sizes", digits(num_steps=91))
    assert not own_programs.used_again("other sizes", digits(num_steps=91))


def test_spare_work_begins_when_nothing_else_waits_and_leaves_no_answer():
    done, pool = [], Pool(workers=0)

    def work(name: str):
        for _ in range(2):
            done.append(name)
            yield None

    spare = pool.ask(("a", "program"), "own", lambda: work("spare"), Cost(0.0, compiles=True, spare=True))
    pool.ask(("b",), "training", lambda: work("training"), Cost(5.0))
    while pool.work():
        pass
    assert done == ["training"] * 2 + ["spare"] * 2
    assert pool.ask(("a", "program"), "own", lambda: work("spare"), replace(spare.cost)) is not spare


def test_the_caller_compiles_nothing_where_another_thread_makes_the_program():
    training = digits(depth=11, width=44)
    run(training)
    maker = threading.Thread(target=made, args=(training,))
    maker.start()
    with compilations(here=True) as count:
        run(training)
    assert count() == 0
    maker.join()
    assert run(training).runs[0].loss.own
