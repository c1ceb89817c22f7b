"""A data set: an entry that draws examples, and the examples, split into those trained on and those held back.

Unseen means unseen: no example that is held back has the inputs of one that is trained on, and of a text no character
that is to be told in one half is to be told in the other.
"""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from landscapes.surface import Box, ShapeParam

MOST_IMBALANCE = 0.95
VALIDATION = (0.1, 0.8)  # shares that may be held back


class Draft(NamedTuple):
    """What a shelf entry draws: examples in no particular order, before they are split."""

    inputs: np.ndarray  # (n, *input_shape), float32, or int32 for symbols
    targets: np.ndarray  # (n,) int32 classes or float32; (n, position) int32 for text
    class_names: tuple[str, ...] = ()
    pixels: np.ndarray | None = None  # (n, side * side) uint8 in 0..16, to be drawn
    symbols: tuple[str, ...] = ()
    box: Box | None = None  # that fits all inputs, for points and curves
    begins: np.ndarray | None = None  # of a text, in which each example is a window: where it begins, rising


@dataclass(frozen=True, eq=False)
class Examples:
    """The two halves of a data set. Shapes: inputs (n, *input_shape), targets (n,) or, for text, (n, position)."""

    train_inputs: np.ndarray
    train_targets: np.ndarray
    valid_inputs: np.ndarray
    valid_targets: np.ndarray
    num_classes: int  # 1 for a regression
    class_names: tuple[str, ...]
    symbols: tuple[str, ...]  # the alphabet of a text
    box: Box | None
    train_pixels: np.ndarray | None = None
    valid_pixels: np.ndarray | None = None

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one example."""
        return self.train_inputs.shape[1:]


@dataclass(frozen=True)
class Dataset:
    """An entry of the shelf; equal and hashable by name. ``function(rng, counts, noise, **shape) -> Draft``.

    ``counts`` are the examples a class, one number for a regression or a text.
    """

    name: str
    title: str = field(compare=False, repr=False)
    function: Callable[..., Draft] = field(compare=False, repr=False)
    kind: str = field(compare=False, repr=False)  # points, curve, images, sequence, text
    task: str = field(compare=False, repr=False)  # classes, regression
    size: ShapeParam = field(compare=False, repr=False)  # examples in all
    noise: ShapeParam = field(compare=False, repr=False)  # deviation of what is added to the inputs, or to a target
    source: str = field(compare=False, repr=False)
    shape: Mapping[str, ShapeParam] = field(default_factory=dict, compare=False, repr=False)
    classes: Callable[..., int] = field(default=lambda **shape: 2, compare=False, repr=False)
    distinct: Callable[..., int] | None = field(default=None, compare=False, repr=False)  # a class; None: no limit
    offered: int | None = field(default=None, compare=False, repr=False)  # examples for whoever chooses it; None: usual

    def sizes(self, **shape: Any) -> ShapeParam:
        """The knob of the size at given parameters: where only so many different examples exist, it ends there.

        Raises:
            ValueError: naming what is wrong, which, and what is allowed.
        """
        most = self._most(self._own(shape))
        high = min(self.size.high, most) if math.isfinite(most) else self.size.high
        return self.size._replace(default=min(self.size.default, high), high=high)

    def _most(self, own: Mapping[str, float]) -> float:
        return math.inf if self.distinct is None else self.distinct(**own) * self.classes(**own)

    def _why(self, own: Mapping[str, float]) -> str:
        most, values = self._most(own), ", ".join(f"{name} {value:g}" for name, value in own.items())
        return f": {self.name} of {values} has {most:g} different examples" if most < self.size.high else ""

    def _own(self, shape: Mapping[str, Any]) -> dict[str, float]:
        unknown = sorted(set(shape) - set(self.shape))
        if unknown:
            raise ValueError(
                f"unknown parameter {unknown[0]!r} of {self.name}; known: {', '.join(self.shape) or 'none'}"
            )
        return {name: _within(name, shape.get(name), knob) for name, knob in self.shape.items()}

    @property
    def summary(self) -> str:
        """The first sentence of the docstring: what makes it easy or hard."""
        return " ".join((inspect.getdoc(self.function) or "").split("\n\n")[0].split())

    def draw(
        self,
        *,
        size: Any = None,
        noise: Any = None,
        imbalance: Any = 0.0,
        validation: Any = 0.5,
        seed: Any = 0,
        **shape: Any,
    ) -> Examples:
        """Draws examples and splits them; equal arguments give equal examples.

        Args:
            size: examples in all, as `sizes` allows.
            noise: standard deviation of what is added.
            imbalance: 0 for classes of equal size; the last class has 1 - imbalance times as many as the first.
            validation: share of the examples, of every class, that is held back.
            seed: of everything random.
            shape: the entry's own parameters.

        Raises:
            ValueError: naming what is wrong, which, and what is allowed.
        """
        own = self._own(shape)
        count = _within("size", size, self.sizes(**own), self._why(own))
        return _draw(
            self, round(count), _within("noise", noise, self.noise),
            _within("imbalance", imbalance, ShapeParam(0.0, 0.0, MOST_IMBALANCE)),
            _within("validation", validation, ShapeParam(0.5, *VALIDATION)),
            int(_within("seed", seed, ShapeParam(0.0, 0.0, 2.0**32 - 1))), tuple(own.items()),
        )  # fmt: skip


def _within(name: str, value: Any, knob: ShapeParam, why: str = "") -> float:
    if value is None:
        return knob.default
    try:
        number = math.nan if isinstance(value, str) else float(value)
    except (OverflowError, TypeError, ValueError):
        number = math.nan
    if not knob.low <= number <= knob.high:
        raise ValueError(f"{name} is {value!r}; a number from {knob.low:g} to {knob.high:g} is needed{why}")
    return number


def fewer(counts: Sequence[int], available: Sequence[int] | np.ndarray) -> list[int]:
    """Counts of the same profile of which no class has more than are available, at least 4 each."""
    share = min(1.0, float((np.asarray(available) / counts).min()))
    return np.maximum(4, np.floor(share * np.array(counts))).astype(int).tolist()


def class_counts(size: int, classes: int, imbalance: float) -> list[int]:
    """How many examples each class has: sizes fall geometrically to (1 - imbalance) of the first, at least 4 each.

    The long-tailed profile of Cui et al., Class-balanced loss, 2019, arXiv:1901.05555.
    """
    shares = (1.0 - imbalance) ** (np.arange(classes) / max(1, classes - 1))
    counts = np.maximum(4, np.floor(size * shares / shares.sum())).astype(int)
    counts[0] += max(0, size - counts.sum())
    return counts.tolist()


@lru_cache(maxsize=16)
def _draw(entry: Dataset, size: int, noise: float, imbalance: float, validation: float, seed: int,
          shape: tuple[tuple[str, float], ...]) -> Examples:  # fmt: skip
    own, rng = dict(shape), np.random.default_rng([seed, 0])
    grouped = entry.task == "classes" and entry.kind != "text"
    counts = class_counts(size, entry.classes(**own), imbalance) if grouped else [size]
    if entry.distinct is not None:
        counts = fewer(counts, [entry.distinct(**own)] * len(counts))
    draft = entry.function(rng, counts, noise, **own)
    train, valid = _split(rng, draft, validation, grouped)
    pixels = (None, None) if draft.pixels is None else (draft.pixels[train], draft.pixels[valid])
    inputs = draft.inputs
    if draft.pixels is not None:
        inputs = ((inputs - inputs[train].mean()) / inputs[train].std()).astype(np.float32)
    classes = len(draft.symbols) or (entry.classes(**own) if grouped else 1)
    names = draft.class_names or tuple(str(k) for k in range(classes))
    return Examples(inputs[train], draft.targets[train], inputs[valid], draft.targets[valid], classes, names,
                    draft.symbols, draft.box, *pixels)  # fmt: skip


def _split(rng, draft: Draft, validation: float, grouped: bool) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the training and of the validation examples: of every class its share, shuffled; of a text its end.

    What would be held back but has the inputs of an example that is trained on is left out.
    """
    train, valid = _shares(rng, draft, validation, grouped)
    _, which = np.unique(draft.inputs.reshape(len(draft.inputs), -1), axis=0, return_inverse=True)
    return train, valid[~np.isin(which[valid], which[train])]


