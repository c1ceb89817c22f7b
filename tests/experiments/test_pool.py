"""Many visitors share the pool: equal questions cost once, turns are fair, and who leaves gives up the place."""

import threading
from collections.abc import Callable, Iterator

import pytest

from experiments import pool as shelf
from experiments.pool import Busy, Cost, Job, Pool
from experiments.shares import Limits

LONG = 30.0  # seconds after which a test has hung; nothing waits so long


class Held:
    """A job that gives a piece each time it is let on, and says when it is at work."""

    def __init__(self, pieces: int = 1) -> None:
        self.pieces, self.made, self.given = pieces, 0, 0
        self.began, self._go = threading.Event(), threading.Semaphore(0)

    def __call__(self) -> Iterator[int]:
        self.made += 1
        return self._work()

    def _work(self) -> Iterator[int]:
        for i in range(self.pieces):
            self.began.set()
            assert self._go.acquire(timeout=LONG)
            self.given += 1
            yield i

    def let(self, pieces: int = 1) -> None:
        self._go.release(pieces)


@pytest.fixture
def hold() -> Iterator[Callable[..., Held]]:
    """Makes held jobs; all are let go in the end, so that no worker hangs."""
    made: list[Held] = []

    def make(pieces: int = 1) -> Held:
        made.append(Held(pieces))
        return made[-1]

    yield make
    for held in made:
        held.let(1000)


def count_to(number: int) -> Callable[[], Iterator[int]]:
    return lambda: iter(range(1, number + 1))


def ended(job: Job) -> Job:
    assert job.wait(LONG), "the job did not end"
    return job


def test_a_job_gives_what_its_last_piece_gave():
    job = ended(Pool().ask("ann", "three", count_to(3)))
    assert job.latest == 3
    assert job.done
    assert job.error is None


def test_a_piece_that_brings_nothing_new_leaves_what_is_known():
    assert ended(Pool().ask("ann", "gaps", lambda: iter([1, None, 2, None]))).latest == 2


def test_what_is_known_is_seen_before_the_end():
    at_second, go = threading.Event(), threading.Event()

    def work() -> Iterator[str]:
        yield "first"
        at_second.set()
        assert go.wait(LONG)
        yield "second"

    job = Pool().ask("ann", "long", work)
    assert at_second.wait(LONG)
    assert job.latest == "first"
    assert not job.done
    assert not job.wait(0)
    go.set()
    assert ended(job).latest == "second"


def test_equal_questions_are_one_job(hold):
    pool, held = Pool(), hold()
    first = pool.ask("ann", "same", held)
    assert pool.ask("bob", "same", held) is first
    assert pool.ask("ann", "same", held) is first
    held.let()
    ended(first)
    assert pool.ask("cid", "same", held) is first, "a finished answer is given again"
    assert held.made == 1


def test_a_new_question_ends_the_old_one(hold):
    pool, held = Pool(workers=1), hold(3)
    old = pool.ask("ann", "old", held)
    assert held.began.wait(LONG)
    new = pool.ask("ann", "new", count_to(2))
    assert old.abandoned
    held.let(3)
    assert ended(new).latest == 2
    ended(old)
    assert held.given == 1, "it ends after its present piece"


def test_others_keep_a_question_alive(hold):
    pool, held = Pool(), hold(2)
    shared = pool.ask("ann", "shared", held)
    pool.ask("bob", "shared", held)
    pool.ask("ann", "new", count_to(1))
    assert not shared.abandoned
    held.let(2)
    assert ended(shared).latest == 1


def test_who_leaves_waits_no_longer(hold):
    pool, held = Pool(), hold(3)
    job = pool.ask("ann", "left", held)
    pool.ask("bob", "left", held)
    assert held.began.wait(LONG)
    pool.leave("ann")
    assert not job.abandoned
    pool.leave("bob")
    assert job.abandoned
    held.let(3)
    ended(job)
    assert held.given == 1
    pool.leave("nobody")


def test_what_was_abandoned_begins_anew_when_it_is_asked_again(hold):
    pool, held = Pool(), hold(2)
    first = pool.ask("ann", "again", held)
    assert held.began.wait(LONG)
    pool.leave("ann")
    second = pool.ask("ann", "again", count_to(5))
    assert second is not first
    assert ended(second).latest == 5


def test_an_error_is_kept_and_a_new_question_tries_again():
    def fails() -> Iterator[int]:
        yield 1
        raise ValueError("no such layer")

    pool = Pool()
    job = ended(pool.ask("ann", "key", fails))
    assert isinstance(job.error, ValueError)
    assert str(job.error) == "no such layer"
    assert job.latest == 1, "what was known stays"
    again = ended(pool.ask("ann", "key", count_to(2)))
    assert again is not job
    assert again.error is None
    assert again.latest == 2


def test_a_failed_job_does_not_take_its_worker_along():
    def fails() -> Iterator[int]:
        raise MemoryError("too large")
        yield

    pool = Pool(workers=1)
    assert isinstance(ended(pool.ask("ann", "bad", fails)).error, MemoryError)
    assert ended(pool.ask("ann", "good", count_to(1))).latest == 1


