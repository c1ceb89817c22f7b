"""What an attacker has: an address, a Streamlit client, plain sockets, and nothing that a stranger has not."""

import http.client
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from websockets.exceptions import WebSocketException

from benchmarks.visitors import Visitor, visiting

FAILED = (OSError, TimeoutError, WebSocketException)  # how a server refuses: it hangs up, or does not let in


class Finding(NamedTuple):
    """What an attack itself saw."""

    broke: str = ""  # what must never happen, in words
    slow: str = ""  # what took too long, in words


class Field(NamedTuple):
    """Where an attack takes place, and at which size."""

    host: str
    source: str  # the attacker's own address
    size: int

    @property
    def rng(self) -> random.Random:
        """The same numbers at every call."""
        return random.Random(self.size)

    def visit(self, query: str = "", room: str = "") -> AbstractAsyncContextManager[Visitor]:
        """Opens a connection from the attacker's address."""
        return visiting(self.host, query, room, self.source)

    def request(self, method: str, path: str, body: bytes = b"") -> int:
        """The status that a plain request is answered with; 0 where the server hangs up."""
        name, port = self.host.split(":")
        connection = http.client.HTTPConnection(name, int(port), 30, (self.source, 0))
        try:
            connection.request(method, path, body, {"Content-Type": "application/octet-stream"})
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


class Attack(NamedTuple):
    """One entry of the table."""

    tried: str  # in words, with ``{size}``
    work: Callable[[Field], Awaitable[Finding]]
    full: int
    small: int
    inside: bool = False  # tried once more from the class's own address
