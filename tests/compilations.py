"""Counts what XLA compiles, through jax.monitoring."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import jax

_EVENT = "/jax/core/compile/backend_compile_duration"
_seen = [0]


def _listen(event: str, duration_secs: float, **kwargs: str | int) -> None:
    _seen[0] += event == _EVENT


jax.monitoring.register_event_duration_secs_listener(_listen)


@contextmanager
def compilations() -> Iterator[Callable[[], int]]:
    """Gives a function that says how many programs were compiled since."""
    before = _seen[0]
    yield lambda: _seen[0] - before
