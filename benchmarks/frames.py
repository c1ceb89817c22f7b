"""Frames a second while the default runs of every surface play, and runs that leave it, in a plain Chromium."""

from playwright.sync_api import Browser, sync_playwright

from benchmarks.browser import READY, chromium, window
from benchmarks.row import Row
from benchmarks.servers import serving
from landscapes import SURFACES

_SECONDS = 2.0
_LEAST = 0.6  # of the frames of the surface that others are compared with
_MEASURE = "himmelblau"
_LEAVING = {
    "saddle, runs that leave it": "surface=saddle&r1=momentum~learning_rate~0.5&r2=rmsprop~learning_rate~3&r3=lbfgs",
    "rosenbrock, L-BFGS alone": "r1=lbfgs",
}
_COUNT = """async (seconds) => {
  let [frames, last] = [0, -1];
  const begun = performance.now();
  while (performance.now() - begun < 1000 * seconds) {
    await new Promise(requestAnimationFrame);
    const { step } = window.player.get();
    if (step !== last) frames += 1;
    last = step;
  }
  return frames / seconds;
}"""


def _rate(browser: Browser, address: str, query: str) -> float:
    page = window(browser)
    page.goto(f"{address}/?{query}&at=100")
    page.wait_for_function(READY, timeout=120_000)
    page.wait_for_timeout(800)
    page.click("[aria-label='Play']")
    rate = page.evaluate(_COUNT, _SECONDS)
    page.close()
    return rate


def rows() -> list[Row]:
    """The slowest surface against one that is known to be smooth, in one run, and runs that leave theirs."""
    with sync_playwright() as playwright, serving("app.py") as app:
        browser = chromium(playwright, drawn=False)
        _rate(browser, app.address, f"surface={_MEASURE}")
        app.wait_for_rest()
        usual = _rate(browser, app.address, f"surface={_MEASURE}")
        found = {name: _rate(browser, app.address, f"surface={name}") for name in SURFACES}
        slowest = min(found, key=lambda name: found[name])
        left = {what: _rate(browser, app.address, query) for what, query in _LEAVING.items()}
        browser.close()
    told = {f"every surface, {slowest} the slowest": found[slowest], **left}
    return [Row(f"frames while playing: {what}", f"{rate:.0f} a second", f"{_MEASURE}: {usual:.0f} a second",
                rate / usual, f">= {_LEAST:g}x", rate >= _LEAST * usual) for what, rate in told.items()]  # fmt: skip
