"""The page that Streamlit cannot make simpler: a slider and a text."""

import streamlit as st

st.write(f"value {st.slider('value', 0, 240, 120)}")
