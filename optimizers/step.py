"""One step of one lane: its rate, its gradient as the rule is given it, its rule's update; every choice traced."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from optimizers.catalogue import OPTIMIZERS, SCHEDULES
from optimizers.entry import Optimizer

Given = Array | np.ndarray  # NumPy on its way in, traced inside
Rules = tuple[Optimizer, ...]  # those that share a program; a lane's rule is its position among them

BLOCK = 64  # numbers: the params of networks are whole blocks
_RATES = tuple(SCHEDULES.values())
HYPERPARAMS = max(len(rule.hyperparams) for rule in OPTIMIZERS.values())
SCHEDULE_HYPERPARAMS = max(len(rate.hyperparams) for rate in _RATES)


class Lanes(NamedTuple):
    """What the lanes run, all traced; unused lanes hold zeros."""

    rule: Int[Given, "lane"]
    hyperparams: Float[Given, "lane hyperparam"]
    rate: Int[Given, "lane"]
    rate_hyperparams: Float[Given, "lane rate_hyperparam"]
    clip_norm: Float[Given, "lane"]
    l2: Float[Given, "lane"]
    shrink: Float[Given, "lane"]  # decoupled weight decay and L1, each times the rule's own rate
    threshold: Float[Given, "lane"]


class Sight(NamedTuple):
    """What a step sees: the landscape of this step, its randomness, and which params are there."""

    loss: Callable[[Array], Array]
    second: Callable[[], Array] | None  # the gradient at the rule's probe; None where rules take it themselves
    key: Given  # for the rules that draw; independent of the push
    push: Any  # the gradient noise, shape (dim,), or a scalar zero
    live: Any  # 1 for a param, 0 for padding, or a scalar one


def _unpack(vector: Float[Array, "state"], like: Any) -> Any:
    leaves, tree = jax.tree.flatten(like)
    parts, at = [], 0
    for leaf in leaves:
        parts.append(vector[at : at + leaf.size].reshape(leaf.shape).astype(leaf.dtype))
        at += leaf.size
    return jax.tree.unflatten(tree, parts)


def _pack(state: Any, onto: Float[Array, "state"]) -> Float[Array, "state"]:
    """The packed state in the place of the one before; piece by piece, for XLA's CPU is slow at what it joins."""
    at = 0
    for leaf in jax.tree.leaves(state):
        onto = lax.dynamic_update_slice(onto, jnp.ravel(leaf).astype(onto.dtype), (at,))
        at += leaf.size
    return onto


def _named(rule: Optimizer, hyperparams: Float[Given, "hyperparam"], factor: Float[Array, ""]) -> dict[str, Any]:
    values = {name: hyperparams[i] for i, name in enumerate(rule.hyperparams)}
    if rule.scheduled is not None:
        values[rule.scheduled] = values[rule.scheduled] * factor
    return values


@lru_cache(maxsize=64)
def _state_shapes(rules: Rules, dim: int, dtype: str) -> tuple[Any, ...]:
    def shape(rule: Optimizer) -> Any:
        values = {name: np.dtype(dtype).type(value) for name, value in rule.fill().items()}
        return jax.eval_shape(lambda x: rule.build(**values).init(x), jax.ShapeDtypeStruct((dim,), dtype))

    return tuple(shape(rule) for rule in rules)


@lru_cache(maxsize=64)
def state_size(rules: Rules, dim: int, dtype: str) -> int:
    """Length of the packed state: that of the rule with the longest memory."""
    return max(sum(leaf.size for leaf in jax.tree.leaves(shape)) for shape in _state_shapes(rules, dim, dtype))


def begin(rules: Rules, lane: Lanes, start: Float[Array, "dim"]) -> Float[Array, "state"]:
    """The packed state of the lane's rule before its first step."""
    size, one = state_size(rules, start.size, start.dtype.name), jnp.ones((), start.dtype)

    def branch(rule: Optimizer):
        zeros = jnp.zeros(size, start.dtype)
        return lambda start: _pack(rule.build(**_named(rule, lane.hyperparams, one)).init(start), zeros)

    return lax.switch(lane.rule, [branch(rule) for rule in rules], start)


def factor(lane: Lanes, steps: Float[Array, "row"], num_steps: Float[Given, ""]) -> Float[Array, "row"]:
    """What the lane's schedule multiplies its rate by, at each of these steps."""

    def at(rate):
        hyperparams = lane.rate_hyperparams[: len(rate.hyperparams)]
        each = jax.vmap(lambda step: jnp.asarray(rate.function(step, num_steps, *hyperparams), steps.dtype))
        return lambda: each(steps)

    return lax.switch(lane.rate, [at(rate) for rate in _RATES])


