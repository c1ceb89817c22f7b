"""What theory says of the rules, as laws in their parameters, with the figures of the literature among the cases."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from optimizers import OPTIMIZERS, Descent, descend, descend_all
from tests.optimizers.terrain import FLAT, quadratic, rosenbrock

START = (-1.2, 1.0)


def go(name, knobs, terrain, start, num_steps, **conditions):
    return descend(terrain, OPTIMIZERS[name], knobs, start=start, num_steps=num_steps, **conditions)


@pytest.mark.parametrize("kappa", [4.0, 100.0, 731.0])
@pytest.mark.parametrize("share", [0.3, 1.0, 1.7])
def test_gradient_descent_shrinks_each_eigendirection_by_its_own_factor(kappa, share):
    rate = share / kappa
    run = go("gradient_descent", {"learning_rate": rate}, quadratic(1.0, kappa), (1.0, 1.0), 60)
    t = np.arange(61)
    np.testing.assert_allclose(abs(run.params[:, 0]), abs(1 - rate) ** t, rtol=1e-10, atol=1e-300)
    np.testing.assert_allclose(abs(run.params[:, 1]), abs(1 - rate * kappa) ** t, rtol=1e-8, atol=1e-30)


@pytest.mark.parametrize("curvature", [1.0, 8.0, 512.0])
def test_gradient_descent_at_two_over_curvature_never_settles(curvature):
    run = go("gradient_descent", {"learning_rate": 2 / curvature}, quadratic(curvature, curvature), (1.0, -3.0), 500)
    np.testing.assert_array_equal(abs(run.params), np.tile([1.0, 3.0], (501, 1)))


@pytest.mark.parametrize(("excess", "factor"), [(1.01, 1.02), (1.05, 1.10)])
def test_gradient_descent_beyond_two_over_curvature_grows(excess, factor):
    run = go("gradient_descent", {"learning_rate": excess * 2 / 7.0}, quadratic(7.0, 7.0), (1.0, 1.0), 200)
    np.testing.assert_allclose(abs(run.params[:, 0]), factor ** np.arange(201), rtol=1e-10)


@pytest.mark.parametrize(("low", "high"), [(1.0, 4.0), (0.5, 50.0), (2.0, 2000.0)])
def test_best_rate_of_gradient_descent(low, high):
    kappa = high / low
    run = go("gradient_descent", {"learning_rate": 2 / (low + high)}, quadratic(low, high), (1.0, 1.0), 100)
    law = ((kappa - 1) / (kappa + 1)) ** np.arange(101)
    np.testing.assert_allclose(abs(run.params), np.column_stack([law, law]), rtol=1e-8)


def double_root(first: float, second: float, root: float, num_steps: int) -> np.ndarray:
    """(c0 + c1 t) root^t through the first two values: where both roots of a recursion coincide."""
    t = np.arange(num_steps + 1)
    return (first + (second / root - first) * t) * root**t


@pytest.mark.parametrize(("low", "high"), [(1.0, 100.0), (0.5, 8.0), (2.0, 2000.0)])
def test_best_heavy_ball_has_the_root_of_its_momentum_as_rate(low, high):
    ratio = math.sqrt(high / low)
    rate, b = (2 / (math.sqrt(high) + math.sqrt(low))) ** 2, ((ratio - 1) / (ratio + 1)) ** 2
    run = go("momentum", {"learning_rate": rate, "momentum": b}, quadratic(low, high), (1.0, 1.0), 200)
    # at both ends of the spectrum the two roots coincide, at +-sqrt(b)
    flat = double_root(1.0, 1 - rate * low, math.sqrt(b), 200)
    steep = double_root(1.0, 1 - rate * high, -math.sqrt(b), 200)
    np.testing.assert_allclose(run.params, np.column_stack([flat, steep]), rtol=1e-4, atol=1e-9)
    if high / low == 100.0:
        assert b == pytest.approx(0.66942, abs=5e-6)
        assert math.sqrt(b) == pytest.approx(0.81818, abs=5e-6)


@pytest.mark.parametrize(("low", "high"), [(1.0, 100.0), (0.5, 8.0), (2.0, 2000.0)])
def test_nesterov_has_spectral_radius_one_minus_one_over_root_kappa(low, high):
    ratio = math.sqrt(high / low)
    rate, b = 1 / high, (ratio - 1) / (ratio + 1)
    run = go("nesterov", {"learning_rate": rate, "momentum": b}, quadratic(low, high), (1.0, 1.0), 200)
    slowest = double_root(1.0, 1 - (1 + b) * rate * low, 1 - 1 / ratio, 200)
    np.testing.assert_allclose(run.params[:, 0], slowest, rtol=1e-7)
    np.testing.assert_allclose(run.params[2:, 1], 0.0, atol=1e-12)  # curvature L: gone as soon as the step is 1/L


FLOORS = [  # learning rate, momentum, curvature, standard deviation of the noise
    (0.3, 0.0, 1.0, 1.0), (0.1, 0.0, 5.0, 0.3), (0.2, 0.5, 1.0, 1.0), (0.1, 0.8, 3.0, 2.0),
]  # fmt: skip


@pytest.mark.parametrize(("rate", "b", "curvature", "level"), FLOORS)
def test_noise_floor(rate, b, curvature, level):
    bowl, knobs = quadratic(curvature, curvature), {"learning_rate": rate, "momentum": b}
    run = go("momentum", knobs, bowl, (0.0, 0.0), 20_000, noise=level, seed=5)
    floor = rate * level**2 * (1 + b) / (curvature * (1 - b) * (2 * (1 + b) - rate * curvature))
    if b == 0:
        assert floor == pytest.approx(rate * level**2 / (curvature * (2 - rate * curvature)))
    # memory of a squared step: at most about (1 + r^2) / (1 - r^2) steps, r the slowest root; five standard errors
    slowest = max(abs(np.roots([1.0, rate * curvature - 1 - b, b])))
    settled = run.params[500:]
    samples = settled.size * (1 - slowest**2) / (1 + slowest**2)
    assert (settled**2).mean() == pytest.approx(floor, rel=5 * math.sqrt(2 / samples))
    assert 5 * math.sqrt(2 / samples) < 0.2  # tight enough to tell the floors of b = 0 and b = 0.5 apart


def test_equal_rate_over_one_minus_momentum_is_a_fair_comparison():
    runs = [
        Descent(OPTIMIZERS["gradient_descent"], {"learning_rate": 0.02}),
        Descent(OPTIMIZERS["momentum"], {"learning_rate": 0.02 * (1 - 0.8), "momentum": 0.8}),
        Descent(OPTIMIZERS["damped_momentum"], {"learning_rate": 0.02, "momentum": 0.8}),
        Descent(OPTIMIZERS["momentum"], {"learning_rate": 0.02, "momentum": 0.8}),
    ]
    trajectories = descend_all(quadratic(1.0, 1.0), runs, start=(0.0, 0.0), num_steps=20_000, noise=1.0, seed=1)
    fair, heavy, damped, unfair = ((trajectory.params[500:] ** 2).mean() for trajectory in trajectories)
    # one noise for all, so the floors may be compared without its error
    assert heavy == pytest.approx(fair, rel=0.05)
    assert damped == pytest.approx(heavy, rel=1e-9)
    assert unfair == pytest.approx(5 * fair, rel=0.2)


@pytest.mark.parametrize("name", ["adam", "amsgrad", "adamax"])
@pytest.mark.parametrize(("b1", "b2"), [(0.9, 0.999), (0.5, 0.9)])
def test_first_step_of_adam_is_the_rate_whatever_the_slope(name, b1, b2):
    run = go(name, {"learning_rate": 0.07, "b1": b1, "b2": b2}, quadratic(1e4, 1e-2), (3.0, -5.0), 1)
    # without the bias corrections it would be (1 - b1) / sqrt(1 - b2) of it: 3.1623 for the usual betas
    np.testing.assert_allclose(run.params[1] - run.params[0], [-0.07, 0.07], rtol=1e-6)


@pytest.mark.parametrize("name", ["adam", "nadam", "amsgrad", "rmsprop", "adagrad", "sign_sgd", "lion", "adan"])
def test_scale_of_the_loss_leaves_the_path_unchanged(name):
    bare = {"eps": 1e-30, "initial_accumulator_value": 0.0, "weight_decay": 0.0}
    knobs = {knob: value for knob, value in bare.items() if knob in OPTIMIZERS[name].hyperparams}
    knobs["learning_rate"] = 3e-3
    plain, scaled = (go(name, knobs, rosenbrock(scale=scale), START, 60) for scale in (1.0, 1000.0))
    np.testing.assert_allclose(scaled.params, plain.params, rtol=1e-8)
    assert np.ptp(plain.params[:, 0]) > 0.01


def test_scale_of_the_loss_changes_the_path_of_gradient_descent():
    knobs = {"learning_rate": 1e-5}
    plain, scaled = (go("gradient_descent", knobs, rosenbrock(scale=scale), START, 60) for scale in (1.0, 10.0))
    assert abs(scaled.params - plain.params).max() > 0.1


# degrees: where Adam ends; gradient descent ends at 4.84e-6 at every angle
ADAM_ENDS = {0: 3.8e-11, 15: 0.656, 30: 0.572, 45: 0.375}


@pytest.mark.parametrize(("degrees", "adam_ends"), ADAM_ENDS.items())
def test_rotated_valley_stops_adam_and_not_gradient_descent(degrees, adam_ends):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    rotation = np.array([[c, -s], [s, c]])
    hessian, start = rotation @ np.diag([1.0, 100.0]) @ rotation.T, rotation @ [1.0, 1.0]
    valley = quadratic(hessian[0, 0], hessian[1, 1], hessian[0, 1])
    descent = go("gradient_descent", {"learning_rate": 0.0198}, valley, start, 400)
    # rate (kappa - 1) / (kappa + 1) along both axes
    assert descent.loss[-1] == pytest.approx(50.5 * (99 / 101) ** 800, rel=0.2)
    assert descent.loss[-1] == pytest.approx(4.84e-6, rel=2e-3)
    adam = go("adam", {"learning_rate": 0.01}, valley, start, 400)
    assert adam.loss[-1] == pytest.approx(adam_ends, rel=4e-3)


@pytest.mark.parametrize(("name", "ends"), [("adam", 1.0), ("amsgrad", -0.9996)])
def test_amsgrad_mends_the_counterexample_to_adam(name, ends):
    rule = OPTIMIZERS[name]

    def step(now, t):
        x, state = now
        transform = rule.build(learning_rate=0.1 / jnp.sqrt(t), b1=0.0, b2=0.1, eps=1e-8)
        slope = jnp.where(t % 3 == 1, 3.0, -1.0)
        updates, state = transform.update(slope, state, x)
        return (jnp.clip(x + updates, -1.0, 1.0), state), None

    x = jnp.zeros(())
    state = rule.build(**rule.fill()).init(x)
    (x, _), _ = jax.lax.scan(step, (x, state), jnp.arange(1, 30_001, dtype=float))
    assert float(x) == pytest.approx(ends, abs=1e-4)


@pytest.mark.parametrize(("rate", "decay", "num_steps"), [(0.01, 0.1, 50), (0.03, 0.5, 20)])
def test_adamw_shrinks_by_the_same_share_every_step(rate, decay, num_steps):
    run = go("adamw", {"learning_rate": rate, "weight_decay": decay}, FLAT, (2.0, -1.0), num_steps)
    share = (1 - rate * decay) ** num_steps
    np.testing.assert_allclose(run.params[-1], [2.0 * share, -share], rtol=1e-12)
    if (rate, decay, num_steps) == (0.01, 0.1, 50):
        assert run.params[-1][0] == pytest.approx(1.902411, abs=5e-7)


@pytest.mark.parametrize("l2", [1e-4, 1e-2, 1.0])
def test_adam_divides_the_strength_of_l2_away(l2):
    run = go("adam", {"learning_rate": 0.01}, FLAT, (2.0, 2.0), 50, l2=l2)
    assert run.params[-1][0] == pytest.approx(1.5166, abs=5e-5)


@pytest.mark.parametrize(("curvature", "rate", "rho"), [(1.0, 0.1, 0.05), (3.0, 0.3, 0.2), (0.5, 1.0, 0.01)])
def test_sam_settles_in_a_two_cycle(curvature, rate, rho):
    run = go("sam", {"learning_rate": rate, "rho": rho}, quadratic(curvature, 2.0), (1.3, 0.0), 2000)
    amplitude = rate * curvature * rho / (2 - rate * curvature)
    np.testing.assert_allclose(abs(run.params[-6:, 0]), amplitude, rtol=1e-9)
    assert (run.params[-5:, 0] * run.params[-6:-1, 0] < 0).all()


@pytest.mark.parametrize("y0", [1e-8, 1e-3, 0.5])
@pytest.mark.parametrize("rate", [0.1, 0.03])
def test_saddle_is_left_after_the_logarithm_of_the_start(y0, rate):
    run = go("gradient_descent", {"learning_rate": rate}, quadratic(2.0, -2.0), (1.0, y0), 400)
    left = int(np.flatnonzero(abs(run.params[:, 1]) >= 1)[0])
    assert left == math.ceil(math.log(1 / y0) / math.log(1 + 2 * rate))
    if (y0, rate) == (1e-8, 0.1):
        assert left == 102


@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "nesterov", "adam"])
def test_saddle_is_never_left_from_its_ridge(name):
    run = go(name, {"learning_rate": 0.1}, quadratic(2.0, -2.0), (1.0, 0.0), 1000)
    assert (run.params[:, 1] == 0).all()


STEPS_ON_ROSENBROCK = [
    ("gradient_descent", {"learning_rate": 1e-3}, 15_068),
    ("momentum", {"learning_rate": 1e-3, "momentum": 0.9}, 1386),
    ("nesterov", {"learning_rate": 1e-3, "momentum": 0.9}, 1426),
    ("adam", {"learning_rate": 0.01}, 4215),
]


@pytest.mark.parametrize(("name", "knobs", "expected"), STEPS_ON_ROSENBROCK, ids=lambda value: str(value))
def test_steps_to_a_millionth_on_rosenbrock(name, knobs, expected):
    reached = go(name, knobs, rosenbrock(), START, expected + 100).first_below(1e-6)
    assert reached is not None
    assert abs(reached - expected) <= 1


def test_newton_on_rosenbrock_takes_the_textbooks_six_steps():
    loss = go("newton", {}, rosenbrock(), START, 6).loss
    np.testing.assert_allclose(loss[:5], [24.2, 4.7319, 1411.85, 0.05597, 0.31319], rtol=1e-4)
    assert loss[5] == pytest.approx(1.85e-11, rel=0.01)
    assert loss[6] < 1e-18


@pytest.mark.parametrize("damping", [1.0, 0.25])
def test_damped_newton_shrinks_any_bowl_alike(damping):
    run = go("newton", {"learning_rate": damping}, quadratic(3.0, 5000.0, 0.7), (1.0, -2.0), 20)
    law = (1 - damping) ** np.arange(21)
    np.testing.assert_allclose(run.params, np.outer(law, [1.0, -2.0]), rtol=1e-9, atol=1e-15)
