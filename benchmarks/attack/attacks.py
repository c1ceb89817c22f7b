"""The attacks. Each is one entry of `ATTACKS`: what is tried, how, and at which sizes."""

import asyncio
import json
import os
import time
from itertools import islice

from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.attack.field import FAILED, Attack, Field, Finding
from benchmarks.attack.links import dear_formula, formula, large_training, mutated, odd, query_of
from benchmarks.visitors import Visitor, put, until_over
from frontend.blob import unpack

FORGED = (
    {}, [], None, "x", 7, {"kind": 3}, {"kind": "start"}, {"kind": "start", "x": 1e300, "y": "nan"},
    {"kind": "start", "x": None, "y": [1]}, {"kind": "rate", "index": -1, "rate": -1}, {"kind": "stop", "x": {}},
    {"kind": "example", "index": "1e9"}, {"kind": "example", "by": 1e300}, {"kind": "step", "at": {"a": 1}},
    {"kind": "open", "index": 10**30}, {"kind": "x" * 5000},
)  # fmt: skip
_WRONG = {"button": ("string_value", "nan"), "checkbox": ("double_value", 7.0), "selectbox": ("string_value", "<b>")}


async def clear_caches(field: Field) -> Finding:
    """Another visitor's training must go on, whatever is cleared."""
    async with field.visit("steps=5000&n1=mlp~depth~11~width~64&data=digits", "train") as other, field.visit() as one:
        await other.ask()
        for _ in range(60):
            if before := _done(other):
                break
            await asyncio.sleep(0.7)
            await other.ask()
        else:
            return Finding(slow="another visitor's training did not begin")
        for _ in range(field.size):
            await one.send(BackMsg(clear_cache=True))
            await asyncio.sleep(1.0)
            await other.ask()
            if (now := _done(other)) < before:
                return Finding(f"another visitor's training fell from step {before} to {now}")
            before = now
    return Finding()


def _done(visitor: Visitor) -> int:
    """Steps that a training is shown to have taken; a finished one has taken more than any other."""
    progress = unpack(visitor.picture)["progress"] if visitor.picture else None
    return 10**9 if visitor.picture and progress is None else int((progress or {"done": 0})["done"])


async def burst(field: Field) -> Finding:
    """As many reruns as fit into the socket, none of them waited for."""
    async with field.visit() as visitor:
        await visitor.ask()
        try:
            for _ in range(field.size):
                await visitor.send(visitor.rerun())
            await asyncio.sleep(8.0 if field.size >= 400 else 2.0)
        except FAILED:
            pass  # it was hung up on
    return Finding()


async def uploads(field: Field) -> Finding:
    """Files of 100 MB to the address where Streamlit would take them; one of 1 MB where the attack is small."""
    body = bytes((100 if field.size > 1 else 1) * 10**6)
    statuses = [
        await asyncio.to_thread(field.request, "PUT", f"/_stcore/upload_file/{i}/{i}", body) for i in range(field.size)
    ]
    taken = [status for status in statuses if 200 <= status < 300]
    return Finding(f"{len(taken)} of {len(statuses)} files were taken" if taken else "")


async def formulas(field: Field) -> Finding:
    """So many visitors type so many formulas within ten seconds; each must see a picture within twelve."""
    return await _formulas(field, [[formula(field.rng)] for _ in range(field.size)], 10.0, 12.0)


async def more_formulas(field: Field) -> Finding:
    """So many visitors, each with five new formulas, one after the other."""
    rng = field.rng
    return await _formulas(field, [[formula(rng) for _ in range(5)] for _ in range(field.size)], 3.0, 12.0)


async def dear_formulas(field: Field) -> Finding:
    """Formulas of two hundred characters."""
    rng = field.rng
    return await _formulas(field, [[dear_formula(rng)] for _ in range(field.size)], 3.0, 12.0)


async def _formulas(field: Field, typed: list[list[str]], within: float, patience: float) -> Finding:
    async def type_in(number: int) -> tuple[float, int]:
        await asyncio.sleep(within * number / len(typed))
        slowest, missing = 0.0, 0
        for text in typed[number]:
            async with field.visit(query_of(text)) as visitor:
                begun, answer = time.monotonic(), await visitor.ask()
                while not answer.pictures and time.monotonic() - begun < 120:  # it waits in a queue, and is told so
                    await asyncio.sleep(0.7)
                    answer = await visitor.ask()
                slowest, missing = max(slowest, time.monotonic() - begun), missing + (answer.pictures == 0)
        return slowest, missing

    seen = await asyncio.gather(*map(type_in, range(len(typed))))
    slowest, missing = max(each[0] for each in seen), sum(each[1] for each in seen)
    return Finding(f"{missing} formulas have no picture" if missing else "",
                   f"the slowest picture came after {slowest:.0f} s" if slowest > patience else "")  # fmt: skip


async def trainings(field: Field) -> Finding:
    """One visitor's tabs with the largest trainings; another visitor's training of 60 steps must be done in 15 s."""
    rng = field.rng
    links = [large_training(rng) for _ in range(field.size)]

    async def keep_asking(room: str, query: str) -> None:
        async with field.visit(query, room) as visitor:
            await until_over(visitor, 25.0 if field.size >= 10 else 5.0)

    tabs = [asyncio.create_task(keep_asking(*link)) for link in links]
    await asyncio.sleep(3.0)
    async with field.visit(f"steps=60&seed={rng.randrange(10**6)}", "train") as other:
        took = await until_over(other, 60.0)
    for tab in tabs:
        tab.cancel()
    await asyncio.gather(*tabs, return_exceptions=True)
    words = "not done in 60 s" if took is None else f"done after {took:.0f} s"
    return Finding(slow="" if took is not None and took < 15 else f"another's 60 steps were {words}")


