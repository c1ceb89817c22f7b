"""Once a process: compile what the rooms run, then take the long-lived objects out of the garbage collector's way."""

import gc
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import jax
import streamlit as st

from experiments.flow import Curve, Flow, TimeCurve, TimeFlow, flow_live, watched
from experiments.gradients import Gradients
from experiments.memory import give_back, keep_watch, share_one_arena
from experiments.priority import backend_standing_back
from experiments.race import Race, default_rate, run, run_fan
from experiments.training import Learner, Training
from experiments.training import run as run_training
from frontend.errands import ERRANDS
from frontend.gradients_view import flow_tree
from frontend.race_view import race_tree
from frontend.rail import thumbnail
from frontend.training_view import training_tree
from frontend.visitor import visitor
from landscapes import SURFACES
from landscapes.networks.backward import ROOMS
from landscapes.networks.gallery import DENSE_ROOMS

# Seconds for which a thread keeps the interpreter though another wants it. A picture lets go of it about a hundred
# times, at every message that is sent; with Python's 5 ms all of these are waited for beside a thread that trains.
_SWITCH = 0.0005


class _Stage(NamedTuple):
    words: str
    work: Callable[[], object]


def _train(width: int, depth: int) -> Callable[[], object]:
    """Trains a dense network of this size for a step: compiles its program and the look at it."""
    learner = Learner(settings=(("width", width), ("depth", depth)))
    return lambda: run_training(Training(learners=(learner,), num_steps=1))


def _draw_training() -> object:
    result = run_training(Training())
    return training_tree(result, 0, result.runs[0].loss.count, (), state="over")


def _flows() -> None:
    """One network and many of each width, and cells through time: compiles all that flow is measured with."""
    for room in ROOMS:
        list(flow_live(replace(Flow(), curves=(Curve(),), depth=2, width=room)))
        watched(Flow(width=room, depth=2), Curve())
    list(flow_live(TimeFlow(curves=(TimeCurve(),), steps=2)))


def _draw_flows() -> object:
    found = list(flow_live(Flow()))[-1]
    return flow_tree(Gradients(), found, (), state="over")


_STAGES: dict[str, tuple[_Stage, ...]] = {
    "race": (
        _Stage("compiling the optimizers and surfaces", lambda: run(Race())),
        _Stage("tuning the learning rates",
               lambda: [default_rate(Race(), each) for each in Race().runs]),
        _Stage("drawing the first landscape",
               lambda: race_tree(run(Race()), run_fan(Race(), 0), ())),
        _Stage("drawing the thumbnails", lambda: [thumbnail(name) for name in SURFACES]),
    ),
    "formulas": (_Stage("compiling what carries out formulas", lambda: run(Race(formula="x", num_steps=1))),),
    "gradients": (
        _Stage("compiling the backward pass", _flows),
        _Stage("drawing the phase maps", _draw_flows),
    ),
    "train": (_Stage("compiling the first network", _draw_training),),
    "every dense network": (
        *(_Stage(f"compiling networks of up to {depth} layers of {width} units", _train(width, depth))
          for width, depth in DENSE_ROOMS),
        _Stage("tidying up", jax.clear_caches),
    ),
}  # fmt: skip
"""What is compiled, in this order; a room's visitors wait for the group of its name only, formulas for their own."""


class _Warmup:
    """Runs the stages on a thread of its own; visitors who arrive meanwhile watch it."""

    def __init__(self) -> None:
        # Every result is waited for, so handing the work to another thread first only costs a switch.
        jax.config.update("jax_cpu_enable_async_dispatch", False)
        sys.setswitchinterval(_SWITCH)
        share_one_arena()
        backend_standing_back()
        keep_watch()
        self.done = dict.fromkeys(_STAGES, 0)
        self.error: Exception | None = None
        self.changed = threading.Event()
        self._over = {group: threading.Event() for group in _STAGES}
        threading.Thread(target=self._work, name="warm-up", daemon=True).start()

    def _work(self) -> None:
        try:
            for group, stages in _STAGES.items():
                for stage in stages:
                    stage.work()
                    give_back()
                    self.done[group] += 1
                    self.changed.set()
                # With JAX's objects frozen a collection takes 10 ms rather than 80.
                gc.collect()
                gc.freeze()
                self._over[group].set()
        except Exception as error:  # shown to whoever waits; the page must not wait for ever
            self.error = error
        finally:
            for group, over in self._over.items():
                self.done[group] = len(_STAGES[group])
                over.set()
            self.changed.set()

    def wait(self) -> None:
        """Returns when everything is over, whether it went well or not."""
        for over in self._over.values():
            over.wait()

    def now(self, group: str) -> tuple[float, str] | None:
        """The share that is done of what a group waits for, and the present stage in words; None when it is over."""
        if self._over[group].is_set():
            return None
        stages = [stage for name in list(_STAGES)[: list(_STAGES).index(group) + 1] for stage in _STAGES[name]]
        done = sum(self.done[name] for name in list(_STAGES)[: list(_STAGES).index(group) + 1])
        return done / len(stages), stages[min(done, len(stages) - 1)].words


@cache
def warmup() -> _Warmup:
    """The process's one warm-up, begun at the first call."""
    return _Warmup()


def wait_until_warm(group: str) -> None:
    """Shows progress until the programs of a group are compiled. Costs nothing afterwards."""
    warm = warmup()
    if (now := warm.now(group)) is not None:
        ERRANDS.begun(visitor().session)  # whoever waits here keeps nobody else at the door
        with st.empty():
            while now is not None:
                st.progress(now[0], text=f"Starting: {now[1]} …")
                warm.changed.wait(timeout=1.0)
                warm.changed.clear()
                now = warm.now(group)
            st.write("")
    if warm.error is not None:
        raise warm.error
