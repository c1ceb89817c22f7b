"""`descend`: one optimizer down one landscape, every step kept; `descend_all`: many, under equal conditions."""

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from optimizers.catalogue import OPTIMIZERS, SCHEDULES
from optimizers.entry import Entry, Optimizer, Schedule, as_number
from optimizers.program import Carry, Conditions, Form, Loss, Program, draw_chunk, made_program, program_of, room_for
from optimizers.step import HYPERPARAMS, SCHEDULE_HYPERPARAMS, Lanes, Rules, state_size

LANES = 41  # a race of 8 and a fan of 33 in one call
CHUNK = 512  # rows a call: 500 steps and the start
BATCH_CHUNK = 64  # rows a call where a step costs a network's pass
KEPT_BYTES = 50_000_000  # of the params that a trajectory keeps
_ALL: Rules = tuple(OPTIMIZERS.values())
_COMMON: Rules = tuple(rule for rule in _ALL if not rule.looks or rule.probe is not None)
_FIRST: Rules = tuple(OPTIMIZERS[name] for name in (
    "gradient_descent", "momentum", "nesterov", "rmsprop", "adam", "adamw",  # what people compare first
))  # fmt: skip
_RATE_INDEX = {name: i for i, name in enumerate(SCHEDULES)}
_MOST_STEPS = 2**31 - 2 * CHUNK  # rows are counted in int32


@dataclass(frozen=True)
class Trajectory:
    """Every step of a run; row 0 is the start. Float64 for surfaces, float32 for networks."""

    params: Float[np.ndarray, "row dim"]  # of every `stride`-th step
    loss: Float[np.ndarray, "row"]  # noise-free, without L2; of data, that of the step's batch
    grad_norm: Float[np.ndarray, "row"]  # L2 norm of the noise-free gradient
    diverged_at: int | None  # the first row whose loss or params left the finite range; rows after it are NaN
    stride: int = 1  # above 1 where the params of every step were not asked for or would take more than `KEPT_BYTES`
    layers: Float[np.ndarray, "row 3 layer"] | None = (
        None  # of a network: norms of each layer's gradient, params, update
    )
    diverged_params: Float[np.ndarray, "dim"] | None = None  # of the row that diverged, kept or not

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
    l1: float = 0.0  # every step moves each param towards zero by this times the rate, and no further (proximal step)
    weight_decay: float = 0.0  # every step shrinks the params by this times the rate, whatever the gradient (decoupled)

    def __post_init__(self) -> None:
        _check_shelved("optimizer", self.optimizer, OPTIMIZERS)
        _check_shelved("schedule", self.schedule, SCHEDULES)
        if not as_number(self.clip_norm) > 0:
            raise ValueError(f"clip_norm is {self.clip_norm!r}; a number above 0 is needed, inf for no clipping")
        _level("l2", self.l2)
        for name in ("l1", "weight_decay"):
            if _level(name, getattr(self, name)) and self.optimizer.scheduled is None:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; {self.optimizer.name} has no rate to scale it with"
                )


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


def _whole(name: str, value: Any, high: int, low: int = 0) -> int:
    number = as_number(value)
    if not (low <= number <= high and number == int(number)):
        raise ValueError(f"{name} is {value!r}; a whole number from {low} to {high} is needed")
    return int(number)


def _point(start: Any, loss: Any) -> Float[np.ndarray, "dim"]:
    try:
        point = np.asarray(start, np.float32 if hasattr(loss, "on_batch") else float)
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


def _lanes(landscape: Any, runs: Sequence[Descent], form: Form) -> Lanes:
    lanes = Lanes(
        np.zeros(form.lanes, np.int32),
        np.zeros((form.lanes, HYPERPARAMS), form.dtype),
        np.zeros(form.lanes, np.int32),
        np.zeros((form.lanes, SCHEDULE_HYPERPARAMS), form.dtype),
        *(np.zeros(form.lanes, form.dtype) for _ in range(4)),
    )
    for i, run in enumerate(runs):
        hyperparams = run.optimizer.fill_on(landscape, run.hyperparams)
        rate_hyperparams = run.schedule.fill(run.schedule_hyperparams).values()
        lanes.rule[i], lanes.rate[i] = form.rules.index(run.optimizer), _RATE_INDEX[run.schedule.name]
        lanes.hyperparams[i, : len(hyperparams)] = list(hyperparams.values())
        lanes.rate_hyperparams[i, : len(rate_hyperparams)] = list(rate_hyperparams)
        lanes.clip_norm[i], lanes.l2[i] = float(run.clip_norm), float(run.l2)
        rate = hyperparams.get(run.optimizer.scheduled or "", 0.0)
        lanes.shrink[i], lanes.threshold[i] = rate * float(run.weight_decay), rate * float(run.l1)
    return lanes


