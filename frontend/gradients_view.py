"""The gradients room as the player's tree: flow through layers or time, or networks that train because of it."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from experiments.flow import Measured
from experiments.gradients import Gradients, trained_curves
from experiments.gradients_commentary import commentary
from experiments.gradients_verdict import headline, subline
from experiments.gradients_words import cell_labels, curve_labels, times
from experiments.shares import in_queue
from experiments.training import Learned, TrainingResult
from experiments.training_commentary import commentary as training_commentary
from experiments.training_commentary import death_commentary
from experiments.view import FIRST, View
from experiments.words import finely
from frontend import flow_panels, layer_panels, panels
from frontend.sent_steps import now
from frontend.theme import MARKERS, Look, activation_look, cell_looks
from frontend.training_view import by_look, training_tree

_MOST_BARS = 60  # of steps in time
_PACE = 8  # seconds that a backward pass takes at 1x
_HALVES = {"accuracy": ("valid_accuracy", "train_accuracy"), "loss": ("valid", "train")}  # series: unseen, training


def curve_looks(page: Gradients) -> list[tuple[Look, bool]]:
    """The look of every curve, and whether its marker is hollow: the second of its activation, or memory cell."""
    if page.mode == "time":
        cells = [curve.cell for curve in page.time.curves]
        return [(look, cells[i] != "rnn" and cells[i] in cells[:i]) for i, look in enumerate(cell_looks(cells))]
    names = [curve.activation for curve in page.flow.curves]
    return [(activation_look(name), name in names[:i]) for i, name in enumerate(names)]


def _key(page: Gradients, extra: object = None) -> str:
    return hashlib.sha256(repr((page, extra)).encode()).hexdigest()[:12]


def flow_tree(page: Gradients, found: Sequence[Measured], notices: Sequence[str], *, state: str,
              view: View = FIRST, place: int = 0) -> dict[str, Any]:  # fmt: skip
    """Everything the stage shows of gradient flow; ``found`` may lack curves that are still measured.

    ``place`` is its place in the queue where measuring has not begun, else 0.
    """
    time = page.mode == "time"
    flow = page.time if time else page.flow
    labels = cell_labels(page.time.curves) if time else curve_labels(page.flow.curves)
    steps, what = (page.time.steps, "step") if time else (page.flow.depth, "layer")
    opened = min(page.opened, max(0, len(found) - 1))
    side = [] if time or not found else _side(page, found, labels, opened)
    strip = [flow_panels.explorer(page.flow.curves[: len(found)], labels, page.z)] if found and not time else []
    panels_ = [flow_panels.flow_chart(found, steps, what), *side, *strip]
    if time and found:
        backs = {f"T − {back}" if back else "T": back for back in range(min(steps, _MOST_BARS) + 1)}
        panels_ += [flow_panels.bars(found[opened], backs, "Back in time", labels[opened]),
                    flow_panels.clipping(found, page.time.clip, steps)]  # fmt: skip
    total = len(flow.curves)
    return {
        **_frame(page, panels_, notices, found, None),
        "clock": {"steps": steps, "stops": None, **(view if total else view._replace(at=0))._asdict(),
                  "unit": "steps" if time else "layers", "pace": max(2.0, steps / _PACE)},
        "now": now(commentary(found, labels, what), subline(page, found)),
        "key": _key(page, len(found)), "runs": _runs(page, labels, found), "open": opened,
        "series": {**_series(found, steps), **(_clipped(found, page.time.clip) if time and found else {})},
        "progress": None if state == "over" else {"done": len(found), "total": total,
                                                  "text": f"{in_queue(place)}: others' trainings come before" if place
                                                  else f"Measuring: {len(found)} of {total} networks"},
        "empty": None if total else {"text": "+ Add a network", "action": "add", "words": ""},
    }  # fmt: skip


def _frame(page: Gradients, panels_: Sequence[dict[str, Any]], notices: Sequence[str], found: Sequence[Measured],
           trained: TrainingResult | None) -> dict[str, Any]:  # fmt: skip
    ids = {panel["area"]: [p["id"] for p in panels_ if p["area"] == panel["area"]] for panel in panels_}
    return {
        "room": "gradients", "headline": headline(page, found, trained), "subline": subline(page, found),
        "notices": list(notices), "panels": list(panels_),
        "switches": [{"ids": each, "phone": False, "tabs": True} for each in ids.values() if len(each) > 1],
        "table": _table(page, panels_, trained), "drag": None,
    }  # fmt: skip


def _table(page: Gradients, panels_: Sequence[dict[str, Any]], trained: TrainingResult | None) -> dict[str, Any]:
    """What the curves come to, for those who do not see them: in the picture it stands beside the curves' ends."""
    first = panels_[0] if panels_ else {}
    columns = [{"title": "gradient", "series": "gradient"}, {"title": "theory", "series": "theory"}]
    if trained is not None:
        columns = [{"title": f"{first['title'].lower()}, {curve['label'].lower()}", "series": curve["name"]}
                   for curve in first.get("series", ()) if isinstance(curve, dict)]  # fmt: skip
    ends = [", ".join(filter(None, (end["text"], end["note"]))) for end in first.get("ends", ())]
    return {"caption": "Networks at the playhead", "columns": columns, "outcome": "", "target": False, "aloud": True,
            "ends": {"title": first.get("ends_title", ""), "texts": ends} if ends else None}  # fmt: skip


