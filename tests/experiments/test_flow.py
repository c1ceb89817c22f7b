"""Gradient flow as a visitor asks for it: what arrives, what theory says, and where numbers give out."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.flow import (
    SMALLEST,
    Curve,
    Flow,
    Measured,
    TimeCurve,
    TimeFlow,
    flow_live,
    through_layers,
    through_time,
    usual,
    watched,
)
from landscapes import ACTIVATIONS
from landscapes.signal import Layers, predict

DEFAULT = Flow()


def only(flow: Flow, curve: Curve) -> Measured:
    return next(through_layers(replace(flow, curves=(curve,))))


@pytest.mark.parametrize("curve", DEFAULT.curves, ids=lambda curve: f"{curve.activation} {curve.weight}")
def test_what_is_measured_adds_up(curve):
    found = only(DEFAULT, curve)
    gradient, (low, high) = found.gradient, found.band
    assert gradient.shape == (10, 21)
    np.testing.assert_array_equal(gradient[:, 0], 1)
    np.testing.assert_allclose(found.median, np.sort(gradient, 0)[4:6].mean(0), rtol=1e-12)
    assert (low <= found.median).all()
    assert (found.median <= high).all()
    assert (low[1:] < high[1:]).all(), "the seeds differ"
    np.testing.assert_allclose(found.factor**20, np.sort(gradient[:, -1])[4:6].mean(), rtol=1e-9)
    assert found.left == found.median[-1]
    assert found.exploded is None
    assert found.lost is None


@pytest.mark.parametrize("curve", DEFAULT.curves, ids=lambda curve: f"{curve.activation} {curve.weight}")
def test_theory_is_that_of_infinite_width(curve):
    found = only(DEFAULT, curve)
    said = predict(Layers(curve.activation, 20, curve.weight)).factor
    assert found.theory is not None
    assert found.theory_factor is not None
    np.testing.assert_allclose(found.theory, [np.prod(said[20 - k :]) for k in range(21)], rtol=1e-12)
    np.testing.assert_allclose(found.theory_factor**20, np.prod(said), rtol=1e-9)
    assert abs(np.log(found.factor / found.theory_factor)) < 0.12, "64 units are near infinitely many"


def test_relu_theory_is_the_closed_form():
    """sigma_w / sqrt 2 a layer (He et al. 2015), and sigma_w for the identity."""
    for curve, factor in ((Curve("relu", 1.8), 1.8 / np.sqrt(2)), (Curve("identity", 0.7), 0.7)):
        theory = only(Flow(depth=7), curve).theory
        assert theory is not None
        np.testing.assert_allclose(theory, factor ** np.arange(8), rtol=1e-9)


def test_an_orthogonal_linear_net_keeps_every_gradient_exactly():
    found = only(DEFAULT, Curve("identity", 0.9, weights="orthogonal"))
    np.testing.assert_allclose(found.gradient, np.broadcast_to(0.9 ** np.arange(21.0), (10, 21)), rtol=2e-5)


def test_the_same_seeds_give_the_same_bits_and_more_seeds_keep_the_first():
    curve = Curve("tanh", 1.3, 0.1, normalization="layer", skip="plain")
    once, again = (only(Flow(), curve).gradient for _ in range(2))
    np.testing.assert_array_equal(once, again)
    more = only(Flow(seeds=20), curve).gradient
    assert more.shape == (20, 21)
    np.testing.assert_array_equal(more[:10], once)
    assert len(np.unique(more[:, -1])) == 20
    later = only(Flow(seed=10), curve).gradient
    np.testing.assert_array_equal(later, more[10:])


def test_activations_share_their_weights():
    """A leaky ReLU of slope 1 is the identity, on the same draws."""
    leaky = only(DEFAULT, Curve("leaky_relu", slope=1.0)).gradient
    np.testing.assert_allclose(leaky, only(DEFAULT, Curve("identity")).gradient, rtol=1e-5)


def test_a_deep_sigmoid_net_is_lost_where_float32_ends():
    found = only(Flow(depth=100), Curve("sigmoid"))
    assert found.lost is not None
    assert 70 <= found.lost <= 74
    assert found.median[found.lost] < SMALLEST <= found.median[found.lost - 1]
    assert 0 < found.median[-1] < 1e-60, "true sizes are kept"
    assert found.factor == pytest.approx(0.2336, abs=2e-3)


def test_without_weights_nothing_arrives():
    found = only(DEFAULT, Curve("tanh", 0.0))
    assert (found.gradient[:, 1:] == 0).all()
    assert found.factor == 0
    assert found.theory_factor == 0
    assert found.exploded is None


def test_a_signal_that_explodes_is_named_by_its_layer():
    """ReLU with weights of 100 multiplies the signal by 100 / sqrt 2 a layer (He et al. 2015); float32 ends at 3e38."""
    found = only(Flow(depth=30), Curve("relu", 100.0))
    sizes = (100.0 / np.sqrt(2)) ** np.arange(1, 31)
    assert found.exploded is not None
    assert abs(found.exploded - (1 + int(np.argmax(sizes > np.finfo(np.float32).max)))) <= 1
    assert np.isnan(found.factor)
    np.testing.assert_array_equal(found.gradient[:, 0], 1)
    assert np.isnan(found.gradient[:, 1:]).all()
    assert found.theory_factor == pytest.approx(100 / np.sqrt(2)), "infinite width has no such end"


def test_sizes_beyond_any_float_have_a_factor():
    """At weights of 0.001 a sigmoid's slope of 1/4 leaves 2.5e-4 a layer: 1e-360 after a hundred."""
    found = only(Flow(depth=100), Curve("sigmoid", 0.001))
    assert found.factor == pytest.approx(2.5e-4, rel=0.02)
    assert (found.silent, found.left) == (0, 1e-300)
    cell = through_time(TimeFlow(steps=200), TimeCurve(scale=0.01, activation="identity"))
    assert cell.factor == pytest.approx(0.01, rel=1e-4)
    assert (cell.silent, cell.left) == (0, 1e-300)
    tiny = through_time(TimeFlow(), TimeCurve(scale=1e-25, activation="identity"))
    assert tiny.factor == pytest.approx(1e-25, rel=1e-3), "squares of which float32 holds none"


