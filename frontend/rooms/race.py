"""The race room: the rail describes a race, the stage plays it, the link holds it."""

from dataclasses import replace

import streamlit as st

from experiments.race import MAX_RUNS, Race, run, run_fan
from experiments.race_link import from_link, to_link
from experiments.view import view_of
from frontend import rail
from frontend.address import query
from frontend.knobs import figures
from frontend.player import acted, play
from frontend.race_view import race_tree
from frontend.turns import TURNS
from frontend.warmup import wait_until_warm


def _on_act() -> None:
    """What was done on the stage becomes a part of the description."""
    act, race = acted(), rail.race()
    if act.get("kind") == "start":
        rail.set_race(replace(race, start=(figures(act["x"]), figures(act["y"]))))
    elif act.get("kind") == "rate" and int(act["run"]) < len(race.runs):
        rail.set_rate(int(act["run"]), float(act["value"]))
    elif act.get("kind") == "add" and len(race.runs) < MAX_RUNS:
        rail.add_run()


def _progress_bar():
    """Progress on the page for races that take several chunks; what it draws also lets a newer request interrupt."""
    slot = st.empty()

    def show(done: int, steps: int) -> None:
        TURNS.give_way()
        if steps > 2000:
            slot.progress(done / steps, text=f"Step {done} of {steps}")

    return slot, show


def _open_link() -> None:
    """Once a session: the link's race, with what had to be changed of it."""
    if "race" in st.session_state:
        return
    link = query()
    race, notices = from_link(link)
    st.session_state.race, st.session_state.notices = race, notices
    st.session_state.view = view_of(link)


_open_link()
if rail.race().formula:
    with TURNS.aside():
        wait_until_warm("formulas")
rail.draw()
race: Race = rail.race()
link = to_link(race)
if dict(st.query_params) != link:
    st.query_params.from_dict(link)
slot, show = _progress_bar()
result = run(race, show)
fan = run_fan(race, rail.open_run()) if race.runs else None
slot.empty()
at, present = st.session_state.view
play(race_tree(result, fan, st.session_state.notices, at=at, present=present), _on_act)
