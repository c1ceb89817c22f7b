"""Flat ground and saddles: where the gradient says little, or nothing, about the way down."""

import jax.numpy as jnp
import numpy as np

from landscapes.surface import ShapeParam, surface


@surface(
    fall=ShapeParam(1.0, 0.01, 10.0, log=True),
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(-1.6, 0.001),
    minimum=None,
    source="Dauphin et al., Identifying and attacking the saddle point problem, 2014, arXiv:1406.2572",
)
def saddle(x, y, fall):
    r"""Up one way, down the other: a run halts at the pass, then leaves it ever faster, as steeply as `fall` says.

    .. math:: x^2 - f y^2, \quad f = \text{fall}
    """
    return x**2 - fall * y**2


@surface(
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(1.6, 0.05),
    minimum=None,
    source="Hilbert & Cohn-Vossen, Anschauliche Geometrie, 1932",
)
def monkey_saddle(x, y):
    r"""A pass with three ways down, one for the tail: at its middle even the curvature is zero.

    .. math:: x^3 - 3 x y^2
    """
    return x**3 - 3 * x * y**2


@surface(
    depth=ShapeParam(1.0, 0.1, 10.0, log=True),
    width=ShapeParam(1.0, 0.3, 3.0, log=True),
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    start=(-2.4, 1.7),
    minima=((0.0, 0.0),),
    minimum=0.0,
    source="Goodfellow, Bengio & Courville, Deep Learning, 2016, section 8.2.3; here a Gaussian well",
)
def plateau(x, y, depth, width):
    r"""A wide plain with one well in it: far from the well there is no slope to follow.

    .. math:: d \left(1 - \exp\left(-\tfrac{x^2 + y^2}{2 w^2}\right)\right), \quad d = \text{depth}, \; w = \text{width}
    """
    return -depth * jnp.expm1(-(x**2 + y**2) / (2 * width**2))


@surface(
    domain=((-100.0, 100.0), (-100.0, 100.0)),
    window=((1.0, 5.0), (1.0, 5.0)),
    start=(1.8, 4.2),
    minima=((np.pi, np.pi),),
    minimum=-1.0,
    source="Easom, A survey of global optimization techniques, 1990",
)
def easom(x, y):
    r"""A needle's hole in a vast plain: from anywhere but its rim the gradient is zero to the last digit.

    .. math:: -\cos x \cos y \exp\left(-(x - \pi)^2 - (y - \pi)^2\right)
    """
    return -jnp.cos(x) * jnp.cos(y) * jnp.exp(-((x - jnp.pi) ** 2) - (y - jnp.pi) ** 2)
