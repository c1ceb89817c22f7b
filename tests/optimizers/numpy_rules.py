"""Every rule once more, from its paper, in plain NumPy: the oracle for the shelf. No JAX, no optax.

A rule is a generator of the params it reaches, the start first; it asks a `Problem` for losses and gradients.
"""

from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import NamedTuple

import numpy as np

Path = Iterator[np.ndarray]


class Problem(NamedTuple):
    """What a rule may ask of a landscape."""

    loss: Callable[[np.ndarray], float]
    gradient: Callable[[np.ndarray], np.ndarray]
    hessian: Callable[[np.ndarray], np.ndarray]


def walk(rule: Callable[..., Path], problem: Problem, start, num_steps: int, **knobs: float) -> np.ndarray:
    """The first num_steps + 1 params, the start among them."""
    return np.array(list(islice(rule(problem, np.array(start), **knobs), num_steps + 1)))


def gradient_descent(problem: Problem, x, learning_rate) -> Path:
    while True:
        yield x
        x = x - learning_rate * problem.gradient(x)


def momentum(problem: Problem, x, learning_rate, momentum) -> Path:
    # Polyak's form: x' = x - lr g + momentum (x - previous x)
    previous = x
    while True:
        yield x
        x, previous = x - learning_rate * problem.gradient(x) + momentum * (x - previous), x


def nesterov(problem: Problem, x, learning_rate, momentum) -> Path:
    # Nesterov's two sequences: a gradient step from the extrapolated y, then the extrapolation; y is what is recorded
    y, x = x, x
    while True:
        yield y
        new = y - learning_rate * problem.gradient(y)
        y, x = new + momentum * (new - x), new


def damped_momentum(problem: Problem, x, learning_rate, momentum) -> Path:
    v = np.zeros_like(x)
    while True:
        yield x
        v = momentum * v + (1 - momentum) * problem.gradient(x)
        x = x - learning_rate * v


def adagrad(problem: Problem, x, learning_rate, initial_accumulator_value, eps) -> Path:
    s = np.full_like(x, initial_accumulator_value)
    while True:
        yield x
        g = problem.gradient(x)
        s = s + g * g
        x = x - learning_rate * g / np.sqrt(s + eps)


def rmsprop(problem: Problem, x, learning_rate, decay, eps) -> Path:
    s = np.zeros_like(x)
    while True:
        yield x
        g = problem.gradient(x)
        s = decay * s + (1 - decay) * g * g
        x = x - learning_rate * g / np.sqrt(s + eps)


def adadelta(problem: Problem, x, learning_rate, rho, eps) -> Path:
    s = r = np.zeros_like(x)
    while True:
        yield x
        g = problem.gradient(x)
        s = rho * s + (1 - rho) * g * g
        d = np.sqrt(r + eps) / np.sqrt(s + eps) * g
        r = rho * r + (1 - rho) * d * d
        x = x - learning_rate * d


def sign_sgd(problem: Problem, x, learning_rate) -> Path:
    while True:
        yield x
        x = x - learning_rate * np.sign(problem.gradient(x))


def rprop(problem: Problem, x, learning_rate, eta_minus, eta_plus) -> Path:
    x, h, last = x.copy(), np.full_like(x, learning_rate), np.zeros_like(x)
    while True:
        yield x.copy()
        g = problem.gradient(x)
        for i in range(x.size):
            if g[i] * last[i] > 0:
                h[i] = min(h[i] * eta_plus, 50.0)
            elif g[i] * last[i] < 0:
                h[i] = max(h[i] * eta_minus, 1e-6)
                g[i] = 0.0
            x[i] -= h[i] * np.sign(g[i])
        last = g


def _moments(problem: Problem, x, b1, b2):
    # Adam's two running means; sent the next params, gives (t, g, m, v)
    m = v = np.zeros_like(x)
    for t in count(1):
        g = problem.gradient(x)
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        x = yield t, g, m, v


def _adam_like(problem: Problem, x, b1, b2, step) -> Path:
    moments = _moments(problem, x, b1, b2)
    yield x
    now = next(moments)
    while True:
        x = x - step(x, *now)
        yield x
        now = moments.send(x)


