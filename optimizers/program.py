"""One compiled program a landscape: any rule, any schedule, any hyperparameters, without another compilation.

The rule and the schedule are traced indices into a `lax.switch`; a rule's state is packed into one flat vector. Runs
are lanes of a loop (not of a vmap: a batched switch computes every branch), and steps come in chunks that hand their
carry on, so the same program serves 1 run or 41, 10 steps or 20,000, and can be stopped between chunks.
"""

import threading
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from optimizers.catalogue import OPTIMIZERS, SCHEDULES
from optimizers.entry import Optimizer

LANES = 41  # a race of 8 and a fan of 33 in one call
CHUNK = 512  # rows a call: 500 steps and the start
PROGRAMS = 13  # the catalogue's own and 12 formulas, at 17 to 25 MB each
FORWARD_DIM = 8  # up to here the gradient is taken forwards
_COMPILER: dict[str, Any] = {"xla_cpu_use_fusion_emitters": False}  # two thirds of the time and memory to compile
_RULES = tuple(OPTIMIZERS.values())
_RATES = tuple(SCHEDULES.values())
HYPERPARAMS = max(len(rule.hyperparams) for rule in _RULES)
SCHEDULE_HYPERPARAMS = max(len(rate.hyperparams) for rate in _RATES)

Loss = Callable[[Array, Any], Array]
Given = Array | np.ndarray  # NumPy on its way in, traced inside


class Lanes(NamedTuple):
    """What the lanes run, all traced; unused lanes hold zeros."""

    rule: Int[Given, "lane"]
    hyperparams: Float[Given, "lane hyperparam"]
    rate: Int[Given, "lane"]
    rate_hyperparams: Float[Given, "lane rate_hyperparam"]
    clip_norm: Float[Given, "lane"]
    l2: Float[Given, "lane"]


class Conditions(NamedTuple):
    """What all lanes share, all traced: that is what makes a race fair."""

    values: Any  # the landscape's own, see `Surface.split`
    num_steps: Float[Given, ""]


class Draw(NamedTuple):
    """The randomness of one step, the same for every lane."""

    key: Given  # for the rules that draw; independent of the push
    push: Float[Given, "dim"]  # the gradient noise


class Carry(NamedTuple):
    """Where the lanes stand between two chunks."""

    params: Float[Given, "lane dim"]
    state: Float[Given, "lane state"]
    alive: Bool[Given, "lane"]


class Rows(NamedTuple):
    """What a chunk records, before each step; NaN after a lane has diverged."""

    params: Float[Array, "lane row dim"]
    loss: Float[Array, "lane row"]
    grad_norm: Float[Array, "lane row"]


def _unpack(vector: Float[Array, "state"], like: Any) -> Any:
    leaves, tree = jax.tree.flatten(like)
    parts, at = [], 0
    for leaf in leaves:
        parts.append(vector[at : at + leaf.size].reshape(leaf.shape).astype(leaf.dtype))
        at += leaf.size
    return jax.tree.unflatten(tree, parts)


def _pack(state: Any, size: int) -> Float[Array, "state"]:
    flat = [jnp.ravel(leaf).astype(float) for leaf in jax.tree.leaves(state)]
    vector = jnp.concatenate(flat) if flat else jnp.zeros(0)
    return jnp.pad(vector, (0, size - vector.size))


def _named(rule: Optimizer, hyperparams: Float[Given, "hyperparam"], factor: Float[Array, ""]) -> dict[str, Any]:
    values = {name: hyperparams[i] for i, name in enumerate(rule.hyperparams)}
    if rule.scheduled is not None:
        values[rule.scheduled] = values[rule.scheduled] * factor
    return values


@lru_cache(maxsize=16)
def _state_shapes(dim: int) -> tuple[Any, ...]:
    def shape(rule: Optimizer) -> Any:
        return jax.eval_shape(lambda x: rule.build(**rule.fill()).init(x), jax.ShapeDtypeStruct((dim,), float))

    return tuple(shape(rule) for rule in _RULES)


