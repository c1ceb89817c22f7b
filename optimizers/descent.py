"""`descend`: one optimizer down one landscape, every step kept; `descend_all`: many, under equal conditions."""

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from optimizers.catalogue import OPTIMIZERS, SCHEDULES
from optimizers.entry import Entry, Optimizer, Schedule, as_number
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
_MOST_STEPS = 2**31 - 2 * CHUNK  # rows are counted in int32


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
    """One run of a race: a rule, its hyperparameters, and what is done to its rate and its gradient.

    Raises:
        ValueError: naming what is wrong, which, and what is allowed.
    """

    optimizer: Optimizer
    hyperparams: Mapping[str, float] = field(default_factory=dict)
    schedule: Schedule = SCHEDULES["constant"]
    schedule_hyperparams: Mapping[str, float] = field(default_factory=dict)
    clip_norm: float = math.inf  # gradients longer than this are scaled down to it, direction kept
    l2: float = 0.0  # added to the gradient as l2 * params, after clipping, as torch.optim's weight_decay

    def __post_init__(self) -> None:
        _check_shelved("optimizer", self.optimizer, OPTIMIZERS)
        _check_shelved("schedule", self.schedule, SCHEDULES)
        if not as_number(self.clip_norm) > 0:
            raise ValueError(f"clip_norm is {self.clip_norm!r}; a number above 0 is needed, inf for no clipping")
        _level("l2", self.l2)


@dataclass(frozen=True)
class _Alone:
    """A plain callable landscape in the form of `Surface.split`: a program of its own, no traced values."""

    landscape: Callable[[Any], Any]

    def __call__(self, params: Any, values: Any) -> Any:
        return self.landscape(params)


def _check_shelved(what: str, entry: Any, shelf: Mapping[str, Entry]) -> None:
    # equal is not enough: entries compare by name, and the program holds the shelf's own functions
    if not any(entry is shelved for shelved in shelf.values()):
        name = entry.name if isinstance(entry, Entry) else entry
        raise ValueError(f"{what} {name!r} is not an entry of {what.upper()}S; known: {', '.join(sorted(shelf))}")


def _level(name: str, value: Any) -> float:
    if not 0 <= as_number(value) < math.inf:
        raise ValueError(f"{name} is {value!r}; a finite number from 0 up is needed")
    return float(value)


def _whole(name: str, value: Any, high: int) -> int:
    number = as_number(value)
    if not (0 <= number <= high and number == int(number)):
        raise ValueError(f"{name} is {value!r}; a whole number from 0 to {high} is needed")
    return int(number)


def _point(start: Any) -> Float[np.ndarray, "dim"]:
    try:
        point = np.asarray(start, float)
    except (TypeError, ValueError):
        point = np.asarray(math.nan)
    if point.ndim != 1 or not point.size or not np.isfinite(point).all():
        raise ValueError(f"start is {start!r}; a flat sequence of finite numbers is needed")
    return point


def _split(landscape: Any) -> tuple[Loss, Any]:
    if hasattr(landscape, "split"):
        return landscape.split()
    if not (callable(landscape) and isinstance(landscape, Hashable)):
        raise ValueError(f"landscape is {landscape!r}; a hashable callable params -> scalar is needed")
    return _Alone(landscape), ()


def _lanes(runs: Sequence[Descent]) -> Lanes:
    lanes = Lanes(
        rule=np.zeros(LANES, np.int32),
        hyperparams=np.zeros((LANES, HYPERPARAMS)),
        rate=np.zeros(LANES, np.int32),
        rate_hyperparams=np.zeros((LANES, SCHEDULE_HYPERPARAMS)),
        clip_norm=np.zeros(LANES),
        l2=np.zeros(LANES),
    )
    for i, run in enumerate(runs):
        hyperparams = run.optimizer.fill(run.hyperparams).values()
        rate_hyperparams = run.schedule.fill(run.schedule_hyperparams).values()
        lanes.rule[i], lanes.rate[i] = _RULE_INDEX[run.optimizer.name], _RATE_INDEX[run.schedule.name]
        lanes.hyperparams[i, : len(hyperparams)] = list(hyperparams)
        lanes.rate_hyperparams[i, : len(rate_hyperparams)] = list(rate_hyperparams)
        lanes.clip_norm[i], lanes.l2[i] = float(run.clip_norm), float(run.l2)
    return lanes


