"""What the journeys of all rooms ask of a page; waits are on what was painted, never on time."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Error, Page

PATIENCE = 120_000  # ms; nothing waits so long unless it hangs


def painted(page: Page) -> dict:
    """What the player painted last."""
    return page.evaluate("window.player.get()")


def wait(page: Page, condition: str) -> None:
    """Waits until a condition on what was painted holds, such as ``p.step > 3``; where it never does, says what was."""
    try:
        page.wait_for_function(f"(() => {{ const p = window.player.get(); return {condition}; }})()", timeout=PATIENCE)
    except Error as error:
        error.add_note(f"painted on {page.url}: {painted(page)}; {page.locator('.ll-player').count()} players")
        raise


def drawn(page: Page) -> None:
    """Waits until two frames have been drawn, so that what was done last is on the page."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))")


def settled(page: Page) -> None:
    """Waits until what was asked for is computed whole and every panel in sight is painted from it."""
    over = "document.querySelector('.ll-player:not(.ll-training, .ll-computing)')"
    page.wait_for_function(over, timeout=3 * PATIENCE)
    drawn(page)
    wait(page, "p.ready")


def params_of(url: str) -> dict[str, str]:
    """The parameters that an address carries."""
    return {key: values[-1] for key, values in parse_qs(urlsplit(url).query).items()}


def link(page: Page) -> dict[str, str]:
    """The parameters in the address bar."""
    return params_of(page.url)


def wait_for_link(page: Page, key: str, part: str = "") -> str:
    """A parameter of the address bar, once it is there and holds ``part``."""
    page.wait_for_function(f"new URL(location.href).searchParams.get('{key}')?.includes('{part}')", timeout=PATIENCE)
    return link(page)[key]


def swipe(page: Page, x: float, y: float, by_x: float, by_y: float) -> None:
    """A finger from a place of the page, by so many pixels."""
    session = page.context.new_cdp_session(page)
    places = [(x + by_x * i / 10, y + by_y * i / 10) for i in range(11)]
    for kind, place in zip(("touchStart", *["touchMove"] * 10), places, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": place[0], "y": place[1]}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
