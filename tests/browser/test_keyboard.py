"""The keyboard alone: the focus is never lost, never hidden, and goes where it is expected."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.page import PATIENCE, drawn, painted, settled, wait, wait_for_link

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
ROOMS = ("", "train", "gradients")
# What has the focus, and what of it is covered: its middle, and a pixel inside of its upper and lower edge.
FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const shown = element.closest('[role=group]:has(> * > * > * > input[type=range]), .stSlider') ?? element;
  const { left, top, width, height } = shown.getBoundingClientRect();
  const bars = (y) => document.elementFromPoint(left + width / 2, y)?.closest('.stAppHeader, .ll-timeline, .ll-chrome');
  const tall = height > innerHeight;
  const covered = [top + 1, top + height / 2, top + height - 1].filter((y) => bars(y) && !bars(y).contains(shown));
  const out = !tall && (top < -1 || top + height > innerHeight + 1);
  const name = element.getAttribute('aria-label') ?? element.innerText?.slice(0, 30) ?? '';
  return { tag: element.tagName, name, key: element.dataset.name ?? null, covered: tall ? 0 : covered.length, out,
           rail: Boolean(element.closest('.stSidebar')), whole: element.matches('.ll-player, .stMain') };
}"""


def walk(page: Page, most: int = 120) -> list[dict]:
    """Every element that Tab comes to, from the top of the page until it leaves it."""
    page.evaluate("document.activeElement?.blur?.()")
    seen: list[dict] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        page.wait_for_timeout(60)  # what scrolls has scrolled
        at = page.evaluate(FOCUSED)
        if at is None and seen:
            break
        if at is not None:
            seen.append(at)
    return seen


def keeps_focus(page: Page, expression: str) -> None:
    """What is meant has the focus, if not at once then with a later frame, and keeps it in the next two."""
    has = f"(element => {expression})(document.activeElement)"
    page.wait_for_function(has, timeout=PATIENCE)
    drawn(page)
    assert page.evaluate(has)


@pytest.mark.parametrize("path", ROOMS)
@pytest.mark.parametrize("size", [(360, 740), (320, 640), (720, 450), (320, 256), (1024, 768), (960, 540)])
def test_what_has_the_focus_is_never_covered(open_page: Opener, path: str, size: tuple[int, int]):
    page = open_page(*size, path=path, at="5")
    settled(page)
    stops = walk(page)
    assert len(stops) > 6
    assert not [at for at in stops if (at["covered"] or at["out"]) and not at["whole"]]
    if size[0] < 768:
        assert not [at for at in stops if at["rail"]], "the rail is folded away"


@pytest.mark.parametrize("path", ROOMS)
def test_every_stop_shows_that_it_has_the_focus(open_page: Opener, path: str):
    page = open_page(path=path, at="5")
    settled(page)
    page.add_style_tag(content="* { transition: none !important; }")
    page.keyboard.press("Tab")
    bare = page.evaluate("""async () => {
      const look = (element) => {
        const near = [element, ...element.querySelectorAll('*')].slice(0, 12);
        for (let up = element.parentElement; up && near.length < 20; up = up.parentElement) near.push(up);
        const drawn = (s) =>
          [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor];
        return near.map((each) => drawn(getComputedStyle(each)).join()).join('|');
      };
      const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const all = [...document.querySelectorAll('a[href], button, input:not([type=range]), summary')];
      const seen = (each) => each.checkVisibility({ visibilityProperty: true });
      const bare = [];
      for (const each of all.filter((each) => seen(each) && !each.disabled && each.tabIndex >= 0)) {
        document.activeElement.blur();
        await drawn();
        const before = look(each);
        each.focus({ preventScroll: true, focusVisible: true });
        await drawn();
        if (document.activeElement === each && look(each) === before) bare.push(each.outerHTML.slice(0, 160));
      }
      return bare;
    }""")
    assert not bare


