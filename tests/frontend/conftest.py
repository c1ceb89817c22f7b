"""The page's threads compile networks, whose biases meet batches: ranks are promoted there, as in the app."""

from collections.abc import Iterator

import jax
import pytest


@pytest.fixture(scope="module", autouse=True)
def _ranks_promoted() -> Iterator[None]:
    """For every thread, so not by the context manager, which reaches its own thread only."""
    before = jax.config.jax_numpy_rank_promotion  # pyright: ignore[reportAttributeAccessIssue]
    jax.config.update("jax_numpy_rank_promotion", "allow")
    yield
    jax.config.update("jax_numpy_rank_promotion", before)
