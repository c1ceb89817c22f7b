"""What is said of trainings and of gradients while they play is true of the looks it names, over random experiments."""

import os
import random
import re

import numpy as np
import pytest

from experiments import gradients_commentary, training_commentary
from experiments import training as room
from experiments.flow import Flow, flow_live
from experiments.gradients_words import curve_labels
from experiments.training import Learned
from experiments.training_labels import names
from landscapes import DATASETS
from optimizers import descent
from tests.experiments.random_curves import random_curve
from tests.experiments.test_gradients_sentences import N, holds
from tests.experiments.test_training_sentences import says, says_share
from tests.random_trainings import made_up

FUZZ, CHUNKS = int(os.environ.get("TRAINING_FUZZ", "300")), 6


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(room, "FRAMES", 9)
    monkeypatch.setattr(descent, "BATCH_CHUNK", 16)


def value(run: Learned, step: int) -> float:
    """Of the look at this very step: the share right of unseen examples, or the loss on them."""
    (row,) = np.flatnonzero(run.at == step)
    classes = DATASETS[run.loss.dataset].task == "classes"
    return float((run.frames.accuracy if classes else run.frames.loss)[row, 1])


def fits(text: str, run: Learned, step: int) -> bool:
    """Whether a figure is that of the look at a step."""
    now = value(run, step)
    return says_share(text, now) if text.endswith("%") else says(text, now)


SHARE, LOSS = r"right on (\S+ %) of unseen \w+", r"the loss on unseen \w+ is (\S+)"


def check_one(run: Learned, said: str, t: int) -> None:
    low = said.lower()
    if m := re.fullmatch(r"the net diverged (at|by) step (\d+)\.", low):
        assert run.diverged == int(m[2]) <= t
    elif m := re.fullmatch(rf"before the first step (?:the net is )?(?:{SHARE}|{LOSS}): how .*\?", low):
        assert fits(m[1] or m[2], run, 0)
    elif m := re.fullmatch(rf"(?:{SHARE}|{LOSS}) at step (\d+); (?:as )?(\d+) steps? before(?: it was (.+))?\.", low):
        at, since = int(m[3]), int(m[4])
        assert at <= t
        assert since > 0
        assert fits(m[1] or m[2], run, at)
        assert fits(m[5] or m[1] or m[2], run, at - since)
    else:
        raise AssertionError(f"what is {said!r}?")


FIGURE = r"(?: on| (?:has|have) a loss of| at) (\S+(?: %)?)"


def check_many(runs: tuple[Learned, ...], called: list[str], said: str, t: int) -> None:
    gone = [i for i, run in enumerate(runs) if run.diverged is not None and run.diverged <= t]
    for i, name in enumerate(called):
        assert bool(re.search(rf"(?:^|; |\. ){re.escape(name)} diverged", said)) == (i in gone)
    head = re.match(r"At step (\d+) |Before the first step ", said)
    if len(gone) == len(runs):
        return
    assert head
    step = int(head[1] or 0)
    assert step <= t
    best = None
    for clause in said[head.end() : -1].split("; "):
        if m := re.fullmatch(rf"(.*?)(?: (?:is|are) right)?{FIGURE}(?: (?:of|on) unseen \w+)?", clause):
            values = []
            for i, run in enumerate(runs):
                own = re.search(rf"(?:^|, | and ){re.escape(called[i])}(?: \(step (\d+)\))?(?=$|, | and )", m[1])
                if own and i not in gone:
                    assert fits(m[2], run, int(own[1] or step)), (clause, called[i])
                    values.append(value(run, int(own[1] or step)))
            assert values
            down = m[2].endswith("%")
            if best is not None:
                assert (max(values) < best) if down else (min(values) > best * 0.98)
            best = min(values) if down else max(values)
        else:
            assert "diverged" in clause, clause


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_said_while_a_training_plays_is_true(chunk):
    for seed in range(chunk, FUZZ, CHUNKS):
        result = made_up(seed)
        said = training_commentary.commentary(result.runs)
        if not result.runs:
            continue
        assert [step for step, _ in said] == sorted({step for step, _ in said})
        assert said[0][0] == 0
        for step, sentence in said:
            if len(result.runs) == 1:
                check_one(result.runs[0], sentence, step)
            else:
                check_many(result.runs, names(result.runs), sentence, step)


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_shares_of_dead_units_are_those_of_the_looks(seed):
    runs = made_up(seed).runs
    dead = {id(run): np.random.default_rng(seed + i).uniform(0, 1, len(run.at)) for i, run in enumerate(runs)}
    called = [f"net {i}" for i in range(len(runs))]
    for step, sentence in training_commentary.death_commentary(runs, called, lambda run: dead[id(run)]):
        for run, name in zip(runs, called, strict=True):
            if run.diverged is not None and run.diverged <= step:
                assert f"{name} diverged" in sentence
                continue
            shown = np.flatnonzero((run.at <= step) & np.isfinite(run.frames.loss).all(1))
            (text,) = re.findall(rf"(\S+ %) of (?:the units of )?{name}(?:,|\.)", sentence)
            assert says_share(text, float(dead[id(run)][shown[-1] if shown.size else 0]))


@pytest.mark.parametrize("seed", range(40))
def test_what_is_said_while_a_gradient_goes_back_is_true(seed):
    rng = random.Random(seed)
    flow = Flow(tuple(random_curve(rng) for _ in range(rng.randint(1, 4))), depth=rng.randint(1, 12), width=8, seeds=3)
    found, called = list(flow_live(flow))[-1], curve_labels(flow.curves)
    said = gradients_commentary.commentary(found, called, "layer")
    assert len(said) == flow.depth + 1
    assert said[0][1].endswith("how much of it will reach the first layer?")
    for back, sentence in said[1:]:
        sizes = [float(np.median(measured.gradient[:, back])) for measured in found]
        known = [size for size in sizes if np.isfinite(size)]
        if not known:
            assert "has left float32" in sentence
            continue
        m = re.fullmatch(rf"(\d+) layers? back {N} of the gradient is left in (.+?)(?:, {N} in (.+))?\.", sentence)
        assert m, sentence
        assert int(m[1]) == back
        holds(m[2], m[3], min(known))
        if m[6]:
            holds(m[5], m[6], max(known))
        assert sizes[called.index(m[4])] == min(known)
