"""Who a session belongs to, and that no visitor's message reaches what visitors share."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from frontend import visitor as shelf
from frontend.jobs import pool
from frontend.visitor import visitor

ROOT = Path(__file__).parents[2]


def test_nothing_lies_in_streamlits_caches():
    """A browser's message empties them, whoever's it is."""
    for path in (path for folder in ("experiments", "frontend") for path in (ROOT / folder).rglob("*.py")):
        assert not re.search(r"\bcache_(data|resource)\b", path.read_text()), path


def test_work_outlives_the_message_that_empties_the_caches():
    before = pool()
    job = before.ask(("a", "b", "c"), "kept", lambda: iter([1]))
    assert job.wait(30)
    st.cache_resource.clear()
    st.cache_data.clear()
    assert pool() is before
    assert pool().ask(("d", "e", "f"), "kept", lambda: iter([2])) is job


@pytest.fixture
def seen(monkeypatch):
    """Sets what Streamlit knows of the visitor."""

    def see(address, cookies, session="s"):
        context = SimpleNamespace(ip_address=address, cookies=cookies)
        monkeypatch.setattr(shelf, "st", SimpleNamespace(context=context))
        monkeypatch.setattr(shelf, "get_script_run_ctx", lambda **_: SimpleNamespace(session_id=session))
        return visitor()

    return see


def test_a_browser_is_known_by_its_token_behind_every_mask(seen):
    one, two = b"0123456789abcdef", b"0123456789abcdeg"
    first, again, other = (seen("192.0.2.1", {"_streamlit_xsrf": generate_xsrf_token_string(token, 1)})
                           for token in (one, one, two))  # fmt: skip
    assert first == again == ("192.0.2.1", one.hex(), "s")
    assert other.browser == two.hex()


@pytest.mark.parametrize("cookie", ["", "2", "2|zz|00|1", "2|00|0|1", "2||aa|1", "a|b|c|d|e", "\x00", "2|é|é|1"])
def test_without_a_cookie_that_can_be_read_each_session_is_a_browser(seen, cookie):
    assert seen("192.0.2.1", {"_streamlit_xsrf": cookie}) == ("192.0.2.1", "s", "s")


def test_a_visitor_on_the_machine_itself_has_no_address(seen):
    assert seen(None, {}, "t") == ("", "t", "t")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("2001:db8::1", "2001:db8::ffff:9", True), ("2001:db8::1", "2001:db8:0:1::1", False),
     ("::ffff:192.0.2.1", "192.0.2.1", True), ("192.0.2.1", "192.0.2.2", False)],
)  # fmt: skip
def test_a_network_of_version_6_is_one_address(seen, one, other, same):
    assert (seen(one, {}).address == seen(other, {}).address) == same


def test_names_from_outside_are_short(seen):
    names = seen("1" * 1000, {"_streamlit_xsrf": "2|00000000|" + "ab" * 1000 + "|1"})
    assert max(map(len, names)) <= 64


def _stage() -> None:
    from experiments.training import Learner, Training, train_in_pieces
    from frontend import jobs

    odd = Training("digits", learners=(Learner(network="lstm"),))
    jobs.stage(odd, lambda: jobs.ask(odd, lambda: train_in_pieces(odd)), lambda *_: None, "stopped")
    jobs.stop(odd, lambda: jobs.ask(odd, lambda: train_in_pieces(odd)), "stopped")


def test_what_does_not_exist_is_answered_with_a_sentence():
    page = AppTest.from_function(_stage).run()
    assert not page.exception
    assert page.warning[0].value.startswith("This cannot be done: network 'lstm' does not suit dataset 'digits'")
