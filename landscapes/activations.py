"""The shelf of activations: what a unit does with its input."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from landscapes.surface import ShapeParam


@dataclass(frozen=True)
class Activation:
    """A named function ``(z, slope) -> array`` of the dtype of z; equal and hashable by name.

    ``slope`` is its shape parameter, which functions without one ignore.
    """

    name: str
    title: str = field(compare=False, repr=False)
    function: Callable[..., Array] = field(compare=False, repr=False)
    source: str = field(compare=False, repr=False)
    gain: float = field(default=1.0, compare=False, repr=False)  # of the initial weights, that keeps the signal's size
    kinks: tuple[float, ...] = field(default=(), compare=False, repr=False)  # where the slope jumps
    shape: Mapping[str, ShapeParam] = field(default_factory=dict, compare=False, repr=False)
    learned: bool = field(default=False, compare=False, repr=False)  # whether training moves the shape parameter

    @property
    def summary(self) -> str:
        """The first sentence of the docstring: what it does to the signal."""
        return " ".join((inspect.getdoc(self.function) or "").split("\n\n")[0].split())

    def with_slope(self, z: Float[Array, "*any"], slope: Any) -> tuple[Array, Array]:
        """What it makes of each z, and the slope there."""
        return jax.jvp(lambda z: self.function(z, slope), (z,), (jnp.ones_like(z),))


def activation(*, source: str, title: str = "", gain: float = 1.0, kinks: tuple[float, ...] = (), learned: bool = False,
               **shape: ShapeParam) -> Callable[[Callable[..., Array]], Activation]:  # fmt: skip
    """Makes the decorated function an `Activation` of its own name; ``shape`` is its shape parameter, if any."""

    def shelve(function: Callable[..., Array]) -> Activation:
        name = function.__name__
        return Activation(
            name, title or name.replace("_", " ").capitalize(), function, source, gain, kinks, shape, learned
        )

    return shelve


@activation(source="the control: a network of it is a linear map")
def identity(z: Float[Array, "*any"], slope):
    r"""Passes everything on unchanged; a network of it draws only straight boundaries.

    .. math:: z
    """
    return z


@activation(source="Rumelhart, Hinton & Williams, Learning representations by back-propagating errors, 1986")
def sigmoid(z, slope):
    r"""Squeezes its input into 0 to 1; its slope is at most a quarter, which starves the layers behind it.

    .. math:: 1 / (1 + e^{-z})
    """
    return jax.nn.sigmoid(z)


@activation(source="Courbariaux, Bengio & David, BinaryConnect, 2015, arXiv:1511.00363; torch's Hardsigmoid",
            kinks=(-3.0, 3.0))  # fmt: skip
def hard_sigmoid(z, slope):
    r"""A sigmoid of three straight pieces; beyond them its slope is exactly zero.

    .. math:: \min(\max(z / 6 + 1/2, 0), 1)
    """
    return jnp.clip(z / 6 + 0.5, 0, 1)


@activation(source="LeCun et al., Efficient BackProp, 1998", gain=5 / 3)
def tanh(z, slope):
    r"""A sigmoid centred on zero, with slope 1 there: signals shrink far less.

    .. math:: \tanh z
    """
    return jnp.tanh(z)


@activation(source="Nair & Hinton, Rectified linear units, 2010", title="ReLU", gain=math.sqrt(2), kinks=(0.0,))
def relu(z, slope):
    r"""Passes what is positive and blocks the rest; a unit that is never positive is dead.

    .. math:: \max(z, 0)
    """
    return jnp.where(z > 0, z, 0)


@activation(source="Maas, Hannun & Ng, Rectifier nonlinearities improve neural network acoustic models, 2013",
            title="Leaky ReLU", gain=math.sqrt(2 / (1 + 0.01**2)), kinks=(0.0,),
            negative_slope=ShapeParam(0.01, 0.0, 1.0))  # fmt: skip
def leaky_relu(z, slope):
    r"""Lets a little of what is negative through, so that no unit dies.

    .. math:: z \text{ if } z > 0, \text{ else } \text{negative\_slope}\; z
    """
    return jnp.where(z > 0, z, slope * z)


@activation(source="He et al., Delving deep into rectifiers, 2015, arXiv:1502.01852", title="PReLU", learned=True,
            gain=math.sqrt(2 / (1 + 0.25**2)), kinks=(0.0,), slope=ShapeParam(0.25, -1.0, 1.0))  # fmt: skip
def prelu(z, slope):
    r"""A leaky ReLU that learns how much to let through, one slope a layer.

    .. math:: z \text{ if } z > 0, \text{ else } \text{slope}\; z
    """
    return jnp.where(z > 0, z, slope * z)


@activation(source="Clevert, Unterthiner & Hochreiter, Fast and accurate deep network learning by ELUs, 2015, "
            "arXiv:1511.07289", title="ELU", gain=1.25, alpha=ShapeParam(1.0, 0.1, 3.0))  # fmt: skip
def elu(z, slope):
    r"""A ReLU that bends smoothly down to minus alpha, so that a layer's mean stays near zero.

    .. math:: z \text{ if } z > 0, \text{ else } \text{alpha}\; (e^z - 1)
    """
    return jnp.where(z > 0, z, slope * jnp.expm1(jnp.where(z > 0, 0, z)))


_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


@activation(source="Klambauer et al., Self-normalizing neural networks, 2017, arXiv:1706.02515", title="SELU",
            kinks=(0.0,))  # fmt: skip
def selu(z, slope):
    r"""An ELU with the one scale that pulls a layer's mean to 0 and its variance to 1.

    .. math:: 1.0507\, z \text{ if } z > 0, \text{ else } 1.7581\, (e^z - 1)
    """
    return _SELU_SCALE * jnp.where(z > 0, z, _SELU_ALPHA * jnp.expm1(jnp.where(z > 0, 0, z)))


@activation(source="Hendrycks & Gimpel, Gaussian error linear units, 2016, arXiv:1606.08415", title="GELU", gain=1.53)
def gelu(z, slope):
    r"""Weighs its input by the probability that a normal number is below it: a ReLU with a soft corner.

    .. math:: z\, \Phi(z)
    """
    return 0.5 * z * (1 + jax.lax.erf(z * jnp.asarray(math.sqrt(0.5), z.dtype)))


@activation(source="Elfwing, Uchibe & Doya, Sigmoid-weighted linear units, 2017, arXiv:1702.03118; swish", title="SiLU",
            gain=1.68)  # fmt: skip
def silu(z, slope):
    r"""Weighs its input by its own sigmoid: a ReLU with a soft corner and a dip below zero.

    .. math:: z / (1 + e^{-z})
    """
    return z * jax.nn.sigmoid(z)


@activation(source="Dugas et al., Incorporating second-order functional knowledge, 2001")
def softplus(z, slope):
    r"""A ReLU without a corner; it never outputs zero.

    .. math:: \log(1 + e^z)
    """
    return jax.nn.softplus(z)


@activation(source="Misra, Mish, 2019, arXiv:1908.08681", gain=1.49)
def mish(z, slope):
    r"""A smooth ReLU with a dip below zero, much like SiLU.

    .. math:: z \tanh(\log(1 + e^z))
    """
    return z * jnp.tanh(jax.nn.softplus(z))


@activation(source="Schoenholz et al., Deep information propagation, 2016, arXiv:1611.01232, for its theory")
def erf(z, slope):
    r"""The error function: shaped like tanh, and with a theory in closed form.

    .. math:: \mathrm{erf}(z)
    """
    return jax.lax.erf(z)


@activation(source="Sitzmann et al., Implicit neural representations with periodic activations, 2020, arXiv:2006.09661")
def sine(z, slope):
    r"""Waves: never saturates, and folds far inputs back.

    .. math:: \sin z
    """
    return jnp.sin(z)


ACTIVATIONS = {e.name: e for e in list(vars().values()) if isinstance(e, Activation)}
"""The shelf, by name, in teaching order."""
