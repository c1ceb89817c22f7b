"""The query of the address bar: the one a visitor came with, what is written there, and Back and Forward through it."""

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
    st.session_state.links = {**st.session_state.get("links", {}), room: link}
    if dict(st.query_params) != link:
        st.query_params.from_dict(link)


def gone_to(room: str, link: dict[str, str]) -> str | None:
    """The query that Back or Forward has led to in a room; None where the visitor did something else.

    The browser then runs the whole script with another query than was written last, here or in another room, and
    nothing else has changed.

    Args:
        room: names it.
        link: of its description as it stands.
    """
    asked, written = query(), st.session_state.get("links", {})
    if not isinstance(asked, str) or link != written.get(room):
        return None
    return asked if asked and dict(parse_qsl(asked, keep_blank_values=True)) not in written.values() else None
