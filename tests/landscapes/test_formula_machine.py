"""A formula's code carried out: values, slopes and curvatures against differences in extended precision."""

import random

import jax
import numpy as np
import pytest

from landscapes import FormulaError, parse_formula
from landscapes.formula.machine import REGISTERS, assemble
from landscapes.formula.tree import MAX_NODES
from landscapes.formula.words import OPERATIONS
from tests.landscapes.formulas import VALID, expression
from tests.landscapes.programs import formula_curvatures, formula_slopes, formula_values
from tests.landscapes.random_formulas import EVERY, differences, drawn

PLACES = [(0.713, 1.291), (2.131, 0.417), (-1.733, 0.617), (-0.337, -2.213), (0.613, 0.417), (2.131, 1.917)]
EXTENDED = np.finfo(np.longdouble).eps < 1e-18


def balanced(terms: list[str]) -> str:
    """Their sum, as few operations inside one another as can be."""
    half = len(terms) // 2
    return f"({balanced(terms[:half])} + {balanced(terms[half:])})" if half else terms[0]


LIMITS = {
    "wide": balanced(["x*y"] * 37),
    "deep": "sin(" * 31 + "x" + ")" * 31,
    "of constants": balanced([f"{k}.5*x" for k in range(37)]),
    "of powers": balanced([f"(x+{k})^7" for k in range(25)]),
}


def derivatives(surface) -> np.ndarray:
    """Value, dx, dy, dxx, dxy, dyy at each of the places."""
    bends = formula_curvatures(surface, PLACES).reshape(-1, 4)
    values = formula_values(surface, PLACES)
    finite = np.isfinite(values)
    np.testing.assert_array_equal(bends[finite, 1], bends[finite, 2])
    return np.concatenate((values[:, None], formula_slopes(surface, PLACES), bends[:, [0, 1, 3]]), axis=1)


def compared(text: str) -> int:
    """At how many places a formula was held against differences: those where two steps of them agree."""
    surface, count = parse_formula(text), 0
    tree = expression(surface).tree
    for place, found in zip(PLACES, derivatives(surface), strict=True):
        fine, coarse = differences(tree, *place, step=1e-3), differences(tree, *place, step=2e-3)
        room = np.array([1e-13, 1e-11, 1e-11, 1e-8, 1e-8, 1e-8]) * (1 + np.abs(fine).max())
        if np.isfinite(fine).all() and (np.abs(fine - coarse) < 70 * room).all() and np.abs(fine).max() < 1e6:
            # of sixth order, so that half the step leaves a 64th of the error
            np.testing.assert_array_less(np.abs(found - fine), np.abs(fine - coarse) / 30 + room, err_msg=text)
            count += 1
    return count


@pytest.mark.skipif(not EXTENDED, reason="NumPy has no longer floats here")
@pytest.mark.parametrize("text", EVERY)
def test_every_operation_against_differences_in_extended_precision(text):
    assert compared(text) >= 1


@pytest.mark.skipif(not EXTENDED, reason="NumPy has no longer floats here")
def test_formulas_drawn_by_chance_against_differences_in_extended_precision():
    rng, count, read = random.Random(11), 0, 0
    for _ in range(300):
        try:
            count += compared(drawn(rng, rng.randint(2, 4)))
            read += 1
        except FormulaError:
            continue
    assert read > 150
    assert count > 250


def test_every_operation_is_tried():
    tried = {row[0] for text in EVERY for row in assemble(expression(parse_formula(text)).tree).operations[:20]}
    assert tried == set(range(len(OPERATIONS)))


@pytest.mark.parametrize("text", LIMITS.values(), ids=list(LIMITS))
def test_the_largest_formulas_fit(text):
    surface = parse_formula(text)
    np.testing.assert_allclose(formula_values(surface, PLACES), expression(surface).on_arrays(*np.transpose(PLACES)),
                               rtol=1e-12)  # fmt: skip
    code = expression(surface).code
    assert code.operations.shape == (MAX_NODES, 4)
    assert code.operations[: code.count].max() < REGISTERS


