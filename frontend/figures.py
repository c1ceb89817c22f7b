"""Static Plotly figures: landscapes and bare axes. What moves is drawn over them by the player."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from jaxtyping import Float

from experiments.words import ten_to
from frontend.blob import Warped
from frontend.theme import INK, SCHEMES, heat_scale, landscape_scale
from landscapes import Surface

RESOLUTION = 81  # grid points a side: more is not seen, and drawn twice as slowly
BANDS = 15  # of the map
_TICK = 12.5
_PLAIN = 0.7  # half of a plain lies higher than this share of its span
_CAMERA = {"eye": {"x": -0.53, "y": -1.16, "z": 1.02}, "center": {"x": 0.02, "y": 0.0, "z": -0.15}}
_HEIGHT = 0.42  # of the relief, over its width
BASE = 0.22  # depth of the cut below the lowest point, over the height


@dataclass(frozen=True, eq=False)
class Ground:
    """A surface on its grid, with the two scales it is drawn in; undefined points are NaN."""

    surface: Surface
    xs: Float[np.ndarray, "x"]
    ys: Float[np.ndarray, "y"]
    loss: Float[np.ndarray, "y x"]
    low: float
    span: float  # of the loss over the box; at least tiny, so that a constant can be drawn
    log: bool  # whether losses are told apart above the minimum, by decades
    by_decades: bool  # whether the picture's colours and heights are too; else they rise evenly

    @property
    def undefined(self) -> float:
        """The fraction of the box where the surface has no finite value."""
        return float(np.mean(~np.isfinite(self.loss)))

    @property
    def color(self) -> Warped:
        """The loss in the map's scale: log10(1 + loss) for a loss that spans 890, the same shape for any other.

        A plain with a hole in it would have one colour: there the scale is even.
        """
        return self._warped(890.0)

    @property
    def height(self) -> Warped:
        """The loss in the relief's scale, gentler near the minimum, so that wells are smooth and not spikes."""
        return self._warped(44.5)

    def shade(self, count: int) -> np.ndarray:
        """The map's colours as 0..255 on about ``count`` columns, row 0 at the bottom; for thumbnails."""
        at = np.linspace(0, RESOLUTION - 1, count).astype(int)
        unit = scaled(self.color, self.loss[np.ix_(at[::2], at)]) / scaled(self.color, self.low + self.span)
        return np.rint(255 * np.clip(np.nan_to_num(unit), 0, 1)).astype(np.uint8)

    def _warped(self, decades: float) -> Warped:
        gain = (decades if self.by_decades else 1.0) / self.span
        return Warped(self.loss, self.low, gain, self.by_decades)


@cache
def templates() -> dict[str, Any]:
    """One Plotly template a scheme: fonts, axes and the landscape's colours; figures need not know the scheme."""
    return {scheme: _template(scheme) for scheme in SCHEMES}


