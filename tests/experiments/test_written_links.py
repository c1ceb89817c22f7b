"""Links as people write, paste and send them: read as they are meant where that is plain, and said in one sentence."""

import os
import random
import re
from urllib.parse import parse_qs, quote, urlencode

import pytest

from experiments import gradients_link, race_link, training_link
from experiments.aliases import KNOBS, NAMES, PARAMETERS, is_tracking, letters
from experiments.codec import LOOSE, MAX_VALUE, MOST_UNDERSTOOD
from experiments.flow import CELL_NUMBERS
from experiments.flow import NUMBERS as CURVE_NUMBERS
from experiments.query import Field, readings, typed
from experiments.race import DEFAULT_RUNS, Race, Run
from experiments.training_link import CHOICES, NUMBERS
from experiments.view import View, view_of
from landscapes import DATASETS, NETWORKS, SURFACES
from optimizers import OPTIMIZERS, SCHEDULES
from tests.experiments.link_corpus import ROOMS
from tests.experiments.link_mutants import mutants, smudged

FUZZ = int(os.environ.get("LINK_FUZZ", "300"))  # links of each room; full size: LINK_FUZZ=20000
WRITE = {"race": race_link.to_link, "train": training_link.to_link, "gradients": gradients_link.to_link}

MEANT = {
    "race": [
        ("formula=x^2+y^2", "formula=x^2%2By^2"),
        ("formula=x^2%20+%20y^2", "formula=x^2%20%2B%20y^2"),
        ("formula=x^2+++y^2", "formula=x^2%20%2B%20y^2"),
        ("formula=(x-1)^2+(y+2)^2", "formula=(x-1)^2%2B(y%2B2)^2"),
        ("v=1&formula=x**2+%2B+3*sin(y)+x", "formula=x**2%20%2B%203*sin(y)%2Bx"),
        ("v=1&formula=x**2+%2B+3*sin(y)+-+x+2", "formula=x**2%20%2B%203*sin(y)%20-%20x%2B2"),
        ("formula=1e+3*x+y", "formula=1e%2B3*x%2By"),
        ("formula=x^2%252By^2", "formula=x^2%2By^2"),
        ("formula=x%255E2+y%255E2", "formula=x^2%2By^2"),
        ("formula=x**2%2520%252B%2520y", "formula=x**2%20%2B%20y"),
        ("formula=x**2-y**2)", "formula=x**2-y**2"),
        ("formula=sin(x)*cos(y)).", "formula=sin(x)*cos(y)"),
        ("f=x**2-y", "formula=x**2-y"),
        ("function=x**2-y", "formula=x**2-y"),
        ("function=Himmelblau", "surface=himmelblau"),
        ("formula=x*y&box=-3,3,-2,2", "formula=x*y&box=-3~3~-2~2"),
        ("surface=beale&amp;steps=100&amp;noise=0.5", "surface=beale&steps=100&noise=0.5"),
        ("surface=beale&amp;amp;steps=100", "surface=beale&steps=100"),
        ("surface%3Dbeale&steps=10", "surface=beale&steps=10"),
        ("?surface=beale&steps=10", "surface=beale&steps=10"),
        ("surface=Himmelblau", "surface=himmelblau"),
        ("surface=himmelblau.", "surface=himmelblau"),
        ("surface=himmelblau)", "surface=himmelblau"),
        ("surface=himmelblau%3E", "surface=himmelblau"),
        ("surface=%22himmelblau%22", "surface=himmelblau"),
        ("surface=Six-hump+camel", "surface=six_hump_camel"),
        ("surface=Styblinski–Tang", "surface=styblinski_tang"),
        ("surface=banana", "surface=rosenbrock"),
        ("SURFACE=beale", "surface=beale"),
        ("Surface=Beale&Steps=20", "surface=beale&steps=20"),
        ("iterations=700", "steps=700"),
        ("num-steps=700", "steps=700"),
        ("steps=1,000", "steps=1000"),
        ("steps=1e3.", "steps=1000"),
        ("seed=12)", "seed=12"),
        ("x=−1.2&y=1", "x=-1.2&y=1"),
        ("start=1,2", "x=1&y=2"),
        ("noise=1e+2", "noise=100"),
        ("r1=sgd", "r1=gradient_descent"),
        ("r1=Adam", "r1=adam"),
        ("r1=RMSprop&r2=NAG&r3=heavy-ball", "r1=rmsprop&r2=nesterov&r3=momentum"),
        ("r1=L-BFGS&r2=adam_w", "r1=lbfgs&r2=adamw"),
        ("r1=adam~lr~0.05", "r1=adam~learning_rate~0.05"),
        ("r1=adam~learning-rate~0.05", "r1=adam~learning_rate~0.05"),
        ("r1=adam~Learning_Rate~0.05).", "r1=adam~learning_rate~0.05"),
        ("r1=adam~beta1~0.8~beta_2~0.99~epsilon~1e-6", "r1=adam~b1~0.8~b2~0.99~eps~1e-6"),
        ("r1=momentum~lr~0.001~beta~0.95", "r1=momentum~learning_rate~0.001~momentum~0.95"),
        ("r1=polyak_sgd~lr~0.5", "r1=polyak_sgd~max_learning_rate~0.5"),
        ("r1=adam%257Elearning_rate%257E0.05", "r1=adam~learning_rate~0.05"),
        ("r1=adam∼learning_rate∼0.05", "r1=adam~learning_rate~0.05"),
        ("r1=adam,lr=0.05", "r1=adam~learning_rate~0.05"),
        ("r1=Adam(lr=0.05)", "r1=adam~learning_rate~0.05"),
        ("r1=adam:learning_rate=0.05:cosine", "r1=adam~learning_rate~0.05~cosine"),
        ("r1=adam~cosine_annealing", "r1=adam~cosine"),
        ("r1=adam~schedule~Cosine", "r1=adam~cosine"),
        ("r1=adam~one_cycle~peak_at~0.4", "r1=adam~one_cycle~one_cycle.peak_at~0.4"),
        ("r1=adam~clip_norm~2", "r1=adam~clip~2"),
        ("optimizer=adam", "r1=adam"),
        ("optimizers=adam,sgd", "r1=adam&r2=gradient_descent"),
        ("optimizer=adam&optimizer=momentum", "r1=adam&r2=momentum"),
        ("optimizer=Adam&lr=0.01", "r1=adam~learning_rate~0.01"),
        ("r1=adam&learning_rate=0.01", "r1=adam~learning_rate~0.01"),
        ("surface=quadratic&shape=condition=100,angle=30", "surface=quadratic&shape=condition~100~angle~30"),
        ("runs=None", "runs=none"),
    ],
    "train": [
        ("data=Moons", "data=moons"),
        ("dataset=spirals", "data=spirals"),
        ("data=Licence text", "data=characters"),
        ("n1=Dense~layers~3", "n1=mlp~depth~3"),
        ("n1=mlp~activation~ReLU~init~xavier_normal", "n1=mlp~activation~relu~initializer~glorot_normal"),
        ("n1=mlp~activation~swish~batch_size~64", "n1=mlp~activation~silu~batch~64"),
        ("n1=mlp~residual~true", "n1=mlp~residual~1"),
        ("n1=mlp~normalization~LayerNorm", "n1=mlp~normalization~layer"),
        ("n1=mlp&r1=SGD~lr~0.1", "n1=mlp&r1=gradient_descent~learning_rate~0.1"),
        ("data=digits&model=CNN&optimizer=Adam&lr=0.001&depth=2",
         "data=digits&n1=cnn~depth~2&r1=adam~learning_rate~0.001"),
        ("steps=1,000", "steps=1000"),
        ("data=digits&amp;n1=cnn", "data=digits&n1=cnn"),
        ("data=parity&shape=length:8", "data=parity&shape=length~8"),
    ],
    "gradients": [
        ("c1=ReLU", "c1=relu"),
        ("activations=relu,tanh", "c1=relu&c2=tanh"),
        ("c1=relu~norm~batchnorm", "c1=relu~normalization~batch"),
        ("c1=tanh~weight~1.4)", "c1=tanh~weight~1.4"),
        ("mode=Time&t1=LSTM", "mode=time&t1=lstm"),
        ("mode=Dying units&rate=1", "mode=dying&rate=1"),
        ("matter=true", "matter=1"),
        ("matter=1&rule=sgd", "matter=1&rule=gradient_descent"),
        ("Depth=30&amp;width=32", "depth=30&width=32"),
    ],
}  # fmt: skip
EACH = [(room, written, spelled) for room, pairs in MEANT.items() for written, spelled in pairs]


