"""Gradient flow at the start of training: what reaches each layer, or each step back in time, and what theory says."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from landscapes.networks.backward import MOST_DEPTH, MOST_WIDTH, Parts, measure, measure_all
from landscapes.networks.normalizations import EPS
from landscapes.networks.through_time import MOST_STEPS, Cell, measure_time, sizes_of
from landscapes.signal import Layers, predict
from landscapes.surface import ShapeParam

SKIPS = {"none": "no skips", "plain": "skips", "scaled": "skips, branches / √L"}
"""How a layer's input is added to its output: not at all, plainly, or to the output times 1 / sqrt(depth)."""
MAX_CURVES = 12  # whose longest link still fits
NUMBERS = {
    "weight": ShapeParam(1.0, 0.0, 100.0), "bias": ShapeParam(0.0, 0.0, 10.0), "slope": ShapeParam(0.0, -10.0, 10.0),
}  # fmt: skip
CELL_NUMBERS = {
    "scale": ShapeParam(1.0, 0.0, 10.0), "input": ShapeParam(0.1, 0.0, 10.0), "gate": ShapeParam(1.0, -10.0, 10.0),
}  # fmt: skip
DEPTH, WIDTH = ShapeParam(20, 1, MOST_DEPTH), ShapeParam(64, 1, MOST_WIDTH)
SEEDS, STEPS = ShapeParam(10, 10, 40), ShapeParam(50, 1, MOST_STEPS)
CLIP = ShapeParam(1.0, 1e-3, 1e6, log=True)
TINY, SMALLEST = 1.1754944e-38, 1.4012985e-45  # float32: the least number of full precision, and the least of all


@dataclass(frozen=True)
class Curve:
    """A plain stack of dense layers, as a visitor describes it."""

    activation: str = "tanh"
    weight: float = 1.0  # deviation of the weights, times the root of their number
    bias: float = 0.0  # deviation of the biases
    slope: float | None = None  # of the activation; None is its default
    normalization: str = "none"
    skip: str = "none"
    weights: str = "normal"

    def layers(self, depth: int) -> Layers:
        """What theory and measurement need."""
        branch = depth**-0.5 if self.skip == "scaled" else 1.0
        return Layers(self.activation, depth, self.weight, self.bias, self.slope, self.normalization,
                      self.skip != "none", branch)  # fmt: skip


def usual(activation: str) -> Curve:
    """A curve at the weight scale that is usual for its activation: He's for rectifiers, LeCun's for the others."""
    shape = {"relu": 2.0, "leaky_relu": 2.0, "prelu": 2.0 / (1 + 0.25**2), "gelu": 2.0, "silu": 2.0, "mish": 2.0}
    return Curve(activation, weight=round(shape.get(activation, 1.0) ** 0.5, 3))


@dataclass(frozen=True)
class Flow:
    """Curves through layers. All share the seeds, so that the same weights stand behind every activation."""

    curves: tuple[Curve, ...] = (Curve("tanh"), Curve("tanh", 1.6), Curve("sigmoid"), usual("relu"), usual("gelu"),
                                 Curve("selu"))  # fmt: skip
    depth: int = 20
    width: int = 64
    seeds: int = 10
    seed: int = 0


@dataclass(frozen=True)
class TimeCurve:
    """A recurrent cell, as a visitor describes it."""

    cell: str = "rnn"
    scale: float = 1.0
    activation: str = "tanh"
    input: float = 0.1
    gate: float = 1.0  # bias of the gate that keeps what is there: an LSTM's forget gate, a GRU's update gate

    def built(self) -> Cell:
        """What is measured."""
        return Cell(self.cell, self.scale, self.activation, self.input, self.gate)


@dataclass(frozen=True)
class TimeFlow:
    """Cells through time; memory cells with a bias of 5, and one with 1, which forgets within 50 steps."""

    curves: tuple[TimeCurve, ...] = (
        TimeCurve(scale=0.9, activation="identity"), TimeCurve(scale=1.0, activation="identity"),
        TimeCurve(scale=1.1, activation="identity"), TimeCurve(),
        TimeCurve("lstm", 0.25), TimeCurve("lstm", 0.25, gate=5.0), TimeCurve("gru", 0.25, gate=5.0),
    )  # fmt: skip
    steps: int = 50
    clip: float = 1.0  # the norm above which the gradient of the weights is scaled down to it
    seeds: int = 10
    seed: int = 0


@dataclass(frozen=True)
class Measured:
    """One curve: sizes of the gradient relative to where it enters, going back; column k is k layers or steps back.

    Sizes are true though float32 could not hold them, within 1e-300 and 1e300. The factors per layer or step are
    geometric means over the layers: ``factor ** steps`` is what is left in the median over the seeds, ``theory_factor
    ** steps`` what theory says is left in a net of the same depth.
    """

    gradient: Float[np.ndarray, "net step"] = field(repr=False)
    theory: Float[np.ndarray, "step"] | None = field(repr=False)  # None where there is none
    factor: float  # 0 where the median is, NaN where the signal exploded
    theory_factor: float | None
    exploded: int | None  # layers from the input, or steps from the start, at which a signal left float32
    weights: Float[np.ndarray, "step"] | None = field(default=None, repr=False)  # norm of the weights' gradient so far
    parts: Parts | None = field(default=None, repr=False)
    layers: Layers | None = None
    burst: int = 0  # networks whose signal left float32
    faded: int | None = None  # layers from the input at which float32 rounded a signal to zero that let nothing through

    @property
    def median(self) -> Float[np.ndarray, "step"]:
        """Over the seeds."""
        return np.median(self.gradient, 0)

    @property
    def left(self) -> float:
        """What arrives in the median over the seeds; NaN where a signal exploded."""
        return float(self.median[-1])

    @property
    def band(self) -> tuple[Float[np.ndarray, "step"], Float[np.ndarray, "step"]]:
        """The 5th and the 95th percentile over the seeds."""
        low, high = np.percentile(self.gradient, (5, 95), axis=0)
        return low, high

    @property
    def silent(self) -> int:
        """Networks of which no gradient arrives at all."""
        return int((self.gradient[:, -1] == 0).sum())

    @property
    def lost(self) -> int | None:
        """Layers or steps back from which on float32 would hold zeros for what is none; None where nowhere."""
        return self._below(SMALLEST)

    @property
    def coarse(self) -> int | None:
        """Layers or steps back from which on float32 would lose precision; None where nowhere."""
        return self._below(TINY)

    def _below(self, size: float) -> int | None:
        """From where on the median stays below a size without being zero at first."""
        median = self.median
        above = np.flatnonzero(~(median < size))
        first = int(above[-1]) + 1 if above.size else 0
        return first if first < len(median) and median[first] > 0 else None


