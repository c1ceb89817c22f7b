"""Every link that was ever given away opens the same experiment, or `links/changed.json` says why not."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.experiments.link_corpus import ROOMS, opened, read

FROZEN, CHANGED = read("frozen"), read("changed")
MOVED = CHANGED["defaults"]  # what a link that leaves something out has since been given, with the reason
DEFAULTS = {kind: own | MOVED.get(kind, {}).get("fields", {}) for kind, own in FROZEN["defaults"].items()}


def as_read(room: str, link: str) -> Any:
    """What a link opens now, as its file would hold it."""
    description, notices = opened(room, parse_qs(link, keep_blank_values=True), DEFAULTS)
    return json.loads(json.dumps(description)), notices


def left_out(then: Any, now: Any) -> Iterator[tuple[str, Any]]:
    """Names and values that a description has no more; another difference is an error."""
    if isinstance(then, list) and isinstance(now, list) and all(pair[0] for pair in map(_pair, [*then, *now])):
        then, now = dict(then), dict(now)
    if isinstance(then, dict) and isinstance(now, dict):
        assert now.keys() <= then.keys()
        for name in then:
            if name in now:
                yield from left_out(then[name], now[name])
            else:
                yield from then[name] if name in ("schedule_hyperparams", "settings") else [(name, then[name])]
    elif isinstance(then, list) and isinstance(now, list):
        for one, other in zip(then, now, strict=True):
            yield from left_out(one, other)
    else:
        assert then == now


def _pair(item: Any) -> tuple[str, Any]:
    return (item[0], item[1]) if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str) else ("", None)


def opens_as_before(then: dict[str, Any], now: Any, notices: list[str], said: list[str]) -> bool:
    """Whether a link opens what it did, but for what has no effect there, which is named."""
    if now == then["opens"]:
        return not notices or then["said"] > 0 or notices == said
    words = " ".join(notices)
    try:
        lost = list(left_out(then["opens"], now))
    except (AssertionError, ValueError):
        return False
    return all({f"‘{name}’", f"{name.capitalize()} has", f"‘{value}’", SPELLED.get(name, "-")} & set(parts(words))
               for name, value in lost)  # fmt: skip


SPELLED = {"weight_decay": "‘decoupled’"}


def parts(words: str) -> list[str]:
    """What is quoted in sentences, and how they begin; a schedule's numbers by their own names."""
    return re.findall(r"‘[^’]*’|\w+ has", words) + [f"‘{name}’" for name in re.findall(r"\.(\w+)’", words)]


@pytest.mark.parametrize("room", ROOMS)
def test_an_old_link_opens_what_it_opened(room):
    other = {}
    for link, then in FROZEN[room].items():
        description, notices = as_read(room, link)
        said = CHANGED["said"].get(room, {}).get(link, [])
        if link not in CHANGED[room] and not opens_as_before(then, description, notices, said):
            other[link] = {"then": then["opens"], "opens": description, "notices": notices}
    assert not other, json.dumps(other, indent=1, ensure_ascii=False)


@pytest.mark.parametrize(
    ("then", "now"),
    [({"a": 1}, {"a": 2}), ({"a": 1}, {"a": 1, "b": 2}), ([["a", 1]], [["a", 2]]), ([1], [1, 2]), ({"a": [1]}, {})],
)
def test_another_difference_is_seen(then, now):
    assert not opens_as_before({"opens": then, "said": 0}, now, ["Nothing is named"], [])


@pytest.mark.parametrize("room", ROOMS)
def test_an_old_link_opens_the_same_from_the_address_bar(room):
    for link in FROZEN[room]:
        assert ROOMS[room](link) == ROOMS[room](parse_qs(link, keep_blank_values=True))


@pytest.mark.parametrize("room", ROOMS)
def test_what_changed_on_purpose_is_what_is_said(room):
    for link, now in CHANGED[room].items():
        assert as_read(room, link)[0] == now["opens"]
        assert FROZEN[room][link]["opens"] != now["opens"], "nothing has changed: take it out"
        assert len(now["reason"]) > 20


def test_a_changed_default_is_seen():
    """A field that is named in no old link shows up in `changed.json` too when its default moves."""
    other = {**DEFAULTS, "Race": {**DEFAULTS["Race"], "num_steps": 400}}
    assert opened("race", "seed=4", other)[0] == [{"num_steps": 500, "seed": 4}]


def test_the_corpus_is_large_and_of_all_rooms():
    assert sum(len(FROZEN[room]) for room in ROOMS) >= 600
    assert all(len(FROZEN[room]) >= 100 for room in ROOMS)
