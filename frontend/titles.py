"""The page's title: the room and its experiment, short, since tabs, bookmarks and readers aloud begin with it."""

from collections.abc import Sequence

import streamlit as st

from experiments.gradients import Gradients
from experiments.gradients_words import CELL_TITLES
from experiments.race import Race
from experiments.training import Training
from experiments.words import and_list, counted
from landscapes import ACTIVATIONS, DATASETS, NETWORKS, SURFACES

SITE = "Loss landscapes"
_KEY = "page_title"  # of the session's state
_MOST, _LETTERS = 3, 40  # names, and letters of a formula


def last_title() -> str:
    """The title that the session had last: a rerun begins with it, and the player changes it with what it shows."""
    return st.session_state.get(_KEY, SITE)


def titled(words: str) -> str:
    """The whole title, which the next rerun begins with."""
    st.session_state[_KEY] = f"{words} – {SITE}"
    return st.session_state[_KEY]


def race_title(race: Race) -> str:
    """Such as "Race on Rosenbrock"."""
    if not race.formula:
        return f"Race on {SURFACES[race.surface].title}"
    return f"Race on {race.formula[:_LETTERS]}{'…' if len(race.formula) > _LETTERS else ''}"


def training_title(training: Training) -> str:
    """Such as "Train: Dense on Moons"."""
    networks = _some([NETWORKS[each.network].title for each in training.learners])
    return f"Train: {networks} on {DATASETS[training.dataset].title}"


def gradients_title(page: Gradients) -> str:
    """Such as "Gradients: Tanh and ReLU, 20 layers"."""
    if page.mode == "dying":
        return f"Gradients: dying units, {counted(page.dying.depth, 'layer')}"
    if page.mode == "time":
        cells = [CELL_TITLES[curve.cell] for curve in page.time.curves]
        return f"Gradients: {_some(cells)}, {counted(page.time.steps, 'step')}"
    names = _some([ACTIVATIONS[curve.activation].title for curve in page.flow.curves])
    trained = ", trained" if page.matter else ""
    return f"Gradients: {names}, {counted(page.flow.depth, 'layer')}{trained}"


def _some(names: Sequence[str]) -> str:
    """Different names in their order; of many the first ones."""
    each = list(dict.fromkeys(names))
    if not each:
        return "no network"
    return and_list(each) if len(each) <= _MOST else f"{', '.join(each[: _MOST - 1])} and {len(each) - _MOST + 1} more"
