"""The sentences that explain words say the rules that hold."""

import re

from experiments import gradients_verdict, tuning
from experiments.glossary import GLOSSARY


def test_longer_words_come_before_those_that_they_hold():
    words = list(GLOSSARY)
    for i, word in enumerate(words):
        assert not any(earlier in word for earlier in words[:i]), word


def test_every_sentence_ends_and_is_short():
    for word, said in GLOSSARY.items():
        assert re.fullmatch(r".{20,170}\.", said), word
        assert said.count(". ") <= 1, word


def test_numbers_are_those_of_the_rules():
    low, high = gradients_verdict.KEEPS
    assert f"between {low:g} and {high:g}" in GLOSSARY["keeps"]
    assert str(tuning.RATES) in GLOSSARY["steady"]
    assert f"{tuning.LEAP:g} of its diagonal" in GLOSSARY["steady"]
