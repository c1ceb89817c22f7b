"""The characters of a formula brought down to ASCII, each remembering where it was typed.

What cannot be seen and has no meaning, such as a zero-width space, is left out; what cannot be seen and changes what is
seen, such as a mark that turns the direction of writing, is refused.
"""

import unicodedata

from landscapes.formula.error import FormulaError

_SUPERSCRIPTS = {
    **{char: str(digit) for digit, char in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{"⁻": "-", "⁺": "+", "⁽": "(", "⁾": ")", "ˣ": "x", "ʸ": "y"},
}
_SUBSCRIPTS = {char: str(digit) for digit, char in enumerate("₀₁₂₃₄₅₆₇₈₉")}
_INVISIBLE = "\u200b\u200c\u200d\u2060\u2061\ufeff"  # zero width, and the invisible sign of application
_REPLACED = {
    **dict.fromkeys("×·⋅∗∙•✕⨯\u2062", " * "),
    **dict.fromkeys("÷∕⁄", " / "),
    **dict.fromkeys("−–‐‑﹣", " - "),
    **dict.fromkeys("\t\u00a0\u3000", " "),
    **dict.fromkeys("“”„", ' " '),
    **dict.fromkeys("‘’", " ' "),
    **dict.fromkeys("≤⩽", " <= "),
    **dict.fromkeys("≥⩾", " >= "),
    **dict.fromkeys("→↦", " -> "),
    **{"\r": "\n", "π": " pi ", "τ": " tau ", "√": r" \surd ", "∛": r" \cuberoot ", "⇒": " => ", "≔": " := "},
    **{"⌊": r" \lfloor ", "⌋": r" \rfloor ", "⌈": r" \lceil ", "⌉": r" \rceil "},
    **{
        char: rf" \frac{{{part}}}{{{whole}}} "
        for char, part, whole in zip("½⅓⅔¼¾⅕⅛", "1121311", "2334458", strict=True)
    },
}
_LOOKALIKES = {"х": "x", "у": "y", "е": "e", "χ": "x", "γ": "y", "×": "x"}  # Cyrillic and Greek
_CHARACTERS = "letters, digits, . + - * / ^ ( ) | , and blanks"
_HINTS = {
    "!": "no factorials; " + _CHARACTERS,
    "%": "no remainder signs, as languages disagree on them: mod(x, y) is x - y*floor(x/y)",
    "&": "where(x > 0, a, b) for a choice",
    "?": "where(x > 0, a, b) for a choice",
    "~": _CHARACTERS,
    "°": "angles in radians; radians(x) takes degrees",
    "…": "every term written out",
    "—": "the sign - for minus",
    "±": "+ or -, one of them",
    "∓": "+ or -, one of them",
}


def translate(text: str) -> tuple[str, list[int]]:
    """The text in ASCII, and for each of its characters where it came from.

    Signs that are replaced stand between blanks: two of them never join to a third. A raised 2 becomes ``^{2}``, a
    lowered one ``_2``, and a half ``\\frac{1}{2}``.

    Raises:
        FormulaError: for a character that is no part of a formula.
    """
    parts: list[str] = []
    origin: list[int] = []
    for position, char in enumerate(text):
        part = _ascii(text, position, char)
        parts.append(part)
        origin += [position] * len(part)
    return "".join(parts), origin


def _ascii(text: str, position: int, char: str) -> str:
    if (" " <= char <= "~" and char not in _HINTS) or char == "\n":
        return char
    if char in _SUPERSCRIPTS:
        return _raised(text, position, char)
    if char in _SUBSCRIPTS:
        return "_" * (position == 0 or text[position - 1] not in _SUBSCRIPTS) + _SUBSCRIPTS[char]
    if char in _INVISIBLE:
        return ""
    if char in _REPLACED:
        return _REPLACED[char]
    if unicodedata.category(char) == "Zs":
        return " "
    wide = chr(ord(char) - 0xFEE0) if "！" <= char <= "～" else ""
    if wide and not wide.isalpha() and wide not in _HINTS:
        return wide
    raise _refused(position, char, wide)


def _raised(text: str, position: int, char: str) -> str:
    begins = position == 0 or text[position - 1] not in _SUPERSCRIPTS
    ends = position + 1 == len(text) or text[position + 1] not in _SUPERSCRIPTS
    apart = not begins and _SUPERSCRIPTS[text[position - 1]].isdigit() != _SUPERSCRIPTS[char].isdigit()
    return " ^{" * begins + " " * apart + _SUPERSCRIPTS[char] + "} " * ends


def _refused(position: int, char: str, wide: str) -> FormulaError:
    name = "this character" if " " < char <= "~" else f"the character U+{ord(char):04X}"
    plain = unicodedata.normalize("NFKC", char)
    letter = _LOOKALIKES.get(char) or (plain if plain.isascii() and plain.isalpha() else "")
    hint = f"letters of the plain alphabet, such as {letter}" if letter else _HINTS.get(wide or char, _CHARACTERS)
    return FormulaError(f"{name} is not part of a formula", position, char, hint)
