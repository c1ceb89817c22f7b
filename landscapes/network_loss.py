"""`NetworkLoss`: a network, its start and its data as one landscape, hashable and equal by value."""

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from landscapes.activations import ACTIVATIONS
from landscapes.catalogue import DATASETS
from landscapes.dataset import Examples
from landscapes.initializers import INITIALIZERS
from landscapes.losses import LOSSES
from landscapes.networks.dense import Dense
from landscapes.networks.gallery import DENSE_ROOMS, NETWORKS, Network
from landscapes.networks.normalizations import NORMALIZATIONS
from landscapes.networks.stacked import Choices, Part, Stacked, size_of, unfold
from landscapes.networks.supervised import Data, Supervised, Target, Values

DENSE_ROWS = 1664  # examples of every dense program, padding included
MOST_BYTES = 256_000_000  # of the params and one step's activations; above it a network is refused
_USES = {"cnn": 64, "resnet": 64, "rnn": 24, "lstm": 24, "gru": 24, "transformer": 24}  # of a weight, an example
_CALL = 2_000_000_000  # operations of a call that others can wait for
_LEAST_ROWS = 8  # of a call, however large the network
_SHELVES: dict[str, Any] = {
    "network": NETWORKS, "activation": ACTIVATIONS, "initializer": INITIALIZERS, "normalization": NORMALIZATIONS,
    "dataset": DATASETS, "loss": LOSSES,
}  # fmt: skip


