"""Formulas as people write them: each means what it says, or is refused with a hint that keeps its meaning."""

import re
import sys

import numpy as np
import pytest

from landscapes import FormulaError, parse_formula
from landscapes.formula import DERIVED, FUNCTIONS
from landscapes.formula.names import CALLABLE
from landscapes.formula.reader import read
from tests.landscapes.formulas import VALID, expression
from tests.landscapes.frozen_formulas import FROZEN
from tests.landscapes.latex_reader import latex_value
from tests.landscapes.refusals import REFUSED
from tests.landscapes.spellings import SPELLINGS
from tests.landscapes.syntax_attacks import SYNTAX

POINTS = ((0.7, 1.3), (2.1, -0.4), (-1.7, 0.6))


def values(typed):
    """What the formula is at the three points."""
    return [float(expression(parse_formula(typed)).on_arrays(x, y)) for x, y in POINTS]


def test_the_corpus_is_large():
    assert len({typed for typed, _ in [*SPELLINGS, *REFUSED]}) == len(SPELLINGS) + len(REFUSED) >= 320


@pytest.mark.parametrize(("typed", "meaning"), SPELLINGS)
def test_a_spelling_means_what_it_says(typed, meaning):
    """Its value is right at three points, so is its LaTeX, and its canonical text reads back to the same tree."""
    surface = parse_formula(typed)
    with np.errstate(all="ignore"):
        expected = [float(meaning(np.float64(x), np.float64(y))) for x, y in POINTS]
    np.testing.assert_allclose(values(typed), expected, rtol=1e-12, atol=1e-13)
    printed = [latex_value(surface.latex, x, y) for x, y in POINTS]
    np.testing.assert_allclose(printed, expected, rtol=1e-12, atol=1e-13)
    again = parse_formula(surface.text)
    assert (again.text, again.latex) == (surface.text, surface.latex)
    assert expression(again).tree == expression(surface).tree
    assert surface.text.isascii()


@pytest.mark.parametrize(("typed", "hint"), REFUSED)
def test_a_spelling_with_no_single_meaning_is_refused_with_a_hint(typed, hint):
    with pytest.raises(FormulaError) as caught:
        parse_formula(typed)
    error = caught.value
    assert hint in error.allowed
    assert 0 <= error.position <= len(typed)
    assert error.message
    assert typed[error.position :].startswith(error.token)


def test_a_hint_with_two_readings_gives_two_formulas_that_can_be_typed():
    """Only signs of products and brackets are added: without them each is what was typed."""
    seen = 0
    for typed, _ in REFUSED:
        with pytest.raises(FormulaError) as caught:
            parse_formula(typed)
        if "product without a sign" not in caught.value.message:
            continue
        seen += 1
        one, other = caught.value.allowed.split(" or ")
        typed = re.sub("[() *]", "", typed).replace("÷", "/")
        for reading in (one, other):
            assert re.sub("[() *]", "", reading) in typed
        assert parse_formula(one) != parse_formula(other)
    assert seen >= 15


@pytest.mark.parametrize("name", sorted(CALLABLE))
def test_every_name_is_known_in_every_case_and_after_a_library(name):
    meant = CALLABLE[name]
    count = DERIVED[meant][0] if meant in DERIVED else FUNCTIONS[meant].arity
    arguments = "x > 0, x, y" if meant == "where" else ", ".join(["x", "y", "3"][:count])
    plain = parse_formula(f"{name}({arguments})")
    assert parse_formula(f"{name.capitalize()}({arguments})") == plain
    assert parse_formula(f"torch.{name}({arguments})") == plain
    expected = [2 * value * x for value, (x, _) in zip(values(plain.text), POINTS, strict=True)]
    np.testing.assert_allclose(values(f"2{name}({arguments}) x"), expected, rtol=1e-14)


@pytest.mark.parametrize(("typed", "canonical"), FROZEN.items())
def test_old_formulas_mean_what_they_meant(typed, canonical):
    assert parse_formula(typed).text == canonical
    assert parse_formula(canonical).text == canonical


@pytest.mark.parametrize("typed", [typed for typed, _ in [*VALID, *SPELLINGS]])
def test_what_is_shown_can_be_typed(typed):
    """The LaTeX of a formula, pasted into the field, is the same formula."""
    shown = parse_formula(typed).latex
    if "cases" not in shown:
        np.testing.assert_allclose(values(shown), values(typed), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    "unit", sorted({text[: len(text) // 200] for text in SYNTAX if len(text) == 400} | {"|x|", "x ", "2"})
)
def test_the_work_grows_with_the_length_and_no_faster(unit):
    """Counted in calls of functions, of which four times the text may need five times as many, and some."""
    short, long = (_calls((unit * 400)[:length]) for length in (100, 400))
    assert long <= 5 * short + 2000


def _calls(typed):
    count = 0

    def counting(frame, event, argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(counting)
    try:
        read(typed)
    except FormulaError:
        pass
    finally:
        sys.setprofile(None)
    return count
