"""What theory says of signals, gradients and regularization, with the figures of the literature among the cases."""

import math
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from landscapes.activations import ACTIVATIONS
from landscapes.initializers import INITIALIZERS
from landscapes.losses import LOSSES
from landscapes.network_loss import NetworkLoss, choices_of, gradient_flow
from landscapes.networks.convolutional import patches
from landscapes.networks.recurrent import Recurrent
from landscapes.networks.stacked import Pass, unfold
from optimizers import OPTIMIZERS, Descent, descend_all

QUICKLY = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 1}
X = np.random.default_rng(0).standard_normal((32, 64)).astype(np.float32)
NODES, SHARES = np.polynomial.hermite_e.hermegauss(200)
SHARES = SHARES / SHARES.sum()


@pytest.fixture(autouse=True)
def _ranks_promoted():
    with jax.numpy_rank_promotion("raise"):
        yield


def value(name, z):
    entry = ACTIVATIONS[name]
    slope = next((knob.default for knob in entry.shape.values()), 0.0)
    return entry.function(jnp.asarray(z), slope)


def slope(name, z):
    return np.asarray(jax.vmap(jax.grad(lambda z: value(name, z)))(jnp.asarray(z)))


def mean_field(name, weight_variance, bias_variance):
    """Where the second moment of a wide network's activation inputs settles, and what a layer multiplies g^2 by."""
    q = 1.0
    for _ in range(500):
        q = weight_variance * SHARES @ np.asarray(value(name, np.sqrt(q) * NODES)) ** 2 + bias_variance
    return q, weight_variance * SHARES @ slope(name, np.sqrt(q) * NODES) ** 2


def wide(**choices) -> NetworkLoss:
    return NetworkLoss(**{"dataset": "digits", "size": 100, "width": 64, "depth": 20, **choices})


@cache
def _watch(net):
    def moments(params, choices, x):
        def look(seen, number, h, z, slope):
            return seen[0].at[number].set(jnp.mean(h * h)), h

        seen = jnp.zeros(net.stack + 1, x.dtype), jnp.zeros((len(x), net.width), x.dtype)
        return net.watch(params, Pass(choices, jnp.ones(len(x), x.dtype), None), x, look, seen)

    return jax.jit(moments, compiler_options=QUICKLY)


def watch(loss: NetworkLoss, x: np.ndarray):
    """(outputs, second moment of each layer's outputs, the last layer's outputs)."""
    out, (moments, last) = _watch(loss.architecture)(loss.start(), choices_of(loss), x)
    return np.asarray(out), np.asarray(moments)[: loss.depth], np.asarray(last)


def flows(seeds=10, **choices) -> np.ndarray:
    """The logarithm of the gradient flow at each layer, its mean over seeds: the geometric mean."""
    return np.mean([np.log(list(gradient_flow(loss, loss.start()).values()))
                    for loss in (wide(seed=seed, **choices) for seed in range(seeds))], 0)  # fmt: skip


# The figure is ten passes back through a sigmoid layer: from the outputs of layer 11 to those of layer 1, on any data;
# or from the network's own outputs to layer 1 of ten, where there are two classes.
@pytest.mark.parametrize(("data", "depth", "last"), [("digits", 11, -2), ("moons", 11, -2), ("moons", 10, -1)])
def test_ten_sigmoid_layers_leave_a_two_millionth_of_the_gradient(data, depth, last):
    seen = flows(activation="sigmoid", initializer="lecun_normal", depth=depth, dataset=data, size=400)
    assert 4.4e-7 / 1.5 < math.exp(seen[0] - seen[last]) < 4.4e-7 * 1.5
    assert slope("sigmoid", np.linspace(-9, 9, 19)).max() == 0.25


FIELDS = [("sigmoid", 1.0, 0.0), ("sigmoid", 4.0, 0.25), ("tanh", 1.0, 0.05), ("tanh", 1.761, 0.05),
          ("tanh", 4.0, 0.05), ("relu", 2.0, 0.0), ("relu", 1.0, 0.1), ("erf", 1.5, 0.05)]  # fmt: skip


