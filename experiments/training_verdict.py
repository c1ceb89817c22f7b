"""What a training showed, in one sentence generated from its runs, and one more with its conditions.

All figures of a run are those of one look, `Learned.last`, whose step is said: the last look, or with early stopping
the one of the lowest loss on unseen examples, "best". Of a run that diverged only the step is given at which it did.
"""

from collections.abc import Callable, Sequence

import numpy as np

from experiments.once import once
from experiments.training import Learned, TrainingResult
from experiments.training_labels import names
from experiments.words import and_list, count, number, percent, percents, steps_text
from landscapes import DATASETS, NetworkLoss
from landscapes.networks.stacked import Stacked

_THINGS = {"points": "point", "curve": "point", "images": "image", "sequence": "sequence", "text": "character"}
_ALIKE = 0.05  # how far from 1 a ratio of two losses may be, and they are about the same


@once
def headline(result: TrainingResult) -> str:
    """How well the networks do on what they have not seen, as the runs had it; who diverged, and when."""
    if not result.training.learners:
        return "No run yet: the data are set."
    if not result.runs:
        return "Training begins."
    gone = [i for i, run in enumerate(result.runs) if run.diverged is not None]
    if len(result.runs) == 1:
        return f"The net diverged {_gone(result.runs[0])}." if gone else _alone(result.runs[0])
    if len(gone) == len(result.runs):
        return _all_gone(result.runs)
    return _together(result.runs, gone)


def things_of(run: Learned) -> str:
    """What its examples are, in the plural."""
    return f"{_THINGS[DATASETS[run.loss.dataset].kind]}s"


def has_classes(run: Learned) -> bool:
    """Whether its answers are right or wrong."""
    return DATASETS[run.loss.dataset].task == "classes"


def _many(how_many: int, thing: str) -> str:
    """1 image, 20 images."""
    return f"{how_many:,} {thing}" if how_many == 1 else f"{how_many:,} {thing}s"


def _after(step: int) -> str:
    return f"After {steps_text(step)}" if step else "At the start"


def _alone(run: Learned) -> str:
    """The shares right of unseen and of training examples, or dead units in the place of the latter; or the losses."""
    step, end, things = int(run.at[run.last]), int(run.at[-1]), things_of(run)
    best = f"best {f'at {step}' if step else 'at the start'}:"
    begun = _after(step)
    if run.stopped is not None:
        begun = f"Stopped at step {run.stopped}, {best}"
    elif step != end:
        begun = f"{_after(end)}, {best}"
    if not has_classes(run):
        train, unseen = map(float, run.frames.loss[run.last])
        return f"{begun} the loss on unseen {things} is {number(unseen)}, {_against(unseen, train, things)}."
    train, unseen = map(float, run.frames.accuracy[run.last])
    sentence = f"{begun} the net is right on {percent(unseen)} of unseen {things}"
    dead = dead_units(run) if run.counts_units else 0
    rest = f"; {_dead(dead, run)}." if dead else f", and on {percent(train)} of those it trained on."
    return f"{sentence}{rest}"


def _against(unseen: float, train: float, things: str) -> str:
    """The loss on unseen examples beside that on training ones: as their ratio, to two figures, where there is one."""
    if train == 0:
        return "with none left in training" if unseen else f"as on training {things}"
    ratio = unseen / train
    if abs(ratio - 1) <= _ALIKE:
        return f"about the same as on training {things}"
    return f"{f'{ratio:.2g}' if 0.01 <= ratio < 9.95 else number(ratio)} times that on training {things}"


def _dead(dead: int, run: Learned) -> str:
    """How many of its units are dead at the look that counts."""
    units = len(run.loss.layer_names[run.unit_layers]) * run.units
    if dead == units:
        return "its only unit is dead" if units == 1 else f"all {units} of its units are dead"
    return f"{dead} of its {units} units {'is' if dead == 1 else 'are'} dead"


def _together(runs: Sequence[Learned], gone: Sequence[int]) -> str:
    """The runs that are left in the order of what they get right, or of their loss; equals share a place.

    Shares are given as finely as tells apart what is not equal; losses in three figures, in which they are compared.
    """
    left = [run for i, run in enumerate(runs) if i not in gone]
    steps = [int(run.at[run.last]) for run in left]
    one_look = len(set(steps)) == 1 and all(run.best is None for run in left)
    whose = names(runs)
    words = [name for i, name in enumerate(whose) if i not in gone]
    if not one_look:
        words = [f"{name} ({f'step {at}' if at else 'at the start'})" for name, at in zip(words, steps, strict=True)]
    if has_classes(left[0]):
        values = [-float(run.frames.accuracy[run.last, 1]) for run in left]
        said = percents([-value for value in values])
    else:
        values = [float(run.frames.loss[run.last, 1]) for run in left]
        said = [number(value) for value in values]
    parts = ranked(words, values, said, right if has_classes(left[0]) else losing, things_of(left[0]))
    parts += [f"{whose[i]} diverged {_gone(runs[i])}" for i in gone]
    best = f"{'At' if len(left) == 1 else 'Each at'} its best: " if any(run.best is not None for run in left) else ""
    begun = f"{_after(steps[0])} " if one_look else best
    return _sentence(f"{begun}{'; '.join(parts)}")


