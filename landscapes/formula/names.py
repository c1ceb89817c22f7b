"""The words of a formula: which function, constant or variable each stands for, however it is spelled.

Two variables may be called x and y, X and Y, x1 and x2, or x[0] and x[1]: one way in one formula.
"""

import re
from difflib import get_close_matches

from landscapes.formula.builder import DERIVED
from landscapes.formula.error import FormulaError
from landscapes.formula.tokens import Token
from landscapes.formula.words import ALIASES, CONSTANTS, FUNCTIONS, VARIABLES

CALLABLE = {name: name for name in (*FUNCTIONS, *DERIVED)} | ALIASES
KNOWN = {*CALLABLE, *CONSTANTS, "tau", "lambda", "return"}
NAMES = f"{', '.join(VARIABLES)}, {', '.join(CONSTANTS)}, {', '.join(CALLABLE)}"

_LIBRARIES = {
    *("np", "numpy", "math", "jnp", "jax.numpy", "jax.nn", "torch", "tf", "tf.math", "tf.nn", "Math", "sympy", "sp"),
}
_ARRAYS = {"np", "numpy", "jnp", "jax.numpy"}
_FACTORS = re.compile(r"pi|[xy]_?[0-9]+|[xy]\[[0-9]\]|[xy]")
_INDEXED = re.compile(r"([xy])(_?)(?:([0-9]+)|\[([0-9])\])")
_SPREADSHEET = {  # in capitals: what a spreadsheet takes it for, which is another function
    "LOG": "log(x) for the natural logarithm, log10(x) for that to base 10",
    "ATAN2": "atan2(y, x), which is the angle of the point (x, y)",
    "ROUND": "round(x), which takes halves to the even neighbour, or floor(x + 0.5)",
}
_OTHERS = {  # functions with a name of their own that are not in the language
    "sqr": "x^2 for the square, sqrt(x) for the root",
    "sinc": "sin(x)/x or sin(pi*x)/(pi*x), written out",
    "lg": "log10(x) or log2(x)",
    **dict.fromkeys(("lb", "ld"), "log2(x) for the logarithm to base 2"),
    **dict.fromkeys(("fmod", "rem", "remainder"), "mod(x, y) for x - y*floor(x/y)"),
    **dict.fromkeys(("trunc", "fix", "int"), "sign(x)*floor(abs(x)) for the whole part"),
    **dict.fromkeys(("acot", "arccot", "arcctg"), "atan(1/x) or pi/2 - atan(x)"),
    **dict.fromkeys(("asec", "arcsec"), "acos(1/x) for the inverse of the secant"),
    **dict.fromkeys(("acsc", "arccsc"), "asin(1/x) for the inverse of the cosecant"),
    **dict.fromkeys(("acoth", "arcoth", "arccoth"), "atanh(1/x) for the inverse of the hyperbolic cotangent"),
    **dict.fromkeys(("asech", "arsech", "arcsech"), "acosh(1/x) for the inverse of the hyperbolic secant"),
    **dict.fromkeys(("acsch", "arcsch", "arccsch"), "asinh(1/x) for the inverse of the hyperbolic cosecant"),
    **{
        f"{name}d": f"{name}(radians(x)) for an angle in degrees" for name in ("sin", "cos", "tan", "sec", "csc", "cot")
    },
    **{f"{name}d": f"degrees({name}(x)) for an angle in degrees" for name in ("asin", "acos", "atan")},
    **{f"{name}pi": f"{name}(pi*x)" for name in ("sin", "cos", "tan")},
    **dict.fromkeys(("heaviside", "step"), "where(x > 0, 1, 0), with the value at 0 that you mean"),
    **dict.fromkeys(("erf", "gamma", "factorial", "random", "rand", "sum", "mean", "norm"), NAMES),
}
_CHOICE = "where(x > 0, a, b) for a choice"
_OTHERS |= dict.fromkeys(("else", "and", "or", "not", "piecewise"), _CHOICE) | {"mod": "mod(x, y) for a remainder"}


def named(tokens: list[Token]) -> list[Token]:
    """The pieces with every word turned into variables, constants and functions; ``xsin`` is x and sin.

    Raises:
        FormulaError: for a word that is not known, that can be read in two ways, or that is a third variable.
    """
    pieces = [piece for token in tokens for piece in (_pieces(token) if token.kind == "word" else [token])]
    return _two_variables(pieces)


def _pieces(token: Token) -> list[Token]:
    word = token.text
    *library, last = word.rsplit(".", 1)
    if library:
        _check_library(token, library[0], last)
    name = last.lower()
    if name in CALLABLE:
        if last in _SPREADSHEET and not library:
            raise token.error(f"{last} in capitals is another function in spreadsheets", _SPREADSHEET[last])
        return [token._replace(kind="function", text=CALLABLE[name])]
    if name in (*CONSTANTS, "tau"):
        return [token._replace(kind="constant", text=name)]
    if not library:
        pieces = _glued(token, name)
        if pieces:
            return pieces
    raise _unknown(token, last)


def _check_library(token: Token, library: str, last: str) -> None:
    name = last.lower()
    if library not in _LIBRARIES or name not in (*CALLABLE, *CONSTANTS, "tau"):
        raise token.error(f"{token.text} is not part of a formula", f"the names of the language: {NAMES}")
    if library in _ARRAYS and name in ("min", "max"):
        raise token.error(f"{token.text} takes the {name} along an axis", f"{name}(x, y) for that of two")
    if library == "Math" and name == "round":
        raise token.error("Math.round rounds halves up", "floor(x + 0.5)")


