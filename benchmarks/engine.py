"""Steps per second of the race against a NumPy loop, an optax loop in Python, and torch eager, on the same work."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from benchmarks.row import Row, median_seconds
from landscapes import SURFACES
from optimizers import OPTIMIZERS, Descent, descend_all

STEPS, RUNS = 500, 5
START, RATE = (-1.2, 1.0), 0.01
WORK = f"{RUNS} Adam runs x {STEPS} steps on rosenbrock"


def ours() -> np.ndarray:
    """The race's own path; returns the end of one run."""
    runs = [Descent(OPTIMIZERS["adam"], {"learning_rate": RATE})] * RUNS
    return descend_all(SURFACES["rosenbrock"], runs, start=START, num_steps=STEPS)[0].params[-1]


def numpy_loop() -> np.ndarray:
    """Adam written out, gradient by hand, recording what the race records."""
    at = np.array(START)
    for _ in range(RUNS):
        at, m, v = np.array(START), np.zeros(2), np.zeros(2)
        seen = np.empty((STEPS + 1, 4))
        for t in range(STEPS + 1):
            x, y = at
            g = np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
            seen[t] = x, y, (1 - x) ** 2 + 100 * (y - x * x) ** 2, np.sqrt(g @ g)
            if t == STEPS:
                break
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            at = at - RATE * (m / (1 - 0.9 ** (t + 1))) / (np.sqrt(v / (1 - 0.999 ** (t + 1))) + 1e-8)
    return at


_LOSS = SURFACES["rosenbrock"]
_ADAM = optax.adam(RATE)


@jax.jit
def _step(at, state):
    value, grad = jax.value_and_grad(_LOSS)(at)
    updates, state = _ADAM.update(grad, state, at)
    return optax.apply_updates(at, updates), state, value, jnp.sqrt(grad @ grad)


def optax_loop() -> np.ndarray:
    """A jitted optax step in a Python loop, as tutorials write it."""
    at, kept = jnp.asarray(START), []
    for _ in range(RUNS):
        at = jnp.asarray(START)
        state = _ADAM.init(at)
        for _ in range(STEPS):
            at, state, value, norm = _step(at, state)
            kept += [float(value), float(norm)]
    return np.asarray(at)


def torch_eager() -> np.ndarray:
    """torch.optim.Adam on the same surface."""
    import torch  # pyright: ignore[reportMissingImports]  # only under `make bench`

    torch.set_num_threads(1)
    at, kept = torch.zeros(2), []
    for _ in range(RUNS):
        at = torch.tensor(START, dtype=torch.float64, requires_grad=True)
        rule = torch.optim.Adam([at], lr=RATE)
        for _ in range(STEPS):
            rule.zero_grad()
            loss = (1 - at[0]) ** 2 + 100 * (at[1] - at[0] ** 2) ** 2
            loss.backward()
            kept += [float(loss.detach()), float(at.grad.norm())]  # pyright: ignore[reportOptionalMemberAccess]
            rule.step()
    return at.detach().numpy()


def rows() -> list[Row]:
    """One row a rival; all must end where we end, or the comparison is not one."""
    end, mine = ours(), median_seconds(ours, 9)
    out = []
    for name, rival in (("NumPy loop", numpy_loop), ("optax loop in Python", optax_loop), ("torch eager", torch_eager)):
        try:
            np.testing.assert_allclose(rival(), end, rtol=1e-7)
        except ModuleNotFoundError:
            continue  # torch is only there under `make bench`
        theirs = median_seconds(rival, 3)
        speed = f"{RUNS * STEPS / mine:,.0f} steps/s"
        against = f"{name}: {RUNS * STEPS / theirs:,.0f} steps/s"
        out.append(Row(WORK, speed, against, theirs / mine, "", None))
    return out
