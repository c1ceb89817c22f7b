"""A dense network in a program of its own depth: the same training, bit by bit, as in the room that it shares."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from landscapes import ACTIVATIONS, NetworkLoss
from optimizers import OPTIMIZERS, Descent, Trajectory, descend_live

DIGITS = {"dataset": "digits", "batch_size": 64}
NETS = {
    "two layers": NetworkLoss(depth=2, width=64, **DIGITS),
    "narrow": NetworkLoss(depth=3, width=33, activation="prelu", **DIGITS),
    "dropout": NetworkLoss(depth=2, width=50, activation="tanh", dropout=0.2, residual=True, **DIGITS),
    "deep": NetworkLoss(depth=10, width=64, activation="sigmoid", initializer="lecun_normal", **DIGITS),
    "batch": NetworkLoss(depth=2, width=64, normalization="batch", **{**DIGITS, "batch_size": 100}),
    "layer": NetworkLoss(depth=5, width=9, normalization="layer", activation="silu", batch_size=32),
    "regression": NetworkLoss("residual_mlp", depth=3, width=16, activation="mish", dataset="noisy_sine"),
    "softmax": NetworkLoss("softmax_regression", dataset="digits"),
}
RUNS = (Descent(OPTIMIZERS["gradient_descent"], {"learning_rate": 0.05}),
        Descent(OPTIMIZERS["adam"], {"learning_rate": 0.01}, clip_norm=0.5, l2=1e-3, l1=1e-4))  # fmt: skip


def trained(loss: NetworkLoss, run: Descent) -> list[Trajectory]:
    return list(descend_live(loss, run, start=loss.start(), num_steps=80, keep_every=8))


@pytest.mark.parametrize("name", NETS)
def test_a_training_is_the_same_in_both_programs(name):
    shared, own = NETS[name], replace(NETS[name], own=True)
    assert own.architecture.dim < shared.architecture.dim
    assert own.num_params == shared.num_params
    layers = [*range(own.architecture.layers - 1), -1]
    for run in RUNS:
        for mine, theirs in zip(trained(own, run), trained(shared, run), strict=True):
            np.testing.assert_array_equal(mine.loss, theirs.loss)
            np.testing.assert_array_equal(mine.grad_norm, theirs.grad_norm)
            np.testing.assert_array_equal(mine.params, theirs.params[:, : mine.params.shape[1]])
            assert not theirs.params[:, mine.params.shape[1] :].any()
            assert mine.layers is not None
            assert theirs.layers is not None
            np.testing.assert_allclose(mine.layers, theirs.layers[:, :, layers], rtol=1e-6)  # recorded, and no more


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "gelu"])
def test_every_activation_rounds_alike_in_both_programs(name):
    shared = NetworkLoss(depth=2, width=64, activation=name, **DIGITS)
    mine, theirs = (trained(loss, RUNS[0])[0] for loss in (replace(shared, own=True), shared))
    np.testing.assert_array_equal(mine.loss, theirs.loss)


def test_what_looks_sees_the_same():
    shared, own = NETS["deep"], replace(NETS["deep"], own=True)
    assert own.observed()[0] == shared.observed()[0]
    np.testing.assert_array_equal(own.as_observed(own.start()), shared.as_observed(shared.start()))


def numpy_loss(loss: NetworkLoss, params: np.ndarray) -> float:
    """The mean cross-entropy of a ReLU network, in float64."""
    layers, h = list(loss.unflatten(params).values()), loss.examples.train_inputs.astype(float)
    for layer in layers[:-1]:
        h = np.maximum(h @ layer["weight"] + layer["bias"], 0)
    logits = h @ layers[-1]["weight"] + layers[-1]["bias"]
    logits = logits - logits.max(1, keepdims=True)
    right = logits[np.arange(len(h)), loss.examples.train_targets]
    return float(np.mean(np.log(np.exp(logits).sum(1)) - right))


@pytest.mark.parametrize("depth", [1, 5])
def test_a_network_of_512_units_is_what_numpy_makes_of_it(depth):
    loss = NetworkLoss(depth=depth, width=512, dataset="digits", batch_size=64, seed=2)
    assert loss.unflatten(loss.start())["layer 1"]["weight"].shape == (64, 512)
    run = trained(loss, Descent(OPTIMIZERS["gradient_descent"], {"learning_rate": 0.1}))
    for params in (loss.start(), run[-1].params[-1]):
        np.testing.assert_allclose(float(loss(jnp.asarray(params))), numpy_loss(loss, params), rtol=1e-5)
    slope = np.random.default_rng(0).standard_normal(len(params)) * (params != 0)
    step = 1e-3 * slope / np.linalg.norm(slope)
    difference = numpy_loss(loss, params + step) - numpy_loss(loss, params - step)
    np.testing.assert_allclose(2 * np.asarray(jax.grad(loss)(params)) @ step, difference, rtol=1e-3)


@pytest.mark.parametrize(("network", "width", "most"),
                         [("mlp", 513, 512), ("residual_mlp", 0, 512), ("cnn", 64, 32), ("lstm", 65, 64)])  # fmt: skip
def test_a_width_that_cannot_be_is_refused(network, width, most):
    data = {"cnn": "digits", "lstm": "adding"}.get(network, "moons")
    with pytest.raises(ValueError, match=rf"width is {width}; a whole number from 1 to {most} is needed"):
        NetworkLoss(network, width=width, dataset=data)


def test_a_network_that_needs_too_much_is_refused():
    with pytest.raises(ValueError, match=r"mlp of depth 64 and width 512 needs about \d+ MB; 256 MB are allowed"):
        NetworkLoss(depth=64, width=512)
