"""Numbers and names inside sentences, the same in every room."""

import math
from collections.abc import Sequence

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SYMBOLS = {"b1": "β₁", "b2": "β₂", "b3": "β₃", "eps": "ε"}  # of hyperparameters
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


def counted(many: int, thing: str) -> str:
    """A number of things in figures: 1 layer, 20 layers."""
    return f"{many} {thing}{'' if many == 1 else 's'}"


def steps_text(steps: int, *, bare: bool = False) -> str:
    """A number of steps: '1 step', '500 steps'; bare where the word is plain from before, except for one."""
    return f"{steps}" if bare and steps != 1 else counted(steps, "step")


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


def finely(share: float) -> str:
    """A share with one decimal, for runs that whole percents do not tell apart."""
    return f"{100 * share:.1f} %"


def percent(share: float) -> str:
    """98 %, and 99.6 % where rounding would say all: 0 % is none and 100 % all."""
    return percents([share])[0]


def percents(shares: Sequence[float]) -> list[str]:
    """Shares in percent, with as few decimals as tell apart all that differ, and each from none and from all."""
    kinds = {0.0, 1.0, *shares}
    decimals = next(d for d in range(17) if d == 16 or len({f"{100 * share:.{d}f}" for share in kinds}) == len(kinds))
    return [f"{100 * share:.{decimals if 0 < share < 1 else 0}f} %" for share in shares]
