"""Records the gradient at every layer of dense stacks in PyTorch, taken by backward hooks; `--check` compares.

Needs torch; run as `python -m tests.oracles.record_flow [--check]`. The weights are those of our networks, drawn anew.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch  # pyright: ignore[reportMissingImports]  # lives in an environment of its own
from torch import nn  # pyright: ignore[reportMissingImports]

from tests.oracles.recording import main, network_differences

RECORDED = Path(__file__).parent / "torch_flow.json"
DIGITS = 7  # significant ones
EXAMPLES = 32
ACTIVATIONS = {
    "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU, "leaky_relu": nn.LeakyReLU,
    "selu": nn.SELU,
}  # fmt: skip
NORMALIZATIONS = {
    "none": lambda width: nn.Identity(), "layer": nn.LayerNorm,
    "batch": lambda width: nn.BatchNorm1d(width, track_running_stats=False),
}  # fmt: skip
SIZE = {"depth": 12, "width": 32}
CASES: list[dict[str, Any]] = [
    {"activation": "sigmoid", "normalization": "none", "weight": 1.0, "bias": 0.0, "seed": 0, **SIZE},
    {"activation": "tanh", "normalization": "none", "weight": 1.5, "bias": 0.3, "seed": 1, **SIZE},
    {"activation": "relu", "normalization": "none", "weight": 1.414, "bias": 0.1, "seed": 2, **SIZE},
    {"activation": "gelu", "normalization": "layer", "weight": 1.3, "bias": 0.0, "seed": 3, **SIZE},
    {"activation": "leaky_relu", "normalization": "none", "weight": 1.2, "bias": 0.2, "seed": 4, **SIZE},
    {"activation": "selu", "normalization": "none", "weight": 1.0, "bias": 0.0, "seed": 5, **SIZE},
    {"activation": "relu", "normalization": "batch", "weight": 1.0, "bias": 0.5, "seed": 6, **SIZE},
    {"activation": "tanh", "normalization": "batch", "weight": 2.0, "bias": 0.0, "seed": 7, **SIZE},
    {"activation": "sigmoid", "normalization": "layer", "weight": 1.7, "bias": 0.4, "seed": 8, **SIZE},
]  # fmt: skip


def stack_of(case: dict[str, Any]) -> nn.Sequential:
    """A module a layer; the weights of seed s are stream [s, 0], the biases [s, 1]."""
    depth, width, seed = case["depth"], case["width"], case["seed"]
    weights = np.random.default_rng([seed, 0]).standard_normal((depth, width, width), np.float32)
    biases = np.random.default_rng([seed, 1]).standard_normal((depth, width), np.float32)
    layers = []
    for weight, bias in zip(weights, biases, strict=True):
        linear = nn.Linear(width, width)
        with torch.no_grad():
            linear.weight.copy_(case["weight"] * torch.tensor(weight.T).double() / width**0.5)
            linear.bias.copy_(case["bias"] * torch.tensor(bias).double())
        normalization = NORMALIZATIONS[case["normalization"]](width)
        layers.append(nn.Sequential(linear, normalization, ACTIVATIONS[case["activation"]]()))
    return nn.Sequential(*layers).train()


def record(case: dict[str, Any]) -> dict[str, Any]:
    """RMS of the gradient at the inputs and at every layer's outputs, over that of the gradient that enters."""
    stack, sizes = stack_of(case), []

    def hook(module: Any, grad_input: Any, grad_output: Any) -> None:
        sizes.append(grad_output[0].square().mean().sqrt())
        if module is stack[0]:
            sizes.append(grad_input[0].square().mean().sqrt())

    for layer in stack:
        layer.register_full_backward_hook(hook)
    inputs, gradient = (
        torch.tensor(
            np.random.default_rng([case["seed"], stream]).standard_normal((EXAMPLES, case["width"]), np.float32)
        )
        for stream in (2, 3)
    )
    stack(inputs.double().requires_grad_()).backward(gradient.double())
    return {**case, "flow": [float(f"{float(size / sizes[0]):.{DIGITS}g}") for size in reversed(sizes)]}


def recordings() -> list[dict[str, Any]]:
    """Every case, in float64."""
    torch.set_default_dtype(torch.float64)
    return [record(case) for case in CASES]


def _asked(recording: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in recording.items() if name != "flow"}


differences = network_differences(_asked, lambda recording: recording["flow"], CASES, 0.0)

if __name__ == "__main__":
    main(RECORDED, "networks", torch.__version__, recordings, differences, (",", ":"))
