"""Records what torch.optim does on rosenbrock, for the tests to hold our rules to; `--check` compares instead.

Needs torch, and of the app nothing; run as `python -m tests.oracles.record_torch [--check]`.
"""

from pathlib import Path
from typing import Any

import torch  # pyright: ignore[reportMissingImports]  # lives in an environment of its own

from tests.oracles.recording import main

RECORDED = Path(__file__).parent / "torch_paths.json"
START = (-1.2, 1.0)
NUM_STEPS, EVERY = 100, 2

# case: (ours, the class in torch.optim, its arguments); eps is 0 where the two put it in different places
CASES: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "sgd": ({"optimizer": "gradient_descent", "hyperparams": {"learning_rate": 1e-3}}, "SGD", {"lr": 1e-3}),
    "sgd_l2": (
        {"optimizer": "gradient_descent", "hyperparams": {"learning_rate": 1e-3}, "l2": 0.3},
        "SGD",
        {"lr": 1e-3, "weight_decay": 0.3},
    ),
    "momentum": (
        {"optimizer": "momentum", "hyperparams": {"learning_rate": 1e-3, "momentum": 0.9}},
        "SGD",
        {"lr": 1e-3, "momentum": 0.9},
    ),
    "nesterov": (
        {"optimizer": "nesterov", "hyperparams": {"learning_rate": 1e-3, "momentum": 0.9}},
        "SGD",
        {"lr": 1e-3, "momentum": 0.9, "nesterov": True},
    ),
    "adagrad": (
        {"optimizer": "adagrad", "hyperparams": {"learning_rate": 0.5, "initial_accumulator_value": 0.0, "eps": 0.0}},
        "Adagrad",
        {"lr": 0.5, "eps": 0.0},
    ),
    "rmsprop": (
        {"optimizer": "rmsprop", "hyperparams": {"learning_rate": 1e-3, "decay": 0.95, "eps": 0.0}},
        "RMSprop",
        {"lr": 1e-3, "alpha": 0.95, "eps": 0.0},
    ),
    "adadelta": (
        {"optimizer": "adadelta", "hyperparams": {"learning_rate": 0.5, "rho": 0.9, "eps": 1e-6}},
        "Adadelta",
        {"lr": 0.5, "rho": 0.9, "eps": 1e-6},
    ),
    "rprop": (
        {"optimizer": "rprop", "hyperparams": {"learning_rate": 0.01, "eta_minus": 0.4, "eta_plus": 1.3}},
        "Rprop",
        {"lr": 0.01, "etas": (0.4, 1.3)},
    ),
    "adam": (
        {"optimizer": "adam", "hyperparams": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "eps": 0.05}},
        "Adam",
        {"lr": 0.03, "betas": (0.8, 0.95), "eps": 0.05},
    ),
    "adam_defaults": (
        {"optimizer": "adam", "hyperparams": {"learning_rate": 1e-3}},
        "Adam",
        {"lr": 1e-3},
    ),
    "adam_l2": (
        {"optimizer": "adam", "hyperparams": {"learning_rate": 0.03}, "l2": 0.3},
        "Adam",
        {"lr": 0.03, "weight_decay": 0.3},
    ),
    "adamw": (
        {"optimizer": "adamw", "hyperparams": {"learning_rate": 0.03, "eps": 1e-3, "weight_decay": 0.3}},
        "AdamW",
        {"lr": 0.03, "eps": 1e-3, "weight_decay": 0.3},
    ),
    "adamax": (
        {"optimizer": "adamax", "hyperparams": {"learning_rate": 0.03, "b1": 0.8, "b2": 0.95, "eps": 1e-3}},
        "Adamax",
        {"lr": 0.03, "betas": (0.8, 0.95), "eps": 1e-3},
    ),
    "radam": (
        {"optimizer": "radam", "hyperparams": {"learning_rate": 1e-3, "b2": 0.95, "eps": 0.0}},
        "RAdam",
        {"lr": 1e-3, "betas": (0.9, 0.95), "eps": 0.0},
    ),
    "cosine": (
        {"optimizer": "momentum", "hyperparams": {"learning_rate": 1e-3, "momentum": 0.9}, "schedule": "cosine"},
        "SGD",
        {"lr": 1e-3, "momentum": 0.9},
    ),
    "step": (
        {
            "optimizer": "momentum",
            "hyperparams": {"learning_rate": 1e-3, "momentum": 0.9},
            "schedule": "step",
            "schedule_hyperparams": {"drop": 0.2, "first": 0.3, "second": 0.6},
        },
        "SGD",
        {"lr": 1e-3, "momentum": 0.9},
    ),
    "exponential": (
        {
            "optimizer": "momentum",
            "hyperparams": {"learning_rate": 1e-3, "momentum": 0.9},
            "schedule": "exponential",
            "schedule_hyperparams": {"final": 0.05},
        },
        "SGD",
        {"lr": 1e-3, "momentum": 0.9},
    ),
    "linear": (
        {
            "optimizer": "momentum",
            "hyperparams": {"learning_rate": 1e-3, "momentum": 0.9},
            "schedule": "linear",
            "schedule_hyperparams": {"final": 0.2},
        },
        "SGD",
        {"lr": 1e-3, "momentum": 0.9},
    ),
}
SCHEDULERS: dict[str, tuple[str, dict[str, Any]]] = {
    "cosine": ("CosineAnnealingLR", {"T_max": NUM_STEPS}),
    "step": ("MultiStepLR", {"milestones": [30, 60], "gamma": 0.2}),
    "exponential": ("ExponentialLR", {"gamma": 0.05 ** (1 / NUM_STEPS)}),
    "linear": ("LinearLR", {"start_factor": 1.0, "end_factor": 0.2, "total_iters": NUM_STEPS}),
}


