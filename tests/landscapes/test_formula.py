"""What formulas mean: values, canonical text, LaTeX, errors, identity."""

import pickle

import jax.numpy as jnp
import numpy as np
import pytest

from landscapes import FormulaError, Surface, formula, parse_formula
from landscapes.formula.machine import formula_loss
from landscapes.formula.tree import Apply, Number
from tests.compilations import compilations
from tests.landscapes.formulas import VALID, expression
from tests.landscapes.latex_reader import latex_value
from tests.landscapes.programs import formula_values

POINTS = tuple((x, y) for x in (0.7, 2.1, -1.7, -0.3) for y in (1.3, -0.4, 2.0))
AXES = (
    *((0.0, 0.0), (-0.0, 2.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0), (2.0, -np.inf), (np.inf, 1.0)),
    *((-1e300, 2.0), (np.nan, 1.0), (1.0, np.nan), (0.0, np.nan), (-400.0, -400.0)),
)
TEXTS = [text for text, _ in VALID]


@pytest.mark.parametrize(("text", "meaning"), VALID)
def test_value(text, meaning):
    """NumPy's evaluation, JAX's and the printed LaTeX's all agree with the meaning."""
    surface = parse_formula(text)
    xs, ys = np.array(POINTS).T
    with np.errstate(all="ignore"):
        expected = np.array([meaning(x, y) for x, y in zip(xs, ys, strict=True)], float)
    np.testing.assert_allclose(expression(surface).on_arrays(xs, ys), expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(formula_values(surface, POINTS), expected, rtol=1e-12, atol=1e-15)
    printed = [latex_value(surface.latex, x, y) for x, y in zip(xs, ys, strict=True)]
    np.testing.assert_allclose(printed, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("text", TEXTS)
def test_canonical_text_reads_back_to_the_same_surface(text):
    surface = parse_formula(text)
    again = parse_formula(surface.text)
    assert again == surface
    assert (again.text, again.latex) == (surface.text, surface.latex)
    assert expression(again).tree == expression(surface).tree
    assert surface.text.isascii()


@pytest.mark.parametrize(
    ("text", "canonical", "latex"),
    [
        ("x^2+y ^ 2", "x**2 + y**2", "x^{2} + y^{2}"),
        ("-x^2", "-x**2", "-x^{2}"),
        ("(-x)^2", "(-x)**2", r"\left(-x\right)^{2}"),
        ("2*x*3", "2*x*3", r"2 x \cdot 3"),
        ("(x+1)*(y-1)", "(x + 1)*(y - 1)", r"\left(x + 1\right) \left(y - 1\right)"),
        ("x/(y+1)/2", "x/(y + 1)/2", r"\frac{\frac{x}{y + 1}}{2}"),
        ("3*(1/2)", "3*(1/2)", r"3 \cdot \frac{1}{2}"),
        ("x-(y-1)", "x - (y - 1)", r"x - \left(y - 1\right)"),
        ("(x-y)-1", "x - y - 1", "x - y - 1"),
        ("x^y^2", "x**y**2", "x^{y^{2}}"),
        ("(x^y)^2", "(x**y)**2", r"\left(x^{y}\right)^{2}"),
        ("-x*y", "-x*y", "-x y"),
        ("x+(-y)", "x + -y", r"x + \left(-y\right)"),
        ("sin(x)^2", "sin(x)**2", r"\left(\sin\left(x\right)\right)^{2}"),
        ("exp(-x/2)", "exp(-x/2)", r"e^{-\frac{x}{2}}"),
        ("√(π·x)", "sqrt(pi*x)", r"\sqrt{\pi x}"),
        ("maximum(x, ln(y))", "max(x, log(y))", r"\max\left(x, \ln\left(y\right)\right)"),
        ("2.50*x + 1e-7 + 3000000", "2.5*x + 1e-7 + 3e6", r"2.5 x + 10^{-7} + 3 \cdot 10^{6}"),
        ("+x", "x", "x"),
    ],
)
def test_spelling(text, canonical, latex):
    surface = parse_formula(text)
    assert (surface.text, surface.latex) == (canonical, latex)


@pytest.mark.parametrize(
    "value", [0.0, 1.0, 0.1, 123456.0, 1e6, 1200000.0, 1e12, 999999999999.0, 1e-7, 1.5e-300, 2 / 3]
)
def test_numbers_keep_every_digit(value):
    surface = parse_formula(f"x + {value!r}")
    tree = expression(surface).tree
    assert isinstance(tree, Apply)
    constant = tree.arguments[1]
    assert isinstance(constant, Number)
    assert constant.value == value
    assert parse_formula(surface.text) == surface
    np.testing.assert_allclose(latex_value(surface.latex, 0.0, 0.0), value, rtol=1e-15)


def test_surface_of_a_formula():
    surface = parse_formula("x^2 + 3*sin(y)", domain=((-1, 2), (0, 4)))
    assert isinstance(surface, Surface)
    assert surface.domain == ((-1.0, 2.0), (0.0, 4.0))
    assert surface.name == surface.text == surface.title == "x**2 + 3*sin(y)"
    assert surface.summary
    value = surface(jnp.array([2.0, 1.0]))
    assert value.shape == ()
    assert value.dtype == jnp.float64
    np.testing.assert_allclose(value, 4 + 3 * np.sin(1.0))
    with pytest.raises(ValueError, match="known: none"):
        surface.with_shape(a=1.0)


def test_one_program_for_all_formulas():
    texts = ["x**2+y", " x^2 +  y", "sin(x*y)", "where(x > y, tanh(x), 3)", "7"]
    boxes = [((-5, 5), (-5, 5)), ((0, 1), (0, 1))]
    surfaces = [parse_formula(text, box) for text in texts for box in boxes]
    formula_values(surfaces[0], [[3.0, 1.0]])
    with compilations() as compiled:
        found = [formula_values(surface, [[3.0, 1.0]])[0] for surface in surfaces]
    assert compiled() == 0
    np.testing.assert_allclose(found, np.repeat([10, 10, np.sin(3.0), np.tanh(3.0), 7], len(boxes)))
    assert {surface.split()[0] for surface in surfaces} == {formula_loss}
    assert len(set(surfaces)) == 4 * len(boxes)  # two spellings are one formula
    assert parse_formula("x + y") != parse_formula("y + x")


def test_drawing_and_searching_need_no_jax(monkeypatch):
    """A formula's picture, start and minima are NumPy's; JAX carries out its runs."""

    def refuse(*_):
        raise AssertionError("JAX was asked")

    monkeypatch.setattr("landscapes.formula.expression.formula_loss", refuse)
    surface = parse_formula("(x - 0.25)**2 + cosh(y)")
    assert surface.grid(np.linspace(-1, 1, 5), np.linspace(-1, 1, 4)).shape == (4, 5)
    assert surface.minima == ((0.25, 0.0),)
    assert surface.minimum == 1.0
    with pytest.raises(AssertionError, match="JAX was asked"):
        surface(jnp.zeros(2))


def test_grid_keeps_nan_and_infinity():
    xs, ys = np.array([-1.0, 0.0, 1.0]), np.array([0.0, 2.0])
    seen = parse_formula("log(x) + y").grid(xs, ys)
    np.testing.assert_array_equal(seen, [[np.nan, -np.inf, 0.0], [np.nan, -np.inf, 2.0]])
    np.testing.assert_array_equal(parse_formula("1/x").grid(xs, ys), [[-1, np.inf, 1]] * 2)
    np.testing.assert_array_equal(parse_formula("y/x").grid(xs, ys), [[0, np.nan, 0], [-2, np.inf, 2]])
    np.testing.assert_array_equal(parse_formula("exp(exp(1000*x))").grid(xs, ys), [[1, np.e, np.inf]] * 2)
    np.testing.assert_array_equal(parse_formula("7").grid(xs, ys), np.full((2, 3), 7.0))
    np.testing.assert_array_equal(parse_formula("y").grid(xs, ys), [[0, 0, 0], [2, 2, 2]])


@pytest.mark.parametrize("text", TEXTS)
def test_both_evaluations_agree_on_the_axes_and_at_infinity(text):
    surface = parse_formula(text)
    xs, ys = np.array(AXES).T
    seen = formula_values(surface, AXES)
    np.testing.assert_allclose(seen, expression(surface).on_arrays(xs, ys), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(
    ("text", "position", "token", "hint"),
    [
        ("x + foo(y)", 4, "foo", "x, y, pi, e, sin"),
        ("sine(x)", 0, "sine", "x, y, pi, e, sin"),
        ("3*(x 2 + 1)", 5, "2", "x*2"),
        ("3 + 1/2x", 7, "x", "(1/2)*x or 1/(2*x)"),
        ("x*y z", 4, "z", "x, y, pi, e"),
        ("xy + ex", 5, "ex", "e*x"),
        ("sin", 0, "sin", "sin(...)"),
        ("x + \u200bsin x y", 5, "sin", "sin(x)"),
        ("f(x, y) = x +", 13, "", "a number"),
        ("$x^2 + \\foo$", 7, "\\foo", "\\frac"),
        ("where(x, 1, 2)", 0, "where", "where(x > 0, x, y)"),
        ("max(x)", 0, "max(x)", "max(x, y)"),
        ("y + sin(x, y)*2", 4, "sin(x, y)", "sin(x)"),
        ("(x + 1", 0, "(", ")"),
        ("x + 1)", 5, ")", "("),
        ("x +", 3, "", "a number"),
        ("x * / 2", 4, "/", "a number"),
        ("π² + x ½ ½", 9, "½", "+ or *"),
        ("x²^2", 2, "^", "(x^2)^3"),
        ("x + 1/0", 4, "1/0", "finite"),
        ("y*9^9^9", 2, "9^9^9", "finite"),
        ("x + 1e13", 4, "1e13", "1e+12"),
        ("x = 2", 2, "=", "right-hand side"),
        ("|x|y|x|", 0, "|", "abs("),
        ("x*[0]", 2, "[", "round"),
        ("x + \u202ey", 4, "U+202E", "letters"),
        ("  x $", 4, "$", "+ - * /"),
        ("x" + "+x" * 200, 400, "x", "400"),
    ],
)
def test_errors_say_what_where_and_what_is_allowed(text, position, token, hint):
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    error = caught.value
    assert (error.position, error.token) == (position, token)
    assert hint in error.allowed
    assert error.message
    assert str(error) == f"{error.message}: '{token}' at position {position}; allowed: {error.allowed}"


def test_a_near_miss_is_named():
    with pytest.raises(FormulaError, match="did you mean sin"):
        parse_formula("sine(x)")


def test_errors_travel():
    with pytest.raises(FormulaError) as caught:
        parse_formula("x + foo")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is FormulaError
    assert (str(again), again.position, again.token) == (str(caught.value), 4, "foo")


@pytest.mark.parametrize("text", ["+".join(["x"] * 32), "-" * 31 + "x", "(" * 32 + "x" + ")" * 32, " x" + " " * 398])
def test_just_inside_the_limits(text):
    assert parse_formula(text).text


def test_parts_are_counted():
    fits = "+".join(["(x*y+x*y+x*y+x*y+x*y)"] * 7 + ["x*y*x", "x", "x"])  # 7 * 19 + 5 + 2 + 9 signs between
    assert parse_formula(fits).text
    with pytest.raises(FormulaError, match="too many parts") as caught:
        parse_formula(fits.replace("x*y*x", "x*y*x*y"))
    assert "150" in caught.value.allowed


def test_canonical_text_keeps_the_limit_too():
    """`^` is one character and ** two: what fits when typed must also fit when written out, or be refused."""
    fits, outgrows = ("+".join(["softplus(x)^2"] * terms) for terms in (23, 28))
    assert 380 < len(parse_formula(fits).text) <= 400
    assert len(outgrows) < 400
    with pytest.raises(FormulaError, match="too long, with 473 characters once every sign is written out"):
        parse_formula(outgrows)


@pytest.mark.parametrize("text", [None, 3, 2.5, b"x", ["x"], ("x",), object()])
def test_only_text_is_a_formula(text):
    with pytest.raises(FormulaError, match="a formula is text"):
        parse_formula(text)


@pytest.mark.parametrize(
    "domain",
    [None, 5, (1, 2), ((1, 1), (0, 1)), ((2, 1), (0, 1)), ((0, np.inf), (0, 1)), ((np.nan, 1), (0, 1)), ((0, 1),)],
)
def test_only_a_box_is_a_domain(domain):
    with pytest.raises(ValueError, match="domain is"):
        parse_formula("x", domain)


def test_caches_are_bounded():
    for k in range(33):
        assert parse_formula(f"x + {k}").minimum is None
    for kept in (formula._read, formula._surface, formula.find_minima):
        assert kept.cache_info().currsize == kept.cache_info().maxsize == 32


def test_language_is_documented():
    assert "parse_formula" in formula.__all__
    assert set(formula.ALIASES.values()) <= {*formula.FUNCTIONS, *formula.DERIVED}
    for name, operation in formula.FUNCTIONS.items():
        arguments = {1: "x", 2: "x, y", 3: "x > 0, x, y"}[operation.arity]
        assert parse_formula(f"{name}({arguments})").text == f"{name}({arguments})"
