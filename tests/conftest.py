"""Float64 everywhere, and ranks never promoted in silence: a test that mixes shapes by accident fails.

The tests and their browsers stand back as far as an app that computes does, or what it compiles would starve.
"""

import os

import jax
import pytest

from experiments.priority import TRAINING, stand_back

stand_back(TRAINING)
os.environ["MEMORY_MB"] = "16000"  # what is compiled stays: tests count compilations

FIRST = "test_hosting.py"  # takes minutes on one worker: begun last, the other would wait for it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file is the first."""
    items.sort(key=lambda item: item.path.name != FIRST)


jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_rank_promotion", "raise")
