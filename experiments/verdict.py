"""What a race showed, in one sentence generated from the run, and one more with its conditions.

Words have one meaning. A run *reaches* 0.001 *and stays* at the step from which to the end its loss is within 0.001 of
the minimum, inside the picture; under noise, and where it has been there before, for the last tenth of the steps at
least. Else it *touches* it. It has
*diverged* as `experiments.outcome` says. It *ends* somewhere if it has not diverged; *lowest* is of those that end in
the picture.
"""

import math
from collections.abc import Sequence

import numpy as np

from experiments.labels import tell_apart
from experiments.once import once
from experiments.outcome import FAR, TARGET, at_target
from experiments.race import RaceResult, conditions, sets_no_rate, tuned_rate
from experiments.tuning import RATES, TUNING_STEPS
from experiments.words import SYMBOLS, agree, and_list, count, lowered, number, steps_text, uncapital
from optimizers import Descent

GOAL = f"{TARGET:g}"  # as it is written


@once
def headline(result: RaceResult) -> str:
    """Who reached the target to stay and when, or who came nearest; who did not; who diverged."""
    names = labels(result)
    if not names:
        return "No run yet: the surface and the start are set."
    if all(outcome.diverged is not None for outcome in result.outcomes):
        return _all_gone(result, names)
    if result.surface.minimum is None:
        return _unbounded(result, names)
    if any(outcome.arrived is not None for outcome in result.outcomes):
        return _arrivals(result, names)
    return " ".join(filter(None, [_none_arrives(result, names), _first_gone(result, names)]))


def subline(result: RaceResult) -> str:
    """The conditions, as `conditions_text` has them, then where runs ended and who else diverged."""
    gone = [_gone(result, labels(result), i) for i, each in enumerate(result.outcomes) if each.diverged is not None]
    unsaid = [text for text in gone if text.lower() not in headline(result).lower()]
    sentences = [_conditions(result, _wells(result)), "; ".join(unsaid)]
    if any(_went_far(result, i) for i in range(len(result.outcomes))):
        sentences.append(f"Diverged means {FAR:g} times as far out as the corners of {result.frame}, or not finite")
    return " ".join(f"{sentence}." for sentence in sentences if sentence)


def conditions_text(result: RaceResult) -> str:
    """The conditions, and nothing of what happened: the start, the budget, the noise, how rates were chosen."""
    return f"{_conditions(result)}."


def _conditions(result: RaceResult, more: str = "") -> str:
    race = result.race
    x, y = race.origin
    parts = [f"{result.surface.title} from ({number(x)}, {number(y)}), {steps_text(race.num_steps)} each"]
    if result.drawn != result.surface:
        (x0, x1), (y0, y1) = result.surface.domain
        parts[0] += f", in a box of {number(x1 - x0)} × {number(y1 - y0)}"
    if race.noise:
        parts[0] += f", the same gradient noise {number(race.noise)} for every run (seed {race.seed})"
    return "; ".join(filter(None, [*parts, _tuning(result), more]))


@once
def labels(result: RaceResult) -> tuple[str, ...]:
    """The optimizers' names; those that occur more than once are told apart by what was set differently."""
    titles = [each.optimizer.title for each in result.descents]
    return tuple(tell_apart(titles, [_facts(each) for each in result.descents]))


def _facts(descent: Descent) -> dict[str, str]:
    """What can tell a run from others of its rule: its rate, and whatever is not as the catalogue has it."""
    rule = descent.optimizer
    rate = descent.hyperparams.get(rule.scheduled or "")
    facts = {"rate": "" if rate is None else f" {number(rate)}", "schedule": _schedule_text(descent)}
    for name, value in descent.hyperparams.items():
        if name != rule.scheduled:
            usual = value == rule.hyperparams[name].default
            facts[name] = "" if usual else f", {SYMBOLS.get(name, name.replace('_', ' '))} {number(value)}"
    facts["clip"] = f", clip {number(descent.clip_norm)}" if math.isfinite(descent.clip_norm) else ""
    levels = (("L2", descent.l2), ("decay", descent.weight_decay), ("L1", descent.l1))
    return facts | {name: f", {name} {number(level)}" if level else "" for name, level in levels}


def _schedule_text(descent: Descent) -> str:
    schedule = descent.schedule
    own = [f" {name.replace('_', ' ')} {number(value)}" for name, value in descent.schedule_hyperparams.items()
           if value != schedule.hyperparams[name].default]  # fmt: skip
    return "" if schedule.name == "constant" else f", {lowered(schedule.title)}{' and'.join(own)}"


