"""The backward pass of dense layers taken apart: how much of the gradient each layer lets through, and what takes it.

At every layer the gradient meets the activation's slope, then the normalization, then the weights, then the skip. Each
has its factor, the RMS of the gradient after it over that before it; their product is the layer's own factor. The
gradient is brought back to size 1 after each layer and the sizes are kept as factors, so that nothing underflows.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from landscapes.activations import ACTIVATIONS
from landscapes.compiled import Compiled
from landscapes.initializers import orthogonal_matrix
from landscapes.networks.normalizations import NORMALIZATIONS
from landscapes.networks.stacked import Choices, Pass, activate_with_slope, normalize
from landscapes.signal import Layers

ROOMS = {64: 10, 256: 1}  # units a layer: networks a call
MOST_DEPTH, MOST_WIDTH = 100, max(ROOMS)
MOST_STD = 1e30  # of weights and biases: float32 holds it
EXAMPLES = 32  # Gaussian inputs of a network
WEIGHTS = ("normal", "orthogonal")


class Stack(NamedTuple):
    """Dense layers of many networks, first layer first; what is beyond their depth and width is zero."""

    weight: Any  # (net, layer, unit, unit): z = h @ weight
    bias: Any  # (net, layer, unit)
    scale: Any  # (layer, unit): of the normalization
    shift: Any
    slope: Any  # (layer,): the activation's shape parameter
    skip: Any  # (layer,): 1 where the layer's input is added to its output
    branch: Any  # (): the factor on what a layer with a skip adds
    weight_std: Any  # (): the factor on all weights
    bias_std: Any  # (): the factor on all biases


class Parts(NamedTuple):
    """RMS of the gradient after something over that before it, at every layer of every network, first layer first.

    ``factor`` is the product of the four others; 0 where no gradient arrives. Where the layer's own branch brings none
    and a skip does, ``skip`` is infinite and only ``factor`` counts; parts behind a zero are NaN.
    """

    factor: Float[Any, "net layer"]  # of the whole layer: at its input over at its output
    slope: Float[Any, "net layer"]
    normalization: Float[Any, "net layer"]
    weight: Float[Any, "net layer"]
    skip: Float[Any, "net layer"]
    second: Float[Any, "net layer"]  # mean square of the layer's outputs; NaN from where they overflowed
    dead: Float[Any, "net layer"]  # share of units whose slope is zero for every example
    inputs: Any  # (net, layer, example, unit): of the activations, where they are watched; else None
    outputs: Any  # as inputs: of the layers


def _rms(array: Array, count: Any) -> Array:
    """Root mean square over ``count`` numbers; products with themselves, for XLA's CPU sums are slow.

    In double precision: float32 holds sizes below 1e-19, but not their squares.
    """
    flat = array.reshape(-1).astype(jnp.float64)
    return jnp.sqrt((flat @ flat) / count).astype(array.dtype)


def _unit(stack: Stack, choices: Choices, i: Array, sums: Array) -> Array:
    """From the weighted sums of a layer to the inputs of its activation."""
    rows = jnp.ones(sums.shape[0], sums.dtype)
    return normalize(Pass(choices, rows, None), sums, stack.scale[i], stack.shift[i])


def _forward(stack: Stack, choices: Choices, watched: bool, weight: Array, bias: Array, x: Array) -> tuple[Any, ...]:
    """Weighted sums and slopes of every layer, mean square of its outputs and dead share, and what is watched."""
    layers, units = weight.shape[0], choices.units[None]
    count, ones = x.shape[0] * units.sum(), jnp.ones(x.shape[0], x.dtype)

    def step(i, now):
        (h, fine), sums, slopes, each, seen = now
        here = (stack.weight_std * (h @ weight[i]) + stack.bias_std * bias[i][None]) * units
        z = _unit(stack, choices, i, here)
        new, slope = activate_with_slope(choices, z, stack.slope[i])
        h = jnp.where(stack.skip[i] > 0, stack.branch * new + h, new) * units
        size = _rms(h.astype(jnp.float64), count) ** 2  # a square that float32 could not hold
        fine = fine & jnp.isfinite(size)  # sticky, for a ReLU hides what overflowed before it
        size = jnp.where(fine, size, jnp.nan)
        dead = (ones @ (slope != 0).astype(x.dtype) == 0).astype(x.dtype) @ choices.units / units.sum()
        seen = jax.tree.map(lambda into, a: into.at[i].set(a), seen, (z, h)[: len(seen)])
        each = each.at[:, i].set(jnp.stack([size, dead.astype(size.dtype)]))
        return (h, fine), sums.at[i].set(here), slopes.at[i].set(slope * units), each, seen

    kept = jnp.zeros((layers, *x.shape), x.dtype)
    begun = ((x, jnp.bool_(True)), kept, kept, jnp.full((2, layers), jnp.nan), (kept, kept) if watched else ())
    return lax.fori_loop(0, choices.depth, step, begun)[1:]


def _net(stack: Stack, choices: Choices, watched: bool, weight: Array, bias: Array, x: Array, gradient: Array) -> Parts:
    """One network: forward, then backward from the gradient at the last layer's outputs."""
    sums, slopes, each, seen = _forward(stack, choices, watched, weight, bias, x)
    layers, depth, count = weight.shape[0], choices.depth, x.shape[0] * choices.units.sum()

    def step(j, now):
        gradient, out = now
        i = depth - 1 - j
        _, pull = jax.vjp(partial(_unit, stack, choices, i), sums[i])
        behind = gradient * slopes[i]
        through = pull(behind)[0]
        branch = stack.weight_std * (through @ weight[i].T)
        before = jnp.where(stack.skip[i] > 0, stack.branch * branch + gradient, branch)
        sizes = jnp.stack([_rms(a, count) for a in (gradient, behind, through, branch, before)])
        factor = jnp.where(sizes[0] > 0, sizes[4] / sizes[0], 0.0)
        out = out.at[:, i].set(jnp.concatenate([factor[None], sizes[1:] / sizes[:-1]]))
        return before / jnp.where(sizes[4] > 0, sizes[4], 1.0), out

    _, out = lax.fori_loop(0, depth, step, (gradient, jnp.full((5, layers), jnp.nan, x.dtype)))
    return Parts(*out, *each, *(seen or (None, None)))


