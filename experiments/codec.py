"""Values to and from the text of a link: every value checked, nothing lost silently.

A run reads ``adam~learning_rate~0.05~cosine``: the optimizer, then pairs of name and value, and a schedule by its bare
name. Reading never fails: what cannot be used is replaced, and a notice says what, and by what.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from experiments.aliases import (
    FALSE,
    PARAMETERS,
    TRUE,
    is_tracking,
    knob_meant,
    letters,
    meant,
    without_quotes,
)
from experiments.query import Field, fields_of, unescaped
from experiments.run import Run
from landscapes.surface import ShapeParam
from optimizers import OPTIMIZERS, SCHEDULES
from optimizers.entry import Hyperparam

Knob = Hyperparam | ShapeParam

VERSION = "1"
SEPARATOR = "~"  # needs no escaping in a link
MAX_VALUE = 600  # characters of one parameter; longer ones are not looked at
MOST_UNDERSTOOD = 6  # spellings that are said, of all that were understood
SEED = Hyperparam(0.0, 0.0, 2.0**32 - 1)
CLIP = Hyperparam(math.inf, 1e-6, 1e6, log=True)
L2 = Hyperparam(0.0, 0.0, 10.0)
_SIDE = {"clip": CLIP, "l2": L2, "l1": L2, "decoupled": L2}  # of a run, beside its optimizer's hyperparameters

_TILDES = str.maketrans(dict.fromkeys("∼˜～", SEPARATOR))
LOOSE = frozenset({*_SIDE, "schedule", *(name for rule in OPTIMIZERS.values() for name in rule.hyperparams)})
"""What may stand beside the one run of a link."""


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
    """Takes values out of a link and writes down what had to be changed, and what is spelled otherwise than here.

    Args:
        params: a raw query, which alone shows where a plus was typed, or names to a text or to a list of texts.
        known: the parameters that a room knows.
        loose: by the letter of a numbered parameter the names that may stand beside it: ``r1=adam&lr=0.1``.
    """

    def __init__(self, params: Mapping[str, Any] | str, known: Collection[str],
                 loose: Mapping[str, Collection[str]] = MappingProxyType({})) -> None:  # fmt: skip
        self.known = known
        self.params: dict[str, str] = {}
        self._said: list[str] = []
        self._understood: dict[str, str] = {}
        given: dict[str, list[Field]] = {}
        unnumbered: list[tuple[str, str, Field]] = []
        beside: list[tuple[str, Field]] = []
        for key, text in fields_of(params):
            name, plain, text = self._named(key, text)
            if name.endswith("#"):
                unnumbered.append((plain, name, text))
            elif name not in known and any(knob_meant(plain, names) for names in loose.values()):
                beside.append((plain, text))
            else:
                given.setdefault(name, []).append(text)
        for name, texts in given.items():
            self._take(name, texts)
        for key, name, text in unnumbered:
            self._number(key, name, text)
        for name, text in beside:
            self._settle(name, text, loose)

    @property
    def notices(self) -> list[str]:
        """A sentence for everything that was changed; the first says all that was understood."""
        read = [f"{shown(text)} as {meaning}" for text, meaning in self._understood.items()]
        if len(read) > MOST_UNDERSTOOD:
            read[MOST_UNDERSTOOD:] = [f"{len(read) - MOST_UNDERSTOOD} more spellings"]
        listed = " and ".join(part for part in (", ".join(read[:-1]), "".join(read[-1:])) if part)
        return [f"Understood {listed}."] * bool(read) + self._said

    def say(self, text: str) -> None:
        """Adds a notice."""
        self._said.append((text if "_" in text.split()[0] else text[0].upper() + text[1:]) + ".")

    def understood(self, text: str, meaning: str) -> None:
        """Writes down how something was read that is not spelled as this page spells it."""
        self._understood[text] = meaning

    def _named(self, key: str, text: Field) -> tuple[str, str, Field]:
        """The parameter that a key means, the key without what does not belong to it, and the text."""
        if key in self.known:
            return key, key, text
        plain = re.sub(r"^(?:amp;|[?/])+", "", unescaped(key).strip())
        if "=" in plain and not text:
            plain, _, rest = plain.partition("=")
            text = Field(rest)
        aliases = [name for alias, name in PARAMETERS.items() if letters(alias) == letters(plain)]
        for name in (meant(plain, self.known), *aliases):
            if name and name.replace("#", "1") in self.known:
                if not name.endswith("#"):
                    self.understood(key, name)
                return name, plain, text
        return key, plain, text

    def _take(self, key: str, texts: Sequence[Field]) -> None:
        name, text = shown(key), texts[-1]
        if key not in self.known:
            if not is_tracking(re.sub("^(?:amp;)+", "", key)):
                self._left_out(key, len(texts))
            return
        if len(texts) > 1:
            self.say(f"{name} occurs {len(texts)} times in this link; the last one is used")
        if len(text) > MAX_VALUE:
            self.say(f"{name} has {len(text)} characters, {MAX_VALUE} are allowed; it was left out")
        elif "\0" in text:
            self.say(f"{name} holds a NUL character and was left out")
        else:
            self.params[key] = text

    def _left_out(self, key: str, times: int = 1) -> None:
        often = f", {times} times in this link," if times > 1 else ""
        self.say(f"{shown(key)}{often} is not a part of this page's links and was left out")

    def _number(self, key: str, stem: str, text: Field) -> None:
        """Puts what was given without a number, ``optimizer=adam,sgd``, where numbers are free."""
        listed = not set(text) & {SEPARATOR, "=", ":", "("}
        for one in re.split(r"\s*[,;]\s*", text) if listed else [text]:
            names = (stem.replace("#", str(i)) for i in range(1, len(self.known)))
            name = next((name for name in names if name in self.known and name not in self.params), key)
            self._take(name, [Field(one)])
            if name in self.params:
                self.understood(f"{key}={one}", name)

    def _settle(self, key: str, text: Field, loose: Mapping[str, Collection[str]]) -> None:
        """Gives what stands beside the runs of a link to its one run; to none of several."""
        stems = [stem for stem, names in loose.items() if knob_meant(key, names)]
        runs = [name for name in self.params if re.fullmatch(rf"{stems[0]}\d+", name)]
        if len(runs) == 1 and len(self.params[runs[0]]) + len(text) < MAX_VALUE and "\0" not in text:
            self.params[runs[0]] += f"{SEPARATOR}{key}{SEPARATOR}{text}"
            self.understood(f"{key}={text}", f"a part of {runs[0]}")
        else:
            self._left_out(key)

    def number(self, name: str, text: str, knob: Knob, *, whole: bool = False) -> float:
        """A number inside the knob's range; the default where it is none."""
        value = number_in(text)
        if math.isnan(value):
            value = number_in(tidied(text, whole=whole))
            if not math.isnan(value):
                self.understood(text, said(value))
        if math.isnan(value):
            self.say(f"{name} is {shown(text)}, which is not a number; {said(knob.default)} is used")
            return float(knob.default) + 0.0
        clamped = value if value == knob.default else min(max(value, knob.low), knob.high)
        if clamped != value:
            range_ = f"{said(knob.low)} to {said(knob.high)}"
            self.say(f"{name} is {shown(text)}, outside {range_}; {said(clamped)} is used")
        elif whole and clamped != round(clamped):
            self.say(f"{name} is {shown(text)}, a whole number is needed; {said(round(clamped))} is used")
        return (float(round(clamped)) if whole else float(clamped)) + 0.0  # no negative zero

    def flag(self, name: str, text: str) -> bool:
        """A yes or a no; no where it is neither."""
        word = letters(text)
        if word not in (*TRUE, *FALSE):
            self.say(f"{name} is {shown(text)}; known: 1 for yes, 0 for no")
        elif text not in ("1", "0"):
            self.understood(text, "1" if word in TRUE else "0")
        return word in TRUE

    def parts(self, text: str, names: Collection[str] = (), kind: str = "") -> list[str]:
        """The parts of a text that holds several; ``names`` are what its first part can be."""
        plain = unescaped(text).translate(_TILDES)
        if SEPARATOR in plain:
            found = re.split(r"[~=:]", plain)
        elif meant(plain, names, kind) is None:
            found = [part for part in re.split(r"[\s,;:=|()\[\]{}]+", plain) if part]
            if names and not (found and meant(found[0], names, kind)):
                found = [plain]
        else:
            found = [plain]
        found = [part.strip() for part in found]
        if found and found != [part.strip() for part in text.split(SEPARATOR)]:
            self.understood(text, shown(SEPARATOR.join(found)))
        return found

    def unique(self, owner: str, names: Sequence[str]) -> None:
        """Says which names occur more than once."""
        for name, count in Counter(names).items():
            if count > 1:
                self.say(f"{shown(name)} of {owner} occurs {count} times in this link; the last one is used")

    def one_of(self, text: str, known: Collection[str], kind: str = "") -> str | None:
        """The name of ``known`` that a text means; None where it means none."""
        name = meant(text, known, kind)
        if name is not None and name != text:
            self.understood(text, name)
        return name

    def knob(self, text: str, known: Collection[str]) -> str:
        """The number or setting of ``known`` that a text means; the text where it means none."""
        name = knob_meant(text, known)
        if name is not None and name != text:
            self.understood(text, name)
        return text if name is None else name

    def choice(self, name: str, text: str, known: Mapping[str, Any], default: str) -> str:
        """A key of a catalogue; the default where it is none."""
        found = self.one_of(text, known, name)
        if found is None:
            self.say(f"unknown {name} {shown(text)}; {known[default].title} is shown instead")
        return default if found is None else found

    def pairs(self, owner: str, parts: Sequence[str], known: Mapping[str, Knob]) -> tuple[tuple[str, float], ...]:
        """Alternating names and values; unknown names are left out, of a repeated one the last is used."""
        out: dict[str, float] = {}
        names = [self.knob(name, known) for name in parts[::2]]
        self.unique(owner, names)
        for name, text in zip(names, [*parts[1::2], ""], strict=False):
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


