"""The door, in front of an application that only says what reached it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from streamlit import net_util

from frontend.door import FULL, Door, Hall, address, is_ours
from frontend.headers import content_security_policy, frame_ancestors
from tests.frontend.asgi import Browser, ask, echo

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "path",
    ["/", "/train", "/gradients", "/index.html", "/favicon.png", "/static/js/index.js", "/media/a.svg",
     "/player/0123/player.js", "/_stcore/health", "/_stcore/host-config", "/_stcore/bidi-components/a.b/pointer.js"],
)  # fmt: skip
def test_what_the_page_uses_goes_in(path):
    answer = ask(Door(echo), path)
    assert (answer.status, answer.text) == (200, path)


@pytest.mark.parametrize(
    "path",
    ["/_stcore/upload_file/a/b", "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/agent/interact",
     "/_stcore/agent/openapi.json", "/_stcore/stream", "/component/a/b.js", "/app/static/a", "/auth/login",
     "/oauth2callback", "/train/_stcore/health", "/.env", "/x/_stcore/upload_file/a/b", "/_stcore/health/"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE", "OPTIONS"])
def test_what_the_page_does_not_use_is_not_there(method, path):
    answer = ask(Door(echo), path, method)
    assert answer.status == 404
    assert answer.text.endswith("start page.")


def test_no_method_but_reading_and_no_body():
    assert ask(Door(echo), "/", "POST").status == 405
    assert ask(Door(echo), "/", body=b"x").status == 413
    assert ask(Door(echo), "/", "GET", b"", **{"transfer-encoding": "chunked"}).status == 413
    assert ask(Door(echo), "/", "HEAD").status == 200


@pytest.mark.parametrize("path", ["/", "/_stcore/upload_file/a/b", "/ml/_stcore/upload_file/a/b"])
def test_a_body_is_not_read(path):
    answer = ask(Door(echo), path, "PUT", b"x" * 100)
    assert (answer.read, answer.headers["connection"]) == (0, "close")


@pytest.mark.parametrize("path", ["/", "/_stcore/metrics"])
def test_every_answer_has_the_headers_once(path):
    got = ask(Door(echo), path).headers
    assert got.getlist("x-content-type-options") == ["nosniff"]
    assert got.getlist("referrer-policy") == ["same-origin"]
    policy = dict(part.split(" ", 1) for part in got["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'self'")
    assert not {"'unsafe-inline'", "'unsafe-eval'", "blob:", "data:", "*"} & set(policy["script-src"].split())


@pytest.mark.parametrize(
    ("asked", "held", "lines"),
    [
        ("", "'self'", 0),
        ("https://lms.example.org", "'self' https://lms.example.org", 0),
        ("https://a.org, https://*.b.org:8443", "'self' https://a.org https://*.b.org:8443", 0),
        ("'none'", "'none'", 0),
        ("*", "*", 0),
        ("lms.example.org", "'self'", 1),
        ("https://a.org;script-src https://b.org", "'self' https://b.org", 1),
        ("javascript:alert(1) https://a.org/path", "'self'", 2),
    ],
)
def test_frame_ancestors(asked, held, lines, caplog):
    assert frame_ancestors(asked) == held
    assert len(caplog.records) == lines
    assert content_security_policy(held).count(";") == content_security_policy("'self'").count(";")


@pytest.fixture
def option(monkeypatch):
    """Sets an option of Streamlit for one test."""
    values, before = {}, st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: values[name] if name in values else before(name))
    return values.__setitem__


@pytest.mark.parametrize("path", ["/ml/land", "/ml/land/", "/ml/land/train", "/ml/land/_stcore/health"])
def test_below_a_prefix(path, option):
    option("server.baseUrlPath", "ml/land")
    door = Door(echo)
    assert ask(door, path).text == path
    assert ask(door, "/ml/land/player/0123/main.js").text == "/ml/land/player/0123/main.js"
    assert ask(door, "/train").status == ask(door, "/ml/landing/train").status == 404
    assert ask(door, "/ml/land/_stcore/upload_file/a/b", "PUT").status == 404
    assert not Browser().connect(door, "/ml/land/_stcore/stream").closed
    assert Browser().connect(door, "/ml/land/train").closed == [1008]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[bad"])
def test_a_foreign_page_is_refused_without_asking_anybody(origin, monkeypatch):
    monkeypatch.setattr(net_util, "get_external_ip", lambda: pytest.fail("an outside service was asked"))
    assert Browser().connect(Door(echo), origin=origin).closed == [1008]
    assert ask(Door(echo), "/_stcore/health", origin=origin).status == 200


def test_whose_page_is_ours(option):
    assert is_ours(Headers({}))
    assert is_ours(Headers({"origin": "https://a.org", "host": "a.org"}))
    assert not is_ours(Headers({"origin": "https://b.org", "host": "a.org"}))
    option("server.corsAllowedOrigins", ["https://b.org"])
    assert is_ours(Headers({"origin": "https://b.org", "host": "a.org"}))


def test_the_app_is_not_told_a_foreign_origin():
    async def app(scope, receive, send):
        await PlainTextResponse(Headers(scope=scope).get("origin", "none"))(scope, receive, send)

    assert ask(Door(app), origin="https://evil.example").text == "none"
    assert ask(Door(app), origin="http://testserver").text == "http://testserver"


def test_a_full_hall_says_so():
    hall = Hall(most=1)
    assert hall.enter("other") is not None
    door = Door(echo, hall)
    assert Browser().connect(door).closed == [1013]
    assert (ask(door).status, ask(door).text) == (503, FULL)
    assert ask(door, "/_stcore/health").status == 200
    hall.leave("other")
    assert ask(door).status == 200
    assert not Browser().connect(door).closed
    assert hall.connections == 0


def test_an_address_has_its_share():
    hall = Hall(most=10, of_an_address=2)
    assert all(hall.enter(who) for who in "aab")
    assert hall.enter("a") is None
    hall.leave("a")
    assert hall.enter("a")
    assert hall.connections == 3


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("a name", "a name"),
    ],
)
def test_whom_a_connection_is_counted_for(host, counted):
    assert address({"type": "websocket", "client": (host, 1)}) == counted


def test_settings_hold_wherever_the_app_is_started(tmp_path):
    asked = ["browser.gatherUsageStats", "browser.serverAddress", "client.showErrorDetails", "server.fileWatcherType",
             "runner.magicEnabled", "server.enableXsrfProtection"]  # fmt: skip
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("[browser]\ngatherUsageStats = true\n")
    script = f"""
import json, streamlit as st
from streamlit import config
from frontend.settings import hold_settings
hold_settings()
first = [st.get_option(name) for name in {asked}]
config.get_config_options(force_reparse=True, options_from_flags={{"server.fileWatcherType": "auto"}})
print(json.dumps([first, [st.get_option(name) for name in {asked}]]))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    first, again = json.loads(done.stdout.splitlines()[-1])
    assert first == [False, "localhost", "none", "none", False, True]
    assert again == [False, "localhost", "none", "auto", False, True]  # what the command says wins, the rest holds
