"""Random texts: a surface or a `FormulaError`, nothing else; what is accepted means what it says.

``FORMULA_FUZZ=200000`` in the environment runs that many of each kind instead of the few of every day.
"""

import os
import random

import jax.numpy as jnp
import numpy as np
import pytest

from landscapes import FormulaError, Surface, parse_formula
from tests.landscapes.attacks import ATTACKS
from tests.landscapes.formulas import VALID, expression
from tests.landscapes.latex_reader import latex_value
from tests.landscapes.spellings import SPELLINGS

CASES = int(os.environ.get("FORMULA_FUZZ", "1500"))
PIECES = [
    *"xye+-*/^(),.0123456789 ",
    *["**", "pi", "2.5", "1e3", ".5", "x", "y", "x", "y", "(", ")", "²", "×", "−", "π", "√("],
    *[f"{name}(" for name in ("sin", "log", "sqrt", "abs", "max", "min", "exp", "floor", "sigmoid", "ln", "tan")],
    *[", ", "//", "__", "x.y", "[", "]", "'", "lambda", "if", "\n", "\x00", "é", "=", "<", "1j", "0x1", "ｘ"],
    *[
        "|",
        "|",
        "|x|",
        "2x",
        "xy",
        "x1",
        "x_2",
        "x[0]",
        "x[1]",
        "½",
        "⁻¹",
        "ˣ",
        "\u200b",
        "{",
        "}",
        "_",
        "$",
        "sin ",
        "sin^2",
    ],
    *[
        "\\frac{",
        "\\sqrt[3]{",
        "\\left(",
        "\\right)",
        "\\sin ",
        "\\cdot ",
        "\\pi ",
        "^{",
        "np.",
        "where(x>0,",
        "<",
        "f(x,y)=",
        ";",
    ],
]
UNARY = {
    "sin": np.sin,
    "cos": np.cos,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "tanh": np.tanh,
    "floor": np.floor,
}
BINARY = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power}


def parsed(text):
    """The surface, or the error it is refused with; any other exception passes through and fails the test."""
    try:
        return parse_formula(text)
    except FormulaError as error:
        return error


def outcome(text):
    """The surface, checked, or None where it is refused."""
    surface = parsed(text)
    if isinstance(surface, FormulaError):
        assert surface.token.isprintable()
        assert 0 <= surface.position <= len(text)
        return None
    assert isinstance(surface, Surface)
    assert parse_formula(surface.text) == surface
    x, y = 0.6180339887, -1.3247179572
    value = expression(surface).on_arrays(x, y)
    np.testing.assert_allclose(latex_value(surface.latex, x, y), value, rtol=1e-6, atol=1e-9)
    if len(surface.latex) <= 400 and "cases" not in surface.latex:
        pasted = parse_formula(surface.latex)  # what is shown can be typed
        np.testing.assert_allclose(expression(pasted).on_arrays(x, y), value, rtol=1e-6, atol=1e-9)
    return surface


def test_token_soup():
    rng = random.Random(1)
    accepted = 0
    for _ in range(CASES):
        text = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, rng.choice((3, 6, 12, 60)))))
        accepted += outcome(text) is not None
    assert 0 < accepted < CASES


def test_mutated_formulas():
    rng = random.Random(2)
    seeds = [text for text, _ in [*VALID, *SPELLINGS]] + [attack for attack in ATTACKS if len(attack) < 60]
    accepted = 0
    for _ in range(CASES):
        text = list(rng.choice(seeds))
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(text) + 1)
            text[at : at + rng.randint(0, 2)] = rng.choice((rng.choice(PIECES), "", chr(rng.randrange(0x3000))))
        accepted += outcome("".join(text)) is not None
    assert CASES // 50 < accepted < CASES


def random_formula(rng, depth):
    """A formula as text, every operand in brackets, with blanks here and there; and its meaning."""
    kind = rng.random()
    if depth == 0 or kind < 0.2:
        name = rng.choice(("x", "y", "pi", "2", "0.5", "3", "1e-2"))  # e**t and exp(t) look the same in LaTeX
        values = {"x": lambda x, y: x, "y": lambda x, y: y, "pi": lambda x, y: np.pi}
        return name, values.get(name, lambda x, y: np.float64(name))
    first, f = random_formula(rng, depth - 1)
    if kind < 0.3:
        return f"-({first})", lambda x, y: -f(x, y)
    if kind < 0.5:
        name = rng.choice(list(UNARY))
        return f"{name}( {first})", lambda x, y: UNARY[name](f(x, y))
    second, g = random_formula(rng, depth - 1)
    sign = rng.choice(list(BINARY))
    gap = " " * rng.randint(0, 2)
    return f"({first}){gap}{sign}({second})", lambda x, y: BINARY[sign](np.float64(f(x, y)), g(x, y))


def test_random_formulas_mean_what_they_say():
    rng = random.Random(3)
    points = [(0.37, 1.91), (-1.21, 0.53), (2.3, -0.7)]
    read = 0
    for case in range(CASES // 3):
        text, meaning = random_formula(rng, rng.randint(1, 5))
        if len(text) > 400:
            continue
        surface = parsed(text)
        if isinstance(surface, FormulaError):
            assert surface.message in ("this part has no finite value", "the formula has too many parts"), text
            continue
        read += 1
        assert parse_formula(surface.text) == surface
        with np.errstate(all="ignore"):
            expected = [float(meaning(np.float64(x), np.float64(y))) for x, y in points]
        np.testing.assert_allclose([expression(surface).on_arrays(x, y) for x, y in points], expected, rtol=1e-12)
        if case % 50 == 0:
            np.testing.assert_allclose([surface(jnp.array(point)) for point in points], expected, rtol=1e-9, atol=1e-12)
        printed = [latex_value(surface.latex, x, y) for x, y in points]
        np.testing.assert_allclose(printed, expected, rtol=1e-7, atol=1e-12)
    assert read > CASES // 5


@pytest.mark.parametrize("size", [399, 400, 401, 4000, 10**6])
def test_long_soup_ends(size):
    rng = random.Random(size)
    text = "".join(rng.choice("xy+-*/()^") for _ in range(size))[:size]
    assert outcome(text) is None
