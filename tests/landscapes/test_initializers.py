"""The shelf of initializers against the variances of the papers and the singular values of linear algebra."""

import numpy as np
import pytest
from scipy import stats

from landscapes import INITIALIZERS, NetworkLoss

SHAPES = [(300, 200), (64, 500), (3, 3, 16, 100)]
VARIANCES = {
    "zeros": lambda fan_in, fan_out: 0.0,
    "small_normal": lambda fan_in, fan_out: 1e-4,
    "large_normal": lambda fan_in, fan_out: 1.0,
    "glorot_uniform": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "glorot_normal": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he_normal": lambda fan_in, fan_out: 2 / fan_in,
    "he_uniform": lambda fan_in, fan_out: 2 / fan_in,
    "lecun_normal": lambda fan_in, fan_out: 1 / fan_in,
    "lecun_uniform": lambda fan_in, fan_out: 1 / fan_in,
}
every_entry = pytest.mark.parametrize("name", INITIALIZERS)
every_random = pytest.mark.parametrize("name", [name for name in VARIANCES if name != "zeros"])


def draw(name, shape, fans=None, seed=0):
    fan_in, fan_out = fans or (int(np.prod(shape[:-1])), shape[-1])
    return INITIALIZERS[name].function(np.random.default_rng(seed), shape, fan_in, fan_out)


def singular_values(matrix):
    return np.linalg.svd(matrix, compute_uv=False)


def test_every_entry_has_a_law():
    assert set(INITIALIZERS) == {*VARIANCES, "orthogonal"}
    assert all(name == entry.name for name, entry in INITIALIZERS.items())


@every_entry
def test_entries_are_documented_and_hashable_by_name(name):
    entry = INITIALIZERS[name]
    assert {entry: 1}[entry] == 1
    assert all(entry != other for key, other in INITIALIZERS.items() if key != name)
    assert entry.title
    assert entry.source
    assert entry.summary.endswith(".")


@every_entry
@pytest.mark.parametrize("shape", [*SHAPES, (1, 1), (2, 63), (7, 3)])
def test_shapes(name, shape):
    weights = draw(name, shape)
    assert weights.shape == shape
    assert np.isfinite(weights).all()


@every_random
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fans", [None, (30, 70), (900, 20)])
def test_moments(name, shape, fans):
    """The fans set the variance, whatever the shape; six standard errors of each moment are allowed."""
    fan_in, fan_out = fans or (int(np.prod(shape[:-1])), shape[-1])
    variance = VARIANCES[name](fan_in, fan_out)
    weights = draw(name, shape, fans, seed=3)
    kurtosis = 9 / 5 if "uniform" in name else 3
    assert abs(weights.mean()) < 6 * np.sqrt(variance / weights.size)
    assert np.mean(weights**2) == pytest.approx(variance, rel=6 * np.sqrt((kurtosis - 1) / weights.size))


@every_random
def test_distributions(name):
    """Plain normals, no truncated ones; uniforms up to the root of three variances."""
    weights = draw(name, (200, 200), seed=5).ravel()
    deviation = np.sqrt(VARIANCES[name](200, 200))
    reach = np.sqrt(3) * deviation
    law = stats.uniform(-reach, 2 * reach) if "uniform" in name else stats.norm(0, deviation)
    assert stats.kstest(weights, law.cdf).pvalue > 1e-3
    if "uniform" in name:
        assert 0.999 * reach < np.abs(weights).max() <= reach
    else:
        assert np.abs(weights).max() > 3.5 * deviation


def test_zeros_are_zero():
    assert not draw("zeros", (5, 4)).any()


@every_entry
def test_draws_are_the_generator_s(name):
    first, again, other = (draw(name, (12, 9), seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (name == "zeros") == np.array_equal(first, other)


@pytest.mark.parametrize("shape", [(64, 64), (100, 100), (64, 32), (200, 7), (3, 5), (2, 63), (1, 1), (4, 1)])
def test_orthogonal_matrices_keep_lengths(shape):
    weights = draw("orthogonal", shape)
    np.testing.assert_allclose(singular_values(weights), 1, rtol=1e-12)
    rows, columns = shape
    gram = weights.T @ weights if rows >= columns else weights @ weights.T
    np.testing.assert_allclose(gram, np.eye(min(shape)), atol=1e-12)


def test_orthogonal_kernels_are_flattened_but_for_the_last_axis():
    weights = draw("orthogonal", (3, 3, 4, 20))
    np.testing.assert_allclose(singular_values(weights.reshape(36, 20)), 1, rtol=1e-12)


def test_the_gates_of_a_cell_are_orthogonal_one_by_one():
    loss = NetworkLoss("lstm", dataset="adding", initializer="orthogonal", width=16)
    weights = loss.unflatten(loss.start())["layer 1"]["recurrent"]
    for gate in np.split(weights, 4, axis=1):
        np.testing.assert_allclose(gate.T @ gate, np.eye(16), atol=1e-5)


def test_orthogonal_matrices_are_drawn_evenly():
    """By the Haar measure the trace of a large orthogonal matrix has mean 0 and variance 1; raw QR is skewed."""
    rng = np.random.default_rng(0)
    traces = [np.trace(INITIALIZERS["orthogonal"].function(rng, (8, 8), 8, 8)) for _ in range(2000)]
    assert abs(np.mean(traces)) < 6 / np.sqrt(2000)
    assert np.var(traces) == pytest.approx(1, abs=0.2)


def test_twenty_orthogonal_layers_keep_every_singular_value_and_gaussian_ones_only_their_mean_square():
    """REFERENCE C, width 100: the mean of squares stays about 1, the median falls to about 0.001."""
    rng = np.random.default_rng(1)

    def stack(name):
        layers = [INITIALIZERS[name].function(rng, (100, 100), 100, 100) for _ in range(20)]
        return singular_values(np.linalg.multi_dot(layers))

    np.testing.assert_allclose(stack("orthogonal"), 1, rtol=1e-10)
    gaussian = [stack("lecun_normal") for _ in range(20)]
    assert np.mean(np.square(gaussian)) == pytest.approx(1, abs=0.25)
    assert 3e-4 < np.median(gaussian) < 3e-3


def test_thirty_relu_layers_keep_the_signal_with_he_and_lose_it_with_glorot():
    """The second moment is multiplied by s_w^2 / 2 a layer: about 1 with He, 2^-30 = 9.3e-10 with Glorot."""
    rng = np.random.default_rng(2)

    def moment(name):
        signal = rng.standard_normal((8, 256))
        for _ in range(30):
            signal = np.maximum(signal @ INITIALIZERS[name].function(rng, (256, 256), 256, 256), 0)
        return 2 * np.mean(signal**2)  # half of a layer's second moment passes the last ReLU

    he, glorot = (np.exp(np.mean([np.log(moment(name)) for _ in range(4)])) for name in ("he_normal", "glorot_normal"))
    assert 0.2 < he < 4
    assert 0.2 < glorot / 2**-30 < 4
