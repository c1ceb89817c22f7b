"""What a training showed, in one sentence generated from the runs, and one more with its conditions."""

import math
from collections.abc import Sequence

import numpy as np

from experiments.training import Learned, TrainingResult
from experiments.words import number, uncapital
from landscapes import ACTIVATIONS, DATASETS, INITIALIZERS, LOSSES, NETWORKS, NORMALIZATIONS, NetworkLoss
from landscapes.networks.stacked import Stacked
from optimizers import OPTIMIZERS, SCHEDULES

_THINGS = {"points": "points", "curve": "points", "images": "images", "sequence": "sequences", "text": "characters"}
_SHELVES = {"initializer": INITIALIZERS, "normalization": NORMALIZATIONS, "loss": LOSSES}


def headline(result: TrainingResult) -> str:
    """How well the networks do on what they have not seen, as the runs had it."""
    if not result.training.learners:
        return "No run yet: the data are set."
    if not result.runs:
        return "Training begins."
    names = labels(result)
    gone = [i for i, run in enumerate(result.runs) if run.trajectory.diverged_at is not None]
    if len(gone) == len(result.runs):
        return f"{_gone(result.runs[gone[0]], names[gone[0]], len(names))}."
    if len(result.runs) == 1:
        return _alone(result.runs[0], result)
    return _together(result, names, gone)


def _thing(result: TrainingResult) -> str:
    return _THINGS[DATASETS[result.training.dataset].kind]


def _alone(run: Learned, result: TrainingResult) -> str:
    step, last = int(run.at[run.last]), run.last
    begun = f"Stopped at step {run.stopped}, best at {step}:" if run.stopped is not None else f"After {step} steps"
    valid = float(run.frames.accuracy[last, 1])
    if not np.isfinite(valid):
        train, unseen = run.frames.loss[last]
        more = (
            f"{unseen / train:.1f} times that on training {_thing(result)}"
            if train > 0
            else "with none left in training"
        )
        return f"{begun} the loss on unseen {_thing(result)} is {number(float(unseen))}, {more}."
    sentence = f"{begun} the net is right on {percent(valid)} of unseen {_thing(result)}"
    dead, units = dead_units(run), len(run.loss.layer_names[run.unit_layers]) * run.units
    if run.counts_units and dead:
        return f"{sentence}; {dead} of its {units} units {'is' if dead == 1 else 'are'} dead."
    return f"{sentence}, and on {percent(float(run.frames.accuracy[last, 0]))} of those it trained on."


def _together(result: TrainingResult, names: Sequence[str], gone: Sequence[int]) -> str:
    going = [i for i in range(len(names)) if i not in gone]
    scores = {i: float(result.runs[i].frames.accuracy[result.runs[i].last, 1]) for i in going}
    thing, steps = _thing(result), result.done
    if all(np.isfinite(score) for score in scores.values()):
        order = sorted(going, key=lambda i: -scores[i])
        tied = len({percent(score) for score in scores.values()}) < len(scores)
        percent_of = finely if tied else percent
        parts = [f"{uncapital(names[i])} on {percent_of(scores[i])}" for i in order]
        first = f"{names[order[0]]} is right on {percent_of(scores[order[0]])} of unseen {thing}"
    else:
        losses = {i: float(result.runs[i].frames.loss[result.runs[i].last, 1]) for i in going}
        order = sorted(going, key=lambda i: losses[i])
        parts = [f"{uncapital(names[i])} at {number(losses[i])}" for i in order]
        first = f"{names[order[0]]} has a loss of {number(losses[order[0]])} on unseen {thing}"
    rest = f"; {'; '.join(parts[1:])}" if parts[1:] else ""
    tail = f"; {uncapital(_gone(result.runs[gone[0]], names[gone[0]], len(names)))}" if gone else ""
    return f"After {steps} steps {uncapital(first)}{rest}{tail}."


def _gone(run: Learned, name: str, count: int) -> str:
    who = name if count > 1 else "The net"
    where = f", first in {run.went_first}" if run.went_first else ""
    return f"{who} left the finite numbers at step {run.trajectory.diverged_at}{where}"


