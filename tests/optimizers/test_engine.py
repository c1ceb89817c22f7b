"""The engine: what it records, where it stops, that a race is fair, and what it does with any landscape."""

import gc
import threading
import time
import weakref
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cachetools import LRUCache

from landscapes import SURFACES
from optimizers import OPTIMIZERS, SCHEDULES, Descent, descend, descend_all, program, step
from optimizers.descent import CHUNK, LANES
from optimizers.program import PROGRAMS, program_of
from tests.compilations import compilations
from tests.optimizers.terrain import FLAT, quadratic, rosenbrock, rosenbrock_gradient, rosenbrock_loss

START = (-1.2, 1.0)


def test_rows_are_the_loss_and_the_slope_where_the_run_stood():
    run = descend(rosenbrock(), OPTIMIZERS["adam"], start=START, num_steps=40, noise=0.3, l2=0.1, clip_norm=2.0)
    assert run.params.shape == (41, 2)
    assert run.params[0].tolist() == list(START)
    # noise, L2 and clipping steer the run, and stay out of what is recorded
    np.testing.assert_allclose(run.loss, [rosenbrock_loss(x) for x in run.params], rtol=1e-12)
    slopes = [np.linalg.norm(rosenbrock_gradient(x)) for x in run.params]
    np.testing.assert_allclose(run.grad_norm, slopes, rtol=1e-10)


def test_no_steps_leave_the_start():
    run = descend(rosenbrock(), OPTIMIZERS["adam"], start=START, num_steps=0)
    assert run.params.tolist() == [list(START)]
    assert run.diverged_at is None


@pytest.mark.parametrize("name", ["gradient_descent", "adam", "lbfgs", "random_walk", "schedule_free_adamw"])
def test_longer_run_begins_as_the_shorter_one(name):
    short, long = (
        descend(quadratic(1.0, 9.0), OPTIMIZERS[name], start=(1.0, 2.0), num_steps=n, noise=0.1, seed=3)
        for n in (CHUNK + 88, 3 * CHUNK)
    )
    assert np.isfinite(long.params).all()
    assert long.params[: len(short.params)].tolist() == short.params.tolist()


def test_first_below_is_the_first_row_at_the_target():
    bowl, rule = quadratic(2.0, 2.0), OPTIMIZERS["gradient_descent"]
    run = descend(bowl, rule, {"learning_rate": 0.25}, start=(1, 0), num_steps=9)
    np.testing.assert_array_equal(run.loss, 0.25 ** np.arange(10))
    assert run.first_below(0.0625) == 2
    assert run.first_below(0.06) == 3
    assert run.first_below(1e-9) is None


@pytest.mark.parametrize("factor", [-1.7, -6.0, -1e5])
def test_divergence_is_kept_to_its_last_row(factor):
    # x' = factor x, so x^2 leaves the finite range at a known step; that of -1.7 lies in the second chunk of three
    rate = 1.0 - factor
    run = descend(quadratic(1.0, 1.0), OPTIMIZERS["gradient_descent"], {"learning_rate": rate}, start=(1.0, 0.0),
                  num_steps=2 * CHUNK + 100)  # fmt: skip
    left = int(np.ceil(np.log(np.finfo(float).max) / 2 / np.log(abs(factor))))
    assert run.diverged_at == left
    assert np.isfinite(run.loss[:left]).all()
    assert run.loss[left] == np.inf
    assert abs(run.params[left, 0]) == pytest.approx(abs(factor) ** left, rel=1e-9)
    for column in (run.params, run.loss, run.grad_norm):
        assert np.isnan(column[left + 1 :]).all()


def test_divergence_of_one_leaves_the_others_alone():
    calm, wild = Descent(OPTIMIZERS["adam"]), Descent(OPTIMIZERS["gradient_descent"], {"learning_rate": 1.0})
    race = descend_all(rosenbrock(), [wild, calm, wild], start=START, num_steps=600)
    alone = descend_all(rosenbrock(), [calm], start=START, num_steps=600)[0]
    assert race[0].diverged_at == race[2].diverged_at is not None
    assert race[1].params.tolist() == alone.params.tolist()


