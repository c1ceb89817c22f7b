"""What is happening in a race at a step, in one sentence: said until the playhead has come to the end.

A run *leads* if no other has been lower until now, inside the picture. It *touches* the target where its loss first
lies within it of the minimum. It *crosses the valley* where it comes to the other side of the valley's floor. It is *on
its way* if it has neither touched the target nor diverged. Nothing is said of a later step.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from experiments.race import RaceResult
from experiments.verdict import GOAL, labels, who
from experiments.words import agree, count, uncapital

_LISTED = 3  # runs whose crossings are told one by one
_NEVER = np.iinfo(np.int64).max


def commentary(result: RaceResult, steps: Sequence[int] | Int[np.ndarray, "row"]) -> list[tuple[int, str]]:
    """Sentences, each with the step from which on it holds until the next, at every one of ``steps``."""
    if not result.descents:
        return []
    race = _Race(result)
    rows = np.asarray(steps)
    changed = np.flatnonzero(np.append(True, (race.state[:, rows[1:]] != race.state[:, rows[:-1]]).any(0)))
    return [(int(rows[row]), race.at(int(rows[row]))) for row in changed]


class _Race:
    """What has happened until each step."""

    def __init__(self, result: RaceResult) -> None:
        surface, runs = result.surface, result.trajectories
        self.names, self.known, self.frame = labels(result), surface.minimum is not None, result.frame
        self.best = np.array([_lowest(result, i) for i in range(len(runs))])
        self.touched = [_NEVER if step is None else step for step in result.touched]
        self.gone = [_NEVER if outcome.diverged is None else outcome.diverged for outcome in result.outcomes]
        self.left = [_NEVER if outcome.left is None else outcome.left for outcome in result.outcomes]
        self.crossed = _crossings(result)
        self.state = self._state()

    def _state(self) -> Int[np.ndarray, "fact row"]:
        """Numbers that differ between two steps wherever the sentence may."""
        rows = np.arange(self.best.shape[1])
        ends = [rows >= end for end in (*self.touched, *self.gone, *self.left)]
        going = np.where(rows < np.array(self.gone)[:, None], self.best, np.inf)
        leads = going == going.min(0)
        crossed = [] if self.crossed is None else list(self.crossed)
        return np.array([rows > 0, *ends, *leads, *crossed]).astype(np.int64)

    def at(self, step: int) -> str:
        """The sentence at a step."""
        gone = [i for i in range(len(self.names)) if self.gone[i] <= step]
        if step == 0:
            return self._question()
        if len(gone) == len(self.names):
            last = max(gone, key=lambda i: self.gone[i])
            return f"{who(self.names, gone)} {_have(len(gone))} diverged, the last at step {self.gone[last]}." if (
                len(gone) > 1) else f"{self.names[last]} diverged at step {self.gone[last]}."  # fmt: skip
        going = [i for i in range(len(self.names)) if i not in gone]
        parts = [self._touches(step, going) or self._leaves(step, going) or self._leads(step, going)]
        if gone:
            first = min(gone, key=lambda i: self.gone[i])
            more = f", {count(len(gone) - 1)} more since" if len(gone) > 1 else ""
            parts.append(f"{uncapital(self.names[first])} diverged at step {self.gone[first]}{more}")
        return f"{'; '.join(parts)}."

    def _question(self) -> str:
        many, touched = len(self.names), [i for i, step in enumerate(self.touched) if step == 0]
        if self.known and touched:
            return f"{who(self.names, touched)} {agree('start', len(touched) == 1)} within {GOAL} of the lowest point."
        goal = f"be within {GOAL} of the lowest point" if self.known else f"leave {self.frame}"
        if many == 1:
            return f"{self.names[0]} sets out: when will it {goal}?"
        return f"{count(many).capitalize()} runs set out from one point: which will be the first to {goal}?"

    def _touches(self, step: int, going: Sequence[int]) -> str:
        """Who has come to the target until now, the first two by name."""
        steps = sorted({self.touched[i] for i in range(len(self.names)) if self.touched[i] <= step})
        if not steps or not self.known:
            return ""
        groups = [[i for i in range(len(self.names)) if self.touched[i] == at] for at in steps[:2]]
        first = " first," if len(self.names) > len(groups[0]) else ""
        said = f"{who(self.names, groups[0])} touched {GOAL}{first} at step {steps[0]}"
        if len(groups) > 1:
            said += f", then {uncapital(who(self.names, groups[1]))} at {steps[1]}"
        rest = [i for i in going if self.touched[i] > step]
        if not rest:
            return said
        named = uncapital(self.names[rest[0]]) if len(rest) == 1 else f"{count(len(rest))} others"
        return f"{said}; {named} {'is' if len(rest) == 1 else 'are'} on {'its' if len(rest) == 1 else 'their'} way"

    def _leaves(self, step: int, going: Sequence[int]) -> str:
        """Where there is no lowest point, who has left the picture."""
        left = [i for i in going if self.left[i] <= step]
        if self.known or not left:
            return ""
        first = min(self.left[i] for i in left)
        group = [i for i in left if self.left[i] == first]
        return f"{who(self.names, group)} left {self.frame} at step {first}; {count(len(left))} of " \
               f"{len(self.names)} {'is' if len(left) == 1 else 'are'} outside by now"  # fmt: skip

    def _leads(self, step: int, going: Sequence[int]) -> str:
        """Who has been lowest until now; in a valley how often it was crossed."""
        low = min(self.best[i, step] for i in going)
        leaders = [i for i in going if self.best[i, step] == low]
        alone = len(self.names) == 1
        lead = f"{who(self.names, leaders)} {agree('lead', len(leaders) == 1)}"
        if self.crossed is None:
            if alone:
                return f"{self.names[0]} is on its way"
            return f"{lead}: no other has been as low until now" if len(leaders) < len(going) else "They are level"
        times = {i: int(self.crossed[i, step]) for i in going}
        if not any(times.values()):
            none = "it has not crossed the valley yet" if alone else "no run has crossed the valley yet"
            return f"{self.names[0]} is on its way: {none}" if alone else f"{lead}; {none}"
        if alone:
            return f"{self.names[0]} has crossed the valley {_times(times[0])}"
        if len(going) > _LISTED or len(leaders) > 1:
            few, many = min(times.values()), max(times.values())
            return (
                f"{lead}; the runs have crossed the valley {f'{few} to {many} times' if few < many else _times(many)}"
            )
        order = [*leaders, *sorted((i for i in going if i not in leaders), key=lambda i: -times[i])]
        others = "".join(f", {uncapital(self.names[i])} {_short(times[i])}" for i in order[1:])
        begun = "it has never crossed the valley" if not times[order[0]] else (
            f"it has crossed the valley {_times(times[order[0]])}")  # fmt: skip
        return f"{lead}: {begun}{others}"


def _have(many: int) -> str:
    return "has" if many == 1 else "have"


def _times(many: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(many, f"{many} times")


def _short(many: int) -> str:
    """The same, where the word is plain from before."""
    return _times(many) if many < 3 else f"{many}"


def _lowest(result: RaceResult, i: int) -> Float[np.ndarray, "row"]:
    """The lowest loss of a run until each step, inside the picture."""
    run = result.trajectories[i]
    here = result.surface.contains(run.params) & np.isfinite(run.loss)
    return np.minimum.accumulate(np.where(here, run.loss, np.inf))


def _crossings(result: RaceResult) -> Int[np.ndarray, "run row"] | None:
    """How often each run has come to the other side of the valley's floor until each step; None without a valley."""
    sides = [result.surface.side_of_valley(run.params) for run in result.trajectories]
    if not sides or sides[0] is None:
        return None
    out = []
    for side in sides:
        sign = np.sign(np.nan_to_num(np.asarray(side)))
        known = np.maximum.accumulate(np.where(sign != 0, np.arange(len(sign)), 0))  # the last row off the floor
        sign = sign[known]
        out.append(np.append(0, np.cumsum(sign[1:] * sign[:-1] < 0)))
    return np.array(out)
