"""Files compressed once: what was asked for lately is kept, within a bound, whoever asks meanwhile waits for it."""

import gzip
import hashlib
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache

MOST_BYTES = 6_000_000  # of compressed files that are kept; a first visit takes 2.3 MB
_LEVEL = 9  # a file is compressed once, and travels often


class Gzipped(NamedTuple):
    """A compressed file, and a mark that changes when it does."""

    body: bytes
    etag: str


class Shelf:
    """Compressed files by name."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._kept: LRUCache[str, Gzipped] = LRUCache(most, getsizeof=lambda file: len(file.body))
        self._kept_lock, self._one_at_a_time = Lock(), Lock()

    def peek(self, name: str) -> Gzipped | None:
        """What is kept of this name."""
        with self._kept_lock:
            return self._kept.get(name)

    def gzipped(self, name: str, read: Callable[[], bytes]) -> Gzipped:
        """The file, compressed now where it is not kept: half a second for the largest, so not for an event loop."""
        with self._one_at_a_time:
            if (known := self.peek(name)) is not None:
                return known
            body = gzip.compress(read(), _LEVEL, mtime=0)
            made = Gzipped(body, f'"{hashlib.sha256(body).hexdigest()[:16]}"')
            with self._kept_lock:
                if len(body) <= self._kept.maxsize:
                    self._kept[name] = made
            return made