def test_a_gallery_answers_to_arrows_and_keeps_the_focus(open_page: Opener):
    page = open_page(at="20")
    assert page.locator(".ll-tile[tabindex='0']").count() == 1, "one stop in the tab order"
    page.focus(".ll-tile[data-name=rosenbrock]")
    page.keyboard.press("ArrowLeft")
    keeps_focus(page, "element.dataset.name === 'himmelblau'")
    assert wait_for_link(page, "surface") == "himmelblau"
    page.wait_for_function("document.querySelector('.ll-sentence p').innerText.startsWith('Himmelblau')")
    keeps_focus(page, "element.dataset.name === 'himmelblau'")  # what was chosen still has the focus
    keeps_focus(page, "element.getAttribute('aria-checked') === 'true'")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    keeps_focus(page, "element === element.parentElement.lastElementChild")  # it goes round


@pytest.mark.parametrize(("path", "name"), [("", "rastrigin"), ("train", "spirals")])
def test_choosing_a_tile_keeps_the_focus(open_page: Opener, path: str, name: str):
    page = open_page(path=path, at="5")
    settled(page)
    before = painted(page)["key"]
    page.focus(f".ll-tile[data-name={name}]")
    page.keyboard.press("Enter")
    wait(page, f"p.key !== '{before}'")
    settled(page)
    keeps_focus(page, f"element.dataset.name === '{name}'")


def test_all_and_fewer_keep_the_focus(open_page: Opener):
    page = open_page(at="20")
    page.focus(".ll-gallery .ll-more")
    for words in ("Fewer", "All 23"):
        page.keyboard.press("Enter")
        page.wait_for_function("words => document.querySelector('.ll-gallery .ll-more').innerText === words", arg=words)
        keeps_focus(page, "element.className === 'll-more'")


def test_dismissed_notices_hand_the_focus_to_the_headline(open_page: Opener):
    page = open_page(surface="nowhere", at="20")
    page.get_by_role("button", name="Dismiss").focus()
    page.keyboard.press("Enter")
    keeps_focus(page, "element.tagName === 'H1'")


def test_escape_leaves_a_presentation_from_anywhere_and_the_button_has_the_focus(open_page: Opener):
    page = open_page(1024, 768, at="20")
    # in full screen Escape is the browser's own; a frame that may not fill the screen presents without
    page.evaluate("void (document.documentElement.requestFullscreen = () => Promise.reject(new Error('no')))")
    page.focus(".ll-present")
    page.keyboard.press("Enter")
    page.wait_for_function("document.documentElement.classList.contains('ll-presenting')")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.documentElement.classList.contains('ll-presenting')")
    keeps_focus(page, "element.className === 'll-present'")


def test_a_legend_keeps_the_focus_while_a_training_reports(open_page: Opener):
    given = {"data": "digits", "n1": "cnn", "n2": "cnn~width~12", "r1": "adam", "r2": "adam", "steps": "2000"}
    page = open_page(path="train", wait=False, **given)
    page.wait_for_function("document.querySelectorAll('.ll-legend').length > 1", timeout=3 * PATIENCE)
    page.locator(".ll-legend").nth(1).focus()
    came = painted(page)["data"]
    wait(page, f"p.data > {came + 2}")
    keeps_focus(page, "element.className === 'll-legend'")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.ll-legend')[1].ariaPressed === 'false'")
    page.evaluate("document.querySelector('.ll-so-far button').click()")  # which may just be over


@pytest.mark.parametrize("width", [360, 1440])
def test_the_rail_takes_and_gives_back_the_focus(open_page: Opener, width: int):
    page = open_page(width, 740, at="20")
    fold, unfold = "[data-testid=stSidebarCollapseButton] button", "[data-testid=stExpandSidebarButton]"
    if width < 768:
        page.focus(".ll-change")
        page.keyboard.press("Enter")
        page.wait_for_selector(".ll-sheet nav button")
        assert any(at["rail"] for at in walk(page))
        page.focus(".ll-sheet nav button")
        page.keyboard.press("Escape")
        page.wait_for_function("document.activeElement.matches('.ll-change[aria-expanded=false]')")
        assert not any(at["rail"] for at in walk(page))
        return
    page.focus(fold)
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.dataset.testid === 'stExpandSidebarButton'")
    page.focus(unfold)
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.closest('[data-testid=stSidebarCollapseButton]')")


def test_a_removed_run_hands_the_focus_on(open_page: Opener):
    page = open_page(at="20")
    page.focus(".st-key-remove_4 button")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('[class*=st-key-chip_]').length === 4")
    page.wait_for_function("document.activeElement.closest('.stSidebar')")
