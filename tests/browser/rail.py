"""What the tests do with the rail: every control, by its key, as a visitor with a mouse and a keyboard moves it."""

from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Page, TimeoutError

from tests.browser.page import PATIENCE, link, painted

R = TypeVar("R")
KINDS = ("stSlider", "stNumberInput", "stCheckbox", "stSelectbox")
_KEYS = """kind => [...document.querySelectorAll('.stSidebar .stElementContainer:has(.' + kind + ')')]
    .map(each => [...each.classList].find(name => name.startsWith('st-key-'))?.slice(7)).filter(Boolean)"""
_DONE = "p.ready && document.querySelector('.ll-player:not(.ll-training)')"


def over(page: Page, than: str = "") -> None:
    """Waits for the end of the work on a picture other than ``than``; its program may have to be compiled."""
    page.wait_for_function(f"(p => p.key !== '{than}' && {_DONE})(window.player.get())", timeout=3 * PATIENCE)


def unfold(page: Page) -> None:
    """Opens everything that is folded in the rail."""
    while (folded := page.locator(".stSidebar details:not([open]) > summary")).count():
        folded.first.click()


def keys(page: Page, kind: str) -> list[str]:
    """The keys of all widgets of a kind."""
    return page.evaluate(_KEYS, kind)


def shown(page: Page) -> dict[str, str]:
    """What every control of the rail shows."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.stSidebar .stElementContainer input')].map(each =>
        [[...each.closest('.stElementContainer').classList].find(name => name.startsWith('st-key-')),
         each.type === 'checkbox' ? String(each.checked) : each.value]))"""
    )


def stays(page: Page, act: Callable[[], object], seconds: float) -> dict[str, str]:
    """Acts, and holds the link so long after the end of the work to what it was right after the act."""
    old, before = page.url, painted(page)["key"]
    act()
    page.wait_for_function("old => location.href !== old", arg=old, timeout=PATIENCE)
    right = link(page)
    over(page, before)
    page.wait_for_timeout(1000 * seconds)
    over(page)
    assert link(page) == right
    return right


def slide(page: Page, key: str, press: str = "") -> None:
    """Moves a slider a tenth of its way, or by a key of the keyboard."""
    slider = page.locator(f".st-key-{key} input")
    at_end = float(slider.input_value()) > float(slider.get_attribute("max") or 0) / 2
    slider.press(press or ("PageDown" if at_end else "PageUp"))


def fill(page: Page, key: str) -> None:
    """Types another number into a box."""
    box = page.locator(f".st-key-{key} input")
    low, high = (float(box.get_attribute(end) or 0) for end in ("min", "max"))
    now = float(box.input_value())
    steps = (20, -20, 1, -1, 0.05, -0.05)  # those of a training come in twenties
    new = next(now + each for each in (*steps, -now / 2) if low <= now + each <= high)
    box.fill(f"{new:.6g}")
    box.press("Enter")


def _with_options(page: Page, key: str, act: Callable[[Page], R]) -> R:
    """Opens a select box and acts on its options; while the rail is drawn again it may close at once."""
    for _ in range(10):
        page.locator(f".st-key-{key} input").press("ArrowDown")
        try:
            page.get_by_role("option").first.wait_for(timeout=3000)
            return act(page)
        except TimeoutError:
            continue
    raise AssertionError(f"{key} does not stay open, or lacks the option")


def options(page: Page, key: str) -> list[str]:
    """What a select box offers beside what it shows."""
    select = page.locator(f".st-key-{key} input")
    now = select.input_value()
    all_ = _with_options(page, key, lambda page: page.get_by_role("option").all_inner_texts())
    select.press("Escape")
    return [each for each in all_ if each != now]


def select(page: Page, key: str, option: str) -> None:
    """Chooses an option by its words."""
    _with_options(page, key, lambda page: page.get_by_role("option", name=option, exact=True).click(timeout=3000))


def tile(page: Page, name: str) -> None:
    """Chooses a tile, once all of them are in sight."""
    if not page.locator(f".ll-tile[data-name={name}]").count():
        page.click(".ll-gallery .ll-more")
    page.click(f".ll-tile[data-name={name}]")


def press(page: Page, key: str) -> None:
    page.click(f".st-key-{key} button")


def begin(page: Page, title: str) -> None:
    """Begins a starter, once all of them are in sight."""
    row = page.locator(".ll-starter", has=page.get_by_text(title, exact=True))
    if not row.is_visible():
        page.click(".ll-starters .ll-more")
    row.click()


def choose(page: Page, words: str) -> None:
    """Chooses a pill or a segment by its words."""
    page.locator(".stSidebar .stButtonGroup button").get_by_text(words, exact=True).first.click()
