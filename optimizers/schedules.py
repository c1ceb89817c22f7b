"""The shelf of schedules: factors on the learning rate, as functions of the step in traced floats.

`optax` has most of these shapes, but refuses traced boundaries; here nothing is static, so no slider compiles.
"""

import jax.numpy as jnp

from optimizers.entry import Hyperparam, schedule


@schedule(source="Robbins & Monro, A stochastic approximation method, 1951, for why it keeps a noise floor")
def constant(step, num_steps):
    """Keeps the rate; under gradient noise the loss stops falling at a floor."""
    return jnp.ones_like(step)


@schedule(
    drop=Hyperparam(0.1, 0.01, 1.0, log=True),
    first=Hyperparam(0.5, 0.0, 1.0),
    second=Hyperparam(0.75, 0.0, 1.0),
    source="He et al., Deep residual learning, 2015, arXiv:1512.03385",
)
def step(step, num_steps, drop, first, second):
    """Multiplies the rate by `drop` at two fractions of the run."""
    drops = (step >= first * num_steps).astype(float) + (step >= second * num_steps)
    return drop**drops


@schedule(final=Hyperparam(0.01, 1e-6, 1.0, log=True), source="optax.exponential_decay")
def exponential(step, num_steps, final):
    """Lowers the rate by the same factor every step, down to `final` of it at the end."""
    return final ** (step / num_steps)


@schedule(source="Loshchilov & Hutter, SGDR, 2016, arXiv:1608.03983")
def cosine(step, num_steps):
    """Lowers the rate to zero along half a cosine: slowly, fast, slowly."""
    return 0.5 * (1.0 + jnp.cos(jnp.pi * step / num_steps))


@schedule(
    warmup=Hyperparam(0.1, 0.0, 0.9),
    title="Warmup, cosine",
    source="Goyal et al., 2017, arXiv:1706.02677, with SGDR's cosine",
)
def warmup_cosine(step, num_steps, warmup):
    """Climbs linearly from zero over the first `warmup` of the run, then falls along half a cosine."""
    climb = jnp.maximum(warmup * num_steps, 1e-9)
    fall = (step - climb) / jnp.maximum(num_steps - climb, 1e-9)
    return jnp.where(step < climb, step / climb, 0.5 * (1.0 + jnp.cos(jnp.pi * fall)))


@schedule(
    peak_at=Hyperparam(0.3, 0.05, 0.95),
    div_factor=Hyperparam(25.0, 1.0, 100.0, log=True),
    final_div_factor=Hyperparam(1e4, 1.0, 1e6, log=True),
    title="One-cycle",
    source="Smith & Topin, Super-convergence, 2017, arXiv:1708.07120; cosine legs as in torch's OneCycleLR",
)
def one_cycle(step, num_steps, peak_at, div_factor, final_div_factor):
    """Rises from 1/`div_factor` to the full rate, then falls to 1/(`div_factor` `final_div_factor`) of it."""
    start, end = 1.0 / div_factor, 1.0 / (div_factor * final_div_factor)
    peak = peak_at * num_steps
    up = start + (1.0 - start) * 0.5 * (1.0 - jnp.cos(jnp.pi * step / peak))
    down = end + (1.0 - end) * 0.5 * (1.0 + jnp.cos(jnp.pi * (step - peak) / (num_steps - peak)))
    return jnp.where(step < peak, up, down)


@schedule(
    warmup=Hyperparam(0.0, 0.0, 0.5),
    decay=Hyperparam(0.2, 0.01, 0.5),
    title="WSD",
    source="Hu et al., MiniCPM (warmup-stable-decay), 2024, arXiv:2404.06395",
)
def wsd(step, num_steps, warmup, decay):
    """Climbs over `warmup` of the run, keeps the rate, and falls linearly to zero over the last `decay`."""
    climb = jnp.where(warmup > 0, step / jnp.maximum(warmup * num_steps, 1e-9), 1.0)
    fall = (num_steps - step) / (decay * num_steps)
    return jnp.clip(jnp.minimum(climb, fall), 0.0, 1.0)


@schedule(decay=Hyperparam(1.0, 1e-3, 10.0, log=True), source="Robbins & Monro, 1951")
def inverse_time(step, num_steps, decay):
    """Divides the rate by 1 + `decay` t: the classic schedule that removes the noise floor."""
    return 1.0 / (1.0 + decay * step)


@schedule(final=Hyperparam(0.0, 0.0, 1.0), source="optax.linear_schedule")
def linear(step, num_steps, final):
    """Lowers the rate along a straight line to `final` of it."""
    return 1.0 + (final - 1.0) * step / num_steps
