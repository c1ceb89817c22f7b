"""The shelf of initializers: how the weights of a layer are drawn. On the host, in NumPy: no shape is compiled for."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Initializer:
    """A named function ``(rng, shape, fan_in, fan_out) -> weights``; equal and hashable by name."""

    name: str
    title: str = field(compare=False, repr=False)
    function: Callable[..., np.ndarray] = field(compare=False, repr=False)
    source: str = field(compare=False, repr=False)

    @property
    def summary(self) -> str:
        """The first sentence of the docstring: what it does to the signal."""
        return " ".join((inspect.getdoc(self.function) or "").split("\n\n")[0].split())


def initializer(*, source: str, title: str = "") -> Callable[[Callable[..., np.ndarray]], Initializer]:
    """Makes the decorated function an `Initializer` of its own name."""

    def shelve(function: Callable[..., np.ndarray]) -> Initializer:
        name = function.__name__
        return Initializer(name, title or name.replace("_", " ").capitalize(), function, source)

    return shelve


@initializer(source="the control: units that start alike stay alike")
def zeros(rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Float[np.ndarray, "*shape"]:
    r"""Starts every weight at zero: a hidden layer of it never breaks its symmetry.

    .. math:: W = 0
    """
    return np.zeros(shape)


@initializer(source="a common mistake: the signal dies within a few layers", title="Small normal")
def small_normal(rng, shape, fan_in, fan_out):
    r"""Draws weights of deviation 0.01, whatever the width: too small for deep networks.

    .. math:: W \sim N(0, 0.01^2)
    """
    return 0.01 * rng.standard_normal(shape)


@initializer(source="a common mistake: sigmoids saturate, ReLUs explode", title="Large normal")
def large_normal(rng, shape, fan_in, fan_out):
    r"""Draws weights of deviation 1, whatever the width: too large for deep networks.

    .. math:: W \sim N(0, 1)
    """
    return rng.standard_normal(shape)


@initializer(source="Glorot & Bengio, Understanding the difficulty of training deep feedforward networks, 2010",
             title="Glorot uniform")  # fmt: skip
def glorot_uniform(rng, shape, fan_in, fan_out):
    r"""Keeps signal and gradient alike in size, for activations with slope 1 at zero.

    .. math:: W \sim U(-a, a), \quad a = \sqrt{6 / (\text{fan\_in} + \text{fan\_out})}
    """
    return rng.uniform(-1.0, 1.0, shape) * np.sqrt(6.0 / (fan_in + fan_out))


@initializer(source="Glorot & Bengio, 2010", title="Glorot normal")
def glorot_normal(rng, shape, fan_in, fan_out):
    r"""As Glorot uniform, from a normal distribution.

    .. math:: W \sim N(0, 2 / (\text{fan\_in} + \text{fan\_out}))
    """
    return rng.standard_normal(shape) * np.sqrt(2.0 / (fan_in + fan_out))


@initializer(source="He et al., Delving deep into rectifiers, 2015, arXiv:1502.01852", title="He normal")
def he_normal(rng, shape, fan_in, fan_out):
    r"""Keeps the signal's size through ReLUs, which block half of it.

    .. math:: W \sim N(0, 2 / \text{fan\_in})
    """
    return rng.standard_normal(shape) * np.sqrt(2.0 / fan_in)


@initializer(source="He et al., 2015, arXiv:1502.01852", title="He uniform")
def he_uniform(rng, shape, fan_in, fan_out):
    r"""As He normal, from a uniform distribution.

    .. math:: W \sim U(-a, a), \quad a = \sqrt{6 / \text{fan\_in}}
    """
    return rng.uniform(-1.0, 1.0, shape) * np.sqrt(6.0 / fan_in)


@initializer(source="LeCun et al., Efficient BackProp, 1998", title="LeCun normal")
def lecun_normal(rng, shape, fan_in, fan_out):
    r"""Keeps the signal's size through units of slope 1.

    .. math:: W \sim N(0, 1 / \text{fan\_in})
    """
    return rng.standard_normal(shape) * np.sqrt(1.0 / fan_in)


@initializer(source="LeCun et al., 1998", title="LeCun uniform")
def lecun_uniform(rng, shape, fan_in, fan_out):
    r"""As LeCun normal, from a uniform distribution.

    .. math:: W \sim U(-a, a), \quad a = \sqrt{3 / \text{fan\_in}}
    """
    return rng.uniform(-1.0, 1.0, shape) * np.sqrt(3.0 / fan_in)


@initializer(source="Saxe, McClelland & Ganguli, Exact solutions to deep linear networks, 2013, arXiv:1312.6120")
def orthogonal(rng, shape, fan_in, fan_out):
    r"""Turns the signal without stretching it: every singular value is 1.

    .. math:: W^T W = 1

    Semi-orthogonal where the matrix is not square.
    """
    return orthogonal_matrix(rng, int(np.prod(shape[:-1])), shape[-1]).reshape(shape)


def orthogonal_matrix(rng: np.random.Generator, rows: int, columns: int) -> Float[np.ndarray, "row column"]:
    """A matrix drawn evenly from those whose rows or columns are orthonormal."""
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diagonal(r))
    return q if rows >= columns else q.T


INITIALIZERS = {e.name: e for e in list(vars().values()) if isinstance(e, Initializer)}
"""The shelf, by name, in teaching order."""
