"""A formula once read: its tree, and the expression that evaluates it in NumPy and in JAX."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from landscapes.formula.words import WHERE, Operation


@dataclass(frozen=True)
class Number:
    """A number, or a constant with a name."""

    value: float
    name: str = ""


@dataclass(frozen=True)
class Variable:
    """x or y."""

    name: str


@dataclass(frozen=True)
class Apply:
    """An operation and what it is applied to; ``value`` is the result where no variable takes part, else None."""

    operation: Operation
    arguments: "tuple[Node, ...]"
    value: float | None = None


Node = Number | Variable | Apply


def on_numpy(node: Node, x: Any, y: Any) -> Any:
    """The value in NumPy; a constant is an array scalar, so that 1/0 is infinite and not an exception."""
    if isinstance(node, Variable):
        return x if node.name == "x" else y
    if node.value is not None:
        return np.float64(node.value)
    return node.operation.numpy(*(on_numpy(each, x, y) for each in node.arguments))


def on_jax(node: Node, x: Any, y: Any) -> Any:
    """The value in JAX; a constant is a Python float, so that a power knows its exponent."""
    if isinstance(node, Variable):
        return x if node.name == "x" else y
    if node.value is not None:
        return node.value
    if node.operation is WHERE:
        return _chosen(node, x, y)
    return node.operation.jax(*(on_jax(each, x, y) for each in node.arguments))


def _chosen(node: Apply, x: Any, y: Any) -> Any:
    """A choice between two parts, of which the one not taken has no say in the slope, even where it is NaN."""
    condition, one, other = node.arguments
    holds = jnp.asarray(on_jax(condition, x, y), bool)
    at = [[jnp.where(taken, t, lax.stop_gradient(t)) for t in (x, y)] for taken in (holds, ~holds)]
    return WHERE.jax(holds, on_jax(one, *at[0]), on_jax(other, *at[1]))


def _on_shape(tree: Node, x: Float[Array, "..."], y: Float[Array, "..."]) -> Float[Array, "..."]:
    return jnp.broadcast_to(jnp.asarray(on_jax(tree, x, y), x.dtype), x.shape)  # a constant, too, fills the shape


@dataclass(frozen=True)
class Expression:
    """A formula as a function of (x, y): equal, and of one program, where the canonical text is the same."""

    text: str
    latex: str = field(compare=False, repr=False)
    tree: Node = field(compare=False, repr=False)

    def __call__(self, x: Any, y: Any) -> Float[Array, "..."]:
        """The value in JAX, elementwise. Where it is finite and a slope is undefined, the slope is taken as 0."""
        return _value(self, *jnp.broadcast_arrays(jnp.asarray(x, float), jnp.asarray(y, float)))

    def on_arrays(self, x: Any, y: Any) -> Float[np.ndarray, "..."]:
        """The value in NumPy, elementwise and without compiling; NaN or infinite where the formula is."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        with np.errstate(all="ignore"):
            value = on_numpy(self.tree, x, y)
        return np.array(np.broadcast_to(value, np.broadcast_shapes(x.shape, y.shape)), float)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _value(expression: Expression, x: Array, y: Array) -> Array:
    return _on_shape(expression.tree, x, y)


@_value.defjvp
def _slope(expression: Expression, at: tuple[Array, Array], along: tuple[Array, Array]) -> tuple[Array, Array]:
    value, pull = jax.vjp(partial(_on_shape, expression.tree), *at)
    slopes = pull(jnp.ones_like(value))  # elementwise, so one pull gives both partial derivatives
    # tanh(1/x) at 0 is finite and its chain rule is 0 * infinity: such a product counts as 0
    dx, dy = (jnp.where(jnp.isnan(slope) & jnp.isfinite(value), 0.0, slope) for slope in slopes)
    return value, dx * along[0] + dy * along[1]
