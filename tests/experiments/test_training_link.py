"""A link reopens exactly the training it was made from, and never fails."""

import math
import os
import random
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from experiments.codec import MAX_VALUE
from experiments.run import Run
from experiments.run_link import in_force
from experiments.starters import TRAIN
from experiments.training import MAX_RUNS, Learner, Training
from experiments.training_link import (
    CHOICES,
    IMBALANCE,
    NUMBERS,
    VALIDATION,
    can_be_uneven,
    fitting,
    from_link,
    knobs_of,
    lacks,
    opening,
    to_link,
)
from landscapes import ACTIVATIONS, DATASETS, LOSSES, NETWORKS
from optimizers import OPTIMIZERS, SCHEDULES

FUZZ = int(os.environ.get("LINK_FUZZ", "300"))  # full size: LINK_FUZZ=20000
RULES = [name for name in OPTIMIZERS if name != "newton"]


def figures(value: float) -> float:
    """Six significant figures, as every control of the page gives them."""
    return float(f"{value:.6g}")


def within(rng: random.Random, knob: Any, *, whole: bool = False) -> Any:
    return rng.randint(int(knob.low), int(knob.high)) if whole else figures(rng.uniform(knob.low, knob.high))


def random_run(rng: random.Random, share: float = 0.6) -> Run:
    rule, schedule = OPTIMIZERS[rng.choice(RULES)], SCHEDULES[rng.choice(list(SCHEDULES))]

    def some(knobs):
        return tuple((name, within(rng, k)) for name, k in knobs.items() if rng.random() < share)

    clip = rng.choice([math.inf, figures(rng.uniform(0.1, 10))])
    decays = (rng.choice([0.0, figures(rng.uniform(0, 1))]) for _ in range(3))
    return in_force(Run(rule.name, some(rule.hyperparams), schedule.name, some(schedule.hyperparams), clip, *decays))


def random_settings(rng: random.Random, network: str, dataset: str, share: float) -> dict[str, Any]:
    entry = NETWORKS[network]
    chosen: dict[str, Any] = {
        name: within(rng, knob, whole=name in ("depth", "width")) for name, knob in knobs_of(entry).items()
    }
    options = {
        "activation": list(ACTIVATIONS), "initializer": list(CHOICES["initializer"]),
        "normalization": list(entry.normalizations), "residual": [True, False],
        "loss": [name for name, other in LOSSES.items() if DATASETS[dataset].task in other.tasks],
    }  # fmt: skip
    chosen |= {name: rng.choice(known) for name, known in options.items()}
    chosen["slope"] = figures(rng.uniform(-1, 1))
    return {name: chosen[name] for name in rng.sample(list(chosen), len(chosen)) if rng.random() < share}


def random_learner(rng: random.Random, dataset: str, share: float = 0.5) -> Learner:
    suitable = [name for name, entry in NETWORKS.items() if DATASETS[dataset].kind in entry.kinds]
    network = rng.choice(suitable)
    settings = random_settings(rng, network, dataset, share)
    lacking = lacks(Learner(network=network, settings=tuple(settings.items())))
    kept = tuple((name, value) for name, value in settings.items() if name not in lacking)
    return Learner(random_run(rng, share), network, kept, rng.choice([0, 1, 32, 64, 1800]))


def random_training(rng: random.Random, dataset: str | None = None) -> Training:
    entry = DATASETS[dataset or rng.choice(list(DATASETS))]
    shape = tuple((name, within(rng, k)) for name, k in entry.shape.items() if rng.random() < 0.7)
    training = Training(
        entry.name,
        size=rng.choice([None, within(rng, entry.sizes(**dict(shape)), whole=True)]),
        data_noise=rng.choice([None, within(rng, entry.noise)]),
        imbalance=rng.choice([0.0, within(rng, IMBALANCE)]) if can_be_uneven(entry) else 0.0,
        validation=rng.choice([0.5, within(rng, VALIDATION)]),
        shape=shape,
        num_steps=rng.randint(1, 5000),
        patience=rng.randint(0, 80),
        seed=rng.randint(0, 2**32 - 1),
    )
    count = rng.randint(0, MAX_RUNS)
    return replace(training, learners=tuple(random_learner(rng, entry.name) for _ in range(count)))


