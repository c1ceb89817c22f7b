"""The gradients room under AppTest: what it sends, what its controls change and compile, its acts, links and states."""

import json
from typing import Any

import numpy as np
import pytest
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from experiments.flow import MAX_CURVES, Measured, flow_live
from experiments.gradients import RULES, Gradients
from experiments.gradients_link import from_link
from experiments.gradients_verdict import headline, subline
from experiments.starters import GRADIENTS, Starter
from frontend.flow_panels import RANGES
from landscapes import ACTIVATIONS, NORMALIZATIONS
from landscapes.networks.through_time import CELLS
from landscapes.signal import activation_values
from tests.compilations import compilations
from tests.frontend.trainings import MAIN, choose, panels, player, shown

SMALL = {"depth": "4", "c1": "tanh", "c2": "relu~weight~1.414"}
DYING = {"mode": "dying", "steps": "40", "depth": "2", "width": "4"}
pytestmark = pytest.mark.usefixtures("warm")


def opened(**params: str) -> AppTest:
    page = AppTest.from_file(MAIN, default_timeout=120)
    for key, value in {"v": "1", **params}.items():
        page.query_params[key] = value
    return page.switch_page("rooms/gradients.py").run()


def act(page: AppTest, **what: Any) -> dict:
    """What the player sends when a visitor acts on the stage."""
    states = page._tree.get_widget_states()
    value = json.dumps([{"event": "act", "value": what}])
    states.widgets.append(WidgetState(id=_make_trigger_id(player(page).id, "events"), json_trigger_value=value))
    page._run(states)
    return shown(page)


def click(page: AppTest, key: str) -> dict:
    page.sidebar.button(key=key).click().run()
    return shown(page)


def press(page: AppTest, key: str, value: Any) -> dict:
    """Pills and segmented controls."""
    page.sidebar.button_group(key=key).set_value(value).run()
    return shown(page)


def link(page: AppTest) -> dict[str, str]:
    return dict(page.query_params.items())


def measured(page: Gradients) -> tuple[Measured, ...]:
    return list(flow_live(page.time if page.mode == "time" else page.flow))[-1]


def same(sent: np.ndarray, true: list[np.ndarray]) -> None:
    """What was sent as int16 of a logarithm is that number, to half a step of it, or the end of the scale."""
    ends = next(ends for ends in RANGES if float(np.log10(np.nanmin(sent, initial=1.0))) >= ends[0] - 4 - 1e-6)
    for got, want in zip(sent, true, strict=True):
        known = np.isfinite(want) & (want > 10.0 ** ends[0]) & (want < 10.0 ** ends[1])
        np.testing.assert_allclose(got[known], want[known], rtol=5e-3)
        np.testing.assert_array_equal(np.isnan(got), np.isnan(want))


def test_the_page_opens_on_six_networks():
    page = opened()
    tree, found = shown(page), measured(Gradients())
    assert (tree["room"], tree["notices"], tree["open"]) == ("gradients", [], 0)
    assert tree["headline"] == headline(Gradients(), found)
    assert tree["subline"] == subline(Gradients(), found)
    assert tree["clock"].items() >= {"steps": 20, "stops": None, "at": None, "present": False, "unit": "layers"}.items()
    assert [run["label"] for run in tree["runs"]][:2] == ["Tanh, σw 1", "Tanh, σw 1.6"]
    assert link(page) == {"v": "1"}
    assert len(player(page).SerializeToString()) < 200_000


def flow_fits(tree: dict, page: Gradients) -> None:
    found, sent = measured(page), panels(tree)
    same(tree["series"]["gradient"], [each.median for each in found])
    same(tree["series"]["low"], [each.band[0] for each in found])
    same(tree["series"]["high"], [each.band[1] for each in found])
    nothing = np.full(tree["clock"]["steps"] + 1, np.nan)
    same(tree["series"]["theory"], [nothing if each.theory is None else each.theory for each in found])
    factors = [float(end["text"].removeprefix("×")) for end in sent["flow"]["ends"]]
    np.testing.assert_allclose(factors, [each.factor for each in found], rtol=6e-3)
    assert [run["diverged"] for run in tree["runs"]] == [None] * len(found)


