"""The panels of gradient flow: curves with theory, the phase map, factors, outputs, the explorer, the law of dying."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from experiments.dying import MOST_LAYERS, WIDTHS, born
from experiments.flow import SMALLEST, Curve, Flow, Measured, watched
from experiments.gradients_words import times
from experiments.words import ten_to
from frontend import panels
from frontend.blob import Quantized
from frontend.theme import CLASS_COLORS, MARKERS, SCHEMES, diverging
from landscapes import ACTIVATIONS
from landscapes.networks.backward import Parts
from landscapes.signal import Layers, activation_values, edge_curve, fixed_point, phase_map

RANGES = ((-14.0, 2.0), (-14.0, 8.0), (-70.0, 8.0), (-70.0, 50.0))  # of the axis, in decades: the first that holds all
MAP_BOX = ((0.4, 2.6), (0.0, 1.2))  # weight scale, bias scale
MAP_DEPTH = (1.0, 100.0)
_GRID = (89, 61)
_FACTORS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0)  # where the map's colours change
_LEFT = (-12, -9, -6, -4, -2, -1, -0.3, 0.3, 1, 2, 4, 6, 9, 12)  # the same for what is left after a depth, in decades
_EXPLORED = np.linspace(-4.0, 4.0, 161)
_BACK = "layer, counted back from the output"
BINS, SPAN = 24, 3.0


def axis_range(found: Sequence[Measured]) -> tuple[float, float]:
    """The ends of the gradient's axis, in decades: one of a few fixed ones, never fitted to the curves."""
    seen = [np.concatenate([m.median, m.theory if m.theory is not None else m.median]) for m in found]
    values = np.concatenate(seen) if seen else np.ones(1)
    values = values[np.isfinite(values) & (values > 0)]
    low, high = (np.log10([values.min(), values.max()])) if values.size else (0.0, 0.0)
    return next((ends for ends in RANGES if ends[0] <= low and high <= ends[1]), RANGES[-1])


def sent(values: np.ndarray, ends: tuple[float, float]) -> Quantized:
    """Sizes on their way to the browser: as logarithms, for float32 could not hold them all."""
    return Quantized(values, ends[0] - 4, ends[1] + 4, log=True)


def flow_chart(found: Sequence[Measured], steps: int, what: str) -> dict[str, Any]:
    """Sizes of the gradient going back from where it enters: median, band and theory of every curve."""
    ends = axis_range(found)
    label = _BACK if what == "layer" else "steps back in time"
    rules = [{"at": SMALLEST, "label": "float32 underflow: below, it holds zero"}] if ends[0] < -45 else []
    if ends[0] > -45:
        rules = [{"at": 1.2e-7, "label": "float32 resolution near 1"}]
    return {
        "id": "flow", "kind": "chart", "area": "flow", "log": True, "empty": "",
        "title": f"Gradient at each {what}", "hint": "size relative to the gradient that enters at the end",
        "series": [{"name": "gradient", "style": "main", "label": "median"},
                   {"name": "theory", "style": "theory", "label": "theory"}],
        "bands": [{"low": "low", "high": "high"}], "rules": rules, "fanned": True,
        "ends_title": f"mean factor per {what}", "ends": [end(measured, what) for measured in found],
        "figure": panels.flow_axes(steps, ends, what, label), "key": f"{steps} {ends} {what}",
    }  # fmt: skip


def stretched(steps: int, ends: tuple[float, float]) -> dict[str, Any]:
    """The chart's axes for the deepest network that a knob reaches."""
    return panels.flow_axes(steps, ends, "layers", _BACK)


def end(measured: Measured, what: str) -> dict[str, str]:
    """What stands beside the end of a curve."""
    if measured.exploded is not None:
        return {"text": "overflow", "note": f"signal, {what} {measured.exploded}"}
    silent, networks = measured.silent, len(measured.gradient)
    text = f"×{times(measured.factor)}" if not silent else "nothing left"
    if 0 < silent < networks:
        text = f"{silent} of {networks} silent"
    return {
        "text": text,
        "note": f"theory ×{times(measured.theory_factor)}" if measured.theory_factor is not None else "",
    }


