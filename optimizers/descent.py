"""`descend`: one optimizer down one landscape, every step kept; and `descend_all`, many of them under equal conditions."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from optimizers.catalogue import OPTIMIZERS, SCHEDULES
from optimizers.entry import Optimizer, Schedule
from optimizers.program import (
    CHUNK,
    HYPERPARAMS,
    LANES,
    SCHEDULE_HYPERPARAMS,
    Carry,
    Conditions,
    Lanes,
    Loss,
    draw_chunk,
    program_of,
    state_size,
)

_RULE_INDEX = {name: i for i, name in enumerate(OPTIMIZERS)}
_RATE_INDEX = {name: i for i, name in enumerate(SCHEDULES)}


@dataclass(frozen=True)
class Trajectory:
    """Every step of a run; row 0 is the start. Float64."""

    params: Float[np.ndarray, "row dim"]
    loss: Float[np.ndarray, "row"]  # noise-free, without L2
    grad_norm: Float[np.ndarray, "row"]  # L2 norm of the noise-free gradient
    diverged_at: int | None  # the first step whose loss or params left the finite range; rows after it are NaN

    def first_below(self, target: float) -> int | None:
        """The first step whose loss is at most ``target``, or None."""
        hits = np.flatnonzero(self.loss <= target)
        return int(hits[0]) if hits.size else None


@dataclass(frozen=True)
class Descent:
    """One run of a race: a rule, its hyperparameters, and what is done to its rate and its gradient."""

    optimizer: Optimizer
    hyperparams: Mapping[str, float] = field(default_factory=dict)
    schedule: Schedule = SCHEDULES["constant"]
    schedule_hyperparams: Mapping[str, float] = field(default_factory=dict)
    clip_norm: float = math.inf  # gradients longer than this are scaled down to it, direction kept
    l2: float = 0.0  # added to the gradient as l2 * params, after clipping, as torch.optim's weight_decay


@dataclass(frozen=True)
class _Alone:
    """A plain callable landscape in the form of `Surface.split`: a program of its own, no traced values."""

    landscape: Callable[[Any], Any]

    def __call__(self, params: Any, values: Any) -> Any:
        return self.landscape(params)


def _split(landscape: Any) -> tuple[Loss, Any]:
    return landscape.split() if hasattr(landscape, "split") else (_Alone(landscape), ())


def _padded(values: Iterable[float], size: int) -> list[float]:
    values = list(values)
    return values + [0.0] * (size - len(values))


def _lanes(runs: Sequence[Descent]) -> Lanes:
    idle = Descent(next(iter(OPTIMIZERS.values())))
    padded = [*runs, *([idle] * (LANES - len(runs)))]
    rows = [
        (
            _RULE_INDEX[run.optimizer.name],
            _padded(run.optimizer.fill(run.hyperparams).values(), HYPERPARAMS),
            _RATE_INDEX[run.schedule.name],
            _padded(run.schedule.fill(run.schedule_hyperparams).values(), SCHEDULE_HYPERPARAMS),
            run.clip_norm,
            run.l2,
        )
        for run in padded
    ]
    kinds = (np.int32, float, np.int32, float, float, float)
    return Lanes(*(np.asarray(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)))


def _trajectory(params: np.ndarray, loss: np.ndarray, grad_norm: np.ndarray) -> Trajectory:
    left = np.flatnonzero(~(np.isfinite(loss) & np.isfinite(params).all(axis=1)))
    return Trajectory(params, loss, grad_norm, int(left[0]) if left.size else None)


def descend_all(
    landscape: Any,
    runs: Sequence[Descent],
    *,
    start: Sequence[float],
    num_steps: int,
    noise: float = 0.0,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> list[Trajectory]:
    """Runs several optimizers from one start under equal conditions: the same steps, the same noise at every step.

    Args:
        landscape: a hashable callable ``params -> scalar``; one with ``split()`` shares its program with its family.
        runs: what runs.
        start: the params of row 0, shape (dim,).
        num_steps: how many steps, at least 0.
        noise: standard deviation of the Gaussian noise on each gradient component.
        seed: of the noise, and of the rules that draw.
        progress: called with (steps done, steps in all) after each chunk; what it raises ends the run.

    Returns:
        A `Trajectory` a run, each of num_steps + 1 rows.

    Raises:
        ValueError: naming what is wrong, which, and what is allowed.
    """
    origin = np.asarray(start, float)
    if origin.ndim != 1 or not np.isfinite(origin).all():
        raise ValueError(f"start is {start!r}; a flat sequence of finite numbers is needed")
    if int(num_steps) != num_steps or num_steps < 0:
        raise ValueError(f"num_steps is {num_steps!r}; a whole number from 0 up is needed")
    if not (math.isfinite(noise) and noise >= 0):
        raise ValueError(f"noise is {noise!r}; a finite number from 0 up is needed")
    if int(seed) != seed or not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed!r}; a whole number from 0 to {2**32 - 1} is needed")
    done: list[Trajectory] = []
    for at in range(0, len(runs), LANES):
        done += _descend_lanes(landscape, runs[at : at + LANES], origin, int(num_steps), noise, seed, progress)
    return done


def _descend_lanes(landscape, runs, origin, num_steps, noise, seed, progress) -> list[Trajectory]:
    loss, values = _split(landscape)
    program, lanes = program_of(loss), _lanes(runs)
    shared, key = Conditions(values, np.float64(num_steps)), np.asarray([0, seed], np.uint32)
    carry = Carry(np.tile(origin, (LANES, 1)), np.zeros((LANES, state_size(origin.size))), np.ones(LANES, bool))
    chunks = []
    for first in range(0, num_steps + 1, CHUNK):
        rows = min(CHUNK, num_steps + 1 - first)
        draws = draw_chunk(key, np.int32(first), np.float64(noise), dim=origin.size)
        carry, seen = program(lanes, shared, draws, carry, np.int32(len(runs)), np.int32(first), np.int32(rows))
        chunks.append(jax.tree.map(lambda leaf: np.asarray(leaf)[: len(runs), :rows], seen))
        if progress is not None:
            progress(min(first + rows - 1, num_steps), num_steps)
    whole = jax.tree.map(lambda *parts: np.concatenate(parts, axis=1), *chunks)
    return [_trajectory(*(leaf[i] for leaf in whole)) for i in range(len(runs))]


def descend(
    landscape: Any,
    optimizer: Optimizer,
    hyperparams: Mapping[str, float] | None = None,
    *,
    start: Sequence[float],
    num_steps: int,
    schedule: Schedule = SCHEDULES["constant"],
    schedule_hyperparams: Mapping[str, float] | None = None,
    noise: float = 0.0,
    seed: int = 0,
    clip_norm: float = math.inf,
    l2: float = 0.0,
) -> Trajectory:
    """Runs one optimizer down a landscape and keeps every step.

    Args:
        landscape: a hashable callable ``params -> scalar``, such as an entry of `landscapes.SURFACES`.
        optimizer: an entry of `OPTIMIZERS`.
        hyperparams: those to differ from the entry's defaults.
        start: the params of row 0.
        num_steps: how many steps.
        schedule: an entry of `SCHEDULES`, a factor on the rate.
        schedule_hyperparams: those to differ from its defaults.
        noise: standard deviation of the Gaussian noise on each gradient component.
        seed: of the noise.
        clip_norm: gradients longer than this are scaled down to it.
        l2: added to the gradient as l2 * params.

    Returns:
        A `Trajectory` of num_steps + 1 rows.

    Raises:
        ValueError: naming what is wrong, which, and what is allowed.
    """
    run = Descent(optimizer, hyperparams or {}, schedule, schedule_hyperparams or {}, clip_norm, l2)
    return descend_all(landscape, [run], start=start, num_steps=num_steps, noise=noise, seed=seed)[0]
