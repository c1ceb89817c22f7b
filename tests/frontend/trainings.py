"""The training room under AppTest: how a test opens it, waits for a training, and reads what the player was sent."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from frontend.player import joined

MAIN = str(Path(__file__).parents[2] / "frontend" / "main.py")
LOOKS = 1000  # at a page, after which a training has hung; each waits for the training most of a second


def opened(**params: str) -> AppTest:
    page = AppTest.from_file(MAIN, default_timeout=120)
    for key, value in {"v": "1", **params}.items():
        page.query_params[key] = value
    return page.switch_page("rooms/train.py").run()


def player(page: AppTest) -> Any:
    assert not page.exception
    return [element.proto for element in page.main if getattr(element, "type", "") == "bidi_component"][-1]


def tree_of(page: AppTest) -> dict:
    """The payload of the player, as the browser reads it."""
    assert not page.exception
    part, rest = [element.proto for element in page.main if getattr(element, "type", "") == "bidi_component"][-2:]
    return joined(part.bytes, rest.bytes)


def shown(page: AppTest) -> dict:
    """The payload of the player when the training is over, as the browser reads it."""
    for _ in range(LOOKS):
        tree = tree_of(page)
        if tree["progress"] is None:
            return tree
        page.run()
    pytest.fail("the training did not end")


def panels(tree: dict) -> dict[str, dict]:
    return {panel["id"]: panel for panel in tree["panels"]}


def choose(page: AppTest, key: str, value: Any) -> dict:
    page.sidebar.selectbox(key=key).set_value(value).run()
    return shown(page)
