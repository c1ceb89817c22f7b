"""The server is killed under a class and started again: every control is where it was, and the first change counts."""

import asyncio
import os
import signal
import time
from contextlib import AsyncExitStack

from benchmarks.attack.field import Finding
from benchmarks.attack.verdict import Verdict
from benchmarks.servers import Server, free_port, serving
from benchmarks.visitors import Visitor, crowd, put, visiting

LINKS = (
    ("", "surface=himmelblau&r1=adam&r2=momentum"),
    ("train", "steps=60&seed=3"),
    ("gradients", "c1=relu"),
)
_MOVED = {"": ("start_x", 1.25), "train": ("train_seed", 5.0), "gradients": ("flow_seed", 5.0)}


async def _change(visitor: Visitor, value: float) -> str:
    """What a browser sends when one box is moved: the values of all; the address bar after it."""
    message, moved = visitor.rerun(), _MOVED[visitor.room][0]
    for key, name in visitor.widgets.items():
        put(message, name, "double_value", value if key == moved else visitor.values[key])
    await visitor.send(message)
    await visitor.answer(time.perf_counter())
    return visitor.query


async def _before(server: Server, room: str, query: str) -> tuple[Visitor, str, dict[str, float]]:
    """A visitor who stays, and what the change that comes after the restart must lead to."""
    async with visiting(server.host, query, room) as visitor:
        await visitor.ask()
        begun, values = visitor.query, dict(visitor.values)
        wanted = await _change(visitor, _MOVED[room][1])
        visitor.query, visitor.values = begun, values
        return visitor, wanted, values


async def _after(server: Server, visitor: Visitor, wanted: str, values: dict[str, float]) -> str:
    """What the first change after the restart lost, in words."""
    moved, value = _MOVED[visitor.room]
    async with AsyncExitStack() as stack:
        again = await stack.enter_async_context(visiting(server.host, visitor.query, visitor.room))
        again.widgets, again.values = visitor.widgets, dict(values)
        if (link := await _change(again, value)) != wanted:
            return f"/{visitor.room}: the link is {link!r}, {wanted!r} was expected"
        lost = [key for key in values if key != moved and again.values.get(key) != values[key]]
        return f"/{visitor.room}: {', '.join(lost)} moved" if lost else ""


def restart(visitors: int) -> Verdict:
    """Kills a server with SIGKILL under so many visitors, starts it again, and has each of them move one box."""
    links = [LINKS[i % len(LINKS)] for i in range(visitors)]
    port = free_port()
    with serving("app.py", port) as server:
        asyncio.run(crowd(server, 1, 1, 0.2))
        stayed = asyncio.run(_gathered([_before(server, *link) for link in links]))
        before = server.resident_mb()
        os.kill(server.pid, signal.SIGKILL)
    with serving("app.py", port) as server:
        lost = asyncio.run(_gathered([_after(server, *each) for each in stayed]))
        memory = server.resident_mb()
    lost = [words for words in lost if words]
    broke = f"{len(lost)} of {visitors} lost the first change, one at {lost[0]}" if lost else ""
    return Verdict(f"`SIGKILL` and a start under {visitors} visitors", Finding(broke), 0, float("nan"), float("nan"),
                   0.0, max(before, memory), memory, 0.0)  # fmt: skip


async def _gathered(each: list) -> list:
    return list(await asyncio.gather(*each))
