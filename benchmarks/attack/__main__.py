"""Attacks a running server and writes the table into the README: ``python -m benchmarks.attack``.

``--small`` takes some minutes and writes nothing; ``--only burst forged`` tries some, and writes their rows. It exits
with 1 where something broke that does not depend on the machine's speed.
"""

import argparse
import asyncio
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.attack.attacks import ATTACKS, assault
from benchmarks.attack.crowd import SOURCE, Class, disturbed, p95, seconds_above
from benchmarks.attack.field import Field
from benchmarks.attack.restart import restart
from benchmarks.attack.verdict import Verdict, table, write
from benchmarks.servers import Server, serving
from benchmarks.visitors import crowd
from experiments.memory import ALLOWED_MB

STRANGER = "127.0.0.2"
_FULL, _SMALL = (30, 3.0, 24.0), (6, 1.0, 1.5)  # visitors of the class, their pause, and seconds of quiet before


async def endure(present: Class, number: int, source: str, small: bool, quiet: float) -> Verdict:
    """Lets a class work through one attack, and says what it noticed."""
    attack, loop = ATTACKS[number], asyncio.get_running_loop()
    field = Field(present.server.host, source, attack.small if small else attack.full)
    await present.settled()
    before = time.monotonic()
    await asyncio.sleep(quiet)
    lost, begun = present.lost, time.monotonic()
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        finding = await loop.run_in_executor(pool, assault, number, field)
    await present.settled()
    ended = time.monotonic()
    await asyncio.sleep(quiet)
    over = time.monotonic()
    calm, during = present.between(before, begun), present.between(begun, ended)
    memory = present.memory(begun, over)
    failed = sum(ask.error for ask in during) + present.lost - lost
    where = ", from the class's own address" if source == SOURCE else ""
    return Verdict(
        attack.tried.format(size=field.size) + where, finding, failed, p95(calm), p95(during),
        disturbed(during, begun, ended, p95(calm)), max(each.mb for each in memory),
        min(each.mb for each in memory[-8:]), seconds_above(memory, ALLOWED_MB),
    )  # fmt: skip


async def attacked(server: Server, names: list[str], small: bool) -> list[Verdict]:
    """Tries the attacks of these names one after the other, some from the class's own address too."""
    visitors, pause, quiet = _SMALL if small else _FULL
    verdicts = []
    async with Class(server, visitors, pause) as present:
        await asyncio.sleep(visitors / 3)  # all have come
        for number, attack in enumerate(ATTACKS):
            if attack.work.__name__ in names:
                for source in (STRANGER, SOURCE) if attack.inside and not small else (STRANGER,):
                    verdicts.append(await endure(present, number, source, small, quiet))
                    print(verdicts[-1].line(), end="", flush=True)
    return verdicts


def main() -> int:
    """Reads the command line, attacks, prints and writes; the exit status."""
    names = [*dict.fromkeys(attack.work.__name__ for attack in ATTACKS), "restart"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    asked = parser.parse_args()
    visitors, pause, _ = _SMALL if asked.small else _FULL
    with serving("app.py") as server:
        asyncio.run(crowd(server, 1, 1, 0.2))  # waits for the warm-up
        time.sleep(5.0 if asked.small else 45.0)  # and for what is compiled after the first visitor came
        verdicts = asyncio.run(attacked(server, asked.only, asked.small))
    if "restart" in asked.only:
        verdicts.append(restart(visitors))
        print(verdicts[-1].line(), end="")
    text = table(verdicts, visitors, pause)
    print("\n" + text)
    if not asked.small:
        write(text)
    return 1 if any(each.broke for each in verdicts) else 0


if __name__ == "__main__":
    raise SystemExit(main())
