"""The gradient flow of deep stacks at their start: against PyTorch's hooks, and against the arithmetic alone."""

from itertools import count

import jax
import numpy as np

from benchmarks.row import Row, interleaved_seconds
from landscapes.networks import backward
from landscapes.signal import Layers

ACTIVATIONS = ("sigmoid", "hard_sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu",
               "softplus", "mish")  # fmt: skip
DEPTH, WIDTH, SEEDS = 64, 64, 10
NETS = len(ACTIVATIONS) * SEEDS
WORK = f"gradient flow of {len(ACTIVATIONS)} activations x {DEPTH} layers x {SEEDS} seeds, drawing included"
_LEAST = 10.0
_FRESH = count(0, SEEDS)  # seeds that were not drawn before


def ours() -> np.ndarray:
    """The RMS of the gradient at the outputs of every layer, (activation, seed, layer), last layer first."""
    first = next(_FRESH)
    stacks = [Layers(name, DEPTH) for name in ACTIVATIONS]
    parts = list(backward.measure_all(stacks, width=WIDTH, seeds=range(first, first + SEEDS)))
    behind = np.stack([part.factor[:, :0:-1] for part in parts])
    return np.cumprod(np.pad(behind, ((0, 0), (0, 0), (1, 0)), constant_values=1.0), axis=-1)


def hooked() -> np.ndarray:
    """The same by torch."""
    from benchmarks.torch_flow import flow_by_hooks

    return flow_by_hooks(DEPTH, WIDTH, SEEDS, backward.EXAMPLES).numpy()


def arithmetic() -> object:
    """As many multiplications and additions in one large product: forward and backward, a matrix a layer each."""
    return _LEFT @ _RIGHT


_SIDE = round((2 * NETS * DEPTH * backward.EXAMPLES * WIDTH * WIDTH) ** (1 / 3))
_LEFT, _RIGHT = (np.random.default_rng(side).standard_normal((_SIDE, _SIDE), np.float32) for side in range(2))


def rows(repeats: int = 7) -> list[Row]:
    """Against hooks, whose sizes must be like ours, and against the arithmetic."""
    import torch  # pyright: ignore[reportMissingImports]  # only under `make bench`

    jax.config.update("jax_cpu_enable_async_dispatch", False)  # as in the app
    torch.set_num_threads(1)  # faster than two on matrices this small
    # Other weights, the same law; farther back torch's float32 underflows.
    mine, theirs = (np.log(sizes[..., 16]).mean(1) / 16 for sizes in (ours(), hooked()))
    np.testing.assert_allclose(mine, theirs, atol=0.06)
    mine, theirs = interleaved_seconds(ours, hooked, repeats)
    again, least = interleaved_seconds(ours, arithmetic, repeats)
    layers = NETS * DEPTH
    return [
        Row(WORK, f"{layers / mine:,.0f} layers/s", f"torch eager, hooks: {layers / theirs:,.0f} layers/s",
            theirs / mine, f">= {_LEAST:g}x", theirs / mine >= _LEAST),
        Row(f"{WORK}: time over that of the arithmetic", f"{again * 1e3:.0f} ms",
            f"as many float32 multiply-adds in one {_SIDE} x {_SIDE} product: {least * 1e3:.0f} ms", again / least,
            "", None),
    ]  # fmt: skip


if __name__ == "__main__":
    for row in rows():
        print(row.what, "|", row.ours, "|", row.against, "|", f"{row.ratio:.2f}", "|", row.budget, "|", row.met)
