"""What a link gives, part by part, against what its page holds and what is said: nothing is lost without a word.

A part is used as given where the description, written with its defaults, holds it under the same name: numbers by
value. Everything else has to be named in a notice.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.aliases import is_tracking
from experiments.gradients import Gradients
from experiments.race import Race
from experiments.run import Run
from landscapes import DATASETS, NETWORKS, SURFACES
from optimizers import OPTIMIZERS, SCHEDULES

Parts = dict[Any, Any]  # a value by name; the first part of a text by ""


def held(room: str, description: tuple[Any, ...], link: Mapping[str, str]) -> dict[str, Parts]:
    """Every value of the page, defaults included, by key and name; numbered keys as the link numbers them."""
    return {"race": _race, "train": _train, "gradients": _gradients}[room](*description, link)


def _given(link: Mapping[str, str], most: int, *stems: str) -> list[str]:
    """The numbers that the link uses, in their order."""
    return [str(i) for i in range(1, most + 1) if any(f"{stem}{i}" in link for stem in stems)]


def _run(run: Run) -> Parts:
    rule, schedule = OPTIMIZERS[run.optimizer], SCHEDULES[run.schedule]
    factors = schedule.fill(dict(run.schedule_hyperparams))
    return {"": run.optimizer, **rule.fill(dict(run.hyperparams)), run.schedule: None,
            **{f"{run.schedule}.{name}": value for name, value in factors.items()},
            "clip": run.clip_norm, "l2": run.l2, "l1": run.l1, "decoupled": run.weight_decay}  # fmt: skip


def _race(race: Race, link: Mapping[str, str]) -> dict[str, Parts]:
    out: dict[str, Parts] = {"v": {"": 1}, "steps": {"": race.num_steps}, "noise": {"": race.noise},
                             "seed": {"": race.seed}, "x": {"": race.origin[0]}, "y": {"": race.origin[1]}}  # fmt: skip
    if race.formula:
        out |= {"formula": {"": race.formula}, "box": dict(enumerate(sum(race.landscape.domain, ())))}
    else:
        entry = SURFACES[race.surface]
        defaults = {name: knob.default for name, knob in entry.shape_params.items()}
        out |= {"surface": {"": race.surface}, "shape": {**defaults, **dict(race.shape)}}
    if race.tuned_from is not None:
        out["tuned"] = dict(enumerate(race.tuned_from))
    if not race.runs:
        out["runs"] = {"": "none"}
    numbers = _given(link, 8, "r")
    return out | {f"r{i}": _run(run) for i, run in zip(numbers, race.runs, strict=False)}


def _train(training: Any, example: int, link: Mapping[str, str]) -> dict[str, Parts]:
    entry = DATASETS[training.dataset]
    shape = {**{name: knob.default for name, knob in entry.shape.items()}, **dict(training.shape)}
    size = entry.sizes(**dict(training.shape)).default if training.size is None else training.size
    noise = entry.noise.default if training.data_noise is None else training.data_noise
    out: dict[str, Parts] = {
        "v": {"": 1}, "data": {"": training.dataset}, "shape": shape, "size": {"": size}, "noise": {"": noise},
        "imbalance": {"": training.imbalance}, "validation": {"": training.validation}, "example": {"": example},
        "steps": {"": training.num_steps}, "patience": {"": training.patience}, "seed": {"": training.seed},
    }  # fmt: skip
    if not training.learners:
        out["runs"] = {"": "none"}
    for i, learner in zip(_given(link, 4, "n", "r"), training.learners, strict=False):
        loss, net = training.loss_of(learner), NETWORKS[learner.network]
        names = ("depth", "width", "residual", "gain", "bias_std", "dropout", "temperature", "initializer",
                 "normalization", "loss")  # fmt: skip
        out[f"r{i}"] = _run(learner.run)
        out[f"n{i}"] = {"": learner.network, "batch": learner.batch_size, **{n: getattr(loss, n) for n in names}}
        if learner.network == "softmax_regression":  # no hidden layer
            del out[f"n{i}"]["residual"], out[f"n{i}"]["dropout"]
        out[f"n{i}"] |= {"activation": loss.activation} if net.activation else {}
        out[f"n{i}"] |= {"slope": loss.slope} if "slope" in dict(learner.settings) else {}
    return out


def _gradients(page: Gradients, link: Mapping[str, str]) -> dict[str, Parts]:
    part: Any = {"layers": page.flow, "time": page.time, "dying": page.dying}[page.mode]
    out: dict[str, Parts] = {"v": {"": 1}, "mode": {"": page.mode}, "open": {"": page.opened + 1}}
    numbers = ("depth", "width", "seeds", "seed", "steps", "clip", "rate")
    out |= {name: {"": getattr(part, name)} for name in numbers if hasattr(part, name)}
    if page.mode == "layers":
        out |= {name: {"": getattr(page, name)} for name in ("z", "against", "matter", "rule")}
    if page.mode != "dying" and not part.curves:
        out["curves"] = {"": "none"}
    if page.mode == "dying":
        return out
    stem, own = ("c", "activation") if page.mode == "layers" else ("t", "cell")
    for i, curve in zip(_given(link, 12, stem), part.curves, strict=False):
        values = dict(vars(curve))
        out[f"{stem}{i}"] = {"": values.pop(own), **values}
    return out


def parts_of(key: str, text: str) -> Iterator[tuple[Any, str]]:
    """Names and texts of a value, as this page spells it: of a run also its schedules, as names without a text."""
    parts = text.split("~")
    if key in ("box", "tuned"):
        yield from enumerate(parts)
    elif key == "shape" or (key[0] in "rnct" and key[1:].isdigit()):
        if key != "shape":
            yield "", parts.pop(0)
        while parts:
            name = parts.pop(0)
            yield name, "" if key[0] == "r" and name in SCHEDULES else parts.pop(0) if parts else ""
    else:
        yield "", text


def same(text: str, value: Any) -> bool:
    """Whether a text gives a value."""
    if isinstance(value, str) or value is None:
        return text == (value or "")
    try:
        return float(text) == float(value)
    except ValueError:
        return False


def _words(key: str, name: Any, given: str) -> set[str]:
    """How a sentence may name a part."""
    entry = NETWORKS.get(given) or OPTIMIZERS.get(given)
    named = {str(name), f"‘{name}’"} if name != "" else {key}
    words = {
        *named,
        f"‘{key}’",
        f"‘{given[:40]}",
        f"{key} is",
        f"{key} has",
        f"{key} was",
        f" {key}, ",
        f" {key} and",
        f"and {key} were",
    }
    words |= {"‘’"} if name == "" else set()
    words |= {entry.title} if entry and name == "" else {"so was its box"} if key == "box" else set()
    return {word for word in words if word and (word != "‘" or name == "")}


def unaccounted(room: str, link: Mapping[str, str], description: tuple[Any, ...], notices: list[str]) -> list[str]:
    """The parts of a link that are neither used as given nor named; and notices beyond one for each that is not."""
    values, words, lost, missed = held(room, description, link), " ".join(notices).casefold(), 0, []
    for key, text in link.items():
        if is_tracking(key):
            continue
        if key in ("at", "present"):
            lost += 1
            continue
        seen: set[Any] = set()
        for name, given in list(parts_of(key, text))[::-1]:  # of a repeated name the last counts
            known = values.get(key, {})
            if name not in seen and name in known and same(given, known[name]):
                seen.add(name)
                continue
            seen.add(name)
            lost += 1
            if not any(word.casefold() in words for word in _words(key, name, given)):
                missed.append(f"{key}: {name}~{given}")
    return missed + [f"{len(notices)} notices of {lost}"] * (len(notices) > lost)
