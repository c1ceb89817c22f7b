"""Who is next in the pool, and what may begin: driven a piece at a time, with a clock that the pieces set forward."""

import random
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from experiments import pool as shelf
from experiments.cost import cost_of
from experiments.flow import Flow, TimeFlow, flow_live
from experiments.pool import Busy, Cost, Job, Pool
from experiments.shares import Limits, Shares
from experiments.training import Learner, Training, run

PIECE = 0.25  # seconds


class World:
    """A pool without threads, jobs whose pieces take their time, and what was worked on."""

    def __init__(self, monkeypatch, **how) -> None:
        self.now = 1000.0
        monkeypatch.setattr(shelf, "time", self)
        monkeypatch.setattr(shelf, "give_back", lambda: None)
        self.pool = Pool(workers=0, **how)
        self.worked: list[object] = []

    def monotonic(self) -> float:
        return self.now

    def _pieces(self, key: object, seconds: float, piece: float) -> Iterator[float]:
        done = 0.0
        while done < seconds:
            done += piece
            self.now += piece
            self.worked.append(key)
            yield done

    def ask(self, owner: object, key: object, seconds: float, nbytes: int = 0, piece: float = PIECE) -> Job:
        return self.pool.ask(owner, key, lambda: self._pieces(key, seconds, piece), Cost(seconds, nbytes))

    def work(self, pieces: int) -> list[object]:
        first = len(self.worked)
        for _ in range(pieces):
            self.pool.work()
        return self.worked[first:]


@pytest.fixture
def world(monkeypatch) -> World:
    return World(monkeypatch)


def tab(number: int) -> tuple[str, str, str]:
    return ("school", "greedy", f"tab {number}")


OTHER = ("home", "modest", "tab")


def test_a_short_training_is_over_soon_beside_ten_of_the_largest(world):
    for i in range(10):
        world.ask(tab(i), i, 60.0)
    world.work(8)
    short = world.ask(OTHER, "short", 1.0)
    world.work(6)
    assert short.done


def test_it_is_busy_while_more_is_asked_than_can_be_worked_on():
    pool = Pool(workers=2)
    held = threading.Event()

    def wait() -> Iterator[None]:
        held.wait(30)
        yield None

    jobs = [pool.ask(f"ann {i}", i, wait) for i in range(2)]
    assert not pool.busy
    jobs.append(pool.ask("bob", 2, wait))
    assert pool.busy
    held.set()
    assert all(job.wait(30) for job in jobs)


def test_the_tabs_of_one_share_what_another_has_too(world):
    for i in range(10):
        world.ask(tab(i), i, 60.0)
    world.ask(OTHER, "long", 60.0)
    worked = world.work(200)
    share = worked.count("long") / len(worked)
    assert 1 / 4 < share < 3 / 4, "not a tenth"
    tabs = [worked.count(i) for i in range(10)]
    assert min(tabs) > 0
    assert max(tabs) < 4 * min(tabs), "they take turns among themselves"


def test_a_long_training_is_not_left_out_by_a_stream_of_short_ones(world):
    """Five visitors ask something short again as soon as they have their answer."""
    long = world.ask(("far", "b", "s"), "long", 30.0)
    jobs = {}
    for number in range(3000):
        for who in range(5):
            if who not in jobs or jobs[who].done:
                jobs[who] = world.ask((f"address {who}", "b", "s"), (who, number), 0.5)
        world.pool.work()
        if long.done:
            break
    assert long.done
    assert long.spent == 30.0


def test_the_place_in_the_queue_moves(world):
    jobs = [world.ask((str(i), "b", "s"), i, 1.0 + i) for i in range(4)]
    assert [world.pool.place(job) for job in jobs] == [1, 2, 3, 4]
    world.work(1)
    assert [world.pool.place(job) for job in jobs] == [0, 1, 2, 3]
    world.ask((str(1), "b", "s"), "other", 50.0)
    assert [world.pool.place(job) for job in jobs[2:]] == [1, 2]


