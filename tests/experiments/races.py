"""Random races, as links and controls can describe them, for tests of what is said about them."""

from dataclasses import replace

import numpy as np

from experiments.race import Race
from experiments.run import Run
from landscapes import SURFACES
from optimizers import OPTIMIZERS, SCHEDULES

FORMULAS = ("x**2", "x**2 + 3*sin(y)", "x^3-3*x+y^2", "x*y", "cos(x)*cos(y) + (x^2+y^2)/20", "3")
_RULES, _SHAPES = sorted(OPTIMIZERS), sorted(SCHEDULES)


def _value(draw: np.random.Generator, knob) -> float:
    if draw.random() < 0.1:
        return float(draw.choice([knob.low, knob.high]))
    if knob.log:
        return float(f"{np.exp(draw.uniform(np.log(knob.low), np.log(knob.high))):.4g}")
    return float(f"{draw.uniform(knob.low, knob.high):.4g}")


def _run(draw: np.random.Generator) -> Run:
    rule = OPTIMIZERS[str(draw.choice(_RULES))]
    own = {name: _value(draw, knob) for name, knob in rule.hyperparams.items() if draw.random() < 0.3}
    run = Run(rule.name, tuple(own.items()))
    if rule.scheduled is not None and draw.random() < 0.3:
        schedule = SCHEDULES[str(draw.choice(_SHAPES))]
        values = {name: _value(draw, knob) for name, knob in schedule.hyperparams.items() if draw.random() < 0.3}
        run = replace(run, schedule=schedule.name, schedule_hyperparams=tuple(values.items()))
    if draw.random() < 0.15:
        run = replace(run, clip_norm=float(draw.choice([0.01, 1.0, 100.0])))
    if draw.random() < 0.15:
        run = replace(run, l2=float(draw.choice([1e-4, 0.1, 10.0])))
    return run


def random_race(draw: np.random.Generator) -> Race:
    """Any surface or formula, any start near or far, up to eight runs of which some are twins."""
    if draw.random() < 0.25:
        race = Race(
            formula=str(draw.choice(FORMULAS)), domain=((-1.9, 3.0), (-3.0, 3.0)) if draw.random() < 0.4 else None
        )
    else:
        entry = SURFACES[str(draw.choice(sorted(SURFACES)))]
        shape = {name: _value(draw, knob) for name, knob in entry.shape_params.items() if draw.random() < 0.5}
        race = Race(surface=entry.name, shape=tuple(shape.items()))
    surface = race.landscape
    ends = np.array(surface.domain)
    kind = draw.random()
    if kind < 0.3:
        race = replace(race, start=tuple(float(f"{v:.4g}") for v in draw.uniform(*ends.T)))
    elif kind < 0.4:
        race = replace(race, start=tuple(float(f"{v:.4g}") for v in 3 * draw.uniform(*ends.T)))
    elif kind < 0.5 and surface.minima:
        race = replace(race, start=surface.minima[0])
    runs = [_run(draw) for _ in range(draw.choice([0, 1, 1, 2, 3, 5, 8], p=[0.02, 0.18, 0.2, 0.2, 0.2, 0.1, 0.1]))]
    if len(runs) > 1 and draw.random() < 0.3:
        runs[-1] = replace(runs[0], clip_norm=1.0) if draw.random() < 0.5 else runs[0]
    noise = float(draw.choice([0.01, 0.3, 5.0])) if draw.random() < 0.2 else 0.0
    steps = int(draw.choice([1, 2, 7, 40, 150, 400]))
    tuned_from = race.origin if draw.random() < 0.1 else None
    return replace(
        race, runs=tuple(runs), num_steps=steps, noise=noise, seed=int(draw.integers(9)), tuned_from=tuned_from
    )
