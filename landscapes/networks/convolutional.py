"""Convolutional layers: one small dense layer, tied over all positions of a picture."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from landscapes.networks.linear import linear
from landscapes.networks.stacked import Part, Stacked, activate, along, drop, normalize

KERNEL = 3


def patches(x: Float[Array, "row high wide channel"]) -> Float[Array, "row high wide 9*channel"]:
    """Each position's 3 x 3 surroundings, zeros beyond the edge: a convolution is a matrix product with these."""
    high, wide = x.shape[1:3]
    framed = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifts = [(i, j) for i in range(KERNEL) for j in range(KERNEL)]
    return jnp.concatenate([framed[:, i : i + high, j : j + wide] for i, j in shifts], -1)


class Convolutional(Stacked):
    """3 x 3 convolutions, 2 x 2 average pooling behind the first, and a dense head over all positions."""

    def _parts(self, channels: int) -> tuple[Part, ...]:
        w, area = self.width, KERNEL * KERNEL
        return (
            Part("weight", (area * channels, w), area * channels, area * w),
            Part("bias", (w,)),
            Part("scale", (w,), fill=1.0),
            Part("shift", (w,)),
            Part("slope", ()),
        )

    def first_parts(self):
        """The arrays of the layer that meets the picture."""
        return self._parts(self.inputs[2])

    def layer_parts(self):
        """The arrays of a layer between channels."""
        return self._parts(self.width)

    def head_parts(self):
        """The arrays of the dense output layer."""
        rows = self.width * (self.inputs[0] // 2) * (self.inputs[1] // 2)
        return Part("weight", (rows, self.outputs), rows, self.outputs), Part("bias", (self.outputs,))

    def first(self, go, params, x):
        """Convolution, normalization, activation, pooling, dropout."""
        x = x.reshape(-1, *self.inputs)
        sums = linear(patches(x), params["weight"]) + along(params["bias"], x)
        z = normalize(go, sums, params["scale"], params["shift"])
        h = activate(go.choices, z, params["slope"])
        pooled = h.reshape(h.shape[0], h.shape[1] // 2, 2, h.shape[2] // 2, 2, self.width).mean((2, 4))
        return drop(go, pooled, 0), z

    def layer(self, go, params, h, number):
        """Convolution, normalization, activation, dropout, and the skip."""
        sums = linear(patches(h), params["weight"]) + along(params["bias"], h)
        z = normalize(go, sums, params["scale"], params["shift"])
        new = drop(go, activate(go.choices, z, params["slope"]), number)
        return new + go.choices.residual * h, z

    def head(self, go, params, h, x):
        """A linear map of all positions and channels."""
        return linear(h.reshape(h.shape[0], -1), params["weight"]) + params["bias"][None]
