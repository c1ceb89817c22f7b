"""The relief as a turntable, lines that end at their plot, and the page of a browser that has no WebGL."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import CHROMIUM
from tests.browser.page import painted, swipe, wait

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
SCENE = "document.querySelector('.ll-scene .ll-plotly')._fullLayout.scene"
FLOOR = f"-{SCENE}.aspectratio.z / 2"
FRAME = ".ll-scene .ll-plot"
# The farthest coordinate that a line was drawn to.
FARTHEST = """window.farthest = 0;
for (const name of ["moveTo", "lineTo"]) {
  const draw = CanvasRenderingContext2D.prototype[name];
  CanvasRenderingContext2D.prototype[name] = function (x, y) {
    if (Number.isFinite(x + y)) window.farthest = Math.max(window.farthest, Math.abs(x), Math.abs(y));
    return draw.call(this, x, y);
  };
}"""


def camera(page: Page) -> dict[str, dict[str, float]]:
    return json.loads(page.evaluate(f"JSON.stringify({SCENE}._scene.getCamera())"))


def middle(page: Page) -> tuple[float, float]:
    box = page.locator(FRAME).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, by_x: float, by_y: float) -> None:
    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by_x, y + by_y, steps=5)
    page.mouse.up()


def settled(page: Page, eye: dict[str, float]) -> None:
    page.wait_for_function(f"""(eye) => {{ const now = {SCENE}._scene.getCamera().eye;
        return Math.hypot(now.x - eye.x, now.y - eye.y, now.z - eye.z) < 1e-6; }}""", arg=eye)  # fmt: skip


@pytest.mark.parametrize("link", [
    {"surface": "saddle", "r1": "momentum~learning_rate~0.5", "r2": "lbfgs", "r3": "rmsprop~learning_rate~3"},
    {"surface": "quadratic", "r1": "momentum~learning_rate~0.5", "r2": "nesterov~learning_rate~1"},
])  # fmt: skip
def test_no_line_is_drawn_far_outside_of_its_plot(open_page: Opener, link: dict[str, str]):
    page = open_page(before=FARTHEST, at="0", **link)
    for step in (5, 40, 200, 500):
        page.locator(".ll-timeline input").fill(str(step))
        wait(page, f"p.step === {step}")
    assert 100 < page.evaluate("window.farthest") < 1600


def test_ten_drags_leave_the_relief_upright_and_above_its_floor(open_page: Opener):
    page = open_page(at="300")
    home = camera(page)
    for i in range(10):
        drag(page, 120, (300, -300)[i % 2])
        now = camera(page)
        assert now["up"]["z"] > 0.02
        assert now["eye"]["z"] > page.evaluate(FLOOR)
    assert now != home
    page.mouse.dblclick(*middle(page))
    settled(page, home["eye"])
    assert page.locator(".ll-home").is_hidden()
    drag(page, -200, 0)
    page.click(".ll-home")
    settled(page, home["eye"])


def test_keys_turn_and_zoom_the_relief_and_leave_the_clock_alone(open_page: Opener):
    page = open_page(at="300")
    home = camera(page)["eye"]
    page.locator(FRAME).focus()
    seen = [home]
    for key in ("ArrowRight", "ArrowUp", "+"):
        page.keyboard.press(key)
        seen.append(camera(page)["eye"])
        assert seen[-1] not in seen[:-1], key
    page.keyboard.press("Home")
    settled(page, home)
    assert painted(page)["step"] == 300
    page.keyboard.press(" ")
    wait(page, "p.playing")


def test_a_click_on_the_relief_leaves_the_arrow_keys_to_the_clock(open_page: Opener):
    page = open_page(at="300")
    home = camera(page)["eye"]
    page.mouse.click(*middle(page))
    page.keyboard.press("ArrowRight")
    wait(page, "p.step === 301")
    assert camera(page)["eye"] == home


def test_what_a_visitor_turned_stays_when_the_surface_is_drawn_anew(open_page: Opener):
    page = open_page(at="300")
    drag(page, 150, -40)
    turned = camera(page)["eye"]
    page.click(".ll-tile[data-name='himmelblau']")
    wait(page, "p.data > 1 && p.ready")
    settled(page, turned)


def test_on_a_phone_a_swipe_up_scrolls_and_one_aside_turns_the_relief(open_page: Opener):
    page = open_page(360, 740, touch=True, at="300")
    page.tap(".ll-plane .ll-switch >> text=Relief")
    page.wait_for_function("document.querySelector('.ll-scene .ll-plotly')?._fullLayout?.scene?._scene")
    wait(page, "p.ready")
    home = camera(page)["eye"]
    swipe(page, *middle(page), 0, -100)
    page.wait_for_function("document.querySelector('.stMain').scrollTop > 50")
    settled(page, home)
    swipe(page, *middle(page), 100, 0)
    page.wait_for_selector(".ll-home", state="visible")
    assert camera(page)["eye"] != home


def test_every_wall_of_the_relief_is_whole(open_page: Opener):
    """Plotly left out points on the upper ends of the axes, at random."""
    page = open_page(at="300")
    for axis, (low, high) in {"xaxis": (-2, 2), "yaxis": (-1, 3)}.items():
        shown = page.evaluate(f"{SCENE}.{axis}.range")
        assert shown[0] < low < high < shown[1]
        assert shown[1] - shown[0] < 1.001 * (high - low)


@pytest.fixture(scope="module")
def plain(browser: Browser) -> Iterator[Browser]:
    """A browser without WebGL."""
    browser_type = browser.browser_type
    without = browser_type.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-3d-apis"])
    yield without
    without.close()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (360, 740)])
def test_without_webgl_the_map_stands_in_the_reliefs_place_and_says_why(
    plain: Browser, server: str, width: int, height: int
):
    page = plain.new_page(viewport={"width": width, "height": height}, bypass_csp=True)
    page.goto(f"{server}/?at=300")
    page.wait_for_function("window.player?.get().ready === true", timeout=120_000)
    assert page.locator(".ll-scene").count() == 0
    assert page.locator(".ll-plane .ll-hint").is_visible()
    assert "WebGL" in page.inner_text(".ll-plane header")
    assert "webgl.org" not in page.content()
    area = page.locator(".ll-plane .ll-plot").bounding_box()
    stage = page.locator(".ll-body").bounding_box()
    assert area
    assert stage
    assert area["width"] > 0.9 * stage["width"]
    page.close()
