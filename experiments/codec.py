"""Values to and from the text of a link: every value checked, nothing lost silently.

A run reads ``adam~learning_rate~0.05~cosine``: the optimizer, then pairs of name and value, and a schedule by its bare
name. Reading never fails: what cannot be used is replaced, and a notice says what, and by what.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from experiments.run import Run
from landscapes.surface import ShapeParam
from optimizers import OPTIMIZERS, SCHEDULES
from optimizers.entry import Hyperparam

Knob = Hyperparam | ShapeParam

VERSION = "1"
SEPARATOR = "~"  # needs no escaping in a link
MAX_VALUE = 600  # characters of one parameter; longer ones are not looked at
SEED = Hyperparam(0.0, 0.0, 2.0**32 - 1)
CLIP = Hyperparam(math.inf, 1e-6, 1e6, log=True)
L2 = Hyperparam(0.0, 0.0, 10.0)
_SIDE = {"clip": CLIP, "l2": L2, "l1": L2, "decoupled": L2}  # of a run, beside its optimizer's hyperparameters


def text_of(value: float) -> str:
    """The shortest text that reads back as the same number; without a plus sign, which links would escape."""
    whole = float(value).is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else repr(float(value)).replace("e+", "e")


def pairs_text(values: Sequence[tuple[str, float]]) -> str:
    """Names and values in turn."""
    return SEPARATOR.join(f"{name}{SEPARATOR}{text_of(value)}" for name, value in values)


def run_text(run: Run) -> str:
    """A run as a link holds it: only what was set."""
    parts = [run.optimizer]
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


class Reader:
    """Takes values out of a link and writes down what had to be changed; ``known`` are the names a room knows."""

    def __init__(self, params: Mapping[str, Any], known: Collection[str]) -> None:
        self.known = known
        self.notices: list[str] = []
        self.params: dict[str, str] = {}
        for key, value in params.items():
            self._take(key, value)

    def _take(self, key: str, value: Any) -> None:
        name = shown(key)
        if isinstance(value, list | tuple):
            if len(value) > 1:
                self.say(f"{name} occurs {len(value)} times in this link; the last one is used")
            value = value[-1] if value else ""
        if key not in self.known:
            self.say(f"{name} is not a part of this page's links and was left out")
        elif len(str(value)) > MAX_VALUE:
            self.say(f"{name} has {len(str(value))} characters, {MAX_VALUE} are allowed; it was left out")
        elif "\0" in str(value):
            self.say(f"{name} holds a NUL character and was left out")
        else:
            self.params[key] = str(value).strip()

    def say(self, text: str) -> None:
        """Adds a notice."""
        self.notices.append((text if "_" in text.split()[0] else text[0].upper() + text[1:]) + ".")

    def number(self, name: str, text: str, knob: Knob, *, whole: bool = False) -> float:
        """A number inside the knob's range; the default where it is none."""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            self.say(f"{name} is {shown(text)}, which is not a number; {said(knob.default)} is used")
            return knob.default
        clamped = min(max(value, knob.low), knob.high)
        if clamped != value:
            range_ = f"{said(knob.low)} to {said(knob.high)}"
            self.say(f"{name} is {shown(text)}, outside {range_}; {said(clamped)} is used")
        elif whole and clamped != round(clamped):
            self.say(f"{name} is {shown(text)}, a whole number is needed; {said(round(clamped))} is used")
        return float(round(clamped)) if whole else clamped

    def unique(self, owner: str, names: Sequence[str]) -> None:
        """Says which names occur more than once."""
        for name, count in Counter(names).items():
            if count > 1:
                self.say(f"{shown(name)} of {owner} occurs {count} times in this link; the last one is used")

    def choice(self, name: str, text: str, known: Mapping[str, Any], default: str) -> str:
        """A key of a catalogue; the default where it is none."""
        if text in known:
            return text
        self.say(f"unknown {name} {shown(text)}; {known[default].title} is shown instead")
        return default

    def pairs(self, owner: str, parts: Sequence[str], known: Mapping[str, Knob]) -> tuple[tuple[str, float], ...]:
        """Alternating names and values; unknown names are left out, of a repeated one the last is used."""
        out: dict[str, float] = {}
        self.unique(owner, parts[::2])
        for name, text in zip(parts[::2], [*parts[1::2], ""], strict=False):
            if name in known:
                out[name] = self.number(f"{name} of {owner}", text, known[name])
            else:
                self.say(f"{owner} has no {shown(name)}; it was left out")
        return tuple(out.items())


def shown(text: Any) -> str:
    """A stranger's text inside a sentence: short, printable, quoted."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text)[:40])
    return f"‘{clean}{'…' if len(str(text)) > 40 else ''}’"


def said(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else "none"


def read_run(read: Reader, text: str, default: str) -> Run:
    """A run that a link describes; ``default`` is the optimizer in the place of one that is not known."""
    name, *rest = text.split(SEPARATOR)
    optimizer = read.choice("optimizer", name, OPTIMIZERS, default)
    title = OPTIMIZERS[optimizer].title
    schedule, own, extra = "constant", [], []
    while rest:
        word = rest.pop(0)
        if word in SCHEDULES:
            schedule = word
        elif optimizer == name or word in _SIDE or "." in word:
            (extra if word in _SIDE or "." in word else own).extend([word, rest.pop(0) if rest else ""])
        elif rest:
            rest.pop(0)  # a hyperparameter of an optimizer that is not known
    factors = {f"{schedule}.{key}": knob for key, knob in SCHEDULES[schedule].hyperparams.items()}
    side = dict(read.pairs(title, extra, {**_SIDE, **factors}))
    return Run(
        optimizer,
        read.pairs(title, own, OPTIMIZERS[optimizer].hyperparams),
        schedule,
        tuple((key.split(".")[1], value) for key, value in side.items() if "." in key),
        side.get("clip", math.inf),
        side.get("l2", 0.0),
        side.get("l1", 0.0),
        side.get("decoupled", 0.0),
    )
