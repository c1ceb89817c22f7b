"""Classes of points on the plane: a network's decision can be drawn."""

import numpy as np

from landscapes.dataset import Draft, box_around, dataset
from landscapes.surface import ShapeParam

_SIZE = ShapeParam(500, 20, 1000)


def _draft(rng: np.random.Generator, groups: list[np.ndarray], noise: float) -> Draft:
    """Centred points of each class, with Gaussian noise."""
    points = np.concatenate(groups) + noise * rng.standard_normal((sum(map(len, groups)), 2))
    labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return Draft(points.astype(np.float32), labels.astype(np.int32), box=box_around(points))


def _round(angle: np.ndarray, radius: float | np.ndarray) -> np.ndarray:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


@dataset(
    kind="points", task="classes", size=_SIZE, noise=ShapeParam(0.5, 0.02, 1.5), classes=lambda clouds: int(clouds),
    clouds=ShapeParam(3, 2, 6), source="scikit-learn's make_blobs",
)  # fmt: skip
def blobs(rng, counts, noise, clouds):
    """One cloud a class: straight boundaries are enough.

    Without noise all points of a class would be one point, so there is always a little.
    """
    centres = _round(2 * np.pi * np.arange(len(counts)) / len(counts) + 0.5, 1.5)
    return _draft(rng, [np.tile(centre, (count, 1)) for centre, count in zip(centres, counts, strict=True)], noise)


@dataset(
    kind="points", task="classes", size=_SIZE, noise=ShapeParam(0.22, 0.0, 1.0), source="scikit-learn's make_moons"
)
def moons(rng, counts, noise):
    """Two half moons that reach into each other: a boundary must bend."""
    upper, lower = (np.pi * rng.uniform(size=count) for count in counts)
    first = _round(upper, 1.0) - [0.5, 0.25]
    second = [0.5, 0.25] - _round(lower, 1.0)
    return _draft(rng, [1.4 * first, 1.4 * second], noise)


@dataset(
    kind="points", task="classes", size=_SIZE, noise=ShapeParam(0.15, 0.0, 1.0), factor=ShapeParam(0.5, 0.1, 0.9),
    source="scikit-learn's make_circles",
)  # fmt: skip
def circles(rng, counts, noise, factor):
    """A ring inside a ring: a boundary must close."""
    angles = [2 * np.pi * rng.uniform(size=count) for count in counts]
    return _draft(rng, [_round(angles[0], 2.0), _round(angles[1], 2.0 * factor)], noise)


@dataset(
    kind="points", task="classes", size=_SIZE, noise=ShapeParam(0.08, 0.0, 0.6), arms=ShapeParam(2, 2, 4),
    turns=ShapeParam(1.25, 0.5, 2.5), classes=lambda arms, turns: int(arms),
    source="Lang & Witbrock, Learning to tell two spirals apart, 1988",
)  # fmt: skip
def spirals(rng, counts, noise, arms, turns):
    """Arms wound around each other: near neighbours belong to other classes."""

    def arm(k: int, count: int) -> np.ndarray:
        along = np.sqrt(rng.uniform(0.01, 1.0, count))
        return _round(2 * np.pi * (turns * along + k / len(counts)), 2.2 * along)

    return _draft(rng, [arm(k, count) for k, count in enumerate(counts)], noise)


@dataset(kind="points", task="classes", size=_SIZE, noise=ShapeParam(0.15, 0.0, 1.0), title="XOR",
         source="Minsky & Papert, Perceptrons, 1969")  # fmt: skip
def xor(rng, counts, noise):
    """Opposite corners belong together: no straight line does better than chance."""

    def corners(sign: int, count: int) -> np.ndarray:
        size = rng.uniform(0.2, 2.0, (count, 2))
        side = rng.choice([-1.0, 1.0], count)
        return size * np.stack([side, sign * side], 1)

    return _draft(rng, [corners(1, counts[0]), corners(-1, counts[1])], noise)
