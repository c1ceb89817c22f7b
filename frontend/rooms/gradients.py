"""The gradients room: the rail describes networks, the stage shows what reaches their first layer, and why."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from experiments.flow import NUMBERS, Measured, flow_live
from experiments.flow_fan import KNOBS, fan_live, fan_of
from experiments.gradients import Gradients
from experiments.gradients_link import Z, from_link, to_link
from experiments.gradients_words import curve_labels
from experiments.pool import Job
from experiments.training import TrainingResult, train_in_pieces
from experiments.view import view_of
from frontend import gradients_rail as rail
from frontend import jobs
from frontend.acts import Add, Again, Begin, Explore, NearKnob, Place, Ranges, Stop, Turned, index
from frontend.address import follow, query, show_link
from frontend.flow_fan_view import drag_tree
from frontend.flow_panels import MAP_BOX, axis_range
from frontend.gradients_view import flow_tree, trained_tree
from frontend.parts import draw_stage
from frontend.player import acted, play
from frontend.titles import gradients_title, titled

_MAP = tuple((low - 1e-6, high + 1e-6) for low, high in MAP_BOX)  # a click on its edge may round to beyond it
# what can be done on the stage of a mode, beside what can be done on each
_STAGE: dict[str, Ranges] = {
    "layers": {Explore: {"z": (Z.low, Z.high)}, Place: dict(zip("xy", _MAP, strict=True)),
               NearKnob: {"knob": index(len(KNOBS))},
               Turned: {"knob": index(len(KNOBS)), "value": (0.0, NUMBERS["weight"].high)}},
    "time": {}, "dying": {},
}  # fmt: skip


def _on_act() -> None:
    """What was done on the stage becomes a part of the description."""
    page = rail.page()
    act = acted({Add: {}, Stop: {}, Again: {}, **rail.STARTERS.acts, **_STAGE[page.mode]})
    match act:
        case Add():
            rail.add_curve()
        case Begin(starter):
            rail.STARTERS.begin(starter)
        case Explore(z):
            rail.set_page(replace(page, z=z))
        case Place(x, y) if page.opened < len(page.flow.curves):
            rail.set_curve(page.opened, weight=round(x, 3), bias=round(y, 3) + 0.0)  # no negative zero
        case NearKnob(knob):
            st.session_state.flow_knob, st.session_state.flow_near = [*KNOBS][knob], page
        case Turned(knob, value) if page.opened < len(page.flow.curves):
            rail.set_knob([*KNOBS][knob], value)
        case Stop():
            jobs.stop(page, lambda: _job(page), "flow_stopped")
        case Again():
            st.session_state.pop("flow_stopped", None)


def _open_link() -> None:
    """Once a session: the link's page, with what had to be changed of it; later that of a link gone back to."""
    if "gradients" in st.session_state:
        follow(lambda: to_link(rail.page()), lambda asked: rail.set_page(from_link(asked)[0]))
        return
    link = query()
    st.session_state.gradients, st.session_state.gradients_notices = from_link(link)
    rail.STARTERS.opened(rail.page(), view_of(link))


def _job(page: Gradients) -> Job:
    training = page.training
    if training is not None:
        return jobs.ask(training, lambda: train_in_pieces(training))
    flow: Any = page.time if page.mode == "time" else page.flow
    return jobs.ask(flow, lambda: flow_live(flow))


def _knob(page: Gradients, found: Sequence[Measured]) -> dict[str, Any] | None:
    """The knob that is dragged on the stage, and its fan if a pointer or the focus has come to it."""
    fan = fan_of(page.flow, page.opened, st.session_state.get("flow_knob", "weight"))
    if page.mode != "layers" or fan is None:
        return None
    known = jobs.beside(fan, lambda: fan_live(fan)) if st.session_state.get("flow_near") == page else None
    return drag_tree(fan, page.opened, curve_labels(page.flow.curves)[page.opened], known, axis_range(found))


def _show(page: Gradients, latest: Any, state: str, place: int) -> None:
    view, notices = rail.STARTERS.view, st.session_state.gradients_notices
    if page.training is not None:
        result = latest or TrainingResult(page.training, ())
        tree = trained_tree(page, result, (), notices, view=view, state=state, place=place)
    else:
        tree = flow_tree(page, latest or (), notices, view=view, state=state, place=place)
        tree["drag"] = _knob(page, latest) if state == "over" else None
    play({**tree, **rail.STARTERS.tree(rail.STARTERS.chosen()), "title": titled(gradients_title(page))}, _on_act)


def _stage() -> None:
    page = rail.page()
    show_link(to_link(page))
    jobs.stage(page, lambda: _job(page), lambda latest, *how: _show(page, latest, *how), "flow_stopped")


_open_link()
rail.draw()
draw_stage(_stage, jobs.EVERY)
