"""Starts the app, or another, as a visitor would meet it: on a port of this machine, until it is stopped."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SECONDS = 120.0  # in which a server comes up
# Programs that one server has compiled are read by the next, which is up in a third of the time.
_COMPILED = {"JAX_COMPILATION_CACHE_DIR": str(ROOT / "build" / "compiled"), "JAX_ENABLE_COMPILATION_CACHE": "true",
             "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}  # fmt: skip


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(port: int, script: Path | str = "app.py", prefix: str = "") -> subprocess.Popen[bytes]:
    """A running server, below ``server.baseUrlPath`` where a prefix is given; it answers already."""
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
               f"--server.port={port}", "--server.address=127.0.0.1", "--browser.serverAddress=localhost"]  # fmt: skip
    environment = os.environ | _COMPILED | {"STREAMLIT_SERVER_BASE_URL_PATH": prefix}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    health = f"http://127.0.0.1:{port}/{prefix and prefix + '/'}_stcore/health"
    begun = time.monotonic()
    while time.monotonic() - begun < _SECONDS:
        assert process.poll() is None, "the server stopped"
        try:
            urllib.request.urlopen(health, timeout=1).close()
            return process
        except OSError:
            time.sleep(0.25)
    process.kill()
    raise TimeoutError("the server did not come up")


@contextmanager
def serving(script: Path | str = "app.py", prefix: str = "") -> Iterator[str]:
    """The address of a server that runs until the block ends, without the prefix."""
    port = free_port()
    process = started(port, script, prefix)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
