"""What a visitor set stays set: the link after the end of the work is the link right after the act, in all rooms.

`SETTINGS_WALK=10` in the environment walks over every control and every tile, and looks again ten seconds later.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page

from experiments.starters import GRADIENTS
from tests.browser import rail
from tests.browser.page import link, painted, wait, wait_for_link
from tests.browser.rail import stays

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
WALK = float(os.environ.get("SETTINGS_WALK", "0"))
SECONDS = WALK or 1.5
whole = pytest.mark.skipif(not WALK, reason="SETTINGS_WALK is not set")
# takes longer than the page is patient, so that a timer asks again and again
LIVE = {"data": "digits", "steps": "100", "n1": "mlp~depth~40~width~16", "r1": "adam"}


def opened(open_page: Opener, path: str, **given: Any) -> Page:
    page = open_page(path=path, **given)
    rail.over(page)
    return page


def test_layers_stay_when_a_run_is_added(open_page: Opener):
    page = opened(open_page, "train", **LIVE)
    depth = stays(page, lambda: rail.slide(page, "net0_mlp_depth_slider", "End"), SECONDS)
    assert depth["n1"] == "mlp~depth~64~width~16"
    added = stays(page, lambda: rail.press(page, "add_run"), SECONDS)
    assert added == {**depth, "n2": depth["n1"], "r2": "momentum"}
    removed = stays(page, lambda: page.dblclick(".st-key-remove_1 button"), SECONDS)
    assert removed == depth, "a double click takes one away"


def test_other_data_and_networks_stay(open_page: Opener):
    """Their programs are compiled when they are first chosen."""
    page = opened(open_page, "train", data="moons", steps="40", noise="0.3", n1="mlp~width~12~depth~3", r1="adam")
    parity = stays(page, lambda: _quickly(page, "parity"), SECONDS)
    assert parity == {"v": "1", "data": "parity", "steps": "40", "n1": "lstm", "r1": "adam"}
    assert not page.locator(".stAlert").count()
    digits = stays(page, lambda: _quickly(page, "moons", "characters", "moons", "digits"), SECONDS)
    # a busy server may have skipped what was clicked in between, and takes what fits digits from there
    assert (digits["data"], digits["steps"], digits.get("n1", "cnn")) == ("digits", "40", "cnn")
    convolutional = stays(page, lambda: rail.select(page, "network_0", "Convolutional residual"), SECONDS)
    assert convolutional["n1"] == "resnet"


def _quickly(page: Page, *names: str) -> None:
    """One tile after another, without a look at what comes of it."""
    for name in names:
        rail.tile(page, name)
    wait_for_link(page, "data", names[-1])


def test_defaults_stay_while_a_training_is_under_way(open_page: Opener):
    page = open_page(path="train", wait=False, **{**LIVE, "steps": "5000"})
    page.wait_for_selector(".ll-player.ll-training", timeout=120_000)
    before = painted(page)["key"]
    rail.slide(page, "net0_mlp_width_slider", "End")
    page.wait_for_function("!location.search.includes('width~16')")
    wait(page, f"p.key !== '{before}'")
    seen = painted(page)["data"]
    wait(page, f"p.data > {seen + 1}")  # picture after picture, also after an act
    rail.press(page, "reset")
    wait_for_link(page, "n1", "width~16")
    rail.over(page)
    page.wait_for_timeout(1000 * SECONDS)
    assert link(page) == {"v": "1", **LIVE, "steps": "5000"}
    assert page.locator(".st-key-net0_mlp_width_slider input").input_value() == "16"


def test_curves_modes_and_presets_stay(open_page: Opener):
    page = opened(open_page, "gradients", depth="6", c1="tanh", c2="relu~weight~1.414")
    stays(page, lambda: rail.slide(page, "curve0_weight_slider"), SECONDS)
    stays(page, lambda: rail.press(page, "add_run"), SECONDS)
    stays(page, lambda: rail.select(page, "activation_of_layers2", "GELU"), SECONDS)
    stays(page, lambda: rail.press(page, "reset"), SECONDS)
    time = stays(page, lambda: rail.begin(page, "Three recurrent nets"), SECONDS)
    assert time["mode"] == "time"
    stays(page, lambda: rail.begin(page, "ReLU with He’s scale"), SECONDS)
    matter = stays(page, lambda: rail.press(page, "matter"), SECONDS)
    assert matter.items() >= {"v": "1", "depth": "30", "matter": "1"}.items()


def test_a_race_stays(open_page: Opener):
    page = opened(open_page, "", surface="himmelblau", r1="adam", r2="momentum")
    stays(page, lambda: rail.select(page, "optimizer_1", "AdaGrad"), 0.5)
    stays(page, lambda: rail.press(page, "add_run"), 0.5)
    stays(page, lambda: rail.tile(page, "rastrigin"), 0.5)
    stays(page, lambda: rail.fill(page, "start_x"), 0.5)
    own = stays(page, lambda: rail.tile(page, "formula"), 0.5)
    assert "formula" in own
    shelf = stays(page, lambda: rail.tile(page, "rosenbrock"), 0.5)
    assert "formula" not in shelf


def walk(page: Page, selects: tuple[str, ...] = ()) -> None:
    """Every slider, box and toggle, one option of each select box, and every option of some."""
    rail.unfold(page)
    done: set[str] = set()
    for kind, move in (("stSlider", rail.slide), ("stNumberInput", rail.fill), ("stCheckbox", _turn)):
        while left := [key for key in rail.keys(page, kind) if key not in done]:
            done.add(left[0])
            rail.unfold(page)
            stays(page, partial(move, page, left[0]), SECONDS)
    while left := [key for key in rail.keys(page, "stSelectbox") if key not in done]:
        key = left[0]
        done.add(key)
        rail.unfold(page)
        others = rail.options(page, key)
        for option in others if key in selects else others[:1]:
            rail.unfold(page)
            stays(page, partial(rail.select, page, key, option), SECONDS)


def _turn(page: Page, key: str) -> None:
    page.click(f".st-key-{key} label")


def tiles(page: Page) -> list[str]:
    page.click(".ll-gallery .ll-more")
    return page.evaluate("[...document.querySelectorAll('.ll-tile')].map(each => each.dataset.name)")


@whole
def test_every_control_of_a_race(open_page: Opener):
    page = opened(open_page, "", surface="himmelblau", r1="adam", r2="momentum")
    walk(page, ("optimizer_1", "schedule_1"))


@whole
def test_every_surface(open_page: Opener):
    page = opened(open_page, "", surface="himmelblau", r1="adam", r2="momentum")
    for name in [each for each in tiles(page) if each != "himmelblau"]:
        stays(page, partial(rail.tile, page, name), SECONDS)


@whole
@pytest.mark.parametrize("data", ["moons", "digits", "parity", "characters"])
def test_every_control_of_a_training(open_page: Opener, data: str):
    page = opened(open_page, "train", data=data, steps="600")
    walk(page, ("network_0", "optimizer_0", "schedule_0"))


@whole
def test_every_data_set(open_page: Opener):
    page = opened(open_page, "train", data="moons", steps="600", noise="0.3")
    for name in [*(each for each in tiles(page) if each != "moons"), "moons", "characters", "digits"]:
        stays(page, partial(rail.tile, page, name), SECONDS)


@whole
@pytest.mark.parametrize("mode", ["layers", "time", "dying"])
def test_every_control_of_the_gradients(open_page: Opener, mode: str):
    page = opened(open_page, "gradients", mode=mode)
    walk(page, ("activation_of_layers0", "cell_of_time0"))


@whole
def test_every_starter_and_mode(open_page: Opener):
    page = opened(open_page, "gradients", depth="7")
    groups = page.locator(".stSidebar .stButtonGroup button")
    for words in groups.all_inner_texts():
        if not groups.get_by_text(words, exact=True).count():  # another mode lacks it
            stays(page, partial(rail.press, page, "reset"), SECONDS)
        if not page.locator(".stSidebar .stButtonGroup button[aria-checked=true]", has_text=words).count():
            stays(page, partial(rail.choose, page, words), SECONDS)
    for starter in GRADIENTS[1:]:
        stays(page, partial(rail.begin, page, starter.title), SECONDS)
    stays(page, partial(rail.press, page, "reset"), SECONDS)
