"""The house: arrows go down only, files and functions stay small, no machine is named, and the README is true.

Each rule is a function of a path and a text, so that a test can also hand it a text that breaks it.
"""

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import numpy as np
import pytest
import uvicorn

ROOT = Path(__file__).parent.parent
WINGS = {"landscapes", "optimizers"}
HOUSE = {"app", "frontend", "experiments", *WINGS}
MAY_IMPORT = {
    "app": {"frontend"},
    "frontend": {"experiments", *WINGS},
    "experiments": WINGS,
    "landscapes": set(),
    "optimizers": set(),
    "tests": HOUSE,
    "benchmarks": HOUSE,
}
SCREEN = {"streamlit", "plotly"}
BLIND = {"experiments", *WINGS}  # the rooms that know nothing of a screen
VAGUE = {"base", "helper", "helpers", "manager", "managers", "util", "utils"}
MOST_LINES, MOST_FUNCTION_LINES = 400, 40
REGISTRY = re.compile(
    r"(?:anaconda|docker|jsdelivr|npmjs|pypi|pythonhosted|unpkg)\.(?:com|io|net|org)"
    r"|(?:deb\.debian|download\.pytorch)\.org|(?:ghcr|quay)\.io"
)
MACHINE_PATH = re.compile(r"(?<![\w.-])/(?:work|root|home|Users|opt|mnt)/")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def imported(source: str) -> set[str]:
    """The top-level names of all imports, those inside functions too; a relative import stays in its room."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    members = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0]
    return {name.split(".")[0] for name in [*plain, *members]}


def broken_arrows(path: str, source: str) -> list[str]:
    """The imports that a file in this place may not have."""
    room = Path(path).parts[0].removesuffix(".py")
    if room not in MAY_IMPORT:
        return [f"{path} stands in no room; rooms: {', '.join(MAY_IMPORT)}"]
    others = imported(source) - {room}
    wrong = others & (MAY_IMPORT.keys() - MAY_IMPORT[room])
    if room in BLIND:
        wrong |= others & SCREEN
    if room == "app":
        wrong |= others - sys.stdlib_module_names - {"frontend", "streamlit"}
    return [f"{path} imports {name}" for name in sorted(wrong)]


def vague_names(path: str) -> list[str]:
    """The parts of a path that say nothing of what they hold."""
    return [part for part in Path(path).parts if VAGUE & set(Path(part).stem.lower().split("_"))]


def long_functions(source: str) -> list[str]:
    """The functions longer than `MOST_FUNCTION_LINES`, docstring and decorators not counted."""
    lengths = [
        (node.name, _lines(node) - (_lines(node.body[0]) if ast.get_docstring(node) is not None else 0))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return [f"{name}: {length} lines" for name, length in lengths if length > MOST_FUNCTION_LINES]


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def leaks(text: str) -> list[str]:
    """The registry hosts and the absolute paths of somebody's machine in a text."""
    return REGISTRY.findall(text) + MACHINE_PATH.findall(text)


def unknown_commands(readme: str, makefile: str) -> list[str]:
    """What the README's code calls with `make` and the Makefile does not have."""
    said = re.findall(r"\bmake ([a-z]+)", "\n".join(CODE.findall(readme)))
    return sorted(set(said) - set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)))


def packages(sources: Iterable[str]) -> set[str]:
    """What has to be installed for the imports of these texts to work."""
    sources = list(sources)
    found = {name for source in sources for name in re.findall(r'find_spec\("(\w+)"\)', source)}  # read, not imported
    names = found.union(*map(imported, sources)) - sys.stdlib_module_names - HOUSE
    return {package.lower() for name in names for package in packages_distributions().get(name, [name])}