def ranked(words: Sequence[str], values: Sequence[float], said: Sequence[str], tell: Callable[..., str],
            things: str) -> list[str]:  # fmt: skip
    """The places from the best down, each with those who share it."""
    order = sorted(range(len(words)), key=lambda i: values[i])
    places = list(dict.fromkeys(said[i] for i in order))
    return [
        tell([words[i] for i in order if said[i] == text], text, things if place == 0 else "")
        for place, text in enumerate(places)
    ]


def right(who: Sequence[str], share: str, things: str) -> str:
    """Those who get a share right; the first place says of what."""
    verb = f" {'is' if len(who) == 1 else 'are'} right" if things else ""
    return f"{and_list(who)}{verb} on {share}{f' of unseen {things}' if things else ''}"


def losing(who: Sequence[str], loss: str, things: str) -> str:
    """Those who have a loss; the first place says on what."""
    if not things:
        return f"{and_list(who)} at {loss}"
    return f"{and_list(who)} {'has' if len(who) == 1 else 'have'} a loss of {loss} on unseen {things}"


def _sentence(text: str) -> str:
    return f"{text[0].upper() if text[0].isascii() else text[0]}{text[1:]}."


def _gone(run: Learned) -> str:
    """The step at which a run left the finite numbers, and its first layer, from the input, that did.

    "By" the step where only a look at all examples shows it.
    """
    word = "by" if run.trajectory.diverged_at is None else "at"
    where = f", first in {run.went_first}" if run.went_first else ""
    return f"{f'{word} step {run.diverged}' if run.diverged else 'at the start'}{where}"


def _all_gone(runs: Sequence[Learned]) -> str:
    """Each run and when it diverged."""
    who = "Both runs" if len(runs) == 2 else f"All {count(len(runs))} runs"
    return f"{who} diverged: {'; '.join(f'{name} {_gone(run)}' for name, run in zip(names(runs), runs, strict=True))}."


def subline(result: TrainingResult) -> str:
    """The conditions, who stopped early, and what a word of the headline means."""
    runs, said = result.runs, headline(result)
    more = _stops(runs) if runs else []
    if "dead" in said:
        more.append("a dead unit has slope zero for every training example, so no gradient passes through it")
    if "best" in said:
        more.append(f"best is the lowest loss on unseen {things_of(runs[0])}")
    return _conditions(runs, more)


def conditions_text(result: TrainingResult) -> str:
    """The conditions, and nothing of what happened: how many examples, and what is alike between the runs."""
    return _conditions(result.runs)


def _conditions(runs: Sequence[Learned], more: Sequence[str] = ()) -> str:
    if len(runs) == 0:
        return ""
    first, thing = runs[0].loss, _THINGS[DATASETS[runs[0].loss.dataset].kind]
    windows = DATASETS[first.dataset].kind == "text"
    trained = _many(first.count, f"training {thing if not windows else 'window'}") + (" of text" if windows else "")
    parts = [f"{trained}, {len(first.examples.valid_inputs):,} unseen"]
    parts.append(_alike(runs) if len(runs) > 1 else f"{_many(first.num_params, 'parameter')}, {_batch(first)}")
    tiles = [run.loss.architecture.tile for run in runs if run.loss.normalization == "batch"]
    if any(run.loss.normalization == "batch" and run.loss.batch > run.loss.architecture.tile for run in runs):
        parts.append(f"batch statistics are of at most {max(tiles)} examples in training, of all in these figures")
    return _sentence("; ".join([*parts, *more]))


def _stops(runs: Sequence[Learned]) -> list[str]:
    """Of several runs, which of them early stopping ended, and when; the headline of one says so itself."""
    ended = [(name, run.stopped) for name, run in zip(names(runs), runs, strict=True)
             if run.stopped is not None and run.diverged is None]  # fmt: skip
    if len(runs) == 1 or not ended:
        return []
    steps = {step for _, step in ended}
    if len(steps) == 1:
        return [f"{and_list([name for name, _ in ended])} stopped at step {ended[0][1]}"]
    return [", ".join(f"{name} {'stopped ' if i == 0 else ''}at step {step}" for i, (name, step) in enumerate(ended))]


def _batch(loss: NetworkLoss) -> str:
    return "all examples a step" if loss.batch == loss.count else f"{_many(loss.batch, 'example')} a step"


def _alike(runs: Sequence[Learned]) -> str:
    """Whether the runs begin at the same params and see the same batches; where shapes differ they cannot."""
    starts = all(same_start(runs[0], run) for run in runs[1:])
    batches = len({run.loss.batch for run in runs}) == 1
    if starts:
        return "same start and same batches for all" if batches else "same start for all; batches differ in size"
    if batches:
        return "same batches for all; starts differ, as the networks do"
    return "starts differ, as the networks do, and batches in size"


def same_start(one: Learned, other: Learned) -> bool:
    """Whether two runs begin at the same params of networks of the same shape."""
    exact: tuple[Stacked, Stacked] = (one.loss.exact, other.loss.exact)
    return exact[0] == exact[1] and np.array_equal(one.loss.start(), other.loss.start())


def dead_units(run: Learned) -> int:
    """Units that are dead at the look that counts and stay so, as the panel of units has them at that step."""
    died = run.died[run.unit_layers, : run.units]
    return int(((died >= 0) & (died <= run.at[run.last])).sum())
