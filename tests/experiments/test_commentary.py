"""What is said of a race while it plays is true at every step: recomputed by rules written here, over random races."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from experiments.commentary import commentary
from experiments.race import Race, RaceResult, run
from experiments.run import Run
from experiments.verdict import labels
from optimizers import descend_all
from tests.experiments.races import random_race

MANY, BATCHES = int(os.environ.get("SENTENCES", 320)), 8
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
TIMES = {"never": 0, "once": 1, "twice": 2}
SIDES: dict[str, Callable[..., np.ndarray]] = {
    "rosenbrock": lambda x, y, shape: y - x * x,
    "quadratic": lambda x, y, shape: np.cos(np.pi * shape[1] / 180) * y - np.sin(np.pi * shape[1] / 180) * x,
    "ravine": lambda x, y, shape: y - shape[1] * np.sin(x),
}


class Facts:
    """What had happened until each step, by this file's own rules, from runs that nothing has touched."""

    def __init__(self, result: RaceResult) -> None:
        race, surface = result.race, result.surface
        raw = descend_all(surface, result.descents, start=race.origin, num_steps=race.num_steps, noise=race.noise,
                          seed=race.seed)  # fmt: skip
        (x0, x1), (y0, y1) = surface.domain
        middle, corner = np.array([(x0 + x1) / 2, (y0 + y1) / 2]), np.hypot(x1 - x0, y1 - y0) / 2
        reach = 100 * max(corner, np.hypot(*(np.array(race.origin) - middle)))
        self.names, self.known = labels(result), surface.minimum is not None
        self.gone, self.touched, self.left, self.low, self.crossed = [], [], [], [], []
        side = SIDES.get(surface.name)
        for each in raw:
            x, y = each.params.T
            with np.errstate(over="ignore", invalid="ignore"):
                lost = np.flatnonzero((np.hypot(x - middle[0], y - middle[1]) > reach)
                                      | ~np.isfinite(each.loss + x + y))  # fmt: skip
                inside = (x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1)
            gone = int(lost[0]) if lost.size else 10**9
            inside[gone + 1 :] = False
            close = inside & (np.abs(each.loss - (surface.minimum or 0)) <= 1e-3) & self.known
            self.gone.append(gone)
            self.touched.append(int(np.argmax(close)) if close.any() else 10**9)
            self.left.append(int(np.argmin(inside)) if not inside.all() else 10**9)
            low, lows = np.inf, []
            for loss, here in zip(each.loss, inside, strict=True):
                low = min(low, loss) if here and np.isfinite(loss) else low
                lows.append(low)
            self.low.append(lows)
            if side is not None:
                many, last, counts = 0, 0.0, []
                with np.errstate(over="ignore", invalid="ignore"):
                    sides = side(each.params[:, 0], each.params[:, 1], surface.shape)
                for at in sides:
                    sign = float(np.sign(at)) if np.isfinite(at) else 0.0
                    many += sign * last < 0
                    last = sign or last
                    counts.append(many)
                self.crossed.append(counts)

    def find(self, text: str) -> list[int]:
        low = text.lower()
        for i, one in enumerate(self.names):
            if low == one.lower():
                return [i]
            for j, two in enumerate(self.names):
                if i != j and low == f"{one} and {two}".lower():
                    return [i, j]
        raise AssertionError(f"nobody is called {text!r} among {self.names}")

    def group(self, who: str, truth: list[int]) -> None:
        """A subject names exactly those of whom something is true."""
        many = re.fullmatch(r"(?:all )?(\w+)(?: runs| others)?", who.lower())
        if many and many[1] in WORDS:
            assert WORDS.index(many[1]) == len(truth) > 1
        else:
            assert sorted(self.find(who)) == sorted(truth)


class Now(NamedTuple):
    """Facts at a step."""

    facts: Facts
    step: int

    @property
    def gone(self) -> list[int]:
        return [i for i in range(len(self.facts.names)) if self.facts.gone[i] <= self.step]

    @property
    def going(self) -> list[int]:
        return [i for i in range(len(self.facts.names)) if i not in self.gone]

    def touched(self, step: int) -> list[int]:
        return [i for i in range(len(self.facts.names)) if self.facts.touched[i] == step]


def check(facts: Facts, said: str, step: int) -> None:
    now, clauses = Now(facts, step), said.removesuffix(".").split("; ")
    if step == 0:
        return sets_out(now, said)
    assert ("diverged" in said) == bool(now.gone), "who has diverged is said"
    for clause in clauses:
        if not (reached(now, clause) or went(now, clause) or crossed(now, clause)):
            leads(now, clause)
    return None


def sets_out(now: Now, said: str) -> None:
    facts = now.facts
    if m := re.fullmatch(r"(.+) starts? within 0\.001 of the lowest point\.", said):
        return facts.group(m[1], now.touched(0))
    assert not now.touched(0)
    assert said.endswith(("be within 0.001 of the lowest point" if facts.known else "leave the picture") + "?")
    assert said.startswith((WORDS[len(facts.names)].capitalize(), facts.names[0]))
    return None