def _side(page: Gradients, found: Sequence[Measured], labels: Sequence[str], opened: int) -> list[dict[str, Any]]:
    curve, measured, name, depth = page.flow.curves[opened], found[opened], labels[opened], page.flow.depth
    backs = {f"layer {i}": depth - i for i in range(1, depth + 1)}
    return [flow_panels.phase(page.flow.curves[: len(found)], opened, labels, page.against),
            flow_panels.factors(measured, name, depth),
            flow_panels.bars(measured, backs, "Backward pass", name),
            *flow_panels.distributions(page.flow, curve, name)]  # fmt: skip


def _runs(page: Gradients, labels: Sequence[str], found: Sequence[Measured]) -> list[dict[str, Any]]:
    looks = curve_looks(page)
    return [
        {"key": f"{i}.{labels[i]}", "label": labels[i], "light": looks[i][0].light, "dark": looks[i][0].dark,
         "path": MARKERS[looks[i][0].marker], "dash": [], "hollow": looks[i][1], "reached": None, "diverged": None,
         "stopped": None}
        for i in range(len(found))
    ]  # fmt: skip


def _series(found: Sequence[Measured], steps: int) -> dict[str, Any]:
    ends = flow_panels.axis_range(found)
    nothing = np.full(steps + 1, np.nan)
    bands = [measured.band for measured in found]
    rows = {
        "gradient": [measured.median for measured in found],
        "theory": [nothing if measured.theory is None else measured.theory for measured in found],
        "low": [low for low, _ in bands], "high": [high for _, high in bands],
    }  # fmt: skip
    return {name: flow_panels.sent(np.array(each), ends) if each else np.zeros((0, 1)) for name, each in rows.items()}


def _clipped(found: Sequence[Measured], clip: float) -> dict[str, Any]:
    norms = np.array([measured.weights for measured in found])
    return {name: flow_panels.sent(rows, (-30.0, 30.0)) for name, rows in
            (("weights", norms), ("clipped", np.minimum(norms, clip)))}  # fmt: skip


def trained_tree(page: Gradients, result: TrainingResult, found: Sequence[Measured], notices: Sequence[str], *,
                 state: str, view: View = FIRST, place: int = 0) -> dict[str, Any]:  # fmt: skip
    """Networks that train: accuracy and loss, what every layer's gradient became, and units that died."""
    runs = result.runs
    own = trained_curves(page) if page.mode == "layers" else ()
    where = own.index(page.opened) if page.opened in own else page.opened
    opened = min(where, max(0, len(runs) - 1))
    example = runs[0].loss.count if runs else 0
    tree = training_tree(result, opened, example, notices, view=view, state=state, place=place)
    names = [run["label"] for run in tree["runs"]]
    looks = curve_looks(page)
    if page.mode == "layers":
        every = curve_labels(page.flow.curves)
        names = [every[i] for i in own[: len(runs)]]
        for run, i, name in zip(tree["runs"], own, names, strict=False):
            look, hollow = looks[i]
            run |= {"label": name, "light": look.light, "dark": look.dark, "path": MARKERS[look.marker], "dash": [],
                    "hollow": hollow}  # fmt: skip
    else:
        kinds = [str(run.loss.activation) for run in runs]
        for run, kind in zip(tree["runs"], kinds, strict=False):
            look = activation_look(kind)
            run |= {"light": look.light, "dark": look.dark, "path": MARKERS[look.marker], "dash": []}
    if page.mode == "dying" and runs:
        tree["series"]["dead"], tree["steps"]["dead"] = by_look(runs, _dead), tree["steps"]["train"]
    gone = [run.diverged for run in runs]
    panels_ = [{**panel, **_outcome(tree["series"], panel["id"], gone)}
               for panel in _trained_panels(page, result, tree["panels"], names)]  # fmt: skip
    said = death_commentary(runs, names, _dead) if page.mode == "dying" else training_commentary(runs, names)
    return {**tree, **_frame(page, panels_, notices, found, result), "now": now(said, subline(page, found)),
            "key": _key(page, "trained"), "open": opened}  # fmt: skip


