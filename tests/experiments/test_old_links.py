"""Every link that was ever given away opens the same experiment, or `links/changed.json` says why not."""

import json
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


@pytest.mark.parametrize("room", ROOMS)
def test_an_old_link_opens_what_it_opened(room):
    other = {}
    for link, then in FROZEN[room].items():
        description, notices = as_read(room, link)
        if link not in CHANGED[room] and (description != then["opens"] or (notices and not then["said"])):
            other[link] = {"then": then["opens"], "opens": description, "notices": notices}
    assert not other, json.dumps(other, indent=1, ensure_ascii=False)


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
