"""Colours and marks, each written once: inks, the muted viridis of the landscapes, and one look an optimizer."""

from collections.abc import Mapping
from functools import cache
from itertools import cycle, product
from typing import NamedTuple
from zlib import crc32

import numpy as np
import plotly.colors as pc
from jaxtyping import Float

SCHEMES = ("light", "dark")

INK = {
    "light": {
        "background": "#FBFAF7",
        "rail": "#F3F1EB",
        "hairline": "#DCD8CE",
        "ink": "#1B2025",
        "ink2": "#454C53",
        "ink3": "#62686F",
        "accent": "#0B736C",
        "warning": "#8A4B00",
        "rest": "#D3CEC2",
        "wall": "#CFCABF",
        "contour": "#EFEDE2",
        "band": "rgba(27,32,37,0.22)",
    },
    "dark": {
        "background": "#10151A",
        "rail": "#151B21",
        "hairline": "#2B343C",
        "ink": "#ECEAE4",
        "ink2": "#B9C0C6",
        "ink3": "#929BA4",
        "accent": "#4EC5B8",
        "warning": "#F0B35A",
        "rest": "#333D46",
        "wall": "#2B343C",
        "contour": "#6A7A72",
        "band": "rgba(236,234,228,0.18)",
    },
}


# SVG paths of radius about 1, as the canvas, the legend and the rail draw them.
MARKERS = {
    "circle": "M.95 0A.95 .95 0 1 1-.95 0A.95 .95 0 1 1 .95 0Z",
    "square": "M-.84-.84H.84V.84H-.84Z",
    "diamond": "M0-1.15L1.15 0L0 1.15L-1.15 0Z",
    "triangle-down": "M-1.05-.85H1.05L0 1.05Z",
    "triangle-up": "M-1.05.85H1.05L0-1.05Z",
    "hexagon": "M1.08 0L.54.94H-.54L-1.08 0L-.54-.94H.54Z",
    "pentagon": "M0-1.08L1.03-.33L.63.87H-.63L-1.03-.33Z",
    "star": "M0-1.2L.33-.42L1.14-.37L.53.17L.7.97L0 .55L-.7.97L-.53.17L-1.14-.37L-.33-.42Z",
    "plus": "M-.36-1.08H.36V-.36H1.08V.36H.36V1.08H-.36V.36H-1.08V-.36H-.36Z",
    "hourglass": "M-.95-1H.95L.2 0L.95 1H-.95L-.2 0Z",
}


class Look(NamedTuple):
    """How an optimizer is drawn everywhere: a colour a scheme, a marker, a dash pattern in pixels."""

    light: str
    dark: str
    marker: str
    dash: tuple[int, ...]


_HUES = {
    "ink": ("#1B2025", "#F2EFE8"),
    "blue": ("#0067A6", "#6AB4F0"),
    "gold": ("#8C6200", "#F2C14E"),
    "green": ("#00705A", "#58D0A8"),
    "purple": ("#A3307A", "#EB93CC"),
    "orange": ("#C14600", "#FF8F54"),
    "sky": ("#2A6F97", "#9AD1F5"),
    "violet": ("#5B4BA0", "#B3A6F2"),
    "brown": ("#7A4A2B", "#D9A27E"),
    "grey": ("#5B6168", "#A9B1B8"),
}
_DASHES = ((), (9, 3), (2, 3), (5, 3), (10, 3, 2, 3), (16, 3))


def _look(hue: str, marker: str, dash: tuple[int, ...]) -> Look:
    return Look(*_HUES[hue], marker, dash)


_OPTIMIZERS = {
    "gradient_descent": ("ink", "circle", 0), "momentum": ("blue", "square", 1), "nesterov": ("gold", "diamond", 2),
    "adagrad": ("green", "triangle-down", 3), "rmsprop": ("purple", "triangle-up", 4), "adam": ("orange", "hexagon", 5),
    "damped_momentum": ("blue", "hexagon", 2), "random_walk": ("gold", "pentagon", 3), "adadelta": ("green", "star", 4),
    "sign_sgd": ("purple", "plus", 5), "rprop": ("orange", "hourglass", 0), "adamw": ("sky", "circle", 1),
    "nadam": ("violet", "square", 2), "adamax": ("brown", "diamond", 3), "amsgrad": ("grey", "triangle-down", 4),
    "radam": ("ink", "triangle-up", 5), "adabelief": ("blue", "pentagon", 0), "yogi": ("gold", "star", 1),
    "lion": ("green", "plus", 2), "adan": ("purple", "hourglass", 3), "ademamix": ("orange", "circle", 4),
    "adopt": ("sky", "square", 5), "polyak_sgd": ("violet", "diamond", 0), "prodigy": ("brown", "triangle-down", 1),
    "schedule_free_sgd": ("grey", "triangle-up", 2), "schedule_free_adamw": ("ink", "hexagon", 3),
    "newton": ("blue", "star", 4), "lbfgs": ("gold", "plus", 5), "sam": ("green", "hourglass", 0),
}  # fmt: skip


def optimizer_look(name: str) -> Look:
    """How an optimizer is drawn everywhere, whatever else is on the shelf."""
    known = {other: look[:2] for other, look in _OPTIMIZERS.items()}
    hue, marker = known.get(name) or _unnamed(name, known)
    dash = _OPTIMIZERS[name][2] if name in _OPTIMIZERS else crc32(name.encode()) % len(_DASHES)
    return _look(hue, marker, _DASHES[dash])


