"""A phone and an upright tablet: rooms a tap away, a sheet of controls beside the picture, a square map."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import rail
from tests.browser.page import PATIENCE, painted, swipe, wait, wait_for_link

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
TABLETS = [(820, 1180), (900, 1200)]
OPEN = "document.querySelector('.stSidebar').dataset.collapsed === 'false'"
SETTLED = """Math.abs(document.querySelector('.stSidebar').getBoundingClientRect().bottom
    - document.querySelector('.ll-timeline').getBoundingClientRect().top) < 1.5"""
# The middle of every element found, and whether a finger there would meet it.
MET = """query => [...document.querySelectorAll(query)].filter(each => each.checkVisibility()).map(each => {
    const box = each.getBoundingClientRect();
    const met = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return { met: Boolean(met && (each.contains(met) || met.contains(each))), ...box.toJSON() };
})"""


def box(page: Page, query: str) -> dict[str, float]:
    found = page.locator(query).first.bounding_box()
    assert found, query
    x, y, width, height = (found[name] for name in ("x", "y", "width", "height"))
    return {"x": x, "y": y, "width": width, "height": height, "bottom": y + height, "right": x + width}


@pytest.mark.parametrize("path", ["", "train", "gradients"])
def test_every_room_is_a_tap_away(open_page: Opener, path: str):
    page = open_page(360, 740, touch=True, path=path, bare=True)
    for title, room in (("Gradients", ".ll-room-gradients"), ("Train", ".ll-room-train"), ("Race", ".ll-player")):
        tab = page.locator(".ll-rooms a", has_text=title)
        assert box(page, f".ll-rooms a:has-text('{title}')")["height"] >= 44
        tab.tap()
        page.wait_for_selector(f"{room} .ll-rooms a[aria-current]:has-text('{title}')")
        assert not page.evaluate(OPEN)
    assert not page.locator(".ll-room-train, .ll-room-gradients").count()


def test_sigmoid_starves_is_two_taps_away(open_page: Opener):
    page = open_page(360, 740, touch=True, bare=True)
    page.locator(".ll-rooms a", has_text="Gradients").tap()
    page.wait_for_selector(".ll-room-gradients")
    page.locator(".ll-slides button", has_text="Sigmoid starves").tap()
    page.wait_for_selector(".ll-slides [aria-pressed=true]:has-text('Sigmoid starves')", timeout=PATIENCE)
    wait(page, "p.ready && p.step > 0")
    page.locator(".ll-track input").press("End")
    wait(page, "p.step === 20")
    assert all(name in page.inner_text(".ll-sentence h1") for name in ("Sigmoid", "ReLU"))


def test_runs_are_named_on_the_first_screen(open_page: Opener):
    page = open_page(360, 740, touch=True, bare=True)
    dock = box(page, ".ll-timeline")["y"]
    names = page.locator(".ll-legend")
    assert names.count() == 3
    for i in range(3):
        found = names.nth(i).bounding_box()
        assert found
        assert found["y"] + found["height"] < dock
    met = page.evaluate(MET, ".ll-legend, .ll-slides li:first-child button, .ll-play, .ll-change")
    assert all(each["met"] for each in met)


def test_the_sheet_leaves_the_picture_in_view_and_says_what_changed(open_page: Opener):
    page = open_page(360, 740, touch=True, bare=True, motion="reduce")
    page.tap(".ll-change")
    page.wait_for_function(OPEN)
    page.wait_for_function(SETTLED)
    top = box(page, ".ll-sheet")["y"]
    assert box(page, ".ll-rooms")["bottom"] <= box(page, ".ll-sentence h1")["y"]
    assert box(page, ".ll-area-map .ll-plot")["bottom"] <= top + 1, "the map is not covered"
    assert box(page, ".stSidebar")["bottom"] <= box(page, ".ll-timeline")["y"] + 1, "nor is the clock"
    page.locator(".ll-sheet button", has_text="Runs").tap()
    was = page.locator(".st-key-run2_adam_learning_rate_box input").input_value()
    before = painted(page)["key"]
    rail.slide(page, "run2_adam_learning_rate_slider")
    wait(page, f"p.key !== '{before}'")
    page.wait_for_function("document.querySelector('.ll-sheet p').textContent")
    now = page.locator(".st-key-run2_adam_learning_rate_box input").input_value()
    assert page.inner_text(".ll-sheet p") == f"Adam: learning rate {was} → {now}"
    page.mouse.click(150, 200)  # on the map: the ball is dropped, and the sheet stays
    wait_for_link(page, "x")
    page.wait_for_function("document.querySelector('.ll-sheet p').textContent.startsWith('Start x')")
    assert page.evaluate(OPEN)
    page.tap(".ll-change")
    page.wait_for_function(f"!({OPEN})")


@pytest.mark.parametrize("path", ["", "train", "gradients"])
def test_the_sheet_undoes_what_was_chosen_in_its_room(open_page: Opener, path: str):
    """As often as something was chosen, a reload between; never back into another room."""
    page = open_page(360, 740, touch=True, path="gradients" if path == "train" else "train", bare=True, motion="reduce")
    title = (path or "race").title()
    page.locator(".ll-rooms a", has_text=title).tap()
    page.wait_for_selector(f".ll-room-{path}" if path else ".ll-player:not(.ll-room-train)", timeout=PATIENCE)
    rail.over(page)
    page.tap(".ll-change")
    page.wait_for_function(SETTLED)
    undo = page.locator(".ll-undo")
    assert undo.is_disabled()
    assert box(page, ".ll-undo")["height"] >= 44
    links = [page.url]
    for _ in range(2):
        rail.press(page, "add_run")
        page.wait_for_function("old => location.href !== old", arg=links[-1], timeout=PATIENCE)
        rail.over(page)
        links.append(page.url)
    for _ in range(2):
        links.pop()
        page.wait_for_function("!document.querySelector('.ll-undo').disabled", timeout=PATIENCE)
        undo.tap()
        page.wait_for_function("old => location.href === old", arg=links[-1], timeout=PATIENCE)
        rail.over(page)
        if len(links) > 1:
            page.reload()
            page.wait_for_function("window.player?.get().ready", timeout=PATIENCE)
            rail.over(page)
            page.tap(".ll-change")
            page.wait_for_function(SETTLED)
    page.wait_for_function("document.querySelector('.ll-undo').disabled")


def test_where_the_history_cannot_be_looked_at_there_is_no_undo(open_page: Opener):
    without = "Object.defineProperty(window, 'navigation', { value: undefined });"
    page = open_page(360, 740, touch=True, bare=True, motion="reduce", before=without)
    page.tap(".ll-change")
    page.wait_for_function(SETTLED)
    assert page.locator(".ll-sheet nav").is_visible()
    assert not page.locator(".ll-undo").is_visible()


@pytest.mark.parametrize("path", ["", "train", "gradients"])
def test_a_vertical_swipe_scrolls_from_every_picture(open_page: Opener, path: str):
    page = open_page(360, 740, touch=True, path=path, at="5")
    rail.over(page)
    plots = page.locator(".ll-panel .ll-plot")
    seen = 0
    for i in range(plots.count()):
        if not plots.nth(i).is_visible():
            continue
        page.evaluate("document.querySelector('.stMain').scrollTo({ top: 0 })")
        plots.nth(i).evaluate("each => each.scrollIntoView({ block: 'center' })")
        before, left = page.evaluate(
            "(main => [main.scrollTop, main.scrollHeight - main.clientHeight - main.scrollTop])"
            "(document.querySelector('.stMain'))"
        )
        at = plots.nth(i).bounding_box()
        assert at
        up = -1 if left > 60 else 1
        swipe(page, at["x"] + at["width"] / 2, at["y"] + at["height"] / 2, 0, 90 * up)
        page.wait_for_function(f"Math.abs(document.querySelector('.stMain').scrollTop - {before}) > 40")
        seen += 1
    assert seen >= 2


def test_a_horizontal_swipe_over_a_chart_scrubs(open_page: Opener):
    page = open_page(360, 740, touch=True, at="5", steps="100")
    chart = page.locator(".ll-area-loss .ll-plot")
    chart.scroll_into_view_if_needed()
    at = chart.bounding_box()
    assert at
    swipe(page, at["x"] + 0.3 * at["width"], at["y"] + at["height"] / 2, 0.4 * at["width"], 0)
    wait(page, "p.step > 40 && !p.playing")


@pytest.mark.parametrize("size", TABLETS)
def test_a_tablet_has_one_column(open_page: Opener, size: tuple[int, int]):
    page = open_page(*size, touch=True, bare=True)
    page.wait_for_function(f"!({OPEN})")
    wait(page, "p.ready")
    plot = page.locator(".ll-area-map .nsewdrag").first.bounding_box()
    assert plot
    assert 0.8 < plot["width"] / plot["height"] < 1.25
    assert box(page, ".ll-drag input")["width"] > 300
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
    names = page.locator(".ll-legend")
    assert [names.nth(i).inner_text() for i in range(3)] == ["Gradient descent", "Momentum", "Adam"]
    assert all(
        each["met"] and each["right"] <= size[0]
        for each in page.evaluate(MET, ".ll-legend, .ll-change, .ll-drag output")
    )
    page.tap(".ll-change")
    page.wait_for_function(OPEN)
    page.wait_for_function(SETTLED)
    assert box(page, ".ll-area-map")["y"] < box(page, ".ll-sheet")["y"]
    rail.press(page, "add_run")
    wait_for_link(page, "r4")


@pytest.mark.parametrize("path", ["train", "gradients"])
def test_the_sheet_of_the_other_rooms_stands_on_the_clock(open_page: Opener, path: str):
    page = open_page(820, 1180, touch=True, path=path, bare=True)
    page.tap(".ll-change")
    page.wait_for_function(SETTLED)
    assert abs(box(page, ".ll-timeline")["bottom"] - 1180) < 1
    assert box(page, ".ll-chart")["bottom"] < box(page, ".ll-sheet")["y"]
    page.tap(".ll-change")
    page.wait_for_function(f"!({OPEN})")


def test_the_sheet_is_no_part_of_a_desktop_or_a_presentation(open_page: Opener):
    page = open_page(1440, 900, at="5")
    assert not page.locator(".ll-change, .ll-rooms, .ll-sheet").locator("visible=true").count()
    page = open_page(820, 1180, present="1", at="5")
    assert not page.locator(".ll-change, .ll-sheet, .stSidebar").locator("visible=true").count()