def factors(measured: Measured, name: str, depth: int) -> dict[str, Any]:
    """Each layer's factor taken apart: slope x normalization x weights x skip, whose product is the layer's own."""
    parts = measured.parts
    assert parts is not None
    named = [("Slope", parts.slope), ("Weights", parts.weight)]
    layers = measured.layers
    if layers is not None and layers.normalization != "none":
        named.insert(1, ("Norm", parts.normalization))
    if layers is not None and layers.residual:
        named.append(("Skip", parts.skip))
    named.append(("Product", parts.factor))
    means = np.stack([_geometric(part)[::-1] for _, part in named])
    values = np.concatenate([means[:, :1], means], 1)  # column k: the layer that the k-th step back passes
    seen = values[np.isfinite(values)]
    outside = seen.size and (seen.min() < 0.1 or seen.max() > 10)
    ends = (-2.0, 2.0) if outside else (-1.0, 1.0)
    return {
        "id": "factors", "kind": "chart", "area": "side", "log": True, "title": "Factors of each layer",
        "short": "Factors",
        "hint": f"{name}: slope × weights…, geometric mean over the seeds", "series": [], "empty": "nothing comes back",
        "lines": {"names": [n for n, _ in named], "values": values},
        "figure": panels.flow_axes(depth, ends, "layer", "layers back", narrow=True), "key": f"{depth} {ends}",
    }  # fmt: skip


def _geometric(part: np.ndarray) -> np.ndarray:
    """Geometric mean over the networks of what is positive and finite; NaN where nothing is."""
    there = np.isfinite(part) & (part > 0)
    logs = np.log(np.where(there, part, 1.0)).sum(0)
    count = there.sum(0)
    return np.where(count > 0, np.exp(logs / np.maximum(count, 1)), np.nan)


def bars(measured: Measured, backs: dict[str, int], title: str, name: str) -> dict[str, Any]:
    """The gradient as a bar a row, that appears as the backward pass comes to it.

    Args:
        measured: whose median is shown.
        backs: the rows from the top: how far each lies back from where the gradient enters.
        title: of the panel.
        name: of the network.
    """
    median, rows = measured.median, list(backs)
    values = np.full((len(rows), len(median)), np.nan)
    for row, back in enumerate(backs.values()):
        values[row, back:] = median[back]
    return {
        "id": "bars", "kind": "bars", "area": "side", "title": title, "short": "Bars", "hint": name,
        "rows": rows, "values": sent(values, RANGES[0]), "range": list(RANGES[0]), "tint": True,
        "unit": "norm", "figure": panels.layer_bars(rows, RANGES[0], "size of the gradient"), "key": f"{len(rows)}",
    }  # fmt: skip


@lru_cache(maxsize=16)
def _watched(flow: Flow, curve: Curve) -> Parts:
    return watched(flow, curve)


def distributions(flow: Flow, curve: Curve, name: str) -> list[dict[str, Any]]:
    """What comes into the activations and what goes out, layer by layer, in the first seed's network."""
    parts = _watched(flow, curve)
    rows = [f"layer {i}" for i in range(1, flow.depth + 1)]
    out = []
    for id_, title, values in (
        ("inputs", "Inputs of the activation", parts.inputs),
        ("outputs", "Outputs", parts.outputs),
    ):
        seen = np.clip(np.nan_to_num(values[0, :, :, : flow.width], nan=SPAN), -SPAN, SPAN * (1 - 1e-9))
        places = np.floor((seen + SPAN) * BINS / (2 * SPAN)).astype(int)
        counts = np.stack([np.bincount(layer.ravel(), minlength=BINS) for layer in places])
        unit = counts / np.maximum(counts.max(1, keepdims=True), 1)
        out.append({
            "id": id_, "kind": "histogram", "area": "side", "title": title, "short": title.split()[0],
            "hint": f"{name}; beyond ±3 counts at the ends", "rows": rows,
            "counts": np.rint(255 * unit).astype(np.uint8)[None], "range": [-SPAN, SPAN],
            "figure": panels.output_histogram(rows, (-SPAN, SPAN), f"{title.lower()}"), "key": f"{flow.depth} {id_}",
        })  # fmt: skip
    return out


class _Map(NamedTuple):
    """A phase map: what it has beside the weight scale, and how its numbers are coloured and read."""

    ends: tuple[float, float]
    title: str  # of the vertical axis
    name: str
    hint: str
    reads: str
    bands: list[float]  # where colours change, in decades
    ticks: list[dict[str, Any]]


