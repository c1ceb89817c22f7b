"""What a formula's picture needs and nobody gave: where to start, and the lowest points of the box. NumPy alone."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from landscapes.formula.expression import Expression
from landscapes.surface import Box, Point

MAX_MINIMA = 12
_MESHES = 120  # parts of each side: the length by which a bottom is smooth
_SIDE = 301  # points along each side of the first grid
_OTHERS = 4000  # points that the first grid is tried against
_OFFSETS = np.arange(-2, 3) / 3  # of a finer grid's points from one of the grid before, in meshes of that
_DOUBT = 0.5  # a point may lie above a lower one nearby by at most this share of how much its neighbours differ
_MOST = 16000  # points that are looked at more closely
_LEVELS = 9  # grids, each finer than the one before
_FOLLOWED = MAX_MINIMA + 1  # places that are followed to the bottom


class Lowest(NamedTuple):
    """The lowest loss in the box, and where it is taken.

    Three cases: points; a minimum without points, where they are a whole curve or more than 12; neither, where none is
    known, or there is no bottom, or the way down leads out of the box.
    """

    minimum: float | None
    minima: tuple[Point, ...]


class _Grid(NamedTuple):
    """Points that were looked at, the loss there, and how much it differs among their neighbours, up to a mesh away."""

    points: Float[np.ndarray, "point 2"]
    loss: Float[np.ndarray, "point"]
    spread: Float[np.ndarray, "point"]
    least: Float[np.ndarray, "point"]  # how low it may be between the points
    mesh: Float[np.ndarray, "2"]


class _Dip(NamedTuple):
    """The bottom of a dip, and what the grid saw of it."""

    value: float
    place: Float[np.ndarray, "2"]
    spread: float  # how much the loss differs around there


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
    """The lowest points of the box: finer grids wherever one leaves it possible, then down to the bottom.

    Nothing is claimed where the loss has no bottom, where it falls on across the border at its lowest point, and where
    so many places may be the lowest that not all can be followed, and those that are followed end at several levels. A
    lowest point on the border is claimed where the loss does not fall beyond it. The first grid has 301 x 301 points: a
    well that none of them notices is missed.
    """
    with np.errstate(all="ignore"):
        grid = _first_grid(expression, domain)
        if grid is None:
            return NOTHING
        grid, places, more, seen = _closed_in(expression, domain, grid)
        dips: list[_Dip] = []
        for place in reversed(places):  # those that may differ first
            dips.append(_follow(expression, domain, grid, place))
            if more and abs(dips[-1].value - dips[0].value) > _slack(dips[0]):
                return NOTHING
        lowest = min(dips, key=lambda dip: dip.value)
        if seen < lowest.value - _slack(lowest) or _is_pole(expression, domain, lowest):
            return NOTHING
        return _claimed(expression, domain, lowest, dips[::-1], more)


def _slack(dip: _Dip) -> float:
    """By how much another bottom may differ from this one and count as equally low: rounding."""
    return 1e-12 * abs(dip.value) + 1e-9 * dip.spread


def _claimed(expression: Expression, domain: Box, lowest: _Dip, dips: list[_Dip], more: bool) -> Lowest:
    """What may be said of these bottoms; ``more`` is True where there may be others as low."""
    below, level = lowest.value - _slack(lowest), lowest.value + _slack(lowest)
    places = _distinct([dip.place for dip in dips if dip.value <= level], domain)
    places = [place for place in places if not _falls_beyond(expression, domain, place, below)]
    if not places:
        return NOTHING
    unlisted = len(places) > (1 if more else MAX_MINIMA)
    if unlisted or any(_touches(expression, domain, place, level) for place in places):
        return Lowest(lowest.value, ())
    return Lowest(lowest.value, tuple((float(x), float(y)) for x, y in places))


def _losses(expression: Expression, x: Any, y: Any) -> Float[np.ndarray, "..."]:
    """The loss; infinite where there is none."""
    loss = expression.on_arrays(x, y)
    return np.where(np.isnan(loss), np.inf, loss)


def _among_neighbours(extreme: Any, loss: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """The extreme loss of a point and its eight neighbours, for all but the outermost points."""
    rows = extreme(extreme(loss[..., :-2, :], loss[..., 1:-1, :]), loss[..., 2:, :])
    return extreme(extreme(rows[..., :-2], rows[..., 1:-1]), rows[..., 2:])


def _lowest_and_spread(loss: Float[np.ndarray, "..."]) -> tuple[Float[np.ndarray, "..."], Float[np.ndarray, "..."]]:
    """The lowest loss around each point, and how much the finite losses around it differ."""
    low = _among_neighbours(np.minimum, loss)
    return low, _among_neighbours(np.maximum, np.where(np.isposinf(loss), -np.inf, loss)) - low


def _first_grid(expression: Expression, domain: Box) -> _Grid | None:
    """The whole box, border and all; None where it has no bottom or no finite loss."""
    steps = np.arange(_SIDE) / (_SIDE - 1)
    xs, ys = (low * (1 - steps) + high * steps for low, high in domain)
    loss = np.concatenate([_losses(expression, xs[None, :], part[:, None]) for part in np.array_split(ys, 6)])
    if np.isneginf(loss).any() or not np.isfinite(loss).any():
        return None
    points = np.stack(np.broadcast_arrays(xs[None, :], ys[:, None]), axis=-1).reshape(-1, 2)
    low, spread = (part.ravel() for part in _lowest_and_spread(np.pad(loss, 1, mode="edge")))
    # a ripple in step with the grid is not seen on it: other points show by how much it may fall below
    least, others = low - 0.5 * _DOUBT * spread, np.random.default_rng(7).uniform(0, 1, (_OTHERS, 2))
    column, row = np.rint(others * (_SIDE - 1)).astype(int).T
    there = _losses(expression, *(np.array(domain)[:, :1] + _scale(domain)[:, None] * others.T))
    below = least[row * _SIDE + column] - there
    least -= np.max(below, where=np.isfinite(below), initial=0.0)
    return _Grid(points, loss.ravel(), spread, least, _scale(domain) / (_SIDE - 1))


def _closer(expression: Expression, domain: Box, grid: _Grid, near: Int[np.ndarray, "near"]) -> _Grid:
    """A finer grid around these points of one."""
    # of each point, five columns and five rows
    x, y = (np.clip(grid.points[near, i, None] + _OFFSETS * grid.mesh[i], *domain[i]) for i in (0, 1))
    loss = _losses(expression, x[:, None, :], y[:, :, None])
    points = np.stack(np.broadcast_arrays(x[:, None, 1:-1], y[:, 1:-1, None]), axis=-1).reshape(-1, 2)
    here, spread = loss[:, 1:-1, 1:-1].ravel(), _lowest_and_spread(loss)[1].ravel()
    return _Grid(points, here, spread, here - _DOUBT * spread, grid.mesh / 3)


def _closed_in(expression: Expression, domain: Box, grid: _Grid) -> tuple[_Grid, list[int], bool, float]:
    """(the last grid, positions on it of places that may be lowest, whether there are more, the lowest loss seen)."""
    best = _follow(expression, domain, grid, int(grid.loss.argmin())).value
    looked = before = 0
    places, more = [], False
    for level in range(_LEVELS):
        best = min(best, float(grid.loss.min()))
        may_be = np.flatnonzero((grid.least < best) | (grid.loss == grid.loss.min()))
        looked += len(may_be)
        if level >= 2 or looked > _MOST:
            places, more = _apart(grid, may_be)
            a_curve = level >= 3 and len(may_be) > 2.5 * before  # of wells, each is as many points on every grid
            if not more or looked > _MOST or a_curve or level == _LEVELS - 1:
                break
        before = len(may_be)
        grid = _closer(expression, domain, grid, may_be)
    return grid, places, more, best


def _apart(grid: _Grid, near: Int[np.ndarray, "near"]) -> tuple[list[int], bool]:
    """(those of these points to follow, whether there are more).

    Points that lie four meshes apart, the lowest first; where there are more than are followed, half of them stand for
    all the others.
    """
    near, places = near[np.argsort(grid.loss[near], kind="stable")], []
    while len(near) and len(places) < _FOLLOWED:
        places.append(int(near[0]))
        near = near[(np.abs(grid.points[near] - grid.points[near[0]]) > 4 * grid.mesh).any(axis=1)]
    if not len(near):
        return places, False
    others = near[np.linspace(0, len(near) - 1, _FOLLOWED // 2).astype(int)]
    return [*places[: _FOLLOWED // 2], *others.tolist()], True


def _follow(expression: Expression, domain: Box, grid: _Grid, position: int) -> _Dip:
    """From a point of a grid down to the bottom: Nelder and Mead's simplex, then Newton, then rounding."""
    from scipy import optimize  # 35 MB that a visitor without a formula does without

    mesh = _scale(domain) / _MESHES
    bounds = np.array(domain)

    def loss(place: np.ndarray) -> float:
        inside = np.all((bounds[:, 0] <= place) & (place <= bounds[:, 1]))
        value = float(expression.on_arrays(place[0], place[1])) if inside else np.inf
        return value if np.isfinite(value) else np.inf

    start = grid.points[position]
    inwards = np.where(start > bounds.mean(axis=1), -1.0, 1.0)
    simplex = start + np.array([[0.0, 0.0], [1.0, 0.1], [-0.1, 1.0]]) * grid.mesh * inwards
    options = {"initial_simplex": simplex, "xatol": 1e-14 * mesh.min(), "fatol": np.inf, "maxfev": 400}
    place = optimize.minimize(loss, simplex[0], method="Nelder-Mead", options=options).x
    place = _rounded(loss, _newton(expression, loss, place, mesh), mesh)
    return _Dip(loss(place), place, float(grid.spread[position]))


