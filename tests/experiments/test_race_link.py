"""A link reopens exactly the race it was made from, and never fails."""

import math
import os
import random
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import pytest

from experiments.codec import CLIP, L2
from experiments.race import DEFAULT_RUNS, MAX_RUNS, Race, Run
from experiments.race_link import NOISE, from_link, opening, to_link
from experiments.run_link import in_force
from experiments.starters import RACE
from experiments.view import view_of
from landscapes import SURFACES
from optimizers import OPTIMIZERS, SCHEDULES

FUZZ = int(os.environ.get("LINK_FUZZ", "300"))  # full size: LINK_FUZZ=20000


def figures(value: float) -> float:
    """Six significant figures, as every control of the page gives them."""
    return float(f"{value:.6g}")


def random_run(rng: random.Random) -> Run:
    rule = OPTIMIZERS[rng.choice(list(OPTIMIZERS))]
    schedule = SCHEDULES[rng.choice(list(SCHEDULES))]

    def some(knobs):
        return tuple((name, figures(rng.uniform(k.low, k.high))) for name, k in knobs.items() if rng.random() < 0.6)

    clip = rng.choice([math.inf, figures(rng.uniform(0.1, 10))])
    return in_force(
        Run(rule.name, some(rule.hyperparams), schedule.name, some(schedule.hyperparams), clip, rng.choice([0.0, 0.25]))
    )


def random_race(rng: random.Random) -> Race:
    surface = SURFACES[rng.choice(list(SURFACES))]
    return Race(
        surface=surface.name,
        shape=tuple((name, figures(rng.uniform(k.low, k.high))) for name, k in surface.shape_params.items()),
        runs=tuple(random_run(rng) for _ in range(rng.randint(0, MAX_RUNS))) if rng.random() < 0.8 else DEFAULT_RUNS,
        start=rng.choice([None, (rng.uniform(-2, 2), rng.uniform(-2, 2))]),
        num_steps=rng.randint(1, 20_000),
        noise=rng.choice([0.0, rng.uniform(0, 3)]),
        seed=rng.randint(0, 2**32 - 1),
    )


def through_the_address_bar(race: Race) -> tuple[Race, list[str]]:
    return from_link(parse_qs(urlencode(to_link(race)), keep_blank_values=True))


@pytest.mark.parametrize("seed", range(60))
def test_a_race_survives_its_link(seed):
    race = random_race(random.Random(seed))
    assert through_the_address_bar(race) == (race, [])


def test_a_formula_survives_its_link():
    race = Race(formula="x**2 + 3*sin(y) - 1e-3", domain=((-1.0, 2.5), (0.0, 4.0)), start=(0.1, 1.0))
    assert through_the_address_bar(race) == (race, [])


def test_the_default_race_needs_no_parameters():
    assert to_link(Race()) == {"v": "1"}
    assert from_link({"v": "1"}) == (Race(), [])
    assert from_link({}) == (opening(), [])
    assert to_link(opening()) == {}


def test_only_what_differs_is_written():
    assert to_link(replace(Race(), seed=4)) == {"v": "1", "seed": "4"}


def test_the_largest_race_fits_into_a_link():
    run = max((random_run(random.Random(i)) for i in range(200)), key=lambda r: len(r.hyperparams))
    race = Race(
        surface="scalar_factorization",
        runs=(run,) * MAX_RUNS,
        start=(0.333333, 0.666667),
        noise=0.333333,
        seed=2**32 - 1,
    )
    assert len(urlencode(to_link(race))) < 2000


