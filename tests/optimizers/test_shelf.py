"""The shelf: what every entry must say of itself, that its ranges run, and that all of it compiles once."""

import re
from typing import Any

import numpy as np
import pytest

from optimizers import OPTIMIZERS, SCHEDULES, Descent, Hyperparam, Optimizer, descend, descend_all
from tests.compilations import compilations
from tests.optimizers.terrain import rosenbrock

ENTRIES = [*OPTIMIZERS.values(), *SCHEDULES.values()]
PROMISED = {
    "gradient_descent", "momentum", "nesterov", "damped_momentum", "adagrad", "adadelta", "rmsprop", "adam", "adamw",
    "nadam", "adamax", "amsgrad", "radam", "adabelief", "yogi", "lion", "sign_sgd", "rprop", "adan", "ademamix",
    "adopt", "schedule_free_sgd", "schedule_free_adamw", "prodigy", "lbfgs", "newton", "sam", "polyak_sgd",
    "random_walk",
}  # fmt: skip
START = (-1.2, 1.0)


def test_shelf_holds_what_is_promised_in_teaching_order():
    assert OPTIMIZERS.keys() >= PROMISED
    assert list(OPTIMIZERS)[:3] == ["gradient_descent", "momentum", "nesterov"]
    assert next(iter(SCHEDULES)) == "constant"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_entry_tells_what_it_does_and_whence(entry):
    assert entry.function.__name__ == entry.name
    assert entry.title
    assert re.fullmatch(r"[A-Z].*\.", entry.summary)
    assert re.search(r"\b(18|19|20)\d\d\b", entry.source)
    written = entry.doc.replace(r"\_", "_")
    assert all(knob in written for knob in entry.hyperparams)
    assert ".. math::" in written


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_ranges_hold_their_defaults(entry):
    for knob in entry.hyperparams.values():
        assert knob.low <= knob.default <= knob.high
        assert knob.low < knob.high
        assert np.isfinite(knob).all()
        assert knob.low > 0 or not knob.log


@pytest.mark.parametrize("rule", OPTIMIZERS.values(), ids=lambda rule: rule.name)
def test_scheduled_knob_is_one_of_the_rules_own(rule):
    assert rule.scheduled is None or rule.scheduled in rule.hyperparams
    if "learning_rate" in rule.hyperparams:
        assert rule.hyperparams["learning_rate"][1:] == (1e-6, 100.0, True)


def test_default_of_every_rule_goes_down_on_rosenbrock():
    runs = [Descent(rule) for rule in OPTIMIZERS.values()]
    for run, path in zip(runs, descend_all(rosenbrock(), runs, start=START, num_steps=500), strict=True):
        assert path.diverged_at is None, run.optimizer.name
        assert path.loss[-1] < 0.25 * path.loss[0], run.optimizer.name


def test_whole_shelf_compiles_once():
    descend(rosenbrock(), OPTIMIZERS["adam"], start=START, num_steps=1)  # what all programs of a dimension share

    def fresh(params):
        return (params[0] - 0.3) ** 2 + 0.5 * params[1] ** 4

    def at(entry, which):
        return {name: getattr(knob, which) for name, knob in entry.hyperparams.items()}

    ends = ("low", "default", "high")
    runs = [Descent(rule, at(rule, which)) for rule in OPTIMIZERS.values() for which in ends]
    runs += [
        Descent(OPTIMIZERS["momentum"], {}, rate, at(rate, which)) for rate in SCHEDULES.values() for which in ends
    ]
    odd: dict[str, Any] = {"learning_rate": np.float32(0.1), "momentum": 0}
    size: Any = np.int64(2)
    runs += [Descent(OPTIMIZERS["momentum"], odd, clip_norm=size, l2=1)]
    with compilations() as count:
        paths = descend_all(fresh, runs, start=START, num_steps=30)
        descend_all(fresh, runs[:3], start=[1, 2], num_steps=size * 350, noise=1, seed=size)
        descend_all(fresh, runs[5:6], start=np.array([1, 2]), num_steps=0, noise=size)
    assert count() == 1
    for run, path in zip(runs, paths, strict=True):
        seen = path.params if path.diverged_at is None else path.params[: path.diverged_at]
        assert np.isfinite(seen).all(), run
        assert (path.params[0] == START).all()
        assert len(path.loss) == 31


