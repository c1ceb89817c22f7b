"""Every rule against its paper in plain NumPy, against PyTorch's recordings, or against what defines it."""

import json
from pathlib import Path

import numpy as np
import pytest

from optimizers import OPTIMIZERS, SCHEDULES, descend
from tests.optimizers import numpy_rules
from tests.optimizers.numpy_rules import Problem, walk
from tests.optimizers.terrain import (
    FLAT,
    quadratic,
    rosenbrock,
    rosenbrock_gradient,
    rosenbrock_hessian,
    rosenbrock_loss,
)

START = (-1.2, 1.0)
ROSENBROCK = Problem(rosenbrock_loss, rosenbrock_gradient, rosenbrock_hessian)
HESSIAN = np.array([[3.0, 0.7], [0.7, 0.5]])
BOWL = Problem(lambda x: float(0.5 * x @ HESSIAN @ x), lambda x: HESSIAN @ x, lambda x: HESSIAN)

# other values for every knob, so that one wired to the wrong argument shows
OTHER = {
    "gradient_descent": {"learning_rate": 4e-4},
    "momentum": {"learning_rate": 4e-4, "momentum": 0.7},
    "nesterov": {"learning_rate": 4e-4, "momentum": 0.7},
    "damped_momentum": {"learning_rate": 3e-3, "momentum": 0.7},
    "adagrad": {"learning_rate": 0.3, "initial_accumulator_value": 2.0, "eps": 0.05},
    "rmsprop": {"learning_rate": 2e-3, "decay": 0.97, "eps": 0.05},
    "adadelta": {"learning_rate": 0.3, "rho": 0.8, "eps": 1e-5},
    "sign_sgd": {"learning_rate": 1.7e-3},
    "rprop": {"learning_rate": 5e-3, "eta_minus": 0.4, "eta_plus": 1.3},
    "adam": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "eps": 0.05},
    "adamw": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "eps": 0.05, "weight_decay": 0.3},
    "nadam": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "eps": 0.05},
    "adamax": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "eps": 0.05},
    "amsgrad": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "eps": 0.05},
    "radam": {"learning_rate": 1e-3, "b1": 0.8, "b2": 0.95, "eps": 0.05, "threshold": 8.0},
    "adabelief": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "eps": 1e-3},
    "yogi": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "eps": 0.05},
    "lion": {"learning_rate": 4e-3, "b1": 0.8, "b2": 0.95, "weight_decay": 0.3},
    "adan": {"learning_rate": 0.03, "b1": 0.9, "b2": 0.8, "b3": 0.95, "eps": 0.05},
    "ademamix": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "b3": 0.98, "alpha": 2.0, "eps": 0.05},
    "adopt": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "eps": 5.0},
    "polyak_sgd": {"max_learning_rate": 2e-3, "f_min": 0.1, "scaling": 0.7},
    "prodigy": {"learning_rate": 0.5, "b1": 0.8, "b2": 0.99, "eps": 1e-4, "estim_lr0": 1e-3, "estim_lr_coef": 0.6},
    "schedule_free_sgd": {"learning_rate": 2e-3, "b1": 0.7},
    "schedule_free_adamw": {"learning_rate": 0.03, "b1": 0.7, "b2": 0.95, "eps": 0.05, "weight_decay": 0.3},
    "newton": {"learning_rate": 0.3},
    "sam": {"learning_rate": 2e-4, "rho": 0.1},
}
HELD_ELSEWHERE = {"random_walk", "lbfgs"}
# at the default rates these two zigzag: they double a rounding error every other step
CALM = {"rmsprop": {"learning_rate": 1e-3}, "polyak_sgd": {"max_learning_rate": 1e-3}}


def test_every_rule_has_an_oracle():
    assert numpy_rules.RULES.keys() == OTHER.keys() == OPTIMIZERS.keys() - HELD_ELSEWHERE


@pytest.mark.parametrize("name", OTHER)
def test_other_values_turn_every_knob(name):
    defaults = {knob: value.default for knob, value in OPTIMIZERS[name].hyperparams.items()}
    assert OTHER[name].keys() == defaults.keys()
    assert all(OTHER[name][knob] != default for knob, default in defaults.items())


@pytest.mark.parametrize("given", [CALM, OTHER], ids=["defaults", "others"])
@pytest.mark.parametrize("name", OTHER)
def test_hundred_steps_on_rosenbrock_are_the_papers(name, given):
    knobs = OPTIMIZERS[name].fill(given.get(name))
    run = descend(rosenbrock(), OPTIMIZERS[name], knobs, start=START, num_steps=100)
    expected = walk(numpy_rules.RULES[name], ROSENBROCK, START, 100, **knobs)
    np.testing.assert_allclose(run.params, expected, rtol=1e-9, atol=1e-13)
    assert np.ptp(expected, axis=0).min() > 1e-5  # it moved: standing still agrees with anything


@pytest.mark.parametrize("name", OTHER)
def test_state_survives_the_seam_between_chunks(name):
    run = descend(quadratic(3.0, 0.5, 0.7), OPTIMIZERS[name], OTHER[name], start=(1.0, -2.0), num_steps=600)
    expected = walk(numpy_rules.RULES[name], BOWL, (1.0, -2.0), 600, **OTHER[name])
    np.testing.assert_allclose(run.params, expected, atol=1e-11)


