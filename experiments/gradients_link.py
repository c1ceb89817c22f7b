"""The link of the gradients room: a description to query parameters and back, every value checked."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from experiments.codec import SEED, SEPARATOR, VERSION, VIEW, Reader, listed, pairs_text, shown, text_of
from experiments.dying import KINDS, RATE
from experiments.flow import (
    CELL_NUMBERS,
    CLIP,
    DEPTH,
    MAX_CURVES,
    NUMBERS,
    SEEDS,
    SKIPS,
    STEPS,
    WIDTH,
    Curve,
    TimeCurve,
)
from experiments.gradients import AGAINST, MODES, RULES, Gradients
from experiments.starters import GRADIENTS
from experiments.view import say_view
from landscapes import ACTIVATIONS, NORMALIZATIONS
from landscapes.networks.backward import WEIGHTS
from landscapes.networks.gallery import NETWORKS
from landscapes.networks.through_time import CELLS
from landscapes.surface import ShapeParam

Z = ShapeParam(1.0, -4.0, 4.0)
TRAIN_STEPS = ShapeParam(300, 20, 2000)
_CURVES = tuple(f"c{i}" for i in range(1, MAX_CURVES + 1))
_CELLS = tuple(f"t{i}" for i in range(1, MAX_CURVES + 1))
_WORDS = {"normalization": NORMALIZATIONS, "skip": SKIPS, "weights": dict.fromkeys(WEIGHTS)}
_PARTS = {"layers": "flow", "time": "time", "dying": "dying"}  # of the page, by the mode that shows it
_FIELDS: dict[str, dict[str, Any]] = {
    "layers": {"depth": DEPTH, "width": WIDTH, "seeds": SEEDS, "seed": SEED},
    "time": {"steps": STEPS, "clip": CLIP, "seeds": SEEDS, "seed": SEED},
    "dying": {"rate": RATE, "depth": NETWORKS["mlp"].depth, "width": NETWORKS["mlp"].width, "steps": TRAIN_STEPS,
              "seed": SEED},
}  # fmt: skip
_BROKEN = ("clip", "rate")  # fields that are no whole numbers
_OWN = {
    "layers": {*_FIELDS["layers"], *_CURVES, "curves", "z", "against", "matter", "rule"},
    "time": {*_FIELDS["time"], *_CELLS, "curves"},
    "dying": {*_FIELDS["dying"]},
}
_KNOWN = {"v", "mode", "open", *VIEW, *_OWN["layers"], *_OWN["time"], *_OWN["dying"]}


def _curve_text(curve: Curve) -> str:
    plain, parts = Curve(curve.activation), [curve.activation]
    for name in ("weight", "bias", "slope"):
        if getattr(curve, name) != getattr(plain, name):
            parts += [name, text_of(getattr(curve, name))]
    for name in ("normalization", "skip", "weights"):
        if getattr(curve, name) != getattr(plain, name):
            parts += [name, getattr(curve, name)]
    return SEPARATOR.join(parts)


def lacks(cell: str) -> str:
    """What a cell does not have: the plain one a gate, those with gates an activation that could be chosen."""
    return "gate" if cell == "rnn" else "activation"


def _cell_text(curve: TimeCurve) -> str:
    plain, parts = TimeCurve(curve.cell), [curve.cell]
    if curve.activation != plain.activation and lacks(curve.cell) != "activation":
        parts += ["activation", curve.activation]
    numbers = [name for name in CELL_NUMBERS if name != lacks(curve.cell)]
    changed = tuple((n, getattr(curve, n)) for n in numbers if getattr(curve, n) != getattr(plain, n))
    return SEPARATOR.join([*parts, pairs_text(changed)] if changed else parts)


def to_link(page: Gradients) -> dict[str, str]:
    """The parameters of the page; none for the one that the room opens with."""
    return {} if page == opening() else {"v": VERSION, **_written(page)}


def _written(page: Gradients) -> dict[str, str]:
    """What differs from the defaults."""
    plain, now = Gradients(), getattr(page, _PARTS[page.mode])
    first = type(now)()
    out = {"mode": page.mode} if page.mode != plain.mode else {}
    changed = [key for key in _FIELDS[page.mode] if getattr(now, key) != getattr(first, key)]
    out |= {key: text_of(getattr(now, key)) for key in changed}
    if page.mode != "dying":
        keys, text = (_CURVES, _curve_text) if page.mode == "layers" else (_CELLS, _cell_text)
        if not now.curves:
            out["curves"] = "none"
        elif now.curves != first.curves:
            out |= {key: text(curve) for key, curve in zip(keys, now.curves, strict=False)}
    if page.mode == "layers":
        out |= {"z": text_of(page.z)} if page.z != plain.z else {}
        out |= {"matter": "1"} if page.matter else {}
        out |= {key: getattr(page, key) for key in ("against", "rule") if getattr(page, key) != getattr(plain, key)}
    if page.opened:
        out["open"] = str(page.opened + 1)
    return out


@cache
def opening() -> Gradients:
    """What the room opens with: its first starter. What a link leaves out is as `Gradients` has it, not as here."""
    return from_link(GRADIENTS[0].link)[0]


def from_link(params: Mapping[str, Any] | str) -> tuple[Gradients, list[str]]:
    """Reads the page off query parameters, or off a raw query.

    Returns:
        A page that can be shown, whatever was given; a sentence for everything that was changed.
    """
    read = Reader(params, _KNOWN)
    if read.opens_the_room():
        say_view(read, _last_step(opening()))
        return opening(), read.notices
    read.version()
    mode = _word(read, "mode", MODES, "layers")
    for key in [key for key in read.params if key not in _OWN[mode] and any(key in own for own in _OWN.values())]:
        read.leave(key, f"is no part of ‘{MODES[mode]}’")
    page = Gradients(mode, against=_word(read, "against", AGAINST, "bias"), rule=_word(read, "rule", RULES, RULES[0]))
    if (matter := read.take("matter")) is not None:
        page = replace(page, matter=read.flag("matter", matter))
    if (z := read.take("z")) is not None:
        page = replace(page, z=read.number("z", z, Z))
    part = _curves(read, _fields(read, getattr(page, _PARTS[mode]), mode), mode)
    page = replace(page, **{_PARTS[mode]: part})
    if (text := read.take("open")) is not None:
        last = len(part.curves) if mode != "dying" else len(KINDS)
        opened = read.number("open", text, ShapeParam(1, 1, max(1, last)), whole=True)
        page = replace(page, opened=int(opened) - 1)
    say_view(read, _last_step(page))
    return page, read.notices


def _last_step(page: Gradients) -> int:
    if page.training is not None:
        return page.training.num_steps
    return page.time.steps if page.mode == "time" else page.flow.depth


def _word(read: Reader, key: str, known: Collection[str], default: str) -> str:
    """One of a few words; the default where it is not known, which is said."""
    given = read.take(key)
    if given is None:
        return default
    found = read.one_of(given, known, "optimizer" if key == "rule" else key)
    if found is None:
        read.say(f"unknown {key} {shown(given)}; known: {', '.join(known)}")
    return default if found is None else found


def _fields(read: Reader, part: Any, mode: str) -> Any:
    """The numbers of the mode that is shown."""
    values = {}
    for key, knob in _FIELDS[mode].items():
        if (text := read.take(key)) is not None:
            value = read.number(key, text, knob, whole=key not in _BROKEN)
            values[key] = value if key in _BROKEN else int(value)
    return replace(part, **values)


def _curves(read: Reader, part: Any, mode: str) -> Any:
    """The part with the curves of the link, if it has curves."""
    if mode == "dying":
        return part
    keys, reader = (_CURVES, _curve) if mode == "layers" else (_CELLS, _cell)
    texts = {key: text for key in keys if (text := read.take(key)) is not None}
    if texts:
        read.leave("curves", f"has no effect beside {listed(list(texts))}")
    if texts or _word(read, "curves", ("none",), "") == "none":
        part = replace(part, curves=tuple(reader(read, text) for text in texts.values()))
    return part


def _curve(read: Reader, text: str) -> Curve:
    name, *rest = read.parts(text, ACTIVATIONS, "activation")
    activation = read.choice("activation", name, ACTIVATIONS, "tanh")
    title, words, numbers = ACTIVATIONS[activation].title, {}, {}
    knobs = {k: v for k, v in NUMBERS.items() if k != "slope" or ACTIVATIONS[activation].shape}
    for key, value in read.named(title, rest, (*_WORDS, *knobs)).items():
        if key in knobs:
            numbers[key] = read.number(f"{key} of {title}", value, knobs[key])
        elif (word := read.one_of(value, _WORDS[key], key)) is not None:
            words[key] = word
        else:
            read.say(f"unknown {key} {shown(value)}; known: {', '.join(_WORDS[key])}")
    return Curve(activation, **numbers, **words)


def _cell(read: Reader, text: str) -> TimeCurve:
    name, *rest = read.parts(text, CELLS, "network")
    cell = read.one_of(name, CELLS, "network")
    if cell is None:
        read.say(f"unknown cell {shown(name)}; known: {', '.join(CELLS)}; rnn is used")
        cell = "rnn"
    title, values = cell.upper(), {}
    for key, value in read.named(title, rest, [k for k in ("activation", *CELL_NUMBERS) if k != lacks(cell)]).items():
        if key == "activation":
            values[key] = read.choice("activation", value, ACTIVATIONS, "tanh")
        else:
            values[key] = read.number(f"{key} of {title}", value, CELL_NUMBERS[key])
    return TimeCurve(cell, **values)
