"""What became of the networks whose gradients were looked at, once they train: sentences generated from the runs.

Runs are compared at the last step that all of them have been looked at and that is finite; one that diverged has no
share of right answers, only the step at which it diverged.
"""

from collections.abc import Sequence

import numpy as np

from experiments.dying import Dying
from experiments.gradients import Gradients, trained_curves
from experiments.gradients_words import curve_labels, times
from experiments.run import Run
from experiments.training import Learned, TrainingResult
from experiments.words import and_list, counted, finely
from landscapes import ACTIVATIONS
from optimizers import OPTIMIZERS

POINTS = 5  # percent of right answers by which networks must differ before it is said to matter
_ERRORS = 2.0  # standard errors of the difference that are allowed for


def _looked(runs: Sequence[Learned]) -> int:
    """The last step at which all of these runs have been looked at."""
    return min(int(run.at[run.last]) for run in runs)


def _frame(run: Learned, step: int) -> int:
    return int(np.searchsorted(run.at, step, side="right")) - 1


def consequence(page: Gradients, trained: TrainingResult) -> str:
    """Whether what vanished at the start decided what was learned.

    The best and the worst share of right answers on unseen digits, with all whose share reads like that; who diverged
    first; and, once all have ended, whether it matters, see `_matters`.
    """
    every = curve_labels(page.flow.curves)
    names = [every[i] for i in trained_curves(page)]
    runs = trained.runs
    if not runs:
        return "Does it matter? The networks are trained on digits."
    gone = [i for i, run in enumerate(runs) if run.diverged is not None]
    going = [i for i in range(len(runs)) if i not in gone]
    if not going:
        return _all_gone(runs, names)
    step = _looked([runs[i] for i in going])
    shares = {i: float(runs[i].frames.accuracy[_frame(runs[i], step), 1]) for i in going}
    best, worst = max(shares.values()), min(shares.values())
    alike = {share: [names[i] for i in going if finely(shares[i]) == finely(share)] for share in (best, worst)}
    verb = "is" if len(alike[best]) == 1 else "are"
    said = f"After {counted(step, 'step')} {and_list(alike[best])} {verb} right on {finely(best)} of unseen digits"
    if finely(worst) != finely(best):
        said += f", {and_list(alike[worst])} on {finely(worst)}"
    if gone:
        first = min(gone, key=lambda i: runs[i].diverged or 0)
        said += f"; {names[first]} diverged at step {runs[first].diverged}"
    if len(runs) < 2 or any(not run.over and run.steps < trained.training.num_steps for run in runs):
        return f"{said}."
    unseen = len(runs[0].loss.examples.valid_inputs)
    return f"{said}: {_matters(best, worst, unseen, diverged=bool(gone))}."


def _all_gone(runs: Sequence[Learned], names: Sequence[str]) -> str:
    first = min(run.diverged or 0 for run in runs)
    if len(runs) == 1:
        return f"{names[0]} diverged at step {first}."
    return f"Every network diverged, the first at step {first}."


def _matters(best: float, worst: float, unseen: int, *, diverged: bool) -> str:
    """Whether shares of right answers on so many unseen examples are more than `POINTS` percent apart.

    It matters where they are even after two standard errors of their difference, or where a network diverged and
    another did not; it does not where they are less than that apart with the errors added; else it is not known.
    """
    error = _ERRORS * ((best * (1 - best) + worst * (1 - worst)) / unseen) ** 0.5
    if diverged or best - worst - error > POINTS / 100:
        return "it matters"
    return "here it does not matter" if best - worst + error < POINTS / 100 else "too close to call"


def matter_conditions(page: Gradients) -> str:
    """How the networks are trained, and when that is said to matter."""
    rule = OPTIMIZERS[page.rule]
    rate = Run(page.rule).descent(rule.network_rate).hyperparams["learning_rate"]
    return (f"Trained on digits with {rule.title} at its usual rate {times(rate)}, tuned for none of them, from one "
            f"seed, 32 examples a step, the same for all; it matters where one diverges, or where shares of right "
            f"answers are more than {POINTS} points and two standard errors apart. The theory of the start no longer "
            f"holds.")  # fmt: skip


def deaths(dying: Dying, trained: TrainingResult) -> str:
    """How many units are dead: off for every training example at the last finite look.

    Of ReLU the dead are parted into those that were off at the start too and the others; of the others kinds it is
    said how many are dead. What diverged is told by its step, and its units as they were at the last finite look.
    """
    if not trained.runs:
        return "Units die where their slope is zero for every example."
    going = [run for run in trained.runs if run.diverged is None]
    step = _looked(going) if going else 0
    first, *others = trained.runs
    said = _first_deaths(first, step, dying)
    more = [f"of {_title(run)} {_dead(run, step)[0] or 'none'}" if run in going else _last_seen(run) for run in others]
    rest = "; ".join(more)
    return f"{said} {rest[0].upper()}{rest[1:]}." if rest else said


def _title(run: Learned) -> str:
    return ACTIVATIONS[str(run.loss.activation)].title


def _dead(run: Learned, step: int) -> tuple[int, int, int]:
    """Units that are dead at a step, those of them that were at the start, and all."""
    off = run.frames.on[:, run.unit_layers, : run.units] <= 0
    now = off[_frame(run, step)]
    return int(now.sum()), int((now & off[0]).sum()), now.size


def _last_seen(run: Learned) -> str:
    step = int(run.at[run.last])
    dead, _, units = _dead(run, step)
    return f"{_title(run)} diverged at step {run.diverged}, with {dead} of {units} units dead at step {step}"


def _first_deaths(run: Learned, step: int, dying: Dying) -> str:
    if run.diverged is not None:
        return f"At rate {times(dying.rate)} {_last_seen(run)}."
    dead, early, units = _dead(run, step)
    begun = f"After {counted(step, 'step')} at rate {times(dying.rate)},"
    if not dead:
        return f"{begun} none of {counted(units, f'{_title(run)} unit')} is dead."
    return (f"{begun} {dead} of {counted(units, f'{_title(run)} unit')} {'is' if dead == 1 else 'are'} dead: {early} "
            f"{'was' if early == 1 else 'were'} at the start already, {dead - early} died on the way.")  # fmt: skip
