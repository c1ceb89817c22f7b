"""Compiling stands back: the threads that compile have a low priority, those that compute the usual one."""

import subprocess
import sys

import pytest

_SEEN = """
from pathlib import Path
import frontend.warmup  # all of the app: none of it may have started JAX's backend
from experiments.priority import COMPILING, TRAINING, backend_standing_back

names = backend_standing_back()
assert names, "the threads of the compiler are told apart"
import jax, jax.numpy as jnp

def work(x):
    for i in range(60):
        x = jnp.where(x > i, jnp.sin(x * i), jnp.cos(x + i)) @ jnp.ones((8, 8))
    return x

jax.jit(lambda x: jax.grad(lambda x: work(x).sum())(x)).lower(jnp.ones((8, 8))).compile()

def tasks():
    for task in Path("/proc/self/task").iterdir():
        name, _, rest = (task / "stat").read_text().rpartition(")")
        rest = rest.split()
        yield name.partition("(")[2], int(rest[11]) + int(rest[12]), int(rest[16])  # ticks of work, nice

seen = list(tasks())
assert sum(ticks for _, ticks, nice in seen if nice == COMPILING) >= 0.8 * sum(
    ticks for name, ticks, nice in seen if name != "python" or nice == COMPILING), seen
assert {nice for name, _, nice in seen if name == "tf_XLAEigen"} == {TRAINING}, seen
import threading
assert not names & {thread.native_id for thread in threading.enumerate()}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a thread a priority of its own")
def test_compilers_stand_back_and_what_computes_does_not():
    done = subprocess.run([sys.executable, "-c", _SEEN], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