@pytest.mark.parametrize(("name", "weight_variance", "bias_variance"), FIELDS)
def test_gradient_shrinks_by_the_mean_field_factor_a_layer(name, weight_variance, bias_variance):
    _, factor = mean_field(name, weight_variance, bias_variance)
    seen = flows(seeds=12, activation=name, initializer="lecun_normal", gain=weight_variance**0.5,
                 bias_std=bias_variance**0.5)  # fmt: skip
    measured = math.exp(2 * (seen[4] - seen[14]) / 10)
    # at width 64 the logarithm of a product of ten lies lower than that of its mean
    assert measured == pytest.approx(factor, rel=0.08)


@pytest.mark.parametrize(("bias_variance", "edge"), [(0.01, 1.424), (0.05, 1.761), (0.1, 1.986)])
def test_edge_of_chaos_of_tanh(bias_variance, edge):
    assert mean_field("tanh", edge, bias_variance)[1] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(("variance", "factor"), [(1.0, 0.759), (1.5, 0.939), (1.7, 0.987), (2.0, 1.048), (4.0, 1.342)])
def test_mean_field_factor_of_tanh(variance, factor):
    assert mean_field("tanh", variance, 0.05)[1] == pytest.approx(factor, abs=1e-3)


@pytest.mark.parametrize("depth", [7, 30, 45])
def test_glorot_halves_what_he_keeps_at_every_relu(depth):
    he, glorot = (watch(wide(initializer=f"{name}_normal", depth=depth), X)[1] for name in ("he", "glorot"))
    np.testing.assert_allclose(glorot / he, 0.5 ** np.arange(1, depth + 1), rtol=1e-3)
    if depth == 30:
        assert glorot[-1] / he[-1] == pytest.approx(9.3e-10, rel=5e-3)


@pytest.mark.parametrize("gain", [1.0, 0.9, 1.2])
def test_second_moment_of_relu_grows_by_half_the_weight_variance(gain):
    seen = np.mean([watch(wide(seed=seed, gain=gain, depth=10), X)[1] for seed in range(150)], 0)
    # the second moment of one seed varies by (1 + 5 / width)^depth - 1
    error = math.sqrt(((1 + 5 / 64) ** 9 - 1) / 150)
    np.testing.assert_allclose(seen / seen[0], gain ** (2 * np.arange(10)), rtol=4 * error)


@pytest.mark.parametrize("a", [0.0, 0.01, 0.25, 0.7])
def test_critical_gain_of_leaky_relus(a):
    z = np.concatenate([NODES, NODES])  # symmetric, so that the kink costs no accuracy
    kept = np.mean(np.where(z > 0, z, a * z) ** 2 * np.tile(SHARES, 2)) / np.mean(z**2 * np.tile(SHARES, 2))
    assert 2 / (1 + a**2) * kept == pytest.approx(1.0, rel=1e-9)
    entry = ACTIVATIONS["leaky_relu"]
    if a in (0.01, 0.25):
        entry = entry if a == 0.01 else ACTIVATIONS["prelu"]
        assert entry.gain**2 == pytest.approx(2 / (1 + a**2), rel=1e-12)
    seen = watch(
        wide(activation="leaky_relu", slope=a, initializer="lecun_normal", gain=math.sqrt(2 / (1 + a * a))), X
    )[1]
    he = watch(wide(), X)[1]
    assert 0.1 < seen[9] < 10
    if a == 0:
        np.testing.assert_allclose(seen, he, rtol=1e-4)


def test_orthogonal_layers_keep_every_direction():
    orthogonal, normal = (
        np.linalg.svd(watch(wide(activation="identity", initializer=name), np.eye(64, dtype=np.float32))[2])[1]
        for name in ("orthogonal", "lecun_normal")
    )
    np.testing.assert_allclose(orthogonal, 1.0, rtol=1e-4)
    assert normal[0] > 2
    assert normal[32] < 0.02


