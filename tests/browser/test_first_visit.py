"""What a first visit fetches: counted in a browser whose cache is empty, in every room; no clock is asked."""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.browser.conftest import PAINTED
from tests.browser.page import PATIENCE

pytestmark = pytest.mark.browser
MOST_REQUESTS, MOST_BYTES = 120, 3_300_000
FONTS = {"SourceSansVF-Upright", "SourceSerifVariable-Roman"}
# Streamlit's elements and libraries that no room shows, or only when it is asked to
UNSHOWN = {"PlotlyChart", "DataFrame", "ArrowVegaLiteChart", "embed", "katex", "rehype-katex", "arrowFormatUtils",
           "StreamlitSyntaxHighlighter", "DeckGlJsonChart", "DateField"}  # fmt: skip
QUIET_MS = 1500
ROOMS = ["", "train", "gradients", "train?data=digits&n1=cnn"]


class Visit(NamedTuple):
    files: Counter[str]  # path -> how often it was fetched
    requests: int
    received: int  # bytes of all answers, with their headers
    messages: int  # bytes of the websocket's payloads


def first_visit(browser: Browser, address: str) -> Visit:
    """Opens an address in a window of its own and waits until nothing comes any more."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page, done, messages = context.new_page(), list[Request](), [0]
    page.on("requestfinished", lambda request: done.append(request))
    page.on("websocket", lambda socket: _count(socket, messages))
    page.goto(address)
    page.wait_for_function(PAINTED, timeout=PATIENCE)
    page.wait_for_function("document.fonts.check('22px \"Source Serif\"') && document.fonts.status === 'loaded'")
    _until_quiet(page, done, messages)
    there = [request for request in done if urlsplit(request.url).scheme == "http"]
    sizes = [request.sizes() for request in there]
    context.close()
    received = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    return Visit(Counter(urlsplit(r.url).path for r in there), len(there) + 1, received, messages[0])


def _count(socket, messages: list[int]) -> None:
    for event in ("framereceived", "framesent"):
        socket.on(event, lambda data: messages.__setitem__(0, messages[0] + len(data)))


def _until_quiet(page: Page, done: list[Request], messages: list[int]) -> None:
    seen = None
    while seen != (seen := (len(done), messages[0])):
        page.wait_for_timeout(QUIET_MS)


def stem(path: str) -> str:
    return Path(path).name.partition(".")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_a_first_visit_is_light(server, browser, room):
    """Streamlit's scripts raw, the player in fifty files and fonts for single signs were 168 requests and 6.1 MB.

    Somebody was here before, so that nothing depends on how long a training took.
    """
    first_visit(browser, f"{server}/{room}")
    visit = first_visit(browser, f"{server}/{room}")
    assert visit.requests <= MOST_REQUESTS
    assert visit.received + visit.messages <= MOST_BYTES
    assert visit.messages <= 250_000
    assert {stem(path) for path in visit.files if path.endswith((".woff2", ".ttf"))} == FONTS
    assert not UNSHOWN & {stem(path) for path in visit.files}
    ours = [re.sub(r"/[0-9a-f]{12}/", "/", path) for path in visit.files if path.startswith("/player/")]
    assert sorted(ours) == ["/player/player.css", "/player/player.js", "/player/plotly.min.js"]
    assert [path for path, times in visit.files.items() if times > 1] == [], "fetched twice"


def test_what_the_page_names_early_is_used(server, browser):
    """A hint for what no room asks for would be fetched for nothing: the browser says so."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.goto(server)
    page.wait_for_function(PAINTED, timeout=PATIENCE)
    page.wait_for_timeout(6000)  # Chromium complains five seconds after the page is loaded
    asked = page.evaluate("performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname)")
    named = page.evaluate("[...document.querySelectorAll('link[rel*=preload]')].map((l) => new URL(l.href).pathname)")
    context.close()
    assert not [line for line in said if "preload" in line]
    assert set(named) <= set(asked)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_rails_signs_are_drawn_without_their_font(open_page, scheme):
    """Every sign has a mask of its own and a size; the word in it takes no room."""
    page = open_page(scheme=scheme)
    page.wait_for_selector(".st-key-reset [data-testid=stIconMaterial]", state="attached")
    signs = page.evaluate("""[...document.querySelectorAll('[data-testid="stIconMaterial"]')].map((sign) => {
        const style = getComputedStyle(sign), box = sign.getBoundingClientRect();
        return [sign.textContent, style.maskImage.slice(0, 9), box.width, box.height, sign.scrollWidth];
    })""")
    assert {word for word, *_ in signs} >= {"keyboard_double_arrow_left", "add", "expand_more", "expand_less", "close"}
    for word, mask, width, height, inside in signs:
        assert mask == 'url("data', word
        assert 12 <= width == height <= 24, word
        assert inside <= width, word
    masks = page.evaluate("""(words) => words.map((word) => getComputedStyle([...document.querySelectorAll(
        '[data-testid="stIconMaterial"]')].find((sign) => sign.textContent === word)).maskImage)""",
        ["expand_more", "expand_less"])  # fmt: skip
    assert masks[0] != masks[1]
