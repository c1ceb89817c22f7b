"""Signal propagation: how large signals and gradients are in a network of infinite width at its initialization.

The weighted sums of a wide layer are Gaussian, so everything follows from three moments of the activation under
N(0, q): E phi, E phi^2 and E phi'^2. Sources: Poole et al. 2016, arXiv:1606.05340 and Schoenholz et al. 2016,
arXiv:1611.01232 (fixed points, the edge of chaos); He et al. 2015, arXiv:1502.01852 (rectifiers); Yang & Schoenholz
2017, arXiv:1712.08969 (residual nets); Yang et al. 2019, arXiv:1902.08129 (batch normalization); Lu et al. 2019,
arXiv:1903.06733 (dying ReLU).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from jax import lax
from jaxtyping import Array, Float

from landscapes.activations import ACTIVATIONS
from landscapes.compiled import Compiled
from landscapes.networks.normalizations import EPS, NORMALIZATIONS

LEAST, MOST = 1e-12, 1e12  # a fixed point is looked for between them
_HUGE = 1e300  # what overflows is clipped to it
_LARGEST = 1e200  # variance that can still be squared and multiplied
_REACH, _INNER, _NODES, _ROWS = 9.0, 40.0, 96, 8  # standard deviations; |z| where activations bend; a piece; a call
_LEGENDRE = np.polynomial.legendre.leggauss(_NODES)
_SETTLED = {"sine": 50.0}  # beyond it a wave's moments stay, to e^-100, and its waves are too many for the nodes
_ONE = 552  # where q = 1 stands in the table of fixed points
_STEP = math.log(MOST) / _ONE  # in log q
_LOG_Q = _STEP * np.arange(-_ONE, _ONE + 1)
_NOISE = 1e-12  # relative: a variance that changes by less stays


class Moments(NamedTuple):
    """Expectations over z ~ N(0, q), each of the shape of q."""

    mean: Float[Any, "*q"]  # of phi(z)
    second: Float[Any, "*q"]  # of phi(z)^2
    slope_second: Float[Any, "*q"]  # of phi'(z)^2


class Prediction(NamedTuple):
    """What infinite width says of the layers of a stack."""

    variance: Float[Any, "layer"]  # of the weighted sums before normalization; with batch, over the batch's examples
    second: Float[Any, "layer+1"]  # mean square of the inputs and of the outputs of every layer
    factor: Float[Any, "layer"]  # RMS of the gradient at a layer's inputs over that at its outputs


class FixedPoint(NamedTuple):
    """Where the variance settles in a deep plain net, and what becomes of gradients there."""

    variance: Float[Any, "*point"]  # q*, within LEAST and MOST, where a signal that dies or explodes is held
    chi: Float[Any, "*point"]  # squared growth of gradients a layer: below 1 they vanish, above 1 they explode
    depth_scale: Float[Any, "*point"]  # 1 / |ln chi|: layers over which squares change by e; infinite at criticality


@dataclass(frozen=True)
class Layers:
    """A stack of dense layers at initialization: weights N(0, weight_std^2 / fan_in), biases N(0, bias_std^2).

    A layer is ``h' = phi(normalized z)``, with ``residual`` ``h' = h + branch * phi(normalized z)``.

    Raises:
        ValueError: for a name that is not on the shelf, a depth below 1, a standard deviation that is negative or not
            finite, or a branch or slope that is not finite.
    """

    activation: str
    depth: int
    weight_std: float = 1.0
    bias_std: float = 0.0
    slope: float | None = None  # of the activation; None is its default
    normalization: str = "none"
    residual: bool = False
    branch: float = 1.0  # the factor on what a residual layer adds

    def __post_init__(self) -> None:
        object.__setattr__(self, "slope", _shape_of(self.activation, self.slope))
        if self.normalization not in NORMALIZATIONS:
            raise ValueError(f"unknown normalization {self.normalization!r}; known: {', '.join(NORMALIZATIONS)}")
        if not (isinstance(self.depth, int | np.integer) and self.depth >= 1):
            raise ValueError(f"depth is {self.depth}; whole numbers from 1 are allowed")
        _at_least_zero("weight_std", self.weight_std)
        _at_least_zero("bias_std", self.bias_std)
        if not math.isfinite(self.branch):
            raise ValueError(f"branch is {self.branch}; finite numbers are allowed")


def _shape_of(activation: str, slope: float | None) -> float:
    """The shape parameter of an activation, its default for None."""
    if activation not in ACTIVATIONS:
        raise ValueError(f"unknown activation {activation!r}; known: {', '.join(ACTIVATIONS)}")
    knobs = list(ACTIVATIONS[activation].shape.values())
    value = (knobs[0].default if knobs else 0.0) if slope is None else float(slope)
    if not math.isfinite(value):
        raise ValueError(f"slope is {value}; finite numbers are allowed")
    return value


def _at_least_zero(name: str, values: Any) -> Float[np.ndarray, "*any"]:
    array = np.asarray(values, float)
    if not (np.isfinite(array) & (array >= 0)).all():
        raise ValueError(f"{name} is {values}; finite numbers from 0 are allowed")
    return array


@Compiled
def _evaluate(position: Array, z: Float[Array, "row node"], shape: Array) -> tuple[Array, Array]:
    """The activation at this position on the shelf, and its slope: the one program of this module."""
    return lax.switch(position, [e.with_slope for e in ACTIVATIONS.values()], z, shape)


def _nodes(activation: str, std: Float[np.ndarray, "q"]) -> tuple[np.ndarray, np.ndarray]:
    """Places u and weights, of shape (q, node), of the quadrature over a standard normal number, where z = std u.

    Gauss and Legendre's rule piece by piece. Pieces end at 0, at the kinks, and where |z| is `_INNER`: closer to 0 the
    activation bends, farther out only the normal density does.
    """
    kinks = [*ACTIVATIONS[activation].kinks]
    most = max(len(e.kinks) for e in ACTIVATIONS.values())
    ends = np.array([-_INNER, 0.0, _INNER, *kinks, *[0.0] * (most - len(kinks))])
    ends = np.clip(ends / np.maximum(std, 1e-100)[:, None], -_REACH, _REACH)
    ends = np.sort(np.pad(ends, ((0, 0), (1, 1)), constant_values=(-_REACH, _REACH)), axis=-1)
    x, weight = _LEGENDRE
    half = np.diff(ends)[..., None] / 2
    u = ((ends[:, :-1] + ends[:, 1:])[..., None] / 2 + half * x).reshape(len(std), -1)
    weight = (half * weight).reshape(len(std), -1) * np.exp(-(u**2) / 2)
    return u, weight / weight.sum(-1, keepdims=True)


def _expectations(activation: str, q: Float[np.ndarray, "q"], shape: float) -> Float[np.ndarray, "2 3 q"]:
    """E phi, E phi^2 and E phi'^2 under N(0, q), and their derivatives by log q, which are E f(z) (z^2/q - 1) / 2."""
    q = np.minimum(q, _SETTLED.get(activation, _LARGEST))
    position, shape = np.int32(list(ACTIVATIONS).index(activation)), np.float64(shape)
    out = []
    for i in range(0, len(q), _ROWS):
        std = np.sqrt(np.resize(q[i : i + _ROWS], _ROWS))
        u, weight = _nodes(activation, std)
        value, slope = map(np.asarray, _evaluate(position, std[:, None] * u, shape))
        powers = np.stack([value, value**2, slope**2])
        weights = np.stack([weight, weight * (u**2 - 1) / 2])
        out.append(np.einsum("dqn,pqn->dpq", weights, powers))
    return np.concatenate(out, axis=-1)[..., : len(q)]


