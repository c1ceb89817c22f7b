"""Whatever a link gives is used as given, or named in one notice."""

import os
import random

import pytest

from experiments.codec import Reader
from tests.experiments.link_accounts import unaccounted
from tests.experiments.link_corpus import ROOMS
from tests.experiments.link_mutants import plain_mutants

FUZZ = int(os.environ.get("LINK_FUZZ", "300"))  # links of each room; full size: LINK_FUZZ=20000

LOST = {
    "race": [
        ("surface=beale&formula=x*y", "surface"),
        ("shape=a~1&formula=x*y", "shape"),
        ("function=x*y&formula=x", "function"),
        ("box=0~1~0~1", "box"),
        ("formula=&box=0~1~0~1", "and so was its box"),
        ("formula=x*y&box=999999~1000000~0~1", "x from 999999 to 1000000"),
        ("formula=x*y&box=0~1~5~5.0000001", "y from 5 to 5.0000001"),
        ("formula=x*y&box=0~1~-2e6~1", "within ±1000000"),
        ("start=1~2&x=3", "start"),
        ("shape=", "shape is empty"),
        ("at=abc", "at is ‘abc’"),
        ("at=", "at is ‘’"),
        ("v=1&at=600", "outside 0 to 500; 500 is used"),
        ("present=maybe", "present is ‘maybe’"),
        ("r1=adam~cosine~step", "‘cosine’ and ‘step’"),
        ("r1=rprop~cosine", "‘cosine’"),
        ("r1=lbfgs~l1~0.1", "‘l1’"),
        ("r1=lbfgs~decoupled~0.1", "‘decoupled’"),
        ("r1=adamm~b1~0.5", "without ‘b1’"),
        ("runs=none&r1=adam", "r1 was left out"),
        ("runs=none&r1=adam&r3=newton", "r1 and r3 were left out"),
    ],
    "train": [
        ("n1=mlp~depth~3~depth~5", "‘depth’ of Dense occurs 2 times"),
        ("n1=mlp~residual~1~residual~0", "‘residual’ of Dense occurs 2 times"),
        ("n1=mlp~residual~yes", "‘residual~yes’ as 1"),
        ("n1=mlp~slope~0.3", "ReLU has no ‘slope’"),
        ("data=parity&n1=lstm~activation~relu", "LSTM has no ‘activation’"),
        ("data=parity&n1=lstm~slope~0.2", "LSTM has no ‘slope’"),
        ("n1=softmax_regression~residual~1", "Softmax regression has no ‘residual’"),
        ("n1=softmax_regression~dropout~0.5", "Softmax regression has no ‘dropout’"),
        ("n1=cnn~depth~3", "without ‘depth’"),
        ("r1=newton~l1~0.1", "without ‘l1~0.1’"),
        ("runs=none&r1=adam", "r1 was left out"),
        ("runs=none&n1=mlp&r1=adam", "n1 and r1 were left out"),
        ("data=noisy_sine&imbalance=0.5", "imbalance"),
        ("data=characters&imbalance=0.5", "imbalance"),
        ("example=99999", "outside 0 to 499; 499 is used"),
        ("shape=", "shape is empty"),
        ("at=abc", "at is ‘abc’"),
    ],
    "gradients": [
        ("curves=none&c1=relu", "beside c1"),
        ("curves=", "unknown curves ‘’"),
        ("mode=time&t1=rnn~gate~3", "RNN has no ‘gate’"),
        ("mode=time&t1=gru~activation~relu", "GRU has no ‘activation’"),
        ("at=abc", "a whole step from 0 to 20"),
        ("mode=time&at=60", "outside 0 to 50"),
        ("matter=1&at=401", "outside 0 to 400"),
        ("present=2", "present is ‘2’"),
    ],
}
EACH = [(room, link, said) for room, pairs in LOST.items() for link, said in pairs]


@pytest.mark.parametrize(("room", "link", "said"), EACH)
def test_what_is_not_used_as_given_is_named_once(room, link, said):
    *_, notices = ROOMS[room](link)
    assert len(notices) == 1
    assert said.lower() in notices[0].lower()


KEPT = {
    "race": [
        "seed=4",
        "tuned=1~2",
        "steps=500",
        "r1=adam~constant",
        "r1=newton~l1~0.1",
        "v=1&at=500",
        "runs=none&tuned=1~2",
    ],
    "train": ["steps=600", "data=noisy_sine&n1=mlp~temperature~2", "n1=mlp~residual~0", "patience=0", "example=499"],
    "gradients": ["rule=momentum", "against=depth&matter=1", "mode=layers", "seed=3", "at=20", "c1=relu~skip~none"],
}


@pytest.mark.parametrize(("room", "link"), [(room, link) for room, links in KEPT.items() for link in links])
def test_defaults_and_what_may_become_active_are_used_as_given(room, link):
    assert ROOMS[room](link)[-1] == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_part_of_a_link_is_used_or_named(room):
    rng = random.Random(f"accounts of {room}")
    for link in plain_mutants(rng, room, FUZZ * 2):
        *description, notices = ROOMS[room](link)
        assert not unaccounted(room, link, tuple(description), notices), (link, notices)


def test_the_account_sees_what_is_lost():
    link = {"steps": "20", "seed": "4", "r1": "adam~b1~0.5"}
    race, _ = ROOMS["race"]({"steps": "20"})
    assert unaccounted("race", link, (race,), []) == ["seed: ~4", "r1: b1~0.5", "r1: ~adam"]


def test_a_parameter_that_no_room_takes_is_named():
    reader = Reader({"steps": "3", "noise": "1"}, {"steps", "noise"})
    assert reader.take("steps") == "3"
    assert reader.notices == ["Noise has no effect in this link and was left out."]
