"""The class that an attack must not disturb: visitors in all rooms, each with an act every few seconds, and a watch."""

import asyncio
import random
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from websockets.exceptions import WebSocketException

from benchmarks.row import percentile
from benchmarks.servers import Server
from benchmarks.visitors import LINKS, PATIENCE, Visitor, visiting

WINDOW = 5.0  # seconds over which a 95th percentile is taken
TIMES = 5.0  # a visitor is disturbed whose answers take more than so many times the quiet ones
GATHER = 0.15  # seconds between two arrivals
SOURCE = "127.0.0.1"  # all come from one address, as a class behind one router does
_ROOMS = ("", "", "train", "", "gradients")
_QUERIES = {"train": "steps=100", "gradients": "depth=10"}


class Ask(NamedTuple):
    """One act of the class: when it was asked and, unless it is still awaited, when it was answered."""

    begun: float
    ended: float
    error: bool

    @property
    def seconds(self) -> float:
        """How long the visitor waited."""
        return self.ended - self.begun


class Sample(NamedTuple):
    """The server's memory at one moment."""

    at: float
    mb: float


class Class:
    """Visitors who act until they are sent home; what they waited for stays in ``asks``."""

    def __init__(self, server: Server, size: int, pause: float) -> None:
        self.server, self.size, self.pause = server, size, pause
        self.asks: list[Ask] = []
        self.samples: list[Sample] = []
        self.under_way: dict[int, float] = {}  # visitor -> when the act was asked that is not answered yet
        self.lost = 0  # connections that broke
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Class":
        self._tasks = [asyncio.create_task(self._attend(i)) for i in range(self.size)]
        self._tasks.append(asyncio.create_task(self._watch()))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _attend(self, number: int) -> None:
        rng = random.Random(number)
        await asyncio.sleep(GATHER * number)
        while True:
            try:
                await self._visit(number, rng)
            except (OSError, TimeoutError, WebSocketException):
                self.lost += 1
                self._answered(number, error=True)
                await asyncio.sleep(1.0)

    async def _visit(self, number: int, rng: random.Random) -> None:
        room = _ROOMS[number % len(_ROOMS)]
        query = _QUERIES.get(room) or LINKS[number % len(LINKS)]
        self.under_way[number] = time.monotonic()
        async with visiting(self.server.host, query, room, SOURCE) as visitor:
            self._answered(number, error=(await visitor.ask()).errors > 0)
            while True:
                await asyncio.sleep(self.pause * rng.uniform(0.5, 1.5))
                self.under_way[number] = time.monotonic()
                self._answered(number, error=(await visitor.ask(**change(visitor, rng))).errors > 0)

    def _answered(self, number: int, *, error: bool) -> None:
        now = time.monotonic()
        self.asks.append(Ask(self.under_way.pop(number, now), now, error))

    async def _watch(self) -> None:
        while True:
            self.samples.append(Sample(time.monotonic(), self.server.resident_mb()))
            await asyncio.sleep(0.25)

    def between(self, begin: float, end: float) -> list[Ask]:
        """What was asked or awaited in this time; what is awaited still counts as long as it has been so far."""
        open_ = [Ask(begun, time.monotonic(), False) for begun in self.under_way.values()]
        return [ask for ask in [*self.asks, *open_] if ask.begun < end and ask.ended > begin]

    def memory(self, begin: float, end: float) -> list[Sample]:
        """The samples of this time."""
        return [sample for sample in self.samples if begin <= sample.at <= end]

    async def settled(self) -> None:
        """Returns when nobody waits for what was asked before this call."""
        asked = time.monotonic()
        while any(begun < asked for begun in self.under_way.values()) and time.monotonic() < asked + PATIENCE:
            await asyncio.sleep(0.1)


def change(visitor: Visitor, rng: random.Random) -> dict[str, float]:
    """The number boxes that a visitor moves next, in the room where the visitor is."""
    if visitor.room == "train":
        return {"train_seed": float(rng.randrange(4))}
    if visitor.room == "gradients":
        return {"flow_seed": float(rng.randrange(4))}
    return {"start_x": rng.uniform(-2, 2), "start_y": rng.uniform(-2, 2)}


def p95(asks: Iterable[Ask]) -> float:
    """The 95th percentile of what was waited, in seconds; 0 where nobody asked."""
    seconds = [ask.seconds for ask in asks]
    return percentile(seconds, 95) if seconds else 0.0


def seconds_above(values: Iterable[tuple[float, float]], limit: float) -> float:
    """The longest time for which values, each with its moment, stay above a limit."""
    longest, since = 0.0, None
    for at, value in values:
        since = (at if since is None else since) if value > limit else None
        longest = max(longest, 0.0 if since is None else at - since)
    return longest


def disturbed(asks: list[Ask], begin: float, end: float, quiet: float) -> float:
    """For how many seconds the 95th percentile stays above `TIMES` the quiet one.

    It is taken over every `WINDOW` of the time; a stall is in all windows that it touches, so one window's length is
    taken off.
    """

    def windows() -> Iterator[tuple[float, float]]:
        at = begin - WINDOW
        while at < end:
            yield at, p95(ask for ask in asks if ask.begun < at + WINDOW and ask.ended > at)
            at += 0.25

    return max(0.0, seconds_above(windows(), TIMES * quiet) - WINDOW)
