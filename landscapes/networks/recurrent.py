"""Recurrent layers: one cell, tied over all positions of a sequence."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

from landscapes.networks.linear import linear
from landscapes.networks.stacked import Part, Stacked, activate, along, drop

GATES = {"rnn": 1, "lstm": 4, "gru": 3}


@dataclass(frozen=True)
class Recurrent(Stacked):
    """Layers of cells: plain, LSTM (Hochreiter & Schmidhuber, 1997) or GRU (Cho et al., 2014, arXiv:1406.1078).

    Gates are ordered as in torch.nn.LSTM (input, forget, cell, output) and torch.nn.GRU (reset, update, new).
    """

    cell: str = "rnn"
    symbols: int = 0  # size of the alphabet where the inputs are symbols, else 0
    everywhere: bool = False  # outputs at every position; else after the last one

    tile = 32

    def _parts(self, fan_in: int) -> tuple[Part, ...]:
        w, gates = self.width, GATES[self.cell]
        parts = (
            Part("weight", (fan_in, gates * w), fan_in, w, blocks=gates),
            Part("recurrent", (w, gates * w), w, w, blocks=gates),
            Part("bias", (gates * w,)),
            Part("slope", ()),
        )
        return (*parts, Part("recurrent_bias", (w,))) if self.cell == "gru" else parts

    def first_parts(self):
        """The arrays of the layer that reads the sequence."""
        return self._parts(self.symbols or self.inputs[1])

    def layer_parts(self):
        """The arrays of a layer that reads a layer."""
        return self._parts(self.width)

    def head_parts(self):
        """The arrays of the dense output layer."""
        return Part("weight", (self.width, self.outputs), self.width, self.outputs), Part("bias", (self.outputs,))

    def first(self, go, params, x):
        """The cell along the sequence."""
        seen = params["weight"][x] if self.symbols else linear(x, params["weight"])
        return self._along(go, params, seen, 0)

    def layer(self, go, params, h, number):
        """The cell along the outputs of the layer before, and the skip."""
        new, z = self._along(go, params, linear(h, params["weight"]), number)
        return new + go.choices.residual * h, z

    def head(self, go, params, h, x):
        """A linear map at every position, or of the last."""
        h = h if self.everywhere else h[:, -1]
        return linear(h, params["weight"]) + along(params["bias"], h)

    def _along(self, go, params, seen: Array, number) -> tuple[Array, Array]:
        def step(state, now):
            state, z = self.step(go, params, state, now)
            return state, (state[0], z)

        zero = jnp.zeros((seen.shape[0], self.width), seen.dtype)
        _, (h, z) = lax.scan(step, (zero, zero), jnp.moveaxis(seen + along(params["bias"], seen), 1, 0))
        return drop(go, jnp.moveaxis(h, 0, 1), number), jnp.moveaxis(z, 0, 1)

    def step(self, go, params, state, seen):
        """One position: ((outputs, memory), inputs of the activation)."""
        h, memory = state
        if self.cell == "rnn":
            z = seen + linear(h, params["recurrent"])
            return (activate(go.choices, z, params["slope"]), memory), z
        if self.cell == "lstm":
            into, forget, new, out = jnp.split(seen + linear(h, params["recurrent"]), 4, -1)
            memory = jax.nn.sigmoid(forget) * memory + jax.nn.sigmoid(into) * jnp.tanh(new)
            return (jax.nn.sigmoid(out) * jnp.tanh(memory), memory), new
        reset_seen, update_seen, new_seen = jnp.split(seen, 3, -1)
        reset_own, update_own, new_own = jnp.split(linear(h, params["recurrent"]), 3, -1)
        reset, update = jax.nn.sigmoid(reset_seen + reset_own), jax.nn.sigmoid(update_seen + update_own)
        z = new_seen + reset * (new_own + along(params["recurrent_bias"], h))
        return ((1.0 - update) * jnp.tanh(z) + update * h, memory), z
