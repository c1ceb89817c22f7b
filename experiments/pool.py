"""A bounded pool of work that visitors share: pieces in turn, one job a question, the latest question of each wins.

A job is a generator whose every piece of work yields what is known so far. Workers take the jobs in turn, a piece each,
so that a long training never blocks a short one.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from typing import Any

from experiments.memory import give_back

QUEUE = 64  # jobs at once; a further one is answered with `Busy`


class Busy(Exception):
    """The pool is full; the message says so to a visitor."""

    def __init__(self) -> None:
        super().__init__(f"{QUEUE} trainings are under way here already; try again in a moment")


class Job:
    """One question and what is known of its answer."""

    def __init__(self, key: Hashable, pieces: Iterator[Any], patience: float = math.inf) -> None:
        self.key, self._patience = key, patience
        self.latest: Any = None  # what the last piece gave
        self.error: Exception | None = None
        self.abandoned = False  # nobody waits for it any more
        self.asked = time.monotonic()  # last
        self.owners: set[Hashable] = set()
        self._pieces = pieces
        self._over = threading.Event()

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits for the end, but no longer than this; whether it has come."""
        return self._over.wait(seconds)

    def advance(self) -> None:
        """One piece of work."""
        try:
            if self.abandoned or time.monotonic() - self.asked > self._patience:
                self.abandoned = True
                raise StopIteration
            self.latest = next(self._pieces)
        except StopIteration:
            self._over.set()
        except Exception as error:  # shown to whoever asked
            self.error = error
            self._over.set()


class Pool:
    """Workers that take turns at jobs. ``keep`` finished jobs are remembered, so that equal questions cost nothing.

    A job that nobody has asked for during ``patience`` seconds ends: its visitors have left without a word.
    """

    def __init__(self, workers: int = 2, keep: int = 4, patience: float = math.inf) -> None:
        self._workers, self._keep, self._patience = workers, keep, patience
        self._jobs: dict[Hashable, Job] = {}  # the one used last is at the end
        self._turns: deque[Job] = deque()
        self._change = threading.Condition()
        self._threads: list[threading.Thread] = []

    def ask(self, owner: Hashable, key: Hashable, make: Callable[[], Iterator[Any]]) -> Job:
        """The job of a question; an owner's former job ends unless others wait for it too.

        Raises:
            Busy: where too many jobs are under way.
        """
        with self._change:
            self._leave(owner, key)
            job = self._jobs.pop(key, None)
            if job is None or job.abandoned or job.error is not None:
                if len(self._turns) >= QUEUE:
                    raise Busy
                job = Job(key, make(), self._patience)
                self._turns.append(job)
                self._start()
                self._change.notify()
            self._jobs[key] = job
            job.owners.add(owner)
            job.asked = time.monotonic()
            self._forget()
            return job

    def leave(self, owner: Hashable) -> None:
        """An owner waits no longer; what nobody waits for ends after its present piece."""
        with self._change:
            self._leave(owner, None)

    def forget_oldest(self) -> bool:
        """Drops the finished job that was asked for longest ago; False where one at most is left."""
        with self._change:
            finished = [key for key, job in self._jobs.items() if job.done]
            if len(finished) < 2:
                return False
            del self._jobs[finished[0]]
            return True

    def _leave(self, owner: Hashable, key: Hashable | None) -> None:
        for other in self._jobs.values():
            if other.key != key and owner in other.owners:
                other.owners.discard(owner)
                other.abandoned = not other.owners and not other.done

    def _forget(self) -> None:
        finished = [key for key, job in self._jobs.items() if job.done]
        for key in finished[: max(0, len(finished) - self._keep)]:
            del self._jobs[key]

    def _start(self) -> None:
        if not self._threads:
            for i in range(self._workers):
                thread = threading.Thread(target=self._work, name=f"pool {i}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._turns:
                    self._change.wait()
                job = self._turns.popleft()
            job.advance()
            if job.done:
                give_back()
            if not job.done:
                with self._change:
                    self._turns.append(job)
                    self._change.notify()