@pytest.mark.parametrize("text", [text for text, _ in VALID])
def test_results_do_not_run_into_constants(text):
    code = expression(parse_formula(text)).code
    assert not code.registers[: 2 + code.count].any()
    assert code.result == code.count + 1 or code.count == 0


def test_equal_parts_are_worked_out_once():
    assert expression(parse_formula("sin(x*y) + sin(x*y)^2 - x*y")).code.count == 5
    assert expression(parse_formula("hypot(x, y) + hypot(x, y)")).code.count == 5
    assert expression(parse_formula("0*x - (0 - x)*-0")).code.registers[-2:].tolist() == [0, 0]  # 0 and -0 are two
    assert np.signbit(expression(parse_formula("x*(-0.0)")).code.registers).any()


@pytest.mark.parametrize(
    ("text", "place", "curvature"),
    [
        ("x**y", (-2, 3), [[-12, 0], [0, 0]]),  # along y there is no power of a negative number
        ("where(x > 0, sqrt(x), x**2)*y", (-3, 2), [[4, -6], [-6, 0]]),  # the part not taken is NaN
        ("where(x > 0, log(x), 0) + y**2", (0, 1), [[0, 0], [0, 2]]),
        ("sqrt(abs(x)) + cbrt(x)*y", (0, 3), [[0, 0], [0, 0]]),
        ("abs(x)*y + max(x, y)**2", (0, 0), [[0.5, 0.5], [0.5, 0.5]]),
        ("tanh(1/x) + y**2", (0, 1), [[0, 0], [0, 2]]),
        ("exp(-1/x**2) + x*y", (0, 1), [[0, 1], [1, 0]]),
        ("relu(x)**2 + floor(y)*x*y", (0, 2.5), [[0, 2], [2, 0]]),
        ("asin(x)*y + acosh(y)", (1, 1), [[0, 0], [0, 0]]),
        ("atan2(y, x)*x", (0, 0), [[0, 0], [0, 0]]),
    ],
)
def test_curvature_where_the_slope_jumps_or_is_not_defined(text, place, curvature):
    assert np.isfinite(expression(parse_formula(text)).on_arrays(*place))
    np.testing.assert_allclose(formula_curvatures(parse_formula(text), [place])[0], curvature, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("text", "place", "slope"),
    [
        ("exp(-1/x**2) + x", (0, 1), (1, 0)),  # level inside, however steep outside
        ("sigmoid(-40 + x)", (0, 0), (np.exp(-40.0), 0)),
        ("sigmoid(40 + x)", (0, 0), (np.exp(-40.0), 0)),  # 1 - sigmoid would be rounded to 0
        ("tanh(20 + x)", (0, 0), (4 * np.exp(-40.0), 0)),
    ],
)
def test_slopes_that_rounding_or_a_pole_would_spoil(text, place, slope):
    np.testing.assert_allclose(formula_slopes(parse_formula(text), [place])[0], slope, rtol=1e-9)


def test_a_third_derivative_is_right_forwards_and_refused_backwards():
    surface = parse_formula("x**5*y + exp(2*y)")
    bend = jax.hessian(surface)
    third = jax.jacfwd(bend)(np.array([1.5, 0.5]))
    np.testing.assert_allclose(third[0, 0], [60 * 1.5**2 * 0.5, 20 * 1.5**3])
    np.testing.assert_allclose(third[1, 1], [0, 8 * np.e])
    with pytest.raises(ValueError, match="Reverse-mode differentiation does not work"):
        jax.jacrev(bend)(np.array([1.5, 0.5]))


def test_arrays_are_taken_elementwise():
    function = expression(parse_formula("x*y + 7"))
    assert function(np.zeros((3, 1)), np.ones(2)).shape == (3, 2)
    np.testing.assert_array_equal(function([[1.0], [2.0]], [3.0, 4.0]), [[10, 11], [13, 15]])
