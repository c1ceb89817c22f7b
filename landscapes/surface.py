"""A surface: a loss on the plane that can be drawn, with the box it is drawn in and the minima it is known to have."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from landscapes.compiled import Compiled

Point = tuple[float, float]
Box = tuple[Point, Point]

SHAPE_SIZE = 3  # every shelf surface has at most this many shape parameters; their values are padded to it


class ShapeParam(NamedTuple):
    """One knob of a surface's shape: its default and its range, ends included; ``title`` says what it does."""

    default: float
    low: float
    high: float
    log: bool = False
    title: str = ""  # where its name does not say it


@dataclass(frozen=True)
class Surface:
    """A loss on the plane: ``surface(params)`` with ``params`` of shape (2,) returns a scalar.

    Equal and hashable by name, box, start and shape. Surfaces of one ``family`` share a program: `split` gives the
    family's function and the traced values that pick this surface out of it: its position on the shelf and its shape,
    or a formula's code.
    """

    name: str  # the key on the shelf; of a formula, its canonical text
    function: Callable[..., Any] = field(compare=False, repr=False)
    domain: Box  # ((x low, x high), (y low, y high))
    start: Point
    shape: tuple[float, ...] = ()  # the values of shape_params, in their order
    shape_params: Mapping[str, ShapeParam] = field(default_factory=dict, compare=False, repr=False)
    title: str = field(default="", compare=False, repr=False)
    summary: str = field(default="", compare=False, repr=False)  # what it does to the picture, in one sentence
    latex: str = field(default="", compare=False, repr=False)  # the right-hand side of f(x, y) =
    text: str = field(default="", compare=False, repr=False)  # of a formula: what parses to this surface again
    source: str = field(default="", compare=False, repr=False)
    window: Box | None = field(default=None, compare=False, repr=False)  # the part of the box that has anything to show
    minima_of: Callable[..., tuple[Point, ...]] = field(default=lambda *shape: (), compare=False, repr=False)
    minimum_of: Callable[..., float | None] = field(default=lambda *shape: None, compare=False, repr=False)
    distance_of: Callable[..., Any] | None = field(default=None, compare=False, repr=False)
    valley_of: Callable[..., Any] | None = field(default=None, compare=False, repr=False)
    on_arrays: Callable[..., np.ndarray] | None = field(default=None, compare=False, repr=False)
    family: Callable[[Array, Any], Array] | None = field(default=None, compare=False, repr=False)
    position: int = field(default=0, compare=False, repr=False)
    code: Any = field(default=None, compare=False, repr=False)  # of a formula: what picks it out of its family

    def __call__(self, params: Float[Array, "2"]) -> Float[Array, ""]:
        return self.function(params[0], params[1], *self.shape)

    @property
    def minima(self) -> tuple[Point, ...]:
        """The known global minima for the present shape; empty where there is none, or a whole curve of them."""
        return self.minima_of(*self.shape)

    @property
    def minimum(self) -> float | None:
        """The lowest loss in the box for the present shape; None where it has no bottom there, or none is known."""
        return self.minimum_of(*self.shape)

    def distance_to_minimum(self, points: Float[np.ndarray, "*rows 2"]) -> Float[np.ndarray, "*rows"]:
        """The Euclidean distance of each point to the nearest minimum; NaN where none is known, or for a NaN point."""
        points = np.asarray(points, float)
        if self.distance_of is not None:
            return self.distance_of(points[..., 0], points[..., 1], *self.shape)
        minima = self.minima
        if not minima:
            return np.full(points.shape[:-1], np.nan)
        with np.errstate(over="ignore"):  # a diverging run may stand at 1e300
            gaps = points[..., None, :] - np.asarray(minima)
            return np.hypot(gaps[..., 0], gaps[..., 1]).min(axis=-1)

    def side_of_valley(self, points: Float[np.ndarray, "*rows 2"]) -> Float[np.ndarray, "*rows"] | None:
        """On which side of its valley's floor each point lies, by the sign; None for a surface that is no valley."""
        if self.valley_of is None:
            return None
        points = np.asarray(points, float)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(self.valley_of(points[..., 0], points[..., 1], *self.shape))

    def drawn(self, start: Point) -> "Surface":
        """The surface in the box that its pictures show: its window where it has one that holds the start."""
        shown = self if self.window is None else replace(self, domain=self.window)
        return shown if shown.contains(np.array(start)) else self

    def contains(self, points: Float[np.ndarray, "*rows 2"]) -> Bool[np.ndarray, "*rows"]:
        """Which points lie in the box, its border included; a NaN point does not."""
        (x0, x1), (y0, y1) = self.domain
        x, y = np.moveaxis(np.asarray(points, float), -1, 0)
        return (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)

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
            return Alone(self.function), tuple(np.float64(value) for value in self.shape)
        if self.code is not None:
            return self.family, self.code
        padding = (0.0,) * (SHAPE_SIZE - len(self.shape))
        return self.family, (np.int32(self.position), np.asarray(self.shape + padding))

    def grid(self, xs: Float[np.ndarray, "x"], ys: Float[np.ndarray, "y"]) -> Float[np.ndarray, "y x"]:
        """The loss on a grid, rows along y, as Plotly wants it; NaN or infinite where the surface is."""
        xs, ys = np.asarray(xs, float), np.asarray(ys, float)
        if self.on_arrays is not None:
            return self.on_arrays(xs[None, :], ys[:, None], *self.shape)
        loss, values = self.split()
        return np.asarray(_grid_of(loss)(values, xs, ys))


