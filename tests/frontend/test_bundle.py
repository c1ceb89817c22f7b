"""Many modules as one: order, names, what is refused; and the player's own."""

import re
from pathlib import Path

import pytest

from frontend.serving.assets import ENTRIES
from frontend.serving.bundle import script, stylesheet

PLAYER = Path(__file__).parents[2] / "frontend" / "player"


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text)
    return folder


def test_a_module_comes_behind_what_it_imports_and_once(tmp_path):
    folder = written(
        tmp_path,
        main_js='import { b } from "./b.js";\nimport { c as other } from "./c.js";\nexport default function mount() {}',
        b_js='import {\n  c,\n} from "./c.js";\nexport class b {}\nexport const d = 1;\n',
        c_js="const own = 2;\nexport async function c() {}\n",
    )
    made = script(folder, ["main.js"])
    assert [line for line in made.splitlines() if line.startswith("// ")] == ["// c.js", "// b.js", "// main.js"]
    assert 'const { c: other } = modules["c.js"];' in made
    assert "return { b: b, d: d };" in made
    assert "return { default: mount };" in made
    assert made.endswith('export const main = modules["main.js"].default;\n')


def test_lines_stay_lines_of_their_file(tmp_path):
    text = 'import {\n  c,\n} from "./c.js";\n\nexport function b() {\n  throw new Error(c);\n}\n'
    made = script(written(tmp_path, b_js=text, c_js="export const c = 1;\n"), ["b.js"]).splitlines()
    head = made.index('modules["b.js"] = (() => {')
    there = made[head + 1 : head + 8]
    assert there == ["const {", "  c,", '} = modules["c.js"];', "", "function b() {", "  throw new Error(c);", "}"]


@pytest.mark.parametrize(
    "text",
    ['import b from "./b.js";', 'import * as b from "./b.js";', 'import "./b.js";', 'export { b } from "./b.js";',
     "export let b = 1;", "const b = 1;\nexport { b };", 'import { b } from "https://example.org/b.js";'],
)  # fmt: skip
def test_what_is_not_understood_is_said(tmp_path, text):
    with pytest.raises(ValueError, match=r"main\.js: .* is not understood"):
        script(written(tmp_path, main_js=text, b_js=""), ["main.js"])


def test_a_circle_is_said(tmp_path):
    folder = written(tmp_path, a_js='import { b } from "./b.js";\n', b_js='import { a } from "./a.js";\n')
    with pytest.raises(ValueError, match=r"a\.js -> b\.js -> a\.js"):
        script(folder, ["a.js"])


def test_stylesheets_stand_where_they_are_imported(tmp_path):
    folder = written(
        tmp_path, all_css='@import url("a.css");\n@import url("b.css");\np { }\n', a_css="a { }\n", b_css="b { }\n"
    )
    made = stylesheet(folder, "all.css")
    assert made.index("a { }") < made.index("b { }") < made.index("p { }")
    assert "@import" not in made


@pytest.mark.parametrize("line", ['@import "a.css";', '@import url("a.css") print;', '@charset "utf-8";'])
def test_a_stylesheet_that_is_not_understood_is_said(tmp_path, line):
    with pytest.raises(ValueError, match="is not understood"):
        stylesheet(written(tmp_path, all_css=line, a_css=""), "all.css")


def test_the_player_is_whole():
    """Every module and stylesheet of the folder is in it, once."""
    made = script(PLAYER, ENTRIES)
    assert sorted(made.count(f"\n// {path.name}\n") for path in PLAYER.glob("*.js")) == [1] * len(
        list(PLAYER.glob("*.js"))
    )
    sheet = stylesheet(PLAYER, "player.css")
    others = [path for path in PLAYER.glob("*.css") if path.name != "player.css"]
    assert [path.name for path in others if path.read_text() not in sheet] == []


@pytest.mark.parametrize("path", sorted(PLAYER.glob("*.js")), ids=lambda path: path.name)
def test_no_class_has_two_methods_of_one_name(path):
    """The later one would take the other's calls without a word."""
    for body in re.split(r"^(?:export )?(?:default )?class ", path.read_text(), flags=re.MULTILINE)[1:]:
        names = re.findall(r"^  ((?:get |set |static )?\w+)\([^)]*\) \{$", body, flags=re.MULTILINE)
        assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
