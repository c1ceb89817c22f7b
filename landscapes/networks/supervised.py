"""The loss of a network's outputs on data, as `descend` sees it: a scalar of flat params, a batch a step."""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from landscapes.losses import LOSSES
from landscapes.networks.dense import Dense
from landscapes.networks.stacked import Choices, Pass, Stacked, along

_LOSSES = tuple(LOSSES.values())


class Data(NamedTuple):
    """Examples, all traced; rows beyond the count are padding."""

    inputs: Any  # (row, *input_shape)
    wanted: Any  # (row, *positions), float32: a class by number, or a target
    count: Any  # examples without padding, int32
    batch_size: Any  # int32


class Target(NamedTuple):
    """What the outputs are held to, all traced."""

    loss: Any  # position on the shelf, int32
    classes: Any  # 1 where what is wanted is a class, 0 for a regression
    temperature: Any
    columns: Any  # (outputs,): 1 for a class, 0 for padding


class Values(NamedTuple):
    """All that is traced of a network's loss."""

    data: Data
    target: Target
    choices: Choices
    live: Any  # (dim,): 1 for a param, 0 for padding


def row_losses(target: Target, outputs: Array, wanted: Array) -> Float[Array, "row"]:
    """The loss of each example; over the positions of a sequence, their mean."""
    columns = outputs.shape[-1]
    place = along(jnp.arange(columns, dtype=wanted.dtype), outputs)
    one_hot = wanted[..., None] == place
    number = wanted[..., None] * (place == 0)
    goal = jnp.where(target.classes > 0, one_hot, number).astype(outputs.dtype)
    flat = (outputs.reshape(-1, columns), goal.reshape(-1, columns), target.temperature, target.columns[None])
    each = lax.switch(target.loss, [entry.function for entry in _LOSSES], *flat)
    return each.reshape(outputs.shape[0], -1).mean(1)


@dataclass(frozen=True)
class Supervised:
    """The loss of an architecture: ``loss(params, values)`` over all data, ``on_batch`` over a step's batch."""

    architecture: Stacked
    rows: int  # examples, padding included

    @property
    def common(self) -> bool:
        """Whether the program serves networks of many sizes."""
        return isinstance(self.architecture, Dense) and not self.architecture.settled

    @property
    def order_size(self) -> int:
        """Numbers of examples a step, padding included: whole tiles."""
        return -(-self.rows // self.architecture.tile) * self.architecture.tile

    @property
    def layers(self) -> int:
        """How many layers `norms` tells apart."""
        return self.architecture.layers

    def norms(self, vectors: Float[Array, "kind dim"]) -> Float[Array, "kind layer"]:
        """The L2 norm of each layer's part of vectors shaped as the params."""
        return self.architecture.norms(vectors)

    def live(self, values: Values) -> Float[Array, "dim"]:
        """1 for a param, 0 for padding."""
        return values.live

    def __call__(self, params: Float[Array, "dim"], values: Values) -> Float[Array, ""]:
        """The mean loss over all examples, without dropout."""
        return _whole_loss(self, params, values)

    def on_batch(self, params: Float[Array, "dim"], values: Values, order: Array, key: Array) -> Float[Array, ""]:
        """The mean loss of the first ``batch_size`` rows of ``order``, tile by tile."""
        return _batch_loss(self.architecture, params, values, order, key)


def _tile_loss(net: Stacked, params: Array, values: Values, order: Array, key: Array, tile: Array) -> Array:
    """A tile's share of the batch's mean loss."""
    data, count, size = values.data, values.data.batch_size, net.tile
    at = lax.dynamic_slice(order, (tile * size,), (size,))
    rows = (tile * size + jnp.arange(size, dtype=jnp.int32) < count).astype(params.dtype)
    outputs = net.apply(params, Pass(values.choices, rows, (key, tile)), data.inputs[at])
    each = row_losses(values.target, outputs, data.wanted[at])
    return jnp.sum(jnp.where(rows > 0, each, 0.0)) / count.astype(params.dtype)


def _tiles(net: Stacked, values: Values) -> Array:
    return (values.data.batch_size + net.tile - 1) // net.tile


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _batch_loss(net: Stacked, params: Array, values: Values, order: Array, key: Array) -> Array:
    """Differentiable in the params: value and gradient come out of one loop over the tiles."""

    def step(i, sum):
        return sum + _tile_loss(net, params, values, order, key, i)

    return lax.fori_loop(0, _tiles(net, values), step, jnp.zeros((), params.dtype))


def _batch_forward(net, params, values, order, key):
    def step(i, sums):
        new = jax.value_and_grad(lambda p: _tile_loss(net, p, values, order, key, i))(params)
        return jax.tree.map(jnp.add, sums, new)

    return lax.fori_loop(0, _tiles(net, values), step, (jnp.zeros((), params.dtype), jnp.zeros_like(params)))


_batch_loss.defvjp(_batch_forward, lambda net, grad, cotangent: (cotangent * grad, None, None, None))


@partial(jax.jit, static_argnums=0)
def _whole_loss(loss: Supervised, params: Array, values: Values) -> Array:
    every = jnp.arange(loss.order_size, dtype=jnp.int32) % loss.rows
    still = values.choices._replace(dropout=jnp.zeros((), params.dtype))
    whole = values._replace(choices=still, data=values.data._replace(batch_size=values.data.count))
    return _batch_loss(loss.architecture, params, whole, every, jnp.zeros(2, jnp.uint32))
