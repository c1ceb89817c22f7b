"""How a room waits for its pool: what is known is shown, again and again while more is to come."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from experiments.memory import also_forget
from experiments.pool import Busy, Job, Pool

EVERY = 0.7  # seconds between two pictures of what is under way
PATIENCE = 0.8  # seconds in which an answer is awaited before its beginning is shown


@st.cache_resource
def pool() -> Pool:
    """The process's pool of work."""
    work = Pool(patience=10 * EVERY)
    also_forget(work.forget_oldest)
    return work


def visitor() -> str:
    """Whose work it is."""
    context = get_script_run_ctx()
    return context.session_id if context is not None else "nobody"


def stage(description: Any, ask: Callable[[], Job], show: Callable[[Any, str], None], stopped_key: str) -> None:
    """Shows what is known of a description's answer; to be called in a fragment.

    Args:
        description: what is asked; what a visitor stopped is shown as long as it stays.
        ask: the job that answers it.
        show: draws the latest of the answer, in the state "over", "under way" or "stopped".
        stopped_key: of the session's state, where a stopped description and its latest are.
    """
    if st.session_state.pop("whole", False):
        st.rerun()
    stopped, latest = st.session_state.get(stopped_key, (None, None))
    if stopped == description and latest is not None:
        show(latest, "stopped")
        return
    try:
        job = ask()
    except Busy as busy:
        st.info(str(busy))
        return
    job.wait(PATIENCE)
    if isinstance(job.error, ValueError):
        st.warning(f"This cannot be done: {job.error}.")
        return
    if job.error is not None:
        raise job.error
    show(job.latest, "over" if job.done else "under way")
    if st.session_state.get("live") and job.done:
        st.session_state.live = False
        st.rerun()
    elif not job.done and not st.session_state.get("live"):
        st.session_state.live = True
        st.rerun()
