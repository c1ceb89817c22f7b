"""The surfaces and data sets read off their shelves, and the one loss through which all surfaces share a program."""

from dataclasses import dataclass, replace
from typing import Any

from jax import lax
from jaxtyping import Array, Float

from landscapes.dataset import Dataset
from landscapes.datasets import curves, images, points, sequences, text
from landscapes.surface import Surface
from landscapes.surfaces import flats, valleys, wells

_SHELF = [entry for kind in (valleys, wells, flats) for entry in vars(kind).values() if isinstance(entry, Surface)]


@dataclass(frozen=True)
class _Catalogue:
    """The loss of the shelf's surface at a traced position, for a traced shape: ``values = (position, shape)``."""

    common = True  # its program serves them all, and stays

    def __call__(self, params: Float[Array, "2"], values: Any) -> Float[Array, ""]:
        def branch(entry: Surface):
            return lambda params, shape: entry.function(params[0], params[1], *shape[: len(entry.shape)])

        position, shape = values
        return lax.switch(position, [branch(entry) for entry in _SHELF], params, shape)


catalogue_loss = _Catalogue()

SURFACES = {e.name: replace(e, family=catalogue_loss, position=i) for i, e in enumerate(_SHELF)}
"""The catalogue: every surface by its name."""

_DATA = (points, curves, images, sequences, text)
DATASETS = {entry.name: entry for kind in _DATA for entry in vars(kind).values() if isinstance(entry, Dataset)}
"""The data sets, simple to complex, by name."""
