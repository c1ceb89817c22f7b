"""Polyak's step: as long as the height above the minimum asks for, where that is known, and above 0 where it is not."""

import numpy as np
import pytest

from landscapes import SURFACES, parse_formula
from optimizers import OPTIMIZERS, Descent, descend, descend_all
from tests.compilations import compilations
from tests.landscapes.programs import slope
from tests.landscapes.textbook import MINIMA, VALUES
from tests.optimizers.terrain import quadratic

POLYAK = OPTIMIZERS["polyak_sgd"]
LOWEST = {name: minimum for name, (minimum, _, _) in MINIMA.items()} | {
    "styblinski_tang": -78.33233140754282, "mccormick": -1.9132229549810367, "six_hump_camel": -1.0316284534898774,
    "branin": 0.39788735772973816, "scalar_factorization": 0.0,
}  # fmt: skip


def walked(value, gradient, start, num_steps, f_min, longest=1.0) -> np.ndarray:
    """Polyak's rule, written out."""
    path = [np.array(start)]
    for _ in range(num_steps):
        g = gradient(path[-1])
        path.append(path[-1] - (min((value(*path[-1]) - f_min) / (g @ g), longest) * g if g @ g > 1e-15 else 0 * g))
    return np.array(path)


@pytest.mark.parametrize("name", LOWEST)
def test_the_height_is_that_above_the_known_minimum(name):
    surface = SURFACES[name]
    run = descend(surface, POLYAK, start=surface.start, num_steps=30)
    expected = walked(VALUES[name], lambda x: slope(surface, x), surface.start, 30, LOWEST[name])
    # some paths double a rounding error every few steps
    np.testing.assert_allclose(run.params[:8], expected[:8], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", ["styblinski_tang", "mccormick", "six_hump_camel", "goldstein_price", "branin"])
def test_near_a_minimum_it_settles_there_and_not_at_zero(name):
    surface = SURFACES[name]
    (x, y), *_ = surface.minima
    run = descend(surface, POLYAK, start=(x + 0.03, y - 0.02), num_steps=400)
    assert abs(run.loss[-1] - LOWEST[name]) < 1e-9 * max(1, abs(LOWEST[name]))


def test_what_is_set_is_kept():
    bowl, knobs = SURFACES["booth"], {"f_min": 2.0, "max_learning_rate": 10.0}
    run = descend(bowl, POLYAK, knobs, start=(-8.0, -6.0), num_steps=200)
    expected = walked(VALUES["booth"], lambda x: slope(bowl, x), (-8.0, -6.0), 6, 2.0, 10.0)
    np.testing.assert_allclose(run.params[:7], expected, rtol=1e-9)
    assert abs(run.loss[-50:] - 2.0).max() < 10  # it hovers about the height that it was told


def test_where_no_minimum_is_known_it_is_taken_to_be_zero():
    runs = [descend(SURFACES["saddle"], POLYAK, knobs, start=(1.5, 0.1), num_steps=30) for knobs in ({}, {"f_min": 0})]
    np.testing.assert_array_equal(runs[0].params, runs[1].params)
    assert SURFACES["saddle"].minimum is None


def test_a_shape_and_a_formula_bring_their_own_minimum():
    formula = parse_formula("(x - 1)^2 + (y + 2)^2 - 900")
    told, knows = ({"f_min": -900.0}, {})
    runs = [descend(formula, POLYAK, knobs, start=(0.0, 0.0), num_steps=5) for knobs in (told, knows)]
    np.testing.assert_array_equal(runs[0].params, runs[1].params)
    np.testing.assert_allclose(runs[1].params[1], [0.5, -1.0], rtol=1e-12)  # half of the way: 5 / 20 of the slope


def test_another_minimum_compiles_nothing():
    names = ("styblinski_tang", "goldstein_price", "branin")
    descend(SURFACES["booth"], POLYAK, start=(1.0, 1.0), num_steps=3)
    with compilations() as count:
        for name in names:
            descend_all(SURFACES[name], [Descent(POLYAK)], start=SURFACES[name].start, num_steps=3)
    assert count() == 0


def test_polyak_scaling_only_scales():
    # half the step of scaling 1: 1/2 (loss - f_min) / |g|^2 g, on 1/2 x^2 from x = 1 a quarter of the way
    run = descend(quadratic(1.0, 1.0), POLYAK, {"scaling": 0.5}, start=(1.0, 0.0), num_steps=1)
    np.testing.assert_allclose(run.params[1], [0.75, 0.0], rtol=1e-12)
