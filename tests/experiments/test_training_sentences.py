"""Over random trainings every sentence is literally true: each is taken apart and held to the arrays it speaks of.

The rules stand here anew, and nothing of the sentences' own making is used but the sentences.
"""

import os
import re
from itertools import pairwise, permutations

import numpy as np
import pytest

from experiments import training as room
from experiments.training import Learned, TrainingResult
from experiments.training_labels import labels
from experiments.training_verdict import headline, subline
from landscapes import DATASETS
from optimizers import descent
from tests.random_trainings import experiment, known, made_up

FUZZ = int(os.environ.get("TRAINING_FUZZ", "300"))  # full size: TRAINING_FUZZ=5000
CHUNKS = 10
THINGS = {"points": "point", "curve": "point", "images": "image", "sequence": "sequence", "text": "character"}
SUPER = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Few looks, and chunks so short that a training of sixty steps can be caught on its way."""
    monkeypatch.setattr(room, "FRAMES", 9)
    monkeypatch.setattr(descent, "BATCH_CHUNK", 16)


def value_of(text: str) -> float:
    """The number that a text says, powers of ten included."""
    mantissa, _, power = text.replace(",", "").partition("×10")
    if not power and re.fullmatch("10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", mantissa):
        mantissa, power = "1", mantissa[2:]
    return float(mantissa.translate(SUPER)) * 10.0 ** int(power.translate(SUPER) or 0)


def says_share(text: str, share: float) -> bool:
    """Rounded as it is written; none and all only where they are."""
    digits = text.removesuffix(" %")
    decimals = len(digits.partition(".")[2])
    near = abs(float(digits) - 100 * share) <= 0.5 * 10**-decimals + 1e-5
    return near and (float(digits) == 0) == (share == 0) and (float(digits) == 100) == (share == 1)


def says(text: str, value: float, rel: float = 6e-3) -> bool:
    """To three figures, and to two before a power of ten."""
    rel = max(rel, 0.051) if "×" in text else rel
    return value_of(text) == pytest.approx(value, rel=rel, abs=0)


def singular(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


class Seen:
    """What the arrays of a run say, by the rules of this file."""

    def __init__(self, run: Learned) -> None:
        self.run = run
        losses = run.frames.loss
        ok = [bool(np.isfinite(losses[i]).all()) for i in range(len(run.at))]
        rows = np.flatnonzero(~np.isfinite(run.trajectory.loss))
        norms = run.trajectory.layers
        if norms is not None and norms.ndim == 3:
            rows = np.union1d(rows, np.flatnonzero(~np.isfinite(norms[:, 1]).all(1)))
        self.exact = run.trajectory.diverged_at is not None
        self.gone = run.trajectory.diverged_at if self.exact else None
        if self.exact:
            assert not rows.size or rows[0] == self.gone
        elif not ok[-1]:
            self.gone = int(run.at[max((i + 1 for i, fine in enumerate(ok) if fine), default=0)])
        if run.best is not None:  # the first of the lowest losses on unseen examples
            self.look = 0
            for i, loss in enumerate(losses[:, 1]):
                self.look = i if loss < losses[self.look, 1] else self.look
        else:
            self.look = max((i for i, fine in enumerate(ok) if fine), default=0)
        self.step = int(run.at[self.look])
        self.loss = losses[self.look]
        self.right = self.shares()

    def shares(self) -> np.ndarray:
        """Of the training and unseen examples that are answered right: counted in the outputs where there are some."""
        run, data = self.run, self.run.loss.examples
        if run.frames.outputs is None or data.num_classes == 1:
            return run.frames.accuracy[self.look].astype(float)
        first, both = len(data.train_inputs), len(data.train_inputs) + len(data.valid_inputs)
        guess = run.frames.outputs[self.look].argmax(-1)
        return np.array([np.sum(guess[:first] == data.train_targets) / first,
                         np.sum(guess[first:both] == data.valid_targets) / (both - first)])  # fmt: skip

    @property
    def dead(self) -> int:
        """Units that are off for every training example from the look that counts to the last."""
        on = self.run.frames.on[self.look :, self.run.unit_layers, : self.run.units]
        return int((on == 0).all(0).sum())

    @property
    def units(self) -> int:
        return self.run.frames.on[0, self.run.unit_layers, : self.run.units].size


def things(run: Learned) -> str:
    return f"{THINGS[DATASETS[run.loss.dataset].kind]}s"


def classes(run: Learned) -> bool:
    return DATASETS[run.loss.dataset].task == "classes"


AFTER = r"(?:After (?P<after>[\d,]+) (?P<word>steps?)|(?P<start>At the start))"


def says_step(match: re.Match, step: int) -> bool:
    if match["start"]:
        return step == 0
    return int(match["after"].replace(",", "")) == step and match["word"] == singular(step, "step") and step > 0


def check_gone(text: str, seen: Seen) -> None:
    match = re.fullmatch(r"(?:(at|by) step (\d+)|at the start)(?:, first in (.+))?", text)
    assert match, text
    assert int(match[2] or 0) == seen.gone
    if match[1]:
        assert (match[1] == "at") == seen.exact
    assert (match[3] or "") == seen.run.went_first
    assert match[3] is None or match[3].removeprefix("the weights of ") in seen.run.loss.layer_names


def check_alone(said: str, seen: Seen) -> None:
    run, end = seen.run, int(seen.run.at[-1])
    if seen.gone is not None:
        assert said.startswith("The net diverged ")
        check_gone(said.removeprefix("The net diverged ")[:-1], seen)
        return
    best = r"(?:, best (?:at (?P<best>\d+)|(?P<first>at the start)):)?"
    match = re.match(rf"(?:{AFTER}|Stopped at step (?P<stopped>\d+)){best} (?P<rest>.+)\.$", said)
    assert match, said
    if match["stopped"]:
        assert int(match["stopped"]) == run.stopped == end
    else:
        assert run.stopped is None
        assert says_step(match, end if match["best"] or match["first"] else seen.step)
    if match["best"] or match["first"]:
        assert int(match["best"] or 0) == seen.step
        assert run.best is not None
    else:
        assert seen.step == end or run.best is None
    check_figures(match["rest"], seen)


def check_figures(rest: str, seen: Seen) -> None:
    """The figures of one run."""
    who = things(seen.run)
    if classes(seen.run):
        dying = r"; (all (\d+) of its units are|its only unit is|(\d+) of its (\d+) units (is|are)) dead"
        trained = r", and on ([\d.]+ %) of those it trained on"
        match = re.fullmatch(rf"the net is right on ([\d.]+ %) of unseen {who}({trained}|{dying})", rest)
        assert match, rest
        assert says_share(match[1], seen.right[1])
        dead = seen.dead if seen.run.counts_units else 0
        assert (match[4] is not None) == bool(dead)
        if match[3]:
            assert says_share(match[3], seen.right[0])
        if match[5]:
            assert dead == seen.units == int(match[5]) > 1
        elif match[6]:
            assert (dead, seen.units, dead == 1) == (int(match[6]), int(match[7]), match[8] == "is")
            assert dead < seen.units
        elif match[4]:
            assert dead == seen.units == 1
        return
    match = re.fullmatch(rf"the loss on unseen {who} is (\S+), (.+)", rest)
    assert match, rest
    train, unseen = map(float, seen.loss)
    assert says(match[1], unseen)
    if ratio := re.fullmatch(rf"(\S+) times that on training {who}", match[2]):
        assert says(ratio[1], unseen / train, 0.051)
        assert abs(value_of(ratio[1]) - 1) > 0.04
    elif match[2] == f"about the same as on training {who}":
        assert unseen == pytest.approx(train, rel=0.051)
    elif match[2] == "with none left in training":
        assert train == 0 < unseen
    else:
        assert (match[2], train, unseen) == (f"as on training {who}", 0, 0)


def joined(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def runs_of(text: str, names: list[str]) -> list[tuple[int, int | None]]:
    """Which runs a list of names is of, in its order, each with the step behind it; names may hold commas."""
    steps = [int(step or 0) for step in re.findall(r" \((?:step (\d+)|at the start)\)", text)]
    bare = re.sub(r" \((?:step \d+|at the start)\)", "", text)
    for count in range(1, len(names) + 1):
        for some in permutations(range(len(names)), count):
            if joined(tuple(names[i] for i in some)).lower() == bare.lower():
                assert not steps or len(steps) == count
                return list(zip(some, steps or [None] * count, strict=True))
    raise AssertionError(f"{text!r} names none of {names}")


def check_together(said: str, result: TrainingResult) -> None:
    runs = [Seen(run) for run in result.runs]
    names, left = labels(result.runs), [i for i, seen in enumerate(runs) if seen.gone is None]
    if not left:
        who = "Both runs" if len(runs) == 2 else {3: "All three runs", 4: "All four runs"}[len(runs)]
        for i, part in enumerate(said.removeprefix(f"{who} diverged: ")[:-1].split("; ")):
            assert part.lower().startswith(names[i].lower())
            check_gone(part[len(names[i]) + 1 :], runs[i])
        return
    match = re.match(rf"(?:{AFTER} |(?P<best>Each at its best: |At its best: ))?(?P<rest>.+)\.$", said)
    assert match
    assert bool(match["best"]) == (result.training.patience > 0)
    assert not match["best"] or (match["best"] == "At its best: ") == (len(left) == 1)
    if match["after"] or match["start"]:
        assert all(says_step(match, runs[i].step) for i in left)
    told, parts = [], match["rest"].split("; ")
    for place, part in enumerate(parts):
        if " diverged " in part:
            name, _, rest = part.partition(" diverged ")
            (i, _), = runs_of(name, names)  # fmt: skip
            check_gone(rest, runs[i])
            told.append(([i], ""))
        else:
            told.append(check_place(part, place, runs, names, bool(match["after"] or match["start"])))
    assert sorted(i for some, _ in told for i in some) == list(range(len(runs))), "each once"
    check_order([some for some, figure in told if figure], [figure for _, figure in told if figure], runs)


def check_place(part: str, place: int, runs: list[Seen], names: list[str], one_step: bool) -> tuple[list[int], str]:
    """Those who share a place, and the figure; the first place says what the figures are."""
    who, run = things(runs[0].run), runs[0].run
    if classes(run):
        pattern = rf"(.+) (is|are) right on ([\d.]+ %) of unseen {who}" if place == 0 else r"(.+)() on ([\d.]+ %)"
    else:
        pattern = rf"(.+) (has|have) a loss of (\S+) on unseen {who}" if place == 0 else r"(.+)() at (\S+)"
    match = re.fullmatch(pattern, part)
    assert match, part
    some = runs_of(match[1], names)
    assert place or (match[2] in ("is", "has")) == (len(some) == 1)
    for i, step in some:
        assert (step is None) == one_step or len({seen.step for seen in runs if seen.gone is None}) == 1
        assert step is None or step == runs[i].step
        assert says_share(match[3], runs[i].right[1]) if classes(run) else says(match[3], float(runs[i].loss[1]))
    return [i for i, _ in some], match[3]


def check_order(places: list[list[int]], figures: list[str], runs: list[Seen]) -> None:
    """The best first; equals share a place, and what shares a place cannot be told apart by its figure."""
    assert len(set(figures)) == len(figures)
    for one, other in pairwise(places):
        for i in one:
            for j in other:
                if classes(runs[i].run):
                    assert runs[i].right[1] > runs[j].right[1] + 1e-9
                else:
                    assert runs[i].loss[1] < runs[j].loss[1]
    for place in places:
        if classes(runs[place[0]].run):
            assert len({round(float(runs[i].right[1]), 9) for i in place}) == 1


def check_subline(result: TrainingResult, said: str, head: str) -> None:
    runs, first = result.runs, result.runs[0]
    data, windows = first.loss.examples, DATASETS[first.loss.dataset].kind == "text"
    parts = said.removesuffix(".").split("; ")
    count, unseen = len(data.train_inputs), len(data.valid_inputs)
    word = singular(count, "window" if windows else things(first)[:-1])
    assert parts[0] == f"{count:,} training {word}{' of text' if windows else ''}, {unseen:,} unseen"
    rest = "; ".join(parts[1:])
    assert ("a dead unit has slope zero" in rest) == (" dead" in head)
    assert (f"best is the lowest loss on unseen {things(first)}" in rest) == ("best" in head)
    tiled = [run for run in runs if run.loss.normalization == "batch" and run.loss.batch > 64]
    assert ("batch statistics are of at most 64 examples in training, of all in these figures" in rest) == bool(tiled)
    if len(runs) == 1:
        match = re.fullmatch(r"([\d,]+) (parameters?), (?:(all) examples|([\d,]+) (examples?)) a step", parts[1])
        assert match, parts[1]
        check_one(match, first)
        return
    starts = all(alike(first, run) for run in runs[1:])
    batches = len({run.loss.batch for run in runs}) == 1
    assert ("same start" in rest, "same batches" in rest) == (starts, batches)
    assert ("starts differ" in rest) == (not starts)
    assert ("batches differ in size" in rest or "and batches in size" in rest) == (not batches)
    check_stops(rest, runs)


def check_one(match: re.Match, run: Learned) -> None:
    """The parameters are counted in the start's arrays; what is not learned does not count."""
    arrays = run.loss.unflatten(run.loss.start())
    out = {"slope"} if run.loss.activation != "prelu" else set()
    out |= {"scale", "shift", "down_scale", "down_shift"} if run.loss.normalization == "none" else set()
    count = sum(a.size for layer, parts in arrays.items() for name, a in parts.items()
                if layer in run.loss.layer_names and not any(name.startswith(no) for no in out))  # fmt: skip
    assert int(match[1].replace(",", "")) == count
    assert match[2] == singular(count, "parameter")
    batch = min(run.learner.batch_size or 10**9, run.loss.count)
    assert (match[3] is not None) == (batch == run.loss.count)
    assert match[4] is None or (int(match[4]), match[5]) == (batch, singular(batch, "example"))


