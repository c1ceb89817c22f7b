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


def cube_root(x: Any) -> Any:
    """The real cube root, with slope 0 at 0."""
    kink = x == 0
    return jnp.where(kink, 0.0, jnp.cbrt(jnp.where(kink, 1.0, x)))


def _level_at(ends: tuple[float, ...], inside: float, inverse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """An inverse function with slope 0 at the ends of its domain, where its slope is infinite and its value is not."""

    def levelled(x: Any) -> Any:
        kink = jnp.isin(x, jnp.array(ends))
        return jnp.where(kink, lax.stop_gradient(inverse(x)), inverse(jnp.where(kink, inside, x)))

    return levelled


def angle(y: Any, x: Any) -> Any:
    """The angle of the point (x, y), with slope 0 at the origin."""
    kink = (x == 0) & (y == 0)
    away = jnp.arctan2(jnp.where(kink, 0.0, y), jnp.where(kink, 1.0, x))
    return jnp.where(kink, lax.stop_gradient(jnp.arctan2(y, x)), away)


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

# Comparisons stand only as the first argument of `where`.
LESS = Operation("<", 2, np.less, jnp.less, "<")
LESS_OR_EQUAL = Operation("<=", 2, np.less_equal, jnp.less_equal, r"\le")
GREATER = Operation(">", 2, np.greater, jnp.greater, ">")
GREATER_OR_EQUAL = Operation(">=", 2, np.greater_equal, jnp.greater_equal, r"\ge")
COMPARISONS = {each.name: each for each in (LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL)}


def _choose_numpy(condition: Any, one: Any, other: Any) -> Any:
    return np.where(np.asarray(condition, bool), one, other)


def _choose_jax(condition: Any, one: Any, other: Any) -> Any:
    return jnp.where(jnp.asarray(condition, bool), one, other)


def _sigmoid(x: Any) -> Any:
    with np.errstate(over="ignore"):  # to infinity, whose inverse is the right 0
        return 1.0 / (1.0 + np.exp(-x))


def _gaussian(exp: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: exp(-(x * x))


_CASES = r"\begin{{cases}} {1} & {0} \\ {2} & \text{{otherwise}} \end{{cases}}"
WHERE = Operation("where", 3, _choose_numpy, _choose_jax, _CASES, "where(x > 0, a, b): a where it holds, else b")
_SHELF = [
    Operation("sin", 1, np.sin, jnp.sin, r"\sin"),
    Operation("cos", 1, np.cos, jnp.cos, r"\cos"),
    Operation("tan", 1, np.tan, jnp.tan, r"\tan"),
    Operation("asin", 1, np.arcsin, _level_at((-1.0, 1.0), 0.0, jnp.arcsin), r"\arcsin"),
    Operation("acos", 1, np.arccos, _level_at((-1.0, 1.0), 0.0, jnp.arccos), r"\arccos"),
    Operation("atan", 1, np.arctan, jnp.arctan, r"\arctan"),
    Operation("atan2", 2, np.arctan2, angle, r"\operatorname{atan2}", "the angle of the point (second, first)"),
    Operation("sinh", 1, np.sinh, jnp.sinh, r"\sinh"),
    Operation("cosh", 1, np.cosh, jnp.cosh, r"\cosh"),
    Operation("tanh", 1, np.tanh, jnp.tanh, r"\tanh"),
    Operation("asinh", 1, np.arcsinh, jnp.arcsinh, r"\operatorname{arsinh}"),
    Operation("acosh", 1, np.arccosh, _level_at((1.0,), 2.0, jnp.arccosh), r"\operatorname{arcosh}"),
    Operation("atanh", 1, np.arctanh, jnp.arctanh, r"\operatorname{artanh}"),
    Operation("exp", 1, np.exp, jnp.exp, r"e^{{{0}}}", "e to the power"),
    Operation("log", 1, np.log, jnp.log, r"\ln", "natural logarithm"),
    Operation("log10", 1, np.log10, jnp.log10, r"\log_{10}", "logarithm to base 10"),
    Operation("log2", 1, np.log2, jnp.log2, r"\log_{2}", "logarithm to base 2"),
    Operation("sqrt", 1, np.sqrt, root, r"\sqrt{{{0}}}", "square root"),
    Operation("cbrt", 1, np.cbrt, cube_root, r"\sqrt[3]{{{0}}}", "cube root"),
    Operation("abs", 1, np.abs, magnitude, r"\left|{0}\right|", "absolute value"),
    Operation("sign", 1, np.sign, jnp.sign, r"\operatorname{sign}", "-1, 0 or 1"),
    Operation("floor", 1, np.floor, jnp.floor, r"\left\lfloor {0} \right\rfloor", "rounded down"),
    Operation("ceil", 1, np.ceil, jnp.ceil, r"\left\lceil {0} \right\rceil", "rounded up"),
    Operation("round", 1, np.round, jnp.round, r"\operatorname{round}", "to the nearest whole number, halves to even"),
    Operation("mod", 2, np.mod, jnp.mod, r"\operatorname{mod}", "s - t*floor(s/t)"),
    WHERE,
    Operation("min", 2, np.minimum, jnp.minimum, r"\min", "the smaller of two"),
    Operation("max", 2, np.maximum, jnp.maximum, r"\max", "the larger of two"),
    Operation("relu", 1, partial(np.maximum, 0), jax.nn.relu, r"\operatorname{relu}", "max(t, 0)"),
    Operation("sigmoid", 1, _sigmoid, jax.nn.sigmoid, r"\sigma", "1 / (1 + exp(-t))"),
    Operation("softplus", 1, partial(np.logaddexp, 0), jax.nn.softplus, r"\operatorname{softplus}", "log(1 + exp(t))"),
    Operation("gaussian", 1, _gaussian(np.exp), _gaussian(jnp.exp), r"e^{{-\left({0}\right)^{{2}}}}", "exp(-t^2)"),
]

FUNCTIONS = {operation.name: operation for operation in _SHELF}
ALIASES = {
    **{"ln": "log", "absolute": "abs", "fabs": "abs", "ceiling": "ceil", "rint": "round", "sgn": "sign"},
    **{"minimum": "min", "fmin": "min", "maximum": "max", "fmax": "max", "logistic": "sigmoid", "expit": "sigmoid"},
    **{"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "tg": "tan", "arctg": "atan"},
    **{"arcsinh": "asinh", "arsinh": "asinh", "arccosh": "acosh", "arcosh": "acosh", "arctanh": "atanh"},
    **{"artanh": "atanh", "if": "where", "ifelse": "where", "iif": "where", "log_e": "log", "log_2": "log2"},
    **{"log_10": "log10", "signum": "sign", "cosec": "csc", "cotan": "cot", "ctg": "cot", "clamp": "clip"},
    **{"deg2rad": "radians", "rad2deg": "degrees"},
}
MANY = {"min": (2, 99), "max": (2, 99), "log": (1, 2)}  # how many arguments, where that is no single number
CONSTANTS = {"pi": float(np.pi), "e": float(np.e)}
VARIABLES = ("x", "y")
