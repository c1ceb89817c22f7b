"""Nothing that is forged changes the page, breaks it or writes a traceback: acts, picks and the values of all widgets.

`FORGED=600` in the environment sends as many of both to each room.
"""

import json
import logging
import os
import random
from itertools import islice
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from experiments import gradients_link, race_link, training_link
from tests.frontend.forged import acts, component, event, values
from tests.frontend.trainings import MAIN

FORGED = int(os.environ.get("FORGED", "30"))
ROOMS: dict[str, tuple[str, Any, dict[str, str], str, dict[str, Any]]] = {  # state, link, opened with, an honest act
    "race": ("race", race_link, {"surface": "himmelblau", "r1": "adam", "r2": "momentum", "steps": "50"}, "start_x",
             {"kind": "start", "x": 1.5, "y": -2.25}),
    "train": ("training", training_link, {"steps": "20", "n1": "mlp~depth~2~width~4", "r1": "adam"}, "train_seed",
              {"kind": "example", "index": 3}),
    "gradients": ("gradients", gradients_link, {"depth": "3", "width": "8", "c1": "tanh", "c2": "relu"}, "flow_seed",
                  {"kind": "place", "x": 1.25, "y": 0.5}),
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("warm")


@pytest.fixture(params=ROOMS)
def room(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def page(room: str) -> AppTest:
    page = AppTest.from_file(MAIN, default_timeout=120)
    for key, value in ROOMS[room][2].items():
        page.query_params[key] = value
    return page.run() if room == "race" else page.switch_page(f"rooms/{room}.py").run()


def description(page: AppTest, room: str) -> Any:
    return page.session_state[ROOMS[room][0]]


def holds(page: AppTest, room: str, log: pytest.LogCaptureFixture, what: object) -> None:
    """The page stands, its link holds what it shows, and the log tells of it in lines."""
    link, now = ROOMS[room][1], description(page, room)
    assert not page.exception, what
    assert not any("could not be made" in text.value for text in page.markdown), what
    assert any(getattr(element, "type", "") == "bidi_component" for element in page.main), what
    written, *_, said = link.from_link(link.to_link(now))
    assert not said
    assert link.to_link(written) == link.to_link(now)
    assert not [record for record in log.records if record.exc_info or record.levelno >= logging.ERROR], what
    assert all(len(record.getMessage()) < 300 and "\n" not in record.getMessage() for record in log.records), what
    log.clear()


def acts_honestly(page: AppTest, room: str) -> None:
    _, _, _, box, act = ROOMS[room]
    widget: Any = page.sidebar.number_input(key=box)
    new = 5 if widget.value != 5 else 6
    widget.set_value(new).run()
    assert page.sidebar.number_input(key=box).value == new
    before = description(page, room), page.session_state["example"] if room == "train" else None
    event(page, "player", json.dumps([{"event": "act", "value": act}]))
    after = description(page, room), page.session_state["example"] if room == "train" else None
    assert after != before


def test_forged_acts_change_nothing(page: AppTest, room: str, caplog: pytest.LogCaptureFixture):
    before = description(page, room)
    pickers = {"race": ["surface"], "train": ["dataset"]}.get(room, [])
    rng = random.Random(room)
    for text in islice(acts(rng), FORGED):
        field = rng.choice(("json_trigger_value",) * 6 + ("json_value", "string_value"))
        event(page, rng.choice(["player", "player", *pickers]), text, field)
        assert description(page, room) == before, text[:200]
        holds(page, room, caplog, text[:200])
    acts_honestly(page, room)


def test_a_state_of_the_stage_that_it_never_has_does_not_stand_in_the_way(page: AppTest, room: str):
    sent = page._tree.get_widget_states()
    state = sent.widgets.add()
    state.id, state.json_value = component(page, "player"), '{"act": {"kind": "add"}}'
    before = description(page, room)
    page._run(sent)
    assert description(page, room) == before
    acts_honestly(page, room)


def test_forged_values_do_not_stick(page: AppTest, room: str, caplog: pytest.LogCaptureFixture):
    before, honest = description(page, room), WidgetStates()
    honest.CopyFrom(page._tree.get_widget_states())
    for sent in islice(values(random.Random(room), honest), FORGED):
        page._run(sent)
        changed = [new for new, old in zip(sent.widgets, honest.widgets, strict=True) if new != old]
        holds(page, room, caplog, changed)
        what = changed[0].WhichOneof("value") if changed else ""
        if what not in ("trigger_value", "bool_value"):  # of a button or a switch these are honest
            assert description(page, room) == before, changed
        elif description(page, room) != before:
            page = _again(page, room)
            honest.CopyFrom(page._tree.get_widget_states())
            before = description(page, room)
    acts_honestly(page, room)


def _again(page: AppTest, room: str) -> AppTest:
    fresh = AppTest.from_file(MAIN, default_timeout=120)
    for key, value in ROOMS[room][2].items():
        fresh.query_params[key] = value
    return fresh.run() if room == "race" else fresh.switch_page(f"rooms/{room}.py").run()


def test_a_value_that_every_reader_trusts_breaks_no_session(page: AppTest, room: str):
    """A text for a slider raised in the middle of Streamlit, in every later run too."""
    honest = page._tree.get_widget_states()
    key = page.sidebar.slider[0].key
    sent = WidgetStates()
    sent.CopyFrom(honest)
    state = next(state for state in sent.widgets if state.id.endswith(f"-{key}"))
    state.string_value = "7"
    before = description(page, room)
    page._run(sent)
    assert not page.exception
    page.run()
    assert not page.exception
    assert description(page, room) == before
    acts_honestly(page, room)


def test_a_flood_of_unknown_widgets_is_not_kept(page: AppTest, room: str):
    sent = page._tree.get_widget_states()
    for i in range(200):
        state = sent.widgets.add()
        state.id, state.string_value = f"$$ID-{i:032x}-forged_{i}", "x" * 2000
    page._run(sent)
    assert not page.exception
    assert not page.session_state["first_message"]
