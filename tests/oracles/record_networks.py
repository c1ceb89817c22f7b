"""Records what PyTorch makes of our networks: losses and gradients, for the tests to hold ours to; `--check` compares.

Needs torch, and the starts of this repository; run as `python -m tests.oracles.record_networks [--check]`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch  # pyright: ignore[reportMissingImports]  # lives in an environment of its own
from torch import nn  # pyright: ignore[reportMissingImports]
from torch.func import functional_call  # pyright: ignore[reportMissingImports]
from torch.nn import functional as F  # pyright: ignore[reportMissingImports]

from landscapes.network_loss import NetworkLoss
from tests.oracles.recording import bent_start, main, network_differences

RECORDED = Path(__file__).parent / "torch_networks.json"
DIGITS = 7  # significant ones
Tensor = Any
Layers = list[dict[str, Tensor]]

# what each family's cases share; whole tiles of examples, so that statistics of a batch are over all of them
DENSE = {"depth": 3, "width": 6, "size": 40}
PICTURES = {"dataset": "digits", "size": 128, "width": 3}
SEQUENCES = {"size": 100, "validation": 0.68, "depth": 2, "width": 8}
PARITY = {**SEQUENCES, "dataset": "parity", "shape": [["length", 8]]}
TEXT = {"dataset": "characters", "size": 64, "shape": [["length", 8]], "width": 8}
ACTIVATIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "identity": lambda z, slope: z,
    "sigmoid": lambda z, slope: torch.sigmoid(z),
    "hard_sigmoid": lambda z, slope: F.hardsigmoid(z),
    "tanh": lambda z, slope: torch.tanh(z),
    "relu": lambda z, slope: F.relu(z),
    "leaky_relu": lambda z, slope: F.leaky_relu(z, float(slope)),
    "prelu": lambda z, slope: F.prelu(z, slope.reshape(1)),
    "elu": lambda z, slope: F.elu(z, float(slope)),
    "selu": lambda z, slope: F.selu(z),
    "gelu": lambda z, slope: F.gelu(z),
    "silu": lambda z, slope: F.silu(z),
    "softplus": lambda z, slope: F.softplus(z),
    "mish": lambda z, slope: F.mish(z),
}
NORMALIZATIONS = ("none", "layer", "batch", "rms")
LOSSES = (
    {"loss": "cross_entropy", "temperature": 1.7},
    {"loss": "brier", "temperature": 0.6},
    {"loss": "squared_error"},
)


def _dense() -> list[dict[str, Any]]:
    """Every activation that torch has with every normalization, with skips and without; the losses take turns."""
    made = [
        {"activation": activation, "normalization": normalization, "residual": residual}
        for activation in ACTIVATIONS if activation != "identity" for normalization in NORMALIZATIONS
        for residual in (False, True)
    ]  # fmt: skip
    return [{**DENSE, **case, **LOSSES[i % 3]} for i, case in enumerate(made)]


CASES: list[dict[str, Any]] = [
    *_dense(),
    {**DENSE, "dataset": "noisy_sine", "activation": "tanh"},
    {"network": "softmax_regression", "dataset": "moons", "size": 40},
    {"network": "cnn", **PICTURES},
    {"network": "cnn", **PICTURES, "depth": 3, "activation": "gelu", "normalization": "batch", "loss": "brier"},
    {"network": "resnet", **PICTURES, "depth": 3, "activation": "silu", "normalization": "layer"},
    {"network": "rnn", **PARITY},
    {"network": "rnn", **PARITY, "activation": "relu", "residual": True},
    {"network": "lstm", **TEXT, "depth": 2, "residual": True},
    {"network": "gru", **SEQUENCES, "dataset": "adding"},
    {"network": "transformer", **PARITY, "normalization": "rms"},
    {"network": "transformer", **TEXT, "depth": 2, "temperature": 0.8},
    {"network": "transformer", **TEXT, "depth": 1, "residual": False, "normalization": "none", "activation": "relu"},
]


def normalized(kind: str, z: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Over the last axis, or over all others."""
    if kind == "layer":
        return F.layer_norm(z, z.shape[-1:], scale, shift)
    if kind == "batch":
        flat = F.batch_norm(z.reshape(-1, z.shape[-1]), None, None, scale, shift, training=True)
        return flat.reshape(z.shape)
    return F.rms_norm(z, z.shape[-1:], scale, eps=1e-5) + shift if kind == "rms" else z


