"""The rail of the gradients room: presets, the curves, what they share; controls that show the description only."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from experiments.codec import SEED
from experiments.dying import RATE, Dying
from experiments.flow import DEPTH, MAX_CURVES, SEEDS, SKIPS, STEPS, WIDTH, Curve, Flow, TimeCurve, TimeFlow, usual
from experiments.glossary import GLOSSARY
from experiments.gradients import AGAINST, MODES, RULES, Gradients
from experiments.gradients_link import TRAIN_STEPS, from_link, to_link
from experiments.gradients_words import CELL_TITLES, cell_labels, curve_labels
from experiments.starters import GRADIENTS
from frontend.descriptions import holds
from frontend.gradients_view import curve_looks
from frontend.knobs import box, figures, knob
from frontend.mirrors import mirrored
from frontend.parts import draw_rail
from frontend.redraw import Part, then_redrawn
from frontend.run_controls import Chip, chips, label_of, remove_button
from frontend.starters import Starters
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


def set_knob(name: str, value: float) -> None:
    """Sets one of the knobs that are dragged on the stage: the open network's weight scale, or what all share."""
    if name == "weight":
        set_curve(page().opened, weight=figures(value))
    else:
        _setter("flow", name)(min(max(value, 1.0), {"depth": DEPTH, "width": WIDTH}[name].high))


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


STARTERS = Starters("gradients", "How much of the error’s gradient reaches the first layer? Drag one knob and see.",
                    GRADIENTS, from_link, page, set_page, shown=5)  # fmt: skip


def draw() -> None:
    """Draws the whole rail."""
    parts = (
        STARTERS.part(),
        Part("mode", lambda: page().mode, _mode),
        Part("networks", _networks_shown, _networks),
        Part("shared", _shared_shown, _shared),
    )
    draw_rail("gradients", parts, STARTERS.back)


def _mode(mode: str) -> None:
    def choose_mode(name: str) -> None:
        set_page(replace(page(), mode=name, opened=0))

    on_change = mirrored("mode", mode, choose_mode, MODES)
    st.segmented_control("What to look at", list(MODES), key="mode", on_change=on_change, format_func=MODES.__getitem__,
                         label_visibility="collapsed", width="stretch")  # fmt: skip


def _networks_shown() -> Gradients:
    """The page with what all networks share left out."""
    now = page()
    flow, time = Flow(curves=now.flow.curves), TimeFlow(curves=now.time.curves)
    return Gradients(mode=now.mode, flow=flow, time=time, opened=now.opened)


def _networks(now: Gradients) -> None:
    """The compared networks, or cells."""
    if now.mode == "dying":
        return
    time = now.mode == "time"
    curves: tuple[Any, ...] = now.time.curves if time else now.flow.curves
    labels = cell_labels(now.time.curves) if time else curve_labels(now.flow.curves)
    looks = curve_looks(now)

    def row(i: int, curve: Any) -> Chip:
        title, _, apart = labels[i].partition(", ")  # what it is, and what sets it apart
        return Chip(title, apart if time or apart else f"σw {curve.weight:.3g}", *looks[i])

    def body(i: int) -> None:
        (_cell if time else _curve)(i, curves[i])
        _remove(i)

    rows = [row(i, curve) for i, curve in enumerate(curves)]
    chips(rows, now.opened, _open, body, add_curve, MAX_CURVES, title="Networks", adds="Add")


def _curve(i: int, curve: Curve) -> None:
    _choice("activation", f"layers{i}", curve.activation, list(ACTIVATIONS), lambda name: ACTIVATIONS[name].title,
            lambda name: _set_activation(i, name), ACTIVATIONS[curve.activation].summary)  # fmt: skip
    knob("Weight scale σw", _WEIGHT, curve.weight, f"curve{i}_weight", lambda v: set_curve(i, weight=v), GLOSSARY["σw"])
    knob("Bias scale σb", _BIAS, curve.bias, f"curve{i}_bias", lambda v: set_curve(i, bias=v), GLOSSARY["σb"])
    for name, param in ACTIVATIONS[curve.activation].shape.items():
        slope = param.default if curve.slope is None else curve.slope
        knob(label_of(name), param, slope, f"curve{i}_{curve.activation}_{name}", lambda v: set_curve(i, slope=v))
    normal = NORMALIZATIONS[curve.normalization].title.lower() if curve.normalization != "none" else "no"
    folded = [f"{normal} norm",
              SKIPS[curve.skip], *(["orthogonal"] if curve.weights == "orthogonal" else [])]  # fmt: skip
    with st.expander(", ".join(folded).capitalize(), key=f"more_curve_{i}"):
        _choice("normalization", f"layers{i}", curve.normalization, list(NORMALIZATIONS),
                lambda name: NORMALIZATIONS[name].title, lambda name: set_curve(i, normalization=name),
                NORMALIZATIONS[curve.normalization].summary)  # fmt: skip
        _choice("skip", f"layers{i}", curve.skip, list(SKIPS), lambda name: SKIPS[name].capitalize(),
                lambda name: set_curve(i, skip=name), "Whether a layer's input is added to its output.")  # fmt: skip
        _choice("weights", f"layers{i}", curve.weights, list(WEIGHTS), str.capitalize,
                lambda name: set_curve(i, weights=name), "Orthogonal ones stretch nothing.")  # fmt: skip


def _set_activation(i: int, name: str) -> None:
    """The weight scale follows the activation where it was the usual one."""
    old = page().flow.curves[i]
    weight = usual(name).weight if old.weight == usual(old.activation).weight else old.weight
    set_curve(i, activation=name, slope=None, weight=weight)


