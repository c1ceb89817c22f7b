"""What every operation of a formula is in JAX: its value, and its first and second partial derivatives.

Of one argument (f, f', f''); of two (f, f_a, f_b, f_aa, f_ab, f_bb). A derivative is 0 at a kink, where the value is
finite and the derivative is not, or jumps: ``where`` keeps the infinity out. The float 0.0 is one that is 0 everywhere.
"""

from typing import Any

import jax
import jax.numpy as jnp

_LN2, _LN10 = 0.6931471805599453, 2.302585092994046

Partials = tuple[Any, ...]


def add(a: Any, b: Any) -> Partials:
    """The sum."""
    return a + b, 1.0, 1.0, 0.0, 0.0, 0.0


def subtract(a: Any, b: Any) -> Partials:
    """The difference."""
    return a - b, 1.0, -1.0, 0.0, 0.0, 0.0


def multiply(a: Any, b: Any) -> Partials:
    """The product."""
    return a * b, b, a, 0.0, 1.0, 0.0


def divide(a: Any, b: Any) -> Partials:
    """The quotient."""
    quotient, inverse = a / b, 1.0 / b
    along = -quotient * inverse
    return quotient, inverse, along, 0.0, -inverse * inverse, -2.0 * along * inverse


def negate(x: Any) -> Partials:
    """The opposite."""
    return -x, -1.0, 0.0


def whole_power(base: Any, exponent: Any) -> Partials:
    """A power with a whole constant for its exponent: smooth at 0 where that is positive."""
    slope = jnp.where(exponent == 0, 0.0, exponent * jnp.power(base, exponent - 1.0))
    straight = (exponent == 0) | (exponent == 1)
    bend = jnp.where(straight, 0.0, exponent * (exponent - 1.0) * jnp.power(base, exponent - 2.0))
    return jnp.power(base, exponent), slope, 0.0, bend, 0.0, 0.0


def power(base: Any, exponent: Any) -> Partials:
    """Any other power, level where the base is 0."""
    kink = base == 0
    at_zero = jnp.where(exponent == 0, 1.0, jnp.where(exponent > 0, 0.0, jnp.inf))
    at_zero = jnp.where(jnp.isnan(exponent), jnp.nan, at_zero)
    away = jnp.where(kink, 1.0, base)
    value, growth = jnp.power(away, exponent), jnp.log(away)
    lower = jnp.power(away, exponent - 1.0)
    bend = jnp.where(exponent == 1, 0.0, exponent * (exponent - 1.0) * lower / away)
    slopes = (jnp.where(exponent == 0, 0.0, exponent * lower), growth * value)
    bends = (bend, lower * (1.0 + exponent * growth), growth * growth * value)
    return jnp.where(kink, at_zero, value), *(jnp.where(kink, 0.0, each) for each in (*slopes, *bends))


def less(a: Any, b: Any) -> Partials:
    """1 where a < b, else 0."""
    return _level(a < b)


def less_or_equal(a: Any, b: Any) -> Partials:
    """1 where a <= b, else 0."""
    return _level(a <= b)


def greater(a: Any, b: Any) -> Partials:
    """1 where a > b, else 0."""
    return _level(a > b)


def greater_or_equal(a: Any, b: Any) -> Partials:
    """1 where a >= b, else 0."""
    return _level(a >= b)


def _level(holds: Any) -> Partials:
    return jnp.where(holds, 1.0, 0.0), 0.0, 0.0, 0.0, 0.0, 0.0


def sin(x: Any) -> Partials:
    """The sine."""
    value = jnp.sin(x)
    return value, jnp.cos(x), -value


def cos(x: Any) -> Partials:
    """The cosine."""
    value = jnp.cos(x)
    return value, -jnp.sin(x), -value


def tan(x: Any) -> Partials:
    """The tangent."""
    value = jnp.tan(x)
    slope = 1.0 + value * value
    return value, slope, 2.0 * value * slope


def asin(x: Any) -> Partials:
    """The inverse sine, level at the ends of its domain."""
    square = (1.0 - x) * (1.0 + x)
    kink = square == 0
    slope = jnp.where(kink, 0.0, 1.0 / jnp.sqrt(jnp.where(kink, 1.0, square)))
    return jnp.arcsin(x), slope, x * slope**3


def acos(x: Any) -> Partials:
    """The inverse cosine, level at the ends of its domain."""
    _, slope, bend = asin(x)
    return jnp.arccos(x), -slope, -bend


def atan(x: Any) -> Partials:
    """The inverse tangent."""
    slope = 1.0 / (1.0 + x * x)
    return jnp.arctan(x), slope, -2.0 * x * slope * slope


def atan2(y: Any, x: Any) -> Partials:
    """The angle of the point (x, y), level at the origin."""
    kink = (x == 0) & (y == 0)
    inverse = jnp.where(kink, 0.0, 1.0 / jnp.where(kink, 1.0, x * x + y * y))
    along, across = x * inverse, -y * inverse
    bend = 2.0 * along * across
    return jnp.arctan2(y, x), along, across, bend, across * across - along * along, -bend


