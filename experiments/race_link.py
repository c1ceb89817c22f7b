"""The link of a race: a description to query parameters and back, every value checked.

Only what differs from the default is written; see `experiments.codec`.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from experiments.aliases import meant
from experiments.codec import LOOSE, SEED, SEPARATOR, VERSION, VIEW, Reader, listed, pairs_text, said, shown, text_of
from experiments.query import escaped_blanks, readings
from experiments.race import DEFAULT_RUNS, MAX_RUNS, Race
from experiments.run import Run
from experiments.run_link import read_run, run_text
from experiments.starters import RACE
from experiments.view import say_view
from landscapes import SURFACES, FormulaError
from landscapes.box import FARTHEST, checked
from landscapes.surface import Box
from optimizers.entry import Hyperparam

STEPS = Hyperparam(500.0, 1.0, 20_000.0, log=True)
NOISE = Hyperparam(0.0, 0.0, 100.0)
COORDINATE = FARTHEST  # of a start, as of the end of a box
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
    *VIEW,
    *_RUN_KEYS,
}


def to_link(race: Race) -> dict[str, str]:
    """The parameters of a race; none for the one that the room opens with."""
    return {} if race == opening() else {"v": VERSION, **_written(race)}


def _written(race: Race) -> dict[str, str]:
    """What differs from the defaults."""
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
    return out


@cache
def opening() -> Race:
    """What the room opens with: its first starter. What a link leaves out is as `Race` has it, not as here."""
    return from_link(RACE[0].link)[0]


def from_link(params: Mapping[str, Any] | str) -> tuple[Race, list[str]]:
    """Reads a race off query parameters.

    Args:
        params: the raw query of an address, or names to a text, or to a list of texts where a name is repeated.

    Returns:
        A race that runs, whatever was given, and a sentence for everything that was changed.
    """
    read = Reader(params, _KNOWN, {"r": LOOSE})
    if read.opens_the_room():
        say_view(read, opening().num_steps)
        return opening(), read.notices
    read.version()
    race = _landscape(read)
    race = replace(race, runs=_runs(read), start=_start(read, race), tuned_from=_tuned_from(read))
    if (steps := read.take("steps")) is not None:
        race = replace(race, num_steps=int(read.number("steps", steps, STEPS, whole=True)))
    if (noise := read.take("noise")) is not None:
        race = replace(race, noise=read.number("noise", noise, NOISE))
    if (seed := read.take("seed")) is not None:
        race = replace(race, seed=int(read.number("seed", seed, SEED, whole=True)))
    say_view(read, race.num_steps)
    return race, read.notices


def _landscape(read: Reader) -> Race:
    if (function := read.take("function")) is not None:
        name = "surface" if meant(function, SURFACES, "surface") else "formula"
        if name in read.params:
            read.say(f"function has no effect beside {name} and was left out")
        else:
            read.understood(f"function={function}", name)
            read.params[name] = function
    if (formula := read.take("formula")) is not None and (race := _formula(read, formula)):
        for key in ("surface", "shape"):
            read.leave(key, "has no effect beside a formula")
        return race
    read.leave("box", "has no effect without a formula")
    plain = Race().surface
    given, shape = read.take("surface"), read.take("shape")
    name = plain if given is None else read.choice("surface", given, SURFACES, plain)
    entry = SURFACES[name]
    if shape == "":
        read.say("shape is empty and was left out")
    return Race(surface=name, shape=read.pairs(entry.title, read.parts(shape), entry.shape_params) if shape else ())


def _formula(read: Reader, given: str) -> Race | None:
    """The race on the formula of a link, in the likeliest of its readings that is a formula."""
    fault = None
    for text in readings(given):
        try:
            Race(formula=text).landscape  # noqa: B018 - parses, which is the check
        except FormulaError as error:
            fault = fault or error
            continue
        if text != given.replace("\N{NO-BREAK SPACE}", " "):
            read.understood(given, shown(text))
        return Race(formula=text, domain=_box(read))
    boxed = ", and so was its box" if read.take("box") is not None else ""
    if fault is None or not given:
        read.say(f"the formula in this link is empty and was left out{boxed}")
    else:
        read.say(f"the formula in this link cannot be used: {fault.message}; it was left out{boxed}")
    return None


def _box(read: Reader) -> Box | None:
    if (text := read.take("box")) is None:
        return None
    ends = read.floats(text)
    if len(ends) != 4 or any(map(math.isnan, ends)):
        read.say(f"box is {shown(text)}; box needs four numbers, x from, x to, y from, y to; the usual box is used")
        return None
    try:
        return checked(((ends[0], ends[1]), (ends[2], ends[3])))
    except ValueError as error:
        read.say(f"box is {shown(text)}: {error}; the usual box is used")
        return None


def _start(read: Reader, race: Race) -> tuple[float, float] | None:
    got = {key: text for key in "xy" if (text := read.take(key)) is not None}
    if (start := read.take("start")) is not None:
        both = read.parts(start)
        if len(both) != 2:
            read.say(f"start is {shown(start)}; x and y hold the start of a race; it was left out")
        elif got:
            read.say(f"start has no effect beside {listed(list(got))} and was left out")
        else:
            read.understood(f"start={start}", "x and y")
            got = dict(zip("xy", both, strict=True))
    if not got:
        return None
    knobs = (Hyperparam(at, -COORDINATE, COORDINATE) for at in race.origin)
    x, y = (
        read.number(f"start {k}", got[k], knob) if k in got else knob.default
        for k, knob in zip("xy", knobs, strict=True)
    )
    return x, y


def _tuned_from(read: Reader) -> tuple[float, float] | None:
    """Where rates that no run sets are tuned."""
    if (text := read.take("tuned")) is None:
        return None
    point = read.floats(text)
    if len(point) != 2 or not all(abs(at) <= COORDINATE for at in point):
        read.say(f"tuned needs two numbers within {said(COORDINATE)}, x and y of the start that rates are tuned from; "
                 "the surface's own is used")  # fmt: skip
        return None
    return point[0], point[1]


def _runs(read: Reader) -> tuple[Run, ...]:
    if read.none_run(_RUN_KEYS):
        return ()
    given = [text for key in _RUN_KEYS if (text := read.take(key)) is not None]
    return tuple(read_run(read, text, DEFAULT_RUNS[0].optimizer) for text in given) or DEFAULT_RUNS