@lru_cache(maxsize=16)
def state_size(dim: int) -> int:
    """Length of the packed state: that of the rule with the longest memory."""
    return max(sum(leaf.size for leaf in jax.tree.leaves(shape)) for shape in _state_shapes(dim))


@partial(jax.jit, static_argnames="dim")
def draw_chunk(key: Any, first: Any, noise: Any, *, dim: int) -> Draw:
    """The draws of a chunk's steps; a step's depends on the seed and its number only. Compiled once a dimension."""

    def draw(row: Array) -> Draw:
        own, pushes = jax.random.split(jax.random.fold_in(key, first + row))
        return Draw(own, noise * jax.random.normal(pushes, (dim,)))

    return jax.vmap(draw)(jnp.arange(CHUNK, dtype=jnp.int32))


def _begin(lane: Lanes, start: Float[Array, "dim"]) -> Float[Array, "state"]:
    size, one = state_size(start.size), jnp.ones(())

    def begin(rule: Optimizer):
        return lambda start: _pack(rule.build(**_named(rule, lane.hyperparams, one)).init(start), size)

    return lax.switch(lane.rule, [begin(rule) for rule in _RULES], start)


def _factor(lane: Lanes, step: Float[Array, ""], num_steps: Float[Given, ""]) -> Float[Array, ""]:
    def at(rate):
        return lambda step: jnp.asarray(
            rate.function(step, num_steps, *lane.rate_hyperparams[: len(rate.hyperparams)]), float
        )

    return lax.switch(lane.rate, [at(rate) for rate in _RATES], step)


def _differentiable(loss: Loss, values: Any, dim: int) -> Callable[[Array], Array]:
    """The loss of the params alone. In few dimensions its gradient is taken forwards, whoever asks for it.

    Backwards through a switch of twenty surfaces takes seven times as long to compile, and ten times as long to run.
    """
    once = jax.jit(loss)  # traced once, however many rules look

    def plain(params: Array) -> Array:
        return once(params, values).astype(float)  # a slice of a float32 network too

    def forwards(params: Array) -> tuple[Array, Array]:
        value, grad = lax.map(lambda axis: jax.jvp(plain, (params,), (axis,)), jnp.eye(dim))
        return value[0], grad

    if dim > FORWARD_DIM or _has_backward_rule(plain, dim):
        return plain
    forward = jax.custom_vjp(plain)
    forward.defvjp(forwards, lambda grad, cotangent: (cotangent * grad,))
    return forward


def _has_backward_rule(function: Callable[[Array], Array], dim: int) -> bool:
    """True for a loss with a `jax.custom_vjp` in it, such as a slice through a convolution: it runs backwards only."""
    return "custom_vjp_call" in str(jax.make_jaxpr(function)(jax.ShapeDtypeStruct((dim,), float)))


def _clipped(grad: Float[Array, "dim"], clip_norm: Float[Given, ""]) -> Float[Array, "dim"]:
    norm = jnp.sqrt(grad @ grad)
    return grad * jnp.where(norm > clip_norm, clip_norm / norm, 1.0)


def _update(loss: Callable[[Array], Array], lane: Lanes, factor: Array, draw: Draw, params: Array, state: Array,
            value: Array, grad: Array) -> tuple[Array, Array]:  # fmt: skip
    """One step of the lane's rule: (updates, packed state)."""
    push, l2 = draw.push, lane.l2

    def tilted(params):  # the landscape as this step sees it: noise tilts it, L2 bends it
        return loss(params) + push @ params + 0.5 * l2 * params @ params

    def given(grad, params):  # what a rule is given for the gradient at a point
        return _clipped(grad + push, lane.clip_norm) + l2 * params

    def grad_fn(params, _=0):  # optax.contrib.sam counts its calls in the second argument
        return given(jax.grad(loss)(params), params)

    height = value + push @ params + 0.5 * l2 * params @ params
    slope = grad + push + l2 * params
    extra = {"value": height, "grad": slope, "value_fn": tilted, "grad_fn": grad_fn, "key": draw.key}

    def branch(rule: Optimizer, like: Any):
        def update(grads, state, params):
            transform = rule.build(**_named(rule, lane.hyperparams, factor))
            updates, state = transform.update(grads, _unpack(state, like), params, **extra)
            return updates, _pack(state, state_size(params.size))

        return update

    branches = [branch(rule, like) for rule, like in zip(_RULES, _state_shapes(params.size), strict=True)]
    return lax.switch(lane.rule, branches, given(grad, params), state, params)