def sinh(x: Any) -> Partials:
    """The hyperbolic sine."""
    value = jnp.sinh(x)
    return value, jnp.cosh(x), value


def cosh(x: Any) -> Partials:
    """The hyperbolic cosine."""
    value = jnp.cosh(x)
    return value, jnp.sinh(x), value


def tanh(x: Any) -> Partials:
    """The hyperbolic tangent."""
    value = jnp.tanh(x)
    slope = 1.0 / jnp.square(jnp.cosh(x))
    return value, slope, -2.0 * value * slope


def asinh(x: Any) -> Partials:
    """The inverse hyperbolic sine."""
    slope = 1.0 / jnp.sqrt(1.0 + x * x)
    return jnp.arcsinh(x), slope, -x * slope**3


def acosh(x: Any) -> Partials:
    """The inverse hyperbolic cosine, level at the end of its domain."""
    square = (x - 1.0) * (x + 1.0)
    kink = x == 1
    slope = jnp.where(kink, 0.0, 1.0 / jnp.sqrt(jnp.where(kink, 1.0, square)))
    return jnp.arccosh(x), slope, -x * slope**3


def atanh(x: Any) -> Partials:
    """The inverse hyperbolic tangent."""
    slope = 1.0 / ((1.0 - x) * (1.0 + x))
    return jnp.arctanh(x), slope, 2.0 * x * slope * slope


def exp(x: Any) -> Partials:
    """The exponential."""
    value = jnp.exp(x)
    return value, value, value


def log(x: Any) -> Partials:
    """The natural logarithm."""
    slope = 1.0 / x
    return jnp.log(x), slope, -slope * slope


def log10(x: Any) -> Partials:
    """The logarithm to base 10."""
    slope = 1.0 / (x * _LN10)
    return jnp.log10(x), slope, -slope / x


def log2(x: Any) -> Partials:
    """The logarithm to base 2."""
    slope = 1.0 / (x * _LN2)
    return jnp.log2(x), slope, -slope / x


def sqrt(x: Any) -> Partials:
    """The square root, level at 0."""
    value, kink = jnp.sqrt(x), x == 0
    slope = jnp.where(kink, 0.0, 0.5 / jnp.where(kink, 1.0, value))
    return value, slope, jnp.where(kink, 0.0, -0.5 * slope / x)


def cbrt(x: Any) -> Partials:
    """The real cube root, level at 0."""
    value, kink = jnp.cbrt(x), x == 0
    slope = jnp.where(kink, 0.0, 1.0 / (3.0 * jnp.square(jnp.where(kink, 1.0, value))))
    return value, slope, jnp.where(kink, 0.0, slope / x * (-2.0 / 3.0))


def magnitude(x: Any) -> Partials:
    """The absolute value, level at 0."""
    return jnp.abs(x), jnp.sign(x), 0.0


def sign(x: Any) -> Partials:
    """-1, 0 or 1."""
    return jnp.sign(x), 0.0, 0.0


def floor(x: Any) -> Partials:
    """Rounded down."""
    return jnp.floor(x), 0.0, 0.0


def ceil(x: Any) -> Partials:
    """Rounded up."""
    return jnp.ceil(x), 0.0, 0.0


def even(x: Any) -> Partials:
    """Rounded to the nearest whole number, halves to even."""
    return jnp.round(x), 0.0, 0.0


def mod(a: Any, b: Any) -> Partials:
    """a - b*floor(a/b)."""
    return jnp.mod(a, b), 1.0, -jnp.floor(a / b), 0.0, 0.0, 0.0


def smaller(a: Any, b: Any) -> Partials:
    """The smaller of two; where they are equal, half the slope of each."""
    return jnp.minimum(a, b), *_shares(a < b, a == b)


def larger(a: Any, b: Any) -> Partials:
    """The larger of two; where they are equal, half the slope of each."""
    return jnp.maximum(a, b), *_shares(a > b, a == b)


def _shares(first: Any, both: Any) -> Partials:
    share = jnp.where(both, 0.5, jnp.where(first, 1.0, 0.0))
    return share, 1.0 - share, 0.0, 0.0, 0.0


def relu(x: Any) -> Partials:
    """The larger of x and 0, level at 0."""
    return jax.nn.relu(x), jnp.where(x > 0, 1.0, 0.0), 0.0


def sigmoid(x: Any) -> Partials:
    """1 / (1 + exp(-x))."""
    value, rest = jax.nn.sigmoid(x), jax.nn.sigmoid(-x)
    slope = value * rest
    return value, slope, slope * (rest - value)


def softplus(x: Any) -> Partials:
    """log(1 + exp(x))."""
    slope = jax.nn.sigmoid(x)
    return jax.nn.softplus(x), slope, slope * jax.nn.sigmoid(-x)


def gaussian(x: Any) -> Partials:
    """exp(-x^2)."""
    value = jnp.exp(-(x * x))
    slope = -2.0 * x * value
    return value, slope, -2.0 * (value + x * slope)