def test_stranger_of_a_known_name_is_refused():
    knobs = {"learning_rate": Hyperparam(1.0, 0.0, 2.0)}
    own = Optimizer("adam", "Mine", lambda learning_rate: None, knobs, "me, 2026")
    with pytest.raises(ValueError, match="optimizer 'adam' is not an entry of OPTIMIZERS; known: adabelief, "):
        descend(rosenbrock(), own, start=START, num_steps=1)


MISTAKES = [
    ({"optimizer": "adam"}, "optimizer 'adam' is not an entry of OPTIMIZERS; known: adabelief, adadelta, "),
    ({"schedule": OPTIMIZERS["adam"]}, "schedule 'adam' is not an entry of SCHEDULES; known: constant, "),
    ({"hyperparams": {"lr": 0.1}}, "unknown hyperparameter 'lr' of adam; known: learning_rate, b1, b2, eps"),
    ({"hyperparams": {"b1": float("nan")}}, "b1 of adam is nan; a finite number is needed"),
    ({"hyperparams": {"b1": "0.9"}}, "b1 of adam is '0.9'; a finite number is needed"),
    ({"hyperparams": {"b1": None}}, "b1 of adam is None; a finite number is needed"),
    ({"schedule_hyperparams": {"final": 1.0}}, "unknown hyperparameter 'final' of constant; known: none"),
    ({"start": [[1.0, 2.0]]}, r"start is \[\[1.0, 2.0\]\]; a flat sequence of finite numbers is needed"),
    ({"start": []}, r"start is \[\]; a flat sequence of finite numbers is needed"),
    ({"start": ["a", 1.0]}, r"start is \['a', 1.0\]; a flat sequence of finite numbers is needed"),
    ({"start": (float("inf"), 1.0)}, r"start is \(inf, 1.0\); a flat sequence of finite numbers is needed"),
    ({"num_steps": -1}, "num_steps is -1; a whole number from 0 to [0-9]+ is needed"),
    ({"num_steps": 2.5}, "num_steps is 2.5; a whole number from 0 to [0-9]+ is needed"),
    ({"num_steps": float("nan")}, "num_steps is nan; a whole number from 0 to [0-9]+ is needed"),
    ({"num_steps": 1e300}, r"num_steps is 1e\+300; a whole number from 0 to [0-9]+ is needed"),
    ({"seed": 2**32}, "seed is 4294967296; a whole number from 0 to 4294967295 is needed"),
    ({"seed": "x"}, "seed is 'x'; a whole number from 0 to 4294967295 is needed"),
    ({"noise": -0.1}, "noise is -0.1; a finite number from 0 up is needed"),
    ({"noise": float("inf")}, "noise is inf; a finite number from 0 up is needed"),
    ({"l2": -1}, "l2 is -1; a finite number from 0 up is needed"),
    ({"clip_norm": 0.0}, "clip_norm is 0.0; a number above 0 is needed, inf for no clipping"),
    ({"clip_norm": float("nan")}, "clip_norm is nan; a number above 0 is needed, inf for no clipping"),
    ({"landscape": 3.0}, "landscape is 3.0; a hashable callable params -> scalar is needed"),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "message"), MISTAKES)
def test_mistake_is_named_with_what_is_allowed(mistake, message):
    given = {"landscape": rosenbrock(), "optimizer": OPTIMIZERS["adam"], "start": START, "num_steps": 3} | mistake
    with pytest.raises(ValueError, match=f"^{message}"):
        descend(given.pop("landscape"), given.pop("optimizer"), **given)
