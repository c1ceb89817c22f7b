"""Every link of the README opens what its sentence says: each claim is checked on a run of that very link."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from experiments import gradients_link, race_link, training_link
from experiments.gradients import matter
from experiments.race import RaceResult
from experiments.race import run as run_race
from experiments.training import TrainingResult
from experiments.training import run as run_training
from landscapes.networks.backward import measure
from landscapes.networks.through_time import measure_time

README = (Path(__file__).parent.parent / "README.md").read_text()
_LINK = re.compile(r"\]\((http://localhost:8501/\S+)\):?\s+(.+?)(?=\n- |\n\n)", re.DOTALL)
LINKS = {(urlsplit(url).path, urlsplit(url).query): " ".join(words.split()) for url, words in _LINK.findall(README)}


def arrived(result: RaceResult) -> list[float]:
    """When each run's loss came within a thousandth of the minimum to stay, by a rule of this file's own."""
    minimum = result.surface.minimum
    assert minimum is not None
    steps = []
    for each in result.trajectories:
        away = np.flatnonzero(~(np.abs(each.loss - minimum) <= 1e-3))
        settled = away[-1] + 1 if away.size else 0
        steps.append(float(settled) if settled < len(each.loss) else np.inf)
    return steps


def _wells(result: RaceResult) -> None:
    minima = np.array(result.surface.minima)
    losses = [float(result.surface(point)) for point in minima]
    np.testing.assert_allclose(losses, losses[0], atol=1e-8)
    ends = [t.params[-1] for t, at in zip(result.trajectories, arrived(result), strict=True) if np.isfinite(at)]
    assert len(minima) == 4
    assert len({int(np.argmin(np.hypot(*(minima - end).T))) for end in ends}) > 1


def _momentum(result: RaceResult) -> None:
    plain, heavy, nesterov = arrived(result)
    assert max(heavy, nesterov) < plain / 2


def _walk(result: RaceResult) -> None:
    """Both step by rate times slope, each where it stands; one of them down the slope."""
    descent, walk = arrived(result)
    assert np.isfinite(descent)
    assert walk == np.inf
    rates = [each.hyperparams["learning_rate"] for each in result.descents]
    assert rates[0] == rates[1]
    for each in result.trajectories:
        lengths = np.hypot(*np.diff(each.params, axis=0).T)
        np.testing.assert_allclose(lengths, rates[0] * each.grad_norm[:-1], rtol=1e-6, atol=1e-12)


def _floor(result: RaceResult) -> None:
    """Over the last twentieth; and over other seeds' noise, for which theory gives the floor."""
    races = [run_race(replace(result.race, seed=seed)) for seed in range(4)]
    ends = np.array([[each.loss[-100:].mean() for each in race.trajectories] for race in races])
    assert (ends[:, 0] > 3 * ends[:, 1]).all()
    floor = sum(0.5 * curve * 0.1 / (curve * (2 - 0.1 * curve)) for curve in (1, 2))
    np.testing.assert_allclose(ends[:, 0].mean(), floor, rtol=0.4)


def _own(result: RaceResult) -> None:
    assert result.race.formula
    at = result.trajectories[0].params[0]
    np.testing.assert_allclose(result.trajectories[0].loss[0], at[0] ** 2 + 3 * np.sin(at[1]))


RACES: dict[str, Callable[[RaceResult], None]] = {
    "four equal wells; runs from one start end in different ones.": _wells,
    "a valley a hundred times steeper across than along; what momentum is for.": _momentum,
    "steps as long as the slope makes them, with and without its direction.": _walk,
    "a constant rate keeps a noise floor, one that falls to zero sinks below it.": _floor,
    "your own surface.": _own,
}


def accuracies(result: TrainingResult) -> list[float]:
    """The share of unseen examples that each run is right on at its last look."""
    return [float(run.frames.accuracy[-1, 1]) for run in result.runs]


def _boundary(result: TrainingResult) -> None:
    assert accuracies(result)[0] > 0.9


def _starved(result: TrainingResult) -> None:
    plain, skips = accuracies(result)
    assert plain < 0.3
    assert skips > 0.9


def _slopes(result: TrainingResult) -> None:
    (learned,) = result.runs
    slopes = [
        [layer["slope"] for layer in learned.loss.unflatten(learned.params[i]).values() if "slope" in layer]
        for i in (0, -1)
    ]
    assert slopes[0]
    assert all(not np.allclose(first, last) for first, last in zip(*slopes, strict=True))


def _losses(result: TrainingResult) -> None:
    assert [run.loss.loss for run in result.runs] == ["cross_entropy", "brier"]


