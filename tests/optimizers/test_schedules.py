"""Schedules against closed forms in NumPy, as functions and as what the engine makes of them."""

import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from optimizers import OPTIMIZERS, SCHEDULES, Descent, descend, descend_all
from tests.optimizers.terrain import quadratic, rosenbrock


def rising(x, start, end):
    """Half a cosine from start at 0 to end at 1."""
    return start + (end - start) * np.sin(np.pi * x / 2) ** 2


def ledges(t, n, drop, first, second):
    """The ledges lie where the shares, as they are written, say: 0.07 of 100 steps is step 7 and not step 8."""
    first, second = (math.ceil(Fraction(repr(float(share))) * n) for share in (first, second))
    return drop ** ((t >= first) * 1.0 + (t >= second))


def one_cycle(t, n, peak_at, div_factor, final_div_factor):
    up = rising(t / (peak_at * n), 1 / div_factor, 1)
    down = rising((t - peak_at * n) / ((1 - peak_at) * n), 1, 1 / (div_factor * final_div_factor))
    return np.where(t < peak_at * n, up, down)


def wsd(t, n, warmup, decay):
    points = [0, warmup * n, n - decay * n, n] if warmup else [0, n - decay * n, n]
    return np.interp(t, points, [0.0, 1.0, 1.0, 0.0] if warmup else [1.0, 1.0, 0.0])


def warmup_cosine(t, n, warmup):
    fall = rising((t - warmup * n) / (n - warmup * n), 1, 0)
    return np.where(t < warmup * n, t / max(warmup * n, 1e-300), fall)


# name: the factor at steps t of n, and values other than the defaults
FACTORS = {
    "constant": (lambda t, n: np.ones_like(t), {}),
    "step": (ledges, {"drop": 0.3, "first": 0.2, "second": 0.9}),
    "exponential": (lambda t, n, final: np.exp(np.log(final) * t / n), {"final": 0.3}),
    "cosine": (lambda t, n: np.cos(np.pi * t / (2 * n)) ** 2, {}),
    "warmup_cosine": (warmup_cosine, {"warmup": 0.4}),
    "one_cycle": (one_cycle, {"peak_at": 0.6, "div_factor": 5.0, "final_div_factor": 20.0}),
    "wsd": (wsd, {"warmup": 0.15, "decay": 0.4}),
    "inverse_time": (lambda t, n, decay: 1 / (1 + decay * t), {"decay": 0.05}),
    "linear": (lambda t, n, final: np.interp(t / n, [0, 1], [1, final]), {"final": 0.4}),
}


def test_every_schedule_has_its_closed_form():
    assert FACTORS.keys() == SCHEDULES.keys()
    assert all(FACTORS[name][1].keys() == entry.hyperparams.keys() for name, entry in SCHEDULES.items())


def factors(name, num_steps, given=None):
    entry = SCHEDULES[name]
    t = jnp.arange(num_steps + 1, dtype=float)
    return np.asarray(jax.vmap(lambda t: entry.function(t, jnp.asarray(num_steps, float), **entry.fill(given)))(t))


@pytest.mark.parametrize("other", [False, True], ids=["defaults", "others"])
@pytest.mark.parametrize("num_steps", [40, 1000])
@pytest.mark.parametrize("name", FACTORS)
def test_factor_is_the_closed_form(name, num_steps, other):
    law, values = FACTORS[name]
    knobs = SCHEDULES[name].fill(values if other else {})
    expected = law(np.arange(num_steps + 1, dtype=float), num_steps, **knobs)
    np.testing.assert_allclose(factors(name, num_steps, knobs), expected, rtol=1e-12, atol=1e-12)


def anywhere(name, rng):
    """Values for every knob: each at an end of its range, or written with two or three digits somewhere within."""
    for knob, (_, low, high, log) in SCHEDULES[name].hyperparams.items():
        inside = np.exp(rng.uniform(np.log(low), np.log(high))) if log else rng.uniform(low, high)
        yield knob, float(rng.choice([low, high, min(max(float(f"{inside:.2g}"), low), high), float(f"{inside:.3g}")]))


@pytest.mark.parametrize("name", FACTORS)
def test_factor_is_the_closed_form_for_every_knob_and_any_number_of_steps(name):
    law, rng = FACTORS[name][0], np.random.default_rng(5)
    for num_steps in [1, 2, 3, 7, 10, 100] + [int(n) for n in rng.integers(4, 2000, 60)]:
        knobs = dict(anywhere(name, rng))
        seen = factors(name, num_steps, knobs)
        with np.errstate(divide="ignore", invalid="ignore"):  # of the branch that is not taken
            expected = law(np.arange(num_steps + 1, dtype=float), num_steps, **knobs)
        np.testing.assert_allclose(seen, expected, rtol=1e-11, atol=1e-12, err_msg=f"{num_steps} steps, {knobs}")
        assert seen.min() >= 0, knobs
        assert seen.max() <= 1, knobs


