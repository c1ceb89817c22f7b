"""The layers of one run, as panels: gradients, weights, units, outputs, and the walk back from the loss."""

from typing import Any

import numpy as np

from experiments.training import Learned
from frontend import panels
from frontend.blob import Quantized, shares_in_bytes
from frontend.sent_steps import sent_steps
from landscapes.networks.observation import SAMPLE, SPAN

MOST_COLUMNS = 301  # of a heat map
GRADIENT_DECADES = (-7.0, 1.0)  # fixed, so that healthy gradients never look vanished, nor vanished ones healthy
FLOW_DECADES = (-12.0, 0.0)
RATIO_DECADES = (-6.0, 0.0)
WEIGHT_DECADES = (-2.0, 2.0)
_SENT = 4.0  # decades beyond an axis that are still told apart


def layer_panels(run: Learned, name: str, steps: int) -> list[dict[str, Any]]:
    """All panels that show layers. ``steps`` is the length of the whole training, of which the run may be a part."""
    shown = [*_heats(run, name, steps), gradient_bars(run, steps), _histogram(run), _backward(run)]
    if run.loss.activation == "prelu":
        shown.append(_slopes(run, name, steps))
    if run.counts_units:
        shown.append(_units(run))
    return shown


def rows_of(run: Learned) -> list[int]:
    """Where the layers of the network lie among those of its program: the hidden ones, and the output at the end."""
    return [*range(run.hidden), -1]


def _columns(run: Learned, steps: int) -> np.ndarray:
    """The step of every column; those at which the run ended are among them."""
    return sent_steps(steps, MOST_COLUMNS, (run.diverged, run.stopped, run.best))


def _first(run: Learned, count: int) -> str:
    """Of which training examples a panel is."""
    return f"first {count} of {run.loss.count} training examples" if count < run.loss.count else "all training examples"


def _layers(run: Learned, steps: int, what: int) -> np.ndarray:
    """Norms a layer and column: 0 of the gradient, 1 of the params, 2 of the update; NaN where nothing is known yet."""
    assert run.trajectory.layers is not None
    columns = _columns(run, steps)
    known = run.trajectory.layers[columns[columns <= run.steps], what][:, rows_of(run)].T
    out = np.full((known.shape[0], len(columns)), np.nan)
    out[:, : known.shape[1]] = known
    return out


def _sent(values: np.ndarray, decades: tuple[float, float]) -> Quantized:
    return Quantized(values, decades[0] - _SENT, decades[1] + _SENT, log=True)


def _heats(run: Learned, name: str, steps: int) -> list[dict[str, Any]]:
    names, columns = list(run.loss.layer_names), _columns(run, steps)
    weights = _layers(run, steps, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(weights > 0, _layers(run, steps, 2) / weights, np.nan)
    maps = [
        ("heat", "Gradient norm", "Gradient", _layers(run, steps, 0), GRADIENT_DECADES, "norm"),
        ("ratio", "Update over weights", "Update", ratio, RATIO_DECADES, "ratio"),
        ("weight", "Weight norm", "Weights", weights, WEIGHT_DECADES, "norm"),
    ]
    return [
        {
            "id": id_, "kind": "heat", "area": "map", "title": title, "short": short, "hint": f"{name}, layer by step",
            "rows": names, "values": _sent(values, decades), "steps": columns, "range": list(decades), "unit": unit,
            "figure": panels.layer_heat(names, steps, decades),
            "key": f"{names} {steps} {decades}",
        }
        for id_, title, short, values, decades, unit in maps
    ]  # fmt: skip


def gradient_bars(run: Learned, steps: int) -> dict[str, Any]:
    """The gradient norm of every layer at the playhead."""
    names = list(run.loss.layer_names)
    return {
        "id": "bars", "kind": "bars", "area": "now", "title": "Gradient now", "short": "Gradient", "hint": "",
        "rows": names, "values": _sent(_layers(run, steps, 0), GRADIENT_DECADES), "steps": _columns(run, steps),
        "range": list(GRADIENT_DECADES), "tint": True, "unit": "norm",
        "figure": panels.layer_bars(names, GRADIENT_DECADES), "key": f"{names}",
    }  # fmt: skip


def _histogram(run: Learned) -> dict[str, Any]:
    names = list(run.loss.layer_names[:-1]) or ["input"]
    bars = run.frames.histogram[:, : len(names)]
    tallest = np.maximum(bars.max(-1, keepdims=True), 1e-9)
    return {
        "id": "histogram", "kind": "histogram", "area": "now", "title": "Outputs", "short": "Outputs",
        "hint": f"{_first(run, SAMPLE)}; what lies beyond ±3 counts at the ends", "rows": names,
        "counts": np.rint(255 * np.nan_to_num(bars / tallest)).astype(np.uint8), "range": [-SPAN, SPAN],
        "steps": run.at, "figure": panels.output_histogram(names, (-SPAN, SPAN)), "key": f"{names}",
    }  # fmt: skip


def _backward(run: Learned) -> dict[str, Any]:
    names = list(run.loss.layer_names)
    flow = run.frames.flow[:, rows_of(run)]
    # the loss itself: a gradient of one, spread over the examples
    ends = np.full((len(flow), 1), 1.0 / run.loss.count)
    rows = [*names, "loss"]
    return {
        "id": "backward", "kind": "backward", "area": "now", "title": "Backward pass", "short": "Backward",
        "hint": f"from the loss to the first layer; {_first(run, run.loss.architecture.tile)}", "rows": rows,
        "flow": np.concatenate([flow, ends], 1).astype(np.float32), "steps": run.at,
        "range": list(FLOW_DECADES), "log": True,
        "figure": panels.layer_bars(rows, FLOW_DECADES, "RMS of d loss / d output"), "key": f"{rows}",
    }  # fmt: skip


def _slopes(run: Learned, name: str, steps: int) -> dict[str, Any]:
    layers = [run.loss.unflatten(params) for params in run.params]
    names = list(run.loss.layer_names[:-1])
    values = np.array([[float(layer[n]["slope"]) for layer in layers] for n in names if "slope" in layers[0][n]])
    names = [n for n in names if "slope" in layers[0][n]]
    ends = (min(-0.25, float(values.min()) - 0.05), max(0.75, float(values.max()) + 0.05))
    ends = (np.floor(4 * ends[0]) / 4, np.ceil(4 * ends[1]) / 4)
    return {
        "id": "slopes", "kind": "chart", "area": "map", "title": "PReLU slopes", "short": "Slopes",
        "hint": f"{name}, as they are learned", "series": [], "lines": {"names": names, "values": values,
                                                                       "steps": run.at},
        "figure": panels.loss_axes(steps, ends, False), "key": f"{names} {ends} {steps}", "log": False,
    }  # fmt: skip


def _units(run: Learned) -> dict[str, Any]:
    layers = run.unit_layers
    names = list(run.loss.layer_names[layers])
    share = run.frames.on[:, layers, : run.units]
    return {
        "id": "units", "kind": "units", "area": "units", "title": "Units",
        "hint": "share of examples on, × dead", "rows": names,
        "share": shares_in_bytes(share),
        "died": run.died[layers, : run.units].astype(np.int32), "steps": run.at,
        "slots": len(run.loss.layer_names),
    }  # fmt: skip
