"""Random trainings of the gradients room: what is said of accuracies and deaths is held to the looks at the runs."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from experiments.dying import Dying
from experiments.flow import Flow
from experiments.gradients import RULES, Gradients, matter, trained_curves
from experiments.gradients_verdict import headline, subline
from experiments.gradients_words import curve_labels
from experiments.training import Learned, TrainingResult, run
from tests.experiments.random_curves import counted, random_curve


@cache
def trained(seed: int) -> tuple[Gradients, TrainingResult]:
    rng = random.Random(seed)
    curves = tuple(replace(random_curve(rng), bias=0.0) for _ in range(rng.choice([1, 2, 3])))
    page = Gradients(flow=Flow(curves, rng.choice([1, 3]), 8, seed=seed), matter=True, rule=RULES[seed % len(RULES)])
    return page, run(replace(matter(page), num_steps=rng.choice([16, 25])))


def shares_at(runs: Sequence[Learned], step: int) -> list[float]:
    return [float(each.frames.accuracy[list(each.at).index(step), 1]) for each in runs]


def told_of_training(page: Gradients, result: TrainingResult) -> None:
    text, runs = headline(page, [], result), result.runs
    names = [curve_labels(page.flow.curves)[i] for i in trained_curves(page)]
    gone = {name: each.trajectory.diverged_at for name, each in zip(names, runs, strict=True)
            if each.trajectory.diverged_at is not None}  # fmt: skip
    if len(gone) == len(runs):
        assert f"diverged at step {min(gone.values())}." in text or f"the first at step {min(gone.values())}." in text
        return
    going = {name: each for name, each in zip(names, runs, strict=True) if name not in gone}
    step = int(re.match(r"After (\d+) steps? ", text).group(1))  # pyright: ignore[reportOptionalMemberAccess]
    shares = dict(zip(going, shares_at(list(going.values()), step), strict=True))
    assert step == min(each.at[each.last] for each in going.values())
    said = [float(each) for each in re.findall(r"([0-9.]+) %", text)]
    best, worst = max(shares.values()), min(shares.values())
    assert said == [float(f"{100 * p:.1f}") for p in dict.fromkeys((best, worst)) if p == best or
                    f"{100 * p:.1f}" != f"{100 * best:.1f}"]  # fmt: skip
    first, rest = text.split(" of unseen digits")
    for end, told in ((best, first), (worst, rest if len(said) > 1 else first)):
        assert all(name in told for name, share in shares.items() if f"{100 * share:.1f}" == f"{100 * end:.1f}")
    assert ("diverged" in text) == bool(gone)
    error = 2 * ((best * (1 - best) + worst * (1 - worst)) / len(runs[0].loss.examples.valid_inputs)) ** 0.5
    if len(runs) > 1:
        matters = bool(gone) or best - worst - error > 0.05
        assert text.endswith("it matters." if matters else "here it does not matter." if best - worst + error < 0.05
                             else "too close to call.")  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1, 5, 6])  # two, one, three and three networks
def test_training_is_told_as_it_went(seed):
    page, result = trained(seed)
    told_of_training(page, result)
    rng = random.Random(seed)
    for _ in range(40):  # the same runs with other shares, some of them diverged
        runs = []
        for each in result.runs:
            share = round(rng.choice([0.1, 0.5, 0.9]) + rng.choice([0, 0, rng.uniform(0, 0.08)]), 3)
            right = np.full_like(each.frames.accuracy, share)
            gone = rng.choice([None, None, None, 7])
            runs.append(replace(each, frames=each.frames._replace(accuracy=right),
                                trajectory=replace(each.trajectory, diverged_at=gone)))  # fmt: skip
        told_of_training(page, TrainingResult(result.training, tuple(runs)))
    assert "tuned for none of them, from one seed" in subline(page, [])


@pytest.mark.parametrize("rate", [0.01, 0.3, 1.0, 3.0, 10.0])
def test_deaths_are_told_as_they_were_counted(rate):
    rng = random.Random(int(100 * rate))
    for _ in range(3):
        dying = Dying(rate, rng.choice([1, 2, 3]), rng.choice([1, 4, 16]), 20, rng.choice([0, 1, 2]))
        page = Gradients("dying", dying=dying)
        result = run(dying.training())
        text = headline(page, [], result)
        for kind, each in zip(("ReLU", "Leaky ReLU", "PReLU"), result.runs, strict=True):
            look = np.flatnonzero(np.isfinite(each.frames.loss[:, 0]))[-1]
            off = each.frames.on[:, : dying.depth, : dying.width] == 0
            dead, units, gone = int(off[look].sum()), dying.depth * dying.width, each.trajectory.diverged_at
            if gone is not None:
                assert (
                    f"{kind} diverged at step {gone}, with {dead} of {units} units dead at step {each.at[look]}" in text
                )
            elif kind != "ReLU":
                assert f"f {kind} {dead or 'none'}" in text
            elif dead:
                early = int((off[look] & off[0]).sum())
                assert f"After {each.at[look]} steps at rate {rate:g}, {dead} of {units} ReLU unit" in text
                assert re.search(rf"dead: {early} (was|were) at the start already, {dead - early} died on", text)
            else:
                assert f"none of {counted(units, 'ReLU unit')} is dead" in text
        assert f"{counted(dying.depth, 'hidden layer')} of {counted(dying.width, 'unit')} on moons" in subline(page, [])
