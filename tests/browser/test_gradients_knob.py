"""A knob of a network is dragged under its chart: what is seen under the finger is what is there after the release."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import rail
from tests.browser.page import link, painted, wait, wait_for_link

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
PAGE = {"depth": "7", "c1": "tanh", "c2": "sigmoid", "at": "7"}
HANDLE = ".ll-drag input[type=range]"
HEADLINE = ".ll-sentence h1 > span"


def near(page: Page) -> None:
    """The pointer comes to the control, and with it the fan."""
    data = painted(page)["data"]
    page.hover(".ll-drag")
    wait(page, f"p.data > {data} && p.ready")


def dragged(page: Page, share: float) -> str:
    """The handle is dragged to a share of its track and held there; what the page says."""
    box = page.locator(HANDLE).bounding_box()
    assert box
    at = page.evaluate(f"(() => {{ const r = document.querySelector('{HANDLE}'); return r.value / r.max; }})()")
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8 + at * (box["width"] - 16), y)
    page.mouse.down()
    page.mouse.move(box["x"] + 8 + share * (box["width"] - 16), y, steps=6)
    wait(page, "p.ready")
    page.wait_for_timeout(200)
    return page.inner_text(HEADLINE)


@pytest.mark.parametrize(
    ("knob", "share", "key"), [("weight scale", 1.0, "c1"), ("depth", 1.0, "depth"), ("width", 0.0, "width")]
)
@pytest.mark.parametrize("size", [(1440, 900), (360, 740)])
def test_what_is_dragged_is_what_is_set(open_page: Opener, knob: str, share: float, key: str, size: tuple[int, int]):
    page = open_page(*size, path="gradients", **PAGE)
    rail.over(page)
    told = page.inner_text(HEADLINE)
    near(page)
    if knob != "weight scale":
        data = painted(page)["data"]
        page.select_option(".ll-knobs", label=knob)
        wait(page, f"p.data > {data} && p.ready")
        page.hover(HANDLE)
    before = link(page)
    said = dragged(page, share)
    assert said.startswith(f"Tanh at {knob} "), said
    value = page.locator(HANDLE).get_attribute("aria-valuetext")
    assert f" {value}: " in said
    assert link(page) == before, "nothing is sent while it is dragged"
    key_before = painted(page)["key"]
    page.mouse.up()
    set_to = wait_for_link(page, key, f"weight~{value}" if key == "c1" else str(value))
    assert set_to
    rail.over(page, key_before)
    assert page.inner_text(HEADLINE) not in (said, told)


def test_only_what_is_cheap_is_dragged(open_page: Opener):
    page = open_page(path="gradients", **PAGE)
    rail.over(page)
    assert page.locator(".ll-drag").is_visible()
    rail.slide(page, "flow_width_slider", "End")
    page.wait_for_selector(".ll-drag", state="hidden")
    page = open_page(path="gradients", mode="time")
    rail.over(page)
    assert not page.locator(".ll-drag").is_visible()
