"""What a run on a surface came to: whether and when it arrived, touched the target, left the picture or diverged."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from landscapes import Surface
from optimizers import Trajectory

TARGET = 1e-3  # a run is at the minimum where its loss is this close to it, inside the picture
FAR = 100.0  # a run has diverged this many times further from the middle of the picture than its corners, or the start


@dataclass(frozen=True)
class Outcome:
    """The steps at which a run did what is told of it; None for what it never did."""

    arrived: int | None  # from here to the end it is within `TARGET` of the minimum, inside the picture
    touched: int | None  # within `TARGET` for the first time, of a run that has not arrived
    left: int | None  # outside the picture for the first time
    diverged: int | None  # not finite, or `FAR` away, for the first time
    inside: bool  # whether its last step lies in the picture
    gap: float  # of its last step: loss above the minimum; NaN where that is not known or the run diverged

    @property
    def marks(self) -> tuple[int | None, ...]:
        """The steps that a sentence may name."""
        return self.arrived, self.touched, self.left, self.diverged


def bounded(surface: Surface, run: Trajectory) -> Trajectory:
    """The run, diverged where it is `FAR` away if that comes before it is not finite; its later rows are NaN."""
    distance = _distance(surface, run.params)
    (x0, x1), (y0, y1) = surface.domain
    reach = max(float(np.hypot(x1 - x0, y1 - y0)) / 2, float(distance[0]))
    far = np.flatnonzero(distance > FAR * reach)
    if not far.size or (run.diverged_at is not None and run.diverged_at <= far[0]):
        return run
    gone = int(far[0])
    params, loss, grad_norm = run.params.copy(), run.loss.copy(), run.grad_norm.copy()
    for rows in (params, loss, grad_norm):
        rows[gone + 1 :] = np.nan
    return replace(run, params=params, loss=loss, grad_norm=grad_norm, diverged_at=gone,
                   diverged_params=run.params[gone])  # fmt: skip


def outcome_of(surface: Surface, run: Trajectory, *, noisy: bool = False) -> Outcome:
    """What a bounded run came to.

    A crossing is no arrival: under noise, and where it has left the target before, a run has arrived only if it stays
    for the last tenth of its rows.
    """
    inside = surface.contains(run.params)
    out = np.flatnonzero(~inside)
    there = at_target(surface, run)
    away = np.flatnonzero(~there)
    settled = int(away[-1]) + 1 if away.size else 0
    hold = max(1, len(there) // 10) if noisy or there[:settled].any() else 1
    arrived = settled if settled <= len(there) - hold else None
    touched = int(np.argmax(there)) if arrived is None and there.any() else None
    known = surface.minimum is not None and run.diverged_at is None
    gap = float(run.loss[-1] - surface.minimum) if known else np.nan
    return Outcome(arrived, touched, int(out[0]) if out.size else None, run.diverged_at, bool(inside[-1]), gap)


def at_target(surface: Surface, run: Trajectory) -> Bool[np.ndarray, "row"]:
    """Which rows lie within `TARGET` of the minimum: inside the picture, beyond which lower places may lie."""
    if surface.minimum is None:
        return np.zeros(len(run.loss), bool)
    return (np.abs(run.loss - surface.minimum) <= TARGET) & surface.contains(run.params)


def first_touch(surface: Surface, run: Trajectory) -> int | None:
    """The first row within `TARGET` of the minimum, whether the run stays or not; None where there is none."""
    there = at_target(surface, run)
    return int(np.argmax(there)) if there.any() else None


def _distance(surface: Surface, points: Float[np.ndarray, "row 2"]) -> Float[np.ndarray, "row"]:
    """From the middle of the picture."""
    middle = np.mean(np.asarray(surface.domain), axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.hypot(*(points - middle).T)
