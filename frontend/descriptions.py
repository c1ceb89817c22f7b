"""The gate of a description: what its own link cannot hold is not kept, wherever it came from."""

from collections.abc import Callable
from typing import Any

from frontend.refusals import refused


def holds(new: Any, to_link: Callable[[Any], dict[str, str]], from_link: Callable[[Any], Any]) -> bool:
    """Whether a description comes back from its link as it was; where it does not, a line in the log.

    Args:
        new: what a control, an act or whoever speaks the protocol would make of the description.
        to_link: of the room.
        from_link: of the room; the description is the first of what it returns.
    """
    link = to_link(new)
    if to_link(from_link(link)[0]) == link:
        return True
    refused("a description", link)
    return False