def _cumulated(factor: Float[np.ndarray, "net layer"]) -> Float[np.ndarray, "net step"]:
    """Logarithms of the gradient's sizes, going back; minus infinity where it is zero."""
    with np.errstate(divide="ignore"):
        return np.pad(np.cumsum(np.log(factor[:, ::-1]), 1), ((0, 0), (1, 0)))


def _per_step(logs: Float[np.ndarray, "net step"]) -> float:
    """The factor whose power is the median of the last column's sizes, which may be beyond what a float holds."""
    last, steps = logs[:, -1], logs.shape[1] - 1
    peak = last.max()
    if not np.isfinite(peak):
        return 0.0 if np.isneginf(peak) else float("nan")
    with np.errstate(divide="ignore"):
        return float(np.exp((np.log(np.median(np.exp(last - peak))) + peak) / steps))


def _faded(layers: Layers, parts: Parts) -> int | None:
    """The layer at which a signal became zero because float32 holds nothing smaller, in a net of which nothing arrives.

    It would have been below 1e-36: the size before the layer, times the weights, over the least normalization divisor.
    """
    if layers.residual or layers.bias_std > 0 or layers.weight_std == 0:
        return None
    before = np.sqrt(np.pad(parts.second[:, :-1], ((0, 0), (1, 0)), constant_values=1.0))
    reach = before * layers.weight_std / (EPS**0.5 if layers.normalization != "none" else 1.0)
    lost = (parts.second == 0) & (before > 0) & (reach < 1e-36) & (parts.factor == 0).any(1, keepdims=True)
    return int(np.argmax(lost.any(0))) + 1 if lost.any() else None


def _measured(layers: Layers, parts: Parts) -> Measured:
    """What was measured of a stack, beside what theory says of it."""
    bad = ~np.isfinite(parts.second) | np.isnan(parts.factor)
    exploded = int(np.argmax(bad.any(0))) + 1 if bad.any() else None
    logs = _cumulated(parts.factor)
    if exploded is not None:
        logs[:, 1:] = np.nan  # the backward pass needs every layer's slope
    theory = _cumulated(predict(layers).factor[None])
    return Measured(sizes_of(logs), sizes_of(theory[0]), _per_step(logs), _per_step(theory), exploded, None, parts,
                    layers, int(bad.any(1).sum()), _faded(layers, parts))  # fmt: skip


def through_layers(flow: Flow) -> Iterator[Measured]:
    """Measures the curves and predicts them, in their order."""
    stacks = [curve.layers(flow.depth) for curve in flow.curves]
    seeds = range(flow.seed, flow.seed + flow.seeds)
    kinds = [curve.weights for curve in flow.curves]
    return map(_measured, stacks, measure_all(stacks, width=flow.width, seeds=seeds, weights=kinds))


def through_time(flow: TimeFlow, curve: TimeCurve) -> Measured:
    """Measures one cell. Theory: for a linear cell with orthogonal weights the gradient is scale^T, exactly."""
    passage = measure_time(curve.built(), steps=flow.steps, seeds=range(flow.seed, flow.seed + flow.seeds))
    logs, weights = passage.log_state.copy(), passage.weights
    gone = passage.overflow[passage.overflow >= 0]
    exploded = int(gone.min()) if gone.size else None
    if exploded is not None:
        logs[:, 1:] = weights[:, 1:] = np.nan  # the backward pass needs the slopes of every step
    linear = curve.cell == "rnn" and curve.activation == "identity"
    theory = _cumulated(np.full((1, flow.steps), curve.scale)) if linear else None
    return Measured(sizes_of(logs), None if theory is None else sizes_of(theory[0]), _per_step(logs),
                    curve.scale if linear else None, exploded, np.median(weights, 0), burst=gone.size)  # fmt: skip


def flow_live(flow: Flow | TimeFlow) -> Iterator[tuple[Measured, ...]]:
    """All curves, one after the other: what is known after each."""
    time = isinstance(flow, TimeFlow)
    known: tuple[Measured, ...] = ()
    for measured in (through_time(flow, curve) for curve in flow.curves) if time else through_layers(flow):
        known = (*known, measured)
        yield known
    if not known:
        yield known


def watched(flow: Flow, curve: Curve) -> Parts:
    """The first seed's network, with the inputs and outputs of every activation."""
    return measure(curve.layers(flow.depth), width=flow.width, seeds=[flow.seed], weights=curve.weights)
