"""Drives the Firefox of the system by WebDriver BiDi, its own protocol; Playwright drives only one that it brings."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.browser.servers import free_port

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
XVFB = shutil.which("Xvfb")
_KEYS = {"Tab": "\ue004", "Home": "\ue011", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014",
         "ArrowDown": "\ue015", "Escape": "\ue00c", "End": "\ue010"}  # fmt: skip
_PREFS = """user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("webgl.force-enabled", true);
"""


class Firefox:
    """One page of a running Firefox."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._ids = socket, itertools.count(1)
        self.logged: list[str] = []
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded"])
        [first] = self.call("browsingContext.getTree")["contexts"]
        self.context = first["context"]

    def call(self, method: str, **params: Any) -> Any:
        """Sends a command and waits for its result; errors of the page's log that arrive meanwhile are kept."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=120))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.logged.append(message["params"]["text"])
            if message.get("id") == number:
                assert message["type"] == "success", message
                return message["result"]

    def open(self, address: str, width: int = 1440, height: int = 900) -> None:
        """Goes to an address, in a window of this size."""
        self.call("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": height})
        self.call("browsingContext.navigate", context=self.context, url=address, wait="complete")
        self.call("browsingContext.activate", context=self.context)  # it draws only what it takes to be seen

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression that JSON can hold; promises are waited for."""
        told = self.call("script.evaluate", expression=f"Promise.resolve({expression}).then(JSON.stringify)",
                         target={"context": self.context}, awaitPromise=True)  # fmt: skip
        assert told["type"] == "success", told
        text = told["result"].get("value")
        return None if text is None else json.loads(text)

    def wait_for(self, expression: str, seconds: float = 120.0) -> None:
        """Waits until an expression is true."""
        begun = time.monotonic()
        while not self.evaluate(f"Boolean({expression})"):
            assert time.monotonic() - begun < seconds, expression
            time.sleep(0.25)

    def box(self, selector: str) -> dict[str, float]:
        """Where the first element that matches lies: x, y, width, height."""
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).getBoundingClientRect().toJSON()")

    def _perform(self, kind: str, actions: list[dict[str, Any]], **more: Any) -> None:
        source = {"type": kind, "id": kind, "actions": actions, **more}
        self.call("input.performActions", context=self.context, actions=[source])

    def drag(self, x: float, y: float, to_x: float, to_y: float, steps: int = 6) -> None:
        """Presses at a place, moves to another and lets go."""
        places = [(x + (to_x - x) * i / steps, y + (to_y - y) * i / steps) for i in range(steps + 1)]
        moves = [{"type": "pointerMove", "x": round(px), "y": round(py), "duration": 16} for px, py in places]
        self._perform("pointer", [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:],
                                  {"type": "pointerUp", "button": 0}])  # fmt: skip

    def click(self, x: float, y: float, times: int = 1) -> None:
        """Clicks at a place, so many times without a pause."""
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._perform("pointer", [{"type": "pointerMove", "x": round(x), "y": round(y)}, *(press * times)])

    def press(self, key: str) -> None:
        """A key down and up, by its name or its letter."""
        value = _KEYS.get(key, key)
        self._perform("key", [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}])

    def screenshot(self, path: Path) -> None:
        """Writes what is seen as PNG."""
        path.write_bytes(base64.b64decode(self.call("browsingContext.captureScreenshot", context=self.context)["data"]))


@contextmanager
def _display() -> Iterator[dict[str, str]]:
    """The environment of a Firefox that draws WebGL: it needs a display, if only one in memory."""
    if "DISPLAY" in os.environ or not XVFB:
        yield dict(os.environ)
        return
    command = [XVFB, "-displayfd", "1", "-screen", "0", "1600x1200x24"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as screen:
        assert screen.stdout
        try:
            yield {**os.environ, "DISPLAY": f":{screen.stdout.readline().strip()}"}
        finally:
            screen.terminate()


@contextmanager
def firefox() -> Iterator[Firefox]:
    """A Firefox with a profile of its own, closed at the end."""
    assert FIREFOX, "Debian's firefox-esr is needed"
    port = free_port()
    with tempfile.TemporaryDirectory() as profile, _display() as environment:
        Path(profile, "user.js").write_text(_PREFS)
        command = [FIREFOX, "--no-remote", "--profile", profile, f"--remote-debugging-port={port}"]
        command += [] if "DISPLAY" in environment else ["--headless"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with _connected(port) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()
            process.wait(20)


def _connected(port: int) -> ClientConnection:
    for _ in range(300):
        try:
            return connect(f"ws://127.0.0.1:{port}/session", max_size=2**26, proxy=None)
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("Firefox did not open its protocol")
