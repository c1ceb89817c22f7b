"""The control under the gradients' chart: one knob of the open network, and its whole range while it is dragged."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.flow import Measured
from experiments.flow_fan import KNOBS, FlowFan, fan_words
from frontend import flow_panels


def drag_tree(fan: FlowFan, run: int, label: str, found: Sequence[Measured] | None,
              ends: tuple[float, float]) -> dict[str, Any]:  # fmt: skip
    """What the player needs of a knob.

    Args:
        fan: the knob and its stops.
        run: of the picture, which is dragged.
        label: of that run.
        found: what was measured at the stops; None where nobody has asked for it yet.
        ends: of the chart's axis, in decades.
    """
    stops = fan.values
    if fan.knob == "weight":  # which is no longer what it is called by
        label = ", ".join(part for part in label.split(", ") if not part.startswith("σw "))
    return {
        "run": run, "name": label, "label": f"{label}: drag its",
        "knobs": [*KNOBS.values()], "knob": [*KNOBS].index(fan.knob),
        "stops": list(stops), "chosen": stops.index(fan.value), "best": None,
        "fan": None if found is None else _fan(fan, label, found, ends),
    }  # fmt: skip


def _fan(fan: FlowFan, label: str, found: Sequence[Measured], ends: tuple[float, float]) -> dict[str, Any]:
    counts = [len(measured.median) for measured in found]
    bands = [measured.band for measured in found]
    rows = {"gradient": [measured.median for measured in found],
            "theory": [np.full(count, np.nan) if measured.theory is None else measured.theory
                       for measured, count in zip(found, counts, strict=True)],
            "low": [low for low, _ in bands], "high": [high for _, high in bands]}  # fmt: skip
    most = max(counts)
    filled = {name: np.array([np.pad(row, (0, most - len(row)), constant_values=np.nan) for row in each])
              for name, each in rows.items()}  # fmt: skip
    nothing = [None] * len(found)
    return {
        "series": {name: flow_panels.sent(each, ends) for name, each in filled.items()},
        "steps": np.arange(most, dtype=np.int32), "counts": counts, "reached": nothing, "diverged": nothing,
        "ends": [flow_panels.end(measured, "layer") for measured in found],
        "says": fan_words(fan, found, label), "weight": fan.knob == "weight",
        "figure": flow_panels.stretched(most - 1, ends) if fan.knob == "depth" else None,
    }  # fmt: skip
