"""Builds a formula's tree from Python's own, from the few kinds of node that belong to the language.

Some functions are written in terms of others: ``sec(x)`` becomes 1/cos(x), and is shown so.
"""

import ast
import math
from collections.abc import Callable, Sequence

import numpy as np

from landscapes.formula.error import FormulaError
from landscapes.formula.tree import MAX_NODES, Apply, Node, Number, Variable
from landscapes.formula.words import (
    ADD,
    COMPARISONS,
    CONSTANTS,
    DIVIDE,
    FUNCTIONS,
    MANY,
    MULTIPLY,
    NEGATE,
    POWER,
    SUBTRACT,
    VARIABLES,
    Operation,
)

MAX_DEPTH = 32

_BINARY = {ast.Add: ADD, ast.Sub: SUBTRACT, ast.Mult: MULTIPLY, ast.Div: DIVIDE, ast.Pow: POWER}
_COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_ONE, _TWO, _HALF_TURN = Number(1.0), Number(2.0), Number(180.0)
_PI = Number(CONSTANTS["pi"], "pi")


class _NotFiniteError(ValueError):
    """A part without a variable that has no finite value."""


def _applied(operation: Operation, *parts: Node) -> Node:
    values = [part.value for part in parts if not isinstance(part, Variable) and part.value is not None]
    if len(values) < len(parts):
        return Apply(operation, parts)
    with np.errstate(all="ignore"):
        value = float(operation.numpy(*map(np.float64, values)))
    if not math.isfinite(value):
        raise _NotFiniteError
    return Apply(operation, parts, value)


def _call(name: str, *parts: Node) -> Node:
    return _applied(FUNCTIONS[name], *parts)


def _inverted(name: str) -> Callable[[Node], Node]:
    return lambda t: _applied(DIVIDE, _ONE, _call(name, t))


def _extreme(name: str) -> Callable[..., Node]:
    def nested(first: Node, *others: Node) -> Node:
        for other in others:
            first = _call(name, first, other)
        return first

    return nested


def _hypotenuse(*sides: Node) -> Node:
    total, *squares = (_applied(POWER, side, _TWO) for side in sides)
    for square in squares:
        total = _applied(ADD, total, square)
    return _call("sqrt", total)


def _logarithm(t: Node, base: Node | None = None) -> Node:
    if base is None:
        return _call("log", t)
    named = isinstance(base, Number) and {2.0: "log2", 10.0: "log10", CONSTANTS["e"]: "log"}.get(base.value)
    return _call(named, t) if named else _applied(DIVIDE, _call("log", t), _call("log", base))


# name: how many arguments, at least and at most, and what it is in terms of the rest of the language
DERIVED: dict[str, tuple[int, int, Callable[..., Node]]] = {
    "min": (*MANY["min"], _extreme("min")),
    "max": (*MANY["max"], _extreme("max")),
    "log": (*MANY["log"], _logarithm),
    "pow": (2, 2, lambda base, exponent: _applied(POWER, base, exponent)),
    "power": (2, 2, lambda base, exponent: _applied(POWER, base, exponent)),
    "square": (1, 1, lambda t: _applied(POWER, t, _TWO)),
    "exp2": (1, 1, lambda t: _applied(POWER, _TWO, t)),
    "expm1": (1, 1, lambda t: _applied(SUBTRACT, _call("exp", t), _ONE)),
    "log1p": (1, 1, lambda t: _call("log", _applied(ADD, _ONE, t))),
    "hypot": (2, 3, _hypotenuse),
    "degrees": (1, 1, lambda t: _applied(DIVIDE, _applied(MULTIPLY, t, _HALF_TURN), _PI)),
    "radians": (1, 1, lambda t: _applied(DIVIDE, _applied(MULTIPLY, t, _PI), _HALF_TURN)),
    "clip": (3, 3, lambda t, low, high: _call("min", _call("max", t, low), high)),
    **{short: (1, 1, _inverted(name)) for short, name in (("sec", "cos"), ("csc", "sin"), ("cot", "tan"))},
    **{short: (1, 1, _inverted(name)) for short, name in (("sech", "cosh"), ("csch", "sinh"), ("coth", "tanh"))},
}


