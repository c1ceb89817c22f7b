"""A tap on a word of the field says what it means, where it stands; another tap, or Escape, puts it away."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from experiments.glossary import GLOSSARY
from tests.browser import rail
from tests.browser.page import wait

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]


def _end(page: Page) -> None:
    page.locator(".ll-track input").press("End")
    rail.over(page)


@pytest.mark.parametrize(("size", "touch"), [((360, 740), True), ((1440, 900), False)])
def test_words_of_the_gradients_room(open_page: Opener, size: tuple[int, int], touch: bool):
    page = open_page(*size, touch=touch, path="gradients", bare=True)
    _end(page)
    for words in ("keeps", "theory", "mean-field theory", "factors"):
        word = page.locator(".ll-word").get_by_text(words, exact=True).first
        word.scroll_into_view_if_needed()
        (word.tap if touch else word.click)()
        assert page.inner_text(".ll-meaning") == GLOSSARY[words]
        box = page.locator(".ll-meaning").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0]
        assert word.get_attribute("aria-expanded") == "true"
        (word.tap if touch else word.click)()
        assert not page.locator(".ll-meaning").count()


def test_by_the_keyboard_and_in_the_rail(open_page: Opener):
    page = open_page(path="gradients", mode="dying", rate="1", depth="3", seed="1")
    _end(page)
    word = page.locator(".ll-word", has_text="dead").first
    word.focus()
    was = page.evaluate("window.player.get().playing")
    page.keyboard.press(" ")
    assert page.inner_text(".ll-meaning") == GLOSSARY["dead"]
    assert page.evaluate("window.player.get().playing") == was, "Space is the word's"
    page.keyboard.press("Escape")
    assert not page.locator(".ll-meaning").count()
    page = open_page(path="gradients", depth="6", c1="tanh")
    wait(page, "p.ready")
    page.locator(".st-key-curve0_weight_slider [data-testid=stTooltipIcon]").hover()
    page.get_by_text(GLOSSARY["σw"]).wait_for()
