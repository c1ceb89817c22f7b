"""Curves drawn at random for the sentences of the gradients room, extremes among them."""

import random
from collections.abc import Sequence

from experiments.flow import SKIPS, Curve
from landscapes import ACTIVATIONS, NORMALIZATIONS


def counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def sized(rng: random.Random, extremes: Sequence[float], low: float, high: float) -> float:
    return rng.choice(extremes) if rng.random() < 0.2 else round(rng.uniform(low, high), 3)


def random_curve(rng: random.Random) -> Curve:
    name = rng.choice(["relu", "identity", "tanh", "sigmoid", *ACTIVATIONS])
    slope = round(rng.uniform(-1, 2), 2) if ACTIVATIONS[name].shape and rng.random() < 0.5 else None
    norm = rng.choice(["none", "none", "none", *NORMALIZATIONS])
    weight, bias = sized(rng, (0.0, 1e-3, 1e-22, 30.0, 100.0), 0.3, 2.2), rng.choice([0.0, 0.0, 0.3, 1.0, 10.0])
    skip, weights = rng.choice(["none", "none", *SKIPS]), rng.choice(["normal", "normal", "orthogonal"])
    return Curve(name, weight, bias, slope, norm, skip, weights)
