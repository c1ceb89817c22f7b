"""A layer's product with its weights, against NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from landscapes.networks.linear import FEW, linear


@pytest.mark.parametrize("rows", [(1,), (7,), (FEW,), (FEW + 1,), (3, 5), (2, FEW), (2, 3, 4)], ids=str)
def test_the_product_and_its_gradients_are_those_of_numpy(rows):
    rng = np.random.default_rng(len(rows))
    x, weight, pull = rng.standard_normal((*rows, 6)), rng.standard_normal((6, 4)), rng.standard_normal((*rows, 4))
    value, back = jax.vjp(jax.jit(linear), x, weight)
    np.testing.assert_allclose(value, x @ weight, rtol=1e-13)
    to_x, to_weight = back(jnp.asarray(pull))
    np.testing.assert_allclose(to_x, pull @ weight.T, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(
        to_weight, np.tensordot(x, pull, (range(len(rows)), range(len(rows)))), rtol=1e-11, atol=1e-12
    )


def test_the_gradient_has_a_gradient():
    x, weight = np.linspace(-1, 1, 12).reshape(4, 3), np.linspace(0.5, 2, 6).reshape(3, 2)

    def slope(weight):
        return jax.grad(lambda x: jnp.sum(linear(x, weight) ** 3))(x).sum()

    plain = jax.grad(lambda weight: jax.grad(lambda x: jnp.sum((x @ weight) ** 3))(x).sum())(weight)
    np.testing.assert_allclose(jax.grad(slope)(weight), plain, rtol=1e-12)
