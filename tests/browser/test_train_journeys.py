"""What a visitor does in the training room, in a real browser; waits are on what was painted, never on time."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import rail
from tests.browser.page import PATIENCE, drawn, link, painted, wait, wait_for_link

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
LIVE = {"data": "digits", "n1": "mlp~depth~40~width~64", "steps": "5000", "r1": "adam"}
SO_FAR = "document.querySelector('.ll-so-far')"


@pytest.fixture
def open_room(open_page: Opener) -> Opener:
    def opened(*size: int, **given: Any) -> Page:
        return open_page(*size, path="train", **given)

    return opened


def seen(page: Page, panel: str) -> None:
    page.wait_for_function(f"document.querySelector('.ll-panel[data-id={panel}]')?.checkVisibility()", timeout=60_000)


def tab(page: Page, panel: str) -> None:
    """Chooses a panel by the button of its group that is in sight."""
    page.click(f".ll-panel:not(.ll-behind) .ll-switch button[data-id={panel}]")
    seen(page, panel)
    drawn(page)
    wait(page, "p.ready")


def test_the_training_plays_when_the_page_opens(open_room: Opener):
    page = open_room()
    wait(page, "p.step > 5 && (p.playing || p.step === 300)")  # on a busy machine it may have played to the end
    assert "of unseen points" in page.inner_text(".ll-sentence h1")
    assert "250 training points" in page.inner_text(".ll-sentence p")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "one screen, no scrolling"
    assert link(page) == {"v": "1"}


def test_a_slider_keeps_the_playhead_and_the_player(open_room: Opener):
    page = open_room(at="120")
    page.evaluate("document.querySelector('.ll-player').marked = true")
    key = painted(page)["key"]
    page.locator(".st-key-run0_adam_learning_rate_slider input").press("ArrowRight")
    assert wait_for_link(page, "r1").startswith("adam~learning_rate~0.003")
    wait(page, f"p.key !== '{key}' && p.ready && p.step === 120")
    assert page.evaluate("document.querySelector('.ll-player').marked === true")
    assert page.locator(".ll-player").count() == 1


def test_a_training_is_watched_stopped_and_begun_again(open_room: Opener):
    page = open_room(wait=False, **LIVE)
    page.wait_for_function(f"{SO_FAR}?.innerText.includes('Training: step')", timeout=240_000)
    early = painted(page)["data"]
    wait(page, f"p.data > {early + 1}")  # one picture after another, without a rerun of the page
    # else it may be stopped before the unseen images were looked at, which is every 100 steps
    page.wait_for_function(f"/step [1-9]\\d\\d/.test({SO_FAR}?.innerText)", timeout=240_000)
    page.click(".ll-so-far >> text=Stop")
    page.wait_for_function(f"{SO_FAR}?.innerText.includes('You stopped it at step')", timeout=60_000)
    said = re.search(r"at step (\d+) of 5000", page.inner_text(".ll-so-far"))
    page.locator(".ll-player").press("End")
    drawn(page)
    headline = page.inner_text(".ll-sentence h1")
    assert said
    assert headline.startswith("After ")
    assert 0 < int(said[1]) < 5000
    page.locator(".ll-player").press("Home")
    wait(page, "p.step === 0 && p.ready")
    page.locator(".ll-player").press("End")
    drawn(page)
    assert page.inner_text(".ll-sentence h1") == headline, "the picture stays"
    page.click(".ll-so-far >> text=Train again")
    page.wait_for_function(f"{SO_FAR}?.innerText.includes('Training: step')", timeout=120_000)
    page.wait_for_function("document.querySelectorAll('.ll-player').length === 1")


def test_every_tab_shows_its_panel(open_room: Opener):
    page = open_room(at="200")
    for panel in ("accuracy", "loss", "ratio", "weight", "heat", "sample", "field", "histogram", "backward", "bars"):
        tab(page, panel)
        wait(page, "p.ready")
    page.get_by_role("button", name="Accuracy", exact=True).locator("visible=true").first.click()
    seen(page, "accuracy")
    assert not page.locator(".ll-panel[data-id=loss]").is_visible()


def test_walking_the_backward_pass(open_room: Opener):
    page = open_room(at="200")
    tab(page, "backward")
    words = ".ll-walk p"
    assert page.inner_text(words).startswith("From layer 2 to layer 1 the gradient is multiplied by")
    page.click("[data-do=later]")
    page.wait_for_function(f"document.querySelector('{words}').innerText.startsWith('From layer 3 to layer 2')")
    page.click("[data-do=earlier]")
    page.wait_for_function(f"document.querySelector('{words}').innerText.startsWith('From layer 2 to layer 1')")
    page.click("[data-do=walk]")
    page.wait_for_function(f"document.querySelector('{words}').innerText === 'The backward pass begins at the loss.'")
    page.wait_for_function(f"document.querySelector('{words}').innerText.startsWith('From output to layer 4')")
    page.wait_for_function(f"document.querySelector('{words}').innerText.startsWith('From layer 2 to layer 1')")
    assert painted(page)["step"] == 200


def test_a_click_on_a_point_chooses_an_example(open_room: Opener):
    page = open_room(at="200")
    key = painted(page)["key"]
    box = page.locator(".ll-panel[data-id=field] .nsewdrag").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    example = wait_for_link(page, "example")
    wait(page, f"p.key !== '{key}' && p.ready")
    assert 0 < int(example) < 500
    tab(page, "sample")
    page.click("[aria-label='Next example']")
    page.wait_for_function(f"new URL(location.href).searchParams.get('example') === '{int(example) + 1}'")
    again = open_room(at="200", example=example)
    assert painted(again)["key"] != painted(page)["key"]
    assert link(again)["example"] == example


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_gets_a_room_that_fits(open_room: Opener, scheme: str):
    page = open_room(360, 740, scheme=scheme, at="200")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('.ll-panel')].every(p => p.getBoundingClientRect().right <= innerWidth + 1)"
    )
    assert page.locator(".ll-play").is_visible()
    for panel in ("accuracy", "histogram", "sample"):
        tab(page, panel)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_both_rooms_work_after_going_to_and_fro(open_page: Opener):
    page = open_page(at="50")
    page.get_by_role("link", name="Train", exact=True).click()
    page.wait_for_function("document.querySelector('.ll-player.ll-room-train')", timeout=120_000)
    wait(page, "p.ready && p.playing && p.step > 5")
    page.locator(".ll-player").press(" ")
    wait(page, "!p.playing")
    page.get_by_role("link", name="Race", exact=True).click()
    page.wait_for_function("document.querySelector('.ll-player:not(.ll-room-train)')", timeout=120_000)
    wait(page, "p.ready")
    page.locator(".ll-player").press("End")
    wait(page, "p.step === 500")
    assert "reaches" in page.inner_text(".ll-sentence h1")
    page.get_by_role("link", name="Train", exact=True).click()
    page.wait_for_function("document.querySelector('.ll-player.ll-room-train')", timeout=120_000)
    page.locator(".ll-player").press("End")
    wait(page, "p.ready && p.step === 400")
    assert page.locator(".ll-player").count() == 1
    assert "of unseen points" in page.inner_text(".ll-sentence h1")


def test_a_training_without_runs_offers_one_action(open_room: Opener):
    page = open_room(runs="none")
    page.click(".ll-empty button")
    page.wait_for_function("!new URL(location.href).searchParams.has('runs')", timeout=60_000)
    page.wait_for_function("document.querySelector('.ll-empty').hidden", timeout=60_000)
    assert "of unseen points" in page.inner_text(".ll-sentence h1")


def test_a_bad_link_is_explained_on_the_page(open_room: Opener):
    page = open_room(data="moons", n1="cnn~depth~3", steps="40")
    assert "does not suit" in page.inner_text(".ll-notices")
    page.click(".ll-notices >> text=Dismiss")
    page.wait_for_function("document.querySelector('.ll-notices').hidden")


def test_a_text_is_offered_with_enough_of_it_to_learn_from(open_room: Opener):
    page = open_room(data="moons", steps="20")
    rail.tile(page, "characters")
    assert wait_for_link(page, "size") == "1100"
    rail.tile(page, "moons")
    page.wait_for_function("!location.search.includes('size')", timeout=PATIENCE)
