"""A race is fair, repeatable, and says what it did."""

import random
from dataclasses import replace

import numpy as np
import pytest

from experiments import race as kept
from experiments.outcome import outcome_of
from experiments.race import FAN, Race, Run, resolve, run, run_fan
from landscapes import SURFACES
from optimizers import OPTIMIZERS, Trajectory, descend_all

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
    assert result.outcomes[0].arrived == (int(np.argmax(loss <= 1e-3)) if (loss <= 1e-3).any() else None)


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
    assert result.outcomes[1].arrived is not None


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


def test_what_the_owner_sets_stands():
    descent = resolve(Race(), Run("adam", (("learning_rate", 0.5), ("b1", 0.1)), "cosine"))
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

    def arrival(loss):
        return outcome_of(surface, Trajectory(places, loss, zero, None)).arrived

    assert arrival(low) == 1
    assert arrival(low + np.array([0.0, 0.0011, 0.0009])) == 2
    assert arrival(low - 1.0) is None


def test_a_first_touch_is_no_arrival():
    surface, steps = SURFACES["booth"], 40
    loss, places = np.full(steps, 5e-4), np.tile(surface.minima[0], (steps, 1))
    loss[3] = 0.1
    run_ = Trajectory(places, loss, np.zeros(steps), None)
    assert (outcome_of(surface, run_).arrived, outcome_of(surface, run_).touched) == (4, None)
    loss[-1] = 0.1
    assert (outcome_of(surface, run_).arrived, outcome_of(surface, run_).touched) == (None, 0)
    loss[-1], loss[-4] = 5e-4, 0.1
    assert outcome_of(surface, run_).arrived is None, "who comes back has to stay for a tenth, four rows of these"
    loss[-4], loss[-5] = 5e-4, 0.1
    assert outcome_of(surface, run_).arrived == steps - 4
    loss[: steps - 2] = 0.1
    assert outcome_of(surface, run_).arrived == steps - 2, "who comes for the first time may come late"
    assert outcome_of(surface, run_, noisy=True).arrived is None, "a crossing under noise is no arrival"


def test_a_run_has_diverged_where_it_is_a_hundred_pictures_away():
    """Descent on one half the square, rate 4: x grows by 3 a step, from 1, with corners at about 2.83."""
    race = replace(QUADRATIC, shape=(("condition", 1.0), ("angle", 0.0)), runs=(gradient_descent(4.0),), num_steps=50)
    result = run(race)
    (x0, x1), (y0, y1) = result.surface.domain
    corner, middle = np.hypot(x1 - x0, y1 - y0) / 2, np.array([x0 + x1, y0 + y1]) / 2
    places = np.array([[(-3.0) ** k, (-3.0) ** k] for k in range(51)])
    far = int(np.argmax(np.hypot(*(places - middle).T) > 100 * max(corner, np.hypot(*(places[0] - middle)))))
    assert result.outcomes[0].diverged == result.trajectories[0].diverged_at == far
    np.testing.assert_allclose(result.trajectories[0].params[: far + 1], places[: far + 1], rtol=1e-12)
    assert np.isnan(result.trajectories[0].loss[far + 1 :]).all()


def test_a_start_far_outside_is_no_divergence():
    race = replace(QUADRATIC, start=(1e6, 1e6), runs=(gradient_descent(0.05),), num_steps=20)
    assert run(race).outcomes[0].diverged is None


def test_losses_below_the_lowest_point_of_the_picture_are_not_drawn():
    """McCormick falls without end outside its box; there its loss is no gap, and was drawn as 1e-12."""
    result = run(Race(surface="mccormick", start=(-1.4, -2.9)))
    assert result.surface.minimum is not None
    for gap, each in zip(result.gap, result.trajectories, strict=True):
        below = each.loss < result.surface.minimum - 1e-9
        assert below.any()
        assert np.isnan(gap[below]).all()
        np.testing.assert_array_equal(gap[~below], (each.loss - result.surface.minimum)[~below])


@pytest.mark.parametrize("seed", range(12))
def test_a_run_is_the_same_with_others_alone_and_again(seed):
    """Runs are kept by themselves: whoever else ran, each is what it would be in a race of its own."""
    rng = random.Random(seed)
    names = rng.sample(sorted(OPTIMIZERS), 4)
    race = Race(surface=rng.choice(sorted(SURFACES)), runs=tuple(Run(name) for name in names), num_steps=60,
                noise=rng.choice([0.0, 0.3]), seed=seed)  # fmt: skip
    together = run(race)
    other = Run("adam", (("learning_rate", 0.0123),))
    again = run(replace(race, runs=(other, *race.runs)))
    kept._LAST.clear()
    for i, each in enumerate(race.runs):
        alone = run(replace(race, runs=(each,))).trajectories[0]
        for before in (together.trajectories[i], again.trajectories[i + 1]):
            assert before is not alone
            assert before.diverged_at == alone.diverged_at
            for leaf in ("params", "loss", "grad_norm"):
                np.testing.assert_array_equal(getattr(before, leaf), getattr(alone, leaf), str(each))


def test_only_what_is_new_runs(monkeypatch):
    race = Race(surface="beale", start=(0.123, 0.456))
    run(race)
    asked = []

    def counted(surface, runs, **more):
        asked.append(len(runs))
        return descend_all(surface, runs, **more)

    monkeypatch.setattr(kept, "descend_all", counted)
    run(race)
    run(replace(race, runs=(*race.runs[:-1], gradient_descent(0.0123))))
    run(replace(race, seed=1))
    run(replace(race, num_steps=5000))
    run(replace(race, num_steps=5000))
    assert asked == [0, 1, 5, 5, 5], "long runs are not kept"
