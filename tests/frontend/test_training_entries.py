"""Every entry that the stage shows of random trainings is of the step it stands at, and of the examples it names."""

import re
from itertools import pairwise

import numpy as np
import pytest

from experiments import training as room
from experiments.training import Learned, Learner, Training, TrainingResult, run
from experiments.training_link import from_link
from experiments.training_verdict import headline
from frontend.blob import pack
from frontend.example_panels import wrong_images
from frontend.player import whole_tree
from frontend.training_view import training_tree
from landscapes import DATASETS
from optimizers import descent
from tests.random_trainings import experiment, known

COUNT, CHUNKS = 60, 4


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(room, "FRAMES", 9)
    monkeypatch.setattr(descent, "BATCH_CHUNK", 16)


def tree_of(result: TrainingResult, example: int = 0, state: str = "over") -> dict:
    return training_tree(result, 0, example, (), state=state)


def panels(tree: dict) -> dict[str, dict]:
    return {panel["id"]: panel for panel in tree["panels"]}


def check_series(tree: dict, runs: tuple[Learned, ...]) -> None:
    """Each figure stands at the step of its look; where there was no look there is no figure."""
    for name, leaf, half in (("train", "loss", 0), ("valid", "loss", 1), ("train_accuracy", "accuracy", 0),
                             ("valid_accuracy", "accuracy", 1)):  # fmt: skip
        for row, at, one in zip(tree["series"][name], tree["steps"][name], runs, strict=True):
            looks = {
                int(step): float(value) for step, value in zip(one.at, getattr(one.frames, leaf)[:, half], strict=True)
            }
            expected = [value for step, value in looks.items()]
            np.testing.assert_array_equal(row[: len(expected)], expected)
            np.testing.assert_array_equal(at[: len(expected)], list(looks))
            assert np.isnan(row[len(expected) :]).all()
    for sent, one in zip(tree["runs"], runs, strict=True):
        gone = one.trajectory.diverged_at
        assert sent["diverged"] == gone or (gone is None and not np.isfinite(one.frames.loss[-1]).all())
        assert sent["stopped"] == (one.stopped if sent["diverged"] is None else None)
    right = [column for column in tree["table"]["columns"] if column["series"] == "valid_accuracy"]
    assert bool(right) == (DATASETS[runs[0].loss.dataset].task == "classes"
                           and any(np.isfinite(one.frames.accuracy).any() for one in runs))  # fmt: skip


def check_progress(tree: dict, result: TrainingResult) -> None:
    """The steps told are those that every run under way has taken."""
    going = [
        len(one.trajectory.loss) - 1
        for one in result.runs
        if one.stopped is None and one.trajectory.diverged_at is None
    ]
    match = re.fullmatch(r"(?:Training: step|You stopped it at step) (\d+) of (\d+)", tree["progress"]["text"])
    assert match
    assert int(match[2]) == result.training.num_steps
    if going:
        assert int(match[1]) == min(going) == tree["clock"]["done"]
    else:
        ends = [one.trajectory.diverged_at if one.stopped is None else one.stopped for one in result.runs]
        assert int(match[1]) == max(end for end in ends if end is not None)


def check_units(tree: dict, one: Learned) -> None:
    """As many crosses at the step of the headline as it counts dead; none in a run that diverged."""
    units = panels(tree).get("units")
    if units is None:
        return
    crossed = int(((units["died"] >= 0) & (units["died"] <= one.at[one.last])).sum())
    said = headline(TrainingResult(Training(learners=(one.learner,)), (one,)))
    match = re.search(
        r"(\d+) of (?:its \d+|its) units (?:is|are) dead|all (\d+) of its units are dead|(only) unit is dead", said
    )
    if DATASETS[one.loss.dataset].task == "classes":
        assert crossed == (int(match[1] or match[2] or 1) if match else 0), said
    if tree["runs"][0]["diverged"] is not None:
        assert (units["died"] == -1).all()
    np.testing.assert_array_equal(units["share"] == 0, one.frames.on[:, one.unit_layers, : one.units] == 0)


