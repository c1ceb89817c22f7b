"""What keeps the inputs of an activation in range: statistics over a row, over the rows of a batch, or none."""

from collections.abc import Callable
from dataclasses import dataclass, field

import jax.numpy as jnp
from jaxtyping import Array, Float

EPS = 1e-5  # as torch's layers


@dataclass(frozen=True)
class Normalization:
    """A named function ``(z, units, rows) -> z``; equal and hashable by name.

    ``units`` holds 1 for a column that exists and 0 for padding, with the axes of z; ``rows`` the weight of each row in
    the statistics.
    """

    name: str
    title: str = field(compare=False, repr=False)
    function: Callable[..., Array] = field(compare=False, repr=False)
    source: str = field(compare=False, repr=False)

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        return (self.function.__doc__ or "").split("\n\n")[0].strip()


def _normalization(title: str, source: str) -> Callable[[Callable[..., Array]], Normalization]:
    return lambda function: Normalization(function.__name__, title, function, source)


@_normalization("None", "the control")
def none(z: Float[Array, "row unit"], units: Float[Array, "1 unit"], rows: Float[Array, "row"]):
    """Leaves the inputs of the activations as they are."""
    return z


@_normalization("Layer", "Ba, Kiros & Hinton, Layer normalization, 2016, arXiv:1607.06450")
def layer(z: Float[Array, "row unit"], units: Float[Array, "1 unit"], rows: Float[Array, "row"]):
    """Gives every example mean 0 and variance 1 over the units of a layer."""
    count = units.sum()
    mean = ((z * units).sum(-1) / count)[..., None]
    centred = (z - mean) * units
    return centred / jnp.sqrt((centred**2).sum(-1) / count + EPS)[..., None]


@_normalization("Batch", "Ioffe & Szegedy, Batch normalization, 2015, arXiv:1502.03167")
def batch(z: Float[Array, "row unit"], units: Float[Array, "1 unit"], rows: Float[Array, "row"]):
    """Gives every unit mean 0 and variance 1 over the examples of the batch."""
    weight = (rows / jnp.maximum(rows.sum(), 1e-30)).reshape(-1, *(1,) * (z.ndim - 1))
    share = z[0, ..., 0].size  # positions of a map or a sequence count as examples
    axes = tuple(range(z.ndim - 1))
    mean = (weight * z).sum(axes, keepdims=True) / share
    centred = z - mean
    return centred / jnp.sqrt((weight * centred**2).sum(axes, keepdims=True) / share + EPS)


@_normalization("RMS", "Zhang & Sennrich, Root mean square layer normalization, 2019, arXiv:1910.07467")
def rms(z: Float[Array, "row unit"], units: Float[Array, "1 unit"], rows: Float[Array, "row"]):
    """Gives every example root mean square 1 over the units of a layer, its mean untouched."""
    return z * units / jnp.sqrt((units * z**2).sum(-1) / units.sum() + EPS)[..., None]


NORMALIZATIONS = {e.name: e for e in list(vars().values()) if isinstance(e, Normalization)}
"""The shelf, by name."""
