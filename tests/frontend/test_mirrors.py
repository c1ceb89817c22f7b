"""What a browser sends before it has seen the last drawing changes nothing; what a visitor sets does."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from experiments.training_link import fitting
from tests.frontend.trainings import MAIN
from tests.frontend.trainings import opened as opened_training


def _script() -> None:
    """Lists of depths, of which every one is a slider and a box; a button forgets what was set."""
    from functools import partial

    import streamlit as st

    from frontend.mirrors import drawing, mirrored, number_of_drawing
    from frontend.run_controls import remove_button

    state = st.session_state
    state.setdefault("depths", [4, 5, 6])

    def set_depth(i: int, value: int) -> None:
        state.depths = [*state.depths[:i], value, *state.depths[i + 1 :]]

    def reset() -> None:
        state.depths = [4, 5, 6]

    def deepen() -> None:
        state.depths = [*state.depths, 7]

    def keep(last: int) -> None:
        state.depths = state.depths[:last]

    with st.sidebar, drawing("depths"):
        for i, depth in enumerate(state.depths):
            slid, typed = (
                mirrored(f"{kind}_{i}", depth, partial(set_depth, i), untold=1) for kind in ("slider", "box")
            )
            st.slider("Depth", 1, 64, key=f"slider_{i}", on_change=slid)
            st.number_input("Depth", 1, 64, key=f"box_{i}", on_change=typed)
            remove_button("Remove", f"remove_{i}", lambda i=i: state.depths.pop(i))
        st.button("Reset", key="reset", on_click=reset)
        st.button("Two", key="two", on_click=keep, args=(2,))
        st.button("Deepen", key="deepen", on_click=deepen)
    with st.sidebar:
        number_of_drawing()


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_function(_script).run()


def sent(page: AppTest) -> WidgetStates:
    """What a browser would send now of its own accord, which a timer does."""
    return page._tree.get_widget_states()


def late(page: AppTest, message: WidgetStates) -> AppTest:
    """A message arrives that was sent before what was drawn last was seen."""
    return page._run(message)


def depths(page: AppTest) -> list[int]:
    assert not page.exception
    assert [slider.value for slider in page.sidebar.slider] == page.session_state.depths
    assert [box.value for box in page.sidebar.number_input] == page.session_state.depths
    return page.session_state.depths


def press(page: AppTest, key: str) -> AppTest:
    return page.sidebar.button(key=key).click().run()


def slide(page: AppTest, i: int, value: int) -> AppTest:
    return page.sidebar.slider(key=f"slider_{i}").set_value(value).run()


def test_a_slider_and_its_box_set_one_value(page: AppTest):
    assert depths(slide(page, 1, 40)) == [4, 40, 6]
    assert depths(page.sidebar.number_input(key="box_1").set_value(41).run()) == [4, 41, 6]
    assert depths(slide(page, 1, 40)) == [4, 40, 6], "back to what it was"


def test_what_was_replaced_unseen_does_not_come_back(page: AppTest):
    slide(page, 0, 64)
    before = sent(page)
    press(page, "reset")
    assert depths(late(page, before)) == [4, 5, 6]
    assert depths(late(page, before)) == [4, 5, 6], "nor later"
    assert depths(slide(page, 0, 64)) == [64, 5, 6], "but it can be set again"


def sees(message: WidgetStates, drawing: WidgetStates) -> WidgetStates:
    """The message of a browser that undid what a drawing told a widget, while it painted the one that came then."""
    seen = next(state for state in drawing.widgets if state.id.endswith("-drawing_seen"))
    mixed = WidgetStates()
    mixed.CopyFrom(message)
    for state in mixed.widgets:
        if state.id == seen.id:
            state.CopyFrom(seen)
    return mixed


def test_what_was_told_and_undone_does_not_come_back(page: AppTest):
    slide(page, 0, 64)
    before = sent(page)
    press(page, "reset")
    once = sent(page)
    assert depths(late(page, before)) == [4, 5, 6]
    twice = sent(page)
    assert depths(late(page, sees(before, once))) == [4, 5, 6]
    assert depths(late(page, sees(before, twice))) == [4, 5, 6]
    assert depths(slide(page, 0, 64)) == [64, 5, 6], "but it can be set again"


def untold(page: AppTest, before: WidgetStates) -> WidgetStates:
    """What a browser sends that has put new widgets on the page and has not yet told them what they show."""
    known, message = {state.id for state in before.widgets}, sees(sent(page), before)
    protos = {widget.proto.id: widget.proto for widget in page.sidebar if hasattr(getattr(widget, "proto", None), "id")}
    for state in message.widgets:
        kind, proto = state.WhichOneof("value"), protos.get(state.id)
        default = getattr(proto, "default", None)
        if state.id in known or kind is None or default is None:
            continue
        if kind == "string_value":
            state.string_value = str(getattr(proto, "options", ())[default])
        elif kind == "double_array_value":
            state.double_array_value.data[:] = default
        else:
            setattr(state, kind, default)
    return message


def test_what_a_widget_stands_at_before_it_is_told_is_no_act(page: AppTest):
    """A browser puts a slider on the page at its low end, and only then sets it; a message may be sent in between."""
    before = sent(page)
    press(page, "deepen")
    page.sidebar.slider(key="slider_1").set_value(9)
    assert depths(late(page, untold(page, before))) == [4, 9, 6, 7]
    assert depths(slide(page, 3, 1)) == [4, 9, 6, 1], "but it can be set to that"


NEW = [("train", "network_0", "resnet"), ("train", "network_0", "cnn"), ("train", "dataset", "parity"),
       ("race", "optimizer_2", "adamw"), ("race", "schedule_2", "warmup_cosine"),
       ("gradients", "activation_of_layers0", "prelu")]  # fmt: skip


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize(("room", "key", "option"), NEW)
def test_no_new_control_of_a_room_says_what_it_was_not_told(room: str, key: str, option: str):
    page = AppTest.from_file(MAIN, default_timeout=120)
    if room == "train":
        page.query_params["data"] = "digits"
    page = page.switch_page(f"rooms/{room}.py").run()
    before = sent(page)
    if key == "dataset":
        _other_data(page, option)
    else:
        page.sidebar.selectbox(key=key).set_value(option).run()
    link, message = dict(page.query_params), untold(page, before)
    assert {state.id for state in message.widgets} - {state.id for state in before.widgets}
    assert dict(late(page, message).query_params) == link


def test_of_a_late_message_only_what_was_set_counts(page: AppTest):
    slide(page, 0, 64)
    page.sidebar.number_input(key="box_1").set_value(40)
    message = sent(page)
    page.sidebar.number_input(key="box_1").set_value(5)
    press(page, "reset")
    press(page, "two")
    assert depths(late(page, message)) == [4, 40]


def test_what_is_set_back_at_once_counts(page: AppTest):
    """Two steps of a keyboard, the second sent before the first was answered."""
    page.sidebar.slider(key="slider_0").set_value(5)
    one = sent(page)
    page.sidebar.slider(key="slider_0").set_value(4)
    other = sent(page)
    late(page, one)
    assert depths(late(page, other)) == [4, 5, 6]


def test_a_widget_that_is_gone_sets_nothing(page: AppTest):
    slide(page, 2, 64)
    before = sent(page)
    press(page, "two")
    assert depths(late(page, before)) == [4, 5]
    assert page.session_state.depths == [4, 5]


def test_a_widget_that_was_gone_comes_back_as_described(page: AppTest):
    slide(page, 2, 64)
    before = sent(page)
    press(page, "two")
    press(page, "reset")
    assert depths(late(page, before)) == [4, 5, 6]


def test_what_was_removed_leaves_nothing_to_the_next(page: AppTest):
    before = sent(page)
    press(page, "remove_0")
    assert depths(late(page, before)) == [5, 6]


def test_a_second_click_on_remove_takes_no_other(page: AppTest):
    page.sidebar.button(key="remove_0").click()
    click = sent(page)
    late(page, click)
    assert depths(late(page, click)) == [5, 6]
    assert depths(press(page, "remove_0")) == [6]


def _network(page: AppTest) -> WidgetStates:
    page.sidebar.selectbox(key="network_0").set_value("softmax_regression")
    message = sent(page)
    page.run()
    return message


def _reset(page: AppTest) -> WidgetStates:
    message = sent(page)
    press(page, "reset")
    return message


def _add(page: AppTest) -> WidgetStates:
    message = sent(page)
    press(page, "add_run")
    return message


def _other_data(page: AppTest, name: str = "digits") -> WidgetStates:
    message = sent(page)
    new = replace(page.session_state.training, dataset=name, data_noise=None)
    page.session_state.training = replace(new, learners=tuple(fitting(new, learner) for learner in new.learners))
    page.run()
    return message


def _other_options(page: AppTest) -> WidgetStates:
    """A loss that is chosen by a word which the new data do not offer."""
    return _other_data(page, "noisy_sine")


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("act", [_network, _reset, _add, _other_data, _other_options])
def test_no_control_of_a_training_is_set_by_what_was_on_its_way(act: Callable[[AppTest], WidgetStates]):
    page = opened_training(steps="40", noise="0.3", n1="mlp~depth~3~width~12", r1="momentum")
    message = act(page)
    right = page.session_state.training
    late(page, message)
    assert not page.exception
    assert page.session_state.training == right