def adam(problem: Problem, x, learning_rate, b1, b2, eps) -> Path:
    def step(x, t, g, m, v):
        return learning_rate * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)

    return _adam_like(problem, x, b1, b2, step)


def adamw(problem: Problem, x, learning_rate, b1, b2, eps, weight_decay) -> Path:
    def step(x, t, g, m, v):
        return learning_rate * (m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps) + weight_decay * x)

    return _adam_like(problem, x, b1, b2, step)


def nadam(problem: Problem, x, learning_rate, b1, b2, eps) -> Path:
    def step(x, t, g, m, v):
        ahead = b1 * m / (1 - b1 ** (t + 1)) + (1 - b1) * g / (1 - b1**t)
        return learning_rate * ahead / (np.sqrt(v / (1 - b2**t)) + eps)

    return _adam_like(problem, x, b1, b2, step)


def adamax(problem: Problem, x, learning_rate, b1, b2, eps) -> Path:
    u = np.zeros_like(x)

    def step(x, t, g, m, v):
        nonlocal u
        u = np.maximum(b2 * u, abs(g) + eps)
        return learning_rate / (1 - b1**t) * m / u

    return _adam_like(problem, x, b1, b2, step)


def amsgrad(problem: Problem, x, learning_rate, b1, b2, eps) -> Path:
    most = np.zeros_like(x)

    def step(x, t, g, m, v):
        nonlocal most
        most = np.maximum(most, v / (1 - b2**t))
        return learning_rate * m / (1 - b1**t) / (np.sqrt(most) + eps)

    return _adam_like(problem, x, b1, b2, step)


def radam(problem: Problem, x, learning_rate, b1, b2, eps, threshold) -> Path:
    longest = 2 / (1 - b2) - 1

    def step(x, t, g, m, v):
        length = longest - 2 * t * b2**t / (1 - b2**t)
        m_hat = m / (1 - b1**t)
        if length < threshold:
            return learning_rate * m_hat
        r = np.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        return learning_rate * r * m_hat / (np.sqrt(v / (1 - b2**t)) + eps)

    return _adam_like(problem, x, b1, b2, step)


def adabelief(problem: Problem, x, learning_rate, b1, b2, eps) -> Path:
    s = np.zeros_like(x)

    def step(x, t, g, m, v):
        nonlocal s
        s = b2 * s + (1 - b2) * (g - m) ** 2 + eps
        return learning_rate * m / (1 - b1**t) / (np.sqrt(s / (1 - b2**t)) + eps)

    return _adam_like(problem, x, b1, b2, step)


def yogi(problem: Problem, x, learning_rate, b1, b2, eps) -> Path:
    m, v = np.zeros_like(x), np.full_like(x, 1e-6)
    for t in count(1):
        yield x
        g = problem.gradient(x)
        m = b1 * m + (1 - b1) * g
        v = v - (1 - b2) * np.sign(v - g * g) * g * g
        x = x - learning_rate * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)


def lion(problem: Problem, x, learning_rate, b1, b2, weight_decay) -> Path:
    m = np.zeros_like(x)
    while True:
        yield x
        g = problem.gradient(x)
        x = x - learning_rate * (np.sign(b1 * m + (1 - b1) * g) + weight_decay * x)
        m = b2 * m + (1 - b2) * g


def adan(problem: Problem, x, learning_rate, b1, b2, b3, eps) -> Path:
    # algorithm 1 of the paper, in the b = 1 - beta of its authors' code, with that code's bias corrections
    m = v = n = np.zeros_like(x)
    last = problem.gradient(x)
    for t in count(1):
        yield x
        g = problem.gradient(x)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * (g - last)
        n = b3 * n + (1 - b3) * (g + b2 * (g - last)) ** 2
        step = m / (1 - b1**t) + b2 * v / (1 - b2**t)
        x = x - learning_rate * step / (np.sqrt(n / (1 - b3**t)) + eps)
        last = g


