"""One of several functions by a traced position, with a gradient that costs no more than the chosen one's."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
from jax import lax

Branch = Callable[..., Any]  # (fixed, *operands) -> array; the same function each time, for it is part of a program


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def choose(branches: tuple[Branch, ...], position: Any, fixed: Any, *operands: Any) -> Any:
    """``branches[position](fixed, *operands)``, differentiable in the operands by reverse mode.

    Autodiff of `lax.switch` hands what any branch might need from the forward pass to the backward one; here the
    backward pass is a switch of its own, which keeps the operands only.

    Args:
        branches: functions of the same shapes and dtypes.
        position: of the branch, int32, traced.
        fixed: what the branches read and no gradient is asked of.
        operands: arrays.
    """
    return lax.switch(position, branches, fixed, *operands)


def _forward(branches, position, fixed, *operands):
    return choose(branches, position, fixed, *operands), (position, fixed, operands)


def _backward(branches, kept, cotangent):
    position, fixed, operands = kept

    def pull(branch):
        return lambda fixed, operands, cotangent: jax.vjp(partial(branch, fixed), *operands)[1](cotangent)

    grads = lax.switch(position, [pull(branch) for branch in branches], fixed, operands, cotangent)
    return None, None, *grads


choose.defvjp(_forward, _backward)
