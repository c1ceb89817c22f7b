"""What is seen without scrolling: a presentation is one screen, and what a desktop's visitor needs is on the first."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import rail

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
# Panels that are seen and do not end above the timeline, or reach over the edge.
CUT = """() => {
  const dock = document.querySelector('.ll-timeline').getBoundingClientRect();
  return [...document.querySelectorAll('.ll-panel')]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.matches('.ll-aloud'))
    .map((each) => [each.dataset.id ?? each.className, each.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.bottom > dock.top + 1 || box.right > innerWidth + 1 || box.height < 20))
    .map(([id, box]) => `${id}: ${Math.round(box.top)} to ${Math.round(box.bottom)} of ${Math.round(dock.top)}`);
}"""


@pytest.mark.parametrize(("path", "given"), [
    ("", {}), ("train", {}), ("train", {"data": "digits", "n1": "cnn", "n2": "mlp", "steps": "40"}), ("gradients", {}),
    ("gradients", {"mode": "time"}), ("gradients", {"mode": "dying"}),
])  # fmt: skip
def test_a_presentation_is_one_screen(open_page: Opener, path: str, given: dict[str, str]):
    page = open_page(1024, 768, path=path, present="1", at="5", **given)
    rail.over(page)
    assert page.evaluate("document.querySelector('.stMain').scrollHeight <= innerHeight + 1")
    assert not page.evaluate(CUT)


@pytest.mark.parametrize(("path", "keys"), [("", ["steps_slider"]), ("gradients", ["matter"])])
def test_what_is_set_first_is_on_the_first_screen(open_page: Opener, path: str, keys: list[str]):
    page = open_page(1440, 900, path=path, bare=True)
    for key in keys:
        box = page.locator(f".stSidebar .st-key-{key}").first.bounding_box()
        assert box, key
        assert box["y"] + box["height"] <= 900, key
