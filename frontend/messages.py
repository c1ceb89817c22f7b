"""What a browser may say over its connection, how fast, and what it is told: the door's part for messages.

Streamlit answers whatever its protocol holds, a cleared cache included, and starts a script for each message that asks
for one. Here only what the page itself sends goes on, and no faster than a person and a live training send it. Nothing
that the page sends is lost: it waits for its turn, and who lets too much wait is sent away with code 1013, after which
the page connects again by itself.
"""

import asyncio
import contextlib
import hashlib
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from frontend.cached import Cached
from frontend.errands import ERRANDS, Errand
from frontend.serving.assets import version

# what the page sends: controls, acts and polls are reruns; the stop stands in Streamlit's corner while a script runs
KINDS = frozenset({"rerun_script", "stop_script"})
MOST_BYTES = 128 * 1024  # of one message; a rail has some fifty widgets, of a hundred bytes each as a rule
RATE = 6.0  # messages a second and connection; a live training asks 1.4 times
BURST = 10.0  # messages at once, for a quick hand after a pause; each starts a script in a thread of its own
MOST_WAITING = 60  # ten seconds of messages at the rate; no hand gets there
MOST_WAITING_BYTES = 2 * MOST_BYTES
SCRIPT = "main.py"  # what a session is told instead of the script's path on this machine
MOST_OF_A_SESSION = 64 * 1024  # bytes; only what is smaller is looked into, which pictures are not

# https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number
PROTOCOL_ERROR, UNSUPPORTED, TOO_BIG, TRY_LATER = 1002, 1003, 1009, 1013

_LOG = logging.getLogger(__name__)


class Bucket:
    """Tokens that come at a rate up to a most; a message takes one.

    Args:
        rate: tokens a second.
        most: how many it holds; it begins full.
        clock: seconds that never run back.
    """

    def __init__(self, rate: float, most: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.most = rate, most
        self._clock, self._tokens, self._seen = clock, most, clock()

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self.most, self._tokens + (now - self._seen) * self.rate)
        self._seen = now

    @property
    def full(self) -> bool:
        """Whether nothing was taken of late."""
        self._fill()
        return self._tokens == self.most

    def delay(self) -> float:
        """Seconds until a token is there; 0 when one is."""
        self._fill()
        return max(0.0, (1 - self._tokens) / self.rate)

    def take(self) -> bool:
        """Takes a token if one is there."""
        if self.delay() > 0:
            return False
        self._tokens -= 1
        return True


class _Waiting(NamedTuple):
    message: Message
    poll: str | None  # the fragment that a poll asks for
    runs: bool  # whether it starts a script


