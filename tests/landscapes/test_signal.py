"""Signal propagation against closed forms, random draws, other quadratures, published figures and wide NumPy nets."""

import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from landscapes import ACTIVATIONS, NORMALIZATIONS, signal
from landscapes.signal import Layers, edge_of_chaos, fixed_point, moments, phase_map, predict
from tests.compilations import compilations

SCALE, ALPHA = 1.0507009873554804934, 1.6732632423543772848  # of SELU


def _density(z):
    return np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


FORMS = {  # value and slope
    "identity": (lambda z, a: z, lambda z, a: np.ones_like(z)),
    "sigmoid": (lambda z, a: special.expit(z), lambda z, a: special.expit(z) * special.expit(-z)),
    "hard_sigmoid": (lambda z, a: np.clip(z / 6 + 0.5, 0, 1), lambda z, a: (np.abs(z) < 3) / 6),
    "tanh": (lambda z, a: np.tanh(z), lambda z, a: 1 - np.tanh(z) ** 2),
    "relu": (lambda z, a: np.maximum(z, 0), lambda z, a: np.where(z > 0, 1.0, 0.0)),
    "leaky_relu": (lambda z, a: np.where(z > 0, z, a * z), lambda z, a: np.where(z > 0, 1.0, a)),
    "prelu": (lambda z, a: np.where(z > 0, z, a * z), lambda z, a: np.where(z > 0, 1.0, a)),
    "elu": (lambda z, a: np.where(z > 0, z, a * np.expm1(np.minimum(z, 0))),
            lambda z, a: np.where(z > 0, 1.0, a * np.exp(np.minimum(z, 0)))),
    "selu": (lambda z, a: SCALE * np.where(z > 0, z, ALPHA * np.expm1(np.minimum(z, 0))),
             lambda z, a: SCALE * np.where(z > 0, 1.0, ALPHA * np.exp(np.minimum(z, 0)))),
    "gelu": (lambda z, a: z * special.ndtr(z), lambda z, a: special.ndtr(z) + z * _density(z)),
    "silu": (lambda z, a: z * special.expit(z), lambda z, a: special.expit(z) * (1 + z * special.expit(-z))),
    "softplus": (lambda z, a: np.logaddexp(0, z), lambda z, a: special.expit(z)),
    "mish": (lambda z, a: z * np.tanh(np.logaddexp(0, z)), lambda z, a: np.tanh(np.logaddexp(0, z))
             + z * special.expit(z) / np.cosh(np.minimum(np.logaddexp(0, z), 300)) ** 2),
    "erf": (lambda z, a: special.erf(z), lambda z, a: 2 / math.sqrt(math.pi) * np.exp(-(z**2))),
    "sine": (lambda z, a: np.sin(z), lambda z, a: np.cos(z)),
}  # fmt: skip
DEFAULTS = {"leaky_relu": 0.01, "prelu": 0.25, "elu": 1.0}
VARIANCES = np.array([1e-3, 0.3, 1.0, 4.0, 30.0, 1e4])
every_entry = pytest.mark.parametrize("name", ACTIVATIONS)


def powers(name, z, slope=None):
    a = DEFAULTS.get(name, 0.0) if slope is None else slope
    value, rise = (form(z, a) for form in FORMS[name])
    return np.stack([value, value**2, rise**2])


def midpoints(name, q, slope=None):
    """Moments by a fine grid, whose cells end at 0 and at |z| = 3, where slopes jump."""
    corner = 3 / math.sqrt(q)
    h = corner / math.ceil(corner / 5e-5)
    u = (np.arange(-math.ceil(10 / h), math.ceil(10 / h)) + 0.5) * h
    return powers(name, math.sqrt(q) * u, slope) @ _density(u) * h


