"""What the browser may keep of ours: the player as one script and one stylesheet, and plotly.js, by their hash."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import plotly

from frontend.serving.bundle import script, stylesheet

_PLAYER = Path(__file__).parents[1] / "player"
# by these names `component/pointer.js` finds what Streamlit mounts
ENTRIES = ("main.js", "part.js", "picker.js", "starters.js")
_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

SCRIPT, STYLE, PLOTLY = "player.js", "player.css", "plotly.min.js"


@cache
def _bundled() -> dict[str, bytes]:
    return {SCRIPT: script(_PLAYER, ENTRIES).encode(), STYLE: stylesheet(_PLAYER, "player.css").encode()}


@cache
def version() -> str:
    """Twelve hex digits that change whenever any asset does."""
    digest = hashlib.sha256()
    for name, content in [*_bundled().items(), (PLOTLY, _PLOTLY.read_bytes())]:
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:12]


def asset(name: str) -> Callable[[], bytes] | None:
    """What reads an asset of this name; None where there is none."""
    if name == PLOTLY:
        return _PLOTLY.read_bytes
    return (lambda: _bundled()[name]) if name in _bundled() else None


def path_of(name: str) -> str:
    """Where an asset is, below the app's own address."""
    return f"player/{version()}/{name}"
