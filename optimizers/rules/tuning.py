"""Rules that find their own step length or do without a schedule."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from optimizers.entry import Hyperparam, learning_rate_of, optimizer

_B1 = Hyperparam(0.9, 0.0, 0.999)
_B2 = Hyperparam(0.999, 0.0, 0.9999)
_EPS = Hyperparam(1e-8, 1e-12, 1e-1, log=True)
_MIXING = Hyperparam(0.9, 0.05, 0.999)  # x is recovered from y by dividing by it


@optimizer(
    max_learning_rate=learning_rate_of(1.0),
    f_min=Hyperparam(0.0, -1000.0, 1000.0),
    scaling=Hyperparam(1.0, 0.01, 2.0, log=True),
    scheduled="scaling",
    lowest="f_min",
    title="Polyak SGD",
    source="Polyak, Introduction to Optimization, 1987; Loizou et al., Stochastic Polyak step-size, 2020, "
    "arXiv:2002.10542; optax.scale_by_polyak",
)
def polyak_sgd(max_learning_rate, f_min, scaling):
    r"""Steps as far as the height above the known minimum asks for: long on a flat slope, short on a steep one.

    .. math::
        x \leftarrow x - \text{scaling}\; \min\left( \frac{\text{loss}(x) - \text{f\_min}}{|g|^2},
        \text{max\_learning\_rate} \right) g

    Unless set, f_min is the lowest loss in the box of a surface where that is known; else, as on every network, it is
    taken to be 0. Too high an f_min makes it climb back up to that height, too low a one makes every step too long.
    Where :math:`|g|^2` is below the rounding of floats it stays. Not in torch.optim. optax.polyak_sgd (0.2.8) squares
    scaling into :math:`|g|^2`; here it only scales.
    """
    return optax.chain(
        optax.scale_by_polyak(f_min=f_min, max_learning_rate=max_learning_rate),
        optax.scale_by_learning_rate(scaling),
    )


@optimizer(
    learning_rate=learning_rate_of(1.0),
    b1=_B1,
    b2=_B2,
    eps=_EPS,
    estim_lr0=Hyperparam(1e-6, 1e-10, 1.0, log=True),
    estim_lr_coef=Hyperparam(1.0, 0.1, 10.0, log=True),
    source="Mishchenko & Defazio, Prodigy, 2023, arXiv:2306.06101; optax.contrib.prodigy",
)
def prodigy(learning_rate, b1, b2, eps, estim_lr0, estim_lr_coef):
    r"""Adam that estimates, from how far it has come, how far there is to go, and steps accordingly.

    .. math::
        a = \text{learning\_rate}\; d\; \frac{\sqrt{1 - \text{b2}^t}}{1 - \text{b1}^t}, \quad
        r \leftarrow \sqrt{\text{b2}}\; r + a d\; g \cdot (x_0 - x), \quad
        s \leftarrow \sqrt{\text{b2}}\; s + a d\; g, \quad
        d \leftarrow \max\left( d, \text{estim\_lr\_coef}\; \frac{r}{|s|_1} \right)

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\; d g, \quad
        v \leftarrow \text{b2}\; v + (1 - \text{b2})\; d^2 g^2, \quad
        x \leftarrow x - a\; \frac{m}{\sqrt{v} + d\; \text{eps}}

    with d = estim_lr0 at first, and d of the step before everywhere but beside eps. Not in torch.optim. Leave
    learning_rate at 1; it is there for schedules. Until the first slope other than zero it waits.
    """
    inner = optax.contrib.prodigy(learning_rate, (b1, b2), None, eps, estim_lr0, estim_lr_coef)

    def update(updates, state, params=None, **extra):
        resting = (optax.tree.zeros_like(updates), state)
        going = inner.update(updates, state, params, **extra)
        at_rest = optax.tree.norm(optax.tree.get(going, "grad_sum")) == 0  # what optax divides by
        return jax.tree.map(lambda rest, go: jnp.where(at_rest, rest, go), resting, going)

    return optax.GradientTransformationExtraArgs(inner.init, update)


class _AveragedState(NamedTuple):
    y: Any  # where the gradient is taken
    free: Any  # the state of optax's schedule_free, z included


def _extrapolated(values, state, params, grads):
    """The point whose slope a schedule-free rule takes."""
    return state.y


def _averaged(free: optax.GradientTransformationExtraArgs) -> optax.GradientTransformationExtraArgs:
    """Turns optax's schedule_free, whose params are y, into a rule whose params are the average x it returns."""

    def init(params):
        return _AveragedState(params, free.init(params))

    def update(updates, state, params=None, **extra):
        updates, inner = free.update(extra["grad_fn"](state.y), state.free, state.y)
        y = optax.tree.add(state.y, updates)
        x = optax.contrib.schedule_free_eval_params(inner, y)
        return optax.tree.sub(x, params), _AveragedState(y, inner)

    return optax.GradientTransformationExtraArgs(init, update)


@optimizer(
    learning_rate=learning_rate_of(1e-3),
    b1=_MIXING,
    title="Schedule-free SGD",
    looks=True,
    probe=_extrapolated,
    network_rate=0.3,
    source="Defazio et al., The road less scheduled, 2024, arXiv:2405.15682; optax.contrib.schedule_free_sgd",
)
def schedule_free_sgd(learning_rate, b1):
    r"""Draws the running average of a gradient descent's path: as smooth as after a decayed rate, without a schedule.

    .. math::
        y = (1 - \text{b1})\; z + \text{b1}\; x, \quad z \leftarrow z - \text{learning\_rate}\; g(y), \quad
        x \leftarrow (1 - c)\; x + c\; z, \quad c = \frac{h_t^2}{\sum_{i \le t} h_i^2}

    with h the largest learning_rate so far: c = 1/t at a constant one. The params are x, the point the method returns;
    the gradient is taken at y. Not in torch.optim.
    """
    return _averaged(optax.contrib.schedule_free_sgd(learning_rate, b1=b1))


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=_MIXING,
    b2=_B2,
    eps=_EPS,
    weight_decay=Hyperparam(1e-2, 1e-6, 1.0, log=True),
    title="Schedule-free AdamW",
    looks=True,
    probe=_extrapolated,
    network_rate=0.003,
    source="Defazio et al., The road less scheduled, 2024, arXiv:2405.15682; optax.contrib.schedule_free_adamw",
)
def schedule_free_adamw(learning_rate, b1, b2, eps, weight_decay):
    r"""Draws the running average of an AdamW's path, with the average in the place of Adam's momentum.

    .. math::
        y = (1 - \text{b1})\; z + \text{b1}\; x, \quad
        v \leftarrow \text{b2}\; v + (1 - \text{b2})\; g(y)^2, \quad
        z \leftarrow z - \text{learning\_rate} \left( \frac{g(y)}{\sqrt{\hat v} + \text{eps}} +
        \text{weight\_decay}\; y \right), \quad
        x \leftarrow (1 - c)\; x + c\; z

    with Adam's bias correction of v, and c as in schedule_free_sgd. The params are x, the point the method returns.
    With weight_decay above 0 it does not stay at a stationary point of the loss, other than the origin. Not in
    torch.optim.
    """
    return _averaged(optax.contrib.schedule_free_adamw(learning_rate, b1=b1, b2=b2, eps=eps, weight_decay=weight_decay))
