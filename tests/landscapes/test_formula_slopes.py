"""Slopes of formulas: against differences where there is a slope, finite where there is a kink."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from landscapes import parse_formula
from tests.landscapes.formulas import VALID, expression
from tests.landscapes.programs import formula_curvatures, formula_slopes

SMOOTH = [(0.7, 1.3), (2.13, 0.41), (-1.7, 0.61), (-0.33, -2.2)]


@pytest.mark.parametrize("text", [text for text, _ in VALID])
def test_gradient_against_central_differences(text):
    surface = parse_formula(text)
    points = np.array(SMOOTH)
    finite = np.isfinite(expression(surface).on_arrays(*points.T))
    assert finite.any()
    slopes = formula_slopes(surface, points)[finite]
    points = points[finite]
    step = 1e-4
    for axis in (0, 1):
        offset = step * np.eye(2)[axis]
        near = [expression(surface).on_arrays(*(points + k * offset).T) for k in (-2, -1, 1, 2)]
        expected = (near[0] - 8 * near[1] + 8 * near[2] - near[3]) / (12 * step)
        scale = np.abs(near).max(axis=0)
        assert (np.abs(slopes[:, axis] - expected) <= 1e-7 * np.abs(expected) + 1e-11 * scale / step).all()


KINKS = [  # (formula, place, slope)
    ("sqrt(x**2 + y**2)", (0, 0), (0, 0)),
    ("sqrt(x**2 + y**2) + x - 2*y", (0, 0), (1, -2)),
    ("sqrt(x)", (0, 1), (0, 0)),
    ("sqrt(sqrt(x**2 + y**2))", (0, 0), (0, 0)),
    ("sqrt(abs(x)) + y**2", (0, 3), (0, 6)),
    ("abs(x) + 2*y", (0, 0), (0, 2)),
    ("abs(x*y)", (0, 0), (0, 0)),
    ("x**0.5 + y", (0, 1), (0, 1)),
    ("x**1.5 + y", (0, 1), (0, 1)),
    ("abs(x)**0.3 + y", (0, 1), (0, 1)),
    ("(x**2 + y**2)**(1/4) + 3*y", (0, 0), (0, 3)),
    ("(x**2 + y**2)**0.5 + 3*y", (0, 0), (0, 3)),
    ("max(x, y)", (2, 2), (0.5, 0.5)),
    ("min(x, 0) + y", (0, 1), (0.5, 1)),
    ("relu(x) + y", (0, 1), (0, 1)),
    ("sign(x) + floor(y) + x*y", (0, 3), (3, 0)),
    ("exp(-1/x**2) + y", (0, 1), (0, 1)),
    ("tanh(1/x) + 3*y", (0, 1), (0, 3)),
    ("atan(1/x) + y**2", (0, 1), (0, 2)),
    ("gaussian(1/x) + y", (0, 1), (0, 1)),
    ("sigmoid(1/x)*y", (0, 2), (0, 1)),
    ("min(log(x), 5) + max(1/x, -3) - max(1/x, -3) + max(log(x), -9)", (1, 0), (2, 0)),
    ("max(log(x), -9) + y", (0, 1), (0, 1)),
    ("tanh(exp(x)) + y", (800, 1), (0, 1)),
    ("x**y", (0, 2), (0, 0)),
    ("x**y", (0, 0.5), (0, 0)),
    ("x**y", (-2, 2), (-4, 0)),
    ("x**y + 5*y", (2, 3), (12, 8 * np.log(2) + 5)),
    ("0**y + x", (1, 2), (1, 0)),
    ("x**2", (-3, 0), (-6, 0)),
    ("x**3 + y**2", (-2, -0.5), (12, -1)),
    ("x**-2", (-2, 0), (0.25, 0)),
    ("x**2 + y**3", (0, 0), (0, 0)),
    ("x**100", (-1, 0), (-100, 0)),
    ("x**1 + y**0", (0, 0), (1, 0)),
    ("(x - y)**65", (0, 1), (65, -65)),
    ("cbrt(x) + y", (0, 1), (0, 1)),
    ("cbrt(x)", (-8, 1), (1 / 12, 0)),
    ("asin(x) + y", (1, 1), (0, 1)),
    ("asin(x) + y", (-1, 1), (0, 1)),
    ("acos(x)*y", (-1, 2), (0, np.pi)),
    ("acosh(x) + y", (1, 1), (0, 1)),
    ("atan2(y, x) + x", (0, 0), (1, 0)),
    ("atan2(y, x)", (-2, 0), (0, -0.5)),
    ("ceil(x) + round(y) + x*y", (2, 0.5), (0.5, 2)),
    ("mod(x, y)", (5, 2), (1, -2)),
    ("mod(x, y)", (-5, 3), (1, 2)),
    ("hypot(x, y) + x", (0, 0), (1, 0)),
    ("max(x, y, 1)", (0, 2), (0, 1)),
    ("log(x, 2)", (2, 0), (0.5 / np.log(2), 0)),
    ("where(x > 0, log(x), 2*x) + y**2", (-1, 1), (2, 2)),  # the part not taken is NaN
    ("where(x > 0, sqrt(x), 0) + x*y", (-4, 3), (3, -4)),
    ("where(x < 0, 1, log(x)) + y", (0.5, 1), (2, 1)),
    ("where(x >= 0, 3*x, -x)", (0, 0), (3, 0)),  # at the border, the part that is taken there
    ("where(x > 0, where(y > 0, log(x*y), log(-y)), y)", (2, -1), (0, -1)),
    ("where(x > 0, 1/x, 0)*y", (0, 2), (0, 0)),
    ("where(1 > 2, log(x), x*y)", (-1, 3), (3, -1)),
]


@pytest.mark.parametrize(("text", "place", "slope"), KINKS)
def test_slope_at_a_kink(text, place, slope):
    surface = parse_formula(text)
    assert np.isfinite(expression(surface).on_arrays(*place))
    np.testing.assert_allclose(formula_slopes(surface, [place] * len(SMOOTH))[0], slope, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(jax.grad(surface)(np.array(place, float)), slope, rtol=1e-12, atol=1e-15)


def test_a_descent_starts_from_a_kink():
    """As the engine does it: compiled, in a loop, the values traced."""
    loss, values = parse_formula("sqrt(x**2 + y**2) + abs(x - 1) + (y + 2)**2").split()

    @jax.jit
    def descend(start):
        return lax.fori_loop(0, 400, lambda _, p: p - 0.01 * jax.grad(loss)(p, values), start)

    end = np.asarray(descend(jnp.zeros(2)))
    assert np.isfinite(end).all()
    assert end[1] < -1


@pytest.mark.parametrize(
    ("text", "place", "curvature"),
    [
        ("x**2 + 3*x*y - y**2", (-3, 2), [[2, 3], [3, -2]]),
        ("x**2", (0, 0), [[2, 0], [0, 0]]),
        ("x**3*y", (-2, -1), [[12, 12], [12, 0]]),
        ("x**100", (-1, 0), [[9900, 0], [0, 0]]),
        ("x**y", (2, 3), [[12, 4 * (1 + 3 * np.log(2))], [4 * (1 + 3 * np.log(2)), 8 * np.log(2) ** 2]]),
        ("(1 - x)^2 + 100*(y - x^2)^2", (1, 1), [[802, -400], [-400, 200]]),
        ("sqrt(x**2 + y**2)", (3, 4), [[16 / 125, -12 / 125], [-12 / 125, 9 / 125]]),
        ("sqrt(x**2 + y**2) + y**2", (0, 0), [[0, 0], [0, 2]]),
        ("abs(x) + x**2 + y**2", (0, 0), [[2, 0], [0, 2]]),
        ("exp(2*y)*sin(x)", (0.5, 0), [[-np.sin(0.5), 2 * np.cos(0.5)], [2 * np.cos(0.5), 4 * np.sin(0.5)]]),
        ("7", (1, 1), [[0, 0], [0, 0]]),
    ],
)
def test_curvature(text, place, curvature):
    np.testing.assert_allclose(formula_curvatures(parse_formula(text), [place])[0], curvature, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(
    ("text", "place", "slope"),
    [
        ("log(x) + y", (-1, 1), (-1, 1)),  # the loss is NaN there: the slope is JAX's own
        ("1/x", (0, 0), (-np.inf, 0)),
        ("log(x)", (0, 0), (np.inf, 0)),
        ("x/y", (0, 0), (np.inf, np.nan)),
        ("1/x", (1e-100, 0), (-1e200, 0)),
        ("sqrt(x)", (1e-200, 0), (5e99, 0)),
        ("exp(x)*exp(x)*exp(-x)", (300, 0), (np.exp(300.0), 0)),
    ],
)
def test_only_finite_losses_are_mended_and_nothing_is_clipped(text, place, slope):
    np.testing.assert_allclose(formula_slopes(parse_formula(text), [place] * len(SMOOTH))[0], slope, rtol=1e-12)


def test_forward_and_reverse_agree():
    surface = parse_formula("sqrt(x**2 + y**2) + x*abs(y)")
    for place in ((0.0, 0.0), (3.0, -4.0)):
        point = jnp.array(place)
        np.testing.assert_allclose(jax.jit(jax.jacfwd(surface))(point), jax.jit(jax.grad(surface))(point))
