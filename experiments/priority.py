"""Compiling stands back: whoever waits for a picture goes before whoever waits for a program."""

import os
import threading
from contextlib import suppress
from pathlib import Path

import jax

NICE = 10  # of the threads that compile: about a tenth of a core's time while others want all of it
_COMPUTES = "tf_XLAEigen"  # the threads on which XLA carries programs out, by name
_TASKS = Path("/proc/self/task")


def _threads() -> set[int]:
    """Every thread of the process, by its number; nothing where the system does not tell."""
    return {int(task.name) for task in _TASKS.iterdir()} if _TASKS.exists() else set()


def compile_standing_back() -> set[int]:
    """Lowers the priority of the threads on which XLA compiles, for good; those on which it computes keep theirs.

    To be called before anything is computed: the threads are told apart by having come with JAX's backend, and those
    that they start later are as they are. A compilation gives the interpreter free, so nobody waits for it unawares.

    Returns:
        The threads, by number; none where the system does not tell, or the backend has come before.
    """
    before = _threads()
    jax.devices()
    own = {thread.native_id for thread in threading.enumerate()}
    compilers = {number for number in _threads() - before - own if not _computes(number)}
    for number in compilers:
        with suppress(OSError):  # it has ended, or the system does not allow it
            os.setpriority(os.PRIO_PROCESS, number, NICE)
    return compilers


def _computes(number: int) -> bool:
    with suppress(OSError):
        return (_TASKS / str(number) / "comm").read_text().strip() == _COMPUTES
    return False
