"""What a race showed, in one sentence generated from the run, and one more with its conditions."""

import numpy as np

from experiments.race import TARGET, RaceResult, inside, is_tuned

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def ten_to(exponent: int) -> str:
    """A power of ten with real superscripts."""
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def power_of_ten(value: float) -> str:
    """The power of ten next to a value."""
    return ten_to(round(np.log10(value)))


def headline(result: RaceResult) -> str:
    """Who reached the target first, who followed, who has not: as the run had it."""
    names = labels(result)
    if not names:
        return "No run yet: the surface and the start are set."
    steps = result.race.num_steps
    if result.surface.minimum is None:
        return _unbounded(result, names)
    order = sorted((step, i) for i, step in enumerate(result.reached) if step is not None)
    if not order:
        return f"{_none_arrives(result, names)} {_first_gone(result, names)}".strip()
    first = f"{names[order[0][1]]} reaches {power_of_ten(TARGET)} at step {order[0][0]}"
    if len(order) > 1:
        first += f", before {uncapital(names[order[1][1]])} at {order[1][0]}"
    left = [i for i in range(len(names)) if result.reached[i] is None]
    running = [i for i in left if result.trajectories[i].diverged_at is None]
    if running:
        worst = max(running, key=lambda i: result.gap[i][-1])
        who = uncapital(names[worst]) if len(running) == 1 else f"{_COUNTS[len(running)]} others"
        return f"{first}; {who} {'has' if len(running) == 1 else 'have'} not, after {steps}."
    if left:
        return f"{first}; {uncapital(_gone(result, names, left[0]))}."
    return f"{first}." if len(order) < 3 else f"{first}; all {_COUNTS[len(order)]} arrive within {order[-1][0]} steps."


def subline(result: RaceResult) -> str:
    """The conditions: the start, the budget, the noise; who diverged; which rates were tuned."""
    race = result.race
    x, y = race.origin
    parts = [f"{result.surface.title} from ({number(x)}, {number(y)}), {race.num_steps} steps each"]
    if race.noise:
        parts[0] += f", the same gradient noise {number(race.noise)} for every run (seed {race.seed})"
    tuned = [run for run in race.runs if is_tuned(result.surface, run)]
    if tuned and len(tuned) == len(race.runs):
        parts.append("each learning rate is the best steady one of 33")
    elif tuned:
        some = f"{_COUNTS[len(tuned)]} of {_COUNTS[len(race.runs)]}"
        parts.append(f"{some} learning rates tuned, the best steady of 33")
    if (wells := _wells(result)) is not None:
        parts.append(wells)
    sentence = "; ".join(parts) + "."
    gone = [
        _gone(result, labels(result), i) for i, run in enumerate(result.trajectories) if run.diverged_at is not None
    ]
    unsaid = [text for text in gone if text.lower() not in headline(result).lower()]
    return f"{sentence} {'; '.join(unsaid[:2])}." if unsaid else sentence


def labels(result: RaceResult) -> list[str]:
    """The optimizers' names; those that occur more than once are told apart by their rate."""
    names = [descent.optimizer.title for descent in result.descents]
    rates = [descent.hyperparams.get(descent.optimizer.scheduled or "") for descent in result.descents]
    twice = [name for name in names if names.count(name) > 1]
    return [
        f"{name} {rate:.3g}" if name in twice and rate is not None else name
        for name, rate in zip(names, rates, strict=True)
    ]


def _none_arrives(result: RaceResult, names: list[str]) -> str:
    running = [i for i, run in enumerate(result.trajectories) if run.diverged_at is None]
    if not running:
        return "Every run diverged."
    best = min(running, key=lambda i: result.gap[i][-1])
    left = number(float(result.gap[best][-1]))
    return (
        f"None reaches {power_of_ten(TARGET)} in {result.race.num_steps} steps; "
        f"{uncapital(names[best])} comes closest, {left} above the minimum."
    )


def _unbounded(result: RaceResult, names: list[str]) -> str:
    """On a surface without a minimum: who left the picture first."""
    left = []
    for i, run in enumerate(result.trajectories):
        out = np.flatnonzero(~inside(result.surface, run))
        if out.size:
            left.append((int(out[0]), i))
    if not left:
        return f"No run has left the picture after {result.race.num_steps} steps."
    left.sort()
    sentence = f"{names[left[0][1]]} leaves the picture first, at step {left[0][0]}"
    if len(left) > 1:
        sentence += f", then {uncapital(names[left[1][1]])} at {left[1][0]}"
    stay = len(names) - len(left)
    return f"{sentence}; {_COUNTS[stay]} {'stays' if stay == 1 else 'stay'}." if stay else f"{sentence}."


def _wells(result: RaceResult) -> str | None:
    """Into how many of several minima the runs have settled."""
    minima = np.array(result.surface.minima)
    if len(minima) < 2:
        return None
    ends = [run.params[-1] for run, step in zip(result.trajectories, result.reached, strict=True) if step is not None]
    if not ends:
        return None
    wells = {int(np.argmin(np.hypot(*(minima - end).T))) for end in ends}
    runs = f"{_COUNTS[len(ends)]} {'run settles' if len(ends) == 1 else 'runs settle'}"
    return f"{runs} in {_COUNTS[len(wells)]} of the {_COUNTS[len(minima)]} minima" if len(minima) <= 8 else None


def _first_gone(result: RaceResult, names: list[str]) -> str:
    gone = [i for i, run in enumerate(result.trajectories) if run.diverged_at is not None]
    return f"{_gone(result, names, gone[0])}." if gone and len(gone) < len(names) else ""


def _gone(result: RaceResult, names: list[str], i: int) -> str:
    rate = result.descents[i].hyperparams.get(result.descents[i].optimizer.scheduled or "")
    at = f", at rate {number(rate)}," if rate is not None else ""
    return f"{names[i]}{at} diverged at step {result.trajectories[i].diverged_at}"


def uncapital(name: str) -> str:
    """Inside a sentence: 'gradient descent', but 'Adam' and 'RMSProp' keep their capitals."""
    common = name.split()[0] in {"Gradient", "Momentum", "Damped", "Sign", "Random", "Newton's", "Schedule-free"}
    return name[0].lower() + name[1:] if common and not name.startswith("Newton") else name


def number(value: float) -> str:
    """Three figures, with a true minus."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
