"""The sentences that explain words say the rules that hold."""

import re
from itertools import product

import numpy as np
import pytest

from experiments import gradients_verdict, tuning
from experiments.glossary import GLOSSARY
from experiments.gradients import Gradients
from landscapes.networks.backward import WEIGHTS, _draw


def test_longer_words_come_before_those_that_they_hold():
    words = list(GLOSSARY)
    for i, word in enumerate(words):
        assert not any(earlier in word for earlier in words[:i]), word


def test_every_sentence_ends_and_is_short():
    for word, said in GLOSSARY.items():
        assert re.fullmatch(r".{20,190}\.", said), word
        assert said.count(". ") <= 1, word


def test_numbers_are_those_of_the_rules():
    low, high = gradients_verdict.KEEPS
    assert f"between {low:g} and {high:g}" in GLOSSARY["keeps"]
    assert str(tuning.RATES) in GLOSSARY["steady"]
    assert f"{tuning.LEAP:g} of its diagonal" in GLOSSARY["steady"]


@pytest.mark.parametrize(("width", "weights"), list(product((16, 64, 200), WEIGHTS)))
def test_weights_and_biases_have_the_deviations_that_are_said(width: int, weights: str):
    """At scale 1: of the weights 1 / sqrt(n), whether normal or orthogonal; of the biases 1."""
    drawn = _draw(width, 8, (0, 1, 2), weights)
    weight, bias = drawn.weight[:, :8, :width, :width], drawn.bias[:, :8, :width]
    assert np.sqrt(np.mean(weight**2)) == pytest.approx(1 / np.sqrt(width), rel=0.03)
    assert np.std(bias) == pytest.approx(1.0, rel=0.15)


def test_no_condition_uses_an_explained_word_for_something_else():
    """A gate that holds on does not keep a gradient in the sense that is explained."""
    said = gradients_verdict.subline(Gradients(mode="time"), [])
    assert "forget or update gate" in said
    assert "keeps" not in said
