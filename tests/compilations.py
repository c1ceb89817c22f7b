"""Counts what XLA compiles, through jax.monitoring."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import jax

_EVENT = "/jax/core/compile/backend_compile_duration"
_seen: Counter[int] = Counter()  # by the thread that asked


def _listen(event: str, duration_secs: float, **kwargs: str | int) -> None:
    _seen[threading.get_ident()] += event == _EVENT


jax.monitoring.register_event_duration_secs_listener(_listen)


@contextmanager
def compilations(here: bool = False) -> Iterator[Callable[[], int]]:
    """Gives a function that says how many programs were compiled since, by any thread or by this one alone."""

    def seen() -> int:
        return _seen[threading.get_ident()] if here else _seen.total()

    before = seen()
    yield lambda: seen() - before