def _arrivals(result: RaceResult, names: Sequence[str]) -> str:
    """The first to reach the target to stay and the next, ties together; then who has not."""
    order = sorted((o.arrived, i) for i, o in enumerate(result.outcomes) if o.arrived is not None)
    groups = [[i for other, i in order if other == step] for step in dict.fromkeys(step for step, _ in order)]
    at = list(dict.fromkeys(step for step, _ in order))
    one = len(groups[0]) == 1
    if at[0] == 0:
        said = f"{who(names, groups[0])} {agree('start', one)} within {GOAL} and {agree('stay', one)}"
        link, word = "; ", f"{agree('reach', len(groups) > 1 and len(groups[1]) == 1)} it at step"
    else:
        said = f"{who(names, groups[0])} {agree('reach', one)} {GOAL} at step {at[0]} and {agree('stay', one)}"
        link, word = ", before ", "at"
    if len(groups) > 1:
        said += f"{link}{uncapital(who(names, groups[1]))} {word} {at[1]}"
    rest = _rest(result, names)
    if rest:
        return f"{said}; {rest}."
    return f"{said}; all {count(len(order))} arrive within {steps_text(at[-1])}." if len(groups) > 2 else f"{said}."


def _rest(result: RaceResult, names: Sequence[str]) -> str:
    """Who has not arrived: one by name and how it ended, several by their number."""
    left = [i for i, outcome in enumerate(result.outcomes) if outcome.arrived is None]
    if not left:
        return ""
    gone = [i for i in left if result.outcomes[i].diverged is not None]
    going = [i for i in left if i not in gone]
    if not going:
        return uncapital(_gone(result, names, left[0])) if len(left) == 1 else f"{count(len(left))} others diverged"
    if len(going) > 1:
        return f"{count(len(going))} others have not, after {steps_text(result.race.num_steps, bare=True)}"
    if result.outcomes[going[0]].touched is not None:
        return _touches(result, uncapital(names[going[0]]), going[0], "it")
    return f"{uncapital(names[going[0]])} has not, after {steps_text(result.race.num_steps, bare=True)}"


def _touches(result: RaceResult, name: str, i: int, what: str) -> str:
    """When a run that has not arrived was there first, and whether it is there at the end."""
    there, first = at_target(result.surface, result.trajectories[i]), result.outcomes[i].touched
    then = " and leaves it again"
    if there[-1]:
        back = "" if there[first:].all() else ", leaves it, and is back"
        then = f"{back or ','} too late to tell whether it stays"
    return f"{name} touches {what} at step {first}{then}"


def _none_arrives(result: RaceResult, names: Sequence[str]) -> str:
    """Who ends lowest in the picture, or that nobody ends there; who touched the target, if somebody did."""
    steps, alone = steps_text(result.race.num_steps), len(names) == 1
    touches = sorted((o.touched, i) for i, o in enumerate(result.outcomes) if o.touched is not None)
    if touches:
        first = touches[0][1]
        said = _touches(result, names[first], first, GOAL) + ("" if alone else f"; none has arrived after {steps}")
    else:
        said = f"{names[0] if alone else 'None'} {'does not reach' if alone else 'reaches'} {GOAL} in {steps}"
    here = [i for i, outcome in enumerate(result.outcomes) if outcome.diverged is None and outcome.inside]
    if not here:
        away = sum(outcome.diverged is None for outcome in result.outcomes)
        many = f"{'all ' if 1 < away == len(names) else ''}{count(away)}"
        return f"{said}; {'it ends' if alone else many + (' ends' if away == 1 else ' end')} outside {result.frame}."
    low = number(min(result.outcomes[i].gap for i in here))
    lowest = [i for i in here if number(result.outcomes[i].gap) == low]
    if alone:
        return f"{said}; it ends {low} above the minimum."
    verb = "ends lowest" if len(lowest) == 1 else "end lowest"
    return f"{said}; {uncapital(who(names, lowest))} {verb}, {low} above the minimum."


def _unbounded(result: RaceResult, names: Sequence[str]) -> str:
    """On a surface whose lowest point is not known: who left the picture first."""
    left = sorted((o.left, i) for i, o in enumerate(result.outcomes) if o.left is not None)
    if not left:
        stays = "The run has" if len(names) == 1 else "No run has"
        not_ = "not " if len(names) == 1 else ""
        return f"{stays} {not_}left {result.frame} after {steps_text(result.race.num_steps)}."
    groups = [[i for at, i in left if at == step] for step in dict.fromkeys(at for at, _ in left)]
    verb = "leaves" if len(groups[0]) == 1 else "leave"
    first = " first," if len(left) > len(groups[0]) or len(left) < len(names) else ""
    said = f"{who(names, groups[0])} {verb} {result.frame}{first} at step {left[0][0]}"
    if len(groups) > 1:
        said += f", then {uncapital(who(names, groups[1]))} at {result.outcomes[groups[1][0]].left}"
    stay = len(names) - len(left)
    return f"{said}; {count(stay)} {'stays' if stay == 1 else 'stay'}." if stay else f"{said}."


