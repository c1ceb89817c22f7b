"""One compiled program a landscape: any rule, any schedule, any hyperparameters, without another compilation.

The rule and the schedule are traced indices into a `lax.switch`; a rule's state is packed into one flat vector. Runs
are lanes of a loop (not of a vmap: a batched switch computes every branch), and steps come in chunks that hand their
carry on, so the same program serves 1 run or 41, 10 steps or 20,000, and can be stopped between chunks.
"""

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
from jaxtyping import Array, Bool, Float, Int

from optimizers.step import Given, Lanes, Rules, Sight, advance, begin, factor, length, probing

PROGRAMS = 16  # at most, at 5 to 20 MB each: networks whose sizes are a program's own, and functions of notebooks
FORWARD_DIM = 8  # up to here the gradient is taken forwards
_COMPILER: dict[str, Any] = {"xla_cpu_use_fusion_emitters": False}  # two thirds of the time and memory to compile
_NETWORK_COMPILER = {**_COMPILER, "xla_backend_optimization_level": 1}  # a quarter less again, at the same speed

Loss = Callable[[Array, Any], Array]


class Form(NamedTuple):
    """The sizes of a program that are no values: part of what it is compiled for."""

    rules: Rules
    lanes: int  # runs a call
    chunk: int  # rows a call
    kept: int  # rows a call whose params are kept
    dim: int
    dtype: str


class Conditions(NamedTuple):
    """What all lanes share, all traced: that is what makes a race fair."""

    values: Any  # the landscape's own, see `Surface.split`
    num_steps: Float[Given, ""]
    stride: Int[Given, ""]  # the params of every stride-th row are kept


class Draw(NamedTuple):
    """The randomness of one step, the same for every lane."""

    key: Given  # for the rules that draw; independent of the push
    push: Any  # the gradient noise (dim,); None for a loss of batches, which brings its own
    order: Any  # the examples of the step's batch, by number; None for a landscape without data


class Carry(NamedTuple):
    """Where the lanes stand between two chunks."""

    params: Float[Given, "lane dim"]
    state: Float[Given, "lane state"]
    alive: Bool[Given, "lane"]


class Rows(NamedTuple):
    """What a chunk records, before each step; after a lane has diverged NaN, but anything in the params."""

    params: Float[Array, "lane kept+1 dim"]
    loss: Float[Array, "lane row"]
    grad_norm: Float[Array, "lane row"]
    layers: Float[Array, "lane row 3 layer"]  # L2 norms of each layer's gradient, params and update


def draw_chunk(key: np.ndarray, first: np.int32, noise: np.float64, *, chunk: int, dim: int | None) -> Draw:
    """The draws of a chunk's steps; a step's depends on the seed and its number only."""
    return _drawer(chunk, dim)(key, first, noise)


@lru_cache(maxsize=64)
def _drawer(chunk: int, dim: int | None) -> Any:
    """Compiled once a dimension, ahead of time: it stays when JAX's own caches are cleared."""

    def draw(key: Array, first: Array, noise: Array, row: Array) -> Draw:
        own, pushes = jax.random.split(jax.random.fold_in(key, first + row))
        return Draw(own, None if dim is None else noise * jax.random.normal(pushes, (dim,)), None)

    def chunk_of(key: Array, first: Array, noise: Array) -> Draw:
        return jax.vmap(partial(draw, key, first, noise))(jnp.arange(chunk, dtype=jnp.int32))

    given = np.zeros(2, np.uint32), np.int32(0), np.float64(0)
    return jax.jit(chunk_of).lower(*given).compile()


