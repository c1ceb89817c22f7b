"""How the gradients room writes numbers, and what it calls its curves."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from experiments.flow import Curve, TimeCurve
from experiments.words import ten_to
from landscapes import ACTIVATIONS, NORMALIZATIONS
from landscapes.networks.through_time import LEAST, MOST

CELL_TITLES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def times(value: float) -> str:
    """A size in three figures, beside powers of ten in two; the powers as people write them."""
    if not np.isfinite(value):
        return "beyond float32"
    plain = f"{value:.3g}"
    if "e" not in plain:
        return plain
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    power = ten_to(int(exponent))
    return power if mantissa == "1.0" else f"{float(mantissa):g}×{power}"


def amount(left: float) -> str:
    """What is left of a gradient; sizes are not told apart beyond 1e-300 and 1e300."""
    beyond = "less than " if left == LEAST else "more than " if left == MOST else ""
    return f"{beyond}{times(left)}"


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
               "skip": {"none": "no skips", "plain": "skips", "scaled": "skips / √L"}[curve.skip]}  # fmt: skip
        own["normalization"] = own["normalization"].replace("none norm", "no norm")
        parts = [text for name, text in own.items() if len({getattr(other, name) for other in twins}) > 1]
        return ", ".join([title, *parts])

    return _numbered([label(curve) for curve in curves])


def cell_labels(curves: Sequence[TimeCurve]) -> list[str]:
    """The cell, its scale, the bias of the gate that keeps, and what else sets cells apart."""
    several = len({curve.activation for curve in curves if curve.cell == "rnn"}) > 1

    def label(curve: TimeCurve) -> str:
        parts = [CELL_TITLES[curve.cell]]
        if curve.cell == "rnn" and several:
            parts[0] += f" {ACTIVATIONS[curve.activation].title.lower()}"
        if curve.cell == "rnn" or curve.scale != 1:
            parts.append(f"ρ {curve.scale:.3g}")
        if curve.cell != "rnn":
            parts.append(f"bias {curve.gate:.3g}".replace("-", "\N{MINUS SIGN}"))
        if len({other.input for other in curves if other.cell == curve.cell}) > 1:
            parts.append(f"inputs {curve.input:.3g}")
        return ", ".join(parts)

    return _numbered([label(curve) for curve in curves])


def _numbered(labels: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    out = []
    for label in labels:
        seen[label] += 1
        out.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return out
