"""The sentences of the gradients room say what the numbers say: here most numbers are typed in."""

import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from experiments.dying import Dying
from experiments.flow import Curve, Flow, Measured, TimeCurve, TimeFlow
from experiments.gradients import Gradients, matter, matter_words, trained_curves
from experiments.gradients_link import from_link
from experiments.gradients_verdict import headline, subline, underflow
from experiments.gradients_words import cell_labels, curve_labels, times
from experiments.run import Run
from experiments.training import Learned, Learner, Training, TrainingResult, run

NAMES = ("sigmoid", "relu", "tanh")


def page(*curves: Curve, mode: str = "layers", **given: Any) -> Gradients:
    return Gradients(mode, flow=Flow(curves or tuple(Curve(name) for name in NAMES)), **given)


def measured(factor: float, *, exploded: int | None = None, steps: int = 20) -> Measured:
    """Ten seeds whose gradient shrinks by the same factor at each layer."""
    sizes = np.tile(factor ** np.arange(steps + 1.0), (10, 1))
    return Measured(sizes, None, factor if exploded is None else math.nan, None, exploded)


def gone(layer: int) -> Measured:
    return measured(math.nan, exploded=layer)


SAID = [
    ([0.2, 1.0, 0.9],
     "Sigmoid keeps 0.2 of the gradient per layer on average: after 20 layers 10⁻¹⁴ is left. "
     "ReLU keeps it, 1 is left."),
    ([0.9, 1.2, 0.5],
     "Tanh keeps 0.5 of the gradient per layer on average: after 20 layers 9.5×10⁻⁷ is left. "
     "ReLU multiplies it by 38.3 in all."),
    ([0.97, 1.05, 1.02],
     "After 20 layers 0.544 is left: Sigmoid keeps its gradient. ReLU multiplies it by 2.65 in all."),
    ([0.97, 1.03, 0.98], "No gradient vanishes or explodes: after 20 layers 0.544 to 1.81 is left."),
    ([0.9, 1.5, 0.99],
     "Sigmoid keeps 0.9 of the gradient per layer on average: after 20 layers 0.122 is left. "
     "ReLU multiplies it by 3.3×10³ in all; Tanh keeps it, 0.818 is left."),
    ([1.0, 1.0, 1.01], "No gradient vanishes or explodes: after 20 layers 1 to 1.22 is left."),
    ([1.5, 2.0, 1.2],
     "ReLU multiplies the gradient by 2 per layer on average: after 20 layers it is 10⁶ times as large."),
    ([0.0, 1.0, 0.5],
     "Sigmoid lets nothing through: after 20 layers no gradient is left. ReLU keeps it, 1 is left."),
    ([None, 1.0, 0.5],
     "Tanh keeps 0.5 of the gradient per layer on average: after 20 layers 9.5×10⁻⁷ is left. "
     "ReLU keeps it, 1 is left. Sigmoid explodes: its signal leaves float32 at layer 7."),
    ([None, None, None], "Every network explodes: the first signal leaves float32 at layer 7."),
    ([None], "Sigmoid explodes: its signal leaves float32 at layer 7."),
    ([0.5], "Sigmoid keeps 0.5 of the gradient per layer on average: after 20 layers 9.5×10⁻⁷ is left."),
    ([1.0], "After 20 layers 1 is left: Sigmoid keeps its gradient."),
    ([], "The first network is being measured."),
]  # fmt: skip


@pytest.mark.parametrize(("factors", "said"), SAID, ids=[str(i) for i in range(len(SAID))])
def test_who_loses_the_gradient(factors, said):
    assert headline(page(), [gone(7) if each is None else measured(each) for each in factors]) == said


def test_through_time_steps_are_counted():
    cells = Gradients("time", time=TimeFlow((TimeCurve(scale=0.9), TimeCurve("gru")), steps=30))
    said = headline(cells, [measured(0.9, steps=30), measured(1.0, steps=30)])
    assert said == (
        "RNN, ρ 0.9 keeps 0.9 of the gradient per step on average: after 30 steps 0.0424 is left. "
        "GRU, bias 1 keeps it, 1 is left."
    )
    assert "30" not in subline(cells, [])
    assert "10 seeds" in subline(cells, [])


