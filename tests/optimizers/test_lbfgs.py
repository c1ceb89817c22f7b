"""L-BFGS: the direction of its papers, Wolfe's conditions, and a loss that never rises on any surface."""

import numpy as np
import pytest
from scipy.optimize import minimize

from landscapes import SURFACES
from optimizers import OPTIMIZERS, descend
from tests.landscapes.programs import slope
from tests.landscapes.textbook import SHAPES
from tests.optimizers.terrain import quadratic, rosenbrock, rosenbrock_gradient, rosenbrock_loss

START = (-1.2, 1.0)
LBFGS = OPTIMIZERS["lbfgs"]
BOTTOMLESS = {"saddle", "monkey_saddle"}


def two_loop_direction(params: np.ndarray, grads: np.ndarray, k: int) -> np.ndarray:
    """Algorithm 7.4 of Nocedal & Wright over the last ten pairs, from points and gradients 0..k."""
    pairs = [(params[i + 1] - params[i], grads[i + 1] - grads[i]) for i in range(max(0, k - 10), k)]
    q, alphas = grads[k], []
    for s, y in reversed(pairs):
        alphas.append(s @ q / (s @ y))
        q = q - alphas[-1] * y
    if pairs:
        s, y = pairs[-1]
        q = q * (s @ y) / (y @ y)
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        q = q + s * (alpha - y @ q / (s @ y))
    return -q


def test_lbfgs_goes_along_the_two_loop_direction_as_far_as_wolfe_allows():
    run = descend(rosenbrock(), LBFGS, start=START, num_steps=60)
    grads = np.array([rosenbrock_gradient(x) for x in run.params])
    last = int(np.flatnonzero(run.grad_norm > 1e-4)[-1])
    assert last > 20  # far enough for the memory of ten to turn over
    for k in range(last):
        direction, step = two_loop_direction(run.params, grads, k), run.params[k + 1] - run.params[k]
        cosine = step @ direction / np.linalg.norm(step) / np.linalg.norm(direction)
        assert cosine == pytest.approx(1.0, abs=1e-7)
        assert run.loss[k + 1] <= run.loss[k] + 1e-4 * grads[k] @ step
        assert abs(grads[k + 1] @ step) <= 0.9 * abs(grads[k] @ step)


def test_lbfgs_ends_where_scipy_does_in_about_as_many_steps():
    theirs = minimize(rosenbrock_loss, START, jac=rosenbrock_gradient, method="L-BFGS-B", options={"maxcor": 10})
    run = descend(rosenbrock(), LBFGS, start=START, num_steps=60)
    np.testing.assert_allclose(run.params[-1], theirs.x, atol=1e-4)
    reached = run.first_below(float(theirs.fun))
    assert reached is not None
    assert 0.5 * theirs.nit < reached < 2 * theirs.nit


@pytest.mark.parametrize("condition", [1.0, 7.0, 100.0, 1e4])
@pytest.mark.parametrize("tilt", [0.0, 0.4])
def test_on_a_bowl_it_is_at_the_bottom_as_soon_as_scipy(condition, tilt):
    hessian = np.array([[1.0, tilt * np.sqrt(condition)], [tilt * np.sqrt(condition), condition]])
    terrain = quadratic(hessian[0, 0], hessian[1, 1], hessian[0, 1])
    theirs = minimize(lambda x: 0.5 * x @ hessian @ x, (3.0, -2.0), jac=lambda x: hessian @ x, method="L-BFGS-B",
                      options={"maxcor": 10, "ftol": 0.0, "gtol": 1e-9})  # fmt: skip
    run = descend(terrain, LBFGS, start=(3.0, -2.0), num_steps=60)
    np.testing.assert_allclose(run.params[-1], theirs.x, atol=1e-8)
    there = int(np.flatnonzero(run.grad_norm < 1e-8 * np.sqrt(condition))[0])
    assert there <= 2 * theirs.nit + 5
    for k in range(there):
        grads, step = run.params @ hessian, run.params[k + 1] - run.params[k]
        direction = two_loop_direction(run.params, grads, k)
        assert step @ direction > (1 - 1e-6) * np.linalg.norm(step) * np.linalg.norm(direction)
        assert abs(grads[k + 1] @ step) <= 0.9 * abs(grads[k] @ step)


def rises(run) -> np.ndarray:
    """The steps over which the loss rises beyond the rounding of a few operations."""
    loss = run.loss[np.isfinite(run.loss)]
    return np.flatnonzero(np.diff(loss) > 1e-14 * np.abs(loss[:-1]))


@pytest.mark.parametrize("name", SURFACES)
def test_the_loss_never_rises_from_anywhere(name):
    rng = np.random.default_rng(9)
    for shape in SHAPES.get(name, [{}]):
        surface = SURFACES[name].with_shape(**shape)
        for _ in range(12):
            start = [rng.uniform(low, high) for low, high in surface.domain]
            run = descend(surface, LBFGS, start=start, num_steps=200)
            assert rises(run).size == 0, (shape, start, rises(run))
            assert name in BOTTOMLESS or run.diverged_at is None


def test_it_comes_down_from_the_plain_where_it_climbed():
    run = descend(SURFACES["plateau"], LBFGS, start=(2.2, -4.8), num_steps=500)
    assert rises(run).size == 0
    assert run.loss[-1] < 1e-12


@pytest.mark.parametrize("name", sorted(SURFACES.keys() - BOTTOMLESS))
def test_every_step_goes_down_the_slope_and_nearly_all_as_far_as_wolfe_asks(name):
    surface, rng = SURFACES[name], np.random.default_rng(4)
    kept = asked = 0
    for _ in range(6):
        run = descend(surface, LBFGS, start=[rng.uniform(low, high) for low, high in surface.domain], num_steps=40)
        steps, grads = np.diff(run.params, axis=0), np.array([slope(surface, point) for point in run.params])
        fall, before, after = -np.diff(run.loss), (grads[:-1] * steps).sum(axis=1), (grads[1:] * steps).sum(axis=1)
        sure = fall > 1e-9 * np.abs(run.loss[:-1])  # else Wolfe's first condition is one of rounding
        assert (before[sure] < 0).all()
        kept += (sure & (fall >= -1e-4 * before) & (abs(after) <= 0.9 * abs(before) * (1 + 1e-9))).sum()
        asked += sure.sum()
    # on a plain thirty looks may not be enough to find the well: such a step falls, and no more is promised
    assert kept >= (0.9 if name in ("plateau", "easom") else 1.0) * asked


def test_where_no_step_falls_it_stays_for_good():
    run = descend(quadratic(2.0, -2.0), LBFGS, start=(0.0, 0.0), num_steps=5)  # the saddle itself
    assert (run.params == 0).all()


def test_under_noise_it_goes_down_the_landscape_of_each_step():
    run = descend(quadratic(1.0, 30.0), LBFGS, start=(3.0, 1.0), num_steps=300, noise=0.1, seed=3)
    assert run.diverged_at is None
    # a step may go to the bottom of the tilted bowl, noise / curvature away, and no further
    assert np.median(run.loss[50:]) < 0.1**2 * (1 + 1 / 30)