def _memory(result: TrainingResult) -> None:
    lstm, plain = (float(run.frames.loss[-1, 1]) for run in result.runs)
    assert lstm < plain / 2


def _wrong(result: TrainingResult) -> None:
    assert 0.9 < accuracies(result)[0] < 1


def _early(result: TrainingResult) -> None:
    (run,) = result.runs
    assert run.stopped is not None
    assert run.stopped < result.training.num_steps
    unseen = run.frames.loss[:, 1]
    assert run.best == int(run.at[int(np.argmin(unseen))]) < run.stopped


TRAININGS: dict[str, Callable[[TrainingResult], None]] = {
    "a boundary that winds itself around.": _boundary,
    "ten sigmoid layers on digits starve; with skips around them they learn.": _starved,
    "slopes that are learned.": _slopes,
    "cross-entropy against squared error.": _losses,
    "a memory against none.": _memory,
    "which digits are still wrong?": _wrong,
    "early stopping on few, noisy points.": _early,
}


def left(page, seeds: int = 4) -> list[float]:
    """What of a gradient is left at the first layer: of each curve, the median over networks."""
    out = []
    for curve in page.flow.curves:
        passage = measure(curve.layers(page.flow.depth), width=page.flow.width, seeds=range(seeds))
        out.append(float(np.median(np.prod(passage.factor, axis=1))))
    return out


def _starves(page) -> None:
    sigmoid, _, relu = left(page)
    assert sigmoid < 1e-6
    assert 0.2 < relu < 5


def _edge(page) -> None:
    edge, below, above = left(page)
    assert 0.05 < edge < 20
    assert below < edge / 100
    assert above > 100 * edge


def _grows(page) -> None:
    batch, layer = left(page)
    assert batch > 100
    assert layer < batch / 100


def _time(page) -> None:
    assert page.mode == "time"
    for cell in ("lstm", "gru"):
        assert 5.0 in {curve.gate for curve in page.time.curves if curve.cell == cell}
    cells = [curve.built() for curve in page.time.curves if curve.cell == "lstm"]
    passages = [measure_time(cell, steps=page.time.steps, seeds=range(4)) for cell in cells]
    lost, kept = (float(np.median(each.state[:, -1])) for each in passages)
    assert lost < 1e-3
    assert 0.1 < kept < 10
    assert {0.9, 1.0, 1.1} <= {curve.scale for curve in page.time.curves if curve.cell == "rnn"}


def _kills(page) -> None:
    relu = run_training(page.dying.training()).runs[0]
    off = (relu.frames.on[:, relu.unit_layers, : relu.units] <= 0).reshape(len(relu.frames.on), -1).sum(1)
    assert off[-1] > off[0]


def _matters(page) -> None:
    result = run_training(matter(page))
    shares = dict(zip([run.loss.activation for run in result.runs], accuracies(result), strict=True))
    assert shares["sigmoid"] < 0.3
    assert shares["relu"] > 0.8


GRADIENTS: dict[str, Callable[..., None]] = {
    "sigmoid starves.": _starves,
    "the edge of chaos; click the map to move.": _edge,
    "where batch norm makes gradients grow.": _grows,
    "a plain recurrent net at 0.9, 1.0 and 1.1, LSTMs and GRUs that forget and keep, and what clipping does.": _time,
    "a learning rate that kills ReLUs.": _kills,
    "does it matter? The same networks, trained on digits.": _matters,
}


def run_race_of(query: str) -> tuple[RaceResult, list[str]]:
    race, notices = race_link.from_link(query)
    return run_race(race), notices


def run_training_of(query: str) -> tuple[TrainingResult, list[str]]:
    training, _, notices = training_link.from_link(query)
    return run_training(training), notices


ROOMS: dict[str, tuple[Callable[[str], tuple[Any, list[str]]], dict[str, Callable[[Any], None]]]] = {
    "/": (run_race_of, RACES),
    "/train": (run_training_of, TRAININGS),
    "/gradients": (gradients_link.from_link, GRADIENTS),
}


@pytest.mark.parametrize(("where", "words"), LINKS.items(), ids=LINKS.values())
def test_a_link_opens_what_its_sentence_says(where, words):
    path, query = where
    open_, claims = ROOMS[path]
    shown, notices = open_(query)
    assert not notices
    claims[words](shown)


def test_no_link_of_the_readme_is_left_out():
    shown = len(re.findall(r"\]\(http://localhost:8501/[^)]", README))
    assert shown == len(LINKS) == sum(len(claims) for _, claims in ROOMS.values())
