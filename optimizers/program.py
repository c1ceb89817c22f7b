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
from jax import lax
from jaxtyping import Array, Float, Int

from optimizers.catalogue import OPTIMIZERS, SCHEDULES
from optimizers.entry import Optimizer

LANES = 41  # a race of 8 and a fan of 33 in one call
CHUNK = 512  # rows a call: 500 steps and the start
_RULES = tuple(OPTIMIZERS.values())
_RATES = tuple(SCHEDULES.values())
HYPERPARAMS = max(len(rule.hyperparams) for rule in _RULES)
SCHEDULE_HYPERPARAMS = max(len(rate.hyperparams) for rate in _RATES)

Loss = Callable[[Array, Any], Array]


class Lanes(NamedTuple):
    """What the lanes run, all traced; unused lanes hold zeros."""

    rule: Int[Array, "lane"]
    hyperparams: Float[Array, "lane hyperparam"]
    rate: Int[Array, "lane"]
    rate_hyperparams: Float[Array, "lane rate_hyperparam"]
    clip_norm: Float[Array, "lane"]
    l2: Float[Array, "lane"]


class Conditions(NamedTuple):
    """What all lanes share, all traced: that is what makes a race fair."""

    values: Any  # the landscape's own, see `Surface.split`
    num_steps: Float[Array, ""]
    noise: Float[Array, ""]  # standard deviation of each gradient component
    key: Array


class Draw(NamedTuple):
    """The randomness of one step, the same for every lane."""

    key: Array
    push: Float[Array, "dim"]  # the gradient noise


class Carry(NamedTuple):
    """Where the lanes stand between two chunks."""

    params: Float[Array, "lane dim"]
    state: Float[Array, "lane state"]
    alive: Array


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


def _named(rule: Optimizer, hyperparams: Float[Array, "hyperparam"], factor: Float[Array, ""]) -> dict[str, Array]:
    values = {name: hyperparams[i] for i, name in enumerate(rule.hyperparams)}
    if rule.scheduled is not None:
        values[rule.scheduled] = values[rule.scheduled] * factor
    return values


@lru_cache(maxsize=16)
def _state_shapes(dim: int) -> tuple[Any, ...]:
    def shape(rule: Optimizer) -> Any:
        return jax.eval_shape(lambda x: rule.build(**rule.fill()).init(x), jnp.zeros(dim))

    return tuple(shape(rule) for rule in _RULES)


@lru_cache(maxsize=16)
def state_size(dim: int) -> int:
    """Length of the packed state: that of the rule with the longest memory."""
    return max(sum(leaf.size for leaf in jax.tree.leaves(shape)) for shape in _state_shapes(dim))


def _draws(shared: Conditions, first: Array, dim: int) -> Draw:
    """The draws of a chunk's steps; a step's depends on the seed and its number only."""

    def draw(row: Array) -> Draw:
        key = jax.random.fold_in(shared.key, first + row)
        return Draw(key, shared.noise * jax.random.normal(key, (dim,)))

    return jax.vmap(draw)(jnp.arange(CHUNK, dtype=jnp.int32))


def _begin(lane: Lanes, start: Float[Array, "dim"]) -> Float[Array, "state"]:
    size, one = state_size(start.size), jnp.ones(())

    def begin(rule: Optimizer):
        return lambda start: _pack(rule.build(**_named(rule, lane.hyperparams, one)).init(start), size)

    return lax.switch(lane.rule, [begin(rule) for rule in _RULES], start)


def _factor(lane: Lanes, step: Float[Array, ""], num_steps: Float[Array, ""]) -> Float[Array, ""]:
    def at(rate):
        return lambda step: jnp.asarray(
            rate.function(step, num_steps, *lane.rate_hyperparams[: len(rate.hyperparams)]), float
        )

    return lax.switch(lane.rate, [at(rate) for rate in _RATES], step)


def _tilted(loss: Loss, shared: Conditions, lane: Lanes, push: Float[Array, "dim"]) -> Callable[[Array], Array]:
    """The landscape as this step sees it: gradient noise tilts it, L2 bends it."""
    return lambda params: loss(params, shared.values) + push @ params + 0.5 * lane.l2 * params @ params


