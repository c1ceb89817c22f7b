"""Every link of the README opens what its sentence says: each claim is checked on a run of that very link."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from experiments import gradients_link, race_link, training_link
from experiments.flow import flow_live
from experiments.race import Race, RaceResult
from experiments.race import run as run_race
from experiments.training import Training, TrainingResult
from experiments.training import run as run_training

README = (Path(__file__).parent.parent / "README.md").read_text()
_LINK = re.compile(r"\]\((http://localhost:8501/\S+)\):?\s+(.+?)(?=\n- |\n\n)", re.DOTALL)
LINKS = {
    (urlsplit(url).path, urlsplit(url).query): " ".join(words.split()) for url, words in _LINK.findall(README)
}


def claims_of(path: str) -> list[tuple[str, str]]:
    return [(query, words) for (page, query), words in LINKS.items() if page == path]


def params(query: str) -> dict[str, list[str]]:
    return parse_qs(query, keep_blank_values=True)


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
    descent, walk = arrived(result)
    assert np.isfinite(descent)
    assert walk == np.inf
    lengths = [np.hypot(*np.diff(t.params, axis=0).T) for t in result.trajectories]
    assert result.descents[0].hyperparams["learning_rate"] == result.descents[1].hyperparams["learning_rate"]
    assert np.isfinite(lengths).all()


def _floor(result: RaceResult) -> None:
    """Over the last twentieth; and over other seeds' noise, for which theory gives the floor."""
    ends = np.array([
        [each.loss[-100:].mean() for each in run_race(replace(result.race, seed=seed)).trajectories] for seed in range(4)
    ])  # fmt: skip
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
    "the same step lengths, with and without the gradient.": _walk,
    "a constant rate keeps a noise floor, one that falls to zero sinks below it.": _floor,
    "your own surface.": _own,
}


@pytest.mark.parametrize(("query", "words"), claims_of("/"), ids=[words for _, words in claims_of("/")])
def test_a_race_shows_what_the_readme_says(query, words):
    race, notices = race_link.from_link(params(query))
    assert not notices
    RACES[words](run_race(race))
