# pyright: reportMissingImports=false
"""The networks of the shelf as one would write them with PyTorch, trained eagerly: to be compared with."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from landscapes import NetworkLoss
from landscapes.networks.attention import EXPANSION


class Dense(nn.Module):
    """Linear layers with ReLUs, and skips where they are asked for."""

    def __init__(self, inputs: int, width: int, depth: int, outputs: int, residual: bool) -> None:
        super().__init__()
        sizes = [inputs, *[width] * depth]
        self.hidden = nn.ModuleList([nn.Linear(a, b) for a, b in pairwise(sizes)])
        self.out = nn.Linear(sizes[-1], outputs)
        self.residual = residual

    def forward(self, x):
        for i, layer in enumerate(self.hidden):
            h = torch.relu(layer(x))
            x = h + x if self.residual and i else h
        return self.out(x)


class Convolutional(nn.Module):
    """3 x 3 convolutions with ReLUs, average pooling behind the first."""

    def __init__(self, width: int, depth: int, outputs: int, residual: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, width, 3, padding=1)
        self.rest = nn.ModuleList([nn.Conv2d(width, width, 3, padding=1) for _ in range(depth - 1)])
        self.out = nn.Linear(16 * width, outputs)
        self.residual = residual

    def forward(self, x):
        h = functional.avg_pool2d(torch.relu(self.first(x.view(-1, 1, 8, 8))), 2)
        for layer in self.rest:
            new = torch.relu(layer(h))
            h = new + h if self.residual else new
        return self.out(h.flatten(1))


class Recurrent(nn.Module):
    """torch's own recurrent layers and a head on the last position, or on all."""

    def __init__(self, cell: str, inputs: int, width: int, depth: int, outputs: int, symbols: int) -> None:
        super().__init__()
        self.symbols = symbols
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.cells = kind(symbols or inputs, width, depth, batch_first=True)
        self.out = nn.Linear(width, outputs)

    def forward(self, x):
        if self.symbols:
            x = functional.one_hot(x, self.symbols).float()
        h, _ = self.cells(x)
        return self.out(h if self.symbols else h[:, -1])


class Block(nn.Module):
    """Attention and a dense layer, normalized before."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before, self.behind = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.mix = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, EXPANSION * width), nn.Linear(EXPANSION * width, width)

    def forward(self, h):
        rows, length, width = h.shape
        q, k, v = (a.view(rows, length, self.heads, -1).transpose(1, 2) for a in self.qkv(self.before(h)).chunk(3, -1))
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + self.mix(mixed.transpose(1, 2).reshape(rows, length, width))
        return h + self.down(functional.gelu(self.up(self.behind(h))))


class Transformer(nn.Module):
    """An embedding, blocks, a head at every position."""

    def __init__(self, length: int, width: int, depth: int, outputs: int) -> None:
        super().__init__()
        self.embed, self.place = nn.Embedding(outputs, width), nn.Parameter(torch.zeros(length, width))
        heads = next(n for n in (4, 2, 1) if width % n == 0)
        self.blocks = nn.Sequential(*[Block(width, heads) for _ in range(depth)])
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, outputs)

    def forward(self, x):
        return self.out(self.norm(self.blocks(self.embed(x) + self.place)))


def module_of(loss: NetworkLoss) -> nn.Module:
    """The same network in PyTorch."""
    data = loss.examples
    width, depth, outputs = int(loss.width or 0), int(loss.depth or 0), data.num_classes
    if loss.network in ("softmax_regression", "mlp", "residual_mlp"):
        return Dense(data.input_shape[0], width, depth, outputs, bool(loss.residual))
    if loss.network in ("cnn", "resnet"):
        return Convolutional(width, depth, outputs, bool(loss.residual))
    if loss.network == "transformer":
        return Transformer(data.input_shape[0], width, depth, outputs)
    return Recurrent(loss.network, data.input_shape[-1], width, depth, outputs, len(data.symbols))


def train_eagerly(loss: NetworkLoss, num_steps: int, rule: str = "adam") -> None:
    """Trains with Adam, or SGD for gradient descent, as a plain PyTorch loop does: forward, backward, step."""
    data, module = loss.examples, module_of(loss)
    inputs = torch.from_numpy(data.train_inputs.astype(np.int64) if data.symbols else data.train_inputs)
    wanted = torch.from_numpy(data.train_targets)
    wanted = wanted.float() if data.num_classes == 1 else wanted.long()
    order = torch.from_numpy(loss.order(0, 0, num_steps)[:, : loss.batch].astype(np.int64))
    optimizer = {"adam": torch.optim.Adam, "gradient_descent": torch.optim.SGD}[rule](module.parameters(), 3e-3)
    for rows in order:
        out = module(inputs[rows])
        if data.num_classes == 1:
            value = 0.5 * functional.mse_loss(out[:, 0], wanted[rows])
        else:
            value = functional.cross_entropy(out.reshape(-1, out.shape[-1]), wanted[rows].reshape(-1))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
