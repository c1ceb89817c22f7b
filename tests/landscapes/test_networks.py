"""Every network as a landscape: its shapes and slopes, its padding, its batches, and what it refuses.

PyTorch's numbers stand in test_network_oracles; here everything is held to differences, permutations and zeros.
"""

import re
from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from landscapes import network_loss
from landscapes.activations import ACTIVATIONS
from landscapes.network_loss import NetworkLoss, choices_of, gradient_flow, live_params, padded_inputs
from landscapes.networks.gallery import NETWORKS
from landscapes.networks.normalizations import NORMALIZATIONS
from landscapes.networks.stacked import Pass, drop, unfold
from landscapes.networks.supervised import row_losses
from optimizers import OPTIMIZERS, Descent, descend, descend_all

QUICKLY = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 1}
SMALL = {  # dense ones share a program, and so do the two of pictures; dense ones stand in larger rooms
    "softmax_regression": {"dataset": "moons", "size": 40},
    "mlp": {"dataset": "moons", "size": 40, "depth": 3, "width": 5},
    "residual_mlp": {"dataset": "noisy_sine", "size": 40, "depth": 3, "width": 5},
    "cnn": {"dataset": "digits", "size": 128, "depth": 2, "width": 2},
    "resnet": {"dataset": "digits", "size": 128, "depth": 2, "width": 2},
    "rnn": {"dataset": "parity", "size": 100, "depth": 2, "width": 4, "shape": (("length", 8.0),)},
    "lstm": {"dataset": "adding", "size": 100, "depth": 2, "width": 4},
    "gru": {"dataset": "adding", "size": 100, "depth": 2, "width": 4},
    "transformer": {"dataset": "characters", "size": 64, "depth": 2, "width": 4, "shape": (("length", 8.0),)},
}
OFFERED = [(name, own) for name, e in NETWORKS.items() for own in (ACTIVATIONS if e.activation else ("identity",))]
EXAMPLE = {"dataset": "moons", "size": 40, "depth": 3, "width": 5}
RULES = [name for name in OPTIMIZERS if name not in ("lbfgs", "newton")]  # those two have programs of their own


@pytest.fixture(autouse=True)
def _ranks_promoted():
    with jax.numpy_rank_promotion("raise"):
        yield


def small(name, **choices) -> NetworkLoss:
    return NetworkLoss(name, **{"bias_std": 0.3, **SMALL[name], **choices})


@cache
def _value_and_grad(supervised):
    return jax.jit(jax.value_and_grad(supervised.on_batch), compiler_options=QUICKLY)


def value_and_grad(loss, params, key=(0, 0)):
    supervised, values = loss.split()
    value, grad = _value_and_grad(supervised)(params, values, loss.order(0, 0, 1)[0], np.asarray(key, np.uint32))
    return float(value), np.asarray(grad)


def direction(loss) -> np.ndarray:
    return np.random.default_rng(3).standard_normal(loss.architecture.dim) * live_params(loss)


@cache
def _apply(net):
    return jax.jit(lambda params, choices, rows, x: net.apply(params, Pass(choices, rows, None), x),
                   compiler_options=QUICKLY)  # fmt: skip


@pytest.mark.parametrize("choices", [
    {"activation": "tanh", "normalization": "layer"}, {"activation": "prelu", "dropout": 0.4}, {"normalization": "rms"},
])  # fmt: skip
@pytest.mark.parametrize("depth", [1, 3, 5])
@pytest.mark.parametrize("name", ["cnn", "transformer", "rnn"])
def test_a_program_of_what_was_chosen_is_the_one_that_leaves_it_open(name, depth, choices):
    """Written out, and in a loop; a recurrent network, which has one cell only up to depth 4, is not normalized."""
    if name == "rnn":
        depth, choices = min(depth, 4), {key: value for key, value in choices.items() if key != "normalization"}
    loss = small(name, depth=depth, **choices)
    closed, values = loss.split()
    assert closed.architecture.settled
    open_ = replace(closed, architecture=replace(closed.architecture, settled=()))
    order, key = loss.order(0, 0, 1)[0], np.asarray((0, 7), np.uint32)
    found = [_value_and_grad(each)(loss.start(), values, order, key) for each in (closed, open_)]
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=1e-6)


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_have_a_column_a_class_and_a_row_an_example(name):
    loss = small(name)
    x = padded_inputs(loss, loss.examples.train_inputs)
    rows = np.ones(len(x), np.float32)
    seen = jax.eval_shape(_apply(loss.architecture), loss.start(), choices_of(loss), rows, x)
    columns = 10 if loss.architecture.width == 16 else loss.examples.num_classes  # dense ones have room for ten
    positions = (8,) if loss.dataset == "characters" else ()
    assert seen.shape == (len(x), *positions, columns)
    assert seen.dtype == np.float32
    assert loss.layer_names[-1] == "output"
    assert list(loss.unflatten(loss.start()))[-len(loss.layer_names) :] == list(loss.layer_names)


