"""The shelf of networks: what each is for, the ranges of its sizes, and the architecture that they make."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from landscapes.networks.attention import Transformer
from landscapes.networks.convolutional import Convolutional
from landscapes.networks.dense import Dense
from landscapes.networks.recurrent import Recurrent
from landscapes.networks.stacked import Shape, Stacked
from landscapes.surface import ShapeParam

_DENSE_INPUTS, _DENSE_OUTPUTS = 64, 10  # of every dense program: digits fit, and so does what is smaller
DENSE_ROOMS = ((16, 12), (64, 12), (64, 64))  # width and depth; a dense network runs in the first that holds it
MOST_UNROLLED, _DEEP = 3, 16  # of the other families: shallow ones are written out, deep ones share a loop
WIDEST = 512  # of a dense network that is no page's: beyond the rooms it has a program of its very sizes
_ANY = ("none", "layer", "batch", "rms")


@dataclass(frozen=True)
class Network:
    """An entry of the shelf; equal and hashable by name. ``function(inputs, width, depth, outputs, symbols)``."""

    name: str
    title: str = field(compare=False, repr=False)
    function: Callable[..., Stacked] = field(compare=False, repr=False)
    kinds: tuple[str, ...] = field(compare=False, repr=False)  # of data that it suits
    depth: ShapeParam = field(compare=False, repr=False)
    width: ShapeParam = field(compare=False, repr=False)
    source: str = field(compare=False, repr=False)
    activation: str = field(default="relu", compare=False, repr=False)  # "" where the cell has its own
    initializer: str = field(default="he_normal", compare=False, repr=False)
    normalization: str = field(default="none", compare=False, repr=False)
    normalizations: tuple[str, ...] = field(default=_ANY, compare=False, repr=False)
    residual: bool = field(default=False, compare=False, repr=False)
    widest: int = field(default=0, compare=False, repr=False)  # that a `NetworkLoss` takes; 0 is as many as the pages

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        return " ".join((self.function.__doc__ or "").split("\n\n")[0].split())

    def build(self, inputs: Shape, width: int, depth: int, outputs: int, symbols: int) -> Stacked:
        """The architecture with exactly these sizes."""
        return self.function(inputs, width, depth, outputs, symbols)

    def room(self, exact: Stacked, settled: tuple[tuple[str, int | float], ...], own: bool = False) -> Stacked:
        """The architecture whose program serves this one: larger where the rest can be padding, else less left open.

        A program of its own holds the ``settled`` choices alone: it is made in a quarter of the time and memory. That
        of a dense network has its depth and the width of its room: so it rounds as the program of the room does, and
        a training is the same, bit by bit, in either (but for GELU). Layers are written out only where nothing is
        normalized, for that is where this holds.
        """
        if isinstance(exact, Dense) and exact.width <= DENSE_ROOMS[-1][0]:
            width, depth = next((w, d) for w, d in DENSE_ROOMS if w >= exact.width and d >= exact.depth)
            room = Dense((_DENSE_INPUTS,), width, depth, _DENSE_OUTPUTS)
            plain = exact.depth <= MOST_UNROLLED and not dict(settled)["normalization"]
            return replace(room, depth=exact.depth, unrolled=plain, settled=settled) if own else room
        if isinstance(exact, Dense):
            return replace(exact, unrolled=exact.depth <= MOST_UNROLLED, settled=settled)
        if exact.depth <= MOST_UNROLLED:
            return replace(exact, unrolled=True, settled=settled)
        return replace(exact, depth=_DEEP, settled=settled)


def network(
    *, title: str, kinds: tuple[str, ...], source: str, **defaults
) -> Callable[[Callable[..., Stacked]], Network]:
    """Makes the decorated function a `Network` of its own name."""
    return lambda function: Network(function.__name__, title, function, kinds, source=source, **defaults)


@network(title="Softmax regression", kinds=("points", "images"), depth=ShapeParam(0, 0, 0), width=ShapeParam(1, 1, 1),
         activation="", initializer="zeros", normalizations=("none",),
         source="Cox, The regression analysis of binary sequences, 1958")  # fmt: skip
def softmax_regression(inputs, width, depth, outputs, symbols):
    """Draws straight boundaries only: no hidden layer, and a loss with a single valley."""
    return Dense(inputs, width, 1, outputs, head_rows=inputs[0])


@network(title="Dense", widest=WIDEST, kinds=("points", "curve", "images"),
         depth=ShapeParam(4, 1, 64), width=ShapeParam(16, 1, 64),
         source="Rumelhart, Hinton & Williams, Learning representations by back-propagating errors, 1986")  # fmt: skip
def mlp(inputs, width, depth, outputs, symbols):
    """Stacks layers in which every unit sees every unit before it."""
    return Dense(inputs, width, depth, outputs, head_rows=width)


@network(title="Dense residual", widest=WIDEST, kinds=("points", "curve", "images"), depth=ShapeParam(10, 1, 64),
         width=ShapeParam(16, 1, 64), residual=True, initializer="lecun_normal",
         source="He et al., Deep residual learning, 2015, arXiv:1512.03385")  # fmt: skip
def residual_mlp(inputs, width, depth, outputs, symbols):
    """Adds each layer's input to its output, so that gradients have a way around it."""
    return Dense(inputs, width, depth, outputs, head_rows=width)


