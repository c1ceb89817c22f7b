"""The surfaces once more, in NumPy and as the textbooks write them: what the shelf is held against.

The Hessians are by hand. Nothing here comes from the code under test.
"""

import numpy as np

PI, E = np.pi, np.e


def _levy(x, y):
    w, z = 1 + (x - 1) / 4, 1 + (y - 1) / 4
    middle = (w - 1) ** 2 * (1 + 10 * np.sin(PI * w + 1) ** 2)
    return np.sin(PI * w) ** 2 + middle + (z - 1) ** 2 * (1 + np.sin(2 * PI * z) ** 2)


def _goldstein_price(x, y):
    a = 19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2
    b = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return (1 + (x + y + 1) ** 2 * a) * (30 + (2 * x - 3 * y) ** 2 * b)


def _ackley(x, y, a=20.0, b=0.2, c=2 * PI):
    wave = np.exp((np.cos(c * x) + np.cos(c * y)) / 2)
    return -a * np.exp(-b * np.sqrt((x**2 + y**2) / 2)) - wave + a + E


def _quadratic(x, y, condition=20.0, angle=0.0):
    t = np.radians(angle)
    turned = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])  # its columns are the valley's axes
    h = turned @ np.diag([1.0, condition]) @ turned.T
    return 0.5 * (h[0, 0] * x**2 + 2 * h[0, 1] * x * y + h[1, 1] * y**2)


def _branin(x, y):
    return (y - 5.1 / (4 * PI**2) * x**2 + 5 / PI * x - 6) ** 2 + 10 * (1 - 1 / (8 * PI)) * np.cos(x) + 10


VALUES = {
    "rosenbrock": lambda x, y, a=1.0, b=100.0: (a - x) ** 2 + b * (y - x * x) ** 2,
    "himmelblau": lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
    "beale": lambda x, y: sum((c - x + x * y**i) ** 2 for i, c in enumerate((1.5, 2.25, 2.625), 1)),
    "rastrigin": lambda x, y, amplitude=10.0: (
        2 * amplitude + x * x - amplitude * np.cos(2 * PI * x) + y * y - amplitude * np.cos(2 * PI * y)
    ),
    "ackley": _ackley,
    "styblinski_tang": lambda x, y: 0.5 * sum(t**4 - 16 * t**2 + 5 * t for t in (x, y)),
    "booth": lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2,
    "matyas": lambda x, y: 0.26 * (x * x + y * y) - 0.48 * x * y,
    "three_hump_camel": lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2,
    "six_hump_camel": lambda x, y: 4 * x**2 - 2.1 * x**4 + x**6 / 3 + x * y - 4 * y**2 + 4 * y**4,
    "goldstein_price": _goldstein_price,
    "mccormick": lambda x, y: np.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
    "levy": _levy,
    "griewank": lambda x, y: (x * x + y * y) / 4000 - np.cos(x) * np.cos(y / np.sqrt(2)) + 1,
    "easom": lambda x, y: -np.cos(x) * np.cos(y) * np.exp(-((x - PI) ** 2 + (y - PI) ** 2)),
    "branin": _branin,
    "monkey_saddle": lambda x, y: x**3 - 3 * x * y**2,
    "quadratic": _quadratic,
    "saddle": lambda x, y, fall=1.0: x * x - fall * y * y,
    "plateau": lambda x, y, depth=1.0, width=1.0: depth * (1 - np.exp(-(x * x + y * y) / (2 * width**2))),
    "ravine": lambda x, y, steepness=50.0, bend=1.0: steepness / 2 * (y - bend * np.sin(x)) ** 2 + x**2 / 20,
    "scalar_factorization": lambda x, y: (x * y - 1) ** 2 / 2,
}

SHAPES = {  # other shapes than the default, tried with every law
    "rosenbrock": [{}, {"a": -0.6}, {"a": 1.5, "b": 7.0}, {"a": 0.0, "b": 1000.0}],
    "quadratic": [{}, {"condition": 100.0, "angle": 30.0}, {"condition": 1.0, "angle": 90.0}, {"angle": 45.0}],
    "rastrigin": [{}, {"amplitude": 0.0}, {"amplitude": 3.3}, {"amplitude": 20.0}],
    "ackley": [{}, {"a": 5.0, "b": 1.0}, {"b": 0.02, "c": 1.3}, {"c": 0.0}],
    "saddle": [{}, {"fall": 0.05}],
    "plateau": [{}, {"depth": 7.0, "width": 0.4}, {"width": 3.0}],
    "ravine": [{}, {"steepness": 900.0, "bend": 2.0}, {"steepness": 1.0, "bend": 0.0}],
}

