"""Rules that look at how the slope changes: by the curvature, an estimate of it, or a probe beside the path."""

import jax
import jax.numpy as jnp
import optax

from optimizers.entry import Hyperparam, learning_rate_of, optimizer


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


@optimizer(
    scheduled=None,
    looks=True,
    title="L-BFGS",
    source="Liu & Nocedal, On the limited memory BFGS method, 1989; Nocedal & Wright, Numerical Optimization, "
    "algorithms 7.4, 7.5 and 3.5; optax.lbfgs",
)
def lbfgs():
    r"""Learns the curvature from its last ten steps and searches along each direction: far in few, dearer steps.

    .. math:: x \leftarrow x - h\; P g, \quad h \text{ from a zoom line search with the strong Wolfe conditions}

    with P the BFGS estimate of the inverse Hessian from the last ten differences of params and gradients. A step takes
    up to 20 more losses and gradients. torch.optim.LBFGS differs: its default takes h = learning_rate, and a step of
    it is 20 iterations.
    """
    return _heeding(optax.lbfgs(), "value", "grad", "value_fn")


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
