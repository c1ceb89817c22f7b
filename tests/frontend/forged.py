"""What whoever speaks Streamlit's protocol may send in place of an act or of a widget's value, seeded."""

import json
import random
from collections.abc import Iterator
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

EVENTS = "$$STREAMLIT_INTERNAL_KEY_{id}__events"
KINDS = ("start", "rate", "add", "stop", "again", "example", "explore", "place", "begin")
FIELDS = {
    "start": "xy",
    "place": "xy",
    "explore": "z",
    "rate": ("run", "value"),
    "example": ("index", "by"),
    "begin": ("starter",),
}
ODD: tuple[Any, ...] = (
    None, True, "1", "", "NaN", [], [1], {}, {"x": 1}, float("nan"), float("inf"), -float("inf"), 1e300, -1e300, 1e7,
    -1, -0.5, 10**30, 2**63, 99_999, "x" * 3000, "\ud800", "\0", [[[[[]]]]], {"kind": {"kind": []}},
)  # fmt: skip
BROKEN = ("", "[", "nope", "9" * 5000, "[" * 3000, '{"event":', '[{"event":"act"}]', '[{"event":["act"],"value":1}]',
          '{"act":{"kind":"add"}}', "x" * 10_000_000)  # fmt: skip


def acts(rng: random.Random) -> Iterator[str]:
    """Texts of the events of a stage or a picker, without end; none is an honest act."""
    while True:
        event = rng.choice(("act", "pick", "begin"))
        kind = rng.choice((*KINDS, "start", "unknown", "__class__", 7, None, ["add"], "x" * 2000))
        names = FIELDS.get(str(kind), ()) if rng.random() < 0.9 else ("x", "y", "run", "value", "by", "index")
        value: Any = {"kind": kind, **{name: rng.choice(ODD) for name in names}}
        if not names or rng.random() < 0.1:
            value |= {"more": 1}
        if rng.random() < 0.15:
            value = rng.choice(ODD[1:])
        if rng.random() < 0.1:
            yield rng.choice(BROKEN)
        else:
            yield json.dumps([{"event": event, "value": value}])


def values(rng: random.Random, honest: WidgetStates) -> Iterator[WidgetStates]:
    """The values of all widgets of which one is forged: out of range, no option, or of another type."""
    numbers = (float("nan"), float("inf"), -float("inf"), 1e300, -1e300, 1e19, -1e9)
    texts = ("", "no option", "x" * 5000, "'); --", "\0", "7", "None", "__class__")
    while True:
        sent = WidgetStates()
        sent.CopyFrom(honest)
        state = rng.choice(list(sent.widgets))
        kind = rng.choice(("same", "double_value", "int_value", "string_value", "bool_value", "double_array_value",
                           "string_array_value", "int_array_value", "json_value", "bytes_value", "string_trigger_value",
                           "trigger_value", "json_trigger_value", "nothing"))  # fmt: skip
        kind = (state.WhichOneof("value") or "nothing") if kind == "same" else kind
        state.ClearField(state.WhichOneof("value") or "id") if kind != "nothing" else None
        if kind == "nothing":
            state.ClearField(state.WhichOneof("value") or "string_value")
        elif kind in ("double_value", "int_value"):
            setattr(state, kind, rng.choice(numbers) if kind == "double_value" else rng.choice((-(2**60), 2**60)))
        elif kind in ("bool_value", "trigger_value"):
            setattr(state, kind, True)
        elif kind == "bytes_value":
            state.bytes_value = b"\xff\0"
        elif kind == "string_trigger_value":
            state.string_trigger_value.data = rng.choice(texts)
        elif kind.endswith("array_value"):
            choices: Any = {"double": (*numbers, 0.5), "string": texts, "int": (-(2**60), 2**60)}[kind.split("_")[0]]
            getattr(state, kind).data.extend(rng.choices(choices, k=rng.randrange(4)))
        else:
            setattr(state, kind, rng.choice((*texts, "[", "{}", '{"act": {"kind": "add"}}', "9" * 5000)))
        yield sent


def component(page: AppTest, key: str) -> str:
    """The id of the stage or of a picker."""
    for block in (page.main, page.sidebar):
        for element in block:
            if getattr(element, "type", "") == "bidi_component" and element.proto.id.endswith(f"-{key}"):
                return element.proto.id
    raise LookupError(key)


def event(page: AppTest, key: str, text: str, field: str = "json_trigger_value") -> AppTest:
    """What a component sends, as a message beside all other values."""
    sent = page._tree.get_widget_states()
    state = WidgetState(id=EVENTS.format(id=component(page, key)))
    setattr(state, field, text.encode("utf-8", "replace").decode())
    sent.widgets.append(state)
    return page._run(sent)
