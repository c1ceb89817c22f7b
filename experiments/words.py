"""Numbers and names inside sentences, the same in every room."""

import math
from collections.abc import Sequence

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
_COMMON = {"Gradient", "Momentum", "Damped", "Sign", "Random", "Schedule-free"}  # first words that are no proper names


def ten_to(exponent: int) -> str:
    """A power of ten with real superscripts."""
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def power_of_ten(value: float) -> str:
    """The power of ten next to a value."""
    return ten_to(round(math.log10(value)))


def number(value: float) -> str:
    """Three figures with a true minus; two figures and a power of ten below 10⁻⁴ and from 10⁵ on."""
    if not math.isfinite(value):
        return "a value that is not finite"
    if value == 0:
        return "0"
    if abs(value) >= 1e-4 and abs(float(f"{value:.3g}")) < 1e5:
        text = f"{float(f'{value:.3g}'):.10f}".rstrip("0").rstrip(".")
        return text.replace("-", "\N{MINUS SIGN}")
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa}×{ten_to(int(exponent))}".replace("-", "\N{MINUS SIGN}")


def count(many: int) -> str:
    """A small number in words."""
    return _COUNTS[many] if many < len(_COUNTS) else str(many)


def steps_text(steps: int, *, bare: bool = False) -> str:
    """A number of steps: '1 step', '500 steps'; bare where the word is plain from before, except for one."""
    return f"{steps}" if bare and steps != 1 else f"{steps} step{'' if steps == 1 else 's'}"


def agree(verb: str, one: bool) -> str:
    """A verb after one or after several: reaches, reach."""
    return verb + ("es" if verb.endswith("ch") else "s") * one


def and_list(words: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def lowered(title: str) -> str:
    """A common noun inside a sentence: 'cosine', 'one-cycle'; abbreviations such as WSD stay."""
    return title if title.isupper() else title[0].lower() + title[1:]


def uncapital(name: str) -> str:
    """Inside a sentence: 'gradient descent', but 'Adam' and 'RMSProp' keep their capitals."""
    first = name.split()[0].rstrip(",")
    return name[0].lower() + name[1:] if first in _COMMON or first.lower() in ("all", *_COUNTS) else name


def percent(share: float) -> str:
    """98 %; 99.6 % and less than 1 % where rounding would say all or nothing."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return "less than 1 %"
    return f"{min(99.9, math.floor(1000 * share) / 10)} %" if whole == 100 and share < 1 else f"{whole} %"
