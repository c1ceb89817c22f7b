"""The knob under the gradients' chart: what the stage is sent for it, what a release sets, and what is no act."""

from typing import Any

import numpy as np
import pytest

from experiments.flow_fan import KNOBS
from frontend.flow_panels import axis_range
from tests.frontend.test_gradients_page import act, link, measured, opened
from tests.frontend.trainings import shown

pytestmark = pytest.mark.usefixtures("warm")
SMALL = {"depth": "7", "c1": "tanh", "c2": "relu~weight~1.414"}


def test_nothing_is_worked_out_before_it_is_wanted():
    tree = shown(opened(**SMALL))
    assert tree["drag"]["fan"] is None
    assert tree["drag"]["stops"][tree["drag"]["chosen"]] == 1.0


@pytest.mark.parametrize("knob", range(len(KNOBS)))
def test_the_fan_holds_the_picture_and_a_release_shows_what_it_held(knob: int):
    page = opened(**SMALL)
    tree = act(page, kind="near", knob=knob)
    drag, fan = tree["drag"], tree["drag"]["fan"]
    assert drag["knob"] == knob
    series, here = fan["series"], drag["chosen"]
    count = fan["counts"][here]
    for name in ("gradient", "theory", "low", "high"):
        np.testing.assert_array_equal(series[name][here][:count], tree["series"][name][0], name)
    stop = 2
    after = act(page, kind="knob", knob=knob, value=drag["stops"][stop])
    ends = axis_range(measured(page.session_state.gradients))
    got, seen = after["series"]["gradient"][0], series["gradient"][stop][: fan["counts"][stop]]
    known = (seen > 10.0 ** (ends[0] - 3)) & (seen < 10.0 ** (ends[1] + 3))
    np.testing.assert_allclose(got[known], seen[known], rtol=5e-3)
    assert after["drag"]["stops"][after["drag"]["chosen"]] == drag["stops"][stop]


BAD: list[dict[str, Any]] = [
    {"kind": "near"}, {"kind": "near", "knob": 3}, {"kind": "near", "knob": -1}, {"kind": "near", "knob": "weight"},
    {"kind": "knob", "knob": 1}, {"kind": "knob", "knob": 1, "value": float("nan")},
    {"kind": "knob", "knob": 0, "value": 1e9}, {"kind": "knob", "knob": 0, "value": -1.0},
    {"kind": "knob", "value": 1.0},
]  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_no_knob_sends_is_no_act(what: dict[str, Any]):
    page = opened(**SMALL)
    shown(page)
    before = link(page)
    assert act(page, **what)["drag"]["fan"] is None
    assert link(page) == before


@pytest.mark.parametrize(("knob", "value", "key", "written"), [(1, 1e-3, "depth", "1"), (2, 99.6, "width", "100")])
def test_a_value_between_is_the_nearest_that_there_is(knob: int, value: float, key: str, written: str):
    page = opened(**SMALL)
    act(page, kind="knob", knob=knob, value=value)
    assert link(page)[key] == written


def test_other_modes_have_no_knob():
    page = opened(mode="time", t1="rnn")
    assert act(page, kind="near", knob=0)["drag"] is None
