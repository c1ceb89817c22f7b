"""The training room's controls under AppTest, what they compile, its links, and its states."""

import re
import time
from itertools import islice
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from jax import stages
from streamlit.testing.v1 import AppTest

from experiments.training import run, train
from experiments.training_link import from_link
from experiments.training_verdict import headline
from landscapes import DATASETS, NETWORKS
from optimizers import OPTIMIZERS, SCHEDULES
from tests.compilations import compilations
from tests.frontend.trainings import choose, opened, panels, shown, tree_of

pytestmark = pytest.mark.usefixtures("warm")


def move_everything(page: AppTest) -> None:
    """Every slider, number box and switch of the rail, each to another place that changes the picture's key.

    The number of steps goes back at once: all that follows would train for as long.
    """
    steps = float(page.session_state.training.num_steps)
    before = shown(page)["key"]

    def moved(key: str) -> None:
        nonlocal before
        after = shown(page)["key"]
        assert after != before, key
        if key.startswith("train_steps"):
            page.sidebar.number_input(key="train_steps_box").set_value(steps).run()
            after = shown(page)["key"]
        before = after

    for key in [str(slider.key) for slider in page.sidebar.slider]:
        slider: Any = page.sidebar.slider(key=key)
        new = slider.min + 3 * (slider.max - slider.min) // 8
        slider.set_value(new if new != slider.value else new + 2).run()
        moved(key)
    for key in [str(box.key) for box in page.sidebar.number_input]:
        box: Any = page.sidebar.number_input(key=key)
        new = box.value + type(box.value)((box.max - box.min) / 4)
        box.set_value(new if new <= box.max else box.min).run()
        moved(key)
    for toggle in list(page.sidebar.toggle):
        toggle.set_value(not toggle.value).run()
        moved(str(toggle.key))


def wait_for(known, seconds: float = 120.0) -> bool:
    ends = time.monotonic() + seconds
    while not known() and time.monotonic() < ends:
        time.sleep(0.05)
    return known()


def test_no_control_of_a_dense_network_compiles():
    """After warm-up. L-BFGS is left out: its line search has a program of its own, compiled when it is first chosen."""
    with compilations() as count:
        page = opened(steps="40", r1="adam~cosine")
        move_everything(page)
        assert count() == 0
        for name in page.sidebar.selectbox(key="network_0").options:
            choose(page, "network_0", next(n for n, e in NETWORKS.items() if e.title == name))
        choose(page, "network_0", "mlp")
        assert count() == 0, "networks"
        for name in SCHEDULES:
            choose(page, "schedule_0", name)
            assert count() == 0, name
        for name in OPTIMIZERS:
            if name not in ("lbfgs", "newton"):
                choose(page, "optimizer_0", name)
                assert count() == 0, name
    assert count() == 0


def test_no_data_batch_or_run_of_a_dense_network_compiles():
    with compilations() as count:
        page = opened(steps="40", n1="mlp~activation~prelu~width~60~depth~40", r1="adam")
        for size in (1, 2, 4, 8, 16, 32, 64, 128, 256, 0):
            choose(page, "batch_0", size)
        assert count() == 0, "batches"
        for _ in range(3):
            page.sidebar.button(key="add_run").click().run()
            shown(page)
        assert len(shown(page)["runs"]) == 4
        assert page.sidebar.button(key="add_run").disabled
        page.sidebar.button(key="chip_1").click().run()
        assert shown(page)["open"] == 1
        page.sidebar.button(key="remove_1").click().run()
        assert len(shown(page)["runs"]) == 3
        assert count() == 0, "runs"
        for name, entry in DATASETS.items():
            if entry.kind in ("points", "curve", "images"):
                shown(opened(data=name, steps="40", size=str(round(entry.size.high)), validation="0.3"))
                shown(opened(data=name, steps="100", size=str(round(entry.size.low)), n1="mlp~depth~64~batch~0"))
                assert count() == 0, name
        for shape in ("clouds~2", "clouds~6"):
            shown(opened(data="blobs", shape=shape, steps="40"))
    assert count() == 0


