"""A training shows what the networks are: recomputed in NumPy, repeatable, stopped and named where it goes wrong."""

from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from experiments import training as room
from experiments.run import Run
from experiments.training import (
    FRAMES,
    Learned,
    Learner,
    Training,
    grid_of,
    look_every,
    probe_of,
    run,
    stop_early,
    train,
)
from landscapes import DATASETS, NetworkLoss
from optimizers import descend_all

SMALL = Training(dataset="blobs", size=120, num_steps=40, seed=3)


@pytest.fixture(scope="module", autouse=True)
def _ranks_promoted():
    with jax.numpy_rank_promotion("allow"):
        yield


def learner(network: str = "mlp", optimizer: str = "adam", rate: float | None = None, batch: int = 32,
            **settings: Any) -> Learner:  # fmt: skip
    rates = (("learning_rate", rate),) if rate is not None else ()
    return Learner(Run(optimizer, rates), network, tuple(settings.items()), batch)


def only(training: Training) -> Learned:
    return run(training).runs[0]


NUMPY = {
    "relu": lambda z: np.maximum(z, 0.0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "identity": lambda z: z,
}


def forward(loss: NetworkLoss, params: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Outputs of a dense network and the pre-activations of its hidden layers, in float64."""
    layers = loss.unflatten(params.astype(float))
    h, seen = x.astype(float), []
    for i, name in enumerate(loss.layer_names[:-1]):
        z = h @ layers[name]["weight"] + layers[name]["bias"]
        skip = h if loss.residual and i else 0.0
        h = NUMPY[str(loss.activation)](z) + skip
        seen.append(z)
    head = layers["output"]
    return h @ head["weight"][: h.shape[1]] + head["bias"], seen


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def losses(loss: NetworkLoss, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """One an example."""
    wanted = np.eye(loss.examples.num_classes)[targets] if targets.dtype == np.int32 else targets[:, None]
    probs = softmax(outputs / loss.temperature)
    if loss.loss == "cross_entropy":
        return -np.log(probs[np.arange(len(targets)), targets])
    return 0.5 * (((probs if loss.loss == "brier" else outputs) - wanted) ** 2).sum(1)


DENSE = [
    (SMALL, learner(activation="relu", bias_std=0.2)),
    (replace(SMALL, dataset="moons", validation=0.2), learner(activation="tanh", depth=1, width=7, temperature=2.0)),
    (replace(SMALL, dataset="spirals"), learner("residual_mlp", depth=3, activation="sigmoid", loss="brier")),
    (replace(SMALL, dataset="noisy_sine"), learner(depth=2, activation="tanh")),
    (SMALL, learner("softmax_regression", rate=0.1)),
    (replace(SMALL, dataset="xor"), learner(depth=13, width=20, loss="squared_error")),
]


@pytest.fixture(scope="module", params=range(len(DENSE)), ids=[str(i) for i in range(len(DENSE))])
def dense(request) -> Learned:
    description, one = DENSE[request.param]
    return only(replace(description, learners=(one,)))


def test_loss_and_accuracy_are_those_of_numpy(dense):
    data = dense.loss.examples
    for frame in (0, len(dense.at) // 2, -1):
        halves = ((data.train_inputs, data.train_targets), (data.valid_inputs, data.valid_targets))
        for half, (inputs, targets) in enumerate(halves):
            outputs = forward(dense.loss, dense.params[frame], inputs)[0]
            assert dense.frames.loss[frame, half] == pytest.approx(
                losses(dense.loss, outputs, targets).mean(), rel=2e-4
            )
            right = (outputs.argmax(1) == targets).mean() if data.num_classes > 1 else np.nan
            np.testing.assert_allclose(dense.frames.accuracy[frame, half], right, rtol=1e-6)


def test_outputs_are_those_of_all_examples_and_of_the_grid(dense):
    data, grid = dense.loss.examples, grid_of(dense.loss)
    assert grid is not None
    xs, ys = grid
    places = np.array([(x, y) for y in ys for x in xs])[:, : data.train_inputs.shape[1]]
    asked = np.concatenate([data.train_inputs, data.valid_inputs, places.astype(np.float32)])
    for frame in (0, -1):
        expected = forward(dense.loss, dense.params[frame], asked)[0]
        seen = dense.frames.outputs[frame][: len(asked)]
        np.testing.assert_allclose(seen, expected, rtol=1e-3, atol=1e-4)


def test_the_batch_loss_is_of_the_examples_that_the_order_names(dense):
    data, kept = dense.loss.examples, dense.trajectory
    for look, step in enumerate(dense.at):
        rows = dense.loss.order(3, int(step), 1)[0, : dense.loss.batch]
        outputs = forward(dense.loss, dense.params[look], data.train_inputs[rows])[0]
        expected = losses(dense.loss, outputs, data.train_targets[rows]).mean()
        assert kept.loss[step] == pytest.approx(expected, rel=2e-4)


def test_norms_of_layers_are_those_of_their_arrays(dense):
    assert dense.trajectory.layers is not None
    names = dense.loss.layer_names[:-1]
    learned = [dense.loss.unflatten(params) for params in dense.params]
    for i, name in enumerate(names):
        norms = [np.linalg.norm(np.append(layers[name]["weight"].ravel(), layers[name]["bias"])) for layers in learned]
        np.testing.assert_allclose(dense.trajectory.layers[dense.at, 1, i], norms, rtol=1e-4)


def test_a_unit_of_relu_is_on_where_its_input_is_positive():
    one = only(replace(SMALL, learners=(learner(bias_std=0.5),)))
    for frame in (0, -1):
        inputs = forward(one.loss, one.params[frame], one.loss.examples.train_inputs)[1]
        shares = [(z > 0).mean(0) for z in inputs]
        np.testing.assert_allclose(one.frames.on[frame, : len(shares)], shares, atol=1.5 / one.loss.count)


def test_sizes_and_histograms_are_of_the_layers_outputs():
    one = only(replace(SMALL, learners=(learner(activation="tanh"),)))
    inputs = forward(one.loss, one.params[-1], one.loss.examples.train_inputs)[1]
    sizes = [np.sqrt((np.tanh(z) ** 2).mean()) for z in inputs]
    np.testing.assert_allclose(one.frames.size[-1, : len(sizes)], sizes, rtol=1e-4)
    np.testing.assert_allclose(one.frames.histogram[-1, :4].sum(1), 1.0, rtol=1e-5)


STOPS = [
    ([3.0, 2.0, 1.0], 2, (None, 20)),
    ([3.0, 2.0, 2.5, 2.4, 1.0], 2, (30, 10)),
    ([3.0, 2.0, 2.5, 1.9, 2.0, 2.0, 1.0], 2, (50, 30)),
    ([1.0, 1.0, 1.0], 2, (20, 0)),  # an equal loss is no new best one
    ([1.0, 0.5, np.nan, 0.1], 5, (20, 10)),
    ([1.0, np.inf], 5, (10, 0)),
    ([np.nan, 1.0], 5, (0, 0)),
    ([1.0], 1, (None, 0)),
    ([1.0, 2.0], 1, (10, 0)),
    ([5.0, 6.0, 7.0, np.nan], 0, (None, None)),
]


@pytest.mark.parametrize(("losses", "patience", "expected"), STOPS, ids=[str(i) for i in range(len(STOPS))])
def test_early_stopping_counts_looks_without_a_new_best(losses, patience, expected):
    assert stop_early(losses, np.arange(0, 10 * len(losses), 10), patience) == expected


@pytest.mark.parametrize("seed", range(20))
def test_early_stopping_keeps_prechelts_rule(seed):
    """Written out anew: the first look after ``patience`` in a row that are none below everything before them."""
    rng = np.random.default_rng(seed)
    losses, patience = np.round(rng.random(30), 2), int(rng.integers(1, 8))
    records = [i for i in range(30) if i == 0 or losses[i] < losses[:i].min()]
    ends = [i for i in range(30) if i - max(r for r in records if r <= i) >= patience]
    stopped = ends[0] if ends else None
    best = max(r for r in records if stopped is None or r <= stopped)
    assert stop_early(losses, np.arange(30), patience) == (stopped, best)


def test_what_counts_is_the_look_that_early_stopping_goes_back_to():
    crowd = learner(width=64, rate=0.01)
    free = only(replace(SMALL, dataset="moons", size=40, num_steps=400, learners=(crowd,)))
    kept = only(replace(SMALL, dataset="moons", size=40, num_steps=400, patience=10, learners=(crowd,)))
    valid = free.frames.loss[:, 1]
    assert kept.stopped is not None
    assert kept.best is not None
    assert kept.at[kept.last] == kept.best
    assert valid[kept.last] == valid[free.at <= kept.stopped].min()
    assert valid[-1] > valid[kept.last]
    assert (kept.steps, kept.at[-1], kept.over) == (kept.stopped, kept.stopped, True), "nothing comes behind the end"
    np.testing.assert_array_equal(kept.trajectory.loss, free.trajectory.loss[: kept.stopped + 1])
    assert free.stopped is None
    assert free.last == len(free.at) - 1


@pytest.mark.parametrize("num_steps", [1, 2, 20, 79, 80, 500, 600, 4999, 5000])
@pytest.mark.parametrize("stride", [1, 3, 8, 64])
def test_looks_are_few_and_lie_at_kept_params(num_steps, stride):
    every = look_every(num_steps, stride)
    assert every % stride == 0
    assert num_steps // every + 1 <= FRAMES
    assert every == stride or num_steps // every + 1 >= FRAMES // 2, "no fewer than there is room for"
    fitting = [
        n for n in range(stride, num_steps + 1, stride) if num_steps % n == 0 and FRAMES // 2 <= num_steps // n < FRAMES
    ]
    assert not fitting or num_steps % every == 0, "the last look is at the last step where that can be"


@pytest.mark.parametrize(("width", "depth"), [(16, 4), (60, 40)])
def test_looks_are_at_their_steps(width, depth):
    """The params of each look are those that the engine gives by itself."""
    one = only(replace(SMALL, num_steps=200, learners=(learner(width=width, depth=depth),)))
    alone = descend_all(one.loss, [one.descent], start=one.loss.start(), num_steps=200, seed=SMALL.seed)[0]
    assert one.at.tolist() == list(range(0, 201, look_every(200, alone.stride)))
    np.testing.assert_array_equal(one.params, alone.params[one.at // alone.stride])
    np.testing.assert_array_equal(one.trajectory.loss, alone.loss)
    np.testing.assert_array_equal(one.params[0], one.loss.start())


def same(one: Learned, other: Learned) -> None:
    np.testing.assert_array_equal(one.params, other.params)
    np.testing.assert_array_equal(one.trajectory.loss, other.trajectory.loss)
    for a, b in zip(one.frames, other.frames, strict=True):
        np.testing.assert_array_equal(a, b)


def test_equal_descriptions_give_equal_pictures_bitwise():
    full = replace(SMALL, learners=(learner(dropout=0.3), learner("residual_mlp", "momentum", normalization="batch")))
    for one, other in zip(run(full).runs, run(full).runs, strict=True):
        same(one, other)
    assert not np.array_equal(only(full).params, only(replace(full, seed=4)).params)


def test_a_run_does_not_depend_on_its_company():
    one = learner(optimizer="momentum", activation="tanh")
    alone = only(replace(SMALL, learners=(one,)))
    beside = run(replace(SMALL, learners=(learner(depth=2), learner(), learner("softmax_regression"), one)))
    assert len(beside.runs) == room.MAX_RUNS == 4
    same(beside.runs[3], alone)


def test_runs_of_one_shape_begin_alike_and_see_the_same_batches():
    """At a rate of zero the loss of every step is that of its batch at the start."""
    still = [learner(optimizer=name, rate=0.0, batch=8) for name in ("gradient_descent", "adam", "nesterov")]
    runs = run(replace(SMALL, learners=tuple(still))).runs
    for other in runs[1:]:
        np.testing.assert_array_equal(other.params[0], runs[0].params[0])
        np.testing.assert_array_equal(other.trajectory.loss, runs[0].trajectory.loss)
    assert len(set(runs[0].trajectory.loss.tolist())) > 30, "every batch is another one"


def test_networks_of_any_shape_see_the_same_batches():
    runs = run(replace(SMALL, learners=(learner(), learner("residual_mlp", depth=20, width=40)))).runs
    one, other = (run.loss.order(3, 0, 40)[:, :32] for run in runs)
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("batch", [0, 60, 1000])
def test_a_batch_of_all_examples_is_the_mean_over_them(batch):
    one = only(replace(SMALL, learners=(learner(batch=batch),)))
    assert one.loss.count == 60
    np.testing.assert_allclose(one.trajectory.loss[one.at], one.frames.loss[:, 0], rtol=1e-5)


def test_runs_advance_together():
    told = list(train(replace(SMALL, num_steps=600, learners=(learner(), learner(optimizer="momentum")))))
    assert len(told) > 1
    assert all(len(result.runs) == 2 for result in told)
    assert all(result.runs[0].steps == result.runs[1].steps == result.done for result in told)
    done = [result.done for result in told]
    assert done == sorted(set(done))
    assert done[-1] == 600
    same(told[-1].runs[0], only(replace(SMALL, num_steps=600, learners=(learner(),))))


def test_between_two_chunks_others_can_work():
    training = replace(SMALL, num_steps=100, learners=(learner(), learner(optimizer="momentum")))
    pieces, whole = list(room.train_in_pieces(training)), list(train(training))
    assert [piece is None for piece in pieces] == [True, True, False] * len(whole)
    for mine, theirs in zip((piece for piece in pieces if piece is not None), whole, strict=True):
        for one, other in zip(mine.runs, theirs.runs, strict=True):
            same(one, other)


def test_no_runs_are_a_training_too():
    result = run(replace(SMALL, learners=()))
    assert result.runs == ()
    assert result.done == SMALL.num_steps


def test_divergence_names_the_step_and_the_layer():
    """A linear network thrown out by a rate of 10; who went first is found again with NumPy's float32."""
    gone = learner(optimizer="gradient_descent", rate=10.0, activation="identity")
    result = run(Training(num_steps=100, learners=(gone, learner(optimizer="gradient_descent", rate=0.01))))
    lost, steady = result.runs
    step = lost.trajectory.diverged_at
    assert step is not None
    assert 0 < step < 100
    assert np.isfinite(lost.trajectory.loss[:step]).all()
    assert not np.isfinite(lost.trajectory.loss[step])
    assert np.isfinite(lost.frames.loss[lost.last]).all()
    assert lost.at.tolist() == list(range(step + 1)), "a run that ends at once is looked at in every step"
    assert lost.over
    weights = lost.loss.unflatten(lost.params[-1])
    with np.errstate(over="ignore"):
        squares = {name: np.sum(weights[name]["weight"] ** 2) for name in lost.loss.layer_names}
    broken = [name for name, square in squares.items() if not np.isfinite(square)]
    assert lost.went_first == f"the weights of {broken[0]}"
    assert result.done == 100, "the others go on"
    assert steady.trajectory.diverged_at is None
    assert steady.went_first == ""
    assert steady.at[-1] == 100


def test_probes_weigh_what_is_trained_on_and_what_is_held_back():
    loss = SMALL.loss_of(learner())
    probe, data = probe_of(loss), loss.examples
    first, both = len(data.train_inputs), len(data.train_inputs) + len(data.valid_inputs)
    assert probe.train.sum() == first
    assert probe.valid.sum() == both - first
    assert probe.train[:first].all()
    assert probe.valid[first:both].all()
    assert not (probe.train + probe.valid)[both:].any(), "the grid and the padding weigh nothing"
    np.testing.assert_array_equal(probe.inputs[:both, :2], np.concatenate([data.train_inputs, data.valid_inputs]))
    np.testing.assert_array_equal(probe.wanted[:both], np.concatenate([data.train_targets, data.valid_targets]))
    assert not probe.inputs[:, 2:].any()
    assert not probe.inputs[both + room.GRID**2 :].any()


@pytest.mark.parametrize("dataset", ["blobs", "moons", "digits", "noisy_sine"])
def test_every_dense_probe_has_one_shape(dataset):
    """So that all of them share one compiled look, at the largest size too."""
    for size in (None, 1000):
        probe = probe_of(NetworkLoss(dataset=dataset, size=size, validation=0.1 if dataset != "digits" else 0.5))
        assert probe.inputs.shape == (room.DENSE_PROBES, 64)
        assert probe.train.shape == probe.valid.shape == (room.DENSE_PROBES,)


@pytest.fixture
def few_looks(monkeypatch):
    monkeypatch.setattr(room, "FRAMES", 9)


@pytest.mark.parametrize("network", ["cnn", "resnet"])
def test_digits_are_read_by_the_default_convolutions(network, few_looks):
    one = only(Training(dataset="digits", learners=(Learner(network=network),)))
    assert one.frames.accuracy[one.last, 1] >= 0.95


DEEP = {"depth": 10, "width": 64, "activation": "sigmoid", "initializer": "glorot_uniform"}
NECESSARY = [
    ("softmax regression", learner("softmax_regression", "gradient_descent", 0.3, 64), 0.969),
    ("ReLU 2x64", learner("mlp", "gradient_descent", 0.3, 64, depth=2, width=64), 0.980),
    ("sigmoid x10 + residual", learner("residual_mlp", "adam", 0.003, 64, **DEEP), 0.979),
]


@pytest.mark.parametrize(("one", "accuracy"), [case[1:] for case in NECESSARY], ids=[case[0] for case in NECESSARY])
def test_what_is_enough_for_digits(one, accuracy, few_looks):
    """Cells of a table measured elsewhere: 800 steps, 70/30, the best of six rates."""
    seen = only(Training(dataset="digits", validation=0.3, num_steps=800, learners=(one,)))
    assert seen.frames.accuracy[seen.last, 1] == pytest.approx(accuracy, abs=0.025)


def test_deep_sigmoids_do_not_learn_with_gradient_descent(few_looks):
    one = learner("mlp", "gradient_descent", 0.3, 64, **DEEP)
    seen = only(Training(dataset="digits", validation=0.3, num_steps=800, learners=(one,)))
    assert seen.frames.accuracy[seen.last, 1] < 0.35


def test_a_transformer_learns_more_than_how_often_each_character_comes():
    """With the examples that the page offers for a text: of fewer it learns the ones that it has seen by heart."""
    size = DATASETS["characters"].offered
    (ran,) = run(Training("characters", size=size, learners=(learner("transformer"),), num_steps=300)).runs
    seen, unseen = ran.frames.accuracy[-1]
    answers = ran.loss.examples.valid_targets
    most = np.unique(answers, return_counts=True)[1].max() / answers.size
    assert unseen > 1.7 * most
    assert seen < 1.7 * unseen
