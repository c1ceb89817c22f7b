"""A link is read as it stands in the address bar, where a plus is still a plus."""

import pytest
from streamlit.testing.v1 import AppTest

from frontend.blob import unpack
from tests.frontend.trainings import MAIN


def opened(room: str = "race", **params: str) -> AppTest:
    page = AppTest.from_file(MAIN, default_timeout=120)
    for key, value in params.items():
        page.query_params[key] = value
    return page.switch_page(f"rooms/{room}.py").run()


def notices(page: AppTest) -> list[str]:
    assert not page.exception
    players = [element.proto for element in page.main if getattr(element, "type", "") == "bidi_component"]
    return unpack(players[-1].bytes)["notices"]


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
