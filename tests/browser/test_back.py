"""The browser's Back undoes the last choices, in every room, and Forward does them again; after them it leaves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import rail
from tests.browser.conftest import LATE
from tests.browser.page import PATIENCE, link, painted, wait, wait_for_link

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
RESTING = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"


def _undone(page: Page, by: Callable[[], object]) -> None:
    """Back and Forward over one choice: the link, the picture and every control are those of then."""
    was, here = _state(page), page.url
    by()
    page.wait_for_function("old => location.href !== old", arg=here)
    rail.over(page, was[0])
    page.wait_for_function(RESTING)
    done = _state(page)
    assert done[:2] != was[:2]
    for move, there in (("back", was), ("forward", done)):
        page.evaluate(f"history.{move}()")
        wait(page, f"p.key === '{there[0]}'")
        rail.over(page)
        page.wait_for_function(RESTING)
        assert _state(page) == there, move


def _state(page: Page) -> tuple[str, dict[str, str], dict[str, str]]:
    return painted(page)["key"], link(page), rail.shown(page)


def _wait_for_value(page: Page, key: str, value: str) -> None:
    page.wait_for_function(f"document.querySelector('.st-key-{key} input')?.value === '{value}'", timeout=PATIENCE)


def test_in_a_race(open_page: Opener):
    page = open_page(steps="60", surface="himmelblau", r1="adam~learning_rate~0.05")
    rail.over(page)
    first = link(page)
    _undone(page, lambda: rail.slide(page, "run0_adam_learning_rate_slider"))
    _undone(page, lambda: rail.press(page, "add_run"))
    _undone(page, lambda: rail.begin(page, "Four wells"))
    for _ in range(3):
        here = page.url
        page.evaluate("history.back()")
        page.wait_for_function("old => location.href !== old", arg=here)
        rail.over(page)
        page.wait_for_timeout(500)
    assert link(page) == first
    _wait_for_value(page, "run0_adam_learning_rate_box", "0.05")


def test_quick_backs_and_acts_between(open_page: Opener):
    """Nothing that was chosen meanwhile is taken for a step back."""
    page = open_page(path="gradients", depth="6", c1="tanh", c2="relu~weight~1.414")
    rail.over(page)
    for activation in ("Sigmoid", "ReLU", "GELU"):
        rail.select(page, "activation_of_layers0", activation)
        wait_for_link(page, "c1", activation.lower())
    page.evaluate("history.back()")
    wait_for_link(page, "c1", "relu")
    page.evaluate("history.back()")
    wait_for_link(page, "c1", "sigmoid")
    _wait_for_value(page, "activation_of_layers0", "Sigmoid")
    rail.over(page)
    rail.slide(page, "flow_depth_slider")
    rail.press(page, "chip_1")
    page.wait_for_selector(".st-key-activation_of_layers1")
    page.wait_for_timeout(1500)
    assert link(page)["depth"] != "6"
    assert link(page)["c1"].startswith("sigmoid")


def test_in_a_training_and_across_rooms(open_page: Opener):
    page = open_page(path="train", data="moons", steps="40", n1="mlp~width~12~depth~3", r1="adam")
    rail.over(page)
    _undone(page, lambda: rail.slide(page, "net0_mlp_depth_slider", "End"))
    here = link(page)
    page.get_by_test_id("stTopNavLink").get_by_text("Race").click()
    page.wait_for_selector(".ll-player:not(.ll-room-train)")
    rail.over(page)
    page.evaluate("history.back()")
    page.wait_for_selector(".ll-room-train")
    wait_for_link(page, "n1", "depth~64")
    rail.over(page)
    assert link(page) == here
    _wait_for_value(page, "net0_mlp_depth_box", "64")


def test_a_surface_that_comes_back_while_answers_are_late(open_page: Opener):
    """A browser drops what it has not met for a while; it is never sent the mere name of what it has dropped."""
    page = open_page(surface="booth", before=LATE % 2500)
    rail.tile(page, "matyas")
    wait_for_link(page, "surface", "matyas")
    rail.over(page)
    page.wait_for_timeout(3000)
    rail.tile(page, "beale")
    page.wait_for_timeout(1200)  # its answer is on the way
    rail.tile(page, "booth")
    wait_for_link(page, "surface", "booth")
    wait(page, "p.ready")
    page.wait_for_selector(".ll-sentence p:has-text('Booth')", timeout=PATIENCE)
