"""Reads a formula: characters, then tokens, then Python's own parser for the precedence, then a whitelist.

Nothing is ever compiled or evaluated as Python. What is outside the language is refused, never dropped or cut.
"""

import ast
import math
import re
from difflib import get_close_matches
from typing import NamedTuple

import numpy as np

from landscapes.formula.tree import Apply, Node, Number, Variable
from landscapes.formula.words import (
    ADD,
    ALIASES,
    CONSTANTS,
    DIVIDE,
    FUNCTIONS,
    MULTIPLY,
    NAMES,
    NEGATE,
    POWER,
    SUBTRACT,
    VARIABLES,
    Operation,
)

MAX_LENGTH = 400  # characters
MAX_NODES = 150
MAX_DEPTH = 32
MAX_NUMBER = 1e12

_SUPERSCRIPTS = {char: str(digit) for digit, char in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_TRANSLATION = {
    **dict.fromkeys("×·⋅∗", "*"),
    **dict.fromkeys("÷∕", "/"),
    **dict.fromkeys("−–", "-"),
    **dict.fromkeys("\t\r\n\u00a0\u2009\u202f", ""),
    **{"^": "**", "π": "pi", "√": "sqrt"},
}
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>\*\*|[-+*/(),])|(?P<blank> +)"
)
_BINARY = {ast.Add: ADD, ast.Sub: SUBTRACT, ast.Mult: MULTIPLY, ast.Div: DIVIDE, ast.Pow: POWER}
_OPERAND = f"a number, an opening bracket, or one of {NAMES}"
_OPERATOR = "+ - * / ^ (or **), a closing bracket, or the end"
_CHARACTERS = "letters, digits, . + - * / ^ ( ) , and blanks"
_HINTS = {
    "=": "only the right-hand side of f(x, y) = ...",
    "|": "abs(...) for an absolute value",
    "[": "round brackets",
    "{": "round brackets",
    "!": "no factorials; " + _CHARACTERS,
    "%": "no remainders; x - floor(x) is the part of x after the point",
    ";": "a comma between two arguments, a point in a number",
}


class FormulaError(ValueError):
    """A formula that cannot be read, and why.

    Attributes:
        message: what is wrong.
        position: where, as an index into the text that was given, from 0.
        token: the piece of the text that is wrong; always printable.
        allowed: what may stand there instead.
    """

    def __init__(self, message: str, position: int, token: str, allowed: str) -> None:
        self.message = message
        self.position = position
        self.token = "".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in token)
        self.allowed = allowed
        super().__init__(f"{message}: '{self.token}' at position {position}; allowed: {allowed}")

    def __reduce__(self):
        return FormulaError, (self.message, self.position, self.token, self.allowed)


class _Token(NamedTuple):
    kind: str
    text: str
    typed: str  # the same as it was given
    position: int  # where it was given

    @property
    def raised(self) -> bool:
        return self.typed in _SUPERSCRIPTS


