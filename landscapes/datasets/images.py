"""Pictures: scikit-learn's digits, real handwriting of 8 x 8 pixels."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from landscapes.dataset import Draft, dataset, fewer
from landscapes.surface import ShapeParam


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    """The table behind scikit-learn's load_digits; importing that would take a second and 60 MB."""
    spec = find_spec("sklearn")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    table = np.loadtxt(Path(spec.submodule_search_locations[0], "datasets", "data", "digits.csv.gz"), delimiter=",")
    return table[:, :-1].astype(np.uint8), table[:, -1].astype(np.int32)


@dataset(
    kind="images", task="classes", size=ShapeParam(1797, 100, 1797), noise=ShapeParam(0.0, 0.0, 1.0), classes=10,
    source="Alpaydin & Kaynak, Optical recognition of handwritten digits, UCI, 1998; scikit-learn's load_digits",
)  # fmt: skip
def digits(rng, counts, noise):
    """Handwritten digits, real images: as many of a class as scikit-learn has where more are asked for."""
    pixels, labels = _digits()
    if max(counts) > 1.05 * min(counts):  # uneven: fewer of all rather than another profile
        counts = fewer(counts, np.bincount(labels))
    chosen = np.concatenate([rng.permutation(np.flatnonzero(labels == k))[:count] for k, count in enumerate(counts)])
    seen = pixels[chosen] / 16.0 + noise * rng.standard_normal((len(chosen), 64))
    drawn = np.clip(np.rint(16 * seen), 0, 16).astype(np.uint8)
    return Draft(seen.astype(np.float32), labels[chosen], pixels=drawn)