def alike(one: Learned, other: Learned) -> bool:
    """Whether two runs begin with the same arrays."""
    a, b = (run.loss.unflatten(run.loss.start()) for run in (one, other))
    return a.keys() == b.keys() and all(
        a[layer].keys() == b[layer].keys() and all(np.array_equal(a[layer][k], b[layer][k]) for k in a[layer])
        for layer in a
    )


def check_stops(rest: str, runs: tuple[Learned, ...]) -> None:
    """Every run that early stopping ended is named with its step, and no other."""
    names = labels(runs)
    ended = {i: run.stopped for i, run in enumerate(runs) if run.stopped is not None and Seen(run).gone is None}
    found = [part for part in rest.split("; ") if " stopped at step " in part]
    assert len(found) == bool(ended)
    if ended:
        assert all(f"{names[i].lower()}" in found[0].lower() for i in ended)
        steps = [int(step) for step in re.findall(r"at step (\d+)", found[0])]
        assert steps == ([*ended.values()] if len(set(ended.values())) > 1 else [next(iter(ended.values()))])


def check(result: TrainingResult) -> None:
    said = headline(result)
    if len(result.runs) == 1:
        check_alone(said, Seen(result.runs[0]))
    else:
        check_together(said, result)
    check_subline(result, subline(result), said)
    assert not re.search(
        r"\b1 (steps|examples|parameters|units)\b|\bnan\b|\binf\b|\d[eE][+−-]?\d", f"{said} {subline(result)}"
    )


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_said_of_a_training_is_true(chunk):
    for seed in range(chunk, FUZZ, CHUNKS):
        with np.errstate(all="ignore"):
            check(known(experiment(seed), seed))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_said_of_any_arrays_is_true(chunk):
    for seed in range(chunk, 4 * FUZZ, CHUNKS):
        check(made_up(seed))
