"""Dead units: networks that are dead at their start against the closed form, and the training in which units die."""

import numpy as np
import pytest

from experiments.dying import MOST_LAYERS, NETS, WIDTHS, Dying, born
from experiments.training import run


def test_most_points_hold_the_law():
    """1 - (1 - 2^-N)^(L - 1). Points of a width share networks, so all widths and seeds are counted together."""
    layers = np.arange(1, MOST_LAYERS + 1)
    inside = []
    for width in (*WIDTHS, 8):
        law = 1 - (1 - 2.0**-width) ** (layers - 1)
        spread = np.sqrt(law * (1 - law) / NETS)
        for seed in (0, 1, 2, 7):
            found = born(width, seed)
            np.testing.assert_allclose(found.law, law, rtol=1e-12, atol=1e-15)
            assert (np.abs(found.share - law) <= 4 * spread + 1e-12).all(), (width, seed)
            inside.append(np.mean((found.low <= law) & (law <= found.high)))
    assert np.mean(inside) >= 0.9


@pytest.mark.parametrize("width", WIDTHS)
def test_the_picture_holds_the_law(width):
    found = born(width)
    assert np.mean((found.low <= found.law) & (found.law <= found.high)) >= 0.9


def test_what_is_counted():
    found = born(3)
    assert found.share[0] == 0, "one layer is linear and has nothing that dies"
    assert (np.diff(found.share) >= 0).all(), "no layer revives a dead network"
    assert (found.share >= found.low - 1e-12).all()
    assert (found.share <= found.high + 1e-12).all()
    np.testing.assert_array_equal(found.layers, np.arange(1.0, 41.0))
    np.testing.assert_allclose(found.share * NETS, np.rint(found.share * NETS), atol=1e-9)


def test_the_interval_is_wilsons():
    """The ends solve (share - p)^2 = z^2 p (1 - p) / n."""
    found = born(2)
    for p in (found.low, found.high):
        np.testing.assert_allclose((found.share - p) ** 2, 1.96**2 * p * (1 - p) / NETS, atol=1e-15)


def test_seeds_and_widths_draw_their_own():
    again = born.__wrapped__(2, 0)
    np.testing.assert_array_equal(again.share, born(2, 0).share)
    assert (born(2, 0).share != born(2, 1).share).any()


def test_three_learners_that_differ_in_the_activation_only():
    training = Dying(rate=0.5, depth=3, width=8, steps=40, seed=7).training()
    kinds = [dict(learner.settings) for learner in training.learners]
    assert [settings.pop("activation") for settings in kinds] == ["relu", "leaky_relu", "prelu"]
    assert kinds == [{"depth": 3, "width": 8}] * 3
    assert {(each.run, each.network, each.batch_size) for each in training.learners} == {
        (training.learners[0].run, "mlp", 0)
    }
    assert training.learners[0].run.optimizer == "gradient_descent"
    assert dict(training.learners[0].run.hyperparams) == {"learning_rate": 0.5}
    assert (training.dataset, training.num_steps, training.seed) == ("moons", 40, 7)


def test_a_high_rate_kills_relus_and_no_leaky_ones():
    """The preset's, shorter. What starts alive and ends without a slope was killed by the rate."""
    relu, leaky, _ = run(Dying(rate=1.0, depth=3, steps=60, seed=1).training()).runs
    gentle = run(Dying(rate=0.01, depth=3, steps=60, seed=1).training()).runs[0]
    dead, few = ((each.died[each.unit_layers, : each.units] >= 0).sum() for each in (relu, gentle))
    assert dead > few
    assert (leaky.died[leaky.unit_layers, : leaky.units] < 0).all()
