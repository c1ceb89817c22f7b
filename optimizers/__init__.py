"""What descends: the rules and schedules, and `descend`, which runs them."""

import jax

jax.config.update("jax_enable_x64", True)

from optimizers.catalogue import OPTIMIZERS, SCHEDULES  # noqa: E402
from optimizers.descent import Descent, Trajectory, descend, descend_all, descend_live  # noqa: E402
from optimizers.entry import Hyperparam, Optimizer, Schedule  # noqa: E402

__all__ = [
    "OPTIMIZERS", "SCHEDULES", "Descent", "Hyperparam", "Optimizer", "Schedule", "Trajectory", "descend", "descend_all",
    "descend_live",
]  # fmt: skip
