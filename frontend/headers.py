"""What every answer says to the browser about what the page may load, who may frame it and what it tells others."""

import logging
import os
import re
from functools import cache

from frontend.serving.page import inline_scripts

FRAME_ANCESTORS = "FRAME_ANCESTORS"  # environment variable; sites whose pages may frame this one, between spaces
_SITE = re.compile(r"https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5}|:\*)?", re.IGNORECASE)

_LOG = logging.getLogger(__name__)


def frame_ancestors(asked: str) -> str:
    """The sites that may frame the page, as a Content-Security-Policy has them: this one, and those that are asked for.

    Args:
        asked: sites such as ``https://lms.example.org`` or ``https://*.example.org``, ``*`` for all or ``'none'``,
            between spaces or commas. What is none of these is left out and named in the log.
    """
    words = asked.replace(",", " ").split()
    if words in (["'none'"], ["none"]):
        return "'none'"
    if "*" in words:
        return "*"
    wrong = [word for word in words if not _SITE.fullmatch(word) and word not in ("'self'", "self")]
    for word in wrong:
        _LOG.warning(
            "%s: %r is left out; allowed are sites such as https://lms.example.org, * for all, or 'none'",
            FRAME_ANCESTORS,
            word,
        )
    return " ".join(["'self'", *(word for word in words if _SITE.fullmatch(word))])


def content_security_policy(ancestors: str) -> str:
    """A policy under which every room works; what is not named is loaded from nowhere.

    Styles are inlined because Streamlit's components and Plotly write them into the page as they draw.
    """
    return "; ".join([
        "default-src 'none'",
        " ".join(["script-src 'self' 'wasm-unsafe-eval'", *inline_scripts()]),  # protobuf.js counts in WebAssembly
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action 'none'",
        f"frame-ancestors {ancestors}",
    ])  # fmt: skip


@cache
def headers() -> list[tuple[bytes, bytes]]:
    """Name and value of each, as ASGI has them."""
    ancestors = frame_ancestors(os.environ.get(FRAME_ANCESTORS, ""))
    said = {
        "content-security-policy": content_security_policy(ancestors),
        "referrer-policy": "same-origin",  # a link holds what its reader set
        "x-content-type-options": "nosniff",
        "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    return [(name.encode(), value.encode()) for name, value in said.items()]
