"""Formulas with their boxes, many of them drawn by chance, and an independent search for the lowest loss in the box."""

from collections.abc import Iterator

import numpy as np
from scipy import optimize

WORDS = {name: getattr(np, name) for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "abs", "floor", "pi", "e")}
WORDS |= {"max": np.maximum}
Box = tuple[tuple[float, float], tuple[float, float]]


def square(half: float) -> Box:
    return (-half, half), (-half, half)


TEXTBOOK: list[tuple[str, Box, float]] = [  # the literature's minimum in the box
    ("(1-x)^2+100*(y-x^2)^2", square(5), 0),
    ("(1.5-x+x*y)^2+(2.25-x+x*y^2)^2+(2.625-x+x*y^3)^2", square(4.5), 0),
    ("(x+2*y-7)^2+(2*x+y-5)^2", square(10), 0),
    ("0.26*(x^2+y^2)-0.48*x*y", square(10), 0),
    ("(x^2+y-11)^2+(x+y^2-7)^2", square(5), 0),
    ("20+x^2-10*cos(2*pi*x)+y^2-10*cos(2*pi*y)", square(5.12), 0),
    ("-20*exp(-0.2*sqrt(0.5*(x^2+y^2)))-exp(0.5*(cos(2*pi*x)+cos(2*pi*y)))+20+e", square(32), 0),
    ("(x^2+y^2)/4000-cos(x)*cos(y/sqrt(2))+1", square(600), 0),
    ("sin(3*pi*x)^2+(x-1)^2*(1+sin(3*pi*y)^2)+(y-1)^2*(1+sin(2*pi*y)^2)", square(10), 0),
    ("(x^4-16*x^2+5*x+y^4-16*y^2+5*y)/2", square(5), -78.33233140754282),
    ("2*x^2-1.05*x^4+x^6/6+x*y+y^2", square(5), 0),
    ("(4-2.1*x^2+x^4/3)*x^2+x*y+(4*y^2-4)*y^2", ((-3, 3), (-2, 2)), -1.0316284534898774),
    ("sin(x+y)+(x-y)^2-1.5*x+2.5*y+1", ((-1.5, 4), (-3, 4)), -1.9132229549810367),
    ("(1+(x+y+1)^2*(19-14*x+3*x^2-14*y+6*x*y+3*y^2))*(30+(2*x-3*y)^2*(18-32*x+12*x^2+48*y-36*x*y+27*y^2))",
     square(2), 3),
    ("(y-5.1/(4*pi^2)*x^2+5/pi*x-6)^2+10*(1-1/(8*pi))*cos(x)+10", ((-5, 10), (0, 15)), 0.39788735772973816),
    ("-cos(x)*cos(y)*exp(-(x-pi)^2-(y-pi)^2)", square(100), -1),
    ("-0.0001*(abs(sin(x)*sin(y)*exp(abs(100-sqrt(x^2+y^2)/pi)))+1)^0.1", square(10), -2.0626118708227397),
    ("-abs(sin(x)*cos(y)*exp(abs(1-sqrt(x^2+y^2)/pi)))", square(10), -19.208502567886747),
    ("-(1+cos(12*sqrt(x^2+y^2)))/(0.5*(x^2+y^2)+2)", square(5.12), -1),
    ("-sin(x)*sin(x^2/pi)^20-sin(y)*sin(2*y^2/pi)^20", ((0, 4), (0, 4)), -1.8013034100985532),
    ("exp(sin(50*x))+sin(60*exp(y))+sin(70*sin(x))+sin(sin(80*y))-sin(10*(x+y))+(x^2+y^2)/4", square(1),
     -3.3068686474752372),
    ("(cos(2*x+1)+2*cos(3*x+2)+3*cos(4*x+3)+4*cos(5*x+4)+5*cos(6*x+5))"
     "*(cos(2*y+1)+2*cos(3*y+2)+3*cos(4*y+3)+4*cos(5*y+4)+5*cos(6*y+5))", square(10), -186.7309088310239),
    ("x^2-12*x+11+10*cos(pi*x/2)+8*sin(5*pi*x/2)-sqrt(1/5)*exp(-(y-0.5)^2/2)", square(30), -42.94438701899098),
    ("837.9657745448674-x*sin(sqrt(abs(x)))-y*sin(sqrt(abs(y)))", square(500), 0),
    ("x^2+2*y^2-0.3*cos(3*pi*x)-0.4*cos(4*pi*y)+0.7", square(100), 0),
    ("(x-1)^2+2*(2*y^2-x)^2", square(10), 0),
    ("sin(x)*exp((1-cos(y))^2)+cos(y)*exp((1-sin(x))^2)+(x-y)^2", square(6.25), -106.76453674926468),
    ("x^2+y^2+25*(sin(x)^2+sin(y)^2)", square(5), 0),
    ("cos(20*x)+cos(20*y)+0.01*((x-3.3)^2+(y-3.3)^2)", square(5), -1.999999964745288),
]  # fmt: skip