@pytest.mark.parametrize(("room", "written", "spelled"), EACH)
def test_a_link_is_read_as_it_is_meant_and_says_so_once(room, written, spelled):
    *read, notices = ROOMS[room](written)
    *expected, none = ROOMS[room](spelled)
    assert read == expected
    assert none == []
    assert len(notices) == 1
    assert notices[0].startswith("Understood ")


TRACKING = ("utm_source=a&utm_campaign=b", "fbclid=1", "gclid=1", "msclkid=1", "mc_cid=1&mc_eid=2", "igshid=1", "si=x",
            "ref=news", "_ga=1.2", "yclid=1", "dclid=1", "twclid=1", "ttclid=1", "_hsenc=1&_hsmi=2", "vero_id=1",
            "UTM_Source=a", "amp;utm_medium=b", "embed=true", "embed_options=dark", "utm_id=1&utm_id=2")  # fmt: skip
"""What others add to any link."""


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("added", TRACKING)
def test_what_others_add_is_ignored_in_silence(room, added):
    link = "v=1&seed=4"
    assert ROOMS[room](f"{link}&{added}") == ROOMS[room](link)
    assert ROOMS[room](parse_qs(f"{link}&{added}")) == ROOMS[room](link)


def test_no_room_knows_a_parameter_that_is_ignored():
    known = {*race_link._KNOWN, *training_link._KNOWN, *gradients_link._KNOWN, *PARAMETERS, *LOOSE}
    assert not [key for key in known if is_tracking(key)]


