# pyright: reportMissingImports=false
"""The gradient at every activation of deep stacks as one would take it with PyTorch: by backward hooks, eagerly."""

import math

import torch
from torch import nn

MODULES = {
    "sigmoid": nn.Sigmoid, "hard_sigmoid": nn.Hardsigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU,
    "prelu": nn.PReLU, "elu": nn.ELU, "selu": nn.SELU, "gelu": nn.GELU, "silu": nn.SiLU, "softplus": nn.Softplus,
    "mish": nn.Mish,
}  # fmt: skip


def stack_of(activation: str, weights: torch.Tensor) -> nn.Sequential:
    """Linear layers of these weights, an activation behind each."""
    modules = []
    for weight in weights:
        linear = nn.utils.skip_init(nn.Linear, *weight.shape, bias=False)
        linear.weight = nn.Parameter(weight, requires_grad=False)
        modules += [linear, MODULES[activation]()]
    return nn.Sequential(*modules)


def flow_by_hooks(depth: int, width: int, seeds: int, examples: int) -> torch.Tensor:
    """RMS of the gradient at the outputs of every activation: (activation, seed, layer), last layer first."""
    drawn = [torch.randn(depth, width, width) / math.sqrt(width) for _ in range(seeds)]
    inputs = [(torch.randn(examples, width), torch.randn(examples, width)) for _ in range(seeds)]
    found = []
    for activation in MODULES:
        for weights, (x, gradient) in zip(drawn, inputs, strict=True):
            stack, sizes = stack_of(activation, weights), []

            def hook(module, grad_input, grad_output, sizes=sizes) -> None:
                sizes.append(grad_output[0].norm() / grad_output[0].numel() ** 0.5)

            for module in stack[1::2]:
                module.register_full_backward_hook(hook)
            stack(x.requires_grad_()).backward(gradient)
            found.append(torch.stack(sizes))
    return torch.stack(found).reshape(len(MODULES), seeds, depth)
