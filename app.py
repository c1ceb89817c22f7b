"""The door: `streamlit run app.py` finds this app, its routes and its warm-up."""

import asyncio
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

from frontend.assets import ROUTES
from frontend.faults import show_fault
from frontend.reconnect import MIDDLEWARE
from frontend.warmup import warmup


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[dict[str, Any] | None]:
    """Compiles before the first visitor asks, and opens the page as `streamlit run` does for a plain script."""
    warmup()
    if not st.get_option("server.headless"):
        address = f"http://localhost:{st.get_option('server.port')}"
        asyncio.get_running_loop().call_later(0.5, webbrowser.open, address)
    yield None


app = st.App("frontend/main.py", routes=ROUTES, lifespan=_lifespan, middleware=MIDDLEWARE, on_script_error=show_fault)
