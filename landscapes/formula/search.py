"""What a formula's picture needs and nobody gave: where to start, and the lowest points of the box. NumPy alone."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from landscapes.formula.tree import Expression
from landscapes.surface import Box, Point

MAX_MINIMA = 12
_SIDE = 121  # points along each side of the search grid
_CANDIDATES = 16  # the lowest dips of the grid that are followed to their bottom


class Lowest(NamedTuple):
    """The lowest loss in the box, and where it is taken: no points where they are a whole curve or more than 12."""

    minimum: float | None
    minima: tuple[Point, ...]


class _Dip(NamedTuple):
    """The bottom of a dip, and what the grid saw of it."""

    value: float
    place: Float[np.ndarray, "2"]
    seen: float  # the lowest loss on the grid
    spread: float  # how much its highest neighbour lies above that


NOTHING = Lowest(None, ())


def _scale(domain: Box) -> Float[np.ndarray, "2"]:
    return np.array([high - low for low, high in domain])


def find_start(expression: Expression, domain: Box) -> Point:
    """A point from which there is a way down: the first of a fixed sequence with a finite value and a slope."""
    low, scale = np.array([side[0] for side in domain]), _scale(domain)
    turns = np.arange(1000)[:, None] * np.array([0.7548776662466927, 0.5698402909980532])  # Roberts' R2 sequence
    points = low + scale * (0.01 + 0.98 * ((np.array([0.15, 0.76]) + turns) % 1))
    points = np.round(points, 3) if scale.min() > 0.1 else points
    value = expression.on_arrays(*points.T)
    wide, narrow = (_rise(expression, points, step * scale) for step in (1e-6, 1e-7))
    with np.errstate(all="ignore"):
        sloping = np.isfinite(value) & (wide > 1e-9 * (1e-3 + np.abs(value))) & (narrow < 0.5 * wide)  # no jump
    fit = sloping if sloping.any() else np.isfinite(value)  # all False where nothing is finite: the first point
    x, y = points[fit.argmax()]
    return float(x), float(y)


def _rise(expression: Expression, points: Float[np.ndarray, "point 2"], step: np.ndarray) -> Float[np.ndarray, "point"]:
    """How much the loss changes over a step to either side, along both axes."""
    ahead, behind = ([expression.on_arrays(*(points + s * step * axis).T) for axis in np.eye(2)] for s in (1, -1))
    with np.errstate(all="ignore"):
        return np.hypot(*np.subtract(ahead, behind))


@lru_cache(maxsize=32)
def find_minima(expression: Expression, domain: Box) -> Lowest:
    """The lowest points of the box: the dips of a grid, each followed down to its bottom.

    Nothing is claimed where the lowest point lies on the border, or where the formula has no bottom. The grid has
    121 x 121 points: a well narrower than its mesh can be missed.
    """
    xs, ys = (np.linspace(*side, _SIDE) for side in domain)
    loss = expression.on_arrays(xs[None, :], ys[:, None])
    if np.isneginf(loss).any() or not np.isfinite(loss).any():
        return NOTHING
    loss = np.where(np.isfinite(loss), loss, np.inf)
    with np.errstate(all="ignore"):
        dips = [_follow(expression, domain, (xs[i], ys[j]), _around(loss, j, i)) for j, i in _dips(loss)]
        if not dips:
            return NOTHING
        lowest = min(dips, key=lambda dip: dip.value)
        slack = 1e-12 * abs(lowest.value) + 1e-9 * lowest.spread
        bottomless = lowest.value < lowest.seen - 10 * lowest.spread  # a pole between two grid points
        if bottomless or loss.min() < lowest.value - slack:
            return NOTHING
        places = _distinct([dip.place for dip in dips if dip.value <= lowest.value + slack], domain)
        if len(places) > MAX_MINIMA or any(
            _touches(expression, domain, place, lowest.value + slack) for place in places
        ):
            return Lowest(lowest.value, ())
    return Lowest(lowest.value, tuple((float(x), float(y)) for x, y in places))


def _dips(loss: Float[np.ndarray, "y x"]) -> list[tuple[int, int]]:
    """The grid points inside the border that are no higher than their eight neighbours, lowest first."""
    inner = loss[1:-1, 1:-1]
    around = [loss[1 + dy : _SIDE - 1 + dy, 1 + dx : _SIDE - 1 + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    dips = np.argwhere(np.isfinite(inner) & (inner <= np.min(around, axis=0))) + 1
    order = np.argsort(loss[dips[:, 0], dips[:, 1]], kind="stable")[:_CANDIDATES]
    return [(int(j), int(i)) for j, i in dips[order]]


def _around(loss: Float[np.ndarray, "y x"], j: int, i: int) -> Float[np.ndarray, "3 3"]:
    return loss[j - 1 : j + 2, i - 1 : i + 2]


def _follow(expression: Expression, domain: Box, start: Point, around: Float[np.ndarray, "3 3"]) -> _Dip:
    """From a dip of the grid down to its bottom: Nelder and Mead's simplex, then Newton, then rounding."""
    from scipy import optimize  # 35 MB that a visitor without a formula does without

    mesh = _scale(domain) / (_SIDE - 1)
    bounds = np.array(domain)

    def loss(place: np.ndarray) -> float:
        inside = np.all((bounds[:, 0] <= place) & (place <= bounds[:, 1]))
        value = float(expression.on_arrays(place[0], place[1])) if inside else np.inf
        return value if np.isfinite(value) else np.inf

    simplex = np.array(start) + np.array([[0.0, 0.0], [0.5, 0.1], [-0.1, 0.5]]) * mesh
    options = {"initial_simplex": simplex, "xatol": 1e-9 * mesh.min(), "fatol": np.inf, "maxfev": 400}
    place = optimize.minimize(loss, simplex[0], method="Nelder-Mead", options=options).x
    place = _rounded(loss, _newton(expression, loss, place, mesh), mesh)
    return _Dip(loss(place), place, float(around[1, 1]), float(np.ptp(around[np.isfinite(around)])))