def test_gaussian_layers_keep_the_mean_of_squares_and_lose_the_median():
    singular = []
    for seed in range(20):
        rng, product = np.random.default_rng(seed), np.eye(100)
        for _ in range(20):
            product = INITIALIZERS["lecun_normal"].function(rng, (100, 100), 100, 100) @ product
        singular.append(np.linalg.svd(product)[1])
    assert np.mean(np.square(singular)) == pytest.approx(1.0, rel=0.2)
    assert 0.0005 < np.median(singular) < 0.002


@pytest.mark.parametrize("gain", [1.0, 0.5, 1 / math.sqrt(10)])
def test_residual_block_adds_its_branch_to_the_second_moment(gain):
    # of a stream with mean zero: a ReLU branch has a positive mean, which a stream with a mean would feel as well
    loss, h = wide(residual=True, gain=gain, depth=40), jnp.asarray(np.random.default_rng(1).standard_normal((400, 64)))
    net, go = loss.architecture, Pass(choices_of(loss), np.ones(400), None)
    stack = net.split(jnp.asarray(loss.start()))[1][:39]
    block = jax.jit(lambda params: jnp.mean(net.layer(go, unfold(net.layer_parts(), params), h, 1)[0] ** 2))
    grown = np.mean([block(params) for params in stack]) / np.mean(h**2)
    assert grown == pytest.approx(1 + gain**2, rel=0.03)  # twice for He, (1 + 1/L) for a branch scaled by 1 / sqrt(L)


@pytest.mark.parametrize(("width", "layers"), [(2, 10), (3, 20), (1, 3)])
def test_relu_networks_are_born_dead(width, layers):
    law = 1 - (1 - 0.5**width) ** (layers - 1)
    if (width, layers) == (2, 10):
        assert law == pytest.approx(0.925, abs=5e-4)
    seeds, x = 600, np.zeros((32, 64), np.float32)
    x[:] = X[0]
    narrow = [
        NetworkLoss(dataset="digits", size=100, width=width, depth=layers - 1, seed=seed) for seed in range(seeds)
    ]
    dead = np.mean([not watch(loss, x)[2].any() for loss in narrow])
    # five standard errors
    assert dead == pytest.approx(law, abs=5 * math.sqrt(law * (1 - law) / seeds))


@pytest.mark.parametrize(
    ("rho", "steps", "left"), [(0.9, 50, 0.00515), (1.1, 50, 117.4), (0.7, 20, 0.7**20), (1.0, 64, 1.0)]
)
def test_gradient_through_a_linear_recurrence_is_a_power(rho, steps, left):
    cell = Recurrent((steps + 1, 6), 6, 1, 2, cell="rnn")
    turn = INITIALIZERS["orthogonal"].function(np.random.default_rng(2), (6, 6), 6, 6)
    params = {"weight": np.eye(6), "recurrent": rho * turn, "bias": np.zeros(6), "slope": np.zeros(())}
    go = Pass(choices_of(NetworkLoss("rnn", dataset="parity", activation="identity")), np.ones(1), None)
    jacobian = jax.jacobian(lambda x: cell.first(go, params, x)[0][0, -1])(np.zeros((1, steps + 1, 6)))
    np.testing.assert_allclose(np.linalg.svd(np.asarray(jacobian)[:, 0, 0])[1], rho**steps, rtol=1e-9)
    assert rho**steps == pytest.approx(left, rel=1e-3)


def test_selu_has_its_fixed_point_and_gelu_and_silu_their_minima():
    fine = np.linspace(-12, 12, 240_001)
    weight = np.exp(-(fine**2) / 2) / math.sqrt(2 * math.pi) * (fine[1] - fine[0])
    seen = np.asarray(value("selu", fine))
    assert seen @ weight == pytest.approx(0.0, abs=1e-6)
    assert seen**2 @ weight == pytest.approx(1.0, abs=1e-6)
    for name, place, least in (("gelu", -0.751792, -0.169971), ("silu", -1.278465, -0.278465)):
        seen = np.asarray(value(name, fine))
        assert fine[seen.argmin()] == pytest.approx(place, abs=1e-4)
        assert seen.min() == pytest.approx(least, abs=1e-6)


