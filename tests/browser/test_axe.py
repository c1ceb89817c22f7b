"""axe over every room, theme and size, and over the modes that a visitor meets; small unless AXE=all asks for all."""

import os
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from tests.browser.page import settled, wait
from tests.browser.servers import ROOT, serving

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = {name: {"enabled": True} for name in ("label-content-name-mismatch", "target-size")}
FOLDS = "[data-testid=stExpandSidebarButton], [data-testid=stSidebarCollapseButton]"
# What is Streamlit's own, by rule, the part of the page it is in, and why it is left.
ALLOWED = {
    ("target-size", "[data-testid=stTooltipIcon]"): "help marks stand 16 px high in every label of Streamlit's",
    ("label-content-name-mismatch", FOLDS): "its sign is a word of an icon font, and not read",
    ("color-contrast", "[data-testid=stWidgetLabel]:has(~ * [disabled])"): "labels of controls that are off",
}
ROOMS = {"race": ("", {"at": "100"}), "train": ("train", {"at": "100"}),
         "gradients": ("gradients", {"at": "6", "depth": "6", "c1": "tanh", "c2": "relu~weight~1.414"})}  # fmt: skip
SIZES = ((1440, 900), (1024, 768), (820, 1180), (360, 740), (320, 256))
EVERY = os.environ.get("AXE") == "all"
LOOKS = list(product(ROOMS, SIZES, ("light", "dark"))) if EVERY else [
    *(("race", size, "light") for size in ((1440, 900), (320, 256))), ("train", (1024, 768), "dark"),
    ("gradients", (1440, 900), "light"), ("gradients", (360, 740), "dark"), ("train", (360, 740), "light"),
]  # fmt: skip
RAILS = list(product(ROOMS, (360, 1440))) if EVERY else [("race", 360), ("gradients", 360), ("train", 1440)]


def violations(page: Page) -> list[str]:
    """What axe finds, in words, but for what is allowed."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {rules, preload: false}).then(run => run.violations)", RULES)
    told = []
    for rule in found:
        for node in rule["nodes"]:
            near = [part for name, part in ALLOWED if name == rule["id"]]
            inside = "([target, parts]) => parts.some(part => document.querySelector(target)?.closest(part))"
            if not near or not page.evaluate(inside, [node["target"][0], near]):
                told.append(f"{rule['id']}: {node['target']} {node['html'][:120]}")
    return told


@pytest.fixture
def open_room(open_page: Opener) -> Opener:
    def opened(room: str, *size: int, **given: str) -> Page:
        path, params = ROOMS[room]
        page = open_page(*size, path=path, **{**params, **given})
        settled(page)
        return page

    return opened


@pytest.mark.parametrize(("room", "size", "scheme"), LOOKS)
def test_every_room_at_rest(open_room: Opener, room: str, size: tuple[int, int], scheme: str):
    assert not violations(open_room(room, *size, scheme=scheme))


@pytest.mark.parametrize("room", ROOMS)
def test_while_it_plays_and_with_a_run_hidden(open_room: Opener, room: str):
    page = open_room(room)
    if page.locator(".ll-legend:visible").count():
        page.locator(".ll-legend:visible").first.click()
    page.click("[aria-label=Play]")
    wait(page, "p.playing")
    assert not violations(page)


@pytest.mark.parametrize("room", ROOMS)
def test_presenting(open_room: Opener, room: str):
    assert not violations(open_room(room, 1024, 768, present="1"))


@pytest.mark.parametrize(("room", "width"), RAILS)
def test_the_rail_open_and_shut(open_room: Opener, room: str, width: int):
    page = open_room(room, width, 740)
    folds = ("[data-testid=stExpandSidebarButton]", "[data-testid=stSidebarCollapseButton]", ".ll-change", ".ll-change")
    for button in folds:
        if (pressed := page.locator(button).locator("visible=true")).count():
            pressed.first.click()
            page.wait_for_timeout(500)  # the rail slides
            assert not violations(page)


def test_with_notices(open_page: Opener):
    page = open_page(**{f"no{i}": "1" for i in range(6)}, at="20")
    assert page.is_visible(".ll-notices")
    assert not violations(page)


def test_while_it_trains(open_page: Opener):
    page = open_page(path="train", data="digits", n1="cnn", r1="adam", steps="2000", wait=False)
    page.wait_for_selector(".ll-training", timeout=120_000)
    assert not violations(page)
    page.evaluate("document.querySelector('.ll-so-far button').click()")  # which may just be over


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[str]:
    """A server whose page fails as a fault of ours would."""
    script, app = tmp_path / "page.py", tmp_path / "app.py"
    script.write_text("import streamlit as st\nst.set_page_config('A title')\nraise RuntimeError('a fault')\n")
    app.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nimport streamlit as st\n"
        "from frontend.faults import show_fault\n"
        f"app = st.App({str(script)!r}, on_script_error=show_fault)\n"
    )
    with serving(app) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_error_page(failing: str, browser, scheme: str):
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(failing)
    page.get_by_role("heading", level=1, name="This picture could not be made").wait_for(timeout=60_000)
    found = violations(page)
    context.close()
    assert not found


def test_axe_sees_what_is_wrong(open_page: Opener):
    page = open_page(at="20")
    page.evaluate("document.querySelector('.ll-player').append(document.createElement('button'))")
    assert any(found.startswith("button-name") for found in violations(page))
