"""The shelf of activations against SciPy's closed forms, published figures, and slopes by finite differences."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

from landscapes import ACTIVATIONS

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717

FORMS = {
    "identity": lambda z, slope: z,
    "sigmoid": lambda z, slope: special.expit(z),
    "hard_sigmoid": lambda z, slope: np.minimum(np.maximum(z / 6 + 0.5, 0), 1),
    "tanh": lambda z, slope: 1 - 2 * special.expit(-2 * z),
    "relu": lambda z, slope: np.maximum(z, 0),
    "leaky_relu": lambda z, slope: np.maximum(z, 0) + slope * np.minimum(z, 0),
    "prelu": lambda z, slope: np.maximum(z, 0) + slope * np.minimum(z, 0),
    "elu": lambda z, slope: np.maximum(z, 0) + slope * (np.exp(np.minimum(z, 0)) - 1),
    "selu": lambda z, slope: SELU_SCALE * (np.maximum(z, 0) + SELU_ALPHA * (np.exp(np.minimum(z, 0)) - 1)),
    "gelu": lambda z, slope: z * special.ndtr(z),
    "silu": lambda z, slope: z * special.expit(z),
    "softplus": lambda z, slope: np.logaddexp(0, z),
    "mish": lambda z, slope: z * np.tanh(np.logaddexp(0, z)),
    "erf": lambda z, slope: special.erf(z),
    "sine": lambda z, slope: np.sin(z),
}
DEFAULTS = {"leaky_relu": ("negative_slope", 0.01), "prelu": ("slope", 0.25), "elu": ("alpha", 1.0)}
SLOPES_AT_ZERO = {
    "identity": 1, "sigmoid": 1 / 4, "hard_sigmoid": 1 / 6, "tanh": 1, "relu": 0, "leaky_relu": 0.01, "prelu": 0.25,
    "elu": 1, "selu": SELU_SCALE * SELU_ALPHA, "gelu": 1 / 2, "silu": 1 / 2, "softplus": 1 / 2,
    "mish": 3 / 5, "erf": 2 / math.sqrt(math.pi), "sine": 1,
}  # fmt: skip
EXTREMES = [-1e4, -200.0, -20.0, -1e-30, -0.0, 0.0, 1e-30, 20.0, 200.0, 1e4]
every_entry = pytest.mark.parametrize("name", ACTIVATIONS)


def default(name):
    return DEFAULTS[name][1] if name in DEFAULTS else 0.0


def value(name, z, slope=None):
    return ACTIVATIONS[name].function(jnp.asarray(z), jnp.asarray(default(name) if slope is None else slope))


def slopes(name, z, slope=None, argument=0):
    slope = jnp.asarray(default(name) if slope is None else slope, jnp.asarray(z).dtype)
    return jax.vmap(jax.grad(ACTIVATIONS[name].function, argument), (0, None))(jnp.asarray(z), slope)


def test_every_entry_has_a_closed_form():
    assert set(FORMS) == set(ACTIVATIONS)
    assert all(name == entry.name for name, entry in ACTIVATIONS.items())
    assert list(ACTIVATIONS) == list(FORMS)  # the teaching order


@every_entry
@pytest.mark.parametrize("slope", [None, 0.6])
def test_values_are_the_closed_form_s(name, slope):
    z = np.linspace(-8, 8, 801)
    expected = FORMS[name](z, default(name) if slope is None else slope)
    np.testing.assert_allclose(value(name, z, slope), expected, rtol=1e-12, atol=1e-14)


@every_entry
def test_the_dtype_and_the_shape_are_kept(name):
    for dtype in (jnp.float32, jnp.float64):
        for shape in ((), (3,), (2, 3, 1)):
            z = jnp.full(shape, 0.3, dtype)
            out = ACTIVATIONS[name].function(z, jnp.asarray(default(name), dtype))
            assert (out.dtype, out.shape) == (dtype, shape)
            slope = jax.grad(lambda z: ACTIVATIONS[name].function(z, jnp.asarray(0.1, dtype)).sum())(z)  # noqa: B023
            assert slope.dtype == dtype


@every_entry
def test_values_and_slopes_are_finite_and_right_far_out_in_float32(name):
    z = np.array(EXTREMES, np.float32)
    out = value(name, z, np.float32(default(name)))
    np.testing.assert_allclose(out, FORMS[name](z.astype(float), default(name)), rtol=1e-5, atol=1e-6)
    for argument in (0, 1):
        assert np.isfinite(slopes(name, z, argument=argument)).all()


@every_entry
def test_second_slopes_are_finite_far_out_in_float32(name):
    """Curvature is drawn too."""
    bend = jax.vmap(jax.grad(jax.grad(ACTIVATIONS[name].function)), (0, None))
    assert np.isfinite(bend(jnp.asarray(EXTREMES, jnp.float32), jnp.float32(default(name)))).all()


@every_entry
def test_slopes_are_the_closed_form_s_finite_differences(name):
    z, h = np.linspace(-6, 6, 482), 1e-6
    for kink in ACTIVATIONS[name].kinks:
        z = z[np.abs(z - kink) > 1e-3]
    for slope in (default(name), 0.7):
        about = (FORMS[name](z + h, slope) - FORMS[name](z - h, slope)) / (2 * h)
        np.testing.assert_allclose(slopes(name, z, slope), about, rtol=1e-6, atol=1e-8)
        moved = (FORMS[name](z, slope + h) - FORMS[name](z, slope - h)) / (2 * h)
        np.testing.assert_allclose(slopes(name, z, slope, argument=1), moved, rtol=1e-6, atol=1e-8)


@every_entry
def test_the_slope_at_zero(name):
    np.testing.assert_allclose(slopes(name, [-0.0, 0.0]), SLOPES_AT_ZERO[name], rtol=1e-14)


@every_entry
def test_the_slope_jumps_at_the_kinks_and_nowhere_else(name):
    """One-sided differences of the closed form; ELU is smooth for alpha = 1, SELU is not."""
    h = 1e-5
    for place in np.arange(-8, 9, 0.5):
        below, here, above = FORMS[name](np.array([place - h, place, place + h]), default(name))
        jump = abs((above - here) - (here - below)) / h
        assert (jump > 1e-2) == (place in ACTIVATIONS[name].kinks)


@every_entry
def test_shape_parameters(name):
    entry = ACTIVATIONS[name]
    expected = dict([DEFAULTS[name]]) if name in DEFAULTS else {}
    assert {key: knob.default for key, knob in entry.shape.items()} == expected
    assert all(knob.low < knob.default < knob.high for knob in entry.shape.values())
    assert entry.learned == (name == "prelu")
    used = bool(np.any(value(name, [-2.0, 2.0], 0.3) != value(name, [-2.0, 2.0], 0.8)))
    assert used == bool(entry.shape)


@every_entry
def test_entries_are_told_apart_by_name_and_documented(name):
    entry = ACTIVATIONS[name]
    assert entry in {other for key, other in ACTIVATIONS.items() if key == name}
    assert entry not in {other for key, other in ACTIVATIONS.items() if key != name}
    assert entry.title
    assert entry.source
    assert entry.summary.endswith(".")
    assert ".. math::" in (entry.function.__doc__ or "")


@pytest.mark.parametrize(("name", "place", "lowest"), [("gelu", -0.751792, -0.169971), ("silu", -1.278465, -0.278465)])
def test_published_minima(name, place, lowest):
    found: Any = optimize.brentq(lambda z: float(slopes(name, [z])[0]), -2, -0.1)
    assert found == pytest.approx(place, abs=5e-7)
    assert float(value(name, found)) == pytest.approx(lowest, abs=5e-7)
    assert np.min(FORMS[name](np.linspace(-20, 20, 40001), 0)) >= float(value(name, found)) - 1e-15


def test_silu_s_minimum_is_one_above_its_place():
    """The slope is 0 where z (1 - s(z)) = -1, so that the value there is z + 1."""
    place: Any = optimize.brentq(lambda z: float(slopes("silu", [z])[0]), -2, -1)
    assert float(value("silu", place)) == pytest.approx(place + 1, abs=1e-12)


def test_selu_keeps_mean_zero_and_second_moment_one():
    def moment(power):
        halves = [
            integrate.quad(lambda z: float(value("selu", z)) ** power * stats.norm.pdf(z), *ends, epsabs=1e-11)[0]
            for ends in ((-12, 0), (0, 12))
        ]
        return sum(halves)

    assert moment(1) == pytest.approx(0, abs=1e-9)
    assert moment(2) == pytest.approx(1, abs=1e-9)


def test_the_slope_of_sigmoid_is_at_most_a_quarter():
    assert np.max(slopes("sigmoid", np.linspace(-5, 5, 1001))) == 0.25


@pytest.mark.parametrize(("name", "slope"), [("relu", 0.0), ("leaky_relu", 0.01), ("prelu", 0.25)])
def test_rectifiers_gains_are_he_s(name, slope):
    """sqrt(2 / (1 + a^2)): with it the second moment of normal inputs is kept."""
    gain = ACTIVATIONS[name].gain
    assert gain == pytest.approx(math.sqrt(2 / (1 + slope**2)), rel=1e-14)
    z, weights = np.polynomial.hermite_e.hermegauss(40)
    kept = weights @ (gain * np.asarray(value(name, z))) ** 2 / weights.sum()
    assert kept == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize(("name", "within"), [("identity", 1e-12), ("selu", 1e-9), ("gelu", 0.02), ("silu", 0.02),
                                              ("mish", 0.02), ("elu", 0.02)])  # fmt: skip
def test_gains_keep_the_second_moment_of_a_normal_input(name, within):
    def squared(z):
        return (ACTIVATIONS[name].gain * FORMS[name](z, default(name))) ** 2 * stats.norm.pdf(z)

    kept = integrate.quad(squared, -12, 0)[0] + integrate.quad(squared, 0, 12)[0]
    assert kept == pytest.approx(1, abs=within)
