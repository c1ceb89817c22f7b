"""A training as the player's tree: curves of all runs, and every layer of the open one."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from experiments.shares import in_queue
from experiments.training import Learned, TrainingResult
from experiments.training_commentary import commentary
from experiments.training_labels import labels
from experiments.training_verdict import conditions_text, headline, subline
from experiments.view import FIRST, View
from frontend import layer_panels, panels
from frontend.example_panels import picture_panels
from frontend.race_view import LOOKS
from frontend.sent_steps import now, sent_steps, stops
from frontend.theme import CLASS_COLORS, MARKERS, Look, position_looks
from landscapes import LOSSES
from landscapes.networks.dense import Dense

MAX_ROWS = 1001  # a run's rows on the way to the browser
_LOSS_DECADES = (-6.0, 4.0)  # what the axis of a loss can span


def run_looks(optimizers: Sequence[str]) -> list[Look]:
    """One look a run: that of its optimizer where no two are alike, else one by its place."""
    return [LOOKS[name] for name in optimizers] if len(set(optimizers)) == len(optimizers) else position_looks()


def training_tree(result: TrainingResult, opened: int, example: int, notices: Sequence[str], *, state: str,
                  view: View = FIRST, place: int = 0) -> dict[str, Any]:  # fmt: skip
    """Everything the stage shows of a training so far, which is over, under way or stopped; see `frontend.player`.

    ``place`` is its place in the queue where it has not begun, else 0.
    """
    steps, runs = result.training.num_steps, result.runs
    marks = [mark for run in runs for mark in (run.diverged, run.stopped, run.best)]
    rows, looks = sent_steps(steps, MAX_ROWS, [view.at, *marks]), look_steps(runs)
    names = labels(runs)
    shown = [*_charts(result, state), *(_details(runs[opened], names[opened], example, steps, state) if runs else [])]
    ids = {panel["id"] for panel in shown}
    done = steps if state == "over" else result.done if runs else 0
    return {
        "room": "train",
        "key": hashlib.sha256(repr((result.training, opened, example)).encode()).hexdigest()[:12],
        "headline": headline(result),
        "subline": subline(result),
        "now": now(commentary(runs), conditions_text(result)),
        "notices": list(notices),
        "clock": {"steps": steps, "stops": stops(rows), "done": done,
                  **(view if result.training.learners else view._replace(at=0))._asdict()},
        "class_colors": CLASS_COLORS,
        "runs": _runs(result, names),
        "open": opened,
        "series": _series(runs, rows),
        "steps": dict.fromkeys(("train", "valid", "train_accuracy", "valid_accuracy"), looks),
        "panels": shown,
        "switches": [{"ids": [name for name in group if name in ids], "phone": False} for group in _SWITCHES],
        "table": {"caption": "Runs at the playhead", "columns": _columns(ids), "outcome": "", "target": False,
                  "aloud": len(runs) < 2},
        "drag": None,
        "progress": None if state == "over" else _progress(result, done, state, place),
        "empty": None if result.training.learners else {"text": "+ Add a network", "action": "add",
                                                        "words": "Choose the data in the rail, or add a network."},
    }  # fmt: skip


def _progress(result: TrainingResult, done: int, state: str, place: int) -> dict[str, Any]:
    steps = result.training.num_steps
    own = any(not isinstance(result.training.loss_of(each).exact, Dense) for each in result.training.learners)
    if state == "stopped":
        return {"done": done, "total": steps, "text": f"You stopped it at step {done} of {steps}", "again": True}
    if place:
        return {"done": 0, "total": steps, "text": f"{in_queue(place)}: others' trainings come before"}
    begins = "Training begins; a program of these sizes is made first where there is none" if own else "Training begins"
    return {"done": done, "total": steps, "text": f"Training: step {done} of {steps}" if done else begins}


_SWITCHES = (
    ("loss", "accuracy"),
    ("heat", "ratio", "weight", "slopes"),
    ("field", "fit", "images", "text", "sample"),
    ("bars", "histogram", "backward"),
)


def _columns(ids: set[str]) -> list[dict[str, str]]:
    losses = [{"title": "training", "series": "train"}, {"title": "unseen", "series": "valid"}]
    return [*losses, {"title": "right", "series": "valid_accuracy"}] if "accuracy" in ids else losses


def _runs(result: TrainingResult, names: Sequence[str]) -> list[dict[str, Any]]:
    drawn = run_looks([run.learner.run.optimizer for run in result.runs])
    return [
        {
            "key": f"{i}.{run.learner.run.optimizer}",
            "label": names[i],
            "light": drawn[i].light,
            "dark": drawn[i].dark,
            "path": MARKERS[drawn[i].marker],
            "dash": list(drawn[i].dash),
            "hollow": False,
            "reached": None,
            "diverged": run.diverged,
            "stopped": run.stopped if run.diverged is None else None,
            "best": run.best,
        }
        for i, run in enumerate(result.runs)
    ]


def look_steps(runs: Sequence[Learned]) -> np.ndarray:
    """The step of every look, a row a run; a run that has ended before is filled up with the step after its end."""
    width = max((len(run.at) + run.over for run in runs), default=1)
    rows = [np.append(run.at, [run.steps + 1] * (width - len(run.at))) for run in runs]
    return np.array(rows, np.int32).reshape(-1, width)


def by_look(runs: Sequence[Learned], values: Callable[[Learned], np.ndarray]) -> np.ndarray:
    """A value at every look, in the places of `look_steps`; NaN where nothing is known."""
    out = np.full(look_steps(runs).shape, np.nan)
    for row, run in zip(out, runs, strict=True):
        row[: len(run.at)] = values(run)
    return out


def _series(runs: Sequence[Learned], steps: np.ndarray) -> dict[str, Any]:
    batch = np.full((len(runs), len(steps)), np.nan)
    for row, run in zip(batch, runs, strict=True):
        known = steps[steps <= run.steps]
        row[: len(known)] = run.trajectory.loss[known]
    halves = (("train", 0), ("valid", 1))
    losses = {name: by_look(runs, lambda run, half=half: run.frames.loss[:, half]) for name, half in halves}
    shares = {
        f"{name}_accuracy": by_look(runs, lambda run, half=half: run.frames.accuracy[:, half]) for name, half in halves
    }
    return {"batch": batch, **losses, **shares}


def _charts(result: TrainingResult, state: str) -> list[dict[str, Any]]:
    """Loss and accuracy of all runs over the steps."""
    empty = "the curves begin here" if state == "under way" and not result.runs else "nothing to draw"
    steps, ends = result.training.num_steps, loss_decades(result)
    named = {"main": "Training", "dashed": "Unseen", "thin": "one batch"}

    def curves(*pairs: tuple[str, str]) -> list[dict[str, str]]:
        return [{"name": name, "style": style, "label": named[style]} for name, style in pairs]

    charts = [
        {"id": "loss", "title": "Loss", "hint": ", ".join([*_loss_names(result), "log scale"]),
         "key": f"{steps} {ends}",
         "series": curves(("batch", "thin"), ("valid", "dashed"), ("train", "main")),
         "figure": panels.loss_axes(steps, ends, True), "log": True}
    ]  # fmt: skip
    if any(np.isfinite(run.frames.accuracy).any() for run in result.runs):
        charts.append(
            {"id": "accuracy", "title": "Accuracy", "hint": "share of right answers", "key": f"{steps}",
             "series": curves(("valid_accuracy", "dashed"), ("train_accuracy", "main")),
             "figure": panels.loss_axes(steps, (0.0, 1.0), False), "log": False}
        )  # fmt: skip
    return [{"kind": "chart", "area": "chart", "empty": empty, **chart} for chart in charts]


def _loss_names(result: TrainingResult) -> list[str]:
    return sorted({LOSSES[str(run.loss.loss)].title.lower() for run in result.runs})


def loss_decades(result: TrainingResult) -> tuple[float, float]:
    """The ends of the axis of the losses, in half decades: what every run reaches, and no more than ten."""
    seen = [run.frames.loss.ravel() for run in result.runs] + [run.trajectory.loss[:1] for run in result.runs]
    seen += [run.trajectory.loss for run in result.runs if run.trajectory.diverged_at is not None]
    values = np.concatenate(seen) if seen else np.ones(1)
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return -2.0, 1.0
    low = np.floor(2 * np.log10(values.min())) / 2
    high = np.ceil(2 * np.log10(values.max())) / 2
    low, high = max(low, _LOSS_DECADES[0]), min(high, _LOSS_DECADES[1])
    return float(min(low, high - 1)), float(high)


def _details(run: Learned, name: str, example: int, steps: int, state: str) -> list[dict[str, Any]]:
    """Every panel of the open run."""
    return [*layer_panels.layer_panels(run, name, steps), *picture_panels(run, name, example, state == "under way")]
