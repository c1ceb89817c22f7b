"""Races over formulas: no formula compiles anything, and all rules go where they go on the shelf's surfaces."""

from typing import Any

import numpy as np
import pytest

from experiments.race import MAX_RUNS, Race, default_rate, run, run_fan
from experiments.run import Run
from landscapes import SURFACES, parse_formula
from landscapes.formula import DERIVED, FUNCTIONS
from optimizers import OPTIMIZERS, Descent, descend_all, program
from tests.compilations import compilations

SHELF = {  # as the textbooks write them
    "rosenbrock": "(1 - x)^2 + 100*(y - x^2)^2",
    "himmelblau": "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    "beale": "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2",
}
SENSITIVE = ("rmsprop", "polyak_sgd")  # rounding grows: they divide by slopes, or gaps, next to 0


def twenty_formulas() -> list[str]:
    """Twenty formulas in which every function of the language takes part."""
    two = {"where": "where(x < {0}, {0}, y^{1})", "clip": "clip(x, -{1}, {1})"}
    two |= dict.fromkeys(("atan2", "mod", "min", "max", "pow", "power", "hypot"), "{name}(x + {1}, y)")
    terms = [two.get(name, "{name}(x/4 + {0})").format(k / 50, 1 + k / 50, name=name)
             for k, name in enumerate((*FUNCTIONS, *DERIVED))]  # fmt: skip
    return [" + ".join((f"x^2 + (y - {k}/9)^4", *terms[k::20])) for k in range(20)]


def test_new_formulas_compile_nothing_whatever_runs_on_them():
    names = list(OPTIMIZERS)
    run(Race())  # what all races share
    run(Race(formula="x"))
    kept = list(program._KEPT)
    with compilations() as compiled:
        for k, formula in enumerate(twenty_formulas()):
            runs = tuple(Run(names[(k * MAX_RUNS + i) % len(names)]) for i in range(MAX_RUNS))
            race = Race(formula=formula, runs=runs, num_steps=20, noise=0.1 * (k % 2), start=(0.3, 0.7))
            assert len(run(race).trajectories) == MAX_RUNS
            run_fan(race, k % MAX_RUNS)
            default_rate(race, Run("adam"))
    assert compiled() == 0
    assert list(program._KEPT) == kept  # nothing that the memory watch could drop, and nobody make again


@pytest.mark.parametrize("name", SHELF)
def test_every_rule_goes_where_it_goes_on_the_shelf(name):
    """The shelf's slopes are JAX's own: of the same landscape, another way."""
    surface, runs = SURFACES[name], [Descent(rule) for rule in OPTIMIZERS.values()]
    shared: dict[str, Any] = {"start": surface.start, "num_steps": 60, "noise": 0.01, "seed": 4}
    pairs = zip(*(descend_all(landscape, runs, **shared) for landscape in (surface, parse_formula(SHELF[name]))),
                strict=True)  # fmt: skip
    for rule, (one, other) in zip(OPTIMIZERS, pairs, strict=True):
        rows = 12 if rule in SENSITIVE else 61
        assert one.diverged_at == other.diverged_at, rule
        np.testing.assert_allclose(other.params[:rows], one.params[:rows], rtol=1e-9, atol=1e-9, err_msg=rule)
