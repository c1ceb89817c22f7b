"""The rules and schedules read off their shelves, in teaching order."""

from optimizers import schedules
from optimizers.entry import Optimizer, Schedule
from optimizers.rules import curvature, moments, scaling, slope, tuning

_SHELVES = (slope, scaling, moments, tuning, curvature)

OPTIMIZERS = {e.name: e for shelf in _SHELVES for e in vars(shelf).values() if isinstance(e, Optimizer)}
SCHEDULES = {e.name: e for e in vars(schedules).values() if isinstance(e, Schedule)}
