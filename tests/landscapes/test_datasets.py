"""The shelf of data sets: laws of each where nothing is added, the split, the imbalance, and what is refused."""

import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from landscapes import DATASETS
from landscapes.datasets import text

POINTS = {"blobs": 3, "moons": 2, "circles": 2, "spirals": 2, "xor": 2}
CLASSES = {**POINTS, "digits": 10, "parity": 2}
REGRESSIONS = ("noisy_sine", "adding")
INPUTS = {**dict.fromkeys(POINTS, (2,)), "noisy_sine": (1,), "digits": (64,), "adding": (16, 2), "parity": (10, 1),
          "characters": (32,)}  # fmt: skip
LONG = {"parity": {"length": 10}}  # of length 6 there are 64 sequences only
FIELDS = ("train_inputs", "train_targets", "valid_inputs", "valid_targets")
every_entry = pytest.mark.parametrize("name", DATASETS)


def whole(examples, part="inputs"):
    return np.concatenate([getattr(examples, f"train_{part}"), getattr(examples, f"valid_{part}")])


def counts(examples):
    return np.bincount(whole(examples, "targets"), minlength=examples.num_classes)


def rows(inputs):
    return [row.tobytes() for row in inputs]


def test_the_shelf():
    assert set(DATASETS) == {*CLASSES, *REGRESSIONS, "characters"}
    assert set(INPUTS) == set(DATASETS)
    assert all(name == entry.name for name, entry in DATASETS.items())


@every_entry
def test_entries_are_documented_and_hashable_by_name(name):
    entry = DATASETS[name]
    assert {entry: 1}[entry] == 1
    assert all(entry != other for key, other in DATASETS.items() if key != name)
    assert entry.kind in {"points", "curve", "images", "sequence", "text"}
    assert entry.task == ("regression" if name in REGRESSIONS else "classes")
    assert entry.title
    assert entry.source
    assert entry.summary.endswith(".")
    for knob in (entry.size, entry.noise, *entry.shape.values()):
        assert knob.low <= knob.default <= knob.high


@every_entry
def test_shapes_and_dtypes(name):
    examples = DATASETS[name].draw(size=200, validation=0.3, **LONG.get(name, {}))
    shape = INPUTS[name]
    assert examples.input_shape == shape
    assert examples.num_classes == (1 if name in REGRESSIONS else CLASSES.get(name, len(examples.symbols)))
    for half in ("train", "valid"):
        inputs, targets = (getattr(examples, f"{half}_{part}") for part in ("inputs", "targets"))
        assert inputs.shape == (len(targets), *shape)
        assert inputs.dtype == (np.int32 if name == "characters" else np.float32)
        assert targets.shape == ((len(targets), 32) if name == "characters" else (len(targets),))
        assert targets.dtype == (np.float32 if name in REGRESSIONS else np.int32)
        assert np.isfinite(inputs).all()
        assert np.isfinite(targets).all()
    assert len(whole(examples)) == 200
    assert abs(len(examples.valid_inputs) - 60) <= CLASSES.get(name, 0)
    if name not in REGRESSIONS:
        assert len(examples.class_names) == examples.num_classes
        assert 0 <= whole(examples, "targets").min() <= whole(examples, "targets").max() < examples.num_classes


@every_entry
def test_equal_arguments_give_equal_examples_and_other_seeds_others(name):
    entry = DATASETS[name]
    long = LONG.get(name, {})
    first = entry.draw(size=120, seed=3, **long)
    # under another name, so that the second draw is not the first one kept
    fresh = type(entry)(**{key: getattr(entry, key) for key in entry.__dataclass_fields__} | {"name": name + "_again"})
    again, other = fresh.draw(size=120, seed=3, **long), entry.draw(size=120, seed=4, **long)
    assert again is not first
    for part in FIELDS:
        np.testing.assert_array_equal(getattr(first, part), getattr(again, part))
    assert name == "characters" or not np.array_equal(first.train_inputs, other.train_inputs)


def test_a_draw_is_kept():
    assert DATASETS["moons"].draw(size=100, seed=1) is DATASETS["moons"].draw(size=100.0, seed=np.int64(1))
    plain = DATASETS["moons"]
    assert plain.draw() is plain.draw(size=plain.size.default, noise=plain.noise.default, validation=0.5, seed=0)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("validation", [0.1, 0.3, 0.8])
@pytest.mark.parametrize("imbalance", [0.0, 0.95])
def test_both_halves_hold_every_class_in_its_share(name, validation, imbalance):
    examples = DATASETS[name].draw(size=100, validation=validation, imbalance=imbalance, **LONG.get(name, {}))
    train, valid = (
        np.bincount(targets, minlength=CLASSES[name]) for targets in (examples.train_targets, examples.valid_targets)
    )
    assert (train >= 1).all()
    assert (valid >= 1).all()
    assert np.all(np.abs(valid - validation * (train + valid)) <= 1)


