r"""The pieces of a formula: numbers, words and signs, with LaTeX's commands as the words and signs they stand for."""

import re
from typing import NamedTuple

from landscapes.formula.error import FormulaError

MAX_NUMBER = 1e12

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z_0-9]*(?:(?:\.[A-Za-z_][A-Za-z_0-9]*)+|(?<=_)\{[0-9]+\}|(?<=[xX]) ?\[ ?[0-9] ?\])?)"
    r"|(?P<named>\\(?:operatorname|mathrm|text) ?\{ ?[A-Za-z][A-Za-z0-9]* ?\})"
    r"|(?P<logarithm>\\log ?_ ?(?:[0-9]+|\{ ?(?:[0-9]+|e) ?\}))"
    r"|(?P<command>\\[A-Za-z]+|\\[^A-Za-z\n])"
    r"|(?P<sign>\*\*|\.\*|\./|\.\^|<=|>=|:=|->|=>|[-+*/^(),\[\]{}|=<>;:.$'\"`@])"
    r"|(?P<blank>[ \n]+)"
)
_SIGNS = {"^": "**", ".*": "*", "./": "/", ".^": "**"}
_COMMANDS = {  # LaTeX: what each stands for
    **dict.fromkeys((r"\cdot", r"\times", r"\ast"), "*"),
    **dict.fromkeys((r"\div",), "/"),
    **dict.fromkeys((r"\le", r"\leq", r"\leqslant"), "<="),
    **dict.fromkeys((r"\ge", r"\geq", r"\geqslant"), ">="),
    **{r"\lt": "<", r"\gt": ">", r"\vert": "|", r"\lvert": "|", r"\rvert": "|", r"\mid": "|", r"\to": "->"},
    **{r"\lbrack": "[", r"\rbrack": "]", r"\mapsto": "->"},
    **dict.fromkeys((r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"), "frac"),
    **{sign: sign for sign in (r"\lfloor", r"\rfloor", r"\lceil", r"\rceil", r"\(", r"\)", r"\[", r"\]")},
}
_FENCES = {r"\left": "left", r"\right": "right", r"\lvert": "left", r"\rvert": "right"}
_SIZES = (r"\big", r"\Big", r"\bigg", r"\Bigg", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\biggl", r"\biggr")
_SPACES = (r"\,", r"\;", r"\:", r"\!", "\\ ", r"\quad", r"\qquad", r"\displaystyle", r"\left", r"\right", *_SIZES)
_WORDS = {
    **{rf"\{name}": name for name in ("pi", "tau", "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos")},
    **{rf"\{name}": name for name in ("arctan", "sinh", "cosh", "tanh", "coth", "exp", "ln", "log", "min", "max")},
    **{r"\sqrt": "sqrt", r"\surd": "sqrt", r"\cuberoot": "cbrt", r"\sigma": "sigmoid", r"\lg": "lg"},
}


class Token(NamedTuple):
    """One piece: what it stands for, and where and how it was typed."""

    kind: str  # number, word, sign or frac; later variable, constant or function instead of word
    text: str
    typed: str
    position: int
    gap: str = ""  # what stood before it: nothing, a blank, or a new line
    fence: str = ""  # left or right, of a bar that says which it is
    source: str = ""  # in ASCII

    @property
    def end(self) -> int:
        return self.position + len(self.typed)

    def error(self, message: str, allowed: str) -> FormulaError:
        return FormulaError(message, self.position, self.typed[:40], allowed)


def tokens_of(text: str, source: str, origin: list[int]) -> list[Token]:
    """The pieces of the translated text.

    Raises:
        FormulaError: for a number that is too large or too small, and for what is no piece of a formula.
    """
    tokens: list[Token] = []
    at, gap, fence = 0, "", ""
    while at < len(source):
        found, position = _TOKEN.match(source, at), origin[at]
        if found is None:
            char = text[position]
            raise FormulaError("this character is not part of a formula", position, char, "letters, digits and signs")
        at = found.end()
        typed = text[position : origin[at - 1] + 1]
        if found.lastgroup == "blank" or found[0] in _SPACES:
            gap = "\n" if "\n" in found[0] + gap else " "
            fence = _FENCES.get(found[0], fence)
            continue
        kind, meant = _meant(found, position, typed)
        tokens.append(Token(kind, meant, typed, position, gap, _FENCES.get(found[0], fence), found[0]))
        gap = fence = ""
    return tokens


def _meant(found: re.Match[str], position: int, typed: str) -> tuple[str, str]:
    group, piece = found.lastgroup or "", found[0]
    if group == "number":
        _check_number(piece, position, typed)
        return group, piece
    if group == "sign":
        return group, _SIGNS.get(piece, piece)
    if group == "word":
        return group, re.sub("[ {}]", "", piece)
    if group == "named":
        return "word", piece[piece.index("{") + 1 : -1].strip()
    if group == "logarithm":
        return "word", re.sub(r"[\\ {}]", "", piece)
    if piece in _WORDS:
        return "word", _WORDS[piece]
    if piece in _COMMANDS:
        meant = _COMMANDS[piece]
        return ("frac" if meant == "frac" else "sign"), meant
    raise FormulaError(
        "this command of LaTeX is not part of a formula",
        position,
        typed,
        r"\frac, \sqrt, \cdot, \left( \right), \pi and the functions, such as \sin",
    )


def _check_number(digits: str, position: int, typed: str) -> None:
    value = float(digits)
    if value > MAX_NUMBER:
        raise FormulaError("the number is too large", position, typed, f"numbers up to {MAX_NUMBER:g}")
    if value == 0 and re.search("[1-9]", re.split("[eE]", digits)[0]):
        raise FormulaError("the number is too small to be told from 0", position, typed, "0, or numbers from 1e-300")
    if re.fullmatch("0[0-9]+", digits) and value:
        raise FormulaError("a whole number begins with 0", position, typed, digits.lstrip("0"))
