"""What a visitor does, in a real browser; waits are on what was painted, never on time."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.page import link, painted, params_of, wait, wait_for_link

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
CAMERA = "JSON.stringify(document.querySelector('.ll-scene .ll-plotly')._fullLayout.scene._scene.getCamera().eye)"


def click_map(page: Page, across: float, up: float) -> None:
    box = page.locator(".ll-plane .ll-plot .nsewdrag").bounding_box()
    assert box
    page.mouse.click(box["x"] + across * box["width"], box["y"] + (1 - up) * box["height"])


def test_the_race_is_running_when_the_page_opens(open_page: Opener):
    page = open_page()
    wait(page, "p.playing && p.step > 5")
    assert "Momentum" in page.inner_text(".ll-sentence h1")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "one screen, no scrolling"


def test_play_pause_step_and_keys(open_page: Opener):
    page = open_page(at="100")
    assert painted(page)["step"] == 100
    page.click("[aria-label='One step forward']")
    wait(page, "p.step === 101")
    page.locator(".ll-player").press("ArrowLeft")
    wait(page, "p.step === 100")
    page.locator(".ll-player").press("Shift+ArrowRight")
    wait(page, "p.step === 110")
    page.locator(".ll-player").press(" ")
    wait(page, "p.playing && p.step > 112")
    page.locator(".ll-player").press(" ")
    wait(page, "!p.playing")
    page.locator(".ll-player").press("End")
    wait(page, "p.step === 500")
    page.click("[aria-label='Back to the start']")
    wait(page, "p.step === 0")


def test_playing_sends_nothing_to_the_server(open_page: Opener):
    sent: list[object] = []
    page = open_page(at="0")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameSent", lambda frame: sent.append(frame))
    page.click("[aria-label='Play']")
    wait(page, "p.step > 60")
    page.locator(".ll-timeline input").fill("300")
    wait(page, "p.step === 300")
    assert not sent


def test_scrubbing_a_chart(open_page: Opener):
    page = open_page(at="10")
    box = page.locator(".ll-area-loss .nsewdrag").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    wait(page, "Math.abs(p.step - 250) <= 2")


def test_a_click_on_the_map_drops_the_ball_there_and_keeps_the_camera(open_page: Opener):
    page = open_page(surface="himmelblau", at="120")
    scene = page.locator(".ll-scene .ll-plot").bounding_box()
    assert scene
    x, y = scene["x"] + scene["width"] / 2, scene["y"] + scene["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 10, steps=8)
    page.mouse.up()
    turned, before = page.evaluate(CAMERA), painted(page)
    click_map(page, 0.75, 0.25)
    wait(page, f"p.data > {before['data']}")
    assert float(wait_for_link(page, "x")) == pytest.approx(2.5, abs=0.1)
    assert float(link(page)["y"]) == pytest.approx(-2.5, abs=0.1)
    assert page.evaluate(CAMERA) == turned
    assert painted(page)["key"] != before["key"]
    wait(page, "p.playing && p.step < 120")


def test_dragging_the_rate_morphs_without_a_message_and_release_sets_it(open_page: Opener):
    page = open_page(surface="himmelblau", at="200")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sent: list[object] = []
    session.on("Network.webSocketFrameSent", lambda frame: sent.append(frame))
    before = page.evaluate("document.querySelector('.ll-table tbody').innerText")
    box = page.locator(".ll-drag input").bounding_box()
    assert box
    data = painted(page)["data"]
    page.mouse.move(box["x"] + 0.78 * box["width"], box["y"] + box["height"] / 2)
    wait(page, f"p.data > {data}")  # what is dragged over is asked for when the pointer comes
    sent.clear()
    page.mouse.down()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + box["height"] / 2, steps=10)
    page.wait_for_function(f"document.querySelector('.ll-table tbody').innerText !== {before!r}")
    morphed = page.locator(".ll-table tbody tr").nth(4).inner_text()
    assert not sent
    data = painted(page)["data"]
    page.mouse.up()
    wait(page, f"p.data > {data}")
    assert "learning_rate" in wait_for_link(page, "r5")
    assert page.locator(".ll-table tbody tr").nth(4).inner_text() == morphed, "what was dragged is what was computed"


def test_choosing_a_surface(open_page: Opener):
    page = open_page(at="50")
    page.click(".ll-tile[data-name=himmelblau]")
    assert wait_for_link(page, "surface") == "himmelblau"
    page.wait_for_function(
        "document.querySelector('.ll-sentence p').innerText.startsWith('Himmelblau')", timeout=60_000
    )
    assert page.get_attribute(".ll-tile[data-name=himmelblau]", "aria-checked") == "true"


def test_the_legend_hides_a_run_everywhere(open_page: Opener):
    page = open_page(at="200")
    pixels = "document.querySelector('.ll-plane canvas').toDataURL()"
    before = page.evaluate(pixels)
    page.locator(".ll-legend").nth(4).click()
    page.wait_for_function("document.querySelectorAll('.ll-legend')[4].getAttribute('aria-pressed') === 'false'")
    assert page.evaluate(pixels) != before


def test_the_copied_link_reopens_exactly_this(open_page: Opener):
    page = open_page(surface="beale", seed="3", noise="0.5", at="77")
    page.click(".ll-share")
    page.wait_for_function("document.querySelector('.ll-said').innerText === 'Link copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    again = open_page(**params_of(copied))
    assert painted(again)["step"] == 77
    assert painted(again)["key"] == painted(page)["key"]
    assert again.inner_text(".ll-sentence h1") == page.inner_text(".ll-sentence h1")


def test_a_bad_link_is_explained_on_the_page(open_page: Opener):
    page = open_page(surface="<b>rosen</b>", steps="1e400")
    notices = page.inner_text(".ll-notices")
    assert "<b>rosen</b>" in notices
    assert "20000 is used" in notices
    assert not page.query_selector(".ll-notices details"), "two are seen whole"
    page.click(".ll-notices >> text=Dismiss")
    page.wait_for_function("document.querySelector('.ll-notices').hidden")


def test_long_notices_fold_and_stay_as_they_were_left_while_data_come(open_page: Opener):
    page = open_page(**{f"no{i}": "1" for i in range(6)})
    assert page.inner_text(".ll-notices summary") == "and 3 more"
    assert not page.is_visible(".ll-notices >> text=no5")
    page.click(".ll-notices summary")
    came = painted(page)["data"]
    page.click(".ll-theme")
    wait(page, f"p.data > {came}")
    assert page.is_visible(".ll-notices >> text=no5")
    page.focus(".ll-notices summary")
    page.keyboard.press("Space")
    assert not page.is_visible(".ll-notices >> text=no5")


def test_switching_the_theme_keeps_the_playhead(open_page: Opener):
    page = open_page(at="120")
    page.click(".ll-theme")
    page.wait_for_function("document.documentElement.dataset.llScheme === 'dark'")
    assert painted(page)["step"] == 120


def test_presenting_hides_the_rail(open_page: Opener):
    page = open_page(1024, 768, at="300", present="1")
    assert not page.locator(".stSidebar").is_visible()
    page.click("[aria-label='Leave presentation']")
    page.wait_for_function("!document.documentElement.classList.contains('ll-presenting')")


def test_reduced_motion_does_not_play_by_itself(open_page: Opener):
    page = open_page(motion="reduce")
    assert painted(page)["step"] == 500
    assert not painted(page)["playing"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_gets_a_page_that_fits(open_page: Opener, scheme: str):
    page = open_page(360, 740, scheme=scheme, at="200")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".ll-play").is_visible()
    page.click(".ll-plane .ll-switch >> text=Relief")
    page.wait_for_function("document.querySelector('.ll-scene').offsetParent !== null")


def test_typing_a_formula(open_page: Opener):
    page = open_page(formula="x**2 + y**2", at="10")
    page.locator(".st-key-formula_text input").fill("x**2 + 2*y**2")
    page.keyboard.press("Enter")
    page.wait_for_function("new URL(location.href).searchParams.get('formula') === 'x**2 + 2*y**2'", timeout=60_000)
    assert page.locator(".stSidebar .katex").count() > 0


def test_hover_reads_values(open_page: Opener):
    page = open_page(surface="himmelblau", at="0")
    box = page.locator(".ll-plane .ll-plot .nsewdrag").bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_function("!document.querySelector('.ll-hover').hidden")
    words = page.inner_text(".ll-hover")
    assert float(words.split("loss ")[1].split()[0]) == pytest.approx(170, abs=2), "Himmelblau at the origin is 170"
    chart = page.locator(".ll-area-loss .nsewdrag").bounding_box()
    assert chart
    page.mouse.move(chart["x"] + chart["width"] / 2, chart["y"] + 30)
    page.wait_for_function("document.querySelector('.ll-hover').innerText.startsWith('step 25')")
    assert "Adam:" in page.inner_text(".ll-hover")


def test_a_diverged_run_is_said_in_words_and_the_others_go_on(open_page: Opener):
    page = open_page(surface="himmelblau", r1="gradient_descent~learning_rate~1", r2="momentum", at="200")
    rows = page.locator(".ll-table tbody tr")
    assert "diverged" in rows.nth(0).inner_text()
    assert "diverged" not in rows.nth(1).inner_text()
    assert "diverged at step" in page.inner_text(".ll-sentence")


def test_an_empty_race_offers_one_action(open_page: Opener):
    page = open_page(runs="none")
    page.click(".ll-empty button")
    assert wait_for_link(page, "r1") == "gradient_descent"
    page.wait_for_function("document.querySelector('.ll-empty').hidden", timeout=60_000)
