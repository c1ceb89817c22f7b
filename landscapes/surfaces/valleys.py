"""Valleys and bowls: one way down, more or less narrow, straight or bent."""

import jax.numpy as jnp
import numpy as np

from landscapes.surface import ShapeParam, surface

_TEST_FUNCTIONS = "Jamil & Yang, A literature survey of benchmark functions, 2013, arXiv:1308.4008"


@surface(
    a=ShapeParam(1.0, -1.0, 1.5, title="x of the lowest point, a"),
    b=ShapeParam(100.0, 1.0, 1000.0, log=True, title="Steepness of the walls, b"),
    domain=((-2.0, 2.0), (-1.0, 3.0)),
    start=(-1.2, 1.0),
    minima=lambda a, b: ((a, a * a),),
    minimum=0.0,
    valley=lambda x, y, a, b: y - x**2,
    source="Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960",
)
def rosenbrock(x, y, a, b):
    r"""A curved valley with a nearly flat floor: easy to enter, slow to follow.

    .. math:: (a - x)^2 + b \, (y - x^2)^2
    """
    return (a - x) ** 2 + b * (y - x**2) ** 2


@surface(
    condition=ShapeParam(20.0, 1.0, 1000.0, log=True),
    angle=ShapeParam(0.0, 0.0, 90.0),
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(1.5, 1.0),
    minima=((0.0, 0.0),),
    minimum=0.0,
    valley=lambda x, y, condition, angle: y * np.cos(np.deg2rad(angle)) - x * np.sin(np.deg2rad(angle)),
    source="Nesterov, Introductory Lectures on Convex Optimization, 2004",
)
def quadratic(x, y, condition, angle):
    r"""A straight valley, `condition` times steeper across than along, turned by `angle` degrees.

    .. math::
        \tfrac12 \left(u^2 + \kappa v^2\right), \quad
        u = x \cos\theta + y \sin\theta, \quad v = y \cos\theta - x \sin\theta
    """
    c, s = jnp.cos(jnp.deg2rad(angle)), jnp.sin(jnp.deg2rad(angle))
    u, v = c * x + s * y, -s * x + c * y
    return 0.5 * (u**2 + condition * v**2)


@surface(
    steepness=ShapeParam(50.0, 1.0, 1000.0, log=True),
    bend=ShapeParam(1.0, 0.0, 2.0),
    domain=((-5.0, 5.0), (-3.0, 3.0)),
    start=(-4.0, 2.2),
    minima=((0.0, 0.0),),
    minimum=0.0,
    valley=lambda x, y, steepness, bend: y - bend * np.sin(x),
    source="Sutton, Two problems with backpropagation and other steepest-descent learning procedures, 1986; own shape",
)
def ravine(x, y, steepness, bend):
    r"""A winding ravine: walls `steepness` high against a floor that hardly falls, so steps bounce from side to side.

    .. math:: \tfrac12 s \, (y - c \sin x)^2 + \tfrac1{20} x^2, \quad s = \text{steepness}, \; c = \text{bend}
    """
    return 0.5 * steepness * (y - bend * jnp.sin(x)) ** 2 + 0.05 * x**2


@surface(
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    start=(-8.0, -6.0),
    minima=((1.0, 3.0),),
    minimum=0.0,
    source=_TEST_FUNCTIONS,
)
def booth(x, y):
    r"""A plain bowl, a little longer than wide: almost every optimizer does well here.

    .. math:: (x + 2y - 7)^2 + (2x + y - 5)^2
    """
    return (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2


@surface(
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    start=(-9.0, 3.0),
    minima=((0.0, 0.0),),
    minimum=0.0,
    source=_TEST_FUNCTIONS,
)
def matyas(x, y):
    r"""A shallow trough across the diagonal: the way in is quick, the last stretch along the floor is slow.

    .. math:: 0.26 \, (x^2 + y^2) - 0.48 \, x y
    """
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


@surface(
    domain=((-4.5, 4.5), (-4.5, 4.5)),
    start=(-1.5, -1.0),
    minima=((3.0, 0.5),),
    minimum=0.0,
    source="Beale, On an iterative method for finding a local minimum of a function of more than one variable, 1958",
)
def beale(x, y):
    r"""A flat cross between four steep corners: gradients are huge outside and tiny inside.

    .. math:: (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2
    """
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


@surface(
    domain=((-1.5, 4.0), (-3.0, 4.0)),
    start=(-1.2, 3.2),
    minima=((0.5 - np.pi / 3, -0.5 - np.pi / 3),),
    minimum=-np.sqrt(3) / 2 - np.pi / 3,
    title="McCormick",
    source="McCormick, Computability of global solutions to factorable nonconvex programs, 1976",
)
def mccormick(x, y):
    r"""A tilted gutter with waves along it: there is always a lower one outside the box, here only one.

    .. math:: \sin(x + y) + (x - y)^2 - 1.5 x + 2.5 y + 1
    """
    return jnp.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1


def distance_to_hyperbola(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    r"""The distance of each point (u, v) to the nearer branch of the curve u v = 1.

    The nearest point (t, 1/t) of the branch t > 0 is a root of t^4 - u t^3 + v t - 1. Where u >= v exactly one root
    lies in t >= 1, the quartic is convex above it, and so Newton's method comes down to it from any bound.
    """
    u, v = np.broadcast_arrays(np.asarray(u, float), np.asarray(v, float))

    def to_branch(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        u, v = np.maximum(u, v), np.minimum(u, v)
        t = 1 + np.maximum(u, 0) + np.cbrt(np.maximum(-v, 0))
        for _ in range(60):  # each at least a quarter of the way while far, then doubling the digits
            t = np.maximum(t - (t - u + v / t**2 - 1 / t**3) / (4 - 3 * u / t + v / t**3), 1.0)
        return np.hypot(u - t, v - 1 / t)

    with np.errstate(all="ignore"):  # a diverging run may stand at 1e300
        return np.minimum(to_branch(u, v), to_branch(-u, -v))


@surface(
    domain=((-6.0, 6.0), (-6.0, 6.0)),
    start=(5.0, 0.3),
    minimum=0.0,
    distance=distance_to_hyperbola,
    source="Wang et al., Large learning rate tames homogeneity, 2022, arXiv:2110.03677",
)
def scalar_factorization(x, y):
    r"""The smallest deep network, two weights in a row: a curve of minima, sharp at its ends and flat in the middle.

    Every point of the hyperbola is a minimum, so none is listed. A large learning rate moves to flatter ground.

    .. math:: \tfrac12 (x y - 1)^2
    """
    return 0.5 * (x * y - 1) ** 2
