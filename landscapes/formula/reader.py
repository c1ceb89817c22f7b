"""Reads a formula: characters, pieces, brackets, a plain way of writing it, Python's own parser, then a whitelist.

Nothing is ever compiled or evaluated as Python, whose parser sees nothing but the words and signs of the language. What
is outside the language is refused, never dropped or cut.
"""

import ast

from landscapes.formula.builder import Builder
from landscapes.formula.characters import translate
from landscapes.formula.error import FormulaError
from landscapes.formula.groups import grouped
from landscapes.formula.names import named
from landscapes.formula.plain import OPERAND, Plain, write
from landscapes.formula.tokens import tokens_of
from landscapes.formula.tree import Node
from landscapes.formula.wrapping import unwrapped

MAX_LENGTH = 400  # characters


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
    tokens = unwrapped(tokens_of(text, *translate(text)))
    if not tokens:
        raise FormulaError("the formula is empty", 0, "", OPERAND)
    plain = Plain(text, strict="\\" in text or "$" in text)
    write(plain, grouped(named(tokens)), tokens[-1].end)
    try:
        tree = ast.parse(plain.text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as error:  # none is known to get here
        raise FormulaError("the formula cannot be read", 0, text[:20], OPERAND) from error
    return Builder(text, plain.origin).build(tree)
