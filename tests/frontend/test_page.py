"""The race room under AppTest: what it sends to the player, for every entry of the catalogues and for bad input."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from experiments.race import DEFAULT_RUNS, Race, run
from experiments.run import Run
from experiments.starters import RACE
from frontend.warmup import _Warmup as Warmup
from landscapes import SURFACES
from optimizers import OPTIMIZERS, SCHEDULES
from tests.compilations import compilations
from tests.frontend.test_forged import event
from tests.frontend.trainings import tree_of

MAIN = str(Path(__file__).parents[2] / "frontend" / "main.py")


pytestmark = pytest.mark.usefixtures("warm")


def opened(**params) -> AppTest:
    page = AppTest.from_file(MAIN, default_timeout=120)
    for key, value in {"v": "1", **params}.items():
        page.query_params[key] = value
    return page.run()


def act(page: AppTest, **what: object) -> dict:
    """What the player sends when a visitor acts on the stage."""
    event(page, "player", json.dumps([{"event": "act", "value": what}]))
    return tree_of(page)


def test_the_page_opens_on_the_default_race():
    page = opened()
    tree, result = tree_of(page), run(Race())
    assert "step" in tree["headline"]
    np.testing.assert_allclose(tree["series"]["x"][4], result.trajectories[4].params[:, 0], rtol=1e-6)
    np.testing.assert_allclose(tree["series"]["gap"][0], result.gap[0], rtol=1e-6)
    assert [r["label"] for r in tree["runs"]] == [OPTIMIZERS[r.optimizer].title for r in DEFAULT_RUNS]
    assert dict(page.query_params.items()) == {"v": "1"}
    assert tree["clock"] == {"steps": 500, "stops": None, "at": None, "present": False, "tell": False, "begun": 0}


def test_what_is_sent_stays_within_the_budget():
    page = opened()
    proto = next(element.proto for element in page.main if getattr(element, "type", "") == "bidi_component")
    assert len(proto.SerializeToString()) <= 200_000


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_is_drawn(name):
    page = opened(surface=name)
    tree = tree_of(page)
    surface = SURFACES[name]
    assert tree["ground"]["box"] == [list(axis) for axis in surface.window or surface.domain]
    ring = next(panel for panel in tree["panels"] if panel["id"] == "map")["minima"]
    assert len(ring) == len(surface.minima)
    x, y = tree["start"]
    assert (x, y) == surface.start


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_races_and_shows_its_knobs(name):
    page = opened(surface="himmelblau", r1=name)
    tree = tree_of(page)
    assert len(tree["runs"]) == 1
    assert np.isfinite(tree["series"]["x"][0][:2]).all()
    labels = {slider.key for slider in page.sidebar.slider}
    assert all(
        f"knob_run0_{name}_{knob}_slider".removeprefix("knob_") in labels for knob in OPTIMIZERS[name].hyperparams
    )


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_shows_its_knobs(name):
    page = opened(surface="himmelblau", r1=f"gradient_descent~learning_rate~0.001~{name}")
    tree_of(page)
    labels = {slider.key for slider in page.sidebar.slider}
    assert all(f"run0_{name}_{knob}_slider" in labels for knob in SCHEDULES[name].hyperparams)


def test_every_control_moves_the_race_and_nothing_compiles():
    """After warm-up no control compiles."""
    page = opened(surface="himmelblau")
    with compilations() as count:
        before = tree_of(page)["key"]
        for key, value in (("start_x", 1.0), ("start_y", 0.5), ("noise", 0.5), ("seed", 3)):
            page.sidebar.number_input(key=key).set_value(value).run()
            after = tree_of(page)["key"]
            assert after != before, key
            before = after
        for slider in list(page.sidebar.slider):
            page.sidebar.slider(key=str(slider.key)).set_value(100 if slider.value != 100 else 120).run()
            after = tree_of(page)["key"]
            assert after != before, slider.key
            before = after
        page.sidebar.selectbox(key="optimizer_4").set_value("lbfgs").run()
        page.sidebar.selectbox(key="optimizer_4").set_value("adan").run()
        page.sidebar.selectbox(key="schedule_4").set_value("one_cycle").run()
        page.sidebar.button(key="add_run").click().run()
        page.sidebar.button(key="chip_2").click().run()
        page.sidebar.number_input(key="clip_2").set_value(1.0).run()
        page.sidebar.number_input(key="l2_2").set_value(0.1).run()
        page.sidebar.button(key="remove_2").click().run()
        assert len(tree_of(page)["runs"]) == 5
        for name in SURFACES:
            opened(surface=name, steps="1500")
    assert count() == 0


def test_a_formula_compiles_nothing():
    with compilations() as count:
        page = opened(formula="x**2 + cosh(y) + 0.25*x*y")
        tree_of(page)
        page.sidebar.number_input(key="start_x").set_value(1.0).run()
        page.sidebar.selectbox(key="optimizer_4").set_value("newton").run()
        page.sidebar.text_input(key="formula_text").set_value("where(x > y, atan2(y, x), log(1 + x^2))").run()
        opened(formula="x**2+cosh(y)+0.25*x*y", r1="lbfgs", box="-1~1~-1~1", steps="2000")
    assert count() == 0


def test_only_a_formula_waits_for_the_program_of_formulas(monkeypatch):
    asked, now = [], Warmup.now
    monkeypatch.setattr(Warmup, "now", lambda self, group: asked.append(group) or now(self, group))
    tree_of(opened(surface="booth", steps="20"))
    assert asked == ["race"]
    tree_of(opened(formula="x**2 + y**2", steps="20"))
    assert asked == ["race", "race", "formulas"]


def test_the_address_bar_holds_the_race_and_reopens_it():
    page = opened(surface="beale")
    page.sidebar.number_input(key="start_x").set_value(2.5).run()
    page.sidebar.button(key="chip_0").click().run()
    rate = next(slider for slider in page.sidebar.slider if slider.key == "run0_gradient_descent_learning_rate_slider")
    rate.set_value(100).run()
    link = dict(page.query_params.items())
    again = opened(**link)
    np.testing.assert_array_equal(tree_of(again)["series"]["x"], tree_of(page)["series"]["x"])
    assert not tree_of(again)["notices"]


def test_back_to_this_start():
    """To what the link opened, from its first step."""
    page = opened(surface="beale", seed="4", r1="adam", at="20")
    before, link = tree_of(page), dict(page.query_params.items())
    page.sidebar.number_input(key="noise").set_value(0.5).run()
    assert tree_of(page)["key"] != before["key"]
    page.sidebar.button(key="reset").click().run()
    assert dict(page.query_params.items()) == link
    assert tree_of(page)["key"] == before["key"]
    assert tree_of(page)["clock"].items() >= {"at": None, "begun": 1}.items()


@pytest.mark.parametrize("place", range(len(RACE)))
def test_every_starter_is_begun_from_the_rail_from_the_stage_and_from_its_link(place):
    linked = AppTest.from_file(MAIN, default_timeout=120)
    for key, value in RACE[place].link.items():
        linked.query_params[key] = value
    tree = tree_of(linked.run())
    assert not tree["notices"]
    assert tree["starter"] == place
    assert parse_qs(tree["starters"][place]["href"][1:], keep_blank_values=True) == {
        key: [value] for key, value in RACE[place].link.items()
    }
    page = opened(surface="beale")
    assert tree_of(page)["starter"] is None
    assert act(page, kind="begin", starter=place)["key"] == tree["key"]
    assert tree_of(page)["clock"]["begun"] == 1
    assert dict(page.query_params.items()) == dict(linked.query_params.items())


def test_the_root_opens_the_first_starter():
    page = AppTest.from_file(MAIN, default_timeout=120).run()
    assert tree_of(page)["starter"] == 0
    assert not page.query_params
    page.sidebar.number_input(key="noise").set_value(0.5).run()
    assert tree_of(page)["starter"] is None
    page.sidebar.button(key="reset").click().run()
    assert tree_of(page)["starter"] == 0
    assert not page.query_params


def test_no_runs_is_a_state_not_a_fault():
    tree = tree_of(opened(runs="none"))
    assert tree["runs"] == []
    assert "No run yet" in tree["headline"]


def test_a_bad_link_is_answered_with_the_nearest_race_and_a_notice():
    tree = tree_of(opened(surface="rosen", steps="1e400", r1="adam~learning_rate~nan"))
    assert len(tree["notices"]) == 3
    assert "‘rosen’" in tree["notices"][0]


def test_a_formula_with_an_error_keeps_the_last_picture():
    page = opened(formula="x**2 + y**2")
    before = tree_of(page)["key"]
    page.sidebar.text_input(key="formula_text").set_value("x**2 + y**").run()
    assert tree_of(page)["key"] == before
    assert page.sidebar.text_input(key="formula_text").value == "x**2 + y**"
    assert any("stays on the stage" in caption.value for caption in page.sidebar.caption)
    page.sidebar.text_input(key="formula_text").set_value("x**2 + 2*y**2").run()
    assert tree_of(page)["key"] != before


def test_a_formula_is_never_markup():
    """A hostile formula is echoed as code only."""
    page = opened(formula="x**2")
    page.sidebar.text_input(key="formula_text").set_value("<img src=x onerror=alert(1)>**[a](b)**").run()
    assert "<img" in page.sidebar.code[0].value
    assert all("<img" not in caption.value and "[a]" not in caption.value for caption in page.sidebar.caption)


def test_a_formula_with_gaps_says_so():
    said = re.search(r"no finite value on (\d+) %", tree_of(opened(formula="sqrt(x) + y**2", x="1", y="1"))["subline"])
    assert said
    assert int(said[1]) == pytest.approx(50, abs=1)


@pytest.mark.parametrize("formula", ["sqrt(x**2 + y**2)", "abs(x) + abs(y)", "x**0.5 + y**2"])
def test_a_start_exactly_at_a_kink_survives(formula):
    tree = tree_of(opened(formula=formula, x="0", y="0"))
    assert all(run["diverged"] is None for run in tree["runs"])


def test_divergence_is_shown_with_its_step_and_the_others_go_on():
    tree = tree_of(opened(surface="himmelblau", r1="gradient_descent~learning_rate~1", r2="adam"))
    assert tree["runs"][0]["diverged"] > 0
    assert "diverged at step" in tree["headline"] + tree["subline"]
    assert tree["runs"][1]["diverged"] is None


def test_of_a_long_race_the_marks_and_the_step_that_is_asked_for_are_sent():
    params = {"surface": "himmelblau", "steps": "20000", "at": "7777"}
    tree = tree_of(opened(**params, r1="momentum", r2="gradient_descent~learning_rate~1"))
    steps, (momentum, descent) = tree["clock"]["stops"], tree["runs"]
    assert {0, 7777, 20000, momentum["reached"], descent["diverged"]} <= set(steps.tolist())
    runs = (Run("momentum"), Run("gradient_descent", (("learning_rate", 1.0),)))
    whole = run(Race(surface="himmelblau", runs=runs, num_steps=20000)).trajectories
    np.testing.assert_allclose(tree["series"]["x"][0], whole[0].params[steps, 0].astype(np.float32))


def test_two_runs_of_one_optimizer_are_told_apart():
    tree = tree_of(opened(surface="himmelblau", r1="adam~learning_rate~0.1", r2="adam~learning_rate~0.2"))
    assert [run["label"] for run in tree["runs"]] == ["Adam 0.1", "Adam 0.2"]
    assert [run["hollow"] for run in tree["runs"]] == [False, True]


def test_rates_follow_a_moved_start_when_they_are_asked_to():
    moved = {"surface": "beale", "x": "4.433", "y": "3.24"}
    page = opened(**moved)
    before = tree_of(page)
    assert "tuned from (−1.5, −1), not from this start" in before["subline"]
    with compilations() as count:
        page.button(key="tune").click().run()
    assert count() == 0, "tuning has a program already"
    after = tree_of(page)
    assert "not from this start" not in after["subline"]
    assert page.query_params["tuned"] == "4.433~3.24"
    assert all(r["diverged"] is None for r in after["runs"]), "rates that were tuned from here do not diverge from here"
    assert [button.key for button in page.button if button.key == "tune"] == [], "there is nothing left to ask"
    again = tree_of(opened(**moved, tuned="4.433~3.24"))
    np.testing.assert_array_equal(again["series"]["x"], after["series"]["x"])


def test_rates_that_are_set_are_not_offered_to_be_tuned():
    page = opened(surface="beale", x="4", y="3", r1="adam~learning_rate~0.1")
    assert "learning rate" not in tree_of(page)["subline"]
    assert not [button for button in page.button if button.key == "tune"]
