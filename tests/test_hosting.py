"""What the README says of hosting: the variables that are read, the memory, the table; and attacks at small size."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.memory import LEAST_MB, USUAL_MB

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
LOSSES = ("clear_caches", "uploads", "forged", "malformed", "restart")  # attacks by which work may be lost
_ROOMS = ("app.py", "frontend", "experiments", "landscapes", "optimizers")
_READ = re.compile(r"""(?:environ(?:\.get\(|\[)|getenv\()\s*(?:"(\w+)"|(\w+))""")


def read_variables() -> set[str]:
    """The environment variables that the app's own code reads."""
    found = set()
    for room in _ROOMS:
        for path in [ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"):
            source = path.read_text()
            for literal, name in _READ.findall(source):
                named = re.search(rf'^{name} = "(\w+)"', source, re.MULTILINE) if name else None
                found.add(literal or (named.group(1) if named else name))
    return found


def test_every_variable_that_is_read_is_named():
    assert "MEMORY_MB" in read_variables()
    assert not [name for name in read_variables() if f"`{name}`" not in README]


def test_the_memory_is_the_one_that_is_held():
    said = f"`MEMORY_MB` is what the server may take, {USUAL_MB:.0f} where it is not set, at least {LEAST_MB:.0f}."
    assert said in README


def test_the_table_has_its_place():
    assert README.count("<!-- attacks: `python -m benchmarks.attack` writes this -->") == 1
    assert README.count("<!-- /attacks -->") == 1


def ran(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.browser
def test_nothing_breaks_under_attack():
    attacked = ran("benchmarks.attack", "--small", "--only", *LOSSES)
    assert attacked.returncode == 0, attacked.stdout + attacked.stderr


@pytest.mark.browser
def test_no_answer_fails_on_a_walk_over_all_rooms_and_memory_comes_back():
    walked = ran("benchmarks.soak", "--minutes", "0.7", "--visitors", "2", "--small")
    assert walked.returncode == 0, walked.stdout + walked.stderr
