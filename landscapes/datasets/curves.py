"""A number to be told from a number: the network's curve can be drawn."""

import numpy as np

from landscapes.dataset import Draft, dataset
from landscapes.surface import ShapeParam


@dataset(
    kind="curve", task="regression", size=ShapeParam(120, 20, 1000), noise=ShapeParam(0.2, 0.0, 1.0), classes=1,
    waves=ShapeParam(1.0, 0.5, 4.0), source="Bishop, Pattern Recognition and Machine Learning, 2006, section 1.1",
)  # fmt: skip
def noisy_sine(rng, counts, noise, waves):
    """A sine under noise: few points and a large network invite overfitting."""
    x = rng.uniform(-2.0, 2.0, (counts[0], 1))
    y = np.sin(np.pi * waves * x[:, 0]) + noise * rng.standard_normal(counts[0])
    return Draft(x.astype(np.float32), y.astype(np.float32), box=((-2.5, 2.5), (-2.5, 2.5)))
