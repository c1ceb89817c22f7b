"""The query of an address as it was written or pasted, taken apart into parameters.

Where a plus stands for a blank and where for itself can only be seen before anything is decoded: this page escapes
every plus of its own links, so that a bare one between two operands of a formula was typed by somebody.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

from experiments.aliases import BEHIND, without_quotes

ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
BLANK = "\N{NO-BREAK SPACE}"  # between two factors in links of this page, where a plain one would look like a plus
_FACTORS = re.compile(r"(?<=[^\s+\-*/^,(]) +(?=[^\s+\-*/^,)])")
_ESCAPED = "\ue000"  # a plus that was escaped, until the others are decided
_OPERATORS = f"-*/^,={_ESCAPED}"
_PLUS = re.compile(r" *\+[+ ]*")
_MOST_ROUNDS = 3  # of escaping
_MOST_CUT = 4  # characters that a text left behind a link


class Field(str):
    """The text of one parameter, decoded; ``typed`` is how it reads if bare plus signs stand for themselves."""

    typed: str

    def __new__(cls, text: str, typed: str | None = None) -> "Field":
        made = super().__new__(cls, text.strip())
        made.typed = (text if typed is None else typed).strip()
        return made


def fields_of(params: Mapping[str, Any] | str) -> Iterator[tuple[str, Field]]:
    """Names and texts, in their order: of a raw query, or of what somebody has decoded."""
    if isinstance(params, str):
        params = params if "=" in params else unescaped(params)
        pairs = [field.partition("=")[::2] for field in params.split("&") if field]
        edited = any(key.endswith("v") for key, _ in pairs)  # a link of this page, whose own bare plus signs are blanks
        yield from ((unquote_plus(key), Field(unquote_plus(raw), typed(raw, edited=edited))) for key, raw in pairs)
        return
    for key, value in params.items():
        texts = [str(text) for text in value] if isinstance(value, list | tuple) else [str(value)]
        yield from ((str(key), Field(text)) for text in texts or [""])


def unescaped(text: str) -> str:
    """A text that was escaped more than once, as it was meant."""
    for _ in range(_MOST_ROUNDS):
        text = unquote(text)
    return text


def typed(raw: str, *, edited: bool = False) -> str:
    """A raw text decoded, with a plus where a bare one stands between operands.

    Where an escaped one stands beside it, somebody's program escaped them all, and bare ones are blanks; not so in a
    link of this page, which has none between operands until somebody types it there.
    """
    if not edited and "%2b" in raw.lower():
        return unquote_plus(raw)
    text = unquote(re.sub("%2[bB]", _ESCAPED, raw))
    return _PLUS.sub(_meant, text).replace(_ESCAPED, "+")


def _meant(run: re.Match[str]) -> str:
    before, behind = run.string[: run.start()][-1:], run.string[run.end() :][:1]
    if not before or not behind or before in f"{_OPERATORS}(" or behind in f"{_OPERATORS})":
        return run[0].replace("+", " ")
    return "+" if run[0] == "+" else " + "


def readings(formula: str) -> Iterator[str]:
    """What a formula in a link can mean, likeliest first: as typed, unescaped, without what a text left behind it."""
    firsts = escaped = [getattr(formula, "typed", formula), str(formula)]
    for _ in range(_MOST_ROUNDS):
        escaped = [typed(text) for text in escaped if ESCAPE.search(text)]
        firsts = firsts + escaped
    cut = [text[: len(text) - n] for text in firsts for n in range(1, _MOST_CUT + 1) if set(text[-n:]) <= set(BEHIND)]
    known = [*firsts, *cut, *map(without_quotes, firsts)]
    yield from dict.fromkeys(plain for text in known if (plain := text.replace(BLANK, " ").strip()))


def escaped_blanks(formula: str) -> str:
    """A formula whose blanks between factors cannot be taken for plus signs."""
    return _FACTORS.sub(BLANK, formula)
