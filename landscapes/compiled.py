"""Functions compiled ahead of time, for whoever shows something: their programs stay.

`jax.jit` alone keeps its traces, half as much memory again as the program, and when those are dropped to make room the
program goes too, and is made again while everybody waits.
"""

import threading
from collections.abc import Callable
from typing import Any

import jax

_OPTIONS: dict[str, Any] = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 1}


class Compiled:
    """Compiles once for every form of its arguments, which are arrays or NumPy's numbers.

    Many threads may call: the first compiles, the others wait.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function, self._first, self._programs = function, threading.Lock(), {}

    def __call__(self, *given: Any) -> Any:
        form = tuple((leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(given))
        if form not in self._programs:
            with self._first:
                if form not in self._programs:
                    self._programs[form] = jax.jit(self._function).lower(*given).compile(_OPTIONS)
        return self._programs[form](*given)
