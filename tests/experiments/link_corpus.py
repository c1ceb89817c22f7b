"""Links that were once given to people, and what they opened: a description as plain data, beside its link.

``links/frozen.json`` was written once by the code of the day and is never written again: the fields' defaults of then,
and by room and link what differs from them and how many sentences were said. A link that has since been given another
meaning on purpose stands in ``links/changed.json``, by room too, with the reason and what it opens now; a default that
was moved on purpose stands there once, for all links that leave it out.
"""

import json
import math
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from experiments import gradients_link, race_link, training_link

_FOLDER = Path(__file__).parent / "links"
ROOMS = {"race": race_link.from_link, "train": training_link.from_link, "gradients": gradients_link.from_link}


def plain(value: Any, defaults: dict[str, dict[str, Any]]) -> Any:
    """A description as JSON holds it: of a dataclass what differs from ``defaults``; infinity as a word."""
    if is_dataclass(value):
        usual = {**default_of(type(value), defaults), **defaults.get(type(value).__name__, {})}
        given = {field.name: plain(getattr(value, field.name), defaults) for field in fields(value)}
        return {name: now for name, now in given.items() if now != usual[name]}
    if isinstance(value, tuple):
        return [plain(item, defaults) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def default_of(kind: Any, defaults: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The defaults of a dataclass as they are now, where it has one."""
    factories = {f.name: f.default_factory for f in fields(kind) if f.default_factory is not MISSING}
    given = {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    made = given | {name: make() for name, make in factories.items()}
    return {field.name: None for field in fields(kind)} | {n: plain(value, defaults) for n, value in made.items()}


def opened(room: str, link: Any, defaults: dict[str, dict[str, Any]]) -> tuple[Any, list[str]]:
    """What a link opens in a room, as plain data, and what is said of it."""
    *description, notices = ROOMS[room](link)
    return plain(tuple(description), defaults), notices


def read(name: str) -> dict[str, Any]:
    """A file of the corpus."""
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
