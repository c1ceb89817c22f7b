"""What a reader aloud has: names, values, words for pictures, tables, and one sentence when a result is there."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.page import PATIENCE, painted, settled, wait_for_link

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
HEARD = """window.heard = [];
addEventListener('DOMContentLoaded', () => new MutationObserver((changes) => {
  for (const { target } of changes) {
    const element = target.nodeType === 1 ? target : target.parentElement;
    if (element?.closest('[aria-live], [role=status], [role=alert]')) window.heard.push(element.textContent);
  }
}).observe(document.documentElement, { subtree: true, childList: true, characterData: true }));"""
ROOMS = {"": {"at": "100"}, "train": {"at": "100"},
         "gradients": {"at": "6", "depth": "6", "c1": "tanh", "c2": "relu~weight~1.414"}}  # fmt: skip
MODES = [*ROOMS.items(), ("gradients", {"mode": "time", "at": "6"}), ("gradients", {"mode": "dying", "at": "100"}),
         ("train", {"data": "digits", "at": "60"}), ("train", {"data": "sine", "at": "60"})]  # fmt: skip


def test_a_slider_says_its_value_and_not_its_place(open_page: Opener):
    page = open_page(at="20")
    slider, box = (
        page.locator(".st-key-run4_adam_learning_rate_slider input"),
        ".st-key-run4_adam_learning_rate_box input",
    )
    page.wait_for_function("document.querySelector('.st-key-run4_adam_learning_rate_slider input').ariaValueText")
    assert slider.get_attribute("aria-valuetext") == page.input_value(box)
    slider.press("PageUp")
    said = float(slider.get_attribute("aria-valuetext") or 0)
    assert wait_for_link(page, "r5").split("~")[-1] == f"{said:g}", "what was said at once is what was set"
    page.wait_for_function(f"document.querySelector('{box}').value === '{said:g}'")
    assert float(slider.get_attribute("aria-valuetext") or 0) == said


@pytest.mark.parametrize("path", ROOMS)
def test_every_slider_says_what_stands_beside_it(open_page: Opener, path: str):
    page = open_page(path=path, **ROOMS[path])
    settled(page)
    pairs = page.evaluate("""[...document.querySelectorAll('[class*=st-key-knob_]')].map((knob) =>
      [knob.querySelector('input[type=range]').ariaValueText, knob.querySelector('input[type=number]').value])""")
    assert pairs
    assert all(float(said) == pytest.approx(float(shown)) for said, shown in pairs)


@pytest.mark.parametrize(("path", "params"), MODES)
def test_every_picture_tells_its_numbers(open_page: Opener, path: str, params: dict[str, str]):
    page = open_page(path=path, **params)
    settled(page)
    mute = """[...document.querySelectorAll('.ll-panel [role=img]')]
      .filter((each) => each.checkVisibility({ visibilityProperty: true }))
      .filter((each) => !/: .*[0-9]|; .*[0-9]/.test(each.ariaLabel))
      .map((each) => each.ariaLabel)"""
    page.wait_for_function(f"{mute}.length === 0", timeout=10_000)
    labels = page.evaluate("[...document.querySelectorAll('.ll-panel [role=img]')].map((each) => each.ariaLabel)")
    assert not [label for label in labels if re.search("NaN|undefined|null|Infinity", label)]


def test_a_picture_tells_the_step_at_which_it_rests(open_page: Opener):
    page = open_page(at="100")
    told = "document.querySelector('.ll-area-loss [role=img]').ariaLabel"
    page.wait_for_function(f"{told}.includes('at step 100')")
    page.locator(".ll-player").press("ArrowRight")
    page.wait_for_function(f"{told}.includes('at step 101')")
    value = page.locator(".ll-table tbody tr").nth(4).locator("td").first.inner_text()
    assert f"Adam {value}" in page.evaluate(told), "the figure of the table"


@pytest.mark.parametrize("path", ROOMS)
def test_every_room_has_a_table(open_page: Opener, path: str):
    page = open_page(path=path, **ROOMS[path])
    settled(page)
    table = page.get_by_role("table")
    assert table.locator("caption").inner_text()
    assert table.locator("tbody th[scope=row]").count() == table.locator("tbody tr").count() > 0
    heads = table.locator("thead th").evaluate_all("all => all.map((each) => [each.scope, each.textContent])")
    assert all(scope == "col" and text for scope, text in heads)
    cells = table.locator("tbody tr").first.locator("td").all_text_contents()
    assert any(re.search(r"\d", cell) for cell in cells)


def test_a_result_is_said_once(open_page: Opener):
    page = open_page(at="20")
    page.add_init_script(HEARD)
    page.goto(page.url.split("?")[0] + "train?v=1&data=digits&n1=mlp~width~24&n2=mlp~depth~3&steps=1500&seed=9")
    page.wait_for_function("window.player?.get().ready")
    settled(page)
    page.wait_for_function("document.querySelector('[role=status]').textContent !== ''")
    page.wait_for_timeout(1000)  # more would have come
    heard = page.evaluate("window.heard")
    assert heard == [page.inner_text(".ll-sentence h1")]


def test_nothing_is_said_while_a_room_measures(open_page: Opener):
    page = open_page(at="20")
    page.add_init_script(HEARD)
    page.goto(page.url.split("?")[0] + "gradients?v=1&depth=45&seed=8")
    page.wait_for_function("window.player?.get().ready", timeout=PATIENCE)
    settled(page)
    page.wait_for_function("window.heard.length > 0")
    heard = page.evaluate("window.heard")
    assert all("layers" in words and "network yet" not in words and "measured" not in words for words in heard)


@pytest.mark.parametrize(
    ("path", "params", "words"),
    [
        ("", {"at": "5"}, "Race on Rosenbrock"),
        ("", {"at": "5", "formula": "x**2 + y**2"}, "Race on x**2 + y**2"),
        ("train", {"at": "5"}, "Train: Dense on Moons"),
        ("gradients", {"at": "5", "depth": "6", "c1": "tanh"}, "Gradients: Tanh, 6 layers"),
    ],
)
def test_the_title_names_room_and_experiment(open_page: Opener, path: str, params: dict[str, str], words: str):
    assert open_page(path=path, **params).title() == f"{words} – Loss landscapes"


def test_the_title_follows_a_change(open_page: Opener):
    page = open_page(at="5")
    page.click(".ll-tile[data-name=himmelblau]")
    page.wait_for_function("document.title === 'Race on Himmelblau – Loss landscapes'", timeout=PATIENCE)
    page.get_by_role("link", name="Gradients").click()
    page.wait_for_function("document.title.startsWith('Gradients: ')", timeout=PATIENCE)


@pytest.mark.parametrize("path", ROOMS)
def test_headings_have_no_gaps_and_nothing_is_an_application(open_page: Opener, path: str):
    page = open_page(path=path, **ROOMS[path])
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((each) => Number(each.tagName[1]))")
    assert levels.count(1) == 1
    assert set(levels) == {1, 2}
    assert page.locator(".stSidebar h2").count() > 0
    assert page.locator("[role=application]:not(.ll-scene .ll-plot)").count() == 0, (
        "only the relief takes the arrow keys"
    )


def test_run_chips_tell_which_is_open(open_page: Opener):
    page = open_page(at="20")
    told = "[...document.querySelectorAll('[class*=st-key-chip_] button')].map((each) => each.ariaExpanded).join()"
    page.wait_for_function(f"{told} === 'false,false,false,false,true'")
    page.click(".st-key-chip_1 button")
    page.wait_for_function(f"{told} === 'false,true,false,false,false'")


def test_names_contain_what_is_visible(open_page: Opener):
    page = open_page(at="20")
    page.get_by_role("button", name="Share link").click()
    page.wait_for_function("document.querySelector('[role=status]').textContent === 'Link copied'")
    assert painted(page)["step"] == 20