def output_slope(loss, outputs, wanted, temperature=1.0, columns=None):
    seen = np.atleast_2d(np.ones(len(outputs)) if columns is None else columns)
    one = np.eye(len(outputs))[wanted][None]
    return np.asarray(
        jax.grad(lambda z: LOSSES[loss].function(z[None], one, temperature, seen)[0])(np.asarray(outputs))
    )


@pytest.mark.parametrize("temperature", [1.0, 0.3, 5.0])
def test_gradient_of_cross_entropy_is_the_error_of_the_probabilities(temperature):
    z = np.random.default_rng(0).normal(0, 3, 7)
    columns = np.arange(7) < 5
    p = np.where(columns, np.exp(z / temperature), 0.0) / np.exp(z[:5] / temperature).sum()
    law = (p - np.eye(7)[2]) / temperature
    np.testing.assert_allclose(output_slope("cross_entropy", z, 2, temperature, columns), law, rtol=1e-9, atol=1e-15)


def test_surely_wrong_outputs_are_corrected_by_cross_entropy_only():
    # two classes with outputs (z, 0) are one sigmoid of z; `brier` counts both probabilities, so it has twice the slope
    # of the squared error of one
    z, p = np.array([-10.0, 0.0]), 1 / (1 + math.exp(10))
    crossed, squared = (output_slope(name, z, 0)[0] for name in ("cross_entropy", "brier"))
    assert crossed == pytest.approx(p - 1, rel=1e-9)
    assert crossed == pytest.approx(-0.99995, abs=5e-6)
    assert squared / 2 == pytest.approx((p - 1) * p * (1 - p), rel=1e-9)
    assert squared / 2 == pytest.approx(-4.5e-5, rel=0.01)
    assert output_slope("squared_error", z, 0)[0] == pytest.approx(
        -11.0
    )  # of the outputs themselves: no sigmoid to saturate


@pytest.mark.parametrize(
    ("data", "shape", "classes"), [("digits", (), 10), ("moons", (), 2), ("spirals", (("arms", 4.0),), 4)]
)
def test_softmax_regression_starts_from_the_entropy_of_a_guess(data, shape, classes):
    loss = NetworkLoss("softmax_regression", dataset=data, shape=shape, size=200)
    assert loss.examples.num_classes == classes
    assert not loss.start().any()
    assert float(loss(jnp.asarray(loss.start()))) == pytest.approx(math.log(classes), rel=1e-6)
    # there the top curvature is that of the inputs over the number of classes, along any contrast of two classes
    seen = np.column_stack([loss.examples.train_inputs.astype(float), np.ones(loss.count)])
    curvature, along = (part[..., -1] for part in np.linalg.eigh(seen.T @ seen / loss.count))
    contrast = np.zeros((65, 10))
    contrast[[*range(seen.shape[1] - 1), 64]] = np.outer(along, np.eye(10)[0] - np.eye(10)[1]) / math.sqrt(2)
    first, step = loss.architecture.sizes[0], np.zeros(loss.architecture.dim)
    step[first : first + contrast.size] = contrast.ravel()
    start, far = loss.start().astype(float), 1e-3
    heights = [float(loss(jnp.asarray(start + far * k * step))) for k in (-1, 0, 1)]
    assert (heights[0] - 2 * heights[1] + heights[2]) / far**2 == pytest.approx(curvature / classes, rel=1e-4)


