"""Unseen means unseen: nothing that is held back was trained on, of every data set at every size, shape and seed."""

import math

import numpy as np
import pytest

from landscapes import DATASETS, NetworkLoss
from landscapes.dataset import VALIDATION, Examples

FIELDS = ("train_inputs", "train_targets", "valid_inputs", "valid_targets")
every_entry = pytest.mark.parametrize("name", DATASETS)


def shapes(name: str) -> list[dict[str, float]]:
    """The usual parameters, each parameter at its ends and in between, and every length of a parity up to twelve."""
    knobs = DATASETS[name].shape
    out: list[dict[str, float]] = [{}]
    for own, knob in knobs.items():
        out += [{own: knob.low}, {own: (knob.low + knob.high) / 2}, {own: knob.high}]
    return out + [{"length": float(length)} for length in range(3, 13) if name == "parity"]


def drawn(name: str, seed: int):
    """Examples over sizes, shapes, noise, shares held back and imbalances, with what was asked for."""
    entry = DATASETS[name]
    for shape in shapes(name):
        sizes = entry.sizes(**shape)
        for size in {sizes.low, (sizes.low + sizes.high) // 2, sizes.default, sizes.high}:
            for noise in (entry.noise.low, entry.noise.high):
                for validation in (*VALIDATION, 0.5):
                    asked = {"size": size, "noise": noise, "validation": validation, "seed": seed, **shape}
                    asked["imbalance"] = 0.95 if entry.task == "classes" and seed % 2 else 0.0
                    yield asked, entry.draw(**asked)


def shared(examples: Examples) -> int:
    """Examples held back whose inputs, as numbers, are those of one that is trained on."""
    known = {tuple(row.ravel().tolist()) for row in examples.train_inputs}
    return sum(tuple(row.ravel().tolist()) in known for row in examples.valid_inputs)


@every_entry
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_nothing_held_back_was_trained_on(name, seed):
    grouped = DATASETS[name].task == "classes" and DATASETS[name].kind != "text"
    for asked, examples in drawn(name, seed):
        assert shared(examples) == 0, asked
        halves = examples.train_targets, examples.valid_targets
        assert min(map(len, halves)) >= 1, asked
        if grouped:
            assert all(len(np.unique(half)) == examples.num_classes for half in halves), asked


@pytest.mark.parametrize("seed", range(40))
def test_points_on_a_line_that_coincide_are_on_one_side(seed):
    """A thousand numbers in float32 from an interval: about one draw in fifty holds two that are equal."""
    assert shared(DATASETS["noisy_sine"].draw(size=1000, seed=seed)) == 0
    assert shared(DATASETS["moons"].draw(size=1000, noise=0, seed=seed)) == 0


def test_the_smaller_half_loses_what_is_in_both():
    """A data set of few inputs: what is held back is left out where it equals what is trained on."""
    plain = DATASETS["xor"]
    own = {key: getattr(plain, key) for key in plain.__dataclass_fields__}

    def coarse(rng, counts, noise):
        draft = plain.function(rng, counts, noise)
        return draft._replace(inputs=np.round(draft.inputs))

    examples = type(plain)(**own | {"name": "coarse", "function": coarse}).draw(size=60, validation=0.3)
    assert shared(examples) == 0
    assert len(examples.train_inputs) == 42
    assert 0 < len(examples.valid_inputs) < 18


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.5])
@pytest.mark.parametrize("length", [3, 4, 6, 9, 12, 64])
def test_no_sequence_of_a_parity_occurs_twice(length, noise):
    """By their signs: a sequence under a little noise is still the sequence that was seen."""
    for size in {8, DATASETS["parity"].sizes(length=length).high}:
        examples = DATASETS["parity"].draw(length=length, size=size, noise=0, seed=7)
        loud = DATASETS["parity"].draw(length=length, size=size, noise=noise, seed=7)
        bits = np.sign(np.concatenate([examples.train_inputs, examples.valid_inputs]))[..., 0]
        assert len(np.unique(bits, axis=0)) == len(bits) == size
        assert loud.train_inputs.shape == examples.train_inputs.shape
        assert abs(int((bits.prod(1) < 0).sum()) - size / 2) <= 1