def _nets(watched: bool, stack: Stack, choices: Choices, x: Array, gradient: Array) -> Parts:
    return jax.vmap(partial(_net, stack, choices, watched))(stack.weight, stack.bias, x, gradient)


_WATCHED, _UNWATCHED = Compiled(partial(_nets, True)), Compiled(partial(_nets, False))
_DRAWING = threading.Lock()


def _run(stack: Stack, choices: Choices, x: Any, gradient: Any, watched: bool) -> Parts:
    """Runs the program of the networks' size. That of a network alone watches it, whether or not it is wanted."""
    parts = (_WATCHED if x.shape[0] == 1 else _UNWATCHED)(stack, choices, x, gradient)
    if not watched:  # 13 MB a network
        parts = parts._replace(inputs=None, outputs=None)
    parts = jax.tree.map(np.asarray, parts)
    depth = int(choices.depth)
    return jax.tree.map(lambda leaf: leaf[:, :depth].astype(float), parts)


def forget_draw() -> None:
    """Drops the weights that were drawn last; they are drawn anew when they are asked for."""
    _kept_draw.cache_clear()


class _Drawn(NamedTuple):
    """What the seeds draw, at size 1."""

    weight: Any
    bias: Any
    inputs: Any
    gradient: Any


@lru_cache(maxsize=1)  # 16 MB, which all curves of a picture share
def _kept_draw(width: int, depth: int, seeds: tuple[int, ...], weights: str) -> _Drawn:
    return _draw(width, depth, seeds, weights)