@pytest.mark.parametrize("name", REGRESSIONS)
@pytest.mark.parametrize("validation", [0.1, 0.5, 0.8])
def test_a_regression_is_split_at_its_share(name, validation):
    examples = DATASETS[name].draw(size=100, validation=validation)
    assert len(examples.train_inputs) == round(100 * (1 - validation))
    assert len(examples.valid_inputs) == round(100 * validation)


@every_entry
def test_the_smallest_draws_keep_an_example_in_each_half(name):
    entry = DATASETS[name]
    for validation in (0.1, 0.8):
        examples = entry.draw(size=entry.size.low, validation=validation, imbalance=0.95)
        assert min(len(examples.train_inputs), len(examples.valid_inputs)) >= 1


@pytest.mark.parametrize(("name", "shape", "classes"), [("blobs", {"clouds": 5}, 5), ("spirals", {"arms": 3}, 3),
                                                        ("moons", {}, 2), ("parity", {"length": 12}, 2)])  # fmt: skip
@pytest.mark.parametrize("imbalance", [0.0, 0.5, 0.9])
def test_class_sizes_fall_geometrically(name, shape, classes, imbalance):
    """Cui et al., 2019: n_k = n_0 r^(k / (K - 1)) with r = 1 - imbalance; rounding moves at most K of a class."""
    found = counts(DATASETS[name].draw(size=1000, imbalance=imbalance, **shape))
    profile = (1 - imbalance) ** (np.arange(classes) / (classes - 1))
    assert found.sum() == 1000
    assert np.all(np.abs(found - 1000 * profile / profile.sum()) <= classes)


def test_digits_fall_geometrically_where_there_are_enough():
    found = counts(DATASETS["digits"].draw(size=500, imbalance=0.9))
    profile = 0.1 ** (np.arange(10) / 9)
    assert np.all(np.abs(found - 500 * profile / profile.sum()) <= 10)


def test_a_rare_class_keeps_a_few_examples():
    assert counts(DATASETS["blobs"].draw(size=20, clouds=6, imbalance=0.95)).min() >= 2


@pytest.mark.parametrize("name", POINTS)
@pytest.mark.parametrize("noise", ["least", None])
def test_points_are_centred_fill_the_picture_and_fit_their_box(name, noise):
    examples = DATASETS[name].draw(size=1000, noise=DATASETS[name].noise.low if noise else None, seed=5)
    points = whole(examples)
    assert np.all(np.abs(points.mean(axis=0)) < 0.25)
    assert 1.3 < np.abs(points).max() < 3.6
    assert examples.box is not None
    (x_low, x_high), (y_low, y_high) = examples.box
    assert (x_low, y_low) == (-x_high, -y_high)
    assert x_high * 2 == round(x_high * 2)  # ticks at round numbers
    assert np.all(np.abs(points) <= [x_high - 0.15, y_high - 0.15])


@pytest.mark.parametrize("factor", [0.3, 0.5, 0.9])
def test_circles_have_two_radii(factor):
    examples = DATASETS["circles"].draw(noise=0, factor=factor)
    radii = np.linalg.norm(whole(examples), axis=1)
    np.testing.assert_allclose(radii, np.where(whole(examples, "targets") == 0, 2.0, 2.0 * factor), rtol=1e-6)


def test_moons_are_two_half_circles():
    examples = DATASETS["moons"].draw(noise=0)
    points, second = whole(examples).astype(float), whole(examples, "targets") == 1
    centres = 1.4 * np.where(second[:, None], [0.5, 0.25], [-0.5, -0.25])
    np.testing.assert_allclose(np.linalg.norm(points - centres, axis=1), 1.4, rtol=1e-6)
    assert np.all((points - centres)[second, 1] <= 1e-6)
    assert np.all((points - centres)[~second, 1] >= -1e-6)


@pytest.mark.parametrize("arms", [2, 4])
@pytest.mark.parametrize("turns", [0.5, 2.0])
def test_spirals_turn_in_step_with_their_radius(arms, turns):
    """Archimedes: the angle less that of the arm is 2 pi turns radius / 2.2."""
    examples = DATASETS["spirals"].draw(noise=0, arms=arms, turns=turns)
    x, y = whole(examples).astype(float).T
    turned = np.arctan2(y, x) / (2 * np.pi) - whole(examples, "targets") / arms - turns * np.hypot(x, y) / 2.2
    np.testing.assert_allclose(turned, np.round(turned), atol=1e-6)


def test_xor_is_the_sign_of_the_product_and_no_line_tells_it():
    examples = DATASETS["xor"].draw(noise=0, size=1000)
    points, labels = whole(examples), whole(examples, "targets")
    np.testing.assert_array_equal(labels, points.prod(axis=1) < 0)
    assert all(np.sum((labels == label) & (points[:, 0] > 0)) > 150 for label in (0, 1))


