"""Static figures of the training room: bare axes on which the player draws what a network does."""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

from frontend.figures import axes_layout, nice_ticks

LEFT, RIGHT = 72, 84  # room for the names of layers, and for the colour bar or the names of curves
_MOST_NAMES = 12  # of layers that are written beside the rows
_LABELS = {"ticklabelstandoff": 5, "ticklabeloverflow": "allow"}
_STEP = {"text": "step", "standoff": 4}
_POWER = "10<sup>{}</sup>"


def loss_axes(num_steps: int, y_range: tuple[float, float], log: bool, title: str = "") -> dict[str, Any]:
    """Axes for curves over the steps, as wide as `layer_heat`, so that a step is at the same place in both.

    Args:
        num_steps: the end of the horizontal axis.
        y_range: of the values; decades where ``log``.
        log: whether the vertical axis is logarithmic.
        title: of the vertical axis, where the panel does not say it.
    """
    y: dict[str, Any] = {"range": list(y_range), "showline": False, "nticks": 6, **_LABELS}
    if log:
        y |= {"type": "log", **_decade_ticks(y_range)}
    if title:
        y["title"] = {"text": title, "standoff": 6}
    x = {"range": [0, num_steps], "showgrid": False, "showline": True, "nticks": 7, "title": _STEP}
    return {"data": [], "layout": axes_layout(x, y, {"l": LEFT, "r": RIGHT, "t": 8, "b": 44})}


def layer_heat(rows: Sequence[str], num_steps: int, decades: tuple[float, float]) -> dict[str, Any]:
    """Axes for layers by steps, with the colour bar of a fixed range; the first layer is on top.

    Args:
        rows: the layers' names.
        num_steps: the end of the horizontal axis.
        decades: the logarithms to base 10 of the lowest and the highest colour.
    """
    # The trace lies left of the axes: it is there for its colour bar; the player draws the cells.
    trace = {
        "type": "heatmap",
        "x": [-2, -1],
        "y": [-2, -1],
        "z": [list(decades)],
        "zmin": decades[0],
        "zmax": decades[1],
        "hoverinfo": "skip",
        "colorbar": {
            "thickness": 12,
            "len": 1,
            "x": 1,
            "xpad": 14,
            "ypad": 0,
            "outlinewidth": 0,
            "tickvals": _decades(decades),
            "ticktext": [_power(d) for d in _decades(decades)],
        },
    }
    x = {"range": [0, max(num_steps, 1)], "showgrid": False, "nticks": 7, "title": _STEP}
    return {"data": [trace], "layout": axes_layout(x, _row_axis(rows), {"l": LEFT, "r": RIGHT, "t": 16, "b": 44})}


def layer_bars(rows: Sequence[str], decades: tuple[float, float], title: str = "gradient norm") -> dict[str, Any]:
    """Axes for one bar a layer on a fixed logarithmic scale; the first layer is on top.

    Args:
        rows: the layers' names.
        decades: the logarithms to base 10 of the ends of the axis.
        title: of the axis.
    """
    x = {"type": "log", "range": list(decades), "title": {"text": title, "standoff": 4}, **_decade_ticks(decades, 3)}
    x["ticklabeloverflow"] = "allow"
    return {"data": [], "layout": axes_layout(x, _row_axis(rows), {"l": LEFT, "r": 34, "t": 16, "b": 44})}


def decision_field(box: tuple[tuple[float, float], tuple[float, float]]) -> dict[str, Any]:
    """Axes for a plane of inputs.

    Args:
        box: the ranges of both inputs.
    """
    x, y = (
        {"range": list(ends), "nticks": 6, "showgrid": False, **_LABELS, "title": {"text": name, "standoff": 2}}
        for ends, name in zip(box, ("<i>x</i><sub>1</sub>", "<i>x</i><sub>2</sub>"), strict=True)
    )
    return {"data": [], "layout": axes_layout(x, y, {"l": 44, "r": 2, "t": 8, "b": 42})}


def curve_fit(x_range: tuple[float, float], y_range: tuple[float, float]) -> dict[str, Any]:
    """Axes for a curve through points.

    Args:
        x_range: of the input.
        y_range: of the target.
    """
    x = {"range": list(x_range), "nticks": 6, "showline": True, "showgrid": False}
    y = {"range": list(y_range), "nticks": 6, **_LABELS}
    x["title"], y["title"] = {"text": "<i>x</i>", "standoff": 2}, {"text": "<i>y</i>", "standoff": 2}
    return {"data": [], "layout": axes_layout(x, y, {"l": 48, "r": 8, "t": 8, "b": 42})}