def subline(result: TrainingResult) -> str:
    """The conditions: how many examples, what is alike between the runs, and what a word of the headline means."""
    if not result.runs:
        return ""
    first = result.runs[0].loss
    thing = "windows of text" if DATASETS[first.dataset].kind == "text" else _thing(result)
    parts = [f"{first.count} training {thing}, {len(first.examples.valid_inputs)} unseen"]
    if len(result.runs) > 1:
        parts.append(_alike(result.runs))
    else:
        parts.append(f"{first.num_params:,} parameters, {_batch(first)}")
    if len(result.runs) == 1 and "dead" in headline(result):
        parts.append("a dead unit has slope zero for every training example, so no gradient passes through it")
    if any(run.loss.normalization == "batch" and run.loss.batch > run.loss.architecture.tile for run in result.runs):
        parts.append(f"batch statistics are of {first.architecture.tile} examples at a time")
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _batch(loss: NetworkLoss) -> str:
    return "all examples a step" if loss.batch == loss.count else f"{loss.batch} examples a step"


def _alike(runs: Sequence[Learned]) -> str:
    """Whether the runs begin at the same params and see the same batches; where shapes differ they cannot."""
    starts = all(same_start(runs[0], run) for run in runs[1:])
    batches = len({run.loss.batch for run in runs}) == 1
    if starts and batches:
        return "same start and same batches for all"
    if batches:
        return "same batches for all; starts differ, as the networks do"
    return "same start for all; batches differ in size" if starts else "starts and batches differ, as the networks do"


def same_start(one: Learned, other: Learned) -> bool:
    """Whether two runs begin at the same params of networks of the same shape."""
    exact: tuple[Stacked, Stacked] = (one.loss.exact, other.loss.exact)
    return exact[0] == exact[1] and np.array_equal(one.loss.start(), other.loss.start())


def dead_units(run: Learned) -> int:
    """Units that are off for every training example at the look that counts."""
    return int((run.frames.on[run.last, run.unit_layers, : run.units] <= 0).sum())


def labels(result: TrainingResult) -> list[str]:
    """Each run by what tells it from the others; one that is alone by its optimizer."""
    facts = [_facts(run) for run in result.runs]
    keys = [key for key in facts[0] if len({fact[key] for fact in facts}) > 1] if facts else []
    names = [fact["optimizer"] for fact in facts]
    for count in range(1, len(keys) + 1):  # as few words as tell all apart
        names = [", ".join(fact[key] for key in keys[:count] if fact[key]) or fact["optimizer"] for fact in facts]
        if len(set(names)) == len(names):
            break
    equal = {name for name in names if names.count(name) > 1}
    names = [f"{name}, run {i}" if name in equal else name for i, name in enumerate(names, 1)]
    return [name[0].upper() + name[1:] for name in names]


def _facts(run: Learned) -> dict[str, str]:
    loss, own, rate = run.loss, run.learner.run, run.descent.hyperparams.get(run.descent.optimizer.scheduled or "")
    facts = {
        "network": NETWORKS[loss.network].title,
        "optimizer": OPTIMIZERS[own.optimizer].title,
        "activation": ACTIVATIONS[str(loss.activation)].title if run.counts_units else "",
        "rate": f"rate {rate:.3g}" if rate is not None else "",
        "schedule": SCHEDULES[own.schedule].title.lower(),
        "depth": f"depth {loss.depth}",
        "width": f"width {loss.width}",
        "batch": f"batch {loss.batch}",
        "residual": "skips" if loss.residual else "no skips",
        "dropout": f"dropout {loss.dropout:.2g}",
        "gain": f"gain {loss.gain:.3g}",
        "temperature": f"temperature {loss.temperature:.3g}",
        "decay": f"L2 {own.l2:.3g}, L1 {own.l1:.3g}, decay {own.weight_decay:.3g}",
    }
    for name, shelf in _SHELVES.items():
        facts[name] = f"{name} {shelf[getattr(loss, name)].title.lower()}"
    return facts


def finely(share: float) -> str:
    """A share with one decimal, for runs that whole percents do not tell apart."""
    return f"{100 * share:.1f} %"


def percent(share: float) -> str:
    """98 %, and 99.6 % where rounding would say all."""
    whole = round(100 * share)
    return f"{min(99.9, math.floor(1000 * share) / 10)} %" if whole == 100 and share < 1 else f"{whole} %"