def _draw(width: int, depth: int, seeds: tuple[int, ...], weights: str) -> _Drawn:
    room = room_of(width)
    shapes = (MOST_DEPTH, room, room), (MOST_DEPTH, room), (EXAMPLES, room), (EXAMPLES, room)
    out = _Drawn(*(np.zeros((len(seeds), *shape), np.float32) for shape in shapes))
    for i, seed in enumerate(seeds):
        own = [np.random.default_rng([seed, stream]) for stream in range(4)]
        if weights == "orthogonal":
            matrices = [orthogonal_matrix(own[0], width, width) for _ in range(depth)]
            out.weight[i, :depth, :width, :width] = np.stack(matrices)
        else:
            drawn = own[0].standard_normal((depth, width, width), np.float32)
            out.weight[i, :depth, :width, :width] = drawn / np.float32(np.sqrt(width))
        out.bias[i, :depth, :width] = own[1].standard_normal((depth, width), np.float32)
        out.inputs[i, :, :width] = own[2].standard_normal((EXAMPLES, width), np.float32)
        out.gradient[i, :, :width] = own[3].standard_normal((EXAMPLES, width), np.float32)
    return jax.device_put(out)  # jnp.asarray would compile for every shape


def room_of(width: int) -> int:
    """The width of the program that networks of this width share."""
    return next(room for room in ROOMS if width <= room)


def measure(layers: Layers, *, width: int, seeds: Sequence[int], weights: str = "normal") -> Parts:
    """Takes the backward pass of networks at their start apart, one network a seed.

    Inputs and the gradient at the last layer's outputs are Gaussian, of mean square 1; ``EXAMPLES`` a network.

    Args:
        layers: what the layers do.
        width: units a layer, at most `MOST_WIDTH`.
        seeds: one network each; a call of one network gives the inputs and outputs of its activations too.
        weights: how they are drawn, ``normal`` or ``orthogonal``; times ``layers.weight_std``.

    Raises:
        ValueError: for a width or a depth that is not allowed, or unknown weights.
    """
    _check(layers, width, seeds, weights)
    f = np.float32
    units = np.zeros(room_of(width), f)
    units[:width] = 1
    each = ROOMS[room_of(width)] if len(seeds) > 1 else 1
    choices = Choices(
        np.int32(layers.depth), np.int32(list(ACTIVATIONS).index(layers.activation)),
        np.int32(list(NORMALIZATIONS).index(layers.normalization)), f(layers.slope), f(0), f(0), f(0), units,
    )  # fmt: skip
    per_layer = np.ones((MOST_DEPTH, 1), f) * units, np.zeros((MOST_DEPTH, len(units)), f)
    slopes, skips = (np.full(MOST_DEPTH, value, f) for value in (layers.slope, layers.residual))
    found = []
    for i in range(0, len(seeds), each):
        some = [*seeds[i : i + each]]
        count = len(some)
        asked = tuple(some + [some[-1]] * (each - count))
        with _DRAWING:
            drawn = (_kept_draw if each > 1 else _draw)(width, layers.depth, asked, weights)
        stack = Stack(drawn.weight, drawn.bias, *per_layer, slopes, skips, f(layers.branch), f(layers.weight_std),
                      f(layers.bias_std))  # fmt: skip
        parts = _run(stack, choices, drawn.inputs, drawn.gradient, len(seeds) == 1)
        found.append(jax.tree.map(lambda leaf, n=count: leaf[:n], parts))
    return jax.tree.map(lambda *leaves: np.concatenate(leaves), *found)


def _check(layers: Layers, width: int, seeds: Sequence[int], weights: str) -> None:
    if not len(seeds):
        raise ValueError("seeds is empty; at least one is needed")
    for name in ("weight_std", "bias_std"):
        if getattr(layers, name) > MOST_STD:
            raise ValueError(f"{name} is {getattr(layers, name):g}; 0 to {MOST_STD:g} is allowed")
    if not 1 <= width <= MOST_WIDTH:
        raise ValueError(f"width is {width}; 1 to {MOST_WIDTH} are allowed")
    if layers.depth > MOST_DEPTH:
        raise ValueError(f"depth is {layers.depth}; 1 to {MOST_DEPTH} are allowed")
    if weights not in WEIGHTS:
        raise ValueError(f"unknown weights {weights!r}; known: {', '.join(WEIGHTS)}")


def measure_all(stacks: Sequence[Layers], *, width: int, seeds: Sequence[int],
                weights: Sequence[str] | str = "normal") -> Iterator[Parts]:  # fmt: skip
    """`measure` of several stacks on two cores, in their order; ``weights`` of each, or of all."""
    kinds = [weights] * len(stacks) if isinstance(weights, str) else weights
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(lambda layers, kind: measure(layers, width=width, seeds=seeds, weights=kind), stacks, kinds)
