"""Starts what is measured as a visitor would meet it, on a free port of this machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Server(NamedTuple):
    """A running server."""

    host: str  # with the port
    pid: int

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"http://{self.host}"

    def resident_mb(self) -> float:
        """Resident memory in MB, as Linux counts it."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return float("nan")

    def _worked(self) -> float:
        """Seconds of processor time since the start."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_for_rest(self, most: float = 180.0) -> None:
        """Until nothing is compiled any more: three seconds of which a twentieth is worked, or ``most`` seconds."""
        ends = time.monotonic() + most
        while time.monotonic() < ends:
            before = self._worked()
            time.sleep(3)
            if self._worked() - before < 0.15:
                return


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(script: str, port: int | None = None) -> Iterator[Server]:
    """Runs ``streamlit run script``, on a free port where none is named, until the block ends."""
    port = port or free_port()
    flags = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1",
             "--browser.serverAddress=localhost"]  # fmt: skip
    command = [sys.executable, "-m", "streamlit", "run", script, *flags]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(f"127.0.0.1:{port}", process.pid)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"{script} stopped with {process.returncode}")
            try:
                urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:  # it is too busy to end
            process.kill()
            process.wait()
