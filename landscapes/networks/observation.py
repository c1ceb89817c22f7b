"""What is seen of a network at given params: its loss and outputs on all examples, its units, its gradient flow."""

import threading
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import jax
import jax.numpy as jnp
import numpy as np
from cachetools import LRUCache
from jax import lax
from jaxtyping import Array, Float

from landscapes.compiled import Compiled
from landscapes.networks.stacked import Choices, Pass, Stacked, activate_with_slope, along, unfold
from landscapes.networks.supervised import Supervised, Target, Values, row_losses

OBSERVERS = 8  # at most, at 3 to 10 MB each: of networks whose sizes are a program's own
BINS = 24
SAMPLE = 64  # training examples whose outputs a histogram counts
SPAN = 3.0  # histograms of the layers' outputs reach from -SPAN to SPAN; what lies beyond counts at the ends


class Probe(NamedTuple):
    """What the network is asked: examples, of which some are trained on and some held back, all traced."""

    inputs: Any  # (row, *input_shape); padding has no weight in either half
    wanted: Any  # (row, *positions)
    train: Any  # (row,): 1 for an example that is trained on
    valid: Any  # (row,): 1 for one that is held back


class Frame(NamedTuple):
    """What was seen. Layers: the first, the stacked ones, padding included."""

    loss: Float[Any, "2"]  # mean over the training and over the validation examples
    accuracy: Float[Any, "2"]  # share of right answers; NaN where targets are no classes
    outputs: Any  # (row, column); None for outputs at every position
    on: Float[Any, "layer unit"]  # share of training examples (and positions) at which a unit's slope is not zero
    histogram: Float[Any, "layer bin"]  # of the layer's outputs, as shares
    size: Float[Any, "layer"]  # RMS of the layer's outputs; not finite where it overflowed
    flow: Float[Any, "layer+1"]  # RMS of d loss / d layer output, the network's outputs last


def _looker(choices: Choices, train: Array):
    def look(seen: Frame, number: Any, h: Array, z: Array, learned: Array) -> Frame:
        slope = activate_with_slope(choices, z, learned)[1]
        weight = train.reshape(-1, *(1,) * (z.ndim - 1)) / train.sum()
        on = jnp.sum(weight * (slope != 0), axis=tuple(range(z.ndim - 1))) / z[0, ..., 0].size
        on = jnp.pad(on, (0, seen.on.shape[1] - on.size))
        there = jnp.broadcast_to(train.reshape(-1, *(1,) * (h.ndim - 1)) * along(choices.units, h), h.shape)
        some, weights = h[:SAMPLE].reshape(-1), there[:SAMPLE].reshape(-1)
        place = jnp.clip(jnp.floor((some + SPAN) * (BINS / (2 * SPAN))), 0, BINS - 1)
        bars = jnp.sum((place[:, None] == jnp.arange(BINS)[None]) * weights[:, None], 0) / jnp.maximum(
            weights.sum(), 1.0
        )
        size = jnp.sqrt(jnp.sum(there * h * h) / jnp.maximum(there.sum(), 1.0))
        return seen._replace(on=seen.on.at[number].set(on.astype(h.dtype)), size=seen.size.at[number].set(size),
                             histogram=seen.histogram.at[number].set(bars.astype(h.dtype)))  # fmt: skip

    return look


def _empty(net: Stacked, params: Array) -> Frame:
    """A frame of the right shapes, in which layers that are not there stay zero."""
    layers = net.stack + 1
    units = net.unit_count
    dtype = params.dtype
    none = jnp.zeros(0, dtype)
    return Frame(none, none, none, jnp.zeros((layers, units), dtype), jnp.zeros((layers, BINS), dtype),
                 jnp.zeros(layers, dtype), none)  # fmt: skip


def _accuracy(target: Target, outputs: Array, wanted: Array) -> Float[Array, "row"]:
    guess = jnp.argmax(jnp.where(along(target.columns, outputs) > 0, outputs, -jnp.inf), -1)
    right = (guess == wanted).reshape(outputs.shape[0], -1).mean(1).astype(outputs.dtype)
    return jnp.where(target.classes > 0, right, jnp.nan)


_COMMON: dict[tuple[Supervised, int], Compiled] = {}  # of the dense family: few, and all stay
_KEPT: LRUCache[tuple[Supervised, int], Compiled] = LRUCache(OBSERVERS)
_IN_USE: WeakValueDictionary[tuple[Supervised, int], Compiled] = WeakValueDictionary()  # that somebody holds
_KEEPING = threading.Lock()


def observer_of(loss: Supervised, probe: Probe) -> Callable[[Float[Any, "dim"], Values, Probe], Frame]:
    """What looks at networks of a loss, compiled at its first call; who holds it need not fear that it is dropped."""
    kept, key = (_COMMON, (loss, 0)) if loss.common else (_KEPT, (loss, len(probe.train)))
    with _KEEPING:
        if key not in kept:
            kept[key] = _IN_USE[key] = _IN_USE.get(key) or Compiled(partial(_observe, loss))
        return kept[key]


def observe(loss: Supervised, params: Float[Any, "dim"], values: Values, probe: Probe) -> Frame:
    """Looks at a network once: dropout off, statistics of a batch taken over all training examples."""
    return observer_of(loss, probe)(params, values, probe)


