"""Training: samples a second against PyTorch run eagerly, on the same network, and against a plain NumPy network."""

from collections.abc import Callable
from functools import partial

import jax
import numpy as np

from benchmarks.row import Row, interleaved_seconds
from experiments.memory import share_one_arena
from experiments.training import look_every
from landscapes import NETWORKS, NetworkLoss
from optimizers import OPTIMIZERS, Descent, descend_live

_STEPS = 600  # as the page trains where nothing else is asked
_DIGITS_STEPS = 800
_DATA = {"softmax_regression": "moons", "mlp": "moons", "residual_mlp": "moons", "cnn": "digits", "resnet": "digits",
         "rnn": "adding", "lstm": "adding", "gru": "adding", "transformer": "characters"}  # fmt: skip
_LEAST = {"mlp": 5.0}  # the ratios asked for; 1 for the others


def loss_of(network: str) -> NetworkLoss:
    """A network as the page trains it by default."""
    return NetworkLoss(network, dataset=_DATA[network], batch_size=32)


def ours(loss: NetworkLoss, num_steps: int, rule: str = "adam") -> Callable[[], object]:
    """Trains as the page does, but for the looks: all layers' norms are recorded, and the params to be looked at."""
    start, run = loss.start(), Descent(OPTIMIZERS[rule], {"learning_rate": 3e-3})
    every = look_every(num_steps, 1)
    return lambda: list(descend_live(loss, run, start=start, num_steps=num_steps, keep_every=every))


def numpy_dense(loss: NetworkLoss, num_steps: int) -> None:
    """A dense ReLU network with cross-entropy and Adam in plain NumPy, gradients by hand."""
    data, layers = loss.examples, loss.unflatten(loss.start())
    params = [array for layer in layers.values() for array in (layer["weight"].copy(), layer["bias"].copy())]
    mean, square = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    order = loss.order(0, 0, num_steps)[:, : loss.batch]
    for step, rows in enumerate(order, 1):
        seen = [data.train_inputs[rows]]
        for weight, bias in zip(params[:-2:2], params[1:-2:2], strict=True):
            seen.append(np.maximum(seen[-1] @ weight + bias, 0))
        logits = seen[-1] @ params[-2] + params[-1]
        share = np.exp(logits - logits.max(1, keepdims=True))
        pull = share / share.sum(1, keepdims=True)
        pull[np.arange(len(rows)), data.train_targets[rows]] -= 1
        pull /= len(rows)
        grads = []
        for i in range(len(params) // 2 - 1, -1, -1):
            grads[:0] = [seen[i].T @ pull, pull.sum(0)]
            pull = (pull @ params[2 * i].T) * (seen[i] > 0)
        for p, m, v, g in zip(params, mean, square, grads, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= 3e-3 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)


def rows(repeats: int = 5) -> list[Row]:
    """A row a family, and one against NumPy."""
    from benchmarks.torch_networks import train_eagerly

    jax.config.update("jax_cpu_enable_async_dispatch", False)  # as in the app, like what follows
    share_one_arena()
    out = []
    for network in NETWORKS:
        loss = loss_of(network)
        mine, theirs = interleaved_seconds(ours(loss, _STEPS), lambda loss=loss: train_eagerly(loss, _STEPS), repeats)
        out.append(_row(loss, mine, theirs, "torch eager", _LEAST.get(network, 1.0)))
    loss = loss_of("mlp")
    mine, theirs = interleaved_seconds(ours(loss, _STEPS), lambda: numpy_dense(loss, _STEPS), repeats)
    return [*out, _row(loss, mine, theirs, "plain NumPy", None), *_digits(repeats)]


def _digits(repeats: int) -> list[Row]:
    """Rows of what people train on digits, in the program of its own depth that the page makes beside the first run."""
    from benchmarks.torch_networks import train_eagerly

    loss, out = NetworkLoss(depth=2, width=64, dataset="digits", batch_size=64, own=True), []
    for rule, title, least in (("gradient_descent", "SGD", 2.5), ("adam", "Adam", 3.5)):
        torch = partial(train_eagerly, loss, _DIGITS_STEPS, rule)
        mine, theirs = interleaved_seconds(ours(loss, _DIGITS_STEPS, rule), torch, repeats)
        what = f"digits 2x64, batch 64, {_DIGITS_STEPS} steps, {title}"
        out.append(Row(what, f"{1e3 * mine:.0f} ms", f"torch eager: {1e3 * theirs:.0f} ms", theirs / mine,
                       f">= {least:g}x", theirs / mine >= least))  # fmt: skip
    return out


def _row(loss: NetworkLoss, mine: float, theirs: float, who: str, least: float | None) -> Row:
    count = _STEPS * loss.batch
    what = f"training {NETWORKS[loss.network].title.lower()} on {loss.dataset}, batch {loss.batch}, Adam"
    met = None if least is None else theirs / mine >= least
    return Row(what, f"{count / mine:,.0f} samples/s", f"{who}: {count / theirs:,.0f} samples/s", theirs / mine,
               "" if least is None else f">= {least:g}x", met)  # fmt: skip


if __name__ == "__main__":
    for row in rows():
        print(row.what, "|", row.ours, "|", row.against, "|", f"{row.ratio:.2f}", "|", row.budget, "|", row.met)
