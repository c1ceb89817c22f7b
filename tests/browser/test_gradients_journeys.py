"""What a visitor does in the gradients room, in a real browser; waits are on what was painted, never on time."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import rail
from tests.browser.page import link, painted, wait, wait_for_link

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
SMALL = {"depth": "6", "c1": "tanh", "c2": "relu~weight~1.414"}


@pytest.fixture
def open_room(open_page: Opener) -> Opener:
    def opened(*size: int, **given: Any) -> Page:
        return open_page(*size, path="gradients", **given)

    return opened


def headline(page: Page, words: str) -> None:
    page.wait_for_function(
        "words => document.querySelector('.ll-sentence h1')?.innerText.includes(words)", arg=words, timeout=240_000
    )


def box_of(page: Page, selector: str):
    box = page.locator(selector).bounding_box()
    assert box
    return box


def test_the_backward_pass_plays_layer_by_layer(open_room: Opener):
    page = open_room()
    wait(page, "p.playing && p.step > 1")
    assert "back" in page.inner_text(".ll-sentence h1")
    page.locator(".ll-player").press("End")
    wait(page, "p.ready && p.step === 20")
    assert "of the gradient per layer on average" in page.inner_text(".ll-sentence h1")
    assert page.inner_text(".ll-counter").replace("\n", " ").endswith("/ 20 layers back")
    page.locator(".ll-player").press("ArrowLeft")
    wait(page, "p.step === 19 && !p.playing")
    assert page.get_attribute(".ll-track input", "aria-label") == "Layers back from the output"
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "one screen, no scrolling"
    assert link(page) == {"v": "1"}


def test_a_click_on_the_map_moves_the_open_network(open_room: Opener):
    page = open_room(at="6", **SMALL)
    key = painted(page)["key"]
    box = box_of(page, ".ll-panel[data-id=phase] .nsewdrag")
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
    moved = wait_for_link(page, "c1", "bias").split("~")
    wait(page, f"p.key !== '{key}' && p.ready && p.step === 6")
    assert moved[:2] == ["tanh", "weight"]
    assert float(moved[2]) == pytest.approx(0.4 + 0.75 * 2.2, abs=0.03)
    assert float(moved[4]) == pytest.approx(0.6, abs=0.03)
    assert page.locator(".st-key-chip_0").inner_text().endswith(f"σw {float(moved[2]):.3g}")
    assert link(page)["c2"] == SMALL["c2"]


def test_the_explorers_line_is_dragged(open_room: Opener):
    page = open_room(at="6", **SMALL)
    box = box_of(page, ".ll-panel[data-id=explorer] .ll-plot")
    x, y = box["x"] + 60, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y)
    page.mouse.move(x + 20, y)
    assert "z" not in link(page), "not while it is dragged"
    page.mouse.up()
    z = float(wait_for_link(page, "z"))
    assert -4 <= z < 0
    again = open_room(at="6", **{**SMALL, "z": f"{z:g}"})
    assert link(again)["z"] == f"{z:g}"


def test_does_it_matter_and_back(open_room: Opener):
    page = open_room(depth="20", c1="sigmoid", c2="tanh")
    page.click(".st-key-matter button")
    assert wait_for_link(page, "matter") == "1"
    headline(page, "After 400 steps Tanh is right on")
    assert page.inner_text(".ll-sentence h1").endswith(": it matters.")
    wait(page, "p.ready")
    for panel in ("accuracy", "bars0", "bars1"):
        assert page.locator(f".ll-panel[data-id={panel}]").is_visible(), panel
    page.click(".st-key-matter button")
    headline(page, "Sigmoid keeps 0.233 of the gradient per layer")
    page.wait_for_function("!new URL(location.href).searchParams.has('matter')")


def test_a_starter_plays_and_tells_its_end(open_room: Opener):
    page = open_room(**SMALL)
    rail.begin(page, "Three recurrent nets")
    assert wait_for_link(page, "mode") == "time"
    wait(page, "p.ready && p.playing")
    page.locator(".ll-player").press("End")
    wait(page, "p.ready && p.step === 50")
    headline(page, "of the gradient per step on average: after 50 steps")
    assert page.inner_text(".ll-counter").replace("\n", " ").endswith("/ 50 steps")


def test_what_lies_beyond_what_is_sent_is_called_so(open_room: Opener):
    """Bars are told apart down to 10⁻¹⁸; a weight scale of 0.01 leaves less after ten layers."""
    page = open_room(depth="12", c1="tanh~weight~0.01", at="12")
    page.locator(".ll-tabs button:visible >> text=Bars").first.click()
    box = page.locator(".ll-bars .ll-plot").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.12 * box["height"])
    page.wait_for_function("!document.querySelector('.ll-hover').hidden")
    assert page.inner_text(".ll-hover").split()[2:] == ["norm", "<", "1.0×10⁻¹⁸"]
