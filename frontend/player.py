"""The player as a Streamlit component: it is mounted with a tree of panels, runs and numbers, and sends back acts.

All rooms share it. A tree holds:

- ``runs``: label, colours, marker, dash, where it reached the target and where it diverged;
- ``clock``: how many ``steps``, and the ``stops``: the steps that are sent, on which the playhead stands; None is all;
- ``series``: name -> (run, row) arrays, a row a stop; ``steps``: name -> the step of each row, where it is another;
- ``panels``: static figures and what the player draws over them, by the names of the series or in arrays of their own,
  a row a stop unless their ``steps`` say otherwise;
- ``title``: of the page;
- ``part``: a name for all of it that other pictures have too: ``ground``, and the panels that are ``kept``, which are
  sent once, as an element of their own that a browser keeps;
- ``starters`` and which ``starter`` it is; ``table``, ``switches``, ``drag``, ``headline``, ``subline``, ``notices``.
"""

import hashlib
import threading
from collections.abc import Callable, Container
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from cachetools import LRUCache
from streamlit.components.v2 import component
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from experiments.glossary import GLOSSARY
from frontend import theme
from frontend.acts import Act, Ranges, read
from frontend.blob import pack, unpack
from frontend.figures import templates
from frontend.redraw import then_redrawn
from frontend.refusals import refused
from frontend.serving.assets import ENTRIES, version

_FOLDER = Path(__file__).parent


def _component(file: str) -> Callable[..., Any]:
    """A component of which Streamlit serves the script, since an inlined one passes no strict Content-Security-Policy.

    Streamlit looks for such components only in installed packages; this app is none, so it registers its own.
    """
    return _registered(file, get_bidi_component_manager())


@lru_cache(maxsize=8)
def _registered(file: str, manager: BidiComponentManager) -> Callable[..., Any]:
    name = f"{file}-{version()}"
    if manager.get_component_asset_root(f"landscapes.{name}") is None:
        parts = [ComponentConfig(name, asset_dir="component")]
        manager.register_from_manifest(ComponentManifest("landscapes", version(), parts), _FOLDER)
    return component(f"landscapes.{name}", js="pointer.js", isolate_styles=False)


def prepare() -> None:
    """Registers all components, for a browser may ask this process for what another one's page needs."""
    for file in ENTRIES:
        _component(Path(file).stem)


def play(tree: dict[str, Any], on_act: Callable[[], None]) -> None:
    """Mounts the player, or hands the mounted one new data.

    Args:
        tree: what to show; see the module.
        on_act: called before the next rerun when the visitor has acted on the stage; ``acted(...)`` says how.
    """
    part, rest = parted(whole_tree(tree))
    _component("part")(key="part", data=part)
    _component("main")(key="player", data=rest, on_act_change=then_redrawn(on_act))


_COMMON = ("ground", "ink", "templates", "circle", "starters", "words")
_PARTS: LRUCache[str, bytes] = LRUCache(64)
_PACKING = threading.Lock()


def parted(tree: dict[str, Any]) -> tuple[bytes, bytes]:
    """A whole tree packed as two: what other pictures have too, with its name before it, and the rest."""
    name = hashlib.sha256(f"{version()} {tree.get('room')} {tree.get('part')}".encode()).hexdigest()[:12]
    with _PACKING:
        part = _PARTS.get(name)
    if part is None:
        panels = {panel["id"]: panel for panel in tree["panels"] if panel.get("kept")}
        common = {key: tree[key] for key in _COMMON if key in tree}
        part = name.encode() + pack({**common, "panels": panels})
        with _PACKING:
            _PARTS[name] = part
    panels = [panel["id"] if panel.get("kept") else panel for panel in tree["panels"]]
    rest = {key: value for key, value in tree.items() if key not in _COMMON}
    return part, pack({**rest, "panels": panels, "part": name})


def joined(part: bytes, rest: bytes) -> dict[str, Any]:
    """The inverse of `parted`, as the browser does it."""
    kept, tree = unpack(part[12:]), unpack(rest)
    panels = [kept["panels"][panel] if isinstance(panel, str) else panel for panel in tree["panels"]]
    return {**kept, **tree, "panels": panels}


def whole_tree(tree: dict[str, Any]) -> dict[str, Any]:
    """A room's tree with what all rooms share: inks, templates, the marker of a start and the words explained."""
    shared = {"ink": theme.INK, "templates": templates(), "circle": theme.MARKERS["circle"], "words": GLOSSARY}
    return {**shared, **tree}


def acted(known: Ranges) -> Act | None:
    """What the visitor did on the stage, inside ``on_act``; None where what was sent is no act of this room."""
    return read(st.session_state.get("player", {}).get("act"), known)


def pick(key: str, tree: dict[str, Any], on_pick: Callable[[], None]) -> None:
    """A gallery of thumbnails of which one is chosen.

    Args:
        key: of the widget; ``picked(key, names)`` is the name that was clicked, inside ``on_pick``.
        tree: ``label``, ``items`` (name, title, help, and a ``thumb`` of shape (height, width) in 0..255 or a
            ``sign``), ``chosen``, and how many are ``shown`` before all are asked for.
        on_pick: called before the next rerun when one is clicked.
    """
    colors = {scheme: theme.landscape_rgb(scheme, 64) for scheme in theme.SCHEMES}
    _component("picker")(key=key, data=pack({"colors": colors, **tree}), on_pick_change=then_redrawn(on_pick))


def begin_from(tree: dict[str, Any], begin: Callable[[int], None], count: int) -> None:
    """The list of a room's starters; ``begin`` is called with the place of the one that was clicked, of ``count``."""

    def begun() -> None:
        place = st.session_state.get("starters", {}).get("begin")
        if type(place) is int and 0 <= place < count:
            begin(place)
        else:
            refused("a starter", place)

    _component("starters")(key="starters", data=pack(tree), on_begin_change=then_redrawn(begun))


def picked(key: str, names: Container[str]) -> str | None:
    """The name that was clicked, inside ``on_pick``; None where it is none of ``names``."""
    name = st.session_state.get(key, {}).get("pick")
    if isinstance(name, str) and name in names:
        return name
    refused("a pick", name)
    return None