BAD = [
    ({"surface": "rosen"}, "surface", Race()),
    ({"surface": ""}, "surface", Race()),
    ({"surface": ["ackley", "beale"]}, "2 times", Race(surface="beale")),
    ({"surface": "ack\0ley"}, "NUL", Race()),
    ({"surface": "x" * 100_000}, "100000 characters", Race()),
    ({"steps": "-5"}, "outside 1 to 20000", Race(num_steps=1)),
    ({"steps": "1" + "0" * 400}, "20000", Race(num_steps=20_000)),
    ({"steps": "nan"}, "not a number", Race()),
    ({"steps": "12.7"}, "whole number", Race(num_steps=13)),
    ({"steps": ""}, "not a number", Race()),
    ({"steps": "１００"}, "", Race(num_steps=100)),
    ({"noise": "inf"}, "outside 0 to 100", Race(noise=100.0)),
    ({"noise": "-1"}, "outside", Race()),
    ({"seed": "-1"}, "outside", Race()),
    ({"seed": "1e99"}, "outside", Race(seed=2**32 - 1)),
    ({"x": "abc", "y": "1"}, "start x", Race(start=(-1.2, 1.0))),
    ({"x": "1e300", "y": "1"}, "start x", Race(start=(1e6, 1.0))),
    ({"y": "0.5"}, "", Race(start=(-1.2, 0.5))),
    ({"r1": "adamm"}, "unknown optimizer ‘adamm’", Race(runs=(Run("gradient_descent"),))),
    ({"r1": "adam~learning_rate~-3"}, "learning_rate of Adam", None),
    ({"r1": "adam~learning_rate~x"}, "not a number", None),
    ({"r1": "adam~learning_rate"}, "not a number", None),
    ({"r1": "adam~beta~0.5"}, "no ‘beta’", Race(runs=(Run("adam"),))),
    ({"r1": "adam~cosin"}, "no ‘cosin’", Race(runs=(Run("adam"),))),
    ({"r1": "adam~clip~nan"}, "not a number", Race(runs=(Run("adam"),))),
    ({"r9": "adam"}, "‘r9’", Race()),
    ({"lr": "0.1"}, "‘lr’", Race()),
    ({"runs": "some"}, "only ‘none’", Race()),
    ({"shape": "a~5"}, "outside", None),
    ({"shape": "q~5"}, "no ‘q’", Race()),
    ({"v": "9"}, "version ‘9’", Race()),
    ({"formula": "x +"}, "formula", Race()),
    ({"formula": "__import__('os')"}, "formula", Race()),
    ({"formula": "x", "box": "1~0~0~1"}, "box", Race(formula="x")),
    ({"formula": "x", "box": "nan~0~0~1"}, "box", Race(formula="x")),
    ({"formula": "x", "box": "1~2"}, "box", Race(formula="x")),
    ({"<script>alert(1)</script>": "1"}, "not a part", Race()),
]


@pytest.mark.parametrize(("params", "said", "expected"), BAD, ids=[str(i) for i in range(len(BAD))])
def test_what_cannot_be_used_is_replaced_and_said(params, said, expected):
    race, notices = from_link(params)
    assert bool(said) == bool(notices)
    assert said.lower() in " ".join(notices).lower()
    assert expected is None or race == expected
    assert from_link(to_link(race)) == (race, [])


