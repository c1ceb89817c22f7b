"""Widgets as mirrors of a description: what a browser reports counts only where a visitor set it.

A browser sends the values of all its widgets with every message, a timer's too, and it may send one before what was
drawn last has reached it. Such a message holds values that were replaced since, and values of widgets that are gone.
Streamlit compares them with what it drew last, takes the difference for a change, and calls ``on_change``. Here every
drawing of a part of a rail has a number, and a hidden field repeats the last one's in each message: so it is known
which drawing the sender had before its eyes, and a value that an unseen drawing replaced is no act.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex
from typing import Any, NamedTuple

import streamlit as st

from frontend.reconnect import rail_drawn
from frontend.redraw import redraw
from frontend.refusals import refused
from frontend.widget_values import DRAWING, SAID

_DIGITS = 15  # of a drawing's number, at most
_REPLACED = 8  # values of a widget that are remembered; no browser is so many drawings behind


class _Mirror(NamedTuple):
    value: Any  # what the browser shows once it has seen the last drawing
    drawn: int  # the last drawing
    since: int  # the first drawing that told the browser this value; told again until that drawing is seen
    replaced: dict[Any, int]  # a value that a drawing replaced -> the last drawing that said so


@dataclass
class _Rail:
    of: str = field(default_factory=partial(token_hex, 4))  # the session
    drawing: int = 0  # the number of the last one
    part: str = ""  # of which it is
    whole: dict[str, int] = field(default_factory=dict)  # of each part, the last one that came to its end
    counts: int = 0  # acts count from this drawing on
    mirrors: dict[str, _Mirror] = field(default_factory=dict)


def _rail() -> _Rail:
    return st.session_state.setdefault("mirrors", _Rail())


def _seen() -> int:
    """The drawing that the browser had before its eyes when it sent the present message.

    The field itself holds another number as soon as a part has been drawn in answer to it.
    """
    rail = _rail()
    of, _, number = str(st.session_state.get(SAID, "")).partition(".")
    ours = of == rail.of and number.isdecimal() and len(number) <= _DIGITS  # not of a session that is no more
    return int(number) if ours and int(number) <= rail.drawing else 0


@contextmanager
def drawing(part: str) -> Iterator[None]:
    """One drawing of a part of a rail; mirrors of the part that are not in it are gone when it ends."""
    rail = _rail()
    rail.drawing += 1
    rail.part = part
    yield
    rail.whole[part] = rail.drawing


def drawings_are_gone() -> None:
    """Another page is drawn: what was drawn until now is no longer seen."""
    rail = _rail()
    rail.whole = dict.fromkeys(rail.whole, rail.drawing + 1)


def number_of_drawing() -> None:
    """The hidden field; drawn after all parts, so that whoever has seen it has seen those before it."""
    rail = _rail()
    st.session_state[DRAWING] = f"{rail.of}.{rail.drawing}"
    with st.container(key="drawing"):
        st.text_area("Drawing", key=DRAWING, label_visibility="collapsed")
    rail_drawn()


def mirrored(
    key: str, value: Any, change: Callable[[Any], None], options: Collection | None = None, untold: Any = None
) -> Callable[[], None]:
    """Makes a widget show ``value``: the description is the truth, the widget its mirror.

    Args:
        key: of the widget, which is drawn next.
        value: what the description says; hashable.
        change: called with what a visitor set, never with what the browser only has not seen replaced.
        options: of a widget that offers a choice; another answer comes from a drawing that offered others, or takes the
            choice back, and is none.
        untold: what the widget stands at in a browser that puts it on the page, before it shows ``value`` there; of one
            that offers a choice the first option.

    Returns:
        The widget's ``on_change``.
    """
    rail, state = _rail(), st.session_state
    old = rail.mirrors.get(key)
    held = [*([old.value] if old else []), *([state[key]] if key in state else [])]
    other = [each for each in held if each != value]
    replaced = {each: n for each, n in (old.replaced if old else {}).items() if each not in other}
    replaced |= dict.fromkeys(other, rail.drawing)
    comes = old is None or old.drawn < rail.whole.get(rail.part, 0)
    since = rail.drawing if comes or other or old is None else old.since
    if comes:  # a browser sends in between what it stands at by itself
        replaced |= {each: rail.drawing for each in (untold, *list(options or ())[:1]) if each not in (None, value)}
    if since > _seen():  # told again, for a drawing that comes while another is painted may undo what that one told
        replaced = {each: rail.drawing if n >= since else n for each, n in replaced.items()}
    if state.get(key) != value or since > _seen():
        state[key] = value
    rail.mirrors[key] = _Mirror(value, rail.drawing, since, dict(list(replaced.items())[-_REPLACED:]))

    def set_by_visitor() -> None:
        new, mirror, seen = state[key], rail.mirrors[key], _seen()
        unseen = [each for each, n in mirror.replaced.items() if n > seen]
        if new == mirror.value:
            return
        if new in unseen or (options is not None and new not in options):
            if new not in unseen and new is not None:
                refused(f"a choice of {key}", new)
            else:
                again = mirror.replaced | {new: rail.drawing + 1}
                rail.mirrors[key] = mirror._replace(since=rail.drawing + 1, replaced=again)
            state[key] = mirror.value
            return
        # a drawing that is still on its way may show the browser its value over the visitor's: told again by the next
        since = rail.drawing + 1 if unseen else mirror.since
        rail.mirrors[key] = mirror._replace(value=new, since=since)
        change(new)

    return acted_on(set_by_visitor)


def acted_on(act: Callable[[], None]) -> Callable[[], None]:
    """A widget's callback, after which its part is drawn again, and whatever else it changes.

    It does nothing once the widget is gone, or the list that it belonged to has moved up.
    """
    rail = _rail()
    here, part = rail.drawing, rail.part

    def called() -> None:
        if here >= rail.whole.get(part, 0) and _seen() >= rail.counts:
            act()
        redraw(part)

    return called


def moved_up() -> None:
    """An element of a list was removed: only who sees the next drawing can say which of the others is meant."""
    rail = _rail()
    rail.counts = rail.drawing + 1
