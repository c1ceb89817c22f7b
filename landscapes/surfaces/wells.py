"""Many wells: where a run ends depends on where it starts and how it moves."""

import jax.numpy as jnp
import numpy as np

from landscapes.surface import ShapeParam, surface

_TEST_FUNCTIONS = "Jamil & Yang, A literature survey of benchmark functions, 2013, arXiv:1308.4008"
_GLOBAL_OPTIMIZATION = "Dixon & Szego, The global optimization problem: an introduction, 1978"


@surface(
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    start=(-0.2, -1.4),
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.2831859912861696),
        (3.5844283403304917, -1.8481265269644036),
    ),
    minimum=0.0,
    source="Himmelblau, Applied Nonlinear Programming, 1972",
)
def himmelblau(x, y):
    r"""Four equal wells: where a run ends depends on where and how it starts.

    .. math:: (x^2 + y - 11)^2 + (x + y^2 - 7)^2
    """
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


@surface(
    amplitude=ShapeParam(10.0, 0.0, 20.0),
    domain=((-5.12, 5.12), (-5.12, 5.12)),
    start=(3.3, -2.6),
    minima=((0.0, 0.0),),
    minimum=0.0,
    source="Rastrigin, Systems of Extremal Control, 1974; Muehlenbein et al., 1991",
)
def rastrigin(x, y, amplitude):
    r"""An egg box on a bowl: a hundred dips, each a trap, and `amplitude` sets their depth.

    .. math:: 2A + x^2 - A \cos 2 \pi x + y^2 - A \cos 2 \pi y, \quad A = \text{amplitude}
    """
    # 1 - cos 2t = 2 sin^2 t: no digits cancel near the minimum, and the loss is never below it
    return x**2 + y**2 + 2 * amplitude * (jnp.sin(jnp.pi * x) ** 2 + jnp.sin(jnp.pi * y) ** 2)


@surface(
    a=ShapeParam(20.0, 1.0, 40.0, title="Depth of the funnel, a"),
    b=ShapeParam(0.2, 0.02, 1.0, log=True, title="Narrowness of the funnel, b"),
    c=ShapeParam(2 * np.pi, 0.0, 4 * np.pi, title="Frequency of the ripples, c"),
    domain=((-32.768, 32.768), (-32.768, 32.768)),
    start=(-17.4, 9.7),
    minima=((0.0, 0.0),),
    minimum=0.0,
    source="Ackley, A Connectionist Machine for Genetic Hillclimbing, 1987",
)
def ackley(x, y, a, b, c):
    r"""A rippled plain around one deep funnel with a sharp tip: nothing far away tells where the funnel is.

    .. math::
        -a \exp\left(-b \sqrt{\tfrac12 (x^2 + y^2)}\right) - \exp\left(\tfrac12 (\cos c x + \cos c y)\right) + a + e
    """
    square = 0.5 * (x**2 + y**2)
    tip = square == 0
    # the root has no slope at the tip, where 0 is taken: the inner where keeps infinity out of the gradient
    radius = jnp.where(tip, 0.0, jnp.sqrt(jnp.where(tip, 1.0, square)))
    ripple = jnp.sin(0.5 * c * x) ** 2 + jnp.sin(0.5 * c * y) ** 2
    return -a * jnp.expm1(-b * radius) - jnp.e * jnp.expm1(-ripple)  # regrouped so that no digits cancel at the tip


@surface(
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    start=(0.6, -0.4),
    minima=((-2.903534027771177, -2.903534027771177),),
    minimum=-78.33233140754282,
    title="Styblinski–Tang",
    source="Styblinski & Tang, Experiments in nonconvex optimization, 1990",
)
def styblinski_tang(x, y):
    r"""Four wells of different depth: only one of them is the lowest.

    .. math:: \tfrac12 \left(x^4 - 16 x^2 + 5 x + y^4 - 16 y^2 + 5 y\right)
    """
    return 0.5 * (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 * y)


@surface(
    domain=((-5.0, 5.0), (-5.0, 5.0)),
    start=(-1.2, 3.5),
    minima=((0.0, 0.0),),
    minimum=0.0,
    title="Three-hump camel",
    source=_TEST_FUNCTIONS,
)
def three_hump_camel(x, y):
    r"""Three wells in a row: the lowest is in the middle, the others catch what comes in from the sides.

    .. math:: 2 x^2 - 1.05 x^4 + \tfrac16 x^6 + x y + y^2
    """
    return 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2