def net(layers, *, width, examples, seed):
    """Variances, second moments and backward factors of a random net in NumPy, with the gradient by hand."""
    rng = np.random.default_rng(seed)
    value, rise = FORMS[layers.activation]
    a, axis = DEFAULTS.get(layers.activation, 0.0), 0 if layers.normalization == "batch" else 1
    h, tape, variances = rng.standard_normal((examples, width)), [], []
    seconds = [np.mean(h**2)]
    for _ in range(layers.depth):
        w = rng.standard_normal((width, width)) * layers.weight_std / math.sqrt(width)
        z = h @ w + layers.bias_std * rng.standard_normal(width)
        mean = z.mean(axis, keepdims=True) if layers.normalization in ("layer", "batch") else 0.0
        std = np.sqrt(((z - mean) ** 2).mean(axis, keepdims=True) + 1e-5) if layers.normalization != "none" else 1.0
        unit = (z - mean) / std if layers.normalization != "none" else z
        phi = value(unit, a)
        h = h + layers.branch * phi if layers.residual else phi
        tape.append((w, unit, std))
        variances.append(np.mean((z - mean) ** 2))
        seconds.append(np.mean(h**2))
    gradient, factors = rng.standard_normal((examples, width)), []
    for w, unit, std in reversed(tape):
        g = (layers.branch if layers.residual else 1.0) * gradient * rise(unit, a)
        if layers.normalization != "none":
            along = unit * (g * unit).mean(axis, keepdims=True)
            g = (g - along - (g.mean(axis, keepdims=True) if layers.normalization != "rms" else 0.0)) / std
        before = g @ w.T + (gradient if layers.residual else 0.0)
        factors.append(math.sqrt(np.mean(before**2) / np.mean(gradient**2)))
        gradient = before
    return np.array(variances), np.array(seconds), np.array(factors[::-1])


def averaged(layers, *, width=400, examples=64, seeds=6):
    """Geometric means over seeds."""
    runs = [net(layers, width=width, examples=examples, seed=seed) for seed in range(seeds)]
    return [np.exp(np.log(np.stack(part)).mean(0)) for part in zip(*runs, strict=True)]


def assert_predicted(layers):
    """A wide net's growth of second moments and gradients, and its variances: each layer's, and averaged over layers.

    At a finite width gradients grow more in residual nets: 12 blocks of He's by 2.7 % a block at width 200, 1.6 % at
    400, 0.6 % at 1600.
    """
    expected, measured = predict(layers), averaged(layers, examples=256 if layers.normalization == "batch" else 64)
    ratios = [np.log(a / b) for a, b in zip(measured, expected, strict=True)]
    for off, most in ((ratios[0] - ratios[1][:-1], 0.12), (np.diff(ratios[1]), 0.12), (ratios[2], 0.06)):
        assert np.abs(off).max() < most
        assert abs(off.mean()) < 0.025


def test_every_entry_has_a_form_and_its_default_slope():
    assert {name: Layers(name, 1).slope for name in ACTIVATIONS} == dict.fromkeys(FORMS, 0.0) | DEFAULTS