def test_a_signal_that_underflows_is_told_from_a_dead_network():
    """ReLU at weights of 0.001 leaves 7e-4 of a signal a layer, so float32's 1e-45 is passed at layer 14 or 15."""
    found = only(Flow(depth=30), Curve("relu", 0.001))
    assert found.silent == 10
    assert found.faded is not None
    assert 12 <= found.faded <= 15
    assert only(Flow(), Curve("relu", 0.0)).faded is None
    assert only(Flow(width=1, depth=40), usual("relu")).faded is None
    assert only(Flow(depth=30), Curve("tanh", 0.001)).silent == 0


def test_memory_keeps_a_gradient_where_its_gate_is_open():
    """A bias of 5 keeps sigmoid(5) = 0.993 a step, one of 1 keeps 0.73 (Jozefowicz et al. 2015)."""
    left = {(c.cell, c.gate): m.left for c, m in zip(TimeFlow().curves, [*flow_live(TimeFlow())][-1], strict=True)}
    forgets = through_time(TimeFlow(), TimeCurve("gru", 0.25)).left
    assert max(left["lstm", 1.0], forgets) < 1e-5
    for cell in ("lstm", "gru"):
        assert 0.5 < left[cell, 5.0] < 2
        assert left[cell, 5.0] > 10 * left["rnn", 1.0]


def test_networks_of_one_unit():
    found = only(Flow(width=1), Curve("tanh"))
    assert np.isfinite(found.gradient).all()
    assert 0 < found.factor < 1
    dead = only(Flow(width=1, depth=100), usual("relu"))
    assert dead.factor == 0, "of one unit's hundred layers some are dead"
    assert dead.median[-1] == 0


def test_skips_and_their_branches():
    layers = Curve("relu", skip="scaled").layers(25)
    assert (layers.residual, layers.branch) == (True, 0.2)
    assert (Curve().layers(25).residual, Curve(skip="plain").layers(25).branch) == (False, 1.0)
    plain, skips = (only(Flow(depth=40), Curve("sigmoid", skip=skip)).factor for skip in ("none", "scaled"))
    assert plain < 0.3
    assert 0.99 < skips < 1.01


