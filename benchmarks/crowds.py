"""A class on one server: what an act costs and sends, how many are served at once, and how long many wait.

``python -m benchmarks.crowds`` takes a quarter of an hour. The cost of an act is compared with that of the commit
before acts drew only what they change, unpacked from git and served beside.
"""

import asyncio
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.row import Row, percentile
from benchmarks.servers import ROOT, Server, serving
from benchmarks.visitors import EVERY, LINKS, Answer, Visitor, crowd, visiting
from frontend.blob import unpack

BEFORE = "185e65c"  # every act drew the whole page and sent 190 kB
ACTS = 60  # of one visitor, by which the cost of an act is told
MANY = 300  # of them where something now and then, such as a collection, is to be counted as often as it comes
START, SLIDER = "start_x", "run4_adam_learning_rate_box"  # a moved start, and a number beside a run's slider
IN_FLIGHT = 20.0  # seconds for which so many ask again and again
LOOKED = 60.0  # seconds for which a class looks at a room
ROOMS = (("train", "data=moons&steps=2000"), ("gradients", ""))
FINISHED = "steps=60"


class Cost(NamedTuple):
    """What one act takes."""

    milliseconds: float  # of processor time
    kilobytes: float


def drawn(rng: random.Random, key: str) -> dict[str, float]:
    """A new value for a box."""
    return {key: 10 ** rng.uniform(-3, -1) if key == SLIDER else rng.uniform(-1.5, 1.5)}


async def cost_of(server: Server, key: str, acts: int = ACTS) -> Cost:
    """The mean over many acts of one visitor, one after the other."""
    rng = random.Random(key)
    async with visiting(server.host, LINKS[0]) as visitor:
        for _ in range(10):
            await visitor.ask(**(drawn(rng, key) if visitor.widgets else {}))
        worked, answers = server.worked(), []
        for _ in range(acts):
            answers.append(await visitor.ask(**drawn(rng, key)))
        worked = server.worked() - worked
    assert all(answer.pictures and not answer.errors for answer in answers)
    return Cost(1e3 * worked / acts, statistics.mean(answer.size for answer in answers) / 1e3)


@contextmanager
def before() -> Iterator[Path]:
    """The files of the commit `BEFORE`."""
    folder = Path(tempfile.mkdtemp())
    try:
        files = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=files, check=True)
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def ready(folder: Path = ROOT, workers: int = 1) -> Iterator[Server]:
    """A server that has done what it does at the start."""
    with serving("app.py", folder=folder, workers=workers) as server:
        asyncio.run(crowd(server, 4 * workers, 3, 0.2))
        server.wait_for_rest()
        yield server


def costs() -> Iterator[Row]:
    """An act's processor time over that of the commit before, taken in turn, and what it sends."""
    with before() as folder, ready(folder) as old, ready() as new:
        for key, what, most in ((START, "a moved start", 0.55), (SLIDER, "a slider of a run", 0.55)):
            turns = [(asyncio.run(cost_of(new, key)), asyncio.run(cost_of(old, key))) for _ in range(3)]
            ours, theirs = ([turn[i] for turn in turns] for i in (0, 1))
            now, then = (statistics.median(cost.milliseconds for cost in each) for each in (ours, theirs))
            yield Row(f"processor time of an act: {what}", f"{now:.1f} ms", f"commit {BEFORE}: {then:.1f} ms",
                      now / then, f"<= {most}x", now <= most * then)  # fmt: skip
            size, was = ours[0].kilobytes, theirs[0].kilobytes
            yield Row(f"sent for an act: {what}", f"{size:.0f} kB", f"commit {BEFORE}: {was:.0f} kB", size / was,
                      "<= 60 kB", size <= 60)  # fmt: skip


@asynccontextmanager
async def present(server: Server, count: int, queries: Sequence[str] = LINKS, room: str = "",
                  over: float = 0.0) -> AsyncIterator[list[Visitor]]:  # fmt: skip
    """So many visitors who have their first picture; they come over so many seconds."""
    async with AsyncExitStack() as stack:

        async def come(number: int) -> Visitor:
            await asyncio.sleep(over * number / count)
            visitor = await stack.enter_async_context(visiting(server.host, queries[number % len(queries)], room))
            await visitor.ask()
            return visitor

        yield list(await asyncio.gather(*map(come, range(count))))


async def throughput(server: Server, count: int) -> float:
    """Acts a second where so many visitors each ask again as soon as they have their picture."""
    async with present(server, count) as visitors:
        until, done = time.monotonic() + IN_FLIGHT, 0

        async def hurry(visitor: Visitor, number: int) -> None:
            nonlocal done
            rng = random.Random(number)
            while time.monotonic() < until:
                await visitor.ask(**drawn(rng, START))
                done += time.monotonic() < until

        await asyncio.gather(*(hurry(visitor, number) for number, visitor in enumerate(visitors)))
        return done / IN_FLIGHT


async def among_silent(server: Server, silent: int) -> tuple[float, float, float]:
    """Milliseconds of an act alone, and beside so many silent sessions; and the MB that each of those holds."""
    alone, empty = (await cost_of(server, START, MANY)).milliseconds, server.resident_mb()
    async with present(server, silent, over=60.0):
        full = server.resident_mb()
        beside = (await cost_of(server, START, MANY)).milliseconds
    return alone, beside, (full - empty) / silent


