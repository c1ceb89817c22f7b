"""How a link asks for its page to be looked at: a step to stop at, and whether to present; and what the door cut."""

from collections.abc import Mapping
from typing import Any

from experiments.aliases import TRUE, letters, without_quotes
from experiments.codec import Reader, shown

_MOST_DIGITS = 6
LEFT_OUT = "left_out"  # by the door, of a link with more parameters than are read: how many
KEYS = ("at", "present", LEFT_OUT)


def view_of(params: Mapping[str, Any] | str) -> tuple[int | None, bool]:
    """The step to stop at, or None, and whether to present; beyond the last step the playhead stops at the last."""
    got = Reader(params, KEYS).params
    return _step(got.get("at", "")), letters(got.get("present", "")) in TRUE


def say_view(read: Reader, last: int) -> None:
    """Says what of the view, or of too long a link, is not used; ``last`` is the last step that the page has."""
    if (more := read.take(LEFT_OUT)) is not None:
        read.say(f"this link had more parameters than are read; {shown(more)} of them were left out")
    at, present = read.take("at"), read.take("present")
    if at is not None:
        step = _step(at)
        if step is None:
            read.say(f"at is {shown(at)}; a whole step from 0 to {last} is needed; it was left out")
        elif step > last:
            read.say(f"at is {shown(at)}, outside 0 to {last}; {last} is used")
        elif not at.isdigit():
            read.understood(at, str(step))
    if present is not None:
        read.flag("present", present)


def _step(text: str) -> int | None:
    at = without_quotes(text)
    return int(at) if at.isascii() and at.isdigit() and len(at) <= _MOST_DIGITS else None
