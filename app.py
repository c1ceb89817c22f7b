"""The door: `streamlit run app.py` finds this app, its routes and its warm-up."""

import streamlit as st

from frontend.assets import ROUTES

app = st.App("frontend/main.py", routes=ROUTES)
