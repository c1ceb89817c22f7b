"""Which steps are sent: never more than there is room for, and always those that a sentence or a link names."""

import numpy as np
import pytest

from frontend.sent_steps import sent_steps, stops


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
