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
    """A running server, of one process or several."""

    host: str  # with the port
    pid: int  # of the first

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"http://{self.host}"

    def _processes(self) -> list[Path]:
        """Of the server and of those that it started, where Linux tells of them."""
        first = Path(f"/proc/{self.pid}")
        children = (first / f"task/{self.pid}/children").read_text().split()
        return [first, *(Path(f"/proc/{child}") for child in children)]

    def resident_mb(self) -> float:
        """Resident memory in MB, as Linux counts it."""
        lines = (line for each in self._processes() for line in (each / "status").read_text().splitlines())
        return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def worked(self) -> float:
        """Seconds of processor time since the start."""
        stats = ((each / "stat").read_text().rpartition(")")[2].split() for each in self._processes())
        return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")

    def wait_for_rest(self, most: float = 180.0) -> None:
        """Until nothing is compiled any more: three seconds of which a twentieth is worked, or ``most`` seconds."""
        ends = time.monotonic() + most
        while time.monotonic() < ends:
            before = self.worked()
            time.sleep(3)
            if self.worked() - before < 0.15:
                return


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(script: str, port: int | None = None, folder: Path = ROOT, workers: int = 1) -> Iterator[Server]:
    """Runs ``streamlit run script`` in a folder, on a free port where none is named, until the block ends.

    With more workers than one it is ``uvicorn`` that runs the app of this name.
    """
    port = port or free_port()
    flags = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1",
             "--browser.serverAddress=localhost"]  # fmt: skip
    command = [sys.executable, "-m", "streamlit", "run", script, *flags]
    if workers > 1:
        command = [sys.executable, "-m", "uvicorn", f"{Path(script).stem}:app", f"--workers={workers}",
                   f"--port={port}"]  # fmt: skip
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env={**os.environ, "STREAMLIT_SERVER_HEADLESS": "true"})  # fmt: skip
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
