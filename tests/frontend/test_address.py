"""A link is read as it stands in the address bar, where a plus is still a plus."""

import pytest
from streamlit.testing.v1 import AppTest

from frontend import address
from tests.frontend.trainings import MAIN, tree_of


def opened(room: str = "race", **params: str) -> AppTest:
    page = AppTest.from_file(MAIN, default_timeout=120)
    for key, value in params.items():
        page.query_params[key] = value
    return page.switch_page(f"rooms/{room}.py").run()


def notices(page: AppTest) -> list[str]:
    return tree_of(page)["notices"]


def test_a_bare_plus_is_a_plus():
    """Streamlit's AppTest writes blanks as plus signs, as a browser hands on what was typed."""
    page = opened(formula="x^2 y^2", steps="20")
    assert notices(page) == ["Understood ‘x^2 y^2’ as ‘x^2+y^2’."]
    assert page.query_params["formula"] == "x^2+y^2"


@pytest.mark.parametrize("written", ["x**2 + 3*sin(y)", "x**2 - y"])
def test_what_the_page_wrote_itself_reads_as_it_was(written):
    page = opened(formula=written, steps="20")
    assert notices(page) == []
    assert page.query_params["formula"] == written


BOXES = ["999999~1000000~0~1", "-1~1~5~5.0000001", "999900~1000000~-1e6~1e6", "0~1e-6~-1e-6~0", "-1e6~-999900~0~1",
         "1000~1000.2~-0~1", "1~nan~0~1", "0~1e400~0~1"]  # fmt: skip


@pytest.mark.parametrize("box", BOXES)
def test_no_box_ends_in_the_fault_page_and_the_rail_shows_the_one_that_is_used(box):
    page = opened(formula="x*y", box=box, steps="20", x="1e300", tuned="1e6~-1e6", r1="adam")
    said = notices(page)
    used = [page.sidebar.number_input(key=f"box_{axis}{end}") for axis in "xy" for end in (0, 1)]
    assert all(float(field.min or 0) <= float(field.value or 0) <= float(field.max or 0) for field in used)
    given = [float(end) for end in box.split("~")]
    same = [field.value for field in used] == given
    assert same != any("box" in sentence.lower() for sentence in said)
    assert not [text.value for text in page.main.markdown if "could not be made" in text.value]


def test_the_rail_takes_an_end_as_far_as_the_box_stays_one():
    page = opened(formula="x*y", box="999900~1000000~0~1", steps="20", r1="adam")
    field = page.sidebar.number_input(key="box_x0")
    field.set_value(999_899.96).run()
    assert not page.exception
    assert page.query_params["box"] == "999900~1000000~0~1"
    page.sidebar.number_input(key="box_x0").set_value(-1e6).run()
    assert page.query_params["box"] == "-1000000~1000000~0~1"


NAMED = [
    ("race", {"formula": "x*y", "surface": "beale"}, "Surface has no effect beside a formula and was left out."),
    ("race", {"v": "1", "at": "abc"}, "At is ‘abc’; a whole step from 0 to 500 is needed; it was left out."),
    ("train", {"runs": "none", "r1": "adam"}, "Runs is ‘none’, so r1 was left out."),
    ("train", {"runs": "none", "example": "99999"}, "Example is ‘99999’, outside 0 to 499; 499 is used."),
    ("gradients", {"curves": "none", "at": "x"}, "At is ‘x’; a whole step from 0 to 20 is needed; it was left out."),
    ("gradients", {"mode": "time", "t1": "rnn~gate~2"}, "RNN has no ‘gate’; it was left out."),
]


@pytest.mark.parametrize(("room", "link", "said"), NAMED)
def test_what_a_link_says_in_vain_is_shown(room, link, said):
    assert notices(opened(room, **link)) == [said]


WALKS = {
    "race": [
        {"x": "1.5", "steps": "30"},
        {"surface": "himmelblau", "steps": "20", "r1": "adam"},
        {"formula": "x^2 + y^2"},
    ],
    "train": [
        {"steps": "20", "n1": "mlp~width~12"},
        {"data": "spirals", "steps": "20"},
        {"steps": "20", "example": "3"},
    ],
    "gradients": [
        {"depth": "4", "c1": "sigmoid"},
        {"depth": "5", "c1": "relu~weight~1.414"},
        {"mode": "time", "t1": "rnn"},
    ],
}


def asked(page: AppTest, **link: str) -> str:
    """The script runs again in the same session, with another query; the key of what is shown."""
    page.query_params.clear()
    for key, value in {"v": "1", **link}.items():
        page.query_params[key] = value
    return tree_of(page.run())["key"]


@pytest.mark.parametrize("room", WALKS)
def test_back_and_forward_open_what_their_link_opens(room: str, monkeypatch: pytest.MonkeyPatch):
    """Run once more it is the same."""
    fresh = [tree_of(opened(room, v="1", **link))["key"] for link in WALKS[room]]
    page = opened(room, v="1", **WALKS[room][0])
    monkeypatch.setattr(address, "went_back", lambda: True)
    for i in (1, 2, 1, 0, 2, 0):
        assert asked(page, **WALKS[room][i]) == fresh[i]
        written = dict(page.query_params)
        assert tree_of(page.run())["key"] == fresh[i]
        assert dict(page.query_params) == written


@pytest.mark.parametrize("room", WALKS)
def test_a_message_sent_before_the_last_link_came_is_no_step_back(room: str):
    page = opened(room, v="1", **WALKS[room][0])
    key, link = tree_of(page)["key"], dict(page.query_params)
    for old in WALKS[room]:
        assert asked(page, **old) == key
        assert dict(page.query_params) == link


@pytest.mark.parametrize("room", WALKS)
def test_a_visit_to_another_room_is_no_step_back(room: str):
    page = opened(room, v="1", **WALKS[room][1])
    key = tree_of(page)["key"]
    for other in WALKS:
        page.switch_page(f"rooms/{other}.py").run()
    assert tree_of(page.switch_page(f"rooms/{room}.py").run())["key"] == key
