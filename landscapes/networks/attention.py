"""Transformer blocks: attention over the positions before, then a dense layer at each."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from landscapes.networks.linear import linear
from landscapes.networks.stacked import Part, Stacked, activate, along, drop, normalize

EXPANSION = 4  # hidden units of a block's dense layer, over its width


def attend(qkv: Float[Array, "row position 3*width"], heads: int) -> Float[Array, "row position width"]:
    """Each position's mix of the values at it and before it, by the match of its query with their keys."""
    rows, length, width = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
    query, key, value = (a.reshape(rows, length, heads, -1) for a in jnp.split(qkv, 3, -1))
    match = jnp.einsum("rqhd,rkhd->rhqk", query, key) / jnp.sqrt(jnp.asarray(width / heads, qkv.dtype))
    past = jnp.tril(jnp.ones((length, length), bool))
    share = jax.nn.softmax(jnp.where(past[None, None], match, -1e30), -1)
    return jnp.einsum("rhqk,rkhd->rqhd", share, value).reshape(rows, length, width)


@dataclass(frozen=True)
class Transformer(Stacked):
    """A small causal transformer with normalization before each half of a block.

    Vaswani et al., Attention is all you need, 2017, arXiv:1706.03762; Xiong et al., On layer normalization in the
    transformer architecture, 2020, arXiv:2002.04745.
    """

    symbols: int = 0  # size of the alphabet where the inputs are symbols, else 0
    everywhere: bool = False  # outputs at every position; else after the last one

    tile = 32
    first_in_depth = False

    @property
    def heads(self) -> int:
        """Attention heads: four where the width allows."""
        return next(n for n in (4, 2, 1) if self.width % n == 0)

    @property
    def unit_count(self) -> int:
        """Activations of a block: those of its dense layer."""
        return EXPANSION * self.width

    def first_parts(self):
        """The arrays of the embedding."""
        fan_in = self.symbols or self.inputs[1]
        return Part("weight", (fan_in, self.width), fan_in, self.width), Part("position", (self.inputs[0], self.width))

    def layer_parts(self):
        """The arrays of a block."""
        w = self.width
        norms = [
            Part(f"{kind}{i}", (w,), fill=1.0 if kind == "scale" else 0.0) for i in "12" for kind in ("scale", "shift")
        ]
        return (
            *norms,
            Part("qkv", (w, 3 * w), w, w, blocks=3),
            Part("qkv_bias", (3 * w,)),
            Part("mix", (w, w), w, w),
            Part("mix_bias", (w,)),
            Part("up", (w, EXPANSION * w), w, EXPANSION * w),
            Part("bias", (EXPANSION * w,)),
            Part("down", (EXPANSION * w, w), EXPANSION * w, w),
            Part("down_bias", (w,)),
            Part("slope", ()),
        )

    def head_parts(self):
        """The arrays of the output layer, with a normalization before it."""
        w = self.width
        return (
            Part("scale", (w,), fill=1.0),
            Part("shift", (w,)),
            Part("weight", (w, self.outputs), w, self.outputs),
            Part("bias", (self.outputs,)),
        )

    def first(self, go, params, x):
        """Symbols, or numbers, and where they stand."""
        seen = params["weight"][x] if self.symbols else linear(x, params["weight"])
        h = seen + params["position"][None]
        return h, h

    def layer(self, go, params, h, number):
        """Attention and a dense layer, each with its skip."""
        skip = go.choices.residual
        qkv = linear(normalize(go, h, params["scale1"], params["shift1"]), params["qkv"]) + along(params["qkv_bias"], h)
        mixed = linear(attend(qkv, self.heads), params["mix"]) + along(params["mix_bias"], h)
        h = skip * h + drop(go, mixed, 2 * number)
        z = linear(normalize(go, h, params["scale2"], params["shift2"]), params["up"]) + along(params["bias"], h)
        new = linear(activate(go.choices, z, params["slope"]), params["down"]) + along(params["down_bias"], h)
        return skip * h + drop(go, new, 2 * number + 1), z

    def head(self, go, params, h, x):
        """A linear map at every position, or of the last."""
        h = normalize(go, h if self.everywhere else h[:, -1:], params["scale"], params["shift"])
        out = linear(h, params["weight"]) + along(params["bias"], h)
        return out if self.everywhere else out[:, 0]
