"""A slider's positions and values are inverse to each other, and keep the ends."""

import math

import pytest

from frontend.knobs import position, value_at
from optimizers import OPTIMIZERS, SCHEDULES, Hyperparam

KNOBS = {
    f"{e.name}.{name}": knob
    for shelf in (OPTIMIZERS, SCHEDULES)
    for e in shelf.values()
    for name, knob in e.hyperparams.items()
}


@pytest.mark.parametrize("knob", KNOBS.values(), ids=KNOBS.keys())
def test_positions_come_back(knob):
    for at in (0, 1, 60, 120, 239, 240):
        assert position(knob, value_at(knob, at)) == at
    assert value_at(knob, 0) == knob.low
    assert value_at(knob, 240) == knob.high


def test_decades_are_evenly_spaced():
    knob = Hyperparam(1e-3, 1e-6, 1.0, log=True)
    assert [position(knob, 10.0**k) for k in range(-6, 1)] == [0, 40, 80, 120, 160, 200, 240]


def test_beyond_the_range_the_slider_rests_at_its_end():
    knob = Hyperparam(0.5, 0.0, 1.0)
    assert position(knob, 7.0) == 240
    assert position(knob, -7.0) == 0
    assert position(Hyperparam(1.0, 0.1, 10.0, log=True), -1.0) == 0
    assert math.isclose(value_at(knob, 120), 0.5)
