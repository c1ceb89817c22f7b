"""Counts what XLA compiles, through jax.monitoring."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import jax

from experiments.likely import Likely
from experiments.own_programs import make_program

_EVENT = "/jax/core/compile/backend_compile_duration"
_SPARE = {make_program.__code__, Likely.make.__code__}
_seen: Counter[tuple[int, bool]] = Counter()  # by the thread that asked, and whether it was beside what is shown


def _listen(event: str, duration_secs: float, **kwargs: str | int) -> None:
    _seen[threading.get_ident(), _beside()] += event == _EVENT


def _beside() -> bool:
    """Whether a program is being made for which nobody waits."""
    frame = sys._getframe()
    while frame is not None and frame.f_code not in _SPARE:
        frame = frame.f_back
    return frame is not None


jax.monitoring.register_event_duration_secs_listener(_listen)


@contextmanager
def compilations(here: bool = False, beside: bool = False) -> Iterator[Callable[[], int]]:
    """Gives a function that says how many programs were compiled since, by any thread or by this one alone.

    Either those that somebody waits for, or those that are made ``beside``.
    """

    def seen() -> int:
        me = threading.get_ident()
        return sum(n for (thread, aside), n in list(_seen.items()) if aside == beside and (thread == me or not here))

    before = seen()
    yield lambda: seen() - before