def layers_fit(tree: dict, page: Gradients) -> None:
    flow, sent = page.flow, panels(tree)
    for item in sent["explorer"]["items"]:
        curve = flow.curves[item["run"]]
        value, slope = activation_values(curve.activation, np.array([page.z]), curve.slope)
        assert (item["value"], item["slope"]) == (value[0], slope[0])
        assert np.isfinite(item["values"]).all()
    assert len(sent["explorer"]["items"]) == len({(curve.activation, curve.slope) for curve in flow.curves})
    here = flow.curves[page.opened]
    plain = [i for i, c in enumerate(flow.curves) if (c.activation, c.slope) == (here.activation, here.slope)
             and (c.normalization, c.skip) == ("none", "none")]  # fmt: skip
    dots = {dot["run"]: (dot["x"], dot["y"]) for dot in sent["phase"]["dots"]}
    assert dots == {i: (flow.curves[i].weight, flow.curves[i].bias) for i in plain}
    lines = dict(zip(sent["factors"]["lines"]["names"], sent["factors"]["lines"]["values"], strict=True))
    product = np.prod([values for name, values in lines.items() if name != "Product"], 0)
    np.testing.assert_allclose(product, lines["Product"], rtol=2e-3)
    assert sent["outputs"]["counts"].shape == sent["inputs"]["counts"].shape == (1, flow.depth, 24)


@pytest.mark.parametrize("starter", GRADIENTS, ids=lambda each: each.title)
def test_every_starter_shows_the_experiments_numbers(starter):
    page = opened(**starter.link)
    tree, described = shown(page), from_link(starter.link)[0]
    assert not tree["notices"]
    assert tree["starters"][tree["starter"]]["title"] == starter.title
    if described.mode == "dying":
        dead = tree["series"]["dead"]
        said = float(panels(tree)["dead"]["ends"][0]["text"].rstrip("%")) / 100
        assert dead[0][0] < dead[0][-1] == pytest.approx(said, abs=1e-3)
        assert f"{round(48 * float(dead[0][-1]))} of 48 ReLU units are dead" in tree["headline"]
        return
    assert tree["headline"] == headline(described, measured(described))
    flow_fits(tree, described)
    if described.mode == "layers":
        layers_fit(tree, described)
    else:
        norms = [each.weights for each in measured(described)]
        np.testing.assert_allclose(tree["series"]["weights"][:, 1:], np.array(norms)[:, 1:], rtol=5e-3)
        assert (tree["series"]["clipped"] <= 1.003).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_alone(name):
    tree, described = shown(opened(depth="6", c1=name)), from_link({"depth": "6", "c1": name})[0]
    assert not tree["notices"]
    assert [run["label"] for run in tree["runs"]] == [ACTIVATIONS[name].title]
    flow_fits(tree, described)
    layers_fit(tree, described)


def move_sliders(page: AppTest, count: Any = lambda: 0) -> None:
    """Every slider to both of its ends: another picture, another link, and nothing compiled."""
    for key in [str(slider.key) for slider in page.sidebar.slider]:
        slider: Any = page.sidebar.slider(key=key)
        for end in (slider.min, slider.max):
            before, where, now = shown(page)["key"], link(page), page.sidebar.slider(key=key).value
            page.sidebar.slider(key=key).set_value(end).run()
            after = shown(page)
            if now != end:
                assert after["key"] != before, (key, end)
                assert link(page) != where, (key, end)
            assert count() == 0, (key, end)
        page.sidebar.slider(key=key).set_value(slider.value).run()
        shown(page)


def test_the_sliders_of_layers_move_the_picture_and_compile_nothing():
    with compilations() as count:
        move_sliders(opened(depth="4", c1="prelu", c2="tanh"), count)
    assert count() == 0


