"""Fingers, wide text, windows of a few lines: targets of 44 px, nothing cut, a stage that can be used."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PAINTED

pytestmark = pytest.mark.browser
ROOMS = {"": {"at": "100"}, "train": {"at": "100", "n1": "mlp", "n2": "mlp~depth~3"},
         "gradients": {"at": "6", "depth": "6", "c1": "tanh", "c2": "relu~weight~1.414"}}  # fmt: skip
SMALL = """() => {
  const all = document.querySelectorAll('.ll-player :is(button, input, summary), .ll-chrome button, .ll-picker button,'
    + ' .ll-more,'
    + ' .stSidebar :is(button, summary, input[type=number], .stSlider [role=group]),'
    + ' .stAppHeader :is(a, button)');
  return [...all].filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      && !each.closest('[data-testid=stTooltipIcon], [data-testid=stMainMenu]'))
    .map((each) => [each.getBoundingClientRect(), each])
    .filter(([box]) => box.width && (box.width < 43.5 || box.height < 43.5))
    .map(([box, each]) => `${Math.round(box.width)}x${Math.round(box.height)} ${each.outerHTML.slice(0, 120)}`);
}"""
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""
CUT = """() => [...document.querySelectorAll('.ll-player *, .ll-chrome *, .ll-picker *, .ll-more')].filter((each) => {
  if (!each.checkVisibility({ visibilityProperty: true })) return false;
  if (each.closest('.ll-aloud, .ll-plot, .ll-hint, caption, .ll-scale, .ll-marks, svg')) return false;
  const style = getComputedStyle(each);
  if (style.clipPath !== 'none' || !each.textContent.trim() || each.matches('input')) return false;
  const hides = (axis) => ['hidden', 'clip'].includes(style[axis]);
  const wide = hides('overflowX') && each.scrollWidth > each.clientWidth + 1;
  return wide || (hides('overflowY') && each.scrollHeight > each.clientHeight + 1);
}).map((each) => each.outerHTML.slice(0, 160))"""


@pytest.fixture
def open_touch(server: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as a device with fingers does."""
    contexts = []

    def opened(width: int, height: int, path: str = "", **params: str) -> Page:
        size: Any = {"width": width, "height": height}
        context = browser.new_context(viewport=size, has_touch=True, is_mobile=True, bypass_csp=True)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{server}/{path}?{urlencode(params)}")
        page.wait_for_function(PAINTED, timeout=120_000)
        page.wait_for_function("!document.querySelector('.ll-training')", timeout=240_000)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("path", ROOMS)
@pytest.mark.parametrize("size", [(360, 740), (1440, 900)])
def test_targets_are_as_large_as_a_finger(open_touch: Callable[..., Page], path: str, size: tuple[int, int]):
    page = open_touch(*size, path, **ROOMS[path])
    assert not page.evaluate(SMALL)
    if (change := page.locator(".ll-change")).is_visible():
        change.click()
        page.wait_for_function("document.querySelector('.stSidebar').getBoundingClientRect().left >= 0")  # it slides
        page.wait_for_function("document.querySelector('.stSidebar').getBoundingClientRect().width > 300")
        assert not page.evaluate(SMALL)


@pytest.mark.parametrize("path", ROOMS)
@pytest.mark.parametrize("size", [(360, 740), (1440, 900)])
def test_wider_text_is_not_cut(open_page: Callable[..., Page], path: str, size: tuple[int, int]):
    page = open_page(*size, path=path, **ROOMS[path])
    page.wait_for_function("!document.querySelector('.ll-training')", timeout=240_000)
    page.add_style_tag(content=SPACED)
    page.wait_for_timeout(300)  # what it moves has moved
    assert not page.evaluate(CUT)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", ROOMS)
def test_a_window_of_a_few_lines_leaves_the_stage_usable(open_touch: Callable[..., Page], path: str):
    page = open_touch(320, 256, path, **ROOMS[path])
    page.locator(".ll-table, .ll-chart").first.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    free = page.evaluate("""Array.from({ length: 256 }, (_, y) => document.elementFromPoint(160, y))
      .filter((hit) => !hit?.closest('.stAppHeader, .ll-timeline, .ll-chrome')).length""")
    assert free >= 200, "of 256 lines"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# Pairs of parts of the stage that lie over each other, and plots too low to read.
CROWDED = """(() => {
  const seen = [...document.querySelectorAll(".ll-body > *")].filter((el) => el.checkVisibility({ visibilityProperty: true }));
  const boxes = seen.flatMap((el) => [el, ...el.querySelectorAll(".main-svg")].map((part) => [el, part.getBoundingClientRect()]));
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 4 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  const pairs = boxes.flatMap(([el, a]) => boxes.filter(([other, b]) => el !== other && over(a, b)).map(([other]) => [el.className, other.className]));
  const low = seen.filter((el) => el.querySelector(".ll-plot")?.clientHeight < 90).map((el) => el.className);
  return [...pairs, ...low];
})()"""  # noqa: E501


@pytest.mark.parametrize("path", ROOMS)
@pytest.mark.parametrize("size", [(960, 540), (1280, 600), (768, 560)])
def test_a_low_window_crowds_nothing(open_page: Callable[..., Page], path: str, size: tuple[int, int]):
    page = open_page(*size, path=path, **ROOMS[path])
    page.wait_for_function("!document.querySelector('.ll-training')", timeout=240_000)
    assert page.evaluate(CROWDED) == []
