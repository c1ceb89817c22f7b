"""Which steps of a run travel to the browser, on which the playhead stands, and what is said at which of them."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int


def sent_steps(num_steps: int, most: int, marks: Iterable[int | None] = ()) -> Int[np.ndarray, "row"]:
    """The steps of the rows that are sent: every step where there is room, else a choice of them.

    A choice holds the start and the end, every step of the beginning (where runs move most), every mark with the step
    before it, and every so many of the others. But for the marks it depends on the two numbers alone, so that the
    steps stay where they are when a run that is under way meets another mark.

    Args:
        num_steps: steps of the whole experiment; there is a row more.
        most: rows that may be sent. More are sent only where the marks are more than a fourteenth of it.
        marks: steps that must be sent, such as the first within the target. None and what lies outside is left out.
    """
    if num_steps < most:
        return np.arange(num_steps + 1, dtype=np.int32)
    dense, kept_for_marks = most // 5, most // 7
    every = -(-(num_steps - dense) // (most - dense - kept_for_marks - 1))
    near = [step for mark in marks if mark is not None for step in (mark - 1, mark) if 0 <= step <= num_steps]
    chosen = [*range(dense), *range(dense, num_steps, every), *near, num_steps]
    return np.unique(chosen).astype(np.int32)


def stops(steps: Int[np.ndarray, "row"]) -> Int[np.ndarray, "row"] | None:
    """The steps as the player's clock is told them: None where none is left out."""
    return None if len(steps) == steps[-1] + 1 else steps


def now(said: Sequence[tuple[int, str]], subline: str) -> dict[str, Any] | None:
    """What the player says until the end is seen: sentences with the steps from which on they hold; None for none."""
    if not said:
        return None
    at, sentences = zip(*said, strict=True)
    return {"at": np.array(at, np.int32), "said": list(sentences), "subline": subline}