@network(title="Convolutional", kinds=("images",), depth=ShapeParam(2, 1, 16), width=ShapeParam(8, 1, 32),
         source="LeCun et al., Gradient-based learning applied to document recognition, 1998")  # fmt: skip
def cnn(inputs, width, depth, outputs, symbols):
    """Looks for the same small patterns everywhere in a picture: few weights, each used at every position."""
    return Convolutional(_picture(inputs), width, depth, outputs)


@network(title="Convolutional residual", kinds=("images",), depth=ShapeParam(6, 1, 16), width=ShapeParam(8, 1, 32),
         residual=True, source="He et al., Deep residual learning, 2015, arXiv:1512.03385")  # fmt: skip
def resnet(inputs, width, depth, outputs, symbols):
    """Convolutions with skips around them: deep, and still trainable."""
    return Convolutional(_picture(inputs), width, depth, outputs)


_RECURRENT = {"kinds": ("sequence", "text"), "depth": ShapeParam(1, 1, 4), "width": ShapeParam(24, 1, 64),
              "normalizations": ("none",)}  # fmt: skip


@network(title="Recurrent", activation="tanh", initializer="orthogonal",
         source="Elman, Finding structure in time, 1990", **_RECURRENT)  # fmt: skip
def rnn(inputs, width, depth, outputs, symbols):
    """Reads a sequence with one cell and a state that it overwrites: gradients shrink or grow with the length."""
    return Recurrent(inputs, width, depth, outputs, cell="rnn", symbols=symbols, everywhere=symbols > 0)


@network(title="LSTM", activation="", initializer="glorot_uniform",
         source="Hochreiter & Schmidhuber, Long short-term memory, 1997; Gers, Schmidhuber & Cummins, 2000",
         **_RECURRENT)  # fmt: skip
def lstm(inputs, width, depth, outputs, symbols):
    """Reads a sequence with a memory that gates let through or forget, so that old positions still count."""
    return Recurrent(inputs, width, depth, outputs, cell="lstm", symbols=symbols, everywhere=symbols > 0)


@network(title="GRU", activation="", initializer="glorot_uniform",
         source="Cho et al., Learning phrase representations using RNN encoder-decoder, 2014, arXiv:1406.1078",
         **_RECURRENT)  # fmt: skip
def gru(inputs, width, depth, outputs, symbols):
    """Reads a sequence with two gates instead of three: nearly an LSTM, at three quarters of its weights."""
    return Recurrent(inputs, width, depth, outputs, cell="gru", symbols=symbols, everywhere=symbols > 0)


@network(title="Transformer", kinds=("sequence", "text"), depth=ShapeParam(2, 1, 8), width=ShapeParam(32, 4, 64),
         activation="gelu", initializer="glorot_uniform", normalization="layer", residual=True,
         normalizations=("none", "layer", "rms"),
         source="Vaswani et al., Attention is all you need, 2017, arXiv:1706.03762")  # fmt: skip
def transformer(inputs, width, depth, outputs, symbols):
    """Lets every position look at all positions before it, with weights that depend on what stands there."""
    return Transformer(inputs, width, depth, outputs, symbols=symbols, everywhere=symbols > 0)


def _picture(inputs: Shape) -> Shape:
    """An image given as one row of pixels, as a square of one channel."""
    side = round(inputs[0] ** 0.5)
    return (side, side, 1)


NETWORKS = {e.name: e for e in list(vars().values()) if isinstance(e, Network)}
"""The shelf, by name."""
