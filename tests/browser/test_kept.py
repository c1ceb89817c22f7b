"""How a room was looked at outlives new data, another room and a reload; a link opened alone says how to look."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.page import PATIENCE, painted, settled, wait

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
PRESSED = "[...document.querySelectorAll('.ll-speeds button')].find(each => each.ariaPressed === 'true').textContent"

# What the first data waits for comes late, and the script again with each data: others are on their way by then.
SLOW = """
const place = Node.prototype.appendChild;
let scripts = 0;
window.removed = 0;
Node.prototype.appendChild = function (node) {
  const is = (name) => Boolean(node.src?.includes(`landscapes.${name}`));
  const late = is("part") ? 2500 : is("main") && scripts++ ? 2000 : 0;
  if (!late) return place.call(this, node);
  setTimeout(() => place.call(this, node), late);
  return node;
};
new MutationObserver((all) => {
  const gone = all.flatMap(({ removedNodes }) => [...removedNodes]);
  window.removed += gone.filter((each) => each.classList?.contains("ll-player")).length;
}).observe(document, { subtree: true, childList: true });
"""


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


def test_data_that_overtake_each_other(open_page: Opener):
    page = open_page(path="train", before=SLOW, steps="4321", at="4003", r1="adam", r2="momentum", r3="sgd")
    settled(page)
    wait(page, "p.step === 4003")
    assert page.evaluate("window.removed") == 0


def test_a_reload_while_the_playhead_waits_for_its_step(open_page: Opener):
    page = open_page(path="train", steps="4999", at="4903", r1="adam", r2="momentum", r3="sgd")
    page.reload()
    page.wait_for_function("window.player?.get().ready", timeout=PATIENCE)
    settled(page)
    wait(page, "Math.abs(p.step - 4903) < 5")  # the sent step that is nearest