def test_another_family_compiles_its_programs_once():
    link = {"data": "digits", "size": "200", "steps": "20", "n1": "cnn~width~3~depth~1", "r1": "adam"}
    with compilations() as count:
        page = opened(**link)
        shown(page)
        programs = count()
        page.sidebar.slider(key="run0_adam_learning_rate_slider").set_value(100).run()
        shown(page)
        for key, value in (("initializer_0", "zeros"), ("optimizer_0", "momentum"), ("batch_0", 64)):
            choose(page, key, value)
        shown(opened(**{**link, "size": "195"}))
        shown(opened(**link))
        assert count() == programs
        choose(page, "optimizer_0", "lion")
        assert count() == programs + 1, "a rule that few compare first has a program of its own"
        choose(page, "optimizer_0", "adamw")
        for key, value in (("activation_0", "tanh"), ("normalization_0", "layer")):
            before = count()
            choose(page, key, value)
            assert count() == before + 2, "the descent and the look"
        shown(opened(**link))
        assert count() == programs + 5, "what was made is kept"
    assert 1 <= programs <= 3, "the descent, the look, and at most one small thing beside"


def test_a_program_of_its_own_holds_what_was_chosen_alone(monkeypatch):
    """One that left activation, normalization and rule open would be three times as large, and as long in making."""
    made: list[str] = []
    compile_ = stages.Lowered.compile
    monkeypatch.setattr(stages.Lowered, "compile", lambda self, *a: made.append(self.as_text()) or compile_(self, *a))
    shown(opened(data="digits", size="200", steps="20", n1="cnn~width~5~depth~2~activation~tanh", r1="adam"))
    assert sum("tanh" in text for text in made) == 2, "the descent and the look"
    for text in made:
        assert not {"logistic", "erf"} & set(re.findall(r"(?:stablehlo|chlo)\.(\w+)", text)), "another activation"


def test_the_address_bar_holds_the_training_and_reopens_it():
    page = opened(data="circles", steps="60")
    page.sidebar.slider(key="net0_mlp_depth_slider").set_value(20).run()
    page.sidebar.number_input(key="train_seed").set_value(5).run()
    page.sidebar.button(key="add_run").click().run()
    choose(page, "activation_1", "tanh")
    before, link = shown(page), dict(page.query_params.items())
    again = shown(opened(**link))
    assert link["seed"] == "5"
    assert "activation~tanh" in link["n2"]
    assert not again["notices"]
    for name in ("batch", "train", "valid"):
        np.testing.assert_array_equal(again["series"][name], before["series"][name])
    assert [run["label"] for run in again["runs"]] == [run["label"] for run in before["runs"]]


def test_back_to_this_start():
    page = opened(data="circles", seed="4", n1="mlp~depth~2", r1="momentum", steps="40")
    before, link = shown(page)["key"], dict(page.query_params.items())
    page.sidebar.slider(key="net0_mlp_depth_slider").set_value(3).run()
    assert shown(page)["key"] != before
    page.sidebar.button(key="reset").click().run()
    assert shown(page)["key"] == before
    assert dict(page.query_params.items()) == link


def test_no_runs_are_a_state_not_a_fault():
    page = opened(runs="none")
    tree = shown(page)
    assert tree["runs"] == tree["panels"][1:] == []
    assert tree["headline"] == "No run yet: the data are set."
    assert tree["empty"]["action"] == "add"
    page.sidebar.button(key="add_run").click().run()
    assert len(shown(page)["runs"]) == 1
    page.sidebar.button(key="remove_0").click().run()
    assert shown(page)["runs"] == []
    assert page.query_params["runs"] == "none"


BAD = [
    ({"data": "moon"}, "‘moon’"),
    ({"n1": "cnn"}, "does not suit"),
    ({"n1": "mlp~activation~<b>x</b>"}, "‘<b>x</b>’"),
    ({"n1": "mlp~depth~99"}, "outside 1 to 64"),
    ({"r1": "adam~learning_rate~nan"}, "not a number"),
    ({"v": "9"}, "version ‘9’"),
    ({"formula": "x**2"}, "‘formula’"),
]


@pytest.mark.parametrize(("params", "said"), BAD, ids=[str(i) for i in range(len(BAD))])
def test_a_bad_link_is_answered_with_the_nearest_training_and_a_notice(params, said):
    page = opened(steps="20", **params)
    tree = shown(page)
    assert len(tree["notices"]) == 1
    assert said in tree["notices"][0]
    assert len(tree["runs"]) == 1
    page.sidebar.number_input(key="train_seed").set_value(1).run()
    assert not shown(page)["notices"], "what a link had wrong is no longer of interest"


