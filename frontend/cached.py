"""Which messages a browser surely still has, so that Streamlit may send their names instead.

A browser lists with each of its own messages the large ones that it keeps, and drops those that it has not met in the
last runs of the script. What it has listed may be gone by the time that the answer comes, behind others that were on
their way: then Streamlit's page stands still for good. So it keeps them for many runs, and of its list only those go on
that it was sent, or reminded of, a few runs ago.
"""

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

RECENT = 8  # runs
AGE = 120  # runs for which a browser keeps a message; many more than can be on their way, see `messages.MOST_WAITING`


class Cached:
    """What one connection's browser was sent."""

    def __init__(self) -> None:
        self._runs = 0
        self._met: dict[str, int] = {}  # a message's hash -> the run in which the browser met it last

    def told(self, message: ForwardMsg) -> None:
        """Takes note of what the browser is sent."""
        if message.WhichOneof("type") == "ref_hash":
            self._met[message.ref_hash] = self._runs
        elif message.metadata.cacheable and message.hash:
            self._met[message.hash] = self._runs

    def ran(self) -> None:
        """Takes note of a run's end."""
        self._runs += 1
        self._met = {name: run for name, run in self._met.items() if self._runs - run <= RECENT}

    def bound(self, state: ClientState) -> bool:
        """Leaves of a browser's list what is surely there when its answer comes; whether that is another list."""
        listed = list(state.cached_message_hashes)
        state.cached_message_hashes[:] = [name for name in listed if name in self._met]
        return len(state.cached_message_hashes) < len(listed)
