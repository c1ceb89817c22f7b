"""Every attack is refused, with a reason that can be shown, and nothing of it is run."""

import builtins

import pytest

from landscapes import FormulaError, formula, parse_formula
from tests.landscapes.attacks import ATTACKS


def test_there_are_enough_of_them():
    assert len(set(ATTACKS)) == len(ATTACKS) >= 150


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_attack(attack, monkeypatch):
    for name in ("eval", "exec"):
        monkeypatch.setattr(builtins, name, lambda *_: pytest.fail("something was run"))
    with pytest.raises(FormulaError) as caught:
        parse_formula(attack)
    error = caught.value
    assert 0 <= error.position <= len(attack)
    assert error.token.isprintable()
    assert error.message
    assert error.allowed
    str(error).encode()  # can be sent to a browser
    typed = attack[error.position : error.position + 400]
    assert typed.startswith(error.token) or error.token == f"U+{ord(typed[0]):04X}"


def test_refused_formulas_are_not_kept():
    before = formula._read.cache_info().currsize
    for attack in ATTACKS:
        with pytest.raises(FormulaError):
            parse_formula(attack)
    assert formula._read.cache_info().currsize == before
