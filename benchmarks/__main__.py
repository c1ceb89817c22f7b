"""`make bench`: measures everything in one run and writes the table; nothing in it is written by hand."""

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from benchmarks import engine, flow, networks, paint, visitors
from benchmarks.row import Row

TABLE = Path(__file__).parent / "README.md"
_HEAD = """# What was measured

Written by `make bench`, all in one run on one machine, so the ratios can be compared and the absolute times hold for
that machine only: {machine}. Times are medians; what is compared is measured in turn. `benchmarks/row.py` says how a
time is taken; a larger crowd is sent by `python -m benchmarks.visitors --visitors 60 --acts 40`.

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


if __name__ == "__main__":
    measured = [*engine.rows(), *networks.rows(), *flow.rows(), *paint.rows(), *visitors.measure(30, 12)]
    text = table([*measured, visitors.families()])
    TABLE.write_text(text)
    print(text)
