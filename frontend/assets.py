"""What the browser may keep: plotly.js and the player's own files, gzipped once, named by their hash."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_PLAYER = Path(__file__).parent / "player"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, bytes]:
    plotly_js = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    own = sorted(p for p in _PLAYER.iterdir() if p.suffix in _TYPES)
    return {path.name: path.read_bytes() for path in [*own, plotly_js]}


@cache
def version() -> str:
    """Twelve hex digits that change whenever any asset does."""
    digest = hashlib.sha256()
    for name, content in _files().items():
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:12]


@cache
def _gzipped(name: str) -> bytes:
    return gzip.compress(_files()[name], 6, mtime=0)


async def _serve(request: Request) -> Response:
    name = request.path_params["name"]
    if request.path_params["version"] != version() or name not in _files():
        return Response("no such asset", status_code=404)
    headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
    body = _files()[name]
    if "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = _gzipped(name), "gzip"
    return Response(body, media_type=_TYPES[Path(name).suffix], headers=headers)


ROUTES = [Route("/player/{version}/{name}", _serve, methods=["GET"])]
