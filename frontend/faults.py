"""What the page says when the program itself is at fault: a sentence and a way on, never a traceback."""

import logging

import streamlit as st

_LOG = logging.getLogger(__name__)


def show_fault(error: Exception) -> bool:
    """Logs the error for whoever runs the server and shows the visitor a sentence; True keeps Streamlit's box away."""
    _LOG.error("a page failed", exc_info=error)
    st.markdown(
        "# This picture could not be made\n\nThe fault is ours, not yours. Nothing you set is lost: it is in the link."
    )
    st.link_button("Start this room afresh", "?", type="tertiary")
    return True
