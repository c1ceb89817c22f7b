"""Formulas that people type: read, checked, and made a surface."""

from functools import lru_cache

from landscapes.box import checked
from landscapes.formula.builder import DERIVED
from landscapes.formula.error import FormulaError
from landscapes.formula.expression import Expression
from landscapes.formula.machine import formula_loss
from landscapes.formula.printer import latex, text
from landscapes.formula.reader import MAX_LENGTH, read
from landscapes.formula.search import find_minima, find_start
from landscapes.formula.words import ALIASES, CONSTANTS, FUNCTIONS, VARIABLES
from landscapes.surface import Box, Surface

__all__ = ["ALIASES", "CONSTANTS", "DERIVED", "FUNCTIONS", "VARIABLES", "Expression", "FormulaError", "parse_formula"]


def parse_formula(text: str, domain: Box = ((-5.0, 5.0), (-5.0, 5.0))) -> Surface:
    """Makes a formula in x and y a surface, such as ``x**2 + 3*sin(y)``.

    The language: numbers up to 1e12, ``x``, ``y``, ``pi``, ``e``, the operators ``+ - * / ^`` (or ``**``), brackets,
    and the functions of `FUNCTIONS`, `DERIVED` and `ALIASES`, in any case and with a library's name before them
    (``np.sin``). At most 400 characters, 150 parts, 32 operations inside one another.

    It is read as people write it, where that has one meaning: products without a sign (``2x``, ``x sin(y)``), bars for
    the absolute value, ``sin^2(x)``, ``sin 2x``, ``½x²``, the LaTeX of formulas (``\\frac{x}{2}``), what stands around
    a formula (``f(x, y) =``, ``lambda x, y:``, quotes, dollars, a semicolon at the end). The variables may be called x
    and y, X and Y, x1 and x2, x_1 and x_2, counted from 1, or x[0] and x[1], counted from 0. ``log`` is the natural
    logarithm, ``mod`` has the sign of its second argument, ``2^3^x`` is 2^(3^x) and ``-x^2`` is -(x^2). What has more
    than one meaning (``1/2x``, ``e^2x``, ``sin x y``, ``sin^-1(x)``) is refused with each of them written out.

    The surface is equal to every other of the same canonical text and box, it shares its program with all formulas, its
    grid needs no program, and its minima, found by a search, wait until they are asked for.

    Args:
        text: what was typed.
        domain: the box, ((x low, x high), (y low, y high)).

    Raises:
        FormulaError: for anything that is not a formula, with what, where and what is allowed instead.
        ValueError: for a box that is none, or beyond the limits of `landscapes.box`.
    """
    return _surface(_expression(text), _box(domain))


def _box(domain: Box) -> Box:
    try:
        return checked(domain)
    except ValueError as error:
        raise ValueError(f"domain is {domain!r}; {error}") from None


def _expression(typed: str) -> Expression:
    if not isinstance(typed, str) or len(typed) > MAX_LENGTH:
        read(typed)  # raises, and keeps what cannot be a formula out of the cache
    return _read(typed)


@lru_cache(maxsize=32)
def _read(typed: str) -> Expression:
    tree = read(typed)
    canonical = text(tree)
    if len(canonical) > MAX_LENGTH:
        message = f"the formula is too long, with {len(canonical)} characters once every sign is written out"
        raise FormulaError(message, len(typed) - 1, typed[-1], f"at most {MAX_LENGTH} characters")
    return Expression(canonical, latex(tree), tree)


@lru_cache(maxsize=32)
def _surface(expression: Expression, domain: Box) -> Surface:
    return Surface(
        name=expression.text,
        function=expression,
        domain=domain,
        start=find_start(expression, domain),
        title=expression.text,
        summary="A formula of your own.",
        latex=expression.latex,
        text=expression.text,
        minima_of=lambda: find_minima(expression, domain).minima,
        minimum_of=lambda: find_minima(expression, domain).minimum,
        on_arrays=expression.on_arrays,
        family=formula_loss,
        code=expression.code,
    )
