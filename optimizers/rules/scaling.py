"""Rules that give every coordinate a step length of its own, from the size or the sign of its slopes."""

import optax

from optimizers.entry import Hyperparam, learning_rate_of, optimizer


@optimizer(
    learning_rate=learning_rate_of(0.5),
    initial_accumulator_value=Hyperparam(0.1, 0.0, 10.0),
    eps=Hyperparam(1e-7, 1e-12, 1e-1, log=True),
    title="AdaGrad",
    network_rate=0.03,
    source="Duchi, Hazan & Singer, Adaptive subgradient methods, JMLR 12, 2011; optax.adagrad",
)
def adagrad(learning_rate, initial_accumulator_value, eps):
    r"""Shortens the steps of a coordinate by all the slope it has ever seen there: fast first, then ever slower.

    .. math::
        s_0 = \text{initial\_accumulator\_value}, \quad s \leftarrow s + g^2, \quad
        x \leftarrow x - \text{learning\_rate}\; \frac{g}{\sqrt{s + \text{eps}}}

    torch.optim.Adagrad starts from s = 0 and adds eps outside the root; the two agree for
    initial_accumulator_value = eps = 0.
    """
    return optax.adagrad(learning_rate, initial_accumulator_value, eps)


@optimizer(
    learning_rate=learning_rate_of(1e-2),
    decay=Hyperparam(0.9, 0.0, 0.999),
    eps=Hyperparam(1e-8, 1e-12, 1e-1, log=True),
    title="RMSProp",
    network_rate=0.001,
    source="Tieleman & Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012; optax.rmsprop",
)
def rmsprop(learning_rate, decay, eps):
    r"""Divides each coordinate's slope by its recent size, so that steep and flat directions move alike.

    .. math::
        s \leftarrow \text{decay}\; s + (1 - \text{decay})\; g^2, \quad
        x \leftarrow x - \text{learning\_rate}\; \frac{g}{\sqrt{s + \text{eps}}}

    torch.optim.RMSprop calls decay alpha, 0.99 by default, and adds eps outside the root; the two agree for eps = 0.
    """
    return optax.rmsprop(learning_rate, decay, eps)


@optimizer(
    learning_rate=learning_rate_of(1.0),
    rho=Hyperparam(0.9, 0.0, 0.999),
    eps=Hyperparam(1e-6, 1e-12, 1e-1, log=True),
    title="AdaDelta",
    network_rate=1.0,
    source="Zeiler, ADADELTA, 2012, arXiv:1212.5701; optax.adadelta",
)
def adadelta(learning_rate, rho, eps):
    r"""Measures its next step in units of its past ones, starting from almost none: it creeps, then gathers way.

    .. math::
        s \leftarrow \text{rho}\; s + (1 - \text{rho})\; g^2, \quad
        d = \sqrt{\frac{r + \text{eps}}{s + \text{eps}}}\; g, \quad
        r \leftarrow \text{rho}\; r + (1 - \text{rho})\; d^2, \quad
        x \leftarrow x - \text{learning\_rate}\; d

    As torch.optim.Adadelta. eps sets how long the creeping lasts.
    """
    return optax.adadelta(learning_rate, rho, eps)


@optimizer(
    learning_rate=learning_rate_of(3e-3),
    title="Sign SGD",
    network_rate=0.001,
    source="Bernstein et al., signSGD, 2018, arXiv:1802.04434; optax.sign_sgd",
)
def sign_sgd(learning_rate):
    r"""Steps equally far in every coordinate, whatever the slope: it zigzags at the bottom and never settles.

    .. math:: x \leftarrow x - \text{learning\_rate}\; \text{sign}(g)

    Not in torch.optim.
    """
    return optax.sign_sgd(learning_rate)


@optimizer(
    learning_rate=learning_rate_of(1e-2),
    eta_minus=Hyperparam(0.5, 0.05, 0.95),
    eta_plus=Hyperparam(1.2, 1.01, 2.0),
    scheduled=None,
    network_rate=0.001,
    source="Riedmiller & Braun, A direct adaptive method for faster backpropagation learning: RPROP, 1993; optax.rprop",
)
def rprop(learning_rate, eta_minus, eta_plus):
    r"""Lengthens a coordinate's step while its slope keeps its sign, cuts it and waits when the sign turns.

    .. math::
        h \leftarrow \begin{cases}
          \min(\text{eta\_plus}\; h, 50) & g g' > 0 \\ \max(\text{eta\_minus}\; h, 10^{-6}) & g g' < 0 \\ h & g g' = 0
        \end{cases}, \quad
        x \leftarrow x - h\; \text{sign}(g), \quad h_0 = \text{learning\_rate}

    with g' the previous gradient; where g g' < 0 the step is left out and g' counts as 0 next time. As
    torch.optim.Rprop. A schedule has no effect: learning_rate is only the first step. optax.rprop (0.2.8) hands out the
    update of one step ago; the present one, taken here, stands in its state.
    """
    inner = optax.scale_by_rprop(learning_rate, eta_minus, eta_plus)

    def update(updates, state, params=None):
        _, new = inner.update(updates, state, params)
        return optax.tree.scale(-1.0, optax.tree.get(new, "prev_updates")), new

    return optax.GradientTransformation(inner.init, update)
