"""The shelf of surfaces: one decorated function each."""

import jax.numpy as jnp

from landscapes.surface import ShapeParam, surface


@surface(
    a=ShapeParam(1.0, -1.0, 1.5),
    b=ShapeParam(100.0, 1.0, 1000.0, log=True),
    domain=((-2.0, 2.0), (-1.0, 3.0)),
    start=(-1.2, 1.0),
    minima=lambda a, b: ((a, a * a),),
    source="Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960",
)
def rosenbrock(x, y, a, b):
    r"""A curved valley with a nearly flat floor: easy to enter, slow to follow.

    .. math:: (a - x)^2 + b (y - x^2)^2
    """
    return (a - x) ** 2 + b * (y - x**2) ** 2


@surface(
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    start=(-0.2, -1.4),
    minima=((3.0, 2.0), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)),
    source="Himmelblau, Applied Nonlinear Programming, 1972",
)
def himmelblau(x, y):
    r"""Four equal wells: where a run ends depends on where and how it starts.

    .. math:: (x^2 + y - 11)^2 + (x + y^2 - 7)^2
    """
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


@surface(
    condition=ShapeParam(20.0, 1.0, 1000.0, log=True),
    angle=ShapeParam(0.0, 0.0, 90.0),
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(1.5, 1.0),
    minima=((0.0, 0.0),),
    source="Nesterov, Introductory Lectures on Convex Optimization, 2004",
)
def quadratic(x, y, condition, angle):
    r"""A valley whose curvatures are 1 and `condition`, turned by `angle` degrees.

    .. math:: \tfrac12 (u^2 + \kappa v^2), \quad (u, v) = R(-\theta) (x, y)
    """
    c, s = jnp.cos(jnp.deg2rad(angle)), jnp.sin(jnp.deg2rad(angle))
    u, v = c * x + s * y, -s * x + c * y
    return 0.5 * (u**2 + condition * v**2)