def _unnamed(name: str, known: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """A hue and a marker of one that has none in the table: by its name alone, of those that nobody in it has."""
    free = [pair for pair in product(_HUES, MARKERS) if pair not in known.values()]
    return free[crc32(name.encode()) % len(free)]


def position_looks() -> list[Look]:
    """Looks by place, for runs that no optimizer tells apart."""
    return [_look("orange", "hexagon", ()), _look("blue", "square", (9, 3)), _look("green", "triangle-down", (5, 3)),
            _look("purple", "triangle-up", (10, 3, 2, 3))]  # fmt: skip


_ACTIVATIONS = {
    "sigmoid": ("orange", "hexagon"), "tanh": ("blue", "square"), "relu": ("ink", "circle"),
    "gelu": ("purple", "triangle-up"), "selu": ("green", "triangle-down"), "leaky_relu": ("gold", "diamond"),
    "prelu": ("brown", "pentagon"), "elu": ("sky", "star"), "silu": ("violet", "plus"),
    "softplus": ("grey", "hourglass"), "mish": ("gold", "star"), "identity": ("grey", "circle"),
    "hard_sigmoid": ("brown", "hexagon"),
    "erf": ("sky", "square"), "sine": ("violet", "diamond"),
}  # fmt: skip


def activation_look(name: str) -> Look:
    """How an activation is drawn everywhere."""
    return _look(*(_ACTIVATIONS.get(name) or _unnamed(name, _ACTIVATIONS)), ())


_CELLS = {"rnn": ("ink", "circle"), "lstm": ("blue", "square"), "gru": ("purple", "triangle-up")}
_SCALES = ("orange", "ink", "green", "gold", "brown", "grey", "sky", "violet")  # of plain cells, in their order


def cell_looks(cells: list[str]) -> list[Look]:
    """One look a cell; plain cells, of which there are several scales, each have a colour of their own."""
    plain = cycle(_SCALES)
    return [_look(next(plain) if cell == "rnn" else _CELLS[cell][0], _CELLS[cell][1], ()) for cell in cells]


# Factors from vanishing to exploding: blue, the background in the middle, orange.
_DIVERGING = {"light": ("#2F6690", "#F6F4EC", "#B85C00"), "dark": ("#4F9BD0", "#20272D", "#E08A3C")}


def diverging(scheme: str, count: int) -> list[list[int]]:
    """``count`` colours in 0..255 from the first to the last through the middle, in even steps of OKLab."""
    lab = _to_oklab(np.array([pc.hex_to_rgb(c) for c in _DIVERGING[scheme]]) / 255.0)
    at = np.linspace(0.0, 2.0, count)
    mixed = np.column_stack([np.interp(at, [0.0, 1.0, 2.0], lab[:, k]) for k in range(3)])
    return np.rint(_from_oklab(mixed) * 255).astype(int).tolist()


CLASS_COLORS = {
    scheme: [
        _HUES[hue][i] for hue in ("blue", "orange", "green", "purple", "gold", "ink", "sky", "violet", "brown", "grey")
    ]
    for i, scheme in enumerate(SCHEMES)
}
"""The classes of a data set, first class first."""


# OKLab, Ottosson 2020: the matrices from linear sRGB to cone responses, and from their cube roots to Lab.
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _to_oklab(rgb: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T


def _from_oklab(lab: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
    linear = np.clip((lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_LMS).T, 0.0, 1.0)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


_LANDSCAPE = {"light": (0.56, 0.95, 0.40), "dark": (0.24, 0.57, 0.44)}  # lightness from and to, share of the chroma
_HEAT = {"light": (0.50, 0.93, 0.62), "dark": (0.30, 0.80, 0.70)}  # of small cells, which need more contrast


def landscape_rgb(scheme: str, count: int) -> list[list[int]]:
    """The colours of a landscape, low first, in 0..255."""
    return _viridis(*_LANDSCAPE[scheme], count)


@cache
def _viridis(low: float, high: float, chroma: float, count: int) -> list[list[int]]:
    """Viridis in OKLab with its lightness compressed and its chroma muted."""
    viridis = np.array([pc.hex_to_rgb(c) for c in pc.sequential.Viridis]) / 255.0
    lab = _to_oklab(viridis)
    span = (lab[:, 0] - lab[0, 0]) / (lab[-1, 0] - lab[0, 0])
    muted = np.column_stack([low + (high - low) * span, lab[:, 1:] * chroma])
    at = np.linspace(0.0, len(muted) - 1.0, count)
    smooth = np.column_stack([np.interp(at, np.arange(len(muted)), muted[:, k]) for k in range(3)])
    return np.rint(_from_oklab(smooth) * 255).astype(int).tolist()


def landscape_scale(scheme: str) -> list[list]:
    """`landscape_rgb` as a Plotly colour scale."""
    return _scale(landscape_rgb(scheme, 16))


def heat_scale(scheme: str) -> list[list]:
    """The colours of a heat map as a Plotly colour scale."""
    return _scale(_viridis(*_HEAT[scheme], 16))


def _scale(colors: list[list[int]]) -> list[list]:
    return [[i / (len(colors) - 1), "rgb({},{},{})".format(*color)] for i, color in enumerate(colors)]
