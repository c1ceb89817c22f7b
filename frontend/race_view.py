"""A race as the player's tree: which panels, which series, which words."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from experiments.commentary import commentary
from experiments.outcome import TARGET, first_touch, outcome_of
from experiments.race import Fan, RaceResult, above_minimum, conditions
from experiments.tuning import tuned
from experiments.verdict import GOAL, conditions_text, headline, labels, subline
from experiments.view import FIRST, View
from experiments.words import percent
from frontend import figures
from frontend.blob import Quantized
from frontend.sent_steps import now, sent_steps, stops
from frontend.theme import MARKERS, optimizer_look
from landscapes import Surface
from optimizers import OPTIMIZERS, Trajectory

MAX_ROWS = 1001  # a run's rows on the way to the browser; of longer runs not every step is sent
FAN_ROWS = 251
FAN_DECADES = (-14.0, 14.0)  # the logarithms that a dragged curve can show
LOOKS = {name: optimizer_look(name) for name in OPTIMIZERS}


def race_tree(result: RaceResult, fan: Fan | None, notices: Sequence[str], *, view: View = FIRST) -> dict[str, Any]:
    """Everything the stage shows of a race; see `frontend.player`."""
    g = ground(result.drawn)
    marks = [step for outcome in result.outcomes for step in outcome.marks] + [*result.touched]
    steps = sent_steps(result.race.num_steps, MAX_ROWS, [view.at, *marks])
    return {
        "key": hashlib.sha256(repr(result.race).encode()).hexdigest()[:12],
        "headline": headline(result),
        "subline": subline(result) + _undefined(g),
        "now": now(commentary(result, steps), conditions_text(result) + _undefined(g)),
        "notices": list(notices),
        "clock": {"steps": result.race.num_steps, "stops": stops(steps), **view._asdict()},
        "start": list(result.race.origin),
        "floor": result.surface.minimum or 0.0,
        "part": repr((g.surface, g.surface.domain)),
        "ground": {"loss": g.loss, "box": g.surface.domain},
        "runs": _runs(result),
        "series": _series(result.trajectories, result.gap, result.distance, steps),
        "panels": _panels(result, g),
        "switches": [
            {"ids": ["grad", "distance"], "phone": False},
            {"ids": ["map", "relief"], "phone": True},
        ],
        "table": _table(result),
        "drag": _drag(result, fan, g),
    }


@lru_cache(maxsize=32)
def ground(surface: Surface) -> figures.Ground:
    """The surface on its grid, kept while it is among those used last."""
    return figures.ground(surface)


def _undefined(g: figures.Ground) -> str:
    if g.undefined == 0:
        return ""
    return f" The formula has no finite value on {percent(g.undefined)} of the picture; it is left blank there."


def _runs(result: RaceResult) -> list[dict[str, Any]]:
    seen: set[str] = set()
    runs = []
    for i, (label, descent) in enumerate(zip(labels(result), result.descents, strict=True)):
        name, look = descent.optimizer.name, LOOKS[descent.optimizer.name]
        runs.append(
            {
                "key": f"{i}.{name}",
                "label": label,
                "light": look.light,
                "dark": look.dark,
                "path": MARKERS[look.marker],
                "dash": list(look.dash),
                "hollow": name in seen,
                "reached": result.outcomes[i].arrived,
                "touched": result.touched[i],
                "diverged": result.outcomes[i].diverged,
            }
        )
        seen.add(name)
    return runs


def _series(trajectories: Sequence[Trajectory], gap: Sequence, distance: Sequence, steps: np.ndarray) -> dict[str, Any]:
    def rows(arrays) -> np.ndarray:
        arrays = list(arrays)
        return np.array([a[steps] for a in arrays]) if arrays else np.zeros((0, 1))

    return {
        "x": rows(t.params[:, 0] for t in trajectories),
        "y": rows(t.params[:, 1] for t in trajectories),
        "gap": rows(gap),
        "grad": rows(t.grad_norm for t in trajectories),
        "distance": rows(distance),
    }


def _panels(result: RaceResult, g: figures.Ground) -> list[dict[str, Any]]:
    surface = g.surface
    view = f"{surface.name} {surface.domain}"
    key = hashlib.sha256(repr((surface, surface.domain)).encode()).hexdigest()[:12]
    minima = [list(point) for point in surface.minima]
    relief = {
        "id": "relief",
        "kind": "scene",
        "kept": True,
        "title": "Relief",
        "label": f"Relief of {surface.title} with the path of every run",
        "figure": _figure(surface, "relief"),
        "key": key,
        "box": surface.domain,
        "log": g.by_decades,
        "height": [g.height.low, g.height.gain, g.height.log],
        "base": float(-figures.BASE * figures.scaled(g.height, g.low + g.span)),
        "ticks": {
            "x": figures.nice_ticks(*surface.domain[0]),
            "y": figures.nice_ticks(*surface.domain[1]),
            "z": figures.loss_ticks(g),
        },
        "minima": [[x, y, surface.minimum] for x, y in surface.minima],
    }
    map_ = {
        "id": "map",
        "kind": "plane",
        "kept": True,
        "title": "Map",
        "hint": _map_hint(surface),
        "label": f"Contour map of {surface.title} with the path of every run",
        "figure": _figure(surface, "map"),
        "key": key,
        "view": view,
        "minima": minima,
    }
    return [relief, map_, *_charts(result, g)]


@lru_cache(maxsize=32)
def _figure(surface: Surface, kind: str) -> dict[str, Any]:
    draw = {"relief": figures.surface_relief, "map": figures.surface_contour}[kind]
    return draw(ground(surface))


def _map_hint(surface: Surface) -> str:
    count = len(surface.minima)
    if count:
        return "the ring marks the minimum" if count == 1 else f"rings mark the {count} minima"
    if surface.minimum is not None:
        return "its lowest points form a curve; click to start there"
    return "no lowest point; click to start there"


def _charts(result: RaceResult, g: figures.Ground) -> list[dict[str, Any]]:
    """Loss, gradient norm, distance: on axes fitted to these runs; the loss also on one for all of the surface."""
    steps = result.race.num_steps
    inside = [g.surface.contains(run.params) for run in result.trajectories]

    def shown(rows: Iterable[np.ndarray]) -> np.ndarray:
        """What of some rows lies in the picture and is finite."""
        kept = [row[here] for row, here in zip(rows, inside, strict=True)]
        values = np.concatenate(kept) if kept else np.zeros(0)
        return values[np.isfinite(values)]

    gap, whole = shown(result.gap), _whole_range(g)
    fitted = _decades(gap, whole, TARGET / 10) if g.log else _span(gap, whole)
    grad = _decades(shown(run.grad_norm for run in result.trajectories), (-8.0, 300.0))
    distance = _decades(shown(result.distance), (-8.0, 300.0))
    goal = {"at": TARGET, "label": f"target {GOAL}"} if g.log else None
    loss = {"full": figures.step_chart(steps, whole, g.log), "rule": goal,
            "question": "who reaches the line first?" if goal and len(result.descents) > 1 else None}  # fmt: skip
    named = [
        ("loss", "gap", "Loss above the minimum" if g.surface.minimum else "Loss", fitted, g.log, loss),
        ("grad", "grad", "Gradient norm", grad, True, {}),
        ("distance", "distance", "Distance to the minimum", distance, True, {"empty": "no known minimum here"}),
    ]
    shorts = {"grad": "Gradient norm", "distance": "Distance"}
    return [
        {
            "id": name,
            "kind": "chart",
            "title": title,
            "short": shorts.get(name, title),
            "hint": "log scale" if log else "",
            "series": series,
            "figure": figures.step_chart(steps, span, log),
            "key": f"{steps} {span} {log}",
            "empty": "nothing to draw",
            **more,
        }
        for name, series, title, span, log, more in named
    ]


def _whole_range(g: figures.Ground) -> tuple[float, float]:
    """The ends of an axis that holds every loss in the picture, in decades where it is logarithmic."""
    if not g.log:
        return g.low - 0.05 * g.span, g.low + 1.05 * g.span
    return -12.0, float(np.ceil(np.log10(max(g.span, 1e-3)))) + 2


def _decades(values: np.ndarray, most: tuple[float, float], least: float = 0.0) -> tuple[float, float]:
    """Whole decades that hold positive values, three at least and six at most from the largest down.

    ``least`` is the end where it is given; nothing goes beyond ``most``.
    """
    positive = values[values > 0]
    if not positive.size:
        return most if not least else (float(np.log10(least)), most[1])
    high = min(float(np.ceil(np.log10(positive.max()))), most[1])
    if least:
        low = float(np.round(np.log10(least)))
        return low, max(high, low + 3)
    low = max(float(np.floor(np.log10(positive.min()))), high - 6, most[0])
    return min(low, high - 3), high


def _span(values: np.ndarray, most: tuple[float, float]) -> tuple[float, float]:
    """Values with a little room; the whole range where there is nothing to tell apart."""
    if not values.size or values.max() - values.min() <= 1e-9 * (most[1] - most[0]):
        return most
    low, high = float(values.min()), float(values.max())
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def _table(result: RaceResult) -> dict[str, Any]:
    known = result.surface.minimum is not None
    return {
        "caption": "Runs at the playhead",
        "columns": [{"title": "loss", "series": "loss"}, {"title": "gradient", "series": "grad"}],
        "outcome": f"within {GOAL} from" if known else "",
        "first": f"touched {GOAL}" if known else "",
        "target": known,
    }


def _drag(result: RaceResult, fan: Fan | None, g: figures.Ground) -> dict[str, Any] | None:
    """The control that drags a rate, and its fan if that has run."""
    if fan is None:
        return None
    rate = result.descents[fan.run].hyperparams[fan.hyperparam]
    return {
        "run": fan.run,
        "label": f"{labels(result)[fan.run]}: drag its rate",
        "stops": [float(r) for r in fan.rates],
        "chosen": int(np.argmin(np.abs(np.log(fan.rates / rate)))),
        "best": _best_rate(result, fan.run),
        "fan": _fan(result, fan, g) if fan.trajectories else None,
    }


def _best_rate(result: RaceResult, i: int) -> float | None:
    """What tuning finds for a run, whether its owner has set a rate or not; None where no rate is steady."""
    found = tuned(conditions(result.race), result.race.runs[i])
    return found.rate if found is not None else None


def _fan(result: RaceResult, fan: Fan, g: figures.Ground) -> dict[str, Any]:
    """The fan, decimated and in 16 bits: a preview under the finger; what is released is computed in full."""
    surface = result.surface
    outcomes = [outcome_of(surface, t, noisy=result.race.noise > 0) for t in fan.trajectories]
    touched = [first_touch(surface, t) for t in fan.trajectories]
    marks = [step for each in outcomes for step in (each.arrived, each.diverged)] + touched
    steps = sent_steps(len(fan.trajectories[0].loss) - 1, FAN_ROWS, marks)
    gap = [above_minimum(surface, t) for t in fan.trajectories]
    points = np.array([t.params[steps] for t in fan.trajectories])
    distance = surface.distance_to_minimum(points.reshape(-1, 2)).reshape(points.shape[:2])
    (x0, x1), (y0, y1) = g.surface.domain
    return {
        "steps": steps,
        "reached": [each.arrived for each in outcomes],
        "touched": touched,
        "diverged": [each.diverged for each in outcomes],
        "series": {
            "x": Quantized(points[..., 0], 4 * x0 - 3 * x1, 4 * x1 - 3 * x0),
            "y": Quantized(points[..., 1], 4 * y0 - 3 * y1, 4 * y1 - 3 * y0),
            "gap": _quantized_loss(np.array(gap)[:, steps], g),
            "grad": Quantized(np.array([t.grad_norm[steps] for t in fan.trajectories]), *FAN_DECADES, log=True),
            "distance": Quantized(distance, *FAN_DECADES, log=True),
        },
    }


def _quantized_loss(gap: np.ndarray, g: figures.Ground) -> Quantized:
    if g.log:
        return Quantized(gap, *FAN_DECADES, log=True)
    return Quantized(gap, g.low - 3 * g.span, g.low + 4 * g.span)
