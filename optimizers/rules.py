"""The shelf of rules: one decorated function each, over optax."""

import optax

from optimizers.entry import Hyperparam, optimizer


@optimizer(learning_rate=Hyperparam(1e-3, 1e-6, 10.0, log=True), source="Cauchy, 1847; optax.sgd")
def gradient_descent(learning_rate):
    r"""Steps straight down the slope.

    .. math:: x \leftarrow x - \text{learning\_rate}\; g
    """
    return optax.sgd(learning_rate)


@optimizer(
    learning_rate=Hyperparam(1e-3, 1e-6, 10.0, log=True),
    momentum=Hyperparam(0.9, 0.0, 0.999),
    source="Polyak, 1964; optax.sgd and torch.optim.SGD",
)
def momentum(learning_rate, momentum):
    r"""Heavy ball: rolls on with its past steps, fast along valleys.

    .. math:: v \leftarrow \text{momentum}\; v + g, \quad x \leftarrow x - \text{learning\_rate}\; v
    """
    return optax.sgd(learning_rate, momentum=momentum)


@optimizer(
    learning_rate=Hyperparam(1e-1, 1e-6, 10.0, log=True),
    b1=Hyperparam(0.9, 0.0, 0.999),
    b2=Hyperparam(0.999, 0.0, 0.9999),
    eps=Hyperparam(1e-8, 1e-12, 1e-1, log=True),
    source="Kingma & Ba, Adam, 2014, arXiv:1412.6980",
)
def adam(learning_rate, b1, b2, eps):
    r"""Momentum scaled by the root of a running mean of squared gradients."""
    return optax.adam(learning_rate, b1, b2, eps)