def test_one_network_is_watched():
    parts = watched(Flow(depth=3, width=5, seed=4), Curve("relu"))
    np.testing.assert_array_equal(parts.outputs[..., :5], np.maximum(parts.inputs[..., :5], 0))
    gradient = only(Flow(depth=3, width=5, seed=4), Curve("relu")).gradient[0, -1]
    np.testing.assert_allclose(np.prod(parts.factor[0]), gradient, rtol=1e-4)


def test_curves_become_known_one_after_the_other():
    flow = Flow(curves=DEFAULT.curves[:3], depth=4)
    known = list(flow_live(flow))
    assert [len(found) for found in known] == [1, 2, 3]
    assert known[-1][0] is known[0][0]
    np.testing.assert_array_equal(known[-1][2].gradient, only(flow, flow.curves[2]).gradient)
    cells = TimeFlow(curves=(TimeCurve(), TimeCurve("gru")), steps=3)
    assert [len(found) for found in flow_live(cells)] == [1, 2]
    assert list(flow_live(Flow(curves=()))) == [()]


def test_the_usual_scale_is_that_of_the_papers():
    assert usual("relu") == Curve("relu", 1.414)  # He et al. 2015
    assert usual("prelu").weight == round((2 / (1 + 0.25**2)) ** 0.5, 3)
    assert usual("tanh") == Curve("tanh", 1.0)  # LeCun et al. 1998
    assert usual("selu").weight == 1.0  # Klambauer et al. 2017
    assert {usual(name).activation for name in ACTIVATIONS} == set(ACTIVATIONS)


@pytest.mark.parametrize("scale", [0.9, 1.0, 1.1])
@pytest.mark.parametrize("steps", [1, 50, 200])
def test_a_linear_cell_is_rho_to_the_t(scale, steps):
    found = through_time(TimeFlow(steps=steps), TimeCurve(scale=scale, activation="identity"))
    expected = scale ** np.arange(steps + 1)
    np.testing.assert_allclose(found.gradient, np.broadcast_to(expected, (10, steps + 1)), rtol=3e-4)
    assert found.theory is not None
    np.testing.assert_allclose(found.theory, expected, rtol=1e-12)
    assert found.factor == pytest.approx(scale, rel=1e-5)
    assert found.theory_factor == scale


@pytest.mark.parametrize("curve", TimeFlow().curves, ids=lambda curve: f"{curve.cell} {curve.activation} {curve.scale}")
def test_the_weights_gradient_grows_with_the_steps(curve):
    """Every step adds to it; far back, where next to nothing is added, that may point the other way."""
    found = through_time(TimeFlow(), curve)
    assert found.weights is not None
    assert found.weights.shape == (51,)
    assert found.weights[0] == 0
    assert (np.diff(found.weights) >= -1e-3 * found.weights[1:]).all()
    assert found.weights[-1] > 1.5 * found.weights[1]
    assert (found.theory is None) == ((curve.cell, curve.activation) != ("rnn", "identity")), "it is exact or not there"
    np.testing.assert_array_equal(found.gradient[:, 0], 1)


@pytest.mark.parametrize("steps", [150, 200])
def test_a_recurrent_signal_that_overflows_does_not_vanish(steps):
    """A ReLU cell of scale 3 multiplies its gradient by 2.1 a step; beyond float32 it is not zero."""
    cell = TimeCurve(scale=3.0, activation="relu", input=1.0)
    short, found = through_time(TimeFlow(steps=50), cell), through_time(TimeFlow(steps=steps), cell)
    assert short.factor > 2
    assert found.exploded is not None or found.factor > 2


def test_an_exact_zero_is_not_an_underflow():
    assert only(DEFAULT, Curve("tanh", 0.0)).lost is None


def test_networks_of_which_nothing_arrives_are_counted():
    found = only(Flow(width=1, depth=3), Curve("relu"))
    assert found.parts is not None
    dead = (found.parts.factor == 0).any(1)
    assert 0 < found.silent == dead.sum() < 10
    assert only(Flow(), Curve("relu", 0.0)).silent == 10
    assert only(Flow(), Curve("relu")).silent == 0
