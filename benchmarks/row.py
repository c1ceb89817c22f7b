"""One line of the table, and how a time is taken."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """A measured ratio: ours over theirs where small is good, theirs over ours where it is a speed-up."""

    what: str
    ours: str
    against: str
    ratio: float | None  # None where there is nothing to compare with
    budget: str
    met: bool | None  # None where no budget is set


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """The median time of ``work`` after one call that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def interleaved(a: Callable[[], float], b: Callable[[], float], repeats: int) -> tuple[list[float], list[float]]:
    """Measures two things in turn, a b a b, so that a drift of the machine touches both alike."""
    first, second = [], []
    for _ in range(repeats):
        first.append(a())
        second.append(b())
    return first, second


def interleaved_seconds(a: Callable[[], object], b: Callable[[], object], repeats: int) -> tuple[float, float]:
    """The median times of two kinds of work, taken in turn, after one call of each that is not counted."""

    def timed(work: Callable[[], object]) -> Callable[[], float]:
        def once() -> float:
            begun = time.perf_counter()
            work()
            return time.perf_counter() - begun

        return once

    a()
    b()
    first, second = interleaved(timed(a), timed(b), repeats)
    return statistics.median(first), statistics.median(second)


def percentile(values: list[float], percent: float) -> float:
    """The value that ``percent`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
