"""What a visitor waits for, measured in the browser: slider release to picture, script time per frame, cold start."""

import statistics
import time
from collections.abc import Callable

from playwright.sync_api import Page, sync_playwright

from benchmarks.browser import READY, chromium, window
from benchmarks.row import Row, interleaved
from benchmarks.servers import Server, serving

# Times from the pointer's release to the frame in which the answer is on the screen.
_WATCH = """(changed) => {
  window.painted_after = null;
  addEventListener("pointerup", () => {
    const released = performance.now();
    const look = () => changed() ? requestAnimationFrame(() => (window.painted_after = performance.now() - released))
                                 : requestAnimationFrame(look);
    look();
  }, { once: true, capture: true });
}"""
_PLAYER_CHANGED = "(() => { const d = window.player.get().data; return () => window.player.get().data > d; })()"
_TEXT_CHANGED = """(() => { const t = () => document.querySelector('.stMain .stMarkdown').innerText;
                           const was = t(); return () => t() !== was; })()"""


def _release(page: Page, slider: str, changed: str, share: list[float]) -> float:
    """Clicks a slider at alternating places; milliseconds until the change is painted."""
    track = page.locator(f"{slider} [role=group]").bounding_box()
    assert track
    share.reverse()
    page.bring_to_front()  # a page in the background is given a frame a second
    page.wait_for_timeout(200)
    page.evaluate(f"({_WATCH})({changed})")
    page.mouse.click(track["x"] + share[0] * track["width"], track["y"] + track["height"] / 2)
    page.wait_for_function("window.painted_after !== null", timeout=60_000)
    page.wait_for_timeout(400)  # lets the page come to rest, so that one act does not pay for the last
    return page.evaluate("window.painted_after")


def _slider(page: Page, slider: str, changed: str, low: float, high: float) -> Callable[[], float]:
    share = [low, high]
    return lambda: _release(page, slider, changed, share)


def _open(browser, server: Server, query: str = "", ready: str = READY) -> Page:
    page = window(browser)
    page.goto(f"{server.address}/{query}")
    page.wait_for_function(ready, timeout=120_000)
    page.wait_for_timeout(1500)
    return page


def _release_rows(browser, app: Server, bare: Server, repeats: int) -> list[Row]:
    out = []
    simple = _open(browser, bare, ready="document.querySelector('.stMain .stMarkdown') !== null")
    cases = [
        ("a hyperparameter (landscape unchanged)", ".st-key-run4_adam_learning_rate_slider", "<= 2x", 2.0, (0.4, 0.6)),
        ("a shape parameter (a new surface)", ".st-key-shape_quadratic_condition_slider", "<= 6x", 6.0, (0.4, 0.6)),
    ]
    for name, slider, budget, most, (low, high) in cases:
        page = _open(browser, app, "?surface=quadratic&at=500")
        theirs_of = _slider(simple, ".stSlider", _TEXT_CHANGED, low, high)
        ours_of = _slider(page, slider, _PLAYER_CHANGED, low, high)
        for warm_up in (ours_of, ours_of, theirs_of):
            warm_up()
        mine, theirs = (statistics.median(times) for times in interleaved(ours_of, theirs_of, repeats))
        out.append(Row(f"slider release to picture: {name}", f"{mine:.0f} ms", f"bare slider and text: {theirs:.0f} ms",
                       mine / theirs, budget, mine <= most * theirs))  # fmt: skip
        page.close()
    return out


def _frame_row(browser, app: Server, query: str, what: str) -> Row:
    """Script time of the player's own loop per painted frame while a page plays."""
    page = _open(browser, app, query)
    page.click("[aria-label='Play']")
    page.wait_for_function("window.player.get().playing")
    times = page.evaluate("""async () => {
      const seen = [];
      let last = -1;
      while (seen.length < 200 && window.player.get().playing) {
        await new Promise(requestAnimationFrame);
        const { step, ms } = window.player.get();
        if (step > 0 && step !== last) seen.push(ms);
        last = step;
      }
      return seen;
    }""")
    page.close()
    typical = statistics.median(times)
    return Row(f"script work per painted frame, {what}", f"{typical:.1f} ms", "", None, "<= 4 ms", typical <= 4)


def _bytes_row() -> Row:
    from benchmarks.payload import size_of_default_race

    size = size_of_default_race()
    return Row("bytes per change, 5 runs x 500 steps", f"{size / 1000:.0f} kB", "", None, "<= 200 kB", size <= 200_000)


def rows(repeats: int = 15) -> list[Row]:
    """All rows that need a browser."""
    with sync_playwright() as playwright, serving("benchmarks/bare.py") as bare:
        browser = chromium(playwright)
        begun = time.perf_counter()
        with serving("app.py") as app:
            page = window(browser)
            page.goto(app.address)
            page.wait_for_function(READY, timeout=120_000)
            cold = time.perf_counter() - begun
            page.close()
            begun = time.perf_counter()
            page = window(browser)
            page.goto(app.address)
            page.wait_for_function(READY, timeout=120_000)
            warm = time.perf_counter() - begun
            page.close()
            app.wait_for_rest()
            out = [
                *_release_rows(browser, app, bare, repeats),
                _frame_row(browser, app, "?surface=himmelblau&at=0", "5 runs playing"),
                _frame_row(browser, app, "gradients?mode=time&at=0", "7 cells playing through time"),
                _bytes_row(),
                Row(
                    "cold start: command to first picture",
                    f"{cold:.1f} s",
                    f"a later visitor: {warm:.1f} s",
                    cold / warm,
                    "",
                    None,
                ),
            ]
        browser.close()
    return out