def files(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Path and text of every text file here that git does not ignore."""
    ignored = {".git", *(line.strip("/") for line in (ROOT / ".gitignore").read_text().split())}
    for folder, folders, names in os.walk(ROOT):
        folders[:] = set(folders) - ignored
        for path in (Path(folder, name) for name in sorted(set(names) - ignored)):
            content = path.read_bytes()
            if path.suffix in (suffixes or (path.suffix,)) and b"\0" not in content:
                yield path.relative_to(ROOT).as_posix(), content.decode(errors="replace")


def test_arrows_go_down_only():
    assert not [arrow for path, source in files(".py") for arrow in broken_arrows(path, source)]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("landscapes/a.py", "import optimizers.rules"),
        ("optimizers/a.py", "from landscapes import SURFACES"),
        ("landscapes/a.py", "def f():\n    from experiments.race import Race"),
        ("experiments/a.py", "import plotly.graph_objects as go"),
        ("experiments/a.py", "from frontend import figures"),
        ("frontend/rooms/a.py", "from app import app"),
        ("frontend/a.py", "from tests.oracles import adam"),
        ("benchmarks/a.py", "import tests"),
        ("tests/a.py", "from benchmarks import table"),
        ("app.py", "from experiments.race import Race"),
        ("app.py", "import numpy as np"),
        ("scripts/a.py", ""),
    ],
)
def test_a_wrong_arrow_is_seen(path, source):
    assert broken_arrows(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("landscapes/a.py", "import jax\nfrom landscapes.surface import Surface\nfrom . import surfaces"),
        ("experiments/a.py", "from landscapes import SURFACES\nfrom optimizers import descend"),
        ("frontend/rooms/a.py", "import streamlit as st\nfrom experiments.race import run"),
        ("app.py", "import gc\nimport streamlit as st\nfrom frontend.serving import files"),
    ],
)
def test_a_right_arrow_is_let_through(path, source):
    assert not broken_arrows(path, source)


def test_files_are_short():
    long = {path: source.count("\n") for path, source in files(".py", ".js", ".css") if source.count("\n") > MOST_LINES}
    assert not long


def test_functions_are_short():
    assert not [(path, found) for path, source in files(".py") for found in long_functions(source)]


def test_a_long_function_is_seen_and_a_long_docstring_forgiven():
    body = "    x = 1\n" * (MOST_FUNCTION_LINES - 1)
    spoken = '    """Says.\n\n    Much.\n    """\n'
    assert not long_functions("def f():\n" + spoken + body)
    assert long_functions("def f():\n" + spoken + body + "    return x\n") == [f"f: {MOST_FUNCTION_LINES + 1} lines"]
    assert long_functions("class C:\n  async def f(self):\n" + body + "    return x\n")


def test_the_house_pins_what_it_imports_and_no_more():
    pins = set(re.findall(r"^([\w-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    house = (source for path, source in files(".py") if Path(path).parts[0].removesuffix(".py") in HOUSE)
    assert packages(house) == pins - {"uvloop"}  # which the server takes where it is installed


def test_the_server_takes_the_loop_that_is_pinned():
    assert uvicorn.Config("app:app").get_loop_factory().__module__.startswith("uvloop")


def test_packages_go_by_the_name_that_installs_them():
    sources = ["import re\nfrom xdist import plugin", "from landscapes import SURFACES\nimport nowhere.at.all"]
    assert packages(sources) == {"pytest-xdist", "nowhere"}


def test_names_say_what_they_hold():
    assert not [(path, part) for path, _ in files(".py", ".js", ".css") for part in vague_names(path)]


@pytest.mark.parametrize(
    "path", ["frontend/utils.py", "tests/plot_helpers.py", "optimizers/base/adam.py", "a/Manager.js"]
)
def test_a_vague_name_is_seen(path):
    assert vague_names(path)
    assert not vague_names("landscapes/database.py")


def test_no_file_names_a_registry_or_a_machine():
    assert not {path: found for path, text in files() if (found := leaks(text))}


@pytest.mark.parametrize(
    "text", ["pip -i https://pypi" + ".org/simple", "FROM ghcr" + ".io/x", "cd /root" + "/x", "'/work" + "/a'"]
)
def test_a_registry_or_a_machine_is_seen(text):
    assert leaks(text)
    assert not leaks("see https://example.com/home/page, https://docs.pytorch.org/docs, build/work/ and /usr/bin/env")


def test_the_readme_calls_only_what_the_makefile_has():
    assert not unknown_commands((ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text())


def test_an_unknown_command_is_seen():
    makefile = "run: .venv/.app\n\tpython app.py\nPYTHON := python3\n"
    assert not unknown_commands("to make sure, `make run`", makefile)
    assert unknown_commands("```\nmake run\nmake dist\n```\nand `make fly FLAGS=-x`", makefile) == ["dist", "fly"]


def test_the_readme_examples_hold():
    examples = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    names: dict = {}
    for example in examples:
        exec(example, names)
    run, bowl = names["run"], names["bowl"]
    assert run.params.shape == (501, 2)
    assert run.params[0].tolist() == [-1.2, 1.0]
    assert run.loss.shape == run.grad_norm.shape == (501,)
    assert run.diverged_at is None
    assert bowl(np.array([1.0, 2.0])) == 5.0
    assert bowl.minima == ((0.0, 0.0),)