def recordings() -> list[dict]:
    return json.loads((Path(__file__).parent.parent / "oracles" / "torch_paths.json").read_text())["paths"]


@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording["case"])
def test_path_is_torchs(recording):
    ours = recording["ours"]
    run = descend(
        rosenbrock(), OPTIMIZERS[ours["optimizer"]], ours["hyperparams"], start=START, num_steps=recording["num_steps"],
        schedule=SCHEDULES[ours.get("schedule", "constant")], schedule_hyperparams=ours.get("schedule_hyperparams"),
        l2=ours.get("l2", 0.0),
    )  # fmt: skip
    theirs = np.array(recording["params"])
    np.testing.assert_allclose(run.params[:: recording["every"]], theirs, rtol=1e-9, atol=1e-13)
    assert np.ptp(theirs, axis=0).min() > 1e-5


def test_torch_is_asked_about_every_rule_it_shares():
    shared = {"gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "rprop", "adam", "adamw",
              "adamax", "radam"}  # fmt: skip
    assert {recording["ours"]["optimizer"] for recording in recordings()} == shared


def test_random_walk_steps_as_far_as_gradient_descent_would():
    run = descend(rosenbrock(), OPTIMIZERS["random_walk"], start=START, num_steps=300)
    lengths = np.linalg.norm(np.diff(run.params, axis=0), axis=1)
    np.testing.assert_allclose(lengths, 2e-4 * run.grad_norm[:-1], rtol=1e-9)


@pytest.mark.parametrize("seed", [0, 7])
def test_random_walk_is_isotropic_and_owes_nothing_to_the_noise(seed):
    walk = descend(FLAT, OPTIMIZERS["random_walk"], start=(0.0, 0.0), num_steps=4000, noise=1.0, seed=seed)
    push = descend(FLAT, OPTIMIZERS["gradient_descent"], start=(0.0, 0.0), num_steps=4000, noise=1.0, seed=seed)
    steps, pushes = np.diff(walk.params, axis=0), np.diff(push.params, axis=0)
    angle = np.arctan2(steps[:, 1], steps[:, 0])
    beside = angle - np.arctan2(pushes[:, 1], pushes[:, 0])
    # on the circle each harmonic has mean 0 and variance 1/2; five standard errors
    bound = 5 * np.sqrt(0.5 / len(angle))
    for turn in (angle, beside, np.diff(angle)):
        for harmonic in (1, 2, 3):
            assert abs(np.cos(harmonic * turn).mean()) < bound
            assert abs(np.sin(harmonic * turn).mean()) < bound


def test_random_walk_depends_on_the_seed_and_on_nothing_else():
    def end(seed):
        return descend(rosenbrock(), OPTIMIZERS["random_walk"], start=START, num_steps=50, seed=seed).params[-1]

    assert end(3).tolist() == end(3).tolist()  # a NaN would not equal itself
    assert end(3).tolist() != end(4).tolist()


def at_rest(name: str, terrain, start) -> None:
    # weight decay is the one thing that moves without a slope
    knobs = {"weight_decay": 0.0} if "weight_decay" in OPTIMIZERS[name].hyperparams else {}
    run = descend(terrain, OPTIMIZERS[name], knobs, start=start, num_steps=20)
    assert run.diverged_at is None
    # schedule-free recovers its average to within rounding
    assert np.abs(run.params - start).max() <= (1e-14 if name.startswith("schedule_free") else 0.0)


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "newton"])
def test_without_a_slope_every_rule_rests(name):
    at_rest(name, FLAT, (0.3, -0.2))  # flat ground is singular: Newton has no step there


# a minimum, a saddle, a maximum, and a minimum 1e9 times as steep; the slope at each is an exact zero
STATIONARY = [(rosenbrock(), (1.0, 1.0)), (quadratic(2.0, -2.0), (0.0, 0.0)), (quadratic(-3.0, -1.0), (0.0, 0.0)),
              (rosenbrock(0.5, 100.0, 1e9), (0.5, 0.25))]  # fmt: skip


@pytest.mark.parametrize(("terrain", "start"), STATIONARY)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_rule_stays_at_a_stationary_point(name, terrain, start):
    at_rest(name, terrain, start)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_rule_that_leaves_a_stationary_point_says_so(name):
    run = descend(rosenbrock(), OPTIMIZERS[name], start=(1.0, 1.0), num_steps=20)
    leaves = np.abs(run.params - 1.0).max() > 1e-14
    assert leaves == ("weight_decay" in OPTIMIZERS[name].hyperparams)
    assert leaves == ("does not stay at a stationary point" in " ".join(OPTIMIZERS[name].doc.split()))


def test_newton_ends_as_diverged_where_the_hessian_is_singular():
    assert descend(quadratic(1.0, 0.0), OPTIMIZERS["newton"], start=(1.0, 1.0), num_steps=3).diverged_at == 1


def test_newton_makes_for_the_saddle():
    run = descend(quadratic(2.0, -2.0), OPTIMIZERS["newton"], start=(0.4, 0.7), num_steps=1)
    np.testing.assert_allclose(run.params[1], 0.0, atol=1e-15)