def test_the_sliders_of_time_move_the_picture_and_compile_nothing():
    with compilations() as count:
        move_sliders(opened(mode="time", t1="rnn", t2="lstm"), count)
        move_sliders(opened(mode="time", t1="gru", steps="5"), count)
    assert count() == 0


def test_the_sliders_of_dying_move_the_picture_and_compile_nothing():
    with compilations() as count:
        page = opened(**DYING)
        for key, value in (("dying_rate_slider", 0), ("dying_rate_slider", 240), ("dying_depth_slider", 1),
                           ("dying_depth_slider", 64), ("dying_width_slider", 64), ("dying_width_slider", 1),
                           ("dying_steps_slider", 60)):  # fmt: skip
            before, where = shown(page)["key"], link(page)
            page.sidebar.slider(key=key).set_value(value).run()
            assert shown(page)["key"] != before, key
            assert link(page) != where, key
            assert count() == 0, (key, value)
        assert press(page, "dying_open", 2)["open"] == 2
        assert link(page)["open"] == "3"
        page.sidebar.number_input(key="dying_seed").set_value(3).run()
        shown(page)
    assert count() == 0


def test_every_choice_moves_the_picture_and_compiles_nothing():
    with compilations() as count:
        page = opened(**SMALL)
        shelves = {"normalization_of_layers0": NORMALIZATIONS, "skip_of_layers0": ("plain", "scaled"),
                   "weights_of_layers0": ("orthogonal",), "activation_of_layers0": ACTIVATIONS}  # fmt: skip
        for key, shelf in shelves.items():
            shown_, places = [], []
            for name in shelf:
                shown_.append(choose(page, key, name)["series"]["gradient"][0].tobytes())
                places.append(str(link(page)))
                assert count() == 0, (key, name)
            assert len(set(shown_)) == len(set(places)) == len(shelf), key
        cells = opened(mode="time", steps="5", t1="rnn")
        trees = [choose(cells, "activation_of_time0", name) for name in ACTIVATIONS]
        assert len({tree["series"]["gradient"].tobytes() for tree in trees}) == len(ACTIVATIONS)
        for name in CELLS:
            choose(cells, "cell_of_time0", name)
            assert link(cells)["t1"].startswith(name)
    assert count() == 0


def test_no_width_compiles():
    page = opened(**SMALL)
    with compilations() as count:
        for width in (1, 64, 65, 200, 256):
            page.sidebar.slider(key="flow_width_slider").set_value(width).run()
            assert shown(page)["subline"].startswith(f"Dense nets at initialisation, {width} unit")
            assert link(page).get("width", "64") == str(width)
            assert count() == 0, width


def test_networks_are_added_opened_and_removed():
    page = opened(**SMALL)
    with compilations() as count:
        tree = click(page, "add_run")
        assert (len(tree["runs"]), tree["open"], link(page)["open"]) == (3, 2, "3")
        assert link(page)["c3"] == "sigmoid"
        assert click(page, "chip_0")["open"] == 0
        assert panels(shown(page))["phase"]["title"] == "Phase map, Tanh"
        assert [run["label"] for run in click(page, "remove_curve_0")["runs"]] == ["ReLU", "Sigmoid"]
        for _ in range(MAX_CURVES - 2):
            click(page, "add_run")
        assert page.sidebar.button(key="add_run").disabled
        assert len(shown(page)["runs"]) == MAX_CURVES
    assert count() == 0


def test_the_weight_follows_the_activation_where_it_was_the_usual_one():
    page = opened(**SMALL)
    choose(page, "activation_of_layers0", "relu")
    assert link(page)["c1"] == "relu~weight~1.414"
    choose(other := opened(depth="4", c1="tanh~weight~1.3"), "activation_of_layers0", "relu")
    assert link(other)["c1"] == "relu~weight~1.3"