def through_the_address_bar(training: Training, example: int = 0) -> tuple[Training, int, list[str]]:
    return from_link(parse_qs(urlencode(to_link(training, example)), keep_blank_values=True))


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("seed", range(12))
def test_a_training_survives_its_link(dataset, seed):
    rng = random.Random(f"{dataset} {seed}")
    training, example = random_training(rng, dataset), rng.choice([0, 5])
    assert through_the_address_bar(training, example) == (training, example, [])
    for learner in training.learners:
        training.loss_of(learner)  # it can be built
    assert len(training.loss_of(fitting(training, Learner())).examples.train_inputs), "its data can be drawn"


def each_choice() -> list[tuple[str, Learner]]:
    """Every entry of every shelf, alone."""
    plain = Learner()
    some = [("moons", replace(plain, run=Run(name))) for name in RULES]
    some += [("moons", replace(plain, run=Run("adam", (), name))) for name in SCHEDULES]
    for kind, shelf in CHOICES.items():
        some += [("moons", plain.with_setting(kind, name)) for name in shelf]
    for name, entry in NETWORKS.items():
        dataset = next(d.name for d in DATASETS.values() if d.kind in entry.kinds)
        some.append((dataset, replace(plain, network=name)))
    return some


@pytest.mark.parametrize(("dataset", "learner"), each_choice())
def test_every_entry_has_its_words(dataset, learner):
    training = Training(dataset, learners=(learner, Learner(network=learner.network)))
    assert through_the_address_bar(training) == (training, 0, [])


@pytest.mark.parametrize("dataset", DATASETS)
def test_data_open_with_a_network_that_suits_them(dataset):
    training, example, notices = from_link({"data": dataset})
    assert (training.dataset, example, notices) == (dataset, 0, [])
    assert DATASETS[dataset].kind in NETWORKS[training.learners[0].network].kinds
    assert from_link(to_link(training)) == (training, 0, [])


def test_the_default_training_needs_no_parameters():
    assert to_link(Training()) == {"v": "1"}
    assert from_link({"v": "1"}) == (Training(), 0, [])
    assert from_link({}) == (opening(), 0, [])
    assert to_link(opening()) == {}


def test_only_what_differs_is_written():
    assert to_link(replace(Training(), seed=4)) == {"v": "1", "seed": "4"}
    assert to_link(Training(), 3) == {"v": "1", "example": "3"}
    assert to_link(replace(Training(), learners=())) == {"v": "1", "runs": "none"}
    deep = Learner().with_setting("depth", 6)
    assert to_link(replace(Training(), learners=(deep,))) == {"v": "1", "n1": "mlp~depth~6", "r1": "adam"}
    full = replace(deep, batch_size=0, run=Run("adam", (("learning_rate", 0.01),), "cosine", (), 1.0, 0.0, 0.0, 0.1))
    written = to_link(replace(Training(), learners=(full,)))
    assert written["n1"] == "mlp~depth~6~batch~0"
    assert written["r1"] == "adam~learning_rate~0.01~cosine~clip~1~decoupled~0.1"


def test_four_full_runs_fit_into_a_link():
    """Everything that a run can have set, at the widest of many draws."""
    rng = random.Random(1)
    learners = [random_learner(rng, "digits", 1.0) for _ in range(300)]
    length = {learner: len(urlencode(to_link(replace(Training(), learners=(learner,))))) for learner in learners}
    longest = max(learners, key=lambda learner: length[learner])
    training = replace(random_training(rng, "digits"), learners=(longest,) * MAX_RUNS, seed=2**32 - 1)
    link = to_link(training, last := len(training.loss_of(longest).examples.train_inputs))
    assert len(urlencode(link)) < 2000
    assert max(map(len, link.values())) < MAX_VALUE
    assert through_the_address_bar(training, last) == (training, last, [])


def test_a_fifth_run_is_left_out_and_said():
    training, _, notices = from_link({f"n{i}": "mlp" for i in range(1, 6)})
    assert len(training.learners) == MAX_RUNS
    assert notices == ["‘n5’ is not a part of this page's links and was left out."]


