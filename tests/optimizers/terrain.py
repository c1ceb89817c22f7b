"""Landscapes of the tests, all of one family: they share one compiled program, so a test module compiles once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jax import lax


def _rosenbrock(params, shape):
    x, y = params
    return shape[2] * ((shape[0] - x) ** 2 + shape[1] * (y - x * x) ** 2)


def _quadratic(params, shape):
    x, y = params
    return 0.5 * (shape[0] * x * x + 2 * shape[1] * x * y + shape[2] * y * y)


def _family(params, values):
    index, shape = values
    return lax.switch(index, [_rosenbrock, _quadratic], params, shape)


@dataclass(frozen=True)
class Terrain:
    """A member of the family, in the form that `descend` asks of landscapes that share a program."""

    index: int
    shape: tuple[float, float, float]

    def split(self) -> tuple[Any, Any]:
        return _family, (np.int32(self.index), np.asarray(self.shape))


def rosenbrock(a: float = 1.0, b: float = 100.0, scale: float = 1.0) -> Terrain:
    """scale * ((a - x)^2 + b (y - x^2)^2)."""
    return Terrain(0, (a, b, scale))


def quadratic(xx: float, yy: float, xy: float = 0.0) -> Terrain:
    """Half of p^T H p with H = [[xx, xy], [xy, yy]]."""
    return Terrain(1, (xx, xy, yy))


FLAT = quadratic(0.0, 0.0)


def rosenbrock_gradient(params: np.ndarray) -> np.ndarray:
    """By hand, independent of autodiff."""
    x, y = params
    return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])


def rosenbrock_loss(params: np.ndarray) -> float:
    x, y = params
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def rosenbrock_hessian(params: np.ndarray) -> np.ndarray:
    x, y = params
    return np.array([[2 - 400 * (y - 3 * x * x), -400 * x], [-400 * x, 200.0]])
