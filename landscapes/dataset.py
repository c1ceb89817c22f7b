"""A data set: an entry that draws examples, and the examples, split into those trained on and those held back."""

import inspect
import math
from collections.abc import Callable, Mapping
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
            size: examples in all.
            noise: standard deviation of what is added.
            imbalance: 0 for classes of equal size; the last class has 1 - imbalance times as many as the first.
            validation: share of the examples, of every class, that is held back.
            seed: of everything random.
            shape: the entry's own parameters.

        Raises:
            ValueError: naming what is wrong, which, and what is allowed.
        """
        unknown = sorted(set(shape) - set(self.shape))
        if unknown:
            raise ValueError(
                f"unknown parameter {unknown[0]!r} of {self.name}; known: {', '.join(self.shape) or 'none'}"
            )
        own = {name: _within(name, shape.get(name), knob) for name, knob in self.shape.items()}
        count = _within("size", size, self.size)
        return _draw(
            self, round(count), _within("noise", noise, self.noise),
            _within("imbalance", imbalance, ShapeParam(0.0, 0.0, MOST_IMBALANCE)),
            _within("validation", validation, ShapeParam(0.5, *VALIDATION)),
            int(_within("seed", seed, ShapeParam(0.0, 0.0, 2.0**32 - 1))), tuple(own.items()),
        )  # fmt: skip


def _within(name: str, value: Any, knob: ShapeParam) -> float:
    if value is None:
        return knob.default
    try:
        number = math.nan if isinstance(value, str) else float(value)
    except (OverflowError, TypeError, ValueError):
        number = math.nan
    if not knob.low <= number <= knob.high:
        raise ValueError(f"{name} is {value!r}; a number from {knob.low:g} to {knob.high:g} is needed")
    return number


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
    """Numbers of the training and of the validation examples: of every class its share, shuffled; of a text its end."""
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
    classes: int | Callable[..., int] = 2, **shape: ShapeParam,
) -> Callable[[Callable[..., Draft]], Dataset]:  # fmt: skip
    """Makes the decorated function a `Dataset` of its own name; ``shape`` are its parameters, in its order."""

    def shelve(function: Callable[..., Draft]) -> Dataset:
        name = function.__name__
        count = classes if callable(classes) else lambda number=classes, **shape: number
        title_ = title or name.replace("_", " ").capitalize()
        return Dataset(name, title_, function, kind, task, size, noise, source, shape, count)

    return shelve


def box_around(points: np.ndarray) -> Box:
    """A square box of halves that fits all points with a margin, the same in both directions."""
    reach = math.ceil(2 * (float(np.abs(points).max()) + 0.2)) / 2
    return (-reach, reach), (-reach, reach)
