"""The training room: the rail describes networks, a pool trains them, the stage shows them while they learn."""

import streamlit as st

from experiments.pool import Job
from experiments.training import TrainingResult, train_in_pieces
from experiments.training_link import from_link, to_link
from experiments.view import view_of
from frontend import jobs
from frontend import training_rail as rail
from frontend.acts import Add, Again, Around, Begin, Example, Stop, index
from frontend.address import follow, query, show_link
from frontend.parts import draw_stage
from frontend.player import acted, play
from frontend.reconnect import opened_before
from frontend.run_controls import OPEN
from frontend.titles import titled, training_title
from frontend.training_view import training_tree


def _on_act() -> None:
    """What was done on the stage becomes a part of the description."""
    trained, unseen = rail.examples()
    every = index(trained + unseen)
    act = acted({Add: {}, Stop: {}, Again: {}, Example: {"index": every}, Around: {"by": (-1, 1)},
                 **rail.STARTERS.acts})  # fmt: skip
    match act:
        case Add():
            rail.add_learner()
        case Begin(starter):
            rail.STARTERS.begin(starter)
        case Stop():
            jobs.stop(rail.training(), _job, "stopped")
        case Again():
            st.session_state.pop("stopped", None)
        case Example(chosen):
            st.session_state.example = chosen
        case Around(by):
            now = trained if st.session_state.example is None else st.session_state.example
            st.session_state.example = max(0, min(every[1], now + by))


def _open_link() -> None:
    """Once a session: the link's training, with what had to be changed of it; later that of a link gone back to."""
    if "training" in st.session_state:
        follow(_link, _go_to)
        return
    link = query()
    training, example, notices = from_link(link)
    st.session_state.training, st.session_state.training_notices = training, notices
    st.session_state.example = example or None
    rail.STARTERS.opened(training, view_of(link))
    if (opened := opened_before(OPEN)) is not None:
        st.session_state.open_learner = opened


def _go_to(link: str) -> None:
    training, example, _ = from_link(link)
    rail.set_training(training)
    st.session_state.example = example or None


def _link() -> dict[str, str]:
    return to_link(rail.training(), st.session_state.example or 0)


def _job() -> Job:
    now = rail.training()
    return jobs.ask(now, lambda: train_in_pieces(now))


def _show(result: TrainingResult, state: str, place: int) -> None:
    opened = min(rail.open_learner(), max(0, len(result.runs) - 1))
    example = st.session_state.example
    if example is None and result.runs:
        example = result.runs[0].loss.count  # the first that is held back
    tree = training_tree(result, opened, example or 0, st.session_state.training_notices, view=rail.STARTERS.view,
                         state=state, place=place)  # fmt: skip
    tree |= rail.STARTERS.tree(rail.STARTERS.chosen())
    play({**tree, "title": titled(training_title(result.training))}, _on_act)
    if state == "over":
        jobs.make_ready(result.training)
        jobs.make_next_ready(result.training)


def _stage() -> None:
    """Shows what is known. While a training is under way, it is shown again and again."""
    now = rail.training()
    show_link(_link())
    jobs.stage(now, _job, lambda latest, *how: _show(latest or TrainingResult(now, ()), *how), "stopped")


_open_link()
rail.draw()
draw_stage(_stage, jobs.EVERY)
