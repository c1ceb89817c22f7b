"""The pieces of a formula put into their brackets, bars among them."""

from collections.abc import Sequence
from typing import NamedTuple, TypeGuard

from landscapes.formula.builder import MAX_DEPTH
from landscapes.formula.error import FormulaError
from landscapes.formula.tokens import Token

_MAX_BARS = 8  # open at a time
_CLOSING = {"(": ")", "[": "]", "{": "}", r"\lfloor": r"\rfloor", r"\lceil": r"\rceil"}


class Group(NamedTuple):
    """What stands between two brackets of a kind."""

    opening: Token
    items: "tuple[Item, ...]"
    closing: Token

    @property
    def kind(self) -> str:
        return self.opening.text

    @property
    def text(self) -> str:
        return ""

    @property
    def gap(self) -> str:
        return self.opening.gap

    @property
    def position(self) -> int:
        return self.opening.position

    @property
    def end(self) -> int:
        return self.closing.end

    def error(self, message: str, allowed: str) -> FormulaError:
        return self.opening.error(message, allowed)


Item = Token | Group


def is_sign(item: Item | None, *signs: str) -> TypeGuard[Token]:
    """Whether this is one of these signs."""
    return isinstance(item, Token) and item.kind == "sign" and item.text in signs


def is_function(item: Item | None) -> bool:
    """Whether this is the name of a function."""
    return isinstance(item, Token) and item.kind == "function"


def grouped(tokens: Sequence[Token]) -> tuple[Item, ...]:
    """The pieces as a tree of brackets.

    Raises:
        FormulaError: for brackets that do not match, too many of them, and bars that can be paired in several ways.
    """
    levels: list[list[Item]] = [[]]
    opened: list[Token] = []
    for token in tokens:
        if token.kind != "sign" or token.text not in (*_CLOSING, *_CLOSING.values()):
            levels[-1].append(token)
        elif token.text in _CLOSING:
            if len(opened) == MAX_DEPTH:
                raise token.error("too many brackets inside one another", f"at most {MAX_DEPTH}")
            opened.append(token)
            levels.append([])
        elif not opened:
            raise token.error("this bracket was never opened", "as many ) as (")
        else:
            opening, items = opened.pop(), levels.pop()
            if token.text != _CLOSING[opening.text]:
                raise token.error(f"this bracket does not match '{opening.typed}'", _CLOSING[opening.text].lstrip("\\"))
            levels[-1].append(Group(opening, _barred(items), token))
    if opened:
        raise opened[-1].error("the bracket is never closed", "as many ) as (")
    return _barred(levels[0])


class _Reading(NamedTuple):
    """A way to pair the bars so far: how many are open, whether an operand is due, and which bars open."""

    ways: int
    opens: "tuple[bool, _Reading] | None"


def _barred(items: list[Item]) -> tuple[Item, ...]:
    """The items with what stands between two bars as a group."""
    bars = [item for item in items if is_sign(item, "|")]
    if not bars:
        return tuple(items)
    readings = {(0, True): _Reading(1, None)}
    for item in items:
        readings = _after(item, readings)
    whole = [reading for (depth, _), reading in readings.items() if depth == 0]
    if not whole:
        raise bars[0].error(
            "the bars | cannot be paired", f"abs(...) for an absolute value, at most {_MAX_BARS} inside one another"
        )
    if len(whole) > 1 or whole[0].ways > 1:
        raise bars[0].error("the bars | can be paired in more than one way", "abs(...) for an absolute value")
    return _paired(items, _opens(whole[0]))


def _after(item: Item, readings: dict[tuple[int, bool], _Reading]) -> dict[tuple[int, bool], _Reading]:
    after: dict[tuple[int, bool], _Reading] = {}

    def add(depth: int, due: bool, ways: int, opens: "tuple[bool, _Reading] | None") -> None:
        if 0 <= depth <= _MAX_BARS:
            known = after.get((depth, due))
            after[depth, due] = _Reading(min(2, ways + (known.ways if known else 0)), opens)

    for (depth, due), reading in readings.items():
        if is_sign(item, "|"):
            if item.fence != "right":
                add(depth + 1, True, reading.ways, (True, reading))
            if not due and item.fence != "left":
                add(depth - 1, False, reading.ways, (False, reading))
        elif isinstance(item, Token) and item.kind == "sign":
            if not due or item.text in "+-":  # any other sign needs something before it
                add(depth, True, reading.ways, reading.opens)
        elif due or not (isinstance(item, Token) and item.kind == "number"):  # no number follows an operand
            is_function = isinstance(item, Token) and item.kind in ("function", "frac")
            add(depth, is_function, reading.ways, reading.opens)
    if not after and item.text != "|":  # another fault than the bars', which is found later
        return {(depth, item.text in "+-*/"): reading for (depth, _), reading in readings.items()}
    return after


def _opens(reading: _Reading) -> list[bool]:
    opens = []
    while reading.opens is not None:
        opened, reading = reading.opens
        opens.append(opened)
    return opens[::-1]


def _paired(items: list[Item], opens: list[bool]) -> tuple[Item, ...]:
    levels: list[list[Item]] = [[]]
    opened: list[Token] = []
    roles = iter(opens)
    for item in items:
        if not (is_sign(item, "|")):
            levels[-1].append(item)
        elif next(roles):
            opened.append(item)
            levels.append([])
        else:
            inside = tuple(levels.pop())
            levels[-1].append(Group(opened.pop(), inside, item))
    return tuple(levels[0])
