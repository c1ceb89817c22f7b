"""Dying ReLUs: networks that are dead at their start against the closed form, and units that die in training."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from experiments.run import Run
from experiments.training import Learner, Training
from landscapes.signal import born_dead
from landscapes.surface import ShapeParam

WIDTHS = (1, 2, 3, 4, 6)  # of the law's lines
MOST_LAYERS = 40
NETS = 2000  # networks behind every point
RATE = ShapeParam(0.1, 0.001, 10.0, log=True)
KINDS = ("relu", "leaky_relu", "prelu")


@dataclass(frozen=True)
class Dying:
    """Three networks that differ in the activation only, trained by plain gradient descent."""

    rate: float = 0.1
    depth: int = 6
    width: int = 16
    steps: int = 300
    seed: int = 0

    def training(self) -> Training:
        """ReLU, Leaky and Parametric ReLU on moons, full batch: whatever dies, the rate killed."""
        run = Run("gradient_descent", (("learning_rate", self.rate),))
        learners = tuple(
            Learner(run, "mlp", (("depth", self.depth), ("width", self.width), ("activation", kind)), 0)
            for kind in KINDS
        )
        return Training("moons", learners=learners, num_steps=self.steps, seed=self.seed)


class Born(NamedTuple):
    """The share of networks of one width that are dead at their start, by their number of layers."""

    width: int
    layers: Float[np.ndarray, "depth"]
    law: Float[np.ndarray, "depth"]
    share: Float[np.ndarray, "depth"]
    low: Float[np.ndarray, "depth"]  # of the 95 % interval (Wilson)
    high: Float[np.ndarray, "depth"]


@lru_cache(maxsize=16)
def born(width: int, seed: int = 0) -> Born:
    """Draws `NETS` ReLU networks of one input and zero biases, and counts those of which nothing comes out.

    A network of L layers has L - 1 layers of ReLUs and a linear one; it is dead where a layer of ReLUs gives zeros.
    """
    rng = np.random.default_rng([seed, width])
    h = np.ones((NETS, 1))
    share = [0.0]
    for _ in range(MOST_LAYERS - 1):
        h = np.maximum(np.einsum("ni,nij->nj", h, rng.standard_normal((NETS, h.shape[1], width))), 0)
        size = np.abs(h).max(1, keepdims=True)
        h = np.divide(
            h, size, out=np.zeros_like(h), where=size > 0
        )  # only the signs count; sizes would under- or overflow
        share.append(float(np.mean(size == 0)))
    layers, found = np.arange(1, MOST_LAYERS + 1), np.array(share)
    z = 1.96
    centre = (found + z**2 / (2 * NETS)) / (1 + z**2 / NETS)
    reach = z * np.sqrt(found * (1 - found) / NETS + z**2 / (4 * NETS**2)) / (1 + z**2 / NETS)
    return Born(
        width, layers.astype(float), np.asarray(born_dead(width, layers)), found, centre - reach, centre + reach
    )