AS_BEFORE = [
    ("race", "noise=0,5", "which is not a number; 0 is used"),  # 0.5 or 5?
    ("race", "noise=1,000", "which is not a number; 0 is used"),
    ("race", "r1=adam~alpha~0.1", "Adam has no ‘alpha’"),
    ("race", "r1=adam~weight_decay~0.1", "Adam has no ‘weight_decay’"),  # l2 or decoupled?
    ("race", "r1=adam~beta~0.5", "Adam has no ‘beta’"),
    ("race", "surface=camel", "unknown surface ‘camel’"),
    ("race", "r1=adamm", "unknown optimizer ‘adamm’"),
    ("race", "lr=0.1", "‘lr’ is not a part"),
    ("race", "r1=adam&r2=sam&lr=0.1", "‘lr’ is not a part"),
    ("train", "n1=mlp~initializer~he", "unknown initializer ‘he’"),
    ("train", "n1=mlp~residual~maybe", "residual of Dense is ‘maybe’"),
    ("race", "formula=sin(x", "the formula in this link cannot be used"),
    ("race", "formula=.&box=0~1~0~1", "the formula in this link cannot be used"),
]


@pytest.mark.parametrize(("room", "link", "said"), AS_BEFORE)
def test_what_could_mean_several_things_is_said(room, link, said):
    *_, notices = ROOMS[room](link)
    assert len(notices) == 1
    assert said.lower() in notices[0].lower()


def test_an_empty_formula_leaves_no_box_behind():
    race, notices = race_link.from_link("formula=&box=-1~1~-1~1&surface=beale")
    assert race == Race("beale")
    assert notices == ["The formula in this link is empty and was left out, and so was its box."]


@pytest.mark.parametrize("formula", ["x**2 - y**2", "x**2 + 3*sin(y)", "max(x, y)", "x - 3", "2*x * y"])
def test_blanks_of_links_of_this_page_stay_blanks(formula):
    link = urlencode(race_link.to_link(Race(formula=formula)))
    assert race_link.from_link(link) == (Race(formula=formula), [])


def test_a_blank_between_factors_is_never_written_as_a_plus():
    """Streamlit writes a blank as a plus sign; where no operator stands beside it, it would be read as one."""
    written = race_link.to_link(Race(formula="2 x - y z + sin x"))["formula"]
    assert written == "2\u00a0x - y\u00a0z + sin\u00a0x"
    assert next(readings(Field(written, typed(urlencode({"": written})[1:], edited=True)))) == "2 x - y z + sin x"


@pytest.mark.parametrize("value", ["-0", "-0.0", " -0e5"])
def test_there_is_no_negative_zero(value):
    race, _ = race_link.from_link(
        {"x": value, "y": value, "noise": value, "formula": "x", "box": f"{value}~1~{value}~1"}
    )
    assert "-0" not in repr(race)


def test_clipping_at_infinity_is_none():
    assert race_link.from_link("r1=adam~clip~inf") == (Race(runs=(Run("adam"),)), [])


