"""Float64 everywhere, and ranks never promoted in silence: a test that mixes shapes by accident fails."""

import os

import jax

os.environ["MEMORY_MB"] = "16000"  # what is compiled stays: tests count compilations

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_rank_promotion", "raise")