_MAPS = {
    "bias": _Map(MAP_BOX[1], "bias scale σ<sub>b</sub>", "σb", "factor per layer at the fixed point: theory, deep",
                 "factor ×{} per layer, deep",
                 np.log10(_FACTORS).tolist(),
                 [{"at": float(np.log10(t)), "text": f"×{t:g}"} for t in (0.5, 0.7, 1.0, 1.5, 2.0)]),
    "depth": _Map(MAP_DEPTH, "depth, layers", "depth", "size left at the fixed point's factor: theory",
                  "×{} of the gradient left", list(_LEFT),
                  [{"at": float(t), "text": ten_to(t) if t else "1"} for t in (-9, -4, 0, 4, 9)]),
}  # fmt: skip


def phase(curves: Sequence[Curve], opened: int, labels: Sequence[str], against: str) -> dict[str, Any]:
    """The map of chi_1: where gradients vanish and explode, the edge of chaos, the visitor's networks as dots on it."""
    curve, kind = curves[opened], _MAPS[against]
    plain = [i for i, other in enumerate(curves) if (other.activation, other.slope) == (curve.activation, curve.slope)
             and other.normalization == "none" and other.skip == "none"]  # fmt: skip
    grid, lines = _map(curve.activation, curve.slope, against, curve.bias)
    title = ACTIVATIONS[curve.activation].title
    of = f"{title}; {_depth_scale(curve)}" if opened in plain else title
    (x0, x1), (y0, y1), bias = MAP_BOX[0], kind.ends, against == "bias"
    corners = (grid[-12:, :24], 0.22, 0.92, "gradients vanish"), (grid[:12, -24:], 0.78, 0.1, "gradients explode")
    panel = {
        "id": "phase", "kind": "phase", "area": "side", "title": f"Phase map, {title}",
        "short": "Map", "hint": kind.hint,
        "values": np.where(np.isfinite(grid), grid, np.nan), "box": [[x0, x1], [y0, y1]], "bands": kind.bands,
        "colors": {scheme: diverging(scheme, len(kind.bands) + 1) for scheme in SCHEMES},
        "words": [{"x": x0 + x * (x1 - x0), "y": y0 + y * (y1 - y0), "text": text}
                  for seen, x, y, text in corners if _lies(seen, text)],
        "dots": [{"run": i, "x": curves[i].weight, "y": curves[i].bias, "label": _dot(curves[i], labels[i])}
                 for i in plain if bias],
        "lines": lines, "movable": bias and opened in plain, "axis_names": ["σw", kind.name], "reads": kind.reads,
        "ticks": kind.ticks, "figure": panels.phase_axes((x0, x1), (y0, y1), of, kind.title), "key": f"{against} {of}",
    }  # fmt: skip
    edge = edge_curve(curve.activation, curve.slope)
    if bias and len(edge) > 1:
        panel |= {"edge": edge.astype(np.float32).ravel(), "edge_label": "factor 1"}
    return panel


def _dot(curve: Curve, label: str) -> str:
    """A network's name on the map, with the factor that theory gives it in deep layers, where the variance is fixed."""
    chi = float(fixed_point(curve.activation, curve.weight, curve.bias, curve.slope).chi)
    return f"{label.split(',')[0]}, deep ×{times(chi**0.5)}"


def _depth_scale(curve: Curve) -> str:
    """Over how many layers the open network's squared gradient changes by e, in words."""
    point = fixed_point(curve.activation, curve.weight, curve.bias, curve.slope)
    if point.chi == 0:
        return "no gradient passes"
    by = "÷ e" if point.chi < 1 else "× e"
    scale = float(f"{point.depth_scale:.2g}")
    return f"squared gradient {by} in {scale:,g} layers" if scale < 1e4 else "on the edge of chaos"


def _lies(values: np.ndarray, text: str) -> bool:
    """Whether a corner of the map lies on the side that the words say."""
    middle = np.nanmedian(values)
    return bool(middle < -0.005) if "vanish" in text else bool(middle > 0.005)


@lru_cache(maxsize=16)
def _map(activation: str, slope: float | None, against: str, bias: float) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """log10 of the factor (the root of chi_1) over both scales, or of what is left over weight scale and depth."""
    weights = np.linspace(*MAP_BOX[0], _GRID[0])
    with np.errstate(divide="ignore"):
        if against == "bias":
            chi = phase_map(activation, weights, np.linspace(*MAP_BOX[1], _GRID[1]), slope)
            return 0.5 * np.log10(chi), []
        point = fixed_point(activation, weights, np.full(len(weights), bias), slope)
        depths = np.linspace(*MAP_DEPTH, _GRID[1])
        left = 0.5 * np.log10(point.chi)[None] * depths[:, None]
    scale = np.minimum(point.depth_scale, 10 * MAP_DEPTH[1])
    line = np.stack([weights, scale], 1).astype(np.float32).ravel()
    return left, [{"points": line, "label": "depth scale, of squares", "dash": True}]