def _trajectory(params: np.ndarray, loss: np.ndarray, grad_norm: np.ndarray) -> Trajectory:
    left = np.flatnonzero(~(np.isfinite(loss) & np.isfinite(params).all(axis=1)))
    return Trajectory(params, loss, grad_norm, int(left[0]) if left.size else None)


def descend_all(
    landscape: Any,
    runs: Sequence[Descent],
    *,
    start: Sequence[float] | np.ndarray,
    num_steps: int,
    noise: float = 0.0,
    seed: int = 0,
    until: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Trajectory]:
    """Runs several optimizers from one start under equal conditions: the same steps, the same noise at every step.

    Args:
        landscape: a hashable callable ``params -> scalar``; one with ``split()`` shares its program with its family.
        runs: what runs.
        start: the params of row 0, shape (dim,).
        num_steps: how many steps, at least 0.
        noise: standard deviation of the Gaussian noise on each gradient component.
        seed: of the noise, and of the rules that draw; from 0 to 2**32 - 1.
        until: stop after this many steps, though schedules still see num_steps; None runs them all.
        progress: called with (steps done, steps in all) after each chunk of steps, which all runs of a batch of
            `program.LANES` take together; what it raises ends the run.

    Returns:
        A `Trajectory` a run, each of num_steps + 1 rows, or until + 1.

    Raises:
        ValueError: naming what is wrong, which, and what is allowed.
    """
    loss, values = _split(landscape)
    origin, steps = _point(start), _whole("num_steps", num_steps, _MOST_STEPS)
    level, seed = _level("noise", noise), _whole("seed", seed, 2**32 - 1)
    conditions = Conditions(values, np.asarray(float(steps)))
    steps = steps if until is None else min(steps, _whole("until", until, _MOST_STEPS))
    batches = [runs[at : at + LANES] for at in range(0, len(runs), LANES)]
    done: list[Trajectory] = []
    for i, batch in enumerate(batches):
        chunks = []
        for first, rows in _run_chunks(loss, batch, conditions, origin, steps, level, seed):
            chunks.append(rows)
            if progress is not None:
                progress(i * steps + first + rows[0].shape[1] - 1, steps * len(batches))
        whole = [np.concatenate(parts, axis=1) for parts in zip(*chunks, strict=True)]
        done += [_trajectory(*run) for run in zip(*whole, strict=True)]
    return done


def _run_chunks(loss: Loss, batch: Sequence[Descent], conditions: Conditions, origin: np.ndarray, num_steps: int,
                noise: float, seed: int) -> Iterator[tuple[int, list[np.ndarray]]]:  # fmt: skip
    """Yields each chunk's first row number and its rows, without the unused lanes."""
    program, lanes, key = program_of(loss), _lanes(batch), np.asarray([0, seed], np.uint32)
    carry = Carry(np.tile(origin, (LANES, 1)), np.zeros((LANES, state_size(origin.size))), np.ones(LANES, bool))
    for first in range(0, num_steps + 1, CHUNK):
        count = min(CHUNK, num_steps + 1 - first)
        draws = draw_chunk(key, np.int32(first), np.float64(noise), dim=origin.size)
        counts = (np.int32(len(batch)), np.int32(first), np.int32(count))
        carry, rows = program(lanes, conditions, draws, carry, *counts)
        yield first, [np.asarray(leaf)[: len(batch), :count] for leaf in rows]


def descend(
    landscape: Any,
    optimizer: Optimizer,
    hyperparams: Mapping[str, float] | None = None,
    *,
    start: Sequence[float] | np.ndarray,
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