def test_through_time_what_explodes_is_told_by_steps():
    cells = Gradients("time", time=TimeFlow(tuple(TimeCurve(scale=scale) for scale in (0.9, 1.0, 1.5))))
    assert "layer" not in headline(cells, [gone(7)] * 3)
    assert "explodes: its signal leaves float32 at step 7" in headline(cells, [measured(0.9), gone(7), measured(1.5)])


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (0.123456, "0.123"), (1e-7, "10⁻⁷"), (1.4e-45, "1.4×10⁻⁴⁵"), (2.5e12, "2.5×10¹²"), (0.0, "0"),
     (math.inf, "beyond float32"), (math.nan, "beyond float32")],
)  # fmt: skip
def test_factors_are_written_as_people_do(value, text):
    assert times(value) == text


def test_labels_of_twins_say_what_differs():
    assert curve_labels([Curve("tanh"), Curve("relu", 2.0)]) == ["Tanh", "ReLU"]
    assert curve_labels([Curve("tanh"), Curve("tanh", 1.6)]) == ["Tanh, σw 1", "Tanh, σw 1.6"]
    assert curve_labels([Curve("relu"), Curve("relu", normalization="batch")]) == ["ReLU, no norm", "ReLU, batch norm"]
    skips = [Curve("relu", skip=skip) for skip in ("none", "plain", "scaled")]
    assert curve_labels(skips) == ["ReLU, no skips", "ReLU, skips", "ReLU, skips / √L"]
    assert curve_labels([Curve()] * 3) == ["Tanh", "Tanh (2)", "Tanh (3)"]
    assert cell_labels([TimeCurve(scale=0.9), TimeCurve("lstm"), TimeCurve("lstm", scale=2.0)]) == [
        "RNN, ρ 0.9", "LSTM, bias 1", "LSTM, ρ 2, bias 1",
    ]  # fmt: skip
    assert cell_labels([TimeCurve(), TimeCurve(activation="relu")]) == ["RNN tanh, ρ 1", "RNN relu, ρ 1"]


@pytest.mark.parametrize("field", [{"bias": 1.0}, {"weights": "orthogonal"}, {"weight": 1.0004}, {"slope": 0.2}])
def test_twins_are_never_called_the_same(field):
    kind = "prelu" if "slope" in field else "tanh"
    labels = curve_labels([Curve(kind), replace(Curve(kind), **field)])
    assert len(set(labels)) == 2


@pytest.mark.parametrize("field", [{"input": 0.5}, {"gate": 3.0}])
def test_cells_say_what_differs(field):
    assert "(2)" not in cell_labels([TimeCurve("lstm"), TimeCurve("lstm", **field)])[1]


def test_a_default_slope_has_its_number():
    assert curve_labels([Curve("prelu"), Curve("prelu", slope=0.5)])[0] == "PReLU, slope 0.25"


def test_conditions_name_width_seeds_and_theory():
    said = subline(replace(page(), flow=Flow(width=200, seeds=20)), [measured(0.9)])
    assert "200 units; median of 20 seeds" in said
    assert "mean-field theory, for infinite width and before training" in said
    assert "loat32" not in said


def test_underflow_is_said_with_its_layer():
    assert underflow([measured(1.0)]) == ""
    assert underflow([]) == ""
    deep = measured(0.1, steps=60)
    assert underflow([measured(1.0), deep]) == (
        "Float32 would hold zeros from 45 layers back on (underflow below 1.4×10⁻⁴⁵)."
    )
    assert underflow([deep]) in subline(page(), [deep])
    assert underflow([measured(0.1, steps=40)]) == "Float32 would lose precision from 38 layers back on."
    assert underflow([measured(0.0)]) == "", "what is exactly zero was not lost by float32"


@cache
def trained(depth: int, rule: str = "adam") -> tuple[Gradients, TrainingResult]:
    shown = Gradients(flow=Flow((Curve("sigmoid"), Curve("tanh")), depth=depth), matter=True, rule=rule)
    return shown, run(replace(matter(shown), num_steps=150))


