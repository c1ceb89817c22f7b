"""A link of the gradients room reopens exactly the page it was made from, and never fails."""

import os
import random
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from experiments.codec import MAX_VALUE
from experiments.dying import RATE, Dying
from experiments.flow import (
    CELL_NUMBERS,
    CLIP,
    DEPTH,
    MAX_CURVES,
    NUMBERS,
    SEEDS,
    SKIPS,
    STEPS,
    WIDTH,
    Curve,
    Flow,
    TimeCurve,
    TimeFlow,
    flow_live,
)
from experiments.gradients import AGAINST, MODES, RULES, Gradients
from experiments.gradients_link import TRAIN_STEPS, Z, from_link, lacks, opening, to_link
from experiments.starters import GRADIENTS
from landscapes import ACTIVATIONS, NORMALIZATIONS
from landscapes.networks.backward import WEIGHTS
from landscapes.networks.gallery import NETWORKS
from landscapes.networks.through_time import CELLS

FUZZ = int(os.environ.get("LINK_FUZZ", "200"))
MLP = NETWORKS["mlp"]


def within(rng: random.Random, knob: Any, *, whole: bool = False) -> Any:
    if rng.random() < 0.15:
        end = rng.choice([knob.low, knob.high])
        return int(end) if whole else float(end)
    if whole:
        return rng.randint(int(knob.low), int(knob.high))
    return float(f"{rng.uniform(knob.low, knob.high):.6g}")


def random_curve(rng: random.Random, share: float = 0.5) -> Curve:
    activation = rng.choice(list(ACTIVATIONS))
    numbers = {name: within(rng, knob) for name, knob in NUMBERS.items() if rng.random() < share}
    if not ACTIVATIONS[activation].shape:
        numbers.pop("slope", None)
    words = {"normalization": list(NORMALIZATIONS), "skip": list(SKIPS), "weights": list(WEIGHTS)}
    return Curve(activation, **numbers, **{name: rng.choice(all_) for name, all_ in words.items()})


def random_cell(rng: random.Random, share: float = 0.5) -> TimeCurve:
    numbers = {name: within(rng, knob) for name, knob in CELL_NUMBERS.items() if rng.random() < share}
    cell, activation = rng.choice(CELLS), rng.choice(list(ACTIVATIONS))
    values = {"activation": activation, **numbers}
    values.pop(lacks(cell), None)
    return TimeCurve(cell, **values)


def random_page(rng: random.Random) -> Gradients:
    """Seeds of one mode are those of all, as a link has them once."""
    mode, count, seed = rng.choice(list(MODES)), rng.randint(0, MAX_CURVES), rng.randint(0, 2**32 - 1)
    page = Gradients(mode, opened=rng.randrange(max(1, 3 if mode == "dying" else count)))
    if mode == "dying":
        sizes = {"depth": within(rng, MLP.depth, whole=True), "width": within(rng, MLP.width, whole=True)}
        own = Dying(within(rng, RATE), steps=within(rng, TRAIN_STEPS, whole=True), seed=seed, **sizes)
        return replace(page, dying=own)
    seeds = within(rng, SEEDS, whole=True)
    if mode == "time":
        cells = tuple(random_cell(rng) for _ in range(count))
        return replace(page, time=TimeFlow(cells, within(rng, STEPS, whole=True), within(rng, CLIP), seeds, seed))
    curves = tuple(random_curve(rng) for _ in range(count))
    flow = Flow(curves, within(rng, DEPTH, whole=True), within(rng, WIDTH, whole=True), seeds, seed)
    return replace(page, flow=flow, z=within(rng, Z), against=rng.choice(list(AGAINST)), rule=rng.choice(RULES),
                   matter=rng.random() < 0.5)  # fmt: skip


def described(page: Gradients) -> tuple[Any, ...]:
    """The page as it is seen: what other modes would show is no part of its link."""
    shown = {"layers": page.flow, "time": page.time, "dying": page.dying}[page.mode]
    looked = (page.z, page.against, page.matter, page.rule) if page.mode == "layers" else ()
    return page.mode, shown, page.opened, *looked