def explorer(curves: Sequence[Curve], labels: Sequence[str], z: float) -> dict[str, Any]:
    """Every activation and its slope, read at one z. Curves of the same activation and slope share a picture."""
    first: dict[tuple[str, float | None], int] = {}
    for i, curve in enumerate(curves):
        first.setdefault((curve.activation, curve.slope), i)
    items = []
    for (activation, slope), i in first.items():
        shape = Layers(activation, 1, slope=slope).slope
        values, slopes = activation_values(activation, np.append(_EXPLORED, z), shape)
        items.append({
            "run": i, "label": _explored(labels[i], activation, shape or 0.0, first),
            "values": values[:-1].astype(np.float32), "slopes": slopes[:-1].astype(np.float32),
            "value": float(values[-1]), "slope": float(slopes[-1]), "dead": _dead(slopes[:-1]),
        })  # fmt: skip
    return {"id": "explorer", "kind": "functions", "area": "strip", "title": "Activation explorer",
            "short": "Activations",
            "hint": "solid φ(z), dashed slope φ′(z), by which the gradient is multiplied at every unit; drag the line",
            "items": items, "range": [-4.0, 4.0], "at": z}  # fmt: skip


def _explored(label: str, activation: str, slope: float, first: dict[tuple[str, float | None], int]) -> str:
    """The activation, and its slope where there are several."""
    title = label.split(",")[0]
    return f"{title}, {slope:.3g}" if sum(name == activation for name, _ in first) > 1 else title


def _dead(slopes: np.ndarray) -> list[list[float]]:
    """Stretches in which the slope is exactly zero."""
    zero = np.flatnonzero(np.diff(np.concatenate([[0], (slopes == 0).astype(int), [0]])))
    return [[float(_EXPLORED[a]), float(_EXPLORED[b - 1])] for a, b in zero.reshape(-1, 2) if b - a > 4]


def law(layers: int) -> dict[str, Any]:
    """Networks that are dead at their start, counted, against the closed form."""
    lines, yours = [], f"yours: {layers + 1} layers{', beyond' if layers + 1 > MOST_LAYERS else ''}"
    for i, each in enumerate(WIDTHS):
        found = born(each)
        lines.append({"label": f"width {each}", "colors": {scheme: CLASS_COLORS[scheme][i] for scheme in SCHEMES},
                      "theory": found.law, "measured": found.share, "low": found.low, "high": found.high,
                      "mark": [*MARKERS.values()][i]})  # fmt: skip
    return {
        "id": "law", "kind": "law", "area": "side", "title": "Dead at the start",
        "short": "At the start", "hint": "of ReLU networks of one input; dashes 1 − (1 − 2⁻ᴺ)ᴸ⁻¹",
        "xs": np.arange(1.0, MOST_LAYERS + 1), "lines": lines,
        "x_name": "layers", "here": {"x": min(layers + 1, MOST_LAYERS), "label": yours},
        "figure": panels.law_axes(MOST_LAYERS), "key": "law",
    }  # fmt: skip


def clipping(found: Sequence[Measured], clip: float, steps: int) -> dict[str, Any]:
    """The norm of the recurrent weights' gradient as the steps add to it, and what clipping leaves of it."""
    ends = (-3.0, 5.0)
    return {
        "id": "clipping", "kind": "chart", "area": "strip", "log": True, "title": "Gradient of the weights",
        "short": "Weights", "hint": "its norm so far; dashes: clipped, direction kept", "empty": "no cell",
        "series": [{"name": "weights", "style": "main", "label": "as it is"},
                   {"name": "clipped", "style": "theory", "label": "clipped"}],
        "rules": [{"at": clip, "label": f"clip at {clip:g}"}],
        "ends_title": "norm at the end",
        "ends": [{"text": times(float(m.weights[-1])) if m.weights is not None else "", "note": ""} for m in found],
        "figure": panels.flow_axes(steps, ends, "step", "steps back in time", low=True), "key": f"{steps} clip",
    }  # fmt: skip
