"""A first visit: what to try is offered, nothing is told before it is seen, and a dragged knob says its value."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page

from experiments.starters import GRADIENTS, RACE, TRAIN
from tests.browser.page import PATIENCE, drawn, link, painted, settled, wait, wait_for_link

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
ROOMS = {"": RACE, "train": TRAIN, "gradients": GRADIENTS}
SENTENCE, NEXT = ".ll-sentence h1", ".ll-starter em"


def go_to(page: Page, step: int) -> None:
    page.locator(".ll-track input").fill(str(step))
    wait(page, f"p.step === {step}")
    drawn(page)


def said(page: Page) -> str:
    drawn(page)
    return page.inner_text(SENTENCE)


def test_the_result_is_told_when_the_playhead_has_come_to_it(open_page: Opener):
    page = open_page(bare=True)
    assert page.locator(".ll-starter[aria-current] b").inner_text() == RACE[0].title
    page.locator(".ll-player").press("Home")
    assert (
        said(page)
        == "Three runs set out from one point: which will be the first to be within 0.001 of the lowest point?"
    )
    assert "not yet" in page.inner_text(".ll-table tbody")
    assert page.locator(".ll-marks > span").count() == 0, "no mark of what comes"
    assert not page.locator(NEXT).nth(1).is_visible()
    page.locator(".ll-player").press("ArrowRight")
    assert "lead" in said(page)
    height = page.locator(".ll-sentence").bounding_box()
    page.locator(".ll-player").press("End")
    assert " and stays" in said(page)
    assert page.locator(".ll-marks > span").count() == 2
    assert page.locator(NEXT).nth(1).is_visible(), "and what to look at next"
    assert page.locator(".ll-sentence").bounding_box() == height, "nothing moved"
    page.locator(".ll-player").press("ArrowLeft")
    assert " and stays" not in said(page)
    assert page.locator(".ll-marks > span").count() == 2, "once seen, the end is known"


# The words that stand on the map: text, left edge, middle and width.
WORDS = """
const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
const onMap = (ctx) => ctx.canvas.closest?.(".ll-area-map");
Object.assign(CanvasRenderingContext2D.prototype, {
  clearRect(...box) {
    if (onMap(this)) window.words = [];
    clearRect.apply(this, box);
  },
  fillText(text, x, y, ...most) {
    if (onMap(this)) window.words.push([text, x, y, this.measureText(text).width]);
    fillText.call(this, text, x, y, ...most);
  },
});
"""


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (360, 740)])
def test_heads_have_names_on_the_map_until_the_end_is_seen(open_page: Opener, size: tuple[int, int]):
    page = open_page(*size, before=WORDS, touch=size[0] < 768, **{**RACE[0].link, "at": "0"})
    runs = ("Gradient descent", "Momentum", "Adam")
    for step in (20, 60, 150):
        go_to(page, step)
        words = page.evaluate("window.words.filter(([text]) => text.length > 1)")
        assert {text for text, *_ in words} >= {*runs, "start"}
        for i, (text, x, y, width) in enumerate(words):
            assert all(
                x >= other[1] + other[3] or other[1] >= x + width or abs(y - other[2]) >= 11 for other in words[:i]
            ), text
    go_to(page, 160)
    go_to(page, 150)
    assert not {text for text, *_ in page.evaluate("window.words")} & {*runs}, "once seen, the table tells them apart"


def test_who_is_first_is_asked_only_until_it_is_known(open_page: Opener):
    page = open_page(surface="easom", at="0", before=WORDS.replace(".ll-area-map", ".ll-area-loss"))
    asked = "window.words.some(([text]) => text === 'who reaches the line first?')"
    for step, open_yet in ((5, True), (60, False)):
        go_to(page, step)
        assert page.evaluate(asked) == open_yet


FIRST = """addEventListener('DOMContentLoaded', () => {
  const look = () => {
    const painted = window.player?.get();
    if (painted?.ready && window.first === undefined) window.first = painted.step;
    requestAnimationFrame(look);
  };
  look();
});"""


@pytest.mark.parametrize("path", ROOMS)
def test_the_clock_starts_when_the_pictures_are_there(open_page: Opener, path: str):
    page = open_page(path=path, bare=True, before=FIRST)
    wait(page, "p.step > 0")
    assert page.evaluate("window.first") == 0


def test_what_a_gradient_came_to_stands_beside_its_curve_at_the_end(open_page: Opener):
    page = open_page(path="gradients", bare=True, at="3")
    settled(page)
    told = "document.querySelector('.ll-table tbody').textContent"
    assert "a layer" not in said(page)
    before = page.evaluate(told)
    page.locator(".ll-player").press("End")
    drawn(page)
    assert "of the gradient per layer on average" in said(page)
    assert "×0.233" in page.evaluate(told)
    assert "×0.233" not in before


def test_a_link_can_tell_at_once(open_page: Opener):
    page = open_page(at="0", tell="1")
    assert " and stays" in said(page)
    assert page.locator(".ll-marks > span").count() > 0


def test_a_shared_step_shows_what_was_seen(open_page: Opener):
    page = open_page(at="20")
    page.locator(".ll-player").press("End")
    drawn(page)
    page.locator(".ll-player").press("ArrowLeft")
    page.get_by_role("button", name="Share link").click()
    page.wait_for_function("document.querySelector('.ll-said').textContent === 'Link copied'")
    shared = page.evaluate("navigator.clipboard.readText()")
    assert "tell=1" in shared
    assert "at=499" in shared


@pytest.mark.parametrize("path", ROOMS)
def test_every_room_offers_starters_that_are_links(open_page: Opener, path: str):
    page = open_page(path=path, bare=True)
    settled(page)
    titles = page.locator(".ll-starter b").all_inner_texts()
    assert titles[:5] == [each.title for each in ROOMS[path]][:5]
    page.locator(".ll-starter").nth(1).click()
    page.wait_for_function("document.querySelectorAll('.ll-starter')[1].ariaCurrent === 'true'", timeout=PATIENCE)
    wait_for_link(page, "v")
    assert link(page) == ROOMS[path][1].link


def test_a_starter_plays_from_its_start_and_a_click_on_the_map_drops_the_ball(open_page: Opener):
    page = open_page(bare=True)
    page.locator(".ll-player").press("End")
    page.locator(".ll-starter").nth(1).click()
    wait_for_link(page, "r2")
    wait(page, "p.playing || p.step === 80")
    page.locator(".ll-player").press("End")
    box = page.locator(".ll-area-map .nsewdrag").bounding_box()
    assert box
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"])
    wait(page, "p.playing || p.step === 80")
    page.wait_for_function("Number(new URL(location.href).searchParams.get('x')) > 0", timeout=PATIENCE)


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (820, 1180), (360, 740)])
@pytest.mark.parametrize("rule", ["gradient_descent", "adam", "adadelta"])
def test_the_rates_under_the_drag_are_apart(open_page: Opener, rule: str, size: tuple[int, int]):
    page = open_page(*size, at="5", steps="20", r1=rule)
    wait(page, "p.ready")
    boxes = page.eval_on_selector_all(
        ".ll-decade", "all => all.map(each => [each.getBoundingClientRect().left, each.getBoundingClientRect().right])"
    )
    assert boxes
    assert all(right + 2 < left for (_, right), (left, _) in pairwise(boxes))


def test_a_double_click_moves_no_start(open_page: Opener):
    page = open_page(surface="himmelblau", at="5", steps="60")
    before = link(page)
    box = page.locator(".ll-area-map .nsewdrag").bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"])
    page.wait_for_timeout(1500)
    assert link(page) == before
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"])
    page.wait_for_function("Number(new URL(location.href).searchParams.get('x')) > 0", timeout=PATIENCE)


def test_a_presentation_has_slides_by_click_and_key_from_anywhere(open_page: Opener):
    page = open_page(1024, 768, bare=True, present="1")
    title = ".ll-slides b"
    assert page.inner_text(title) == RACE[0].title
    page.locator(".ll-slides .ll-after").click()
    page.wait_for_function(f"document.querySelector('{title}').innerText === '{RACE[1].title}'", timeout=PATIENCE)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("PageDown")
    page.wait_for_function(f"document.querySelector('{title}').innerText === '{RACE[2].title}'", timeout=PATIENCE)
    page.keyboard.press("4")
    page.wait_for_function(f"document.querySelector('{title}').innerText === '{RACE[3].title}'", timeout=PATIENCE)
    wait(page, "p.playing")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    wait(page, "!p.playing")
    drawn(page)
    here = painted(page)["step"]
    assert page.locator(".ll-speeds").is_visible()
    page.keyboard.press("+")
    drawn(page)
    assert page.locator(".ll-speeds [aria-pressed=true]").inner_text() == "2×"
    page.keyboard.press("PageUp")
    page.wait_for_function(f"document.querySelector('{title}').innerText === '{RACE[2].title}'", timeout=PATIENCE)
    page.keyboard.press("PageDown")
    page.wait_for_function(f"document.querySelector('{title}').innerText === '{RACE[3].title}'", timeout=PATIENCE)
    wait(page, f"p.step === {here} && !p.playing")
    cut = "[...document.querySelectorAll('.ll-slides *')].some((each) => each.scrollWidth > each.clientWidth + 1)"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not page.evaluate(cut)


def test_a_dragged_knob_says_its_value_and_sends_it_on_release(open_page: Opener):
    page = open_page(at="20")
    slider = page.locator(".st-key-run4_adam_learning_rate_slider [role=group]").bounding_box()
    knob = page.locator("[class*=st-key-knob_][class*=run4_adam_learning_rate]")
    assert slider
    y = slider["y"] + slider["height"] / 2
    thumb = page.locator(".st-key-run4_adam_learning_rate_slider input").evaluate(
        "each => { const { left, width } = each.closest('[role=group]').getBoundingClientRect();"
        " return left + (width * each.value) / 240; }"
    )
    page.mouse.move(thumb, y)
    page.mouse.down()
    page.mouse.move(thumb - 40, y, steps=4)
    page.wait_for_function("document.querySelector('[class*=st-key-knob_][data-moving]') !== null")
    moving = float(knob.get_attribute("data-moving") or 0)
    assert "r5" not in link(page)
    page.mouse.up()
    assert float(wait_for_link(page, "r5").split("~")[-1]) == pytest.approx(moving, rel=0.2)
    page.wait_for_function("document.querySelector('[class*=st-key-knob_][data-moving]') === null", timeout=PATIENCE)


def test_the_loss_has_a_fitted_axis_and_the_whole_one(open_page: Opener):
    page = open_page(at="20", tell="1")
    ends = "document.querySelector('.ll-area-loss .ll-plotly')._fullLayout.yaxis.range.join()"
    low, high = map(float, page.evaluate(ends).split(","))
    assert low == -4
    page.get_by_role("button", name="Full range").click()
    page.wait_for_function(f"{ends}.startsWith('-12,')")
    page.get_by_role("button", name="Fitted").click()
    page.wait_for_function(f"{ends} === '{low:g},{high:g}'")


def test_a_phone_has_the_starters_under_the_sentence(open_page: Opener):
    page = open_page(360, 740, touch=True, bare=True)
    chips = page.locator(".ll-slides li button")
    assert chips.first.is_visible()
    chips.nth(1).tap()
    wait_for_link(page, "r3")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
