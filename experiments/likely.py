"""Networks that are likely trained next: their programs are made before anybody asks, for that takes seconds."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from experiments.memory import has_room
from experiments.starters import TRAIN
from experiments.training import Training, run
from experiments.training_link import from_link
from landscapes.networks.dense import Dense

FAMILY_MB = 25  # that its programs take, and a little more while they are made
FAMILY_SECONDS = 4.0  # to make them, about


@cache
def families() -> tuple[Training, ...]:
    """Every network of the room's starters whose program is not the dense ones': alone, for one step."""
    begun = (from_link(starter.link)[0] for starter in TRAIN)
    alone = (replace(each, learners=(learner,), num_steps=1) for each in begun for learner in each.learners)
    return tuple(each for each in alone if not isinstance(each.loss_of(each.learners[0]).exact, Dense))


class Likely:
    """Which families are still to be made, each once a process: what memory has dropped since is not made again."""

    def __init__(self) -> None:
        self._begun: set[Training] = set()

    def left(self, training: Training) -> list[Training]:
        """What is to be made after a training, that of its data first; nothing without memory for one."""
        left = [each for each in families() if each not in self._begun] if has_room(FAMILY_MB) else []
        return sorted(left, key=lambda each: each.dataset != training.dataset)

    def make(self, training: Training) -> Iterator[None]:
        """Compiles what each of them is trained and looked at with, one in a piece."""
        while left := self.left(training):
            self._begun.add(left[0])
            run(left[0])
            yield None