def record(case: str) -> list[list[float]]:
    """The params after every EVERY-th of NUM_STEPS steps, the start first."""
    ours, optimizer_name, arguments = CASES[case]
    params = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, optimizer_name)([params], **arguments)
    scheduler = None
    if "schedule" in ours:
        scheduler_name, scheduler_arguments = SCHEDULERS[ours["schedule"]]
        scheduler = getattr(torch.optim.lr_scheduler, scheduler_name)(optimizer, **scheduler_arguments)
    path = [params.tolist()]
    for _ in range(NUM_STEPS):
        optimizer.zero_grad()
        x, y = params
        ((1 - x) ** 2 + 100 * (y - x * x) ** 2).backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        path.append(params.tolist())
    return path[::EVERY]


def recordings() -> list[dict[str, Any]]:
    """One a case, in float64, as the file holds them."""
    torch.set_default_dtype(torch.float64)
    return [
        {"case": case, "ours": ours, "num_steps": NUM_STEPS, "every": EVERY, "params": record(case)}
        for case, (ours, _, _) in CASES.items()
    ]


def differences(new: list[dict[str, Any]], old: list[dict[str, Any]]) -> list[str]:
    """The cases that another torch would not record as this one did, to 1e-12."""
    before = {recording["case"]: recording for recording in old}
    found = [f"{case} is recorded but no longer asked for" for case in before.keys() - CASES.keys()]
    for recording in new:
        other = before.get(recording["case"])
        if other is None or {**other, "params": None} != {**recording, "params": None}:
            found.append(f"{recording['case']} is not recorded as it is asked for now")
            continue
        here, there = torch.tensor(recording["params"]), torch.tensor(other["params"])
        if not torch.allclose(here, there, rtol=1e-12, atol=1e-14):
            found.append(f"{recording['case']} differs from torch {torch.__version__}")
    return found


if __name__ == "__main__":
    main(RECORDED, "paths", torch.__version__, recordings, differences)