def test_many_spellings_are_one_sentence():
    link = "&".join(f"R{i}=ADAM~LR~0.0{i}~BETA1~0.{i}" for i in range(1, 9))
    race, notices = race_link.from_link(link)
    assert [dict(run.hyperparams)["learning_rate"] for run in race.runs] == [i / 100 for i in range(1, 9)]
    assert len(notices) == 1
    assert notices[0].count(" as ") == MOST_UNDERSTOOD
    assert "more spellings" in notices[0]


HOSTILE = ["<img src=x onerror=alert(1)>" * 4, "\u202eadam", "a\nb\tc", "**Adam**" * 9, "\x1b[31m", "adam,<b>lr</b>=1"]
KEYS = ["surface", "data", "mode", "r1", "n1", "c1", "optimizer", "activation", "steps", "shape", "start", "formula"]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("room", ROOMS)
def test_what_a_stranger_wrote_is_short_and_printable_when_it_is_said(room, hostile):
    for key in (*KEYS, hostile, f"amp;{hostile}"):
        for link in (f"{quote(key)}={quote(hostile)}", {key: hostile}, {key: [hostile, "Adam"]}):
            *_, notices = ROOMS[room](link)
            quoted = [part.split("’")[0] for notice in notices for part in notice.split("‘")[1:]]
            assert all(text.isprintable() and len(text) <= 41 for text in quoted)
            assert all(notice.isprintable() for notice in notices)
            assert not re.search("[<>*]", re.sub("‘.*?’", "", " ".join(notices)))


def test_every_alias_means_one_thing_that_there_is():
    shelves = {"surface": SURFACES, "optimizer": OPTIMIZERS, "schedule": SCHEDULES, "data": DATASETS,
               "network": NETWORKS, **CHOICES}  # fmt: skip
    for kind, names in NAMES.items():
        own = {letters(name): name for name in shelves[kind]}
        own |= {letters(entry.title): name for name, entry in shelves[kind].items()}
        assert set(names.values()) <= set(shelves[kind])
        assert all(own.get(letters(alias), name) == name for alias, name in names.items())
        assert len({letters(alias) for alias in names}) == len(names)
    numbers = {*LOOSE, *NUMBERS, *CHOICES, *CURVE_NUMBERS, *CELL_NUMBERS, "depth", "width", "batch", "residual"}
    numbers |= {name for entry in SURFACES.values() for name in entry.shape_params}
    assert {name for names in KNOBS.values() for name in names} <= numbers


def test_every_title_is_a_name():
    for name, entry in SURFACES.items():
        assert race_link.from_link({"surface": entry.title})[0] == Race(name)
    for name, entry in OPTIMIZERS.items():
        assert race_link.from_link({"r1": entry.title})[0] == Race(runs=(Run(name),))
    for name, entry in DATASETS.items():
        assert training_link.from_link({"data": entry.title})[0] == training_link.from_link({"data": name})[0]


@pytest.mark.parametrize("room", ROOMS)
def test_a_link_that_was_read_and_written_reads_the_same(room):
    for params in mutants(random.Random(f"mutant of {room}"), room, FUZZ * 4):
        *description, notices = ROOMS[room](params)
        assert all(notice.endswith(".") and notice.isprintable() for notice in notices)
        link = WRITE[room](*description)
        assert max(map(len, link.values()), default=0) <= MAX_VALUE
        assert len(urlencode(link)) < 2000
        for written in (link, urlencode(link), urlencode(link, quote_via=quote)):
            again = ROOMS[room](written)
            assert again == (*description, [])
            assert repr(again) == repr((*description, []))


@pytest.mark.parametrize("room", ROOMS)
def test_no_smudged_link_fails(room):
    """Raw queries with characters changed, cut, doubled and put in."""
    for query in smudged(random.Random(f"smudged {room}"), room, FUZZ * 2):
        *description, notices = ROOMS[room](query)
        assert sum(notice.startswith("Understood ") for notice in notices) <= 1
        assert ROOMS[room](urlencode(WRITE[room](*description))) == (*description, [])
        view_of(query)


def test_the_view_is_read_off_a_raw_query_too():
    assert view_of("v=1&amp;at=12&Present=true") == View(12, True)
    assert view_of("at=12.") == View(12)
    assert race_link.from_link("v=1&at=12&present=1") == (Race(runs=DEFAULT_RUNS), [])