@pytest.mark.parametrize("clouds", [2, 3, 6])
def test_blobs_sit_on_a_circle_at_equal_angles(clouds):
    examples = DATASETS["blobs"].draw(noise=0.02, clouds=clouds)
    points, labels = whole(examples).astype(float), whole(examples, "targets")
    centres = np.array([points[labels == k].mean(0) for k in range(clouds)])
    assert np.abs(points - centres[labels]).max() < 6 * 0.02
    sides = np.linalg.norm(centres - np.roll(centres, 1, axis=0), axis=1)
    np.testing.assert_allclose(sides, 2 * 1.5 * math.sin(math.pi / clouds), atol=8 * 0.02 / math.sqrt(500 / clouds))


def test_noise_is_the_deviation_of_what_is_added():
    examples = DATASETS["blobs"].draw(size=1000, noise=0.7, clouds=2, seed=2)
    for label in (0, 1):
        cloud = whole(examples)[whole(examples, "targets") == label]
        np.testing.assert_allclose(cloud.std(axis=0), 0.7, rtol=6 / math.sqrt(2 * len(cloud)))


@pytest.mark.parametrize("waves", [1.0, 2.5])
def test_the_sine_is_a_sine(waves):
    clean = DATASETS["noisy_sine"].draw(noise=0, size=1000, waves=waves)
    exact = np.sin(np.pi * waves * whole(clean)[:, 0].astype(float))
    np.testing.assert_allclose(whole(clean, "targets"), exact, atol=2e-6)
    noisy = DATASETS["noisy_sine"].draw(noise=0.4, size=1000, waves=waves)
    rest = whole(noisy, "targets") - np.sin(np.pi * waves * whole(noisy)[:, 0])
    assert rest.std() == pytest.approx(0.4, rel=0.15)


def test_digits_are_scikit_learn_s():
    examples = DATASETS["digits"].draw(validation=0.3)
    pixels, labels = load_digits(return_X_y=True)
    known = Counter((row.tobytes(), int(label)) for row, label in zip(pixels.astype(np.uint8), labels, strict=True))
    drawn = Counter(zip(rows(whole(examples, "pixels")), whole(examples, "targets").tolist(), strict=True))
    assert drawn <= known
    assert whole(examples, "pixels").dtype == np.uint8
    assert examples.class_names == tuple("0123456789")
    assert examples.train_pixels is not None
    raw = examples.train_pixels / 16
    for half in ("train", "valid"):
        expected = (getattr(examples, f"{half}_pixels") / 16 - raw.mean()) / raw.std()
        np.testing.assert_allclose(getattr(examples, f"{half}_inputs"), expected, atol=1e-5)
    assert examples.train_inputs.mean(dtype=float) == pytest.approx(0, abs=1e-5)
    assert examples.train_inputs.std(dtype=float) == pytest.approx(1, abs=1e-5)


def test_only_images_have_pixels_and_only_texts_symbols():
    for name, entry in DATASETS.items():
        examples = entry.draw()
        assert (examples.train_pixels is not None) == (examples.valid_pixels is not None) == (name == "digits")
        assert bool(examples.symbols) == (name == "characters")
        assert (examples.box is not None) == (entry.kind in {"points", "curve"})


