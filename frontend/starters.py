"""The starters of a room: a list at the head of its rail, chips on a phone, slides on a projector."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

import streamlit as st

from experiments.starters import Starter
from experiments.view import View
from frontend.acts import Begin, Ranges, index
from frontend.player import begin_from
from frontend.redraw import Part


@dataclass(frozen=True)
class Starters:
    """The starters of one room, and what its session keeps of them.

    Attributes:
        room: names what is kept.
        purpose: what the room is for, in two short lines.
        entries: in the order in which they are offered.
        read: a link's description, the first of what it gives.
        now: the description as it stands.
        set: replaces it.
        shown: how many are seen in the rail before all are asked for.
    """

    room: str
    purpose: str
    entries: tuple[Starter, ...]
    read: Callable[[dict[str, str]], tuple[Any, ...]]
    now: Callable[[], Any]
    set: Callable[[Any], None]
    shown: int = 7

    @cached_property
    def _descriptions(self) -> tuple[Hashable, ...]:
        return tuple(self.read(entry.link)[0] for entry in self.entries)

    @property
    def acts(self) -> Ranges:
        """What the stage may ask of them."""
        return {Begin: {"starter": index(len(self.entries))}}

    @property
    def view(self) -> View:
        """How the page is to be looked at."""
        return st.session_state[f"{self.room}_view"]

    def opened(self, description: Any, view: View) -> None:
        """Once a session: what its link opened."""
        st.session_state[f"{self.room}_view"] = view
        st.session_state[f"{self.room}_opened"] = description

    def begin(self, index: int) -> None:
        """Shows a starter from its first step on."""
        self._show(self._descriptions[index])
        st.session_state[f"{self.room}_opened"] = self._descriptions[index]

    def back(self) -> None:
        """Shows again what the page was opened with, or the starter since."""
        self._show(st.session_state[f"{self.room}_opened"])

    def _show(self, description: Any) -> None:
        st.session_state[f"{self.room}_view"] = self.view.again()
        self.set(description)

    def chosen(self) -> int | None:
        """Which of them the description is, as long as nothing was changed."""
        now = self.now()
        return next((i for i, each in enumerate(self._descriptions) if each == now), None)

    def part(self) -> Part:
        """The part of the rail that offers them."""
        return Part("starters", self.chosen, self._draw)

    def _draw(self, chosen: int | None) -> None:
        begin_from({"purpose": self.purpose, "shown": self.shown, **self.tree(chosen)}, self.begin, len(self.entries))

    def tree(self, chosen: int | None) -> dict[str, Any]:
        """What the browser is told of them."""
        items = [{"title": title, "look": look, "href": f"?{urlencode(link, quote_via=quote, safe='~*()')}"}
                 for title, look, link in self.entries]  # fmt: skip
        return {"starters": items, "starter": chosen}
