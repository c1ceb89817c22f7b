"""One limit for boxes: what it refuses, and how far each end reaches while the other stays."""

import math
import random

import numpy as np
import pytest

from landscapes import parse_formula
from landscapes.box import FARTHEST, FINEST, NARROWEST, checked, nearest_within, reach_of_high, reach_of_low

REFUSED = [(999999, 1000000), (-1000000, -999999), (1, 1), (2, 1), (0, 9e-7), (0, 1.1e6), (-2e6, 0), (math.nan, 1),
           (0, math.inf), (1000, 1000.05)]  # fmt: skip
TAKEN = [(999900, 1000000), (-1e6, 1e6), (0, 1e-6), (-1e-6, 0), (1000, 1000.2), (-1e-300, 1), (-1000.2, -1000)]


@pytest.mark.parametrize("side", REFUSED)
@pytest.mark.parametrize("axis", [0, 1])
def test_a_side_beyond_the_limits_is_named(side, axis):
    box = ((0, 1), side) if axis else (side, (0, 1))
    with pytest.raises(ValueError, match=f"{'xy'[axis]} from .* within ±1000000, .* at least 0.000001 and 0.0001 of"):
        parse_formula("x*y", box)


@pytest.mark.parametrize("side", TAKEN)
def test_a_side_within_the_limits_is_taken_as_it_is(side):
    assert parse_formula("x*y", (side, (0, 1))).domain == (side, (0, 1))


def test_a_box_has_no_negative_zero():
    assert "-0.0" not in repr(checked(((-0.0, 1), (-1, -0.0))))


def test_each_end_reaches_to_the_limit_and_no_further():
    rng = random.Random(0)
    for _ in range(3000):
        farther = rng.choice([-1, 1]) * rng.choice([0, 1e-9, 1e-3, 1, 777.7, 999_000, 10 ** rng.uniform(-9, 5.9)])
        for high in (farther, 1e6 * rng.random()):
            low, near = reach_of_low(high)
            least, far = reach_of_high(-high)
            assert (-far, -least) == (low, near)
            if high - NARROWEST > -FARTHEST * (1 - FINEST):
                assert checked(((low, high), (near, high))) == ((low + 0.0, high + 0.0), (near + 0.0, high + 0.0))
                beyond = near + 0.01 * max(NARROWEST, FINEST * max(abs(high), abs(near)))
                with pytest.raises(ValueError, match="no side"):
                    checked(((beyond, high), (0, 1)))
                assert nearest_within((low, near), rng.uniform(-2e6, 2e6)) <= near


def test_the_narrowest_side_is_drawn_in_distinct_float32_places():
    """Paths travel as float32: across the narrowest side there are hundreds of places, and all grid lines differ."""
    for far in (1.0, 1.999999, 1000.0, 524_289.0, FARTHEST):
        line = np.linspace(far * (1 - FINEST), far, 81).astype(np.float32)
        assert np.diff(line).min() > 0
        assert (far * FINEST) / np.spacing(np.float32(far)) > 500