@every_entry
def test_values_are_the_closed_form_s(name):
    z = np.linspace(-20, 20, 4000)
    forms = [form(z, DEFAULTS.get(name, 0.0)) for form in FORMS[name]]
    np.testing.assert_allclose(signal.activation_values(name, z), forms, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(("name", "slope", "a"), [
    ("relu", None, 0.0), ("leaky_relu", None, 0.01), ("prelu", None, 0.25), ("leaky_relu", 0.3, 0.3),
    ("prelu", -0.7, -0.7), ("prelu", 5.0, 5.0), ("identity", None, 1.0), ("elu", 0.0, 0.0),
])  # fmt: skip
def test_moments_of_rectifiers(name, slope, a):
    q = np.array([1e-200, 1e-9, 0.4, 1.0, 30.0, 1e6, 1e12, 1e80])
    found = moments(name, q, slope)
    np.testing.assert_allclose(found.mean / np.sqrt(q), (1 - a) / math.sqrt(2 * math.pi), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.second / q, (1 + a * a) / 2, rtol=1e-12)
    np.testing.assert_allclose(found.slope_second, (1 + a * a) / 2, rtol=1e-12)


def test_moments_of_erf_and_sine_are_the_closed_forms():
    q = np.array([0.0, 1e-8, 1e-3, 0.3, 1.0, 7.0, 30.0, 49.0, 51.0, 1e3, 1e4, 1e8, 1e12])
    erf, sine = moments("erf", q), moments("sine", q)
    np.testing.assert_allclose(erf.second, 2 / np.pi * np.arcsin(2 * q / (1 + 2 * q)), rtol=1e-7, atol=1e-13)
    np.testing.assert_allclose(erf.slope_second, 4 / np.pi / np.sqrt(1 + 4 * q), rtol=1e-11)
    np.testing.assert_allclose(sine.second, -np.expm1(-2 * q) / 2, rtol=1e-11)
    np.testing.assert_allclose(sine.slope_second, (1 + np.exp(-2 * q)) / 2, rtol=1e-11)
    np.testing.assert_allclose([erf.mean, sine.mean], 0, atol=1e-13)


def test_moments_of_sigmoids_far_out():
    """E sigma^2 -> 1/2 - 1/sqrt(2 pi q) and E sigma'^2 -> 1 / (6 sqrt(2 pi q)), for int s(1-s) = 1, int s'^2 = 1/6."""
    q = np.array([1e6, 1e8, 1e10, 1e12])
    found, density = moments("sigmoid", q), 1 / np.sqrt(2 * np.pi * q)
    np.testing.assert_allclose(found.mean, 0.5, rtol=1e-12)
    np.testing.assert_allclose(0.5 - found.second, density, rtol=1e-5)
    np.testing.assert_allclose(found.slope_second, density / 6, rtol=1e-5)
    found = moments("hard_sigmoid", q)
    np.testing.assert_allclose(found.slope_second, special.erf(3 / np.sqrt(2 * q)) / 36, rtol=1e-11)


@pytest.mark.parametrize(("name", "slope"), [*((name, None) for name in ACTIVATIONS), ("elu", 0.1), ("elu", 3.0),
                                             ("leaky_relu", 0.9), ("prelu", -1.0)])  # fmt: skip
def test_moments_are_those_of_a_fine_grid(name, slope):
    for q, *found in zip(VARIANCES, *moments(name, VARIANCES, slope), strict=True):
        np.testing.assert_allclose(found, midpoints(name, q, slope), rtol=1e-6, atol=1e-10)


@every_entry
def test_moments_are_those_of_random_draws(name):
    z = 1.7 * np.random.default_rng(5).standard_normal(2_000_000)
    drawn = powers(name, z)
    error = np.abs(drawn.mean(-1) - moments(name, 1.7**2))
    assert (error <= 4.5 * drawn.std(-1) / math.sqrt(len(z)) + 1e-12).all()


@every_entry
def test_moments_at_zero_and_shapes(name):
    np.testing.assert_allclose(moments(name, 0), powers(name, np.zeros(())), rtol=1e-13)
    grid = moments(name, np.linspace(0, 3, 24).reshape(2, 3, 4))
    assert all(part.shape == (2, 3, 4) for part in grid)
    assert moments(name, []).mean.shape == (0,)
    np.testing.assert_allclose(grid.second[1, 2, 3], moments(name, 3.0).second, rtol=1e-14)
    assert np.isfinite(moments(name, [5e-324, 1e200, np.inf])).all()


def test_selu_keeps_mean_zero_and_second_moment_one():
    np.testing.assert_allclose(moments("selu", 1.0)[:2], [0, 1], atol=1e-12)
    np.testing.assert_allclose(predict(Layers("selu", 50)).second, 1, atol=1e-11)


def test_published_chi_and_edges_of_tanh():
    found = fixed_point("tanh", np.sqrt([1, 1.5, 1.7, 2, 4]), math.sqrt(0.05))
    np.testing.assert_allclose(found.chi, [0.759, 0.939, 0.987, 1.048, 1.342], atol=5.1e-4)
    np.testing.assert_allclose(found.depth_scale, 1 / np.abs(np.log(found.chi)), rtol=1e-12)
    np.testing.assert_allclose(
        [edge_of_chaos("tanh", b) for b in (0.01, 0.05, 0.1)], [1.424, 1.761, 1.986], atol=5.1e-4
    )


def test_edges_without_biases_and_where_there_is_none():
    edges = {"relu": 2, "identity": 1, "tanh": 1, "sine": 1, "erf": math.pi / 4, "elu": 1}
    np.testing.assert_allclose([edge_of_chaos(name, 0) for name in edges], list(edges.values()), rtol=2e-6)
    for a in (0.5, -1.0, 3.0):
        assert edge_of_chaos("prelu", 0, a) == pytest.approx(2 / (1 + a * a), rel=1e-12)
    assert np.isnan([edge_of_chaos(name, 0.05) for name in ("relu", "prelu", "identity", "softplus", "gelu")]).all()


@pytest.mark.parametrize("q", [1e-4, 0.02, 0.3, 1.0, 3.0, 40.0])
def test_the_edge_in_closed_form(q):
    """For erf and sine every variance q gives the weights and biases with chi = 1."""
    for name, second, slope_second in (
        ("erf", 2 / math.pi * math.asin(2 * q / (1 + 2 * q)), 4 / math.pi / math.sqrt(1 + 4 * q)),
        ("sine", -math.expm1(-2 * q) / 2, (1 + math.exp(-2 * q)) / 2),
    ):
        weight, bias = 1 / slope_second, q - second / slope_second
        assert edge_of_chaos(name, bias) == pytest.approx(weight, rel=2e-6)
        found = fixed_point(name, math.sqrt(weight), math.sqrt(bias))
        assert found.variance == pytest.approx(q, rel=2e-4)
        assert found.chi == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "identity", "softplus", "gelu"])
