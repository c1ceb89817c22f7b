"""Script runs that a test lets go, and a clock that it sets by hand."""

import threading

from frontend.turns import Turns

LONG = 30.0  # seconds after which a test has hung


class Clock:
    """In the place of the module `time`, set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


class Run(threading.Thread):
    """A script run that works until it is let go."""

    def __init__(self, turns: Turns, owner: tuple[str, ...], order: list[str] | None = None) -> None:
        super().__init__(daemon=True)
        self.turns, self.owner, self.order = turns, owner, order
        self.waiting, self.working, self.go = threading.Event(), threading.Event(), threading.Event()
        self.places: list[int] = []
        self.leave = False
        self.error: BaseException | None = None
        self.start()

    def _waits(self, seconds: float, place: int) -> None:
        self.places.append(place)
        self.waiting.set()
        if self.leave:
            raise KeyboardInterrupt  # as Streamlit's, no Exception

    def run(self) -> None:
        try:
            with self.turns.turn(self.owner, self._waits):
                if self.order is not None:
                    self.order.append("/".join(self.owner))
                self.working.set()
                assert self.go.wait(LONG)
        except BaseException as error:
            self.error = error

    def ended(self) -> None:
        self.go.set()
        self.join(LONG)
        assert not self.is_alive()


def working(run: Run) -> Run:
    assert run.working.wait(LONG)
    return run


def waiting(run: Run) -> Run:
    assert run.waiting.wait(LONG)
    return run
