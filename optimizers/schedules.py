"""The shelf of schedules: factors on the learning rate, as functions of the step in traced floats.

`optax` has most of these shapes, but refuses traced boundaries; here nothing is static, so no slider compiles.
"""

import jax.numpy as jnp

from optimizers.entry import Hyperparam, schedule


def _share(step, num_steps):
    """How much of the run is done, from 0 to 1; 0 of a run without steps."""
    return step / jnp.maximum(num_steps, 1.0)


def _reached(step, share, num_steps):
    """Whether a share of the run is done; 0.07 of 100 steps is step 7, though in floats their product lies above 7."""
    return step >= share * num_steps * (1.0 - 4.0 * jnp.finfo(step.dtype).eps)


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
    drops = _reached(step, first, num_steps).astype(float) + _reached(step, second, num_steps)
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
    return final ** _share(step, num_steps)


@schedule(source="Loshchilov & Hutter, SGDR, 2016, arXiv:1608.03983; torch's CosineAnnealingLR")
def cosine(step, num_steps):
    r"""Lowers the rate to zero along half a cosine: slowly, fast, slowly.

    .. math:: f = \tfrac12 (1 + \cos(\pi t / T))
    """
    return 0.5 * (1.0 + jnp.cos(jnp.pi * _share(step, num_steps)))


@schedule(
    title="Warmup, cosine",
    warmup=Hyperparam(0.1, 0.0, 0.9),
    source="Goyal et al., Accurate, large minibatch SGD, 2017, arXiv:1706.02677, with SGDR's cosine",
)
def warmup_cosine(step, num_steps, warmup):
    r"""Climbs linearly from zero over the first `warmup` of the run, then falls along half a cosine.

    The first step of a climb has length zero; with `warmup` 0 there is no climb, and the first step is whole.

    .. math::
        f = \begin{cases} t / (\text{warmup}\; T) & t < \text{warmup}\; T \\
        \tfrac12 (1 + \cos(\pi (t - \text{warmup}\; T) / (T - \text{warmup}\; T))) & \text{else} \end{cases}
    """
    done = _share(step, num_steps)
    climb = done / jnp.where(warmup > 0, warmup, 1.0)
    fall = 0.5 * (1.0 + jnp.cos(jnp.pi * (done - warmup) / (1.0 - warmup)))
    return jnp.where(done < warmup, climb, fall)


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
    done = _share(step, num_steps)
    up = start + (1.0 - start) * 0.5 * (1.0 - jnp.cos(jnp.pi * done / peak_at))
    down = end + (1.0 - end) * 0.5 * (1.0 + jnp.cos(jnp.pi * (done - peak_at) / (1.0 - peak_at)))
    return jnp.where(done < peak_at, up, down)


@schedule(
    title="WSD",
    warmup=Hyperparam(0.0, 0.0, 0.5),
    decay=Hyperparam(0.2, 0.01, 0.5),
    source="Hu et al., MiniCPM (warmup-stable-decay), 2024, arXiv:2404.06395",
)
def wsd(step, num_steps, warmup, decay):
    r"""Climbs over `warmup` of the run, keeps the rate, and falls linearly to zero over the last `decay`.

    The first step of a climb has length zero; with `warmup` 0 there is no climb, and the first step is whole.

    .. math:: f = \min\left( \frac{t}{\text{warmup}\; T}, 1, \frac{T - t}{\text{decay}\; T} \right)
    """
    done = _share(step, num_steps)
    climb = jnp.where(warmup > 0, done / jnp.where(warmup > 0, warmup, 1.0), 1.0)
    return jnp.clip(jnp.minimum(climb, (1.0 - done) / decay), 0.0, 1.0)


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
    return 1.0 + (final - 1.0) * _share(step, num_steps)