def _glued(token: Token, name: str) -> list[Token]:
    """Variables and pi side by side, then perhaps a function, and perhaps one variable after it; empty if it is not."""
    at, spans = 0, []
    while found := _FACTORS.match(name, at):
        spans.append(("constant" if found[0] == "pi" else "variable", at, found.end()))
        at = found.end()
    rest = name[at:]
    if rest in CALLABLE:
        spans.append(("function", at, len(name)))
    elif rest[:-1] in CALLABLE and rest.isalpha() and rest[-1] in "xy" and name not in _OTHERS:
        spans += [("function", at, len(name) - 1), ("variable", len(name) - 1, len(name))]
    elif rest:
        return []
    return [_part(token, kind, start, end) for kind, start, end in spans]


def _part(token: Token, kind: str, start: int, end: int) -> Token:
    text = token.text[start:end]
    text = {"constant": "pi", "function": CALLABLE.get(text.lower(), "")}.get(kind, text)
    if len(token.typed) == len(token.text):  # as typed, letter by letter
        token = token._replace(typed=token.typed[start:end], position=token.position + start)
    return token._replace(kind=kind, text=text, gap=token.gap if start == 0 else "")


def _unknown(token: Token, last: str) -> FormulaError:
    name = last.lower()
    if name in _OTHERS:
        return token.error(f"{last} is not part of a formula", _OTHERS[name])
    if re.fullmatch("[xy]*e[xye]*|[xy]*pie[xy]*", name):
        return token.error(f"'{last}' can be read in more than one way", "e*x for a product, e^x or exp(x) for a power")
    found = re.fullmatch("([a-z]+)([0-9]+)[xy]?", name)
    if found and found[1] in CALLABLE:
        allowed = f"{found[1]}({found[2]}*x) for a product inside, {found[1]}(x)^{found[2]} for a power"
        if found[1] + found[2] in CALLABLE:
            allowed += f", {found[1]}{found[2]}(x) for that function"
        return token.error(f"'{last}' can be read in more than one way", allowed)
    if len(name) == 1 or re.fullmatch("[a-z]_?[0-9]+", name):
        return token.error(f"{last} is not a name of the language; x and y are the variables", NAMES)
    near = get_close_matches(name, [*CONSTANTS, *CALLABLE], n=1, cutoff=0.81) if name.isalpha() else []
    return token.error(f"unknown name, did you mean {near[0]}?" if near else "unknown name", NAMES)


def _two_variables(pieces: list[Token]) -> list[Token]:
    variables = [piece for piece in pieces if piece.kind == "variable"]
    letters = {piece.text for piece in variables if len(piece.text) == 1}
    indexed = [piece for piece in variables if len(piece.text) > 1]
    for piece in variables:
        if piece.text.isupper() and piece.text.lower() in letters:
            raise piece.error(
                f"{piece.text} and {piece.text.lower()} stand in one formula", "one of them: the same letter everywhere"
            )
    if not indexed:
        return [piece._replace(text=piece.text.lower()) if piece.kind == "variable" else piece for piece in pieces]
    if letters:
        plain = next(piece for piece in variables if len(piece.text) == 1)
        message = f"{indexed[0].text} and {plain.text} stand in one formula"
        raise max(indexed[0], plain, key=lambda piece: piece.position).error(
            message, "x and y, or x1 and x2, or x[0] and x[1]"
        )
    names = _numbered(indexed)
    return [piece._replace(text=names[piece.text.lower()]) if piece.kind == "variable" else piece for piece in pieces]


def _numbered(indexed: list[Token]) -> dict[str, str]:
    """Which of x and y each numbered name is."""
    found = {piece.text.lower(): _INDEXED.fullmatch(piece.text.lower()) for piece in indexed}
    forms = {(match[2], match[3] is None) for match in found.values() if match}
    last = max(indexed, key=lambda piece: piece.position)
    if len(forms) > 1:
        raise last.error("the variables are numbered in more than one way", "x1 and x2, or x[0] and x[1]")
    if any(not match or match[1] == "y" for match in found.values()):
        raise last.error(f"{last.text} is not one of two variables", "x1 and x2, or x[0] and x[1]; x^2 for a power")
    numbers = {text: int(match[3] or match[4]) for text, match in found.items() if match}
    bracketed = forms == {("", True)}
    if bracketed:
        first = 0 if 0 in numbers.values() else 1 if 2 in numbers.values() else None
        if first is None:
            raise last.error(f"{last.text} alone may be the first or the second variable", "x[0] and x[1], or x and y")
    else:
        first = 1
        if set(numbers.values()) == {2} and forms == {("", False)}:
            raise last.error(f"'{last.text}' can be read in more than one way", "x^2 for a power, y for a variable")
    for piece in indexed:
        if numbers[piece.text.lower()] - first not in (0, 1):
            allowed = "x[0] and x[1], or x[1] and x[2]" if bracketed else "x1 and x2"
            raise piece.error(f"{piece.text} is not one of two variables", allowed)
    return {text: VARIABLES[number - first] for text, number in numbers.items()}
