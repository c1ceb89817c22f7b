"""How a room was looked at outlives another room and a reload; a link that is opened alone says how to look."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.page import painted, wait

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
PRESSED = "[...document.querySelectorAll('.ll-speeds button')].find(each => each.ariaPressed === 'true').textContent"


def _room(page: Page, title: str) -> None:
    page.get_by_test_id("stTopNavLink").get_by_text(title).click()


def _looked(page: Page) -> None:
    """At step 37, twice as fast, without the second run, with the other chart."""
    page.locator(".ll-track input").fill("37")
    page.locator(".ll-speeds button", has_text="2×").click()
    page.locator(".ll-legend").nth(1).click()
    page.locator(".ll-switch button", has_text="Distance").first.click()


def _as_looked(page: Page) -> None:
    wait(page, "p.ready && p.step === 37 && !p.playing")
    assert page.evaluate(PRESSED) == "2×"
    assert [each.get_attribute("aria-pressed") for each in page.locator(".ll-legend").all()] == [
        "true",
        "false",
        "true",
    ]
    assert page.locator(".ll-area-distance").is_visible()


def test_another_room_and_a_reload(open_page: Opener):
    page = open_page(surface="himmelblau", steps="60", r1="adam", r2="momentum", r3="rmsprop")
    _looked(page)
    _as_looked(page)
    _room(page, "Gradients")
    page.wait_for_selector(".ll-room-gradients")
    wait(page, "p.ready")
    _room(page, "Race")
    page.wait_for_selector(".ll-player:not(.ll-room-gradients)")
    _as_looked(page)
    page.reload()
    page.wait_for_function("window.player?.get().ready")
    _as_looked(page)
    told = painted(page)["key"]
    page.goto(page.url)  # the link, opened anew
    page.wait_for_function("window.player?.get().ready")
    wait(page, "p.playing || p.step > 37")
    assert painted(page)["key"] == told
    assert page.locator(".ll-legend[aria-pressed=false]").count() == 0
