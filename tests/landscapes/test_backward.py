"""Backward passes against autodiff in float64, PyTorch's hooks, and the laws of wide networks."""

import json
import math
import tracemalloc
from itertools import product
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from landscapes import ACTIVATIONS, NORMALIZATIONS
from landscapes.networks.backward import EXAMPLES, MOST_DEPTH, MOST_WIDTH, WEIGHTS, Parts, measure, measure_all
from landscapes.signal import Layers
from tests.compilations import compilations

RECORDINGS = json.loads((Path(__file__).parents[1] / "oracles" / "torch_flow.json").read_text())["networks"]
SKIPS = {"none": (False, 1.0), "plain": (True, 1.0), "scaled": (True, 8**-0.5)}
PARTS = ("slope", "normalization", "weight", "skip")


class Rebuilt(NamedTuple):
    """The same network by autodiff: RMS of the gradient, from the inputs to the outputs, and what passed forward."""

    out: np.ndarray  # at the inputs and at every layer's outputs
    parts: dict[str, np.ndarray]
    inputs: np.ndarray
    outputs: np.ndarray
    dead: np.ndarray


def redrawn(layers: Layers, width: int, seed: int, weights: str) -> tuple[np.ndarray, ...]:
    """Weights, biases, inputs and the last gradient: streams 0 to 3 of a seed."""
    own = [np.random.default_rng([seed, stream]) for stream in range(4)]
    if weights == "orthogonal":
        turned = [np.linalg.qr(own[0].standard_normal((width, width))) for _ in range(layers.depth)]
        matrices = np.stack([q * np.sign(np.diagonal(r)) for q, r in turned])
    else:
        matrices = own[0].standard_normal((layers.depth, width, width), np.float32) / math.sqrt(width)
    biases = own[1].standard_normal((layers.depth, width), np.float32)
    inputs, gradient = (own[stream].standard_normal((EXAMPLES, width), np.float32) for stream in (2, 3))
    return tuple(np.asarray(array, float) for array in (matrices, biases, inputs, gradient))


def normalized(kind: str, z):
    if kind == "none":
        return z
    axis = 0 if kind == "batch" else 1
    centred = z if kind == "rms" else z - z.mean(axis, keepdims=True)
    return centred / jnp.sqrt((centred**2).mean(axis, keepdims=True) + 1e-5)


def rms(arrays) -> np.ndarray:
    return np.sqrt(np.mean(np.stack(arrays) ** 2, axis=(1, 2)))


