"""Links with more parameters than Streamlit reads: shortened at the door, where it would drop all of them unsaid."""

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from experiments.view import LEFT_OUT

MOST_FIELDS = 1000  # that Streamlit reads, of at most 512 Ki characters (`runtime/state/query_params.py`)
MOST_CHARACTERS = 16_000  # of a query that is kept: no link of this page has 2,000


def shortened(query: str) -> str:
    """The query itself where it is read whole; else its first parameters and how many were left out."""
    fields = query.split("&")
    if len(fields) <= MOST_FIELDS and len(query) <= MOST_CHARACTERS:
        return query
    kept, size = [], 0
    for field in fields[: MOST_FIELDS - 1]:
        size += len(field) + 1
        if size > MOST_CHARACTERS - 32:
            break
        kept.append(field)
    return "&".join([*kept, f"{LEFT_OUT}={len(fields) - len(kept)}"])


class LongLinks:
    """An app behind a door that sends the browser from a link that is too long to a shorter one that says so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a page's request whose query would be dropped; hands on everything else."""
        query = scope.get("query_string", b"").decode("latin-1")
        if scope["type"] != "http" or scope["method"] != "GET" or shortened(query) == query:
            await self.app(scope, receive, send)
            return
        location = (b"location", f"?{shortened(query)}".encode("latin-1"))
        await send({"type": "http.response.start", "status": 303, "headers": [location, (b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


MIDDLEWARE = [Middleware(LongLinks)]