class Conversation:
    """One connection: reads ahead what the browser sends, drops what the page never sends, hands on the rest in turn.

    Args:
        receive: of the connection, as ASGI has it.
        send: of the connection.
        shared: tokens of all connections from this address.
        who: the address, for the log.
        places: of the address, see `frontend.errands`.
    """

    def __init__(self, receive: Receive, send: Send, shared: Bucket, who: str, places: asyncio.Semaphore) -> None:
        self._receive, self._send, self._shared, self._who = receive, send, shared, who
        self._own = Bucket(RATE, BURST)
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._news = asyncio.Event()
        self._end: Message | None = None
        self._over = asyncio.Event()
        self._closed = False
        self._told: set[str] = set()
        self._errand = Errand(places)
        self._cached = Cached()
        self._session = ""  # Streamlit's name of it, once it has said so

    async def hold(self, app: ASGIApp, scope: Scope) -> None:
        """Lets the application talk with the browser until either ends it."""
        _bound_frames(self._receive)
        reader = asyncio.create_task(self._read(), name="door-reader")
        try:
            await app(scope, self._next, self._tell)
        finally:
            reader.cancel()
            self._errand.end()
            ERRANDS.ignore(self._session)

    async def _read(self) -> None:
        """Reads without waiting for turns, so that a page that is left is noticed at once."""
        while self._end is None:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                self._finish(message)
            elif message["type"] == "websocket.receive":
                await self._sort(message)
            else:
                self._queue(message)

    async def _sort(self, message: Message) -> None:
        raw = message.get("bytes")
        if raw is None:
            return await self._close(UNSUPPORTED, "a message that is text")
        if len(raw) > MOST_BYTES:
            return await self._close(TOO_BIG, f"a message of {len(raw)} bytes; allowed are {MOST_BYTES}")
        try:
            said = BackMsg.FromString(raw)
        except Exception:  # protobuf's own error has no name in Streamlit
            return await self._close(PROTOCOL_ERROR, "a message that Streamlit's protocol does not have")
        kind = said.WhichOneof("type")
        if kind not in KINDS:
            self._log(f"dropped {kind or 'empty'} messages: the page sends none")
            if not self._own.take():  # who only sends such has to stop as well
                await self._close(TRY_LATER, "too many messages that the page does not send")
            return None
        if kind == "rerun_script" and self._cached.bound(said.rerun_script):
            message = {**message, "bytes": said.SerializeToString()}
        poll = said.rerun_script.fragment_id if said.rerun_script.is_auto_rerun else None
        self._queue(message, poll or None, runs=kind == "rerun_script")
        if len(self._waiting) > MOST_WAITING or self._waiting_bytes > MOST_WAITING_BYTES:
            await self._close(TRY_LATER, f"{len(self._waiting)} messages that wait; allowed are {MOST_WAITING}")

    def _queue(self, message: Message, poll: str | None = None, runs: bool = False) -> None:
        """A poll that still waits is not asked twice: the newer one says all that the older one said."""
        if poll is not None:
            for waiting in [each for each in self._waiting if each.poll == poll]:
                self._waiting.remove(waiting)
                self._waiting_bytes -= _size(waiting.message)
        self._waiting.append(_Waiting(message, poll, runs))
        self._waiting_bytes += _size(message)
        self._news.set()

    async def _next(self) -> Message:
        """The next message that has its turn; the end as soon as it is known."""
        while self._end is None:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            if self._waiting[0].message["type"] == "websocket.receive":
                delay = max(self._own.delay(), self._shared.delay())
                if delay > 0:
                    await _until(self._over, delay)
                    continue
                if self._waiting[0].runs and not await self._errand.begin(self._over):
                    continue
                self._own.take()
                self._shared.take()
            message = self._waiting.popleft().message
            self._waiting_bytes -= _size(message)
            return message
        return self._end

    async def _tell(self, message: Message) -> None:
        if self._closed:
            return  # the application has not noticed yet
        if message["type"] == "websocket.send" and message.get("bytes") is not None:
            message = {**message, "bytes": self._overhear(message["bytes"])}
        await self._send(message)

    def _overhear(self, payload: bytes) -> bytes:
        """What the browser is told of a message; the session's name, its scripts' ends and what it has are noted."""
        if len(payload) > MOST_OF_A_SESSION:
            return payload
        said = ForwardMsg.FromString(payload)
        kind = said.WhichOneof("type")
        self._cached.told(said)
        if kind == "script_finished" and said.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self._cached.ran()
            self._errand.end()
        if kind != "new_session":
            return payload
        if not self._session:
            self._session = said.new_session.initialize.session_id
            ERRANDS.listen(self._session, self._errand.end_in)
        return told_less(said).SerializeToString()

    async def _close(self, code: int, why: str) -> None:
        self._log(f"closed with code {code}: {why}")
        self._closed = True
        self._finish({"type": "websocket.disconnect", "code": code})
        await self._send({"type": "websocket.close", "code": code})

    def _finish(self, message: Message) -> None:
        self._end = message
        self._waiting.clear()
        self._over.set()
        self._news.set()

    def _log(self, what: str) -> None:
        """One line for each kind of thing a connection does."""
        if what not in self._told:
            self._told.add(what)
            _LOG.warning("connection from %s: %s", self._who, what)


def _size(message: Message) -> int:
    return len(message.get("bytes") or b"")


async def _until(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _bound_frames(receive: Receive) -> None:
    """Has the server refuse a frame by the length that it announces, before it keeps 200 MB of it.

    Streamlit's own option bounds what is sent as well, so it cannot be this small, and neither ASGI nor uvicorn has a
    way to say it for a connection: its ``websockets`` protocol is reached through the method that it handed out.
    """
    protocol = getattr(getattr(receive, "__self__", None), "conn", None)
    if isinstance(getattr(protocol, "max_message_size", None), int):
        protocol.max_message_size = MOST_BYTES  # pyright: ignore[reportOptionalMemberAccess]


def told_less(message: ForwardMsg) -> ForwardMsg:
    """A session's first message without what the browser need not know: paths, versions and marks of this machine.

    The page reloads itself when the version that it is told changes, so it is told a mark of the page's own version.
    """
    session = message.new_session
    session.main_script_path = SCRIPT
    begun = session.initialize
    begun.ClearField("user_info")
    begun.ClearField("recommend_skills_install")
    begun.ClearField("skills_nudge_suppressed_reason")
    begun.ClearField("environment_info")
    begun.environment_info.streamlit_version = page_version()
    begun.user_info.SetInParent()  # the page reads its fields
    return message


def page_version() -> str:
    """Twelve hex digits that change whenever Streamlit or one of the page's own files does."""
    return hashlib.sha256(f"{st.__version__} {version()}".encode()).hexdigest()[:12]
