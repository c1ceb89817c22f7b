"""A link with more parameters than Streamlit reads is shortened and says so; every other request is handed on."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from streamlit.runtime.state.query_params import sanitize_query_string

from frontend.long_links import LongLinks, shortened
from tests.experiments.link_corpus import ROOMS
from tests.frontend.asgi import finish


def asked(query: str, kind: str = "http") -> tuple[list[Any], bool]:
    """What is sent for a request, and whether the app behind the door was asked."""
    sent, inside = [], []

    async def app(scope, receive, send) -> None:
        inside.append(scope)

    async def send(message) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    scope = {"type": kind, "method": "GET", "path": "/", "query_string": query.encode()}

    async def called() -> None:
        await LongLinks(app)(scope, receive, send)

    finish(called())
    return sent, bool(inside)


TOO_LONG = ["steps=20&" + "&".join(["a=1"] * 1500), "steps=20&" + "&".join(f"k{i}=1" for i in range(1200)),
            "steps=20&a=" + "x" * 20_000]  # fmt: skip


@pytest.mark.parametrize("query", TOO_LONG)
@pytest.mark.parametrize("room", ROOMS)
def test_a_link_that_would_be_dropped_is_shortened_and_says_so(query, room):
    sent, inside = asked(query)
    assert not inside
    assert sent[0]["status"] == 303
    short = urlsplit(dict(sent[0]["headers"])[b"location"].decode()).query
    assert sanitize_query_string(short) == short != ""
    assert asked(short) == ([], True)
    kept = short.split("&")
    assert kept[0] == "steps=20"
    assert kept[-1] == f"left_out={len(query.split('&')) - len(kept) + 1}"
    *_, notices = ROOMS[room](short)
    assert sum("more parameters than are read" in notice for notice in notices) == 1
    assert len(notices) <= 23


@pytest.mark.parametrize("query", ["", "steps=20", "&".join(["a=1"] * 1000), "formula=" + "x" * 600])
def test_a_link_that_is_read_whole_is_handed_on(query):
    assert asked(query) == ([], True)
    assert shortened(query) == query


def test_a_websocket_is_handed_on():
    assert asked(TOO_LONG[0], "websocket") == ([], True)
