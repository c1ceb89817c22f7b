"""Many ES modules as one, and stylesheets that import others as one: a browser asks once instead of level by level.

Every module becomes a function that returns what it exports, in an order in which all that it imports was there before.
Lines stay lines of their file, whose name stands above them, so an error's place can be found.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.-]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (default )?((?:async )?(?:function\*?|class|const) )(\w+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b(?!\.).*$", re.MULTILINE)
_SHEET = re.compile(r'^@import url\("([\w.-]+)"\);$', re.MULTILINE)
_CHARSET_OR_IMPORT = re.compile(r"^@(?:import|charset)\b.*$", re.MULTILINE)


def script(folder: Path, entries: Sequence[str]) -> str:
    """One module with an export for the default export of each entry, named as its file is.

    Args:
        folder: where the modules lie; they import each other as ``./name.js``.
        entries: files of which the default export is wanted.

    Raises:
        ValueError: for an import or export of another form than ``import { a, b as c } from "./file.js";`` and
            ``export [default] function | class | const name``, and for modules that import each other in a circle.
    """
    order = list(_order(folder, entries))
    parts = ["const modules = {};", *(_wrapped(name, (folder / name).read_text()) for name in order)]
    parts += [f'export const {Path(name).stem} = modules["{name}"].default;' for name in entries]
    return "\n".join(parts) + "\n"


def stylesheet(folder: Path, entry: str) -> str:
    """A stylesheet with those that it imports in their places.

    Raises:
        ValueError: for an import of another form than ``@import url("file.css");``, or in an imported sheet.
    """

    def sheet(found: re.Match[str]) -> str:
        return f"/* {found[1]} */\n{(folder / found[1]).read_text()}"

    inlined = _SHEET.sub(sheet, (folder / entry).read_text())
    if left := _CHARSET_OR_IMPORT.search(inlined):
        raise ValueError(f"{entry}: {left[0]!r} is not understood")
    return inlined


def _order(folder: Path, entries: Sequence[str]) -> Iterator[str]:
    """The entries and all that they import, each behind what it imports."""
    over: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> Iterator[str]:
        if name in above:
            raise ValueError(f"modules import each other: {' -> '.join([*above[above.index(name) :], name])}")
        if name in over:
            return
        for found in _IMPORT.finditer((folder / name).read_text()):
            yield from visit(found[2], (*above, name))
        over.add(name)
        yield name

    for entry in entries:
        yield from visit(entry, ())


def _wrapped(name: str, text: str) -> str:
    exports = [(found[3], "default" if found[1] else found[3]) for found in _EXPORT.finditer(text)]
    text = _IMPORT.sub(lambda found: f'const {{{found[1].replace(" as ", ": ")}}} = modules["{found[2]}"];', text)
    text = _EXPORT.sub(r"\2\3", text)
    if left := _OTHER.search(text):
        raise ValueError(f"{name}: {left[0]!r} is not understood")
    given = ", ".join(f"{public}: {own}" for own, public in exports)
    return f'// {name}\nmodules["{name}"] = (() => {{\n{text}\nreturn {{ {given} }};\n}})();'