@pytest.mark.parametrize("seed", range(30))
def test_what_is_held_stays_within_the_memory(monkeypatch, seed):
    """Random asks, stops and leaves: only a job that is larger than its part may begin, and then alone."""
    rng, allowed = random.Random(seed), 100
    world = World(monkeypatch, nbytes=allowed, patience=50.0)
    asked: dict[object, Job] = {}
    for number in range(300):
        owner = (rng.choice("ab"), rng.choice("xyz"), rng.randrange(4))
        if rng.random() < 0.3:
            size = rng.choice([1, 5, 10, 20, 40, 70, 120])
            asked[owner] = world.ask(owner, number, rng.choice([0.5, 2.0, 10.0]), size)
        elif rng.random() < 0.1:
            world.pool.leave(owner)
        elif owner in asked and rng.random() < 0.1:
            world.pool.stop(owner, asked.pop(owner))
        elif owner in asked:
            job = asked[owner]
            world.ask(owner, job.key, job.cost.seconds, job.cost.nbytes)
        world.pool.work()
        held = [job.cost.nbytes for job in world.pool._waiting if job.begun]
        finished = [job.nbytes for job in world.pool._jobs.values() if job.done]
        large = [size for size in held if size > allowed / 5]
        assert sum(large) <= 3 / 4 * allowed or len(large) == 1
        assert sum(held) - sum(large) <= 1 / 4 * allowed
        awaited = [job.cost.nbytes for job in world.pool._jobs.values() if job.done and world.pool._awaited(job)]
        seen = sum(awaited) + finished[-1] if finished else 0  # these stay in any case
        assert sum(finished) <= max(allowed - sum(held), allowed / 4, seen)
    for _ in range(3000):
        if not world.pool.work():
            break
    assert not world.pool._waiting, "nothing waits for ever"


def test_a_small_job_need_not_wait_for_the_memory_of_large_ones(monkeypatch):
    world = World(monkeypatch, nbytes=100)
    for i in range(3):
        world.ask(tab(i), i, 60.0, nbytes=60)
    world.work(4)
    assert set(world.worked) == {0}, "there is room for one of them"
    small = world.ask(OTHER, "small", 0.5, nbytes=10)
    world.work(3)
    assert small.done


def test_what_came_of_it_is_kept_until_it_was_seen(monkeypatch):
    world = World(monkeypatch, nbytes=100)
    jobs = [world.ask(tab(i), i, PIECE, nbytes=40) for i in range(4)]
    world.work(20)
    assert [job.done for job in jobs] == [True, True, False, False], "there is no room beside what nobody has seen yet"
    assert world.ask(tab(0), 0, PIECE, nbytes=40) is jobs[0]
    world.work(20)
    assert jobs[2].done
    assert world.ask(tab(1), 1, PIECE, nbytes=40) is jobs[1]
    assert world.ask(tab(0), 0, PIECE, nbytes=40) is not jobs[0], "seen before"


def test_what_a_visitor_stopped_is_kept_while_there_is_room(world):
    job = world.ask(OTHER, "long", 60.0)
    world.work(3)
    kept = world.pool.stop(OTHER, job)
    assert kept.done
    assert kept.latest == 3 * PIECE
    assert job.done
    assert not world.pool.work(), "nothing is left to do"


def test_a_browser_with_many_tabs_finds_the_queue_full_before_others_do(world, monkeypatch):
    monkeypatch.setattr(shelf, "LIMITS", Limits(in_all=10, address=8, browser=4))
    for i in range(4):
        world.ask(tab(i), i, 60.0)
    with pytest.raises(Busy, match="4 trainings of your browser wait already"):
        world.ask(tab(4), 4, 60.0)
    world.ask(OTHER, "other", 60.0)


def test_a_program_that_is_made_leaves_a_worker_to_others(world):
    slow = Cost(1.0, compiles=True)
    jobs = [world.pool.ask(tab(i), i, lambda: iter([1, 2]), slow) for i in range(2)]
    world.pool.ask(OTHER, "plain", lambda: iter([1, 2]), Cost(50.0))
    taken = [world.pool._next(), world.pool._next()]
    assert taken[0] in jobs
    assert taken[1] is not None
    assert taken[1].key == "plain"


