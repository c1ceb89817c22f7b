"""Rules that look at how the slope changes: by the curvature, an estimate of it, or a probe beside the path."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from optimizers.entry import Hyperparam, learning_rate_of, optimizer

_ROUNDING = 1e-14  # of a loss, and of a line search's interval


def _heeding(transform: optax.GradientTransformationExtraArgs, *names: str) -> optax.GradientTransformationExtraArgs:
    """Passes on only the extra arguments of these names, to transforms that refuse others."""

    def update(updates, state, params=None, **extra):
        return transform.update(updates, state, params, **{name: extra[name] for name in names})

    return optax.GradientTransformationExtraArgs(transform.init, update)


@optimizer(
    learning_rate=learning_rate_of(1.0),
    looks=True,
    source="Nocedal & Wright, Numerical Optimization, 2nd edition, 2006, section 3.3",
)
def newton(learning_rate):
    r"""Jumps to the bottom, or the top, of the parabola that fits the surface here: a handful of steps near a minimum.

    .. math:: x \leftarrow x - \text{learning\_rate}\; H^{-1} g

    with H the Hessian of the step's landscape. The plain textbook step, unguarded: where H is indefinite it makes for a
    saddle or a maximum; where H is singular there is no step, and the run ends there as diverged. learning_rate below 1
    damps it. Not in torch.optim. The params must be one vector.
    """

    def update(updates, state, params=None, **extra):
        def bend(axis):  # a row of the Hessian; mapped, not vmapped, for a landscape's switch compiles far faster so
            return jax.jvp(jax.grad(extra["value_fn"]), (params,), (axis,))[1]

        hessian = jax.lax.map(bend, jnp.eye(updates.size, dtype=updates.dtype))
        return -learning_rate * jnp.linalg.solve(hessian, updates), state

    return optax.GradientTransformationExtraArgs(optax.init_empty_state, update)


class _LbfgsState(NamedTuple):
    steps: Any  # the last ten, the newest last; zeros where there is none yet
    bends: Any  # how the gradient changed over each


def _two_loops(grad, steps, bends):
    """The BFGS estimate of the inverse Hessian, times the gradient; the gradient, no longer than 1, without pairs."""
    products = jnp.sum(steps * bends, axis=1)
    weights = jnp.where(products > 0, 1.0 / jnp.where(products > 0, products, 1.0), 0.0)  # 0 for an empty place

    def back(vector, pair):
        step, bend, weight = pair
        share = weight * step @ vector
        return vector - share * bend, share

    def forth(vector, pair):
        step, bend, weight, share = pair
        return vector + (share - weight * bend @ vector) * step, None

    vector, shares = jax.lax.scan(back, grad, (steps, bends, weights), reverse=True)
    newest = bends[-1] @ bends[-1]
    scale = jnp.where(newest > 0, products[-1] / jnp.where(newest > 0, newest, 1.0), 1 / jnp.maximum(1.0, _norm(grad)))
    return jax.lax.scan(forth, scale * vector, (steps, bends, weights, shares))[0]


def _norm(vector):
    return jnp.sqrt(vector @ vector)


def _remembered(state: _LbfgsState, step, bend) -> _LbfgsState:
    """The memory with a new pair, or the old one where the curvature of the pair is not positive beyond rounding."""
    floats = jnp.finfo(step.dtype)
    curved = step @ bend > jnp.maximum(floats.eps * _norm(step) * _norm(bend), floats.tiny)
    return jax.tree.map(
        lambda old, new: jnp.where(curved, jnp.concatenate([old[1:], new[None]]), old), state, _LbfgsState(step, bend)
    )


@optimizer(
    scheduled=None,
    looks=True,
    title="L-BFGS",
    source="Liu & Nocedal, On the limited memory BFGS method, 1989; Nocedal & Wright, Numerical Optimization, "
    "algorithms 7.4, 7.5, 3.5 and 3.6; optax.scale_by_zoom_linesearch",
)
def lbfgs():
    r"""Learns the curvature from its last ten steps and searches along each direction: far in few, dearer steps.

    .. math:: x \leftarrow x - h\; P g, \quad h \text{ from a zoom line search with the strong Wolfe conditions}

    with P the BFGS estimate of the inverse Hessian from the last ten differences s of params and y of gradients over a
    step with s y > 0, both on the landscape of that step; until there is one, P g is g, no longer than 1. A search
    looks at up to 30 losses and gradients. Where none of them meets the conditions, for the loss has no bottom that
    way, the way is too long, or all is rounding, it takes the lowest that falls enough; where none falls, it stays, and
    forgets its pairs, so that the next search goes straight down the slope. The loss of the step's landscape never
    rises. torch.optim.LBFGS differs: its default takes h = learning_rate, and a step of it is 20 iterations.
    """
    search: Any = optax.scale_by_zoom_linesearch(
        30, increase_factor=4.0, approx_dec_rtol=_ROUNDING, stepsize_precision=_ROUNDING, initial_guess_strategy="one"
    )

    def init(params):
        nothing = jnp.zeros((10, *params.shape), params.dtype)
        return _LbfgsState(nothing, nothing)

    def update(updates, state, params=None, **extra):
        seen = {name: extra[name] for name in ("value", "grad", "value_fn")}
        step, found = search.update(-_two_loops(updates, *state), search.init(params), params, **seen)
        falls = (found.value <= seen["value"]) & jnp.all(jnp.isfinite(step))
        learned = _remembered(state, step, found.grad - seen["grad"])
        staying = (jnp.zeros_like(updates), init(updates))
        return jax.tree.map(lambda go, stay: jnp.where(falls, go, stay), (step, learned), staying)

    return optax.GradientTransformationExtraArgs(init, update)


def _uphill(values, state, params, grads):
    """The point whose slope SAM takes."""
    norm = optax.tree.norm(grads)
    return params + values["rho"] * grads / jnp.where(norm > 0, norm, 1.0)


@optimizer(
    learning_rate=learning_rate_of(1e-3),
    rho=Hyperparam(0.05, 1e-4, 1.0, log=True),
    title="SAM",
    looks=True,
    probe=_uphill,
    network_rate=0.1,
    source="Foret et al., Sharpness-aware minimization, 2020, arXiv:2010.01412; optax.contrib.sam",
)
def sam(learning_rate, rho):
    r"""Takes the slope a little uphill from where it stands, so that it shuns narrow wells.

    .. math::
        x \leftarrow x - \text{learning\_rate}\; g\!\left( x + \text{rho}\; \frac{g(x)}{|g(x)|} \right)

    With gradient descent as the rule inside; two gradients a step. Not in torch.optim. It does not settle: at a minimum
    of curvature c it hops between two points, each learning_rate c rho / (2 - learning_rate c) away.
    """
    uphill = optax.chain(
        optax.normalize_by_update_norm(eps=jnp.finfo(float).tiny),  # 0 stays 0, where optax.contrib.normalize gives NaN
        optax.sgd(rho),
    )
    return _heeding(optax.contrib.sam(optax.sgd(learning_rate), uphill, opaque_mode=True), "grad_fn")