def reached(now: Now, clause: str) -> bool:
    """Clauses of who touched the target, and of those on their way."""
    facts, steps = now.facts, sorted({at for at in now.facts.touched if at <= now.step})
    if m := re.fullmatch(r"(.+) touched 0\.001( first,)? at step (\d+)(?:, then (.+) at (\d+))?", clause):
        assert int(m[3]) == steps[0]
        facts.group(m[1], now.touched(steps[0]))
        assert (m[4] is None) == (len(steps) == 1)
        if m[4]:
            assert int(m[5]) == steps[1]
            facts.group(m[4], now.touched(steps[1]))
        return True
    if m := re.fullmatch(r"(.+?) (?:is|are) on (?:its|their) way(?:: it has not crossed the valley yet)?", clause):
        facts.group(m[1], [i for i in now.going if facts.touched[i] > now.step])
        if "valley" in clause:
            assert not facts.crossed[0][now.step]
        return True
    return False


def went(now: Now, clause: str) -> bool:
    """Clauses of who left the picture, and of who diverged."""
    facts, going = now.facts, now.going
    if m := re.fullmatch(r"(.+) left the picture at step (\d+)", clause):
        first = min(facts.left[i] for i in going)
        assert int(m[2]) == first
        facts.group(m[1], [i for i in going if facts.left[i] == first])
    elif m := re.fullmatch(r"(\w+) of (\d+) (?:is|are) outside by now", clause):
        assert WORDS.index(m[1]) == sum(facts.left[i] <= now.step for i in going)
        assert int(m[2]) == len(facts.names)
    elif m := re.fullmatch(r"(.+) ha(?:s|ve) diverged, the last at step (\d+)", clause):
        assert not going
        assert int(m[2]) == max(facts.gone)
    elif m := re.fullmatch(r"(.+) diverged at step (\d+)(?:, (\w+) more since)?", clause):
        assert any(facts.gone[i] == int(m[2]) for i in facts.find(m[1]))
        assert int(m[2]) == min(facts.gone[i] for i in now.gone)
        assert WORDS.index(m[3] or "no") == len(now.gone) - 1
    else:
        return False
    return True


def crossed(now: Now, clause: str) -> bool:
    """Clauses of how often the runs have crossed the valley, or the only one has."""
    counts = [now.facts.crossed[i][now.step] for i in now.going] if now.facts.crossed else []
    if clause == "no run has crossed the valley yet":
        assert not any(counts)
    elif m := re.fullmatch(r"the runs have crossed the valley (?:(\d+) to )?(\d+) times", clause):
        assert (int(m[1] or m[2]), int(m[2])) == (min(counts), max(counts))
    elif m := re.fullmatch(r"the runs have crossed the valley (once|twice)", clause):
        assert set(counts) == {TIMES[m[1]]}
    elif m := re.fullmatch(r"(.+) has crossed the valley (?:(\d+) times|(once|twice))", clause):
        assert counts == [int(m[2]) if m[2] else TIMES[m[3]]]
    else:
        return False
    return True


def leads(now: Now, clause: str) -> None:
    """Who leads, and how often each has crossed the valley."""
    facts, going, t = now.facts, now.going, now.step
    low = min(facts.low[i][t] for i in going)
    leaders = [i for i in going if facts.low[i][t] == low]
    if clause == "They are level":
        assert leaders == going
        return
    m = re.fullmatch(r"(.+?) leads?(?:: (.+))?", clause)
    assert m, f"what is {clause!r}?"
    facts.group(m[1], leaders)
    if m[2] == "no other has been as low until now":
        assert len(leaders) < len(going)
    elif m[2]:
        for i in going:
            words = {0: "never", 1: "once", 2: "twice"}.get(facts.crossed[i][t], str(facts.crossed[i][t]))
            own = rf"it has (?:{words} crossed the valley|crossed the valley {words})"
            assert re.search(own if i in leaders else re.escape(f", {facts.names[i].lower()} {words}"), clause.lower())


@pytest.mark.parametrize("batch", range(BATCHES))
def test_what_is_said_while_random_races_play_is_true(batch):
    rng = np.random.default_rng(4000 + batch)
    for number in range(MANY // BATCHES):
        race = random_race(rng)
        if number % 3 == 0:
            race = replace(race, surface=("rosenbrock", "quadratic", "ravine")[number % 9 // 3], shape=(), formula="",
                           domain=None, start=None, tuned_from=None)  # fmt: skip
        result = run(race)
        said = commentary(result, np.arange(race.num_steps + 1))
        if not result.descents:
            assert said == []
            continue
        facts, at = Facts(result), np.array([step for step, _ in said])
        for t in {0, 1, race.num_steps, *rng.integers(0, race.num_steps + 1, 40).tolist(), *at.tolist()[:40]}:
            sentence = said[int(np.searchsorted(at, t, side="right")) - 1][1]
            check(facts, sentence, int(t))


def test_a_sentence_of_another_step_is_found_false():
    """The rules above can fail."""
    race = Race("quadratic", (("condition", 60.0),), runs=(Run("momentum"), Run("adam")), num_steps=120)
    result = run(race)
    said = commentary(result, np.arange(121))
    with pytest.raises((AssertionError, IndexError)):  # nobody had touched the target then
        check(Facts(result), said[len(said) // 2][1], said[len(said) // 2][0] - 3)


def test_sentences_hold_at_the_steps_that_are_sent():
    """Where not every step is sent, each sentence is of a step that is."""
    race = Race(num_steps=5000, runs=(Run("momentum"), Run("adam")))
    steps = np.unique(np.geomspace(1, 5000, 300).astype(int) // 1)
    steps = np.append(0, steps)
    said = commentary(run(race), steps)
    assert {step for step, _ in said} <= set(steps.tolist())
    facts = Facts(run(race))
    for step, sentence in said:
        check(facts, sentence, step)
