"""The words of the field that stand on the page, each with a sentence that a tap shows."""

from experiments.gradients_verdict import KEEPS
from experiments.tuning import LEAP, RATES

_FACTOR = "A factor says by how much one layer multiplies the gradient on its way back: below 1 it shrinks."
_DEAD = "A unit is dead when its slope is zero for every training example: no gradient passes through it."
_KEEPS = (f"What is left of the gradient, of the 1 that enters at the end. A network keeps it where between "
          f"{KEEPS[0]:g} and {KEEPS[1]:g} of it come through.")  # fmt: skip
_THEORY = "Mean-field theory: what layers of infinitely many units do to the gradient on average, before any training."

GLOSSARY = {
    "mean-field theory": _THEORY,
    "theory": _THEORY,
    "factors": _FACTOR,
    "factor": _FACTOR,
    "dead": _DEAD,
    "keeps": _KEEPS,
    "σw": "σw, the weight scale: weights are drawn with standard deviation σw/√n, n being how many units feed one.",
    "σb": "σb, the bias scale: biases are drawn with standard deviation σb.",
    "ρ": "ρ, the scale of the recurrent weights: a linear cell multiplies the gradient by ρ at every step back.",
    "steady": f"A learning rate is steady when no step inside the picture is longer than {LEAP:g} of its diagonal, and "
              f"the run ends inside it. {RATES} rates are tried.",
}  # fmt: skip
"""What each word means, in a sentence; the longer of two words that begin alike comes first."""
