"""The learning rate of a run whose owner set none: the best of a grid, tried on the very race, by one rule for all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
from jaxtyping import Float

from experiments.outcome import TARGET, Outcome, bounded, outcome_of
from experiments.run import Run
from landscapes import Surface
from optimizers import OPTIMIZERS, Descent, Hyperparam, Trajectory, descend_all

RATES = 33  # of a grid
LEAP = 0.1  # of the box's diagonal, the longest step of a steady run: sentences say a tenth
TUNING_STEPS = 2000  # longer races are tuned on their beginning
NOISES = 4  # draws of the noise that a rate is averaged over
_SEEDS = tuple(2**32 - 1 - i for i in range(NOISES))  # of those draws: not those of the race, which a visitor counts up

RATE_RULE = (
    f"A learning rate that no run sets is the best of {RATES}, tried on this race with the run's own settings: the "
    "soonest to arrive and stay, else the lowest at the end. Rates that leap over a tenth of the box, diverge or "
    "end outside it do not count."
)


@dataclass(frozen=True)
class Conditions:
    """What rates are tuned for, beside the run itself: all that bears on how well a rate does."""

    surface: Surface
    start: tuple[float, float]
    num_steps: int
    noise: float = 0.0


@dataclass(frozen=True)
class Tuned:
    """The best rate of a grid."""

    rate: float
    edge: str = ""  # "smallest" or "largest" where the best rate is that of the grid, so that a better may lie beyond


def grid(knob: Hyperparam) -> Float[np.ndarray, "rate"]:
    """The rates that are tried: evenly spaced in the logarithm over the knob's range, to three figures."""
    return np.array([float(f"{stop:.3g}") for stop in np.geomspace(knob.low, knob.high, RATES)])


def has_rate(run: Run) -> bool:
    """Whether a run has a rate of its own to tune: not a factor on a step length that its rule chooses."""
    rule = OPTIMIZERS[run.optimizer]
    return rule.scheduled is not None and rule.hyperparams[rule.scheduled].default != 1.0


def tuned(conditions: Conditions, run: Run) -> Tuned | None:
    """The best rate for a run under the conditions of its race; None where no rate is steady, or there is none.

    All rules are tuned alike: ``RATES`` rates over the range of the knob, each for the race's own number of steps
    (at most ``TUNING_STEPS``), from one start, with the run's own hyperparameters, schedule, clipping and decay; with
    gradient noise over ``NOISES`` draws of it. Only steady rates count: no step from inside the picture is longer than
    ``LEAP`` of its diagonal, and no draw diverges or ends outside the picture. Of those the best is the one that
    arrives soonest (see `experiments.outcome`), on average and in every draw. Where none does, it is the one whose loss
    ends lowest, as the mean over the last tenth of its steps; of those within ``TARGET`` of it the soonest to be there.
    On a surface without a lowest point the best is the steady rate that leaves the picture soonest; it may go where it
    likes from there.
    """
    if not has_rate(run):
        return None
    name = OPTIMIZERS[run.optimizer].scheduled or ""
    kept = tuple((key, value) for key, value in run.hyperparams if key != name)
    return _tuned(conditions, replace(run, hyperparams=kept))


@lru_cache(maxsize=2048)
def _tuned(conditions: Conditions, run: Run) -> Tuned | None:
    name = OPTIMIZERS[run.optimizer].scheduled or ""
    stops = grid(OPTIMIZERS[run.optimizer].hyperparams[name])
    lanes = [run.descent(float(stop), conditions.surface) for stop in stops]
    draws = [_try(conditions, lanes, seed) for seed in (_SEEDS if conditions.noise else _SEEDS[:1])]
    best = _best(conditions, list(zip(*draws, strict=True)))
    if best is None:
        return None
    return Tuned(float(stops[best]), {0: "smallest", RATES - 1: "largest"}.get(best, ""))


def _try(conditions: Conditions, lanes: Sequence[Descent], seed: int) -> list[Trajectory]:
    runs = descend_all(conditions.surface, lanes, start=conditions.start, num_steps=conditions.num_steps,
                       noise=conditions.noise, seed=seed, until=TUNING_STEPS)  # fmt: skip
    return [bounded(conditions.surface, run) for run in runs]


def _best(conditions: Conditions, rates: Sequence[tuple[Trajectory, ...]]) -> int | None:
    """Which rate, of one run a draw of the noise each, is the best; None where none is steady."""
    surface = conditions.surface
    outcomes = [[outcome_of(surface, run, noisy=conditions.noise > 0) for run in runs] for runs in rates]
    good = [i for i, runs in enumerate(rates) if all(map(partial(steady, surface), runs, outcomes[i]))]
    goals = {i: [o.arrived if surface.minimum is not None else o.left for o in outcomes[i]] for i in good}
    there = {i: sum(step for step in steps if step is not None) for i, steps in goals.items() if None not in steps}
    if there:
        return min(there, key=lambda i: there[i])
    last = max(1, len(rates[0][0].loss) // 10)
    ends = {i: float(np.mean([run.loss[-last:].mean() for run in rates[i]])) for i in good}
    if not ends:
        return None
    level = min(ends.values()) + TARGET
    return min((i for i in good if ends[i] <= level), key=lambda i: (_settled(rates[i], level), ends[i]))


def _settled(runs: tuple[Trajectory, ...], level: float) -> float:
    """How many steps, on average, until a loss is below a level to stay; all of them where it does not stay."""
    above = [np.flatnonzero(~(run.loss <= level)) for run in runs]
    return float(np.mean([rows[-1] + 1 if rows.size else 0 for rows in above]))


def steady(surface: Surface, run: Trajectory, outcome: Outcome) -> bool:
    """Whether a run never leaps across the picture, and ends in it; without a lowest point it may leave it."""
    inside = surface.contains(run.params)
    moves = np.hypot(*np.diff(run.params, axis=0).T)[inside[:-1]]
    diagonal = math.hypot(*(high - low for low, high in surface.domain))
    if not (moves <= LEAP * diagonal).all():  # a step to nowhere is none that is short
        return False
    return surface.minimum is None or (outcome.diverged is None and bool(inside[-1]))
