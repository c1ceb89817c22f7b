"""The shelf of schedules: factors on the learning rate, as functions of the step in traced floats.

`optax` has most of these shapes, but refuses traced boundaries; here nothing is static, so no slider compiles.
"""

import jax.numpy as jnp

from optimizers.entry import Hyperparam, schedule


@schedule(source="Robbins & Monro, A stochastic approximation method, 1951, for why it keeps a noise floor")
def constant(step, num_steps):
    r"""Keeps the rate; under gradient noise the loss stops falling at a floor.

    .. math:: f = 1
    """
    return jnp.ones_like(step)


@schedule(
    drop=Hyperparam(0.1, 0.01, 1.0, log=True),
    first=Hyperparam(0.5, 0.0, 1.0),
    second=Hyperparam(0.75, 0.0, 1.0),
    source="He et al., Deep residual learning, 2015, arXiv:1512.03385; torch's MultiStepLR",
)
def step(step, num_steps, drop, first, second):
    r"""Multiplies the rate by `drop` at two fractions of the run: the loss falls off a ledge each time.

    .. math:: f = \text{drop}^k, \quad k = [t \ge \text{first}\; T] + [t \ge \text{second}\; T]

    with t the step and T the number of steps.
    """
    drops = (step >= first * num_steps).astype(float) + (step >= second * num_steps)
    return drop**drops


@schedule(
    final=Hyperparam(0.01, 1e-6, 1.0, log=True),
    source="Li & Arora, An exponential learning rate schedule for deep learning, 2019, arXiv:1910.07454; "
    "torch's ExponentialLR",
)
def exponential(step, num_steps, final):
    r"""Lowers the rate by the same factor every step, down to `final` of it at the end.

    .. math:: f = \text{final}^{t/T}
    """
    return final ** (step / num_steps)


@schedule(source="Loshchilov & Hutter, SGDR, 2016, arXiv:1608.03983; torch's CosineAnnealingLR")
def cosine(step, num_steps):
    r"""Lowers the rate to zero along half a cosine: slowly, fast, slowly.

    .. math:: f = \tfrac12 (1 + \cos(\pi t / T))
    """
    return 0.5 * (1.0 + jnp.cos(jnp.pi * step / num_steps))


@schedule(
    title="Warmup, cosine",
    warmup=Hyperparam(0.1, 0.0, 0.9),
    source="Goyal et al., Accurate, large minibatch SGD, 2017, arXiv:1706.02677, with SGDR's cosine",
)
def warmup_cosine(step, num_steps, warmup):
    r"""Climbs linearly from zero over the first `warmup` of the run, then falls along half a cosine.

    .. math::
        f = \begin{cases} t / (\text{warmup}\; T) & t < \text{warmup}\; T \\
        \tfrac12 (1 + \cos(\pi (t - \text{warmup}\; T) / (T - \text{warmup}\; T))) & \text{else} \end{cases}
    """
    climb = jnp.maximum(warmup * num_steps, 1e-9)
    fall = (step - climb) / jnp.maximum(num_steps - climb, 1e-9)
    return jnp.where(step < climb, step / climb, 0.5 * (1.0 + jnp.cos(jnp.pi * fall)))


@schedule(
    title="One-cycle",
    peak_at=Hyperparam(0.3, 0.05, 0.95),
    div_factor=Hyperparam(25.0, 1.0, 100.0, log=True),
    final_div_factor=Hyperparam(1e4, 1.0, 1e6, log=True),
    source="Smith & Topin, Super-convergence, 2017, arXiv:1708.07120; cosine legs as in torch's OneCycleLR",
)
def one_cycle(step, num_steps, peak_at, div_factor, final_div_factor):
    r"""Rises from 1/`div_factor` to the full rate, then falls to 1/(`div_factor` `final_div_factor`) of it.

    .. math::
        f = \begin{cases} a + (1 - a)\; \tfrac12 (1 - \cos(\pi t / P)) & t < P \\
        b + (1 - b)\; \tfrac12 (1 + \cos(\pi (t - P) / (T - P))) & \text{else} \end{cases}, \quad
        P = \text{peak\_at}\; T, \quad a = \frac{1}{\text{div\_factor}}, \quad
        b = \frac{a}{\text{final\_div\_factor}}

    torch's OneCycleLR ends a step earlier, and its peak comes a step earlier.
    """
    start, end = 1.0 / div_factor, 1.0 / (div_factor * final_div_factor)
    peak = peak_at * num_steps
    up = start + (1.0 - start) * 0.5 * (1.0 - jnp.cos(jnp.pi * step / peak))
    down = end + (1.0 - end) * 0.5 * (1.0 + jnp.cos(jnp.pi * (step - peak) / (num_steps - peak)))
    return jnp.where(step < peak, up, down)


@schedule(
    title="WSD",
    warmup=Hyperparam(0.0, 0.0, 0.5),
    decay=Hyperparam(0.2, 0.01, 0.5),
    source="Hu et al., MiniCPM (warmup-stable-decay), 2024, arXiv:2404.06395",
)
def wsd(step, num_steps, warmup, decay):
    r"""Climbs over `warmup` of the run, keeps the rate, and falls linearly to zero over the last `decay`.

    .. math:: f = \min\left( \frac{t}{\text{warmup}\; T}, 1, \frac{T - t}{\text{decay}\; T} \right)
    """
    climb = jnp.where(warmup > 0, step / jnp.maximum(warmup * num_steps, 1e-9), 1.0)
    fall = (num_steps - step) / (decay * num_steps)
    return jnp.clip(jnp.minimum(climb, fall), 0.0, 1.0)


@schedule(
    decay=Hyperparam(1.0, 1e-3, 10.0, log=True),
    source="Robbins & Monro, A stochastic approximation method, 1951",
)
def inverse_time(step, num_steps, decay):
    r"""Divides the rate by 1 + `decay` t: the classic schedule that removes the noise floor.

    .. math:: f = 1 / (1 + \text{decay}\; t)
    """
    return 1.0 / (1.0 + decay * step)


@schedule(
    final=Hyperparam(0.0, 0.0, 1.0),
    source="Defazio et al., Optimal linear decay learning rate schedules and further refinements, 2023, "
    "arXiv:2310.07831; torch's LinearLR",
)
def linear(step, num_steps, final):
    r"""Lowers the rate along a straight line to `final` of it.

    .. math:: f = 1 + (\text{final} - 1)\; t / T
    """
    return 1.0 + (final - 1.0) * step / num_steps