@surface(
    domain=((-3.0, 3.0), (-2.0, 2.0)),
    start=(-1.0, 1.7),
    minima=((0.08984201310031806, -0.7126564030207396), (-0.08984201310031806, 0.7126564030207396)),
    minimum=-1.0316284534898774,
    title="Six-hump camel",
    source=_GLOBAL_OPTIMIZATION,
)
def six_hump_camel(x, y):
    r"""Six wells, two of them equally low: small differences at the start decide between the two.

    .. math:: \left(4 - 2.1 x^2 + \tfrac13 x^4\right) x^2 + x y + (4 y^2 - 4) y^2
    """
    return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2


@surface(
    domain=((-2.0, 2.0), (-2.0, 2.0)),
    start=(-1.1, 0.4),
    minima=((0.0, -1.0),),
    minimum=3.0,
    title="Goldstein–Price",
    source="Goldstein & Price, On descent from local minima, 1971",
)
def goldstein_price(x, y):
    r"""Losses from 3 to a million in one picture: a learning rate that suits the floor explodes on the walls.

    .. math::
        \left(1 + (x + y + 1)^2 (19 - 14x + 3x^2 - 14y + 6xy + 3y^2)\right)
        \left(30 + (2x - 3y)^2 (18 - 32x + 12x^2 + 48y - 36xy + 27y^2)\right)
    """
    first = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    second = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return first * second


@surface(
    domain=((-10.0, 10.0), (-10.0, 10.0)),
    start=(-6.7, 5.2),
    minima=((1.0, 1.0),),
    minimum=0.0,
    source="Levy & Montalvo, The tunneling algorithm for the global minimization of functions, 1985",
)
def levy(x, y):
    r"""A bowl ploughed in one direction: long furrows, and one of them leads to the bottom.

    .. math::
        \sin^2 \pi w + (w - 1)^2 \left(1 + 10 \sin^2 (\pi w + 1)\right) + (z - 1)^2 \left(1 + \sin^2 2 \pi z\right),
        \quad w = 1 + \tfrac{x - 1}4, \; z = 1 + \tfrac{y - 1}4
    """
    w, z = (x - 1) / 4, (y - 1) / 4  # less 1 each: the squared sines do not see it, and no digits cancel
    along = w**2 * (1 + 10 * jnp.sin(jnp.pi * w + (jnp.pi + 1)) ** 2)
    return jnp.sin(jnp.pi * w) ** 2 + along + z**2 * (1 + jnp.sin(2 * jnp.pi * z) ** 2)


@surface(
    domain=((-600.0, 600.0), (-600.0, 600.0)),
    start=(-410.0, 290.0),
    minima=((0.0, 0.0),),
    minimum=0.0,
    source="Griewank, Generalized descent for global optimization, 1981",
)
def griewank(x, y):
    r"""A wide bowl that is smooth from afar and covered in small ripples from near.

    .. math:: \tfrac1{4000} (x^2 + y^2) - \cos x \cos \tfrac y{\sqrt 2} + 1
    """
    z = y / jnp.sqrt(2.0)
    # 1 - cos x cos z, written so that no digits cancel near the minimum
    return (x**2 + y**2) / 4000 + jnp.sin(0.5 * (x + z)) ** 2 + jnp.sin(0.5 * (x - z)) ** 2


@surface(
    domain=((-5.0, 10.0), (0.0, 15.0)),
    start=(6.0, 13.0),
    minima=((-np.pi, 12.275), (np.pi, 2.275), (3 * np.pi, 2.475)),
    minimum=10 / (8 * np.pi),
    source=_GLOBAL_OPTIMIZATION,
)
def branin(x, y):
    r"""Three equal wells along a bent valley.

    .. math::
        \left(y - \tfrac{5.1}{4 \pi^2} x^2 + \tfrac5\pi x - 6\right)^2
        + 10 \left(1 - \tfrac1{8 \pi}\right) \cos x + 10
    """
    bent = y - 5.1 / (4 * jnp.pi**2) * x**2 + 5 / jnp.pi * x - 6
    return bent**2 + 10 * (1 - 1 / (8 * jnp.pi)) * jnp.cos(x) + 10
