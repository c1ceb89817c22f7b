"""Writes a formula plainly: every product with its sign, every function with its brackets, for Python's own parser.

A product without a sign binds as one with it. Where people disagree on that, as in 1/2x, the formula is refused.
"""

import re
from collections.abc import Sequence

from landscapes.formula.error import FormulaError
from landscapes.formula.groups import Group, Item, is_function, is_sign
from landscapes.formula.names import NAMES
from landscapes.formula.neighbours import HINTS, Neighbours, Raised
from landscapes.formula.tokens import Token
from landscapes.formula.words import COMPARISONS

OPERAND = f"a number, an opening bracket, or one of {NAMES}"
_RAISED = {  # functions that people raise before the argument: sin^2(x)
    *("sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "sech", "csch", "coth"),
    *("log", "log2", "log10"),
}
_SWAPPED = {"log": "log", "atan2": "atan2", "atan": "atan2"}  # with arguments the other way round in square brackets
_SEVERAL = {"where", "min", "max", "mod", "pow", "power", "clip", "hypot", "atan2"}
_BRACKETS = {"|": "abs", r"\lfloor": "floor", r"\lceil": "ceil"}


class Plain:
    """The plain text, and where each of its characters was typed."""

    def __init__(self, typed: str, strict: bool) -> None:
        self.typed = typed
        self.strict = strict  # as LaTeX reads it, where ^ takes one digit
        self.parts: list[str] = []
        self.origin: list[int] = []

    def put(self, text: str, position: int) -> None:
        self.parts.append(text)
        self.origin += [position] * len(text)

    def number(self, token: Token) -> None:
        """A number, its characters where they were typed."""
        self.parts.append(token.text)
        self.origin += [min(token.position + k, token.end - 1) for k in range(len(token.text))]

    @property
    def text(self) -> str:
        return "".join(self.parts)


def write(plain: Plain, items: Sequence[Item], end: int) -> None:
    """Writes one level of brackets.

    Raises:
        FormulaError: where operands and operators do not alternate, and where there is more than one reading.
    """
    _Level(plain, items, end).write()


class _Level:
    """One level of brackets, read from left to right."""

    def __init__(self, plain: Plain, items: Sequence[Item], end: int) -> None:
        self.plain = plain
        self.items = items
        self.end = end
        self.at = 0
        self.term = 0  # where the product began
        self.over: Token | None = None  # the sign of a division whose divisor is not closed yet
        self.start = 0  # where the last operand was typed
        self.open: Raised | None = None  # a power whose exponent is the last operand, without brackets
        self.raised = False  # the last operand has a power that ends it

    def next(self) -> Item | None:
        return self.items[self.at] if self.at < len(self.items) else None

    def take(self) -> Item:
        self.at += 1
        return self.items[self.at - 1]

    def write(self) -> None:
        self.operand()
        while (item := self.next()) is not None:
            if is_sign(item, "**"):
                self.power(item)
                continue
            if is_sign(item, "+", "-", "*", "/"):
                self.operator(item)
            else:
                self.product(item)
            self.operand()

    def operator(self, item: Token) -> None:
        """Writes a sign between two operands."""
        self.take()
        self.plain.put(item.text, item.position)
        self.over = item if item.text == "/" else None
        if item.text in "+-":
            self.term = self.at

    def power(self, sign: Token) -> None:
        """Writes a power; an exponent in braces ends it, as one that is typed raised does."""
        if self.raised:
            raise sign.error("a power of a power needs brackets", "(x^2)^3 or x^(2^3)")
        if self.open is None:
            base = self.items[self.at - 1]
            raised = Raised(base, self.plain.typed[self.start : sign.position], sign.end, False)
        else:
            raised = self.open._replace(chained=True)
        self.take()
        self.plain.put("**", sign.position)
        item = self.next()
        if isinstance(item, Group) and item.kind == "{":
            self.take()
            self.group(item, "")
            self.raised = True
            self.open = raised if raised.chained else None
            return
        if self.one_digit(sign) and isinstance(item, Token) and item.kind == "number" and len(item.text) > 1:
            whole, digit = (f"{sign.typed}{{{text}}}" for text in (item.text, item.text[0]))
            raise item.error("LaTeX raises one digit only", f"{whole} for all of it, {digit} for its first digit")
        self.operand(raised)

    def one_digit(self, sign: Token) -> bool:
        """Whether this sign raises one digit only, as in LaTeX."""
        return self.plain.strict and sign.typed != "**"

    def operand(self, power: Raised | None = None) -> None:
        """Writes the signs before an operand, and the operand."""
        self.open, self.raised = power, False
        while is_sign(self.next(), "+", "-"):
            sign = self.take()
            self.plain.put(sign.text, sign.position)
        item = self.next()
        if item is None:
            raise FormulaError("the formula ends too early", self.end, self._typed_at_end(), OPERAND)
        self.take()
        self.start = item.position
        if isinstance(item, Group):
            self.bracket(item)
        elif item.kind == "number":
            self.plain.number(item)
        elif item.kind == "variable":
            self.plain.put(item.text, item.position)
        elif item.kind == "constant":
            self.plain.put("(2*pi)" if item.text == "tau" else item.text, item.position)
        elif item.kind == "function":
            self.function(item)
        elif item.kind == "frac":
            self.fraction(item)
        else:
            raise item.error("a number, x, y or a function is missing", HINTS.get(item.text, OPERAND))

    def _typed_at_end(self) -> str:
        return self.plain.typed[self.end : self.end + 1]

    def bracket(self, item: Group) -> None:
        """Writes brackets that hold an operand."""
        if item.kind in _BRACKETS:
            self.group(item, _BRACKETS[item.kind])
        elif item.kind == "(" or (item.kind == "{" and self.plain.strict):
            self.group(item, "")
        else:
            raise item.error("only round brackets hold a part of a formula", "round brackets")
        self.open = None

    def group(self, item: Group, function: str) -> None:
        if not item.items:
            raise item.closing.error("there is nothing before this bracket", OPERAND)
        self.plain.put(f"{function}(", item.position)
        write(self.plain, item.items, item.closing.position)
        self.plain.put(")", item.closing.position)

    def fraction(self, item: Token) -> None:
        self.plain.put("(", item.position)
        first = self.next()
        if isinstance(first, Token) and re.fullmatch("[1-9][1-9]", first.text):  # \frac12
            self.take()
            self.plain.put("/".join(first.text), first.position)
            self.plain.put(")", first.position)
            return
        for after in ("/", ")"):
            part = self.next()
            if isinstance(part, Group) and part.kind == "{":
                self.take()
                self.group(part, "")
            elif isinstance(part, Token) and (part.kind == "variable" or re.fullmatch("[0-9]", part.text)):
                self.take()
                self.plain.put(part.text, part.position)
            else:
                raise item.error("a fraction needs two parts in braces", r"\frac{x}{2}")
            self.plain.put(after, self.items[self.at - 1].end - 1)

    def product(self, item: Item) -> None:
        """Writes the sign of a product where none was typed."""
        pair = Neighbours(self.plain.typed, self.plain.strict, self.items, self.at)
        pair.check()
        pair.check_divided(self.term, self.over)
        pair.check_exponent(self.open)
        self.plain.put("*", item.position)

    def function(self, name: Token) -> None:
        """Writes a function with its argument; a power before the argument comes after it."""
        power = self.power_before(name)
        item = self.next()
        if name.text == "sqrt" and isinstance(item, Group) and item.kind == "[" and name.source == r"\sqrt":
            self.root(name, item)
            return
        if isinstance(item, Group) and not (item.kind == "[" and name.typed.islower()):
            self.take()
            self.call(name, item)
        else:
            self.bare(name)
        if power is not None:
            self.plain.put(f"**{power.text}", power.position)
        self.raised = power is not None

    def power_before(self, name: Token) -> Token | None:
        """The whole number that a function is raised to before its argument."""
        sign = self.next()
        if not is_sign(sign, "**"):
            return None
        self.take()
        exponent = self.next()
        inside = exponent.items if isinstance(exponent, Group) and exponent.kind in "{(" else (exponent,)
        if len(inside) == 1 and isinstance(inside[0], Token) and re.fullmatch("[2-9]|[1-9][0-9]", inside[0].text):
            if name.text in _RAISED and not (
                self.one_digit(sign) and exponent is inside[0] and len(inside[0].text) > 1
            ):
                self.take()
                return inside[0]
            raise name.error(f"a power of {name.text} stands after its argument", f"{name.text}(x)^{inside[0].text}")
        inverse = {"sin": "asin", "cos": "acos", "tan": "atan", "sinh": "asinh", "cosh": "acosh", "tanh": "atanh"}
        either = (
            f"{inverse[name.text]}(x) for the inverse, 1/{name.text}(x)"
            if name.text in inverse
            else f"{name.text}(x)^-1"
        )
        raise name.error(f"a power of {name.text} before its argument can be read in more than one way", either)

    def root(self, name: Token, index: Group) -> None:
        """Writes \\sqrt[n]{x}; the real root where n is odd is known for 3."""
        self.take()
        degree = index.items[0].text if len(index.items) == 1 else ""
        under = self.next()
        if degree not in ("2", "3", "4", "6", "8") or not (isinstance(under, Group) and under.kind == "{"):
            raise name.error(
                "roots are known to 2, 3, 4, 6 and 8", r"\sqrt[3]{x}; sign(x)*abs(x)^(1/5) for a fifth root"
            )
        self.take()
        if degree in "23":
            self.group(under, "sqrt" if degree == "2" else "cbrt")
            return
        self.plain.put("(", name.position)
        self.group(under, "")
        self.plain.put(f"**(1/{degree}))", under.end - 1)

    def call(self, name: Token, arguments: Group) -> None:
        """Writes a function and the arguments in its brackets."""
        parts = _split(arguments.items)
        if arguments.kind == "[" and len(parts) > 1 and name.text in _SWAPPED:
            message = f"{name.typed} in square brackets takes its arguments the other way round"
            raise name.error(message, f"{_SWAPPED[name.text]}(...) in round brackets")
        self.plain.put(f"{name.text}(", name.position)
        if arguments.kind in _BRACKETS:
            self.group(arguments, _BRACKETS[arguments.kind])
        else:
            for k, (part, end) in enumerate(parts):
                end = arguments.closing.position if end is None else end
                if not part:
                    what = "there is nothing before this bracket" if k == len(parts) - 1 else "an argument is missing"
                    raise FormulaError(what, end, self.plain.typed[end : end + 1], OPERAND)
                self.argument(name, part, end, choice=name.text == "where" and k == 0)
                if k < len(parts) - 1:
                    self.plain.put(",", end)
        self.plain.put(")", arguments.closing.position)

    def argument(self, name: Token, items: Sequence[Item], end: int, choice: bool) -> None:
        if not choice:
            write(self.plain, items, end)
            return
        signs = [k for k, item in enumerate(items) if isinstance(item, Token) and item.text in COMPARISONS]
        if len(signs) != 1:
            allowed = "one comparison, with < <= > or >=: where(x > 0, x, y)"
            raise name.error(f"{name.typed} needs a comparison as its first argument", allowed)
        sign = items[signs[0]]
        write(self.plain, items[: signs[0]], sign.position)
        self.plain.put(sign.text, sign.position)
        write(self.plain, items[signs[0] + 1 :], end)

    def bare(self, name: Token) -> None:
        """Writes a function whose argument has no brackets, where only one thing can be meant."""
        start = self.at
        root = name.text in ("sqrt", "cbrt")
        strict_root = name.source == r"\sqrt"
        if name.text in _SEVERAL or name.source == r"\sigma":
            raise _bare(name)
        self.plain.put(f"{name.text}(", name.position)
        item = self.next()
        if isinstance(item, Token) and item.kind == "frac" and not root:
            self.take()
            self.fraction(item)
        else:
            self.coefficient(root)
        if self.at == start or (strict_root and len(self.items[start].text) > 1):
            raise _bare(name)
        self.plain.put(")", self.items[self.at - 1].end - 1)
        self.check_bare(name, start, name.source in (r"\surd", r"\cuberoot", r"\sqrt"))

    def coefficient(self, root: bool) -> None:
        """Writes a number, a constant and a variable side by side; of a root, the first that is there."""
        written = False
        for kind in ("number", "constant", "variable"):
            item = self.next()
            if isinstance(item, Token) and item.kind == kind and not (root and written) and item.gap != "\n":
                self.take()
                text = "(2*pi)" if item.text == "tau" else item.text
                self.plain.put("*" * written + text, item.position)
                written = True
        sign = self.next()
        if not (written and not root and is_sign(sign, "**")):
            return
        exponent = self.items[self.at + 1] if self.at + 1 < len(self.items) else None
        braces = isinstance(exponent, Group) and exponent.kind == "{"
        digits = exponent.text if isinstance(exponent, Token) and exponent.kind == "number" else ""
        if braces or (digits and not (self.one_digit(sign) and len(digits) > 1)):
            self.take()
            self.plain.put("**", sign.position)
            if isinstance(exponent, Group):
                self.group(exponent, "")
            elif exponent is not None:
                self.plain.number(exponent)
            self.take()

    def check_bare(self, name: Token, start: int, radical: bool) -> None:
        """Refuses what follows an argument without brackets and might belong to it."""
        item = self.next()
        after = self.items[self.at + 1] if self.at + 1 < len(self.items) else None
        if item is None or is_sign(item, "+", "-", ",", *COMPARISONS, *(("*", "/") if radical else ())):
            return
        if is_function(item) or (is_sign(item, "*") and is_function(after)):
            return
        inside = self.plain.typed[self.items[start].position : self.items[self.at - 1].end]
        message = f"{name.typed} without brackets can be read in more than one way"
        raise name.error(message, f"{name.text}({inside}) or {name.text}({inside}...), with brackets")


def _bare(name: Token) -> FormulaError:
    return name.error(f"{name.typed} needs its argument in brackets", f"{name.text}(...)")


def _split(items: Sequence[Item]) -> list[tuple[Sequence[Item], int | None]]:
    """The items between the commas, and where each part ends; None is the closing bracket."""
    commas = [k for k, item in enumerate(items) if is_sign(item, ",")]
    starts = [0, *(k + 1 for k in commas)]
    ends = [*commas, len(items)]
    return [
        (items[start:end], items[end].position if end < len(items) else None)
        for start, end in zip(starts, ends, strict=True)
    ]
