"""The fan of a knob: its stops, that each is what the picture shows there, and what is said of it."""

import re
from dataclasses import replace

import numpy as np
import pytest

from experiments.flow import SKIPS, Curve, Flow, through_layers
from experiments.flow_fan import KNOBS, WIDEST, fan_live, fan_of, fan_words
from landscapes import ACTIVATIONS, NORMALIZATIONS

SMALL = Flow(curves=(Curve("tanh"), Curve("relu", 1.414)), depth=6, width=12)


def drawn(rng: np.random.Generator) -> Flow:
    """A small network at random, now and then one whose signal dies or overflows."""
    weight = float(f"{10 ** rng.uniform(-1, 1):.3g}") if rng.random() < 0.8 else float(rng.choice([0.0, 1e-30, 90.0]))
    curve = Curve(rng.choice(list(ACTIVATIONS)), weight, float(rng.choice([0.0, 0.3])), None,
                  rng.choice(list(NORMALIZATIONS)), rng.choice(list(SKIPS)))  # fmt: skip
    return Flow((curve,), int(rng.integers(1, 30)), int(rng.integers(1, 20)), 10, int(rng.integers(100)))


@pytest.mark.parametrize("knob", KNOBS)
def test_stops_rise_and_hold_the_value(knob: str):
    rng = np.random.default_rng(3)
    for _ in range(200):
        fan = fan_of(drawn(rng), 0, knob)
        assert fan is not None
        values = list(fan.values)
        assert values == sorted(set(values))
        assert fan.value in values
        assert len(values) <= 17
        low, high = {"weight": (0, 100), "depth": (1, 100), "width": (1, WIDEST)}[knob]
        assert low <= values[0] <= values[-1] <= high
        if knob != "weight":
            assert all(each == int(each) for each in values)


def test_wide_networks_have_none():
    assert fan_of(replace(SMALL, width=WIDEST + 1), 0, "weight") is None
    assert fan_of(SMALL, 2, "weight") is None


@pytest.mark.parametrize("knob", KNOBS)
def test_a_stop_is_what_the_picture_shows_there(knob: str):
    """Beside another network, which shares the seeds and nothing else."""
    fan = fan_of(SMALL, 1, knob)
    assert fan is not None
    (found,) = fan_live(fan)
    for value, measured in zip(fan.values, found, strict=True):
        first, second = SMALL.curves
        there = replace(SMALL, curves=(first, replace(second, weight=value))) if knob == "weight" else replace(
            SMALL, **{knob: int(value)})  # fmt: skip
        _, expected = through_layers(there)
        assert np.array_equal(measured.gradient, expected.gradient)
        assert measured.factor == expected.factor


SAID = re.compile(r"Net at ([a-z ]+) (\S+): (.+) of its gradient after (\d+) layers?; at (\S+): (.+)\.")


def written(left: float, exploded: bool) -> str:
    """What should be said of a median, but for the figure."""
    if exploded:
        return "the signal overflows, nothing is known"
    return "nothing" if left == 0 else "number"


_HIGH = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def figure(words: str) -> float:
    """The number in ``×0.184``, ``×9.2×10⁻⁹`` or ``×10⁻⁹``."""
    power = re.search("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$", words)
    mantissa = words[: power.start() if power else None].strip("×")
    return float(mantissa or 1) * 10.0 ** int(power[1].translate(_HIGH) if power else 0)


def test_every_sentence_of_random_fans_holds():
    rng = np.random.default_rng(7)
    said = 0
    for _ in range(36):
        flow = drawn(rng)
        for knob in KNOBS:
            fan = fan_of(flow, 0, knob)
            assert fan is not None
            (found,) = fan_live(fan)
            now = found[fan.values.index(fan.value)]
            for value, measured, sentence in zip(fan.values, found, fan_words(fan, found, "Net"), strict=True):
                match = SAID.fullmatch(sentence)
                assert match, sentence
                name, stop, here, layers, before, there = match.groups()
                assert name == KNOBS[knob]
                assert (float(stop), float(before)) == (
                    pytest.approx(value, rel=1e-5),
                    pytest.approx(fan.value, rel=1e-5),
                )
                assert int(layers) == (int(value) if knob == "depth" else flow.depth)
                for words, each in ((here, measured), (there, now)):
                    left = float(np.median(each.gradient[:, -1]))
                    kind = written(left, bool(np.isnan(each.gradient[:, -1]).any()))
                    assert words == kind or (kind == "number" and _says(words, left)), (sentence, left)
                said += 1
    assert said > 600


def _says(words: str, left: float) -> bool:
    if words.startswith(("less than", "more than")):
        return left in (1e-300, 1e300)
    return words.startswith("×") and figure(words) == pytest.approx(left, rel=0.06)
