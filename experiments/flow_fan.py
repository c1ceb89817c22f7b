"""One network of the gradients' picture at many values of one knob: what is seen while that is dragged."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from experiments.flow import DEPTH, NUMBERS, Flow, Measured, through_layers
from experiments.gradients_words import amount
from landscapes.networks.through_time import LEAST, MOST

KNOBS = {"weight": "weight scale", "depth": "depth", "width": "width"}
WIDEST = 64  # units a layer; a fan of wider networks is no longer cheap
_STOPS = 8  # on either side of the value that is set
_SPAN = {"weight": 2.5, "depth": 2.5, "width": 16.0}  # the ends of the fan, as multiples of it


@dataclass(frozen=True)
class FlowFan:
    """What is asked: ``flow`` has the one network that is dragged."""

    flow: Flow
    knob: str  # of `KNOBS`

    @property
    def value(self) -> float:
        """Where the knob stands."""
        return self.flow.curves[0].weight if self.knob == "weight" else float(getattr(self.flow, self.knob))

    @property
    def values(self) -> tuple[float, ...]:
        """The stops, rising; that of the knob is one of them."""
        now = self.value
        if now == 0:
            return tuple(np.linspace(0.0, 2.0, 2 * _STOPS + 1).tolist())
        around = [now * _SPAN[self.knob] ** (i / _STOPS) for i in range(-_STOPS, _STOPS + 1)]
        if self.knob == "weight":
            stops = {float(f"{each:.3g}") for each in around if each <= NUMBERS["weight"].high}
        else:
            high = DEPTH.high if self.knob == "depth" else WIDEST
            stops = {float(round(each)) for each in around if 1 <= round(each) <= high}
        near = min(stops, key=lambda each: abs(each - now))
        return tuple(sorted(stops - {near} | {now}))

    @property
    def flows(self) -> list[Flow]:
        """The experiment at every stop."""
        (curve,) = self.flow.curves
        if self.knob == "weight":
            return [replace(self.flow, curves=(replace(curve, weight=each),)) for each in self.values]
        return [replace(self.flow, **{self.knob: int(each)}) for each in self.values]


def fan_of(flow: Flow, index: int, knob: str) -> FlowFan | None:
    """The fan of one of the networks; None where it would not be cheap."""
    if flow.width > WIDEST or index >= len(flow.curves):
        return None
    return FlowFan(replace(flow, curves=(flow.curves[index],)), knob)


def fan_live(fan: FlowFan) -> Iterator[tuple[Measured, ...]]:
    """The network at every stop, on two cores."""
    with ThreadPoolExecutor(2) as pool:
        yield tuple(pool.map(lambda flow: next(through_layers(flow)), fan.flows))


def fan_words(fan: FlowFan, found: Sequence[Measured], label: str) -> list[str]:
    """What is said at every stop: how much of the gradient is left there, and how much where the knob stands."""
    name, stops, flows = KNOBS[fan.knob], list(fan.values), fan.flows
    now = stops.index(fan.value)
    return [f"{label} at {name} {stop:g}: {_left(each)} of its gradient after {_layers(flow)}; "
            f"at {stops[now]:g}: {_left(found[now])}."
            for stop, each, flow in zip(stops, found, flows, strict=True)]  # fmt: skip


def _layers(flow: Flow) -> str:
    return f"{flow.depth} layer{'s' * (flow.depth > 1)}"


def _left(measured: Measured) -> str:
    """What is left of the gradient's size in the median over the seeds, in words."""
    if measured.exploded is not None:
        return "the signal overflows, nothing is known"
    left = measured.left
    return "nothing" if left == 0 else amount(left) if left in (LEAST, MOST) else f"×{amount(left)}"
