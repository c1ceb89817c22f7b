"""Random experiments of the gradients room: every sentence, label and table entry is one of a few claims, and each
claim is held to the arrays by a rule that is written here.

A gradient is judged by what is left of it after all layers, in the median over the seeds: lost below 1/2, multiplied
above 2, else kept.
"""

import random
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from experiments.flow import CELL_NUMBERS, Curve, Flow, Measured, TimeCurve, TimeFlow, flow_live
from experiments.gradients import Gradients
from experiments.gradients_link import from_link, to_link
from experiments.gradients_verdict import headline, subline
from experiments.gradients_words import cell_labels, curve_labels
from frontend.flow_panels import clipping, explorer, flow_chart, phase
from landscapes import ACTIVATIONS
from landscapes.networks.through_time import CELLS
from landscapes.signal import predict
from tests.experiments.random_curves import counted, random_curve, sized

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
N = r"(less than |more than )?([0-9.]+(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
FINE, COARSE = 0.0051, 0.051  # relative: half of the last of three figures; of the two beside a power of ten


def number(text: str) -> tuple[float, float]:
    """What a figure says, and the largest relative error that its figures allow."""
    mantissa, _, power = text.partition("×")
    if text.startswith("10") and any(c in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹" for c in text):
        return 10.0 ** int(text[2:].translate(SUPERSCRIPTS)), COARSE
    return float(mantissa) * 10.0 ** int(power[2:].translate(SUPERSCRIPTS) or 0), COARSE if power else FINE


def holds(bound: str | None, text: str, value: float) -> None:
    said, error = number(text)
    if bound:
        assert said == pytest.approx({"less than ": 1e-300, "more than ": 1e300}[bound])
        assert value <= said * 1.001 if bound == "less than " else value >= said * 0.999
    else:
        assert said == pytest.approx(value, rel=error, abs=1e-300)


def left_of(measured: Measured) -> np.ndarray:
    """What arrives in every network: the product of its layers' factors, else the last column."""
    if measured.parts is None:
        return measured.gradient[:, -1]
    with np.errstate(divide="ignore"):
        logs = np.log(measured.parts.factor).sum(1)
    return np.where(np.isneginf(logs), 0.0, np.exp(np.clip(logs, np.log(1e-300), np.log(1e300))))


class Facts:
    """The curves of a page by name, and what is known of each."""

    def __init__(self, page: Gradients, found: Sequence[Measured]) -> None:
        self.time = page.mode == "time"
        flow: Any = page.time if self.time else page.flow
        self.what, self.count = ("step", flow.steps) if self.time else ("layer", flow.depth)
        self.names = cell_labels(flow.curves) if self.time else curve_labels(flow.curves)
        self.of = dict(zip(self.names, found, strict=True))
        self.left = {name: left_of(m) for name, m in self.of.items() if not self.burst(m)}
        self.end = {name: float(np.median(left)) for name, left in self.left.items()}
        self.silent = {name: int((left == 0).sum()) for name, left in self.left.items()}
        self.whole = {name: end for name, end in self.end.items() if not self.silent[name]}

    def burst(self, measured: Measured) -> bool:
        return bool(np.isnan(measured.gradient[:, -1]).any())

    def after(self) -> str:
        return counted(self.count, self.what)


def keeps_some(f: Facts, m: re.Match) -> None:
    name, factor, what, after, bound, left = m.groups()
    assert (what, after) == (f.what, f.after())
    holds(bound, left, f.end[name])
    assert f.end[name] < 0.5
    assert f.whole[name] == min(f.whole.values())
    assert f.of[name].silent == 0
    said, error = number(factor)
    if not bound:  # the two numbers of the sentence belong together, to the figures that are shown
        wanted = f.end[name] ** (1 / f.count)
        assert said == pytest.approx(wanted, rel=error)


def nothing(f: Facts, m: re.Match) -> None:
    name, after = m.groups()
    assert after == f.after()
    assert (f.left[name] == 0).all()


def faded(f: Facts, m: re.Match) -> None:
    name, layer = m.groups()
    parts, layers = f.of[name].parts, f.of[name].layers
    assert parts is not None
    assert layers is not None
    assert (f.left[name] == 0).all()
    at = int(layer) - 1
    gone = parts.second[:, at] == 0
    before = np.sqrt(parts.second[gone, at - 1]) if at else np.ones(1)
    assert (before * layers.weight_std * (1 if layers.normalization == "none" else 400) < 1e-35).any()


def patchy(f: Facts, m: re.Match) -> None:
    some, of, name = m.groups()
    assert (int(some), int(of)) == (f.silent[name], len(f.left[name]))
    assert 0 < int(some) < int(of)


def grows_most(f: Facts, m: re.Match) -> None:
    name, factor, what, after, bound, left = m.groups()
    assert (what, after) == (f.what, f.after())
    holds(bound, left, f.end[name])
    assert f.end[name] == max(f.end.values())
    assert min(f.end.values()) > 2
    if not bound:
        assert number(factor)[0] == pytest.approx(f.end[name] ** (1 / f.count), rel=number(factor)[1])


def multiplies(f: Facts, m: re.Match) -> None:
    name, bound, left = m.groups()
    holds(bound, left, f.end[name])
    assert f.end[name] == max(f.whole.values()) > 2


def keeps(f: Facts, m: re.Match) -> None:
    name, _, left = m.groups()
    holds(None, left, f.end[name])
    assert 0.5 <= f.end[name] <= 2
    assert f.silent[name] == 0


def keeps_alone(f: Facts, m: re.Match) -> None:
    after, _, left, name = m.groups()
    assert after == f.after()
    holds(None, left, f.end[name])
    assert 0.5 <= f.end[name] <= 2
    assert not [other for other in f.end if f.silent[other] or f.end[other] < 0.5]


def all_keep(f: Facts, m: re.Match) -> None:
    after, _, low, _, high = m.groups()
    assert after == f.after()
    holds(None, low, min(f.end.values()))
    holds(None, high or low, max(f.end.values()))
    assert len(f.end) == len(f.names)
    assert 0.5 <= min(f.whole.values()) <= max(f.whole.values()) <= 2


def explodes(f: Facts, m: re.Match) -> None:
    name, what, at, some, of = m.groups()
    measured = f.of[name]
    assert (what, name in f.end) == (f.what, False)
    if measured.parts is not None:
        gone = ~np.isfinite(measured.parts.second)
        assert int(at) == 1 + int(np.argmax(gone.any(0)))
        bad = gone.any(1)
        assert (some is None) == bad.all()
        assert some is None or (int(some), int(of)) == (bad.sum(), len(bad))


def all_explode(f: Facts, m: re.Match) -> None:
    assert not f.end
    assert int(m.group(2)) == min(measured.exploded or 0 for measured in f.of.values())


CLAIMS: list[tuple[str, Callable[[Facts, re.Match], None]]] = [
    (rf"(.+) keeps (\S+) of the gradient per (\w+) on average: after (\d+ \w+) {N} is left", keeps_some),
    (r"(.+) lets nothing through: after (\d+ \w+) no gradient is left", nothing),
    (r"(.+) lets nothing through: float32 cannot hold its signal from layer (\d+) on", faded),
    (r"In (\d+) of (\d+) networks (.+) lets nothing through", patchy),
    (rf"(.+) multiplies the gradient by (\S+) per (\w+) on average: after (\d+ \w+) it is {N} times as large",
     grows_most),
    (rf"(.+) multiplies it by {N} in all", multiplies),
    (rf"(.+) keeps it, {N} is left", keeps),
    (rf"After (\d+ \w+) {N} is left: (.+) keeps its gradient", keeps_alone),
    (rf"No gradient vanishes or explodes: after (\d+ \w+) {N}(?: to {N})? is left", all_keep),
    (r"(.+) explodes: its signal leaves float32 at (\w+) (\d+)(?: in (\d+) of (\d+) networks)?", explodes),
    (r"Every network explodes: the first signal leaves float32 at (\w+) (\d+)", all_explode),
]  # fmt: skip
LOST, UP, KEPT = {keeps_some, nothing, faded, patchy}, {grows_most, multiplies}, {keeps, keeps_alone, all_keep}


def checked(text: str, f: Facts) -> set[Any]:
    """The claims of a headline, each of which holds; together they tell of every fate that is there."""
    made = set()
    for claim in re.split(r"; (?=[A-Z])|(?<=[^ ])\. (?=[A-Z])", text.removesuffix(".")):
        hits = [(match, rule) for pattern, rule in CLAIMS if (match := re.fullmatch(pattern, claim))]
        assert len(hits) == 1, claim
        hits[0][1](f, hits[0][0])
        made.add(hits[0][1])
    loses = any(f.silent[name] or end < 0.5 for name, end in f.end.items())
    assert bool(made & LOST) == loses, text
    assert bool(made & UP) == any(end > 2 for end in f.whole.values()), text
    assert not (made & KEPT) or any(0.5 <= end <= 2 for end in f.whole.values())
    assert bool(made & {explodes, all_explode}) == (len(f.end) < len(f.names)), text
    return made


def conditions(page: Gradients, found: Sequence[Measured], f: Facts) -> None:
    said = subline(page, found)
    flow: Any = page.time if f.time else page.flow
    assert f"median of {flow.seeds} seeds" in said
    assert (f"{flow.width} unit{'s' * (flow.width > 1)};" if not f.time else "32 units, 8 random sequences") in said
    if not f.time:
        assert ("here it is 32 examples" in said) == any(c.normalization == "batch" for c in page.flow.curves)
    linear = f.time and any((c.cell, c.activation) == ("rnn", "identity") for c in page.time.curves)
    assert ("exact for a linear cell" in said) == bool(linear)
    for least, words in ((1.4012985e-45, "would hold zeros"), (1.1754944e-38, "would lose precision")):
        first = []
        for measured in found:
            median = np.median(measured.gradient, 0)
            from_here = [k for k in range(len(median)) if (median[k:] < least).all()]
            first += [from_here[0]] if from_here and median[from_here[0]] > 0 else []
        if first:
            assert f"Float32 {words} from {counted(min(first), f.what)} back on" in said
            return
        assert words not in said


def entries(page: Gradients, found: Sequence[Measured], f: Facts) -> None:
    """The columns beside the curves."""
    ends = flow_chart(found, f.count, f.what)["ends"]
    for name, measured, end in zip(f.names, found, ends, strict=True):
        if name not in f.end:
            assert (end["text"], end["note"]) == ("overflow", f"signal, {f.what} {measured.exploded}")
            continue
        silent, nets = f.silent[name], len(f.left[name])
        if silent:
            assert end["text"] == ("nothing left" if silent == nets else f"{silent} of {nets} silent")
        elif 1e-299 < f.end[name] < 1e299:
            holds(None, end["text"].removeprefix("×"), f.end[name] ** (1 / f.count))
        if measured.layers is not None:
            factors = predict(measured.layers).factor
            theory = 0.0 if (factors == 0).any() else float(np.exp(np.log(factors).mean()))
            holds(None, end["note"].removeprefix("theory ×"), theory)
    if f.time:
        norms = clipping(found, page.time.clip, f.count)["ends"]
        for measured, end in zip(found, norms, strict=True):
            assert measured.weights is not None
            if np.isfinite(measured.weights[-1]):
                holds(None, end["text"], measured.weights[-1])


def pictures(page: Gradients) -> None:
    """The explorer's numbers and the map's, where a textbook has them."""
    labels = curve_labels(page.flow.curves)
    known = {"relu": (lambda z: max(z, 0.0), lambda z: float(z > 0)), "identity": (lambda z: z, lambda z: 1.0),
             "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2)}  # fmt: skip
    for item in explorer(page.flow.curves, labels, page.z)["items"]:
        curve = page.flow.curves[item["run"]]
        if curve.activation in known:
            value, slope = (rule(page.z) for rule in known[curve.activation])
            assert (item["value"], item["slope"]) == (pytest.approx(value), pytest.approx(slope))
    if page.flow.curves[page.opened].activation in ("relu", "identity"):
        for dot in phase(page.flow.curves, page.opened, labels, "bias")["dots"]:
            curve = page.flow.curves[dot["run"]]
            factor = curve.weight / (2**0.5 if curve.activation == "relu" else 1.0)
            holds(None, dot["label"].split("deep ×")[1], factor)


def checked_page(page: Gradients) -> set[Any]:
    again, notices = from_link(to_link(page))
    assert (again, notices) == (page, [])
    found = list(flow_live(page.time if page.mode == "time" else page.flow))[-1]
    f = Facts(page, found)
    assert len(set(f.names)) == len(f.names)
    conditions(page, found, f)
    entries(page, found, f)
    if page.mode == "layers":
        pictures(page)
    return checked(headline(page, found), f)


def random_layers(rng: random.Random) -> Gradients:
    curves = tuple(random_curve(rng) for _ in range(rng.choice([1, 1, 2, 3, 4])))
    flow = Flow(curves, rng.choice([1, 2, 3, 5, 8, 13, 20, 30, 45, 70, 100]), rng.choice([1, 2, 3, 8, 16, 32, 64]),
                10, rng.choice([0, 1, 77]))  # fmt: skip
    return Gradients(flow=flow, z=round(rng.uniform(-4, 4), 2), opened=rng.randrange(len(curves)))


def random_time(rng: random.Random) -> Gradients:
    def cell() -> TimeCurve:
        kind = rng.choice(CELLS)
        numbers = {key: rng.choice([CELL_NUMBERS[key].low, CELL_NUMBERS[key].high]) for key in CELL_NUMBERS
                   if rng.random() < 0.05}  # fmt: skip
        given = {"scale": sized(rng, (0.0, 0.01, 4.0), 0.2, 1.3), "input": sized(rng, (0.0, 1.0), 0.05, 0.4),
                 "gate": round(rng.uniform(-2, 6), 1), **numbers}  # fmt: skip
        if kind == "rnn":
            del given["gate"]
        activation = rng.choice(["tanh", "identity", *ACTIVATIONS]) if kind == "rnn" else "tanh"
        return TimeCurve(kind, activation=activation, **given)

    cells = tuple(cell() for _ in range(rng.choice([1, 2, 3])))
    return Gradients("time", time=TimeFlow(cells, rng.choice([1, 2, 10, 50, 100, 200]), 1.0, 10, rng.choice([0, 5])))


@pytest.mark.parametrize("seed", range(10))
def test_layers_are_told_as_they_were_measured(seed):
    rng = random.Random(seed)
    for _ in range(20):
        checked_page(random_layers(rng))


@pytest.mark.parametrize("seed", range(5))
def test_time_is_told_as_it_was_measured(seed):
    rng = random.Random(1000 + seed)
    for _ in range(16):
        checked_page(random_time(rng))


def test_every_claim_is_made_by_some_experiment():
    """Else a rule above holds of nothing."""
    rng, made = random.Random(0), set()
    for _ in range(60):
        made |= checked_page(random_layers(rng))
    narrow = [Gradients(flow=Flow((Curve("relu"),), depth, 1)) for depth in (3, 100)]
    for page in (*narrow, Gradients(flow=Flow((Curve("relu", 0.001),), 30)),
                 Gradients(flow=Flow((Curve("relu", 100.0),), 30)),
                 Gradients(flow=Flow((Curve("relu", 100.0), Curve("relu", 99.0)), 30)),
                 Gradients(flow=Flow((Curve("identity"), Curve("selu")), 5)),
                 Gradients(flow=Flow((Curve("identity", 2.0), Curve("identity")), 9)),
                 Gradients(flow=Flow((Curve("identity", 2.0),), 9))):  # fmt: skip
        made |= checked_page(page)
    assert made == {rule for _, rule in CLAIMS}
