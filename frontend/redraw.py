"""After an act only those parts of a page are drawn again that show something else now, and the stage.

A part draws what it is given and asks for nothing beside it, so that whatever can change it is known before it is
drawn. Each is a fragment of Streamlit's with a key (`frontend.parts`). A message runs the whole script unless the
callback that it calls ends with `redraw`.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import streamlit as st
from streamlit.errors import StreamlitAPIException

TURN, SEEN, STAGE = "turn", "seen", "stage"  # drawn after every act: who waits, the drawing's number, the picture
_NOTHING = object()


class Part(NamedTuple):
    """A part of a rail.

    Attributes:
        key: its name in the room.
        shows: what it is drawn from, as the description stands; it is asked for after every act, so it takes no time.
        draw: draws that.
    """

    key: str
    shows: Callable[[], Hashable]
    draw: Callable[[Any], None]


@dataclass
class Page:
    """What a session has before its eyes."""

    room: str = ""
    parts: Sequence[Part] = ()
    drawn: dict[str, Any] = field(default_factory=dict)  # what each part showed when it was last drawn to its end
    live: bool = False  # whether the browser asks for the stage again by itself


def page() -> Page:
    """The session's page."""
    return st.session_state.setdefault("page", Page())


def redraw(part: str | None = None) -> None:
    """Ends a callback: this part, those that show something else now, and the stage are drawn, the rest stays.

    Where one of them was never drawn it returns, and the whole page is.
    """
    now = page()
    keys = [each.key for each in now.parts if each.key == part or each.shows() != now.drawn.get(each.key, _NOTHING)]
    now.live = False  # with an act the browser forgets its timer, which only the whole script sets
    try:
        st.rerun([f"{now.room}_{key}" for key in [TURN, *keys, SEEN, STAGE]])
    except StreamlitAPIException:  # of a name that no fragment has
        return


def then_redrawn(act: Callable[[], None]) -> Callable[[], None]:
    """A callback that acts, and then has drawn what that changes."""

    def called() -> None:
        act()
        redraw()

    return called
