"""A long walk of many visitors over all rooms, and whether the server's memory stays where it was.

``python -m benchmarks.soak`` takes half an hour and exits with 1 where an answer failed, memory grew, or was above what
is allowed for long; ``--small`` asks only that no answer failed and that memory is within it afterwards. Links, sizes,
formulas and trainings are drawn at random; tabs are closed without a word.
"""

import argparse
import asyncio
import random
import statistics
import time
from typing import NamedTuple

from benchmarks.attack.crowd import change, seconds_above
from benchmarks.attack.field import FAILED
from benchmarks.attack.links import odd
from benchmarks.servers import Server, serving
from benchmarks.visitors import EVERY, Visitor, crowd, visiting
from experiments.memory import ALLOWED_MB

GROWTH = 1.05  # the last fifth over the first
MOST_SECONDS = 10.0  # above what is allowed, on end


class Walk(NamedTuple):
    """What was seen: memory with its moments, links opened, and those that failed."""

    memory: list[tuple[float, float]]
    opened: int
    failed: list[str]

    @property
    def growth(self) -> float:
        """Memory in the last fifth of the time over that in the first."""
        fifth = max(1, len(self.memory) // 5)
        first, last = (statistics.median(mb for _, mb in part) for part in (self.memory[:fifth], self.memory[-fifth:]))
        return last / first

    @property
    def above(self) -> float:
        """The longest time above what is allowed, in seconds."""
        return seconds_above(self.memory, ALLOWED_MB)


async def _stroll(visitor: Visitor, rng: random.Random) -> bool:
    """Looks, and moves a few boxes; whether all went well."""
    if rng.random() < 0.1:
        await visitor.send(visitor.rerun())
        return True  # gone before the answer
    fine = (await visitor.ask()).errors == 0
    for _ in range(rng.randrange(4)):
        await asyncio.sleep(EVERY)
        moved = {key: value for key, value in change(visitor, rng).items() if key in visitor.widgets}
        fine &= (await visitor.ask(**moved)).errors == 0
    return fine


async def walk(server: Server, visitors: int, seconds: float, seed: int) -> Walk:
    """Lets so many visitors walk at once for so long; equal seeds open equal links."""
    until = time.monotonic() + seconds
    found = Walk([], 0, [])
    opened = 0

    async def visit(number: int) -> None:
        nonlocal opened
        rng = random.Random(f"{seed} {number}")
        for room, query in odd(rng):
            if time.monotonic() > until:
                return
            opened += 1
            try:
                async with visiting(server.host, query, room) as visitor:
                    if not await _stroll(visitor, rng):
                        found.failed.append(f"/{room}?{query}")
            except FAILED as error:
                found.failed.append(f"/{room}?{query}: {type(error).__name__}")

    async def watch() -> None:
        while time.monotonic() < until:
            found.memory.append((time.monotonic(), server.resident_mb()))
            await asyncio.sleep(0.5)

    await asyncio.gather(watch(), *map(visit, range(visitors)))
    return found._replace(opened=opened)


def main() -> int:
    """Reads the command line, walks and prints; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--small", action="store_true")
    asked = parser.parse_args()
    with serving("app.py") as server:
        asyncio.run(crowd(server, 1, 1, 0.2))  # waits for the warm-up
        warm = asyncio.run(walk(server, asked.visitors, 12 * asked.minutes, asked.seed + 1))
        found = asyncio.run(walk(server, asked.visitors, 60 * asked.minutes, asked.seed))
        time.sleep(10.0)
        idle = server.resident_mb()
    peak = max(mb for _, mb in [*warm.memory, *found.memory])
    failed = [*warm.failed, *found.failed]
    print(f"{warm.opened + found.opened} links opened, {len(failed)} failed{': ' + failed[0] if failed else ''}")
    print(f"memory: last fifth {found.growth:.3f} of the first, at most {peak:.0f} MB, {idle:.0f} MB ten seconds after")
    print(f"above {ALLOWED_MB:.0f} MB for at most {found.above:.0f} s on end")
    flat = found.growth <= GROWTH and found.above <= MOST_SECONDS
    return int(bool(failed) or idle > ALLOWED_MB or not (flat or asked.small))


if __name__ == "__main__":
    raise SystemExit(main())
