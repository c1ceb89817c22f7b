"""Who goes first on a busy machine: pictures that are waited for, then work that takes a while, then compiling."""

import os
import threading
from contextlib import suppress
from pathlib import Path

import jax

TRAINING, COMPILING = 10, 15  # nice values: a tenth, and a thirtieth, of a core while others want all of it
_COMPUTES = "tf_XLAEigen"  # the threads on which XLA carries programs out, by name
_TASKS = Path("/proc/self/task")


def stand_back(nice: int, number: int | None = None) -> None:
    """Lowers the priority of a thread for good, of the calling one where none is named; where that can be."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id() if number is None else number, nice)


def _threads() -> set[int]:
    """Every thread of the process, by its number; nothing where the system does not tell."""
    return {int(task.name) for task in _TASKS.iterdir()} if _TASKS.exists() else set()


def _computes(number: int) -> bool:
    with suppress(OSError):
        return (_TASKS / str(number) / "comm").read_text().strip() == _COMPUTES
    return False


def backend_standing_back() -> set[int]:
    """Lowers the priority of the threads on which XLA compiles, and, less, of those on which it computes.

    To be called before anything is computed: the threads are told apart by having come with JAX's backend, and those
    that they start later are as they are. What a visitor waits for is computed on the thread that asks, for the most
    part. A compilation leaves the interpreter to others, so nobody waits for it unawares.

    Returns:
        The threads that compile, by number; none where the system does not tell, or the backend has come before.
    """
    before = _threads()
    jax.devices()
    came = _threads() - before - {thread.native_id for thread in threading.enumerate()}
    computing = {number for number in came if _computes(number)}
    for number in came:
        stand_back(TRAINING if number in computing else COMPILING, number)
    return came - computing
