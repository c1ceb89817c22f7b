"""Characters of a text, each to be told from those before it."""

import sysconfig
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np

from landscapes.dataset import Draft, dataset
from landscapes.surface import ShapeParam

_FIRST, _LAST = "GNU GENERAL PUBLIC LICENSE\n", "why-not-lgpl.html>.\n"


@cache
def license_text() -> str:
    """The GNU General Public License 3 as NumPy's wheels carry it for their compiler's runtime: 35,149 characters.

    It has 76 symbols and a unigram entropy of 3.170 nats. Where NumPy was built without it: Python's own licence, which
    has 76 symbols too and 3.560 nats, or else NumPy's.
    """
    paths = [path for path in metadata.files("numpy") or [] if path.name == "LICENSE.txt" and "dist-info" in str(path)]
    carried = [path.read_text(encoding="utf-8") for path in paths]
    for text in carried:
        first, last = text.find(_FIRST), text.find(_LAST)
        if 0 <= first < last:
            return text[text.rfind("\n", 0, first) + 1 : last + len(_LAST)]
    own = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    return own.read_text(encoding="utf-8", errors="replace") if own.exists() else max(carried, key=len)


@dataset(
    kind="text", task="classes", size=ShapeParam(400, 50, 2000), noise=ShapeParam(0.0, 0.0, 0.0), title="Licence text",
    length=ShapeParam(32, 8, 64), offered=1100,  # nearly all of the text
    source="GNU General Public License, version 3, 2007, as it comes with NumPy",
)  # fmt: skip
def characters(rng, counts, noise, length):
    """The next character of a licence: spelling first, then words, then phrases."""
    text, steps = license_text(), int(length)
    symbols = tuple(sorted(set(text)))
    numbers = {symbol: i for i, symbol in enumerate(symbols)}
    coded = np.array([numbers[symbol] for symbol in text], np.int32)
    # evenly spread and in order, so that the windows held back come from the end of the text
    begins = np.linspace(0, len(coded) - steps - 1, counts[0]).astype(int)
    windows = coded[begins[:, None] + np.arange(steps + 1)]
    return Draft(windows[:, :-1], windows[:, 1:], class_names=symbols, symbols=symbols, begins=begins)