@pytest.mark.parametrize(("length", "most"), [(3, 8), (6, 64), (10, 1024), (11, 2000), (64, 2000)])
def test_a_parity_has_as_many_examples_as_there_are_sequences(length, most):
    entry = DATASETS["parity"]
    sizes = entry.sizes(length=length)
    assert (sizes.low, sizes.high, sizes.default) == (8, most, min(1000, most))
    assert len(entry.draw(length=length).train_inputs) == math.ceil(sizes.default / 2)
    with pytest.raises(ValueError, match=f"a number from 8 to {most} is needed"):
        entry.draw(length=length, size=most + 1)
    assert NetworkLoss("rnn", dataset="parity", shape=(("length", length),)).size == sizes.default


def test_an_uneven_parity_keeps_its_profile():
    examples = DATASETS["parity"].draw(length=6, imbalance=0.5)
    found = np.bincount(np.concatenate([examples.train_targets, examples.valid_targets]))
    assert found.tolist() == [32, 15], "43 and 21 were asked for, and of each there are 32"


def test_all_other_sizes_are_as_they_stand():
    for name, entry in DATASETS.items():
        if name != "parity":
            assert all(entry.sizes(**shape) == entry.size for shape in shapes(name))


FROZEN = [
    ("blobs", {}, 250, 250, [3.141588, -10.56602, 27.75453, -1.329993]),
    ("moons", {}, 250, 250, [1.237588, 3.929871, -20.87487, -9.689647]),
    ("moons", {"size": 60, "noise": 0.4}, 30, 30, [-5.127575, -0.5557209, 4.848829, 2.338758]),
    ("circles", {"validation": 0.2, "seed": 3}, 400, 100, [39.49779, 0.4440213, -24.13475, 5.322874]),
    ("spirals", {"arms": 3}, 250, 250, [-6.459338, 11.71782, -9.114363, 5.404575]),
    ("xor", {"imbalance": 0.5}, 250, 250, [22.49044, 6.354527, 11.02485, -0.8298597]),
    ("noisy_sine", {}, 60, 60, [5.217677, -1.557702, 13.38071, -4.519068]),
    ("digits", {}, 894, 888, [-104.2097, -22.99144, 28.40862, 46.53157]),
    ("digits", {"size": 300, "imbalance": 0.8, "seed": 5}, 150, 150, [39.51253, -9.719602, 31.13091, -34.04304]),
    ("adding", {}, 500, 500, [56.18904, -5.168141, -4.07649, 4.654603]),
    ("parity", {"length": 64}, 500, 500, [6.572694, 0.5448048, -125.9771, -2.462311]),
    ("parity", {"length": 40, "noise": 0.1, "size": 100}, 50, 50, [-20.13238, 0.2797021, 27.46687, -0.2271993]),
    ("characters", {}, 200, 200, [362.0448, 104.9121, 923.2545, 1070.554]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "asked", "train", "valid", "sums"), FROZEN, ids=[str(i) for i in range(len(FROZEN))])
def test_old_links_open_the_same_data(name, asked, train, valid, sums):
    """As drawn before sequences had to differ: each array in short, as its product with the cosines of 0, 1, 2, ..."""
    examples = DATASETS[name].draw(**asked)
    assert (len(examples.train_inputs), len(examples.valid_inputs)) == (train, valid)
    for part, expected in zip(FIELDS, sums, strict=True):
        flat = getattr(examples, part).astype(float).ravel()
        assert flat @ np.cos(np.arange(flat.size)) == pytest.approx(expected, rel=1e-5, abs=1e-4)
