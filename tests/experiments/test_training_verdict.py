"""The sentences of a training say what the numbers say: here the numbers are typed in, and nothing is trained."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from experiments.run import Run
from experiments.training import Learned, Learner, Training, TrainingResult, resolve, stop_early
from experiments.training_labels import labels
from experiments.training_verdict import dead_units, headline, same_start, subline
from experiments.words import percent
from landscapes.networks.observation import Frame
from optimizers import Trajectory

MOONS = Training(num_steps=20)


def learner(optimizer: str = "adam", network: str = "mlp", rate: float | None = None, batch: int = 32, **settings: Any):
    rates = (("learning_rate", rate),) if rate is not None else ()
    return Learner(Run(optimizer, rates), network, tuple(settings.items()), batch)


def learned(one: Learner, accuracy: Any = 0.75, *, training: Training = MOONS, train: float = 0.9, loss: Any = 0.5,
            on: Any = None, gone: int | None = None, first: str = "", patience: int = 0) -> Learned:  # fmt: skip
    """A run of three looks, at steps 0, 10 and 20, that says this of what was held back, at the last or at each."""
    net = training.loss_of(one)
    valid, lost = (np.broadcast_to(np.asarray(given, float), 3) for given in (accuracy, loss))
    at, none = np.array([0, 10, 20]), np.zeros(0)
    on = np.ones((len(net.layer_names), net.exact.unit_count)) if on is None else on
    losses, right = np.stack([np.full(3, 0.25), lost], 1), np.stack([np.full(3, train), valid], 1)
    seen: list[Any] = [losses, right, None, np.broadcast_to(on, (3, *on.shape)), none, none, none]
    frames = Frame(*seen)
    stopped, best = stop_early(losses[:, 1], at, patience)
    steps = Trajectory(none, np.zeros(21), none, gone, 1, None)
    return Learned(one, net, resolve(one), steps, at, frames, [none], stopped, best, first)  # fmt: skip


def result(*runs: Learned, training: Training = MOONS) -> TrainingResult:
    return TrainingResult(replace(training, learners=tuple(run.learner for run in runs)), runs)


def test_before_anything_is_known():
    assert headline(TrainingResult(replace(MOONS, learners=()), ())) == "No run yet: the data are set."
    assert headline(TrainingResult(MOONS, ())) == "Training begins."
    assert subline(TrainingResult(MOONS, ())) == ""


def test_one_run_is_told_by_what_it_gets_right():
    said = headline(result(learned(learner(), 0.984, train=0.992)))
    assert said == "After 20 steps the net is right on 98 % of unseen points, and on 99 % of those it trained on."


@pytest.mark.parametrize(
    ("dataset", "network", "things"),
    [("digits", "cnn", "images"), ("parity", "lstm", "sequences"), ("characters", "transformer", "characters")],
)
def test_what_is_counted_has_its_name(dataset, network, things):
    training = replace(MOONS, dataset=dataset)
    run = learned(learner(network=network), 0.5, training=training)
    assert f"of unseen {things}" in headline(result(run, training=training))


@pytest.mark.parametrize(("count", "words"), [(1, "1 of its 64 units is dead"), (3, "3 of its 64 units are dead")])
def test_dead_units_are_counted(count, words):
    on = np.ones((5, 16))
    on[2, :count] = 0
    run = learned(learner(), 0.98, on=on)
    assert dead_units(run) == count
    assert headline(result(run)) == f"After 20 steps the net is right on 98 % of unseen points; {words}."
    assert "a dead unit has slope zero for every training example" in subline(result(run))


def test_the_living_are_not_mentioned():
    said = result(learned(learner(), 0.98))
    assert "dead" not in headline(said) + subline(said)


def test_units_that_come_back_are_not_dead():
    run = learned(learner(), 0.98)
    on = run.frames.on.copy()
    on[0, 1, 4] = on[1, 1, 4] = on[1:, 2, 7] = 0
    assert dead_units(replace(run, frames=run.frames._replace(on=on))) == 1


@pytest.mark.parametrize("network", ["softmax_regression", "lstm"])
def test_gates_and_linear_maps_have_no_units_to_die(network):
    training = replace(MOONS, dataset="parity" if network == "lstm" else "moons")
    run = learned(learner(network=network), 0.5, training=training)
    run = replace(run, frames=run.frames._replace(on=0 * run.frames.on))
    assert "dead" not in headline(result(run, training=training)) + subline(result(run, training=training))


def test_a_regression_is_told_by_its_loss():
    sine = replace(MOONS, dataset="noisy_sine")
    run = learned(learner(), np.nan, training=sine, train=np.nan, loss=0.0325)
    run = replace(run, frames=run.frames._replace(loss=np.array([[1.0, 1.0], [0.1, 0.1], [0.025, 0.0325]])))
    said = headline(result(run, training=sine))
    assert said == "After 20 steps the loss on unseen points is 0.0325, 1.3 times that on training points."


def test_a_regression_without_training_loss_is_said():
    sine = replace(MOONS, dataset="noisy_sine")
    run = learned(learner(), np.nan, training=sine, train=np.nan)
    run = replace(run, frames=run.frames._replace(loss=np.array([[1.0, 1.0], [0.1, 0.1], [0.0, 0.5]])))
    assert headline(result(run, training=sine)).endswith("is 0.5, with none left in training.")


def test_early_stopping_says_where_it_stopped_and_where_it_went_back_to():
    run = learned(learner(), [0.5, 0.9, 0.7], loss=[1.0, 0.4, 0.6], patience=1)
    said = headline(result(run))
    assert said.startswith("Stopped at step 20, best at 10: the net is right on 90 % of unseen points")


def test_patience_that_is_not_used_up_shows_the_best_look():
    run = learned(learner(), [0.5, 0.9, 0.7], loss=[1.0, 0.4, 0.6], patience=5)
    assert headline(result(run)).startswith("After 20 steps, best at 10: the net is right on 90 %")
    assert subline(result(run)).endswith("; best is the lowest loss on unseen points.")


def test_several_runs_are_ranked():
    runs = learned(learner("adam"), 0.9), learned(learner("momentum"), 0.97), learned(learner("gradient_descent"), 0.6)
    assert headline(result(*runs)) == (
        "After 20 steps momentum is right on 97 % of unseen points; Adam on 90 %; gradient descent on 60 %."
    )


def test_runs_that_whole_percents_do_not_tell_apart_get_a_decimal():
    runs = learned(learner("adam"), 0.9713), learned(learner("momentum"), 0.9738)
    assert headline(result(*runs)) == "After 20 steps momentum is right on 97.4 % of unseen points; Adam on 97.1 %."


def test_several_regressions_are_ranked_by_their_loss():
    sine = replace(MOONS, dataset="noisy_sine")
    runs = [learned(learner(name), np.nan, training=sine, train=np.nan, loss=loss)
            for name, loss in (("adam", 0.3), ("momentum", 0.125))]  # fmt: skip
    assert headline(result(*runs, training=sine)) == (
        "After 20 steps momentum has a loss of 0.125 on unseen points; Adam at 0.3."
    )


def test_divergence_of_one_run_is_said_behind_the_others():
    gone = learned(learner("gradient_descent", rate=10.0), np.nan, gone=7, first="layer 2")
    said = headline(result(learned(learner("adam"), 0.9), gone))
    assert said == (
        "After 20 steps Adam is right on 90 % of unseen points; gradient descent diverged at step 7, first in layer 2."
    )


def test_divergence_of_all_runs_is_the_headline():
    one = learned(learner("adam"), np.nan, gone=7, first="the weights of layer 2")
    assert headline(result(one)) == "The net diverged at step 7, first in the weights of layer 2."
    other = learned(learner("momentum"), np.nan, gone=3)
    assert headline(result(one, other)) == (
        "Both runs diverged: Adam at step 7, first in the weights of layer 2; momentum at step 3."
    )
    assert headline(result(other)) == "The net diverged at step 3."


SHARES = [(0.0, "0 %"), (0.125, "12 %"), (0.984, "98 %"), (0.9949, "99 %"), (0.996, "99.6 %"), (0.9999, "99.99 %"),
          (1 - 1e-9, "99.9999999 %"), (1.0, "100 %"), (0.001, "0.1 %"), (0.0049, "0.5 %"),
          (1e-6, "0.0001 %")]  # fmt: skip


@pytest.mark.parametrize(("share", "said"), SHARES)
def test_all_means_all(share, said):
    assert percent(share) == said


@pytest.mark.parametrize("wrong", [1, 2, 5, 20])
@pytest.mark.parametrize("count", [100, 500, 1797, 100_000])
def test_percents_are_within_half_of_what_they_round(wrong, count):
    share = (count - wrong) / count
    assert percent(share) != "100 %"
    assert abs(float(percent(share).removesuffix(" %")) - 100 * share) <= 0.5


APART = [
    ([learner("adam"), learner("momentum")], ["Adam", "Momentum"]),
    ([learner(), learner(network="residual_mlp")], ["Dense", "Dense residual"]),
    ([learner(rate=0.1), learner(rate=0.01)], ["Rate 0.1", "Rate 0.01"]),
    ([learner(activation="relu"), learner(activation="tanh")], ["ReLU", "Tanh"]),
    ([learner(depth=2), learner(depth=20)], ["Depth 2", "Depth 20"]),
    ([learner(batch=1), learner(batch=0)], ["Batch 1", "Batch 250"]),
    ([learner(residual=True), learner(residual=False)], ["Skips", "No skips"]),
    ([learner(gain=0.5), learner(gain=2.0)], ["Gain 0.5", "Gain 2"]),
    ([learner("adam"), learner("momentum", depth=9)], ["Adam", "Momentum"]),
    ([learner("adam"), learner("adam", depth=9), learner("momentum")],
     ["Adam, depth 4", "Adam, depth 9", "Momentum"]),
    ([learner("adam"), learner("adam"), learner("momentum")], ["Adam, run 1", "Adam, run 2", "Momentum"]),
    ([learner(rate=0.1234), learner(rate=0.12341)], ["Rate 0.1234", "Rate 0.12341"]),
    ([learner(rate=1e-5), learner(rate=2.5e-6)], ["Rate 1.0×10⁻⁵", "Rate 2.5×10⁻⁶"]),
    ([Learner(Run("adam")), Learner(Run("adam", clip_norm=1.0))], ["Not clipped", "Clipped at 1"]),
    ([Learner(Run("adam", (("b1", 0.5),))), Learner(Run("adam"))], ["β₁ 0.5", "β₁ 0.9"]),
    ([Learner(Run("adam", l2=0.1)), Learner(Run("adam", weight_decay=0.1)), Learner(Run("adam"))],
     ["L2 0.1", "No L2, decoupled decay 0.1", "No L2, no decoupled decay"]),
    ([Learner(Run("adam", (), "step", (("drop", 0.5),))), Learner(Run("adam", (), "step"))], ["Drop 0.5", "Drop 0.1"]),
    ([learner("adam"), learner("momentum"), learner("momentum", batch=1), learner("momentum", activation="tanh")],
     ["Adam", "Momentum, ReLU, batch 32", "Momentum, ReLU, batch 1", "Momentum, Tanh"]),
]  # fmt: skip


def first_words(runs: list[Learner]) -> list[str]:
    return labels([learned(one) for one in runs])


@pytest.mark.parametrize(("runs", "expected"), APART, ids=[str(i) for i in range(len(APART))])
def test_a_label_is_what_tells_runs_apart(runs, expected):
    assert first_words(runs) == expected


def test_a_run_alone_has_its_optimizers_name():
    assert first_words([learner("gradient_descent", depth=9)]) == ["Gradient descent"]
    assert first_words([learner(), learner()]) == ["Adam, run 1", "Adam, run 2"]


@pytest.mark.parametrize(
    "setting",
    [{"width": 9}, {"dropout": 0.2}, {"temperature": 2.0}, {"initializer": "zeros"}, {"normalization": "layer"},
     {"loss": "brier"}],
)  # fmt: skip
def test_whatever_differs_tells_apart(setting):
    names = first_words([learner(), learner(**setting)])
    assert len(set(names)) == 2
    assert next(iter(setting)) in names[1].lower()


def test_decays_and_schedules_tell_apart():
    plain = Run("adam")
    others = [replace(plain, l2=0.1), replace(plain, weight_decay=0.1), replace(plain, schedule="cosine")]
    for other in others:
        assert len(set(first_words([Learner(plain), Learner(other)]))) == 2


CONDITIONS = [
    ([learner("adam"), learner("momentum")], "same start and same batches for all"),
    ([learner(batch=8), learner(batch=64)], "same start for all; batches differ in size"),
    ([learner(depth=2), learner(depth=3)], "same batches for all; starts differ, as the networks do"),
    ([learner(gain=1.0), learner(gain=2.0)], "same batches for all; starts differ, as the networks do"),
    ([learner(activation="relu"), learner(activation="tanh")], "same start and same batches for all"),
    ([learner(depth=2), learner(depth=3, batch=8)], "starts differ, as the networks do, and batches in size"),
]


@pytest.mark.parametrize(("runs", "said"), CONDITIONS, ids=[str(i) for i in range(len(CONDITIONS))])
def test_whether_the_comparison_is_fair_is_said(runs, said):
    seen = [learned(one) for one in runs]
    assert subline(result(*seen)) == f"250 training points, 250 unseen; {said[0].lower()}{said[1:]}."
    one, other = seen
    starts = [run.loss.unflatten(run.loss.start()) for run in seen]
    parts = [{(layer, part): array for layer in start for part, array in start[layer].items()} for start in starts]
    alike = parts[0].keys() == parts[1].keys() and all(np.array_equal(parts[0][at], parts[1][at]) for at in parts[0])
    assert same_start(one, other) == alike == ("same start" in said)


def test_the_conditions_of_one_run():
    parameters = 2 * 16 + 16 + 3 * (16 * 16 + 16) + 16 * 2 + 2
    assert subline(result(learned(learner()))) == (
        f"250 training points, 250 unseen; {parameters} parameters, 32 examples a step."
    )
    assert subline(result(learned(learner(batch=0)))).endswith(f"{parameters} parameters, all examples a step.")
    wide = 2 * 64 + 64 + 3 * (64 * 64 + 64) + 64 * 2 + 2
    assert f"; {wide:,} parameters" in subline(result(learned(learner(width=64))))


def test_batch_statistics_are_said_where_a_batch_is_larger_than_a_tile():
    run = learned(learner(normalization="batch", batch=0))
    tile = run.loss.architecture.tile
    assert tile < 250
    said = f"batch statistics are of at most {tile} examples in training, of all in these figures"
    assert said in subline(result(run))
    assert "statistics" not in subline(result(learned(learner(normalization="batch", batch=tile))))


def test_the_look_that_counts_of_a_diverged_run_is_finite():
    run = learned(learner(), 0.9, loss=[1.0, 0.4, math.nan], gone=12)
    broken = np.array([[0.3, 1.0], [0.2, 0.4], [math.nan, math.nan]])
    assert replace(run, frames=run.frames._replace(loss=broken)).last == 1
