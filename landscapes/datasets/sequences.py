"""Sequences whose answer needs what was seen long ago."""

import numpy as np

from landscapes.dataset import Draft, dataset
from landscapes.surface import ShapeParam

_NO_NOISE = ShapeParam(0.0, 0.0, 0.5)


@dataset(kind="sequence", task="regression", size=ShapeParam(1000, 100, 2000), noise=_NO_NOISE, classes=1,
         length=ShapeParam(16, 2, 64),
         source="Hochreiter & Schmidhuber, Long short-term memory, 1997, section 5.4")  # fmt: skip
def adding(rng, counts, noise, length):
    """The sum of the two marked numbers of a sequence: one marked in its first half, one in its second."""
    count, steps = counts[0], int(length)
    values, marks, rows = rng.uniform(size=(count, steps)), np.zeros((count, steps)), np.arange(count)
    marks[rows, rng.integers(0, steps // 2, count)] = 1.0
    marks[rows, rng.integers(steps // 2, steps, count)] = 1.0
    sums = (values * marks).sum(1) + noise * rng.standard_normal(count)
    return Draft(np.stack([values, marks], 2).astype(np.float32), sums.astype(np.float32))


@dataset(kind="sequence", task="classes", size=ShapeParam(1000, 8, 2000), noise=_NO_NOISE,
         length=ShapeParam(6, 3, 64), distinct=lambda length: 2 ** (int(length) - 1),
         source="Minsky & Papert, Perceptrons, 1969")  # fmt: skip
def parity(rng, counts, noise, length):
    """Whether the number of minus ones is odd: every single position decides.

    No sequence occurs twice, with or without noise: of length 6 there are 64.
    """
    steps, labels = int(length), np.repeat([0, 1], counts)
    bits = rng.choice([-1.0, 1.0], (sum(counts), steps))
    _replace_repeated(rng.spawn(1)[0], bits[:, :-1], labels)
    bits[:, -1] = np.where(labels == 1, -1.0, 1.0) * bits[:, :-1].prod(1)
    seen = bits + noise * rng.standard_normal(bits.shape)
    return Draft(seen[..., None].astype(np.float32), labels.astype(np.int32), class_names=("even", "odd"))


def _replace_repeated(rng: np.random.Generator, bits: np.ndarray, labels: np.ndarray) -> None:
    """Puts sequences of ones that its class has not yet in the place of those that it has had, as the places come."""
    steps = bits.shape[1]
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        seen, again = set(), []
        for row in rows:
            (again.append(row) if bits[row].tobytes() in seen else seen.add(bits[row].tobytes()))
        while again:
            for new in rng.choice([-1.0, 1.0], (4 * len(rows), steps)):
                if again and new.tobytes() not in seen:
                    seen.add(new.tobytes())
                    bits[again.pop(0)] = new
