"""What gradient flow showed, in one sentence generated from the measurement, and its conditions."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from experiments.dying import Dying
from experiments.flow import SMALLEST, TINY, Curve, Flow, Measured, TimeCurve, TimeFlow
from experiments.gradients import Gradients, matter_words, trained_curves
from experiments.training import TrainingResult
from experiments.words import ten_to
from landscapes import ACTIVATIONS, NORMALIZATIONS
from optimizers import OPTIMIZERS

_KEEPS = (0.97, 1.03)  # factors that are said to keep a gradient
CELL_TITLES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def times(value: float) -> str:
    """A factor in three figures, powers of ten as people write them."""
    if not np.isfinite(value):
        return "beyond float32"
    mantissa, _, exponent = f"{value:.3g}".partition("e")
    if not exponent:
        return mantissa
    power = ten_to(int(exponent))
    return power if mantissa == "1" else f"{float(mantissa):.2g}×{power}"


def curve_labels(curves: Sequence[Curve]) -> list[str]:
    """The activation, and what sets curves of the same activation apart."""
    count = Counter(curve.activation for curve in curves)

    def label(curve: Curve) -> str:
        title = ACTIVATIONS[curve.activation].title
        if count[curve.activation] == 1:
            return title
        twins = [other for other in curves if other.activation == curve.activation]
        slope = curve.layers(1).slope
        own = {"weight": f"σw {curve.weight:.3g}", "bias": f"σb {curve.bias:.3g}", "slope": f"slope {slope:.3g}",
               "normalization": f"{NORMALIZATIONS[curve.normalization].title.lower()} norm", "weights": curve.weights,
               "skip": {"none": "plain", "plain": "skips", "scaled": "skips / √L"}[curve.skip]}  # fmt: skip
        own["normalization"] = own["normalization"].replace("none norm", "no norm")
        parts = [text for name, text in own.items() if len({getattr(other, name) for other in twins}) > 1]
        return ", ".join([title, *parts])

    return _numbered([label(curve) for curve in curves])


def cell_labels(curves: Sequence[TimeCurve]) -> list[str]:
    """The cell and its scale, and what else sets cells apart."""
    several = len({curve.activation for curve in curves if curve.cell == "rnn"}) > 1

    def label(curve: TimeCurve) -> str:
        parts = [CELL_TITLES[curve.cell]]
        if curve.cell == "rnn" and several:
            parts[0] += f" {ACTIVATIONS[curve.activation].title.lower()}"
        if curve.cell == "rnn" or curve.scale != 1:
            parts.append(f"ρ {curve.scale:.3g}")
        twins = [other for other in curves if other.cell == curve.cell]
        own = {"input": f"inputs {curve.input:.3g}", "gate": f"gate {curve.gate:.3g}"}
        return ", ".join([*parts, *(text for name, text in own.items() if len({getattr(t, name) for t in twins}) > 1)])

    return _numbered([label(curve) for curve in curves])


def _numbered(labels: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    out = []
    for label in labels:
        seen[label] += 1
        out.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return out


def headline(page: Gradients, found: Sequence[Measured], trained: TrainingResult | None = None) -> str:
    """Who loses the gradient, who keeps it, who blows it up."""
    if trained is not None:
        return _consequence(page, trained) if page.mode == "layers" else _deaths(page.dying, trained)
    flow = page.time if page.mode == "time" else page.flow
    names = cell_labels(page.time.curves) if page.mode == "time" else curve_labels(page.flow.curves)
    if not found:
        return "No network yet: add one to see what reaches its first layer."
    what, count = ("step", page.time.steps) if page.mode == "time" else ("layer", page.flow.depth)
    ends = [measured.factor for measured in found]
    low = int(np.nanargmin(ends)) if np.isfinite(ends).any() else 0
    if not np.isfinite(ends[low]):
        return f"{names[0]} leaves what float32 can hold at {what} {found[0].exploded}: the signal itself explodes."
    if ends[low] < _KEEPS[0]:
        first = _loss(found[low], names[low], what, count)
    else:
        first = f"No gradient vanishes here: {names[low]} has the smallest factor, {times(ends[low])} a {what}."
    return f"{first} {_contrast(flow, found, names, low)}".strip()


def _loss(measured: Measured, name: str, what: str, count: int) -> str:
    if measured.silent == len(measured.gradient):
        return f"{name} lets nothing through: of its gradient nothing is left after {count} {what}s."
    if measured.silent:
        return f"In {measured.silent} of {len(measured.gradient)} networks {name} lets nothing through."
    end = times(float(measured.median[-1]))
    return f"{name} keeps {measured.factor:.2g} of the gradient at each {what}: after {count} {what}s {end} is left."


def _contrast(flow: Flow | TimeFlow, found: Sequence[Measured], names: list[str], low: int) -> str:
    others = [i for i in range(len(found)) if i != low]
    what = "layer" if isinstance(flow, Flow) else "step"
    gone = [i for i in others if found[i].exploded is not None]
    if gone:
        return f"{names[gone[0]]} explodes: its signal leaves float32 at {what} {found[gone[0]].exploded}."
    kept = [i for i in others if _KEEPS[0] <= found[i].factor <= _KEEPS[1]]
    high = max(others, key=lambda i: np.nan_to_num(found[i].factor), default=None)
    if high is not None and found[high].factor > 1.1:
        return f"{names[high]} multiplies it by {found[high].factor:.3g}."
    if kept:
        return f"{names[min(kept, key=lambda i: abs(np.log(found[i].factor)))]} keeps it."
    return ""


def _consequence(page: Gradients, trained: TrainingResult) -> str:
    """Whether what vanished at the start decided what was learned."""
    names = [curve_labels(page.flow.curves)[i] for i in trained_curves(page)]
    scores = [100 * float(run.frames.accuracy[run.last, 1]) for run in trained.runs]
    if not scores:
        return "Does it matter? The networks are trained on digits."
    done = trained.done if trained.done < trained.training.num_steps else trained.training.num_steps
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    best, worst = order[0], order[-1]
    first = f"After {done} steps {names[best]} is right on {scores[best]:.1f} % of unseen digits"
    if len(scores) == 1:
        return f"{first}."
    if scores[best] - scores[worst] < 5:
        return f"{first}, {names[worst]} on {scores[worst]:.1f} %: here it does not matter."
    return f"{first}, {names[worst]} on {scores[worst]:.1f} %: it matters."


def _deaths(dying: Dying, trained: TrainingResult) -> str:
    if not trained.runs:
        return "Units die where their slope is zero for every example."
    run = trained.runs[0]
    dead = run.died[run.unit_layers, : run.units] >= 0
    born = run.frames.on[0, run.unit_layers, : run.units] <= 0
    others = [int((r.died[r.unit_layers, : r.units] >= 0).sum()) for r in trained.runs[1:]]
    early = int((dead & born).sum())
    said = (f"{int(dead.sum())} of {dead.size} ReLU units are dead at rate {dying.rate:g}: {early} were "
            f"from the start, {int((dead & ~born).sum())} died on the way")  # fmt: skip
    gone = run.trajectory.diverged_at
    if gone is not None:
        said += f"; the run diverged at step {gone}"
    return f"{said}. Of Leaky and Parametric ReLU {sum(others) or 'none'}." if others else f"{said}."


def subline(page: Gradients, found: Sequence[Measured]) -> str:
    """The conditions, and where the theory stops."""
    if page.mode == "layers" and page.matter:
        said = (f"Trained on digits with {OPTIMIZERS[page.rule].title}, 32 examples a step, the same for all; the "
                f"theory of the start no longer holds.")  # fmt: skip
        return " ".join([said, *matter_words(page)])
    if page.mode == "dying":
        dying = page.dying
        return (f"Dense nets of {dying.depth} layers of {dying.width} units on moons, all examples a step, plain "
                f"gradient descent; a unit is dead when no training example gives it a slope.")  # fmt: skip
    if page.mode == "time":
        return (f"At initialisation, 32 units, recurrent weights ρ × orthogonal; median of {page.time.seeds} seeds, "
                f"bands 5–95 %; dashes ρᵀ, exact for a linear cell.")  # fmt: skip
    flow = page.flow
    said = (f"Dense nets at initialisation, {flow.width} units; median of {flow.seeds} seeds, bands 5–95 %, dashes "
            f"mean-field theory, for infinite width and before training.")  # fmt: skip
    if any(curve.skip != "none" for curve in flow.curves):
        said += " With skips, narrow nets lie above it."
    return f"{said} {underflow(found)}".strip()


def underflow(found: Sequence[Measured]) -> str:
    """Where float32 would lose the gradient, in words."""
    lost = [m.lost for m in found if m.lost is not None and m.median[m.lost] > 0]
    if lost:
        return f"Float32 would hold zeros from {min(lost)} layers back on (underflow below {times(SMALLEST)})."
    thin = [int(np.argmax(m.median < TINY)) for m in found if (m.median < TINY).any() and (m.median > 0).all()]
    return f"Float32 loses precision from {min(thin)} layers back on." if thin else ""
