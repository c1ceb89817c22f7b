"""The depth scale is that of the squared gradient, 1 / |ln chi_1| (Schoenholz et al. 2016, arXiv:1611.01232)."""

import math

import numpy as np
import pytest

from experiments.flow import Curve
from frontend.flow_panels import _depth_scale
from landscapes.signal import Layers, fixed_point, predict


def chi_of_tanh(weight: float, bias: float) -> float:
    """Squared growth of gradients a layer at the fixed point, by plain iteration over a fine grid."""
    u = np.linspace(-10, 10, 20001)
    density = np.exp(-(u**2) / 2) / np.exp(-(u**2) / 2).sum()
    q = 1.0
    for _ in range(2000):
        q = weight**2 * (density * np.tanh(np.sqrt(q) * u) ** 2).sum() + bias**2
    return weight**2 * (density * np.cosh(np.sqrt(q) * u) ** -4.0).sum()


@pytest.mark.parametrize(("weight", "bias"), [(1.0, 0.2236), (1.3, 0.2), (2.0, 0.2236), (1.6, 0.0)])
def test_squared_gradients_change_by_e_over_the_depth_scale(weight, bias):
    scale, chi = float(fixed_point("tanh", weight, bias).depth_scale), chi_of_tanh(weight, bias)
    assert scale == pytest.approx(1 / abs(math.log(chi)), rel=1e-4)
    settled = 2 * np.log(predict(Layers("tanh", 600, weight, bias)).factor[500:])  # of squares, a layer
    assert scale * abs(settled.mean()) == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize(
    ("curve", "said"),
    [(Curve("relu", 1.0), "squared gradient ÷ e in 1.4 layers"), (Curve("identity", 1.0), "on the edge of chaos"),
     (Curve("identity", 2.0), "squared gradient × e in 0.72 layers"), (Curve("tanh", 0.0), "no gradient passes")],
)  # fmt: skip
def test_the_map_says_of_what_it_is(curve, said):
    """Squares are halved a layer by ReLU at 1, and multiplied by 4 by the identity at 2: 1 / ln 2 and 1 / ln 4."""
    assert _depth_scale(curve) == said
