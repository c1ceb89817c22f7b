"""The browser that is measured in: the Chromium of the system, with the flags that a machine without a screen needs."""

import shutil

from playwright.sync_api import Browser, Page, Playwright

READY = "window.player?.get().ready === true"
_QUIET = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync"]  # fmt: skip
_DRAWN = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]  # WebGL for sure, and slowly


def chromium(playwright: Playwright, *, drawn: bool = True) -> Browser:
    """A running Chromium; without ``drawn`` it draws WebGL as it likes, which is how smoothness is judged."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    return playwright.chromium.launch(executable_path=path, args=_QUIET + _DRAWN if drawn else _QUIET)


def window(browser: Browser) -> Page:
    """A fresh window; Playwright waits for an expression by eval, which the page's policy forbids."""
    return browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
