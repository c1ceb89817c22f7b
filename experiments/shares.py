"""Who comes next: whoever has had the least of the machine lately, under each of the names that he goes by.

A visitor is a tuple of names, the widest first: (address, browser, session). What a session has had counts for its
browser and its address too, so that one browser with a hundred tabs has about the share of one with a single tab, and a
hundred browsers behind one address do not crowd out another address.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from statistics import fmean
from typing import NamedTuple

from cachetools import LRUCache

Visitor = Hashable  # a tuple of names, or a single name
_NAMES = 4096  # remembered at most before those with next to nothing are dropped
_NOTHING = 1e-3  # seconds that nobody is held to


class Limits(NamedTuple):
    """How many of a queue's places may be taken."""

    in_all: int
    address: int  # a whole class may sit behind one
    browser: int


class Full(Exception):
    """There is no place left; the message says so to a visitor."""


def names_of(visitor: Visitor) -> Iterator[Hashable]:
    """Every name whose share a visitor's work is taken from, the widest first."""
    if isinstance(visitor, tuple):
        return (visitor[:length] for length in range(1, len(visitor) + 1))
    return iter(((visitor,),))


def address_of(visitor: Visitor) -> Hashable:
    """The widest of a visitor's names."""
    return next(names_of(visitor))


class Shares:
    """Seconds of work that each name has had, of which half is forgotten in every ``half_life`` seconds.

    Not guarded: whoever holds it has a lock of its own.
    """

    def __init__(self, half_life: float) -> None:
        self._half_life = half_life
        self._had: dict[Hashable, tuple[float, float]] = {}  # seconds, and when they were counted

    def add(self, visitor: Visitor, seconds: float, now: float) -> None:
        """Counts work that was done for a visitor."""
        for name in names_of(visitor):
            self._had[name] = (self._left(name, now) + seconds, now)
        if len(self._had) > _NAMES:
            self._had = {name: had for name, had in self._had.items() if self._left(name, now) > _NOTHING}

    def level(self, name: Hashable, others: Iterable[Hashable], now: float) -> None:
        """Who comes has no claim on the time before: it counts as if he had had as little as any of the others."""
        least = min((self._left(other, now) for other in others), default=0.0)
        self._had[name] = (max(least, self._left(name, now)), now)

    def used(self, visitor: Visitor, now: float) -> float:
        """What a visitor had lately: the mean over address, browser and session."""
        return fmean(self._left(name, now) for name in names_of(visitor))

    def _left(self, name: Hashable, now: float) -> float:
        had, at = self._had.get(name, (0.0, now))
        return had * 0.5 ** (max(0.0, now - at) / self._half_life)


class Arrivals:
    """Which addresses a crowd comes from: more than ``most`` visitors that were not seen before, within ``seconds``.

    Not guarded: whoever holds it has a lock of its own.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._known: LRUCache[Visitor, None] = LRUCache(_NAMES)
        self._last: LRUCache[Hashable, deque[float]] = LRUCache(_NAMES)  # of an address, when the latest came

    def seen(self, visitor: Visitor, now: float) -> None:
        """A visitor is there, for the first time or again."""
        if visitor not in self._known:
            self._last.setdefault(address_of(visitor), deque(maxlen=self._most + 1)).append(now)
        self._known[visitor] = None

    def crowd(self, address: Hashable, now: float) -> bool:
        """Whether one comes from there."""
        last = self._last.get(address)
        return last is not None and len(last) > self._most and last[0] > now - self._seconds


def check_room(visitor: Visitor, waiting: Sequence[Visitor], limits: Limits, what: str) -> None:
    """Lets a visitor join those who wait, if there is a place.

    Raises:
        Full: with a sentence about ``what`` is waited for, in the plural.
    """
    if len(waiting) >= limits.in_all:
        raise Full(f"The server is busy: {len(waiting)} {what} wait already, as many as it takes. Try again soon.")
    address, browser, *_ = [*names_of(visitor), None, None]
    for name, most, who in ((browser, limits.browser, "browser"), (address, limits.address, "address")):
        count = sum(name in names_of(other) for other in waiting) if name is not None else 0
        if count >= most:
            raise Full(f"The server is busy: {count} {what} of your {who} wait already, as many as it takes of one "
                       f"{who}. Try again soon.")  # fmt: skip


_ORDINALS = ("", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")


def in_queue(place: int) -> str:
    """A place in words: "Third in the queue"."""
    return f"{_ORDINALS[place]} in the queue" if place < len(_ORDINALS) else f"Number {place} in the queue"
