"""Another engine: drawing, playing, scrubbing, the camera, keys, and no WebGL, in the Firefox of the system."""

from collections.abc import Iterator

import pytest

from tests.browser.bidi import FIREFOX, Firefox, firefox
from tests.browser.conftest import PAINTED

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(FIREFOX is None, reason="no Firefox on the PATH; `make firefox` installs Debian's"),
]
STEP = "window.player.get().step"
EYE = "document.querySelector('.ll-scene .ll-plotly')._fullLayout.scene._scene.getCamera().eye"
FRAME = ".ll-scene .ll-plot"
# How many colours the canvas over a panel has, which is drawn by the player itself.
INKS = """(() => {
  const canvas = document.querySelector("%s .ll-plot > canvas");
  if (!canvas) return 0;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
})()"""


@pytest.fixture(scope="module")
def fox() -> Iterator[Firefox]:
    with firefox() as running:
        yield running
        assert not [text for text in running.logged if "Error" in text], running.logged


def opened(fox: Firefox, address: str, *size: int) -> Firefox:
    fox.open(address, *size)
    fox.wait_for(PAINTED)
    return fox


def middle(fox: Firefox, selector: str) -> tuple[float, float]:
    box = fox.box(selector)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(("path", "panels"), [
    ("?v=1&at=300", (".ll-plane", ".ll-scene", ".ll-chart")),
    ("train?data=moons", (".ll-field", ".ll-chart")),
    ("gradients", (".ll-chart", ".ll-phase", ".ll-functions")),
])  # fmt: skip
def test_every_room_draws(fox: Firefox, server: str, path: str, panels: tuple[str, ...]):
    opened(fox, f"{server}/{path}")
    for panel in panels:
        fox.wait_for(INKS % panel + " > 30")


def test_playing_scrubbing_and_the_clocks_keys(fox: Firefox, server: str):
    opened(fox, f"{server}/?v=1&at=0")
    fox.click(*middle(fox, ".ll-play"))
    fox.wait_for(f"{STEP} > 20")
    fox.click(*middle(fox, ".ll-play"))
    fox.wait_for("!window.player.get().playing")
    track = fox.box(".ll-track input")
    fox.click(track["x"] + 0.6 * track["width"], track["y"] + track["height"] / 2)
    fox.wait_for(f"Math.abs({STEP} - 300) < 12")
    fox.evaluate("document.querySelector('.ll-player').focus()")
    before = fox.evaluate(STEP)
    fox.press("ArrowRight")
    fox.wait_for(f"{STEP} === {before + 1}")
    fox.press("Home")
    fox.wait_for(f"{STEP} === 0")


def test_the_relief_turns_and_comes_home(fox: Firefox, server: str):
    opened(fox, f"{server}/?v=1&at=300")
    home, (x, y) = fox.evaluate(EYE), middle(fox, FRAME)
    at_home = (
        f"(() => {{ const e = {EYE}; return Math.hypot(e.x - {home['x']}, e.y - {home['y']}, e.z - {home['z']}); }})()"
    )
    for i in range(10):
        fox.drag(x, y, x + 120, y + (200, -200)[i % 2])
        assert fox.evaluate(f"{EYE}.z") > 0
    fox.wait_for(f"{at_home} > 0.1")
    fox.click(x, y, times=2)
    fox.wait_for(f"{at_home} < 1e-6")
    fox.evaluate(f"document.querySelector('{FRAME}').focus()")
    fox.press("ArrowLeft")
    fox.wait_for(f"{at_home} > 0.05")
    fox.press("Home")
    fox.wait_for(f"{at_home} < 1e-6")
    assert fox.evaluate(STEP) == 300


def test_tab_reaches_the_controls_of_the_stage(fox: Firefox, server: str):
    opened(fox, f"{server}/?v=1&at=300")
    fox.evaluate("document.querySelector('.ll-player').focus()")
    seen = set()
    for _ in range(30):
        fox.press("Tab")
        seen.add(
            fox.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
        )
    assert {"Play", "Step", "One step forward"} <= seen
