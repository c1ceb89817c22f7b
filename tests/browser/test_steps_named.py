"""Whatever stands on the page with a step is of that step: the page is read and compared with the arrays of the run."""

import math
import re
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest
from playwright.sync_api import Page

from experiments import race, race_link, training, training_link
from tests.browser.page import painted, settled, wait

pytestmark = pytest.mark.browser
Opener = Callable[..., Page]
RULES = ("gradient_descent", "momentum", "adam", "rmsprop", "nesterov")
SURFACES = ("himmelblau", "rosenbrock", "beale", "booth")
SUPER = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
AXES = """id => { const { xaxis, yaxis } = document.querySelector(`[data-id=${id}] .ll-plotly`)._fullLayout;
  return [xaxis, yaxis].map(a => [a._offset, a._b, a._m, a._length]); }"""
TABLE = (
    """() => [...document.querySelectorAll('.ll-table tr')].map(tr => [...tr.cells].map(td => td.textContent.trim()))"""
)


def number(text: str) -> float:
    """What a figure of the page says; NaN for a dash."""
    if text == "–":
        return math.nan
    mantissa, _, exponent = text.partition("×10")
    return float(f"{mantissa.translate(SUPER)}e{exponent.translate(SUPER) or 0}")


def agrees(text: str, value: float, about: str = "") -> None:
    """Whether a figure is this value, to the digits that are written; what is no number is a dash."""
    value = float(np.float32(np.clip(value, -3.4e38, 3.4e38)))
    if not math.isfinite(value):
        assert text == "–", about
        return
    rough = 10.0 ** (math.floor(math.log10(abs(value))) - (1 if "×" in text else 2)) if value else 0
    assert number(text) == pytest.approx(value, abs=0.51 * rough + 1e-6 * abs(value)), about


def stands_on(head: dict, axes: list, x: float, y: float, floor: bool = False) -> None:
    """Whether a head is drawn where these values lie on linear axes."""
    (left, bx, mx, _), (top, by, my, height) = axes
    down = top + by + my * y
    if floor:
        down = max(top - 200, min(top + height, down))
    assert head["x"] == pytest.approx(np.clip(left + bx + mx * x, -1e6, 1e6), rel=1e-5, abs=0.05), head
    assert head["y"] == pytest.approx(np.clip(down, -1e6, 1e6), rel=1e-5, abs=0.05), head


def moves(page: Page, rng: np.random.Generator, steps: int) -> Any:
    """Goes to other steps with the keys, the slider and a chart; says before each look what was done."""
    yield "opened"
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "Shift+ArrowRight"):
        before = painted(page)["step"]
        page.locator(".ll-player").press(key)
        wait(page, f"p.step {'<' if 'Left' in key else '>'} {before} || p.step === {steps}")
        yield key
    for _ in range(2):
        target = int(rng.integers(1, steps))
        before = painted(page)["at"]
        page.locator(".ll-timeline input").fill(str(target))
        wait(page, f"p.at > {before}")
        assert abs(painted(page)["step"] - target) <= steps / 50 + 1
        yield f"slider to {target}"
    page.locator(".ll-timeline input").focus()
    before = painted(page)["step"]
    page.keyboard.press("ArrowRight")
    wait(page, f"p.step > {before} || p.step === {steps}")
    yield "a key on the slider"
    page.locator(".ll-player").press("End")
    wait(page, f"p.step === {steps}")
    yield "End"


def hover(page: Page, panel: str, x: float, y: float) -> list[str]:
    """The words beside the pointer at a place of a panel's frame, in pixels."""
    box = page.locator(f"[data-id={panel}] .ll-plot").bounding_box()
    assert box
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.wait_for_function("!document.querySelector('.ll-hover').hidden")
    return page.inner_text(".ll-hover").split("\n")


def random_race(seed: int) -> dict[str, str]:
    rng = np.random.default_rng(seed)
    rules = rng.choice(RULES, 3, replace=False)
    steps = int(rng.integers(1500, 20000)) if seed else 20000
    link = {f"r{i + 1}": f"{rule}~learning_rate~{10 ** rng.uniform(-4, -1.5):.2g}" for i, rule in enumerate(rules)}
    link["r4"] = "gradient_descent~learning_rate~0.9"  # diverges on most surfaces
    return {"surface": str(rng.choice(SURFACES)), "steps": str(steps), **link}


