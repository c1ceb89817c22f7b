"""What is left of a gradient so many layers, or steps, back: said until the playhead has come to the first one."""

from collections.abc import Sequence

import numpy as np

from experiments.flow import Measured
from experiments.gradients_words import amount
from experiments.words import counted


def commentary(found: Sequence[Measured], names: Sequence[str], what: str) -> list[tuple[int, str]]:
    """Sentences, each with the layers or steps back from which on it holds until the next.

    They name the curve of which least is left in the median over the seeds, and the one of which most is.
    """
    if not found:
        return []
    medians = np.array([measured.median for measured in found])
    first = "first layer" if what == "layer" else "first step"
    said = [(0, f"The gradient enters at the {'output' if what == 'layer' else 'last step'}: how much of it will reach "
                f"the {first}?")]  # fmt: skip
    return said + [(back, _left(medians[:, back], names, counted(back, what))) for back in range(1, medians.shape[1])]


def _left(sizes: np.ndarray, names: Sequence[str], back: str) -> str:
    known = [i for i in range(len(sizes)) if np.isfinite(sizes[i])]
    if not known:
        return f"{back[0].upper()}{back[1:]} back no size of a gradient is known: the signal has left float32."
    low, high = (pick(known, key=lambda i: sizes[i]) for pick in (min, max))
    said = f"{back} back {amount(float(sizes[low]))} of the gradient is left in {names[low]}"
    if amount(float(sizes[high])) != amount(float(sizes[low])):
        said += f", {amount(float(sizes[high]))} in {names[high]}"
    return f"{said}."
