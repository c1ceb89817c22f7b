"""A reverse proxy that lets through what lies below a path prefix, HTTP and websockets, and nothing else."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_END = b"\r\n\r\n"


class Proxy:
    """The proxy.

    Args:
        target: the address of the server behind it.
        prefix: without slashes at its ends.
        keeps: whether the server behind is asked with the prefix, or without.
    """

    def __init__(self, target: str, prefix: str, *, keeps: bool) -> None:
        self.target, self.prefix, self.keeps = urlsplit(target), f"/{prefix}", keeps
        self.outside: list[str] = []  # what was asked for and lies elsewhere
        self.ends: set[asyncio.StreamWriter] = set()  # of the connections that are open

    def path_behind(self, path: str) -> str | None:
        """As which a path is asked for behind the proxy; None where it is not let through."""
        below = path.removeprefix(self.prefix)
        if below == path or below[:1] not in ("", "/", "?"):
            return None
        return path if self.keeps else below if below.startswith("/") else f"/{below}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, of one request; behind its head everything is handed on as it comes."""
        self.ends.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            line, _, rest = (await reader.readuntil(_END)).partition(b"\r\n")
            method, path, version = line.decode().split(" ")
            behind = self.path_behind(path)
            if behind is None:
                self.outside.append(path)
                writer.write(f"{version} 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".encode())
            else:
                there = await asyncio.open_connection(self.target.hostname, self.target.port)
                self.ends.add(there[1])
                there[1].write(f"{method} {behind} {version}\r\n".encode() + _once(rest))
                await asyncio.gather(_pipe(reader, there[1]), _pipe(there[0], writer))
        writer.close()


def _once(head: bytes) -> bytes:
    """The headers of a request, after which the connection ends unless it becomes a websocket."""
    return head.replace(b"Connection: keep-alive", b"Connection: close")


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def proxied(proxy: Proxy) -> Iterator[str]:
    """The proxy on a free port, on a thread of its own; the address of the start page, without the slash behind it."""
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    async def work() -> None:
        over = asyncio.Event()
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        begun.set_result((asyncio.get_running_loop(), over, server.sockets[0].getsockname()[1]))
        await over.wait()
        server.close()
        for end in proxy.ends:
            end.transport.abort()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    thread = threading.Thread(target=asyncio.run, args=(work(),), daemon=True)
    thread.start()
    loop, over, port = begun.result(10)
    try:
        yield f"http://127.0.0.1:{port}{proxy.prefix}"
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
