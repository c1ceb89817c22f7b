"""A formula once read: the expression that evaluates it in NumPy and in JAX."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from landscapes.formula.machine import Code, assemble, formula_loss
from landscapes.formula.tree import Node, on_numpy


@dataclass(frozen=True)
class Expression:
    """A formula as a function of (x, y): equal where the canonical text is the same."""

    text: str
    latex: str = field(compare=False, repr=False)
    tree: Node = field(compare=False, repr=False)

    @cached_property
    def code(self) -> Code:
        """What the machine's one program is given for it."""
        return assemble(self.tree)

    def __call__(self, x: Any, y: Any) -> Float[Array, "..."]:
        """The value in JAX, elementwise. Where it is finite and a derivative is undefined, that is taken as 0."""

        def at(x: Array, y: Array) -> Array:
            return formula_loss(jnp.stack([x, y]), self.code)

        return jnp.vectorize(at)(*jnp.broadcast_arrays(jnp.asarray(x, float), jnp.asarray(y, float)))

    def on_arrays(self, x: Any, y: Any) -> Float[np.ndarray, "..."]:
        """The value in NumPy, elementwise and without compiling; NaN or infinite where the formula is."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        with np.errstate(all="ignore"):
            value = on_numpy(self.tree, x, y)
        return np.array(np.broadcast_to(value, np.broadcast_shapes(x.shape, y.shape)), float)
