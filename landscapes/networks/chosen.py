"""One of several functions by position, with a gradient that costs no more than the chosen one's."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
from jax import lax

Branch = Callable[..., Any]  # (fixed, *operands) -> array; the same function each time, for it is part of a program


def switch(position: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """``branches[position](*operands)``; only that one is part of the program where the position is no traced value."""
    return branches[position](*operands) if isinstance(position, int) else lax.switch(position, branches, *operands)


def choose(branches: tuple[Branch, ...], position: Any, fixed: Any, *operands: Any) -> Any:
    """``branches[position](fixed, *operands)``, differentiable in the operands by reverse mode.

    Autodiff of `lax.switch` hands what any branch might need from the forward pass to the backward one; here the
    backward pass is a switch of its own, which keeps the operands only.

    Args:
        branches: functions of the same shapes and dtypes.
        position: of the branch: int32, traced, or a known int, of whose branch alone a program is made.
        fixed: what the branches read and no gradient is asked of.
        operands: arrays.
    """
    if isinstance(position, int):
        return branches[position](fixed, *operands)
    return _chosen(branches, position, fixed, *operands)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _chosen(branches, position, fixed, *operands):
    return lax.switch(position, branches, fixed, *operands)


def _forward(branches, position, fixed, *operands):
    return _chosen(branches, position, fixed, *operands), (position, fixed, operands)


def _backward(branches, kept, cotangent):
    position, fixed, operands = kept

    def pull(branch):
        return lambda fixed, operands, cotangent: jax.vjp(partial(branch, fixed), *operands)[1](cotangent)

    grads = lax.switch(position, [pull(branch) for branch in branches], fixed, operands, cotangent)
    return None, None, *grads


_chosen.defvjp(_forward, _backward)
