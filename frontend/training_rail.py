"""The rail of the training room: data, networks, how they are trained; controls that show the description only."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from experiments.starters import TRAIN
from experiments.training import MAX_RUNS, Learner, Training, look_every, resolve
from experiments.training_link import (
    CHOICES,
    IMBALANCE,
    NUMBERS,
    PATIENCE,
    SEED,
    STEPS,
    UNSUITABLE,
    VALIDATION,
    can_be_uneven,
    fitting,
    from_link,
    to_link,
    without_misfits,
)
from experiments.words import number
from frontend.descriptions import holds
from frontend.knobs import box, knob
from frontend.mirrors import mirrored
from frontend.parts import draw_rail
from frontend.player import pick, picked
from frontend.redraw import Part
from frontend.run_controls import Chip, Handle, chips, label_of, remove_button, run_controls
from frontend.starters import Starters
from frontend.theme import CLASS_COLORS
from frontend.training_view import run_looks
from landscapes import ACTIVATIONS, DATASETS, LOSSES, NETWORKS, NORMALIZATIONS, NetworkLoss
from optimizers import OPTIMIZERS

_DOTS = 90  # of a thumbnail
_IMAGES = 2  # pictures on a tile
_SIGNS = {"adding": "a + b", "parity": "± ± ±", "characters": "abc…"}
_RULES = tuple(name for name in OPTIMIZERS if name not in UNSUITABLE)
_BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 0)  # 0: all examples


def training() -> Training:
    """The description as it stands."""
    return st.session_state.training


def set_training(new: Training) -> None:
    """Replaces the description by one that its link can hold; what a link had wrong is no longer of interest."""
    if not holds(new, to_link, from_link):
        return
    st.session_state.training, st.session_state.training_notices = new, []
    st.session_state.pop("stopped", None)


def open_learner() -> int:
    """The run whose controls and layers are shown."""
    last = len(training().learners) - 1
    return max(0, min(st.session_state.get("open_learner", 0), last))


def _set_learner(i: int, learner: Learner) -> None:
    learners = list(training().learners)
    learners[i] = without_misfits(training(), learner)
    set_training(replace(training(), learners=tuple(learners)))


def add_learner() -> None:
    """Adds a copy of the last network with the first usual optimizer that does not train yet, and opens it."""
    learners = training().learners
    if len(learners) >= MAX_RUNS:
        return
    used = {learner.run.optimizer for learner in learners}
    name = next((n for n in ("adam", "momentum", "gradient_descent", "rmsprop") if n not in used), "adam")
    new = learners[-1] if learners else fitting(training(), Learner())
    new = replace(new, run=replace(new.run, optimizer=name, hyperparams=()))
    set_training(replace(training(), learners=(*learners, new)))
    st.session_state.open_learner = len(learners)


def _remove(i: int) -> None:
    learners = training().learners
    set_training(replace(training(), learners=learners[:i] + learners[i + 1 :]))


def _open(i: int) -> None:
    st.session_state.open_learner = i


def _show(new: Training) -> None:
    set_training(new)
    st.session_state.pop("open_learner", None)
    st.session_state.example = None


STARTERS = Starters("train", "A small network learns while you watch every layer. Pick a start, change one thing.",
                    TRAIN, from_link, training, _show)  # fmt: skip


def draw() -> None:
    """Draws the whole rail."""
    parts = (
        STARTERS.part(),
        Part("data", _data_shown, _data),
        Part("networks", _learners_shown, lambda shown: _learners(*shown)),
        Part("conditions", _conditions_shown, lambda shown: _conditions(*shown)),
    )
    draw_rail("train", parts, STARTERS.back)


@lru_cache(maxsize=64)
def _preview(name: str) -> dict[str, Any]:
    """What a tile shows of a data set: points and curves as dots in 0..1, images as they are, a sign for the others."""
    entry, data = DATASETS[name], DATASETS[name].draw()
    if entry.kind == "points":
        xy, classes = data.train_inputs[:_DOTS], data.train_targets[:_DOTS]
    elif entry.kind == "curve":
        xy, classes = np.stack([data.train_inputs[:, 0], data.train_targets], 1), np.zeros(len(data.train_inputs))
    elif data.train_pixels is not None:
        side = round(data.train_pixels.shape[1] ** 0.5)
        row = np.concatenate([pixels.reshape(side, side) for pixels in data.train_pixels[:_IMAGES]], 1)
        return {"thumb": np.rint(255 / 16 * (16 - row[::-1])).astype(np.uint8)}
    else:
        return {"sign": _SIGNS.get(name, entry.title[:1])}
    reach = float(np.abs(xy).max())
    return {"points": {"xy": ((xy / reach + 1) / 2).astype(np.float32), "classes": classes.astype(np.int32)}}


def _tile(name: str) -> dict[str, Any]:
    entry = DATASETS[name]
    return {"name": name, "title": entry.title, "help": entry.summary, **_preview(name)}


def _data_shown() -> Training:
    """The training without its networks and steps."""
    return replace(training(), learners=(), num_steps=Training().num_steps, patience=0)


def _data(now: Training) -> None:
    tree = {"label": "Data", "items": [_tile(name) for name in DATASETS], "chosen": now.dataset,
            "shown": 4, "class_colors": CLASS_COLORS}  # fmt: skip
    pick("dataset", tree, _on_data)
    entry = DATASETS[now.dataset]
    values = dict(now.shape)
    for name, param in entry.shape.items():

        def change(new: float, name: str = name) -> None:
            now, shape = training(), {**dict(training().shape), name: new}
            size = None if now.size is None else min(now.size, int(entry.sizes(**shape).high))
            set_training(replace(now, shape=tuple(shape.items()), size=size))

        knob(label_of(name), param, values.get(name, param.default), f"data_{now.dataset}_{name}", change)
    if entry.noise.high > 0:
        noise = entry.noise.default if now.data_noise is None else now.data_noise
        knob("Noise", entry.noise, noise, f"noise_{now.dataset}", _setter("data_noise"))
    with st.expander(_data_summary(now), key="more_data"):
        sizes = entry.sizes(**values)
        size = sizes.default if now.size is None else now.size
        knob("Examples", sizes, size, f"size_{now.dataset}", _setter("size", whole=True))
        knob("Share held back", VALIDATION, now.validation, "validation", _setter("validation"))
        if can_be_uneven(entry):
            knob("Class imbalance", IMBALANCE, now.imbalance, "imbalance", _setter("imbalance"))


def examples(of: Training | None = None) -> tuple[int, int]:
    """How many examples are trained on, and how many are held back; they are numbered in this order."""
    now = of or training()
    data = DATASETS[now.dataset].draw(size=now.size, noise=now.data_noise, imbalance=now.imbalance,
                                      validation=now.validation, seed=now.seed, **dict(now.shape))  # fmt: skip
    return len(data.train_inputs), len(data.valid_inputs)


def _data_summary(now: Training) -> str:
    uneven = f", imbalance {now.imbalance:.2g}" if now.imbalance else ""
    return f"{sum(examples(now))} examples, {now.validation:.0%} held back{uneven}"


def _setter(name: str, *, whole: bool = False) -> Callable[[float], None]:
    def change(value: float) -> None:
        new = round(value) if whole else value
        if new != getattr(training(), name):
            set_training(replace(training(), **{name: new}))

    return change


def _on_data() -> None:
    name = picked("dataset", DATASETS)
    if name is not None:
        new = replace(training(), dataset=name, size=DATASETS[name].offered, data_noise=None, shape=(), imbalance=0.0)
        st.session_state.example = None
        set_training(replace(new, learners=tuple(fitting(new, learner) for learner in new.learners)))


def _learners_shown() -> tuple[Training, int]:
    """The training without its steps, and which network is open."""
    return replace(training(), num_steps=Training().num_steps, patience=0), open_learner()


def _learners(now: Training, opened: int) -> None:
    learners = now.learners
    drawn = run_looks([learner.run.optimizer for learner in learners])

    def row(i: int, learner: Learner) -> Chip:
        rate = resolve(learner).hyperparams.get(OPTIMIZERS[learner.run.optimizer].scheduled or "")
        title = f"{NETWORKS[learner.network].title}, {OPTIMIZERS[learner.run.optimizer].title}"
        return Chip(title, number(rate) if rate is not None else "", drawn[i], False)

    rows = [row(i, learner) for i, learner in enumerate(learners)]
    chips(rows, opened, _open, lambda i: _learner(i, now), add_learner, MAX_RUNS)


def _learner(i: int, now: Training) -> None:
    """The open run: its network, then how it is trained."""
    learner = now.learners[i]
    _network(i, learner, now)
    handle = Handle(
        lambda: training().learners[i].run,
        lambda run: _set_learner(i, replace(training().learners[i], run=run)),
        _RULES,
    )
    run_controls(i, learner.run, handle, dict(resolve(learner).hyperparams))
    _batch(i, learner)
    remove_button("Remove this run", f"remove_{i}", lambda: _remove(i))


def _network(i: int, learner: Learner, now: Training) -> None:
    kind, entry, loss = DATASETS[now.dataset].kind, NETWORKS[learner.network], now.loss_of(learner)

    def choose(name: str) -> None:
        _set_learner(i, replace(training().learners[i], network=name, settings=()))

    suitable = [name for name, other in NETWORKS.items() if kind in other.kinds]
    on_change = mirrored(f"network_{i}", learner.network, choose, suitable)
    st.selectbox("Network", suitable, key=f"network_{i}", on_change=on_change, help=entry.summary,
                 format_func=lambda name: NETWORKS[name].title)  # fmt: skip
    for name in ("depth", "width"):
        param = getattr(entry, name)
        if param.high > param.low:
            label = {"depth": "Layers", "width": "Units"}[name]
            label = "Channels" if name == "width" and learner.network in ("cnn", "resnet") else label
            knob(label, param, getattr(loss, name), f"net{i}_{learner.network}_{name}", _setting(i, name, whole=True))
    if entry.activation:
        _choice(i, learner, loss, "activation", list(ACTIVATIONS))
        for name, param in ACTIVATIONS[str(loss.activation)].shape.items():
            knob(
                label_of(name),
                param,
                float(loss.slope or 0.0),
                f"net{i}_{loss.activation}_{name}",
                _setting(i, "slope"),
            )
    with st.expander(_network_summary(loss), key=f"more_network_{i}"):
        _finer(i, learner, loss, DATASETS[now.dataset].task)


def _finer(i: int, learner: Learner, loss: NetworkLoss, task: str) -> None:
    """What of a network is folded away."""
    entry = NETWORKS[learner.network]
    if learner.network != "softmax_regression":
        _choice(i, learner, loss, "initializer", list(CHOICES["initializer"]))
        knob("Gain of the start", NUMBERS["gain"], loss.gain, f"net{i}_gain", _setting(i, "gain"))
        knob("Deviation of the biases", NUMBERS["bias_std"], loss.bias_std, f"net{i}_bias_std", _setting(i, "bias_std"))
        if len(entry.normalizations) > 1:
            _choice(i, learner, loss, "normalization", list(entry.normalizations))
        on_change = mirrored(f"residual_{i}", loss.residual, _setting(i, "residual"), untold=False)
        st.toggle("Skips around layers", key=f"residual_{i}", on_change=on_change)
        knob("Dropout", NUMBERS["dropout"], loss.dropout, f"net{i}_dropout", _setting(i, "dropout"))
    _choice(i, learner, loss, "loss", [name for name, other in LOSSES.items() if task in other.tasks])
    if loss.loss != "squared_error":
        knob("Temperature", NUMBERS["temperature"], loss.temperature, f"net{i}_temperature", _setting(i, "temperature"))


def _network_summary(loss: NetworkLoss) -> str:
    parts = [CHOICES["initializer"][str(loss.initializer)].title]
    parts += [f"{NORMALIZATIONS[str(loss.normalization)].title.lower()} norm" if loss.normalization != "none" else ""]
    parts += ["skips" if loss.residual else "", "dropout" if loss.dropout else ""]
    return ", ".join(part for part in parts if part) + f", {LOSSES[str(loss.loss)].title.lower()}"


def _setting(i: int, name: str, *, whole: bool = False) -> Callable[[Any], None]:
    def change(value: Any) -> None:
        _set_learner(i, training().learners[i].with_setting(name, round(value) if whole else value))

    return change


def _choice(i: int, learner: Learner, loss: NetworkLoss, name: str, options: list[str]) -> None:
    """A select box over a shelf."""
    key, shelf = f"{name}_{i}", CHOICES[name]
    now = getattr(loss, name)

    def choose(option: str) -> None:
        chosen = training().learners[i]
        if name == "activation":  # a slope belongs to the activation that it was set for
            chosen = replace(chosen, settings=tuple(s for s in chosen.settings if s[0] != "slope"))
        _set_learner(i, chosen.with_setting(name, option))

    on_change = mirrored(key, now, choose, options)
    st.selectbox(name.capitalize(), options, key=key, on_change=on_change, help=shelf[now].summary,
                 format_func=lambda option: shelf[option].title)  # fmt: skip


def _batch(i: int, learner: Learner) -> None:
    def choose(size: int) -> None:
        _set_learner(i, replace(training().learners[i], batch_size=size))

    sizes = list(_BATCHES) if learner.batch_size in _BATCHES else sorted({*_BATCHES, learner.batch_size})
    on_change = mirrored(f"batch_{i}", learner.batch_size, choose, sizes)
    words = {0: "all", 1: "1, one at a time"}
    st.selectbox("Examples a step", sizes, key=f"batch_{i}", on_change=on_change,
                 format_func=lambda size: words.get(size, str(size)))  # fmt: skip


def _set_steps(value: float) -> None:
    """In twenties, so that the last look falls on the last step."""
    _setter("num_steps", whole=True)(20 * max(1, round(value / 20)))


def _conditions_shown() -> tuple[int, int, int]:
    """Steps, patience and seed."""
    now = training()
    return now.num_steps, now.patience, now.seed


def _conditions(steps: int, patience: int, seed: int) -> None:
    knob("Steps", STEPS._replace(low=20.0), steps, "train_steps", _set_steps)
    left, right = st.columns(2)
    with left:
        box("Patience (0: off)", patience, PATIENCE.low, PATIENCE.high, "patience", _setter("patience", whole=True),
            whole=True, hint=f"Looks at the unseen examples without a new best loss until a run ends; a look is every "
                             f"{look_every(steps, 1)} steps.")  # fmt: skip
    with right:
        box("Seed", seed, SEED.low, SEED.high, "train_seed", _setter("seed", whole=True), whole=True)
