"""The engine with a loss of batches: what it keeps, the norms of layers, where it stops, and rules that look twice."""

from functools import cache

import jax
import numpy as np
import pytest

from landscapes.network_loss import NetworkLoss, live_params
from optimizers import OPTIMIZERS, Descent, descend, descend_all, descend_live
from optimizers.descent import BATCH_CHUNK, KEPT_BYTES, stride_for
from tests.compilations import compilations

QUICKLY = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 1}
EXAMPLE = {"dataset": "moons", "size": 40, "depth": 3, "width": 5, "bias_std": 0.2}


@pytest.fixture(autouse=True)
def _ranks_promoted():
    with jax.numpy_rank_promotion("raise"):
        yield


@cache
def _value_and_grad(supervised):
    return jax.jit(jax.value_and_grad(supervised.on_batch), compiler_options=QUICKLY)


def slope(loss, params, step, seed=0):
    """The gradient of a step's batch."""
    supervised, values = loss.split()
    order = loss.order(seed, step, 1)[0]
    return np.asarray(_value_and_grad(supervised)(params.astype(np.float32), values, order, np.zeros(2, np.uint32))[1])


def go(loss, name, num_steps=40, seed=0, conditions=None, **hyperparams):
    run = Descent(OPTIMIZERS[name], hyperparams, **(conditions or {}))
    return descend_all(loss, [run], start=loss.start(), num_steps=num_steps, seed=seed)[0]


@pytest.mark.parametrize("num_steps", [0, 25, BATCH_CHUNK - 1, BATCH_CHUNK, 3 * BATCH_CHUNK])
def test_params_of_a_small_network_are_kept_at_every_step(num_steps):
    run = go(NetworkLoss(**EXAMPLE), "adam", num_steps)
    assert run.stride == 1
    assert run.params.dtype == np.float32
    assert len(run.params) == len(run.loss) == len(run.grad_norm) == num_steps + 1
    assert np.isfinite(run.params).all()


@pytest.mark.parametrize("num_steps", [0, 7, 100, 150])
def test_params_of_a_large_network_are_kept_every_few_steps(num_steps):
    loss = NetworkLoss(dataset="moons", size=40, depth=13, width=33, residual=True)
    run = go(loss, "momentum", num_steps, learning_rate=1e-3)
    assert run.stride > 1
    assert len(run.loss) == num_steps + 1
    assert len(run.params) == num_steps // run.stride + 1
    assert run.params.nbytes <= KEPT_BYTES
    assert run.diverged_at is None
    # each of them is where the run stood at its row
    for kept, params in enumerate(run.params[:5]):
        assert float(loss(params)) == pytest.approx(run.loss[kept * run.stride], rel=1e-5)