def check_example(tree: dict, one: Learned, example: int) -> None:
    """The caption says which half, which of how many, and the class."""
    data, sample = one.loss.examples, panels(tree)["sample"]
    first = len(data.train_inputs)
    example = min(example, first + len(data.valid_inputs) - 1)
    half, at, count = (
        ("training", example, first) if example < first else ("unseen", example - first, len(data.valid_inputs))
    )
    assert sample["caption"].startswith(f"{half} example {at + 1:,} of {count:,}")
    targets = data.train_targets if half == "training" else data.valid_targets
    if data.num_classes > 1:
        assert sample["caption"].split(": ")[1].split(",")[0] == data.class_names[targets[at]]
    else:
        assert sample["target"] == pytest.approx(float(targets[at]))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_entries_are_true(chunk):
    for seed in range(chunk, COUNT, CHUNKS):
        with np.errstate(all="ignore"):
            result = known(experiment(seed), seed)
            example = (37 * seed) % 150
            tree = tree_of(result, example)
            check_series(tree, result.runs)
            check_units(tree, result.runs[0])
            check_example(tree, result.runs[0], example)
            for state in ("under way", "stopped"):
                check_progress(tree_of(result, example, state), result)


@pytest.mark.parametrize("validation", [0.5, 0.8])
def test_all_unseen_images_are_counted(validation):
    """Those wrong, of as many as are unseen, are what the headline's share leaves."""
    one = run(Training("digits", validation=validation, num_steps=20,
                       learners=(Learner(network="softmax_regression"),))).runs[0]  # fmt: skip
    images, unseen = panels(tree_of(TrainingResult(Training(), (one,))))["images"], len(one.loss.examples.valid_inputs)
    assert images["total"] == unseen
    np.testing.assert_allclose(images["count"] / unseen, 1 - one.frames.accuracy[:, 1], atol=1e-6)


def test_a_network_without_numbers_takes_images_for_nothing():
    one = run(
        Training("digits", size=100, num_steps=5, learners=(Learner(settings=(("gain", 1e6), ("depth", 8))),))
    ).runs[0]
    assert one.diverged == 0
    images = panels(tree_of(TrainingResult(Training(), (one,))))["images"]
    first, count = len(one.loss.examples.train_inputs), len(one.loss.examples.valid_inputs)
    answers = one.frames.outputs[-1, first : first + count]
    no_number = ~np.isfinite(answers).all(1)
    assert no_number.any()
    last = slice(*[0, *images["ends"]][-2:])
    named = images["index"][images["place"][last]][images["guess"][last] == images["class_names"].index("nothing")]
    np.testing.assert_array_equal(named, np.flatnonzero(no_number)[: len(named)])
    assert len(named) == min(no_number.sum(), 400)


def test_what_is_sent_of_images_is_what_is_wrong_and_no_more():
    rng = np.random.default_rng(0)
    looks, count = 5, 900
    images, truth = rng.integers(0, 17, (count, 8, 8)), rng.integers(0, 10, count)
    guess, sure = (
        np.where(rng.random((looks, count)) < 0.7, truth, 10),
        rng.integers(0, 256, (looks, count)).astype("u1"),
    )
    guess[0], guess[3] = (truth + 1) % 10, truth  # all wrong, all right
    sent = wrong_images(images, truth, guess, sure)
    assert sent["count"].tolist() == (guess != truth).sum(1).tolist()
    for look, (begin, end) in enumerate(pairwise([0, *sent["ends"]])):
        wrong = np.flatnonzero(guess[look] != truth)[:400]
        place = sent["place"][begin:end]
        np.testing.assert_array_equal(sent["index"][place], wrong)
        np.testing.assert_array_equal(sent["images"][place], images[wrong])
        np.testing.assert_array_equal(sent["truth"][place], truth[wrong])
        np.testing.assert_array_equal(sent["guess"][begin:end], guess[look, wrong])
        np.testing.assert_array_equal(sent["sure"][begin:end], sure[look, wrong])
    shown = [np.flatnonzero(row != truth)[:400] for row in guess]
    assert len(sent["images"]) == len(np.unique(np.concatenate(shown)))


def test_what_is_sent_of_a_convolutional_network_is_small():
    """Half of what it was with every image's answer at every look, whether or not it was wrong."""
    result = run(from_link({"data": "digits", "n1": "cnn"})[0])
    assert len(pack(whole_tree(tree_of(result)))) <= 120_000
    assert len(pack(whole_tree(tree_of(result, state="under way")))) <= 70_000
