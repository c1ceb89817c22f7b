"""A formula's tree written out again: as text that reads back to the same tree, and as LaTeX."""

import re

from landscapes.formula.tree import Apply, Node, Number, Variable
from landscapes.formula.words import ADD, COMPARISONS, DIVIDE, MULTIPLY, NEGATE, POWER, SUBTRACT

SUM, PRODUCT, SIGN, RAISED, ATOM = range(5)  # how tightly what was written last holds together
_TEXT = {  # operator: its own level, the least that its left and its right operand must have
    ADD: (SUM, SUM, PRODUCT, " + "),
    SUBTRACT: (SUM, SUM, PRODUCT, " - "),
    MULTIPLY: (PRODUCT, PRODUCT, RAISED, "*"),
    DIVIDE: (PRODUCT, PRODUCT, RAISED, "/"),
    POWER: (RAISED, ATOM, SIGN, "**"),
    **{each: (SUM, SUM, SUM, f" {each.name} ") for each in COMPARISONS.values()},  # alone in their place
}


def number_text(value: float) -> str:
    """Digits that read back to the value, short: 0.25, 1000, 1e6."""
    mantissa, _, exponent = repr(value).removesuffix(".0").partition("e")
    kept = mantissa.rstrip("0")
    if "." not in mantissa and not exponent and len(mantissa) - len(kept) >= 6:
        return f"{kept}e{len(mantissa) - len(kept)}"
    return mantissa + (f"e{int(exponent)}" if exponent else "")


def text(node: Node) -> str:
    """The canonical text: one spelling for every way to write the same tree."""
    return _text(node)[0]


def _text(node: Node) -> tuple[str, int]:
    if isinstance(node, Variable):
        return node.name, ATOM
    if isinstance(node, Number):
        return node.name or number_text(node.value), ATOM
    parts = [_text(each) for each in node.arguments]
    if node.operation is NEGATE:
        return "-" + _bracketed(*parts[0], SIGN), SIGN
    if node.operation in _TEXT:
        level, left, right, sign = _TEXT[node.operation]
        return _bracketed(*parts[0], left) + sign + _bracketed(*parts[1], right), level
    return f"{node.operation.name}({', '.join(part for part, _ in parts)})", ATOM


def _bracketed(part: str, level: int, least: int) -> str:
    return part if level >= least else f"({part})"


def latex(node: Node) -> str:
    """The formula as it was understood, in LaTeX; brackets stay wherever they say something."""
    return _latex(node)[0]


def _latex(node: Node) -> tuple[str, int]:
    if isinstance(node, Variable):
        return node.name, ATOM
    if isinstance(node, Number):
        return _latex_number(node)
    operation, arguments = node.operation, node.arguments
    first = arguments[0]
    if operation in (MULTIPLY, DIVIDE) and isinstance(first, Apply) and first.operation is NEGATE:
        return _latex(Apply(NEGATE, (Apply(operation, (first.arguments[0], arguments[1])),)))  # (-a) b is -(a b)
    if operation is NEGATE:
        return "-" + _grouped(*_latex(first), PRODUCT), SUM
    if operation in (ADD, SUBTRACT):
        return _grouped(*_latex(first), SUM) + f" {operation.name} " + _grouped(*_latex(arguments[1]), PRODUCT), SUM
    if operation in COMPARISONS.values():
        return f"{latex(first)} {operation.latex} {latex(arguments[1])}", SUM
    if operation is MULTIPLY:
        return _product(*(_grouped(*_latex(each), PRODUCT) for each in arguments)), PRODUCT
    if operation is DIVIDE:
        return rf"\frac{{{latex(first)}}}{{{latex(arguments[1])}}}", PRODUCT
    if operation is POWER:
        return _grouped(*_latex(first), ATOM) + f"^{{{latex(arguments[1])}}}", RAISED
    return _latex_call(node)


def _latex_number(node: Number) -> tuple[str, int]:
    if node.name:
        return {"pi": r"\pi"}.get(node.name, node.name), ATOM
    mantissa, _, exponent = number_text(node.value).partition("e")
    if not exponent:
        return mantissa, ATOM
    return ("" if mantissa == "1" else rf"{mantissa} \cdot ") + f"10^{{{exponent}}}", PRODUCT


def _latex_call(node: Apply) -> tuple[str, int]:
    arguments = [latex(each) for each in node.arguments]
    pattern = node.operation.latex
    if "{0}" in pattern:
        return pattern.format(*arguments), RAISED if pattern.startswith("e^") else ATOM
    return rf"{pattern}\left({', '.join(arguments)}\right)", RAISED


def _grouped(part: str, level: int, least: int) -> str:
    return part if level >= least else rf"\left({part}\right)"


def _product(left: str, right: str) -> str:
    """Side by side where that can only be a product; 2 1/3 and x 2 cannot."""
    dotted = re.match(r"[0-9.]", right) or (right.startswith(r"\frac") and re.search(r"[0-9]$", left))
    return left + (r" \cdot " if dotted else " ") + right