def _chunk(loss: Loss, lanes: Lanes, shared: Conditions, draws: Draw, carry: Carry, num_lanes: Array, first: Array,
           num_rows: Array) -> tuple[Carry, Rows]:  # fmt: skip
    """Runs rows ``first`` to ``first + num_rows`` of the first ``num_lanes`` lanes; row 0 is the start itself."""
    dim = carry.params.shape[1]
    here = _differentiable(loss, shared.values, dim)
    rows = Rows(*(jnp.full((LANES, CHUNK, *tail), jnp.nan) for tail in ((dim,), (), ())))

    def run_lane(i, both):
        carry, rows = both
        lane = jax.tree.map(lambda leaf: leaf[i], lanes)
        params = carry.params[i]
        state = lax.cond(first == 0, lambda: _begin(lane, params), lambda: carry.state[i])

        def run_step(now):
            row, params, state, _, rows = now
            value, grad = jax.value_and_grad(here)(params)
            seen = Rows(params, value, jnp.sqrt(grad @ grad))
            rows = jax.tree.map(lambda into, leaf: into.at[i, row].set(leaf), rows, seen)
            alive = jnp.isfinite(value) & jnp.all(jnp.isfinite(params))
            draw = jax.tree.map(lambda leaf: leaf[row], draws)
            factor = _factor(lane, (first + row).astype(float), shared.num_steps)
            updates, state = _update(here, lane, factor, draw, params, state, value, grad)
            return row + 1, params + updates, state, alive, rows

        now = (jnp.int32(0), params, state, carry.alive[i], rows)
        now = lax.while_loop(lambda now: (now[0] < num_rows) & now[3], run_step, now)
        _, params, state, alive, rows = now
        new = Carry(params, state, alive)
        return jax.tree.map(lambda into, leaf: into.at[i].set(leaf), carry, new), rows

    return lax.fori_loop(jnp.int32(0), num_lanes, run_lane, (carry, rows))


class Program:
    """The compiled chunk of one loss. Many threads may call it: the first compiles, the others wait for it."""

    def __init__(self, loss: Loss) -> None:
        self._loss = loss
        self._first = threading.Lock()
        self._compiled: dict[int, Any] = {}  # by dimension

    def __call__(self, lanes: Lanes, shared: Conditions, draws: Draw, carry: Carry, *counts: Any) -> tuple[Carry, Rows]:
        given, dim = (lanes, shared, draws, carry, *counts), carry.params.shape[1]
        if dim not in self._compiled:
            with self._first:
                if dim not in self._compiled:
                    # ahead of time: a jitted function keeps its traces, half as much memory again
                    lowered = jax.jit(partial(_chunk, self._loss)).lower(*given)
                    self._compiled[dim] = lowered.compile(_COMPILER)
        return self._compiled[dim](*given)


@lru_cache(maxsize=PROGRAMS)
def _kept_program(loss: Loss) -> Program:
    return Program(loss)


_KEEPING = threading.Lock()  # lru_cache alone may build two programs for two visitors who ask at once


def program_of(loss: Loss) -> Program:
    """The program of a loss, kept while it is among the `PROGRAMS` used last; its memory goes with it."""
    with _KEEPING:
        return _kept_program(loss)
