"""The product of a layer's inputs with its weights, whose gradient XLA's CPU is quick at."""

import jax
from jax import lax
from jaxtyping import Array, Float

FEW = 256  # rows up to which a transposed copy is cheaper than a product along the rows of both


@jax.custom_vjp
def linear(x: Float[Array, "*row fan_in"], weight: Float[Array, "fan_in fan_out"]) -> Float[Array, "*row fan_out"]:
    """``x @ weight``, differentiable by reverse mode.

    The weights' gradient is a product of two matrices, as it is for one axis of rows: autodiff would contract several
    axes at once. Of few rows the inputs are copied transposed first, for products along the first axes of both leave
    XLA's quick path: together a third of the time of an LSTM.
    """
    return x @ weight


def _forward(x, weight):
    return x @ weight, (x, weight)


def _backward(kept, cotangent):
    x, weight = kept
    turned = x.reshape(-1, x.shape[-1]).T
    if turned.shape[1] <= FEW:
        turned = lax.optimization_barrier(turned)
    return cotangent @ weight.T, turned @ cotangent.reshape(-1, cotangent.shape[-1])


linear.defvjp(_forward, _backward)
