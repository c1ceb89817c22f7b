"""Networks of like layers in one program for every depth: activation, normalization, skip and dropout are traced too.

A first layer meets the inputs, a stack of like layers is looped over as often as the depth says, a head makes the
outputs. The gradient of a loop of traced length is that of its layers, taken by autodiff one layer at a time, the last
layer first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from landscapes.activations import ACTIVATIONS
from landscapes.networks.chosen import choose, switch
from landscapes.networks.normalizations import NORMALIZATIONS

_NORMALIZATIONS = tuple(NORMALIZATIONS.values())

_BLOCK, _BLOCKS = 64, 256  # numbers of which a layer's params, and those of all layers, are a multiple

Shape = tuple[int, ...]


class Choices(NamedTuple):
    """What a program leaves open, all traced; what an architecture has settled takes its place as a known number."""

    depth: Any  # layers before the head, int32
    activation: Any  # position on the shelf, int32
    normalization: Any  # position on the shelf, int32
    slope: Any  # the activation's shape parameter, where it is not learned
    learned: Any  # 1 where the slope is learned, a layer's own
    residual: Any  # 1 adds each layer's input to its output
    dropout: Any  # share of units set to 0 in training
    units: Any  # (width,): 1 for a unit, 0 for padding


class Pass(NamedTuple):
    """One way through the network: what its layers need beside their params."""

    choices: Choices
    rows: Any  # (row,): the weight of each row in a batch's statistics, 0 for padding
    key: Any  # of the dropout, and the tile; None keeps every unit


def along(vector: Float[Array, "n"], like: Array) -> Array:
    """A vector over the last axis of an array, with as many axes: no rank is promoted in silence."""
    return vector.reshape((1,) * (like.ndim - 1) + (-1,))


def activate(choices: Choices, z: Array, slope: Array) -> Array:
    """The chosen activation; a learned slope is the layer's own."""
    return choose(_ACTIVATIONS, choices.activation, None, z, _slope_of(choices, slope))


def activate_with_slope(choices: Choices, z: Array, slope: Array) -> tuple[Array, Array]:
    """As `activate`, and the activation's slope at each z."""
    branches = [entry.with_slope for entry in ACTIVATIONS.values()]
    return switch(choices.activation, branches, z, _slope_of(choices, slope))


def _slope_of(choices: Choices, learned: Array) -> Array:
    return jnp.where(choices.learned > 0, learned, choices.slope)


def _activation(entry):
    return lambda _, z, slope: entry.function(z, slope)


_ACTIVATIONS = tuple(map(_activation, ACTIVATIONS.values()))


def normalize(go: Pass, z: Array, scale: Array, shift: Array) -> Array:
    """The chosen normalization, with its learned scale and shift."""
    units, scale, shift = along(go.choices.units, z), along(scale, z), along(shift, z)

    def branch(entry):
        return lambda z, scale, shift: entry.function(z, units, go.rows) * scale + shift

    branches = [lambda z, scale, shift: z, *map(branch, _NORMALIZATIONS[1:])]
    return switch(go.choices.normalization, branches, z, scale, shift)


def drop(go: Pass, h: Array, layer: Any) -> Array:
    """Sets a share of the units to 0 and scales the rest up; without a key it keeps them all."""
    if go.key is None:
        return h
    rate = go.choices.dropout
    return choose(_DROPOUTS, (rate > 0).astype(jnp.int32), (go.key, rate, layer), h)


def _dropped(fixed, h):
    (key, tile), rate, layer = fixed
    own = jax.random.fold_in(jax.random.fold_in(key, tile), layer)
    kept = jax.random.uniform(own, h.shape, h.dtype) >= rate
    return jnp.where(kept, h / (1.0 - rate), 0.0)


_DROPOUTS = (lambda _, h: h, _dropped)


@dataclass(frozen=True)
class Part:
    """A named array inside a layer's flat params: its shape, and what an initializer needs to know of it."""

    name: str
    shape: Shape
    fan_in: int = 0  # 0: not drawn, but ``fill``
    fan_out: int = 0
    fill: float = 0.0
    blocks: int = 1  # matrices side by side that are drawn one by one, such as the gates of a cell

    @property
    def size(self) -> int:
        """How many numbers."""
        out = 1
        for n in self.shape:
            out *= n
        return out


