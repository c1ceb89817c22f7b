"""A race: several optimizers down one surface from one start, under equal conditions."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float

from experiments.run import Run, Values
from landscapes import SURFACES, Surface, parse_formula
from landscapes.surface import Box
from optimizers import OPTIMIZERS, Descent, Hyperparam, Trajectory, descend_all

MAX_RUNS = 8
SWEEP = 33  # learning rates that tuning tries
FAN = 17  # learning rates under the finger
FAN_STEPS = 2000  # a dragged path shows at most this many steps
TARGET = 1e-3  # a run has arrived when its loss is this close to the minimum


DEFAULT_RUNS = tuple(Run(name) for name in ("gradient_descent", "momentum", "nesterov", "rmsprop", "adam"))


@dataclass(frozen=True)
class Race:
    """The whole experiment. Equal descriptions give equal pictures, on any machine."""

    surface: str = "rosenbrock"  # a key of SURFACES
    shape: Values = ()
    formula: str = ""  # takes the surface's place where it is not empty
    domain: Box | None = None  # of a formula; None is the default box
    runs: tuple[Run, ...] = DEFAULT_RUNS
    start: tuple[float, float] | None = None  # None is the surface's own
    num_steps: int = 500
    noise: float = 0.0
    seed: int = 0

    @cached_property
    def landscape(self) -> Surface:
        """The surface that is raced on.

        Raises:
            FormulaError: where the formula is not one.
        """
        if self.formula:
            return parse_formula(self.formula, self.domain) if self.domain else parse_formula(self.formula)
        return SURFACES[self.surface].with_shape(**dict(self.shape))

    @property
    def origin(self) -> tuple[float, float]:
        """Where every run starts."""
        return self.start if self.start is not None else self.landscape.start


@dataclass(frozen=True)
class RaceResult:
    """What a race gave, one entry a run."""

    race: Race
    surface: Surface
    descents: tuple[Descent, ...]  # with every hyperparameter filled in
    trajectories: tuple[Trajectory, ...]
    gap: tuple[Float[np.ndarray, "row"], ...] = field(
        repr=False
    )  # loss above the minimum; the loss where none is known
    distance: tuple[Float[np.ndarray, "row"], ...] = field(
        repr=False
    )  # to the nearest minimum; NaN where none is known
    reached: tuple[int | None, ...]  # the first step within TARGET of the minimum


@dataclass(frozen=True)
class Fan:
    """One run of a race at many learning rates."""

    run: int
    hyperparam: str  # the one that varies
    rates: Float[np.ndarray, "rate"]
    trajectories: tuple[Trajectory, ...] = field(repr=False)


def _sweep(knob: Hyperparam) -> Float[np.ndarray, "rate"]:
    """The rates of a sweep: evenly spaced in the logarithm over the knob's range, to three figures."""
    return np.array([float(f"{stop:.3g}") for stop in np.geomspace(knob.low, knob.high, SWEEP)])