def _update(loss: Loss, shared: Conditions, lane: Lanes, step: Array, draw: Draw, params: Array, state: Array,
            value: Array, grad: Array) -> tuple[Array, Array]:  # fmt: skip
    """One step of the lane's rule: (updates, packed state)."""
    key, push = draw
    noisy = grad + push
    norm = jnp.sqrt(noisy @ noisy)
    grads = noisy * jnp.where(norm > lane.clip_norm, lane.clip_norm / norm, 1.0) + lane.l2 * params
    tilted = _tilted(loss, shared, lane, push)
    factor = _factor(lane, step.astype(float), shared.num_steps)
    tilt = push @ params + 0.5 * lane.l2 * params @ params

    def branch(rule: Optimizer, like: Any):
        def update(grads, state, params, value, hyperparams):
            transform = rule.build(**_named(rule, hyperparams, factor))
            extra = {"value": value, "grad": grads, "value_fn": tilted, "key": key}
            updates, state = transform.update(grads, _unpack(state, like), params, **extra)
            return updates, _pack(state, state_size(params.size))

        return update

    branches = [branch(rule, like) for rule, like in zip(_RULES, _state_shapes(params.size), strict=True)]
    return lax.switch(lane.rule, branches, grads, state, params, value + tilt, lane.hyperparams)


def _chunk(loss: Loss, lanes: Lanes, shared: Conditions, carry: Carry, num_lanes: Array, first: Array,
           num_rows: Array) -> tuple[Carry, Rows]:  # fmt: skip
    """Runs rows ``first`` to ``first + num_rows`` of the first ``num_lanes`` lanes; row 0 is the start itself."""
    dim = carry.params.shape[1]
    rows = Rows(*(jnp.full((LANES, CHUNK, *tail), jnp.nan) for tail in ((dim,), (), ())))
    draws = _draws(shared, first, dim)

    def run_lane(i, both):
        carry, rows = both
        lane = jax.tree.map(lambda leaf: leaf[i], lanes)
        params = carry.params[i]
        state = lax.cond(first == 0, lambda: _begin(lane, params), lambda: carry.state[i])

        def run_step(row, now):
            params, state, alive, rows = now
            value, grad = jax.value_and_grad(loss)(params, shared.values)
            seen = Rows(params, value, jnp.sqrt(grad @ grad))
            seen = jax.tree.map(lambda leaf: jnp.where(alive, leaf, jnp.nan), seen)
            rows = jax.tree.map(lambda into, leaf: into.at[i, row].set(leaf), rows, seen)
            alive = alive & jnp.isfinite(value) & jnp.all(jnp.isfinite(params))
            draw = jax.tree.map(lambda leaf: leaf[row], draws)
            updates, state = _update(loss, shared, lane, first + row, draw, params, state, value, grad)
            return params + updates, state, alive, rows

        now = (params, state, carry.alive[i], rows)
        params, state, alive, rows = lax.fori_loop(jnp.int32(0), num_rows, run_step, now)
        new = Carry(params, state, alive)
        return jax.tree.map(lambda into, leaf: into.at[i].set(leaf), carry, new), rows

    return lax.fori_loop(jnp.int32(0), num_lanes, run_lane, (carry, rows))


class Program:
    """The compiled chunk of one loss. Many threads may call it: the first compiles, the others wait for it."""

    def __init__(self, loss: Loss) -> None:
        self._run = jax.jit(partial(_chunk, loss))
        self._first = threading.Lock()
        self._warm: set[int] = set()

    def __call__(self, lanes: Lanes, shared: Conditions, carry: Carry, *counts: Array) -> tuple[Carry, Rows]:
        dim = carry.params.shape[1]
        if dim in self._warm:
            return self._run(lanes, shared, carry, *counts)
        with self._first:
            result = self._run(lanes, shared, carry, *counts)
            self._warm.add(dim)
            return result


@lru_cache(maxsize=33)  # the catalogue's own, and 32 formulas
def program_of(loss: Loss) -> Program:
    """The program of a loss, kept while it is among the 33 used last; its memory goes with it."""
    return Program(loss)