def ademamix(problem: Problem, x, learning_rate, b1, b2, b3, alpha, eps) -> Path:
    slow = np.zeros_like(x)

    def step(x, t, g, m, v):
        nonlocal slow
        slow = b3 * slow + (1 - b3) * g
        return learning_rate * (m / (1 - b1**t) + alpha * slow) / (np.sqrt(v / (1 - b2**t)) + eps)

    return _adam_like(problem, x, b1, b2, step)


def adopt(problem: Problem, x, learning_rate, b1, b2, eps) -> Path:
    # v0 = g0^2 and no step; then the clipped algorithm, t counted from 1
    yield x
    m, v = np.zeros_like(x), problem.gradient(x) ** 2
    for t in count(1):
        yield x
        g = problem.gradient(x)
        limit = t**0.25
        m = b1 * m + (1 - b1) * np.clip(g / np.maximum(np.sqrt(v), eps), -limit, limit)
        x = x - learning_rate * m
        v = b2 * v + (1 - b2) * g * g


def polyak_sgd(problem: Problem, x, max_learning_rate, f_min, scaling) -> Path:
    while True:
        yield x
        g = problem.gradient(x)
        steep = g @ g
        if steep > np.finfo(float).eps:
            x = x - scaling * min((problem.loss(x) - f_min) / steep, max_learning_rate) * g


def prodigy(problem: Problem, x, learning_rate, b1, b2, eps, estim_lr0, estim_lr_coef) -> Path:
    # algorithm 4 of the paper with its authors' bias correction; the sums are the paper's, over d0^2 nowhere
    start, d, r = x, estim_lr0, 0.0
    m = v = s = np.zeros_like(x)
    for k in count(1):
        yield x
        g = problem.gradient(x)
        rate = learning_rate * np.sqrt(1 - b2**k) / (1 - b1**k)
        r = np.sqrt(b2) * r + (1 - np.sqrt(b2)) * rate * d**2 * g @ (start - x)
        s = np.sqrt(b2) * s + (1 - np.sqrt(b2)) * rate * d**2 * g
        m = b1 * m + (1 - b1) * d * g
        v = b2 * v + (1 - b2) * d**2 * g * g
        old, d = d, max(d, estim_lr_coef * r / abs(s).sum())
        x = x - rate * old * m / (np.sqrt(v) + d * eps)


def _averaged(problem: Problem, x, b1, z_step) -> Path:
    # a constant rate weighs all z alike: c = 1/t
    z = x
    for t in count(1):
        yield x
        y = (1 - b1) * z + b1 * x
        z = z - z_step(y, problem.gradient(y), t)
        x = x + (z - x) / t


def schedule_free_sgd(problem: Problem, x, learning_rate, b1) -> Path:
    return _averaged(problem, x, b1, lambda y, g, t: learning_rate * g)


def schedule_free_adamw(problem: Problem, x, learning_rate, b1, b2, eps, weight_decay) -> Path:
    v = np.zeros_like(x)

    def z_step(y, g, t):
        nonlocal v
        v = b2 * v + (1 - b2) * g * g
        return learning_rate * (g / (np.sqrt(v / (1 - b2**t)) + eps) + weight_decay * y)

    return _averaged(problem, x, b1, z_step)


def newton(problem: Problem, x, learning_rate) -> Path:
    while True:
        yield x
        x = x - learning_rate * np.linalg.inv(problem.hessian(x)) @ problem.gradient(x)


def sam(problem: Problem, x, learning_rate, rho) -> Path:
    while True:
        yield x
        g = problem.gradient(x)
        x = x - learning_rate * problem.gradient(x + rho * g / np.linalg.norm(g))


RULES = {
    rule.__name__: rule
    for rule in (
        gradient_descent, momentum, nesterov, damped_momentum, adagrad, rmsprop, adadelta, sign_sgd, rprop, adam, adamw,
        nadam, adamax, amsgrad, radam, adabelief, yogi, lion, adan, ademamix, adopt, polyak_sgd, prodigy,
        schedule_free_sgd, schedule_free_adamw, newton, sam,
    )
}  # fmt: skip
