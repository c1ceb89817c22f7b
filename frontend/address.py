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


def show_link(link: dict[str, str]) -> None:
    """Makes the address bar's query this one."""
    if dict(st.query_params) != link:
        st.query_params.from_dict(link)


def follow(link: Callable[[], dict[str, str]], open_link: Callable[[str], None]) -> None:
    """Opens the link that Back or Forward has led to, if that is why the script runs.

    A message that was sent before the last link reached the browser holds an old one too, and is no step back.

    Args:
        link: that of the room's description as it stands.
        open_link: replaces the description by that of a query.
    """
    asked = query()
    if went_back() and isinstance(asked, str) and dict(parse_qsl(asked, keep_blank_values=True)) != link():
        open_link(asked)


def went_back() -> bool:
    """Whether the browser asks because of Back or Forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
