"""Rules that follow the slope, alone or with a memory of past slopes; and the walk that ignores its direction."""

import jax
import optax

from optimizers.entry import Hyperparam, learning_rate_of, optimizer

_MOMENTUM = Hyperparam(0.9, 0.0, 0.999)


@optimizer(
    learning_rate=learning_rate_of(1e-3),
    network_rate=0.1,
    source="Cauchy, Methode generale pour la resolution des systemes d'equations simultanees, 1847; optax.sgd",
)
def gradient_descent(learning_rate):
    r"""Steps straight down the slope, the longer the steeper.

    .. math:: x \leftarrow x - \text{learning\_rate}\; g

    As torch.optim.SGD.
    """
    return optax.sgd(learning_rate)


@optimizer(
    learning_rate=learning_rate_of(1e-3),
    momentum=_MOMENTUM,
    network_rate=0.02,
    source="Polyak, Some methods of speeding up the convergence of iteration methods, 1964; optax.sgd",
)
def momentum(learning_rate, momentum):
    r"""Heavy ball: rolls on with its past steps, so it gathers speed along a valley and swings across it less.

    .. math:: v \leftarrow \text{momentum}\; v + g, \quad x \leftarrow x - \text{learning\_rate}\; v

    As torch.optim.SGD. On a steady slope the step grows to learning_rate / (1 - momentum) of it: at equal
    learning_rate a larger momentum is also a larger step.
    """
    return optax.sgd(learning_rate, momentum=momentum)


@optimizer(
    learning_rate=learning_rate_of(1e-3),
    momentum=_MOMENTUM,
    network_rate=0.02,
    source="Nesterov, A method for solving a convex programming problem with rate 1/k^2, 1983, in the form of "
    "Sutskever et al., On the importance of initialization and momentum in deep learning, 2013; optax.sgd",
)
def nesterov(learning_rate, momentum):
    r"""Heavy ball that looks ahead: it brakes before the turn rather than after it.

    .. math::
        v \leftarrow \text{momentum}\; v + g, \quad
        x \leftarrow x - \text{learning\_rate}\; (g + \text{momentum}\; v)

    As torch.optim.SGD(nesterov=True). The params are those at which the gradient is taken: Nesterov's extrapolated
    point, not the point he extrapolates from.
    """
    return optax.sgd(learning_rate, momentum=momentum, nesterov=True)


@optimizer(
    learning_rate=learning_rate_of(1e-2),
    momentum=_MOMENTUM,
    network_rate=0.1,
    source="Goh, Why momentum really works, Distill, 2017, for the two forms; optax.ema",
)
def damped_momentum(learning_rate, momentum):
    r"""Heavy ball that averages its slopes instead of adding them: momentum smooths the step, but does not lengthen it.

    .. math::
        v \leftarrow \text{momentum}\; v + (1 - \text{momentum})\; g, \quad
        x \leftarrow x - \text{learning\_rate}\; v

    The heavy ball at learning_rate (1 - momentum). torch.optim.SGD(dampening=momentum) differs: it takes the first
    gradient whole, v = g, here v = (1 - momentum) g.
    """
    return optax.chain(optax.ema(momentum, debias=False), optax.scale_by_learning_rate(learning_rate))


@optimizer(
    learning_rate=learning_rate_of(2e-4),
    network_rate=0.01,
    source="Rastrigin, The convergence of the random search method, 1963; the control of gradient descent here",
)
def random_walk(learning_rate):
    r"""Steps as far as gradient descent would, but in a direction drawn at random: what the slope's direction is worth.

    .. math:: x \leftarrow x + \text{learning\_rate}\; |g|\; u, \quad u \text{ uniform on the unit sphere}

    Not in torch.optim. The direction depends on the run's seed and the step only.
    """

    def update(updates, state, params=None, **extra):
        draw = extra["live"] * jax.random.normal(extra["key"], updates.shape, updates.dtype)
        return learning_rate * optax.tree.norm(updates) / optax.tree.norm(draw) * draw, state

    return optax.GradientTransformationExtraArgs(optax.init_empty_state, update)
