"""Formulas drawn by chance over every operation of the language, and their derivatives in extended precision."""

import random

import numpy as np
from jaxtyping import Float

from landscapes.formula import FUNCTIONS
from landscapes.formula.tree import Node, on_numpy

ONE = [name for name, operation in FUNCTIONS.items() if operation.arity == 1]
TWO = [name for name, operation in FUNCTIONS.items() if operation.arity == 2]
_EXPONENTS = ("2", "3", "4", "5", "7", "65", "-1", "-2", "0", "1", "0.5", "1.5", "-0.5", "1/3")
_STEP = 2e-3
_FIRST = np.array([-1, 9, -45, 0, 45, -9, 1], np.longdouble) / 60  # central differences of sixth order
_SECOND = np.array([2, -27, 270, -490, 270, -27, 2], np.longdouble) / 180
_HERE = np.array([0, 0, 0, 1, 0, 0, 0], np.longdouble)

EVERY = [
    *(f"{name}({inside})*y + {name}(y)" for name in ONE for inside in ("x", "x*y/3 + 0.1")),
    *(f"{name}(x*y, x - y/3) + y*{name}(x, 1.3)" for name in TWO),
    *(f"(x*y + 2*x)**({exponent}) + y" for exponent in _EXPONENTS),
    *("x**y", "(x*y)**x", "2.5**(x*y)", "x/y - y/x", "-x*-y", "0**x + y"),
    *(f"where(x {sign} y, x**2*y, sin(x*y))" for sign in ("<", "<=", ">", ">=")),
]
"""Each operation with both variables in its arguments, so that every term of the chain rule takes part."""


def drawn(rng: random.Random, depth: int) -> str:
    """A formula of at most this depth."""
    kind = rng.random()
    if depth == 0 or kind < 0.12:
        return rng.choice(("x", "y", "x", "y", "2", "0.5", "3", "-1", "pi"))
    first = drawn(rng, depth - 1)
    if kind < 0.5:
        return f"{rng.choice(ONE)}({first})"
    second = drawn(rng, depth - 1)
    if kind < 0.58:
        return f"{rng.choice(TWO)}({first}, {second})"
    if kind < 0.66:
        return f"where({first} {rng.choice(('<', '<=', '>', '>='))} {drawn(rng, 1)}, {second}, {drawn(rng, depth - 1)})"
    if kind < 0.76:
        return f"({first})**({rng.choice(_EXPONENTS)})"
    return f"({first}){rng.choice(('+', '-', '*', '/', '*', '+', '**'))}({second})"


def differences(tree: Node, x: float, y: float, step: float = _STEP) -> Float[np.ndarray, "6"]:
    """Value, dx, dy, dxx, dxy, dyy of NumPy's own evaluation in 80 bits, by central differences."""
    offsets = np.arange(-3, 4, dtype=np.longdouble) * np.longdouble(step)
    with np.errstate(all="ignore"):
        near = np.broadcast_to(on_numpy(tree, np.longdouble(x) + offsets, np.longdouble(y) + offsets[:, None]), (7, 7))
        near = near.astype(np.longdouble)
        rows = ((_HERE, _HERE, 0), (_FIRST, _HERE, 1), (_HERE, _FIRST, 1),
                (_SECOND, _HERE, 2), (_FIRST, _FIRST, 2), (_HERE, _SECOND, 2))  # fmt: skip
        return np.array([v @ near @ h / np.longdouble(step) ** order for h, v, order in rows], float)
