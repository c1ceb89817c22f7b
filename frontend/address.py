"""The query of the address bar: the one a visitor came with, what is written there, and Back and Forward through it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def query() -> str | dict[str, Any]:
    """The raw query, where plus signs still are what was typed; else what Streamlit has decoded of it."""
    context = get_script_run_ctx()
    if context is not None and (context.query_string or not len(st.query_params)):
        return context.query_string
    return {key: st.query_params.get_all(key) for key in st.query_params}


def show_link(room: str, link: dict[str, str]) -> None:
    """Makes the address bar's query this one."""
    _written()[room] = link
    if dict(st.query_params) != link:
        st.query_params.from_dict(link)


def _written() -> dict[str, dict[str, str]]:
    """The link of each room as it was written last."""
    return st.session_state.setdefault("links", {})


def follow(room: str, link: Callable[[], dict[str, str]], open_link: Callable[[str], None]) -> None:
    """Opens the link that Back or Forward has led to in a room, if that is why the script runs.

    The browser then runs the whole script with another query than was written last, here or in another room, and
    nothing else has changed.

    Args:
        room: names it.
        link: that of its description as it stands.
        open_link: replaces the description by that of a query.
    """
    asked, written = query(), _written()
    if not asked or not isinstance(asked, str) or link() != written.get(room):
        return
    if dict(parse_qsl(asked, keep_blank_values=True)) not in written.values():
        open_link(asked)
        written[room] = link()  # at once: a second step back may end this run before it comes to the stage