def _template(scheme: str) -> dict[str, Any]:
    ink = INK[scheme]
    axis = {
        "gridcolor": ink["hairline"],
        "linecolor": ink["ink3"],
        "tickcolor": ink["ink3"],
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": _TICK, "color": ink["ink2"]},
    }
    scale = landscape_scale(scheme)
    lines = {"contours": {"z": {"color": ink["contour"]}}}
    return {
        "layout": {
            "font": {"family": '"Source Sans", sans-serif', "color": ink["ink2"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": axis,
            "yaxis": axis,
        },
        "data": {
            "heatmap": [{"colorscale": heat_scale(scheme)}],
            "surface": [{"colorscale": scale, **lines}],
            "contour": [{"colorscale": scale, "line": {"color": ink["band"]}}],
        },
    }


def ground(surface: Surface) -> Ground:
    """Evaluates a surface on its box."""
    (x0, x1), (y0, y1) = surface.domain
    xs, ys = np.linspace(x0, x1, RESOLUTION), np.linspace(y0, y1, RESOLUTION)
    loss = surface.grid(xs, ys)
    finite = loss[np.isfinite(loss)]
    seen_low, seen_high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    low = seen_low if surface.minimum is None else min(surface.minimum, seen_low)
    span = max(seen_high - low, 1e-12 * max(abs(low), 1.0))
    loss = np.where(np.isfinite(loss), loss, np.nan)
    log = surface.minimum is not None
    plain = finite.size > 0 and float(np.median(finite)) - low > _PLAIN * span
    return Ground(surface, xs, ys, loss, low, span, log, log and not plain)


def surface_contour(g: Ground) -> dict[str, Any]:
    """The map: filled bands with hairlines, equal units of x and y not forced, ticks outside."""
    top = scaled(g.color, g.low + g.span)
    trace = {
        "type": "contour",
        "x": g.xs,
        "y": g.ys,
        "z": g.color,
        "autocontour": False,
        "contours": {"start": top / BANDS, "end": top * (1 - 1 / BANDS), "size": top / BANDS, "coloring": "fill"},
        "line": {"width": 0.7},
        "zmin": 0,
        "zmax": top,
        "showscale": False,
        "hoverinfo": "skip",
        "connectgaps": False,
    }
    layout = axes_layout(
        {"range": list(g.surface.domain[0]), "nticks": 6, "showgrid": False, "ticks": "outside", "ticklen": 4},
        {"range": list(g.surface.domain[1]), "nticks": 6, "showgrid": False, "ticks": "outside", "ticklen": 4},
        {"l": 34, "r": 16, "t": 16, "b": 26},
    )
    return {"data": [trace], "layout": layout}


def surface_relief(g: Ground) -> dict[str, Any]:
    """The relief: opaque, contour lines drawn on it, cut walls down to its base."""
    height, color_top = g.height, scaled(g.color, g.low + g.span)
    top = scaled(height, g.low + g.span)
    lines = {"show": True, "start": top / 16, "end": top, "size": top / 16, "width": 1, "usecolormap": False}
    sheet = {
        "type": "surface",
        "x": g.xs,
        "y": g.ys,
        "z": height,
        "surfacecolor": g.color,
        "cmin": 0,
        "cmax": color_top,
        "contours": {"z": lines, "x": {"highlight": False}, "y": {"highlight": False}},
        "showscale": False,
        "hoverinfo": "skip",
        "lighting": {"ambient": 0.92, "diffuse": 0.18, "specular": 0.02, "roughness": 0.9},
    }
    hidden = {"visible": False, "showspikes": False}
    base = -BASE * top
    scene = {
        "xaxis": {**hidden, "range": _around(*g.surface.domain[0])},
        "yaxis": {**hidden, "range": _around(*g.surface.domain[1])},
        "zaxis": {**hidden, "range": _around(base, top)},
        "aspectmode": "manual",
        "aspectratio": {"x": 1, "y": 1, "z": _HEIGHT * (1 + BASE)},
        "camera": _CAMERA,
        "dragmode": False,
    }
    layout = {"scene": scene, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "showlegend": False}
    return {"data": [sheet, _walls(g, base)], "layout": layout}


def _around(low: float, high: float) -> list[float]:
    """A range a little wider: Plotly leaves out what lies beyond one, of a wall on its edge at random by rounding."""
    edge = 1e-4 * (high - low)
    return [low - edge, high + edge]


def scaled(warped: Warped, loss: Any) -> Any:
    """Where a loss, or an array of them, lies on a warped scale."""
    at = warped.gain * (loss - warped.low)
    return np.log10(1 + at) if warped.log else at


def _walls(g: Ground, base: float) -> dict[str, Any]:
    """One strip around the relief, from its rim down to its base, like the cut of a terrain model."""
    n = RESOLUTION
    low_x, high_x, low_y, high_y = (np.full(n, end) for end in (g.xs[0], g.xs[-1], g.ys[0], g.ys[-1]))
    x = np.concatenate([g.xs, high_x, g.xs[::-1], low_x])
    y = np.concatenate([low_y, g.ys, high_y, g.ys[::-1]])
    loss = np.concatenate([g.loss[0], g.loss[:, -1], g.loss[-1, ::-1], g.loss[::-1, 0]])
    rim = np.nan_to_num(scaled(g.height, loss), nan=base)
    strip = {"x": np.stack([x, x]), "y": np.stack([y, y]), "z": np.stack([rim, np.full(4 * n, base)])}
    flat = {"ambient": 1.0, "diffuse": 0.0, "specular": 0.0, "fresnel": 0.0}
    return {"type": "surface", "meta": "wall", **strip, "showscale": False, "hoverinfo": "skip", "lighting": flat}


def step_chart(num_steps: int, y_range: tuple[float, float], log: bool) -> dict[str, Any]:
    """Bare axes for curves over the steps, of a range that is given; in decades where it is logarithmic."""
    y: dict[str, Any] = {"range": list(y_range), "showline": False, "nticks": 6}
    if log:
        decades = max(1, int(np.ceil((y_range[1] - y_range[0]) / 6)))
        powers = range(int(np.ceil(y_range[0])), int(np.floor(y_range[1])) + 1, decades)
        y |= {"type": "log", "tickvals": [10.0**power for power in powers], "ticktext": [*map(_decade, powers)]}
    x = {"range": [0, num_steps], "showgrid": False, "showline": True, "nticks": 6, "fixedrange": False}
    return {"data": [], "layout": axes_layout(x, y, {"l": 44, "r": 10, "t": 6, "b": 24})}


def _decade(power: int) -> str:
    """A decade on an axis: in plain figures where they are few."""
    return f"{10.0**power:.{max(0, -power)}f}" if -4 <= power <= 4 else ten_to(power)


def axes_layout(x: dict[str, Any], y: dict[str, Any], margin: dict[str, int]) -> dict[str, Any]:
    """A layout of two axes that only shows: nothing is dragged, hovered or listed in it."""
    return {
        "xaxis": x,
        "yaxis": y,
        "margin": margin,
        "showlegend": False,
        "dragmode": False,
        "hovermode": False,
    }


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers inside a range: steps of 1, 2 or 5 times a power of ten."""
    raw = (high - low) / count
    power = 10.0 ** np.floor(np.log10(raw))
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= raw)
    first = np.ceil(low / step)
    return [float(f"{k * step:.6g}") for k in np.arange(first, np.floor(high / step) + 1) if low < k * step < high]


def loss_ticks(g: Ground) -> list[dict[str, Any]]:
    """Losses to write beside the relief, lowest first; in the logarithmic scale decades above the minimum."""
    top = g.low + g.span
    decade = int(np.floor(np.log10(g.span)))
    if g.by_decades:
        steps = [m * 10.0**k for k in (decade - 1, decade) for m in (1, 3)] + [8 * 10.0**decade]
        losses = [g.low, *(g.low + step for step in steps if step <= g.span)]
    else:
        losses = nice_ticks(g.low, top, 4) or [g.low, top]
    return [{"loss": loss, "text": _loss_text(round(loss, 2 - decade))} for loss in losses]


def _loss_text(loss: float) -> str:
    """A loss beside the relief: at most three figures, powers of ten as people write them."""
    if 1000 <= abs(loss) < 1e5:
        return f"{loss:.0f}".replace("-", "\N{MINUS SIGN}")
    mantissa, _, exponent = f"{loss:.3g}".replace("-", "\N{MINUS SIGN}").partition("e")
    if not exponent:
        return mantissa
    power = ten_to(int(exponent.replace("\N{MINUS SIGN}", "-")))
    return power if mantissa == "1" else f"{mantissa}×{power}"
