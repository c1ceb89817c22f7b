"""What may stand side by side without a sign between, as a product: only what everybody reads in one way."""

from collections.abc import Sequence
from typing import NamedTuple

from landscapes.formula.groups import Group, Item, is_sign
from landscapes.formula.tokens import Token
from landscapes.formula.words import COMPARISONS

OPERATOR = "+ - * / ^ (or **), a closing bracket, or the end"
HINTS = {
    "=": "only the right-hand side of f(x, y) = ...",
    "|": "abs(...) for an absolute value",
    ";": "a comma between two arguments, a point in a number",
    **dict.fromkeys(COMPARISONS, "where(x > 0, a, b) for a choice"),
}
_TWO = "can be read in more than one way"


class Raised(NamedTuple):
    """A power: the last item of its base, the base as typed, where its exponent begins, whether that has a power."""

    base: Item
    typed: str
    exponent: int
    chained: bool


class Neighbours:
    """The last operand and the item after it, in the items of one level of brackets."""

    def __init__(self, typed: str, strict: bool, items: Sequence[Item], at: int) -> None:
        self.typed = typed
        self.strict = strict
        self.items = items
        self.at = at
        self.last, self.item = items[at - 1], items[at]

    def check(self) -> None:
        """Refuses what is no product, and what some would read as another thing.

        Raises:
            FormulaError: with the ways to write what may be meant.
        """
        self._check_kind()
        self._check_number()
        self._check_call()

    def check_divided(self, term: int, over: Token | None) -> None:
        """Refuses 1/2x; ``term`` is where the product began, ``over`` the sign of the division."""
        if over is None:
            return
        above = self.typed[self.items[term].position : over.position].strip()
        below = self.typed[over.end : self.last.end].strip()
        beside = self._beside()
        message = f"a division followed by a product without a sign {_TWO}"
        raise self.item.error(message, f"({above}/{below})*{beside} or {above}/({below}*{beside})")

    def check_exponent(self, power: Raised | None) -> None:
        """Refuses x^ab and 2^3x, where it is not clear how much is raised; x^2y is clear."""
        if power is None:
            return
        numbered = isinstance(self.last, Token) and self.last.kind == "number" and not power.chained
        constant = isinstance(power.base, Token) and power.base.kind in ("number", "constant")
        if numbered and not constant:
            return
        if self.item.gap and (self.strict or (isinstance(self.item, Token) and self.item.kind == "function")):
            return
        base, exponent, beside = power.typed.strip(), self.typed[power.exponent : self.last.end].strip(), self._beside()
        message = f"a power followed by a product without a sign {_TWO}"
        raise self.item.error(message, f"{base}^({exponent})*{beside} or {base}^({exponent}*{beside})")

    def _before(self) -> str:
        return self.typed[self.last.position : self.last.end]

    def _beside(self) -> str:
        """As typed, all that stands side by side from the item on."""
        rest = self.items[self.at :]
        count = next((k for k, each in enumerate(rest) if is_sign(each, *"+-*/,", *COMPARISONS)), len(rest))
        return self.typed[self.item.position : rest[count - 1].end].strip()

    def _check_kind(self) -> None:
        item = self.item
        if isinstance(item, Token) and item.kind == "sign":
            if item.text == ",":
                message = "a comma only separates the arguments of a function"
                raise item.error(message, f"{OPERATOR}; a point in numbers: 0.5")
            raise item.error("this sign cannot stand here", HINTS.get(item.text, OPERATOR))
        if isinstance(item, Group) and item.kind in "[{" and not (item.kind == "{" and self.strict):
            allowed = "x[0] and x[1] for two variables, round brackets for a product"
            raise item.error("only round brackets hold a part of a formula", allowed)
        if item.gap == "\n":
            raise item.error("an operator is missing before this line", OPERATOR)

    def _check_number(self) -> None:
        item, before = self.item, self._before()
        if not isinstance(item, Token):
            return
        if item.kind == "number":
            allowed = f"{OPERATOR}; write {before}*{item.text} for a product, {before}^{item.text} for a power"
            raise item.error(f"an operator is missing after '{before}'", allowed)
        after_number = isinstance(self.last, Token) and self.last.kind == "number"
        raised = item.typed.isnumeric() and before[-1].isnumeric()  # one character, such as a half
        if item.kind == "frac" and self._is_plain_fraction() and (after_number or raised):
            raise item.error(f"a number beside a fraction {_TWO}", "a sign between the two: + or *")
        if after_number and before == "0" and not item.gap:
            raise item.error("a number begins with 0", f"0*{item.typed} for a product")

    def _check_call(self) -> None:
        last, item, before = self.last, self.item, self._before()
        if not (isinstance(last, Token) and isinstance(item, Group) and item.kind == "(" and not item.gap):
            return
        inside = item.items[0].text if len(item.items) == 1 else ""
        if last.kind == "variable" and inside.isdigit():
            allowed = f"{before}*{inside} for a product, x[0] and x[1] for two variables"
            raise item.error(f"'{before}({inside})' {_TWO}", allowed)
        if last.text == "e" and not item.opening.fence:
            raise item.error(f"'{before}(' {_TWO}", "e*(...) for a product, exp(...) for a power")

    def _is_plain_fraction(self) -> bool:
        """Whether the fraction that comes next is of numbers alone."""
        parts = self.items[self.at + 1 : self.at + 3]
        inside = [part.items if isinstance(part, Group) else (part,) for part in parts]
        return all(isinstance(each, Token) and each.kind == "number" for part in inside for each in part)
