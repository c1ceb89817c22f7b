"""The networks that are likely next: their programs are there when somebody asks, and only as memory allows."""

from dataclasses import replace

import pytest

from experiments import likely
from experiments.likely import Likely, families
from experiments.starters import TRAIN
from experiments.training import Training, resolve, run
from experiments.training_link import from_link
from optimizers.descent import ready
from tests.compilations import compilations


def test_they_are_the_starters_networks_that_have_programs_of_their_own():
    assert [(each.dataset, each.learners[0].network) for each in families()] == [
        ("digits", "cnn"), ("adding", "lstm"), ("adding", "rnn"),
    ]  # fmt: skip


def test_a_starter_of_such_a_network_compiles_nothing_afterwards():
    ahead = Likely()
    with compilations() as waited_for:
        list(ahead.make(Training()))
    assert waited_for() == 0, "nobody waits for them"
    assert not ahead.left(Training())
    for family in families():
        (learner,) = family.learners
        loss = family.loss_of(learner)
        assert ready(loss, resolve(learner), loss.start()) is not None
    with compilations(beside=True) as beside, compilations() as count:
        for starter in TRAIN:
            training = from_link(starter.link)[0]
            if not {learner.network for learner in training.learners} <= {"mlp"}:
                run(replace(training, num_steps=8))
    assert beside() == count() == 0


@pytest.mark.parametrize(("dataset", "first"), [("adding", "lstm"), ("digits", "cnn"), ("moons", "cnn")])
def test_those_of_the_data_that_are_looked_at_come_first(dataset, first):
    assert Likely().left(Training(dataset))[0].learners[0].network == first


def test_each_is_made_once_and_none_without_memory(monkeypatch):
    ahead, made = Likely(), []
    monkeypatch.setattr(likely, "run", made.append)
    pieces = ahead.make(Training())
    next(pieces)
    assert len(made) == 1
    monkeypatch.setattr(likely, "has_room", lambda mb: False)
    assert list(pieces) == ahead.left(Training()) == []
    monkeypatch.undo()
    monkeypatch.setattr(likely, "run", made.append)
    list(ahead.make(Training("adding")))
    assert len(made) == len(set(made)) == len(families())
