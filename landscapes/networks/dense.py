"""Dense layers: every unit sees every unit before it."""

from dataclasses import dataclass

import jax.numpy as jnp

from landscapes.networks.chosen import Only
from landscapes.networks.linear import linear
from landscapes.networks.stacked import Part, Stacked, activate, along, drop, normalize


@dataclass(frozen=True)
class Dense(Stacked):
    """Dense networks; of depth 0 a linear map, which with cross-entropy is softmax regression.

    Columns beyond the width of a network hold zeros, so that one program serves every width up to its own.
    """

    def settle(self, choices):
        """As switches of two, so that a program of its own rounds as the one that serves many networks."""
        known = dict(self.settled)
        only = {name: Only(int(known.pop(name)), getattr(choices, name)) for name in ("activation", "normalization")
                if name in known}  # fmt: skip
        return choices._replace(**known, **only)

    head_rows: int = 0  # that the head reads; 0 leaves room for the inputs and for the units

    def _parts(self, fan_in: int) -> tuple[Part, ...]:
        w = self.width
        return (
            Part("weight", (fan_in, w), fan_in, w),
            Part("bias", (w,)),
            Part("scale", (w,), fill=1.0),
            Part("shift", (w,)),
            Part("slope", ()),
        )

    def first_parts(self):
        """The arrays of the layer that meets the inputs."""
        return self._parts(self.inputs[0])

    def layer_parts(self):
        """The arrays of a hidden layer."""
        return self._parts(self.width)

    def head_parts(self):
        """The arrays of the output layer; it reads the inputs themselves where there is no hidden layer."""
        rows = self.head_rows or max(self.inputs[0], self.width)
        return Part("weight", (rows, self.outputs), rows, self.outputs), Part("bias", (self.outputs,))

    def first(self, go, params, x):
        """Weights, normalization, activation, dropout."""
        new, z = _units(go, params, x, 0)
        return new * along(go.choices.units, z), z

    def layer(self, go, params, h, number):
        """As the first layer, and the skip."""
        new, z = _units(go, params, h, number)
        return (new + go.choices.residual * h) * along(go.choices.units, z), z

    def head(self, go, params, h, x):
        """A linear map of the last hidden layer, or of the inputs."""
        weight = params["weight"]
        h, x = (jnp.pad(a, ((0, 0), (0, weight.shape[0] - a.shape[1]))) for a in (h, x))
        return linear(jnp.where(go.choices.depth > 0, h, x), weight) + along(params["bias"], h)


def _units(go, params, x, number):
    """What a layer's units give before padding and skips, and the inputs of their activation."""
    z = normalize(go, linear(x, params["weight"]) + along(params["bias"], x), params["scale"], params["shift"])
    return drop(go, activate(go.choices, z, params["slope"]), number), z
