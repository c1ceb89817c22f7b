"""What is printed, and what stays under colours that the system forces: measured on pages and pixels."""

import io
import re
from collections.abc import Callable
from itertools import product

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.browser.page import wait

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
ROOMS = {"race": {"at": "300"}, "train": {"path": "train", "data": "moons", "at": "100"},
         "gradients": {"path": "gradients", "at": "12"}}  # fmt: skip
# Places of what is seen of a stage or its copy, in pixels from its corner; what is docked stands elsewhere.
PLACES = """(name) => {
  const root = document.querySelector(name);
  const { left, top } = root.getBoundingClientRect();
  window.docked ??= ["fixed", "sticky"].includes(getComputedStyle(root.querySelector(".ll-timeline")).position);
  const parts = [".ll-sentence", ".ll-plot", ".ll-plot > canvas", ".main-svg", ".ll-panel h2", ".ll-table td"];
  const found = [...root.querySelectorAll(window.docked ? parts : [...parts, ".ll-timeline"])];
  return found.map((el) => el.getBoundingClientRect()).filter(({ width }) => width)
    .map((r) => [r.left - left, r.top - top, r.width, r.height].map(Math.round));
}"""


def over(page: Page, room: str) -> None:
    wait(page, "p.ready")
    if room != "race":
        page.wait_for_function(
            "!document.querySelector('.ll-player').classList.contains('ll-training')", timeout=120_000
        )


@pytest.mark.parametrize(("room", "size"), list(product(ROOMS, [(1440, 900), (1024, 768), (360, 740)])))
def test_the_screen_is_printed_on_one_page_with_its_paths_on_their_axes(
    open_page: Opener, room: str, size: tuple[int, int]
):
    page = open_page(*size, **ROOMS[room])
    over(page, room)
    there = page.evaluate(PLACES, "#root .ll-player")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    copied = page.evaluate(PLACES, ".ll-paper .ll-player")
    page.set_viewport_size({"width": 794, "height": 1123})  # paper has a width of its own
    copy = page.evaluate(PLACES, ".ll-paper .ll-player")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert copied == copy, "the paper's width changes nothing"
    assert len(there) > 8
    assert copy == there
    assert page.locator(".ll-paper").count() == 0
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(media="screen")
    for made in (page.pdf(format="A4"), page.pdf(format="Letter", landscape=True), page.pdf(prefer_css_page_size=True)):
        assert len(re.findall(rb"/Type\s*/Page\b", made)) == 1


def test_the_relief_is_on_the_paper_and_so_is_the_link(open_page: Opener):
    page = open_page(at="300")
    wait(page, "p.ready")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    colors = page.evaluate("""() => {
      const canvas = document.querySelector(".ll-paper .ll-scene .gl-container canvas");
      const flat = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
      const ctx = flat.getContext("2d");
      ctx.drawImage(canvas, 0, 0);
      const { data } = ctx.getImageData(0, 0, flat.width, flat.height);
      return new Set(new Uint32Array(data.buffer)).size;
    }""")
    assert colors > 100, "what WebGL drew"
    assert page.locator(".ll-paper > footer").text_content() == page.url.split("?")[0] + "?v=1&at=300"


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The contrast ratio of two colours, after WCAG 2."""

    def light(color: tuple[int, ...]) -> float:
        parts = [c / 255 for c in color[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def marked_share(part: Locator, least: float = 3.0) -> float:
    """The share of an element's pixels that stand out from the one in its corner."""
    image = Image.open(io.BytesIO(part.screenshot())).convert("RGB")
    counts = image.getcolors(1 << 24)
    assert counts
    paper = image.getpixel((0, 0))
    assert isinstance(paper, tuple)
    found = [n for n, color in counts if isinstance(color, tuple) and contrast(color, paper) >= least]
    return sum(found) / (image.width * image.height)


@pytest.mark.parametrize(
    ("scheme", "settings"), list(product(("light", "dark"), ({"forced": "active"}, {"contrast": "more"})))
)
def test_tracks_thumbs_play_and_markers_stand_out(open_page: Opener, scheme: str, settings: dict[str, str]):
    page = open_page(scheme=scheme, at="300", **settings)
    wait(page, "p.ready")
    parts = {".ll-track input": 0.1, ".ll-play": 0.05, ".ll-drag input": 0.1, ".ll-marks": 0.002,
             ".ll-legend .ll-marker": 0.1, ".ll-speeds": 0.1, ".stSidebar .stSlider [role=group]": 0.02,
             ".stSidebar [class*='st-key-chip_'] button": 0.01, ".ll-tile[aria-checked=true]": 0.02}  # fmt: skip
    found = {selector: marked_share(page.locator(selector).first) for selector in parts}
    assert {name: share for name, share in found.items() if share < parts[name]} == {}


@pytest.mark.parametrize(
    ("path", "chosen"), [("", ".ll-speeds [aria-pressed=true]"), ("gradients", ".stButtonGroup [aria-checked=true]")]
)
def test_what_is_chosen_is_seen_in_forced_colours(open_page: Opener, path: str, chosen: str):
    page = open_page(path=path, forced="active")
    wait(page, "p.ready")
    colors = page.locator(chosen).first.evaluate("""(el) => {
      const others = [...el.parentElement.querySelectorAll("button")].filter((other) => other !== el);
      return [el, others[0]].map((button) => getComputedStyle(button).backgroundColor);
    }""")
    assert colors[0] != colors[1]
