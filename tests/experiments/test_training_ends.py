"""What ends in a training: units that die, and runs that diverge or are stopped."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from experiments.training import Learned, Training, run
from tests.experiments.test_training import SMALL, learner, only


@pytest.fixture(scope="module", autouse=True)
def _ranks_promoted():
    with jax.numpy_rank_promotion("allow"):
        yield


def with_on(on: list[list[bool]], at: list[int]) -> Learned:
    """A training of one layer whose units are on as given: frames by units."""
    shares = np.array(on, np.float32)[:, None]
    one = only(Training(num_steps=len(on) - 1, learners=(learner(depth=1, width=len(on[0])),)))
    return replace(one, at=np.array(at), frames=one.frames._replace(on=shares))


def test_a_unit_dies_at_the_step_from_which_it_is_off_for_good():
    lives, dies_last, comes_back, dies_twice, never_on = (
        [1, 1, 1, 1], [1, 1, 1, 0], [1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0],
    )  # fmt: skip
    units = np.array([lives, dies_last, comes_back, dies_twice, never_on], bool).T
    one = with_on(units.tolist(), [0, 8, 16, 24])
    assert one.died.tolist() == [[-1, 24, -1, 16, 0]]


def test_death_agrees_with_a_look_at_every_frame():
    rng = np.random.default_rng(0)
    units = rng.random((9, 16)) < 0.6
    units[4:, :6] = False
    one = with_on(units.tolist(), list(range(0, 45, 5)))
    for unit, died in enumerate(one.died[0]):
        off = [5 * k for k in range(9) if not units[k:, unit].any()]
        assert died == (off[0] if off else -1)


def test_a_unit_of_prelu_is_off_by_the_slope_that_it_has_learned():
    """Begun at slope 0, as a ReLU; once the slope has moved, no unit is off anywhere."""
    one = only(replace(SMALL, learners=(learner(activation="prelu", slope=0.0),)))
    layers = one.loss.unflatten(one.params[-1])
    assert all(float(layers[name]["slope"]) != 0 for name in one.loss.layer_names[:-1])
    z = one.loss.examples.train_inputs @ one.loss.unflatten(one.params[0])["layer 1"]["weight"]
    np.testing.assert_allclose(one.frames.on[0, 0], (z > 0).mean(0), atol=1e-6)
    np.testing.assert_allclose(one.frames.on[-1, :4], 1.0, rtol=1e-6)
    assert (one.died == -1)[:4].all()


@pytest.mark.parametrize(("rate", "gain", "depth"), [(10.0, 1e4, 4), (0.1, 1e6, 8)])
def test_a_unit_that_gives_no_number_has_not_died(rate, gain, depth):
    """Off where nothing is a number; dead are those that were off when last there was one."""
    wild = learner(optimizer="gradient_descent", rate=rate, gain=gain, depth=depth)
    gone = only(replace(SMALL, learners=(wild,)))
    assert gone.diverged is not None
    assert (gone.frames.on[-1] <= 0).any()
    finite = np.flatnonzero(np.isfinite(gone.frames.loss).all(1))
    dead = gone.frames.on[finite[-1]] <= 0 if finite.size else np.zeros(gone.died.shape, bool)
    np.testing.assert_array_equal(gone.died >= 0, dead)
    assert np.isnan(gone.frames.accuracy[-1]).all(), "no number is no answer"


def test_what_comes_behind_the_end_of_a_run_is_not_of_it():
    """Early stopping ends a run in the chunk in which it would have diverged."""
    wild = learner(optimizer="gradient_descent", rate=10.0, activation="identity")
    free, kept = (only(Training(num_steps=60, patience=patience, learners=(wild,))) for patience in (0, 1))
    assert free.diverged is not None
    assert kept.stopped is not None
    assert kept.stopped < free.diverged
    assert (kept.diverged, kept.went_first) == (None, "")


def test_steps_done_are_those_of_the_runs():
    wild = learner(optimizer="gradient_descent", rate=10.0, activation="identity")
    gone = run(Training(num_steps=100, learners=(wild, wild)))
    assert gone.runs[0].diverged is not None
    assert gone.done == gone.runs[0].diverged < 100
