"""What runs of random trainings are called tells them apart, in few words, all of them true."""

import re
from typing import Any

import numpy as np
import pytest

from experiments.training import Learned, TrainingResult
from experiments.training_labels import labels
from landscapes import ACTIVATIONS
from tests.experiments.test_training_sentences import CHUNKS, FUZZ, says
from tests.random_trainings import made_up

# the words of a label, and what each says of a run
WORDS: list[tuple[str, Any]] = [
    (r"depth (.+)", lambda run: run.loss.depth),
    (r"width (.+)", lambda run: run.loss.width),
    (r"batch (.+)", lambda run: min(run.learner.batch_size or 10**9, run.loss.count)),
    (r"dropout (.+)", lambda run: run.loss.dropout),
    (r"gain (.+)", lambda run: run.loss.gain),
    (r"temperature (.+)", lambda run: run.loss.temperature),
    (r"slope (.+)", lambda run: run.loss.slope),
    (r"biases (.+)", lambda run: run.loss.bias_std),
    (r"clipped at (.+)", lambda run: run.learner.run.clip_norm),
    (r"l2 (.+)", lambda run: run.learner.run.l2),
    (r"l1 (.+)", lambda run: run.learner.run.l1),
    (r"decoupled decay (.+)", lambda run: run.learner.run.weight_decay),
    (r"rate (.+)", lambda run: run.descent.hyperparams[run.descent.optimizer.scheduled]),
]
NEGATIONS = {"no skips": "residual", "skips": "residual", "no dropout": "dropout"}


def described(run: Learned) -> tuple:
    """All that the run depends on and the others of its training need not share."""
    own, loss, ways = run.learner.run, run.loss, run.descent
    names = ("network", "depth", "width", "initializer", "gain", "bias_std", "loss", "normalization", "residual",
             "dropout", "temperature", "batch")  # fmt: skip
    fields = [getattr(loss, name) for name in names]
    if run.counts_units:
        fields += [loss.activation, loss.slope if ACTIVATIONS[str(loss.activation)].shape else 0.0]
    fields += [own.optimizer, own.schedule, own.clip_norm, own.l2, own.l1, own.weight_decay]
    return (*fields, *ways.hyperparams.items(), *ways.schedule_hyperparams.items())


def check_labels(result: TrainingResult) -> None:
    """Runs that differ have names that differ, runs that do not are numbered; every number in a name is the run's."""
    found = labels(result.runs)
    assert len(set(found)) == len(found), found
    bare = [re.sub(r", run \d$", "", name) for name in found]
    for i, run in enumerate(result.runs):
        assert (found[i] != bare[i]) == (sum(described(run) == described(other) for other in result.runs) > 1)
        assert found[i] in (bare[i], f"{bare[i]}, run {i + 1}")
        for j, other in enumerate(result.runs):
            assert (bare[i] == bare[j]) == (described(run) == described(other)), found
        words = bare[i].replace("Warmup, c", "Warmup c").replace("warmup, c", "warmup c").split(", ")
        assert len(words) <= max(1, len(result.runs) - 1), "as few as tell them apart"
        for word in words:
            check_word(word.lower(), run)


def check_word(word: str, run: Learned) -> None:
    for pattern, get in WORDS:
        if match := re.fullmatch(pattern, word):
            assert says(match[1], float(get(run))), word
            return
    if word in NEGATIONS:
        assert bool(getattr(run.loss, NEGATIONS[word])) == (not word.startswith("no "))
    elif match := re.fullmatch(r"no (l2|l1|decoupled decay)", word):
        assert getattr(run.learner.run, {"decoupled decay": "weight_decay"}.get(match[1], match[1])) == 0
    elif word == "not clipped":
        assert np.isinf(run.learner.run.clip_norm)
    elif match := re.fullmatch(r"(initializer|normalization|loss) (.+)", word):
        assert str(getattr(run.loss, match[1])).replace("_", " ")[:3] == match[2].replace("-", " ")[:3]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_names_tell_runs_apart(chunk):
    for seed in range(chunk, 4 * FUZZ, CHUNKS):
        check_labels(made_up(seed))