def _differentiable(loss: Loss, values: Any, dim: int) -> Callable[[Array], Array]:
    """The loss of the params alone. In few dimensions its gradient is taken forwards, whoever asks for it.

    Backwards through a switch of twenty surfaces takes seven times as long to compile, and ten times as long to run. A
    loss with ``own_slopes`` gives all of its gradient at once instead.
    """
    once = jax.jit(loss)  # traced once, however many rules look

    def plain(params: Array) -> Array:
        return once(params, values).astype(params.dtype)

    def forwards(params: Array) -> tuple[Array, Array]:
        value, grad = lax.map(lambda axis: jax.jvp(plain, (params,), (axis,)), jnp.eye(dim, dtype=params.dtype))
        return value[0], grad

    if dim > FORWARD_DIM or getattr(loss, "own_slopes", False) or _has_backward_rule(plain, dim):
        return plain
    forward = jax.custom_vjp(plain)
    forward.defvjp(forwards, lambda grad, cotangent: (cotangent * grad,))
    return forward


def _has_backward_rule(function: Callable[[Array], Array], dim: int) -> bool:
    """True for a loss with a `jax.custom_vjp` in it, such as a slice through a convolution: it runs backwards only."""
    return "custom_vjp_call" in str(jax.make_jaxpr(function)(jax.ShapeDtypeStruct((dim,), float)))


def _seer(loss: Any, shared: Conditions, form: Form) -> Callable[[Draw], Sight]:
    """What a step sees, by its draw: the landscape itself, or a batch's loss for a loss that has batches."""
    if not hasattr(loss, "on_batch"):
        here = _differentiable(loss, shared.values, form.dim)
        return lambda draw: Sight(here, None, draw.key, draw.push, 1.0)
    live = loss.live(shared.values)

    def see(draw: Draw) -> Sight:
        here = partial(loss.on_batch, values=shared.values, order=draw.order, key=draw.key)
        return Sight(here, None, draw.key, 0.0, live)

    return see


def _norms(loss: Any, *vectors: Array) -> Float[Array, "3 layer"]:
    norms = getattr(loss, "norms", lambda vectors: jnp.zeros((len(vectors), 0), vectors.dtype))
    return norms(jnp.stack(vectors))


def _step(loss: Any, form: Form, lane: Lanes, share: Array, sight: Sight, params: Array,
          state: Array) -> tuple[Rows, Array, Array, Array]:  # fmt: skip
    """What a step records, the params and the state after it, and whether all was finite before it."""
    if hasattr(loss, "on_batch") and any(rule.probe for rule in form.rules):
        value, grad, sight = probing(form.rules, lane, share, sight, params, state)
    else:
        value, grad = jax.value_and_grad(sight.loss)(params)
    moved, state = advance(form.rules, lane, share, sight, params, state, value, grad)
    norms = _norms(loss, grad, params, moved - params)
    alive = jnp.isfinite(value) & jnp.all(jnp.isfinite(norms[1] if norms.size else params))
    return Rows(params, value, length(grad), norms), moved, state, alive