# the lowest point on the border, where the loss falls on; too many places to tell apart; no bottom; a step
HARD: list[tuple[str, Box]] = [
    ("-(y+47)*sin(sqrt(abs(x/2+y+47)))-x*sin(sqrt(abs(x-y-47)))", square(512)),
    ("0.5+(cos(sin(abs(x^2-y^2)))^2-0.5)/(1+0.001*(x^2+y^2))^2", square(100)),
    ("0.5+(sin(x^2-y^2)^2-0.5)/(1+0.001*(x^2+y^2))^2", square(100)),
    ("0.5+(cos(sin(abs(x^2-y^2)))^2-0.5)/(1+0.001*(x^2+y^2))^2", square(10)),
    ("100*sqrt(abs(y-0.01*x^2))+0.01*abs(x+10)", ((-15, -5), (-3, 3))),
    ("cos(200*x)+cos(173*y)+0.001*((x-3)^2+(y-3)^2)", square(5)),
    ("cos(60*pi*x)+cos(60*pi*y)+0.001*((x-3)^2+(y-3)^2)", square(5)),
    ("cos(40*x)*cos(37*y)+0.0001*(x-2)^2", square(5)),
    ("exp(sin(50*x))+sin(60*exp(y))+sin(70*sin(x))+sin(sin(80*y))-sin(10*(x+y))+(x^2+y^2)/4", square(4)),
    ("sin(1/(x^2+y^2+0.01))", square(5)),
    ("x*sin(20*x)+y*sin(20*y)", square(5)),
    ("floor(3*x)^2+floor(2*y)", square(3)),
    ("tan(x)+y^2", square(5)),
    ("sin(30*x)+x/100+y^2", square(5)),
    ("x+y", square(5)), ("x^2", square(5)), ("(x-y)^2", square(5)), ("abs(x*y)", square(5)),
    ("(x^2+y^2-4)^2+0.001*x", square(5)), ("max(abs(x),abs(y))-3", square(5)), ("sqrt(x)+y^2", square(5)),
    ("-exp(-100*((x-1.234)^2+(y+2.345)^2))", square(5)), ("-exp(-400*((x-3.21)^2+(y-0.17)^2))+0.01*x", square(5)),
]  # fmt: skip


def drawn(count: int, seed: int) -> Iterator[tuple[str, Box]]:
    """Bowls near borders, ripples, wells of many widths, kinks and valleys, at random places, in random boxes."""
    rng = np.random.default_rng(seed)
    for k in range(count):
        half = float(rng.choice([1.0, 5.0, 30.0]))
        shift = float(rng.choice([0.0, 0.3 * half]))
        box = ((shift - half, shift + half), (-half, half))
        near = rng.choice([0.5, 0.98, 0.9999, 1.0, 1.02])  # of the way to the border
        a = round(shift + half * float(near * rng.choice([-1, 1])), 5)
        b = round(half * float(near * rng.uniform(-1, 1)), 5)
        w, u = (round(float(rng.uniform(1, 40)) / half, 3) for _ in range(2))
        p, q, r = (round(float(rng.uniform(0.05, 3)), 3) for _ in range(3))
        s, t = (round(float(10 ** rng.uniform(-1.7, 0)) * half, 4) for _ in range(2))
        c, d = (round(float(rng.uniform(-0.9, 0.9)) * half, 3) for _ in range(2))
        shapes = [
            f"{p}*(x-({a}))^2+{q}*(y-({b}))^2+{r}*(x-({a}))*(y-({b}))*{min(p, q)}",
            f"cos({w}*(x-({a})))*{p}+{q}*cos({u}*(y-({b})))+{0.1 / half**2:.6f}*((x-({c}))^2+(y-({d}))^2)",
            f"-{p}*exp(-((x-({a}))^2+(y-({b}))^2)/{s**2:.6g})-{q}*exp(-((x-({c}))^2+(y-({d}))^2)/{t**2:.6g})",
            f"{p}*abs(x-({c}))+{q}*abs(y-({d}))+{r}*sin({w}*x)^2",
            f"sin({w}*x+{u}*y)+cos({u}*x-{w}*y)+{r}*sin({p}*x)*cos({q}*y)",
            f"(y-({d})-{p}*sin({w / 5:.3f}*x))^2*{10 * q:.2f}+{r}*(x-({a}))^2/100",
            f"({p}*(x-({c}))*(y-({d}))-1)^2+{0.01 * q:.4f}*(x+y)",
        ]
        yield shapes[k % len(shapes)], box


def lowest(text: str, box: Box, side: int = 801) -> float:
    """The lowest loss that a dense grid and SciPy from its lowest dips find in the box."""
    code = compile(text.replace("^", "**"), "formula", "eval")

    def loss(x, y):
        with np.errstate(all="ignore"):
            value = eval(code, {"__builtins__": {}}, {**WORDS, "x": x, "y": y})
        return np.where(np.isnan(value), np.inf, value) + 0 * x * y

    def inside(place):
        return float(loss(*np.clip(place, *np.transpose(box))))

    xs, ys = (np.linspace(*ends, side) for ends in box)
    seen = np.concatenate([loss(xs[None, :], part[:, None]) for part in np.array_split(ys, 12)])
    inner = np.pad(seen, 1, constant_values=np.inf)
    around = np.min([inner[1 + j : side + 1 + j, 1 + i : side + 1 + i] for j in (-1, 0, 1) for i in (-1, 0, 1)], axis=0)
    dips = np.argwhere((seen <= around) & np.isfinite(seen))
    best = float(seen.min())
    for j, i in dips[np.argsort(seen[dips[:, 0], dips[:, 1]], kind="stable")][:8]:
        options = {"xatol": 1e-10, "fatol": 1e-14, "maxfev": 400}
        end = optimize.minimize(inside, (xs[i], ys[j]), method="Nelder-Mead", options=options)
        best = min(best, float(end.fun))
    return best


def value(text: str, x: float, y: float) -> float:
    """The loss at a point, by Python."""
    return float(eval(text.replace("^", "**"), {"__builtins__": {}}, {**WORDS, "x": x, "y": y}))
