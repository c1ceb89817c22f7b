"""What was made at the start stays, whatever is dropped when memory is short."""

from dataclasses import replace

import jax
import pytest

from experiments.flow import Flow, TimeFlow, flow_live
from experiments.gradients import Gradients
from experiments.race import Race, run, run_fan
from experiments.training import Training
from experiments.training import run as run_training
from frontend.gradients_view import flow_tree
from frontend.race_view import race_tree
from frontend.training_view import training_tree
from landscapes import SURFACES
from tests.compilations import compilations

pytestmark = pytest.mark.usefixtures("warm")


def visit_all_rooms(seed: int) -> None:
    """What the rooms show, of a seed that nobody has asked for."""
    for surface in list(SURFACES)[seed::7]:
        race = Race(surface=surface, seed=seed, noise=0.1)
        race_tree(run(race), run_fan(race, 0), ())
    for flow in (Flow(seed=seed), Flow(seed=seed, width=256, depth=3), TimeFlow(seed=seed)):
        found = list(flow_live(flow))[-1]
        if isinstance(flow, Flow):
            flow_tree(replace(Gradients(), flow=flow), found, (), state="over")
    result = run_training(Training(seed=seed, num_steps=20))
    training_tree(result, 0, seed, (), state="over")


def test_nothing_is_compiled_again_when_traces_were_forgotten():
    visit_all_rooms(3)
    jax.clear_caches()
    with compilations() as count:
        visit_all_rooms(4)
    assert count() == 0
