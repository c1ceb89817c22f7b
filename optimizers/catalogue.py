"""The rules and schedules read off their shelves."""

from optimizers import rules, schedules
from optimizers.entry import Optimizer, Schedule

OPTIMIZERS = {e.name: e for e in vars(rules).values() if isinstance(e, Optimizer)}
SCHEDULES = {e.name: e for e in vars(schedules).values() if isinstance(e, Schedule)}
