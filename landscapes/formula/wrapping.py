"""What people write around a formula, such as ``f(x, y) =``, quotes or dollars: recognized, and taken off."""

import re

from landscapes.formula.names import KNOWN
from landscapes.formula.tokens import Token

_PAIRS = {'"': '"', "'": "'", "`": "`", "$": "$", r"\(": r"\)", r"\[": r"\]"}
_PARAMETERS = {
    *("x , y", "X , Y", "x", "X", "x1 , x2", "x_1 , x_2", "X1 , X2", "X_1 , X_2", "x[0] , x[1]", "x[1] , x[2]"),
}
_EQUALS = ("=", ":=")
_ARROWS = ("->", "=>")
_LONGEST = 12  # pieces before the sign: def f ( x , y ) : return
_DEFINED = re.compile(r"([A-Za-z][A-Za-z_0-9]*)(?: \( (.*) \))?")
_RIGHT_HAND_SIDE = "only the right-hand side of f(x, y) = ..."


def unwrapped(tokens: list[Token]) -> list[Token]:
    """The pieces of the formula itself.

    Raises:
        FormulaError: for what stands before a sign of equality and is no name of a function of x and y.
    """
    before, quoted, ended = None, False, False
    while tokens and tokens != before:
        before = tokens
        if len(tokens) > 1 and tokens[-1].text in (";", ".") and not ended:
            tokens, ended = tokens[:-1], True
        first, last = tokens[0], tokens[-1]
        if len(tokens) > 2 and last.text == _PAIRS.get(first.text) and not (quoted and first.text in "\"'`"):
            quoted = quoted or first.text in "\"'`"
            tokens = tokens[1:-1]
        tokens = _right_hand_side(tokens)
    return tokens


def _right_hand_side(tokens: list[Token]) -> list[Token]:
    if len(tokens) > 1 and tokens[0].text == "=":  # as in a cell of a spreadsheet
        return tokens[1:]
    texts = [token.text for token in tokens[: _LONGEST + 1]]
    for opening in (["@", "("], ["function", "("]):
        if texts[:2] == opening and ")" in texts:
            end = texts.index(")")
            return tokens[end + 1 :] if " ".join(texts[2:end]) in _PARAMETERS else tokens
    at = next((k for k, text in enumerate(texts) if text in (*_EQUALS, *_ARROWS, ":")), 0)
    if not at:
        return tokens
    head, sign = " ".join(texts[:at]), texts[at]
    if sign in _EQUALS:
        if texts[at + 1 : at + 2] == ["="]:
            raise tokens[at].error("the sign == is not part of a formula", "where(x > 0, a, b), with < <= > or >=")
        if not _defines(head):
            raise tokens[at].error("this sign has something else than a name before it", _RIGHT_HAND_SIDE)
    elif sign in _ARROWS:
        if head.removeprefix("( ").removesuffix(" )") not in _PARAMETERS:
            raise tokens[at].error("this arrow has something else than x and y before it", _RIGHT_HAND_SIDE)
    elif head.startswith("lambda ") and head.removeprefix("lambda ") in _PARAMETERS:
        pass
    elif head.startswith("def ") and _defines(head.removeprefix("def ")) and texts[at + 1 : at + 2] == ["return"]:
        at += 1
    else:
        return tokens
    return tokens[at + 1 :]


def _defines(head: str) -> bool:
    """Whether this is a name, or a name with its parameters, that means nothing else in a formula."""
    found = _DEFINED.fullmatch(head)
    if found is None or found[1].lower() in KNOWN or re.fullmatch("[xXyY][_0-9]*", found[1]):
        return False
    return found[2] is None or found[2] in _PARAMETERS
