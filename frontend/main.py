"""The frame of every room: the page's settings, the warm-up gate, and the rooms as tabs."""

from pathlib import Path

import streamlit as st

from frontend.reconnect import page_drawn
from frontend.titles import last_title
from frontend.turns import turn
from frontend.warmup import wait_until_warm

_ICON = Path(__file__).parent / "player" / "icon.svg"

st.set_page_config(last_title(), str(_ICON), layout="wide", initial_sidebar_state=320,
                   menu_items={"About": "Every number right, every comparison fair."})  # fmt: skip
st.logo(str(_ICON))

room = st.navigation([
    st.Page("rooms/race.py", title="Race", default=True),
    st.Page("rooms/train.py", title="Train", url_path="train"),
    st.Page("rooms/gradients.py", title="Gradients", url_path="gradients"),
], position="top")  # fmt: skip
wait_until_warm(room.url_path or "race")
with turn():
    room.run()
page_drawn()
