"""Every sentence about a race is true: recomputed from the arrays by rules written here, over seeded random races."""

import os
import re

import numpy as np
import pytest

from experiments.race import RaceResult, run
from experiments.verdict import headline, labels, subline
from frontend.race_view import race_tree
from optimizers import descend_all
from tests.experiments.races import random_race

MANY = int(os.environ.get("SENTENCES", 320))
BATCHES = 8
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
SUPER = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


class Facts:
    """What happened, by this file's own rules, from a run of the engine that nothing has touched."""

    def __init__(self, result: RaceResult) -> None:
        race, surface = result.race, result.surface
        self.names, self.steps = labels(result), race.num_steps
        raw = descend_all(surface, result.descents, start=race.origin, num_steps=race.num_steps, noise=race.noise,
                          seed=race.seed) if result.descents else []  # fmt: skip
        (x0, x1), (y0, y1) = surface.domain
        middle, corner = np.array([(x0 + x1) / 2, (y0 + y1) / 2]), np.hypot(x1 - x0, y1 - y0) / 2
        reach = 100 * max(corner, np.hypot(*(np.array(race.origin) - middle)))
        self.known = surface.minimum is not None
        self.arrived, self.touched, self.left, self.gone, self.far = [], [], [], [], []
        self.ends_inside, self.gap, self.there, self.returns = [], [], [], []
        for each in raw:
            with np.errstate(over="ignore", invalid="ignore"):
                away = np.hypot(*(each.params - middle).T) > reach
            lost = np.flatnonzero(away | ~np.isfinite(each.loss) | ~np.isfinite(each.params).all(1))
            gone = int(lost[0]) if lost.size else None
            inside = np.array([x0 <= x <= x1 and y0 <= y <= y1 for x, y in each.params])
            close = inside & (np.abs(each.loss - surface.minimum) <= 1e-3) if self.known else np.zeros_like(inside)
            if gone is not None:
                inside[gone + 1 :] = close[gone + 1 :] = False
            settled = len(close) - int(np.argmin(close[::-1])) if not close.all() else 0
            least = max(1, len(close) // 10) if race.noise or close[:settled].any() else 1
            stays = len(close) - settled >= least
            self.arrived.append(settled if stays else None)
            self.touched.append(int(np.argmax(close)) if close.any() and not stays else None)
            self.left.append(int(np.argmin(inside)) if not inside.all() else None)
            self.gone.append(gone)
            self.far.append(gone is not None and bool(np.isfinite(each.loss[gone])))
            self.ends_inside.append(bool(inside[-1]) and gone is None)
            self.gap.append(each.loss[-1] - surface.minimum if self.known else np.nan)
            self.there.append(bool(close[-1]))
            self.returns.append(not bool(close[int(np.argmax(close)) :].all()))

    def find(self, text: str) -> list[int]:
        """The runs that a text names: one, two, or as many as it says."""
        low = text.lower()
        exact = [i for i, name in enumerate(self.names) if name.lower() == low]
        if exact:
            return exact
        for i, one in enumerate(self.names):
            for j, two in enumerate(self.names):
                if i != j and low == f"{one} and {two}".lower():
                    return [i, j]
        raise AssertionError(f"nobody is called {text!r} among {self.names}")


def _value(text: str) -> float:
    plain = re.sub(r"×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: f"e{m[1].translate(SUPER)}", text)
    return float(plain.translate(SUPER))


def _group(facts: Facts, who: str, truth: list[int]) -> None:
    """A subject names exactly the runs of which something is true."""
    many = re.fullmatch(r"(?:all )?(\w+)(?: runs)?", who.lower())
    if many and many[1] in WORDS:
        assert WORDS.index(many[1]) == len(truth) > 2
        assert ("all" in who.lower()) == (len(truth) == len(facts.names))
    else:
        assert sorted(facts.find(who)) == truth


def _at(steps: list, step: int) -> list[int]:
    return [i for i, other in enumerate(steps) if other == step]


def _first(facts: Facts, clause: str) -> bool:
    """Clauses of who arrived."""
    order = sorted({step for step in facts.arrived if step is not None})
    if m := re.fullmatch(r"(.+) reach(es)? 0\.001 at step (\d+) and stays?(?:, before (.+) at (\d+))?", clause):
        assert int(m[3]) == order[0] > 0
        _group(facts, m[1], _at(facts.arrived, order[0]))
        assert bool(m[2]) == (len(_at(facts.arrived, order[0])) == 1)
        assert (m[4] is None) == (len(order) == 1)
        if m[4]:
            assert int(m[5]) == order[1]
            _group(facts, m[4], _at(facts.arrived, order[1]))
        return True
    if m := re.fullmatch(r"(.+) starts? within 0\.001 and stays?", clause):
        _group(facts, m[1], _at(facts.arrived, 0))
        return True
    if m := re.fullmatch(r"(.+) reach(?:es)? it at step (\d+)", clause):
        assert order[:2] == [0, int(m[2])]
        _group(facts, m[1], _at(facts.arrived, order[1]))
        return True
    if m := re.fullmatch(r"all (\w+) arrive within (\d+) steps?", clause):
        assert WORDS.index(m[1]) == len(facts.names)
        assert max(step for step in facts.arrived) == int(m[2])
        return True
    return False


def _failed(facts: Facts, clause: str) -> bool:
    """Clauses of who did not arrive, and where they ended."""
    waiting = [i for i, step in enumerate(facts.arrived) if step is None and facts.gone[i] is None]
    if m := re.fullmatch(r"(\w+) others have not, after (\d+)(?: step)?", clause):
        assert WORDS.index(m[1]) == len(waiting) > 1
        assert int(m[2]) == facts.steps
    elif m := re.fullmatch(r"(.+) has not, after (\d+)(?: step)?", clause):
        assert facts.find(m[1])[0] in waiting
        assert len(waiting) == 1 or facts.names.count(m[1]) == 1
        assert int(m[2]) == facts.steps
    elif m := re.fullmatch(r"(.+) touches (?:it|0\.001) at step (\d+)(.*)", clause):
        (who,) = facts.find(m[1])
        assert facts.touched[who] == int(m[2])
        assert ("too late" in m[3]) == facts.there[who]
        assert ("leaves" in m[3]) == (facts.returns[who] or not facts.there[who])
    elif m := re.fullmatch(r"(?:None reaches|(.+) does not reach) 0\.001 in (\d+) steps?", clause):
        assert not any(s is not None for s in facts.arrived + facts.touched)
        assert (m[1] is None) == (len(facts.names) > 1)
        assert int(m[2]) == facts.steps
    elif m := re.fullmatch(r"none has arrived after (\d+) steps?", clause):
        assert not any(s is not None for s in facts.arrived)
        assert int(m[1]) == facts.steps
    elif m := re.fullmatch(r"(.+) ends? lowest, (\S+) above the minimum|it ends (\S+) above the minimum", clause):
        here = [i for i, inside in enumerate(facts.ends_inside) if inside]
        low = min(facts.gap[i] for i in here)
        assert _value(m[2] or m[3]) == pytest.approx(low, rel=0.06 if "×" in clause else 0.006, abs=1e-300)
        assert low >= -1e-9, "nothing in the picture lies below its lowest point"
        if m[1]:
            near = [i for i in here if facts.gap[i] <= low * 1.11 + 1e-300]
            assert len(near) > 2 or set(facts.find(m[1])) <= set(near)
    elif m := re.fullmatch(r"(it|all \w+|\w+) ends? outside the picture", clause):
        outside = sum(gone is None for gone in facts.gone)
        assert not any(facts.ends_inside)
        assert m[1] == "it" or WORDS.index(m[1].removeprefix("all ")) == outside
        assert ("all" in m[1]) == (m[1] != "it" and 1 < outside == len(facts.names))
    else:
        return False
    return True


def _diverged(facts: Facts, clause: str) -> bool:
    if m := re.fullmatch(r"(.+?)(?:, at rate (\S+),)? diverged at step (\d+)", clause):
        assert any(facts.gone[i] == int(m[3]) for i in facts.find(m[1]))
    elif m := re.fullmatch(r"(\w+) others diverged", clause):
        assert WORDS.index(m[1]) == sum(gone is not None for gone in facts.gone)
    elif clause == "Every run diverged":
        assert all(gone is not None for gone in facts.gone)
    else:
        return False
    return True


def _leaves(facts: Facts, clause: str) -> bool:
    order = sorted({step for step in facts.left if step is not None})
    if m := re.fullmatch(r"(.+) leaves? the picture( first,)? at step (\d+)(?:, then (.+) at (\d+))?", clause):
        assert int(m[3]) == order[0]
        _group(facts, m[1], _at(facts.left, order[0]))
        assert bool(m[2]) == (len(_at(facts.left, order[0])) < len(facts.names))
        assert (m[4] is None) == (len(order) == 1)
        if m[4]:
            _group(facts, m[4], _at(facts.left, int(m[5])))
            assert int(m[5]) == order[1]
    elif m := re.fullmatch(r"(\w+) stays?", clause):
        assert WORDS.index(m[1]) == facts.left.count(None)
    elif m := re.fullmatch(r"(?:No run has|The run has not) left the picture after (\d+) steps?", clause):
        assert not order
        assert int(m[1]) == facts.steps
    else:
        return False
    return True


def check_headline(result: RaceResult, facts: Facts) -> None:
    said = headline(result)
    if not facts.names:
        assert said == "No run yet: the surface and the start are set."
        return
    clauses = re.split(r"; |(?<=[^.\d])\. |\.$|(?<=\d)\. (?=[A-Z])", said)
    for clause in filter(None, clauses):
        kinds = (_first, _failed, _diverged, _leaves)
        assert any(kind(facts, clause) for kind in kinds), f"what is {clause!r} of {said!r}?"
    if any(step is not None for step in facts.arrived):
        assert re.search("reach|within", said.split(";")[0]), "the first to arrive is told first"


def check_subline(result: RaceResult, facts: Facts) -> None:
    said, race = subline(result), result.race
    assert said.startswith(f"{result.surface.title} from (")
    x, y = re.findall(r"from \(([^,]+), ([^)]+)\)", said)[0]
    np.testing.assert_allclose([_value(x), _value(y)], race.origin, rtol=0.06, atol=1e-12)
    assert f"{race.num_steps} step{'s' if race.num_steps > 1 else ''} each" in said
    (x0, x1), (y0, y1) = result.surface.domain
    sides = re.findall(r", in a box of (\S+) × ([^\s,;.]+)", said)
    if np.array_equal(race_tree(result, None, ())["ground"]["box"], result.surface.domain):
        assert not sides
        assert not re.search(r"\bbox\b", f"{headline(result)} {said}")
    else:
        assert [*map(_value, sides[0])] == [x1 - x0, y1 - y0]
        assert "picture" not in f"{headline(result)} {said}", "what is measured is the box"
    assert ("noise" in said) == (race.noise > 0)
    assert ("Diverged means 100 times" in said) == any(facts.far)
    both = f"{headline(result)} {said}".lower()
    for i, gone in enumerate(facts.gone):
        if gone is not None and facts.names:
            assert re.search(rf"{re.escape(facts.names[i].lower())}(, at rate [^,]+,)? diverged at step {gone}", both)
    for name, step in re.findall(r"(?:^|[.;] )([^.;]+?)(?:, at rate \S+,)? diverged at step (\d+)", said):
        assert any(facts.gone[i] == int(step) for i in facts.find(name))
    minima = result.surface.minima
    if m := re.search(r"(\w+) runs? settles? in (\w+) of the (\w+) minima", said):
        ends = [t.params[-1] for t, s in zip(result.trajectories, facts.arrived, strict=True) if s is not None]
        assert WORDS.index(m[1]) == len(ends)
        assert WORDS.index(m[2]) == len({min(minima, key=lambda p: np.hypot(*(end - p))) for end in ends})
        assert WORDS.index(m[3]) == len(minima)


def check_tree(result: RaceResult, facts: Facts) -> None:
    tree = race_tree(result, None, ())
    assert [r["reached"] for r in tree["runs"]] == facts.arrived
    assert [r["diverged"] for r in tree["runs"]] == facts.gone
    names = [r["label"] for r in tree["runs"]]
    assert len(set(names)) == len(names), "no two runs have one name"
    hint = next(p["hint"] for p in tree["panels"] if p["id"] == "map")
    assert ("no lowest point" in hint) == (not facts.known)
    gap = np.asarray(tree["series"]["gap"])
    if facts.known and gap.size:
        assert not (gap < -1e-9).any(), "no loss is drawn below the lowest point of the picture"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_what_is_said_of_random_races_is_true(batch):
    draw = np.random.default_rng(100 + batch)
    for _ in range(MANY // BATCHES):
        race = random_race(draw)
        result = run(race)
        facts = Facts(result)
        try:
            check_headline(result, facts)
            check_subline(result, facts)
            check_tree(result, facts)
        except AssertionError as error:
            raise AssertionError(f"{race}\n{headline(result)}\n{subline(result)}\n{labels(result)}") from error
