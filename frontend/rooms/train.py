"""The training room: the rail describes networks, a pool trains them, the stage shows them while they learn."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from experiments.pool import Busy, Job, Pool
from experiments.race_link import view_of
from experiments.training import TrainingResult, train
from experiments.training_link import from_link, to_link
from frontend import training_rail as rail
from frontend.player import acted, play
from frontend.training_view import training_tree

_PATIENCE = 0.8  # seconds in which a training is awaited before its beginning is shown
_EVERY = 0.7  # seconds between two pictures of a training under way


@st.cache_resource
def _pool() -> Pool:
    return Pool(patience=10 * _EVERY)


def _visitor() -> str:
    context = get_script_run_ctx()
    return context.session_id if context is not None else "nobody"


def _on_act() -> None:
    """What was done on the stage becomes a part of the description, and of the rail, which a fragment leaves alone."""
    act = acted()
    st.session_state.whole = bool(act)
    if act.get("kind") == "add":
        rail.add_learner()
    elif act.get("kind") == "stop":
        st.session_state.stopped = (rail.training(), _job().latest)
        _pool().leave(_visitor())
    elif act.get("kind") == "again":
        st.session_state.pop("stopped", None)
    elif act.get("kind") == "example":
        chosen = act["index"] if "index" in act else (st.session_state.example or 0) + int(act.get("by", 0))
        st.session_state.example = max(0, int(chosen))


def _open_link() -> None:
    """Once a session: the link's training, with what had to be changed of it."""
    if "training" in st.session_state:
        return
    params = {key: st.query_params.get_all(key) for key in st.query_params}
    training, example, notices = from_link(params)
    st.session_state.training, st.session_state.training_notices = training, notices
    st.session_state.example = example or None
    st.session_state.training_view = view_of({key: values[-1] for key, values in params.items() if values})


def _job() -> Job:
    now = rail.training()
    return _pool().ask(_visitor(), now, lambda: train(now))


def _show(result: TrainingResult, state: str) -> None:
    at, present = st.session_state.training_view
    opened = min(rail.open_learner(), max(0, len(result.runs) - 1))
    example = st.session_state.example
    if example is None and result.runs:
        example = result.runs[0].loss.count  # the first that is held back
    tree = training_tree(result, opened, example or 0, st.session_state.training_notices, at=at, present=present,
                         state=state)  # fmt: skip
    play(tree, _on_act)


def _stage() -> None:
    """Shows what is known. While a training is under way, it is shown again and again."""
    if st.session_state.pop("whole", False):
        st.rerun()
    stopped, latest = st.session_state.get("stopped", (None, None))
    if stopped == rail.training() and latest is not None:
        _show(latest, "stopped")
        return
    try:
        job = _job()
    except Busy as busy:
        st.info(str(busy))
        return
    job.wait(_PATIENCE)
    if isinstance(job.error, ValueError):
        st.warning(f"This cannot be trained: {job.error}.")
        return
    if job.error is not None:
        raise job.error
    _show(job.latest or TrainingResult(rail.training(), ()), "over" if job.done else "under way")
    if st.session_state.get("live") and job.done:
        st.session_state.live = False
        st.rerun()
    elif not job.done and not st.session_state.get("live"):
        st.session_state.live = True
        st.rerun()


_open_link()
rail.draw()
link = to_link(rail.training(), st.session_state.example or 0)
if dict(st.query_params) != link:
    st.query_params.from_dict(link)
st.session_state.pop("whole", None)
# always a fragment: the stage must stay one element, whether or not it is drawn again by itself
st.fragment(_stage, run_every=_EVERY if st.session_state.get("live") else None)()
