"""How a room waits for its pool: what is known is shown, again and again while more is to come."""

import weakref
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

import streamlit as st

from experiments.cost import cost_of
from experiments.likely import FAMILY_MB, FAMILY_SECONDS, Likely
from experiments.memory import ALLOWED_MB, also_forget
from experiments.own_programs import PROGRAM_MB, SECONDS, make_program, used_again, wanted
from experiments.pool import Busy, Cost, Job, Pool
from experiments.training import Training, resolve
from frontend.parts import keep_live
from frontend.turns import TURNS, refuse, turn
from frontend.visitor import visitor

EVERY = 0.7  # seconds between two pictures of what is under way
PATIENCE = 0.4  # seconds in which an answer is awaited before its beginning is shown
BUSY_PATIENCE = 0.1  # as PATIENCE, where others wait for work to be done: it will take longer
LONGEST_BESIDE = 6.0  # seconds in which an answer beside the picture is awaited
LEFT = 12.0  # seconds after which a visitor who has not asked again has left
SHARE = 0.2  # of the process's memory, for all that is trained and measured and what came of it

# of the module, not of Streamlit's caches: any visitor's browser can have those emptied
_POOL = Pool(nbytes=SHARE * 1e6 * ALLOWED_MB, patience=LEFT)
also_forget(_POOL.forget_oldest)
_LIKELY = Likely()


def pool() -> Pool:
    """The process's pool of work."""
    return _POOL


def ask(description: Any, make: Callable[[], Any]) -> Job:
    """The visitor's job that answers a description.

    Raises:
        Busy: where too many wait.
    """
    return _POOL.ask(visitor(), description, make, cost_of(description))


def beside(description: Any, make: Callable[[], Any]) -> Any:
    """The answer to what is wanted beside what the stage shows; None where others' work comes first."""
    with suppress(Busy):
        job = _POOL.ask((*visitor(), "beside"), description, make, cost_of(description))
        if not job.done:
            with TURNS.aside():
                job.wait(LONGEST_BESIDE)
        return job.latest if job.done and job.error is None else None
    return None


def make_ready(training: Training) -> None:
    """Has the next training of sizes that are used again run in a program of their own, made while nobody waits."""
    want = wanted([(training.loss_of(learner), resolve(learner)) for learner in training.learners])
    if want is None:
        return
    key = ("program", want[0].split()[0])  # networks of many widths share it
    if used_again(key, training):
        _spare(key, lambda: make_program(*want), SECONDS, PROGRAM_MB)


def make_next_ready(training: Training) -> None:
    """Has the programs of the networks made that are likely trained next, while nobody waits."""
    if _LIKELY.left(training):
        _spare("families", lambda: _LIKELY.make(training), FAMILY_SECONDS, FAMILY_MB)


def _spare(key: Hashable, make: Callable[[], Any], seconds: float, mb: float) -> None:
    with suppress(Busy):  # then others come first
        _POOL.ask((*visitor(), "spare", type(key)), key, make, Cost(seconds, int(mb * 1e6), compiles=True, spare=True))


def stop(description: Any, ask: Callable[[], Job], stopped_key: str) -> None:
    """Ends a job at the visitor's wish; what is known is shown as long as the description stays and there is room."""
    with suppress(Busy, ValueError):  # then there is nothing to stop, and the stage says why
        st.session_state[stopped_key] = (description, weakref.ref(_POOL.stop(visitor(), ask())))


def stage(description: Any, ask: Callable[[], Job], show: Callable[[Any, str, int], None], stopped_key: str) -> None:
    """Shows in its turn what is known of a description's answer; to be called in a fragment.

    Args:
        description: what is asked; what a visitor stopped is shown as long as it stays.
        ask: the job that answers it.
        show: draws the latest of the answer, in the state "over", "under way" or "stopped", with its place in the
            queue where it has not begun, else 0.
        stopped_key: of the session's state, where a stopped description and its latest are.
    """
    with turn():
        _show(description, ask, show, stopped_key)


def _show(description: Any, ask: Callable[[], Job], show: Callable[[Any, str, int], None], stopped_key: str) -> None:
    slot = st.empty()
    stopped, kept = st.session_state.get(stopped_key, (None, lambda: None))
    if stopped == description and (job := kept()) is not None and job.latest is not None:
        show(job.latest, "stopped", 0)
        return
    try:
        job = ask()
    except Busy as busy:
        refuse(slot, busy)
    except ValueError as error:
        st.warning(f"This cannot be done: {error}.")
        return
    waited = st.session_state.pop("waited_for", None) == description
    if not job.done and not waited:  # else there is nothing to wait for, and the turn goes on
        with TURNS.aside():
            job.wait(BUSY_PATIENCE if _POOL.busy else PATIENCE)
    if isinstance(job.error, ValueError):
        st.warning(f"This cannot be done: {job.error}.")
        return
    if job.error is not None:
        raise job.error
    over = job.done
    st.session_state.waited_for = None if over else description
    keep_live(not over)  # before it is shown, which is once: where the timer is to begin or end the script runs again
    st.session_state.waited_for = None
    show(job.latest, "over" if over else "under way", _POOL.place(job))
