"""Once a process: compile what the rooms run, then take the long-lived objects out of the garbage collector's way."""

import gc
import threading
from collections.abc import Callable
from functools import cache

import jax
import streamlit as st

from experiments.race import Race, default_rate, run, run_fan
from frontend.race_view import race_tree
from frontend.rail import thumbnail
from landscapes import SURFACES

_STAGES: tuple[tuple[str, Callable[[], object]], ...] = (
    ("compiling the optimizers and surfaces", lambda: run(Race())),
    ("tuning the learning rates", lambda: [default_rate(Race().landscape, each.optimizer) for each in Race().runs]),
    ("drawing the first landscape", lambda: race_tree(run(Race()), run_fan(Race(), 0), (), at=None, present=False)),
    ("drawing the thumbnails", lambda: [thumbnail(name) for name in SURFACES]),
)


class _Warmup:
    """Runs the stages on a thread of its own; visitors who arrive meanwhile watch it."""

    def __init__(self) -> None:
        # Every result is waited for, so handing the work to another thread first only costs a switch.
        jax.config.update("jax_cpu_enable_async_dispatch", False)
        self.done = 0
        self.error: Exception | None = None
        self.changed = threading.Event()
        self._over = threading.Event()
        threading.Thread(target=self._work, name="warm-up", daemon=True).start()

    def _work(self) -> None:
        try:
            for _, stage in _STAGES:
                stage()
                self.done += 1
                self.changed.set()
            # Streamlit collects after every rerun; with JAX's objects frozen that takes 10 ms rather than 80.
            gc.collect()
            gc.freeze()
        except Exception as error:  # shown to whoever waits; the page must not wait for ever
            self.error = error
        finally:
            self.done = len(_STAGES)
            self._over.set()
            self.changed.set()

    def wait(self) -> None:
        """Returns when it is over, whether it went well or not."""
        self._over.wait()


@cache
def warmup() -> _Warmup:
    """The process's one warm-up, begun at the first call."""
    return _Warmup()


def wait_until_warm() -> None:
    """Shows progress until the programs are compiled. Costs nothing afterwards."""
    warm = warmup()
    if warm.done < len(_STAGES):
        with st.empty():
            while warm.done < len(_STAGES):
                st.progress(warm.done / len(_STAGES), text=f"Starting: {_STAGES[warm.done][0]} …")
                warm.changed.wait(timeout=1.0)
                warm.changed.clear()
            st.write("")
    if warm.error is not None:
        raise warm.error