def read(text: str) -> Node:
    """The tree of a formula.

    Raises:
        FormulaError: for anything that is not a formula.
    """
    if not isinstance(text, str):
        raise FormulaError("a formula is text", 0, type(text).__name__, "text")
    if len(text) > MAX_LENGTH:
        message = f"the formula is too long, with {len(text)} characters"
        raise FormulaError(message, MAX_LENGTH, text[MAX_LENGTH], f"at most {MAX_LENGTH} characters")
    source, origin = _translate(text)
    tokens = _tokens(text, source, origin)
    if not tokens:
        raise FormulaError("the formula is empty", 0, "", _OPERAND)
    _check_order(tokens, len(text))
    blanks = len(source) - len(source.lstrip(" "))
    try:
        tree = ast.parse(source.strip(" "), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as error:  # none is known to get here
        raise FormulaError("the formula cannot be read", 0, text[:20], _OPERAND) from error
    return _Builder(text, [*origin[blanks:], len(text)]).build(tree)


def _translate(text: str) -> tuple[str, list[int]]:
    """The text in ASCII, and for each of its characters where it came from.

    What is replaced stands between blanks: two signs never join to a third, nor a raised 2 and a plain 3 to 23.
    """
    parts: list[str] = []
    origin: list[int] = []
    for position, char in enumerate(text):
        if char in _SUPERSCRIPTS:
            begins = position == 0 or text[position - 1] not in _SUPERSCRIPTS
            ends = position + 1 == len(text) or text[position + 1] not in _SUPERSCRIPTS
            part = " ** " * begins + _SUPERSCRIPTS[char] + " " * ends
        else:
            part = f" {_TRANSLATION[char]} " if char in _TRANSLATION else char
        parts.append(part)
        origin += [position] * len(part)
    return "".join(parts), origin


def _tokens(text: str, source: str, origin: list[int]) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(source):
        found, position = _TOKEN.match(source, at), origin[at]
        if found is None:
            char = text[position]
            name = "this character" if " " < char <= "~" else f"the character U+{ord(char):04X}"
            raise FormulaError(f"{name} is not part of a formula", position, char, _HINTS.get(char, _CHARACTERS))
        if found.lastgroup == "number":
            _check_number(found[0], position)
        if found.lastgroup != "blank":
            typed = found[0] if text.startswith(found[0], position) else text[position]
            tokens.append(_Token(found.lastgroup or "", found[0], typed, position))
        at = found.end()
    return tokens


def _check_number(digits: str, position: int) -> None:
    value = float(digits)
    if value > MAX_NUMBER:
        raise FormulaError("the number is too large", position, digits, f"numbers up to {MAX_NUMBER:g}")
    if value == 0 and re.search("[1-9]", re.split("[eE]", digits)[0]):
        raise FormulaError("the number is too small to be told from 0", position, digits, "0, or numbers from 1e-300")
    if re.fullmatch("0[0-9]+", digits) and value:
        raise FormulaError("a whole number begins with 0", position, digits, digits.lstrip("0"))


def _check_order(tokens: list[_Token], end: int) -> None:
    """Checks that operands and operators alternate and brackets close, so that every error names its place."""
    open_brackets: list[tuple[_Token, bool]] = []  # the bracket, and whether it holds a function's arguments
    operand = True  # whether an operand is due
    before: _Token | None = None
    for token in tokens:
        if operand:
            operand = _check_operand(token, before, open_brackets)
        else:
            operand = _check_operator(token, before, open_brackets)
        if len(open_brackets) > MAX_DEPTH:
            raise FormulaError("too many brackets inside one another", token.position, "(", f"at most {MAX_DEPTH}")
        before = token
    if before is not None and _function(before) is not None:
        raise _bare(before)
    if operand:
        raise FormulaError("the formula ends too early", end, "", _OPERAND)
    if open_brackets:
        raise FormulaError("the bracket is never closed", open_brackets[-1][0].position, "(", "as many ) as (")


def _check_operand(token: _Token, before: _Token | None, open_brackets: list[tuple[_Token, bool]]) -> bool:
    """Refuses what is no operand; returns whether one is still due."""
    if before is not None and _function(before) is not None:
        if token.text != "(":
            raise _bare(before)
        open_brackets.append((token, True))
        return True
    if token.text == "(":
        open_brackets.append((token, False))
        return True
    if token.kind == "name":
        _check_name(token)
        return _function(token) is not None
    if token.kind == "number":
        return False
    if token.text in "+-":
        return True
    what = "there is nothing before this bracket" if token.text == ")" else "a number, x, y or a function is missing"
    raise FormulaError(what, token.position, token.typed, _OPERAND)


def _check_operator(token: _Token, before: _Token | None, open_brackets: list[tuple[_Token, bool]]) -> bool:
    """Refuses what cannot follow an operand; returns whether another operand is due."""
    assert before is not None
    if token.kind != "sign" or token.text == "(":
        message = f"an operator is missing after '{before.typed}'"
        raise FormulaError(
            message, token.position, token.typed, f"{_OPERATOR}; write {before.text}*{token.text} for a product"
        )
    if token.text == ")":
        if not open_brackets:
            raise FormulaError("this bracket was never opened", token.position, ")", "as many ) as (")
        open_brackets.pop()
        return False
    if token.text == "," and not (open_brackets and open_brackets[-1][1]):
        message = "a comma only separates the arguments of a function"
        raise FormulaError(message, token.position, ",", f"{_OPERATOR}; a point in numbers: 0.5")
    if token.text == "**" and before.raised:
        raise FormulaError("a power of a power needs brackets", token.position, token.typed, "(x^2)^3 or x^(2^3)")
    return True


def _bare(function: _Token) -> FormulaError:
    name = function.typed
    return FormulaError(f"{name} needs its argument in brackets", function.position, name, f"{function.text}(...)")


def _function(token: _Token) -> Operation | None:
    return FUNCTIONS.get(ALIASES.get(token.text, token.text)) if token.kind == "name" else None


def _check_name(token: _Token) -> None:
    if token.text in VARIABLES or token.text in CONSTANTS or _function(token) is not None:
        return
    if set(token.text) <= set(VARIABLES):
        raise FormulaError("unknown name", token.position, token.text, f"write {'*'.join(token.text)} for a product")
    near = get_close_matches(token.text.lower(), [*VARIABLES, *CONSTANTS, *FUNCTIONS, *ALIASES], n=1, cutoff=0.7)
    message = f"unknown name, did you mean {near[0]}" if near else "unknown name"
    raise FormulaError(message, token.position, token.text, NAMES)


class _Builder:
    """Builds the tree from Python's, node by node, from the few kinds that belong to the language."""

    def __init__(self, text: str, origin: list[int]) -> None:
        self._text = text
        self._origin = origin
        self._nodes = 0

    def build(self, node: ast.AST, depth: int = 1) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            allowed = f"at most {MAX_NODES} numbers, names and operations"
            raise self._error("the formula has too many parts", node, allowed)
        if depth > MAX_DEPTH:
            raise self._error("too many operations inside or behind one another", node, f"at most {MAX_DEPTH}")
        match node:
            case ast.Constant(value=(int() | float()) as value) if not isinstance(value, bool):
                return Number(float(value))
            case ast.Name(id=name) if name in VARIABLES:
                return Variable(name)
            case ast.Name(id=name) if name in CONSTANTS:
                return Number(CONSTANTS[name], name)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.build(node.operand, depth + 1)
            case ast.UnaryOp(op=ast.USub()):
                return self._apply(node, NEGATE, [node.operand], depth)
            case ast.BinOp() if type(node.op) in _BINARY:
                return self._apply(node, _BINARY[type(node.op)], [node.left, node.right], depth)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                operation = FUNCTIONS.get(ALIASES.get(name, name))
                if operation is not None:
                    return self._apply(node, operation, arguments, depth)
        raise self._error("this is not part of a formula", node, _OPERAND)

    def _apply(self, node: ast.expr, operation: Operation, arguments: list[ast.expr], depth: int) -> Node:
        if len(arguments) != operation.arity:
            count = f"{operation.arity} argument{'s' * (operation.arity > 1)}"
            message = f"{operation.name} takes {count}, not {len(arguments)}"
            raise self._error(message, node, f"{operation.name}({', '.join('xy'[: operation.arity])})")
        parts = tuple(self.build(each, depth + 1) for each in arguments)
        values = [part.value for part in parts if not isinstance(part, Variable) and part.value is not None]
        if len(values) < len(parts):
            return Apply(operation, parts)
        with np.errstate(all="ignore"):
            value = float(operation.numpy(*map(np.float64, values)))
        if not math.isfinite(value):
            raise self._error("this part has no finite value", node, "constants with a finite value")
        return Apply(operation, parts, value)

    def _error(self, message: str, node: ast.AST, allowed: str) -> FormulaError:
        start = self._origin[getattr(node, "col_offset", 0)]
        end = self._origin[getattr(node, "end_col_offset", 0) or 0]
        return FormulaError(message, start, self._text[start : max(end, start + 1)][:40], allowed)
