"""The tree of a formula, and its value in NumPy."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from landscapes.formula.words import Operation

MAX_NODES = 150  # of a tree


@dataclass(frozen=True)
class Number:
    """A number, or a constant with a name."""

    value: float
    name: str = ""


@dataclass(frozen=True)
class Variable:
    """x or y."""

    name: str


@dataclass(frozen=True)
class Apply:
    """An operation and what it is applied to; ``value`` is the result where no variable takes part, else None."""

    operation: Operation
    arguments: "tuple[Node, ...]"
    value: float | None = None


Node = Number | Variable | Apply


def on_numpy(node: Node, x: Any, y: Any) -> Any:
    """The value in NumPy; a constant is an array scalar, so that 1/0 is infinite and not an exception."""
    if isinstance(node, Variable):
        return x if node.name == "x" else y
    if node.value is not None:
        return np.float64(node.value)
    return node.operation.numpy(*(on_numpy(each, x, y) for each in node.arguments))
