"""The figures of arrays that were clamped on their way: what stands at an end of what is sent lay there or beyond."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route

from frontend.blob import Quantized, pack

pytestmark = pytest.mark.browser
PLAYER = Path(__file__).parents[2] / "frontend" / "player"
HOST = "http://player.test"
READ = """async ([bytes, floor]) => {
  const { unpack } = await import("/blob.js");
  const { fanTrack } = await import("/tracks.js");
  const series = await unpack(Uint8Array.from(bytes));
  const none = [null];
  const tree = { drag: { fan: { series, steps: [0, 1, 2], reached: none, diverged: none } }, floor };
  const track = fanTrack(tree, 0);
  const said = (name) => [0, 1, 2].map((step) => track.says(name, step));
  return Object.fromEntries(["loss", "grad", "x"].map((name) => [name, said(name)]));
}"""


@pytest.fixture
def read(browser: Browser):
    """Figures of one dragged run, as the player's own files read and word what Python packs."""
    page: Page = browser.new_page()

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(f"{HOST}/")
        body = (PLAYER / name).read_text() if name else ""
        route.fulfill(body=body, content_type="text/javascript" if name else "text/html")

    page.route(f"{HOST}/**", serve)
    page.goto(f"{HOST}/")

    def reading(floor: float, **series: Quantized) -> dict[str, list[str]]:
        return page.evaluate(READ, [list(pack(series)), floor])

    yield reading
    page.close()


def fan(gap: list[float], x: list[float]) -> dict[str, Quantized]:
    logs = {name: Quantized(np.array([gap]), -14.0, 14.0, log=True) for name in ("gap", "grad")}
    return {**logs, "x": Quantized(np.array([x]), -10.0, 10.0)}


def test_a_dragged_figure_at_an_end_says_that_it_lies_beyond(read: Callable):
    said = read(0.0, **fan([0.0, 0.25, 1e30], [-50.0, 2.5, 1e9]))
    assert said["loss"] == said["grad"] == ["< 1.0×10⁻¹⁴", "0.25", "> 1.0×10¹⁴"]
    assert said["x"] == ["< −10", "2.5", "> 10"]


def test_a_gap_that_is_no_bound_of_the_loss_is_none(read: Callable):
    assert read(0.4, **fan([0.0, 0.25, 1e30], [0.0, 0.0, 0.0]))["loss"] == ["0.4", "0.65", "> 1.0×10¹⁴"]


def test_what_is_not_known_has_no_figure(read: Callable):
    assert read(0.0, **fan([np.nan, 1.0, 2.0], [0.0, 0.0, np.nan]))["loss"][0] == "–"
