"""After an act only a part of the page is drawn, and it then looks as if all of it had been."""

import random
from typing import Any, cast

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from tests.frontend.trainings import MAIN, player

ROOMS: dict[str, list[dict[str, str]]] = {
    "race": [{}, {"formula": "2x^2 + y^2"}, {"surface": "quadratic", "noise": "0.1"}],
    "train": [{"steps": "20", "n1": "mlp~depth~2~width~4"}, {"data": "parity", "steps": "20", "n1": "rnn~width~4"}],
    "gradients": [{"depth": "3", "width": "8"}, {"mode": "time"}, {"mode": "dying"}],
}
CASES = [(room, link, seed) for room, links in ROOMS.items() for link in links for seed in range(2)]
ACTS = 8


pytestmark = pytest.mark.usefixtures("warm")


def opened(room: str, link: dict[str, str]) -> AppTest:
    page = AppTest.from_file(MAIN, default_timeout=120)
    for key, value in {"v": "1", **link}.items():
        page.query_params[key] = value
    return page.run() if room == "race" else page.switch_page(f"rooms/{room}.py").run()


def rail(page: AppTest) -> list[Any]:
    """All that the rail shows, in its order: what it is, its value and the choice it offers, or the words."""
    assert not page.exception
    seen: list[Any] = []
    sidebar: Any = page.sidebar
    for element in sidebar:
        kind, proto = getattr(element, "type", ""), cast(Any, getattr(element, "proto", None))
        if kind == "bidi_component":
            seen.append((kind, proto.bytes))
        elif getattr(element, "key", None) == "drawing_seen":
            continue
        elif kind in ("slider", "number_input", "selectbox", "toggle", "text_input", "button", "button_group"):
            limits = [getattr(element, name, None) for name in ("min", "max", "options", "disabled", "help")]
            value = None if kind == "button" else getattr(element, "value", None)  # whether it was pressed is not seen
            seen.append((kind, element.key, element.label, value, limits))
        elif proto is not None:
            seen.append((kind, getattr(proto, "body", "") or getattr(proto, "label", "")))
    return seen


def act(page: AppTest, rng: random.Random) -> str:
    """Does something that a visitor can do; what it was."""
    sidebar: Any = page.sidebar
    kinds = ("slider", "number_input", "selectbox", "button", "button")
    able = [[(kind, each) for each in getattr(sidebar, kind) if not each.disabled] for kind in kinds]
    kind, widget = rng.choice(rng.choice([each for each in able if each]))
    if kind == "slider":
        widget.set_value(rng.choice([widget.min, rng.randint(int(widget.min), int(widget.max))])).run()
    elif kind == "number_input":
        new = {"seed": 7, "flow_seed": 7}.get(widget.key, widget.value + (widget.step or 1))
        widget.set_value(min(new, widget.max)).run()
    elif kind == "selectbox":
        widget.select_index(rng.randrange(len(widget.options))).run()
    else:
        widget.click().run()
    return f"{kind} {widget.key}"


@pytest.mark.parametrize(("room", "link", "seed"), CASES)
def test_a_page_drawn_in_part_is_the_page_drawn_whole(room: str, link: dict[str, str], seed: int):
    page, rng = opened(room, link), random.Random(f"{room} {link} {seed}")
    for _ in range(ACTS):
        done = act(page, rng)
        in_part = rail(page)
        assert in_part == rail(page.run()), done


def drawn(page: AppTest, patch: pytest.MonkeyPatch, do: Any) -> set[str]:
    """Keys of the rail's widgets that are drawn again for an act."""
    keys: set[str] = set()
    send = LocalScriptRunner._enqueue_forward_msg

    def told(self: LocalScriptRunner, message: ForwardMsg) -> None:
        if message.HasField("delta") and message.delta.HasField("new_element"):
            element: Any = message.delta.new_element
            name = getattr(getattr(element, element.WhichOneof("type")), "id", "")
            keys.add(name.rsplit("-", 1)[-1])
        send(self, message)

    with patch.context() as here:
        here.setattr(LocalScriptRunner, "_enqueue_forward_msg", told)
        do()
    return keys


def test_a_start_that_moves_draws_what_it_changes(monkeypatch: pytest.MonkeyPatch):
    page = opened("race", {})
    keys = drawn(page, monkeypatch, lambda: page.sidebar.number_input(key="start_x").set_value(1.5).run())
    assert {"start_x", "player", "drawing_seen"} <= keys
    assert not keys & {"chip_0", "surface", "optimizer_4", "reset"}
    assert player(page)
    chosen = drawn(page, monkeypatch, lambda: page.sidebar.button(key="chip_0").click().run())
    assert {"chip_0", "optimizer_0", "player"} <= chosen
    assert not chosen & {"start_x", "surface"}


def test_what_changes_more_draws_more(monkeypatch: pytest.MonkeyPatch):
    page = opened("race", {})
    keys = drawn(page, monkeypatch, lambda: page.sidebar.number_input(key="noise").set_value(0.5).run())
    assert {"noise", "chip_0"} <= keys, "rates are tuned for the noise"
    assert "surface" not in keys
    page = opened("train", {"steps": "20", "n1": "mlp~depth~2~width~4"})
    keys = drawn(page, monkeypatch, lambda: page.sidebar.slider(key="net0_mlp_depth_slider").set_value(3).run())
    assert {"net0_mlp_depth_slider", "net0_mlp_depth_box"} <= keys
    page.run()
    keys = drawn(page, monkeypatch, lambda: page.sidebar.button(key="reset").click().run())
    assert {"net0_mlp_depth_slider", "net0_mlp_depth_box"} <= keys
