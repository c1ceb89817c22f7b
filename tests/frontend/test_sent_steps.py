"""Which steps are sent: never more than there is room for, and always those that a sentence or a link names."""

import numpy as np
import pytest

from experiments.run import Run
from experiments.training import Learner, Training, run
from experiments.view import View
from frontend.sent_steps import sent_steps, stops
from frontend.training_view import training_tree


@pytest.mark.parametrize("seed", range(200))
def test_any_choice_holds_the_ends_the_beginning_and_the_marks(seed):
    rng = np.random.default_rng(seed)
    num_steps, most = int(10 ** rng.uniform(0, 4.5)), int(rng.choice([251, 301, 1001]))
    marks = [None, num_steps + 1, *rng.integers(0, num_steps + 1, int(rng.integers(0, most // 14))).tolist()]
    steps = sent_steps(num_steps, most, marks)
    assert len(steps) <= most
    assert (np.diff(steps) > 0).all()
    assert steps[0] == 0
    assert steps[-1] == num_steps
    assert steps.dtype == np.int32
    known = set(steps.tolist())
    for mark in marks[2:]:
        assert {mark, max(0, mark - 1)} <= known, "where it happens, and the step before"
    assert known >= set(range(min(num_steps, most // 5)))
    assert np.diff(steps).max(initial=0) <= 1.6 * num_steps / most + 1, "no hole is much wider than of even steps"
    assert known >= set(sent_steps(num_steps, most).tolist()), "a mark moves no other step"
    if num_steps < most:
        assert stops(steps) is None
        np.testing.assert_array_equal(steps, np.arange(num_steps + 1))
    else:
        np.testing.assert_array_equal(stops(steps), steps)


@pytest.mark.parametrize(("num_steps", "patience"), [(97, 0), (1310, 0), (1310, 3)])
def test_every_row_of_a_training_is_of_the_step_that_it_says(num_steps, patience):
    ways = (Run("adam"), Run("gradient_descent", (("learning_rate", 1e4),)), Run("momentum"))
    learners = tuple(Learner(way, settings=(("depth", 2), ("width", 8))) for way in ways)
    result = run(Training(learners=learners, num_steps=num_steps, patience=patience))
    tree = training_tree(result, 1, 0, (), view=View(at=31), state="over")
    rows, looks = sent_steps(num_steps, 1001), tree["steps"]["train"]
    given = np.arange(num_steps + 1) if tree["clock"]["stops"] is None else tree["clock"]["stops"]
    assert {31, *rows} <= set(given.tolist())
    assert result.runs[1].trajectory.diverged_at is not None
    for i, one in enumerate(result.runs):
        end = one.steps if one.trajectory.diverged_at is None else one.trajectory.diverged_at
        assert end in given
        for step, sent in zip(given, tree["series"]["batch"][i], strict=True):
            np.testing.assert_equal(sent, one.trajectory.loss[step] if step <= one.steps else np.nan)
        for half, name in enumerate(("train", "valid")):
            for step, sent in zip(looks[i], tree["series"][name][i], strict=True):
                known = one.at.tolist().index(step) if step <= end else None
                np.testing.assert_equal(sent, np.nan if known is None else one.frames.loss[known, half])
    shown = {panel["id"]: panel for panel in tree["panels"]}
    for panel, name in (("histogram", "counts"), ("backward", "flow"), ("field", "probs"), ("sample", "probs")):
        np.testing.assert_array_equal(shown[panel]["steps"], result.runs[1].at)
        assert len(shown[panel][name]) == len(result.runs[1].at)
