"""The link of a race: a description to query parameters and back, every value checked.

Only what differs from the default is written; see `experiments.codec`.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from experiments.aliases import TRUE, letters, meant, without_quotes
from experiments.codec import (
    LOOSE,
    SEED,
    SEPARATOR,
    VERSION,
    Reader,
    number_in,
    pairs_text,
    read_run,
    run_text,
    shown,
    text_of,
    tidied,
)
from experiments.query import escaped_blanks, readings
from experiments.race import DEFAULT_RUNS, MAX_RUNS, Race
from experiments.run import Run
from landscapes import SURFACES, FormulaError
from landscapes.surface import Box
from optimizers.entry import Hyperparam

STEPS = Hyperparam(500.0, 1.0, 20_000.0, log=True)
NOISE = Hyperparam(0.0, 0.0, 100.0)
COORDINATE = 1e6  # of a start or a box, at most
_RUN_KEYS = tuple(f"r{i}" for i in range(1, MAX_RUNS + 1))
_KNOWN = {
    "v",
    "surface",
    "shape",
    "formula",
    "function",
    "box",
    "x",
    "y",
    "start",
    "tuned",
    "steps",
    "noise",
    "seed",
    "runs",
    "at",
    "present",
    *_RUN_KEYS,
}


def to_link(race: Race) -> dict[str, str]:
    """The parameters of a race; empty for the default one but for the version."""
    out: dict[str, str] = {}
    plain = Race()
    if race.formula:
        out["formula"] = escaped_blanks(race.formula)
        if race.domain:
            out["box"] = SEPARATOR.join(text_of(end) for axis in race.domain for end in axis)
    elif race.surface != plain.surface:
        out["surface"] = race.surface
    if race.shape and not race.formula:
        out["shape"] = pairs_text(race.shape)
    if race.start is not None:
        out["x"], out["y"] = map(text_of, race.start)
    if race.tuned_from is not None:
        out["tuned"] = SEPARATOR.join(map(text_of, race.tuned_from))
    for key, name in (("steps", "num_steps"), ("noise", "noise"), ("seed", "seed")):
        if getattr(race, name) != getattr(plain, name):
            out[key] = text_of(getattr(race, name))
    if not race.runs:
        out["runs"] = "none"
    elif race.runs != DEFAULT_RUNS:
        out |= {key: run_text(run) for key, run in zip(_RUN_KEYS, race.runs, strict=False)}
    return {"v": VERSION, **out} if out else {}


def from_link(params: Mapping[str, Any] | str) -> tuple[Race, list[str]]:
    """Reads a race off query parameters.

    Args:
        params: the raw query of an address, or names to a text, or to a list of texts where a name is repeated.

    Returns:
        A race that runs, whatever was given, and a sentence for everything that was changed.
    """
    read = Reader(params, _KNOWN, {"r": LOOSE})
    got = read.params
    if got.get("v", VERSION) != VERSION:
        read.say(f"this link is of version {shown(got['v'])}, this page of {VERSION}; what it knows of it is used")
    race = _landscape(read)
    race = replace(race, runs=_runs(read), start=_start(read, race), tuned_from=_tuned_from(read))
    if "steps" in got:
        race = replace(race, num_steps=int(read.number("steps", got["steps"], STEPS, whole=True)))
    if "noise" in got:
        race = replace(race, noise=read.number("noise", got["noise"], NOISE))
    if "seed" in got:
        race = replace(race, seed=int(read.number("seed", got["seed"], SEED, whole=True)))
    return race, read.notices


def view_of(params: Mapping[str, Any] | str) -> tuple[int | None, bool]:
    """The view a link asks for: a step to stop at, or None, and whether to present."""
    got = Reader(params, ("at", "present")).params
    at = without_quotes(got.get("at", ""))
    step = int(at) if at.isascii() and at.isdigit() and len(at) < 7 else None
    return step, letters(got.get("present", "")) in TRUE


def _landscape(read: Reader) -> Race:
    got = read.params
    if "function" in got:
        name = "surface" if meant(got["function"], SURFACES, "surface") else "formula"
        read.understood(f"function={got['function']}", name)
        got.setdefault(name, got["function"])
    if got.get("formula") and (race := _formula(read)):
        return race
    if got.get("formula") == "":
        read.say("the formula in this link is empty and was left out")
    plain = Race().surface
    name = read.choice("surface", got.get("surface", plain), SURFACES, plain)
    shape = got.get("shape", "")
    entry = SURFACES[name]
    return Race(surface=name, shape=read.pairs(entry.title, read.parts(shape), entry.shape_params) if shape else ())


def _formula(read: Reader) -> Race | None:
    """The race on the formula of a link, in the likeliest of its readings that is a formula."""
    given, box = read.params["formula"], _box(read) if "box" in read.params else None
    first, *others = readings(given)
    try:
        return _on(read, given, first, box)
    except FormulaError as fault:
        error = fault
    for text in others:
        try:
            return _on(read, given, text, box)
        except FormulaError:
            continue
    read.say(f"the formula in this link cannot be used: {error.message}")
    return None


def _on(read: Reader, given: str, text: str, box: Box | None) -> Race:
    race = Race(formula=text, domain=box)
    race.landscape  # noqa: B018 - parses, which is the check
    if text != given.replace("\N{NO-BREAK SPACE}", " "):
        read.understood(given, shown(text))
    return race


def _box(read: Reader) -> Box | None:
    ends = [number_in(tidied(part)) for part in read.parts(read.params["box"])]
    if len(ends) != 4 or any(map(math.isnan, ends)):
        read.say("box needs four numbers, x from, x to, y from, y to; the usual box is used")
        return None
    x0, x1, y0, y1 = (end + 0.0 for end in ends)
    fits = all(abs(end) <= COORDINATE for end in ends)
    if not (fits and x1 - x0 >= 1e-6 and y1 - y0 >= 1e-6):
        read.say(f"box must rise from left to right and stay within {COORDINATE:.0e}; the usual box is used")
        return None
    return (x0, x1), (y0, y1)


def _start(read: Reader, race: Race) -> tuple[float, float] | None:
    got = read.params
    if "start" in got and len(both := read.parts(got["start"])) == 2:
        read.understood(f"start={got['start']}", "x and y")
        got = {**dict(zip("xy", both, strict=True)), **got}
    elif "start" in got:
        read.say(f"start is {shown(got['start'])}; x and y hold the start of a race")
    if "x" not in got and "y" not in got:
        return None
    knobs = (Hyperparam(at, -COORDINATE, COORDINATE) for at in race.origin)
    x, y = (
        read.number(f"start {k}", got[k], knob) if k in got else knob.default
        for k, knob in zip("xy", knobs, strict=True)
    )
    return x, y


def _tuned_from(read: Reader) -> tuple[float, float] | None:
    """Where rates that no run sets are tuned."""
    if "tuned" not in read.params:
        return None
    point = [number_in(tidied(part)) for part in read.parts(read.params["tuned"])]
    if len(point) != 2 or not all(abs(at) <= COORDINATE for at in point):
        read.say(f"tuned needs two numbers within {COORDINATE:.0e}, x and y of the start that rates are tuned from; "
                 "the surface's own is used")  # fmt: skip
        return None
    return point[0] + 0.0, point[1] + 0.0


def _runs(read: Reader) -> tuple[Run, ...]:
    got = read.params
    if "runs" in got and read.one_of(got["runs"], ("none",)):
        return ()
    if "runs" in got:
        read.say(f"runs is {shown(got['runs'])}; only ‘none’ is known")
    given = [read_run(read, got[key], DEFAULT_RUNS[0].optimizer) for key in _RUN_KEYS if key in got]
    return tuple(given) if given else DEFAULT_RUNS
