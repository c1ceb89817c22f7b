"""What a message says of widgets, before Streamlit reads it: a value counts only if its widget can have sent it.

Streamlit trusts the browser. A value of another type than the widget's raises where it is read, and again in every
later run of the session; one that is out of range is read as the widget's default, a change that nobody made. Here
either counts as not sent. Values of widgets that the session has not drawn are kept for `frontend.reconnect`; what a
message says of the last drawing is kept too, for a later drawing in its answer writes over it (`frontend.mirrors`).
"""

from collections.abc import Iterable
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import (
    WidgetMetadata,
    is_array_value_field_name,
    unpack_widget_state_value,
    user_key_from_element_id,
)

from frontend.reconnect import keep
from frontend.refusals import refused

MOST_BYTES = 4096  # of one value; the longest is a formula of 400 characters
_ONE_KIND = {"int_value": "double_value"}  # a box of whole numbers is registered as one and sent as the other
DRAWING = "drawing_seen"  # the key of the field in which a browser repeats which drawing it has before its eyes
SAID = "drawing_said"  # of the session's state: what the last message said there
MOST_WIDGETS = 250  # in a message; no rail has half as many


def counts(state: WidgetState, widget: WidgetMetadata[Any]) -> bool:
    """Whether a widget can have sent this: its type, a value that it offers, and for a component one of its events."""
    kind = state.WhichOneof("value")
    if kind is None or state.ByteSize() > MOST_BYTES:
        return False
    if _ONE_KIND.get(kind, kind) != _ONE_KIND.get(widget.value_type, widget.value_type):
        return False
    try:
        raw = unpack_widget_state_value(state)
        value = widget.deserializer(raw)
        if kind == "json_value":  # the components send events and have no state
            return value == {}
        if kind == "json_trigger_value":
            return _are_events(value, widget.callbacks or {})
        back = widget.serializer(value)
        return list(back) == list(raw) if is_array_value_field_name(kind) else back == raw
    except (TypeError, ValueError, OverflowError, RecursionError, LookupError):  # of a deserializer that trusts
        return False


def _are_events(value: object, known: Iterable[str]) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, dict) and each.keys() == {"event", "value"} and each["event"] in list(known) for each in value
    )


def _counted(self: SessionState, widget_states: WidgetStates) -> None:
    """Stands in the place of ``SessionState.set_widgets_from_proto``."""
    # A session's widgets are private, but no public way leads between a message and what reads it.
    drawn = self._new_widget_state.widget_metadata
    used, unknown, forged = WidgetStates(), [], []
    if len(widget_states.widgets) > MOST_WIDGETS:
        refused("a message", f"values of {len(widget_states.widgets)} widgets")
        return
    for state in widget_states.widgets:
        if state.id not in drawn:
            unknown.append(state)
        elif counts(state, drawn[state.id]):
            used.widgets.append(state)
        else:
            forged.append(f"{state.WhichOneof('value')} for {user_key_from_element_id(state.id)}"[:50])
    if forged:
        refused("values of widgets", forged)
    keep(self, unknown, [state.id for state in used.widgets])
    said = (state.string_value for state in used.widgets if user_key_from_element_id(state.id) == DRAWING)
    self[SAID] = next(said, "")
    _set(self, used)


_set = getattr(SessionState.set_widgets_from_proto, "streamlits_own", SessionState.set_widgets_from_proto)
_counted.streamlits_own = _set  # pyright: ignore[reportFunctionMemberAccess]
SessionState.set_widgets_from_proto = _counted