def activated(loss: NetworkLoss, layer: dict[str, Tensor], z: Tensor) -> Tensor:
    """The activation of a layer's inputs, normalized where it has a scale for it."""
    slope = layer["slope"] if loss.activation == "prelu" else torch.tensor(np.float32(loss.slope or 0.0))
    return ACTIVATIONS[str(loss.activation)](z, slope)


def dense(loss: NetworkLoss, layers: Layers, x: Tensor) -> list[Tensor]:
    """The outputs of each layer."""
    seen: list[Tensor] = []
    h = x
    for layer in layers[:-1] if loss.depth else []:
        z = normalized(
            str(loss.normalization), F.linear(h, layer["weight"].T, layer["bias"]), layer["scale"], layer["shift"]
        )
        new = activated(loss, layer, z)
        h = new + h if loss.residual and seen else new
        seen.append(h)
    return [*seen, F.linear(h, layers[-1]["weight"].T, layers[-1]["bias"])]


def convolutional(loss: NetworkLoss, layers: Layers, x: Tensor) -> list[Tensor]:
    """The outputs of each layer; ours have their channels last."""
    seen: list[Tensor] = []
    h = x.reshape(-1, 1, 8, 8)
    for layer in layers[:-1]:
        kernel = layer["weight"].reshape(3, 3, h.shape[1], -1).permute(3, 2, 0, 1)
        z = F.conv2d(h, kernel, layer["bias"], padding=1).permute(0, 2, 3, 1)
        z = normalized(str(loss.normalization), z, layer["scale"], layer["shift"])
        new = activated(loss, layer, z).permute(0, 3, 1, 2)
        h = new + h if loss.residual and seen else new if seen else F.avg_pool2d(new, 2)
        seen.append(h)
    return [*seen, F.linear(h.permute(0, 2, 3, 1).flatten(1), layers[-1]["weight"].T, layers[-1]["bias"])]


def recurrent(loss: NetworkLoss, layers: Layers, x: Tensor) -> list[Tensor]:
    """The outputs of each layer: one torch module of one layer each, so that skips fit between."""
    kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[loss.network]
    extra = {"nonlinearity": loss.activation} if loss.network == "rnn" else {}
    seen: list[Tensor] = []
    h = x if x.is_floating_point() else F.one_hot(x.long(), loss.examples.num_classes).double()
    for layer in layers[:-1]:
        own = torch.zeros_like(layer["bias"])
        if loss.network == "gru":
            own = torch.cat([own[: 2 * int(loss.width or 0)], layer["recurrent_bias"]])
        weights = {"weight_ih_l0": layer["weight"].T, "weight_hh_l0": layer["recurrent"].T,
                   "bias_ih_l0": layer["bias"], "bias_hh_l0": own}  # fmt: skip
        new = functional_call(kind(h.shape[-1], loss.width, batch_first=True, **extra), weights, (h,))[0]
        h = new + h if loss.residual and seen else new
        seen.append(h)
    return [*seen, F.linear(h if loss.examples.symbols else h[:, -1], layers[-1]["weight"].T, layers[-1]["bias"])]


