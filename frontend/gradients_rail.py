"""The rail of the gradients room: presets, the curves, what they share; controls that show the description only."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from experiments.codec import SEED
from experiments.dying import RATE
from experiments.flow import DEPTH, MAX_CURVES, SEEDS, SKIPS, STEPS, WIDTH, TimeCurve, usual
from experiments.gradients import AGAINST, MODES, RULES, Gradients
from experiments.gradients_link import PRESETS, TRAIN_STEPS, from_link, to_link
from experiments.gradients_words import CELL_TITLES, cell_labels, curve_labels
from frontend.descriptions import holds
from frontend.gradients_view import curve_looks
from frontend.knobs import box, knob
from frontend.mirrors import drawing, mirrored
from frontend.run_controls import Chip, chips, label_of, remove_button
from landscapes import ACTIVATIONS, NORMALIZATIONS
from landscapes.networks.backward import WEIGHTS
from landscapes.networks.gallery import NETWORKS
from landscapes.networks.through_time import CELLS
from landscapes.surface import ShapeParam
from optimizers import OPTIMIZERS

_WEIGHT, _BIAS = ShapeParam(1.0, 0.0, 3.0), ShapeParam(0.0, 0.0, 2.0)  # what the sliders reach; links reach further
_SCALE, _INPUT, _GATE = ShapeParam(1.0, 0.0, 2.0), ShapeParam(0.1, 0.0, 2.0), ShapeParam(1.0, -3.0, 5.0)
_CLIP = ShapeParam(1.0, 0.01, 1000.0, log=True)
_ORDER = ("relu", "tanh", "sigmoid", "gelu", "selu", "silu", "leaky_relu", "elu", "mish", "softplus")  # of curves added


def page() -> Gradients:
    """The description as it stands."""
    return st.session_state.gradients


def set_page(new: Gradients) -> None:
    """Replaces the description by one that its link can hold; what a link had wrong is no longer of interest."""
    if not holds(new, to_link, from_link):
        return
    st.session_state.gradients, st.session_state.gradients_notices = new, []
    st.session_state.pop("flow_stopped", None)


def _curves() -> tuple[Any, ...]:
    return page().time.curves if page().mode == "time" else page().flow.curves


def _set_curves(curves: tuple[Any, ...], **others: Any) -> None:
    name = "time" if page().mode == "time" else "flow"
    set_page(replace(page(), **{name: replace(getattr(page(), name), curves=curves)}, **others))


def set_curve(i: int, **values: Any) -> None:
    """Changes one curve."""
    curves = list(_curves())
    curves[i] = replace(curves[i], **values)
    _set_curves(tuple(curves))


def add_curve() -> None:
    """Adds a network with an activation, or a cell, that is not there yet, and opens it."""
    curves = _curves()
    if len(curves) >= MAX_CURVES:
        return
    if page().mode == "time":
        new: Any = TimeCurve(next((c for c in CELLS if c not in {curve.cell for curve in curves}), "rnn"))
    else:
        used = {curve.activation for curve in curves}
        new = usual(next((name for name in (*_ORDER, *ACTIVATIONS) if name not in used), "relu"))
    _set_curves((*curves, new), opened=len(curves))


def draw() -> None:
    """Draws the whole rail."""
    with st.sidebar, drawing():
        _presets()
        _mode()
        if page().mode == "dying":
            _dying()
        else:
            _networks()
            _shared()
        st.button("Back to defaults", key="reset_gradients", on_click=lambda: set_page(Gradients()), type="tertiary",
                  icon=":material/restart_alt:")  # fmt: skip


def _presets() -> None:
    def choose(name: str) -> None:
        set_page(from_link(PRESETS[name])[0])

    now = next((name for name, link in PRESETS.items() if from_link(link)[0] == page()), None)
    on_change = mirrored("preset", now, choose, PRESETS)
    st.pills("Start from", list(PRESETS), key="preset", on_change=on_change)


def _mode() -> None:
    def choose(mode: str) -> None:
        set_page(replace(page(), mode=mode, opened=0))

    on_change = mirrored("mode", page().mode, choose, MODES)
    st.segmented_control("What to look at", list(MODES), key="mode", on_change=on_change, format_func=MODES.__getitem__,
                         label_visibility="collapsed", width="stretch")  # fmt: skip


def _networks() -> None:
    time = page().mode == "time"
    labels = cell_labels(page().time.curves) if time else curve_labels(page().flow.curves)
    looks = curve_looks(page())

    def row(i: int, curve: Any) -> Chip:
        if time:  # what the cell is, and its numbers
            title, _, numbers = labels[i].partition(", ")
            return Chip(title, numbers, *looks[i])
        return Chip(ACTIVATIONS[curve.activation].title, f"σw {curve.weight:.3g}", *looks[i])

    rows = [row(i, curve) for i, curve in enumerate(_curves())]
    chips(rows, page().opened, _open, _cell if time else _curve, add_curve,
          MAX_CURVES, title="Networks", adds="Add")  # fmt: skip


def _curve(i: int) -> None:
    curve = page().flow.curves[i]
    _choice(i, "activation", curve.activation, list(ACTIVATIONS), lambda name: ACTIVATIONS[name].title,
            lambda name: _set_activation(i, name), ACTIVATIONS[curve.activation].summary)  # fmt: skip
    knob("Weight scale σw", _WEIGHT, curve.weight, f"curve{i}_weight", lambda v: set_curve(i, weight=v))
    knob("Bias scale σb", _BIAS, curve.bias, f"curve{i}_bias", lambda v: set_curve(i, bias=v))
    for name, param in ACTIVATIONS[curve.activation].shape.items():
        now = param.default if curve.slope is None else curve.slope
        knob(label_of(name), param, now, f"curve{i}_{curve.activation}_{name}", lambda v: set_curve(i, slope=v))
    normal = NORMALIZATIONS[curve.normalization].title.lower() if curve.normalization != "none" else "no"
    folded = [f"{normal} norm",
              SKIPS[curve.skip], *(["orthogonal"] if curve.weights == "orthogonal" else [])]  # fmt: skip
    with st.expander(", ".join(folded).capitalize(), key=f"more_curve_{i}"):
        _choice(i, "normalization", curve.normalization, list(NORMALIZATIONS), lambda name: NORMALIZATIONS[name].title,
                lambda name: set_curve(i, normalization=name), NORMALIZATIONS[curve.normalization].summary)  # fmt: skip
        _choice(i, "skip", curve.skip, list(SKIPS), lambda name: SKIPS[name].capitalize(),
                lambda name: set_curve(i, skip=name), "Whether a layer's input is added to its output.")  # fmt: skip
        _choice(i, "weights", curve.weights, list(WEIGHTS), str.capitalize,
                lambda name: set_curve(i, weights=name), "Orthogonal ones stretch nothing.")  # fmt: skip
    _remove(i)


def _set_activation(i: int, name: str) -> None:
    """The weight scale follows the activation where it was the usual one."""
    old = page().flow.curves[i]
    weight = usual(name).weight if old.weight == usual(old.activation).weight else old.weight
    set_curve(i, activation=name, slope=None, weight=weight)


def _cell(i: int) -> None:
    curve = page().time.curves[i]
    _choice(i, "cell", curve.cell, list(CELLS), CELL_TITLES.__getitem__, lambda name: set_curve(i, cell=name),
            "What reads the sequence, one step after the other.")  # fmt: skip
    knob("Scale of the recurrent weights ρ", _SCALE, curve.scale, f"cell{i}_scale", lambda v: set_curve(i, scale=v))
    if curve.cell == "rnn":
        _choice(i, "activation", curve.activation, list(ACTIVATIONS), lambda name: ACTIVATIONS[name].title,
                lambda name: set_curve(i, activation=name), ACTIVATIONS[curve.activation].summary)  # fmt: skip
    else:
        gate = {"lstm": "forget", "gru": "update"}[curve.cell]
        knob(
            f"Bias of the {gate} gate, which keeps", _GATE, curve.gate, f"cell{i}_gate", lambda v: set_curve(i, gate=v)
        )
    knob("Size of the inputs", _INPUT, curve.input, f"cell{i}_input", lambda v: set_curve(i, input=v))
    _remove(i)


def _remove(i: int) -> None:
    remove_button("Remove this network", f"remove_curve_{i}",
                  lambda: _set_curves(_curves()[:i] + _curves()[i + 1 :], opened=max(0, i - 1)))  # fmt: skip


def _choice(i: int, name: str, now: str, options: list[str], title: Callable[[str], str], change: Callable[[str], None],
            hint: str) -> None:  # fmt: skip
    key = f"{name}_of_{page().mode}{i}"
    st.selectbox(name.capitalize(), options, key=key, format_func=title, help=hint,
                 on_change=mirrored(key, now, change, options))  # fmt: skip


def _shared() -> None:
    """What all curves have in common."""
    name = "time" if page().mode == "time" else "flow"
    now = getattr(page(), name)

    def setter(field: str) -> Callable[[float], None]:
        return lambda value: set_page(
            replace(page(), **{name: replace(getattr(page(), name), **{field: round(value)})})
        )

    if name == "time":
        knob("Steps back in time", STEPS, now.steps, "time_steps", setter("steps"))
        knob(
            "Clip the weights' gradient at norm",
            _CLIP,
            now.clip,
            "time_clip",
            lambda v: set_page(replace(page(), time=replace(page().time, clip=v))),
        )
    else:
        knob("Depth, layers", DEPTH, now.depth, "flow_depth", setter("depth"))
        knob("Width, units per layer", WIDTH, now.width, "flow_width", setter("width"))
        if not page().matter:
            _against()
        _matter()
    with st.expander(f"{now.seeds} seeds from {now.seed}", key="more_seeds"):
        knob("Seeds in the band", SEEDS, now.seeds, f"{name}_seeds", setter("seeds"))
        box("First seed", now.seed, SEED.low, SEED.high, f"{name}_seed", setter("seed"), whole=True)


def _against() -> None:
    def choose(against: str) -> None:
        set_page(replace(page(), against=against))

    on_change = mirrored("against", page().against, choose, AGAINST)
    st.segmented_control("Phase map: weight scale against", list(AGAINST), key="against", on_change=on_change,
                         format_func=AGAINST.__getitem__, width="stretch")  # fmt: skip


def _matter() -> None:
    def choose(rule: str) -> None:
        set_page(replace(page(), rule=rule))

    def turn() -> None:
        set_page(replace(page(), matter=not page().matter))

    if page().matter:
        on_change = mirrored("matter_rule", page().rule, choose, RULES)
        st.selectbox("Trained with", list(RULES), key="matter_rule", on_change=on_change,
                     format_func=lambda name: OPTIMIZERS[name].title)  # fmt: skip
    words = "Back to the gradients at the start" if page().matter else "Does it matter? Train these on digits"
    st.button(words, key="matter", on_click=turn, type="secondary", width="stretch",
              icon=":material/arrow_back:" if page().matter else ":material/school:")  # fmt: skip


def _open(i: int) -> None:
    set_page(replace(page(), opened=i))


def _dying() -> None:
    def setter(field: str, *, whole: bool = True) -> Callable[[float], None]:
        return lambda value: set_page(
            replace(page(), dying=replace(page().dying, **{field: round(value) if whole else value}))
        )

    now, entry = page().dying, NETWORKS["mlp"]
    knob("Learning rate", RATE, now.rate, "dying_rate", setter("rate", whole=False))
    knob("Depth, layers", entry.depth, now.depth, "dying_depth", setter("depth"))
    knob("Width, units per layer", entry.width, now.width, "dying_width", setter("width"))
    knob("Steps", TRAIN_STEPS, now.steps, "dying_steps", setter("steps"))
    box("Seed", now.seed, SEED.low, SEED.high, "dying_seed", setter("seed"), whole=True)
    titles = [ACTIVATIONS[name].title for name in ("relu", "leaky_relu", "prelu")]
    opened = min(page().opened, 2)
    on_change = mirrored("dying_open", opened, _open, range(3))
    st.segmented_control("Units shown of", [0, 1, 2], key="dying_open", format_func=titles.__getitem__, width="stretch",
                         on_change=on_change)  # fmt: skip