DOMAINS = {  # from REFERENCE.md
    "rosenbrock": ((-2, 2), (-1, 3)),
    "himmelblau": ((-5, 5), (-5, 5)),
    "beale": ((-4.5, 4.5), (-4.5, 4.5)),
    "rastrigin": ((-5.12, 5.12), (-5.12, 5.12)),
    "ackley": ((-32.768, 32.768), (-32.768, 32.768)),
    "styblinski_tang": ((-5, 5), (-5, 5)),
    "booth": ((-10, 10), (-10, 10)),
    "matyas": ((-10, 10), (-10, 10)),
    "three_hump_camel": ((-5, 5), (-5, 5)),
    "six_hump_camel": ((-3, 3), (-2, 2)),
    "goldstein_price": ((-2, 2), (-2, 2)),
    "mccormick": ((-1.5, 4), (-3, 4)),
    "levy": ((-10, 10), (-10, 10)),
    "griewank": ((-600, 600), (-600, 600)),
    "easom": ((-100, 100), (-100, 100)),
    "branin": ((-5, 10), (0, 15)),
    "monkey_saddle": ((-2, 2), (-2, 2)),
}

MINIMA = {  # name: (value, value's tolerance, places to six digits), from REFERENCE.md
    "rosenbrock": (0, 0, [(1, 1)]),
    "himmelblau": (0, 1e-28, [(3, 2), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)]),
    "beale": (0, 0, [(3, 0.5)]),
    "rastrigin": (0, 0, [(0, 0)]),
    "ackley": (0, 0, [(0, 0)]),
    "styblinski_tang": (-78.332331, 1e-6, [(-2.903534, -2.903534)]),
    "booth": (0, 0, [(1, 3)]),
    "matyas": (0, 0, [(0, 0)]),
    "three_hump_camel": (0, 0, [(0, 0)]),
    "six_hump_camel": (-1.0316285, 1e-7, [(0.089842, -0.712656), (-0.089842, 0.712656)]),
    "goldstein_price": (3, 1e-12, [(0, -1)]),
    "mccormick": (-1.9132230, 1e-7, [(-0.547198, -1.547198)]),
    "levy": (0, 0, [(1, 1)]),
    "griewank": (0, 0, [(0, 0)]),
    "easom": (-1, 0, [(PI, PI)]),
    "branin": (0.397887, 1e-6, [(-PI, 12.275), (PI, 2.275), (9.42478, 2.475)]),
    "quadratic": (0, 0, [(0, 0)]),
    "plateau": (0, 0, [(0, 0)]),
    "ravine": (0, 0, [(0, 0)]),
}

EIGENVALUES = {  # of the Hessian at the first minimum, from REFERENCE.md
    "rosenbrock": (0.39936, 1001.60),
    "himmelblau": (25.716, 82.284),
    "beale": (0.3015, 48.98),
    "rastrigin": (396.784, 396.784),
    "styblinski_tang": (34.583, 34.583),
    "booth": (2, 18),
    "matyas": (0.04, 1),
    "three_hump_camel": (1.5858, 4.4142),
    "six_hump_camel": (7.682, 16.493),  # 16.489 belongs to the place rounded to four digits
    "goldstein_price": (402.83, 965.17),
    "mccormick": (1.732, 4),
    "levy": (0.125, 2.244),
    "griewank": (0.5005, 1.0005),
    "easom": (3, 3),
}

HESSIANS = {  # at the minimum, as a law of the shape
    "rosenbrock": lambda a=1.0, b=100.0: [[2 + 8 * b * a * a, -4 * a * b], [-4 * a * b, 2 * b]],
    "rastrigin": lambda amplitude=10.0: (2 + 4 * PI**2 * amplitude) * np.eye(2),
    "plateau": lambda depth=1.0, width=1.0: depth / width**2 * np.eye(2),
    "ravine": lambda steepness=50.0, bend=1.0: [
        [0.1 + steepness * bend**2, -steepness * bend],
        [-steepness * bend, steepness],
    ],
    "quadratic": lambda condition=20.0, angle=0.0: [
        [
            np.cos(np.radians(angle)) ** 2 + condition * np.sin(np.radians(angle)) ** 2,
            (1 - condition) * np.sin(np.radians(2 * angle)) / 2,
        ],
        [
            (1 - condition) * np.sin(np.radians(2 * angle)) / 2,
            np.sin(np.radians(angle)) ** 2 + condition * np.cos(np.radians(angle)) ** 2,
        ],
    ],
}
