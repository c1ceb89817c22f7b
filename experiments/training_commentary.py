"""What a training has come to at a step, in one sentence: said until the playhead has come to its end.

Every figure is that of a look, whose step is said; of several runs the look of each is the last until then.
"""

from collections.abc import Callable, Sequence

import numpy as np

from experiments.training import Learned
from experiments.training_labels import names as names_of
from experiments.training_verdict import has_classes, losing, ranked, right, things_of
from experiments.words import counted, number, percent, percents

BEFORE = 5  # looks back, with which the present one is compared
Said = list[tuple[int, str]]


def commentary(runs: Sequence[Learned], names: Sequence[str] | None = None) -> Said:
    """Sentences, each with the step from which on it holds until the next."""
    if len(runs) == 1:
        return _each_look(runs, lambda step: _alone(runs[0], step))
    called = names_of(runs) if names is None else names
    return _each_look(runs, lambda step: _together(runs, called, step))


def death_commentary(runs: Sequence[Learned], names: Sequence[str], dead: Callable[[Learned], np.ndarray]) -> Said:
    """The same for units that die; ``dead`` gives the share of dead ones at every look."""
    shares = [dead(run) for run in runs]

    def said(step: int) -> str:
        now = [share[look(run, step)] for run, share in zip(runs, shares, strict=True)]
        parts = [_gone(run, name, step) or f"{percent(float(share))} {'of the units of ' if i == 0 else 'of '}{name}"
                 for i, (run, name, share) in enumerate(zip(runs, names, now, strict=True))]  # fmt: skip
        return f"Dead at step {_head(runs, step)}: {', '.join(parts)}."

    return _each_look(runs, said)


def look(run: Learned, step: int) -> int:
    """The last look at a run until a step that found finite losses; the first one where there is none."""
    seen = np.flatnonzero((run.at <= step) & np.isfinite(run.frames.loss).all(1))
    return int(seen[-1]) if seen.size else 0


def _each_look(runs: Sequence[Learned], said: Callable[[int], str]) -> Said:
    ends = [run.diverged for run in runs if run.diverged is not None]
    steps = sorted({*(int(at) for run in runs for at in run.at), *ends})
    return _unique([(step, said(step)) for step in steps])


def _unique(said: Said) -> Said:
    """Without those that say what the one before them says."""
    return [each for i, each in enumerate(said) if i == 0 or each[1] != said[i - 1][1]]


def _head(runs: Sequence[Learned], step: int) -> int:
    return max(int(run.at[look(run, step)]) for run in runs)


def _gone(run: Learned, name: str, step: int) -> str:
    if run.diverged is None or step < run.diverged:
        return ""
    return f"{name} diverged {'at' if run.trajectory.diverged_at is not None else 'by'} step {run.diverged}"


def _alone(run: Learned, step: int) -> str:
    """The share right of unseen examples, or the loss on them, and what it was a few looks before."""
    if gone := _gone(run, "The net", step):
        return f"{gone}."
    i, things = look(run, step), things_of(run)
    at, before = int(run.at[i]), look(run, int(run.at[max(0, i - BEFORE)]))
    values = [float((run.frames.accuracy if has_classes(run) else run.frames.loss)[k, 1]) for k in (i, before)]
    texts = percents(values) if has_classes(run) else [number(value) for value in values]
    since = counted(at - int(run.at[before]), "step")
    if has_classes(run):
        if before == i:
            return f"Before the first step the net is right on {texts[0]} of unseen {things}: how far will it get?"
        same = f"as {since} before" if texts[0] == texts[1] else f"{since} before it was {texts[1]}"
        return f"Right on {texts[0]} of unseen {things} at step {at}; {same}."
    if before == i:
        return f"Before the first step the loss on unseen {things} is {texts[0]}: how low will it get?"
    same = f"as {since} before" if texts[0] == texts[1] else f"{since} before it was {texts[1]}"
    return f"The loss on unseen {things} is {texts[0]} at step {at}; {same}."


def _together(runs: Sequence[Learned], names: Sequence[str], step: int) -> str:
    """The runs in the order of what they get right, or of their loss."""
    gone = [text for run, name in zip(runs, names, strict=True) if (text := _gone(run, name, step))]
    left = [(run, name) for run, name in zip(runs, names, strict=True) if not _gone(run, name, step)]
    if not left:
        return f"{'; '.join(gone)}."
    head = _head([run for run, _ in left], step)
    words = [name if int(run.at[look(run, step)]) == head else f"{name} (step {run.at[look(run, step)]})"
             for run, name in left]  # fmt: skip
    classes = has_classes(runs[0])
    values = [float((run.frames.accuracy if classes else run.frames.loss)[look(run, step), 1]) for run, _ in left]
    texts = percents(values) if classes else [number(value) for value in values]
    order = [-value for value in values] if classes else values
    parts = ranked(words, order, texts, right if classes else losing, things_of(runs[0]))
    begun = f"At step {head} " if head else "Before the first step "
    return f"{begun}{'; '.join([*parts, *gone])}."
