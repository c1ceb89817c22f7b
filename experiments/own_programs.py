"""Programs of a dense network's own depth: made in the background, while one of a larger room serves at once.

A training is the same bit by bit in either program, so nobody can tell from the numbers which one ran. GELU is the one
activation that XLA rounds by what stands around it (5e-7 of a loss apart): its networks stay in the shared program.
"""

import threading
from collections.abc import Hashable, Iterator
from dataclasses import replace

from cachetools import LRUCache

from experiments.memory import has_room
from landscapes import NetworkLoss
from optimizers import Descent, descend_live
from optimizers.descent import compared_first, ready
from optimizers.program import Program

_ROUNDED_BY_ITS_PROGRAM = "gelu"
_SIZES = 256  # that are remembered as used once
PROGRAM_MB = 15  # that one takes, and a little more while it is made
SECONDS = 3.0  # to make one, about

_USED: LRUCache[Hashable, Hashable] = LRUCache(_SIZES)  # what a program would serve -> the training that used it first
_LOCK = threading.Lock()


def own_of(loss: NetworkLoss, descent: Descent) -> NetworkLoss | None:
    """The same network for a program of its own depth; None where the one that it shares is no larger.

    Rules that few compare stay with the shared program: each would need a program to itself.
    """
    if loss.activation == _ROUNDED_BY_ITS_PROGRAM or not (loss.shares_program and compared_first(descent.optimizer)):
        return None
    return replace(loss, own=True)


def best_program(loss: NetworkLoss, descent: Descent) -> tuple[NetworkLoss, Program | None]:
    """The loss for the smallest program that is made, and that program, to be held while it is used."""
    own = own_of(loss, descent)
    program = None if own is None else ready(own, descent, own.start())
    return (loss, None) if own is None or program is None else (own, program)


def wanted(runs: list[tuple[NetworkLoss, Descent]]) -> tuple[NetworkLoss, Descent] | None:
    """The first of these runs that would have a program of its own if one were made; None without memory for it."""
    own = ((own_of(loss, descent), descent) for loss, descent in runs)
    missing = ((loss, by) for loss, by in own if loss is not None and ready(loss, by, loss.start()) is None)
    return next(missing, None) if has_room(PROGRAM_MB) else None


def used_again(sizes: Hashable, training: Hashable) -> bool:
    """Whether another training was of these sizes before; for what is used once, a program is not worth its making."""
    with _LOCK:
        return _USED.setdefault(sizes, training) != training


def make_program(loss: NetworkLoss, descent: Descent) -> Iterator[None]:
    """Compiles the program of a run, in one piece."""
    if ready(loss, descent, loss.start()) is None and has_room(PROGRAM_MB):
        next(descend_live(loss, descent, start=loss.start(), num_steps=1))
    yield None
