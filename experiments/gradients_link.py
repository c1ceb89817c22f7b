"""The link of the gradients room: a description to query parameters and back, every value checked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from experiments.codec import SEED, SEPARATOR, VERSION, Reader, pairs_text, shown, text_of
from experiments.dying import RATE, Dying
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
    Flow,
    TimeCurve,
    TimeFlow,
)
from experiments.gradients import AGAINST, MODES, RULES, Gradients
from landscapes import ACTIVATIONS, NORMALIZATIONS
from landscapes.networks.backward import WEIGHTS
from landscapes.networks.gallery import NETWORKS
from landscapes.networks.through_time import CELLS
from landscapes.surface import ShapeParam

Z = ShapeParam(1.0, -4.0, 4.0)
TRAIN_STEPS = ShapeParam(300, 20, 2000)
_CURVES = tuple(f"c{i}" for i in range(1, MAX_CURVES + 1))
_CELLS = tuple(f"t{i}" for i in range(1, MAX_CURVES + 1))
_WORDS = {"activation": ACTIVATIONS, "normalization": NORMALIZATIONS, "skip": SKIPS,
          "weights": dict.fromkeys(WEIGHTS)}  # fmt: skip
_KNOWN = {"v", "mode", "depth", "width", "seeds", "seed", "z", "against", "matter", "rule", "open", "steps", "rate",
          "units", "layers", "train_steps", "clip", "curves", "at", "present", *_CURVES, *_CELLS}  # fmt: skip
_FLOW = (("depth", DEPTH), ("width", WIDTH), ("seeds", SEEDS))
_TIME = (("steps", STEPS),)
_DYING = (("rate", "rate", RATE), ("layers", "depth", NETWORKS["mlp"].depth), ("units", "width", NETWORKS["mlp"].width),
          ("train_steps", "steps", TRAIN_STEPS))  # fmt: skip

PRESETS: dict[str, dict[str, str]] = {
    "Sigmoid starves": {"c1": "sigmoid", "c2": "tanh", "c3": "relu~weight~1.414"},
    "ReLU + He": {"depth": "30", "c1": "relu~weight~1.414", "c2": "relu~weight~1", "c3": "relu~weight~1.8",
                  "c4": "leaky_relu~weight~1.387~slope~0.2"},
    "Edge of chaos": {"depth": "60", "c1": "tanh~weight~1.327~bias~0.224", "c2": "tanh~weight~1~bias~0.224",
                      "c3": "tanh~weight~2~bias~0.224", "open": "1"},
    "Skip rescues": {"depth": "40", "c1": "sigmoid", "c2": "sigmoid~skip~plain", "c3": "sigmoid~skip~scaled",
                     "c4": "relu~weight~1.414~skip~scaled", "open": "2"},
    "Batch norm explodes": {"depth": "60", "c1": "relu~weight~1.414~normalization~batch",
                            "c2": "relu~weight~1.414~normalization~layer", "c3": "relu~weight~1.414",
                            "c4": "tanh~normalization~batch"},
    "RNN at 0.9, 1.0, 1.1": {"mode": "time", "t1": "rnn~activation~identity~scale~0.9",
                             "t2": "rnn~activation~identity~scale~1", "t3": "rnn~activation~identity~scale~1.1",
                             "t4": "lstm", "t5": "gru"},
    "A rate that kills": {"mode": "dying", "rate": "1", "layers": "3", "seed": "1"},
}  # fmt: skip
"""Links by their names."""


def _curve_text(curve: Curve) -> str:
    plain, parts = Curve(curve.activation), [curve.activation]
    for name in ("weight", "bias", "slope"):
        if getattr(curve, name) != getattr(plain, name):
            parts += [name, text_of(getattr(curve, name))]
    for name in ("normalization", "skip", "weights"):
        if getattr(curve, name) != getattr(plain, name):
            parts += [name, getattr(curve, name)]
    return SEPARATOR.join(parts)


def _cell_text(curve: TimeCurve) -> str:
    plain, parts = TimeCurve(curve.cell), [curve.cell]
    if curve.activation != plain.activation:
        parts += ["activation", curve.activation]
    changed = tuple((n, getattr(curve, n)) for n in CELL_NUMBERS if getattr(curve, n) != getattr(plain, n))
    return SEPARATOR.join([*parts, pairs_text(changed)] if changed else parts)


def to_link(page: Gradients) -> dict[str, str]:
    """The parameters of the page; empty for the default one but for the version."""
    out, plain = {}, Gradients()
    if page.mode != plain.mode:
        out["mode"] = page.mode
    fields = {"layers": (page.flow, _FLOW), "time": (page.time, _TIME), "dying": (page.dying, ())}
    now, knobs = fields[page.mode]
    first = type(now)()
    for key, _ in (*knobs, ("seed", SEED)):
        if getattr(now, key) != getattr(first, key):
            out[key] = text_of(getattr(now, key))
    if page.mode == "time":
        out |= {
            key: text_of(getattr(now, key)) for key in ("seeds", "clip") if getattr(now, key) != getattr(first, key)
        }
    if page.mode == "dying":
        out |= {
            key: text_of(getattr(now, name)) for key, name, _ in _DYING if getattr(now, name) != getattr(first, name)
        }
    else:
        keys, text = (_CURVES, _curve_text) if page.mode == "layers" else (_CELLS, _cell_text)
        if not now.curves:
            out["curves"] = "none"
        elif now.curves != first.curves:
            out |= {key: text(curve) for key, curve in zip(keys, now.curves, strict=False)}  # pyright: ignore[reportArgumentType]
    if page.mode == "layers":
        out |= {"z": text_of(page.z)} if page.z != plain.z else {}
        out |= {"against": page.against} if page.against != plain.against else {}
        out |= {"matter": "1"} if page.matter else {}
        out |= {"rule": page.rule} if page.rule != plain.rule else {}
    if page.opened:
        out["open"] = str(page.opened + 1)
    return {"v": VERSION, **out} if out else {}


def from_link(params: Mapping[str, Any]) -> tuple[Gradients, list[str]]:
    """Reads the page off query parameters.

    Returns:
        A page that can be shown, whatever was given; a sentence for everything that was changed.
    """
    read = Reader(params, _KNOWN)
    got = read.params
    mode = got.get("mode", "layers")
    if mode not in MODES:
        read.say(f"unknown mode {mode[:40]!r}; known: {', '.join(MODES)}")
        mode = "layers"
    if got.get("v", VERSION) != VERSION:
        read.say(f"this link is of version {shown(got['v'])}, this page of {VERSION}; what it knows of it is used")
    for key, only in (("matter", "1"), ("curves", "none")):
        if got.get(key, only) != only:
            read.say(f"{key} is {shown(got[key])}; only ‘{only}’ is known")
    page = Gradients(mode)
    whole = {key: int(read.number(key, got[key], knob, whole=True))
             for key, knob in (*_FLOW, *_TIME, ("seed", SEED)) if key in got}  # fmt: skip
    mine = {key: whole[key] for key in ("seeds", "seed") if key in whole}  # of the mode that is shown
    flow = {key: whole[key] for key in ("depth", "width") if key in whole} | (mine if mode == "layers" else {})
    time: dict[str, Any] = {key: whole[key] for key in ("steps",) if key in whole} | (mine if mode == "time" else {})
    if "clip" in got:
        time["clip"] = read.number("clip", got["clip"], CLIP)
    page = replace(page, flow=replace(Flow(), **flow), time=replace(TimeFlow(), **time))
    dying = {name: read.number(key, got[key], knob, whole=name != "rate") for key, name, knob in _DYING if key in got}
    dying = {name: value if name == "rate" else int(value) for name, value in dying.items()}
    page = replace(page, dying=replace(Dying(seed=whole.get("seed", 0) if mode == "dying" else 0), **dying))
    page = _with_curves(read, page)
    if "z" in got:
        page = replace(page, z=read.number("z", got["z"], Z))
    for key, known in (("against", AGAINST), ("rule", RULES)):
        if got.get(key, "") in known:
            page = replace(page, **{key: got[key]})
        elif key in got:
            read.say(f"unknown {key} {got[key][:40]!r}; known: {', '.join(known)}")
    count = {"layers": len(page.flow.curves), "time": len(page.time.curves), "dying": 3}[mode]
    opened = (
        int(read.number("open", got["open"], ShapeParam(1, 1, max(1, count)), whole=True)) - 1 if "open" in got else 0
    )
    return replace(page, matter=got.get("matter") == "1", opened=opened), read.notices


def _with_curves(read: Reader, page: Gradients) -> Gradients:
    got = read.params
    if got.get("curves") == "none":
        if page.mode == "time":
            page = replace(page, time=replace(page.time, curves=()))
        else:
            page = replace(page, flow=replace(page.flow, curves=()))
    curves = tuple(_curve(read, got[key]) for key in _CURVES if key in got)
    cells = tuple(_cell(read, got[key]) for key in _CELLS if key in got)
    if curves:
        page = replace(page, flow=replace(page.flow, curves=curves))
    return replace(page, time=replace(page.time, curves=cells)) if cells else page


def _curve(read: Reader, text: str) -> Curve:
    name, *rest = text.split(SEPARATOR)
    activation = read.choice("activation", name, ACTIVATIONS, "tanh")
    title, words, numbers = ACTIVATIONS[activation].title, {}, []
    for key, value in zip(rest[::2], [*rest[1::2], ""], strict=False):
        if key in _WORDS and key != "activation":
            if value in _WORDS[key]:
                words[key] = value
            else:
                read.say(f"unknown {key} {value[:40]!r}; known: {', '.join(_WORDS[key])}")
        else:
            numbers += [key, value]
    knobs = {k: v for k, v in NUMBERS.items() if k != "slope" or ACTIVATIONS[activation].shape}
    return Curve(activation, **dict(read.pairs(title, numbers, knobs)), **words)


def _cell(read: Reader, text: str) -> TimeCurve:
    name, *rest = text.split(SEPARATOR)
    if name not in CELLS:
        read.say(f"unknown cell {name[:40]!r}; known: {', '.join(CELLS)}")
        name = "rnn"
    activation, numbers = "tanh", []
    for key, value in zip(rest[::2], [*rest[1::2], ""], strict=False):
        if key == "activation":
            activation = read.choice("activation", value, ACTIVATIONS, "tanh")
        else:
            numbers += [key, value]
    return TimeCurve(name, activation=activation, **dict(read.pairs(name.upper(), numbers, CELL_NUMBERS)))
