"""Random trainings, each from its seed: real ones of dense networks, and made-up arrays of every family."""

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from experiments.run import Run
from experiments.training import Learned, Learner, Training, TrainingResult, look_every, resolve, stop_early, train
from experiments.training_link import fitting
from landscapes import ACTIVATIONS, DATASETS, INITIALIZERS, LOSSES, NETWORKS
from landscapes.networks.observation import Frame
from optimizers import OPTIMIZERS, SCHEDULES, Trajectory

DENSE = ("mlp", "mlp", "residual_mlp", "softmax_regression")
RULES = [name for name, rule in OPTIMIZERS.items() if not rule.looks]  # those of the program that all share
WILD = 0.3  # of the runs have a rate or a gain at which they may diverge


def experiment(seed: int, kinds: tuple[str, ...] = ("points", "points", "curve", "images")) -> Training:
    """A description with one to four runs that are alike in much."""
    rng = random.Random(seed)
    kind = rng.choice(kinds)
    entry = rng.choice([e for e in DATASETS.values() if e.kind == kind])
    shape = tuple((name, within(rng, k)) for name, k in entry.shape.items() if rng.random() < 0.3)
    sizes = entry.sizes(**dict(shape))
    training = Training(
        entry.name, rng.randint(int(sizes.low), min(int(sizes.high), int(sizes.low) + 60)),
        rng.choice([None, within(rng, entry.noise)]), rng.choice([0.0, 0.0, 0.8]), rng.choice([0.1, 0.3, 0.5, 0.8]),
        shape, (), rng.choice([1, 2, 3, 5, 17, 20, 40, 47, 60]), rng.choice([0, 0, 0, 1, 2, 5]), rng.randint(0, 9),
    )  # fmt: skip
    first = learner(rng, training)
    learners = [first]
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        other = learner(rng, training)
        learners.append(rng.choice([first, mixed(rng, first, other), mixed(rng, first, other), other]))
    return replace(
        training,
        learners=tuple(each for each in learners if possible(training, each)) or (fitting(training, Learner()),),
    )


def possible(training: Training, one: Learner) -> bool:
    try:
        return DATASETS[training.dataset].kind in NETWORKS[one.network].kinds and bool(training.loss_of(one))
    except ValueError:
        return False


def within(rng: random.Random, knob: Any, share: float = 1.0) -> float:
    """A number of a knob's range, or of the lower part of it, in six figures."""
    at = share * rng.random()
    low, high = (math.log(knob.low), math.log(knob.high)) if knob.log else (knob.low, knob.high)
    value = low + at * (high - low)
    return min(max(float(f"{math.exp(value) if knob.log else value:.6g}"), knob.low), knob.high)


def learner(rng: random.Random, training: Training) -> Learner:
    kind = DATASETS[training.dataset].kind
    some = DENSE if kind in ("points", "curve", "images") and rng.random() < 0.95 else NETWORKS
    network = rng.choice([n for n in some if kind in NETWORKS[n].kinds and (some is not DENSE or n in DENSE)])
    return Learner(way(rng), network, settings(rng, training, network), rng.choice([0, 1, 7, 32, 32, 64, 1000]))


def way(rng: random.Random) -> Run:
    """An optimizer and what is done to its gradient."""
    rule = OPTIMIZERS[rng.choice(["adam", "momentum", "gradient_descent", *RULES])]
    hyperparams = {name: within(rng, k) for name, k in rule.hyperparams.items() if rng.random() < 0.2}
    if rule.scheduled and rng.random() < WILD:
        hyperparams[rule.scheduled] = rng.choice([1e-6, 1.0, 10.0, 10.0])
    name = rng.choice(["constant", "constant", *SCHEDULES]) if rule.scheduled else "constant"
    factors = tuple((key, within(rng, k)) for key, k in SCHEDULES[name].hyperparams.items() if rng.random() < 0.3)
    decays = [rng.choice([0.0, 0.0, 0.0, 0.01]) for _ in range(3)]
    if rule.scheduled is None:
        decays[1:] = 0.0, 0.0
    return Run(
        rule.name, tuple(hyperparams.items()), name, factors, rng.choice([math.inf, math.inf, 1.0, 0.5]), *decays
    )