def test_the_queue_is_bounded(hold, monkeypatch):
    monkeypatch.setattr(shelf, "LIMITS", Limits(in_all=4, address=9, browser=9))
    pool, held = Pool(workers=1), hold()
    pool.ask("worker", "held", held)
    assert held.began.wait(LONG)
    jobs = [pool.ask(f"visitor {i}", i, count_to(1)) for i in range(3)]
    with pytest.raises(Busy, match=r"^The server is busy: 4 trainings wait already, as many as it takes\. Try again"):
        pool.ask("late", "late", count_to(1))
    assert pool.ask("late", 0, count_to(1)) is jobs[0], "what is asked for already needs no place"
    held.let()
    assert [ended(job).latest for job in jobs] == [1, 1, 1]
    assert ended(pool.ask("late", "late", count_to(1))).latest == 1


def test_a_short_job_ends_while_a_long_one_runs():
    """The long job, alone on the only worker, goes on until the short one has ended, and would go on for ever."""
    short_over = threading.Event()

    def long() -> Iterator[int]:
        while not short_over.is_set():
            yield 0

    pool = Pool(workers=1)
    job = pool.ask("ann", "long", long)
    short = ended(pool.ask("bob", "short", count_to(20)))
    assert not job.done
    assert short.latest == 20
    short_over.set()
    ended(job)


def test_jobs_take_turns(hold):
    """One worker, three jobs in the queue behind a held one: a piece each, in the order of asking."""
    order: list[str] = []

    def noted(name: str) -> Callable[[], Iterator[int]]:
        def work() -> Iterator[int]:
            for i in range(3):
                order.append(name)
                yield i

        return work

    pool, held = Pool(workers=1), hold()
    pool.ask("held", "held", held)
    assert held.began.wait(LONG)
    jobs = [pool.ask(name, name, noted(name)) for name in "abc"]
    held.let()
    for job in jobs:
        ended(job)
    assert order == [*"abc"] * 3


def test_two_workers_work_at_once():
    meeting = threading.Barrier(2)

    def meets() -> Iterator[int]:
        yield meeting.wait(LONG)

    pool = Pool(workers=2)
    jobs = [pool.ask(name, name, meets) for name in ("ann", "bob")]
    assert sorted(ended(job).latest for job in jobs) == [0, 1]


def test_as_many_finished_jobs_are_kept_as_asked_for():
    pool, made = Pool(nbytes=2), []

    def ask(key: str) -> Job:
        def make() -> Iterator[int]:
            made.append(key)
            return iter([0])

        return ended(pool.ask("ann", key, make, Cost(nbytes=1)))

    for key in ("a", "b", "c", "d"):  # d is asked while a, b and c are known: a is one too many
        ask(key)
    assert made == ["a", "b", "c", "d"]
    for key in ("c", "d"):
        ask(key)
    assert made == ["a", "b", "c", "d"]
    ask("a")
    assert made[4:] == ["a"]


def test_the_one_used_last_is_kept_longest():
    pool = Pool(nbytes=2)
    one = Cost(nbytes=1)
    first = ended(pool.ask("ann", "first", count_to(1), one))
    for key in ("second", "first", "third", "fourth"):
        ended(pool.ask("ann", key, count_to(1), one))
        assert ended(pool.ask("bob", "first", count_to(1), one)) is first


class Clock:
    """In the place of the module `time`, set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


def test_what_nobody_asks_for_any_more_ends(hold, monkeypatch):
    """A visitor who closes the tab does not say so."""
    clock = Clock()
    monkeypatch.setattr(shelf, "time", clock)
    pool, held, other = Pool(patience=5.0), hold(3), hold(3)
    left, kept = pool.ask("ann", "left", held), pool.ask("bob", "kept", other)
    assert held.began.wait(LONG)
    assert other.began.wait(LONG)
    clock.now += 4.0
    assert pool.ask("bob", "kept", other) is kept
    clock.now += 2.0
    held.let(3)
    other.let(3)
    assert ended(left).abandoned
    assert held.given == 1, "after its present piece"
    assert ended(kept).latest == 2
    assert pool.ask("ann", "left", count_to(2)) is not left, "and begins anew when it is asked for again"


def test_a_pool_nobody_asks_has_no_threads():
    before = threading.active_count()
    Pool(workers=3)
    assert threading.active_count() == before


def test_the_oldest_answer_can_be_let_go_but_not_the_last_one_nor_one_under_way(hold):
    pool = Pool()
    done = [ended(pool.ask("a", i, lambda: iter(()))) for i in range(2)]
    under_way = pool.ask("b", "long", hold())
    assert [pool.forget_oldest() for _ in range(2)] == [True, False]
    assert pool.ask("c", 1, lambda: iter(())) is done[1]
    assert pool.ask("c", 0, lambda: iter(())) is not done[0]
    assert not under_way.abandoned


def test_a_pool_that_closes_waits_for_the_piece_under_way_and_begins_no_other(hold):
    pool, held, later = Pool(workers=1), hold(2), hold()
    pool.ask(("a",), "held", held)
    pool.ask(("b",), "later", later)
    assert held.began.wait(LONG)
    closing = threading.Thread(target=pool.close)
    closing.start()
    while not pool._closed:
        closing.join(0.01)
    assert closing.is_alive()
    held.let(2)
    closing.join(LONG)
    assert not closing.is_alive()
    assert held.given == 1
    assert not later.began.is_set()
