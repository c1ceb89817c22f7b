"""Sentences and labels that several parts of a picture ask for: found once for each result."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Result = TypeVar("Result")
Said = TypeVar("Said")


def once(say: Callable[[Result], Said]) -> Callable[[Result], Said]:
    """What is said of a result that never changes is kept on the result, as long as it lives."""
    name = f"_said_{say.__name__}"

    @wraps(say)
    def said(result: Result) -> Said:
        kept = vars(result)
        if name not in kept:
            kept[name] = say(result)
        return kept[name]

    return said
