"""The page's threads compile networks, whose biases meet batches: ranks are promoted there, as in the app."""

from collections.abc import Iterator

import jax
import pytest

from frontend import turns
from frontend.warmup import warmup
from tests.frontend.kept_page import keep_page
from tests.frontend.turning import Clock, Run


@pytest.fixture(scope="session", autouse=True)
def _pages_kept() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        keep_page(patch)
        yield


@pytest.fixture(scope="module", autouse=True)
def _ranks_promoted() -> Iterator[None]:
    """For every thread, so not by the context manager, which reaches its own thread only."""
    before = jax.config.jax_numpy_rank_promotion  # pyright: ignore[reportAttributeAccessIssue]
    jax.config.update("jax_numpy_rank_promotion", "allow")
    yield
    jax.config.update("jax_numpy_rank_promotion", before)


@pytest.fixture(scope="module")
def warm() -> None:
    """All is compiled that the rooms run, as it is for a visitor."""
    warm = warmup()
    warm.wait()
    assert warm.error is None


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(turns, "time", clock)
    monkeypatch.setattr(turns, "LOOKS", 0.01)
    return clock


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    made: list[Run] = []
    yield made
    for run in made:
        run.ended()
