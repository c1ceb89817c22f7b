"""What a visitor did on the stage, read as what it is: data from outside.

A browser sends a mapping with a ``kind`` and the fields of that kind. Whoever speaks the protocol can send anything, so
an act counts only if it has exactly these fields, each of its type and within the range that the room gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from frontend.refusals import refused

Range = tuple[float, float]  # both ends are allowed


@dataclass(frozen=True)
class Start:
    """A click on the map: where every run starts."""

    x: float
    y: float


@dataclass(frozen=True)
class Rate:
    """A run's learning rate was dragged."""

    run: int
    value: float


@dataclass(frozen=True)
class Near:
    """The control that drags a rate is about to be used: what it shows under the finger is wanted."""


@dataclass(frozen=True)
class NearKnob:
    """As `Near`, of the control that drags one of several knobs: this one."""

    knob: int


@dataclass(frozen=True)
class Turned:
    """A knob was dragged to a value."""

    knob: int
    value: float


@dataclass(frozen=True)
class Add:
    """A run is wanted, or a network."""


@dataclass(frozen=True)
class Stop:
    """What is under way is to stop."""


@dataclass(frozen=True)
class Again:
    """What was stopped is to go on."""


@dataclass(frozen=True)
class Example:
    """An example was clicked."""

    index: int


@dataclass(frozen=True)
class Around:
    """The next example is wanted, or the one before."""

    by: int


@dataclass(frozen=True)
class Explore:
    """Where the activations are read."""

    z: float


@dataclass(frozen=True)
class Place:
    """A click on the phase map: weight scale and bias scale of the open network."""

    x: float
    y: float


@dataclass(frozen=True)
class Begin:
    """One of the room's starters is wanted."""

    starter: int


Act = Start | Rate | Near | NearKnob | Turned | Add | Stop | Again | Example | Around | Explore | Place | Begin
Ranges = Mapping[type[Act], Mapping[str, Range]]
"""The kinds of act that a room knows, each with the ranges of its fields."""
_KINDS: dict[type[Act], str] = {
    Start: "start", Rate: "rate", Near: "near", NearKnob: "near", Turned: "knob", Add: "add", Stop: "stop",
    Again: "again", Example: "example", Around: "example", Explore: "explore", Place: "place", Begin: "begin",
}  # fmt: skip


def read(sent: object, known: Ranges) -> Act | None:
    """The act that was sent; None where it is none of those that are known, which is logged."""
    if isinstance(sent, dict):
        for kind, ranges in known.items():
            names = {field.name for field in fields(kind)}
            if sent.get("kind") == _KINDS[kind] and sent.keys() == {"kind", *names}:
                act = _filled(kind, sent, ranges)
                if act is not None:
                    return act
    refused("an act", sent)
    return None


def _filled(kind: type[Act], sent: Mapping[str, Any], ranges: Mapping[str, Range]) -> Act | None:
    values: dict[str, Any] = {}
    for field in fields(kind):
        value, (low, high) = sent[field.name], ranges[field.name]
        if type(value) is not int and (field.type is int or type(value) is not float):
            return None
        if not low <= value <= high:  # NaN is within no range
            return None
        values[field.name] = value if field.type is int else float(value) + 0.0  # no negative zero
    return kind(**values)


def index(count: int) -> Range:
    """The range of an index into so many; empty where there are none."""
    return 0, count - 1
