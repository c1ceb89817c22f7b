"""Characters of a text, each to be told from those before it."""

import sysconfig
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np

from landscapes.dataset import Draft, dataset
from landscapes.surface import ShapeParam


@cache
def license_text() -> str:
    """Python's own licence, as every CPython carries it; where a system has moved it away, that of NumPy."""
    own = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    if own.exists():
        return own.read_text(encoding="utf-8", errors="replace")
    files = metadata.files("numpy") or []
    other = next(path for path in files if path.name == "LICENSE.txt" and "dist-info" in str(path))
    return other.read_text(encoding="utf-8")


@dataset(kind="text", task="classes", size=ShapeParam(400, 50, 2000), noise=ShapeParam(0.0, 0.0, 0.0),
         length=ShapeParam(32, 8, 64), title="Licence text", source="Python's licence, as it comes with CPython")  # fmt: skip
def characters(rng, counts, noise, length):
    """The next character of a licence: spelling first, then words, then phrases."""
    text, steps = license_text(), int(length)
    symbols = tuple(sorted(set(text)))
    numbers = {symbol: i for i, symbol in enumerate(symbols)}
    coded = np.array([numbers[symbol] for symbol in text], np.int32)
    # evenly spread and in order, so that the windows held back come from the end of the text
    begins = np.linspace(0, len(coded) - steps - 1, counts[0]).astype(int)
    windows = coded[begins[:, None] + np.arange(steps + 1)]
    return Draft(windows[:, :-1], windows[:, 1:], class_names=symbols, symbols=symbols)
