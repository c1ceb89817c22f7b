"""The door: what comes in before Streamlit sees it, and what goes out with every answer.

It is a plain ASGI middleware for ``st.App``, works below any path prefix, and holds to what the page uses:

- HTTP: pages, assets, the health check; by GET and HEAD, without a body. Uploads, metrics, the agent's routes, sign-in
  and components of others are not there.
- Connections: a bound on all together and on each address, and what `frontend.messages` lets through.

An address is the peer's. Behind a proxy it is the one that the proxy names in ``X-Forwarded-For``, if the environment
variable ``FORWARDED_ALLOW_IPS`` of uvicorn names the proxy; uvicorn trusts one on the same machine without it.
"""

import asyncio
import logging
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontend.errands import OF_AN_ADDRESS
from frontend.headers import headers
from frontend.messages import TRY_LATER, Bucket, Conversation
from frontend.serving.place import is_page, path_here
from frontend.visitor import network_of

# paths below the app's own address; everything else of Streamlit's is not there
OPEN = re.compile(
    r"(|index\.html|favicon\.png|manifest\.json"  # Streamlit's page
    r"|(static|media|player)/.+"  # its scripts; the page's icon; ours
    r"|_stcore/(health|host-config|bidi-components/.+)"
    r"|[a-z]+/?)"  # a room
)
STREAM = "_stcore/stream"
METHODS = ("GET", "HEAD")

MOST_CONNECTIONS = 600  # twice the class for which the page is made: everybody reloads at once, old ones linger
MOST_OF_AN_ADDRESS = 400  # a class of 300 behind one address, and what lingers
RATE_OF_AN_ADDRESS = 120.0  # messages a second: 300 visitors who act every 3 s, and some live trainings
BURST_OF_AN_ADDRESS = 800.0  # a class of 300 that opens the page at once: a connection and its first message each
RETRY_S = 30

NOT_HERE = "There is nothing at this address. The rooms are at the start page."
ONLY_READ = f"This page is only read: {' and '.join(METHODS)} are allowed."
NO_BODY = "This page takes no files and no bodies of requests."
FULL = "All places are taken at the moment. Please try again in half a minute."
FOREIGN = "Connections from pages of another site are not allowed."

_LOG = logging.getLogger(__name__)


@dataclass
class _Address:
    connections: int = 0
    shared: Bucket = field(default_factory=lambda: Bucket(RATE_OF_AN_ADDRESS, BURST_OF_AN_ADDRESS))
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(OF_AN_ADDRESS))


class Hall:
    """Who is connected: counts all connections and those of each address."""

    def __init__(self, most: int = MOST_CONNECTIONS, of_an_address: int = MOST_OF_AN_ADDRESS) -> None:
        self.most, self.of_an_address = most, of_an_address
        self._addresses: dict[str, _Address] = {}

    @property
    def connections(self) -> int:
        """How many there are."""
        return sum(address.connections for address in self._addresses.values())

    @property
    def full(self) -> bool:
        """Whether nobody else is let in."""
        return self.connections >= self.most

    def enter(self, who: str) -> _Address | None:
        """Lets a connection in and hands out what its address shares, or None where there is no place."""
        address = self._addresses.setdefault(who, _Address())
        if self.full or address.connections >= self.of_an_address or not address.shared.take():
            return None
        address.connections += 1
        return address

    def leave(self, who: str) -> None:
        """A connection has ended; an address is forgotten when it has been quiet."""
        self._addresses[who].connections -= 1
        quiet = [who for who, address in self._addresses.items() if not address.connections and address.shared.full]
        for each in quiet:
            del self._addresses[each]


class Door:
    """The middleware.

    Args:
        app: what stands behind the door.
        hall: counts who is connected.
    """

    def __init__(self, app: ASGIApp, hall: Hall | None = None) -> None:
        self.app = app
        self.hall = hall or Hall()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = with_headers(send)
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, answered)
        else:
            await self.app(_handed_on(scope), receive, answered)

    def _refusal(self, scope: Scope) -> Response | None:
        """What is answered instead of the page; the body is not read, and what follows it on the line is not either."""
        said = Headers(scope=scope)
        body = "transfer-encoding" in said or said.get("content-length", "0") != "0"
        path = path_here(scope)
        if path is None or not OPEN.fullmatch(path):
            return _sentence(404, NOT_HERE, body)
        if scope["method"] not in METHODS:
            return _sentence(405, ONLY_READ, body, allow=", ".join(METHODS))
        if body:
            return _sentence(413, NO_BODY, body)
        if self.hall.full and is_page(path):
            return _sentence(503, FULL, body, retry_after=str(RETRY_S))
        return None

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        if path_here(scope) != STREAM:
            return await _turn_away(scope, receive, send, 404, NOT_HERE)
        if not is_ours(Headers(scope=scope)):
            return await _turn_away(scope, receive, send, 403, FOREIGN)
        who = address(scope)
        here = self.hall.enter(who)
        if here is None:
            _LOG.warning("connection from %s refused: %d are open", who, self.hall.connections)
            return await _turn_away(scope, receive, send, 503, FULL)
        try:
            await Conversation(receive, send, here.shared, who, here.places).hold(self.app, scope)
        finally:
            self.hall.leave(who)
        return None


def address(scope: Scope) -> str:
    """Whom a connection is counted for."""
    return network_of((scope.get("client") or ("unknown", 0))[0])


def is_ours(said: Headers) -> bool:
    """Whether a request comes from this page, from no page, or from one that the server's options name.

    Streamlit asks an outside service for the machine's address before it refuses a foreign page, and everybody waits.
    """
    origin = said.get("origin")
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    try:
        site = urlsplit(origin)
        own = site.netloc == said.get("host") or site.hostname in ("localhost", "127.0.0.1")
    except ValueError:
        return False
    named = {urlsplit(each).hostname or each for each in st.get_option("server.corsAllowedOrigins")}
    return own or site.hostname in named | {st.get_option("browser.serverAddress")}


def with_headers(send: Send) -> Send:
    """Puts the door's headers on an answer, each once."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = headers()
            names = {name for name, _ in ours}
            kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in names]
            message = {**message, "headers": [*kept, *ours]}
        await send(message)

    return sent


def _handed_on(scope: Scope) -> Scope:
    """The request as the app takes it: without a foreign origin."""
    if is_ours(Headers(scope=scope)):
        return scope
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"origin"]}


def _sentence(status: int, what: str, ends: bool, **more: str) -> Response:
    said = {name.replace("_", "-"): value for name, value in more.items()} | ({"connection": "close"} if ends else {})
    return PlainTextResponse(what, status_code=status, headers={"cache-control": "no-store", **said})


async def _turn_away(scope: Scope, receive: Receive, send: Send, status: int, what: str) -> None:
    """Answers a handshake with a status and a sentence where the server can, else with a code for closing."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        return await send({"type": "websocket.close", "code": TRY_LATER if status == 503 else 1008, "reason": what})
    response = _sentence(status, what, ends=True)
    start = {"type": "websocket.http.response.start", "status": status, "headers": response.raw_headers}
    await send(start)
    return await send({"type": "websocket.http.response.body", "body": response.body})


MIDDLEWARE = [Middleware(Door)]
