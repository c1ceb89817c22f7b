"""Networks against PyTorch, which `make oracles` asks again: losses, each array's gradient, and the gradient flow."""

import json
from functools import cache
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from landscapes.network_loss import NetworkLoss, gradient_flow
from tests.oracles.recording import bent_start

RECORDINGS = json.loads((Path(__file__).parents[1] / "oracles" / "torch_networks.json").read_text())["networks"]
DENSE = [r for r in RECORDINGS if r["ours"].get("network", "mlp") in ("mlp", "softmax_regression")]


def name_of(recording) -> str:
    ours = recording["ours"]
    told = ("network", "dataset", "activation", "normalization", "residual", "loss")
    return "-".join(str(ours[key]) for key in told if key in ours)


@pytest.fixture(autouse=True)
def _ranks_promoted():
    with jax.numpy_rank_promotion("raise"):
        yield


@cache
def _value_and_grad(supervised):
    quickly = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 1}
    return jax.jit(jax.value_and_grad(supervised.on_batch), compiler_options=quickly)


def value_and_grad(loss: NetworkLoss, params: np.ndarray):
    """Of the mean loss over all examples, which are one batch here."""
    supervised, values = loss.split()
    value, grad = _value_and_grad(supervised)(params, values, loss.order(0, 0, 1)[0], np.zeros(2, np.uint32))
    return float(value), np.asarray(grad)


def summary(array: np.ndarray) -> list[float]:
    flat = array.ravel()
    return [float(np.linalg.norm(flat)), float(flat @ np.cos(np.arange(flat.size)))]


def held(recording) -> tuple[NetworkLoss, np.ndarray]:
    ours = recording["ours"]
    loss = NetworkLoss(**{**ours, "shape": tuple(map(tuple, ours.get("shape", ())))})
    return loss, bent_start(loss)


@pytest.mark.parametrize("recording", RECORDINGS, ids=name_of)
def test_losses_and_gradients_are_those_of_torch(recording):
    loss, params = held(recording)
    value, grad = value_and_grad(loss, params)
    assert value == pytest.approx(recording["loss"], rel=1e-6)
    ours = loss.unflatten(grad)
    assert len(ours) == len(recording["grads"])
    for (layer, parts), layer_grads in zip(ours.items(), recording["grads"], strict=True):
        size = max(norm for norm, _ in layer_grads)
        for (part, array), there in zip(parts.items(), layer_grads, strict=True):
            np.testing.assert_allclose(summary(array), there, rtol=1e-5, atol=1e-6 * size, err_msg=f"{layer} {part}")


@pytest.mark.parametrize("recording", DENSE, ids=name_of)
def test_single_precision_loses_little(recording):
    loss, params = held(recording)
    assert float(loss(jnp.asarray(params, np.float32))) == pytest.approx(recording["loss"], rel=1e-5)


# one transformer's flow is enough: its program takes longest to compile
@pytest.mark.parametrize("recording", [r for r in RECORDINGS if r["ours"].get("normalization") != "rms" or r in DENSE],
                         ids=name_of)  # fmt: skip
def test_the_gradient_flow_is_that_of_torch(recording):
    loss, params = held(recording)
    flow = gradient_flow(loss, params)
    assert tuple(flow) == loss.layer_names
    np.testing.assert_allclose(list(flow.values()), recording["flow"], rtol=1e-5, atol=2e-6 * max(recording["flow"]))


def test_the_recording_covers_every_activation_and_normalization_of_torch():
    seen = {tuple(r["ours"].get(key) for key in ("activation", "normalization", "residual")) for r in DENSE}
    assert len([case for case in seen if None not in case]) == 12 * 4 * 2
