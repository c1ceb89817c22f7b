"""The files in front of Streamlit: compressed once, asked about rightly, below any prefix."""

import gzip
import hashlib
from base64 import b64encode

import pytest
import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from frontend.headers import content_security_policy
from frontend.serving import files
from frontend.serving.assets import PLOTLY, SCRIPT, path_of
from frontend.serving.files import Files, takes_gzip
from frontend.serving.gzipped import Shelf
from frontend.serving.page import STATIC, inline_scripts, later, named, page
from tests.frontend.asgi import finish, scope

BEHIND = "what lies behind"
LARGE = next((STATIC / "static" / "js").glob("protobuf.*.js")).relative_to(STATIC).as_posix()
FONT = next((STATIC / "static" / "media").glob("SourceSansVF-Upright.*")).relative_to(STATIC).as_posix()


async def behind(asked: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(BEHIND)(asked, receive, send)


class Got:
    """An answer, its body as bytes."""

    def __init__(self, path: str, method: str = "GET", query: str = "", app: Files | None = None, **said: str) -> None:
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        named = {name.replace("_", "-"): value for name, value in said.items()}
        asked = scope("http", path, {"host": "testserver", **named}, method) | {"query_string": query.encode()}
        finish((app or Files(behind, Shelf()))(asked, receive, send))
        self.status = sent[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        self.body = b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def below(monkeypatch):
    """The app has a path prefix."""
    before = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "ml/land" if name == "server.baseUrlPath" else before(name))


@pytest.mark.parametrize("path", [LARGE, path_of(SCRIPT), path_of(PLOTLY)])
def test_what_is_compressed_is_the_file(path):
    got = Got(f"/{path}", accept_encoding="gzip, deflate")
    raw = (STATIC / path).read_bytes() if path == LARGE else Got(f"/{path}").body
    assert (got.status, got.headers["content-encoding"]) == (200, "gzip")
    assert gzip.decompress(got.body) == raw
    assert int(got.headers["content-length"]) == len(got.body) < len(raw) / 2
    assert "immutable" in got.headers["cache-control"]
    assert got.headers["vary"] == "Accept-Encoding"
    assert got.headers["content-type"].startswith("text/javascript")


def test_whoever_has_it_is_told_so():
    shelf = Shelf()
    first = Got(f"/{LARGE}", app=Files(behind, shelf), accept_encoding="gzip")
    again = Got(f"/{LARGE}", app=Files(behind, shelf), accept_encoding="gzip", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-encoding" not in again.headers
    other = Got(f"/{LARGE}", app=Files(behind, shelf), accept_encoding="gzip", if_none_match='"another"')
    assert other.status == 200


def test_a_head_is_the_answer_without_its_body():
    whole, head = (Got(f"/{LARGE}", method, accept_encoding="gzip") for method in ("GET", "HEAD"))
    assert (head.status, head.headers, head.body) == (200, whole.headers, b"")


@pytest.mark.parametrize(
    ("path", "said"),
    [(LARGE, {}), (LARGE, {"accept_encoding": "br"}), (LARGE, {"accept_encoding": "gzip;q=0"}),
     (LARGE, {"accept_encoding": "gzip", "range": "bytes=0-9"}), (FONT, {"accept_encoding": "gzip"}),
     ("static/js/none.js", {"accept_encoding": "gzip"}), ("static/../index.js", {"accept_encoding": "gzip"}),
     ("static/js/../../../../proto/ForwardMsg_pb2.py", {"accept_encoding": "gzip"}),
     ("_stcore/health", {"accept_encoding": "gzip"}), ("favicon.png", {"accept_encoding": "gzip"})],
)  # fmt: skip
def test_what_streamlit_does_as_well_goes_on_to_it(path, said):
    assert Got(f"/{path}", **said).body.decode() == BEHIND


@pytest.mark.parametrize(
    "path", ["player/0123456789ab/player.js", "player/x", path_of("main.js"), path_of("../page.py")]
)
def test_an_asset_that_is_not_there_is_none_of_streamlits(path):
    assert Got(f"/{path}", accept_encoding="gzip").status == 404


@pytest.mark.parametrize("path", ["/", "/index.html", "/train", "/anything"])
def test_the_page_is_asked_for_every_time(path):
    got = Got(path, accept_encoding="gzip")
    assert gzip.decompress(got.body).decode() == page() == Got(path).body.decode()
    assert got.headers["cache-control"] == "no-cache"
    assert Got(path, accept_encoding="gzip", if_none_match=got.headers["etag"]).status == 304


@pytest.mark.parametrize(
    ("coding", "taken"),
    [("", False), ("gzip", True), ("GZIP", True), ("br, gzip;q=0.5", True), ("*", True), ("gzip; q=0", False),
     ("gzip;q=0.000", False), ("identity", False), ("xgzip", False)],
)  # fmt: skip
def test_who_takes_gzip(coding, taken):
    assert takes_gzip(coding) is taken


def test_a_file_is_compressed_once_and_little_is_kept():
    reads: list[str] = []

    def reading(name: str):
        def read() -> bytes:
            reads.append(name)
            return hashlib.sha256(name.encode()).digest() * 10 + bytes(1000)

        return read

    size = len(Shelf().gzipped("a", reading("a")).body)
    shelf = Shelf(most=3 * size + 2)
    reads.clear()
    for name in "aabbaccc":
        shelf.gzipped(name, reading(name))
    assert reads == ["a", "b", "c"]
    shelf.gzipped("d", reading("d"))  # for which the one that was longest not asked for goes
    assert [name for name in "abcd" if shelf.peek(name)] == ["a", "c", "d"]
    small = Shelf(most=10)
    assert small.gzipped("a", reading("a")).body
    assert small.peek("a") is None


@pytest.mark.parametrize(
    ("path", "query", "to"),
    [("/ml/land", "", "land/"), ("/ml/land", "surface=beale", "land/?surface=beale"),
     ("/ml/land/train/", "", "../train"), ("/ml/land/train/", "data=moons", "../train?data=moons")],
)  # fmt: skip
def test_a_slash_too_many_or_too_few_is_mended_without_the_prefix(path, query, to, below):
    """A proxy may have taken a prefix away, so the location names none."""
    got = Got(path, query=query)
    assert (got.status, got.headers["location"]) == (301, to)


def test_below_a_prefix_and_nowhere_else(below):
    assert Got("/ml/land/").body.decode() == Got("/ml/land/train").body.decode() == page()
    assert Got(f"/ml/land/{LARGE}", accept_encoding="gzip").headers["content-encoding"] == "gzip"
    assert Got(f"/ml/land/{path_of(SCRIPT)}").status == 200
    for path in ("/", "/train", f"/{LARGE}", "/ml/landing/", "/ml/land2/train"):
        assert Got(path, accept_encoding="gzip").body.decode() == BEHIND


def test_the_page_names_only_files_that_are_there_by_relative_addresses():
    text = page()
    assert 'href="/' not in text
    assert 'src="/' not in text
    assert len(later()) > 20
    for path in [*named(), *later()]:
        assert (STATIC / path).is_file()
        assert text.count(f'"./{path}"') == 1
    assert text.index(later()[0]) < text.index(path_of(SCRIPT)) < text.index(path_of(PLOTLY))


def test_the_policy_allows_every_script_in_the_page():
    policy, text = content_security_policy("'self'"), page()
    inline = [part.partition("</script>")[0] for part in text.split("<script>")[1:]]
    assert len(inline) == len(inline_scripts()) == 2
    for each in inline:
        assert f"'sha256-{b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" in policy


def test_what_a_first_visit_asks_for_fits_on_the_shelf(monkeypatch):
    shelf, begun = Shelf(), []
    monkeypatch.setattr(files, "_SHELF", shelf)
    monkeypatch.setattr(
        files, "Thread", lambda target, **more: begun.append(target) or type("T", (), {"start": target})
    )
    files.prepare()
    wanted = ["", path_of(SCRIPT), path_of(PLOTLY), *later(), LARGE]
    assert begun
    assert [name for name in wanted if shelf.peek(name) is None] == []
