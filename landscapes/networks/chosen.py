"""One of several functions by position, with a gradient that costs no more than the chosen one's."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

Branch = Callable[..., Any]  # (fixed, *operands) -> array; the same function each time, for it is part of a program


class Only(NamedTuple):
    """A position that is known, of a program that holds this branch and the shelf's first, the plain one.

    It stays a switch: what is inside a branch is compiled by itself, and rounds as in a program of all branches.
    """

    known: int
    asked: Any  # int32, traced: the position in the values, which is the known one


def _few(position: Any, branches: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
    """The position among the branches that the program holds, and these."""
    if not isinstance(position, Only):
        return position, tuple(branches)
    if position.known == 0:
        return 0, tuple(branches[:1])
    return (position.asked == position.known).astype(jnp.int32), (branches[0], branches[position.known])


def switch(position: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """``branches[position](*operands)``; only that one is part of the program where the position is no traced value."""
    position, branches = _few(position, branches)
    return branches[position](*operands) if isinstance(position, int) else lax.switch(position, branches, *operands)


def choose(branches: tuple[Branch, ...], position: Any, fixed: Any, *operands: Any) -> Any:
    """``branches[position](fixed, *operands)``, differentiable in the operands by reverse mode.

    Autodiff of `lax.switch` hands what any branch might need from the forward pass to the backward one; here the
    backward pass is a switch of its own, which keeps the operands only.

    Args:
        branches: functions of the same shapes and dtypes.
        position: of the branch: int32, traced, or a known int, of whose branch alone a program is made, or `Only`.
        fixed: what the branches read and no gradient is asked of.
        operands: arrays.
    """
    position, branches = _few(position, branches)
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
