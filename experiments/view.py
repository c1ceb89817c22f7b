"""How a link asks for its page to be looked at: a step to stop at, whether to present; and what the door cut."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.aliases import TRUE, letters, without_quotes
from experiments.codec import VIEW, Reader, shown

_MOST_DIGITS = 6
LEFT_OUT = VIEW[-1]  # by the door, of a link with more parameters than are read: how many


class View(NamedTuple):
    """How a page is to be looked at."""

    at: int | None = None  # the step to stop at
    present: bool = False  # on a projector
    tell: bool = False  # what happens is told at once, not when the playhead has come to it
    begun: int = 0  # experiments that were begun on the page: another number sends the playhead to the start

    def again(self) -> "View":
        """Another experiment begins, at its start; whether its end is told at once stays the link's to say."""
        return View(tell=self.tell, begun=self.begun + 1)


FIRST = View()
"""As a page is looked at that no link says anything of."""


def view_of(params: Mapping[str, Any] | str) -> View:
    """What a link asks for; beyond the last step the playhead stops at the last."""
    got = Reader(params, VIEW).params
    present, tell = (letters(got.get(key, "")) in TRUE for key in ("present", "tell"))
    return View(_step(got.get("at", "")), present, tell)


def say_view(read: Reader, last: int) -> None:
    """Says what of the view, or of too long a link, is not used; ``last`` is the last step that the page has."""
    if (more := read.take(LEFT_OUT)) is not None:
        read.say(f"this link had more parameters than are read; {shown(more)} of them were left out")
    if (at := read.take("at")) is not None:
        step = _step(at)
        if step is None:
            read.say(f"at is {shown(at)}; a whole step from 0 to {last} is needed; it was left out")
        elif step > last:
            read.say(f"at is {shown(at)}, outside 0 to {last}; {last} is used")
        elif not at.isdigit():
            read.understood(at, str(step))
    for key in ("present", "tell"):
        if (text := read.take(key)) is not None:
            read.flag(key, text)


def _step(text: str) -> int | None:
    at = without_quotes(text)
    return int(at) if at.isascii() and at.isdigit() and len(at) <= _MOST_DIGITS else None
