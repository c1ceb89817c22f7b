"""The race room: the rail describes a race, the stage plays it, the link holds it."""

from dataclasses import replace

import streamlit as st

from experiments.race import Race, fan_of, run, run_fan
from experiments.race_link import COORDINATE, from_link, to_link
from experiments.view import view_of
from frontend import rail
from frontend.acts import Add, Begin, Near, Rate, Start, index
from frontend.address import follow, query, show_link
from frontend.knobs import figures
from frontend.parts import draw_stage
from frontend.player import acted, play
from frontend.race_view import race_tree
from frontend.reconnect import opened_before
from frontend.run_controls import OPEN
from frontend.titles import race_title, titled
from frontend.turns import TURNS, turn
from frontend.warmup import wait_until_warm


def _on_act() -> None:
    """What was done on the stage becomes a part of the description."""
    race = rail.race()
    place, every = (-COORDINATE, COORDINATE), index(len(race.runs))
    # an optimizer's own range of rates is held by the description's gate
    match acted({Start: {"x": place, "y": place}, Rate: {"run": every, "value": (0.0, COORDINATE)}, Near: {}, Add: {},
                 **rail.STARTERS.acts}):  # fmt: skip
        case Start(x, y):
            rail.set_race(replace(race, start=(figures(x), figures(y))))
        case Rate(run, value):
            rail.set_rate(run, value)
        case Near():
            st.session_state.race_near = race, rail.open_run()
        case Add():
            rail.add_run()
        case Begin(starter):
            rail.STARTERS.begin(starter)


def _progress_bar():
    """Progress on the page for races that take several chunks; what it draws also lets a newer request interrupt."""
    slot = st.empty()

    def show(done: int, steps: int) -> None:
        TURNS.give_way()
        if steps > 2000:
            slot.progress(done / steps, text=f"Step {done} of {steps}")

    return slot, show


def _open_link() -> None:
    """Once a session: the link's race, with what had to be changed of it; later that of a link gone back to."""
    if "race" in st.session_state:
        follow(lambda: to_link(rail.race()), lambda asked: rail.set_race(from_link(asked)[0]))
        return
    link = query()
    race, notices = from_link(link)
    st.session_state.race, st.session_state.notices = race, notices
    rail.STARTERS.opened(race, view_of(link))
    if (opened := opened_before(OPEN)) is not None:
        st.session_state.open_run = opened


def _stage() -> None:
    """Runs the race and shows it, in its turn; the link in the address bar becomes the race's."""
    with turn():
        race: Race = rail.race()
        if race.formula:
            with TURNS.aside():
                wait_until_warm("formulas")
        show_link(to_link(race))
        slot, progress = _progress_bar()
        result, opened = run(race, progress), rail.open_run()
        slot.empty()
        near = st.session_state.get("race_near") == (race, opened)
        fan = (run_fan if near else fan_of)(race, opened) if race.runs else None
        tree = race_tree(result, fan, st.session_state.notices, view=rail.STARTERS.view)
        play({**tree, **rail.STARTERS.tree(rail.STARTERS.chosen()), "title": titled(race_title(race))}, _on_act)


_open_link()
rail.draw()
draw_stage(_stage)