def _filled(size: int, block: int) -> int:
    return -(-size // block) * block


def size_of(parts: tuple[Part, ...]) -> int:
    """Length of a layer's flat params."""
    return sum(part.size for part in parts)


def unfold(parts: tuple[Part, ...], params: Float[Any, "size"]) -> dict[str, Any]:
    """A layer's arrays by name."""
    out, at = {}, 0
    for part in parts:
        out[part.name] = params[at : at + part.size].reshape(part.shape)
        at += part.size
    return out


@dataclass(frozen=True)
class Stacked:
    """An architecture: sizes, which are part of a program, and what its layers do, which its subclasses say.

    Layout of the flat params: the first layer, the head, the stacked layers, each filled up with zeros to whole blocks,
    as they are together. So those of a shallow network are the beginning of those of a deep one, and what is computed
    of them number by number, or block by block, is the same to the last bit, however many zeros come behind.
    """

    inputs: Shape  # of one example
    width: int
    depth: int  # at most
    outputs: int

    unrolled: bool = False  # of exactly this depth, which is part of the program: no layer is computed twice
    settled: tuple[tuple[str, int | float], ...] = ()  # choices that are part of the program, by name

    tile = 64  # examples that pass through together; a larger batch is several tiles
    first_in_depth = True  # whether the first layer counts as one

    def first_parts(self) -> tuple[Part, ...]:
        """The arrays of the first layer."""
        raise NotImplementedError

    def layer_parts(self) -> tuple[Part, ...]:
        """The arrays of a stacked layer."""
        raise NotImplementedError

    def head_parts(self) -> tuple[Part, ...]:
        """The arrays of the head."""
        raise NotImplementedError

    def first(self, go: Pass, params: dict[str, Array], x: Array) -> tuple[Array, Array]:
        """(outputs of the layer, inputs of its activation)."""
        raise NotImplementedError

    def layer(self, go: Pass, params: dict[str, Array], h: Array, number: Any) -> tuple[Array, Array]:
        """(outputs of the layer, inputs of its activation)."""
        raise NotImplementedError

    def head(self, go: Pass, params: dict[str, Array], h: Any, x: Array) -> Array:
        """The outputs of the network."""
        raise NotImplementedError

    @property
    def unit_count(self) -> int:
        """Activations of a layer, at most."""
        return self.width

    @property
    def stack(self) -> int:
        """Layers in the stack, at most."""
        return self.depth - 1 if self.first_in_depth else self.depth

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Params of the first layer, of one stacked layer, of the head, with what fills them up."""
        first, layer, head = (size_of(parts) for parts in (self.first_parts(), self.layer_parts(), self.head_parts()))
        return _filled(first, _BLOCK), _filled(layer, _BLOCK), _filled(head, _BLOCK)

    @property
    def dim(self) -> int:
        """Length of the flat params, padding included."""
        first, layer, head = self.sizes
        return _filled(first + head + self.stack * layer, _BLOCKS)

    @property
    def layers(self) -> int:
        """Layers that a norm is taken of: the first, the stacked ones, the head."""
        return self.stack + 2

    def split(self, params: Float[Array, "dim"]) -> tuple[Array, Array, Array]:
        """The first layer, the stack (layer, size) and the head."""
        first, layer, head = self.sizes
        behind = first + head
        stack = params[behind : behind + self.stack * layer].reshape(self.stack, layer)
        return params[:first], stack, params[first:behind]

    def norms(self, vectors: Float[Array, "kind dim"]) -> Float[Array, "kind layer"]:
        """The L2 norm of each layer's part of vectors shaped as the params; the head last."""
        first, layer, head = self.sizes
        squares = lax.optimization_barrier(vectors * vectors)  # once, not again for every sum
        # products with ones: XLA's CPU sums are several times as slow as its dot products
        blocks = squares.reshape(-1, _BLOCK) @ jnp.ones(_BLOCK, vectors.dtype)
        blocks = lax.optimization_barrier(blocks).reshape(len(vectors), -1)
        first, layer, head = (size // _BLOCK for size in (first, layer, head))
        behind = first + head
        stack = blocks[:, behind : behind + self.stack * layer].reshape(len(vectors), self.stack, layer)
        parts = blocks[:, None, :first], stack, blocks[:, None, first:behind]
        return jnp.sqrt(jnp.concatenate([part.sum(-1) for part in parts], 1))

    def settle(self, choices: Choices) -> Choices:
        """The choices, with known numbers for those that are part of the program."""
        return choices._replace(**dict(self.settled))

    def _pass(self, go: Pass) -> Pass:
        keeps_all = ("dropout", 0.0) in self.settled
        return go._replace(choices=self.settle(go.choices), key=None if keeps_all else go.key)

    def count(self, choices: Choices) -> Any:
        """Stacked layers that are passed through."""
        return choices.depth - (1 if self.first_in_depth else 0)

    def apply(self, params: Float[Array, "dim"], go: Pass, x: Array, pushes: Any = None) -> Array:
        """The outputs for a batch of inputs; ``pushes`` are added to what the layers give out.

        The gradient with respect to ``pushes``, zeros for the first layer, the stack and the head, is the gradient
        flow.
        """
        known, (first, stack, head) = self._pass(go), self.split(params)
        before, behind, last = (None, None, None) if pushes is None else pushes
        h = _pushed(self.first(known, unfold(self.first_parts(), first), x)[0], before)
        if self.unrolled:
            for i in range(self.stack):
                h = _one(self, go, jnp.int32(i))(stack[i], h, _pick(behind, i))
        else:
            h = _stacked(self, stack, h, behind, go)
        return _pushed(self.head(known, unfold(self.head_parts(), head), h, x), last)

    def watch(self, params: Float[Array, "dim"], go: Pass, x: Array, look: Callable, seen: Any) -> tuple[Array, Any]:
        """The outputs, and what ``look(seen, number, h, z, slope)`` gathers of each layer.

        Of a layer: its number, outputs h, the z before them, and the activation's slope that it has learned.
        """
        go, (first, stack, head) = self._pass(go), self.split(params)

        def one(layer, own, seen, number, *inputs):
            h, z = layer(go, own, *inputs)
            return h, look(seen, number, h, z, own.get("slope", go.choices.slope))

        h, seen = one(self.first, unfold(self.first_parts(), first), seen, 0, x)

        def step(i, now):
            h, seen = now
            return one(self.layer, unfold(self.layer_parts(), stack[i]), seen, i + 1, h, i + 1)

        if self.stack:
            h, seen = lax.fori_loop(0, self.count(go.choices), step, (h, seen))
        return self.head(go, unfold(self.head_parts(), head), h, x), seen


def _pushed(h: Array, push: Array | None) -> Array:
    return h if push is None else h + push


def _pick(array: Array | None, i: Any) -> Any:
    return None if array is None else array[i]


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _stacked(net: Stacked, stack: Array, h: Array, pushes: Array | None, go: Pass) -> Array:
    """The stacked layers, as many as the depth says."""
    return _stacked_forward(net, stack, h, pushes, go)[0]


def _one(net: Stacked, go: Pass, i: Array) -> Callable[..., Array]:
    go = net._pass(go)

    def layer(params, h, push):
        return _pushed(net.layer(go, unfold(net.layer_parts(), params), h, i + 1)[0], push)

    return layer


def _stacked_forward(net, stack, h, pushes, go):
    def step(i, now):
        h, seen = now
        return _one(net, go, i)(stack[i], h, _pick(pushes, i)), seen.at[i].set(h)

    seen = jnp.zeros((net.stack, *h.shape), h.dtype)
    h, seen = lax.fori_loop(0, net.count(go.choices), step, (h, seen))
    return h, (stack, seen, pushes, go)


def _stacked_backward(net, kept, cotangent):
    stack, seen, pushes, go = kept
    count = net.count(go.choices)

    def step(j, now):
        cotangent, grads, push_grads = now
        i = count - 1 - j
        _, pull = jax.vjp(_one(net, go, i), stack[i], seen[i], _pick(pushes, i))
        grad, before, push = pull(cotangent)
        return before, grads.at[i].set(grad), jax.tree.map(lambda into, new: into.at[i].set(new), push_grads, push)

    begun = (cotangent, jnp.zeros_like(stack), jax.tree.map(jnp.zeros_like, pushes))
    cotangent, grads, push_grads = lax.fori_loop(0, count, step, begun)
    return grads, cotangent, push_grads, None


_stacked.defvjp(_stacked_forward, _stacked_backward)