def test_modes_starters_and_the_way_back():
    page = opened(**SMALL)
    before = shown(page)["key"]
    assert press(page, "mode", "time")["clock"]["unit"] == "steps"
    assert link(page)["mode"] == "time"
    assert "dead" in panels(press(page, "mode", "dying"))
    assert press(page, "mode", "layers")["key"] == before, "the networks are as they were left"
    tree = act(page, kind="begin", starter=3)
    assert tree["key"] == shown(opened(**GRADIENTS[3].link))["key"]
    press(page, "mode", "time")
    assert click(page, "reset")["key"] == tree["key"], "back to the starter that was begun"


def test_the_map_against_depth():
    page = opened(**SMALL)
    assert panels(shown(page))["phase"]["movable"]
    phase = panels(press(page, "against", "depth"))["phase"]
    assert link(page)["against"] == "depth"
    assert (phase["box"][1], phase["dots"], phase["movable"]) == ([1.0, 100.0], [], False)
    assert phase["lines"][0]["label"] == "depth scale, of squares"
    half = phase["values"][:, 0] / np.linspace(1, 100, len(phase["values"]))
    np.testing.assert_allclose(half, half[0], rtol=1e-4)  # so many layers, so many times the factor
    assert half[0] == pytest.approx(np.log10(0.4), abs=1e-3), "a tanh of small weights is the identity"


def test_a_click_on_the_map_moves_the_open_network():
    page = opened(**SMALL)
    tree = act(page, kind="place", x=1.23456, y=0.5)
    assert link(page)["c1"] == "tanh~weight~1.235~bias~0.5"
    assert panels(tree)["phase"]["dots"] == [{"run": 0, "x": 1.235, "y": 0.5, "label": "Tanh, deep ×0.881"}]
    flow_fits(tree, from_link(link(page))[0])
    act(page, kind="place", x=99.0, y=-1.0)
    assert link(page)["c1"] == "tanh~weight~1.235~bias~0.5", "no click lies beyond the map's edge"


def test_the_explorers_line_is_a_part_of_the_link():
    page = opened(**SMALL)
    explorer = panels(act(page, kind="explore", z=-2.5))["explorer"]
    assert (link(page)["z"], explorer["at"]) == ("-2.5", -2.5)
    relu = next(item for item in explorer["items"] if item["label"] == "ReLU")
    assert (relu["value"], relu["slope"]) == (0.0, 0.0)
    for z in (4, 77):  # no drag leads to 77
        act(page, kind="explore", z=z)
    assert link(page)["z"] == "4"


def test_no_networks_are_a_state_not_a_fault():
    page = opened(curves="none")
    tree = shown(page)
    assert tree["runs"] == []
    assert tree["headline"] == "No network yet: add one to see what reaches its first layer."
    assert tree["empty"] == {"text": "+ Add a network", "action": "add", "words": ""}
    assert len(act(page, kind="add")["runs"]) == 1
    assert link(page)["c1"] == "relu~weight~1.414"
    assert shown(page)["empty"] is None
    assert click(page, "remove_curve_0")["empty"] is not None
    assert link(page) == {"v": "1", "curves": "none"}
    assert shown(opened(curves="none", matter="1"))["empty"] is not None


BAD = [
    ({"c1": "rely"}, "‘rely’"),
    ({"mode": "tim"}, "layers, time, dying"),
    ({"mode": "time", "t1": "rnnn"}, "rnn, lstm, gru"),
    ({"c1": "tanh~skip~<b>x</b>"}, "<b>x</b>"),
    ({"c1": "tanh~weight~nan"}, "not a number"),
    ({"depth": "1e400"}, "outside 1 to 100"),
    ({"c1": "tanh\0"}, "NUL"),
    ({"open": "7"}, "outside 1 to 6"),
    ({"surface": "beale"}, "‘surface’"),
    ({"mode": "dying", "depth": "2", "steps": "19"}, "outside 20 to 2000"),
]