def settings(rng: random.Random, training: Training, network: str) -> tuple[tuple[str, Any], ...]:
    """What of a network was set; small sizes, which one program serves."""
    entry, task = NETWORKS[network], DATASETS[training.dataset].task
    activation = rng.choice(list(ACTIVATIONS))
    chosen = {
        "depth": rng.randint(int(entry.depth.low), min(int(entry.depth.high), 6)),
        "width": rng.randint(int(entry.width.low), min(int(entry.width.high), 16)),
        "gain": rng.choice([0.0, 0.1, 3.0, 30.0] + [1e6] * (rng.random() < WILD)),
        "bias_std": rng.choice([0.1, 1.0]),
        "dropout": 0.3,
        "temperature": rng.choice([0.5, 2.0]),
        "initializer": rng.choice(list(INITIALIZERS)),
        "normalization": rng.choice(entry.normalizations),
        "residual": rng.random() < 0.5,
        "loss": rng.choice([name for name, e in LOSSES.items() if task in e.tasks]),
    }
    if entry.activation:
        chosen |= {"activation": activation}
        if ACTIVATIONS[activation].shape and rng.random() < 0.5:
            chosen |= {"slope": rng.choice([0.0, 0.3])}
    return tuple((name, value) for name, value in chosen.items() if name == "slope" or rng.random() < 0.3)


def mixed(rng: random.Random, one: Learner, other: Learner) -> Learner:
    """One learner with a thing or two of another."""
    fields = [
        ("run", replace(one.run, optimizer=other.run.optimizer, hyperparams=())),
        ("run", replace(other.run, optimizer=one.run.optimizer, hyperparams=one.run.hyperparams)),
        ("run", other.run),
        ("settings", other.settings if other.network == one.network else one.settings),
        ("batch_size", other.batch_size),
    ]
    for name, value in rng.sample(fields, rng.choice([1, 1, 2])):
        rule = OPTIMIZERS[value.optimizer] if name == "run" else None
        if rule is None or rule.scheduled or (value.schedule == "constant" and not value.l1 and not value.weight_decay):
            one = replace(one, **{name: value})
    return one


def known(training: Training, seed: int) -> TrainingResult:
    """What is known of a training, at its end or on the way."""
    results = list(train(training))
    return results[-1] if seed % 3 else results[random.Random(seed).randrange(len(results))]


def made_up(seed: int) -> TrainingResult:
    """Arrays as a training could have given: ties, losses that are not finite, runs stopped and under way."""
    rng, random_ = random.Random(seed), np.random.default_rng(seed)
    training = experiment(seed, ("points", "curve", "images", "sequence", "text"))
    training = replace(training, num_steps=rng.choice([1, 3, 20, 97, 600]))
    every, known_steps = look_every(training.num_steps, 1), rng.choice([training.num_steps, training.num_steps // 2])
    return TrainingResult(training, tuple(made_up_run(rng, random_, training, each, every, known_steps)
                                          for each in training.learners))  # fmt: skip


def made_up_run(rng: random.Random, random_: np.random.Generator, training: Training, one: Learner, every: int,
                steps: int) -> Learned:  # fmt: skip
    loss = training.loss_of(one)
    at = np.arange(0, steps + 1, every)
    answers = np.array([loss.examples.train_targets.size, loss.examples.valid_targets.size])
    few = rng.choice([1, 2, 5, *answers.tolist()])  # ties are likely
    right = np.minimum(answers, np.rint(answers * random_.integers(0, few + 1, (len(at), 2)) / few))
    losses = rng.choice([1e-9, 1.0, 1e9]) * np.round(random_.uniform(0, 2, (len(at), 2)), rng.choice([1, 2, 6]))
    gone = rng.randrange(steps + 1) if rng.random() < 0.2 else None
    if rng.random() < 0.1:
        losses[rng.randrange(len(at)) :, rng.randrange(2)] = rng.choice([np.nan, np.inf])
    if gone is not None:
        losses[at >= gone] = np.nan
    accuracy = np.where(np.isfinite(losses), right / answers, np.nan).astype(np.float32)
    if DATASETS[training.dataset].task == "regression":
        accuracy[:] = np.nan
    on = random_.random((len(at), len(loss.layer_names), loss.exact.unit_count)).astype(np.float32)
    on[np.broadcast_to(random_.random(on.shape[1:]) < rng.choice([0.0, 0.0, 0.1, 1.0]), on.shape)] = 0
    stopped, best = stop_early(losses[:, 1], at, training.patience)
    end = len(at) if stopped is None else int(np.flatnonzero(at == stopped)[0]) + 1
    gone = gone if stopped is None or gone is None or gone <= stopped else None
    rows = np.ones((steps if stopped is None else stopped) + 1)
    rows[len(rows) if gone is None else gone :] = np.nan
    frames = Frame(losses[:end], accuracy[:end], None, on[:end], *[np.zeros(end)] * 3)
    where = loss.layer_names[0] if gone and rng.random() < 0.5 else ""
    run = Trajectory(np.zeros(0), rows, rows, gone)
    return Learned(one, loss, resolve(one), run, at[:end], frames, [np.zeros(0)], stopped, best, where)


def real(count: int) -> Iterator[tuple[int, TrainingResult]]:
    """The results of real trainings."""
    for seed in islice(range(10**9), count):
        yield seed, known(experiment(seed), seed)