async def acting(server: Server, count: int, pause: float, acts: int) -> list[Answer]:
    """Answers to many visitors who act after pauses of about so many seconds; they have been there before."""

    async def act(visitor: Visitor, number: int) -> list[Answer]:
        rng, answers = random.Random(number), []
        await asyncio.sleep(pause * rng.random())
        for _ in range(acts):
            begun = time.monotonic()
            answers.append(await visitor.ask(**drawn(rng, START)))
            await asyncio.sleep(max(0.0, pause * rng.uniform(0.5, 1.5) - (time.monotonic() - begun)))
        return answers

    async with present(server, count, over=min(60.0, 0.5 * count)) as visitors:
        each = await asyncio.gather(*(act(visitor, number) for number, visitor in enumerate(visitors)))
    return [answer for answers in each for answer in answers]


async def opening(server: Server, count: int, seconds: float) -> list[Answer]:
    """First pictures of many who open one link within so many seconds."""

    async def come(number: int) -> Answer:
        await asyncio.sleep(seconds * number / count)
        async with visiting(server.host, "surface=beale&r1=adam&r2=lion&steps=800") as visitor:
            return await visitor.ask()

    return list(await asyncio.gather(*map(come, range(count))))


async def looking(server: Server, room: str, query: str, count: int) -> list[Answer]:
    """Answers to many who look at work under way or over, each at another, as their pages ask by themselves."""
    queries = [f"{query}&seed={number}" if number % 2 else f"{query}&{FINISHED}" for number in range(count)]

    async def look(visitor: Visitor, number: int) -> list[Answer]:
        rng, answers, until = random.Random(number), [], time.monotonic() + LOOKED
        while time.monotonic() < until:
            under_way = unpack(visitor.picture)["progress"] is not None
            await asyncio.sleep(EVERY if under_way else rng.uniform(2.0, 4.0))
            answers.append(await visitor.ask())
        return answers

    async with present(server, count, queries, room, over=0.3 * count) as visitors:
        each = await asyncio.gather(*(look(visitor, number) for number, visitor in enumerate(visitors)))
    return [answer for answers in each for answer in answers]


def _failed(answers: Iterable[Answer]) -> int:
    return sum(answer.errors + (answer.pictures == 0) for answer in answers)


def _waited(what: str, answers: list[Answer], alone: float, most: float | None) -> Row:
    """The row of a crowd's waiting over one visitor's median; failed answers are none that are met."""
    p95, failed = percentile([answer.seconds for answer in answers], 95), _failed(answers)
    said = f"{what}: p95 ({failed} of {len(answers)} failed)"
    met = None if most is None else p95 <= most * alone and not failed
    return Row(said, f"{1e3 * p95:.0f} ms", f"p50 of one visitor: {1e3 * alone:.0f} ms", p95 / alone,
               "" if most is None else f"<= {most:g}x", met)  # fmt: skip


def _alone(answers: list[Answer]) -> float:
    return statistics.median(answer.seconds for answer in answers)


def classes() -> Iterator[Row]:
    """How many are served at once, and how long a class waits."""
    with ready() as server:
        alone = _alone(asyncio.run(acting(server, 1, 0.5, 40)))
        few, many = asyncio.run(throughput(server, 4)), asyncio.run(throughput(server, 60))
        yield Row("acts a second with 60 in flight", f"{many:.1f}", f"4 in flight: {few:.1f}", many / few, ">= 0.9x",
                  many >= 0.9 * few)  # fmt: skip
        yield _waited("100 visitors, an act every 3 s", asyncio.run(acting(server, 100, 3.0, 15)), alone, 15)
        yield _waited("300 visitors, an act every 12 s", asyncio.run(acting(server, 300, 12.0, 6)), alone, 15)


def sessions() -> Iterator[Row]:
    """What sessions cost that are there and silent, and how long many wait who come at once."""
    with ready() as server:
        quiet, beside, session = asyncio.run(among_silent(server, 300))
        yield Row("processor time of an act beside 300 silent sessions", f"{beside:.1f} ms", f"alone: {quiet:.1f} ms",
                  beside / quiet, "<= 1.2x", beside <= 1.2 * quiet)  # fmt: skip
        yield Row("memory of a session", f"{session:.2f} MB", "300 sessions", None, "<= 0.3 MB", session <= 0.3)
    with ready() as server:
        answers = asyncio.run(opening(server, 300, 20.0))
        p95, failed = percentile([answer.seconds for answer in answers], 95), _failed(answers)
        yield Row(f"300 open one link within 20 s: p95 of the first picture ({failed} failed)", f"{p95:.2f} s", "",
                  None, "<= 6 s", p95 <= 6 and not failed)  # fmt: skip


def two_workers() -> Iterator[Row]:
    """The same class on two processes, to which the system deals the connections out."""
    with ready(workers=2) as server:
        memory = server.resident_mb()
        alone = _alone(asyncio.run(acting(server, 1, 0.5, 40)))
        many = asyncio.run(throughput(server, 60))
        yield Row("two workers: acts a second with 60 in flight", f"{many:.1f}", "", None, "", None)
        yield Row("two workers: memory before anybody came", f"{memory:.0f} MB", "", None, "", None)
        answers = asyncio.run(acting(server, 300, 12.0, 6))
        yield _waited("two workers: 300 visitors, an act every 12 s", answers, alone, None)


def rooms() -> Iterator[Row]:
    """Train and Gradients with classes who look at work under way and over."""
    for room, query in ROOMS:
        with ready() as server:
            alone = _alone(asyncio.run(looking(server, room, query, 1)))
            for count in (30, 100):
                answers = asyncio.run(looking(server, room, query, count))
                yield _waited(f"{count} visitors look at {room}", answers, alone, None)


if __name__ == "__main__":
    for group in (costs, classes, sessions, two_workers, rooms):
        for row in group():
            print(row.what, "|", row.ours, "|", row.against, "|", row.ratio, "|", row.budget, "|", row.met, flush=True)