def _all_gone(result: RaceResult, names: Sequence[str]) -> str:
    """Every run diverged: who first, at which rate and step."""
    first = min(range(len(names)), key=lambda i: result.outcomes[i].diverged or 0)
    said = _gone(result, names, first)
    return f"{said}." if len(names) == 1 else f"Every run diverged; {uncapital(said)}."


def _tuning(result: RaceResult) -> str:
    """How the learning rates were chosen that no run sets, for what, and which lie at the edge of what was tried."""
    runs, names = result.race.runs, [uncapital(name) for name in labels(result)]
    open_ = [i for i, run in enumerate(runs) if sets_no_rate(run)]
    found = {i: tuned_rate(result.race, runs[i]) for i in open_}
    best = [i for i in open_ if found[i] is not None]
    parts = [_rule(result, [names[i] for i in best]) + _tuned_for(result)] if best else []
    for edge in ("smallest", "largest"):
        parts += _of([names[i] for i in best if (each := found[i]) and each.edge == edge], f"the {edge} tried")
    usual = [names[i] for i in open_ if found[i] is None]
    parts += _of(usual, f"the usual one{'s' * (len(usual) > 1)}, for none of {RATES} is steady")
    return "; ".join(parts)


def _of(whose: Sequence[str], what: str) -> list[str]:
    subject = "that" if len(whose) == 1 else "those"
    return [f"{subject} of {and_list(whose)} {'is' if len(whose) == 1 else 'are'} {what}"] if whose else []


def _rule(result: RaceResult, names: Sequence[str]) -> str:
    """The rule of `experiments.tuning` in a clause."""
    frame, runs = result.frame, len(result.race.runs)
    goal = "arrive" if result.surface.minimum is not None else f"leave {frame}"
    rule = f"the soonest of {RATES} to {goal}, else the lowest at the end, without a leap over a tenth of {frame}"
    if len(names) == runs:
        return f"{'the' if runs == 1 else 'each'} learning rate is {rule}"
    if len(names) == 1:
        return f"the learning rate of {names[0]} is {rule}"
    return f"{count(len(names))} of {count(runs)} learning rates are each {rule}"


def _tuned_for(result: RaceResult) -> str:
    """What rates were tuned for where that is not this very race."""
    race, start = result.race, conditions(result.race).start
    parts = []
    if start != race.origin:
        parts.append(f"tuned from ({number(start[0])}, {number(start[1])}), not from this start")
    if race.num_steps > TUNING_STEPS:
        parts.append(f"tuned on the first {TUNING_STEPS} steps")
    if race.noise:
        parts.append("on average over other draws of the noise")
    return "".join(f", {part}" for part in parts)


def _wells(result: RaceResult) -> str:
    """Into how many of several minima the runs have come that arrived."""
    minima = np.array(result.surface.minima)
    if not 2 <= len(minima) <= 8:
        return ""
    arrived = [run for run, o in zip(result.trajectories, result.outcomes, strict=True) if o.arrived is not None]
    if not arrived:
        return ""
    wells = {int(np.argmin(np.hypot(*(minima - run.params[-1]).T))) for run in arrived}
    runs = f"{count(len(arrived))} {'run settles' if len(arrived) == 1 else 'runs settle'}"
    return f"{runs} in {count(len(wells))} of the {count(len(minima))} minima"


def _first_gone(result: RaceResult, names: Sequence[str]) -> str:
    gone = [i for i, outcome in enumerate(result.outcomes) if outcome.diverged is not None]
    first = min(gone, key=lambda i: result.outcomes[i].diverged or 0, default=None)
    return "" if first is None else f"{_gone(result, names, first)}."


def _gone(result: RaceResult, names: Sequence[str], i: int) -> str:
    descent = result.descents[i]
    rate = descent.hyperparams.get(descent.optimizer.scheduled or "")
    at = f", at rate {number(rate)}," if rate is not None and f" {number(rate)}" not in names[i] else ""
    return f"{names[i]}{at} diverged at step {result.outcomes[i].diverged}"


def _went_far(result: RaceResult, i: int) -> bool:
    """Whether a run diverged while its numbers were finite."""
    run = result.trajectories[i]
    return run.diverged_at is not None and bool(np.isfinite(run.loss[run.diverged_at]))


def who(names: Sequence[str], group: Sequence[int]) -> str:
    """One or two runs by name, more by their number."""
    if len(group) > 2:
        return f"All {count(len(group))}" if len(group) == len(names) else f"{count(len(group)).capitalize()} runs"
    first, *second = [names[i] for i in group]
    return f"{first} and {uncapital(second[0])}" if second else first
