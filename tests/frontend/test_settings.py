"""Options are held and remembered, and what a browser is told of them is what it would be told without that."""

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime.app_session import _populate_theme_msg

from frontend import settings

SECTIONS = [
    "theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar",
]  # fmt: skip


def told() -> list[bytes]:
    """The themes of a run, as they are sent."""
    themes = []
    for section in SECTIONS:
        theme = CustomThemeConfig()
        _populate_theme_msg(theme, section)
        themes.append(theme.SerializeToString(deterministic=True))
    return themes


def test_a_browser_is_told_the_same_theme(monkeypatch):
    monkeypatch.setattr(config, "get_options_for_section", settings._read_options_of)
    before = told()
    assert any(before)
    monkeypatch.setattr(config, "get_options_for_section", settings._options_of)
    settings.hold_settings()
    assert told() == before
    assert told() == before


def test_what_is_read_anew_is_not_remembered(monkeypatch):
    settings.hold_settings()
    before = told()
    monkeypatch.setattr(settings, "_read_options_of", lambda section: {"primaryColor": "#123456"})
    assert told() == before
    settings._hold()
    assert told() != before
    settings._options_of.cache_clear()
