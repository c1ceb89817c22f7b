"""A race: several optimizers down one surface from one start, under equal conditions."""

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from cachetools import LRUCache
from jaxtyping import Float

from experiments.outcome import Outcome, bounded, first_touch, outcome_of
from experiments.run import Run, Values
from experiments.tuning import Conditions, Tuned, has_rate, tuned
from landscapes import SURFACES, Surface, parse_formula
from landscapes.surface import Box
from optimizers import OPTIMIZERS, Descent, Hyperparam, Trajectory, descend_all

MAX_RUNS = 8
FAN = 17  # learning rates under the finger
FAN_STEPS = 2000  # a dragged path shows at most this many steps


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
    tuned_from: tuple[float, float] | None = None  # where rates are tuned that no run sets; None is the surface's start

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
    gap: tuple[Float[np.ndarray, "row"], ...] = field(repr=False)  # see `above_minimum`
    distance: tuple[Float[np.ndarray, "row"], ...] = field(repr=False)  # to the nearest minimum; NaN if unknown
    outcomes: tuple[Outcome, ...]

    @cached_property
    def touched(self) -> tuple[int | None, ...]:
        """The step at which each run is within the target for the first time; None for those that never are."""
        return tuple(first_touch(self.surface, run) for run in self.trajectories)

    @property
    def drawn(self) -> Surface:
        """The surface in the box that pictures show."""
        return self.surface.drawn(self.race.origin)

    @property
    def frame(self) -> str:
        """What sentences call the surface's box: the picture, where that shows the whole of it."""
        return "the picture" if self.drawn == self.surface else "the box"


@dataclass(frozen=True)
class Fan:
    """One run of a race at many learning rates."""

    run: int
    hyperparam: str  # the one that varies
    rates: Float[np.ndarray, "rate"]
    trajectories: tuple[Trajectory, ...] = field(repr=False)  # one a rate; none where it has not run


def _fan_rates(knob: Hyperparam, rate: float) -> Float[np.ndarray, "rate"]:
    """The rates under the finger: a decade and a half to either side of the present one, inside the knob's range."""
    around = [float(f"{rate * 10**decade:.3g}") for decade in np.linspace(-1.5, 1.5, FAN)]
    around[FAN // 2] = rate
    return np.array([stop for stop in around if knob.low <= stop <= knob.high or stop == rate])


def conditions(race: Race) -> Conditions:
    """What the rates of a race are tuned for."""
    surface = race.landscape
    start = race.tuned_from if race.tuned_from is not None else surface.start
    return Conditions(surface, start, race.num_steps, race.noise)


def sets_no_rate(run: Run) -> bool:
    """Whether a run leaves its rate to be tuned; the random walk is a control and has no rate of its own."""
    own = run.optimizer != "random_walk" and has_rate(run)
    return own and OPTIMIZERS[run.optimizer].scheduled not in dict(run.hyperparams)


def tuned_rate(race: Race, run: Run) -> Tuned | None:
    """What tuning found for a run of a race; None where there is nothing to tune, or no rate is steady."""
    return tuned(conditions(race), run) if sets_no_rate(run) else None


def default_rate(race: Race, run: Run) -> float:
    """The rate of a run whose owner sets none: tuned where it can be, else the catalogue's.

    The random walk takes gradient descent's rate, so that only its direction is left to chance.
    """
    if run.optimizer == "random_walk":
        run = replace(run, optimizer="gradient_descent", hyperparams=())
    rule, found = OPTIMIZERS[run.optimizer], tuned(conditions(race), run)
    return rule.hyperparams[rule.scheduled or ""].default if found is None else found.rate


def resolve(race: Race, run: Run) -> Descent:
    """Fills in what the owner of a run left open: the tuned rate, then the defaults of the catalogue."""
    name, surface = OPTIMIZERS[run.optimizer].scheduled, race.landscape
    if name is None or name in dict(run.hyperparams):
        return run.descent(landscape=surface)
    return run.descent(default_rate(race, run), surface)


def run(race: Race, progress: Callable[[int, int], None] | None = None) -> RaceResult:
    """Runs a race. ``progress`` is called with (steps done, steps in all) and may raise to stop it.

    Runs that took part in one of the last races, under the same conditions, are not run again.
    """
    surface = race.landscape
    descents = tuple(resolve(race, each) for each in race.runs)
    done = _ran(race, surface, descents, progress)
    columns = zip(*done, strict=True) if done else ((), (), (), ())
    return RaceResult(race, surface, descents, *map(tuple, columns))


class _Ran(NamedTuple):
    """One run and what is said of it."""

    trajectory: Trajectory
    gap: Float[np.ndarray, "row"]
    distance: Float[np.ndarray, "row"]
    outcome: Outcome


_LAST: LRUCache[Hashable, _Ran] = LRUCache(128)
_MOST_STEPS = 1000  # of a run that is kept: then all of them take 8 MB at most
_LOOKING = threading.Lock()


def _ran(race: Race, surface: Surface, descents: Sequence[Descent],
         progress: Callable[[int, int], None] | None) -> list[_Ran]:  # fmt: skip
    conditions = surface, race.origin, race.num_steps, race.noise, race.seed
    keys = [(*conditions, repr(descent)) for descent in descents]
    with _LOOKING:
        known = {key: _LAST[key] for key in keys if key in _LAST}
    left = {key: descent for key, descent in zip(keys, descents, strict=True) if key not in known}
    for key, trajectory in zip(left, _descend(race, surface, tuple(left.values()), progress=progress), strict=True):
        distance = surface.distance_to_minimum(trajectory.params)
        outcome = outcome_of(surface, trajectory, noisy=race.noise > 0)
        known[key] = _Ran(trajectory, above_minimum(surface, trajectory), distance, outcome)
    if race.num_steps <= _MOST_STEPS:
        with _LOOKING:
            _LAST.update({key: known[key] for key in left})
    return [known[key] for key in keys]


def fan_of(race: Race, index: int) -> Fan | None:
    """The learning rates of a run's fan, which has not run yet; None for rules that have no rate."""
    descent = resolve(race, race.runs[index])
    name = descent.optimizer.scheduled
    if name is None:
        return None
    return Fan(index, name, _fan_rates(descent.optimizer.hyperparams[name], descent.hyperparams[name]), ())


def run_fan(race: Race, index: int) -> Fan | None:
    """One run of the race at up to ``FAN`` learning rates, all else equal; None for rules that have no rate."""
    fan, descent = fan_of(race, index), resolve(race, race.runs[index])
    if fan is None:
        return None
    values = ({**descent.hyperparams, fan.hyperparam: float(rate)} for rate in fan.rates)
    runs = tuple(replace(descent, hyperparams=each) for each in values)
    return replace(fan, trajectories=_descend(race, race.landscape, runs, until=FAN_STEPS))


def above_minimum(surface: Surface, run: Trajectory) -> Float[np.ndarray, "row"]:
    """The loss above the minimum, or the loss itself where none is known.

    NaN where a run lies below the lowest point of the picture, which it can only outside it: on a logarithmic axis it
    would look solved.
    """
    if surface.minimum is None:
        return run.loss
    gap = run.loss - surface.minimum
    return np.where((gap <= 0) & ~surface.contains(run.params), np.nan, gap)


def _descend(race: Race, surface: Surface, runs: tuple[Descent, ...], **limits: Any) -> tuple[Trajectory, ...]:
    shared = {"start": race.origin, "num_steps": race.num_steps, "noise": race.noise, "seed": race.seed}
    return tuple(bounded(surface, each) for each in descend_all(surface, runs, **shared, **limits))
