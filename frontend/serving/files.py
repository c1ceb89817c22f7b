"""In front of Streamlit: the page, its scripts and the player's own files, gzipped, below any path prefix.

Streamlit sends its own scripts as they lie on the disk. What is not compressed here, fonts and pictures, and every
request that wants it otherwise, a range of it or no compression, goes on to Streamlit.
"""

from collections.abc import Callable
from functools import cache
from threading import Thread
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from frontend.serving.assets import PLOTLY, SCRIPT, STYLE, asset, path_of, version
from frontend.serving.gzipped import Shelf
from frontend.serving.page import STATIC, later, named, page
from frontend.serving.place import is_page, path_here

_TYPES = {".js": "text/javascript", ".css": "text/css"}
_FOREVER = "public, max-age=31536000, immutable"  # a name holds a hash
_ALWAYS_ASK = "no-cache"


class _File(NamedTuple):
    name: str
    read: Callable[[], bytes]
    media_type: str
    cache_control: str
    ours: bool  # nobody behind has it


class Files:
    """The middleware.

    Args:
        app: what stands behind it.
        shelf: keeps what was compressed.
    """

    def __init__(self, app: ASGIApp, shelf: Shelf | None = None) -> None:
        self.app = app
        self.shelf = shelf or _SHELF

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers for what lies here; hands on everything else."""
        here = path_here(scope) if scope["type"] == "http" else None
        if here is None:
            return await self.app(scope, receive, send)
        if (moved := _moved(scope, here)) is not None:
            return await moved(scope, receive, send)
        file, said = _found(here), Headers(scope=scope)
        if file is None and here.startswith("player/"):
            return await PlainTextResponse("no such asset", status_code=404)(scope, receive, send)
        small = takes_gzip(said.get("accept-encoding", ""))
        if file is None or (not file.ours and (not small or "range" in said)):
            return await self.app(scope, receive, send)
        response = await self._answer(file, said, small)
        if scope["method"] == "HEAD":
            response.body = b""
        return await response(scope, receive, send)

    async def _answer(self, file: _File, said: Headers, small: bool) -> Response:
        headers = {"cache-control": file.cache_control, "vary": "Accept-Encoding"}
        if not small:
            return Response(await run_in_threadpool(file.read), media_type=file.media_type, headers=headers)
        kept = self.shelf.peek(file.name)
        kept = kept or await run_in_threadpool(self.shelf.gzipped, file.name, file.read)
        headers["etag"] = kept.etag
        if kept.etag in said.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        headers["content-encoding"] = "gzip"
        return Response(kept.body, media_type=file.media_type, headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an ``Accept-Encoding`` lets an answer be gzipped."""
    for each in accepted.lower().split(","):
        coding, _, weight = each.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def prepare() -> None:
    """Compresses what a first visit asks for, on a thread of its own, so that nobody waits for it."""

    def work() -> None:
        for path in ["", *map(path_of, (SCRIPT, STYLE)), *named(), *later(), path_of(PLOTLY)]:
            if (file := _found(path)) is not None:
                _SHELF.gzipped(file.name, file.read)

    Thread(target=work, name="compress", daemon=True).start()


def _moved(scope: Scope, here: str) -> Response | None:
    """Addresses in the page are relative: it lies below its prefix, and rooms have no slash behind them.

    Locations are relative too, since a proxy may have taken a prefix away.
    """
    query = f"?{text}" if (text := scope.get("query_string", b"").decode("latin-1")) else ""
    last = scope["path"].rstrip("/").rsplit("/", 1)[-1]
    if here == "" and not scope["path"].endswith("/"):
        to = f"{last}/"
    elif here.endswith("/") and is_page(here[:-1]) and here[:-1]:
        to = f"../{last}"
    else:
        return None
    return RedirectResponse(f"{to}{query}", 301, {"cache-control": _ALWAYS_ASK})


def _found(here: str) -> _File | None:
    if is_page(here):
        return _File("", lambda: page().encode(), "text/html", _ALWAYS_ASK, ours=True)
    kind = _TYPES.get("." + here.rpartition(".")[2])
    if kind is None:
        return None
    folder, _, name = here.rpartition("/")
    if folder == f"player/{version()}" and (read := asset(name)) is not None:
        return _File(here, read, kind, _FOREVER, ours=True)
    if here in _streamlits():
        return _File(here, (STATIC / here).read_bytes, kind, _FOREVER, ours=False)
    return None


@cache
def _streamlits() -> frozenset[str]:
    """The files of Streamlit's that are compressed, as paths below the app's own address."""
    files = (path for path in (STATIC / "static").rglob("*") if path.suffix in _TYPES)
    return frozenset(path.relative_to(STATIC).as_posix() for path in files)


_SHELF = Shelf()
MIDDLEWARE = [Middleware(Files)]