def test_convolution_is_a_matrix_with_tied_entries():
    rng = np.random.default_rng(0)
    x, kernel, push = rng.standard_normal((1, 5, 4, 2)), rng.standard_normal((18, 3)), rng.standard_normal((1, 5, 4, 3))
    tied = np.asarray(jax.grad(lambda kernel: jnp.sum(push * (patches(jnp.asarray(x)) @ kernel)))(kernel))
    matrix, untied = np.zeros((5, 4, 3, 5, 4, 2)), np.einsum("rijo,rklc->ijoklc", push, x)
    summed = np.zeros((3, 3, 2, 3))
    for i, j, k, m in np.ndindex(5, 4, 3, 3):
        at, beside = i + k - 1, j + m - 1
        if 0 <= at < 5 and 0 <= beside < 4:
            matrix[i, j, :, at, beside, :] = kernel.reshape(3, 3, 2, 3)[k, m].T
            summed[k, m] += untied[i, j, :, at, beside, :].T
    np.testing.assert_allclose(np.einsum("ijoklc,rklc->rijo", matrix, x), patches(jnp.asarray(x)) @ kernel, rtol=1e-12)
    np.testing.assert_allclose(tied, summed.reshape(18, 3), rtol=1e-12)


CURVATURES, BOTTOM = np.array([0.25, 0.5, 1.0, 2.0, 0.0]), np.array([3.0, -0.3, -2.0, 0.4, 0.0])
START = np.array([0.0, 0.0, 0.0, 0.0, 2.0])  # the last one has no slope at all


def bowl(params):
    return 0.5 * jnp.sum(CURVATURES * (params - BOTTOM) ** 2)


def ran(num_steps, *runs):
    return [path.params for path in descend_all(bowl, runs, start=START, num_steps=num_steps)]


def descent(name="gradient_descent", rate=0.1, **regularization):
    return Descent(OPTIMIZERS[name], {"learning_rate": rate}, **regularization)


@pytest.mark.parametrize("a", [0.01, 0.3, 2.0])
def test_l2_shrinks_each_eigendirection_by_its_own_share(a):
    law = CURVATURES / (CURVATURES + a) * BOTTOM
    added, decoupled = ran(9000, descent(l2=a), descent(weight_decay=a))
    np.testing.assert_allclose(added[-1][:4], law[:4], rtol=1e-9)
    np.testing.assert_allclose(decoupled, added, rtol=1e-9, atol=1e-12)  # one and the same for plain gradient descent


@pytest.mark.parametrize("rate", [0.05, 0.4])
def test_stopping_early_shrinks_each_eigendirection_by_its_own_share(rate):
    path = ran(60, descent(rate=rate))[0]
    law = (1 - (1 - rate * CURVATURES) ** np.arange(61)[:, None]) * BOTTOM
    np.testing.assert_allclose(path[:, :4], law[:, :4], rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("a", [0.05, 0.3, 0.9])
def test_l1_reaches_exact_zeros(a):
    end = ran(2000, descent(l1=a))[0][-1]
    law = np.sign(BOTTOM) * np.maximum(abs(BOTTOM) - a / np.where(CURVATURES > 0, CURVATURES, 1.0), 0)
    np.testing.assert_allclose(end, law, rtol=1e-9, atol=0)
    assert (end == 0).sum() == (law == 0).sum() >= (1 if a < 0.1 else 2)


@pytest.mark.parametrize(("rate", "decay"), [(0.01, 0.1), (0.03, 0.7)])
def test_decoupled_decay_turns_adam_into_adamw(rate, decay):
    adamw = Descent(OPTIMIZERS["adamw"], {"learning_rate": rate, "weight_decay": decay})
    plain, decoupled, theirs = ran(50, descent("adam", rate), descent("adam", rate, weight_decay=decay), adamw)
    np.testing.assert_allclose(decoupled, theirs, rtol=1e-12, atol=1e-15)
    assert plain[-1][4] == 2.0
    assert theirs[-1][4] == pytest.approx(2 * (1 - rate * decay) ** 50, rel=1e-12)
    if (rate, decay) == (0.01, 0.1):
        assert decoupled[-1][4] == pytest.approx(1.902411, abs=5e-7)


@pytest.mark.parametrize("l2", [1e-4, 1e-2, 1.0])
def test_adam_divides_the_strength_of_l2_away(l2):
    assert ran(50, descent("adam", 0.01, l2=l2))[0][-1][4] == pytest.approx(1.5166, abs=5e-5)
