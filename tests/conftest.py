"""Float64 everywhere, and ranks never promoted in silence: a test that mixes shapes by accident fails.

The tests and their browsers stand back as far as an app that computes does, or what it compiles would starve.
"""

import os

import jax

from experiments.priority import TRAINING, stand_back

stand_back(TRAINING)
os.environ["MEMORY_MB"] = "16000"  # what is compiled stays: tests count compilations

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_rank_promotion", "raise")