def race_is_named(page: Page, result: race.RaceResult, step: int, about: str) -> None:
    """The counter, the table and the heads of a race."""
    head, *rows = page.evaluate(TABLE)
    assert head[0] == f"At step {step}", about
    for i, row in enumerate(rows):
        seen = head[3].startswith("within")  # the end: until then it is told who has touched, not who stays
        run, reached = result.trajectories[i], result.outcomes[i].arrived if seen else result.touched[i]
        gone = run.diverged_at is not None and step >= run.diverged_at
        for text, values in ((row[1], run.loss), (row[2], run.grad_norm)):
            agrees(text, math.nan if gone else values[step], f"{about}: {row}, {step}")
        assert row[3] == (
            f"diverged, {run.diverged_at}" if gone else
            f"step {reached}" if reached is not None and step >= reached else "not yet"
        ), about  # fmt: skip
    for panel, heads in painted(page)["heads"].items():
        axes = page.evaluate(AXES, panel) if panel != "relief" else []
        for each in heads:
            run = int(each["run"].split(".")[0])
            assert each["step"] == step, (about, panel)
            if panel == "map":
                stands_on(each, axes, *result.trajectories[run].params[step])
            elif panel == "loss":
                stands_on(each, axes, step, math.log10(max(result.gap[run][step], 1e-300)), floor=True)


def race_is_hovered(page: Page, result: race.RaceResult, rng: np.random.Generator, names: list[str]) -> None:
    """Every value beside the pointer is of the step that its first line names."""
    (left, b, m, width), (top, *_) = page.evaluate(AXES, "loss")
    x = left + width * rng.uniform(0.02, 0.98)
    step, *lines = hover(page, "loss", x, top + 10)
    at = int(step.removeprefix("step "))
    assert abs((x - left - b) / m - at) <= result.race.num_steps / 50 + 1
    assert len(lines) == len(names)
    for line in lines:
        name, text = line.rsplit(": ", 1)
        agrees(text, result.gap[names.index(name)][at], line)
    head = painted(page)["heads"]["map"][-1]
    named, place, loss = hover(page, "map", head["x"], head["y"])
    name, at = re.fullmatch(r"(.*), step (\d+)", named).groups()  # pyright: ignore[reportOptionalMemberAccess]
    run = result.trajectories[names.index(name)]
    for text, value in zip(re.fullmatch("x (.*), y (.*)", place).groups(), run.params[int(at)], strict=True):  # pyright: ignore[reportOptionalMemberAccess]
        agrees(text, value, named)
    agrees(loss.removeprefix("loss "), run.loss[int(at)], named)


