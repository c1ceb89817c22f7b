"""The two ends of an ASGI application in a test: requests to it, and connections on which all is sent at once."""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

FINISHED = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY).SerializeToString()


class Answer(NamedTuple):
    """What an application answered."""

    status: int
    headers: Headers
    text: str
    read: int  # how often it asked for the body


def finish(work: Coroutine[Any, Any, None]) -> None:
    """Runs to the end on a thread of its own: the tests' may have a loop of its own, a browser's."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def ask(app: ASGIApp, path: str = "/", method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
    """Sends one request."""
    said = {"host": "testserver", **headers} | ({"content-length": str(len(body))} if body else {})
    sent: list[Message] = []
    read: list[int] = []

    async def receive() -> Message:
        read.append(1)
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    async def once() -> None:
        await app(scope("http", path, said, method), receive, send)

    finish(once())
    text = b"".join(message.get("body", b"") for message in sent[1:]).decode()
    return Answer(sent[0]["status"], Headers(raw=sent[0]["headers"]), text, len(read))


class Browser:
    """The browser's end of a connection: what it says is there at once."""

    def __init__(self, *said: bytes | str) -> None:
        kinds = {bytes: "bytes", str: "text"}
        self.said: list[Message] = [{"type": "websocket.connect"}]
        self.said += [{"type": "websocket.receive", kinds[type(each)]: each} for each in said]
        self.got: list[bytes] = []
        self.closed: list[int] = []

    async def receive(self) -> Message:
        """The next that it says; it stays when all is said."""
        if not self.said:
            await asyncio.Event().wait()
        return self.said.pop(0)

    async def send(self, message: Message) -> None:
        """Takes what it is told."""
        if message["type"] == "websocket.close":
            self.closed.append(message["code"])
        elif message["type"] == "websocket.send" and message["bytes"] != FINISHED:
            self.got.append(message["bytes"])

    def connect(self, app: ASGIApp, path: str = "/_stcore/stream", seconds: float = 0.3, **headers: str) -> "Browser":
        """Stays for so long, or until the application ends."""

        async def stay() -> None:
            with contextlib.suppress(TimeoutError):
                asked = scope("websocket", path, {"host": "testserver", **headers})
                await asyncio.wait_for(app(asked, self.receive, self.send), seconds)

        finish(stay())
        return self


def scope(kind: str, path: str, headers: dict[str, str], method: str = "GET") -> dict[str, Any]:
    """What an ASGI server says of a request."""
    raw: Sequence[tuple[bytes, bytes]] = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": kind, "method": method, "path": path, "root_path": "", "query_string": b"", "headers": list(raw),
            "client": ("192.0.2.1", 1), "extensions": {}}  # fmt: skip


async def echo(asked: Scope, receive: Receive, send: Send) -> None:
    """Says the path over HTTP; over a connection, sends back what it gets, as a script that is over at once."""
    if asked["type"] == "http":
        answer = PlainTextResponse(asked["path"], headers={"X-Content-Type-Options": "sniff"})
        return await answer(asked, receive, send)
    while (message := await receive())["type"] != "websocket.disconnect":
        if message["type"] == "websocket.receive":
            await send({"type": "websocket.send", "bytes": message["bytes"]})
            await send({"type": "websocket.send", "bytes": FINISHED})
    return None
