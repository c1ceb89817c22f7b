"""Formulas that are fine, each beside what it means in NumPy."""

import numpy as np

from landscapes.formula import Expression


def expression(surface) -> Expression:
    """What a formula's surface evaluates."""
    assert isinstance(surface.function, Expression)
    return surface.function


def _real_power(x, y):
    value = complex(x) ** float(y)
    return value.real if abs(value.imag) < 1e-9 else np.nan


VALID = [
    ("x**2 + 3*sin(y)", lambda x, y: x**2 + 3 * np.sin(y)),
    ("x", lambda x, y: x),
    ("y", lambda x, y: y),
    ("3", lambda x, y: 3.0),
    ("pi*e", lambda x, y: np.pi * np.e),
    ("-x", lambda x, y: -x),
    ("+x - -y", lambda x, y: x + y),
    ("x^2 + y^2", lambda x, y: x * x + y * y),
    ("-x^2", lambda x, y: -(x * x)),
    ("(-x)^2", lambda x, y: x * x),
    ("2^-x", lambda x, y: np.exp2(-x)),
    ("2^3^x", lambda x, y: 2 ** (3**x)),
    ("(2^3)^x", lambda x, y: 8**x),
    ("x - y - 1", lambda x, y: x - (y + 1)),
    ("x - (y - 1)", lambda x, y: x - y + 1),
    ("x / y / 2", lambda x, y: x / (2 * y)),
    ("x / (y / 2)", lambda x, y: 2 * x / y),
    ("x*y/2*3", lambda x, y: 1.5 * x * y),
    ("-x*y", lambda x, y: -(x * y)),
    ("-(x + y)*2", lambda x, y: -2 * x - 2 * y),
    ("x*-y", lambda x, y: -x * y),
    ("x - -(y*2)", lambda x, y: x + 2 * y),
    ("(1 - x)**2 + 100*(y - x**2)**2", lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2),
    ("x**2·y − 3×x ÷ y", lambda x, y: x * x * y - 3 * x / y),
    ("x² + y³ - x¹⁰", lambda x, y: x**2 + y**3 - x**10),
    ("2*π*x", lambda x, y: 2 * np.pi * x),
    ("√(x² + y²)", lambda x, y: np.hypot(x, y)),
    ("\t x\n+ y\u00a0", lambda x, y: x + y),
    ("1.5e-3*x + .5*y + 2.", lambda x, y: 0.0015 * x + y / 2 + 2),
    ("1e12*x + 1E+2", lambda x, y: 1e12 * x + 100),
    ("sin(x)*cos(y) + tan(x/9)", lambda x, y: np.sin(x) * np.cos(y) + np.tan(x / 9)),
    ("atan(x) + arctan(y)", lambda x, y: np.arctan(x) + np.arctan(y)),
    ("sinh(x/2) - cosh(y/2) + tanh(x*y)", lambda x, y: np.sinh(x / 2) - np.cosh(y / 2) + np.tanh(x * y)),
    ("exp(-x^2 - y^2)", lambda x, y: np.exp(-(x * x) - y * y)),
    ("e**x", lambda x, y: np.exp(x)),
    ("log(x) + ln(y)", lambda x, y: np.log(x) + np.log(y)),
    ("log10(x*y)", lambda x, y: np.log10(x * y)),
    ("sqrt(x)", lambda x, y: np.sqrt(x)),
    ("abs(x) + abs(y - 1)", lambda x, y: np.abs(x) + np.abs(y - 1)),
    ("min(x, y) + max(x, 2*y)", lambda x, y: np.minimum(x, y) + np.maximum(x, 2 * y)),
    ("minimum(x, y) - maximum(x, y)", lambda x, y: -np.abs(x - y)),
    ("sign(x)*floor(3*y)", lambda x, y: np.sign(x) * np.floor(3 * y)),
    ("relu(x) + relu(-y)", lambda x, y: np.clip(x, 0, None) + np.clip(-y, 0, None)),
    ("sigmoid(3*x)", lambda x, y: 0.5 + 0.5 * np.tanh(1.5 * x)),
    ("softplus(x) - softplus(-x)", lambda x, y: x + 0 * y),
    ("gaussian(x)*gaussian(y)", lambda x, y: np.exp(-(x**2 + y**2))),
    ("x**0.5 + y**1.5", lambda x, y: np.sqrt(x) + y * np.sqrt(y)),
    ("x**-2 + y**-1", lambda x, y: 1 / (x * x) + 1 / y),
    ("x**y", _real_power),
    ("(x + 0)**(1/2)", lambda x, y: np.sqrt(x)),
    ("x**100", lambda x, y: np.abs(x) ** 100),
    ("x**0", lambda x, y: 1.0 + 0 * x),
    ("1/x", lambda x, y: 1 / x),
    ("(x^2+y-11)^2+(x+y^2-7)^2", lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2),
    (
        "20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)",
        lambda x, y: 20 + sum(t * t - 10 * np.cos(2 * np.pi * t) for t in (x, y)),
    ),
    ("sin(cos(sin(cos(x*y))))", lambda x, y: np.sin(np.cos(np.sin(np.cos(x * y))))),
    ("2*3*x", lambda x, y: 6 * x),
    ("x*2*y*3", lambda x, y: 6 * x * y),
    ("3*(1/2)*x", lambda x, y: 1.5 * x),
    ("2*1e-9*x*1e9", lambda x, y: 2 * x),
    ("exp(x)**2 + sin(x)**2 + abs(y)**3", lambda x, y: np.exp(2 * x) + np.sin(x) ** 2 + np.abs(y) ** 3),
    ("(x/y)**2 + (x*y)**2 + (x-y)**2", lambda x, y: (x / y) ** 2 + (x * y) ** 2 + (x - y) ** 2),
    ("((((x))))", lambda x, y: x),
    ("asin(x/3) + acos(y/3)", lambda x, y: np.arcsin(x / 3) + np.arccos(y / 3)),
    ("asin(x) - acos(y/2)", lambda x, y: np.arcsin(x) - np.arccos(y / 2)),
    ("atan2(y, x)", lambda x, y: np.angle(x + 1j * y)),
    ("asinh(x) + atanh(y/3)", lambda x, y: np.log(x + np.sqrt(x * x + 1)) + np.log((3 + y) / (3 - y)) / 2),
    ("acosh(x + 3)", lambda x, y: np.log(x + 3 + np.sqrt((x + 3) ** 2 - 1))),
    ("log2(x)*y", lambda x, y: np.log(x) / np.log(2) * y),
    ("cbrt(x*y)", lambda x, y: np.sign(x * y) * np.abs(x * y) ** (1 / 3)),
    ("ceil(3*x) + round(y/3) + x*y", lambda x, y: -np.floor(-3 * x) + np.floor(y / 3 + 0.5) + x * y),
    ("mod(x, y)", lambda x, y: x - y * np.floor(x / y)),
    ("where(x > y, log(x), x*y)", lambda x, y: np.log(x) if x > y else x * y),
    ("where(x*x <= 1, 1, where(y < 0, -x, x/y))*2", lambda x, y: 2 * (1 if x * x <= 1 else -x if y < 0 else x / y)),
    ("1/cos(x) + x/tan(y)", lambda x, y: 1 / np.cos(x) + x / np.tan(y)),
    ("max(max(x, y), 1) - min(x, min(y, 0))", lambda x, y: max(x, y, 1) - min(x, y, 0)),
]
