"""The gradients room: the rail describes networks, the stage shows what reaches their first layer, and why."""

from dataclasses import replace
from typing import Any

import streamlit as st

from experiments.flow import flow_live
from experiments.gradients import Gradients
from experiments.gradients_link import from_link, to_link
from experiments.pool import Job
from experiments.race_link import view_of
from experiments.training import TrainingResult, train_in_pieces
from frontend import gradients_rail as rail
from frontend import jobs
from frontend.address import query
from frontend.flow_panels import MAP_BOX
from frontend.gradients_view import flow_tree, trained_tree
from frontend.player import acted, play


def _on_act() -> None:
    """What was done on the stage becomes a part of the description."""
    act, page = acted(), rail.page()
    st.session_state.whole = bool(act)
    if act.get("kind") == "add":
        rail.add_curve()
    elif act.get("kind") == "explore":
        rail.set_page(replace(page, z=max(-4.0, min(4.0, float(act.get("z", 1.0))))))
    elif act.get("kind") == "place" and page.mode == "layers" and page.opened < len(page.flow.curves):
        (x0, x1), (y0, y1) = MAP_BOX
        weight, bias = (
            max(low, min(high, float(act.get(name, low)))) for name, low, high in (("x", x0, x1), ("y", y0, y1))
        )
        rail.set_curve(page.opened, weight=round(weight, 3), bias=round(bias, 3))
    elif act.get("kind") == "stop":
        jobs.stop(page, lambda: _job(page), "flow_stopped")
    elif act.get("kind") == "again":
        st.session_state.pop("flow_stopped", None)


def _open_link() -> None:
    """Once a session: the link's page, with what had to be changed of it."""
    if "gradients" in st.session_state:
        return
    link = query()
    st.session_state.gradients, st.session_state.gradients_notices = from_link(link)
    st.session_state.gradients_view = view_of(link)


def _job(page: Gradients) -> Job:
    training = page.training
    if training is not None:
        return jobs.ask(training, lambda: train_in_pieces(training))
    flow: Any = page.time if page.mode == "time" else page.flow
    return jobs.ask(flow, lambda: flow_live(flow))


def _show(page: Gradients, latest: Any, state: str, place: int) -> None:
    at, present = st.session_state.gradients_view
    notices = st.session_state.gradients_notices
    if page.training is not None:
        result = latest or TrainingResult(page.training, ())
        tree = trained_tree(page, result, (), notices, at=at, present=present, state=state, place=place)
    else:
        tree = flow_tree(page, latest or (), notices, at=at, present=present, state=state, place=place)
    play(tree, _on_act)


def _stage() -> None:
    page = rail.page()
    jobs.stage(page, lambda: _job(page), lambda latest, *how: _show(page, latest, *how), "flow_stopped")


_open_link()
rail.draw()
link = to_link(rail.page())
if dict(st.query_params) != link:
    st.query_params.from_dict(link)
st.session_state.pop("whole", None)
st.fragment(_stage, run_every=jobs.EVERY if st.session_state.get("live") else None)()
