"""One run as its owner described it: an optimizer, and what is done to its rate, its gradient and its params."""

import math
from dataclasses import dataclass, replace
from typing import Any

from optimizers import OPTIMIZERS, SCHEDULES, Descent

Values = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Run:
    """One run as its owner described it: only what was set; the rest follows from the catalogue and the surface."""

    optimizer: str
    hyperparams: Values = ()
    schedule: str = "constant"
    schedule_hyperparams: Values = ()
    clip_norm: float = math.inf
    l2: float = 0.0
    l1: float = 0.0
    weight_decay: float = 0.0  # decoupled from the gradient

    def with_hyperparam(self, name: str, value: float) -> "Run":
        """The same run with one hyperparameter set."""
        return replace(self, hyperparams=tuple({**dict(self.hyperparams), name: float(value)}.items()))

    def descent(self, rate: float | None = None, landscape: Any = None) -> Descent:
        """With every hyperparameter filled in; ``rate`` takes the place of a learning rate that was not set.

        Defaults that depend on what is descended, such as the known minimum, are those on ``landscape``.
        """
        rule, schedule = OPTIMIZERS[self.optimizer], SCHEDULES[self.schedule]
        given = dict(self.hyperparams)
        if rate is not None and rule.scheduled is not None:
            given.setdefault(rule.scheduled, rate)
        filled = schedule.fill(dict(self.schedule_hyperparams))
        decay = {"l1": self.l1, "weight_decay": self.weight_decay} if rule.scheduled is not None else {}
        return Descent(rule, rule.fill_on(landscape, given), schedule, filled, self.clip_norm, self.l2, **decay)