def _fan_rates(knob: Hyperparam, rate: float) -> Float[np.ndarray, "rate"]:
    """The rates under the finger: a decade and a half to either side of the present one, inside the knob's range."""
    around = [float(f"{rate * 10**decade:.3g}") for decade in np.linspace(-1.5, 1.5, FAN)]
    around[FAN // 2] = rate
    return np.array([stop for stop in around if knob.low <= stop <= knob.high or stop == rate])


def _score(surface: Surface, run: Trajectory) -> float:
    """How well a run went, for tuning: the mean logarithm of the loss above the minimum, so early arrival counts.

    Only steady runs count: none that diverges, climbs to twice its starting height, or leaps further than a tenth
    of the box's diagonal inside the box. What those reach, they reach by luck.
    """
    leaps = np.hypot(*np.diff(run.params, axis=0).T)[inside(surface, run)[:-1]]
    diagonal = math.hypot(*(high - low for low, high in surface.domain))
    if run.diverged_at is not None or leaps.max(initial=0.0) > diagonal / 10:
        return math.inf
    if surface.minimum is None:
        return float(np.mean(run.loss))
    gap = run.loss - surface.minimum
    return math.inf if gap.max() > 2 * gap[0] else float(np.mean(np.log10(np.maximum(gap, 1e-12))))


@lru_cache(maxsize=1024)
def tuned_rate(surface: Surface, optimizer: str, num_steps: int = 500) -> float | None:
    """The learning rate an optimizer gets unless its owner sets one: the best of a sweep on this very surface.

    Every rule gets the same budget: ``SWEEP`` rates over the range of its knob, from the surface's own start, without
    noise. The best has the lowest mean log loss above the minimum among the steady ones (see `_score`) whose next
    larger neighbour is steady too.

    Returns:
        None where there is nothing to tune (a rule without a rate, or with a factor on a step length that it chooses
        itself: Newton, Polyak, Prodigy) and where no rate is steady.
    """
    rule = OPTIMIZERS[optimizer]
    if rule.scheduled is None or rule.hyperparams[rule.scheduled].default == 1.0:
        return None
    stops = _sweep(rule.hyperparams[rule.scheduled])
    runs = [Descent(rule, {rule.scheduled: float(stop)}) for stop in stops]
    done = descend_all(surface, runs, start=surface.start, num_steps=num_steps)
    scores = np.array([_score(surface, run) for run in done])
    steady = np.where(np.isfinite(np.append(scores[1:], math.inf)), scores, math.inf)
    return float(stops[int(np.argmin(steady))]) if np.isfinite(steady).any() else None


def default_rate(surface: Surface, optimizer: str) -> float:
    """The rate of a run whose owner sets none: tuned where it can be, else the catalogue's.

    The random walk is a control: it takes gradient descent's rate, so that only its direction is left to chance.
    """
    rule = OPTIMIZERS[optimizer]
    tuned = tuned_rate(surface, "gradient_descent" if optimizer == "random_walk" else optimizer)
    return rule.hyperparams[rule.scheduled or ""].default if tuned is None else tuned


def is_tuned(surface: Surface, run: Run) -> bool:
    """Whether a run's rate comes from its own sweep."""
    rule = OPTIMIZERS[run.optimizer]
    own = rule.scheduled is not None and rule.scheduled not in dict(run.hyperparams) and run.optimizer != "random_walk"
    return own and tuned_rate(surface, run.optimizer) is not None


def resolve(surface: Surface, run: Run) -> Descent:
    """Fills in what the owner of a run left open: the tuned rate, then the defaults of the catalogue."""
    has_rate = OPTIMIZERS[run.optimizer].scheduled is not None
    return run.descent(default_rate(surface, run.optimizer) if has_rate else None, surface)


def run(race: Race, progress: Callable[[int, int], None] | None = None) -> RaceResult:
    """Runs a race. ``progress`` is called with (steps done, steps in all) and may raise to stop it."""
    surface = race.landscape
    descents = tuple(resolve(surface, each) for each in race.runs)
    done = _descend(race, surface, descents, progress=progress)
    floor = surface.minimum
    gap = tuple(each.loss - (0.0 if floor is None else floor) for each in done)
    reached = tuple(arrival(surface, each) for each in done)
    distance = tuple(surface.distance_to_minimum(each.params) for each in done)
    return RaceResult(race, surface, descents, done, gap, distance, reached)


def run_fan(race: Race, index: int) -> Fan | None:
    """One run of the race at up to ``FAN`` learning rates, all else equal; None for rules that have no rate."""
    surface = race.landscape
    descent = resolve(surface, race.runs[index])
    name = descent.optimizer.scheduled
    if name is None:
        return None
    rates = _fan_rates(descent.optimizer.hyperparams[name], descent.hyperparams[name])
    runs = tuple(replace(descent, hyperparams={**descent.hyperparams, name: float(rate)}) for rate in rates)
    return Fan(index, name, rates, _descend(race, surface, runs, until=FAN_STEPS))


def arrival(surface: Surface, run: Trajectory) -> int | None:
    """The first step within TARGET of the minimum, inside the box: beyond it the loss may fall below what is known."""
    if surface.minimum is None:
        return None
    hits = np.flatnonzero((np.abs(run.loss - surface.minimum) <= TARGET) & inside(surface, run))
    return int(hits[0]) if hits.size else None


def inside(surface: Surface, run: Trajectory) -> np.ndarray:
    """Which rows of a run lie in the box that is drawn."""
    (x0, x1), (y0, y1) = surface.domain
    x, y = run.params.T
    return (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)


def _descend(race: Race, surface: Surface, runs: tuple[Descent, ...], **limits: Any) -> tuple[Trajectory, ...]:
    shared = {"start": race.origin, "num_steps": race.num_steps, "noise": race.noise, "seed": race.seed}
    return tuple(descend_all(surface, runs, **shared, **limits))