def rebuilt(layers: Layers, width: int, seed: int, weights: str = "normal") -> Rebuilt:
    weight, bias, x, last = redrawn(layers, width, seed, weights)
    branch = layers.branch if layers.residual else 1.0

    def phi(z):
        return ACTIVATIONS[layers.activation].function(z, layers.slope)

    def forward(pushes):  # what is pushed at a place has the gradient of the place
        h, seen = x + pushes["out"][0], []
        for i in range(layers.depth):
            sums = layers.weight_std * ((h + pushes["into"][i]) @ weight[i]) + layers.bias_std * bias[i][None]
            z = normalized(layers.normalization, sums + pushes["sums"][i]) + pushes["z"][i]
            h = branch * phi(z) + (h if layers.residual else 0.0) + pushes["out"][i + 1]
            seen.append((z, h))
        return h, seen

    counts = {"out": layers.depth + 1, "into": layers.depth, "sums": layers.depth, "z": layers.depth}
    _, pull, seen = jax.vjp(forward, {k: [jnp.zeros(x.shape)] * n for k, n in counts.items()}, has_aux=True)
    size = {name: rms(grads) for name, grads in pull(jnp.asarray(last))[0].items()}
    inputs, outputs = (np.stack(arrays) for arrays in zip(*seen, strict=True))
    rise = jax.jvp(phi, (jnp.asarray(inputs),), (jnp.ones(inputs.shape),))[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = {
            "slope": size["z"] / branch / size["out"][1:], "normalization": size["sums"] / size["z"],
            "weight": size["into"] / size["sums"], "skip": size["out"][:-1] / (size["into"] / branch),
        }  # fmt: skip
    return Rebuilt(size["out"], parts, inputs, outputs, np.asarray((rise == 0).all(1).mean(1)))


def clear(layers: Layers, want: Rebuilt) -> bool:
    """Whether no input of an activation is so near a kink that float32 may see it on the other side."""
    return all(np.abs(want.inputs - kink).min() > 1e-5 for kink in ACTIVATIONS[layers.activation].kinks)


def agree(parts: Parts, want: Rebuilt, net: int = 0) -> None:
    factor = want.out[:-1] / want.out[1:]
    assert np.isfinite(np.log(factor)).all()
    np.testing.assert_allclose(parts.factor[net], factor, rtol=1e-4)
    for name in PARTS:
        np.testing.assert_allclose(getattr(parts, name)[net], want.parts[name], rtol=1e-4, err_msg=name)
    taken_apart = np.prod([getattr(parts, name)[net] for name in PARTS], axis=0)
    np.testing.assert_allclose(taken_apart, parts.factor[net], rtol=1e-5)
    np.testing.assert_allclose(np.log(parts.factor[net]).sum(), np.log(want.out[0] / want.out[-1]), atol=1e-4)
    np.testing.assert_allclose(parts.second[net], np.mean(want.outputs**2, axis=(1, 2)), rtol=1e-4)
    np.testing.assert_allclose(parts.dead[net], want.dead, atol=1e-6)


def case(activation: str, normalization: str, skip: str, bias: float, weight: float = 1.2) -> Layers:
    residual, branch = SKIPS[skip]
    return Layers(activation, 8, weight, bias, None, normalization, residual, branch)


CASES = [
    (case(activation, normalization, [*SKIPS][(a + 2 * n) % 3], (0.0, 0.3)[a % 2]), (5, 64)[(a + n) // 2 % 2],
     WEIGHTS[(a // 2 + n) % 2])
    for (a, activation), (n, normalization) in product(enumerate(ACTIVATIONS), enumerate(NORMALIZATIONS))
] + [
    (case("tanh", "none", "none", 0.4), 1, "normal"), (case("sigmoid", "batch", "plain", 0.0), 1, "orthogonal"),
    (case("sine", "none", "scaled", 0.1), 1, "orthogonal"), (case("softplus", "none", "plain", 0.1), 1, "normal"),
    (case("relu", "none", "none", 0.1), 100, "normal"), (case("gelu", "layer", "plain", 0.0), 100, "orthogonal"),
    (case("selu", "batch", "scaled", 0.2), 100, "normal"), (case("sigmoid", "rms", "none", 0.2), 100, "orthogonal"),
    (case("tanh", "batch", "none", 0.0), MOST_WIDTH, "normal"), (case("relu", "none", "scaled", 0.0), 65, "normal"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "width", "weights"), CASES, ids=str)
def test_every_layer_and_each_of_its_parts_is_what_autodiff_finds(layers, width, weights):
    tried = ((seed, rebuilt(layers, width, seed, weights)) for seed in range(3, 20))
    seed, want = next((seed, want) for seed, want in tried if clear(layers, want))
    parts = measure(layers, width=width, seeds=[seed], weights=weights)
    agree(parts, want)
    for ours, theirs in ((parts.inputs, want.inputs), (parts.outputs, want.outputs)):
        assert ours.shape[:3] == (1, layers.depth, EXAMPLES)
        np.testing.assert_allclose(ours[0, :, :, :width], theirs, rtol=1e-4, atol=1e-4)
        assert not ours[0, :, :, width:].any()  # padding


@pytest.mark.parametrize(("activation", "slope"), [("leaky_relu", 0.4), ("prelu", -0.7), ("elu", 2.5)])
def test_the_shape_of_an_activation_is_the_one_given(activation, slope):
    layers = Layers(activation, 6, 1.1, slope=slope)
    agree(measure(layers, width=20, seeds=[1]), rebuilt(layers, 20, 1))


@pytest.mark.parametrize(("width", "seeds"), [(30, [*range(10), 41, 7]), (70, [5, 2])])
def test_many_networks_are_each_the_one_of_its_seed(width, seeds):
    layers = Layers("gelu", 5, 1.4, 0.2, normalization="rms")
    parts = measure(layers, width=width, seeds=seeds)
    assert parts.factor.shape == parts.dead.shape == (len(seeds), 5)
    assert parts.inputs is None
    assert parts.outputs is None
    for net in {0, 1, len(seeds) - 2, len(seeds) - 1}:
        agree(parts, rebuilt(layers, width, seeds[net]), net)


@pytest.mark.parametrize("activation", ["relu", "hard_sigmoid"])
def test_a_unit_is_dead_where_no_example_gives_it_a_slope(activation):
    layers = Layers(activation, 8, 1.0, 8.0)  # large biases shut units
    parts, want = measure(layers, width=64, seeds=[0]), rebuilt(layers, 64, 0)
    assert want.dead.min() > 0.1
    np.testing.assert_allclose(parts.dead[0], want.dead, atol=1e-6)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda r: f"{r['activation']}-{r['normalization']}")
def test_the_gradient_at_every_layer_is_that_of_torch(recording):
    layers = Layers(recording["activation"], recording["depth"], recording["weight"], recording["bias"],
                    normalization=recording["normalization"])  # fmt: skip
    parts = measure(layers, width=recording["width"], seeds=[recording["seed"]])
    flow = np.append(np.cumprod(parts.factor[0, ::-1])[::-1], 1.0)
    np.testing.assert_allclose(flow, recording["flow"], rtol=1e-4)


def total(parts: Parts) -> np.ndarray:
    """Natural logarithm of the gradient at the inputs over that at the outputs, a network."""
    return np.log(parts.factor).sum(1)


def test_ten_sigmoid_layers_leave_half_a_millionth():
    found = math.exp(total(measure(Layers("sigmoid", 10), width=64, seeds=range(10))).mean())
    assert 5.5e-7 / 1.5 < found < 4.4e-7 * 1.5


def test_he_keeps_thirty_layers_of_relu_and_glorot_halves_each():
    he, glorot = measure_all([Layers("relu", 30, std) for std in (math.sqrt(2), 1.0)], width=256, seeds=range(10))
    assert 0.5 < np.exp(2 * total(he)).mean() < 2
    assert 0.5 < he.second[:, -1].mean() < 2
    np.testing.assert_allclose(glorot.second / he.second, np.broadcast_to(0.5 ** np.arange(1.0, 31), (10, 30)), 1e-4)
    np.testing.assert_allclose(glorot.factor / he.factor, math.sqrt(0.5), 1e-3)  # a unit at its kink may flip


def test_orthogonal_linear_layers_keep_every_size():
    parts = measure(Layers("identity", 20), width=64, seeds=range(4), weights="orthogonal")
    for name in ("factor", "weight", "slope", "normalization", "skip"):
        np.testing.assert_allclose(getattr(parts, name), 1.0, rtol=1e-6)
    np.testing.assert_allclose(parts.second, parts.second[:, :1] * np.ones(20), rtol=1e-5)
    x = [redrawn(Layers("identity", 1), 64, seed, "normal")[2] for seed in range(4)]
    np.testing.assert_allclose(parts.second[:, 0], np.mean(np.square(x), axis=(1, 2)), rtol=1e-5)


def chi_of_tanh(weight_variance: float, bias_variance: float) -> float:
    """Squared growth of gradients at the fixed point of the variance, by Gauss and Hermite's rule."""
    z, p = np.polynomial.hermite_e.hermegauss(200)
    p = p / p.sum()
    q = 1.0
    for _ in range(500):
        q = weight_variance * (p @ np.tanh(math.sqrt(q) * z) ** 2) + bias_variance
    return float(weight_variance * (p @ np.cosh(math.sqrt(q) * z) ** -4.0))


@pytest.mark.parametrize(
    ("weight", "bias"), [(1.0, 0.05), (1.761, 0.05), (4.0, 0.05), (1.3, 0.3), (2.5, 0.01), (6.0, 1.0)]
)
def test_tanh_gradients_grow_by_chi_a_layer(weight, bias):
    parts = measure(Layers("tanh", 40, math.sqrt(weight), math.sqrt(bias)), width=256, seeds=range(3))
    assert np.exp(2 * np.log(parts.factor[:, 10:]).mean()) == pytest.approx(chi_of_tanh(weight, bias), rel=0.03)


def test_batch_normalized_relu_explodes_at_its_rate():
    parts = measure(Layers("relu", 60, normalization="batch"), width=256, seeds=range(3))
    found = np.exp(2 * np.log(parts.factor[:, 20:50]).mean())
    assert found == pytest.approx(math.pi / (math.pi - 1), rel=0.04)


def test_a_hundred_sigmoid_layers_are_counted_though_float32_could_not_hold_them():
    layers = Layers("sigmoid", MOST_DEPTH)
    parts, want = measure(layers, width=40, seeds=[8]), rebuilt(layers, 40, 8)
    assert want.out[0] / want.out[-1] < 1e-50
    agree(parts, want)


def test_weights_of_zero_let_nothing_through():
    parts = measure(Layers("sigmoid", 3, 0.0), width=9, seeds=[0, 1])
    assert (parts.factor == 0).all()
    assert (parts.weight[:, -1] == 0).all()
    np.testing.assert_allclose(parts.slope[:, -1], 0.25, rtol=1e-6)  # of the last layer: the gradient was there
    assert np.isnan(parts.slope[:, :-1]).all()
    np.testing.assert_allclose(parts.second, 0.25, rtol=1e-6)


def test_a_skip_passes_everything_by_weights_of_zero():
    parts = measure(Layers("tanh", 4, 0.0, residual=True), width=9, seeds=[0])
    np.testing.assert_allclose(parts.factor, 1.0, rtol=1e-6)


def test_a_signal_that_overflows_is_seen_in_its_size():
    parts = measure(Layers("softplus", 12, 1e8), width=16, seeds=[0, 1])
    assert np.isfinite(parts.second[:, 0]).all()
    assert not np.isfinite(parts.second[:, 5:]).any()  # 1e8 a layer: float32 ends at 3.4e38


@pytest.mark.parametrize(
    ("layers", "given", "said"),
    [
        (Layers("tanh", 4), {"width": 0}, f"width is 0; 1 to {MOST_WIDTH}"),
        (Layers("tanh", 4), {"width": 257}, "width is 257; 1 to 256"),
        (Layers("tanh", 101), {"width": 4}, "depth is 101; 1 to 100"),
        (Layers("tanh", 4), {"width": 4, "weights": "sparse"}, "unknown weights 'sparse'; known: normal, orthogonal"),
    ],
)
def test_what_is_not_allowed_is_named(layers, given, said):
    with pytest.raises(ValueError, match=said):
        measure(layers, seeds=[0], **given)


def test_one_program_a_room_serves_everything():
    for width, seeds in ((64, [0, 1]), (64, [0]), (65, [0])):
        measure(Layers("tanh", 2), width=width, seeds=seeds)
    with compilations() as count:
        for i, activation in enumerate(ACTIVATIONS):
            layers = Layers(activation, 1 + 2 * i, 0.5 + i, 0.1 * i, 0.3, [*NORMALIZATIONS][i % 4], i % 2 > 0, 0.1 * i)
            measure(layers, width=1 + 4 * i, seeds=range(1 + i), weights=WEIGHTS[i % 2])
        for width, seeds in ((66, 2), (256, 1)):
            measure(Layers("relu", 7, residual=True), width=width, seeds=range(seeds), weights="orthogonal")
        assert count() == 0


def test_many_stacks_at_once_are_as_one_by_one():
    stacks = [Layers(activation, 3 + i, 1.3) for i, activation in enumerate(("relu", "tanh", "selu", "sine"))]
    for layers, parts in zip(stacks, measure_all(stacks, width=12, seeds=[4, 5]), strict=True):
        for net, seed in enumerate((4, 5)):
            agree(parts, rebuilt(layers, 12, seed), net)


def test_the_inputs_and_outputs_of_wide_networks_are_not_kept():
    """Eight of the widest and deepest, whose programs watch them, took 27 MB each."""
    layers = Layers("tanh", 100)
    measure(layers, width=256, seeds=[0, 1])
    tracemalloc.start()
    parts = measure(layers, width=256, seeds=range(8))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert parts.inputs is parts.outputs is None
    assert peak < 130e6, "the weights of one, drawn and handed over, and what is kept of all"
