"""Adam and its kin: a running mean of the slopes, over a running measure of their size."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from optimizers.entry import Hyperparam, learning_rate_of, optimizer

_B1 = Hyperparam(0.9, 0.0, 0.999)
_B2 = Hyperparam(0.999, 0.0, 0.9999)
_EPS = Hyperparam(1e-8, 1e-12, 1e-1, log=True)


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=_B1,
    b2=_B2,
    eps=_EPS,
    network_rate=0.003,
    source="Kingma & Ba, Adam, 2014, arXiv:1412.6980; optax.adam",
)
def adam(learning_rate, b1, b2, eps):
    r"""Moves every coordinate about learning_rate a step while its slopes agree, less when they contradict each other.

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\; g, \quad
        v \leftarrow \text{b2}\; v + (1 - \text{b2})\; g^2, \quad
        x \leftarrow x - \text{learning\_rate}\; \frac{\hat m}{\sqrt{\hat v} + \text{eps}}

    with the bias corrections :math:`\hat m = m / (1 - \text{b1}^t)` and :math:`\hat v = v / (1 - \text{b2}^t)`.
    As torch.optim.Adam.
    """
    return optax.adam(learning_rate, b1, b2, eps)


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=_B1,
    b2=_B2,
    eps=_EPS,
    weight_decay=Hyperparam(1e-2, 1e-6, 1.0, log=True),
    title="AdamW",
    network_rate=0.003,
    source="Loshchilov & Hutter, Decoupled weight decay regularization, 2017, arXiv:1711.05101; optax.adamw",
)
def adamw(learning_rate, b1, b2, eps, weight_decay):
    r"""Adam that also shrinks the params towards the origin, by the same share whatever the slope.

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\; g, \quad
        v \leftarrow \text{b2}\; v + (1 - \text{b2})\; g^2, \quad
        x \leftarrow x - \text{learning\_rate} \left( \frac{\hat m}{\sqrt{\hat v} + \text{eps}} +
        \text{weight\_decay}\; x \right)

    with Adam's bias corrections. With weight_decay above 0 it does not stay at a stationary point of the loss, other
    than the origin. As torch.optim.AdamW; in the paper weight_decay is not multiplied by learning_rate.
    L2 added to the gradient is something else: Adam divides its strength away.
    """
    return optax.adamw(learning_rate, b1, b2, eps, weight_decay=weight_decay)


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=_B1,
    b2=_B2,
    eps=_EPS,
    title="NAdam",
    network_rate=0.003,
    source="Dozat, Incorporating Nesterov momentum into Adam, ICLR workshop, 2016; optax.nadam",
)
def nadam(learning_rate, b1, b2, eps):
    r"""Adam that looks ahead as Nesterov's momentum does: it turns a little earlier.

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\; g, \quad
        v \leftarrow \text{b2}\; v + (1 - \text{b2})\; g^2, \quad
        x \leftarrow x - \frac{\text{learning\_rate}}{\sqrt{\hat v} + \text{eps}} \left(
        \frac{\text{b1}\; m}{1 - \text{b1}^{t+1}} + \frac{(1 - \text{b1})\; g}{1 - \text{b1}^t} \right)

    with Adam's bias correction of v. torch.optim.NAdam differs: there b1 follows a schedule of its own, as in Dozat's
    full report.
    """
    return optax.nadam(learning_rate, b1, b2, eps)


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=_B1,
    b2=_B2,
    eps=_EPS,
    title="AdaMax",
    network_rate=0.003,
    source="Kingma & Ba, Adam, 2014, arXiv:1412.6980, section 7.1; optax.adamax",
)
def adamax(learning_rate, b1, b2, eps):
    r"""Adam that remembers the largest recent slope instead of a mean: one steep spot shortens many steps.

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\; g, \quad
        u \leftarrow \max(\text{b2}\; u, |g| + \text{eps}), \quad
        x \leftarrow x - \text{learning\_rate}\; \frac{\hat m}{u}

    with Adam's bias correction. As torch.optim.Adamax.
    """
    return optax.adamax(learning_rate, b1, b2, eps)


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=_B1,
    b2=_B2,
    eps=_EPS,
    title="AMSGrad",
    network_rate=0.003,
    source="Reddi, Kale & Kumar, On the convergence of Adam and beyond, 2018, arXiv:1904.09237; optax.amsgrad",
)
def amsgrad(learning_rate, b1, b2, eps):
    r"""Adam that never forgets a steep slope: its step lengths can only shrink, which mends Adam's counterexample.

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\; g, \quad
        v \leftarrow \text{b2}\; v + (1 - \text{b2})\; g^2, \quad
        w \leftarrow \max(w, \hat v), \quad
        x \leftarrow x - \text{learning\_rate}\; \frac{\hat m}{\sqrt{w} + \text{eps}}

    with Adam's bias corrections. torch.optim.Adam(amsgrad=True) differs: it takes the maximum of v before the bias
    correction; the paper corrects neither.
    """
    return optax.amsgrad(learning_rate, b1, b2, eps)


@optimizer(
    learning_rate=learning_rate_of(3e-3),
    b1=_B1,
    b2=_B2,
    eps=_EPS,
    threshold=Hyperparam(5.0, 4.0, 20.0),
    title="RAdam",
    network_rate=0.003,
    source="Liu et al., On the variance of the adaptive learning rate and beyond, 2019, arXiv:1908.03265; optax.radam",
)
def radam(learning_rate, b1, b2, eps, threshold):
    r"""Adam with a warmup of its own: plain averaged slopes until the sizes are known well enough to divide by.

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\; g, \quad
        v \leftarrow \text{b2}\; v + (1 - \text{b2})\; g^2, \quad
        \rho_\infty = \frac{2}{1 - \text{b2}} - 1, \quad
        \rho = \rho_\infty - \frac{2 t\; \text{b2}^t}{1 - \text{b2}^t}, \quad
        x \leftarrow x - \text{learning\_rate} \begin{cases}
          \sqrt{\dfrac{(\rho - 4)(\rho - 2) \rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2) \rho}}\;
          \dfrac{\hat m}{\sqrt{\hat v} + \text{eps}} & \rho \ge \text{threshold} \\ \hat m & \text{else}
        \end{cases}

    with Adam's bias corrections. torch.optim.RAdam adds eps before the bias correction of v, and its threshold is 5;
    the two agree for eps = 0. The first steps are those of gradient descent: on a steep surface they are long.
    """
    return optax.radam(learning_rate, b1, b2, eps, threshold=threshold)


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=_B1,
    b2=_B2,
    eps=Hyperparam(1e-16, 1e-20, 1e-2, log=True),
    title="AdaBelief",
    network_rate=0.003,
    source="Zhuang et al., AdaBelief, 2020, arXiv:2010.07468; optax.adabelief",
)
def adabelief(learning_rate, b1, b2, eps):
    r"""Adam that divides by surprise: long steps where the slope is what its mean foretold, short ones where it is not.

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\; g, \quad
        s \leftarrow \text{b2}\; s + (1 - \text{b2})\; (g - m)^2 + \text{eps}, \quad
        x \leftarrow x - \text{learning\_rate}\; \frac{\hat m}{\sqrt{\hat s} + \text{eps}}

    with Adam's bias corrections. Not in torch.optim. As in the paper one eps stands in both places.
    """
    return optax.adabelief(learning_rate, b1, b2, eps, eps_root=eps)


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=_B1,
    b2=_B2,
    eps=Hyperparam(1e-3, 1e-12, 1e-1, log=True),
    network_rate=0.003,
    source="Zaheer et al., Adaptive methods for nonconvex optimization, NeurIPS 2018; optax.yogi",
)
def yogi(learning_rate, b1, b2, eps):
    r"""Adam whose memory of the slopes' size changes only by addition: it forgets a steep spot slowly.

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\; g, \quad
        v \leftarrow v - (1 - \text{b2})\; \text{sign}(v - g^2)\; g^2, \quad
        x \leftarrow x - \text{learning\_rate}\; \frac{\hat m}{\sqrt{\hat v} + \text{eps}}

    with Adam's bias corrections, v starting at 1e-6. Not in torch.optim; the paper corrects no bias. optax.yogi (0.2.8)
    starts m at 1e-6 too, and so walks away from a stationary point; here m starts at 0, as in the paper.
    """
    inner = optax.yogi(learning_rate, b1, b2, eps)

    def init(params):
        return optax.tree.set(inner.init(params), mu=optax.tree.zeros_like(params))

    return optax.GradientTransformationExtraArgs(init, inner.update)


@optimizer(
    learning_rate=learning_rate_of(1e-2),
    b1=_B1,
    b2=Hyperparam(0.99, 0.0, 0.9999),
    weight_decay=Hyperparam(1e-3, 1e-6, 1.0, log=True),
    network_rate=0.0003,
    source="Chen et al., Symbolic discovery of optimization algorithms, 2023, arXiv:2302.06675; optax.lion",
)
def lion(learning_rate, b1, b2, weight_decay):
    r"""Steps equally far in every coordinate, in the direction most recent slopes agree on.

    .. math::
        x \leftarrow x - \text{learning\_rate} \left( \text{sign}(\text{b1}\; m + (1 - \text{b1})\; g) +
        \text{weight\_decay}\; x \right), \quad m \leftarrow \text{b2}\; m + (1 - \text{b2})\; g

    With weight_decay above 0 it does not stay at a stationary point of the loss, other than the origin. Not in
    torch.optim.
    """
    return optax.lion(learning_rate, b1, b2, weight_decay=weight_decay)


class _AdanState(NamedTuple):
    count: Any
    m: Any
    v: Any
    n: Any
    grads: Any  # of the previous step


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=Hyperparam(0.98, 0.0, 0.999),
    b2=Hyperparam(0.92, 0.0, 0.999),
    b3=Hyperparam(0.99, 0.0, 0.9999),
    eps=_EPS,
    network_rate=0.003,
    source="Xie et al., Adan, 2022, arXiv:2208.06677, and the authors' code, whose b1, b2, b3 are 1 - the paper's",
)
def adan(learning_rate, b1, b2, b3, eps):
    r"""Adam that also averages how the slope changes, and so foresees the next one.

    .. math::
        d = g - g', \quad m \leftarrow \text{b1}\; m + (1 - \text{b1})\; g, \quad
        v \leftarrow \text{b2}\; v + (1 - \text{b2})\; d, \quad
        n \leftarrow \text{b3}\; n + (1 - \text{b3})\; (g + \text{b2}\; d)^2, \quad
        x \leftarrow x - \text{learning\_rate}\; \frac{\hat m + \text{b2}\; \hat v}{\sqrt{\hat n} + \text{eps}}

    with g' the previous gradient (d = 0 at first) and bias corrections as in Adam. Not in torch.optim. Written out
    because optax.adan (0.2.8) weighs d by 1 - b2 where the paper and its authors' code have b2; without weight decay.
    """

    def init(params):
        zeros = optax.tree.zeros_like(params)
        return _AdanState(jnp.zeros((), jnp.int32), zeros, zeros, zeros, zeros)

    def update(updates, state, params=None):
        count = optax.safe_increment(state.count)
        change = jax.tree.map(lambda g, old: jnp.where(count == 1, 0.0, g - old), updates, state.grads)
        ahead = optax.tree.add_scale(updates, b2, change)
        m = optax.tree.update_moment(updates, state.m, b1, 1)
        v = optax.tree.update_moment(change, state.v, b2, 1)
        n = optax.tree.update_moment(ahead, state.n, b3, 2)
        m_hat, v_hat, n_hat = (
            optax.tree.bias_correction(mean, decay, count) for mean, decay in ((m, b1), (v, b2), (n, b3))
        )
        steps = jax.tree.map(lambda m, v, n: (m + b2 * v) / (jnp.sqrt(n) + eps), m_hat, v_hat, n_hat)
        return steps, _AdanState(count, m, v, n, updates)

    return optax.chain(optax.GradientTransformation(init, update), optax.scale_by_learning_rate(learning_rate))


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=_B1,
    b2=_B2,
    b3=Hyperparam(0.9999, 0.0, 0.99999),
    alpha=Hyperparam(5.0, 0.0, 20.0),
    eps=_EPS,
    title="AdEMAMix",
    network_rate=0.001,
    source="Pagliardini, Ablin & Grangier, AdEMAMix, 2024, arXiv:2409.03137; optax.contrib.ademamix",
)
def ademamix(learning_rate, b1, b2, b3, alpha, eps):
    r"""Adam with a second, far longer memory: the slopes of the whole run keep pushing.

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\; g, \quad
        v \leftarrow \text{b2}\; v + (1 - \text{b2})\; g^2, \quad
        m_2 \leftarrow \text{b3}\; m_2 + (1 - \text{b3})\; g, \quad
        x \leftarrow x - \text{learning\_rate}\; \frac{\hat m + \text{alpha}\; m_2}{\sqrt{\hat v} + \text{eps}}

    with Adam's bias corrections of m and v; m_2 fills slowly, for it is not corrected. Not in torch.optim. Without the
    paper's warmup of alpha and b3, and without weight decay.
    """
    return optax.contrib.ademamix(learning_rate, b1, b2, b3, alpha, eps)


@optimizer(
    learning_rate=learning_rate_of(1e-1),
    b1=_B1,
    b2=Hyperparam(0.9999, 0.0, 0.99999),
    eps=Hyperparam(1e-6, 1e-12, 1e-1, log=True),
    title="ADOPT",
    network_rate=0.003,
    source="Taniguchi et al., ADOPT, 2024, arXiv:2411.02853; optax.contrib.adopt",
)
def adopt(learning_rate, b1, b2, eps):
    r"""Adam in another order: the slope is scaled by the past ones, not by itself, and only then averaged.

    .. math::
        m \leftarrow \text{b1}\; m + (1 - \text{b1})\;
        \text{clip}\left( \frac{g}{\max(\sqrt{v}, \text{eps})}, \pm (t-1)^{1/4} \right), \quad
        v \leftarrow \text{b2}\; v + (1 - \text{b2})\; g^2, \quad
        x \leftarrow x - \text{learning\_rate}\; m

    The first step only measures: v = g^2, and x stays. Not in torch.optim.
    """
    return optax.contrib.adopt(learning_rate, b1, b2, eps)
