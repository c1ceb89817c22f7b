"""Where a request goes, below the app's own address: mounts and ``server.baseUrlPath`` put a prefix before it."""

import streamlit as st
from starlette.types import Scope


def path_here(scope: Scope) -> str | None:
    """The path below the app's own address, without the slash before it; None where it is not below it.

    A proxy that takes a prefix away needs no option; one that keeps it needs ``server.baseUrlPath``.
    """
    mount = scope.get("root_path", "").rstrip("/")
    option = str(st.get_option("server.baseUrlPath") or "").strip("/")
    path = scope["path"].removeprefix(mount)
    if not option:
        return path.removeprefix("/")
    below = path.removeprefix(f"/{option}")
    return below.removeprefix("/") if below != path and below[:1] in ("", "/") else None


def base_path() -> str:
    """What the start's command puts before every path: empty, or with a slash at its end only."""
    option = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{option}/" if option else ""


def is_page(here: str) -> bool:
    """Whether a path is a room's or the start page's."""
    return here == "index.html" or ("/" not in here and "." not in here)
