"""Streamlit's options that must hold wherever and however the app is started, with or without a file of options."""

from functools import cache
from typing import Any

from streamlit import config

from frontend.cached import AGE

# What is set before this module is read stands in .streamlit/config.toml and in the commands that start the app: the
# banner of a start without a display asks an outside service unless browser.serverAddress is given.
HELD: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "browser.serverAddress": "localhost",  # else an outside service is asked for the machine's
    "client.showErrorDetails": "none",  # tracebacks go to the log, not to the visitor
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "global.developmentMode": False,
    "global.maxCachedMessageAge": AGE,
    "runner.magicEnabled": False,  # pages show what they are told to
    "runner.postScriptGC": False,  # `experiments.memory` collects
    "server.disconnectedSessionTTL": 20,  # seconds; whoever comes back later has the link, which holds everything
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",  # while editing: make run FLAGS=--server.fileWatcherType=auto
    "server.maxUploadSize": 1,  # MB; the door takes none
    "server.scriptHealthCheckEnabled": False,
}
_GIVEN = "command-line argument or environment variable"  # as `streamlit config show` says it


def hold_settings() -> None:
    """Sets the options, now and whenever Streamlit reads its files anew; what the start's command says wins.

    ``st.set_option`` takes only options of the client, so this goes through the module that it stands on.
    """
    config.on_config_parsed(_hold, force_connect=True)
    config.get_options_for_section = _options_of
    _hold()


_read_options_of = config.get_options_for_section


@cache
def _options_of(section: str) -> dict[str, Any]:
    """Options of a section that are set: every script run asks for those of all six themes, and none changes meanwhile.

    The theme that a run tells the browser took an eighth of what an act takes of the interpreter.
    """
    return {name: value for name, value in _read_options_of(section).items() if value is not None}


def _hold() -> None:
    _options_of.cache_clear()
    for name, value in HELD.items():
        if config.get_where_defined(name) != _GIVEN and config.get_option(name) != value:
            config.set_option(name, value)