@pytest.mark.parametrize(("name", "activation"), OFFERED)
def test_gradient_is_finite_and_the_slope_of_the_loss(name, activation):
    loss = small(name, activation=activation)
    params, along = loss.start().astype(float), direction(loss)
    value, grad = value_and_grad(loss, params)
    assert np.isfinite(grad).all()
    assert value > 0
    step = 1e-6
    slope = (value_and_grad(loss, params + step * along)[0] - value_and_grad(loss, params - step * along)[0]) / (
        2 * step
    )
    assert grad @ along == pytest.approx(slope, rel=1e-5, abs=1e-7)
    # what pads the params gets no gradient at all
    assert not grad[live_params(loss) == 0].any()


def pushed_loss(loss, params):
    """The mean loss as a function of what is added to each layer's outputs: layer by layer, without the loop."""
    net, values = loss.architecture, loss.split()[1]
    first, stack, head = net.split(jnp.asarray(params))
    x = padded_inputs(loss, loss.examples.train_inputs)
    go = Pass(values.choices, np.ones(len(x), np.float32), None)

    def mean(pushes):
        h = net.first(go, unfold(net.first_parts(), first), x)[0] + pushes[0]
        for i, push in enumerate(pushes[1:-1]):
            h = net.layer(go, unfold(net.layer_parts(), stack[i]), h, i + 1)[0] + push
        out = net.head(go, unfold(net.head_parts(), head), h, x) + pushes[-1]
        return row_losses(values.target, out, loss.examples.train_targets.astype(np.float32)).mean()

    h = jax.eval_shape(lambda: net.first(go, unfold(net.first_parts(), first), x)[0]).shape
    out = (len(x), net.outputs)
    return mean, [jnp.zeros(h, np.float32)] * int(loss.depth or 0) + [jnp.zeros(out, np.float32)]


@pytest.mark.parametrize("name", ["mlp", "gru"])
def test_gradient_flow_is_the_slope_along_a_push_on_a_layers_outputs(name):
    loss = small(name)
    mean, pushes = pushed_loss(loss, loss.start())
    grads = jax.jit(jax.grad(mean), compiler_options=QUICKLY)(pushes)
    units = [loss.width] * int(loss.depth or 0) + [loss.examples.num_classes]
    law = [np.sqrt((np.asarray(g)[..., :n] ** 2).mean()) for g, n in zip(grads, units, strict=True)]
    np.testing.assert_allclose(list(gradient_flow(loss, loss.start()).values()), law, rtol=2e-5)


ROOMS = [
    ("mlp", EXAMPLE), ("mlp", {**EXAMPLE, "depth": 14, "width": 17}), ("cnn", SMALL["cnn"]),
    ("cnn", {**SMALL["cnn"], "depth": 5}), ("gru", SMALL["gru"]), ("transformer", SMALL["transformer"]),
    ("transformer", {**SMALL["transformer"], "depth": 5}),
]  # fmt: skip


def laid_out(net, layers):
    """A network's params in the layout of its own sizes: the first layer, the head, the others."""
    flat = [np.concatenate([array.ravel() for array in layer.values()]) for layer in layers.values()]
    (first, each, head), out = net.sizes, np.zeros(net.dim)
    for at, params in zip([0, *(first + head + i * each for i in range(len(flat) - 2)), first], flat, strict=True):
        out[at : at + len(params)] = params
    return out


@pytest.mark.parametrize(("name", "sizes"), ROOMS)
def test_room_around_a_network_changes_nothing(name, sizes):
    for normalization in NETWORKS[name].normalizations:
        loss = NetworkLoss(name, **sizes, bias_std=0.3, normalization=normalization)
        exact, room = loss.exact, loss.architecture
        assert exact.dim < room.dim or sizes in SMALL.values()
        tight = laid_out(exact, loss.unflatten(loss.start().astype(float)))
        choices, x = choices_of(loss), loss.examples.train_inputs
        rows = np.ones(len(x), np.float32)
        own = np.asarray(_apply(exact)(tight, choices._replace(units=np.ones(exact.width, np.float32)), rows, x))
        wide = np.asarray(_apply(room)(loss.start().astype(float), choices, rows, padded_inputs(loss, x)))
        np.testing.assert_allclose(wide[..., : own.shape[-1]], own, rtol=1e-9, atol=1e-12)
        assert not wide[..., own.shape[-1] :].any()