def test_the_room_has_no_formula():
    page = opened(steps="20")
    assert not page.sidebar.text_input
    assert not page.sidebar.latex
    assert not page.main.latex


def test_divergence_is_shown_with_its_step_and_the_others_go_on():
    identity = "mlp~activation~identity"
    tree = shown(opened(n1=identity, r1="gradient_descent~learning_rate~10", n2=identity, r2="adam", steps="60"))
    step = tree["runs"][0]["diverged"]
    assert step > 0
    assert f"gradient descent diverged at step {step}, first in " in tree["headline"]
    assert tree["runs"][1]["diverged"] is None
    assert np.isfinite(tree["series"]["train"][1]).all()


def test_early_stopping_marks_its_step():
    params = {"data": "moons", "size": "40", "n1": "mlp~width~64", "r1": "adam~learning_rate~0.01", "patience": "10"}
    tree, one = shown(opened(**params)), run(from_link(params)[0]).runs[0]
    assert one.stopped is not None
    assert (tree["runs"][0]["stopped"], tree["runs"][0]["best"]) == (one.stopped, one.best)
    assert tree["headline"].startswith(f"Stopped at step {one.stopped}, best at {one.best}:")


def test_a_stopped_training_keeps_its_picture():
    """As the stage's Stop leaves it: the description with what was known."""
    page = opened(steps="800", n1="mlp~depth~40~width~20", r1="adam")
    training = page.session_state.training
    partial = next(islice(train(training), 1, None))
    assert 0 < partial.done < 800
    stopped = SimpleNamespace(latest=partial)
    page.session_state.stopped = (training, lambda: stopped)
    page.run()
    tree, steps = tree_of(page), partial.done
    assert tree["progress"] == {
        "done": steps,
        "total": 800,
        "text": f"You stopped it at step {steps} of 800",
        "again": True,
    }
    assert tree["headline"] == headline(partial)
    known = np.isfinite(tree["series"]["batch"][0]).sum()
    assert known == steps + 1
    del page.session_state.stopped
    page.run()
    assert shown(page)["clock"]["done"] == 800


def test_long_trainings_are_thinned_and_short_ones_are_not():
    tree = shown(opened(steps="5000", n1="softmax_regression", r1="adam"))
    assert len(tree["clock"]["stops"]) == len(tree["series"]["batch"][0]) <= 1001
    assert tree["clock"]["stops"][-1] == 5000
    assert panels(tree)["heat"]["values"].shape[1] <= 301


def test_a_training_does_not_touch_the_race():
    page = opened(steps="20")
    shown(page)
    page.query_params.clear()
    page.switch_page("rooms/race.py").run()
    assert tree_of(page).get("room") != "train"
    page.switch_page("rooms/train.py").run()
    assert shown(page)["clock"]["steps"] == 20, "the room is as it was left"


def test_the_sizes_offered_are_those_that_the_length_leaves():
    """Of length 6 there are 64 sequences: a size that was set follows, and no link says what cannot be."""
    page = opened(data="parity", shape="length~8", size="200", n1="rnn~width~4", steps="20")
    shown(page)
    assert page.sidebar.slider(key="size_parity_slider").max == 256
    page.sidebar.slider(key="data_parity_length_slider").set_value(6).run()
    tree = shown(page)
    assert page.sidebar.slider(key="size_parity_slider").max == 64
    assert page.session_state.training.size == 64
    assert "32 training sequences, 32 unseen" in tree["subline"]
    assert not from_link(dict(page.query_params.items()))[2]


def test_the_program_of_a_networks_own_depth_is_made_beside():
    """Nobody waits for its compilation, and all see the same numbers."""
    link = {"data": "digits", "steps": "40", "n1": "mlp~depth~5~width~47~activation~mish", "r1": "adam"}
    with compilations() as count, compilations(beside=True) as beside:
        first = shown(opened(**link))
        again = shown(opened(**{**link, "seed": "1"}))
        assert wait_for(lambda: beside() >= 1)
        once_more = shown(opened(**link))
        assert count() == 0
    assert again["headline"]
    assert once_more["headline"] == first["headline"]