def moments(activation: str, q: Any, slope: float | None = None) -> Moments:
    """The three moments of an activation that decide what a wide layer does to signals and gradients.

    Args:
        activation: its name on the shelf.
        q: variances of the weighted sums, from 0, of any shape; beyond 1e200 they are clipped. At 0 the moments are
            those of phi(0) and of phi'(0), which at a kink is the code's choice: 0 for ReLU.
        slope: the activation's shape parameter; None is its default.

    Raises:
        ValueError: for an unknown activation, or a variance that is negative or not a number.
    """
    shape, q = _shape_of(activation, slope), np.asarray(q, float)
    if not (q >= 0).all():
        raise ValueError(f"q is {q}; numbers from 0 are allowed")
    found = _expectations(activation, q.ravel(), shape)[0] if q.size else np.zeros((3, 0))
    return Moments(*(part.reshape(q.shape)[()] for part in found))


def activation_values(activation: str, z: Any, slope: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The activation and its slope at up to 4,000 places, as autodiff has it; nothing is compiled for it.

    Raises:
        ValueError: for an unknown activation.
    """
    shape, z = _shape_of(activation, slope), np.asarray(z, float)
    room = np.zeros((_ROWS, _nodes(activation, np.ones(1))[0].shape[1]))
    room.reshape(-1)[: z.size] = z
    found = _evaluate(np.int32(list(ACTIVATIONS).index(activation)), room, np.float64(shape))
    return tuple(np.asarray(part).reshape(-1)[: z.size] for part in found)  # pyright: ignore[reportReturnType]


def _finite(value: float) -> float:
    return max(-_HUGE, min(_HUGE, value))


def predict(layers: Layers, input_second: float = 1.0) -> Prediction:
    r"""Signal and gradient sizes in a stack of infinite width, layer by layer.

    .. math:: v_l = \sigma_w^2\, E h_{l-1}^2 + \sigma_b^2, \quad
        E h_l^2 = E\phi^2, \quad \text{factor}_l^2 = \sigma_w^2\, E\phi'^2

    under N(0, v). A normalization divides the weighted sums by their root mean square v^1/2, and the gradient too;
    batch normalization first takes away what all examples share. A residual layer keeps its input and its gradient.
    Inputs have mean 0, different examples are uncorrelated and the batch is large. What overflows is clipped to 1e300.

    Args:
        layers: the stack.
        input_second: mean square of the inputs, from 0.

    Raises:
        ValueError: for a mean square of the inputs that is negative or not finite.
    """
    weight, bias = _finite(layers.weight_std * layers.weight_std), _finite(layers.bias_std * layers.bias_std)
    batch, normalized = layers.normalization == "batch", layers.normalization != "none"
    stay, branch = (1.0, layers.branch) if layers.residual else (0.0, 1.0)
    second, mean, shared = float(_at_least_zero("input_second", input_second)), 0.0, 0.0  # of units; of two examples
    variances, seconds, factors = [], [second], []
    for _ in range(layers.depth):
        variance = _finite(weight * max(second - shared, 0.0)) if batch else _finite(weight * second + bias)
        divisor = variance + EPS if normalized else 1.0
        found = moments(layers.activation, variance / divisor, layers.slope)
        phi, phi2, slope2 = (_finite(float(part)) for part in found)
        cross = _finite(_finite(2 * stay * branch) * _finite(mean * phi))
        gain = _finite(branch * branch)
        second = max(_finite(stay * second + cross + _finite(gain * phi2)), 0.0)
        shared = _finite(stay * shared + cross + _finite(gain * _finite(phi * phi)))
        mean = _finite(stay * mean + _finite(branch * phi))
        variances.append(variance)
        seconds.append(second)
        factors.append(math.sqrt(stay + _finite(gain * _finite(_finite(weight * slope2) / divisor))))
    return Prediction(np.array(variances), np.array(seconds), np.array(factors))


class _Table(NamedTuple):
    """E phi^2 and E phi'^2 of one activation over `_LOG_Q`, with the cubics between the places."""

    second: Float[np.ndarray, "place"]
    slope_second: Float[np.ndarray, "place"]
    log_second: Float[np.ndarray, "4 cell"]  # of the logarithm, which is straight for a rectifier
    slope: Float[np.ndarray, "4 cell"]


@lru_cache(maxsize=64)
def _table(activation: str, shape: float) -> _Table:
    (_, second, slope_second), (_, rise, bend) = _expectations(activation, np.exp(_LOG_Q), shape)
    return _Table(second, slope_second, _cubics(np.log(second), rise / second), _cubics(slope_second, bend))


def _cubics(values: np.ndarray, derivatives: np.ndarray) -> Float[np.ndarray, "4 cell"]:
    """Hermite's cubics through values and derivatives at the places, in t from 0 to 1, lowest power first."""
    rise, left, right = np.diff(values), _STEP * derivatives[:-1], _STEP * derivatives[1:]
    return np.stack([values[:-1], left, 3 * rise - 2 * left - right, left + right - 2 * rise])


def _at(cubics: np.ndarray, cell: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cubics' values and derivatives by t."""
    a, b, c, d = cubics[:, cell]
    return a + t * (b + t * (c + t * d)), b + t * (2 * c + 3 * t * d)


def _cells(table: _Table, weight: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many places above and below q = 1 the iteration from there first meets or passes a fixed point.

    E phi^2 grows with q, so the iteration moves one way only and stops at the first q where weight E phi^2 + bias = q.
    """
    q = np.exp(_LOG_Q)
    up, down = np.zeros(weight.shape, int), np.zeros(weight.shape, int)
    for one in np.unique(weight):
        here, room = weight == one, q - one * table.second
        up[here] = np.searchsorted(np.maximum.accumulate((room + _NOISE * q)[_ONE:]), bias[here])
        down[here] = np.searchsorted(-np.minimum.accumulate((room - _NOISE * q)[_ONE::-1]), -bias[here])
    return up, down


def fixed_point(activation: str, weight_std: Any, bias_std: Any, slope: float | None = None) -> FixedPoint:
    r"""Where the variance of a deep plain net settles, started from 1, and how its gradients grow there.

    .. math:: q^* = \sigma_w^2\, E\phi^2(q^*) + \sigma_b^2, \quad \chi_1 = \sigma_w^2\, E\phi'^2(q^*)

    Args:
        activation: its name on the shelf.
        weight_std: standard deviations of the weights times sqrt(fan_in), from 0; broadcasts with bias_std.
        bias_std: standard deviations of the biases, from 0.
        slope: the activation's shape parameter; None is its default.

    Raises:
        ValueError: for an unknown activation, or a standard deviation that is negative or not finite.
    """
    table = _table(activation, _shape_of(activation, slope))
    stds = np.broadcast_arrays(_at_least_zero("weight_std", weight_std), _at_least_zero("bias_std", bias_std))
    with np.errstate(over="ignore"):
        weight, bias = (np.minimum(std.ravel() ** 2, _LARGEST) for std in stds)
    up, down = _cells(table, weight, bias)
    cell = np.clip(_ONE + np.where(up > 0, up - 1, -down), 0, len(_LOG_Q) - 2)
    lost = (up > _ONE) | (down > _ONE)  # no fixed point within the table
    t = np.where(up > 0, 1.0, 0.0)
    for _ in range(8):  # Newton's method on log of the next variance over q
        log_second, rise = _at(table.log_second, cell, t)
        q = np.exp(_LOG_Q[cell] + _STEP * t)
        grown = weight * np.exp(log_second)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.log((grown + bias) / q) / (grown * rise / (grown + bias) - _STEP)
        t = np.where(lost | (up + down == 0) | ~np.isfinite(step), t, np.clip(t - step, 0, 1))
    chi = weight * _at(table.slope, cell, t)[0]
    with np.errstate(divide="ignore"):
        rate = np.abs(np.log(chi))
        scale = np.where(rate > 1e-9, 1 / rate, np.inf)
    return FixedPoint(*(x.reshape(stds[0].shape)[()] for x in (np.exp(_LOG_Q[cell] + _STEP * t), chi, scale)))


def phase_map(activation: str, weight_stds: Sequence[float] | np.ndarray, bias_stds: Sequence[float] | np.ndarray,
              slope: float | None = None) -> Float[np.ndarray, "bias weight"]:  # fmt: skip
    """chi_1 over a grid: gradients vanish where it is below 1 (order) and explode where it is above (chaos).

    Arguments and errors are those of `fixed_point`.
    """
    grid = np.meshgrid(np.asarray(weight_stds, float), np.asarray(bias_stds, float))
    return np.asarray(fixed_point(activation, *grid, slope).chi)


def _bias_variance(q: np.ndarray, second: np.ndarray, slope_second: np.ndarray) -> np.ndarray:
    """The bias variance that makes q a fixed point with chi_1 = 1, where the weight variance is 1 / E phi'^2."""
    needed = q - second / slope_second
    return np.where(np.abs(needed) <= 1e-10 * q, 0.0, needed)


def _is_edge(activation: str, weight: np.ndarray, bias: np.ndarray, slope: float | None) -> np.ndarray:
    """Whether chi_1 is 1 where the iteration from 1 ends, after a small push: a fixed point that repels is no edge."""
    return np.abs(fixed_point(activation, np.sqrt(weight * (1 + 1e-8)), np.sqrt(bias), slope).chi - 1) < 1e-6


def edge_of_chaos(activation: str, bias_variance: float, slope: float | None = None) -> float:
    """The least variance of the weights, times fan_in, at which chi_1 = 1, so that gradients keep their size.

    NaN where there is none with a variance that stays finite: the fixed point of GELU, say, is lost before chi_1 is 1.

    Args:
        activation: its name on the shelf.
        bias_variance: variance of the biases, from 0.
        slope: the activation's shape parameter; None is its default.

    Raises:
        ValueError: for an unknown activation, or a variance that is negative or not finite.
    """
    table = _table(activation, _shape_of(activation, slope))
    wanted = float(_at_least_zero("bias_variance", bias_variance))
    gap = _bias_variance(np.exp(_LOG_Q), table.second, table.slope_second) - wanted
    cell = np.flatnonzero(gap[:-1] * gap[1:] < 0)
    low, high = np.zeros(len(cell)), np.ones(len(cell))
    for _ in range(50):  # bisection
        t = (low + high) / 2
        slope_second = _at(table.slope, cell, t)[0]
        second = np.exp(_at(table.log_second, cell, t)[0])
        left = (_bias_variance(np.exp(_LOG_Q[cell] + _STEP * t), second, slope_second) - wanted) * gap[cell] > 0
        low, high = np.where(left, t, low), np.where(left, high, t)
    weight = 1 / np.concatenate([table.slope_second[gap == 0], _at(table.slope, cell, low)[0]])
    weight = weight[_is_edge(activation, weight, np.full(weight.shape, wanted), slope)]
    return float(weight.min(initial=np.inf)) if len(weight) else math.nan


def edge_curve(activation: str, slope: float | None = None, count: int = 241) -> Float[np.ndarray, "point 2"]:
    """(weight_std, bias_std) along chi_1 = 1, by growing variance.

    Rectifiers have one such point, and some activations none with a variance that stays finite.

    Args:
        activation: its name on the shelf.
        slope: the activation's shape parameter; None is its default.
        count: variances between 1e-8 and 1e4 that are looked at.
    """
    q = np.geomspace(1e-8, 1e4, count)
    found = moments(activation, q, slope)
    weight, bias = 1 / found.slope_second, _bias_variance(q, found.second, found.slope_second)
    there = bias >= 0
    there[there] = _is_edge(activation, weight[there], bias[there], slope)
    curve = np.sqrt(np.stack([weight, bias], axis=-1)[there])
    return curve[np.r_[True, np.abs(np.diff(curve, axis=0)).max(-1) > 1e-9][: len(curve)]]


def batch_norm_factor(activation: str, slope: float | None = None) -> float:
    r"""The squared growth of gradients a layer in a deep plain net with batch normalization: it always explodes.

    .. math:: E\phi'^2 / \mathrm{Var}\,\phi \text{ at } q = 1

    pi / (pi - 1) = 1.467 for ReLU, 1 for no activation at all (Yang et al. 2019, arXiv:1902.08129, for large batches).
    """
    mean, second, slope_second = moments(activation, 1.0, slope)
    return float(slope_second / (second - mean**2))


def born_dead(width: Any, layers: Any) -> Float[np.ndarray, "*any"]:
    r"""The probability that a ReLU net without biases passes nothing on of an input, so that no step revives it.

    .. math:: 1 - (1 - 2^{-\text{width}})^{\text{layers} - 1}

    The output layer, which has no ReLU, counts as a layer. The arguments, from 1, broadcast. Lu et al., Dying ReLU and
    initialization, 2019, arXiv:1903.06733.

    Raises:
        ValueError: for a width or a number of layers below 1.
    """
    width, layers = np.asarray(width, float), np.asarray(layers, float)
    if not ((width >= 1).all() and (layers >= 1).all()):
        raise ValueError(f"width is {width} and layers {layers}; numbers from 1 are allowed")
    return -np.expm1((layers - 1) * np.log1p(-(2.0**-width)))