def _trained_panels(page: Gradients, result: TrainingResult, shown: Sequence[dict[str, Any]],
                    names: Sequence[str]) -> list[dict[str, Any]]:  # fmt: skip
    steps = result.training.num_steps
    by_id = {panel["id"]: panel for panel in shown}
    moved = [("accuracy", "flow"), ("loss", "flow"), ("heat", "side"), ("units", "side")]
    out = [{**by_id[id_], "area": area, "named": True, "short": by_id[id_].get("short", by_id[id_]["title"])}
           for id_, area in moved if id_ in by_id]  # fmt: skip
    if page.mode == "dying":
        dead = {"id": "dead", "kind": "chart", "area": "flow", "title": "Dead units", "short": "Dead in training",
                "hint": "share of units without a slope for any training example", "log": False,
                "empty": "no units yet",
                "series": [{"name": "dead", "style": "main", "label": "share dead"}],
                "figure": panels.loss_axes(steps, (0.0, 1.02), False, "share of dead units"),
                "key": f"dead {steps}"}  # fmt: skip
        law = flow_panels.law(page.dying.depth)
        out = [dead, *(panel for panel in out if panel["id"] == "units"), law,
               *(panel for panel in out if panel["id"] != "units")]  # fmt: skip
    for i, run in enumerate(result.runs):
        own = layer_panels.gradient_bars(run, steps)
        out.append({**own, "id": f"bars{i}", "area": f"strip{i}", "title": names[i], "short": names[i],
                    "hint": "gradient norm by layer", "named": True, "of": i})  # fmt: skip
    return out


def _outcome(series: dict[str, Any], panel: str, gone: Sequence[int | None]) -> dict[str, Any]:
    """What every run came to, beside the ends of its curves; of one that diverged, its step."""

    def last(name: str, text: Callable[[float], str]) -> list[str]:
        known = [row[np.isfinite(row)] for row in series[name]]
        return [text(float(row[-1])) if row.size else "–" for row in known]

    if panel == "dead" and "dead" in series:
        ends = [{"text": text, "note": ""} for text in last("dead", finely)]
        return {"ends_title": "dead", "ends": _ended(ends, gone)}
    if panel not in ("accuracy", "loss"):
        return {}
    (valid, train), text = _HALVES[panel], times if panel == "loss" else finely
    known = [figure.replace(" ", "\N{NO-BREAK SPACE}") for figure in last(train, text)]  # one word
    pairs = zip(last(valid, text), known, strict=True)
    ends = [{"text": unseen, "note": f"training {seen}"} for unseen, seen in pairs]
    return {"ends_title": "unseen", "ends": _ended(ends, gone)}


def _ended(ends: Sequence[dict[str, str]], gone: Sequence[int | None]) -> list[dict[str, str]]:
    return [end if step is None else {"text": "diverged", "note": f"at step {step}"}
            for end, step in zip(ends, gone, strict=True)]  # fmt: skip


def _dead(run: Learned) -> np.ndarray:
    """The share of dead units at each look; NaN where the run had diverged: who gives no number has not died."""
    off = run.frames.on[:, run.unit_layers, : run.units] <= 0
    return np.where(np.isfinite(run.frames.loss[:, 0]), off.reshape(len(off), -1).mean(1), np.nan)