@pytest.mark.parametrize("seed", range(20))
def test_a_share_is_what_was_had_lately(seed):
    """Against a sum over all that was ever had, each halved as often as half-lives have passed."""
    rng, shares, had, now = random.Random(seed), Shares(half_life=10.0), [], 0.0
    for _ in range(200):
        now += rng.random()
        who = (rng.choice("ab"), rng.choice("xy"), rng.choice("12"))
        seconds = rng.random()
        shares.add(who, seconds, now)
        had.append((who, seconds, now))
    for who in {who for who, *_ in had}:
        wanted = 1 / 3 * sum(seconds * 2 ** (-(now - at) / 10.0) * sum(who[: n + 1] == other[: n + 1] for n in range(3))
                     for other, seconds, at in had)  # fmt: skip
        np.testing.assert_allclose(shares.used(who, now), wanted, rtol=1e-9)


MLP = Learner(settings=(("depth", 20), ("width", 32)))


@pytest.mark.parametrize("training", [
    Training(num_steps=120), Training(num_steps=120, learners=(MLP,) * 4),
    Training("digits", learners=(MLP,), num_steps=90),
    Training("digits", learners=(Learner(network="cnn", settings=(("width", 3), ("depth", 1))),), num_steps=90),
])  # fmt: skip
def test_a_training_holds_no_more_than_it_declares(training):
    """The arrays of its result, counted one by one."""
    result = run(training)
    arrays = {}
    for each in result.runs:
        leaves = [each.trajectory.loss, each.trajectory.grad_norm, each.trajectory.layers, *each.params, *each.frames]
        arrays.update({id(leaf): leaf.nbytes for leaf in leaves if isinstance(leaf, np.ndarray)})
    held, cost = sum(arrays.values()), cost_of(training)
    assert held <= (cost.kept or 0) <= cost.nbytes <= 40 * held + 20_000_000


@pytest.mark.parametrize(
    "flow", [Flow(), Flow(depth=100, seeds=40), Flow(width=256, seeds=20), TimeFlow(), TimeFlow(steps=200)]
)
def test_a_measurement_keeps_no_more_than_it_declares(flow):
    arrays = [leaf for measured in list(flow_live(flow))[-1]
              for leaf in (measured.gradient, measured.theory, measured.weights, *(measured.parts or ()))]  # fmt: skip
    held = sum(leaf.nbytes for leaf in arrays if leaf is not None)
    assert held <= (cost_of(flow).kept or 0) <= 10 * held


def test_a_finished_job_holds_its_answer_only(monkeypatch):
    world = World(monkeypatch, nbytes=100)
    cost = Cost(PIECE, nbytes=60, kept=5)
    jobs = [world.pool.ask(tab(i), i, lambda i=i: world._pieces(i, PIECE, PIECE), cost) for i in range(8)]
    world.work(40)
    assert all(world.pool.ask(tab(i), i, lambda: iter(()), cost) is job for i, job in enumerate(jobs)), (
        "all are remembered"
    )


def test_more_work_is_declared_longer():
    short, long = Training(num_steps=60), Training("digits", learners=(MLP,) * 4, num_steps=5000)
    assert 50 * cost_of(short).seconds < cost_of(long).seconds
    assert cost_of(Flow(depth=5)).seconds < cost_of(Flow(depth=100, width=256)).seconds
    assert cost_of(TimeFlow()).nbytes > 0


def test_what_is_large_and_under_way_does_not_crowd_out_small_answers(monkeypatch):
    world = World(monkeypatch, nbytes=100)
    small = [world.ask(("class", str(i)), f"small {i}", PIECE, nbytes=2) for i in range(10)]
    world.work(30)
    assert all(job.done for job in small)
    world.ask(OTHER, "large", 1000 * PIECE, nbytes=100)
    world.work(200)
    assert all(world.ask(("class", str(i)), f"small {i}", PIECE, nbytes=2) is job for i, job in enumerate(small))
