"""The vocabulary of formulas: what every operation is in NumPy, in JAX, in text and in LaTeX.

The two evaluations give the same values, NaN and infinity included. The JAX ones take 0 for the slope at a kink, where
the value is finite and the derivative is not: ``where`` keeps the infinity out of both the value and the gradient.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


@dataclass(frozen=True)
class Operation:
    """One operation of the language; equal by name."""

    name: str  # in canonical text: a function's name, or an operator's sign
    arity: int
    numpy: Callable[..., Any] = field(compare=False)
    jax: Callable[..., Any] = field(compare=False)
    latex: str = ""  # of a function: its name, or a pattern with {0}, {1} for its arguments
    meaning: str = ""  # for the help text


def root(x: Any) -> Any:
    """The square root, with slope 0 at 0."""
    kink = x == 0
    return jnp.where(kink, 0.0, jnp.sqrt(jnp.where(kink, 1.0, x)))


def magnitude(x: Any) -> Any:
    """The absolute value, with slope 0 at 0, where JAX takes 1."""
    return jnp.where(x == 0, 0.0, jnp.abs(x))


_UNROLLED = 64  # whole exponents up to this become multiplications, as in the shelf's own x**2


def power(base: Any, exponent: Any) -> Any:
    """``base ** exponent`` with slope 0 where the base is 0 and the exponent no whole constant."""
    if isinstance(exponent, float):
        if exponent.is_integer() and abs(exponent) <= _UNROLLED:
            return lax.integer_pow(base, int(exponent)) if not isinstance(base, float) else base**exponent
        if exponent.is_integer():
            return jnp.power(base, exponent)
    kink = base == 0
    at_zero = jnp.where(exponent == 0, 1.0, jnp.where(exponent > 0, 0.0, jnp.inf))
    at_zero = jnp.where(jnp.isnan(exponent), jnp.nan, at_zero)
    return jnp.where(kink, at_zero, jnp.power(jnp.where(kink, 1.0, base), exponent))


ADD = Operation("+", 2, np.add, jnp.add)
SUBTRACT = Operation("-", 2, np.subtract, jnp.subtract)
MULTIPLY = Operation("*", 2, np.multiply, jnp.multiply)
DIVIDE = Operation("/", 2, np.divide, jnp.divide)
POWER = Operation("**", 2, np.power, power)
NEGATE = Operation("neg", 1, np.negative, jnp.negative)


def _sigmoid(x: Any) -> Any:
    with np.errstate(over="ignore"):  # to infinity, whose inverse is the right 0
        return 1.0 / (1.0 + np.exp(-x))


def _gaussian(exp: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: exp(-(x * x))


_SHELF = [
    Operation("sin", 1, np.sin, jnp.sin, r"\sin"),
    Operation("cos", 1, np.cos, jnp.cos, r"\cos"),
    Operation("tan", 1, np.tan, jnp.tan, r"\tan"),
    Operation("atan", 1, np.arctan, jnp.arctan, r"\arctan"),
    Operation("sinh", 1, np.sinh, jnp.sinh, r"\sinh"),
    Operation("cosh", 1, np.cosh, jnp.cosh, r"\cosh"),
    Operation("tanh", 1, np.tanh, jnp.tanh, r"\tanh"),
    Operation("exp", 1, np.exp, jnp.exp, r"e^{{{0}}}", "e to the power"),
    Operation("log", 1, np.log, jnp.log, r"\ln", "natural logarithm"),
    Operation("log10", 1, np.log10, jnp.log10, r"\log_{10}", "logarithm to base 10"),
    Operation("sqrt", 1, np.sqrt, root, r"\sqrt{{{0}}}", "square root"),
    Operation("abs", 1, np.abs, magnitude, r"\left|{0}\right|", "absolute value"),
    Operation("sign", 1, np.sign, jnp.sign, r"\operatorname{sign}", "-1, 0 or 1"),
    Operation("floor", 1, np.floor, jnp.floor, r"\left\lfloor {0} \right\rfloor", "rounded down"),
    Operation("min", 2, np.minimum, jnp.minimum, r"\min", "the smaller of two"),
    Operation("max", 2, np.maximum, jnp.maximum, r"\max", "the larger of two"),
    Operation("relu", 1, partial(np.maximum, 0), jax.nn.relu, r"\operatorname{relu}", "max(t, 0)"),
    Operation("sigmoid", 1, _sigmoid, jax.nn.sigmoid, r"\sigma", "1 / (1 + exp(-t))"),
    Operation("softplus", 1, partial(np.logaddexp, 0), jax.nn.softplus, r"\operatorname{softplus}", "log(1 + exp(t))"),
    Operation("gaussian", 1, _gaussian(np.exp), _gaussian(jnp.exp), r"e^{{-\left({0}\right)^{{2}}}}", "exp(-t^2)"),
]

FUNCTIONS = {operation.name: operation for operation in _SHELF}
ALIASES = {"ln": "log", "arctan": "atan", "minimum": "min", "maximum": "max"}
CONSTANTS = {"pi": float(np.pi), "e": float(np.e)}
VARIABLES = ("x", "y")
NAMES = f"{', '.join(VARIABLES)}, {', '.join(CONSTANTS)}, {', '.join([*FUNCTIONS, *ALIASES])}"
