"""`make bench` measures everything and writes the table; `make bench FLAGS=flow` a group of rows, the others stay."""

import os
import platform
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks import crowds, engine, first_visit, flow, frames, networks, paint, visitors
from benchmarks.row import Row

TABLE = Path(__file__).parent / "README.md"
_HEAD = """# What was measured

Written by `make bench`: both sides of a ratio in one run on one machine, so the ratios can be compared and the absolute
times hold for that machine only: {machine}. Times are medians; what is compared is measured
in turn. `benchmarks/row.py` says how a time is taken; a larger crowd is sent by
`python -m benchmarks.visitors --visitors 60 --acts 40`.

| what | ours | against | ratio | budget | met |
|---|---|---|---|---|---|
"""


def table(rows: Iterable[Row]) -> str:
    """The rows as Markdown."""

    def line(row: Row) -> str:
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
        met = {True: "yes", False: "**no**", None: ""}[row.met]
        return f"| {row.what} | {row.ours} | {row.against} | {ratio} | {row.budget} | {met} |\n"

    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return _HEAD.format(machine=machine) + "".join(map(line, rows))


_GROUPS: dict[str, Callable[[], Iterable[Row]]] = {
    "engine": engine.rows, "networks": networks.rows, "flow": flow.rows, "paint": paint.rows,
    "frames": frames.rows, "first_visit": first_visit.rows, "visitors": lambda: visitors.measure(30, 12),
    "families": lambda: [visitors.families()], "acts": crowds.costs,
    "crowds": crowds.classes, "sessions": crowds.sessions, "workers": crowds.two_workers, "rooms": crowds.rooms,
}  # fmt: skip


def _named(text: str) -> dict[tuple[str, str], str]:
    """The rows of a table by what is measured and what it is compared with."""
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| what |")]
    cells = [line.split("|") for line in rows]
    return {(cell[1].split("(")[0].strip(), cell[3].split(":")[0].strip()): line
            for cell, line in zip(cells, rows, strict=True)}  # fmt: skip


def merged(old: str, new: str) -> str:
    """The new table with the old one's rows where the new one has none of that name; names that are new come last."""
    head = new[: new.index("|---") + len("|---|---|---|---|---|---|\n")]
    return head + "".join(f"{line}\n" for line in {**_named(old), **_named(new)}.values())


if __name__ == "__main__":
    asked = sys.argv[1:] or list(_GROUPS)
    text = table([row for name in asked for row in _GROUPS[name]()])
    if len(asked) < len(_GROUPS):
        text = merged(TABLE.read_text(), text)
    TABLE.write_text(text)
    print(text)
