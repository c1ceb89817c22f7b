"""The running app and a real browser: one server and one Chromium for all journeys, a fresh window for each."""

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.servers import serving

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
PAINTED = "window.player?.get().ready === true"
# With LATE=1500 set, each answer comes so many ms late: a test that fails then waits for what held before.
LATE = """
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", (event) => {
      if (event.late) return;
      event.stopImmediatePropagation();
      const again = Object.assign(new MessageEvent("message", { data: event.data }), { late: true });
      setTimeout(() => this.dispatchEvent(again), %s);
    });
  }
};
"""


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "a Chromium is needed; `make browser` installs one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(server: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the page with query parameters; in the end nothing went to another host or to the error console."""
    contexts, faults = [], []

    def opened(width: int = 1440, height: int = 900, *, path: str = "", wait: bool = True, scheme: str = "light",
               motion: str = "no-preference", policy: bool = False, forced: str = "none",
               contrast: str = "no-preference", touch: bool = False, before: str = "", bare: bool = False,
               **params: str) -> Page:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # pyright: ignore[reportArgumentType]
            reduced_motion=motion,  # pyright: ignore[reportArgumentType]
            forced_colors=forced,  # pyright: ignore[reportArgumentType]
            contrast=contrast,  # pyright: ignore[reportArgumentType]
            has_touch=touch,
            permissions=["clipboard-read", "clipboard-write"],
            bypass_csp=not policy,  # Playwright waits for an expression by eval, which the page's policy forbids
        )
        contexts.append(context)
        page = context.new_page()
        for script in filter(None, (before, LATE % late if (late := os.environ.get("LATE")) else "")):
            page.add_init_script(script)
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.on("request", lambda r: faults.append(r.url) if not _is_ours(r.url, server) else None)
        params = params if bare else {"v": "1", **params}  # a bare link opens the room's first starter
        page.goto(f"{server}/{path}?{urlencode(params)}" if params else f"{server}/{path}")
        if wait:
            page.wait_for_function(PAINTED, timeout=120_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, faults


def _is_ours(url: str, server: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob") or parts.netloc == urlsplit(server).netloc