def test_whether_it_matters_is_read_off_the_accuracies():
    shown, result = trained(20)
    sigmoid, tanh = (100 * float(each.frames.accuracy[-1, 1]) for each in result.runs)
    assert sigmoid < 30 < 60 < tanh, "nothing reaches the first layers of the sigmoid net"
    said = headline(shown, [], result)
    step = result.runs[0].at[-1]
    assert step == result.runs[1].at[-1]
    assert said == (
        f"After {step} steps Tanh is right on {tanh:.1f} % of unseen digits, Sigmoid on {sigmoid:.1f} %: it matters."
    )
    assert "at its usual rate 0.003, tuned for none of them, from one seed, 32 examples a step" in subline(shown, [])


def test_one_network_has_none_to_be_compared_with():
    shown, result = trained(20)
    alone = replace(shown, flow=replace(shown.flow, curves=shown.flow.curves[:1]))
    one = TrainingResult(result.training, result.runs[:1])
    assert headline(alone, [], one).startswith(f"After {one.runs[0].at[-1]} steps Sigmoid is right on ")
    assert "matter" not in headline(alone, [], one)
    assert headline(shown, [], TrainingResult(result.training, ())) == (
        "Does it matter? The networks are trained on digits."
    )


def test_small_differences_do_not_matter():
    shown, result = trained(20)
    twins = replace(shown, flow=replace(shown.flow, curves=(Curve("tanh"), Curve("tanh"))))
    same = TrainingResult(result.training, (result.runs[1], result.runs[1]))
    assert "Tanh and Tanh (2) are right on" in headline(twins, [], same)
    assert headline(twins, [], same).endswith(": here it does not matter.")


def learned(result: TrainingResult, accuracy: float, gone: int | None = None) -> Learned:
    """A run of the result whose share of right answers is set, or that diverged."""
    run = result.runs[1]
    frames = run.frames._replace(accuracy=np.full_like(run.frames.accuracy, accuracy))
    return replace(run, frames=frames, trajectory=replace(run.trajectory, diverged_at=gone))


@pytest.mark.parametrize(
    ("shares", "said"),
    [((0.9, 0.8), "it matters"), ((0.9, 0.89), "here it does not matter"), ((0.9, 0.85), "too close to call"),
     ((0.5, 0.44), "too close to call"), ((1.0, 0.94), "too close to call"), ((1.0, 0.93), "it matters")],
)  # fmt: skip
def test_errors_of_shares_are_allowed_for(shares, said):
    shown, result = trained(20)
    runs = tuple(learned(result, share) for share in reversed(shares))
    unseen = len(runs[0].loss.examples.valid_inputs)
    error = 2 * math.sqrt(sum(p * (1 - p) for p in shares) / unseen)
    gap = shares[0] - shares[1]
    assert (said == "it matters") == (gap - error > 0.05)
    assert (said == "here it does not matter") == (gap + error < 0.05)
    assert headline(shown, [], TrainingResult(result.training, runs)).endswith(f": {said}.")


def test_what_diverged_has_no_share_of_right_answers():
    shown, result = trained(20)
    one = TrainingResult(result.training, (learned(result, 0.104, 3), learned(result, 0.9)))
    assert headline(shown, [], one).endswith(
        "Tanh is right on 90.0 % of unseen digits; Sigmoid diverged at step 3: it matters."
    )
    both = TrainingResult(result.training, (learned(result, 0.104, 3), learned(result, 0.1, 2)))
    assert headline(shown, [], both) == "Every network diverged, the first at step 2."
    alone = TrainingResult(result.training, (learned(result, 0.1, 2),))
    assert headline(shown, [], alone) == "Sigmoid diverged at step 2."


