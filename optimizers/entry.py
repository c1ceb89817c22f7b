"""What a shelf entry is: a rule or a schedule, with the ranges of its hyperparameters and its source."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import optax


class Hyperparam(NamedTuple):
    """One knob of a rule: its default and its range, ends included; ``log`` where decades count, not differences."""

    default: float
    low: float
    high: float
    log: bool = False


def learning_rate_of(default: float) -> Hyperparam:
    """The knob of a step length, with the range that all rules share."""
    return Hyperparam(default, 1e-6, 100.0, log=True)


def as_number(value: Any) -> float:
    """The value as a Python float: an int or a NumPy scalar would compile anew. NaN for what is not a number."""
    try:
        return math.nan if isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        return math.nan


@dataclass(frozen=True)
class Entry:
    """A named function of traced floats. Equal and hashable by name, so that it may stand in a static argument."""

    name: str
    title: str = field(compare=False, repr=False)  # how people write the name
    function: Callable[..., Any] = field(compare=False, repr=False)
    hyperparams: Mapping[str, Hyperparam] = field(compare=False, repr=False)
    source: str = field(compare=False, repr=False)

    @property
    def summary(self) -> str:
        """The first sentence of the docstring: what the entry does to the picture."""
        return (inspect.getdoc(self.function) or "").split("\n\n")[0].replace("\n", " ")

    @property
    def doc(self) -> str:
        """The whole docstring, unindented."""
        return inspect.getdoc(self.function) or ""

    def fill(self, given: Mapping[str, float] | None = None) -> dict[str, float]:
        """Completes ``given`` with the defaults.

        Returns:
            One Python float a hyperparameter, in the order of the entry.

        Raises:
            ValueError: for a name the entry does not have, or a value that is not a finite number. Values outside
                the range are allowed here: the range is that of the sliders, not of the mathematics.
        """
        given = dict(given or {})
        unknown = sorted(set(given) - set(self.hyperparams))
        if unknown:
            known = ", ".join(self.hyperparams) or "none"
            raise ValueError(f"unknown hyperparameter {unknown[0]!r} of {self.name}; known: {known}")
        values = {name: as_number(given.get(name, knob.default)) for name, knob in self.hyperparams.items()}
        for name, value in values.items():
            if not math.isfinite(value):
                raise ValueError(f"{name} of {self.name} is {given[name]!r}; a finite number is needed")
        return values


@dataclass(frozen=True)
class Optimizer(Entry):
    """A rule that turns gradients into updates: ``function(**hyperparams) -> optax.GradientTransformation``.

    Its ``update`` is called with these extra arguments: ``value``, ``grad`` and ``value_fn``, the loss, its gradient
    and the loss at any point, of the step's landscape, which noise tilts and L2 bends; ``grad_fn``, the gradient at any
    point as the rule is given it, clipped; ``key``, the step's random key; and ``live``, 1 for a param, 0 for padding.
    ``scheduled`` names the hyperparameter that a schedule multiplies; None for rules that choose their own step length.
    ``looks`` is True for rules that call value_fn or grad_fn: a step of theirs costs more than one gradient. Where that
    is grad_fn, once, ``probe(values, state, params, grads)`` says at which point, and a network's program takes the
    gradient there.
    """

    scheduled: str | None = "learning_rate"
    looks: bool = False
    probe: Callable[..., Any] | None = None
    network_rate: float | None = None  # the rate that suits networks, where it is not the default

    def build(self, **hyperparams: Any) -> optax.GradientTransformationExtraArgs:
        """The optax transformation for these (traced or concrete) values."""
        return optax.with_extra_args_support(self.function(**hyperparams))


@dataclass(frozen=True)
class Schedule(Entry):
    """A factor on the learning rate: ``function(step, num_steps, **hyperparams)`` in traced floats."""


def optimizer(
    *,
    source: str,
    title: str = "",
    scheduled: str | None = "learning_rate",
    looks: bool = False,
    probe: Callable[..., Any] | None = None,
    network_rate: float | None = None,
    **knobs: Hyperparam,
) -> Callable[[Callable[..., Any]], Optimizer]:
    """Makes the decorated function an `Optimizer` of its own name; ``knobs`` are its hyperparameters."""
    return lambda function: Optimizer(
        *_named(function, title), function, knobs, source, scheduled, looks, probe, network_rate
    )


def schedule(*, source: str, title: str = "", **knobs: Hyperparam) -> Callable[[Callable[..., Any]], Schedule]:
    """Makes the decorated function a `Schedule` of its own name; ``knobs`` are its hyperparameters."""
    return lambda function: Schedule(*_named(function, title), function, knobs, source)


def _named(function: Callable[..., Any], title: str) -> tuple[str, str]:
    name = function.__name__
    return name, title or name.replace("_", " ").capitalize()