def _newton(expression: Expression, loss, place: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """A few Newton steps by differences of fourth order: the loss alone cannot tell its bottom closer than 1e-8."""
    step = 0.01 * mesh
    here, first, second = np.array([[0, 0, 12, 0, 0], [1, -8, 0, 8, -1], [-1, 16, -30, 16, -1]]) / 12
    offsets = np.arange(-2.0, 3.0)
    for _ in range(3):
        near = expression.on_arrays(place[0] + offsets[None, :] * step[0], place[1] + offsets[:, None] * step[1])
        if not np.isfinite(near).all():
            break
        gradient = np.array([here @ near @ first, first @ near @ here])
        mixed = first @ near @ first
        hessian = np.array([[here @ near @ second, mixed], [mixed, second @ near @ here]])
        if np.linalg.eigvalsh(hessian)[0] <= 1e-9 * np.abs(hessian).max():
            break
        ahead = place - step * np.linalg.solve(hessian, gradient)
        if np.abs(ahead - place).max() > mesh.min() or loss(ahead) > loss(place) + 1e-9 * np.ptp(near):
            break
        place = ahead
    return place


def _rounded(loss, place: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """The place with the fewest decimals, if it is lower, or the same place and as low: 1 and not 0.9999999999."""
    for decimals in range(7):
        near = np.round(place, decimals) + 0.0  # no minus zero
        far = np.abs(near - place).max() / mesh.min()
        if (loss(near) < loss(place) and far < 0.1) or (loss(near) == loss(place) and far < 1e-7):
            return near
    return place


def _distinct(places: list[np.ndarray], domain: Box) -> list[np.ndarray]:
    """The places without those that repeat another."""
    kept: list[np.ndarray] = []
    for place in places:
        if all(np.abs((place - other) / _scale(domain)).max() > 1e-4 for other in kept):
            kept.append(place)
    return kept


def _touches(expression: Expression, domain: Box, place: np.ndarray, level: float) -> bool:
    """Whether a small circle around a minimum comes down to its level: then it is one of a whole curve of minima."""
    from scipy import optimize

    radius = 0.3 * _scale(domain) / _SIDE

    def on_circle(angle):
        return expression.on_arrays(place[0] + radius[0] * np.cos(angle), place[1] + radius[1] * np.sin(angle))

    angles = np.linspace(0, 2 * np.pi, 65)
    best = angles[np.nanargmin(np.append(on_circle(angles[:-1]), np.inf))]
    finest: Any = optimize.minimize_scalar(on_circle, bounds=(best - 0.1, best + 0.1), method="bounded")
    return bool(min(finest.fun, on_circle(best)) <= level)