def transformer(loss: NetworkLoss, layers: Layers, x: Tensor) -> list[Tensor]:
    """The outputs of the embedding, of each block, and of the head."""
    kind, head = str(loss.normalization), layers[-1]
    weight = layers[0]["weight"]
    h = (F.linear(x, weight.T) if x.is_floating_point() else F.embedding(x.long(), weight)) + layers[0]["position"]
    seen, length = [h], h.shape[1]
    attention = nn.MultiheadAttention(loss.width, 4, batch_first=True)
    later = torch.ones(length, length, dtype=torch.bool).triu(1)
    for layer in layers[1:-1]:
        weights = {"in_proj_weight": layer["qkv"].T, "in_proj_bias": layer["qkv_bias"],
                   "out_proj.weight": layer["mix"].T, "out_proj.bias": layer["mix_bias"]}  # fmt: skip
        given = normalized(kind, h, layer["scale1"], layer["shift1"])
        mixed = functional_call(attention, weights, (given, given, given), {"attn_mask": later, "need_weights": False})[
            0
        ]
        h = h + mixed if loss.residual else mixed
        z = F.linear(normalized(kind, h, layer["scale2"], layer["shift2"]), layer["up"].T, layer["bias"])
        new = F.linear(activated(loss, layer, z), layer["down"].T, layer["down_bias"])
        h = h + new if loss.residual else new
        seen.append(h)
    last = normalized(kind, h if loss.examples.symbols else h[:, -1], head["scale"], head["shift"])
    return [*seen, F.linear(last, head["weight"].T, head["bias"])]


FAMILIES = {
    "softmax_regression": dense, "mlp": dense, "cnn": convolutional, "resnet": convolutional, "rnn": recurrent,
    "lstm": recurrent, "gru": recurrent, "transformer": transformer,
}  # fmt: skip


def mean_loss(loss: NetworkLoss, outputs: Tensor, wanted: Tensor) -> Tensor:
    """Over the examples, and over the positions of each."""
    outputs, wanted = outputs.reshape(-1, outputs.shape[-1]), wanted.reshape(-1)
    if loss.loss == "cross_entropy":
        return F.cross_entropy(outputs / loss.temperature, wanted.long())
    regression = wanted.is_floating_point()
    goal = wanted[:, None].double() if regression else F.one_hot(wanted.long(), outputs.shape[1]).double()
    guess = F.softmax(outputs / loss.temperature, -1) if loss.loss == "brier" else outputs
    return F.mse_loss(guess, goal, reduction="sum") / (2 * len(goal))


def summary(grad: Tensor | None) -> list[float]:
    """The L2 norm, and a sum in which every entry has its own weight; zeros for what the loss does not see."""
    if grad is None:
        return [0, 0]
    flat = grad.reshape(-1)
    return [_rounded(flat.norm()), _rounded(flat @ torch.cos(torch.arange(len(flat), dtype=flat.dtype)))]


def _rounded(number: Any) -> float:
    return float(f"{float(number):.{DIGITS}g}")


def record(ours: dict[str, Any]) -> dict[str, Any]:
    """The loss, the RMS of its gradient with respect to each layer's outputs, and each array's gradient in short."""
    given = {**ours, "shape": tuple(map(tuple, ours.get("shape", ())))}
    loss = NetworkLoss(**given)
    arrays = loss.unflatten(bent_start(loss))
    layers = [
        {name: torch.tensor(array, requires_grad=True) for name, array in parts.items()} for parts in arrays.values()
    ]
    inputs = torch.tensor(loss.examples.train_inputs)
    if inputs.is_floating_point():
        inputs = inputs.double()
    outputs = FAMILIES[loss.network](loss, layers, inputs)
    for output in outputs:
        output.retain_grad()
    value = mean_loss(loss, outputs[-1], torch.tensor(loss.examples.train_targets))
    value.backward()
    flow = [_rounded(output.grad.square().mean().sqrt()) for output in outputs]
    grads = [[summary(array.grad) for array in layer.values()] for layer in layers]
    return {"ours": ours, "loss": _rounded(value.detach()), "flow": flow, "grads": grads}


def _numbers(recording: dict[str, Any]) -> np.ndarray:
    grads = [number for layer in recording["grads"] for array in layer for number in array]
    return np.array([recording["loss"], *recording["flow"], *grads])


def recordings() -> list[dict[str, Any]]:
    """Every case, in float64."""
    torch.set_default_dtype(torch.float64)
    return [record(case) for case in CASES]


differences = network_differences(lambda recording: recording["ours"], _numbers, CASES, 1e-12)

if __name__ == "__main__":
    main(RECORDED, "networks", torch.__version__, recordings, differences, (",", ":"))
