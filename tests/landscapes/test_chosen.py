"""A switch with a gradient of its own, against the branches themselves."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from landscapes.networks.chosen import choose

BRANCHES = (
    lambda fixed, z, slope: fixed * z,
    lambda fixed, z, slope: jnp.sin(z) * slope,
    lambda fixed, z, slope: slope * jnp.exp(fixed * z) + z**3,
)
Z, FIXED, SLOPE = np.linspace(-1.0, 2.0, 7), np.arange(7.0), np.float64(0.3)


@pytest.mark.parametrize("position", range(len(BRANCHES)))
def test_the_value_and_the_gradient_are_those_of_the_branch(position):
    def chosen(z, slope):
        return jnp.sum(jnp.asarray(choose(BRANCHES, jnp.int32(position), FIXED, z, slope)))

    def plain(z, slope):
        return jnp.sum(BRANCHES[position](FIXED, z, slope))

    np.testing.assert_array_equal(jax.jit(chosen)(Z, SLOPE), jax.jit(plain)(Z, SLOPE))
    for mine, theirs in zip(
        jax.jit(jax.grad(chosen, (0, 1)))(Z, SLOPE), jax.grad(plain, (0, 1))(Z, SLOPE), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-14)


def test_the_gradient_has_a_gradient():
    def curved(choice):
        return jax.grad(lambda z: jax.grad(lambda z: choice(z).sum())(z).sum())

    mine = curved(lambda z: choose(BRANCHES, jnp.int32(2), FIXED, z, SLOPE))(Z)
    theirs = curved(lambda z: BRANCHES[2](FIXED, z, SLOPE))(Z)
    np.testing.assert_allclose(mine, theirs, rtol=1e-13)


def test_the_backward_pass_keeps_the_operands_only():
    """What autodiff of a switch keeps of every branch is what this is for."""
    choice = lambda z: choose(BRANCHES, jnp.int32(1), FIXED, z, SLOPE)  # noqa: E731
    switch = lambda z: jax.lax.switch(jnp.int32(1), BRANCHES, FIXED, z, SLOPE)  # noqa: E731

    def numbers_kept(function):
        return sum(np.size(leaf) for leaf in jax.tree.leaves(jax.vjp(function, Z)[1]))

    assert numbers_kept(choice) < numbers_kept(switch)