def test_where_there_is_no_edge(name):
    assert math.isnan(edge_of_chaos(name, 0.05))


@every_entry
def test_fixed_points_are_where_the_iteration_ends(name):
    weight, bias = np.array([(0.0, 0.3), (0.6, 0.0), (0.8, 1e-3), (1.1, 0.2), (1.3, 0.7), (3.0, 0.4)]).T
    q, found = np.ones(6), fixed_point(name, weight, bias)
    for _ in range(600):
        q = np.clip(weight**2 * moments(name, q).second + bias**2, 1e-12, 1e12)
    np.testing.assert_allclose(found.variance, q, rtol=1e-6)
    np.testing.assert_allclose(found.chi, weight**2 * moments(name, q).slope_second, atol=1e-7)


def test_rectifiers_explode_above_two_and_die_below():
    weights = np.sqrt([0.5, 1.9, 2.0, 2.1, 9.0])
    found = fixed_point("relu", weights, 0.0)
    np.testing.assert_allclose(found.chi, weights**2 / 2, rtol=1e-12)
    np.testing.assert_allclose(found.variance, [1e-12, 1e-12, 1, 1e12, 1e12], rtol=1e-9)
    assert np.isinf(found.depth_scale).tolist() == [False, False, True, False, False]
    np.testing.assert_allclose(fixed_point("relu", 1.0, 0.5).variance, 0.25 / (1 - 0.5), rtol=1e-8)


@every_entry
def test_a_phase_map_is_fixed_points_on_a_grid(name):
    weights, biases = np.linspace(0, 4, 9), np.linspace(0, 2, 5)
    grid = phase_map(name, weights, biases)
    assert np.isfinite(grid).all()
    for i, j in ((0, 3), (2, 4), (4, 8)):
        assert grid[i, j] == pytest.approx(fixed_point(name, weights[j], biases[i]).chi, rel=1e-12)
    assert fixed_point(name, weights[:, None], biases).variance.shape == (9, 5)