def flow_axes(
    steps: int, decades: tuple[float, float], what: str, label: str, *, narrow: bool = False, low: bool = False
) -> dict[str, Any]:
    """Axes for sizes going back from the output, on a fixed logarithmic scale.

    Args:
        steps: layers or steps in time.
        decades: the logarithms to base 10 of the ends of the vertical axis.
        what: ``layer`` counts down to the input, anything else counts up.
        label: of the horizontal axis.
        low: for a chart with room for few numbers beside it.
        narrow: for a chart whose curves are named at their ends, and not in a column beside it.
    """
    marks = sorted({0, steps, *(int(t) for t in nice_ticks(0, steps, 4))})
    marks = [m for m in marks if m in (0, steps) or steps / 10 < m < 0.9 * steps]
    words = {0: "output", steps: "input"} if what == "layer" and not narrow else {}
    x = {"range": [0, max(steps, 1)], "showgrid": False, "tickvals": marks, "title": {"text": label, "standoff": 4},
         "ticktext": [words.get(m, str(m)) for m in marks], "ticklabeloverflow": "allow"}  # fmt: skip
    y = {"type": "log", "range": list(decades), "showline": False, **_decade_ticks(decades, 3 if low else 8), **_LABELS}
    return {"data": [], "layout": axes_layout(x, y, {"l": 54, "r": 84 if narrow else 190, "t": 10, "b": 44})}


def phase_axes(x_range: tuple[float, float], y_range: tuple[float, float], of: str, y_title: str) -> dict[str, Any]:
    """Axes for a map over the weight scale and something else.

    Args:
        x_range: of the weight scale.
        y_range: of the other.
        of: what the map is of.
        y_title: the name of the other.
    """
    x = {
        "range": list(x_range),
        "nticks": 6,
        "showgrid": False,
        "title": {"text": f"weight scale σ<sub>w</sub> of {of}", "standoff": 4},
    }
    y = {"range": list(y_range), "nticks": 5, "showgrid": False, **_LABELS, "title": {"text": y_title, "standoff": 6}}
    return {"data": [], "layout": axes_layout(x, y, {"l": 52, "r": 8, "t": 8, "b": 44})}


def law_axes(layers: int) -> dict[str, Any]:
    """Axes for shares of networks by their number of layers.

    Args:
        layers: the end of the horizontal axis.
    """
    x = {
        "range": [1, layers],
        "showgrid": False,
        "nticks": 8,
        "title": {"text": "layers, the linear one included", "standoff": 4},
    }
    y = {"range": [0, 1.02], "tickvals": [0, 0.25, 0.5, 0.75, 1], **_LABELS}
    y["title"] = {"text": "share of networks that are dead", "standoff": 6}
    return {"data": [], "layout": axes_layout(x, y, {"l": 60, "r": 84, "t": 10, "b": 44})}


def output_histogram(rows: Sequence[str], ends: tuple[float, float], title: str = "layer output") -> dict[str, Any]:
    """Axes for one ridge a layer over the values of its outputs.

    Args:
        rows: the layers' names.
        ends: of the outputs that are counted.
        title: of the axis.
    """
    x = {"range": list(ends), "tickvals": nice_ticks(*ends, 4), "title": {"text": title, "standoff": 4}}
    return {"data": [], "layout": axes_layout(x, _row_axis(rows), {"l": LEFT, "r": 12, "t": 16, "b": 44})}


def _row_axis(rows: Sequence[str]) -> dict[str, Any]:
    """A band a row from the top down; of many rows some are named, the last always."""
    every = -(-len(rows) // _MOST_NAMES)
    last = len(rows) - 1
    named = [*range(0, last - every + 1, every), last] if rows else []
    return {
        "range": [len(rows), 0],
        "showgrid": False,
        **_LABELS,
        "tickvals": [i + 0.5 for i in named],
        "ticktext": [rows[i] for i in named],
    }


def _decades(ends: tuple[float, float], most: int = 6) -> list[int]:
    """Whole decades between two, the highest always, in equal steps."""
    low, high = ceil(ends[0]), floor(ends[1])
    every = max(1, ceil((high - low) / most))
    return list(range(high, low - 1, -every))[::-1]


def _decade_ticks(ends: tuple[float, float], most: int = 6) -> dict[str, Any]:
    """Ticks of a logarithmic axis: whole decades, or 1 and 3 of each where there are few."""
    whole = _decades(ends, most)
    if ends[1] - ends[0] > 2:
        return {"tickvals": [10.0**d for d in whole], "ticktext": [_power(d) for d in whole]}
    marks = [m * 10.0**d for d in range(floor(ends[0]), floor(ends[1]) + 1) for m in (1, 3)]
    seen = [mark for mark in marks if ends[0] - 1e-9 <= log10(mark) <= ends[1] + 1e-9]
    return {"tickvals": seen, "ticktext": [f"{mark:g}" for mark in seen]}


def _power(decade: int) -> str:
    return {0: "1", 1: "10"}.get(decade, _POWER.format(str(decade).replace("-", "\N{MINUS SIGN}")))