PLAIN = Training()


def net(network: str = "mlp", **settings: Any) -> Training:
    return replace(PLAIN, learners=(Learner(network=network, settings=tuple(settings.items())),))


@pytest.mark.parametrize("starter", TRAIN[1:], ids=lambda each: each.title)
def test_a_starter_is_written_as_it_stands(starter):
    training, example, notices = from_link(starter.link)
    assert not notices
    assert to_link(training, example) == starter.link


BAD = [
    ({"data": "moon"}, "unknown data ‘moon’", PLAIN),
    ({"data": ""}, "unknown data", PLAIN),
    ({"data": ["moons", "xor"]}, "2 times", replace(PLAIN, dataset="xor")),
    ({"data": "mo\0ons"}, "NUL", PLAIN),
    ({"n1": "mlp~" + "x" * 700}, "704 characters", PLAIN),
    ({"n1": "mpl~depth~6"}, "unknown network ‘mpl’", None),
    ({"n1": "cnn"}, "does not suit Moons", PLAIN),
    ({"n1": "cnn~depth~3~activation~tanh"}, "does not suit Moons; Dense is trained instead", PLAIN),
    ({"data": "characters", "n1": "mlp"}, "Transformer is trained instead", None),
    ({"n1": "mlp~activation~rely"}, "unknown activation ‘rely’", PLAIN),
    ({"n1": "mlp~initializer~he"}, "unknown initializer", PLAIN),
    ({"n1": "mlp~normalization~group"}, "unknown normalization", PLAIN),
    ({"n1": "mlp~loss~hinge"}, "unknown loss", PLAIN),
    ({"data": "noisy_sine", "n1": "mlp~loss~cross_entropy"}, "not for 'noisy_sine'", Training("noisy_sine")),
    ({"data": "characters", "n1": "transformer~normalization~batch"}, "not for 'transformer'", None),
    ({"n1": "softmax_regression~normalization~layer"}, "not for 'softmax_regression'", net("softmax_regression")),
    ({"n1": "mlp~depth~99"}, "outside 1 to 64; 64 is used", net(depth=64)),
    ({"n1": "mlp~depth~0"}, "outside 1 to 64; 1 is used", net(depth=1)),
    ({"n1": "mlp~width~1e400"}, "64 is used", net(width=64)),
    ({"n1": "mlp~depth~2.4"}, "whole number", net(depth=2)),
    ({"n1": "mlp~depth~x"}, "not a number", net(depth=4)),
    ({"n1": "mlp~depth"}, "not a number", net(depth=4)),
    ({"n1": "mlp~colour~red"}, "no ‘colour’", PLAIN),
    ({"n1": "mlp~gain~-1"}, "gain of Dense", net(gain=0.01)),
    ({"n1": "mlp~dropout~1"}, "outside 0 to 0.9", net(dropout=0.9)),
    ({"n1": "mlp~temperature~0"}, "outside 0.1 to 10", net(temperature=0.1)),
    ({"n1": "mlp~activation~prelu~slope~nan"}, "not a number", None),
    ({"n1": "mlp~batch~-3"}, "outside 0 to 1800; 0 is used", None),
    ({"n1": "mlp~batch~many"}, "not a number; 32 is used", PLAIN),
    ({"r1": "adamm"}, "unknown optimizer ‘adamm’", PLAIN),
    ({"r1": "newton"}, "Newton solves with a matrix", PLAIN),
    ({"r1": "adam~learning_rate~-3"}, "learning_rate of Adam", None),
    ({"r1": "adam~cosin"}, "no ‘cosin’", PLAIN),
    ({"r1": "adam~l1~-1"}, "outside", PLAIN),
    ({"r5": "adam"}, "‘r5’", PLAIN),
    ({"runs": "some"}, "only ‘none’", PLAIN),
    ({"runs": "none"}, "", replace(PLAIN, learners=())),
    ({"v": "9"}, "version ‘9’", PLAIN),
    ({"size": "5"}, "outside 20 to 1000", replace(PLAIN, size=20)),
    ({"data": "parity", "size": "1000", "r1": "adam", "n1": "lstm"}, "outside 8 to 64; 64 is used", None),
    ({"data": "parity", "size": "100", "shape": "length~2"}, "outside 3 to 64; 3 is used", None),
    ({"data": "blobs", "noise": "0"}, "outside 0.02 to 1.5; 0.02 is used", Training("blobs", data_noise=0.02)),
    ({"size": "1e400"}, "1000 is used", replace(PLAIN, size=1000)),
    ({"noise": "inf"}, "outside 0 to 1", replace(PLAIN, data_noise=1.0)),
    ({"imbalance": "1"}, "outside 0 to 0.95", replace(PLAIN, imbalance=0.95)),
    ({"validation": "0"}, "outside 0.1 to 0.8", replace(PLAIN, validation=0.1)),
    ({"steps": "-5"}, "outside 1 to 5000", replace(PLAIN, num_steps=1)),
    ({"steps": "nan"}, "not a number; 600 is used", PLAIN),
    ({"patience": "81"}, "outside 0 to 80", replace(PLAIN, patience=80)),
    ({"seed": "-1"}, "outside", PLAIN),
    ({"shape": "clouds~3"}, "Moons has no ‘clouds’", PLAIN),
    ({"data": "blobs", "shape": "clouds~60"}, "outside 2 to 6", Training("blobs", shape=(("clouds", 6.0),))),
    ({"example": "-1"}, "outside", PLAIN),
    ({"example": "first"}, "not a number", PLAIN),
    ({"<script>alert(1)</script>": "1"}, "not a part", PLAIN),
    ({"surface": "beale"}, "‘surface’", PLAIN),
]  # fmt: skip