@pytest.mark.parametrize(("params", "said"), BAD, ids=[str(i) for i in range(len(BAD))])
def test_a_bad_link_gives_a_picture_and_a_notice(params, said):
    page = opened(**params)
    tree = shown(page)
    assert len(tree["notices"]) == 1
    assert said in tree["notices"][0]
    assert np.isfinite(tree["series"]["dead" if params.get("mode") == "dying" else "gradient"]).any()
    if params.get("mode") is None:
        page.sidebar.slider(key="flow_depth_slider").set_value(3).run()
        assert not shown(page)["notices"], "what a link had wrong is no longer of interest"


def test_a_hundred_sigmoid_layers_fill_the_chart():
    tree = shown(opened(depth="100", c1="sigmoid"))
    low, high = panels(tree)["flow"]["figure"]["layout"]["yaxis"]["range"]
    gradient = tree["series"]["gradient"][0]
    assert np.isfinite(gradient).all()
    assert ((np.log10(gradient) > low) & (np.log10(gradient) < high)).all()
    assert np.log10(gradient[-1]) == pytest.approx(-63, abs=1.5)
    assert panels(tree)["flow"]["rules"][0]["label"].startswith("float32 underflow")
    assert "Float32 would hold zeros from 7" in tree["subline"]


def test_a_signal_that_explodes_is_shown_as_such():
    tree = shown(opened(depth="30", c1="relu~weight~100", c2="tanh"))
    assert panels(tree)["flow"]["ends"][0] == {"text": "overflow", "note": "signal, layer 21"}
    assert np.isnan(tree["series"]["gradient"][0][1:]).all()
    assert np.isfinite(tree["series"]["gradient"][1]).all()
    assert "ReLU explodes: its signal leaves float32 at layer 21." in tree["headline"]


@pytest.mark.parametrize("extreme", ["tanh~weight~0", "tanh~bias~10", "prelu~slope~-10", "elu~slope~10~weight~100",
                                     "sine~weight~100", "relu~weight~100~normalization~batch~skip~scaled"])  # fmt: skip
def test_extremes_are_drawn(extreme):
    for more in ({}, {"width": "1"}, {"depth": "1", "against": "depth"}):
        tree = shown(opened(c1=extreme, **more))
        assert not tree["notices"]
        assert len(tree["runs"]) == 1


def test_whether_it_matters_with_every_rule_compiles_nothing():
    with compilations() as count:
        page = opened(depth="3", width="16", c1="tanh", c2="relu~weight~1.414~skip~plain")
        tree = click(page, "matter")
        assert (link(page)["matter"], tree["clock"]["steps"]) == ("1", 400)
        assert [run["label"] for run in tree["runs"]] == ["Tanh", "ReLU"]
        right = [f"{100 * row[np.isfinite(row)][-1]:.1f} %" for row in tree["series"]["valid_accuracy"]]
        said = [end["text"] for end in panels(tree)["accuracy"]["ends"]]
        assert said == right == [each for each in right if each in tree["headline"]]
        assert {"accuracy", "bars0", "bars1", "heat", "units"} <= set(panels(tree))
        assert count() == 0
        assert len({choose(page, "matter_rule", rule)["key"] for rule in RULES}) == len(RULES)
        assert link(page)["rule"] == RULES[-1]
        assert "gradient" in click(page, "matter")["series"]
        assert "matter" not in link(page)
    assert count() == 0


def test_extreme_networks_train_or_say_why_not():
    page = opened(depth="100", width="256", c1="tanh~weight~0", c2="prelu~slope~-10", c3="tanh~bias~10", matter="1")
    tree = shown(page)
    assert not page.warning
    assert tree["runs"][1]["diverged"] is not None
    assert "64" in tree["subline"]


@pytest.mark.parametrize("starter", GRADIENTS, ids=lambda each: each.title)
def test_no_two_rows_of_the_rail_read_alike(starter: Starter):
    rows = [each.label for each in opened(**starter.link).sidebar.button if str(each.key).startswith("chip_")]
    assert len(rows) == len(set(rows))


def test_the_rooms_do_not_touch_each_other():
    key = shown(page := opened(**SMALL))["key"]
    for room in ("race", "gradients"):
        page.switch_page(f"rooms/{room}.py").run()
    assert shown(page)["key"] == key
