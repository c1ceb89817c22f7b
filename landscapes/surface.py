"""A surface: a loss on the plane that can be drawn, with the box it is drawn in and the minima it is known to have."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Point = tuple[float, float]
Box = tuple[Point, Point]


class ShapeParam(NamedTuple):
    """One knob of a surface's shape: its default and its range, ends included."""

    default: float
    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Surface:
    """A loss on the plane: ``surface(params)`` with ``params`` of shape (2,) returns a scalar.

    Equal and hashable by name and shape. Surfaces of one ``family`` share a program: `split` gives the family's
    function and the traced values (position on the shelf, shape) that pick this surface out of it.
    """

    name: str
    function: Callable[..., Any] = field(compare=False, repr=False)
    domain: Box  # ((x low, x high), (y low, y high))
    start: Point
    shape: tuple[float, ...] = ()  # the values of shape_params, in their order
    shape_params: Mapping[str, ShapeParam] = field(default_factory=dict, compare=False, repr=False)
    minima_of: Callable[..., tuple[Point, ...]] = field(default=lambda *shape: (), compare=False, repr=False)
    source: str = field(default="", compare=False, repr=False)
    family: "Callable[[Array, Any], Array] | None" = field(default=None, compare=False, repr=False)
    position: int = field(default=0, compare=False, repr=False)

    def __call__(self, params: Float[Array, "2"]) -> Float[Array, ""]:
        return self.function(params[0], params[1], *self.shape)

    @property
    def minima(self) -> tuple[Point, ...]:
        """The known global minima for the present shape; empty where there is none, or a whole curve of them."""
        return self.minima_of(*self.shape)

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        return (inspect.getdoc(self.function) or "").split("\n\n")[0].replace("\n", " ")

    def with_shape(self, **values: float) -> "Surface":
        """The same surface with other shape parameters.

        Raises:
            ValueError: for a parameter the surface does not have; the message names the known ones.
        """
        unknown = sorted(set(values) - set(self.shape_params))
        if unknown:
            known = ", ".join(self.shape_params) or "none"
            raise ValueError(f"unknown shape parameter {unknown[0]!r} of {self.name}; known: {known}")
        old = zip(self.shape_params, self.shape, strict=True)
        return replace(self, shape=tuple(float(values.get(name, value)) for name, value in old))

    def split(self) -> tuple[Callable[[Array, Any], Array], Any]:
        """The function ``(params, values) -> loss`` whose compiled program this surface shares, and its values."""
        if self.family is None:
            return Alone(self), ()
        padding = (0.0,) * (SHAPE_SIZE - len(self.shape))
        return self.family, (np.int32(self.position), np.asarray(self.shape + padding))

    def grid(self, xs: Float[np.ndarray, "x"], ys: Float[np.ndarray, "y"]) -> Float[np.ndarray, "y x"]:
        """The loss on a grid, rows along y, as Plotly wants it; NaN or infinite where the surface is."""
        loss, values = self.split()
        return np.asarray(_grid(loss, values, np.asarray(xs, float), np.asarray(ys, float)))


@dataclass(frozen=True)
class Alone:
    """A surface that shares its program with no other, in the form that `Surface.split` promises."""

    surface: Surface

    def __call__(self, params: Float[Array, "2"], values: Any) -> Float[Array, ""]:
        return self.surface(params)


SHAPE_SIZE = 3  # every shelf surface has at most this many shape parameters; their values are padded to it


@partial(jax.jit, static_argnums=0)
def _grid(loss: Callable[[Array, Any], Array], values: Any, xs: Array, ys: Array) -> Float[Array, "y x"]:
    return jax.vmap(lambda y: jax.vmap(lambda x: loss(jnp.stack([x, y]), values))(xs))(ys)


def surface(*, domain: Box, start: Point, source: str, minima: Any = (), **knobs: ShapeParam) -> Callable[..., Surface]:
    """Makes the decorated function of (x, y, *shape) a `Surface` of its own name.

    Args:
        domain: the box it is drawn in.
        start: where a race begins unless told otherwise.
        source: where the function comes from.
        minima: the known global minima as points, or a function of the shape parameters that gives them.
        knobs: the shape parameters.
    """

    def shelve(function: Callable[..., Any]) -> Surface:
        return Surface(
            name=function.__name__,
            function=function,
            domain=domain,
            start=start,
            shape=tuple(knob.default for knob in knobs.values()),
            shape_params=dict(knobs),
            minima_of=minima if callable(minima) else lambda *shape: minima,
            source=source,
        )

    return shelve