@dataclass(frozen=True)
class Alone:
    """A function of (x, y, *shape) that shares its program with no other, in the form that `Surface.split` promises.

    Equal where the functions are: the box and the start are no part of a program.
    """

    function: Callable[..., Any]

    def __call__(self, params: Float[Array, "2"], values: Any) -> Float[Array, ""]:
        return self.function(params[0], params[1], *values)


@lru_cache(maxsize=8)  # the families' own, and functions of notebooks
def _grid_of(loss: Callable[[Array, Any], Array]) -> Compiled:
    return Compiled(partial(_grid, loss))


def _grid(loss: Callable[[Array, Any], Array], values: Any, xs: Array, ys: Array) -> Float[Array, "y x"]:
    return jax.vmap(lambda y: jax.vmap(lambda x: loss(jnp.stack([x, y]), values))(xs))(ys)


def _docstring(function: Callable[..., Any]) -> tuple[str, str]:
    """The first paragraph on one line, and the mathematics on one line."""
    prose, _, mathematics = (inspect.getdoc(function) or "").partition(".. math::")
    return " ".join(prose.split("\n\n")[0].split()), " ".join(mathematics.strip().split("\n\n")[0].split())


def _constant(value: Any) -> Callable[..., Any]:
    return value if callable(value) else lambda *shape: value


def surface(
    *,
    domain: Box,
    start: Point,
    source: str,
    minimum: float | Callable[..., float | None] | None,
    minima: tuple[Point, ...] | Callable[..., tuple[Point, ...]] = (),
    distance: Callable[..., Any] | None = None,
    valley: Callable[..., Any] | None = None,
    title: str = "",
    window: Box | None = None,
    **knobs: ShapeParam,
) -> Callable[[Callable[..., Any]], Surface]:
    """Makes the decorated function of (x, y, *shape) a `Surface` of its own name.

    Its docstring becomes the summary (the first sentence) and the LaTeX (what follows ``.. math::``).

    Args:
        domain: the box that it is asked for in.
        start: where a race begins unless told otherwise.
        source: where the function comes from.
        minimum: the lowest loss in the box, or a function of the shape parameters that gives it; None for no bottom.
        minima: the known global minima as points, or a function of the shape parameters that gives them.
        distance: the distance to the minima as a function of (x, y, *shape), for a whole curve of them.
        valley: of a surface that is one, a function of (x, y, *shape) that is zero along its floor and has another sign
            on either side of it.
        title: how people write the name, where that is not the name itself with spaces.
        window: the part of the box that is drawn, where the rest of it has nothing to show; it holds the start.
        knobs: the shape parameters, at most `SHAPE_SIZE`.
    """

    def shelve(function: Callable[..., Any]) -> Surface:
        summary, latex = _docstring(function)
        return Surface(
            name=function.__name__,
            function=function,
            domain=domain,
            start=start,
            shape=tuple(knob.default for knob in knobs.values()),
            shape_params=dict(knobs),
            title=title or function.__name__.replace("_", " ").capitalize(),
            summary=summary,
            latex=latex,
            source=source,
            window=window,
            minima_of=_constant(minima),
            minimum_of=_constant(minimum),
            distance_of=distance,
            valley_of=valley,
        )

    return shelve