def _cell(i: int, curve: TimeCurve) -> None:
    _choice("cell", f"time{i}", curve.cell, list(CELLS), CELL_TITLES.__getitem__, lambda name: set_curve(i, cell=name),
            "What reads the sequence, one step after the other.")  # fmt: skip
    knob("Scale of the recurrent weights ρ", _SCALE, curve.scale, f"cell{i}_scale", lambda v: set_curve(i, scale=v),
         GLOSSARY["ρ"])  # fmt: skip
    if curve.cell == "rnn":
        _choice("activation", f"time{i}", curve.activation, list(ACTIVATIONS), lambda name: ACTIVATIONS[name].title,
                lambda name: set_curve(i, activation=name), ACTIVATIONS[curve.activation].summary)  # fmt: skip
    else:
        gate = {"lstm": "forget", "gru": "update"}[curve.cell]
        knob(
            f"Bias of the {gate} gate, which keeps", _GATE, curve.gate, f"cell{i}_gate", lambda v: set_curve(i, gate=v)
        )
    knob("Size of the inputs", _INPUT, curve.input, f"cell{i}_input", lambda v: set_curve(i, input=v))


def _remove(i: int) -> None:
    remove_button("Remove this network", f"remove_curve_{i}",
                  lambda: _set_curves(_curves()[:i] + _curves()[i + 1 :], opened=max(0, i - 1)))  # fmt: skip


def _choice(name: str, of: str, now: str, options: list[str], title: Callable[[str], str],
            change: Callable[[str], None], hint: str) -> None:  # fmt: skip
    key = f"{name}_of_{of}"
    st.selectbox(name.capitalize(), options, key=key, format_func=title, help=hint,
                 on_change=mirrored(key, now, change, options))  # fmt: skip


def _shared_shown() -> Gradients:
    """The page without its curves, and without where the activations are read."""
    now = page()
    opened = now.opened if now.mode == "dying" else 0
    return replace(now, flow=replace(now.flow, curves=()), time=replace(now.time, curves=()), opened=opened, z=0.0)


def _shared(now: Gradients) -> None:
    """What all networks have in common, or all that there is to a page about dying units."""
    if now.mode == "dying":
        _dying(now.dying, now.opened)
    elif now.mode == "time":
        knob("Steps back in time", STEPS, now.time.steps, "time_steps", _setter("time", "steps"))
        knob("Clip the weights' gradient at norm", _CLIP, now.time.clip, "time_clip", _setter("time", "clip", float))
        _seeds("time", now.time)
    else:
        knob("Depth", DEPTH, now.flow.depth, "flow_depth", _setter("flow", "depth"))
        knob("Width", WIDTH, now.flow.width, "flow_width", _setter("flow", "width"))
        _matter(now.matter, now.rule)
        if not now.matter:
            _against(now.against)
        _seeds("flow", now.flow)


def _setter(part: str, name: str, kind: Callable[[float], float] = round) -> Callable[[float], None]:
    """Sets a number of a part of the page."""

    def change(value: float) -> None:
        set_page(replace(page(), **{part: replace(getattr(page(), part), **{name: kind(value)})}))

    return change


def _seeds(part: str, now: Flow | TimeFlow) -> None:
    with st.expander(f"{now.seeds} seeds from {now.seed}", key="more_seeds"):
        knob("Seeds in the band", SEEDS, now.seeds, f"{part}_seeds", _setter(part, "seeds"))
        box("First seed", now.seed, SEED.low, SEED.high, f"{part}_seed", _setter(part, "seed"), whole=True)


def _against(now: str) -> None:
    def choose(against: str) -> None:
        set_page(replace(page(), against=against))

    on_change = mirrored("against", now, choose, AGAINST)
    st.segmented_control("Phase map: weight scale against", list(AGAINST), key="against", on_change=on_change,
                         format_func=AGAINST.__getitem__, width="stretch")  # fmt: skip


def _matter(now: bool, rule: str) -> None:
    def choose(name: str) -> None:
        set_page(replace(page(), rule=name))

    def turn() -> None:
        set_page(replace(page(), matter=not page().matter))

    if now:
        on_change = mirrored("matter_rule", rule, choose, RULES)
        st.selectbox("Trained with", list(RULES), key="matter_rule", on_change=on_change,
                     format_func=lambda name: OPTIMIZERS[name].title)  # fmt: skip
    words = "Back to the gradients at the start" if now else "Does it matter? Train these on digits"
    st.button(words, key="matter", on_click=then_redrawn(turn), type="secondary", width="stretch",
              icon=":material/arrow_back:" if now else ":material/school:")  # fmt: skip


def _open(i: int) -> None:
    set_page(replace(page(), opened=i))


def _dying(now: Dying, opened: int) -> None:
    entry = NETWORKS["mlp"]
    knob("Learning rate", RATE, now.rate, "dying_rate", _setter("dying", "rate", float))
    knob("Depth", entry.depth, now.depth, "dying_depth", _setter("dying", "depth"))
    knob("Width", entry.width, now.width, "dying_width", _setter("dying", "width"))
    knob("Steps", TRAIN_STEPS, now.steps, "dying_steps", _setter("dying", "steps"))
    box("Seed", now.seed, SEED.low, SEED.high, "dying_seed", _setter("dying", "seed"), whole=True)
    titles = [ACTIVATIONS[name].title for name in ("relu", "leaky_relu", "prelu")]
    on_change = mirrored("dying_open", min(opened, 2), _open, range(3))
    st.segmented_control("Units shown of", [0, 1, 2], key="dying_open", format_func=titles.__getitem__, width="stretch",
                         on_change=on_change)  # fmt: skip
