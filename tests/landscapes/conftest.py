"""Counting what JAX compiles."""

import jax
import pytest


@pytest.fixture
def compilations():
    """The compilations since the test began, as a list that grows."""
    seen: list[float] = []

    def listen(event: str, duration_secs: float, **_) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            seen.append(duration_secs)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield seen
    jax.monitoring.unregister_event_duration_listener(listen)