@pytest.mark.parametrize(("params", "said", "expected"), BAD, ids=[str(i) for i in range(len(BAD))])
def test_what_cannot_be_used_is_replaced_and_said(params, said, expected):
    training, example, notices = from_link(params)
    assert bool(said) == bool(notices)
    assert said.lower() in " ".join(notices).lower()
    assert expected is None or training == expected
    for learner in training.learners:
        assert training.loss_of(learner).start().size
    assert from_link(to_link(training, example)) == (training, example, [])


WORDS = [
    *OPTIMIZERS, *SCHEDULES, *NETWORKS, *NETWORKS, *DATASETS, *NUMBERS, *CHOICES,
    *(w for shelf in CHOICES.values() for w in shelf),
    "depth", "width", "batch", "slope", "residual", "learning_rate", "clip", "l1", "decoupled", "none", "1", "6", "0.5",
    "~", "~~", "nan", "inf", "-1", "1e400", "\0", "%00", "☃", "x" * 700,
]  # fmt: skip
KEYS = [
    "v", "data", "shape", "size", "noise", "imbalance", "validation", "steps", "patience", "seed", "runs", "example",
    "at", "present", "n1", "r1", "n2", "r2", "n3", "n4", "r4", "n5", "surface", "x", "\0", "é", "",
]  # fmt: skip


def random_value(rng: random.Random) -> str:
    return rng.choice(list(DATASETS)) if rng.random() < 0.3 else "~".join(rng.choices(WORDS, k=rng.randint(0, 8)))


@pytest.mark.parametrize("seed", range(FUZZ // 100))
def test_no_link_fails(seed):
    rng = random.Random(seed)
    for _ in range(100):
        params = {rng.choice(KEYS): random_value(rng) for _ in range(rng.randint(0, 8))}
        training, example, notices = from_link(params)
        assert all(notice.endswith(".") for notice in notices)
        for learner in training.learners:
            training.loss_of(learner)
        assert from_link(to_link(training, example)) == (training, example, [])


def test_what_does_not_suit_is_left_out_and_the_rest_kept():
    learner = Learner(settings=(("depth", 3), ("loss", "cross_entropy"), ("activation", "tanh")))
    kept = fitting(Training("noisy_sine"), learner)
    assert kept.settings == (("depth", 3), ("activation", "tanh"))
    assert fitting(Training("moons"), learner) == learner
    other = fitting(Training("parity"), learner)
    assert (other.network, other.settings, other.run) == ("lstm", (), learner.run)
