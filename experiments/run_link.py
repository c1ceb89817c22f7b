"""Runs to and from the text of a link: ``adam~learning_rate~0.05~cosine``.

The optimizer, then pairs of name and value, and a schedule by its bare name.
"""

import math
from collections.abc import Mapping

from experiments.aliases import knob_meant, letters, meant
from experiments.codec import SEPARATOR, SIDE, Knob, Reader, listed, pairs_text, shown, text_of
from experiments.run import Run
from optimizers import OPTIMIZERS, SCHEDULES
from optimizers.entry import Optimizer


def run_text(run: Run) -> str:
    """A run as a link holds it: only what was set, and of that what its optimizer has."""
    run, parts = in_force(run), [run.optimizer]
    if run.hyperparams:
        parts.append(pairs_text(run.hyperparams))
    if run.schedule != "constant":
        parts.append(run.schedule)
        if run.schedule_hyperparams:
            parts.append(
                pairs_text(tuple((f"{run.schedule}.{name}", value) for name, value in run.schedule_hyperparams))
            )
    if math.isfinite(run.clip_norm):
        parts.append(f"clip{SEPARATOR}{text_of(run.clip_norm)}")
    for key, value in (("l2", run.l2), ("l1", run.l1), ("decoupled", run.weight_decay)):
        if value:
            parts.append(f"{key}{SEPARATOR}{text_of(value)}")
    return SEPARATOR.join(parts)


def in_force(run: Run) -> Run:
    """The run without what its optimizer does not have: a rule without a rate has none for schedule, L1 and decay."""
    if OPTIMIZERS[run.optimizer].scheduled is not None:
        return run
    return Run(run.optimizer, run.hyperparams, clip_norm=run.clip_norm, l2=run.l2)


def read_run(read: Reader, text: str, default: str) -> Run:
    """A run that a link describes; ``default`` is the optimizer in the place of one that is not known."""
    name, *rest = read.parts(text, OPTIMIZERS, "optimizer")
    found = read.one_of(name, OPTIMIZERS, "optimizer")
    rule = OPTIMIZERS[default if found is None else found]
    schedules, own, extra, lost = ["constant"], [], [], []
    while rest:
        word = _run_word(read, rest, rule.hyperparams, schedules[-1])
        if word in SCHEDULES:
            schedules.append(word)
        elif found or word in SIDE or "." in word:
            (extra if word in SIDE or "." in word else own).extend([word, rest.pop(0) if rest else ""])
        else:  # a hyperparameter of an optimizer that is not known
            lost.append(shown(word))
            rest = rest[1:]
    if found is None:
        without = f", without {listed(lost)}" if lost else ""
        read.say(f"unknown optimizer {shown(name)}; {rule.title} is shown instead{without}")
    if len(schedules) > 2:
        read.say(f"{rule.title} has the schedules {listed([shown(each) for each in schedules[1:]])} in this link; the "
                 "last one is used")  # fmt: skip
    factors = {f"{schedules[-1]}.{key}": knob for key, knob in SCHEDULES[schedules[-1]].hyperparams.items()}
    side = dict(read.pairs(rule.title, extra, {**SIDE, **factors}))
    run = Run(
        rule.name,
        read.pairs(rule.title, own, rule.hyperparams),
        schedules[-1],
        tuple((key.split(".")[1], value) for key, value in side.items() if "." in key),
        side.get("clip", math.inf),
        side.get("l2", 0.0),
        side.get("l1", 0.0),
        side.get("decoupled", 0.0),
    )
    _say_unused(read, rule, run)
    return in_force(run)


def _say_unused(read: Reader, rule: Optimizer, run: Run) -> None:
    kept = in_force(run)
    named = {"l1": run.l1 != kept.l1, "decoupled": run.weight_decay != kept.weight_decay}
    names = [run.schedule] if run.schedule != kept.schedule else []
    names += [f"{run.schedule}.{name}" for name, _ in run.schedule_hyperparams if kept.schedule != run.schedule]
    names += [name for name, unused in named.items() if unused]
    if names:
        were = "was" if len(names) == 1 else "were"
        read.say(f"{rule.title} has no learning rate for {listed([shown(n) for n in names])}, which {were} left out")


def _run_word(read: Reader, rest: list[str], own: Mapping[str, Knob], schedule: str) -> str:
    """The next word of a run, as this page spells it: a schedule, or the name of a number."""
    word = rest.pop(0)
    if word in SCHEDULES or word in SIDE or word in own or "." in word:
        return word
    if letters(word) == "schedule" and rest and (named := meant(rest[0], SCHEDULES, "schedule")):
        read.understood(f"{word}{SEPARATOR}{rest.pop(0)}", named)
        return named
    name = knob_meant(word, own) or knob_meant(word, SIDE) or meant(word, SCHEDULES, "schedule")
    factor = knob_meant(word, SCHEDULES[schedule].hyperparams)
    if name is None and factor is not None:
        name = f"{schedule}.{factor}"
    if name is None:
        return word
    read.understood(word, name)
    return name
