"""How a room's page is drawn: the parts of its rail, each by itself, and its stage. See `frontend.redraw`."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from frontend.mirrors import drawing, drawings_are_gone, number_of_drawing
from frontend.redraw import SEEN, STAGE, TURN, Part, page, then_redrawn
from frontend.turns import begin_turn


def draw_rail(room: str, parts: Sequence[Part], reset: Callable[[], None]) -> None:
    """Draws all parts of a room's rail, and under them the button that sets everything back."""
    now = page()
    if now.room != room:
        now.drawn = {}
        drawings_are_gone()
    now.room, now.parts = room, parts
    with st.sidebar:
        for part in parts:
            _fragment(part.key, partial(_draw, part))
        st.button("Back to this start", key="reset", on_click=then_redrawn(reset), type="tertiary",
                  icon=":material/restart_alt:")  # fmt: skip
        _fragment(SEEN, number_of_drawing)


def _draw(part: Part) -> None:
    shown = part.shows()
    with drawing(part.key):
        part.draw(shown)
    page().drawn[part.key] = shown


def draw_stage(draw: Callable[[], None], every: float | None = None) -> None:
    """Draws a room's stage.

    Args:
        draw: draws it.
        every: seconds after which it is drawn again, as long as `keep_live` wants it.
    """
    now = page()
    now.live = every is not None and st.session_state.get("live", False)
    _fragment(TURN, begin_turn)
    _fragment(STAGE, draw, every if now.live else None)


def keep_live(live: bool) -> None:
    """Runs the whole script again where from now on the stage is to be drawn by itself, or no longer."""
    st.session_state.live = live
    if page().live != live:
        st.rerun()


def _fragment(key: str, draw: Callable[[], None], every: float | None = None) -> None:
    def drawn() -> None:
        draw()

    st.fragment(drawn, key=f"{page().room}_{key}", run_every=every)()
