"""What the training room sends to its player: the run's own numbers, for every data set and every network."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.training import GRID, Learner, Training, run
from experiments.training_link import fitting, from_link
from experiments.training_verdict import headline, subline
from landscapes import ACTIVATIONS, DATASETS, INITIALIZERS, LOSSES, NETWORKS, NORMALIZATIONS, NetworkLoss
from landscapes.dataset import Examples
from tests.compilations import compilations
from tests.frontend.trainings import choose, opened, panels, player, shown

pytestmark = pytest.mark.usefixtures("warm")


def test_the_page_opens_on_the_default_training():
    page = opened()
    tree, result = shown(page), run(Training())
    one = result.runs[0]
    assert tree["room"] == "train"
    assert tree["headline"] == headline(result)
    assert tree["subline"] == subline(result)
    assert [run["label"] for run in tree["runs"]] == ["Adam"]
    assert tree["clock"] == {
        "steps": 600,
        "stops": None,
        "at": None,
        "present": False,
        "tell": False,
        "begun": 0,
        "done": 600,
    }
    assert set(tree["steps"]) == {"train", "valid", "train_accuracy", "valid_accuracy"}
    for steps in tree["steps"].values():
        np.testing.assert_array_equal(steps, [one.at])
    np.testing.assert_allclose(tree["series"]["batch"][0], one.trajectory.loss, rtol=1e-6)
    np.testing.assert_allclose(tree["series"]["train"][0], one.frames.loss[:, 0], rtol=1e-6)
    np.testing.assert_allclose(tree["series"]["valid"][0], one.frames.loss[:, 1], rtol=1e-6)
    np.testing.assert_allclose(tree["series"]["valid_accuracy"][0], one.frames.accuracy[:, 1], rtol=1e-6)
    assert dict(page.query_params.items()) == {"v": "1"}
    assert not tree["notices"]


def test_the_layers_that_are_sent_are_those_of_the_run():
    tree, one = shown(opened()), run(Training()).runs[0]
    sent, norms = panels(tree), one.trajectory.layers
    assert norms is not None
    rows = [0, 1, 2, 3, -1]
    assert sent["heat"]["rows"] == ["layer 1", "layer 2", "layer 3", "layer 4", "output"]
    steps = sent["heat"]["steps"]
    grads, weights = (norms[steps, what][:, rows].T for what in (0, 1))
    np.testing.assert_allclose(sent["heat"]["values"], np.clip(grads, 1e-11, None), rtol=2e-3)
    np.testing.assert_allclose(sent["weight"]["values"], weights, rtol=2e-3)
    np.testing.assert_allclose(sent["ratio"]["values"], norms[steps, 2][:, rows].T / weights, rtol=2e-3)
    np.testing.assert_array_equal(sent["bars"]["values"], sent["heat"]["values"])
    flow = one.frames.flow[:, rows]
    np.testing.assert_array_equal(sent["backward"]["flow"][:, :-1], flow)
    np.testing.assert_allclose(sent["backward"]["flow"][:, -1], 1 / 250, rtol=1e-6)
    assert sent["backward"]["hint"].endswith("first 64 of 250 training examples")
    assert "first 64 of 250 training examples" in sent["histogram"]["hint"]
    assert sent["backward"]["rows"] == [*sent["heat"]["rows"], "loss"]
    np.testing.assert_allclose(sent["units"]["share"] / 255, one.frames.on[:, :4, :16], atol=1 / 255)
    np.testing.assert_array_equal(sent["units"]["share"] == 0, one.frames.on[:, :4, :16] == 0)
    np.testing.assert_array_equal(sent["units"]["share"] == 255, one.frames.on[:, :4, :16] == 1)
    np.testing.assert_array_equal(sent["units"]["died"], one.died[:4, :16])


def test_the_example_that_is_sent_is_one_of_the_run():
    """Probabilities by NumPy, and the gradient of cross-entropy is p - y."""
    page = opened(example="7")
    tree, one = shown(page), run(Training()).runs[0]
    z = one.frames.outputs[:, 7, :2].astype(float)
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    sample = panels(tree)["sample"]
    target = int(one.loss.examples.train_targets[7])
    np.testing.assert_allclose(sample["probs"], p, rtol=1e-5)
    np.testing.assert_allclose(sample["gradient"], p - np.eye(2)[target], atol=1e-6)
    assert sample["truth"] == target
    assert sample["point"] == one.loss.examples.train_inputs[7].tolist()
    assert sample["caption"].startswith("training example 8 of 250: ")
    assert dict(page.query_params.items()) == {"v": "1", "example": "7"}
    first_unseen = panels(shown(opened()))["sample"]
    assert first_unseen["caption"].startswith("unseen example 1 of 250: ")


def test_a_look_is_an_average_over_the_field():
    tree, one = shown(opened()), run(Training()).runs[0]
    field = panels(tree)["field"]
    z = one.frames.outputs[:, 500 : 500 + GRID * GRID, :2].astype(float)
    p = 1 / (1 + np.exp(z[..., 0] - z[..., 1]))
    np.testing.assert_allclose(field["probs"][:, 0] / 255, p.reshape(-1, GRID, GRID), atol=0.51 / 255)


def test_what_is_sent_stays_within_the_budget():
    page = opened()
    shown(page)
    page.sidebar.slider(key="run0_adam_learning_rate_slider").set_value(100).run()
    shown(page)
    assert len(player(page).SerializeToString()) <= 450_000


LINKS = {
    "digits": {"data": "digits", "size": "300", "n1": "cnn~width~4~depth~1"},
    "adding": {"data": "adding", "size": "100", "shape": "length~4", "n1": "lstm~width~4"},
    "parity": {"data": "parity", "size": "16", "shape": "length~4", "n1": "gru~width~4"},
    "characters": {"data": "characters", "size": "80", "shape": "length~8", "n1": "transformer~width~8"},
}
OTHERS = {
    "softmax_regression": {"data": "moons"},
    "residual_mlp": {"data": "noisy_sine"},
    "resnet": {"data": "digits", "size": "300", "n1": "resnet~width~4~depth~1"},
    "rnn": {"data": "parity", "size": "16", "shape": "length~4", "n1": "rnn~width~4"},
}
PICTURES = {"points": "field", "curve": "fit", "images": "images", "text": "text"}


def points_fit(sent: dict, data: Examples, frames: int) -> None:
    total, planes = len(data.train_inputs) + len(data.valid_inputs), 1 if data.num_classes == 2 else data.num_classes
    assert sent["field"]["probs"].shape == (frames, planes, GRID, GRID)
    assert sent["field"]["points"].shape == (total, 2)
    assert len(sent["field"]["classes"]) == len(sent["field"]["train"]) == total
    assert sent["field"]["train"].sum() == len(data.train_inputs)


def curve_fits(sent: dict, data: Examples, frames: int) -> None:
    assert sent["fit"]["outputs"].shape == (frames, len(sent["fit"]["xs"]))
    assert sent["fit"]["points"].shape == (len(data.train_inputs) + len(data.valid_inputs), 2)
    np.testing.assert_allclose(sent["fit"]["truth"], np.sin(np.pi * sent["fit"]["xs"]), atol=1e-6)


def images_fit(sent: dict, data: Examples, frames: int) -> None:
    count = len(data.valid_inputs)
    assert sent["images"]["total"] == count
    assert sent["images"]["images"].shape == (len(sent["images"]["index"]), 8, 8)
    assert sent["images"]["ends"].shape == sent["images"]["count"].shape == (frames,)
    assert sent["images"]["guess"].shape == sent["images"]["sure"].shape == (sent["images"]["ends"][-1],)
    assert sent["sample"]["image"].shape == (8, 8)


def layers_fit(tree: dict, loss: NetworkLoss, frames: int) -> None:
    sent, layers = panels(tree), list(loss.layer_names)
    assert np.isfinite(tree["series"]["train"]).all()
    assert sent["heat"]["rows"] == sent["ratio"]["rows"] == sent["weight"]["rows"] == sent["bars"]["rows"] == layers
    assert sent["heat"]["values"].shape == (len(layers), frames)
    assert sent["histogram"]["rows"] == (layers[:-1] or ["input"])
    assert sent["histogram"]["counts"].shape[:2] == (frames, max(1, len(layers) - 1))
    assert sent["backward"]["flow"].shape == (frames, len(layers) + 1)
    assert ("units" in sent) == (NETWORKS[loss.network].activation != "")
    if "units" in sent:
        assert sent["units"]["share"].shape == (frames, len(sent["units"]["rows"]), loss.exact.unit_count)
        assert sent["units"]["died"].shape == sent["units"]["share"].shape[1:]


def opened_with(link: dict[str, str]) -> tuple[dict, NetworkLoss]:
    """What is sent of a training of 20 steps without a notice, and its network."""
    tree, training = shown(opened(**link, steps="20")), from_link(link)[0]
    assert not tree["notices"]
    assert [run["diverged"] for run in tree["runs"]] == [None]
    return tree, training.loss_of(training.learners[0])


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_is_drawn(name):
    tree, loss = opened_with(LINKS.get(name, {"data": name}))
    sent, entry, data, frames = panels(tree), DATASETS[name], loss.examples, 21
    layers_fit(tree, loss, frames)
    assert "net" in tree["headline"] or "loss" in tree["headline"]
    assert [id_ for id_ in PICTURES.values() if id_ in sent] == [p for k, p in PICTURES.items() if k == entry.kind]
    assert ("sample" in sent) == (entry.kind != "text")
    assert ("accuracy" in sent) == (entry.task == "classes")
    check = {"points": points_fit, "curve": curve_fits, "images": images_fit}.get(entry.kind)
    if check is not None:
        check(sent, data, frames)
    if entry.kind == "images":
        right = 1 - sent["images"]["count"] / sent["images"]["total"]
        np.testing.assert_allclose(right, tree["series"]["valid_accuracy"][0], atol=1e-6)
    if entry.kind == "text":
        assert len(sent["text"]["samples"]) == len(sent["text"]["steps"]) == 12, "each of the look it is named for"
        assert sent["text"]["steps"][[0, -1]].tolist() == [0, 20]
        assert all(len(text) == 60 for text in sent["text"]["samples"])
    elif entry.task == "classes":
        assert sent["sample"]["probs"].shape == sent["sample"]["gradient"].shape == (frames, data.num_classes)
    else:
        assert sent["sample"]["outputs"].shape == (frames,)


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_network_shows_its_layers(name):
    tree, loss = opened_with({"n1": name, **OTHERS[name]})
    assert loss.network == name
    layers_fit(tree, loss, 21)


def test_every_network_was_shown():
    with_data = {from_link(LINKS.get(name, {"data": name}))[0].learners[0].network for name in DATASETS}
    assert with_data | set(OTHERS) == set(NETWORKS)


@pytest.mark.parametrize("name", DATASETS)
def test_data_open_with_a_network_that_suits_them(name):
    """As the tile of the data does: the network stays where it suits, its settings too."""
    before = Training(learners=(Learner(settings=(("depth", 3),)),))
    after = replace(before, dataset=name)
    learner = fitting(after, before.learners[0])
    stays = DATASETS[name].kind in NETWORKS["mlp"].kinds
    assert learner.network == ("mlp" if stays else {"text": "transformer"}.get(DATASETS[name].kind, "lstm"))
    assert learner.settings == ((("depth", 3),) if stays else ())
    assert DATASETS[name].kind in NETWORKS[learner.network].kinds


@pytest.mark.parametrize(
    ("control", "shelf"),
    [
        ("activation_0", ACTIVATIONS),
        ("initializer_0", INITIALIZERS),
        ("normalization_0", NORMALIZATIONS),
        ("loss_0", LOSSES),
    ],
)
def test_every_choice_moves_the_training(control, shelf):
    """Every entry gives a key, and a course, of its own, and compiles nothing."""
    page = opened(steps="40")
    assert set(page.sidebar.selectbox(key=control).options) == {entry.title for entry in shelf.values()}
    with compilations() as count:
        trees = [choose(page, control, name) for name in shelf]
    assert count() == 0
    assert len({tree["key"] for tree in trees}) == len(shelf)
    assert len({tree["series"]["train"].tobytes() for tree in trees}) == len(shelf)


def test_learned_slopes_are_drawn_as_they_are_learned():
    tree = shown(opened(n1="mlp~activation~prelu", steps="100"))
    one = run(from_link({"n1": "mlp~activation~prelu", "steps": "100"})[0]).runs[0]
    lines = panels(tree)["slopes"]["lines"]
    assert lines["names"] == ["layer 1", "layer 2", "layer 3", "layer 4"]
    for frame in (0, -1):
        layers = one.loss.unflatten(one.params[frame])
        slopes = [layers[name]["slope"] for name in lines["names"]]
        np.testing.assert_allclose(lines["values"][:, frame], slopes, rtol=1e-6)
    assert len(set(lines["values"][0])) > 10, "they are learned"