def length(vector: Float[Array, "dim"]) -> Float[Array, ""]:
    """The L2 norm. Of params in whole blocks, zeros behind them do not change its last bit."""
    if vector.size % BLOCK:
        return jnp.sqrt(vector @ vector)
    squares = lax.optimization_barrier(vector * vector).reshape(-1, BLOCK)
    sums = jnp.ones(len(squares), vector.dtype) @ squares  # row after row, however many there are
    return jnp.sqrt(lax.optimization_barrier(sums).sum())


def _clipped(grad: Float[Array, "dim"], clip_norm: Float[Given, ""]) -> Float[Array, "dim"]:
    norm = length(grad)
    return grad * jnp.where(norm > clip_norm, clip_norm / norm, 1.0)


def _given(lane: Lanes, sight: Sight, grad: Array, params: Array) -> Array:
    """What a rule is given for the gradient at a point."""
    return _clipped(grad + sight.push, lane.clip_norm) + lane.l2 * params


def probing(rules: Rules, lane: Lanes, factor: Array, sight: Sight, params: Array,
            state: Array) -> tuple[Array, Array, Sight]:  # fmt: skip
    """(value, gradient, the sight with the gradient at the rule's probe).

    One evaluation in a loop that runs twice for rules with a probe: a network is traced once so, however many rules
    want a second gradient.
    """
    probes = [rule for rule in rules if rule.probe is not None]
    shapes = dict(zip(rules, _state_shapes(rules, params.size, params.dtype.name), strict=True))
    place = jnp.array([probes.index(rule) + 1 if rule in probes else 0 for rule in rules], jnp.int32)[lane.rule]

    def branch(rule: Optimizer):
        def point(grad):
            values, grads = _named(rule, lane.hyperparams, factor), _given(lane, sight, grad, params)
            return rule.probe(values, _unpack(state, shapes[rule]), params, grads)  # pyright: ignore[reportOptionalCall]

        return point

    def evaluate(k, now):
        value, grad, last, _ = now
        at = lax.switch(jnp.where(k == 0, 0, place), [lambda grad: params, *map(branch, probes)], last)
        new_value, last = jax.value_and_grad(sight.loss)(at)
        value, grad = (jnp.where(k == 0, new, old) for new, old in ((new_value, value), (last, grad)))
        return value, grad, last, at

    zero = jnp.zeros_like(params)
    value, grad, last, at = lax.fori_loop(0, 1 + (place > 0), evaluate, (zero[0], zero, zero, params))
    return value, grad, sight._replace(second=lambda: _given(lane, sight, last, at))


def advance(rules: Rules, lane: Lanes, factor: Array, sight: Sight, params: Array, state: Array, value: Array,
            grad: Array) -> tuple[Array, Array]:  # fmt: skip
    """The lane's params and packed state after one step.

    Weight decay shrinks the params before the update is added, as AdamW does; L1 then moves every param towards zero
    and no further (the proximal step).
    """
    updates, state = _update(rules, lane, factor, sight, params, state, value, grad)
    moved = params * (1.0 - factor * lane.shrink) + updates
    threshold = factor * lane.threshold
    return jnp.sign(moved) * jnp.maximum(jnp.abs(moved) - threshold, 0.0), state


def _update(rules, lane, factor, sight, params, state, value, grad):
    push, l2, dtype = sight.push, lane.l2, params.dtype
    second = sight.second

    def bend(params):  # noise tilts the landscape of this step, L2 bends it
        tilt = push @ params if jnp.ndim(push) else 0.0
        return tilt + 0.5 * l2 * params @ params

    def tilted(params):
        return sight.loss(params) + bend(params)

    def grad_fn(params, _=0):  # optax.contrib.sam counts its calls in the second argument
        return _given(lane, sight, jax.grad(sight.loss)(params), params) if second is None else second()

    def branch(rule: Optimizer, like: Any):
        def update(grads, state, params):  # what a rule does not ask for is not computed inside its branch
            extra = {"value": value + bend(params), "grad": grad + push + l2 * params, "value_fn": tilted,
                     "grad_fn": grad_fn, "key": sight.key, "live": sight.live}  # fmt: skip
            transform = rule.build(**_named(rule, lane.hyperparams, factor))
            updates, new = transform.update(grads, _unpack(state, like), params, **extra)
            return jnp.asarray(updates, dtype), _pack(new, state)

        return update

    shapes = _state_shapes(rules, params.size, dtype.name)
    branches = [branch(rule, like) for rule, like in zip(rules, shapes, strict=True)]
    return lax.switch(lane.rule, branches, _given(lane, sight, grad, params), state, params)