@every_entry
def test_chi_is_one_along_the_edge(name):
    curve = signal.edge_curve(name)
    assert curve.shape[1] == 2
    assert len(curve) == 1 if name in ("relu", "leaky_relu", "prelu", "identity") else len(curve) != 1
    some = curve[:: max(1, len(curve) // 12)]
    np.testing.assert_allclose(fixed_point(name, *some.T).chi, 1, atol=2e-6)
    for weight, bias in some[len(some) // 2 :]:
        assert edge_of_chaos(name, bias**2) <= weight**2 * (1 + 1e-5)


@pytest.mark.parametrize(("weight", "bias"), [(1.0, 0.05), (1.761, 0.05), (4.0, 0.05), (2.0, 0.5), (1.2, 0.3)])
def test_chi_is_the_growth_of_squared_gradients_in_a_wide_tanh_net(weight, bias):
    stds = math.sqrt(weight), math.sqrt(bias)
    factors = averaged(Layers("tanh", 30, *stds), width=512, examples=16, seeds=3)[2]
    assert math.exp(2 * np.log(factors[10:]).mean()) == pytest.approx(fixed_point("tanh", *stds).chi, rel=0.03)


def test_he_keeps_a_rectifier_s_signal_and_glorot_loses_it():
    assert predict(Layers("relu", 30, math.sqrt(2))).second[-1] == pytest.approx(1, rel=1e-10)
    assert predict(Layers("relu", 30)).second[-1] == pytest.approx(9.3e-10, rel=0.01)
    for a in (0.01, 0.25, 0.8):
        kept = predict(Layers("leaky_relu", 40, math.sqrt(2 / (1 + a * a)), slope=a), 3.0)
        np.testing.assert_allclose(kept.second, 3, rtol=1e-10)
        np.testing.assert_allclose(kept.factor, 1, rtol=1e-10)
    far = predict(Layers("relu", 100, 4.0), 1e-3)  # beyond any float32
    np.testing.assert_allclose(np.log(far.second), math.log(1e-3) + np.arange(101) * math.log(8), rtol=1e-10)


def test_a_linear_stack():
    found, q = predict(Layers("identity", 6, 0.5, 2.0), 3.0), 0.25 ** np.arange(7) * (3 - 16 / 3) + 16 / 3
    np.testing.assert_allclose(found.second, q, rtol=1e-12)
    np.testing.assert_allclose(found.variance, q[1:], rtol=1e-12)
    np.testing.assert_allclose(found.factor, 0.5, rtol=1e-12)


@pytest.mark.parametrize("depth", [1, 10, 100])
def test_residual_blocks_without_a_mean(depth):
    """Where the branch has mean 0 its second moment adds: x2 a block, (1 + 1/L)^L with branches of 1/sqrt(L)."""
    _, second, factor = predict(Layers("identity", depth, residual=True))
    np.testing.assert_allclose(second, 2.0 ** np.arange(depth + 1), rtol=1e-11)
    np.testing.assert_allclose(factor, math.sqrt(2), rtol=1e-12)
    scaled = predict(Layers("identity", depth, residual=True, branch=1 / math.sqrt(depth)))
    assert scaled.second[-1] == pytest.approx((1 + 1 / depth) ** depth, rel=1e-11)


@pytest.mark.parametrize(("weight", "depth", "branch", "normalization"), [
    (math.sqrt(2), 12, 1.0, "none"), (math.sqrt(2), 12, 1 / math.sqrt(12), "none"), (1.0, 16, 0.5, "none"),
    (math.sqrt(2), 12, -0.5, "none"), (math.sqrt(2), 12, 1.0, "layer"), (1.0, 12, 1.0, "batch"), (1.0, 12, 2.0, "rms"),
])  # fmt: skip
def test_residual_rectifiers_are_those_of_a_wide_net(weight, depth, branch, normalization):
    assert_predicted(Layers("relu", depth, weight, 0.1, None, normalization, True, branch))


def test_the_growth_of_he_s_residual_rectifiers():
    """Twice at first, then 2.904: outputs are positive, so that what is added agrees in sign with what is there."""
    second = predict(Layers("relu", 30, math.sqrt(2), residual=True)).second
    growth = second[1:] / second[:-1]
    assert growth[0] == pytest.approx(2, rel=1e-12)
    assert 2.6 < growth[3] < growth[-1] < 3.1
    r = 0.8  # mean over root mean square, at which r' = r
    for _ in range(200):
        r = (r + 1 / math.sqrt(math.pi)) / math.sqrt(2 + 2 * r / math.sqrt(math.pi))
    assert growth[-1] == pytest.approx(2 + 2 * r / math.sqrt(math.pi), rel=1e-6)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize(("name", "weight", "bias"), [
    ("relu", math.sqrt(2), 0.0), ("tanh", 1.5, 0.3), ("sigmoid", 1.0, 0.0), ("gelu", 1.2, 0.5), ("elu", 3.0, 1.0),
])  # fmt: skip
def test_plain_stacks_are_those_of_a_wide_net(normalization, name, weight, bias):
    assert_predicted(Layers(name, 10, weight, bias, normalization=normalization))


@pytest.mark.parametrize(("name", "slope", "factor"), [
    ("relu", None, math.pi / (math.pi - 1)), ("identity", None, 1.0), ("prelu", 0.4, 1.16 / (1.16 - 0.36 / math.pi)),
])  # fmt: skip
def test_batch_normalization_explodes(name, slope, factor):
    assert signal.batch_norm_factor(name, slope) == pytest.approx(factor, rel=1e-10)
    for weight, bias in ((0.7, 0.0), (3.0, 2.0)):  # neither matters
        deep = predict(Layers(name, 12, weight, bias, slope=slope, normalization="batch"))
        np.testing.assert_allclose(deep.factor[1:] ** 2, factor, rtol=2e-4)


@every_entry
def test_batch_normalization_never_shrinks_gradients(name):
    """Var phi <= E phi'^2 for a Gaussian: Poincare's inequality."""
    moment = [integrate.quad(lambda z, k=k: powers(name, np.array(z))[k] * stats.norm.pdf(z), -12, 12,
                             points=[-3, 0, 3], epsabs=1e-12, limit=200)[0] for k in range(3)]  # fmt: skip
    assert signal.batch_norm_factor(name) == pytest.approx(moment[2] / (moment[1] - moment[0] ** 2), rel=1e-8)
    assert signal.batch_norm_factor(name) >= 1 - 1e-12


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@every_entry
def test_extremes_stay_finite(name, normalization):
    for weight, bias, branch in ((0.0, 0.0, 1.0), (1e200, 0.0, -1e300), (1e-200, 1e300, 1e300), (1e300, 1e-300, 0.0)):
        for residual in (False, True):
            layers = Layers(name, 8, weight, bias, None, normalization, residual, branch)
            for start in (0.0, 1e-300, 1e300):
                assert all((part >= 0).all() and np.isfinite(part).all() for part in predict(layers, start))
    assert all(np.isfinite(fixed_point(name, [0, 1e300, 1e-300], [0, 1e300, 1e-300])[:2]).ravel())


@pytest.mark.parametrize(("width", "layers"), [(2, 10), (3, 20), (5, 60)])
def test_born_dead(width, layers):
    rng, nets = np.random.default_rng(0), 20_000
    h = np.ones((nets, 1))
    for _ in range(layers - 1):  # the output layer has no ReLU
        h = np.maximum(np.einsum("ni,nij->nj", h, rng.standard_normal((nets, h.shape[1], width))), 0)
    expected = signal.born_dead(width, layers)
    assert (h == 0).all(-1).mean() == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / nets))
    assert expected == pytest.approx(1 - (1 - 2.0**-width) ** (layers - 1), rel=1e-12)
    assert signal.born_dead(2, 10) == pytest.approx(0.925, abs=5e-4)
    assert signal.born_dead(np.arange(1, 5)[:, None], np.arange(1, 8)).shape == (4, 7)
    assert signal.born_dead(7, 1) == 0
    assert signal.born_dead(60, 3) == pytest.approx(2 * 2.0**-60)


def test_one_program_serves_all():
    moments("relu", 1.0)
    with compilations() as count:
        for name in ACTIVATIONS:
            moments(name, np.linspace(0, 5, 13), 0.37)
            predict(Layers(name, 3, 1.3, 0.1, normalization="batch", residual=True))
            phase_map(name, np.linspace(0.1, 2, 4), [0.1], 0.61)
            signal.edge_curve(name, 0.61)
            signal.batch_norm_factor(name)
    assert count() == 0


@pytest.mark.parametrize(("changes", "words"), [
    ({"activation": "swish"}, ["activation", "'swish'", "silu"]), ({"normalization": "group"}, ["'group'", "rms"]),
    ({"depth": 0}, ["depth", "0", "from 1"]), ({"depth": 2.5}, ["depth", "2.5"]), ({"depth": math.nan}, ["nan"]),
    ({"weight_std": -1.0}, ["weight_std", "-1.0", "from 0"]), ({"weight_std": math.inf}, ["weight_std", "inf"]),
    ({"bias_std": math.nan}, ["bias_std", "nan"]), ({"slope": math.inf}, ["slope"]), ({"branch": math.nan}, ["branch"]),
])  # fmt: skip
def test_bad_layers_are_refused(changes, words):
    with pytest.raises(ValueError, match=words[0]) as error:
        Layers(**{"activation": "relu", "depth": 3, **changes})
    assert all(word in str(error.value) for word in words)


def test_bad_numbers_are_refused():
    for call in (
        lambda: moments("swish", 1.0), lambda: moments("relu", -1.0), lambda: moments("relu", [1.0, math.nan]),
        lambda: predict(Layers("relu", 2), -1.0), lambda: predict(Layers("relu", 2), math.inf),
        lambda: fixed_point("relu", [1.0, -1.0], 0.0), lambda: fixed_point("relu", 1.0, math.inf),
        lambda: fixed_point("swish", 1.0, 0.0), lambda: phase_map("relu", [math.nan], [0.0]),
        lambda: edge_of_chaos("tanh", -0.1), lambda: edge_of_chaos("swish", 0.1), lambda: signal.edge_curve("swish"),
        lambda: signal.batch_norm_factor("swish"), lambda: signal.born_dead(0, 5), lambda: signal.born_dead(5, 0),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"allowed|known"):
            call()