def forget_oldest_observer() -> bool:
    """Drops the compiled look that was used longest ago; False where one at most is left."""
    with _KEEPING:
        if len(_KEPT) < 2:
            return False
        _KEPT.popitem()
        return True


def _observe(loss: Supervised, params: Array, values: Values, probe: Probe) -> Frame:
    net, target = loss.architecture, values.target
    go = Pass(values.choices, probe.train, None)
    seen = _empty(net, params)
    outputs, seen = net.watch(params, go, probe.inputs, _looker(net.settle(values.choices), probe.train), seen)
    each, right = row_losses(target, outputs, probe.wanted), _accuracy(target, outputs, probe.wanted)
    halves = [half / jnp.maximum(half.sum(), 1.0) for half in (probe.train, probe.valid)]

    def means(rows):
        return jnp.stack([jnp.sum(jnp.where(half > 0, half * rows, 0.0)) for half in halves])

    kept = None if getattr(net, "everywhere", False) else outputs
    return seen._replace(loss=means(each), accuracy=means(right), outputs=kept, flow=_flow(loss, params, values, 1))


def _flow(loss: Supervised, params: Array, values: Values, tiles: Any) -> Float[Array, "layer+1"]:
    """Over the first ``tiles`` tiles of the training examples, at the scale of the mean over all of them."""
    net, data, size = loss.architecture, values.data, loss.architecture.tile
    choices = values.choices
    batch = jax.ShapeDtypeStruct((size, *data.inputs.shape[1:]), data.inputs.dtype)
    shapes = jax.eval_shape(
        lambda x: net.first(_still(values, size), unfold(net.first_parts(), net.split(params)[0]), x)[0],
        batch,
    )
    outputs = jax.eval_shape(lambda x: net.apply(params, _still(values, size), x), batch)
    zeros = (jnp.zeros(shapes.shape, params.dtype), jnp.zeros((net.stack, *shapes.shape), params.dtype),
             jnp.zeros(outputs.shape, params.dtype))  # fmt: skip
    count = data.count.astype(params.dtype)

    def tile_loss(pushes, tile):
        at = tile * size + jnp.arange(size, dtype=jnp.int32)
        rows = (at < data.count).astype(params.dtype)
        at = jnp.minimum(at, data.count - 1)
        out = net.apply(params, Pass(choices, rows, None), data.inputs[at], pushes)
        return jnp.sum(jnp.where(rows > 0, row_losses(values.target, out, data.wanted[at]), 0.0)) / count

    def step(tile, sums):
        first, stack, out = jax.grad(tile_loss)(zeros, tile)
        squares = [jnp.sum(first**2)[None], jnp.sum(stack**2, axis=tuple(range(1, stack.ndim))), jnp.sum(out**2)[None]]
        return sums + jnp.concatenate(squares)

    sums = lax.fori_loop(0, tiles, step, jnp.zeros(net.stack + 2, params.dtype))
    seen = jnp.minimum(count, jnp.asarray(tiles, params.dtype) * size)
    hidden = seen * choices.units.sum() * (shapes.size / (shapes.shape[0] * shapes.shape[-1]))
    ends = seen * values.target.columns.sum() * (outputs.size / (outputs.shape[0] * outputs.shape[-1]))
    return jnp.sqrt(sums / jnp.concatenate([jnp.full(net.stack + 1, hidden), ends[None]]))


def _still(values: Values, rows: int) -> Pass:
    return Pass(values.choices, jnp.ones(rows, values.choices.units.dtype), None)


@partial(jax.jit, static_argnums=0)
def flow_of(loss: Supervised, params: Float[Array, "dim"], values: Values) -> Float[Array, "layer+1"]:
    """The RMS of d loss / d layer output, over all training examples; the network's outputs last."""
    return _flow(loss, params, values, (values.data.count + loss.architecture.tile - 1) // loss.architecture.tile)


@lru_cache(maxsize=2)  # 15 MB each
def _writer(net: Stacked, length: int):
    def write(params, choices, window, key, temperature):
        go = Pass(choices, jnp.ones(1, params.dtype), None)

        def step(now, key):
            window, at = now
            logits = net.apply(params, go, window[None])[0, at] / temperature
            new = jax.random.categorical(key, logits).astype(jnp.int32)
            full = at == window.size - 1
            window = jnp.where(full, jnp.roll(window, -1), window)
            at = jnp.minimum(at + 1, window.size - 1)
            return (window.at[at].set(new), at), new

        return lax.scan(step, window, jax.random.split(key, length))[1]

    return Compiled(write)


def write_text(net: Stacked, params: Any, choices: Any, prompt: np.ndarray, length: int, *, seed: int,
               temperature: float) -> np.ndarray:  # fmt: skip
    """``length`` symbols that the network puts behind the prompt, drawn with its probabilities."""
    window = np.zeros(net.inputs[0], np.int32)
    window[: len(prompt)] = prompt
    key = np.asarray([0, seed], np.uint32)
    begun = (window, np.int32(len(prompt) - 1))
    return np.asarray(_writer(net, length)(params, choices, begun, key, np.float32(temperature)))


@Compiled
def output_gradient(target: Target, outputs: Float[Array, "row column"], wanted: Float[Array, "row"]) -> Array:
    """The gradient of each row's own loss with respect to the network's outputs: p - y for cross-entropy."""
    return jax.grad(lambda outputs: row_losses(target, outputs, wanted).sum())(outputs)
