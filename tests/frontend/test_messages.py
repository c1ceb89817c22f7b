"""What a browser may say, how fast, and what it is told, with an application that sends back what it hears."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from frontend import door, messages
from frontend.door import Door
from frontend.messages import BURST, MOST_BYTES, MOST_WAITING, Bucket, told_less
from tests.frontend.asgi import Browser, echo


def rerun(query: str = "", poll: str = "") -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = query
    if poll:
        message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = poll, True
    return message.SerializeToString()


FORGED = [
    BackMsg(clear_cache=True),
    BackMsg(set_run_on_save=True),
    BackMsg(load_git_info=True),
    BackMsg(debug_shutdown_runtime=True),
    BackMsg(app_heartbeat=True),
    BackMsg(),
]


@pytest.mark.parametrize("forged", [message.SerializeToString() for message in FORGED])
def test_only_what_the_page_sends_goes_on(forged, caplog):
    browser = Browser(forged, forged, forged, rerun("a=1")).connect(Door(echo))
    assert (browser.got, browser.closed) == ([rerun("a=1")], [])
    assert len(caplog.records) == 1
    assert "the page sends none" in caplog.text


@pytest.mark.parametrize(
    ("raw", "code"), [(b"\xff\xff\xff", 1002), ("text", 1003), (rerun("x" * MOST_BYTES), 1009)], ids=str
)
def test_what_is_no_message_ends_the_connection(raw, code, caplog):
    browser = Browser(raw, rerun()).connect(Door(echo))
    assert (browser.got, browser.closed) == ([], [code])
    assert len(caplog.records) == 1


def test_a_burst_of_400_is_sent_away():
    browser = Browser(*(rerun(f"x={number}") for number in range(400))).connect(Door(echo))
    assert len(browser.got) <= BURST + MOST_WAITING
    assert browser.closed == [1013]


def test_a_flood_that_comes_slowly_enough_to_be_read_has_its_rate(monkeypatch):
    monkeypatch.setattr(messages, "RATE", 1e-6)
    browser = Browser(*(rerun(f"x={number}") for number in range(MOST_WAITING - 1))).connect(Door(echo))
    assert len(browser.got) == BURST


def test_a_quick_hand_loses_nothing(monkeypatch):
    monkeypatch.setattr(messages, "RATE", 200.0)
    said = [rerun(f"x={number}") for number in range(MOST_WAITING - 1)]
    browser = Browser(*said).connect(Door(echo), seconds=2)
    assert (browser.got, browser.closed) == (said, [])


def test_a_poll_that_waits_is_asked_once(monkeypatch):
    monkeypatch.setattr(messages, "RATE", 1e-6)
    browser = Browser(*(rerun(poll="f") for _ in range(400))).connect(Door(echo))
    assert not browser.closed


def test_connections_of_an_address_share_a_bucket(monkeypatch):
    monkeypatch.setattr(door, "RATE_OF_AN_ADDRESS", 1e-6)
    monkeypatch.setattr(door, "BURST_OF_AN_ADDRESS", 10.0)
    both = Door(echo)
    assert len(Browser(*[rerun()] * 8).connect(both).got) == 8  # and one for the connection itself
    assert Browser(rerun()).connect(both).got == []


def test_messages_that_are_dropped_are_bounded_too():
    browser = Browser(*[BackMsg(clear_cache=True).SerializeToString()] * 400).connect(Door(echo))
    assert (browser.got, browser.closed) == ([], [1013])


def test_a_bucket_gives_at_its_rate():
    now = [0.0]
    bucket = Bucket(2.0, 3.0, lambda: now[0])
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    assert bucket.delay() == pytest.approx(0.5)
    now[0] = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    now[0] = 100.0
    assert bucket.full


def test_a_session_is_told_little():
    message = ForwardMsg()
    session = message.new_session
    session.main_script_path, session.page_script_hash = "/srv/app/frontend/main.py", "hash"
    begun = session.initialize
    begun.session_id = "mine"
    begun.user_info.installation_id = begun.user_info.installation_id_v3 = "machine"
    begun.environment_info.streamlit_version, begun.environment_info.python_version = "1.67.0", "3.11.2.final.0"
    begun.environment_info.server_os, begun.environment_info.has_display = "Linux", True
    raw = told_less(message).SerializeToString()
    assert not [secret for secret in (b"/srv", b"machine", b"1.67.0", b"3.11.2", b"Linux") if secret in raw]
    said = ForwardMsg.FromString(raw).new_session
    assert (said.page_script_hash, said.initialize.session_id) == ("hash", "mine")
    assert said.initialize.HasField("user_info")
    assert len(said.initialize.environment_info.streamlit_version) == 12


def test_other_messages_are_sent_as_they_are():
    message = ForwardMsg()
    message.delta.new_element.markdown.body = "/srv/app is only text here"
    browser = Browser(message.SerializeToString())

    async def says(asked, receive, send):
        await send({"type": "websocket.send", "bytes": message.SerializeToString()})

    assert browser.connect(Door(says)).got == [message.SerializeToString()]