@pytest.mark.parametrize("name", RULES)
def test_padding_stays_zero_whatever_the_rule(name):
    loss = NetworkLoss(**EXAMPLE, batch_size=8, normalization="batch", dropout=0.2, activation="prelu")
    rule = OPTIMIZERS[name]
    extra: Any = {"l1": 1e-3, "weight_decay": 1e-2} if rule.scheduled else {}
    run = descend_all(loss, [Descent(rule, l2=1e-3, **extra)], start=loss.start(), num_steps=20)[0]
    assert run.diverged_at is None
    padding = live_params(loss) == 0
    assert not run.params[:, padding].any()
    moved = loss.unflatten(run.params[-1] - run.params[0])
    assert all(moved[layer]["weight"].any() for layer in loss.layer_names)


def trained(loss, seed=0, rule="adam"):
    return descend(loss, OPTIMIZERS[rule], start=loss.start(), num_steps=30, seed=seed)


def test_equal_seeds_give_equal_runs_and_others_do_not():
    batched = NetworkLoss(**EXAMPLE, batch_size=6)
    first, again, other = (trained(batched, seed).params for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert abs(first - other).max() > 1e-3
    assert NetworkLoss(**EXAMPLE, seed=1).start().tolist() != NetworkLoss(**EXAMPLE).start().tolist()


@pytest.mark.parametrize("size", [20, 21, 500])
def test_a_batch_of_everything_is_no_batch(size):
    whole, batched = trained(NetworkLoss(**EXAMPLE)), trained(NetworkLoss(**EXAMPLE, batch_size=size))
    np.testing.assert_array_equal(whole.params, batched.params)
    np.testing.assert_array_equal(whole.loss, batched.loss)


@pytest.mark.parametrize("size", [1, 7, 10, 19])
def test_batches_visit_every_example_once_an_epoch_in_an_order_of_its_own(size):
    loss = NetworkLoss(**EXAMPLE, batch_size=size)
    stream = loss.order(3, 0, 60)[:, :size].ravel()
    epochs = stream[: len(stream) // 20 * 20].reshape(-1, 20)
    assert len(epochs) >= 3
    assert (np.sort(epochs) == np.arange(20)).all()
    assert len({tuple(epoch) for epoch in epochs}) == len(epochs)
    # a step's batch depends on the seed and its number only
    np.testing.assert_array_equal(loss.order(3, 11, 20), loss.order(3, 0, 60)[11:31])
    assert loss.order(4, 0, 60)[:, :size].ravel().tolist() != stream.tolist()


def test_the_loss_of_a_step_is_that_of_its_batch():
    loss = NetworkLoss(**EXAMPLE, batch_size=6)
    run, rows = trained(loss), loss.order(0, 0, 31)[:, :6]
    whole, values = NetworkLoss(**EXAMPLE).split()
    for step in (0, 3, 30):
        data = values.data._replace(batch_size=np.int32(6))
        order = np.pad(rows[step], (0, whole.order_size - 6))
        there = _value_and_grad(whole)(
            run.params[step].astype(float), values._replace(data=data), order, np.zeros(2, np.uint32)
        )
        assert run.loss[step] == pytest.approx(float(there[0]), rel=1e-5)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_mean(rate):
    choices = choices_of(NetworkLoss(**EXAMPLE, dropout=rate))
    h = jnp.ones((4000, 16))
    dropped = np.asarray(drop(Pass(choices, np.ones(4000), (jax.random.key(1), 0)), h, 0))
    kept = dropped != 0
    np.testing.assert_allclose(dropped[kept], 1 / (1 - rate), rtol=1e-6)
    assert kept.mean() == pytest.approx(1 - rate, abs=5 * np.sqrt(rate * (1 - rate) / h.size))
    other = np.asarray(drop(Pass(choices, np.ones(4000), (jax.random.key(1), 0)), h, 1)) != 0
    assert (kept != other).mean() == pytest.approx(2 * rate * (1 - rate), rel=0.1)  # another layer, other units


def test_dropout_is_for_training_only():
    still, dropping = NetworkLoss(**EXAMPLE), NetworkLoss(**EXAMPLE, dropout=0.5)
    params = still.start()
    assert float(dropping(jnp.asarray(params))) == float(still(jnp.asarray(params)))
    seen = {value_and_grad(dropping, params.astype(float), key)[0] for key in ((0, 0), (0, 1), (0, 1))}
    assert len(seen) == 2
    assert gradient_flow(dropping, params) == gradient_flow(still, params)


def test_batch_normalization_is_over_the_rows_that_are_there():
    z, rows = np.random.default_rng(0).normal(3.0, 5.0, (64, 16)), np.arange(64) < 40
    seen = np.asarray(NORMALIZATIONS["batch"].function(z, np.ones(16), rows.astype(float)))[rows]
    np.testing.assert_allclose(seen.mean(0), 0.0, atol=1e-12)
    np.testing.assert_allclose(seen.var(0), 1.0, rtol=1e-5)
    np.testing.assert_allclose(seen, (z[rows] - z[rows].mean(0)) / np.sqrt(z[rows].var(0) + 1e-5), rtol=1e-9)


@pytest.mark.parametrize("kind", ["layer", "rms"])
def test_layer_and_rms_normalization_see_only_the_units_that_are_there(kind):
    z, units = np.random.default_rng(0).normal(3.0, 5.0, (7, 16)), np.arange(16) < 5
    z[:, ~units] = 0
    seen = np.asarray(NORMALIZATIONS[kind].function(z, units.astype(float), np.ones(7)))
    assert not seen[:, ~units].any()
    np.testing.assert_allclose((seen[:, units] ** 2).mean(1), 1.0, rtol=1e-4)
    assert (abs(seen[:, units].mean(1)) < 1e-9).all() == (kind == "layer")


def test_equal_by_value():
    plain = NetworkLoss()
    assert plain == NetworkLoss("mlp", depth=4, width=16, activation="relu", dataset="moons", residual=False)
    assert hash(plain) == hash(NetworkLoss(width=np.int64(16), dropout=0))  # pyright: ignore[reportArgumentType]
    assert plain != NetworkLoss(seed=1)
    assert NetworkLoss(depth=3).split()[0] == NetworkLoss(depth=12, width=3, activation="sine").split()[0]


REFUSED = [
    ({"network": "perceptron"}, "unknown network 'perceptron'; known: softmax_regression, mlp"),
    ({"dataset": "mnist"}, "unknown dataset 'mnist'; known: "),
    ({"activation": "swish"}, "unknown activation 'swish'; known: identity, sigmoid"),
    ({"initializer": "xavier"}, "unknown initializer 'xavier'; known: zeros"),
    ({"depth": 0}, "depth is 0; a whole number from 1 to 64 is needed"),
    ({"depth": 65}, "depth is 65; a whole number from 1 to 64 is needed"),
    ({"depth": 2.5}, "depth is 2.5; a whole number"),
    ({"width": 513}, "width is 513; a whole number from 1 to 512 is needed"),
    ({"width": "wide"}, "width is 'wide'; a "),
    ({"network": "cnn"}, "network 'cnn' does not suit dataset 'moons'; it suits digits"),
    ({"network": "rnn", "dataset": "parity", "normalization": "layer"}, "'layer' is not for 'rnn'; it takes none"),
    ({"dataset": "noisy_sine", "loss": "cross_entropy"}, "a regression task; it takes squared_error"),
    ({"dropout": 1.0}, "dropout is 1.0; a number from 0 to 0.95 is needed"),
    ({"temperature": 0.0}, "temperature is 0.0; a number from 0.001 to 1000 is needed"),
    ({"seed": -1}, "seed is -1; a whole number from 0 to 4294967295 is needed"),
    ({"batch_size": float("nan")}, "batch_size is nan; a "),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "words"), REFUSED)
def test_refusals_say_what_which_and_what_is_allowed(choices, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        NetworkLoss(**choices)


def test_too_much_memory_is_refused(monkeypatch):
    monkeypatch.setattr(network_loss, "MOST_BYTES", 1_000_000)
    with pytest.raises(ValueError, match=r"mlp of depth 64 and width 64 needs about \d+ MB; 1 MB are allowed"):
        NetworkLoss(depth=64, width=64)


def test_noise_and_newton_are_refused():
    loss = NetworkLoss(**EXAMPLE)
    with pytest.raises(ValueError, match=r"noise is 0\.1; a loss of data has the noise of its batches, so 0 is needed"):
        descend(loss, OPTIMIZERS["adam"], start=loss.start(), num_steps=1, noise=0.1)
    with pytest.raises(ValueError, match="newton solves with the whole Hessian"):
        descend(loss, OPTIMIZERS["newton"], start=loss.start(), num_steps=1)


@pytest.mark.parametrize("name", NETWORKS)
def test_adam_learns(name):
    loss = small(name)
    rule, params = OPTIMIZERS["adam"].build(learning_rate=0.02, b1=0.9, b2=0.999, eps=1e-8), loss.start().astype(float)
    state, seen = rule.init(params), []
    update = jax.jit(rule.update)
    for _ in range(60):
        value, grad = value_and_grad(loss, params)
        updates, state = update(grad, state, params)
        params, seen = params + np.asarray(updates), [*seen, value]
    assert seen[-1] < 0.9 * seen[0]