@pytest.mark.parametrize("length", [2, 3, 16, 64])
def test_adding_asks_for_the_sum_of_the_two_marked_numbers(length):
    examples = DATASETS["adding"].draw(length=length, size=500)
    values, marks = whole(examples)[..., 0], whole(examples)[..., 1]
    assert set(np.unique(marks)) <= {0, 1}
    assert np.all(marks[:, : length // 2].sum(axis=1) == 1)
    assert np.all(marks[:, length // 2 :].sum(axis=1) == 1)
    assert 0 <= values.min() < 0.05 < 0.95 < values.max() <= 1
    np.testing.assert_allclose(whole(examples, "targets"), (values * marks).sum(axis=1), atol=1e-6)


def test_guessing_one_costs_a_sixth_in_adding():
    """Two uniform numbers: their sum has mean 1 and variance 1/6, what a network without memory is left with."""
    targets = whole(DATASETS["adding"].draw(size=2000), "targets")
    assert np.mean((targets - 1) ** 2) == pytest.approx(1 / 6, rel=0.1)


@pytest.mark.parametrize("length", [3, 6, 9, 64])
def test_parity_is_the_product_of_the_bits(length):
    examples = DATASETS["parity"].draw(length=length, size=min(400, 2**length))
    bits = whole(examples)[..., 0]
    assert set(np.unique(bits)) == {-1, 1}
    np.testing.assert_array_equal(bits.prod(axis=1), 1 - 2 * whole(examples, "targets"))
    np.testing.assert_allclose(bits.mean(axis=0), 0, atol=6 / math.sqrt(len(bits)))  # no single bit tells


def test_the_text_has_reference_e_s_symbols_and_entropy():
    """Holds where NumPy came as a wheel, which the pins see to."""
    tally = Counter(text.license_text())
    shares = np.array(list(tally.values())) / tally.total()
    assert len(tally) == 76
    assert -np.sum(shares * np.log(shares)) == pytest.approx(3.170, abs=5e-4)
    assert tally.total() == 35149


@pytest.mark.parametrize("length", [8, 32])
def test_the_text_s_targets_are_its_inputs_shifted_by_one(length):
    examples = DATASETS["characters"].draw(length=length)
    source = text.license_text()
    np.testing.assert_array_equal(whole(examples)[:, 1:], whole(examples, "targets")[:, :-1])
    for inputs, targets in zip(whole(examples)[::37], whole(examples, "targets")[::37], strict=True):
        window = "".join(examples.symbols[code] for code in [*inputs, targets[-1]])
        assert window in source


@pytest.mark.parametrize(("size", "length"), [(50, 8), (400, 32), (2000, 32), (2000, 64)])
@pytest.mark.parametrize("validation", [0.1, 0.5, 0.8])
def test_no_character_of_the_text_is_in_both_halves(size, length, validation):
    """Places are told from the draft, in which each example knows where it begins."""
    entry = DATASETS["characters"]
    examples = entry.draw(size=size, length=length, validation=validation)
    draft = entry.function(np.random.default_rng(0), [size], 0.0, float(length))
    train, held = len(examples.train_inputs), round(size * validation)
    np.testing.assert_array_equal(examples.train_inputs, draft.inputs[:train])
    known = set(rows(examples.train_inputs))
    unseen = [row for row in draft.inputs[size - held :] if row.tobytes() not in known]
    np.testing.assert_array_equal(examples.valid_inputs, unseen)
    assert len(unseen) > 0.8 * held
    assert draft.begins is not None
    assert draft.begins[train - 1] + length < draft.begins[size - held]
    assert size - held - 12 <= train <= size - held


def test_without_numpy_s_copy_python_s_licence_is_read(monkeypatch):
    monkeypatch.setattr(text.metadata, "files", lambda name: [])
    monkeypatch.setattr(text, "_FIRST", "nowhere")
    own = text.Path(text.sysconfig.get_path("stdlib")) / "LICENSE.txt"
    if not own.exists():
        pytest.skip("this Python carries no licence")
    assert text.license_text.__wrapped__() == own.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("moons", {"arms": 3}, "unknown parameter 'arms' of moons; known: none"),
        ("spirals", {"factor": 3}, "unknown parameter 'factor' of spirals; known: arms, turns"),
        ("moons", {"size": 5}, "size is 5; a number from 20 to 1000 is needed"),
        ("digits", {"size": 1798}, "size is 1798; a number from 100 to 1797 is needed"),
        ("moons", {"size": "many"}, "size is 'many'; a number from 20 to 1000"),
        ("moons", {"noise": -0.1}, "noise is -0.1; a number from 0 to 1"),
        ("moons", {"noise": math.nan}, "noise is nan; a number from 0 to 1"),
        ("characters", {"noise": 0.1}, "noise is 0.1; a number from 0 to 0"),
        ("blobs", {"clouds": 7}, "clouds is 7; a number from 2 to 6"),
        ("blobs", {"clouds": math.inf}, "clouds is inf; a number from 2 to 6"),
        ("adding", {"length": 1}, "length is 1; a number from 2 to 64"),
        ("parity", {"length": 2}, "length is 2; a number from 3 to 64"),
        ("parity", {"length": 5, "size": 33}, "size is 33; a number from 8 to 32 is needed: parity of length 5 has 32"),
        ("blobs", {"noise": 0}, "noise is 0; a number from 0.02 to 1.5"),
        ("moons", {"imbalance": 0.96}, "imbalance is 0.96; a number from 0 to 0.95"),
        ("moons", {"validation": 0.05}, "validation is 0.05; a number from 0.1 to 0.8"),
        ("moons", {"validation": [0.5, 0.2]}, "validation is [0.5, 0.2]; a number from 0.1 to 0.8"),
        ("moons", {"seed": -1}, "seed is -1; a number from 0 to"),
        ("moons", {"seed": 10**400}, "a number from 0 to"),
    ],
)
def test_what_is_refused_and_how(name, arguments, message):
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        DATASETS[name].draw(**arguments)
    assert message in str(refused.value)


def test_scikit_learn_is_imported_only_when_digits_are_drawn():
    code = (
        "import sys, landscapes; assert 'sklearn' not in sys.modules;"
        "landscapes.DATASETS['digits'].draw(); assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
