"""What the outputs of a network are held to: one number an example, from the outputs and what was wanted of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

_NEVER = -1e30  # the logit of a column that is no class


@dataclass(frozen=True)
class LossFunction:
    """A named function ``(outputs, wanted, temperature, columns) -> loss``; equal and hashable by name.

    ``outputs`` and ``wanted`` have shape (row, column); ``wanted`` is one-hot for classes, the target in column 0 for a
    regression; ``columns``, of shape (1, column), holds 1 for a class, 0 for padding. The loss has shape (row,).
    """

    name: str
    title: str = field(compare=False, repr=False)
    function: Callable[..., Array] = field(compare=False, repr=False)
    tasks: tuple[str, ...] = field(compare=False, repr=False)  # of the data sets it suits
    source: str = field(compare=False, repr=False)

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        return " ".join((self.function.__doc__ or "").split("\n\n")[0].split())


def _loss(title: str, tasks: tuple[str, ...], source: str) -> Callable[[Callable[..., Array]], LossFunction]:
    return lambda function: LossFunction(function.__name__, title, function, tasks, source)


def log_softmax(outputs: Float[Array, "row column"], temperature: Array, columns: Array) -> Float[Array, "row column"]:
    """Logarithms of the probabilities; the temperature divides the outputs first."""
    return jax.nn.log_softmax(jnp.where(columns > 0, outputs / temperature, _NEVER))


@_loss("Cross-entropy", ("classes",), "Bridle, Probabilistic interpretation of feedforward outputs, 1990")
def cross_entropy(outputs, wanted, temperature, columns):
    r"""Minus the log probability of the right class: its gradient is p - y, however wrong the network is.

    .. math:: -\log p_y, \quad p = \mathrm{softmax}(z / T)
    """
    return -jnp.sum(jnp.where(wanted > 0, wanted * log_softmax(outputs, temperature, columns), 0.0), -1)


@_loss("Squared error of the probabilities", ("classes",), "Brier, Verification of forecasts, 1950")
def brier(outputs, wanted, temperature, columns):
    r"""Half the squared distance of the probabilities from the right class: flat where the network is surely wrong.

    .. math:: \tfrac12 \sum_k (p_k - y_k)^2, \quad p = \mathrm{softmax}(z / T)
    """
    return 0.5 * jnp.sum(columns * (jnp.exp(log_softmax(outputs, temperature, columns)) - wanted) ** 2, -1)


@_loss("Squared error of the outputs", ("classes", "regression"), "Legendre, 1805")
def squared_error(outputs, wanted, temperature, columns):
    r"""Half the squared distance of the outputs, as they are, from what was wanted.

    .. math:: \tfrac12 \sum_k (z_k - y_k)^2
    """
    return 0.5 * jnp.sum(columns * (outputs - wanted) ** 2, -1)


LOSSES = {e.name: e for e in list(vars().values()) if isinstance(e, LossFunction)}
"""The shelf, by name."""