def test_every_lane_runs_as_it_would_alone_in_batches_too():
    runs = [Descent(rule) for rule in OPTIMIZERS.values()] * 2
    assert len(runs) > LANES
    race = descend_all(rosenbrock(), runs, start=START, num_steps=60, noise=0.5, seed=9)
    for run, path in zip(runs, race, strict=True):
        alone = descend(rosenbrock(), run.optimizer, start=START, num_steps=60, noise=0.5, seed=9)
        np.testing.assert_array_equal(path.params, alone.params, err_msg=run.optimizer.name)


def test_noise_is_the_same_for_all_and_of_the_given_size():
    runs = [Descent(OPTIMIZERS["gradient_descent"], {"learning_rate": rate}) for rate in (1.0, 0.5)]
    whole, half = descend_all(FLAT, runs, start=(0.0, 0.0), num_steps=5000, noise=0.3, seed=1)
    pushes = np.diff(whole.params, axis=0)
    np.testing.assert_allclose(np.diff(half.params, axis=0), pushes / 2, atol=1e-12)
    # five standard errors of a mean, a variance, and of the correlations with the next push and across
    assert abs(pushes.mean(axis=0)).max() < 5 * 0.3 / np.sqrt(5000)
    assert pushes.var() == pytest.approx(0.09, rel=5 * np.sqrt(2 / 10_000))
    unit = pushes / 0.3
    assert abs((unit[1:] * unit[:-1]).mean()) < 5 / np.sqrt(10_000)
    assert abs((unit[:, 0] * unit[:, 1]).mean()) < 5 / np.sqrt(5000)
    other = descend_all(FLAT, runs[:1], start=(0.0, 0.0), num_steps=5000, noise=0.3, seed=2)[0]
    assert abs((np.diff(other.params, axis=0) * pushes).mean()) < 5 * 0.09 / np.sqrt(10_000)


@pytest.mark.parametrize("name", ["gradient_descent", "sam", "schedule_free_sgd"])
def test_clipping_bounds_every_gradient_a_rule_is_given(name):
    run = descend(quadratic(100.0, 400.0), OPTIMIZERS[name], {"learning_rate": 1e-3}, start=(3.0, -4.0), num_steps=30,
                  clip_norm=2.0)  # fmt: skip
    steps = np.diff(run.params, axis=0)
    assert np.linalg.norm(steps, axis=1).max() <= 2e-3 * (1 + 1e-9)
    # far out every gradient is clipped, so the first step has the full length, along the slope (sam's probe is close)
    np.testing.assert_allclose(steps[0], 2e-3 * np.array([-300.0, 1600.0]) / np.hypot(300, 1600), rtol=0.02)


def test_l2_is_added_after_clipping():
    run = descend(quadratic(100.0, 100.0), OPTIMIZERS["gradient_descent"], {"learning_rate": 0.1}, start=(3.0, 4.0),
                  num_steps=1, clip_norm=2.0, l2=0.5)  # fmt: skip
    np.testing.assert_allclose(run.params[1], np.array([3.0, 4.0]) * (1 - 0.1 * (2.0 / 5.0 + 0.5)), rtol=1e-12)


@pytest.mark.parametrize("name", ["newton", "lbfgs", "sam", "schedule_free_sgd"])
def test_l2_reaches_the_rules_that_look_for_themselves(name):
    # l2 on one bowl is the same as a bowl that much steeper
    knobs = {"learning_rate": 0.01} if "learning_rate" in OPTIMIZERS[name].hyperparams else {}
    bent = descend(quadratic(1.0, 6.0), OPTIMIZERS[name], knobs, start=(1.0, 2.0), num_steps=12, l2=3.0)
    steep = descend(quadratic(4.0, 9.0), OPTIMIZERS[name], knobs, start=(1.0, 2.0), num_steps=12)
    np.testing.assert_allclose(bent.params, steep.params, rtol=1e-7, atol=1e-9)


