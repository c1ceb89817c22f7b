"""Compiled once for all tests: the shelf's shared value and slope, all formulas', each surface's own curvature."""

import jax
import numpy as np

from landscapes.catalogue import catalogue_loss
from landscapes.formula.machine import formula_loss
from landscapes.surface import Alone

value_and_slope = jax.jit(jax.value_and_grad(catalogue_loss))
_formula_values = jax.jit(jax.vmap(formula_loss, in_axes=(0, None)))
_formula_slopes = jax.jit(jax.vmap(jax.grad(formula_loss), in_axes=(0, None)))
_formula_curvatures = jax.jit(jax.vmap(jax.hessian(formula_loss), in_axes=(0, None)))
_curvature = jax.jit(jax.hessian(lambda loss, params, values: loss(params, values), argnums=1), static_argnums=0)


def slope(surface, point):
    """The gradient of a shelf surface."""
    return np.asarray(value_and_slope(np.asarray(point, float), surface.split()[1])[1])


def curvature(surface, point):
    """The Hessian of a shelf surface."""
    return np.asarray(_curvature(Alone(surface.function), np.asarray(point, float), surface.shape))


def formula_values(surface, points):
    """The losses of a formula at points of shape (n, 2)."""
    return np.asarray(_formula_values(np.asarray(points, float), surface.split()[1]))


def formula_slopes(surface, points):
    """The gradients of a formula at points of shape (n, 2)."""
    return np.asarray(_formula_slopes(np.asarray(points, float), surface.split()[1]))


def formula_curvatures(surface, points):
    """The Hessians of a formula at points of shape (n, 2)."""
    return np.asarray(_formula_curvatures(np.asarray(points, float), surface.split()[1]))
