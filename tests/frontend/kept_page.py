"""What a browser keeps between two messages and `AppTest` forgets: what no fragment of a run draws again."""

from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1.element_tree import ElementTree
from streamlit.testing.v1.local_script_runner import LocalScriptRunner


class _Page(ForwardMsgQueue):
    """The messages of a run; those of fragments join what was there when the run before ended."""

    def __init__(self, before: list[ForwardMsg]) -> None:
        super().__init__()
        self._before = before

    def clear(self, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None) -> None:
        if fragment_ids_this_run is not None:
            self._queue = [*self._before, *(each for each in self._queue if not each.HasField("delta"))]
        super().clear(retain_lifecycle_msgs, fragment_ids_this_run)


def keep_page(patch: pytest.MonkeyPatch) -> None:
    """Has `AppTest` keep a page as a browser does, between the runs of one session."""
    run = LocalScriptRunner.run

    def kept(self: LocalScriptRunner, *args: Any, **kwargs: Any) -> ElementTree:
        session: Any = self._fragment_storage  # one a session
        self.forward_msg_queue = _Page(getattr(session, "page", []))
        try:
            return run(self, *args, **kwargs)
        finally:
            session.page = [each for each in self.forward_msg_queue._queue if each.HasField("delta")]

    def in_order(self: LocalScriptRunner) -> list[ForwardMsg]:
        return sorted(self.forward_msg_queue._queue, key=lambda each: list(each.metadata.delta_path))

    patch.setattr(LocalScriptRunner, "run", kept)
    patch.setattr(LocalScriptRunner, "forward_msgs", in_order)