def test_newton_sees_the_noise_as_a_tilt():
    # noise p turns the bowl 1/2 x H x into one with its bottom at -H^-1 p: Newton jumps there from anywhere
    runs = [Descent(OPTIMIZERS["newton"]), Descent(OPTIMIZERS["gradient_descent"], {"learning_rate": 1.0})]
    newton = descend_all(quadratic(2.0, 8.0), runs[:1], start=(5.0, 5.0), num_steps=30, noise=1.0, seed=3)[0]
    pushes = -np.diff(descend_all(FLAT, runs[1:], start=(0.0, 0.0), num_steps=30, noise=1.0, seed=3)[0].params, axis=0)
    np.testing.assert_allclose(newton.params[1:], -pushes / [2.0, 8.0], rtol=1e-7, atol=1e-12)


def test_progress_counts_to_the_end_of_all_batches_and_may_stop_the_run():
    runs, seen = [Descent(OPTIMIZERS["adam"])] * (LANES + 1), []
    descend_all(quadratic(1.0, 1.0), runs, start=(1.0, 1.0), num_steps=700, progress=lambda *now: seen.append(now))
    assert seen == [(CHUNK - 1, 1400), (700, 1400), (700 + CHUNK - 1, 1400), (1400, 1400)]

    def stop(done, total):
        raise InterruptedError(f"{done} of {total}")

    with pytest.raises(InterruptedError, match=f"{CHUNK - 1} of 5000"):
        descend_all(quadratic(1.0, 1.0), runs[:1], start=(1.0, 1.0), num_steps=5000, progress=stop)


def test_packed_state_keeps_every_kind_of_leaf():
    state = {
        "count": jnp.asarray(2**31 - 1, jnp.int32), "long": jnp.asarray(-(2**53), jnp.int64),
        "key": jnp.asarray([2**32 - 1, 7], jnp.uint32), "flag": jnp.asarray([True, False]),
        "half": jnp.asarray(0.1, jnp.float32), "inf": jnp.asarray(jnp.inf), "matrix": jnp.arange(6.0).reshape(2, 3),
        "none": None,
    }  # fmt: skip
    vector = step._pack(state, jnp.zeros(40, float))
    assert vector.shape == (40,)
    assert vector.dtype == jnp.float64
    back = step._unpack(vector, jax.eval_shape(lambda: state))
    assert jax.tree.structure(back) == jax.tree.structure(state)
    for old, new in zip(jax.tree.leaves(state), jax.tree.leaves(back), strict=True):
        assert old.dtype == new.dtype
        assert old.tolist() == new.tolist()


def test_many_dimensions_run_backwards_and_obey_the_same_laws():
    curvatures = np.arange(1.0, 21.0)
    runs = [Descent(OPTIMIZERS[name]) for name in ("gradient_descent", "newton", "lbfgs", "adam")]
    paths = descend_all(lambda x: 0.5 * jnp.sum(curvatures * x**2), runs, start=np.ones(20), num_steps=60)
    law = (1 - 1e-3 * curvatures) ** np.arange(61)[:, None]
    np.testing.assert_allclose(paths[0].params, law, rtol=1e-12)
    np.testing.assert_allclose(paths[1].params[1], 0.0, atol=1e-13)
    assert paths[2].loss[-1] < 1e-12
    assert paths[3].loss[-1] < paths[3].loss[0]


@jax.custom_vjp
def _own_backward(x):
    return x * x


_own_backward.defvjp(lambda x: (x * x, x), lambda x, cotangent: (2 * x * cotangent,))