def _shares(rng, draft: Draft, validation: float, grouped: bool) -> tuple[np.ndarray, np.ndarray]:
    total = len(draft.inputs)
    if draft.begins is not None:
        cut = min(total - 1, max(1, round(total * (1 - validation))))
        # a window ends one past its inputs, with its last target: those that reach into the other half are left out
        ends = draft.begins[:cut] + draft.inputs.shape[1] + 1
        return np.flatnonzero(ends <= draft.begins[cut]), np.arange(cut, total)
    groups = [np.flatnonzero(draft.targets == k) for k in np.unique(draft.targets)] if grouped else [np.arange(total)]
    train, valid = [], []
    for group in groups:
        shuffled = rng.permutation(group)
        cut = min(len(group) - 1, max(1, round(len(group) * (1 - validation))))
        train.append(shuffled[:cut])
        valid.append(shuffled[cut:])
    return rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(valid))


def dataset(
    *, kind: str, task: str, size: ShapeParam, noise: ShapeParam, source: str, title: str = "",
    classes: int | Callable[..., int] = 2, distinct: Callable[..., int] | None = None, offered: int | None = None,
    **shape: ShapeParam,
) -> Callable[[Callable[..., Draft]], Dataset]:  # fmt: skip
    """Makes the decorated function a `Dataset` of its own name; ``shape`` are its parameters, in its order.

    ``distinct`` says, for given parameters, how many different examples a class has; ``offered`` with how many the page
    begins, where the usual ones, which links leave out, teach little.
    """

    def shelve(function: Callable[..., Draft]) -> Dataset:
        name = function.__name__
        count = classes if callable(classes) else lambda number=classes, **shape: number
        title_ = title or name.replace("_", " ").capitalize()
        return Dataset(name, title_, function, kind, task, size, noise, source, shape, count, distinct, offered)

    return shelve


def box_around(points: np.ndarray) -> Box:
    """A square box of halves that fits all points with a margin, the same in both directions."""
    reach = math.ceil(2 * (float(np.abs(points).max()) + 0.2)) / 2
    return (-reach, reach), (-reach, reach)