def through_the_address_bar(page: Gradients) -> tuple[Gradients, list[str]]:
    return from_link(parse_qs(urlencode(to_link(page)), keep_blank_values=True))


@pytest.mark.parametrize("seed", range(FUZZ // 20))
def test_a_page_survives_its_link(seed):
    rng = random.Random(seed)
    for _ in range(20):
        page = random_page(rng)
        again, notices = through_the_address_bar(page)
        assert described(again) == described(page)
        assert not notices
        assert to_link(again) == to_link(page)


@pytest.mark.parametrize("link", [each.link for each in GRADIENTS])
def test_every_starter_reads_and_returns(link):
    page, notices = from_link(link)
    assert not notices
    assert to_link(page) == (link if page != opening() else {})
    assert from_link(to_link(page)) == (page, [])


def test_the_starters_differ():
    assert len({from_link(each.link)[0] for each in GRADIENTS} | {Gradients()}) == len(GRADIENTS) + 1


def test_the_default_page_needs_no_parameters():
    assert to_link(Gradients()) == {"v": "1"}
    assert from_link({"v": "1"}) == (Gradients(), [])
    assert from_link({}) == (opening(), [])
    assert to_link(opening()) == {}


def test_only_what_differs_is_written():
    assert to_link(Gradients("time")) == {"v": "1", "mode": "time"}
    assert to_link(Gradients(z=-2.5, opened=2)) == {"v": "1", "z": "-2.5", "open": "3"}
    assert to_link(Gradients(matter=True, rule="momentum")) == {"v": "1", "matter": "1", "rule": "momentum"}
    none = Gradients(flow=Flow(curves=()))
    assert to_link(none) == {"v": "1", "curves": "none"}
    one = Gradients(flow=Flow((Curve("prelu", 1.5, slope=0.1, skip="plain", weights="orthogonal"),)))
    assert to_link(one) == {"v": "1", "c1": "prelu~weight~1.5~slope~0.1~skip~plain~weights~orthogonal"}
    cell = Gradients("time", time=TimeFlow((TimeCurve("gru", gate=-1.0),), clip=0.5))
    assert to_link(cell) == {"v": "1", "mode": "time", "clip": "0.5", "t1": "gru~gate~-1"}


def test_eight_full_curves_fit_into_a_link():
    rng = random.Random(1)

    def curve() -> Curve:
        return replace(random_curve(rng, 1.0), normalization="batch", skip="scaled", weights="orthogonal")

    curves = [curve() for _ in range(300)]
    length = {c: len(urlencode(to_link(Gradients(flow=Flow((c,)))))) for c in curves}
    longest = max(curves, key=lambda c: length[c])
    cells = [random_cell(rng, 1.0) for _ in range(300)]
    widest = max(cells, key=lambda c: len(urlencode(to_link(Gradients("time", time=TimeFlow((c,)))))))
    full = Flow((longest,) * MAX_CURVES, 99, 255, 39, 2**32 - 2)
    pages = [
        Gradients(flow=full, z=-3.14159, against="depth", matter=True, rule="gradient_descent", opened=7),
        Gradients("time", time=TimeFlow((widest,) * MAX_CURVES, 199, 1234.56, 39, 2**32 - 2), opened=7),
    ]
    for page in pages:
        link = to_link(page)
        assert len(urlencode(link)) < 2000
        assert max(map(len, link.values())) < MAX_VALUE
        again, notices = through_the_address_bar(page)
        assert (described(again), notices) == (described(page), [])


def test_a_curve_too_many_is_left_out_and_said():
    page, notices = from_link({f"c{i}": "relu" for i in range(1, MAX_CURVES + 2)})
    assert len(page.flow.curves) == MAX_CURVES
    assert notices == ["‘c13’ is not a part of this page's links and was left out."]


PLAIN = Gradients()


def one(*given: Any, **named: Any) -> Gradients:
    return replace(PLAIN, flow=replace(PLAIN.flow, curves=(Curve(*given, **named),)))


def cell(*given: Any, **named: Any) -> Gradients:
    return Gradients("time", time=TimeFlow((TimeCurve(*given, **named),)))


def flow(**given: Any) -> Gradients:
    return replace(PLAIN, flow=replace(PLAIN.flow, **given))


TIME, DYING = {"mode": "time"}, {"mode": "dying"}
BAD = [
    ({"mode": "tim"}, ["mode", "tim", "layers, time, dying"], PLAIN),
    ({"mode": "x" * 700}, ["‘mode’ has 700 characters, 600 are allowed"], PLAIN),
    ({"depth": "nan"}, ["depth", "‘nan’", "not a number; 20 is used"], PLAIN),
    ({"depth": "inf"}, ["outside 1 to 100; 100 is used"], flow(depth=100)),
    ({"depth": "0"}, ["outside 1 to 100; 1 is used"], flow(depth=1)),
    ({"depth": "3.4"}, ["whole number is needed; 3 is used"], flow(depth=3)),
    ({"width": "257"}, ["outside 1 to 256; 256 is used"], flow(width=256)),
    ({"width": "1e400"}, ["256 is used"], flow(width=256)),
    ({"seeds": "9"}, ["outside 10 to 40"], None),
    ({"seed": "-1"}, ["outside 0 to"], PLAIN),
    ({"seed": ["1", "2"]}, ["2 times", "last one"], None),
    ({"z": "9"}, ["outside -4 to 4; 4 is used"], replace(PLAIN, z=4.0)),
    ({"against": "width"}, ["against", "width", "bias, depth"], PLAIN),
    ({"rule": "lion"}, ["rule", "lion", "adam, momentum, gradient_descent"], PLAIN),
    ({"open": "9"}, ["outside 1 to 6; 6 is used"], replace(PLAIN, opened=5)),
    ({"open": "0"}, ["outside 1 to 6; 1 is used"], PLAIN),
    ({"open": "3", "c1": "tanh"}, ["outside 1 to 1"], one("tanh")),
    ({"open": "2", "curves": "none"}, ["open"], None),
    ({"c1": "rely"}, ["unknown activation ‘rely’"], one("tanh")),
    ({"c1": ""}, ["unknown activation ‘’"], one("tanh")),
    ({"c1": "tanh\0"}, ["NUL"], PLAIN),
    ({"c1": "tanh~" + "x" * 700}, ["705 characters, 600 are allowed"], PLAIN),
    ({"c1": "tanh~weight~nan"}, ["weight of Tanh", "‘nan’", "1 is used"], one("tanh")),
    ({"c1": "tanh~weight~-1"}, ["outside 0 to 100; 0 is used"], one("tanh", 0.0)),
    ({"c1": "tanh~weight~inf"}, ["outside 0 to 100; 100 is used"], one("tanh", 100.0)),
    ({"c1": "tanh~bias~11"}, ["outside 0 to 10; 10 is used"], one("tanh", bias=10.0)),
    ({"c1": "tanh~weight"}, ["not a number"], one("tanh")),
    ({"c1": "relu~slope~1"}, ["ReLU has no ‘slope’"], one("relu")),
    ({"c1": "prelu~slope~-99"}, ["outside -10 to 10"], one("prelu", slope=-10.0)),
    ({"c1": "tanh~skip~long"}, ["skip", "long", "none, plain, scaled"], one("tanh")),
    ({"c1": "tanh~skip"}, ["skip", "none, plain, scaled"], one("tanh")),
    ({"c1": "tanh~normalization~group"}, ["normalization", "group", "none, layer, batch, rms"], one("tanh")),
    ({"c1": "tanh~weights~uniform"}, ["weights", "uniform", "normal, orthogonal"], one("tanh")),
    ({"c1": "tanh~weight~3~weight~2"}, ["‘weight’ of Tanh occurs 2 times", "last one"], one("tanh", 2.0)),
    ({"c1": "tanh~skip~plain~skip~none"}, ["‘skip’ of Tanh occurs 2 times"], one("tanh")),
    ({**TIME, "t1": "rnn~activation~relu~activation~tanh"}, ["‘activation’ of RNN occurs 2 times"], cell()),
    ({"c1": "tanh~colour~red"}, ["Tanh has no ‘colour’"], one("tanh")),
    ({**TIME, "t1": "rnnn"}, ["cell", "rnnn", "rnn, lstm, gru"], cell()),
    ({**TIME, "t1": "rnn~activation~rely"}, ["unknown activation ‘rely’"], cell()),
    ({**TIME, "t1": "lstm~gate~99"}, ["gate of LSTM", "outside -10 to 10"], cell("lstm", gate=10.0)),
    ({**TIME, "t1": "gru~scale~nan"}, ["scale of GRU", "not a number"], cell("gru")),
    ({**TIME, "steps": "201"}, ["outside 1 to 200"], Gradients("time", time=TimeFlow(steps=200))),
    ({**TIME, "clip": "0"}, ["outside 0.001 to"], Gradients("time", time=TimeFlow(clip=0.001))),
    ({**TIME, "c1": "relu"}, ["c1 is no part of ‘Time’"], Gradients("time")),
    ({**TIME, "z": "2"}, ["z is no part of ‘Time’"], Gradients("time")),
    ({"t1": "gru"}, ["t1 is no part of ‘Layers’"], PLAIN),
    ({**DYING, "curves": "none"}, ["curves is no part of"], Gradients("dying")),
    ({**DYING, "rate": "0"}, ["outside 0.001 to 10"], Gradients("dying", dying=Dying(rate=0.001))),
    ({**DYING, "depth": "65"}, ["outside 1 to 64"], Gradients("dying", dying=Dying(depth=64))),
    ({**DYING, "width": "x"}, ["not a number"], None),
    ({**DYING, "steps": "1"}, ["outside 20 to 2000"], Gradients("dying", dying=Dying(steps=20))),
    ({"<script>alert(1)</script>": "1"}, ["not a part"], PLAIN),
    ({"surface": "beale"}, ["‘surface’"], PLAIN),
]  # fmt: skip


@pytest.mark.parametrize(("params", "said", "expected"), BAD, ids=[str(i) for i in range(len(BAD))])
def test_what_cannot_be_used_is_replaced_and_said(params, said, expected):
    page, notices = from_link(params)
    assert len(notices) == 1
    for words in said:
        assert words.lower() in notices[0].lower()
    assert expected is None or page == expected
    assert from_link(to_link(page))[1] == []
    if page.mode == "dying":
        assert len(page.dying.training().learners) == 3
    else:
        assert len(list(flow_live(page.time if page.mode == "time" else page.flow))[-1]) <= MAX_CURVES


@pytest.mark.parametrize("params", [{"v": "9"}, {"matter": "yes"}, {"curves": "some"}, {**DYING, "open": "4"}])
def test_nothing_is_ignored_in_silence(params):
    assert from_link(params)[1]


@pytest.mark.parametrize("params", [{"seed": "5", "seeds": "20"}, {"curves": "none"}])
def test_a_link_sets_what_is_shown_only(params):
    assert from_link({**TIME, **params})[0].flow == Flow()


WORDS = [*ACTIVATIONS, *CELLS, *NORMALIZATIONS, *SKIPS, *WEIGHTS, *NUMBERS, *CELL_NUMBERS, *MODES, *RULES, *AGAINST,
         "activation", "normalization", "skip", "weights", "1", "0.5", "40", "none", "~", "~~", "nan", "inf", "-1",
         "1e400", "\0", "%00", "☃", "x" * 700]  # fmt: skip
KEYS = ["v", "mode", "mode", "depth", "width", "seeds", "seed", "z", "against", "matter", "rule", "open", "steps",
        "rate", "clip", "curves", "at", "present", "c1", "c1", "c2", "c8", "c13",
        "t1", "t1", "t8", "x", "\0", "é", ""]  # fmt: skip


@pytest.mark.parametrize("seed", range(FUZZ // 100))
def test_no_link_fails(seed):
    rng = random.Random(seed)
    for _ in range(200):
        params = {rng.choice(KEYS): "~".join(rng.choices(WORDS, k=rng.randint(0, 6))) for _ in range(8)}
        page, notices = from_link(params)
        assert all(notice.endswith(".") for notice in notices)
        again, more = from_link(to_link(page))
        assert (described(again), more) == (described(page), [])