def test_slice_of_a_float32_network_with_a_backward_rule_of_its_own():
    def sliced(params):
        return jnp.sum(_own_backward(params.astype(jnp.float32)) * jnp.asarray([0.5, 2.0], jnp.float32))

    runs = [Descent(OPTIMIZERS[name], {"learning_rate": 0.1}) for name in ("gradient_descent", "newton")]
    descent, newton = descend_all(sliced, [*runs, Descent(OPTIMIZERS["lbfgs"])], start=(1.0, 1.0), num_steps=50)[:2]
    np.testing.assert_allclose(descent.params, np.array([0.9, 0.6]) ** np.arange(51)[:, None], rtol=1e-4)
    np.testing.assert_allclose(newton.params, np.outer(0.9 ** np.arange(51), [1.0, 1.0]), rtol=1e-4)


class Crater:
    """A landscape that may be told apart from its neighbours, and mourned."""

    def __call__(self, params):
        return jnp.log1p(params @ params)


@pytest.fixture
def own_cache(monkeypatch):
    """A cache of programs for one test, so that it may be filled and emptied."""
    cache = LRUCache(PROGRAMS)
    monkeypatch.setattr(program, "_KEPT", cache)
    return cache


def test_visitors_who_ask_at_once_cause_one_compilation_and_the_program_goes_with_its_landscape(own_cache):
    descend(FLAT, OPTIMIZERS["adam"], start=START, num_steps=1)  # what all programs of a dimension share
    crater, ends = Crater(), []

    def visit():
        ends.append(descend(crater, OPTIMIZERS["adam"], start=START, num_steps=20).params[-1].tolist())

    with compilations() as count:
        visitors = [threading.Thread(target=visit) for _ in range(4)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
    assert count() == 1
    assert ends == [ends[0]] * 4
    gone = weakref.ref(crater)
    del crater, visit
    own_cache.clear()
    gc.collect()
    assert gone() is None


def test_visitors_who_ask_at_once_share_one_program(own_cache, monkeypatch):
    built, given, together = [], [], threading.Barrier(4)

    class Slow(program.Program):
        def __init__(self, loss):
            built.append(loss)
            time.sleep(0.1)  # keeps the door open for the others
            super().__init__(loss)

    def ask(loss):
        together.wait()
        given.append(program_of(loss))

    monkeypatch.setattr(program, "Program", Slow)
    visitors = [threading.Thread(target=ask, args=(program.draw_chunk,)) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(built) == 1
    assert len(set(given)) == 1


def test_programs_used_long_ago_are_let_go(own_cache):
    craters: list[Any] = [Crater() for _ in range(PROGRAMS + 1)]
    kept = [weakref.ref(program_of(crater)) for crater in craters]
    gc.collect()
    assert [program() is None for program in kept] == [True] + [False] * PROGRAMS
    assert program_of(craters[-1]) is kept[-1]()


def test_the_oldest_program_can_be_let_go_but_not_the_last_one_nor_one_that_families_share(own_cache):
    craters: list[Any] = [Crater() for _ in range(3)]
    shared: Any = SURFACES["booth"].split()[0]
    kept = [program_of(crater) for crater in craters]
    common = program_of(shared)
    assert program_of(craters[0]) is kept[0]  # used last
    assert [program.forget_oldest_program() for _ in range(3)] == [True, True, False]
    assert program_of(craters[0]) is kept[0]
    assert program_of(craters[1]) is kept[1], "what is in use is not made again"
    gone = weakref.ref(kept.pop(2))
    assert gone() is None, "what nobody uses goes"
    assert program_of(shared) is common


def test_schedules_and_rules_are_told_apart_by_name_only_within_their_shelf():
    assert OPTIMIZERS["adam"] == OPTIMIZERS["adam"]
    assert hash(SCHEDULES["cosine"]) == hash(SCHEDULES["cosine"])
    assert OPTIMIZERS["adam"] != OPTIMIZERS["adamw"]
