"""A page that outlives its server, or its session: the first act in the new one counts.

A browser that finds its server again says nothing until the visitor acts. Its first message then holds the act, and the
values of all widgets that another session drew: this one knows none of them. So they are kept, the page is drawn from
the link in the address, and the message is read once more, when there is something that it can be an act of.
"""

import re
from collections.abc import Iterable

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import RerunData, RerunException, get_script_run_ctx
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import user_key_from_element_id

_KEPT = "first_message"  # of the session's state: values by the widgets' ids; None once the page was drawn
_MOST_BYTES = 4096  # of one value


def keep(session: SessionState, unknown: Iterable[WidgetState], known: Iterable[str]) -> None:
    """Keeps the values of widgets that a new session has not drawn yet.

    Args:
        session: which one.
        unknown: what a message says of widgets that the session has not drawn.
        known: ids of the widgets that the same message says something newer of.
    """
    try:
        kept: dict[str, WidgetState] | None = session[_KEPT]
    except KeyError:  # the session's first message
        kept = {}
    if kept is not None:
        newer = {state.id: state for state in unknown if state.ByteSize() <= _MOST_BYTES}
        session[_KEPT] = {id_: state for id_, state in kept.items() if id_ not in set(known)} | newer


def opened_before(pattern: str) -> int | None:
    """Which of a list was open on the page that another session drew; its controls are named by ``pattern``."""
    keys = (user_key_from_element_id(id_) for id_ in st.session_state.get(_KEPT) or ())
    return next((int(found[1]) for key in keys if (found := re.fullmatch(pattern, key or ""))), None)


def rail_drawn() -> None:
    """To be called after the rail: reads the first message again unless it is an act on the stage."""
    kept = st.session_state.get(_KEPT)
    if kept and not any("-player" in id_ for id_ in kept):
        page_drawn()


def page_drawn() -> None:
    """To be called at the end of the script: reads the first message again where it was kept until now."""
    kept, context = st.session_state.get(_KEPT), get_script_run_ctx()
    st.session_state[_KEPT] = None
    if kept and context is not None:
        again = RerunData(
            query_string=context.query_string,
            page_script_hash=context.page_script_hash,
            widget_states=WidgetStates(widgets=kept.values()),
            cached_message_hashes=context.cached_message_hashes,
            context_info=context.context_info,
        )
        raise RerunException(again)


class WholeScript:
    """Makes the first rerun of every connection one of the whole script, and every one that a visitor asks for.

    After a restart a timer, or an act on the stage, asks for a fragment that the new session does not have; Streamlit
    would then run nothing at all. And an act within a fragment would not end what is under way, and would have drawn
    that fragment alone: what an act changes is for its callback to say (`frontend.redraw`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As every ASGI application."""
        first = True

        async def received() -> Message:
            nonlocal first
            message = await receive()
            if scope["type"] == "websocket" and message.get("bytes"):
                message, first = whole(message, first)
            return message

        await self.app(scope, received, send)


def whole(message: Message, first: bool) -> tuple[Message, bool]:
    """The message without the name of a fragment, unless a timer sent it; and whether the first rerun is to come."""
    try:
        sent = BackMsg.FromString(message["bytes"])
    except Exception:  # no message at all, which Streamlit says itself
        return message, first
    if sent.WhichOneof("type") != "rerun_script":
        return message, first
    if sent.rerun_script.fragment_id and (first or not sent.rerun_script.is_auto_rerun):
        sent.rerun_script.ClearField("fragment_id")
        sent.rerun_script.ClearField("is_auto_rerun")
        message = {**message, "bytes": sent.SerializeToString()}
    return message, False


MIDDLEWARE = [Middleware(WholeScript)]