@pytest.mark.parametrize("name", FACTORS)
def test_a_run_of_no_steps_has_a_finite_factor(name):
    assert np.isfinite(factors(name, 0)).all()


@pytest.mark.parametrize("name", ["warmup_cosine", "wsd"])
@pytest.mark.parametrize("num_steps", [1, 2, 500])
def test_without_a_warmup_the_first_step_is_whole(name, num_steps):
    assert factors(name, num_steps, {"warmup": 0.0})[0] == 1.0


@pytest.mark.parametrize("share", [0.07, 0.14, 0.28, 0.29, 0.55, 0.56, 0.57, 0.58])
def test_a_ledge_lies_at_the_step_that_the_share_names(share):
    # 0.07 * 100 is 7.000000000000001 in floats, 0.29 * 100 is 28.999999999999996
    seen = factors("step", 100, {"drop": 0.5, "first": share, "second": 1.0})
    assert int(np.argmax(seen < 1)) == round(100 * share)


def test_cosine_at_the_quarters():
    np.testing.assert_allclose(factors("cosine", 4)[1:4], [0.85355, 0.5, 0.14645], atol=5e-6)


@pytest.mark.parametrize("name", FACTORS)
def test_engine_multiplies_the_rate_of_every_step(name):
    law, knobs = FACTORS[name]
    run = descend(
        quadratic(1.0, 3.0), OPTIMIZERS["gradient_descent"], {"learning_rate": 0.01}, start=(1.0, 2.0), num_steps=600,
        schedule=SCHEDULES[name], schedule_hyperparams=knobs,
    )  # fmt: skip
    # on a bowl each step tells its rate: x' = (1 - rate curvature) x
    rates = (1 - run.params[1:] / run.params[:-1]) / [1.0, 3.0]
    expected = 0.01 * law(np.arange(600, dtype=float), 600, **knobs)
    np.testing.assert_allclose(rates, np.column_stack([expected, expected]), rtol=1e-9, atol=1e-15)


AVERAGES = {"schedule_free_sgd", "schedule_free_adamw"}  # go on towards z after its own steps have stopped


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name not in AVERAGES])
def test_schedule_stops_every_rule_that_has_a_rate(name):
    run = descend(
        rosenbrock(), OPTIMIZERS[name], start=(-1.2, 1.0), num_steps=20,
        schedule=SCHEDULES["step"], schedule_hyperparams={"drop": 0.0, "first": 0.5, "second": 0.5},
    )  # fmt: skip
    moved = (np.diff(run.params, axis=0) != 0).any(axis=1)
    assert moved[5:10].any()
    assert moved[10:].any() == (OPTIMIZERS[name].scheduled is None)


# loss expected at step 1000 on 1/2 x^2 from x = 10 with gradient noise of variance 1, at learning rate 0.1 (1/t at 1)
EXPECTED_LOSS = {
    "constant": (0.1, 0.026316),
    "cosine": (0.1, 0.001820),
    "wsd": (0.1, 0.004997),
    "step": (0.1, 0.001717),
    "inverse_time": (1.0, 0.0005),
}


def expected_loss(name: str, rate: float) -> float:
    """Half of E x^2, by its exact recursion E x'^2 = (1 - rate)^2 E x^2 + rate^2."""
    square = 100.0
    for step_rate in rate * factors(name, 1000)[:-1]:
        square = (1 - step_rate) ** 2 * square + step_rate**2
    return square / 2


@pytest.mark.parametrize("name", EXPECTED_LOSS)
def test_expected_loss_under_noise(name):
    rate, figure = EXPECTED_LOSS[name]
    assert expected_loss(name, rate) == pytest.approx(figure, rel=4e-4)


def test_engine_reaches_the_expected_loss_under_noise():
    runs = [
        Descent(OPTIMIZERS["gradient_descent"], {"learning_rate": rate}, SCHEDULES[name])
        for name, (rate, _) in EXPECTED_LOSS.items()
    ]
    ends = np.array([
        [run.params[-1] for run in descend_all(
            quadratic(1.0, 1.0), runs, start=(10.0, 10.0), num_steps=1000, noise=1.0, seed=seed)]
        for seed in range(150)
    ])  # fmt: skip
    measured = (ends**2).mean(axis=(0, 2)) / 2
    # 300 squares of Gaussians: a standard error of sqrt(2 / 300); four of them
    for loss, (_, figure) in zip(measured, EXPECTED_LOSS.values(), strict=True):
        assert loss == pytest.approx(figure, rel=4 * np.sqrt(2 / 300))
