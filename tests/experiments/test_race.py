"""A race is fair, repeatable, and says what it did."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from experiments.race import FAN, Race, Run, arrival, default_rate, is_tuned, resolve, run, run_fan, tuned_rate
from landscapes import SURFACES
from optimizers import OPTIMIZERS, Descent, Trajectory, descend_all

QUADRATIC = Race(surface="quadratic", shape=(("condition", 10.0), ("angle", 0.0)), start=(1.0, 1.0))


def gradient_descent(rate: float) -> Run:
    return Run("gradient_descent", (("learning_rate", rate),))


def test_equal_descriptions_give_equal_numbers():
    one, two = run(Race(noise=0.5, seed=3)), run(Race(noise=0.5, seed=3))
    for a, b in zip(one.trajectories, two.trajectories, strict=True):
        np.testing.assert_array_equal(a.params, b.params)


def test_gradient_descent_follows_the_closed_form():
    result = run(replace(QUADRATIC, runs=(gradient_descent(0.05),), num_steps=40))
    steps = np.arange(41)
    expected = np.column_stack([(1 - 0.05) ** steps, (1 - 0.5) ** steps])
    np.testing.assert_allclose(result.trajectories[0].params, expected, rtol=1e-10)
    np.testing.assert_allclose(result.distance[0], np.hypot(*expected.T), rtol=1e-10)
    loss = 0.5 * (expected[:, 0] ** 2 + 10 * expected[:, 1] ** 2)
    assert result.reached[0] == (int(np.argmax(loss <= 1e-3)) if (loss <= 1e-3).any() else None)


def test_every_run_feels_the_same_noise():
    """Two runs of one rule under noise are one and the same; without a shared stream they would part."""
    result = run(replace(QUADRATIC, runs=(gradient_descent(0.05), gradient_descent(0.05)), noise=1.0))
    a, b = result.trajectories
    np.testing.assert_array_equal(a.params, b.params)
    other = run(replace(QUADRATIC, runs=(gradient_descent(0.05),), noise=1.0, seed=1)).trajectories[0]
    assert not np.allclose(a.params, other.params)


def test_a_run_does_not_depend_on_its_company():
    alone = run(replace(QUADRATIC, runs=(gradient_descent(0.05),), noise=0.3)).trajectories[0]
    beside = run(replace(QUADRATIC, runs=(Run("adam"), gradient_descent(0.05)), noise=0.3)).trajectories[1]
    np.testing.assert_array_equal(alone.params, beside.params)


def test_one_run_diverges_and_the_others_go_on():
    result = run(Race(surface="himmelblau", runs=(gradient_descent(1.0), gradient_descent(0.005))))
    gone, steady = result.trajectories
    assert gone.diverged_at is not None
    assert np.isnan(gone.loss[gone.diverged_at + 1 :]).all()
    assert steady.diverged_at is None
    assert result.reached[1] is not None


def test_the_fan_holds_the_run_itself():
    """What is dragged is what is released: the chosen stop of the fan is the run, number for number."""
    race = Race(surface="himmelblau", noise=0.2)
    result, fan = run(race), run_fan(race, 4)
    assert fan is not None
    assert len(fan.rates) <= FAN
    assert fan.rates[-1] / fan.rates[0] > 100
    chosen = int(np.argmin(np.abs(fan.rates - result.descents[4].hyperparams["learning_rate"])))
    assert fan.rates[chosen] == result.descents[4].hyperparams["learning_rate"]
    np.testing.assert_array_equal(fan.trajectories[chosen].params, result.trajectories[4].params)
    other = replace(race, runs=(*race.runs[:4], Run("adam", (("learning_rate", float(fan.rates[3])),))))
    np.testing.assert_array_equal(fan.trajectories[3].params, run(other).trajectories[4].params)


def test_the_fan_of_a_long_race_is_its_beginning():
    """The schedule sees the whole race even where the fan shows its first steps only."""
    long = Race(surface="himmelblau", runs=(Run("adam", (), "cosine"),), num_steps=5000)
    fan, result = run_fan(long, 0), run(long)
    assert fan is not None
    rate = result.descents[0].hyperparams["learning_rate"]
    same = fan.trajectories[int(np.argmin(np.abs(fan.rates - rate)))]
    np.testing.assert_array_equal(same.params, result.trajectories[0].params[: len(same.loss)])


def test_rules_without_a_rate_have_no_fan():
    assert run_fan(Race(runs=(Run("lbfgs"),)), 0) is None


@pytest.mark.parametrize("name", ["gradient_descent", "adam", "momentum"])
def test_the_tuned_rate_is_the_best_steady_one(name):
    """Held against a sweep written out here."""
    surface = SURFACES["himmelblau"]
    rate = tuned_rate(surface, name)
    assert rate is not None
    rule = OPTIMIZERS[name]
    low, high = rule.hyperparams["learning_rate"].low, rule.hyperparams["learning_rate"].high
    stops = [float(f"{low * (high / low) ** (k / 32):.3g}") for k in range(33)]
    runs = descend_all(
        surface, [Descent(rule, {"learning_rate": r}) for r in stops], start=surface.start, num_steps=500
    )

    def score(t):
        steps = np.hypot(*np.diff(t.params, axis=0).T)
        inside = (np.abs(t.params[:-1]) <= 5).all(axis=1)
        if t.diverged_at is not None or steps[inside].max() > np.hypot(10, 10) / 10 or t.loss.max() > 2 * t.loss[0]:
            return np.inf
        return np.log10(np.maximum(t.loss, 1e-12)).mean()

    scores = [score(t) for t in runs] + [np.inf]
    steady = [s if np.isfinite(after) else np.inf for s, after in pairwise(scores)]
    assert rate == stops[int(np.argmin(steady))]


def test_the_random_walk_has_gradient_descents_rate_and_is_not_called_tuned():
    surface = SURFACES["himmelblau"]
    assert default_rate(surface, "random_walk") == tuned_rate(surface, "gradient_descent")
    assert not is_tuned(surface, Run("random_walk"))


def test_newtons_factor_is_not_tuned():
    surface = SURFACES["beale"]
    assert default_rate(surface, "newton") == 1.0
    assert not is_tuned(surface, Run("newton"))
    assert not is_tuned(surface, Run("adam", (("learning_rate", 0.1),)))
    assert is_tuned(surface, Run("adam"))


def test_what_the_owner_sets_stands():
    descent = resolve(SURFACES["rosenbrock"], Run("adam", (("learning_rate", 0.5), ("b1", 0.1)), "cosine"))
    assert descent.hyperparams["learning_rate"] == 0.5
    assert descent.hyperparams["b1"] == 0.1
    assert descent.hyperparams["b2"] == OPTIMIZERS["adam"].hyperparams["b2"].default


def test_progress_can_stop_a_race():
    class Enough(Exception):
        pass

    seen = []

    def progress(done, steps):
        seen.append((done, steps))
        raise Enough

    with pytest.raises(Enough):
        run(Race(num_steps=5000), progress)
    assert len(seen) == 1
    assert seen[0][1] == 5000


def test_arrival_is_within_the_target_and_inside_the_box():
    """McCormick is unbounded outside its box: what lies as low there has not reached the minimum of the picture."""
    surface = SURFACES["mccormick"]
    assert surface.minimum is not None
    low, zero = np.full(3, surface.minimum), np.zeros(3)
    places = np.array([[9.0, 9.0], [-0.5, -1.5], [-0.5, -1.5]])
    assert arrival(surface, Trajectory(places, low, zero, None)) == 1
    assert arrival(surface, Trajectory(places, low + np.array([0.0, 0.0011, 0.0009]), zero, None)) == 2
    assert arrival(surface, Trajectory(places, low - 1.0, zero, None)) is None
