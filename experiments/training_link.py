"""The link of a training: a description to query parameters and back, every value checked.

A network reads ``mlp~depth~6~activation~relu``, and how it is trained as a run of a race does, in a parameter of its
own: ``n1=mlp~depth~6`` beside ``r1=adam~learning_rate~0.01``. What cannot be is answered with the nearest that can.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from experiments.codec import (
    LOOSE,
    SEED,
    SEPARATOR,
    VERSION,
    VIEW,
    Knob,
    Reader,
    listed,
    pairs_text,
    shown,
    text_of,
)
from experiments.run_link import read_run, run_text
from experiments.starters import TRAIN
from experiments.training import MAX_RUNS, Learner, Training
from experiments.view import say_view
from landscapes import ACTIVATIONS, DATASETS, INITIALIZERS, LOSSES, NETWORKS, NORMALIZATIONS
from landscapes.dataset import Dataset
from landscapes.networks.gallery import Network
from optimizers import OPTIMIZERS
from optimizers.entry import Hyperparam

STEPS = Hyperparam(600.0, 1.0, 5000.0, log=True)
BATCH = Hyperparam(32.0, 0.0, 1800.0)
PATIENCE = Hyperparam(0.0, 0.0, 80.0)
IMBALANCE = Hyperparam(0.0, 0.0, 0.95)
VALIDATION = Hyperparam(0.5, 0.1, 0.8)
NUMBERS: dict[str, Hyperparam] = {
    "gain": Hyperparam(1.0, 0.01, 10.0, log=True),
    "bias_std": Hyperparam(0.0, 0.0, 2.0),
    "dropout": Hyperparam(0.0, 0.0, 0.9),
    "temperature": Hyperparam(1.0, 0.1, 10.0, log=True),
}
"""The continuous settings of a network, their defaults and the ranges of their sliders."""
CHOICES: dict[str, Mapping[str, Any]] = {
    "activation": ACTIVATIONS, "initializer": INITIALIZERS, "normalization": NORMALIZATIONS, "loss": LOSSES,
}  # fmt: skip
UNSUITABLE = {"newton": "solves with a matrix of as many rows as a network has params"}
"""Optimizers that networks are not trained with, and why."""
_EACH = tuple((f"n{i}", f"r{i}") for i in range(1, MAX_RUNS + 1))
_KNOWN = {"v", "data", "shape", "size", "noise", "imbalance", "validation", "steps", "patience", "seed", "runs",
          "example", *VIEW, *(key for pair in _EACH for key in pair)}  # fmt: skip
_SETTINGS = ("depth", "width", "batch", "slope", "residual", *NUMBERS, *CHOICES)


def to_link(training: Training, example: int = 0) -> dict[str, str]:
    """The parameters of a training; none for the one that the room opens with."""
    return {} if training == opening() and not example else {"v": VERSION, **_written(training, example)}


def _written(training: Training, example: int) -> dict[str, str]:
    """What differs from the defaults."""
    out: dict[str, str] = {}
    plain = Training()
    if training.dataset != plain.dataset:
        out["data"] = training.dataset
    if training.shape:
        out["shape"] = pairs_text(training.shape)
    named = (("size", "size"), ("noise", "data_noise"), ("imbalance", "imbalance"), ("validation", "validation"),
             ("steps", "num_steps"), ("patience", "patience"), ("seed", "seed"))  # fmt: skip
    for key, name in named:
        if getattr(training, name) != getattr(plain, name):
            out[key] = text_of(getattr(training, name))
    if not can_be_uneven(DATASETS[training.dataset]):
        out.pop("imbalance", None)
    if not training.learners:
        out["runs"] = "none"
    elif training.learners != plain.learners:
        for (net, way), learner in zip(_EACH, training.learners, strict=False):
            out[net], out[way] = _network_text(learner), run_text(learner.run)
    if example:
        out["example"] = str(min(example, _last_example(training)))
    return out


@cache
def opening() -> Training:
    """What the room opens with: its first starter. What a link leaves out is as `Training` has it, not as here."""
    return from_link(TRAIN[0].link)[0]


def _network_text(learner: Learner) -> str:
    parts = [learner.network]
    lacking = lacks(learner)
    for name, value in learner.settings:
        parts += [] if name in lacking else [name, value if isinstance(value, str) else text_of(float(value))]
    if learner.batch_size != Learner().batch_size:
        parts += ["batch", text_of(learner.batch_size)]
    return SEPARATOR.join(parts)


def from_link(params: Mapping[str, Any] | str) -> tuple[Training, int, list[str]]:
    """Reads a training off query parameters, or off a raw query.

    Returns:
        A training that runs, whatever was given; the chosen example; a sentence for everything that was changed.
    """
    read = Reader(params, _KNOWN, {"r": LOOSE, "n": _SETTINGS})
    if read.opens_the_room():
        say_view(read, opening().num_steps)
        return opening(), 0, read.notices
    read.version()
    training = _data(read)
    for key, field, knob in (("steps", "num_steps", STEPS), ("patience", "patience", PATIENCE), ("seed", "seed", SEED)):
        if (text := read.take(key)) is not None:
            training = replace(training, **{field: int(read.number(key, text, knob, whole=True))})
    training, example = replace(training, learners=_learners(read, training)), 0
    if (text := read.take("example")) is not None:
        knob = Hyperparam(0.0, 0.0, _last_example(training))
        example = int(read.number("example", text, knob, whole=True))
    say_view(read, training.num_steps)
    return training, example, read.notices


def _data(read: Reader) -> Training:
    """The data of a link."""
    plain = Training()
    given, shape_text = read.take("data"), read.take("shape")
    name = plain.dataset if given is None else read.choice("data", given, DATASETS, plain.dataset)
    entry = DATASETS[name]
    if shape_text == "":
        read.say("shape is empty and was left out")
    shape = read.pairs(entry.title, read.parts(shape_text), entry.shape) if shape_text else ()
    training = Training(dataset=name, shape=shape)
    if not can_be_uneven(entry):
        read.leave("imbalance", f"has no effect on {entry.title}")
    sizes = entry.sizes(**dict(shape))
    for key, field, knob, whole in (("size", "size", sizes, True), ("noise", "data_noise", entry.noise, False),
                                    ("imbalance", "imbalance", IMBALANCE, False),
                                    ("validation", "validation", VALIDATION, False)):  # fmt: skip
        if (text := read.take(key)) is not None:
            value = read.number(key, text, knob, whole=whole)
            training = replace(training, **{field: int(value) if whole else value})
    return training


def can_be_uneven(entry: Dataset) -> bool:
    """Whether there are classes of which some can be rarer than others."""
    return entry.task == "classes" and entry.kind != "text"


def _last_example(training: Training) -> int:
    data = training.loss_of(fitting(training, Learner())).examples
    return len(data.train_inputs) + len(data.valid_inputs) - 1


def _learners(read: Reader, training: Training) -> tuple[Learner, ...]:
    if read.none_run([key for pair in _EACH for key in pair]):
        return ()
    texts = [(read.take(net), read.take(way)) for net, way in _EACH]
    given = [_learner(read, training, net, way) for net, way in texts if net is not None or way is not None]
    return tuple(given) if given else (fitting(training, Learner()),)


def _learner(read: Reader, training: Training, net: str | None, way: str | None) -> Learner:
    plain = fitting(training, Learner())
    run = plain.run if way is None else read_run(read, way, plain.run.optimizer)
    if run.optimizer in UNSUITABLE:
        set_ = run_text(run).split(SEPARATOR, 1)[1:]
        read.say(f"{OPTIMIZERS[run.optimizer].title} {UNSUITABLE[run.optimizer]}; {OPTIMIZERS['adam'].title} trains "
                 f"instead{f', without {shown(set_[0])}' if set_ else ''}")  # fmt: skip
        run = plain.run
    if net is None:
        return replace(plain, run=run)
    name, *rest = read.parts(net, NETWORKS, "network")
    network = read.choice("network", name, NETWORKS, plain.network)
    if DATASETS[training.dataset].kind not in NETWORKS[network].kinds:
        lost = [shown(key) for key in rest[::2]]
        read.say(f"{NETWORKS[network].title} does not suit {DATASETS[training.dataset].title}; "
                 f"{NETWORKS[plain.network].title} is trained instead"
                 f"{f', without {listed(lost)}' if lost else ''}")  # fmt: skip
        network, rest = plain.network, []
    learner = Learner(run, network, (), plain.batch_size)
    return _possible(read, training, _settings(read, learner, read.named(NETWORKS[network].title, rest, _SETTINGS)))


def _settings(read: Reader, learner: Learner, found: Mapping[str, str]) -> Learner:
    """The settings in their order; of those that the network does not have the name is said and nothing more."""
    chosen = Learner(network=learner.network)
    if "activation" in found and "activation" not in lacks(chosen):
        chosen = _setting(read, chosen, "activation", found["activation"])
    lacking = lacks(chosen)
    for key, text in found.items():
        if key in lacking:
            read.say(f"{lacking[key]} has no {shown(key)}; it was left out")
        elif key == "activation":
            learner = replace(learner, settings=(*learner.settings, *chosen.settings))
        else:
            learner = _setting(read, learner, key, text)
    return learner


def lacks(learner: Learner) -> dict[str, str]:
    """The settings that a network does not have, whatever they are set to, each with the title of what lacks it."""
    entry, chosen = NETWORKS[learner.network], dict(learner.settings)
    out = {}
    if not entry.activation:
        out = {"activation": entry.title, "slope": entry.title}
    elif not (activation := ACTIVATIONS[chosen.get("activation", entry.activation)]).shape:
        out = {"slope": activation.title}
    if entry.depth.high == 0:  # no layer that could be skipped, or whose units could be dropped
        out |= {"residual": entry.title, "dropout": entry.title}
    return out


def knobs_of(network: Network) -> dict[str, Knob]:
    """The sizes of a network and its continuous settings, each with its range."""
    return {"depth": network.depth, "width": network.width, **NUMBERS}


def _setting(read: Reader, learner: Learner, key: str, text: str) -> Learner:
    entry = NETWORKS[learner.network]
    knobs = knobs_of(entry)
    if key == "batch":
        return replace(learner, batch_size=int(read.number("batch", text, BATCH, whole=True)))
    if key == "slope":
        return learner.with_setting("slope", read.number("slope", text, Hyperparam(0.0, -10.0, 10.0)))
    if key == "residual":
        return learner.with_setting("residual", read.flag(f"residual of {entry.title}", text, entry.residual))
    if key in knobs:
        whole = key in ("depth", "width")
        value = read.number(f"{key} of {entry.title}", text, knobs[key], whole=whole)
        return learner.with_setting(key, int(value) if whole else value)
    if key in CHOICES:
        chosen = read.one_of(text, CHOICES[key], key)
        if chosen is not None:
            return learner.with_setting(key, chosen)
        read.say(f"unknown {key} {shown(text)}; the usual one of {entry.title} is used")
    return learner


def _possible(read: Reader, training: Training, learner: Learner) -> Learner:
    """Leaves out, one by one, what cannot be together, and says so."""
    while True:
        try:
            training.loss_of(learner)
            return learner
        except ValueError as error:
            if not learner.settings:
                return learner  # it is the data that cannot be, which the page says
            culprit = next((s for s in learner.settings if str(error).startswith(s[0])), learner.settings[-1])
            read.say(f"{error}; the usual one is used")
            learner = replace(learner, settings=tuple(s for s in learner.settings if s is not culprit))


def fitting(training: Training, learner: Learner) -> Learner:
    """The learner itself where its network suits the data, else the first network that does, trained the same way."""
    kind = DATASETS[training.dataset].kind
    if kind in NETWORKS[learner.network].kinds:
        return without_misfits(training, learner)
    first = {"images": "cnn", "sequence": "lstm", "text": "transformer"}.get(kind, "mlp")
    return replace(learner, network=first, settings=())


def without_misfits(training: Training, learner: Learner) -> Learner:
    """The learner without the settings that its network or its data do not allow."""
    for _ in range(len(learner.settings) + 1):
        try:
            training.loss_of(learner)
            return learner
        except ValueError as error:
            culprit = next((s for s in learner.settings if str(error).startswith(s[0])), None)
            if culprit is None:
                return replace(learner, settings=())
            learner = replace(learner, settings=tuple(s for s in learner.settings if s is not culprit))
    return learner
