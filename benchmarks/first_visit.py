"""A first visit, with nothing in the browser's cache: what travels, and on a slow line when words and picture come.

Counted is what Chromium's own protocol counts: the bytes of every answer as they are on the line, headers included, and
the payloads of the websocket's frames, both ways. A redirect and the websocket's handshake are requests as well.
"""

import base64
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from benchmarks.browser import READY, chromium
from benchmarks.row import Row
from benchmarks.servers import serving

WORDS = "document.querySelector('.ll-sentence h1')?.textContent.trim().length > 0"
DOWN, LATENCY = 1.5e6 / 8, 150  # bytes a second, ms
MOST_BYTES, MOST_REQUESTS = 3_300_000, 120
WORDS_S, PICTURE_S = 11.5, 20.0  # half of what a first visit took on such a line before it was made lighter
_QUIET_S = 2.0  # without a byte: the visit is over


@dataclass
class Visit:
    """What came on a first visit."""

    files: dict[str, int] = field(default_factory=dict)  # path -> bytes on the line
    requests: int = 0  # the websocket's handshake is one
    messages: int = 0  # bytes of the websocket's payloads, both ways
    statuses: list[tuple[int, str]] = field(default_factory=list)
    words_s: float = float("nan")
    picture_s: float = float("nan")

    @property
    def bytes(self) -> int:
        """All that travelled."""
        return sum(self.files.values()) + self.messages


class _Watch:
    """Listens to a page's traffic."""

    def __init__(self, session) -> None:
        self.visit, self.last = Visit(), time.perf_counter()
        self._paths: dict[str, str] = {}
        self._open: set[str] = set()
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._loaded)
        session.on("Network.loadingFailed", self._failed)
        session.on("Network.webSocketCreated", self._connected)
        session.on("Network.webSocketFrameReceived", self._framed)
        session.on("Network.webSocketFrameSent", self._framed)

    def _asked(self, event: dict) -> None:
        url = urlsplit(event["request"]["url"])
        if url.scheme in ("http", "https"):
            self.visit.requests += 1
            self._paths[event["requestId"]] = url.path
            self._open.add(event["requestId"])
            self.last = time.perf_counter()

    def _answered(self, event: dict) -> None:
        response = event["response"]
        self.visit.statuses.append((response["status"], urlsplit(response["url"]).path))

    def _loaded(self, event: dict) -> None:
        self._open.discard(event["requestId"])
        path = self._paths.get(event["requestId"])
        if path is not None:
            self.visit.files[path] = self.visit.files.get(path, 0) + int(event["encodedDataLength"])
            self.last = time.perf_counter()

    def _failed(self, event: dict) -> None:
        self._open.discard(event["requestId"])

    @property
    def quiet(self) -> bool:
        """Whether nothing is on its way, and nothing has come for a while."""
        return not self._open and time.perf_counter() - self.last > _QUIET_S

    def _connected(self, event: dict) -> None:
        self.visit.requests += 1

    def _framed(self, event: dict) -> None:
        frame = event["response"]
        data = frame["payloadData"]
        self.visit.messages += len(base64.b64decode(data)) if frame["opcode"] == 2 else len(data.encode())
        self.last = time.perf_counter()


def first_visit(browser: Browser, address: str, *, slow: bool = False) -> Visit:
    """Opens an address in a window of its own, whose cache is empty, and watches until nothing comes any more.

    Args:
        browser: in which.
        address: what is opened.
        slow: whether on a line of 1.5 Mbit/s with 150 ms of latency.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    watch = _Watch(session)
    if slow:
        line = {"offline": False, "latency": LATENCY, "downloadThroughput": DOWN, "uploadThroughput": DOWN}
        session.send("Network.emulateNetworkConditions", line)
    begun = time.perf_counter()
    page.goto(address, wait_until="commit", timeout=120_000)
    page.wait_for_function(WORDS, timeout=180_000)
    watch.visit.words_s = time.perf_counter() - begun
    page.wait_for_function(READY, timeout=180_000)
    watch.visit.picture_s = time.perf_counter() - begun
    watch.last = time.perf_counter()  # what waits for the picture is asked for now
    while not watch.quiet:
        page.wait_for_timeout(200)
    context.close()
    return watch.visit


def rows() -> list[Row]:
    """A first visit on a line without limits, and on a slow one."""
    with sync_playwright() as playwright, serving("app.py") as app:
        browser = chromium(playwright)
        first_visit(browser, app.address)  # the server warms up
        plain = first_visit(browser, app.address)
        slow = first_visit(browser, app.address, slow=True)
        browser.close()
    light = plain.bytes <= MOST_BYTES and plain.requests <= MOST_REQUESTS
    soon = slow.words_s <= WORDS_S and slow.picture_s <= PICTURE_S
    travels = f"{plain.bytes / 1e6:.2f} MB in {plain.requests} requests"
    times = f"words {slow.words_s:.1f} s, picture {slow.picture_s:.1f} s"
    return [
        Row("first visit: what travels", travels, "", None,
            f"<= {MOST_BYTES / 1e6:.1f} MB in {MOST_REQUESTS} requests", light),
        Row("first visit at 1.5 Mbit/s and 150 ms", times, "", None, f"<= {WORDS_S:g} s and {PICTURE_S:g} s", soon),
    ]  # fmt: skip