def test_a_net_that_diverges_is_not_counted_as_dead_or_alive():
    """Rate 10: all three leave the finite numbers; the last finite look decides, and NaN is no death."""
    shown = Gradients("dying", dying=Dying(rate=10.0, depth=3, steps=60, seed=1))
    result = run(shown.dying.training())
    assert all(each.trajectory.diverged_at is not None for each in result.runs)
    parts = []
    for each, title in zip(result.runs, ("ReLU", "Leaky ReLU", "PReLU"), strict=True):
        look = int(np.flatnonzero(np.isfinite(each.frames.loss[:, 0]))[-1])
        dead = int((each.frames.on[look, :3, :16] == 0).sum())
        assert (each.died[:3, :16] >= 0).sum() == dead
        step = each.trajectory.diverged_at
        parts.append(f"{title} diverged at step {step}, with {dead} of 48 units dead at step {each.at[look]}")
    assert headline(shown, [], result) == f"At rate 10 {parts[0]}. {parts[1]}; {parts[2]}."


def test_a_learned_slope_keeps_a_unit_alive():
    """PReLU from slope 0: what is off at the start has a slope as soon as it is learned."""
    settings = (("depth", 2), ("width", 8), ("activation", "prelu"), ("slope", 0.0))
    net = Learner(Run("gradient_descent", (("learning_rate", 0.1),)), "mlp", settings, 0)
    one = run(Training(learners=(net,), num_steps=60)).runs[0]
    slopes = [one.loss.unflatten(one.params[-1])[name]["slope"] for name in ("layer 1", "layer 2")]
    assert (np.abs(slopes) > 1e-3).all()
    np.testing.assert_allclose(one.frames.on[-1, :2, :8], 1, rtol=1e-6, err_msg="no example is without a slope")
    assert (one.frames.on[0, :2, :8] < 1).any()


def test_what_training_leaves_out_is_said():
    curves = tuple(Curve(name, skip="scaled") for name in ("relu", "tanh", "sigmoid", "gelu", "selu"))
    shown = Gradients(flow=Flow(curves, depth=100, width=200), matter=True, opened=4)
    assert trained_curves(shown) == (0, 1, 2, 4), "the open one and the first others"
    said = " ".join(matter_words(shown))
    for words in (": 1 is left out", "depth 100 are trained with 64", "width 200 are trained with 64", "1/√L"):
        assert words in said
    assert said in subline(shown, [])
    assert matter_words(Gradients(flow=Flow((Curve(),)))) == []


def test_what_is_trained_is_what_was_compared():
    curve = Curve("prelu", 1.3, 0.2, 0.1, "layer", "plain", "orthogonal")
    learner = matter(Gradients(flow=Flow((curve,), depth=7, width=30, seed=3), rule="momentum")).learners[0]
    assert dict(learner.settings) == {
        "depth": 7, "width": 30, "activation": "prelu", "initializer": "orthogonal", "gain": 1.3, "bias_std": 0.2,
        "normalization": "layer", "residual": True, "slope": 0.1,
    }  # fmt: skip
    assert learner.run.optimizer == "momentum"


def test_deaths_are_counted_from_the_start_and_on_the_way():
    shown = Gradients("dying", dying=Dying(rate=1.0, depth=3, steps=60, seed=1))
    assert headline(shown, [], TrainingResult(shown.dying.training(), ())) == (
        "Units die where their slope is zero for every example."
    )
    result = run(shown.dying.training())
    relu = result.runs[0]
    off = relu.frames.on[:, relu.unit_layers, : relu.units] <= 0
    dead = off[-1]
    assert headline(shown, [], result).startswith(
        f"After 60 steps at rate 1, {dead.sum()} of 48 ReLU units are dead: {(dead & off[0]).sum()} "
        f"{'was' if (dead & off[0]).sum() == 1 else 'were'} at the start already, "
        f"{(dead & ~off[0]).sum()} died on the way"
    )
    assert dead.sum() > 0
    assert headline(shown, [], result).endswith("Of Leaky ReLU none; of PReLU none.")
    assert "3 hidden layers of 16 units on moons" in subline(shown, [])


def test_old_links_open_the_same_cells():
    """What no link says of a gate is a bias of 1, as it was."""
    page, notices = from_link({"v": "1", "mode": "time", "t1": "lstm", "t2": "gru~scale~0.5", "t3": "lstm~gate~0"})
    assert page.time.curves == (TimeCurve("lstm", gate=1.0), TimeCurve("gru", 0.5, gate=1.0), TimeCurve("lstm", gate=0))
    assert not notices
