"""The entrance: `streamlit run app.py` finds this app, its door, its files and its warm-up."""

import asyncio
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from frontend import door, long_links, player, reconnect
from frontend.faults import show_fault
from frontend.serving import files
from frontend.serving.place import base_path
from frontend.settings import hold_settings
from frontend.warmup import warmup


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[dict[str, Any] | None]:
    """Compiles before the first visitor asks, and opens the page as `streamlit run` does for a plain script."""
    warmup()
    files.prepare()
    player.prepare()
    if not st.get_option("server.headless"):
        address = f"http://localhost:{st.get_option('server.port')}/{base_path()}"
        asyncio.get_running_loop().call_later(0.5, webbrowser.open, address)
    yield None


hold_settings()
_SCRIPT = Path(__file__).parent / "frontend" / "main.py"  # from wherever the start's command is given
_LAYERS = [*door.MIDDLEWARE, *long_links.MIDDLEWARE, *reconnect.MIDDLEWARE, *files.MIDDLEWARE]
app = st.App(_SCRIPT, middleware=_LAYERS, lifespan=_lifespan, on_script_error=show_fault)
