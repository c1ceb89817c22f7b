"""A bounded pool of work that visitors share: pieces in turn, one job a question, the latest question of each wins.

A job is a generator whose every piece of work yields what is known so far, or None where that is what it was. After
every piece the workers choose anew: short work first, and first for those who have had the least lately. What a job may
hold is declared, and it begins only when there is room for it beside what the others hold.
"""

import atexit
import math
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from experiments.memory import give_back
from experiments.priority import TRAINING, stand_back
from experiments.shares import Full, Limits, Shares, Visitor, check_room

LIMITS = Limits(in_all=512, address=384, browser=16)  # jobs that are not over
HALF_LIFE = 20.0  # seconds in which half of what a visitor had is forgotten
_LEAST_LEFT = 0.05  # of the work that was expected, where it takes longer
_SMALL = 1 / 5  # of the memory: what is no larger than this has a part of its own, so that it never waits for the large
_FOR_SMALL = _FOR_ANSWERS = 1 / 4
_FOR_OLD = 4  # every so manyth piece goes to whoever has waited longest, so that long work is never left out
_TO_END = 10.0  # seconds that the process waits at its end for the pieces under way
_AWAITED = 10.0  # seconds in which whoever asked is expected to look at what came of it


class Busy(Full):
    """There is no room; the message says so to a visitor."""


@dataclass(frozen=True)
class Cost:
    """What a job will take, about."""

    seconds: float = 1.0  # of work
    nbytes: int = 0  # that it holds at most
    compiles: bool = False  # whether it may have to make a program first, in one long piece
    kept: int | None = None  # bytes of its answer, when it is over; None for all that it held
    spare: bool = False  # whether it begins only while nothing else waits; it has no answer to be kept


_UNKNOWN = Cost()


class Job:
    """One question and what is known of its answer."""

    def __init__(self, key: Hashable, pieces: Iterator[Any], cost: Cost = _UNKNOWN, latest: Any = None) -> None:
        self.key, self.cost = key, cost
        self.latest = latest  # what the last piece gave
        self.error: Exception | None = None
        self.abandoned = False  # nobody waits for it any more
        self.begun = False
        self.seen = False  # whether somebody has asked since it was over
        self.asked = self.waits_since = time.monotonic()  # for the last time; for its next piece
        self.spent = 0.0  # seconds of work
        self.owners: set[Visitor] = set()
        self._pieces = pieces
        self._over = threading.Event()

    @property
    def nbytes(self) -> int:
        """What it holds at most from now on."""
        return self.cost.kept if self.done and self.cost.kept is not None else self.cost.nbytes

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
            new = next(self._pieces)
            self.latest = self.latest if new is None else new
        except StopIteration:
            self.end()
        except Exception as error:  # shown to whoever asked
            self.error = error
            self.end()

    def end(self) -> None:
        """Nothing more will come; what the work held is let go."""
        self._pieces = iter(())
        self._over.set()

    def left(self) -> float:
        """Seconds of work still to come, about."""
        return max(self.cost.seconds - self.spent, _LEAST_LEFT * self.cost.seconds)


