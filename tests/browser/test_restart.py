"""A server is killed and started again under an open page: the first act afterwards counts, in every room."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import rail
from tests.browser.conftest import PAINTED
from tests.browser.page import PATIENCE, drawn, link, params_of, wait_for_link
from tests.browser.servers import free_port, started

pytestmark = pytest.mark.browser
CONNECTED = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
RESTING = "[data-testid=stApp][data-test-script-state=notRunning]"
LOST = "[data-testid=stApp]:not([data-test-connection-state=CONNECTED])"


class Server:
    """One server after another on one port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self.process = started(self.port)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(20)


@pytest.fixture(scope="module")
def mortal() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


def opened(browser: Browser, server: Server, path: str, query: str) -> Page:
    page = browser.new_context(
        viewport={"width": 1440, "height": 900}, reduced_motion="reduce", bypass_csp=True
    ).new_page()
    page.goto(f"{server.address}/{path}?{query}")
    page.wait_for_function(PAINTED, timeout=PATIENCE)
    rail.over(page)
    _drawn_whole(page)
    return page


def _drawn_whole(page: Page) -> None:
    """Waits until the script has ended and the last control, whose code comes late, is in the rail."""
    page.wait_for_selector(RESTING, timeout=PATIENCE, state="attached")
    page.wait_for_load_state("networkidle")
    drawn(page)


def restart(page: Page, server: Server) -> None:
    server.stop()
    page.wait_for_selector(LOST, timeout=PATIENCE, state="attached")
    server.start()
    page.wait_for_selector(CONNECTED, timeout=PATIENCE, state="attached")


def first(page: Page, server: Server, act: Callable[[], object], name: str, part: str, *also: str,
          most: int = 2) -> None:  # fmt: skip
    """Restarts, acts once, and holds the link and all controls but those of the act to what they were."""
    _drawn_whole(page)
    before, controls = link(page), rail.shown(page)
    restart(page, server)
    act()
    wait_for_link(page, name, part)
    rail.over(page)
    page.wait_for_timeout(1000)
    after = link(page)
    assert part in after[name]
    assert {key: value for key, value in after.items() if key not in (name, *also)} == {
        key: value for key, value in before.items() if key not in (name, *also)
    }
    kept = rail.shown(page)
    moved = {key for key in controls.keys() & kept.keys() if controls[key] != kept[key]}
    assert len(moved) <= most, moved  # a slider has a box beside it


RACE = "v=1&surface=himmelblau&x=1.5&y=-1.4&steps=100&r1=adam~learning_rate~0.05&r2=momentum&r3=rmsprop"


def test_a_race(browser: Browser, mortal: Server):
    page = opened(browser, mortal, "", RACE)
    first(page, mortal, lambda: _fill(page, "start_x", "2.5"), "x", "2.5")
    assert page.locator(".st-key-start_x input").input_value() == "2.5"
    page.click(".st-key-chip_0 button")
    page.wait_for_selector(".st-key-optimizer_0", timeout=PATIENCE)
    first(page, mortal, lambda: rail.slide(page, "run0_adam_learning_rate_slider", "End"), "r1", "learning_rate~1")
    assert page.locator(".st-key-optimizer_0").count(), "the run that was open is open"
    first(page, mortal, lambda: rail.select(page, "optimizer_0", "AdaGrad"), "r1", "adagrad")
    first(page, mortal, lambda: _click(page, "map"), "x", "", "y")
    assert link(page)["x"] != params_of(f"?{RACE}")["x"]
    first(page, mortal, lambda: rail.press(page, "add_run"), "r4", "")
    page.context.close()


def test_a_training(browser: Browser, mortal: Server):
    page = opened(browser, mortal, "train", "v=1&data=moons&steps=40&noise=0.3&n1=mlp~depth~3~width~12&r1=adam")
    first(page, mortal, lambda: _next_example(page), "example", "")
    first(page, mortal, lambda: rail.slide(page, "net0_mlp_depth_slider", "End"), "n1", "depth~64")
    first(page, mortal, lambda: _fill(page, "train_seed", "7"), "seed", "7")
    page.context.close()


def test_gradients(browser: Browser, mortal: Server):
    page = opened(browser, mortal, "gradients", "v=1&depth=6&c1=tanh&c2=relu~weight~1.414")
    first(page, mortal, lambda: rail.select(page, "activation_of_layers0", "Sigmoid"), "c1", "sigmoid")
    first(page, mortal, lambda: _click(page, "phase"), "c1", "weight", most=4)
    first(page, mortal, lambda: rail.slide(page, "flow_depth_slider"), "depth", "")
    page.context.close()


def _fill(page: Page, key: str, text: str) -> None:
    box = page.locator(f".st-key-{key} input")
    box.fill(text)
    box.press("Enter")


def _next_example(page: Page) -> None:
    page.locator(".ll-switch button", has_text="Example").first.click()
    page.click("[aria-label='Next example']")


def _click(page: Page, panel: str) -> None:
    """Three quarters along a map and halfway up."""
    box = page.locator(f".ll-panel[data-id={panel}] .nsewdrag").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