def _is_pole(expression: Expression, domain: Box, dip: _Dip) -> bool:
    """Whether the loss still falls steadily a thousand times closer to what was taken for a bottom."""
    angles = np.linspace(0, 2 * np.pi, 33)[:-1]
    around = (_on_circle(expression, domain, dip.place, radius, angles) for radius in (1e-2, 1e-5))
    far, near = (np.quantile(losses, 0.2, method="lower") - dip.value for losses in around)
    return bool(far > 1e-9 * abs(dip.value) and near > 0.3 * far)


def _on_circle(expression: Expression, domain: Box, place: np.ndarray, radius: float, angles: Any) -> Any:
    """The losses around a place; the radius in meshes."""
    reach = radius * _scale(domain) / _MESHES
    return _losses(expression, place[0] + reach[0] * np.cos(angles), place[1] + reach[1] * np.sin(angles))


def _falls_beyond(expression: Expression, domain: Box, place: np.ndarray, level: float) -> bool:
    """Whether a place lies on the border, to a millionth of the box, and the loss falls on across it."""
    step, bounds = 1e-6 * _scale(domain), np.array(domain)
    for axis, side, out in ((0, 0, -1), (0, 1, 1), (1, 0, -1), (1, 1, 1)):
        if abs(place[axis] - bounds[axis, side]) <= step[axis]:
            beyond = place + 10 * out * step * np.eye(2)[axis]
            if _losses(expression, beyond[0], beyond[1]) < level:
                return True
    return False


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
    """The place with the fewest decimals, if it is lower, or the same place and as low: 1 and not 0.9999999999.

    Both coordinates together, else each for itself: 0, 1.5707963 and not 6.4e-14, 1.5707963.
    """
    for axes in ([0, 1], [0], [1]):
        for decimals in range(7):
            near = place.copy()
            near[axes] = np.round(place[axes], decimals) + 0.0  # no minus zero
            far = np.abs(near - place).max() / mesh.min()
            if (loss(near) < loss(place) and far < 0.1) or (loss(near) == loss(place) and far < 1e-7):
                place = near
                break
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

    def on_circle(angle):
        return _on_circle(expression, domain, place, 0.3, angle)

    angles = np.linspace(0, 2 * np.pi, 65)
    best = angles[np.argmin(on_circle(angles[:-1]))]
    finest: Any = optimize.minimize_scalar(on_circle, bounds=(best - 0.1, best + 0.1), method="bounded")
    return bool(min(finest.fun, on_circle(best)) <= level)