@pytest.mark.parametrize("num_steps", [0, 1, 500, 20_000])
@pytest.mark.parametrize("nbytes", [400, 20_000, 1_100_000, 60_000_000])
def test_stride_fits_the_memory_and_the_rows_of_a_call(num_steps, nbytes):
    kept = min(BATCH_CHUNK, max(1, KEPT_BYTES // (8 * nbytes)))
    stride = stride_for(num_steps, nbytes, kept, BATCH_CHUNK)
    rows = num_steps // stride + 1
    assert rows * nbytes <= max(KEPT_BYTES, nbytes)
    assert all(
        len(range(-first % stride, BATCH_CHUNK, stride)) <= kept for first in range(0, 20 * BATCH_CHUNK, BATCH_CHUNK)
    )
    fits = [n for n in range(1, num_steps + 2) if (num_steps // n + 1) * nbytes <= KEPT_BYTES]
    least = max(fits[0] if fits else num_steps + 1, -(-BATCH_CHUNK // kept))
    ends = [n for n in range(least, 2 * least) if num_steps % n == 0]
    assert stride == (ends[0] if ends else least)  # no wider than it has to be, but so that the end is kept


def layer_norms(loss, vectors) -> np.ndarray:
    """In NumPy, from the layers' own arrays; the output last."""
    parts = [loss.unflatten(vector.astype(float)) for vector in vectors]
    return np.array([[np.sqrt(sum((a**2).sum() for a in layer[name].values())) for name in loss.layer_names]
                     for layer in parts])  # fmt: skip


@pytest.mark.parametrize("batch_size", [0, 6])
def test_norms_of_the_layers_are_those_of_the_recorded_params(batch_size):
    loss, rate = NetworkLoss(**EXAMPLE, batch_size=batch_size), 0.05
    run = go(loss, "gradient_descent", 80, learning_rate=rate)
    assert run.layers is not None
    seen = np.concatenate([run.layers[..., : loss.depth], run.layers[..., -1:]], -1)
    np.testing.assert_allclose(seen[:, 1], layer_norms(loss, run.params), rtol=1e-5)
    steps = np.diff(run.params.astype(float), axis=0)
    np.testing.assert_allclose(seen[:-1, 2], layer_norms(loss, steps), rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(seen[:, 2], rate * seen[:, 0], rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(np.sqrt((seen[:, 0] ** 2).sum(-1)), run.grad_norm, rtol=1e-5)
    for step in (0, 41):
        np.testing.assert_allclose(
            seen[step, 0], layer_norms(loss, [slope(loss, run.params[step], step)])[0], rtol=1e-4
        )
    # layers that are not there have neither params nor gradients
    assert not run.layers[..., int(loss.depth or 0) : -1].any()


def blow_up(loss, rate, num_steps):
    """The losses of gradient descent on half the squared error of a linear map, in NumPy and float64, to 1e100."""
    data = loss.examples
    x = np.column_stack([data.train_inputs, np.ones(loss.count)]).astype(float)
    params, goal, seen = np.zeros((3, 2)), np.eye(2)[data.train_targets], []
    for _ in range(num_steps + 1):
        error = x @ params - goal
        seen.append(0.5 * (error**2).sum(1).mean())
        if seen[-1] > 1e100:
            break
        params = params - rate * x.T @ error / loss.count
    return np.array(seen)


@pytest.mark.parametrize("rate", [3.0, 8.0, 1e3, 1e6])
def test_divergence_is_named_at_its_step(rate):
    loss = NetworkLoss("softmax_regression", dataset="moons", size=40, loss="squared_error")
    law = blow_up(loss, rate, 150)
    run = go(loss, "gradient_descent", 150, learning_rate=rate)
    most = float(np.finfo(np.float32).max)
    left = int(np.flatnonzero(law > most)[0])
    assert run.diverged_at is not None
    # a square may leave the range one step before the mean of squares does
    assert run.diverged_at in ((left,) if law[left - 1] < most / 100 else (left - 1, left))
    np.testing.assert_allclose(run.loss[: run.diverged_at], law[: run.diverged_at], rtol=1e-3)
    assert not np.isfinite(run.loss[run.diverged_at])
    after = run.diverged_at + 1
    for column in (run.params, run.loss, run.grad_norm, run.layers):
        assert column is not None
        assert np.isnan(column[after:]).all()


def test_pieces_of_a_live_run_make_the_run():
    loss = NetworkLoss(**EXAMPLE, batch_size=7)
    whole = descend(loss, OPTIMIZERS["adam"], start=loss.start(), num_steps=150, seed=3)
    pieces = list(descend_live(loss, Descent(OPTIMIZERS["adam"]), start=loss.start(), num_steps=150, seed=3))
    assert [len(piece.loss) for piece in pieces] == [BATCH_CHUNK, BATCH_CHUNK, 151 - 2 * BATCH_CHUNK]
    for name in ("params", "loss", "grad_norm", "layers"):
        np.testing.assert_array_equal(np.concatenate([getattr(piece, name) for piece in pieces]), getattr(whole, name))


@pytest.mark.parametrize("every", [1, 40])
@pytest.mark.parametrize("rows", [1, 9, 100])
def test_shorter_calls_give_the_same_run(rows, every, monkeypatch):
    """Large networks are trained in shorter calls, so that others get in between."""
    loss, run = NetworkLoss(**EXAMPLE, batch_size=7), Descent(OPTIMIZERS["adam"])
    how: dict = {"start": loss.start(), "num_steps": 100, "seed": 3, "keep_every": every}
    assert loss.rows_a_call >= BATCH_CHUNK, "small networks need no more calls than a program has rows for"
    whole = list(descend_live(loss, run, **how))
    monkeypatch.setattr(NetworkLoss, "rows_a_call", rows)
    pieces = list(descend_live(loss, run, **how))
    assert max(len(piece.loss) for piece in pieces) == min(rows, BATCH_CHUNK)
    for name in ("params", "loss", "grad_norm", "layers"):
        here, there = (np.concatenate([getattr(piece, name) for piece in each]) for each in (pieces, whole))
        np.testing.assert_array_equal(here, there)


def test_large_networks_are_trained_in_short_calls():
    large = NetworkLoss("mlp", dataset="digits", depth=64, width=64)
    assert large.rows_a_call < BATCH_CHUNK / 4
    assert NetworkLoss("mlp", dataset="digits", depth=64, width=64, batch_size=32).rows_a_call < BATCH_CHUNK


@pytest.mark.parametrize("every", [5, 64, 200])
def test_only_the_params_that_are_asked_for_are_kept_and_all_else_stays(every):
    loss, run = NetworkLoss(**EXAMPLE, batch_size=7), Descent(OPTIMIZERS["adam"])
    whole, few = (
        list(descend_live(loss, run, start=loss.start(), num_steps=200, seed=3, keep_every=n)) for n in (1, every)
    )
    for name in ("loss", "grad_norm", "layers"):
        for mine, theirs in zip(few, whole, strict=True):
            np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name))
    assert {piece.stride for piece in few} == {every}
    params = np.concatenate([piece.params for piece in whole])
    np.testing.assert_array_equal(np.concatenate([piece.params for piece in few]), params[::every])


@pytest.mark.parametrize("every", [0, -1, 1.5, float("nan"), "ten", None])
def test_what_cannot_be_kept_is_refused_in_words(every):
    loss = NetworkLoss(**EXAMPLE)
    with pytest.raises(ValueError, match=r"keep_every is .*; a whole number from 1 to \d+ is needed"):
        next(descend_live(loss, Descent(OPTIMIZERS["adam"]), start=loss.start(), num_steps=3, keep_every=every))


@pytest.mark.parametrize("every", [1, 10, 1000])
def test_the_params_that_diverged_are_known_kept_or_not(every):
    loss = NetworkLoss(**{**EXAMPLE, "activation": "identity"}, loss="squared_error")
    run = Descent(OPTIMIZERS["gradient_descent"], {"learning_rate": 30.0})
    whole, few = (next(descend_live(loss, run, start=loss.start(), num_steps=100, keep_every=n)) for n in (1, every))
    at = whole.diverged_at
    assert at is not None
    assert few.diverged_at == at
    np.testing.assert_array_equal(few.diverged_params, whole.params[at])
    assert np.isnan(few.params[-(-(at + 1) // every) :]).all()
    assert descend(loss, OPTIMIZERS["adam"], start=loss.start(), num_steps=3).diverged_params is None


def test_networks_of_one_room_share_a_program_whatever_they_are_and_whatever_runs():
    go(NetworkLoss(**EXAMPLE), "adam", 2)
    others = [
        (NetworkLoss(**{**EXAMPLE, "depth": 12, "width": 16, "activation": "tanh"}), "sam"),
        (NetworkLoss("residual_mlp", dataset="noisy_sine", depth=2, width=3, normalization="layer"), "lion"),
        (NetworkLoss("softmax_regression", dataset="digits", batch_size=64), "schedule_free_adamw"),
    ]
    with compilations() as count:
        for loss, name in others:
            assert go(loss, name, 2).diverged_at is None
    assert count() == 0


@pytest.mark.parametrize("batch_size", [0, 6])
def test_sam_takes_the_slope_uphill_on_the_same_batch(batch_size):
    loss, rate, rho, l2 = NetworkLoss(**EXAMPLE, batch_size=batch_size), 0.1, 0.3, 0.01
    run = go(loss, "sam", 5, seed=2, conditions={"l2": l2}, learning_rate=rate, rho=rho)
    params = loss.start().astype(float)
    for step in range(5):
        np.testing.assert_allclose(run.params[step], params, rtol=1e-4, atol=1e-6)
        here = slope(loss, params, step, seed=2) + l2 * params
        uphill = params + rho * here / np.linalg.norm(here)
        params = params - rate * (slope(loss, uphill, step, seed=2) + l2 * uphill)


@pytest.mark.parametrize("batch_size", [0, 6])
def test_schedule_free_descent_averages_a_path_whose_slopes_are_taken_beside_it(batch_size):
    loss, rate, b1 = NetworkLoss(**EXAMPLE, batch_size=batch_size), 0.2, 0.8
    run = go(loss, "schedule_free_sgd", 6, learning_rate=rate, b1=b1)
    x = z = loss.start().astype(float)
    for step in range(6):
        np.testing.assert_allclose(run.params[step], x, rtol=1e-4, atol=1e-6)
        z = z - rate * slope(loss, (1 - b1) * z + b1 * x, step)
        x = x + (z - x) / (step + 1)


@pytest.mark.parametrize("name", ["sam", "schedule_free_sgd", "schedule_free_adamw", "lbfgs"])
def test_rules_that_look_learn_and_leave_the_padding_alone(name):
    loss = NetworkLoss(**EXAMPLE, activation="tanh")
    rule = OPTIMIZERS[name]
    knobs = {} if rule.network_rate is None else {"learning_rate": rule.network_rate}
    run = descend(loss, rule, knobs, start=loss.start(), num_steps=60)
    assert run.diverged_at is None
    assert run.loss[-1] < 0.8 * run.loss[0]
    assert not run.params[:, live_params(loss) == 0].any()
    if name == "lbfgs":  # a step that meets the Wolfe conditions goes down
        assert (np.diff(run.loss) <= 0).all()
        assert run.loss[-1] < 1e-6