class Pool:
    """Workers that take turns at jobs. Finished jobs are remembered while there is room: equal questions cost nothing.

    A job that nobody has asked for during ``patience`` seconds ends: its visitors have left without a word.

    Args:
        workers: how many pieces are worked on at once, each on a thread; with 0 whoever calls ``work`` does it.
        nbytes: what all jobs may hold together, the finished ones included.
        patience: in seconds.
    """

    def __init__(self, workers: int = 2, nbytes: float = math.inf, patience: float = math.inf) -> None:
        self._workers, self._nbytes, self._patience = workers, nbytes, patience
        self._jobs: dict[Hashable, Job] = {}  # the one used last is at the end
        self._waiting: list[Job] = []  # for their next piece, or to begin
        self._at_work: set[Job] = set()
        self._shares = Shares(HALF_LIFE)
        self._taken = 0  # pieces
        self._change = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def ask(self, owner: Visitor, key: Hashable, make: Callable[[], Iterator[Any]], cost: Cost = _UNKNOWN) -> Job:
        """The job of a question; an owner's former job ends unless others wait for it too.

        Raises:
            Busy: where too many jobs are not over.
        """
        with self._change:
            self._leave(owner, key)
            self._drop_left()
            job = self._jobs.get(key)
            if job is None or job.abandoned or job.error is not None:
                self._check_room(owner)
                job = Job(key, make(), cost)
                self._waiting.append(job)
                self._start()
            self._jobs.pop(key, None)
            self._jobs[key] = job
            job.owners.add(owner)
            job.asked, job.seen = time.monotonic(), job.done
            self._forget()
            self._change.notify()
            return job

    @property
    def busy(self) -> bool:
        """Whether more jobs are under way than there are workers."""
        with self._change:
            return len(self._waiting) + len(self._at_work) > self._workers

    def place(self, job: Job) -> int:
        """How many begin before a job, itself included; 0 for one that has begun."""
        with self._change:
            now = time.monotonic()
            if job.begun or job.done:
                return 0
            rank = self._rank(job, now)
            return 1 + sum(not other.begun and self._rank(other, now) < rank for other in self._waiting)

    def leave(self, owner: Visitor) -> None:
        """An owner waits no longer; what nobody waits for ends after its present piece."""
        with self._change:
            self._leave(owner, None)
            self._drop_left()

    def stop(self, owner: Visitor, job: Job) -> Job:
        """What is known now as an answer of its own, which is kept as finished ones are; the owner waits no longer."""
        stopped = Job(object(), iter(()), job.cost, job.latest)
        stopped.end()
        self.leave(owner)
        with self._change:
            self._jobs[stopped.key] = stopped
            self._forget()
        return stopped

    def forget_oldest(self, idle: float = 0.0) -> bool:
        """Drops the finished job that was asked for longest ago, if that was so many seconds ago.

        Returns:
            Whether one was dropped; the last one is not.
        """
        with self._change:
            finished = self._finished()
            drops = len(finished) > 1 and time.monotonic() - finished[0].asked >= idle
            if drops:
                del self._jobs[finished[0].key]
            return drops

    def _finished(self) -> list[Job]:
        """The finished jobs, the one asked for longest ago first."""
        return [job for job in self._jobs.values() if job.done]

    def _awaited(self, job: Job) -> bool:
        """Whether the visitor of a finished job has yet to see it; nobody's work is dropped before that."""
        return not job.seen and bool(job.owners) and time.monotonic() - job.asked <= min(self._patience, _AWAITED)

    def _leave(self, owner: Visitor, key: Hashable | None) -> None:
        for other in self._jobs.values():
            if other.key != key and owner in other.owners:
                other.owners.discard(owner)
                other.abandoned = not other.owners and not other.done

    def _drop_left(self) -> None:
        """Ends the jobs that nobody waits for, but for those that are at work: a worker ends them after their piece."""
        now = time.monotonic()
        for job in self._waiting:
            job.abandoned = job.abandoned or now - job.asked > self._patience
            if job.abandoned:
                job.end()
                if self._jobs.get(job.key) is job:
                    del self._jobs[job.key]
        self._waiting = [job for job in self._waiting if not job.done]

    def _check_room(self, owner: Visitor) -> None:
        owners = [each for job in (*self._waiting, *self._at_work) for each in list(job.owners)[:1]]
        try:
            check_room(owner, owners, LIMITS, "trainings")
        except Full as full:
            raise Busy(str(full)) from None

    def _rank(self, job: Job, now: float) -> float:
        """What is least is next: work that is left and what its visitor had lately, in seconds, less those waited."""
        had = min((self._shares.used(owner, now) for owner in job.owners), default=0.0)
        return job.left() + had - (now - job.waits_since)

    def _held(self) -> list[Job]:
        """The jobs that have begun and are not over."""
        return [job for job in (*self._waiting, *self._at_work) if job.begun and not job.done]

    def _fits(self, job: Job) -> bool:
        """Whether a job may begin beside those under way. The small and the large have each a part of the memory."""
        if job.cost.compiles and any(other.cost.compiles and not other.spent for other in self._at_work):
            return False  # one worker is left to those who need no program
        held, small = self._held(), self._is_small(job)
        beside = [each.nbytes for each in held if self._is_small(each) == small]
        part = self._nbytes * (_FOR_SMALL if small else 1 - _FOR_SMALL)
        if beside and sum(beside) + job.nbytes > part:
            return False
        kept = [*held, *(each for each in self._finished() if self._awaited(each))]
        return not kept or sum(each.nbytes for each in (job, *kept)) <= self._nbytes

    def _is_small(self, job: Job) -> bool:
        return job.nbytes <= _SMALL * self._nbytes

    def _forget(self) -> None:
        """Lets finished jobs go, those asked for longest ago first, while all hold more than they may together.

        A part of the memory is the answers' own, however much is held by what is under way.
        """
        finished = self._finished()
        left = max(self._nbytes - sum(job.nbytes for job in self._held()), _FOR_ANSWERS * self._nbytes)
        over = sum(job.nbytes for job in finished) - left
        for job in finished[:-1]:
            if over > 0 and not self._awaited(job):
                del self._jobs[job.key]
                over -= job.nbytes

    def close(self) -> None:
        """Begins no further piece and waits for those under way: a process that ends within XLA crashes."""
        with self._change:
            self._closed = True
            self._change.wait_for(lambda: not self._at_work, _TO_END)

    def _start(self) -> None:
        if not self._threads:
            atexit.register(self.close)
            for i in range(self._workers):
                thread = threading.Thread(target=self._work, name=f"pool {i}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _next(self) -> Job | None:
        """Takes the job whose turn it is from those that wait; None where none may go on now."""
        if self._closed:
            return None
        self._drop_left()
        now, self._taken = time.monotonic(), self._taken + 1
        old = self._taken % _FOR_OLD == 0
        awaited = any(not job.cost.spare for job in self._waiting)
        for job in sorted(self._waiting, key=lambda job: job.waits_since if old else self._rank(job, now)):
            if job.begun or (self._fits(job) and not (job.cost.spare and awaited)):
                self._waiting.remove(job)
                self._at_work.add(job)
                job.begun = True
                self._forget()
                return job
        return None

    def _work(self) -> None:
        stand_back(TRAINING)
        while True:
            with self._change:
                while (job := self._next()) is None:
                    self._change.wait(_AWAITED / 10 if self._waiting else None)
            self._advance(job)

    def work(self) -> bool:
        """One piece of the job whose turn it is, on the caller's thread; False where none may go on now."""
        with self._change:
            job = self._next()
        if job is not None:
            self._advance(job)
        return job is not None

    def _advance(self, job: Job) -> None:
        begun = time.monotonic()
        job.advance()
        if job.done:
            give_back()
        with self._change:
            self._put_back(job, begun)
            self._change.notify_all()

    def _put_back(self, job: Job, begun: float) -> None:
        """After a piece: counts it, and has the job wait for the next one."""
        now = job.waits_since = time.monotonic()
        job.spent += now - begun
        for owner in job.owners:
            self._shares.add(owner, (now - begun) / len(job.owners), now)
        self._at_work.remove(job)
        if not job.done:
            self._waiting.append(job)
        elif job.cost.spare and self._jobs.get(job.key) is job:
            del self._jobs[job.key]
        self._drop_left()
        self._forget()
