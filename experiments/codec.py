"""Values to and from the text of a link: every value checked, nothing lost silently.

Reading never fails. Every key and every part of a value is used as given, or named in one notice, which says what is
used instead: a key that no room has taken is named when the notices are asked for, so that none can be forgotten. Used
as given is also what another choice switches off and a visitor may switch on again: a seed without noise, a point to
tune from without rates to tune, a rule that nothing is trained with yet. What the chosen entry does not have at all, as
a slope of ReLU, is left out.
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
from landscapes.surface import ShapeParam
from optimizers import OPTIMIZERS
from optimizers.entry import Hyperparam

Knob = Hyperparam | ShapeParam

VERSION = "1"
VIEW = ("at", "present", "tell", "left_out")  # what is no part of the experiment: see `experiments.view`
SEPARATOR = "~"  # needs no escaping in a link
MAX_VALUE = 600  # characters of one parameter; longer ones are not looked at
MOST_LISTED = 20  # names in one sentence, and parameters that are named one by one
MOST_UNDERSTOOD = 6  # spellings that are said, of all that were understood
SEED = Hyperparam(0.0, 0.0, 2.0**32 - 1)
CLIP = Hyperparam(math.inf, 1e-6, 1e6, log=True)
L2 = Hyperparam(0.0, 0.0, 10.0)
SIDE = {"clip": CLIP, "l2": L2, "l1": L2, "decoupled": L2}  # of a run, beside its optimizer's hyperparameters

_TILDES = str.maketrans(dict.fromkeys("∼˜～", SEPARATOR))
LOOSE = frozenset({*SIDE, "schedule", *(name for rule in OPTIMIZERS.values() for name in rule.hyperparams)})
"""What may stand beside the one run of a link."""


def text_of(value: float) -> str:
    """The shortest text that reads back as the same number; without a plus sign, which links would escape."""
    whole = float(value).is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else repr(float(value)).replace("e+", "e")


def pairs_text(values: Sequence[tuple[str, float]]) -> str:
    """Names and values in turn."""
    return SEPARATOR.join(f"{name}{SEPARATOR}{text_of(value)}" for name, value in values)


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
        self.params: dict[str, str] = {}  # that nobody has taken yet
        self._said: list[str] = []
        self._strange = 0  # parameters that are no part of this page's links
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
        self._bare = not (unnumbered or beside or any(not (name in VIEW or is_tracking(name)) for name in given))
        for name, texts in given.items():
            self._take(name, texts)
        for key, name, text in unnumbered:
            self._number(key, name, text)
        for name, text in beside:
            self._settle(name, text, loose)

    @property
    def notices(self) -> list[str]:
        """A sentence for everything that was changed; the first says all that was understood."""
        for key in [*self.params]:
            self.leave(key, "has no effect in this link")
        read = [f"{shown(text)} as {meaning}" for text, meaning in self._understood.items()]
        if len(read) > MOST_UNDERSTOOD:
            read[MOST_UNDERSTOOD:] = [f"{len(read) - MOST_UNDERSTOOD} more spellings"]
        more = self._strange - MOST_LISTED
        rest = f"{more} more parameters are not a part of this page's links and were left out."
        return [f"Understood {listed(read)}."] * bool(read) + self._said + [rest] * (more > 0)

    def opens_the_room(self) -> bool:
        """Whether a link names nothing but how to look at the page: then the room shows its first starter."""
        return self._bare

    def take(self, key: str) -> str | None:
        """The text of a parameter, which the caller uses, or says why not; None where the link has none."""
        return self.params.pop(key, None)

    def leave(self, key: str, why: str) -> None:
        """Says why a parameter is left out, if the link has it."""
        if self.take(key) is not None:
            self.say(f"{key} {why} and was left out")

    def version(self) -> None:
        """Says that a link is of another version."""
        given = self.take("v")
        if given not in (None, VERSION):
            self.say(f"this link is of version {shown(given)}, this page of {VERSION}; what it knows of it is used")

    def none_run(self, keys: Collection[str]) -> bool:
        """Whether a link says that there are no runs, which leaves those out that it has under ``keys``."""
        given = self.take("runs")
        if given is None:
            return False
        if self.one_of(given, ("none",)) is None:
            self.say(f"runs is {shown(given)}; only ‘none’ is known; it was left out")
            return False
        lost = [key for key in keys if self.take(key) is not None]
        if lost:
            self.say(f"runs is ‘none’, so {listed(lost)} {'was' if len(lost) == 1 else 'were'} left out")
        return True

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
        self._strange += 1
        if self._strange > MOST_LISTED:
            return
        often = f", {times} times in this link," if times > 1 else ""
        self.say(f"{shown(key)}{often} is not a part of this page's links and was left out")

    def _number(self, key: str, stem: str, text: Field) -> None:
        """Puts what was given without a number, ``optimizer=adam,sgd``, where numbers are free."""
        several = not set(text) & {SEPARATOR, "=", ":", "("}
        for one in re.split(r"\s*[,;]\s*", text) if several else [text]:
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

    def flag(self, name: str, text: str, default: bool = False) -> bool:
        """A yes or a no; the default where it is neither."""
        word = letters(text)
        if word not in (*TRUE, *FALSE):
            self.say(f"{name} is {shown(text)}; known: 1 for yes, 0 for no; {int(default)} is used")
            return default
        if text not in ("1", "0"):
            self.understood(f"{name.split()[0]}{SEPARATOR}{text}", "1" if word in TRUE else "0")
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

    def named(self, owner: str, parts: Sequence[str], known: Collection[str]) -> dict[str, str]:
        """Alternating names and texts: of a known name that is repeated the last, which is said; no unknown one."""
        names = [self.knob(name, known) for name in parts[::2]]
        for name, count in Counter(names).items():
            if name not in known:
                self.say(f"{owner} has no {shown(name)}; it was left out")
            elif count > 1:
                self.say(f"{shown(name)} of {owner} occurs {count} times in this link; the last one is used")
        pairs = zip(names, [*parts[1::2], ""], strict=False)
        return {name: text for name, text in pairs if name in known}

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
        found = self.named(owner, parts, known)
        return tuple((name, self.number(f"{name} of {owner}", text, known[name])) for name, text in found.items())

    def floats(self, text: str) -> list[float]:
        """The numbers of a text that holds several; NaN for what is none."""
        parts = self.parts(text)
        found = [number_in(part) for part in parts]
        for i, part in enumerate(parts):
            if math.isnan(found[i]) and not math.isnan(tidy := number_in(tidied(part))):
                found[i] = tidy
                self.understood(part, said(tidy))
        return [value + 0.0 for value in found]  # no negative zero


def shown(text: Any) -> str:
    """A stranger's text inside a sentence: short, printable, quoted."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text)[:40])
    return f"‘{clean}{'…' if len(str(text)) > 40 else ''}’"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, of which there may be many."""
    more = len(names) - MOST_LISTED
    shorter = [*names[:MOST_LISTED], f"{more} more"] if more > 1 else list(names)
    return " and ".join(part for part in (", ".join(shorter[:-1]), "".join(shorter[-1:])) if part)


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