@pytest.mark.parametrize("seed", range(FUZZ // 100))
def test_no_link_fails(seed):
    rng = random.Random(seed)
    keys = [*to_link(random_race(rng)), "surface", "formula", "box", "shape", "r1", "r8", "at", "v", "x", "\0", "é", ""]
    words = [
        *OPTIMIZERS,
        *SCHEDULES,
        *SURFACES,
        "~",
        "~~",
        "nan",
        "inf",
        "-1",
        "1e400",
        "\0",
        "%00",
        "☃",
        "learning_rate",
        "clip",
    ]
    for _ in range(100):
        params = {rng.choice(keys): "~".join(rng.choices(words, k=rng.randint(0, 6))) for _ in range(rng.randint(0, 8))}
        race, notices = from_link(params)
        assert all(notice.endswith(".") for notice in notices)
        assert from_link(to_link(race)) == (race, [])


def any_race(rng: random.Random) -> Race:
    """Every field at random in its whole range, to the last bit, on a surface or a formula."""

    def within(knob) -> float:
        ends = [float(knob.low), float(knob.high), knob.low + (knob.high - knob.low) * rng.random() ** 8]
        return rng.choice([*ends, figures(rng.uniform(knob.low, knob.high))])

    def some(knobs):
        return tuple((name, within(knobs[name])) for name in rng.sample(list(knobs), rng.randint(0, len(knobs))))

    def run() -> Run:
        rule, schedule = rng.choice(list(OPTIMIZERS.values())), rng.choice(list(SCHEDULES.values()))
        decays = (rng.choice([0.0, within(L2)]) for _ in range(3))
        clip = rng.choice([math.inf, CLIP.low, CLIP.high, rng.uniform(0.1, 10)])
        return in_force(
            Run(rule.name, some(rule.hyperparams), schedule.name, some(schedule.hyperparams), clip, *decays)
        )

    corner, size = [rng.uniform(-1e5, 1e5) for _ in "xy"], [rng.uniform(1e-5, 1e5) for _ in "xy"]
    formulas = ["x**2+y**2", "x^2 - y", "sin(x) * cos(y) + 1e-3", "√(x²+y²)", "abs(x)", "x · y", "+x", "max(x, y)"]
    surface = rng.choice(list(SURFACES.values()))
    own = {
        "formula": rng.choice(formulas),
        "domain": rng.choice([None, tuple((c, c + s + abs(c) / 1000) for c, s in zip(corner, size, strict=True))]),
    }
    return Race(
        **rng.choice([own, {"surface": surface.name, "shape": some(surface.shape_params)}]),
        runs=tuple(run() for _ in range(rng.randint(0, MAX_RUNS // 2))),
        start=rng.choice([None, (rng.uniform(-1e6, 1e6), rng.choice([0.0, 1e-300, -1e6]))]),
        tuned_from=rng.choice([None, (rng.uniform(-1e6, 1e6), rng.choice([0.0, 1e-300, -1e6]))]),
        num_steps=rng.choice([1, 20_000, rng.randint(1, 20_000)]),
        noise=rng.choice([0.0, within(NOISE)]),
        seed=rng.choice([0, 2**32 - 1, rng.randint(0, 2**32 - 1)]),
    )


@pytest.mark.parametrize("seed", range(FUZZ // 20))
def test_any_race_survives_its_link(seed):
    rng = random.Random(f"any {seed}")
    for _ in range(20):
        race = any_race(rng)
        assert repr(through_the_address_bar(race)) == repr((race, []))
        assert repr(from_link(urlencode(to_link(race)))) == repr((race, []))
        assert len(urlencode(to_link(race))) < 2000


@pytest.mark.parametrize("starter", RACE[1:], ids=lambda each: each.title)
def test_a_starter_is_written_as_it_stands(starter):
    race, notices = from_link(starter.link)
    assert not notices
    assert to_link(race) == starter.link


VIEWS = [
    ({}, (None, False)),
    ({"at": "12"}, (12, False)),
    ({"at": "-3"}, (None, False)),
    ({"at": "x", "present": "1"}, (None, True)),
    ({"at": "9" * 50}, (None, False)),
    ({"at": "³"}, (None, False)),
]


@pytest.mark.parametrize(("params", "view"), VIEWS, ids=[str(i) for i in range(len(VIEWS))])
def test_the_view_of_a_link(params, view):
    assert view_of(params)[:2] == view


@pytest.mark.parametrize("given", ["", "1", "1~2~3", "a~b", "nan~1", "1e7~0"])
def test_a_start_to_tune_from_that_is_none_is_said(given):
    race, notices = from_link({"tuned": given, "x": "1", "y": "1"})
    assert race.tuned_from is None
    assert len(notices) == 1
    assert "two numbers" in notices[0]
    assert from_link({"tuned": "1~-2.5"}) == (Race(tuned_from=(1.0, -2.5)), [])