def _chunk(loss: Any, form: Form, room: Array, lanes: Lanes, shared: Conditions, draws: Draw, carry: Carry,
           num_lanes: Array, first: Array, num_rows: Array) -> tuple[Carry, Rows, Array]:  # fmt: skip
    """Runs rows ``first`` to ``first + num_rows`` of the first ``num_lanes`` lanes; row 0 is the start itself.

    ``room`` is where the params are written: the same memory chunk after chunk. Also returns how many rows each lane
    took.
    """
    see, dtype = _seer(loss, shared, form), carry.params.dtype
    # params that are not kept are written behind the last row, where the next ones overwrite them
    tails = ((form.chunk,), (form.chunk,), (form.chunk, 3, getattr(loss, "layers", 0)))
    rows = Rows(room, *(jnp.full((form.lanes, *tail), jnp.nan, dtype) for tail in tails))
    kept_before = (first + shared.stride - 1) // shared.stride

    def run_lane(i, both):
        carry, rows, taken = both
        lane = jax.tree.map(lambda leaf: leaf[i], lanes)
        params = carry.params[i]
        state = lax.cond(first == 0, lambda: begin(form.rules, lane, params), lambda: carry.state[i])
        steps = (first + jnp.arange(form.chunk, dtype=jnp.int32)).astype(dtype)
        shares = factor(lane, steps, shared.num_steps.astype(dtype))

        def run_step(now):
            row, params, state, _, rows = now
            sight = see(jax.tree.map(lambda leaf: leaf[row], draws))
            seen, moved, state, alive = _step(loss, form, lane, shares[row], sight, params, state)
            at = jnp.where((first + row) % shared.stride == 0, (first + row) // shared.stride - kept_before, form.kept)
            places = Rows(at, row, row, row)
            rows = jax.tree.map(lambda into, leaf, at: _put(into, leaf, i, at), rows, seen, places)
            return row + 1, jnp.where(alive, moved, params), state, alive, rows

        now = (jnp.int32(0), params, state, carry.alive[i], rows)
        now = lax.while_loop(lambda now: (now[0] < num_rows) & now[3], run_step, now)
        count, params, state, alive, rows = now
        new = Carry(params, state, alive)
        return jax.tree.map(lambda into, leaf: into.at[i].set(leaf), carry, new), rows, taken.at[i].set(count)

    return lax.fori_loop(jnp.int32(0), num_lanes, run_lane, (carry, rows, jnp.zeros(form.lanes, jnp.int32)))


def _put(into: Array, leaf: Array, lane: Array, at: Array) -> Array:
    """Writes one row in place; a scatter would copy the whole array."""
    return lax.dynamic_update_slice(into, leaf[None, None], (lane, at, *(jnp.int32(0),) * leaf.ndim))


def room_for(form: Form) -> Array:
    """Memory for the params that a chunk keeps, and a row for those that it does not."""
    return _maker((form.lanes, form.kept + 1, form.dim), form.dtype)()


@lru_cache(maxsize=64)
def _maker(shape: tuple[int, ...], dtype: str) -> Any:
    """As `_drawer`, once a size."""
    return jax.jit(lambda: jnp.zeros(shape, dtype)).lower().compile()


class Program:
    """The compiled chunk of one loss. Many threads may call it: the first compiles, the others wait for it."""

    def __init__(self, loss: Loss) -> None:
        self._loss = loss
        self._first = threading.Lock()
        self._compiled: dict[Form, Any] = {}

    def made(self, form: Form) -> bool:
        """Whether it is compiled for a form."""
        return form in self._compiled

    def __call__(self, form: Form, *given: Any) -> tuple[Carry, Rows, Array]:
        """As `_chunk`; the room that is given is used up."""
        if form not in self._compiled:
            with self._first:
                if form not in self._compiled:
                    # ahead of time: a jitted function keeps its traces, half as much memory again
                    lowered = jax.jit(partial(_chunk, self._loss, form), donate_argnums=0).lower(*given)
                    batched = hasattr(self._loss, "on_batch")
                    self._compiled[form] = lowered.compile(_NETWORK_COMPILER if batched else _COMPILER)
        return self._compiled[form](*given)


_COMMON: dict[Loss, Program] = {}  # of whole families of landscapes: few, and all stay
_KEPT: LRUCache[Loss, Program] = LRUCache(PROGRAMS)
_IN_USE: WeakValueDictionary[Loss, Program] = WeakValueDictionary()  # those that somebody holds, kept or not
_KEEPING = threading.Lock()


def program_of(loss: Loss) -> Program:
    """The program of a loss. Those that families share stay, as the loss's ``common`` says; of others the last used.

    One that is dropped while somebody holds it is not made again for the next who asks.
    """
    kept = _COMMON if getattr(loss, "common", False) else _KEPT
    with _KEEPING:
        if loss not in kept:
            kept[loss] = _IN_USE[loss] = _IN_USE.get(loss) or Program(loss)
        return kept[loss]


def made_program(loss: Loss, form: Form) -> Program | None:
    """The program of a loss if it is compiled for a form; whoever holds it need not fear that it is dropped."""
    with _KEEPING:
        program = _COMMON.get(loss) or _IN_USE.get(loss)
        return program if program is not None and program.made(form) else None


def forget_oldest_program() -> bool:
    """Drops the program that was used longest ago, of those that no family shares; False where one at most is left."""
    with _KEEPING:
        if len(_KEPT) < 2:
            return False
        _KEPT.popitem()
        return True
