"""Turns of script runs: as many at work at once as there are cores, the others wait, and who had least lately is next.

More runs at once than cores only slow each other. Who comes begins level with those that are about: to have been away
is no claim. A run that waits leaves the queue as soon as a newer one of its session has come, or its session has gone.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

import streamlit as st

from experiments.shares import Arrivals, Full, Limits, Shares, Visitor, address_of, check_room, in_queue
from frontend.errands import CORES, ERRANDS, WORKS
from frontend.visitor import visitor

AT_ONCE = max(2, CORES)
LIMITS = Limits(in_all=512, address=384, browser=24)  # runs that wait
HALF_LIFE = 10.0  # seconds in which half of what a visitor had is forgotten
LONGEST = 20.0  # seconds after which a run that is still at work no longer keeps others waiting
LOOKS = 0.25  # seconds between two looks at whether a newer run has come
SILENCE = 1.0  # seconds of waiting of which nothing is said
_AGE = 0.1  # seconds of work that a second of waiting makes up for
_ABOUT, _MOST_ABOUT = 5.0, 4096  # seconds for which an address is thought to be about; addresses remembered
_WORTH = 0.25  # seconds of work after which a run lets others go between
_CROWD = 2  # runs of one address that wait: more are no single hand's
_COMING, _COMES = 10, 10.0  # sessions that begin at one address, within seconds: more are a crowd that comes
_BEHIND = 0.5  # seconds of work that those who are there may have had more than such a crowd


class _Ticket:
    def __init__(self, owner: Visitor, now: float) -> None:
        self.owner, self.since = owner, now  # since it waits, or works
        self.granted = threading.Event()
        self.begun = False  # whether the next `turn` of its thread ends it
        self.thread = threading.current_thread()


class Turns:
    """Hands out turns.

    Args:
        at_once: how many runs work at once.
        limits: how many may wait.
    """

    def __init__(self, at_once: int = AT_ONCE, limits: Limits = LIMITS) -> None:
        self._at_once, self._limits = at_once, limits
        self._waiting: list[_Ticket] = []
        self._working: list[_Ticket] = []
        self._shares = Shares(HALF_LIFE)
        self._lock = threading.Lock()
        self._order: tuple[float, dict[_Ticket, int]] = (0.0, {})  # when it was looked at, and the places then
        self._about: dict[Hashable, float] = {}  # addresses, and when each was last seen
        self._arrivals = Arrivals(_COMING, _COMES)
        self._own = threading.local()  # the ticket of a thread that has a turn

    @contextmanager
    def turn(self, owner: Visitor, waits: Callable[[float, int], None] = lambda seconds, place: None) -> Iterator[None]:
        """Works in a turn; within one there is nothing to wait for.

        Args:
            owner: whose turn it is.
            waits: called every `LOOKS` seconds of waiting, with the seconds so far and the place in the queue; what it
                raises leaves the queue.

        Raises:
            Full: where too many wait.
        """
        ticket = getattr(self._own, "ticket", None)
        if ticket is not None and not ticket.begun:
            yield
            return
        if ticket is None:
            self._take(owner, waits)
        else:
            ticket.begun = False
        try:
            yield
        finally:
            self._release()

    def begin(self, owner: Visitor, waits: Callable[[float, int], None] = lambda seconds, place: None) -> None:
        """Takes a turn that the next `turn` of this thread goes on with and ends; arguments and errors as there."""
        if getattr(self._own, "ticket", None) is None:
            self._take(owner, waits)
            self._own.ticket.begun = True

    @contextmanager
    def aside(self) -> Iterator[None]:
        """For waiting for something else: others have the turn meanwhile, and it is taken again afterwards."""
        ticket = getattr(self._own, "ticket", None)
        if ticket is None:
            yield
            return
        self._release()
        ERRANDS.begun(visitor().session)
        yield
        self._take(ticket.owner, bounded=False)

    def give_way(self) -> None:
        """Lets others go first, where a run has worked for a while and somebody waits."""
        ticket = getattr(self._own, "ticket", None)
        if ticket is not None and self._waiting and time.monotonic() - ticket.since > _WORTH:
            with self.aside():
                pass

    def _take(self, owner: Visitor, waits: Callable[[float, int], None] = lambda seconds, place: None,
              bounded: bool = True) -> None:  # fmt: skip
        begun = time.monotonic()
        ticket = _Ticket(owner, begun)
        with self._lock:
            if bounded:
                check_room(owner, [other.owner for other in self._waiting], self._limits, "pictures")
            self._waiting.append(ticket)
            self._notice(ticket, begun)
            self._hand_out()
        try:
            while not ticket.granted.wait(LOOKS):
                with self._lock:
                    self._hand_out()  # one that works may have passed its limit
                waits(time.monotonic() - begun, self._place(ticket))
        except BaseException:
            self._drop(ticket)
            raise
        self._own.ticket = ticket

    def _release(self) -> None:
        ticket, self._own.ticket = getattr(self._own, "ticket", None), None
        if ticket is not None:
            self._drop(ticket)

    def _drop(self, ticket: _Ticket) -> None:
        """Takes a ticket out, whether it waits or works, and counts its work."""
        with self._lock:
            now = time.monotonic()
            self._notice(ticket, now)
            if ticket.granted.is_set():
                self._shares.add(ticket.owner, now - ticket.since, now)
            self._waiting = [each for each in self._waiting if each is not ticket]
            self._working = [each for each in self._working if each is not ticket]
            self._hand_out()

    def _notice(self, ticket: _Ticket, now: float) -> None:
        """Remembers when an address was last about; one that comes is no further ahead than those that are."""
        self._arrivals.seen(ticket.owner, now)
        who, others = address_of(ticket.owner), [each for each, at in self._about.items() if at > now - _ABOUT]
        if who not in others:
            self._shares.level(who, others, now)
        self._about[who] = now
        if len(self._about) > _MOST_ABOUT:
            self._about = {who: at for who, at in self._about.items() if at > now - _ABOUT}

    def _hand_out(self) -> None:
        now = time.monotonic()
        going = [each for each in self._working if each.thread.is_alive()]
        self._working = [each for each in going if now - each.since <= LONGEST]
        while len(self._working) < self._at_once and self._waiting:
            waits = Counter(address_of(each.owner) for each in self._waiting)
            may = {who for who, count in waits.items() if self._may(who, count, now)}
            fit = [each for each in self._waiting if address_of(each.owner) in may]
            if not fit:
                return
            ticket = min(fit, key=lambda each: self._rank(each, now))
            self._waiting.remove(ticket)
            self._working.append(ticket)
            ticket.since = now
            ticket.granted.set()

    def _may(self, own: Hashable, waits: int, now: float) -> bool:
        """Whether an address, of which so many runs wait, may have a turn.

        Where several addresses are about none has all turns; a crowd that comes does not count, and has those that are
        left. It begins nothing beside a short run of another's, nor does an address of which several wait and which has
        had more lately: both would take longer, and who asks for most would be at work beside everybody else. A run
        that takes longer keeps nobody waiting.
        """
        comes = self._arrivals.crowd(own, now)
        others = {who for who, at in self._about.items() if who != own and at > now - _ABOUT}
        if not comes:
            others = {who for who in others if not self._arrivals.crowd(who, now)}
        if not others:
            return True
        at_work = [address_of(each.owner) for each in self._working]
        short = others & {address_of(each.owner) for each in self._working if now - each.since <= _WORTH}
        if not comes:
            less = {who for who in short if self._shares.used(who, now) < self._shares.used(own, now)}
            short = less if waits > _CROWD else set()
        return at_work.count(own) < max(1, self._at_once - 1) and not short

    def _rank(self, ticket: _Ticket, now: float) -> float:
        """What is least is next; a crowd that comes is behind those who are there."""
        behind = _BEHIND * self._arrivals.crowd(address_of(ticket.owner), now)
        return self._shares.used(ticket.owner, now) + behind - _AGE * (now - ticket.since)

    def _place(self, ticket: _Ticket) -> int:
        """The place in the queue, as it was within the last `LOOKS` seconds; 1 where it has just left it."""
        with self._lock:
            now = time.monotonic()
            if now - self._order[0] > LOOKS:
                order = sorted(self._waiting, key=lambda each: self._rank(each, now))
                self._order = now, {each: i + 1 for i, each in enumerate(order)}
            return self._order[1].get(ticket, len(self._waiting) or 1)


TURNS = Turns()


@contextmanager
def turn() -> Iterator[None]:
    """A script's or a fragment's run in its turn.

    Who waits for long is told so, and who finds no place is told how to go on. What is told has its own element in
    every run, so that those after it stay what they were.
    """
    with ExitStack() as held:
        _wait(lambda owner, waits: held.enter_context(TURNS.turn(owner, waits)))
        yield


def begin_turn() -> None:
    """As `turn`, for a run of several fragments: the next `turn` goes on with it and ends it."""
    _wait(TURNS.begin)


def _wait(take: Callable[[Visitor, Callable[[float, int], None]], object]) -> None:
    slot, said = st.empty(), 0

    def waits(seconds: float, place: int) -> None:
        nonlocal said
        if seconds >= SILENCE and place != said:
            said = place
            slot.markdown(f":material/hourglass_top: The server is busy. Your picture: {in_queue(place).lower()}.")
        _ = "turn" in st.session_state  # where a newer run has come, or the session has gone, this ends the run

    try:
        owner = visitor()
        take(owner, waits)
        ERRANDS.begun(owner.session, WORKS)
    except Full as full:
        refuse(slot, full)
    if said:
        slot.empty()


def refuse(slot: Any, full: Full) -> NoReturn:
    """Says that there is no place and how to go on, and ends the run."""
    with slot.container():
        st.markdown(f"{full} Nothing you set is lost.")
        st.button("Try again", key="try_again", type="tertiary")
    st.stop()