def number_in(text: str) -> float:
    """The number that a text is; NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def tidied(text: str, *, whole: bool = False) -> str:
    """A number without what stood around it, its signs as this page writes them; a whole one without its thousands."""
    plain = without_quotes(unicodedata.normalize("NFKC", unescaped(text)).replace("\N{MINUS SIGN}", "-"))
    plain = re.sub(r"(?<=\d[eE])\s(?=\d)", "", plain)  # 1e+3, whose plus came as a blank
    grouped = whole and re.fullmatch(r"-?[1-9]\d{0,2}(?:[,\s]\d{3})+", plain)
    return re.sub(r"[,\s]", "", plain) if grouped else plain


def read_run(read: Reader, text: str, default: str) -> Run:
    """A run that a link describes; ``default`` is the optimizer in the place of one that is not known."""
    name, *rest = read.parts(text, OPTIMIZERS, "optimizer")
    found = read.one_of(name, OPTIMIZERS, "optimizer")
    optimizer = read.choice("optimizer", name, OPTIMIZERS, default) if found is None else found
    rule = OPTIMIZERS[optimizer]
    schedule, own, extra = "constant", [], []
    while rest:
        word = _run_word(read, rest, rule.hyperparams, schedule)
        if word in SCHEDULES:
            schedule = word
        elif found or word in _SIDE or "." in word:
            (extra if word in _SIDE or "." in word else own).extend([word, rest.pop(0) if rest else ""])
        elif rest:
            rest.pop(0)  # a hyperparameter of an optimizer that is not known
    factors = {f"{schedule}.{key}": knob for key, knob in SCHEDULES[schedule].hyperparams.items()}
    side = dict(read.pairs(rule.title, extra, {**_SIDE, **factors}))
    return Run(
        optimizer,
        read.pairs(rule.title, own, rule.hyperparams),
        schedule,
        tuple((key.split(".")[1], value) for key, value in side.items() if "." in key),
        side.get("clip", math.inf),
        side.get("l2", 0.0),
        side.get("l1", 0.0),
        side.get("decoupled", 0.0),
    )


def _run_word(read: Reader, rest: list[str], own: Mapping[str, Knob], schedule: str) -> str:
    """The next word of a run, as this page spells it: a schedule, or the name of a number."""
    word = rest.pop(0)
    if word in SCHEDULES or word in _SIDE or word in own or "." in word:
        return word
    if letters(word) == "schedule" and rest and (named := meant(rest[0], SCHEDULES, "schedule")):
        read.understood(f"{word}{SEPARATOR}{rest.pop(0)}", named)
        return named
    name = knob_meant(word, own) or knob_meant(word, _SIDE) or meant(word, SCHEDULES, "schedule")
    factor = knob_meant(word, SCHEDULES[schedule].hyperparams)
    if name is None and factor is not None:
        name = f"{schedule}.{factor}"
    if name is None:
        return word
    read.understood(word, name)
    return name
