"""The controls of one run, the same in every room: its optimizer, its hyperparameters, its schedule, what is folded."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import streamlit as st

from experiments.codec import CLIP, L2
from experiments.run import Run
from experiments.words import SYMBOLS, number
from frontend.knobs import box, knob
from frontend.mirrors import acted_on, mirrored, moved_up
from frontend.redraw import then_redrawn
from frontend.theme import MARKERS, SCHEMES, Look
from optimizers import OPTIMIZERS, SCHEDULES

OPEN = r"optimizer_(\d{1,2})"  # the key of a control that every open run has, and no other
_PLAIN_KNOBS = 2  # hyperparameters that are all seen; of more the first one is
_TOLD = 2  # folded ones whose values are told
_LABELS = {"b1": "β₁, memory of direction", "b2": "β₂, memory of size", "b3": "β₃", "eps": "ε", "l2": "L2"}


class Chip(NamedTuple):
    """A run as a row of the rail."""

    title: str
    note: str  # behind the title: the rate
    look: Look
    hollow: bool


class Handle(NamedTuple):
    """A run of a description: what it is at the time of asking, and how it is replaced; for callbacks."""

    get: Callable[[], Run]
    set: Callable[[Run], None]
    optimizers: Sequence[str] = tuple(OPTIMIZERS)


def label_of(name: str) -> str:
    """A hyperparameter as people write it."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def chips(rows: Sequence[Chip], opened: int, on_open: Callable[[int], None], body: Callable[[int], None],
          add: Callable[[], None], most: int, *, title: str = "Runs", adds: str = "Add run") -> None:  # fmt: skip
    """All runs as rows of which one is open; ``body(i)`` draws what it holds."""
    head, right = st.columns([2, 1])
    head.markdown(f"## {title}")
    full = len(rows) >= most
    with right:
        st.button(adds, key="add_run", on_click=then_redrawn(add), type="tertiary", icon=":material/add:",
                  disabled=full, help=f"{most} {title.lower()} at most" if full else None)  # fmt: skip
    st.html(f"<style>{''.join(_chip_style(i, row) for i, row in enumerate(rows))}</style>")
    for i, row in enumerate(rows):
        text = f"**{row.title}**" + (f" `{row.note}`" if row.note else "")
        icon = ":material/expand_less:" if i == opened else ":material/expand_more:"
        opens = acted_on(partial(on_open, i))
        st.button(text, key=f"chip_{i}", on_click=opens, type="tertiary", width="stretch", icon=icon)
        if i == opened:
            with st.container(key="open_run_box"):
                body(i)


def remove_button(words: str, key: str, remove: Callable[[], None]) -> None:
    """Takes one of a list away; a second click before the list was seen again takes no other."""

    def removed() -> None:
        remove()
        moved_up()

    st.button(words, key=key, on_click=acted_on(removed), type="tertiary", icon=":material/close:")


def _chip_style(i: int, row: Chip) -> str:
    paint = "fill='none' stroke='black' stroke-width='.34'" if row.hollow else ""
    path = f"<path d='{MARKERS[row.look.marker]}' {paint}/>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='-1.3 -1.3 2.6 2.6'>{path}</svg>"
    mask = f'mask-image:url("data:image/svg+xml,{quote(svg)}")'
    where = f".st-key-chip_{i} button::before"
    return "".join(
        f"html[data-ll-scheme={scheme}] {where}{{background:{getattr(row.look, scheme)};{mask}}}" for scheme in SCHEMES
    )


def run_controls(i: int, run: Run, handle: Handle, values: dict[str, float]) -> None:
    """How run ``i`` descends; ``values`` are its hyperparameters, filled in."""
    rule = OPTIMIZERS[run.optimizer]

    def choose(name: str) -> None:
        handle.set(replace(handle.get(), optimizer=name, hyperparams=()))

    on_change = mirrored(f"optimizer_{i}", run.optimizer, choose, handle.optimizers)
    st.selectbox("Optimizer", list(handle.optimizers), key=f"optimizer_{i}", on_change=on_change,
                 label_visibility="collapsed", format_func=lambda name: OPTIMIZERS[name].title)  # fmt: skip
    names = list(rule.hyperparams)
    plain = len(names) if len(names) <= _PLAIN_KNOBS else 1
    for name in names[:plain]:
        _hyperparam(i, run, handle, name, values[name])
    with st.expander(_folded(run, {name: values[name] for name in names[plain:]}), key=f"more_{i}"):
        st.caption(rule.summary)
        for name in names[plain:]:
            _hyperparam(i, run, handle, name, values[name])
        _schedule(i, run, handle)
        _gradient(i, run, handle)


def _folded(run: Run, values: dict[str, float]) -> str:
    """What is folded away: some values, and what is in force beside them."""
    told = [f"{SYMBOLS.get(name, label_of(name))} {number(value)}" for name, value in list(values.items())[:_TOLD]]
    parts = [SCHEDULES[run.schedule].title.lower() if run.schedule != "constant" else ""]
    parts += ["clipped" if np.isfinite(run.clip_norm) else "", "L2" if run.l2 else "", "L1" if run.l1 else ""]
    parts += ["decay" if run.weight_decay else ""]
    others = list(filter(None, parts)) or (["more"] if told else ["Schedule, clipping, decay"])
    return ", ".join([*told, *others])


def _hyperparam(i: int, run: Run, handle: Handle, name: str, value: float) -> None:
    def change(new: float) -> None:
        handle.set(handle.get().with_hyperparam(name, new))

    key = f"run{i}_{run.optimizer}_{name}"
    knob(label_of(name), OPTIMIZERS[run.optimizer].hyperparams[name], value, key, change)


def _schedule(i: int, run: Run, handle: Handle) -> None:
    def choose(name: str) -> None:
        handle.set(replace(handle.get(), schedule=name, schedule_hyperparams=()))

    if OPTIMIZERS[run.optimizer].scheduled is None:
        return
    schedule = SCHEDULES[run.schedule]
    on_change = mirrored(f"schedule_{i}", run.schedule, choose, SCHEDULES)
    st.selectbox("Schedule", list(SCHEDULES), key=f"schedule_{i}", on_change=on_change, help=schedule.summary,
                 format_func=lambda name: SCHEDULES[name].title)  # fmt: skip
    values = schedule.fill(dict(run.schedule_hyperparams))
    for name, param in schedule.hyperparams.items():

        def change(new: float, name: str = name) -> None:
            old = handle.get()
            new_values = {**dict(old.schedule_hyperparams), name: new}
            handle.set(replace(old, schedule_hyperparams=tuple(new_values.items())))

        knob(label_of(name), param, values[name], f"run{i}_{run.schedule}_{name}", change)


def _gradient(i: int, run: Run, handle: Handle) -> None:
    clip = run.clip_norm if np.isfinite(run.clip_norm) else 0.0

    def set_clip(new: float) -> None:
        handle.set(replace(handle.get(), clip_norm=new if new > 0 else np.inf))

    def setter(name: str) -> Callable[[float], None]:
        return lambda new: handle.set(replace(handle.get(), **{name: new}))

    box("Clip gradient norm at (0: off)", clip, 0.0, CLIP.high, f"clip_{i}", set_clip)
    box("Weight decay, as L2", run.l2, L2.low, L2.high, f"l2_{i}", setter("l2"))
    if OPTIMIZERS[run.optimizer].scheduled is not None:
        box("Weight decay, decoupled", run.weight_decay, L2.low, L2.high, f"decoupled_{i}", setter("weight_decay"))
        box("L1", run.l1, L2.low, L2.high, f"l1_{i}", setter("l1"))