@dataclass(frozen=True)
class NetworkLoss:
    """The mean loss of a network on its training examples, as a function of its flat params.

    ``loss(params)`` is the loss over all of them; `descend` sees a seeded batch a step. Params lie in the layout of the
    program that the network shares with its family: what pads it is zero and stays zero.

    Raises:
        ValueError: naming what is wrong, which, and what is allowed.
    """

    network: str = "mlp"
    activation: str | None = None  # None is the network's own
    slope: float | None = None  # of the activation; None is its default
    depth: int | None = None  # hidden layers, blocks of a transformer
    width: int | None = None  # units a layer, channels of a convolution
    initializer: str | None = None
    gain: float = 1.0  # factor on the drawn weights
    bias_std: float = 0.0
    normalization: str | None = None
    residual: bool | None = None
    dropout: float = 0.0
    dataset: str = "moons"
    size: int | None = None  # examples in all
    data_noise: float | None = None
    imbalance: float = 0.0
    validation: float = 0.5  # share of the examples that are held back
    shape: tuple[tuple[str, float], ...] = ()  # the data set's own parameters
    loss: str | None = None  # None is cross-entropy, or the squared error for a regression
    temperature: float = 1.0
    batch_size: int = 0  # examples a step; 0 is all of them
    seed: int = 0  # of the start, the data and the batches
    own: bool = False  # of a dense network: whether its program has its own depth; a training is the same without it

    def __post_init__(self) -> None:
        entry: Network = _entry("network", self.network)
        data = _entry("dataset", self.dataset)
        if data.kind not in entry.kinds:
            raise ValueError(f"network {self.network!r} does not suit dataset {self.dataset!r}; it suits "
                             f"{', '.join(name for name, d in DATASETS.items() if d.kind in entry.kinds)}")  # fmt: skip
        object.__setattr__(self, "shape", tuple((str(k), float(v)) for k, v in self.shape))
        size = data.sizes(**dict(self.shape)).default
        for name, value in (("activation", entry.activation or "identity"), ("initializer", entry.initializer),
                            ("normalization", entry.normalization), ("residual", entry.residual),
                            ("depth", int(entry.depth.default)), ("width", int(entry.width.default)),
                            ("loss", "squared_error" if data.task == "regression" else "cross_entropy"),
                            ("size", int(size)), ("data_noise", float(data.noise.default))):  # fmt: skip
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        self._check(entry, data)

    def _check(self, entry: Network, data: Any) -> None:
        for name in ("activation", "initializer", "normalization", "loss"):
            _entry(name, getattr(self, name))
        if self.slope is None:
            slopes = list(ACTIVATIONS[self.activation].shape.values())  # pyright: ignore[reportArgumentType]
            object.__setattr__(self, "slope", float(slopes[0].default) if slopes else 0.0)
        if self.normalization not in entry.normalizations:
            raise ValueError(f"normalization {self.normalization!r} is not for {self.network!r}; it takes "
                             f"{', '.join(entry.normalizations)}")  # fmt: skip
        if data.task not in LOSSES[str(self.loss)].tasks:
            raise ValueError(f"loss {self.loss!r} is not for {self.dataset!r}, which is a {data.task} task; it takes "
                             f"{', '.join(name for name, e in LOSSES.items() if data.task in e.tasks)}")  # fmt: skip
        for name, knob, most in (("depth", entry.depth, 0), ("width", entry.width, entry.widest)):
            most = most or int(knob.high)
            object.__setattr__(self, name, _whole(name, getattr(self, name), int(knob.low), most))
        for name, low, high in (("gain", 0.0, 1e6), ("bias_std", 0.0, 1e6), ("dropout", 0.0, 0.95),
                                ("temperature", 1e-3, 1e3), ("slope", -10.0, 10.0)):  # fmt: skip
            object.__setattr__(self, name, _number(name, getattr(self, name), low, high))
        object.__setattr__(self, "residual", bool(self.residual))
        object.__setattr__(self, "seed", _whole("seed", self.seed, 0, 2**32 - 1))
        object.__setattr__(self, "batch_size", _whole("batch_size", self.batch_size, 0, 10**6))
        needed = needed_bytes(self)
        if needed > MOST_BYTES:
            raise ValueError(f"{self.network} of depth {self.depth} and width {self.width} needs about "
                             f"{needed / 1e6:.0f} MB; {MOST_BYTES / 1e6:.0f} MB are allowed")  # fmt: skip

    def __call__(self, params: Float[Array, "dim"]) -> Float[Array, ""]:
        loss, values = self.split()
        return loss(params, values)

    @cached_property
    def examples(self) -> Examples:
        """The training and validation examples."""
        return DATASETS[self.dataset].draw(
            size=self.size, noise=self.data_noise, imbalance=self.imbalance, validation=self.validation, seed=self.seed,
            **dict(self.shape),
        )  # fmt: skip

    @property
    def count(self) -> int:
        """Training examples."""
        return len(self.examples.train_inputs)

    @cached_property
    def exact(self) -> Stacked:
        """The architecture without padding."""
        data = self.examples
        return NETWORKS[self.network].build(data.input_shape, int(self.width or 0), int(self.depth or 0),
                                            data.num_classes, len(data.symbols))  # fmt: skip

    @cached_property
    def architecture(self) -> Stacked:
        """The architecture whose program this network shares."""
        return NETWORKS[self.network].room(self.exact, _settled(self), self.own)

    @property
    def shares_program(self) -> bool:
        """Whether the program serves networks of many sizes, and one of its own would be smaller."""
        return self.split()[0].common and self.exact.depth < self.architecture.depth

    @property
    def layer_names(self) -> tuple[str, ...]:
        """First layer first, the output last."""
        return layer_names(self)

    @property
    def num_params(self) -> int:
        """How many numbers are learned; a normalization or a slope that is not there does not count."""
        return int(live_params(self).sum())

    @property
    def batch(self) -> int:
        """Examples a step."""
        return min(self.batch_size or self.count, self.count)

    @property
    def rows_a_call(self) -> int:
        """Steps after which whoever trains it is asked whether to go on: the fewer the larger the network."""
        return max(_LEAST_ROWS, _CALL // step_operations(self))

    def start(self) -> Float[np.ndarray, "dim"]:
        """The params that the seed draws, float32."""
        return _start(self).copy()

    def split(self) -> tuple[Supervised, Values]:
        """The loss whose compiled program this network shares, and the values that pick it out."""
        return Supervised(self.architecture, _rows(self)), _values(self)

    def observed(self) -> tuple[Supervised, Values]:
        """As `split`, of the program that looks at the network: dense ones of every depth share it."""
        loss, values = self.split()
        net = loss.architecture
        if isinstance(net, Dense) and net.width <= DENSE_ROOMS[-1][0]:
            loss = replace(loss, architecture=replace(net, depth=DENSE_ROOMS[-1][1], unrolled=False, settled=()))
        return loss, values._replace(live=np.ones((), np.float32))

    def as_observed(self, params: Float[np.ndarray, "dim"]) -> Float[np.ndarray, "larger_dim"]:
        """The params in the layout of the program that looks."""
        return np.pad(params, (0, self.observed()[0].architecture.dim - len(params)))

    def order(self, seed: int, first: int, count: int) -> Int[np.ndarray, "step row"]:
        """The examples of the batches of ``count`` steps, by number: epochs, each in an order that the seed draws.

        Where a batch holds all examples they stand in their own order.
        """
        out = np.zeros((count, self.split()[0].order_size), np.int32)
        if self.batch == self.count:
            out[:, : self.count] = np.arange(self.count)
            return out
        begin, end = first * self.batch, (first + count) * self.batch  # in the stream of all epochs
        epochs = range(begin // self.count, -(-end // self.count))
        stream = np.concatenate([_epoch(seed, epoch, self.count) for epoch in epochs])[begin - epochs[0] * self.count :]
        out[:, : self.batch] = stream[: end - begin].reshape(count, self.batch)
        return out

    def unflatten(self, params: Float[np.ndarray, "dim"]) -> dict[str, dict[str, np.ndarray]]:
        """Each layer's arrays by name, without padding."""
        return {name: dict(parts) for name, parts in _named_parts(self, np.asarray(params))}


def layer_names(loss: NetworkLoss) -> tuple[str, ...]:
    """First layer first, the output last."""
    depth = int(loss.depth or 0)
    if not loss.exact.first_in_depth:
        return ("embedding", *(f"block {i}" for i in range(1, depth + 1)), "output")
    return (*(f"layer {i}" for i in range(1, depth + 1)), "output")


def needed_bytes(loss: NetworkLoss) -> int:
    """About what a step of training takes: params, their gradient, Adam's state, and the activations of a tile."""
    width, depth = int(loss.width or 1), int(loss.depth or 0) + 1
    positions = {"cnn": 16, "resnet": 16, "rnn": 64, "lstm": 256, "gru": 192, "transformer": 512}.get(loss.network, 1)
    weights = {"cnn": 9, "resnet": 9, "lstm": 8, "gru": 6, "rnn": 2, "transformer": 12}.get(loss.network, 1)
    return 4 * depth * (8 * weights * width * width + 3 * 64 * positions * width)


def step_operations(loss: NetworkLoss) -> int:
    """About how many floating point operations a step of training takes: forwards, and twice as many backwards."""
    return 6 * loss.exact.dim * _USES.get(loss.network, 1) * max(loss.batch, loss.architecture.tile)


def _entry(name: str, key: Any) -> Any:
    shelf = _SHELVES[name]
    if not isinstance(key, str) or key not in shelf:
        raise ValueError(f"unknown {name} {key!r}; known: {', '.join(shelf)}")
    return shelf[key]


def _number(name: str, value: Any, low: float, high: float) -> float:
    try:
        number = math.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not low <= number <= high:
        raise ValueError(f"{name} is {value!r}; a number from {low:g} to {high:g} is needed")
    return number


def _whole(name: str, value: Any, low: int, high: int) -> int:
    number = _number(name, value, -math.inf, math.inf)
    if not (low <= number <= high and number == int(number)):
        raise ValueError(f"{name} is {value!r}; a whole number from {low} to {high} is needed")
    return int(number)


def _rows(loss: NetworkLoss) -> int:
    return DENSE_ROWS if isinstance(loss.exact, Dense) else rows_room(loss.count)


def rows_room(count: int) -> int:
    """Rows of the programs that serve so many examples: the next of four steps an octave, so that few are made."""
    step = 2 ** max(0, count.bit_length() - 3)
    return -(-count // step) * step


def _settled(loss: NetworkLoss) -> tuple[tuple[str, int | float], ...]:
    """The choices that a program of its own holds alone."""
    known = (("activation", list(ACTIVATIONS).index(str(loss.activation))),
             ("normalization", list(NORMALIZATIONS).index(str(loss.normalization))))  # fmt: skip
    return known if loss.dropout else (*known, ("dropout", 0.0))


@lru_cache(maxsize=64)
def _epoch(seed: int, epoch: int, count: int) -> Int[np.ndarray, "row"]:
    return np.random.default_rng([seed, epoch]).permutation(count).astype(np.int32)


def choices_of(loss: NetworkLoss) -> Choices:
    """What the program leaves open, for this network."""
    net, f = loss.architecture, np.float32
    units = (np.arange(net.width) < loss.exact.width).astype(f)
    return Choices(
        depth=np.int32(loss.depth or 0), activation=np.int32(list(ACTIVATIONS).index(str(loss.activation))),
        normalization=np.int32(list(NORMALIZATIONS).index(str(loss.normalization))), slope=f(loss.slope or 0.0),
        learned=f(loss.activation == "prelu"), residual=f(loss.residual), dropout=f(loss.dropout), units=units,
    )  # fmt: skip


def target_of(loss: NetworkLoss) -> Target:
    """What the outputs are held to."""
    columns = (np.arange(loss.architecture.outputs) < loss.examples.num_classes).astype(np.float32)
    classes = np.float32(DATASETS[loss.dataset].task == "classes")
    return Target(np.int32(list(LOSSES).index(str(loss.loss))), classes, np.float32(loss.temperature), columns)


def padded_inputs(loss: NetworkLoss, inputs: np.ndarray) -> np.ndarray:
    """Inputs as the architecture takes them: a dense one in its columns, others as they are."""
    if not isinstance(loss.exact, Dense):
        return inputs
    return np.pad(inputs, ((0, 0), (0, loss.architecture.inputs[0] - inputs.shape[1])))


@lru_cache(maxsize=12)  # up to 2 MB each, as the next two
def _values(loss: NetworkLoss) -> Values:
    data, rows = loss.examples, _rows(loss)
    gap = rows - loss.count
    inputs = np.pad(padded_inputs(loss, data.train_inputs), ((0, gap), *(((0, 0),) * (data.train_inputs.ndim - 1))))
    wanted = np.pad(data.train_targets, ((0, gap), *(((0, 0),) * (data.train_targets.ndim - 1)))).astype(np.float32)
    counts = np.int32(loss.count), np.int32(loss.batch)
    return Values(Data(inputs, wanted, *counts), target_of(loss), choices_of(loss), live_params(loss))


def _sections(loss: NetworkLoss) -> list[tuple[str, tuple[Part, ...], tuple[Part, ...], int]]:
    """Each layer's name, its parts without padding and with it, and where it begins in the flat params."""
    exact, room = loss.exact, loss.architecture
    first, layer, head = room.sizes
    names = list(loss.layer_names)
    if loss.depth == 0:
        names.insert(0, "layer 1")
    out = [(names[0], exact.first_parts(), room.first_parts(), 0)]
    for i, name in enumerate(names[1:-1]):
        out.append((name, exact.layer_parts(), room.layer_parts(), first + head + i * layer))
    return [*out, (names[-1], exact.head_parts(), room.head_parts(), first)]


def _placed(loss: NetworkLoss, make: Any) -> Float[np.ndarray, "dim"]:
    """Flat params with ``make(part)`` in the corner of each array, zeros elsewhere."""
    flat = np.zeros(loss.architecture.dim, np.float32)
    for name, exact, room, at in _sections(loss):
        for small, large in zip(exact, room, strict=True):
            place = flat[at : at + large.size].reshape(large.shape)
            if not (loss.depth == 0 and name == "layer 1"):
                place[tuple(slice(n) for n in small.shape)] = make(small)
            at += large.size
    return flat


def _named_parts(loss: NetworkLoss, params: np.ndarray):
    for name, exact, room, at in _sections(loss):
        arrays = unfold(room, params[at : at + size_of(room)])
        yield name, [(p.name, np.asarray(arrays[p.name])[tuple(slice(n) for n in p.shape)]) for p in exact]


@lru_cache(maxsize=12)
def _start(loss: NetworkLoss) -> Float[np.ndarray, "dim"]:
    rng, draw = np.random.default_rng([loss.seed, 1]), INITIALIZERS[str(loss.initializer)].function

    def make(part: Part) -> Any:
        if part.fan_in:
            shape = (*part.shape[:-1], part.shape[-1] // part.blocks)
            blocks = [draw(rng, shape, part.fan_in, part.fan_out) for _ in range(part.blocks)]
            return loss.gain * np.concatenate(blocks, -1)
        if part.name.endswith("bias"):
            return loss.bias_std * rng.standard_normal(part.shape)
        if part.name == "slope":
            return loss.slope if loss.activation == "prelu" else 0.0
        return part.fill if loss.normalization != "none" else 0.0

    return _placed(loss, make)


@lru_cache(maxsize=12)
def live_params(loss: NetworkLoss) -> Float[np.ndarray, "dim"]:
    """1 for a param that is learned, 0 for padding and for what the choices leave out."""

    def make(part: Part) -> float:
        if part.name == "slope":
            return float(loss.activation == "prelu")
        return float(loss.normalization != "none" or not part.name.startswith(("scale", "shift")))

    return _placed(loss, make)


def gradient_flow(loss: NetworkLoss, params: Float[np.ndarray, "dim"]) -> dict[str, float]:
    """How much gradient reaches each layer: the RMS of d loss / d layer output over training examples and units.

    Args:
        loss: the network.
        params: its flat params, such as ``loss.start()``.

    Returns:
        One float a layer, first layer first, the output last.
    """
    from landscapes.networks.observation import flow_of

    supervised, values = loss.observed()
    flow = np.asarray(flow_of(supervised, jnp.asarray(loss.as_observed(np.asarray(params)), jnp.float32), values))
    depth = int(loss.depth or 0)
    if loss.depth == 0:
        return {"output": float(flow[-1])}
    hidden = depth if loss.exact.first_in_depth else depth + 1
    return dict(zip(loss.layer_names, [*map(float, flow[:hidden]), float(flow[-1])], strict=True))
