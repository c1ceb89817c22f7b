"""Messages on their way to a turn: few at a time, so that a crowd waits where waiting costs nothing.

Every message that runs a script starts a thread, which works a while before it waits for its turn (`frontend.turns`); a
second message for the same session throws that work away. And a page is hundreds of answers, and those of all sessions
go through one loop. So a connection has one message on its way, and an address some; the next are handed on when the
script is over and its answers are sent, when it waits for something else, or when it has had a turn for a while.
"""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

CORES = (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()) or 1
OF_AN_ADDRESS = max(4, 2 * CORES)  # on their way at once: so many that no core waits for the door
_EARLY = 600  # sessions remembered, as many as there can be connections
LONGEST = 5.0  # seconds after which a message is no longer waited for
WORKS = 0.3  # seconds of a turn, its answers with them, in which the next message does not throw its work away


class Errands:
    """Who wants to know that a session's message has arrived: its script has a turn, or waits for the start's work.

    Script runs and the door meet here, from different threads.
    """

    def __init__(self) -> None:
        self._listeners: dict[str, Callable[[float], None]] = {}
        self._early: deque[str] = deque(maxlen=_EARLY)  # sessions that nobody had listened for
        self._lock = threading.Lock()

    def listen(self, session: str, begun: Callable[[float], None]) -> None:
        """Has ``begun`` called, on any thread, whenever a message of the session has arrived; see `begun`."""
        with self._lock:
            self._listeners[session] = begun
            early = session in self._early
        if early:
            begun(0.0)

    def ignore(self, session: str) -> None:
        """Ends `listen`."""
        with self._lock:
            self._listeners.pop(session, None)

    def begun(self, session: str, left: float = 0.0) -> None:
        """The message of this session has arrived; ``left`` seconds are left to be done with it."""
        with self._lock:
            listener = self._listeners.get(session)
            if listener is None:
                self._early.append(session)
        if listener is not None:
            listener(left)


ERRANDS = Errands()


class Errand:
    """The message of a connection that is on its way.

    Args:
        places: of the connection's address.
    """

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._none = asyncio.Event()  # whether nothing is on its way
        self._none.set()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    async def begin(self, given_up: asyncio.Event) -> bool:
        """Waits for the former one's end and for a place; False where ``given_up`` is set before."""
        if not self._none.is_set() and not await _before(given_up, asyncio.ensure_future(self._none.wait())):
            return False
        place, kept = asyncio.ensure_future(self._places.acquire()), False
        try:
            kept = await _before(given_up, place)
        finally:  # whoever waits may be cancelled at the moment when the place is granted
            if not kept and not place.cancelled():
                self._places.release()
        if not kept:
            return False
        self._none.clear()
        self._end_in(LONGEST)
        return True

    def end(self) -> None:
        """Nothing is on its way any more."""
        if not self._none.is_set():
            self._none.set()
            self._places.release()
            if self._timer is not None:
                self._timer.cancel()

    def end_in(self, seconds: float) -> None:
        """As `end` after so many seconds, unless that comes before; to be called on any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_in, seconds)

    def _end_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self._none.is_set():
            self._timer = self._loop.call_later(seconds, self.end)


async def _before(given_up: asyncio.Event, wish: asyncio.Future[Any]) -> bool:
    """Waits for a wish; False where ``given_up`` is set, and then the wish is cancelled if it was not granted."""
    gone = asyncio.ensure_future(given_up.wait())
    try:
        await asyncio.wait({wish, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        if given_up.is_set() or not wish.done():
            wish.cancel()
            await asyncio.wait({wish})
    return not given_up.is_set()
