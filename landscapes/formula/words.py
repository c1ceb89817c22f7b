"""The vocabulary of formulas: what every operation is in NumPy, in JAX, in text and in LaTeX.

The two evaluations give the same values, NaN and infinity included; the JAX ones give the derivatives beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from landscapes.formula import slopes
from landscapes.formula.slopes import Partials


@dataclass(frozen=True)
class Operation:
    """One operation of the language; equal by name."""

    name: str  # in canonical text: a function's name, or an operator's sign
    arity: int
    numpy: Callable[..., Any] = field(compare=False)
    jax: Callable[..., Partials] | None = field(compare=False)  # with its derivatives; None for `WHERE`, a choice
    latex: str = ""  # of a function: its name, or a pattern with {0}, {1} for its arguments
    meaning: str = ""  # for the help text


ADD = Operation("+", 2, np.add, slopes.add)
SUBTRACT = Operation("-", 2, np.subtract, slopes.subtract)
MULTIPLY = Operation("*", 2, np.multiply, slopes.multiply)
DIVIDE = Operation("/", 2, np.divide, slopes.divide)
POWER = Operation("**", 2, np.power, slopes.power)
WHOLE_POWER = Operation("whole power", 2, np.power, slopes.whole_power)  # in machines only, for a whole constant
NEGATE = Operation("neg", 1, np.negative, slopes.negate)

# Comparisons stand only as the first argument of `where`.
LESS = Operation("<", 2, np.less, slopes.less, "<")
LESS_OR_EQUAL = Operation("<=", 2, np.less_equal, slopes.less_or_equal, r"\le")
GREATER = Operation(">", 2, np.greater, slopes.greater, ">")
GREATER_OR_EQUAL = Operation(">=", 2, np.greater_equal, slopes.greater_or_equal, r"\ge")
COMPARISONS = {each.name: each for each in (LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL)}


def _chosen(condition: Any, one: Any, other: Any) -> Any:
    return np.where(np.asarray(condition, bool), one, other)


def _sigmoid(x: Any) -> Any:
    with np.errstate(over="ignore"):  # to infinity, whose inverse is the right 0
        return 1.0 / (1.0 + np.exp(-x))


def _gaussian(x: Any) -> Any:
    return np.exp(-(x * x))


_CASES = r"\begin{{cases}} {1} & {0} \\ {2} & \text{{otherwise}} \end{{cases}}"
WHERE = Operation("where", 3, _chosen, None, _CASES, "where(x > 0, a, b): a where it holds, else b")
_SHELF = [
    Operation("sin", 1, np.sin, slopes.sin, r"\sin"),
    Operation("cos", 1, np.cos, slopes.cos, r"\cos"),
    Operation("tan", 1, np.tan, slopes.tan, r"\tan"),
    Operation("asin", 1, np.arcsin, slopes.asin, r"\arcsin"),
    Operation("acos", 1, np.arccos, slopes.acos, r"\arccos"),
    Operation("atan", 1, np.arctan, slopes.atan, r"\arctan"),
    Operation("atan2", 2, np.arctan2, slopes.atan2, r"\operatorname{atan2}", "the angle of the point (second, first)"),
    Operation("sinh", 1, np.sinh, slopes.sinh, r"\sinh"),
    Operation("cosh", 1, np.cosh, slopes.cosh, r"\cosh"),
    Operation("tanh", 1, np.tanh, slopes.tanh, r"\tanh"),
    Operation("asinh", 1, np.arcsinh, slopes.asinh, r"\operatorname{arsinh}"),
    Operation("acosh", 1, np.arccosh, slopes.acosh, r"\operatorname{arcosh}"),
    Operation("atanh", 1, np.arctanh, slopes.atanh, r"\operatorname{artanh}"),
    Operation("exp", 1, np.exp, slopes.exp, r"e^{{{0}}}", "e to the power"),
    Operation("log", 1, np.log, slopes.log, r"\ln", "natural logarithm"),
    Operation("log10", 1, np.log10, slopes.log10, r"\log_{10}", "logarithm to base 10"),
    Operation("log2", 1, np.log2, slopes.log2, r"\log_{2}", "logarithm to base 2"),
    Operation("sqrt", 1, np.sqrt, slopes.sqrt, r"\sqrt{{{0}}}", "square root"),
    Operation("cbrt", 1, np.cbrt, slopes.cbrt, r"\sqrt[3]{{{0}}}", "cube root"),
    Operation("abs", 1, np.abs, slopes.magnitude, r"\left|{0}\right|", "absolute value"),
    Operation("sign", 1, np.sign, slopes.sign, r"\operatorname{sign}", "-1, 0 or 1"),
    Operation("floor", 1, np.floor, slopes.floor, r"\left\lfloor {0} \right\rfloor", "rounded down"),
    Operation("ceil", 1, np.ceil, slopes.ceil, r"\left\lceil {0} \right\rceil", "rounded up"),
    Operation(
        "round", 1, np.round, slopes.even, r"\operatorname{round}", "to the nearest whole number, halves to even"
    ),
    Operation("mod", 2, np.mod, slopes.mod, r"\operatorname{mod}", "s - t*floor(s/t)"),
    WHERE,
    Operation("min", 2, np.minimum, slopes.smaller, r"\min", "the smaller of two"),
    Operation("max", 2, np.maximum, slopes.larger, r"\max", "the larger of two"),
    Operation("relu", 1, partial(np.maximum, 0), slopes.relu, r"\operatorname{relu}", "max(t, 0)"),
    Operation("sigmoid", 1, _sigmoid, slopes.sigmoid, r"\sigma", "1 / (1 + exp(-t))"),
    Operation("softplus", 1, partial(np.logaddexp, 0), slopes.softplus, r"\operatorname{softplus}", "log(1 + exp(t))"),
    Operation("gaussian", 1, _gaussian, slopes.gaussian, r"e^{{-\left({0}\right)^{{2}}}}", "exp(-t^2)"),
]

OPERATIONS = (ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, WHOLE_POWER, NEGATE, *COMPARISONS.values(), *_SHELF)
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
