"""The page itself: Streamlit's, which also names what a first visit will ask for, so that it is not found step by step.

The player's script and stylesheet, and those of Streamlit's scripts that it would name only after others have run,
begin at once; plotly.js begins behind them. Addresses in it are relative: it works below any path prefix.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit as st

from frontend.serving.assets import PLOTLY, SCRIPT, STYLE, path_of

STATIC = Path(st.__file__).parent / "static"  # Streamlit's own files
_SCRIPTS = STATIC / "static" / "js"

# The server is where the page lies: rooms are one step below it. Streamlit would ask for it below every room first.
# It loads its icon font, 375 kB, with every page; this one's signs are in signs.css, and any other still brings it.
# The headlines' font waits for the picture on a first visit; see main.js.
_FIRST = """
      window.__streamlit = { BACKEND_BASE_URL: new URL(".", window.location.href).href };
      try {
        document.documentElement.classList.toggle("ll-painted", localStorage.getItem("ll-painted") === "1");
      } catch {}
      const load = document.fonts.load.bind(document.fonts);
      document.fonts.load = (font, ...text) =>
        font.includes("Material Symbols") ? Promise.resolve([]) : load(font, ...text);
    """
# Elements of every room, each a file that imports others; without their hashes, which change with Streamlit's version.
_ELEMENTS = ("BidiComponent", "Html", "Button", "NumberInput", "Slider", "Selectbox", "TextArea")
_IMPORTED = re.compile(r'(?:from|import)\s*["`]\./([\w.-]+\.js)["`]')
_FACE = re.compile(r"@font-face\{[^}]*font-family:Source Serif;[^}]*font-style:normal;[^}]*\}")
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@cache
def page() -> str:
    """The page's HTML."""
    text = (STATIC / "index.html").read_text()
    hints = [f'<link rel="modulepreload" fetchpriority="low" href="./{path}">' for path in [*later(), path_of(SCRIPT)]]
    hints.append(f'<link rel="preload" as="script" fetchpriority="low" href="./{path_of(PLOTLY)}">')
    text = _before(text, "<meta charset", f"<script>{_FIRST}</script>")
    text = _before(text, "</head>", *hints, f"<style>{_headlines()}</style>")
    # Behind the head, where Streamlit writes styles while it runs: those of the player come last, as they must.
    return _before(text, "</body>", f'<link id="ll-style" rel="stylesheet" href="./{path_of(STYLE)}">')


def _before(text: str, mark: str, *lines: str) -> str:
    assert text.lower().count(mark.lower()) == 1, f"Streamlit's page has another form: {mark}"
    at = text.lower().index(mark.lower())
    return text[:at] + "".join(f"{line}\n    " for line in lines) + text[at:]


def _headlines() -> str:
    """The headlines' font once more: words are there before it is, in another, instead of none for three seconds."""
    for sheet in sorted((STATIC / "static" / "css").glob("index.*.css")):
        if found := _FACE.search(sheet.read_text()):
            return found[0].replace("url(../", "url(./static/").replace("{", "{font-display:swap;", 1)
    return ""


@cache
def later() -> list[str]:
    """Streamlit's scripts that every room asks for while it runs, as paths below the app's own address."""
    text = (STATIC / "index.html").read_text()
    known = [path.name for name in _ELEMENTS for path in sorted(_SCRIPTS.glob(f"{name}.????????.js"))]
    for name in known:  # which grows meanwhile
        known += [more for more in _IMPORTED.findall((_SCRIPTS / name).read_text()) if more not in known]
    return [path for name in known if (path := f"static/js/{name}") not in text]


def named() -> list[str]:
    """Streamlit's files that its page names, as paths below the app's own address."""
    return [path for path in re.findall(r'(?:src|href)="\./(static/[^"]+)"', page()) if path not in later()]


def inline_scripts() -> list[str]:
    """The hashes of the scripts that stand in the page, as a Content-Security-Policy allows them."""
    digests = [hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page())]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
