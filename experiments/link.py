"""The link holds the whole race: a description to query parameters and back, every value checked.

Only what differs from the default is written. A run reads ``adam~learning_rate~0.05~cosine``: the optimizer, then
pairs of name and value, and a schedule by its bare name. Reading never fails: what cannot be used is replaced, and a
notice says what, and by what.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from experiments.race import DEFAULT_RUNS, MAX_RUNS, Race, Run
from landscapes import SURFACES, FormulaError
from landscapes.surface import Box, ShapeParam
from optimizers import OPTIMIZERS, SCHEDULES
from optimizers.entry import Hyperparam

Knob = Hyperparam | ShapeParam

VERSION = "1"
SEPARATOR = "~"  # needs no escaping in a link
MAX_VALUE = 600  # characters of one parameter; longer ones are not looked at
STEPS = Hyperparam(500.0, 1.0, 20_000.0, log=True)
NOISE = Hyperparam(0.0, 0.0, 100.0)
SEED = Hyperparam(0.0, 0.0, 2.0**32 - 1)
CLIP = Hyperparam(math.inf, 1e-6, 1e6, log=True)
L2 = Hyperparam(0.0, 0.0, 10.0)
COORDINATE = 1e6  # of a start or a box, at most
_KNOWN = {"v", "surface", "shape", "formula", "box", "x", "y", "steps", "noise", "seed", "runs", "at", "present"}
_RUN_KEYS = tuple(f"r{i}" for i in range(1, MAX_RUNS + 1))


def to_link(race: Race) -> dict[str, str]:
    """The parameters of a race; empty for the default one but for the version."""
    out: dict[str, str] = {}
    plain = Race()
    if race.formula:
        out["formula"] = race.formula
        if race.domain:
            out["box"] = SEPARATOR.join(_text(end) for axis in race.domain for end in axis)
    elif race.surface != plain.surface:
        out["surface"] = race.surface
    if race.shape and not race.formula:
        out["shape"] = _pairs(race.shape)
    if race.start is not None:
        out["x"], out["y"] = map(_text, race.start)
    for key, name in (("steps", "num_steps"), ("noise", "noise"), ("seed", "seed")):
        if getattr(race, name) != getattr(plain, name):
            out[key] = _text(getattr(race, name))
    if not race.runs:
        out["runs"] = "none"
    elif race.runs != DEFAULT_RUNS:
        out |= {key: _run_text(run) for key, run in zip(_RUN_KEYS, race.runs, strict=False)}
    return {"v": VERSION, **out} if out else {}


def _text(value: float) -> str:
    """The shortest text that reads back as the same number; without a plus sign, which links would escape."""
    whole = float(value).is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else repr(float(value)).replace("e+", "e")


def _pairs(values: Sequence[tuple[str, float]]) -> str:
    return SEPARATOR.join(f"{name}{SEPARATOR}{_text(value)}" for name, value in values)


def _run_text(run: Run) -> str:
    parts = [run.optimizer]
    if run.hyperparams:
        parts.append(_pairs(run.hyperparams))
    if run.schedule != "constant":
        parts.append(run.schedule)
        if run.schedule_hyperparams:
            parts.append(_pairs(tuple((f"{run.schedule}.{name}", value) for name, value in run.schedule_hyperparams)))
    if math.isfinite(run.clip_norm):
        parts.append(f"clip{SEPARATOR}{_text(run.clip_norm)}")
    if run.l2:
        parts.append(f"l2{SEPARATOR}{_text(run.l2)}")
    return SEPARATOR.join(parts)


class _Reader:
    """Takes values out of a link and writes down what had to be changed."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self.notices: list[str] = []
        self.params: dict[str, str] = {}
        for key, value in params.items():
            self._take(key, value)

    def _take(self, key: str, value: Any) -> None:
        name = _shown(key)
        if isinstance(value, list | tuple):
            if len(value) > 1:
                self.say(f"{name} occurs {len(value)} times in this link; the last one is used")
            value = value[-1] if value else ""
        if key not in _KNOWN and key not in _RUN_KEYS:
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
            self.say(f"{name} is {_shown(text)}, which is not a number; {_said(knob.default)} is used")
            return knob.default
        clamped = min(max(value, knob.low), knob.high)
        if clamped != value:
            range_ = f"{_said(knob.low)} to {_said(knob.high)}"
            self.say(f"{name} is {_shown(text)}, outside {range_}; {_said(clamped)} is used")
        elif whole and clamped != round(clamped):
            self.say(f"{name} is {_shown(text)}, a whole number is needed; {_said(round(clamped))} is used")
        return float(round(clamped)) if whole else clamped

    def choice(self, name: str, text: str, known: Mapping[str, Any], default: str) -> str:
        """A key of a catalogue; the default where it is none."""
        if text in known:
            return text
        self.say(f"unknown {name} {_shown(text)}; {known[default].title} is shown instead")
        return default

    def pairs(self, owner: str, parts: Sequence[str], known: Mapping[str, Knob]) -> tuple[tuple[str, float], ...]:
        """Alternating names and values; unknown names are left out, a repeated one counts once, the last."""
        out: dict[str, float] = {}
        for name, text in zip(parts[::2], [*parts[1::2], ""], strict=False):
            if name in known:
                out[name] = self.number(f"{name} of {owner}", text, known[name])
            else:
                self.say(f"{owner} has no {_shown(name)}; it was left out")
        return tuple(out.items())


