"""What an attack came to, as a line of the table that the README holds."""

import math
import os
import platform
import re
from pathlib import Path
from typing import NamedTuple

from benchmarks.attack.crowd import TIMES
from benchmarks.attack.field import Finding
from benchmarks.servers import ROOT
from experiments.memory import ALLOWED_MB

README = ROOT / "README.md"
BEGIN, END = "<!-- attacks: `python -m benchmarks.attack` writes this -->", "<!-- /attacks -->"
MOST_SECONDS, MOST_MEMORY_SECONDS = 5.0, 10.0  # of others' disturbance, and of memory above what is allowed
_COLUMNS = ("tried", "held", "others' p95 before", "during", f"above {TIMES:.0f}x for", "memory peak", "after")


class Verdict(NamedTuple):
    """What was measured of one attack. Times in seconds, memory in MB."""

    tried: str
    finding: Finding
    failed: int  # others' answers that were errors, and their connections that broke
    before: float  # others' 95th percentile
    during: float
    disturbed: float  # for how long it was above `TIMES` the quiet one
    peak: float
    after: float
    above: float  # for how long memory was above what is allowed

    @property
    def broke(self) -> str:
        """What must not happen whatever the machine: in words, empty where nothing did."""
        failed = f"{self.failed} answers or connections of others failed" if self.failed else ""
        memory = f"{self.after:.0f} MB after it" if self.after > ALLOWED_MB else ""
        return "; ".join(filter(None, (self.finding.broke, failed, memory)))

    @property
    def slow(self) -> str:
        """What took too long on this machine."""
        disturbed = f"others disturbed for {self.disturbed:.0f} s" if self.disturbed > MOST_SECONDS else ""
        above = f"above {ALLOWED_MB:.0f} MB for {self.above:.0f} s" if self.above > MOST_MEMORY_SECONDS else ""
        return "; ".join(filter(None, (self.finding.slow, disturbed, above)))

    @property
    def held(self) -> bool:
        """Whether nothing broke and nothing took too long."""
        return not (self.broke or self.slow)

    def line(self) -> str:
        """One row in Markdown."""
        held = "yes" if self.held else f"**no**: {'; '.join(filter(None, (self.broke, self.slow)))}"
        cells = (self.tried, held.replace("|", "/"), _ms(self.before), _ms(self.during), f"{self.disturbed:.1f} s",
                 f"{self.peak:.0f} MB", f"{self.after:.0f} MB")  # fmt: skip
        return f"| {' | '.join(cells)} |\n"


def _ms(seconds: float) -> str:
    return "–" if math.isnan(seconds) else f"{1e3 * seconds:.0f} ms"


def table(verdicts: list[Verdict], visitors: int, pause: float) -> str:
    """The verdicts in Markdown, under a sentence that says who the others were."""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    head = (
        f"Others are {visitors} visitors in all rooms from one address, an act every {pause:.0f} s each; {machine}. "
        f"Held: nothing of theirs lost or failed, their p95 above {TIMES:.0f} times the quiet one for at most "
        f"{MOST_SECONDS:.0f} s, memory above {ALLOWED_MB:.0f} MB for at most {MOST_MEMORY_SECONDS:.0f} s.\n"
    )
    rule = "|---" * len(_COLUMNS) + "|\n"
    return f"{head}\n| {' | '.join(_COLUMNS)} |\n{rule}" + "".join(each.line() for each in verdicts)


def write(text: str, path: Path = README) -> None:
    """Puts the table between the README's markers; rows of attacks that were not tried again stay."""
    before, old, after = re.split(f"{re.escape(BEGIN)}|{re.escape(END)}", path.read_text())
    head, rows = _parts(text)
    rows = _parts(old)[1] | rows
    path.write_text(f"{before}{BEGIN}\n{head}{''.join(rows.values())}{END}{after}")


def _parts(text: str) -> tuple[str, dict[str, str]]:
    """What stands above a table's rows, and the rows by what was tried."""
    head, rule, rows = text.partition("|---" * len(_COLUMNS) + "|\n")
    return head + rule, {row.split(" | ")[0]: row for row in rows.splitlines(keepends=True)}