class Builder:
    """Builds one tree, and counts its parts."""

    def __init__(self, text: str, origin: Sequence[int]) -> None:
        self._text = text
        self._origin = origin
        self._nodes = 0

    def build(self, node: ast.AST) -> Node:
        """The tree.

        Raises:
            FormulaError: where there are too many parts, too many of them inside one another, or some without a value.
        """
        tree = self._node(node, 1)
        parts, depth = _size(tree)
        if parts > MAX_NODES:
            raise self._too_many(node)
        if depth > MAX_DEPTH:
            raise self._too_deep(node)
        return tree

    def _node(self, node: ast.AST, depth: int) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._too_many(node)
        if depth > MAX_DEPTH:
            raise self._too_deep(node)
        match node:
            case ast.Constant(value=(int() | float()) as value) if not isinstance(value, bool):
                return Number(float(value))
            case ast.Name(id=name) if name in VARIABLES:
                return Variable(name)
            case ast.Name(id=name) if name in CONSTANTS:
                return Number(CONSTANTS[name], name)
            case ast.UnaryOp(op=ast.UAdd()):
                return self._node(node.operand, depth + 1)
            case ast.UnaryOp(op=ast.USub()):
                return self._applied(node, NEGATE, [node.operand], depth)
            case ast.BinOp() if type(node.op) in _BINARY:
                return self._applied(node, _BINARY[type(node.op)], [node.left, node.right], depth)
            case ast.Compare(ops=[sign], comparators=[right]) if type(sign) in _COMPARED:
                return self._applied(node, COMPARISONS[_COMPARED[type(sign)]], [node.left, right], depth)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                if name in DERIVED:
                    return self._derived(node, name, arguments, depth)
                if name in FUNCTIONS:
                    return self._applied(node, FUNCTIONS[name], arguments, depth)
        raise self._error("this is not part of a formula", node, "numbers, x, y, operators and functions")

    def _derived(self, node: ast.expr, name: str, arguments: list[ast.expr], depth: int) -> Node:
        least, most, meaning = DERIVED[name]
        if not least <= len(arguments) <= most:
            allowed = str(least) if most == least else f"{least} to {most}" if most < 9 else f"{least} or more"
            raise self._miscounted(node, name, f"{allowed} argument{'s' * (most > 1)}", least, len(arguments))
        return self._finite(node, meaning, [self._node(each, depth + 1) for each in arguments])

    def _applied(self, node: ast.expr, operation: Operation, arguments: list[ast.expr], depth: int) -> Node:
        if len(arguments) != operation.arity:
            count = f"{operation.arity} argument{'s' * (operation.arity > 1)}"
            raise self._miscounted(node, operation.name, count, operation.arity, len(arguments))
        parts = [self._node(each, depth + 1) for each in arguments]
        return self._finite(node, lambda *parts: _applied(operation, *parts), parts)

    def _finite(self, node: ast.AST, meaning: Callable[..., Node], parts: list[Node]) -> Node:
        try:
            return meaning(*parts)
        except _NotFiniteError:
            raise self._error("this part has no finite value", node, "constants with a finite value") from None

    def _miscounted(self, node: ast.AST, name: str, count: str, least: int, found: int) -> FormulaError:
        example = {"where": "where(x > 0, x, y)"}.get(name, f"{name}({', '.join('xy2'[:least])})")
        return self._error(f"{name} takes {count}, not {found}", node, example)

    def _too_many(self, node: ast.AST) -> FormulaError:
        allowed = f"at most {MAX_NODES} numbers, names and operations"
        return self._error("the formula has too many parts", node, allowed)

    def _too_deep(self, node: ast.AST) -> FormulaError:
        return self._error("too many operations inside or behind one another", node, f"at most {MAX_DEPTH}")

    def _error(self, message: str, node: ast.AST, allowed: str) -> FormulaError:
        start = self._origin[getattr(node, "col_offset", 0)]
        end = self._origin[(getattr(node, "end_col_offset", 0) or 1) - 1] + 1
        return FormulaError(message, start, self._text[start:end][:40], allowed)


def _size(node: Node) -> tuple[int, int]:
    """How many parts a tree has, and how many stand inside one another."""
    if not isinstance(node, Apply):
        return 1, 1
    sizes = [_size(each) for each in node.arguments]
    return 1 + sum(parts for parts, _ in sizes), 1 + max(depth for _, depth in sizes)
