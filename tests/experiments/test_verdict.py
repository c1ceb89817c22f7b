"""The headline is a result, and says what the numbers say."""

from dataclasses import replace

from experiments.race import Race, Run, run
from experiments.verdict import headline, subline

HILL = Race(surface="himmelblau", num_steps=500)


def rated(name: str, rate: float) -> Run:
    return Run(name, (("learning_rate", rate),))


def test_the_winner_and_the_second_are_named_with_their_steps():
    result = run(replace(HILL, runs=(rated("gradient_descent", 0.005), rated("momentum", 0.001))))
    first, second = sorted(zip([o.arrived for o in result.outcomes], ("gradient descent", "momentum"), strict=True))
    sentence = headline(result)
    assert sentence.lower().startswith(f"{first[1]} reaches 0.001 at step {first[0]} and stays")
    assert f"before {second[1]} at {second[0]}" in sentence


def test_who_has_not_arrived_is_said():
    result = run(replace(HILL, runs=(rated("gradient_descent", 0.005), rated("adam", 1e-5))))
    assert headline(result).endswith("Adam has not, after 500.")


def test_nobody_arrives():
    result = run(replace(HILL, runs=(rated("adam", 1e-5),)))
    assert headline(result).startswith("Adam does not reach 0.001 in 500 steps; it ends")


def test_divergence_is_a_result():
    result = run(replace(HILL, runs=(rated("gradient_descent", 0.005), rated("nesterov", 1.0))))
    step = result.trajectories[1].diverged_at
    assert step is not None
    assert f"Nesterov, at rate 1, diverged at step {step}" in headline(result)
    assert "diverged" not in subline(result), "what the headline says is not said twice"
    crowd = run(replace(HILL, runs=(rated("gradient_descent", 0.005), rated("adam", 1e-5), rated("nesterov", 1.0))))
    assert f"Nesterov, at rate 1, diverged at step {step}" in subline(crowd)


def test_all_diverge():
    alone = run(replace(HILL, runs=(rated("momentum", 5.0),)))
    assert headline(alone) == f"Momentum, at rate 5, diverged at step {alone.outcomes[0].diverged}."
    both = run(replace(HILL, runs=(rated("momentum", 5.0), rated("nesterov", 5.0))))
    assert headline(both).startswith("Every run diverged; ")


def test_no_runs():
    assert "No run yet" in headline(run(replace(HILL, runs=())))


def test_without_a_minimum_the_first_to_leave_is_named():
    race = Race(surface="saddle", runs=(rated("gradient_descent", 0.1), rated("adam", 1e-6)), start=(1.0, 0.01))
    sentence = headline(run(race))
    assert sentence.startswith("Gradient descent leaves the picture first, at step ")
    assert sentence.endswith("one stays.")


def test_the_conditions_are_said():
    said = subline(run(replace(HILL, noise=0.5, seed=7)))
    assert "(−0.2, −1.4)" in said
    assert "500 steps" in said
    assert "noise 0.5" in said
    assert "seed 7" in said
    assert "each learning rate is the soonest of 33 to arrive" in said


def test_only_what_was_tuned_is_called_tuned():
    said = subline(run(replace(HILL, runs=(Run("adam"), Run("newton"), Run("random_walk")))))
    assert "the learning rate of Adam is the soonest of 33 to arrive" in said


def test_settling_in_several_wells_is_counted():
    said = subline(run(replace(HILL, runs=(rated("gradient_descent", 0.005),))))
    assert "one run settles in one of the four minima" in said