def _shown(text: Any) -> str:
    """A stranger's text inside a sentence: short, printable, quoted."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text)[:40])
    return f"‘{clean}{'…' if len(str(text)) > 40 else ''}’"


def _said(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else "none"


def from_link(params: Mapping[str, Any]) -> tuple[Race, list[str]]:
    """Reads a race off query parameters.

    Args:
        params: names to a text, or to a list of texts where a name is repeated.

    Returns:
        A race that runs, whatever was given, and a sentence for everything that was changed.
    """
    read = _Reader(params)
    got = read.params
    if got.get("v", VERSION) != VERSION:
        read.say(f"this link is of version {_shown(got['v'])}, this page of {VERSION}; what it knows of it is used")
    race = _landscape(read)
    race = replace(race, runs=_runs(read), start=_start(read, race))
    if "steps" in got:
        race = replace(race, num_steps=int(read.number("steps", got["steps"], STEPS, whole=True)))
    if "noise" in got:
        race = replace(race, noise=read.number("noise", got["noise"], NOISE))
    if "seed" in got:
        race = replace(race, seed=int(read.number("seed", got["seed"], SEED, whole=True)))
    return race, read.notices


def view_of(params: Mapping[str, Any]) -> tuple[int | None, bool]:
    """The view a link asks for: a step to stop at, or None, and whether to present."""
    at = str(params.get("at", ""))
    step = int(at) if at.isascii() and at.isdigit() and len(at) < 7 else None
    return step, str(params.get("present", "")) == "1"


def _landscape(read: _Reader) -> Race:
    got = read.params
    if "formula" in got:
        race = Race(formula=got["formula"], domain=_box(read) if "box" in got else None)
        try:
            race.landscape  # noqa: B018 - parses, which is the check
            return race
        except FormulaError as error:
            read.say(f"the formula in this link cannot be used: {error.message}")
    plain = Race().surface
    name = read.choice("surface", got.get("surface", plain), SURFACES, plain)
    shape = got.get("shape", "")
    entry = SURFACES[name]
    return Race(
        surface=name, shape=read.pairs(entry.title, shape.split(SEPARATOR), entry.shape_params) if shape else ()
    )


def _box(read: _Reader) -> Box | None:
    try:
        x0, x1, y0, y1 = (float(end) for end in read.params["box"].split(SEPARATOR))
    except ValueError:
        read.say("box needs four numbers, x from, x to, y from, y to; the usual box is used")
        return None
    fits = all(abs(end) <= COORDINATE for end in (x0, x1, y0, y1))
    if not (fits and x1 - x0 >= 1e-6 and y1 - y0 >= 1e-6):
        read.say(f"box must rise from left to right and stay within {COORDINATE:.0e}; the usual box is used")
        return None
    return (x0, x1), (y0, y1)


def _start(read: _Reader, race: Race) -> tuple[float, float] | None:
    got = read.params
    if "x" not in got and "y" not in got:
        return None
    knobs = (Hyperparam(at, -COORDINATE, COORDINATE) for at in race.origin)
    x, y = (
        read.number(f"start {k}", got[k], knob) if k in got else knob.default
        for k, knob in zip("xy", knobs, strict=True)
    )
    return x, y


def _runs(read: _Reader) -> tuple[Run, ...]:
    got = read.params
    if got.get("runs") == "none":
        return ()
    if "runs" in got:
        read.say(f"runs is {_shown(got['runs'])}; only ‘none’ is known")
    given = [_run(read, got[key]) for key in _RUN_KEYS if key in got]
    return tuple(given) if given else DEFAULT_RUNS


def _run(read: _Reader, text: str) -> Run:
    name, *rest = text.split(SEPARATOR)
    optimizer = read.choice("optimizer", name, OPTIMIZERS, DEFAULT_RUNS[0].optimizer)
    title = OPTIMIZERS[optimizer].title
    schedule, own, extra = "constant", [], []
    while rest:
        word = rest.pop(0)
        if word in SCHEDULES:
            schedule = word
        elif optimizer == name or word in ("clip", "l2") or "." in word:
            (extra if word in ("clip", "l2") or "." in word else own).extend([word, rest.pop(0) if rest else ""])
        elif rest:
            rest.pop(0)  # a hyperparameter of an optimizer that is not known
    factors = {f"{schedule}.{key}": knob for key, knob in SCHEDULES[schedule].hyperparams.items()}
    side = dict(read.pairs(title, extra, {"clip": CLIP, "l2": L2, **factors}))
    return Run(
        optimizer,
        read.pairs(title, own, OPTIMIZERS[optimizer].hyperparams),
        schedule,
        tuple((key.split(".")[1], value) for key, value in side.items() if "." in key),
        side.get("clip", math.inf),
        side.get("l2", 0.0),
    )
