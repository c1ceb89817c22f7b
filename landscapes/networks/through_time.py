"""Gradients through time: how much of the gradient at the last state reaches the states before it, cell by cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from landscapes.activations import ACTIVATIONS
from landscapes.compiled import Compiled
from landscapes.initializers import orthogonal_matrix
from landscapes.networks.recurrent import GATES, Recurrent
from landscapes.networks.stacked import Choices, Pass
from landscapes.signal import Layers

WIDTH, EXAMPLES, NETS, MOST_STEPS = 32, 8, 10, 200  # units, sequences, networks a call, positions
CELLS = tuple(GATES)


@dataclass(frozen=True)
class Cell:
    """A recurrent cell at its start: recurrent matrices are ``scale`` times orthogonal ones.

    Inputs are Gaussian and weighted with deviation ``input_std``; biases are zero but for the gate that
    keeps what is there (Jozefowicz, Zaremba & Sutskever, An empirical exploration of recurrent network architectures,
    2015).

    Raises:
        ValueError: for a cell or an activation that is not known, or a scale that is negative or not finite.
    """

    cell: str = "rnn"
    scale: float = 1.0
    activation: str = "tanh"  # of the plain cell
    input_std: float = 0.1
    gate_bias: float = 1.0  # of the gate that keeps: an LSTM's forget gate, a GRU's update gate

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise ValueError(f"unknown cell {self.cell!r}; known: {', '.join(CELLS)}")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"unknown activation {self.activation!r}; known: {', '.join(ACTIVATIONS)}")
        for name, low in (("scale", 0.0), ("input_std", 0.0), ("gate_bias", -1e6)):
            if not low <= getattr(self, name) <= 1e6:
                raise ValueError(f"{name} is {getattr(self, name)}; {low:g} to 1e6 is allowed")


LEAST, MOST = 1e-300, 1e300  # sizes beyond them are shown as these; what is exactly zero stays zero


def sizes_of(logs: Any) -> Float[np.ndarray, "*any"]:
    """Sizes by their natural logarithms, within `LEAST` and `MOST`; 0 for minus infinity."""
    logs = np.asarray(logs, float)
    sizes = np.clip(np.exp(np.clip(logs, np.log(LEAST) - 1, np.log(MOST) + 1)), LEAST, MOST)
    return np.where(np.isneginf(logs), 0.0, sizes)


class Passage(NamedTuple):
    """What reached the states, by network and steps back from the last one; the gradient there has size 1."""

    log_state: Float[Any, "net step"]  # log of the L2 norm of the gradient at the state: outputs, and an LSTM's memory
    overflow: Any  # (net,): steps after which the state itself had left float32, -1 where it did not
    log_weights: Float[Any, "net step"]  # log of the L2 norm of the recurrent matrices' gradient over these steps

    @property
    def state(self) -> Float[np.ndarray, "net step"]:
        """L2 norm of the gradient at the states."""
        return sizes_of(self.log_state)

    @property
    def weights(self) -> Float[np.ndarray, "net step"]:
        """L2 norm of what these steps add up to in the gradient of the recurrent matrices."""
        return sizes_of(self.log_weights)


class _Values(NamedTuple):
    cell: Any
    steps: Any
    activation: Any
    slope: Any  # the activation's shape parameter
    scale: Any
    gate_bias: Any


def _step_of(name: str, values: _Values):
    net = Recurrent((1, WIDTH), WIDTH, 1, 1, cell=name)
    none = jnp.zeros((), jnp.float32)
    choices = Choices(jnp.int32(1), values.activation, jnp.int32(0), values.slope, none, none, none, jnp.ones(WIDTH))
    go = Pass(choices, None, None)
    columns = GATES[name] * WIDTH

    def step(weight: Array, state: tuple[Array, Array], seen: Array) -> tuple[Array, Array]:
        seen = seen[:, :columns]
        if name != "rnn":
            seen = seen + values.gate_bias * (jnp.arange(columns, dtype=jnp.int32) // WIDTH == 1)[None]
        params = {
            "recurrent": weight[:, :columns],
            "slope": values.slope,
            "recurrent_bias": jnp.zeros(WIDTH, jnp.float32),
        }
        return net.step(go, params, state, seen)[0]

    return step


def _norm(*arrays: Array) -> Array:
    """L2 norm of all numbers together, in double precision: float32 may not hold their squares."""
    wide = [array.astype(jnp.float64) for array in arrays]
    return jnp.sqrt(sum((jnp.sum(each * each) for each in wide), jnp.zeros(()))).astype(arrays[0].dtype)


def _net(values: _Values, weight: Array, seen: Array, gradient: Array) -> Passage:
    """One network: along the sequence, then back from the last state."""
    weight = values.scale * weight

    def step(weight, state, seen):
        return lax.switch(values.cell, [_step_of(name, values) for name in CELLS], weight, state, seen)

    def forward(t, now):
        state, kept = now
        kept = jax.tree.map(lambda into, leaf: into.at[t].set(leaf), kept, state)
        return step(weight, state, seen[t]), kept

    zero = (jnp.zeros_like(gradient), jnp.zeros_like(gradient))
    kept = jax.tree.map(lambda leaf: jnp.zeros((MOST_STEPS, *leaf.shape), leaf.dtype), zero)
    last, kept = lax.fori_loop(0, values.steps, forward, (zero, kept))
    gone = ~jnp.isfinite(kept[0]).all((1, 2))  # by position; the state after the last one stands behind them
    gone = jnp.append(gone, ~jnp.isfinite(last[0]).all())

    def backward(j, now):
        (at, memory), grads, out, norms, log = now
        t = values.steps - 1 - j
        state = jax.tree.map(lambda leaf: leaf[t], kept)
        _, pull = jax.vjp(lambda weight, state: step(weight, state, seen[t]), weight, state)
        grad, (at, memory) = pull((at, memory))
        size = _norm(at, memory)
        # Brought back to size 1, so that nothing underflows; the sizes add up as logarithms.
        peak, before = jnp.maximum(grads[1], log), grads[1]
        grads = (grads[0] * jnp.exp(before - peak) + grad * jnp.exp(log - peak), peak)
        log = log + jnp.log(size)
        scale = jnp.where(size > 0, size, 1.0)
        norms = norms.at[j + 1].set(jnp.log(_norm(grads[0])) + peak)
        return (at / scale, memory / scale), grads, out.at[j + 1].set(log), norms, log

    gradient = gradient / jnp.sqrt(jnp.sum(gradient * gradient))
    out = jnp.full(MOST_STEPS + 1, jnp.nan, gradient.dtype).at[0].set(0.0)
    none = jnp.zeros((), gradient.dtype)
    begun = ((gradient, zero[1]), (jnp.zeros_like(weight), none), out, out.at[0].set(-jnp.inf), none)
    _, _, out, norms, _ = lax.fori_loop(0, values.steps, backward, begun)
    return Passage(out, jnp.where(gone.any(), jnp.argmax(gone), -1), norms)


@Compiled
def _nets(values: _Values, weight: Array, seen: Array, gradient: Array) -> Passage:
    return jax.vmap(lambda *own: _net(values, *own))(weight, seen, gradient)


@lru_cache(maxsize=1)  # 8 MB
def _draw(seeds: tuple[int, ...], input_std: float) -> tuple[Any, Any, Any]:
    most = max(GATES.values())
    weight, seen, gradient = [], [], []
    for seed in seeds:
        own = [np.random.default_rng([seed, 10 + stream]) for stream in range(3)]
        weight.append(np.concatenate([orthogonal_matrix(own[0], WIDTH, WIDTH) for _ in range(most)], 1))
        seen.append(input_std * own[1].standard_normal((MOST_STEPS, EXAMPLES, most * WIDTH)))
        gradient.append(own[2].standard_normal((EXAMPLES, WIDTH)))
    return np.asarray(weight, np.float32), np.asarray(seen, np.float32), np.asarray(gradient, np.float32)


def forget_draw() -> None:
    """Drops the weights and inputs that were drawn last; they are drawn anew when they are asked for."""
    _draw.cache_clear()


def measure_time(cell: Cell, *, steps: int, seeds: Sequence[int]) -> Passage:
    """The gradient at the states of recurrent networks at their start, one network a seed.

    Args:
        cell: what reads the sequence.
        steps: positions back from the last one, 1 to `MOST_STEPS`.
        seeds: of the weights, the inputs and the gradient at the last state.

    Returns:
        Sizes relative to the gradient at the last state, as logarithms; ``log_state`` has ``steps + 1`` columns.

    Raises:
        ValueError: for a number of steps that is not allowed.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"steps is {steps}; 1 to {MOST_STEPS} are allowed")
    if not seeds:
        raise ValueError("seeds is empty; at least one is needed")
    f, found = np.float32, []
    values = _Values(np.int32(CELLS.index(cell.cell)), np.int32(steps),
                     np.int32(list(ACTIVATIONS).index(cell.activation)),
                     f(Layers(cell.activation, 1).slope), f(cell.scale), f(cell.gate_bias))  # fmt: skip
    for i in range(0, len(seeds), NETS):
        some = list(seeds[i : i + NETS])
        drawn = _draw(tuple(some + [some[-1]] * (NETS - len(some))), float(cell.input_std))
        passage = jax.tree.map(np.asarray, _nets(values, *drawn))
        state, weights = (leaf[: len(some), : steps + 1].astype(float) for leaf in (passage[0], passage[2]))
        found.append(Passage(state, passage.overflow[: len(some)], weights))
    return Passage(*(np.concatenate(leaves) for leaves in zip(*found, strict=True)))
