"""A rate that no run sets is the best of a grid by one stated rule, for all rules alike."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.race import Race, conditions, default_rate, resolve, run, tuned_rate
from experiments.run import Run
from experiments.tuning import tuned
from experiments.verdict import subline
from landscapes import SURFACES
from optimizers import OPTIMIZERS, Trajectory, descend_all

RULES = [name for name, rule in OPTIMIZERS.items() if rule.scheduled and rule.hyperparams[rule.scheduled].default != 1]


def outcome_by_hand(race: Race, run_: Trajectory) -> tuple[bool, int | None]:
    """Whether a run is steady, and the step at which it does what counts: arrives to stay, or leaves."""
    surface, at, loss = race.landscape, run_.params, run_.loss
    (x0, x1), (y0, y1) = surface.domain
    inside = (at[:, 0] >= x0) & (at[:, 0] <= x1) & (at[:, 1] >= y0) & (at[:, 1] <= y1)
    moves = np.hypot(*np.diff(at, axis=0).T)
    steady = bool(np.all(moves[inside[:-1]] <= 0.1 * np.hypot(x1 - x0, y1 - y0)))
    if surface.minimum is None:
        return steady, int(np.argmin(inside)) if not inside.all() else None
    close = inside & (np.abs(loss - surface.minimum) <= 1e-3)
    tail = len(close) if close.all() else int(np.argmin(close[::-1]))
    again = bool(close[: len(close) - tail].any())
    stays = tail >= max(1, len(close) // 10 if race.noise or again else 1)
    return steady and bool(inside[-1]) and run_.diverged_at is None, len(close) - tail if stays else None


def best_by_hand(race: Race, one: Run, start: tuple[float, float]) -> tuple[float | None, bool]:
    """The rule as the page states it, written out: the rate, and whether it is the last of the grid."""
    knob = OPTIMIZERS[one.optimizer].hyperparams["learning_rate"]
    rates = [float(f"{10 ** (-6 + k / 4):.3g}") for k in range(33)]
    assert (rates[0], rates[-1]) == (knob.low, knob.high)
    lanes = [one.with_hyperparam("learning_rate", rate).descent() for rate in rates]
    shared = {"start": start, "num_steps": race.num_steps, "noise": race.noise}
    seeds = range(2**32 - 4, 2**32) if race.noise else [0]
    draws = [descend_all(race.landscape, lanes, **shared, seed=seed) for seed in seeds]
    tried = {i: [outcome_by_hand(race, draw[i]) for draw in draws] for i in range(33)}
    kept = {i: [draw[i].loss for draw in draws] for i in tried if all(steady for steady, _ in tried[i])}
    steps = {i: [step for _, step in tried[i] if step is not None] for i in kept}
    settled = {i: sum(steps[i]) for i in kept if len(steps[i]) == len(draws)}
    if not kept:
        return None, False
    if settled:
        best = min(settled, key=lambda i: (settled[i], i))
        return rates[best], best in (0, 32)
    ends = {i: float(np.mean([loss[-max(1, len(loss) // 10) :].mean() for loss in kept[i]])) for i in kept}
    level = min(ends.values()) + 1e-3
    soon = {i: sum(max(np.flatnonzero(loss > level).tolist(), default=-1) for loss in kept[i])
            for i in kept if ends[i] <= level}  # fmt: skip
    best = min(soon, key=lambda i: (soon[i], ends[i]))
    return rates[best], best in (0, 32)


@pytest.mark.parametrize("surface", ["rosenbrock", "rastrigin", "saddle", "griewank", "beale", "ackley"])
def test_tuned_rates_are_the_best_of_the_grid_by_the_stated_rule(surface):
    race = Race(surface=surface, num_steps=120)
    for name in RULES[:: 3 if surface != "rosenbrock" else 1]:
        if name == "random_walk":
            continue
        found = tuned_rate(race, Run(name))
        assert found is not None
        assert (found.rate, bool(found.edge)) == best_by_hand(race, Run(name), SURFACES[surface].start), name


def test_what_bears_on_the_best_rate_is_tuned_for():
    """The run's own settings, the race's steps, noise and start: each is seen by the rule, here and there alike."""
    race = Race(surface="himmelblau", num_steps=100)
    cases = [
        (race, Run("momentum", (("momentum", 0.99),))),
        (race, Run("momentum", (("momentum", 0.0),))),
        (race, Run("adam", (), "linear")),
        (race, Run("gradient_descent", clip_norm=0.5)),
        (replace(race, num_steps=10), Run("adam")),
        (replace(race, noise=3.0), Run("momentum")),
        (replace(race, start=(4.0, 4.0), tuned_from=(4.0, 4.0)), Run("gradient_descent")),
    ]
    for described, one in cases:
        found = tuned_rate(described, one)
        assert found is not None
        start = described.tuned_from or SURFACES["himmelblau"].start
        assert found.rate == best_by_hand(described, one, start)[0], one
    rates = [tuned_rate(described, one) for described, one in cases]
    assert rates[0] != rates[1], "a heavier memory needs a smaller rate"


def test_a_moved_start_keeps_the_rates_and_says_what_they_were_tuned_for():
    race = Race(surface="beale", start=(4.433, 3.24))
    assert [resolve(race, one) for one in race.runs] == [resolve(Race(surface="beale"), one) for one in race.runs]
    assert "tuned from (−1.5, −1), not from this start" in subline(run(race))
    followed = replace(race, tuned_from=race.start)
    assert "not from this start" not in subline(run(followed))
    assert conditions(followed).start == race.start
    assert all(o.diverged is None for o in run(followed).outcomes), "rates tuned from here do not diverge from here"


def test_long_races_are_tuned_on_their_beginning_and_say_so():
    assert "tuned on the first 2000 steps" in subline(run(Race(runs=(Run("adam"),), num_steps=2500)))
    assert "tuned on" not in subline(run(Race(runs=(Run("adam"),), num_steps=2000)))


def test_a_best_rate_at_the_end_of_the_grid_is_said():
    race = Race(surface="griewank", runs=(Run("sign_sgd"), Run("adam")))
    found = tuned_rate(race, race.runs[0])
    assert found is not None
    assert found.rate == OPTIMIZERS["sign_sgd"].hyperparams["learning_rate"].high
    assert "that of sign SGD is the largest tried" in subline(run(race))


def test_where_no_rate_is_steady_the_usual_one_is_taken_and_said():
    wild = Race(surface="beale", start=(400.0, 400.0), tuned_from=(400.0, 400.0), runs=(Run("momentum"),))
    assert tuned_rate(wild, wild.runs[0]) is None
    assert default_rate(wild, wild.runs[0]) == OPTIMIZERS["momentum"].hyperparams["learning_rate"].default
    assert "that of momentum is the usual one, for none of 33 is steady" in subline(run(wild))


def test_the_random_walk_has_gradient_descents_rate_and_is_not_called_tuned():
    race = Race(surface="himmelblau", runs=(Run("random_walk"),))
    found = tuned(conditions(race), Run("gradient_descent"))
    assert found is not None
    assert default_rate(race, race.runs[0]) == found.rate
    assert "learning rate" not in subline(run(race))


def test_newtons_factor_is_not_tuned():
    race = Race(surface="beale")
    assert default_rate(race, Run("newton")) == 1.0
    assert tuned_rate(race, Run("newton")) is None
    assert tuned_rate(race, Run("adam", (("learning_rate", 0.1),))) is None
    assert tuned_rate(race, Run("adam")) is not None
