"""What the runs of a training are called: what tells them apart, in as few words as that takes."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from experiments.training import Learned
from experiments.words import SYMBOLS, lowered, number, ten_to, uncapital
from landscapes import ACTIVATIONS, INITIALIZERS, LOSSES, NETWORKS, NORMALIZATIONS
from optimizers import OPTIMIZERS, SCHEDULES

_SHELVES = {"initializer": INITIALIZERS, "normalization": NORMALIZATIONS, "loss": LOSSES}
_Fact = str | tuple[str, float]  # words, or words before a number; "" where it does not apply


def labels(runs: Sequence[Learned]) -> list[str]:
    """Each run by what tells it from the others; one that is alone by its optimizer. For the head of a line."""
    return [name[0].upper() + name[1:] if name[0].isascii() else name for name in names(runs)]


def names(runs: Sequence[Learned]) -> list[str]:
    """As `labels`, inside a sentence.

    The fewest facts are chosen that tell all runs apart, the earlier in the order of `_facts` where there is a choice,
    and of these each run is given only as many as no other run shares. Runs that differ in nothing are numbered.
    """
    if not runs:
        return []
    facts = _texts([_facts(run) for run in runs])
    whole = list(zip(*facts.values(), strict=True))
    apart, found = _apart(facts, whole), []
    for i, own in enumerate(whole):
        others = [j for j, other in enumerate(whole) if other != own]
        found.append(_name(i, others, apart) or facts["optimizer"][i])
    return [f"{name}, run {i}" if found.count(name) > 1 else name for i, name in enumerate(found, 1)]


def _apart(facts: dict[str, list[str]], whole: Sequence[tuple[str, ...]]) -> list[list[str]]:
    """The fewest facts by which as many runs are told apart as differ at all."""
    differ = [texts for texts in facts.values() if len(set(texts)) > 1]
    groups = len(set(whole))
    chosen = (
        some
        for count in range(len(differ) + 1)
        for some in combinations(differ, count)
        if len(set(zip(*some, strict=True)) or {()}) == groups
    )
    return list(next(chosen))


def _name(run: int, others: Sequence[int], facts: Sequence[list[str]]) -> str:
    """The first facts that no other run shares, as words."""
    for count in range(1, len(facts) + 1):
        words = ", ".join(texts[run] for texts in facts[:count] if texts[run])
        if words and not any(all(texts[run] == texts[j] for texts in facts[:count]) for j in others):
            return words
    return ""


def _facts(run: Learned) -> dict[str, _Fact]:
    """All that a run was described by, filled in, in the order in which it is mentioned."""
    loss, own, descent = run.loss, run.learner.run, run.descent
    hyperparams = dict(descent.hyperparams)
    rate = hyperparams.pop(descent.optimizer.scheduled or "", None)
    shaped = run.counts_units and ACTIVATIONS[str(loss.activation)].shape
    facts: dict[str, _Fact] = {
        "network": lowered(NETWORKS[loss.network].title),
        "optimizer": uncapital(OPTIMIZERS[own.optimizer].title),
        "activation": ACTIVATIONS[str(loss.activation)].title if run.counts_units else "",
        "rate": ("rate", rate) if rate is not None else "",
        "schedule": f"{lowered(SCHEDULES[own.schedule].title)} rate",
        "depth": ("depth", float(loss.depth or 0)),
        "width": ("width", float(loss.width or 0)),
        "batch": ("batch", float(loss.batch)),
        "residual": "skips" if loss.residual else "no skips",
        "dropout": ("dropout", loss.dropout) if loss.dropout else "no dropout",
        "gain": ("gain", loss.gain),
        "temperature": ("temperature", loss.temperature),
    }
    facts |= {name: f"{name} {shelf[getattr(loss, name)].title.lower()}" for name, shelf in _SHELVES.items()}
    facts["slope"] = ("slope", float(loss.slope or 0.0)) if shaped else ""
    facts["bias_std"] = ("biases", loss.bias_std)
    facts["clip"] = ("clipped at", own.clip_norm) if np.isfinite(own.clip_norm) else "not clipped"
    for key, words in (("l2", "L2"), ("l1", "L1"), ("weight_decay", "decoupled decay")):
        facts[key] = (words, getattr(own, key)) if getattr(own, key) else f"no {words}"
    facts |= {f"rule {name}": (_words(name), value) for name, value in hyperparams.items()}
    return facts | {f"schedule {name}": (_words(name), value) for name, value in descent.schedule_hyperparams.items()}


def _words(name: str) -> str:
    return SYMBOLS.get(name, name.replace("_", " "))


def _texts(runs: Sequence[dict[str, _Fact]]) -> dict[str, list[str]]:
    """Each fact of every run in words; numbers with three figures, and more where only these tell them apart."""
    keys = dict.fromkeys(key for facts in runs for key in facts)
    return {key: _told([facts.get(key, "") for facts in runs]) for key in keys}


def _told(values: Sequence[_Fact]) -> list[str]:
    numbers = sorted({value[1] for value in values if isinstance(value, tuple)})
    plain = len({number(value) for value in numbers}) == len(numbers)
    digits = next(d for d in range(3, 18) if len({f"{value:.{d}g}" for value in numbers}) == len(numbers))
    return [
        value if isinstance(value, str) else f"{value[0]} {number(value[1]) if plain else _figure(value[1], digits)}"
        for value in values
    ]


def _figure(value: float, digits: int) -> str:
    """As many figures as are asked for."""
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    text = f"{mantissa}×{ten_to(int(exponent))}" if exponent else mantissa
    return text.replace("-", "\N{MINUS SIGN}")
