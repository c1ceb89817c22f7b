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
    return Hyperparam(default, 1e-6, 10.0, log=True)


@dataclass(frozen=True)
class Entry:
    """A named function of traced floats. Equal and hashable by name, so that it may stand in a static argument."""

    name: str
    function: Callable[..., Any] = field(compare=False, repr=False)
    hyperparams: Mapping[str, Hyperparam] = field(compare=False, repr=False)
    source: str = field(compare=False, repr=False)
    title: str = field(default="", compare=False, repr=False)  # how people write the name

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
        values = {name: float(given.get(name, knob.default)) for name, knob in self.hyperparams.items()}
        for name, value in values.items():
            if not math.isfinite(value):
                raise ValueError(f"{name} of {self.name} is {value}; a finite number is needed")
        return values


@dataclass(frozen=True)
class Optimizer(Entry):
    """A rule that turns gradients into updates: ``function(**hyperparams) -> optax.GradientTransformation``.

    Its ``update`` is called with these extra arguments: ``value``, ``grad`` and ``value_fn``, the loss, its gradient and
    the loss at any point, of the step's landscape, which noise tilts and L2 bends; ``grad_fn``, the gradient at any point
    as the rule is given it, clipped; and ``key``, the step's random key. ``scheduled`` names the hyperparameter that a
    schedule multiplies; None for rules that choose their own step length.
    """

    scheduled: str | None = "learning_rate"

    def build(self, **hyperparams: Any) -> optax.GradientTransformationExtraArgs:
        """The optax transformation for these (traced or concrete) values."""
        return optax.with_extra_args_support(self.function(**hyperparams))


@dataclass(frozen=True)
class Schedule(Entry):
    """A factor on the learning rate: ``function(step, num_steps, **hyperparams)`` in traced floats."""


# Names that are not written as ordinary words.
_TITLES = {
    "adamw": "AdamW", "rmsprop": "RMSProp", "amsgrad": "AMSGrad", "radam": "RAdam", "adabelief": "AdaBelief",
    "adagrad": "AdaGrad", "adadelta": "AdaDelta", "adamax": "AdaMax", "ademamix": "AdEMAMix", "adopt": "ADOPT",
    "sign_sgd": "Sign SGD", "polyak_sgd": "Polyak SGD", "lbfgs": "L-BFGS", "sam": "SAM", "newton": "Newton",
    "schedule_free_sgd": "Schedule-free SGD", "schedule_free_adamw": "Schedule-free AdamW", "wsd": "WSD",
    "warmup_cosine": "Warmup, cosine", "one_cycle": "One-cycle", "nadam": "NAdam",
}  # fmt: skip


def _entry(cls: type[Entry], source: str, knobs: Mapping[str, Hyperparam], fixed: Mapping[str, Any]):
    def shelve(function: Callable[..., Any]):
        name = function.__name__
        title = _TITLES.get(name, name.replace("_", " ").capitalize())
        return cls(name, function, dict(knobs), source, title, **fixed)

    return shelve


def optimizer(*, source: str, scheduled: str | None = "learning_rate", **knobs: Hyperparam) -> Callable[..., Any]:
    """Makes the decorated function an `Optimizer` of its own name; keyword arguments are its hyperparameters."""
    return _entry(Optimizer, source, knobs, {"scheduled": scheduled})


def schedule(*, source: str, **knobs: Hyperparam) -> Callable[..., Any]:
    """Makes the decorated function a `Schedule` of its own name; keyword arguments are its hyperparameters."""
    return _entry(Schedule, source, knobs, {})