@pytest.mark.parametrize(("seed", "size"), [(0, (1440, 900)), (1, (360, 740))])
def test_every_figure_of_a_race_is_of_the_step_named(open_page: Opener, seed: int, size: tuple[int, int]):
    link, rng = random_race(seed), np.random.default_rng(seed)
    result = race.run(race_link.from_link(link)[0])
    steps = result.race.num_steps
    at = int(rng.integers(steps // 2, steps)) if seed else 19
    page = open_page(*size, **link, at=str(at))
    settled(page)
    assert painted(page)["step"] == at, "the step that the link asks for, whichever it is"
    names = page.eval_on_selector_all(".ll-legend", "all => all.map(e => e.textContent)")
    for done in moves(page, rng, steps):
        step = painted(page)["step"]
        assert page.inner_text(".ll-counter b") == str(step)
        race_is_named(page, result, step, f"{link}, {done}")
        if done == "opened" and size[0] > 1000:
            race_is_hovered(page, result, rng, names)
    marks = [step for outcome in result.outcomes for step in (outcome.arrived, outcome.diverged)] + [*result.touched]
    for mark in filter(None, marks):
        page.locator(".ll-timeline input").fill(str(mark))
        wait(page, f"p.step === {mark}")
        race_is_named(page, result, mark, f"{link}, where a run arrives or is gone")


def look_of(run: training.Learned, step: int) -> int:
    """The last look at a run no later than a step: its place among the looks."""
    return int(np.flatnonzero(run.at <= step)[-1])


def training_is_named(page: Page, result: training.TrainingResult, step: int, about: str) -> None:
    """The table, the heads and the pictures of a training: each is of a look, and says of which."""
    opened, going = result.runs[0], [run for run in result.runs if not _ended(run, step)]
    head, *rows = page.evaluate(TABLE)
    latest = max((int(run.at[look_of(run, step)]) for run in going), default=step)
    assert head[0] == f"At step {latest}", about
    for row, run in zip(rows, result.runs, strict=True):
        for half, text in enumerate(row[1:3]):
            gone = _ended(run, step)
            known = math.nan if gone else float(run.frames.loss[look_of(run, step), half])
            assert number(text) == pytest.approx(known, rel=0.02, nan_ok=True), (about, row)
    axes = page.evaluate(AXES, "loss")
    for each in painted(page)["heads"]["loss"]:
        run, half = result.runs[int(each["run"].split(".")[0])], ("train", "valid").index(each["name"])
        look = look_of(run, step)
        assert each["step"] == run.at[look] or _ended(run, step), about
        if not _ended(run, step):
            value = max(float(run.frames.loss[look, half]), 1e-300)
            assert each["x"] == pytest.approx(axes[0][0] + axes[0][1] + axes[0][2] * run.at[look], abs=0.05), about
            assert each["y"] == pytest.approx(axes[1][0] + axes[1][1] + axes[1][2] * math.log10(value), abs=1), about
    at = int(opened.at[look_of(opened, step)])
    for panel in ("field", "units"):
        if page.locator(f".ll-panel[data-id={panel}]").is_visible():
            assert page.inner_text(f"[data-id={panel}] .ll-shown") == f"step {at}", (about, panel)
    bars_are_named(page, opened, step, about)


def _ended(run: training.Learned, step: int) -> bool:
    gone = run.trajectory.diverged_at
    return gone is not None and step >= gone


def bars_are_named(page: Page, run: training.Learned, step: int, about: str) -> None:
    """The bar of the output layer, in words, is the gradient norm of the step in the panel's corner."""
    said = int(page.inner_text("[data-id=bars] .ll-shown").removeprefix("step "))
    assert 0 <= step - said <= max(1, run.steps / 100), about
    *_, (top, _, _, height) = page.evaluate(AXES, "bars")
    words = hover(page, "bars", 60, top + height - 4)
    assert words[0] == "output"
    assert run.trajectory.layers is not None
    norm = run.trajectory.layers[said, 0, -1]
    assert number(words[1].removeprefix("norm ")) == pytest.approx(norm, rel=0.02), (about, words, said)


TRAININGS = (
    ({"steps": "600", "r1": "adam", "r2": "momentum"}, 19, {}),
    ({"steps": "1490", "r1": "momentum", "r2": "gradient_descent~learning_rate~100", "present": "1"}, 1003, {}),
)


@pytest.mark.parametrize(("link", "at", "size"), TRAININGS)
def test_every_figure_of_a_training_is_of_the_step_named(open_page: Opener, link: dict, at: int, size: dict):
    with jax.numpy_rank_promotion("allow"):
        result = training.run(training_link.from_link(link)[0])
    page = open_page(path="train", at=str(at), **link, **size)
    settled(page)
    wait(page, f"p.step === {at}")
    for done in moves(page, np.random.default_rng(at), result.training.num_steps):
        training_is_named(page, result, painted(page)["step"], f"{link}, {done}")
    if "present" in link:
        return
    page.locator(".ll-timeline input").fill("45")
    wait(page, "p.step === 45")
    look = result.runs[0].at[look_of(result.runs[0], 45)]
    for panel in ("sample", "histogram", "backward"):
        page.click(f".ll-switch button[data-id={panel}] >> visible=true")
        words = f"document.querySelector('.ll-panel[data-id={panel}] .ll-shown').innerText"
        page.wait_for_function(f"{words} === 'step {look}'")
    (left, b, m, _), (top, *_) = page.evaluate(AXES, "loss")
    step, *lines = hover(page, "loss", left + b + 45 * m, top + 10)
    assert step == "step 45"
    adam = result.runs[0]
    batch, unseen = (next(x for x in lines if x.startswith(f"Adam, {what}")) for what in ("one batch", "unseen"))
    assert number(batch.rsplit(": ", 1)[1]) == pytest.approx(adam.trajectory.loss[45], rel=0.02)
    said = re.fullmatch(r"Adam, unseen: (.*) at step (\d+)", unseen)
    assert said
    assert number(said[1]) == pytest.approx(adam.frames.loss[look_of(adam, 45), 1], rel=0.02)
    assert int(said[2]) == look
