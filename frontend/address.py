"""The query of the address that a visitor came with, as it stands in the address bar."""

from typing import Any

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