async def tabs(field: Field) -> Finding:
    """So many tabs of one visitor, each of which asks again as soon as it is answered."""
    until = time.monotonic() + (15.0 if field.size >= 100 else 3.0)

    async def tab() -> None:
        try:
            async with asyncio.timeout(60.0), field.visit("surface=himmelblau") as visitor:
                while time.monotonic() < until:
                    await visitor.ask()
        except FAILED:
            pass  # it is one too many

    await asyncio.gather(*(tab() for _ in range(field.size)))
    return Finding()


async def deaf_tabs(field: Field) -> Finding:
    """Tabs that ask and never read what they are answered."""

    async def tab() -> None:
        try:
            async with field.visit() as visitor:
                for _ in range(40):
                    await visitor.send(visitor.rerun())
                    await asyncio.sleep(0.25)
        except FAILED:
            pass

    await asyncio.gather(*(tab() for _ in range(field.size)))
    return Finding()


async def odd_links(field: Field) -> Finding:
    """Links of odd sizes one after the other, each in a session of its own."""
    return await _open(field, list(islice(odd(field.rng), field.size)), 2)


async def mutated_links(field: Field) -> Finding:
    """Links with parts mutated."""
    return await _open(field, list(islice(mutated(field.rng), field.size)), 2)


async def _open(field: Field, links: list[tuple[str, str]], at_once: int) -> Finding:
    faults: list[str] = []
    rest = iter(links)

    async def reader() -> None:
        for room, query in rest:
            try:
                async with field.visit(query, room) as visitor:
                    answer = await visitor.ask()
                if answer.errors:
                    faults.append(f"/{room}?{query}")
            except FAILED as error:
                faults.append(f"/{room}?{query}: {type(error).__name__}")

    await asyncio.gather(*(reader() for _ in range(at_once)))
    return Finding(f"{len(faults)} of {len(links)} failed, first {faults[0][:160]}" if faults else "")


async def forged(field: Field) -> Finding:
    """Acts and values of widgets that no page sends, to all that can be set in so many rooms."""
    broken: list[str] = []
    for room in ("", "train", "gradients")[: field.size]:
        async with field.visit("", room) as visitor:
            await visitor.ask()
            for value in FORGED:
                for name, kind in list(visitor.ids.items()):
                    if kind == "bidi_component" or value is FORGED[0]:
                        answer = await _forge(visitor, name, kind, value)
                        broken += [f"{name.rsplit('-', 1)[-1]} {value!r}"[:80]] * (answer > 0)
            broken += ["the session"] * ((await visitor.ask()).errors > 0)
    return Finding(f"{len(broken)} failed, first {broken[0]}" if broken else "")


async def _forge(visitor: Visitor, name: str, kind: str, value: object) -> int:
    message = visitor.rerun()
    if kind == "bidi_component":
        event = "act" if name.endswith("player") else "pick"
        acts = json.dumps([{"event": event, "value": value}])
        put(message, f"$$STREAMLIT_INTERNAL_KEY_{name}__events", "json_trigger_value", acts)
    else:
        put(message, name, *_WRONG.get(kind, ("double_value", 1e300)))
    await visitor.send(message)
    return (await visitor.answer(time.perf_counter())).errors


async def malformed(field: Field) -> Finding:
    """Frames that are no messages, each on a connection of its own."""
    rng = field.rng
    for number in range(field.size):
        try:
            async with field.visit() as visitor:
                noise = rng.randbytes(rng.choice((0, 1, 30, 5000)))
                await visitor.socket.send(noise if number % 3 else noise.hex())
                await asyncio.sleep(0.05)
        except FAILED:
            pass  # hanging up is an answer
    return Finding()


async def dropped(field: Field) -> Finding:
    """Connections that ask and are gone before the answer."""
    for room, query in islice(odd(field.rng), field.size):
        try:
            async with field.visit(query, room) as visitor:
                await visitor.send(visitor.rerun())
        except FAILED:
            pass
    return Finding()


ATTACKS = (
    Attack("`clear_cache` sent {size} times", clear_caches, 6, 2),
    Attack("{size} reruns in one burst", burst, 400, 40, inside=True),
    Attack("{size} reruns in one burst", burst, 2000, 80),
    Attack("uploads, {size} x 100 MB", uploads, 5, 1),
    Attack("{size} visitors, a new formula each within 10 s", formulas, 20, 2),
    Attack("{size} visitors, 5 new formulas each", more_formulas, 6, 1),
    Attack("{size} dear formulas", dear_formulas, 6, 1),
    Attack("{size} of the largest trainings beside one of 60 steps", trainings, 10, 2, inside=True),
    Attack("{size} tabs acting as fast as they may", tabs, 100, 5),
    Attack("{size} tabs that never read an answer", deaf_tabs, 100, 5),
    Attack("{size} links of odd sizes", odd_links, 87, 6),
    Attack("forged acts and values in {size} rooms", forged, 3, 1),
    Attack("{size} malformed frames", malformed, 200, 20),
    Attack("{size} mutated links", mutated_links, 200, 12),
    Attack("{size} connections opened and dropped", dropped, 200, 12),
)


def assault(number: int, field: Field) -> Finding:
    """One attack, on a process of its own that yields to the server: a stranger's machine would cost it nothing."""
    os.nice(4)
    try:
        return asyncio.run(_bounded(ATTACKS[number], field))
    except TimeoutError:
        return Finding(slow="the attack itself was not done in 150 s")


async def _bounded(attack: Attack, field: Field) -> Finding:
    async with asyncio.timeout(150):
        return await attack.work(field)