def _form(loss: Any, run: Descent, start: np.ndarray) -> Form:
    """The program that a run needs.

    Surfaces share one for every rule, networks of many sizes one for all but those that look at many points a step. A
    network whose size is a program's own has one for the rules of `_FIRST`, half the work to compile, and one for each
    other rule.
    """
    dtype = start.dtype.name
    if not hasattr(loss, "on_batch"):
        return Form(_ALL, LANES, CHUNK, CHUNK, start.size, dtype)
    _check_affordable(run.optimizer, start.size)
    together = _COMMON if getattr(loss, "common", False) else _FIRST
    rules = together if run.optimizer in together else (run.optimizer,)
    kept = min(BATCH_CHUNK, max(1, KEPT_BYTES // (8 * start.nbytes)))
    return Form(rules, 1, BATCH_CHUNK, kept, start.size, dtype)


def ready(landscape: Any, run: Descent, start: np.ndarray) -> Program | None:
    """The program of a run from a start if it is compiled already; it stays as long as the caller holds it."""
    loss, _ = _split(landscape)
    return made_program(loss, _form(loss, run, _point(start, loss)))


def kept_every(landscape: Any, run: Descent, num_steps: int, keep_every: int) -> int:
    """How far apart the params lie that `descend_live` keeps of a network."""
    loss, _ = _split(landscape)
    start = _point(landscape.start(), loss)
    form = _form(loss, run, start)
    return stride_for(num_steps, start.nbytes, form.kept, form.chunk, keep_every)


def compared_first(rule: Optimizer) -> bool:
    """Whether a rule is one of those that share a program where a network's sizes are the program's own."""
    return rule in _FIRST


def _check_affordable(rule: Optimizer, dim: int) -> None:
    if rule.name == "newton":
        raise ValueError("newton solves with the whole Hessian; networks, which have too many params, do without it")


def stride_for(num_steps: int, nbytes: int, form_kept: int, chunk: int, every: int = 1) -> int:
    """How far apart kept params lie, a multiple of ``every``, so that they fit `KEPT_BYTES` and a call's room."""
    rows = max(1, min(num_steps + 1, KEPT_BYTES // nbytes))
    needed = max(-(-(num_steps + 1) // rows), -(-chunk // form_kept))
    least = every * -(-needed // every)
    ends = (n for n in range(least, 2 * least, every) if num_steps % n == 0)  # the end is kept where that can be
    return every if least == every else next(ends, least)


def _trajectory(params: np.ndarray, loss: np.ndarray, grad_norm: np.ndarray, layers: np.ndarray, last: np.ndarray,
                stride: int, known: bool) -> Trajectory:  # fmt: skip
    bad = ~np.isfinite(loss)
    if stride == 1:
        bad |= ~np.isfinite(params).all(axis=1)
    elif known:
        bad |= ~np.isfinite(layers[:, 1]).all(axis=1)
    left = np.flatnonzero(bad)
    gone = int(left[0]) if left.size else None
    gone_params = None if gone is None else last
    return Trajectory(params, loss, grad_norm, gone, stride, layers if known else None, gone_params)


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
    done: list[Trajectory] = []
    batches = _batches(landscape, runs)
    for i, batch in enumerate(batches):
        pieces = []
        for piece in _run_chunks(landscape, batch, start, num_steps, noise, seed, until, 1):
            pieces.append(piece)
            if progress is not None:
                progress(i * piece.steps + piece.done, piece.steps * len(batches))
        done += _joined(pieces, len(batch))
    return done


def _batches(landscape: Any, runs: Sequence[Descent]) -> list[Sequence[Descent]]:
    size = 1 if hasattr(_split(landscape)[0], "on_batch") else LANES
    return [runs[at : at + size] for at in range(0, len(runs), size)]


class Piece(NamedTuple):
    """The rows of one chunk, for all runs of a batch."""

    params: np.ndarray  # (run, kept, dim)
    loss: np.ndarray
    grad_norm: np.ndarray
    layers: np.ndarray
    last: np.ndarray  # (run, dim): the params after the last row, or of the row that diverged
    stride: int
    done: int  # steps taken so far
    steps: int  # in all


def _joined(pieces: Sequence[Piece], count: int) -> list[Trajectory]:
    params, loss, grad_norm, layers = (np.concatenate(parts, axis=1) for parts in list(zip(*pieces, strict=True))[:4])
    known = layers.shape[-1] > 0
    last, stride = pieces[-1].last, pieces[0].stride
    return [_trajectory(params[i], loss[i], grad_norm[i], layers[i], last[i], stride, known) for i in range(count)]


def descend_live(
    landscape: Any,
    run: Descent,
    *,
    start: Sequence[float] | np.ndarray,
    num_steps: int,
    seed: int = 0,
    keep_every: int = 1,
) -> Iterator[Trajectory]:
    """Runs one optimizer and hands over each chunk of rows as it comes; arguments as `descend_all`.

    Args:
        landscape: what is descended.
        run: what runs.
        start: the params of row 0.
        num_steps: how many steps.
        seed: of the batches, and of the rules that draw.
        keep_every: of a network, the params of every so many steps are enough: who looks at some need not pay for all.

    Yields:
        Trajectories that follow one another: row 0 of the next is the step after the last row of the one before, and
        its kept params are those of the steps that ``stride`` divides.
    """
    for piece in _run_chunks(landscape, [run], start, num_steps, 0.0, seed, None, keep_every):
        yield _joined([piece], 1)[0]


def _run_chunks(landscape: Any, batch: Sequence[Descent], start: Any, num_steps: Any, noise: Any, seed: Any,
                until: Any, keep_every: int) -> Iterator[Piece]:  # fmt: skip
    """Yields each chunk's rows, without the unused lanes."""
    loss, values = _split(landscape)
    origin, schedule_steps = _point(start, loss), _whole("num_steps", num_steps, _MOST_STEPS)
    level, seed = _level("noise", noise), _whole("seed", seed, 2**32 - 1)
    batched = hasattr(loss, "on_batch")
    if level and batched:
        raise ValueError(f"noise is {noise!r}; a loss of data has the noise of its batches, so 0 is needed")
    every = _whole("keep_every", keep_every, _MOST_STEPS, 1)
    steps = schedule_steps if until is None else min(schedule_steps, _whole("until", until, _MOST_STEPS))
    form = _form(loss, batch[0], origin) if batch else Form(_ALL, LANES, CHUNK, CHUNK, origin.size, origin.dtype.name)
    stride = stride_for(steps, origin.nbytes, form.kept, form.chunk, every) if batched else 1
    program, lanes, key = program_of(loss), _lanes(landscape, batch, form), np.asarray([0, seed], np.uint32)
    shared = Conditions(values, np.asarray(float(schedule_steps)), np.asarray(stride, np.int32))
    size = state_size(form.rules, form.dim, form.dtype)
    carry = Carry(np.tile(origin, (form.lanes, 1)), np.zeros((form.lanes, size), form.dtype), np.ones(form.lanes, bool))
    room = room_for(form)
    at_once = min(form.chunk, getattr(landscape, "rows_a_call", form.chunk))
    for first in range(0, steps + 1, at_once):
        count = min(at_once, steps + 1 - first)
        draws = draw_chunk(key, np.int32(first), np.float64(level), chunk=form.chunk, dim=None if batched else form.dim)
        if batched:
            draws = draws._replace(order=landscape.order(seed, first, form.chunk))
        counts = (np.int32(len(batch)), np.int32(first), np.int32(count))
        carry, rows, taken = program(form, room, lanes, shared, draws, carry, *counts)
        kept = _kept(rows.params, np.asarray(taken)[: len(batch)], -first % stride, count, stride)
        loss_rows, grad_norms, layers = (np.asarray(leaf)[: len(batch), :count] for leaf in rows[1:])
        room = rows.params
        last = np.asarray(carry.params)[: len(batch)]
        yield Piece(kept, loss_rows, grad_norms, layers, last, stride, first + count - 1, steps)


def _kept(room: Any, taken: np.ndarray, first: int, count: int, stride: int) -> np.ndarray:
    """A copy of the params that a chunk kept, NaN after a lane's last row; the next chunk writes over the room."""
    written = np.asarray(room)
    out = np.empty((len(taken), len(range(first, count, stride)), written.shape[2]), written.dtype)
    for into, lane, rows in zip(out, written, taken, strict=False):
        known = len(range(first, rows, stride))
        into[:known], into[known:] = lane[:known], np.nan
    return out


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
        hyperparams: those to differ from the entry's defaults. The default of polyak_sgd's f_min is the landscape's
            ``minimum``, where it has one that is known.
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
