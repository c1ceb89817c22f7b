"""What is said of a result is found once, and anew for another result."""

from dataclasses import replace

from experiments.once import once
from experiments.race import Race, run
from experiments.run import Run
from experiments.verdict import headline, labels


def test_it_is_found_once_for_each_result_and_not_handed_on_to_others():
    asked = []

    @once
    def said(result) -> int:
        """Says something."""
        asked.append(result)
        return len(asked)

    one = run(Race(runs=(Run("adam"),), num_steps=10))
    assert [said(one), said(one), said(replace(one)), said(one)] == [1, 1, 2, 1]
    assert said.__doc__ == "Says something."


def test_a_result_with_other_runs_has_other_words():
    one = run(Race(runs=(Run("adam"), Run("momentum")), num_steps=10))
    both, sentence = labels(one), headline(one)
    fewer = replace(one, descents=one.descents[:1], trajectories=one.trajectories[:1], gap=one.gap[:1],
                    distance=one.distance[:1], outcomes=one.outcomes[:1])  # fmt: skip
    assert (labels(fewer), labels(one)) == (both[:1], both)
    assert headline(fewer) != sentence
