"""How the process stays within its memory: free memory goes back to the system, what was not used lately goes."""

import ctypes
import gc
import logging
import math
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import jax

from landscapes.networks import backward, through_time
from landscapes.networks.observation import forget_oldest_observer
from optimizers.program import forget_oldest_program

_LOG = logging.getLogger(__name__)
USUAL_MB, LEAST_MB, MOST_MB = 900.0, 690.0, 1e6  # the least: what every visitor needs takes 580, and work some more


def read_allowed(text: str) -> float:
    """What the text of MEMORY_MB allows, in MB; what cannot be is answered with the nearest that can, and logged."""
    if not text.strip():
        return USUAL_MB
    try:
        wanted = float(text)
    except ValueError:
        wanted = math.nan
    allowed = USUAL_MB if math.isnan(wanted) else min(max(wanted, LEAST_MB), MOST_MB)
    if allowed != wanted:
        _LOG.warning("MEMORY_MB is %.40r; a number from %.0f to %.0f is needed, %.0f is used",
                     text, LEAST_MB, MOST_MB, allowed)  # fmt: skip
    return allowed


ALLOWED_MB = read_allowed(os.environ.get("MEMORY_MB", ""))
_SLACK_MB = 70  # of what is allowed: a program that is made takes it for a while

COLLECT_MB, COLLECT_SECONDS = 20, 20.0  # by which memory grows, or that go by, before garbage is collected
ALL_SECONDS = 120.0  # after which what has outlived a collection is looked at again
_PAUSE = 8.0  # seconds at least between two collections: everybody waits for one
_TRACES_MB = 20  # by which memory grows before traces are forgotten again
_after_traces = 0.0  # memory in use when they were last
_IDLE, _IN_USE = 30.0, 10.0  # seconds after which what nobody has asked for goes first; before which it stays
_FORGET: list[Callable[[float], bool]] = []
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3  # glibc's M_ARENA_MAX and M_MMAP_THRESHOLD


def _ask(name: str, *arguments: int) -> None:
    """Calls a function of glibc; elsewhere there is nothing to ask."""
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)


def share_one_arena() -> None:
    """Lets all threads allocate from one arena: with one for each, all of them keep holes. Large arrays lie outside."""
    _ask("mallopt", _ARENA_MAX, 1)
    _ask("mallopt", _MMAP_THRESHOLD, 1 << 20)


def give_back() -> None:
    """Hands memory that is free back to the system: the C library keeps what compilations leave."""
    _ask("malloc_trim", 0)


def resident_mb() -> float:
    """Memory of this process, where Linux tells; else 0."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def has_room(mb: float, allowed_mb: float = ALLOWED_MB) -> bool:
    """Whether so much more would still leave the process within what is allowed, without dropping anything."""
    return resident_mb() + mb <= allowed_mb - _SLACK_MB


def keep_within(allowed_mb: float = ALLOWED_MB) -> None:
    """Makes room where memory comes near to what is allowed.

    Answers that nobody has looked at for a while go first, then what was drawn at random, then JAX's traces, then
    programs of single landscapes, those used longest ago first, then the answers that were looked at lately. What is in
    use stays, for it would be made again at once. All goes as soon as nothing holds it; garbage has its own time, see
    `keep_watch`.
    """
    give_back()
    idle, all_ = ([partial(forget, seconds) for forget in _FORGET] for seconds in (_IDLE, _IN_USE))
    for forget in (*idle, _forget_draws, _forget_traces, _forget_program, *all_):
        while resident_mb() > allowed_mb - _SLACK_MB and forget():
            give_back()


def also_forget(forget: Callable[[float], bool]) -> None:
    """Has ``forget(idle)`` called when room is made.

    It drops one thing that was not used for so many seconds, and says whether it did.
    """
    _FORGET.append(forget)


def _forget_draws() -> bool:
    backward.forget_draw()
    through_time.forget_draw()
    return False  # there is nothing more of this kind


def _forget_traces() -> bool:
    global _after_traces
    if resident_mb() > _after_traces + _TRACES_MB:
        with suppress(RuntimeError):  # another thread has just made a trace; there will be a next time
            jax.clear_caches()
        give_back()
        _after_traces = resident_mb()
    return False  # there is nothing more of this kind


def _forget_program() -> bool:
    return any([forget_oldest_program(), forget_oldest_observer()])


class Collector:
    """When Python's collector is due: by the clock, and by what memory has grown since it last ran.

    After every script run, as Streamlit would have it, the collector takes most of an act's time where many sessions
    are open, since it looks at what all of them hold. So what has outlived it is put aside, and looked at again only
    now and then, or where memory has grown.
    """

    def __init__(self, now: float, used_mb: float) -> None:
        self._at, self._used_mb, self._all_at = now, used_mb, now

    def due(self, now: float, used_mb: float) -> bool:
        """Whether it should run; ``ran`` says that it has."""
        return self._grown(now, used_mb) or now - self._at >= COLLECT_SECONDS

    def looks_at_all(self, now: float, used_mb: float) -> bool:
        """Whether it should then also look at what it has put aside."""
        return self._grown(now, used_mb) or now - self._all_at >= ALL_SECONDS

    def ran(self, now: float, used_mb: float, at_all: bool = True) -> None:
        """It has run, and left so much memory in use."""
        self._at, self._used_mb = now, used_mb
        if at_all:
            self._all_at = now

    def _grown(self, now: float, used_mb: float) -> bool:
        return used_mb > self._used_mb + COLLECT_MB and now - self._at >= _PAUSE


def collect(at_all: bool) -> None:
    """Collects what is garbage, and puts aside what is not; of what was put aside before only ``at_all``."""
    if at_all:
        gc.unfreeze()
    gc.collect()
    gc.freeze()


def keep_watch(every: float = 2.0) -> None:
    """Keeps the process within its memory from now on, on a thread of its own; collects what is garbage."""
    collector = Collector(time.monotonic(), resident_mb())

    def watch() -> None:
        while True:
            time.sleep(every)
            now = time.monotonic(), resident_mb()
            if collector.due(*now):
                collect(at_all := collector.looks_at_all(*now))
                collector.ran(time.monotonic(), resident_mb(), at_all)
            if resident_mb() > ALLOWED_MB - _SLACK_MB:
                keep_within()

    threading.Thread(target=watch, name="memory", daemon=True).start()
