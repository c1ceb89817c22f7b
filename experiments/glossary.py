"""The words of the field that stand on the page, each with a sentence that a tap shows."""

from experiments.gradients_verdict import KEEPS
from experiments.tuning import LEAP, RATES

_FACTOR = "A factor says by how much one layer, or one step back in time, multiplies the gradient: below 1 it shrinks."
_DEAD = "A unit is dead when its slope is zero for every training example: no gradient passes through it."
_KEEPS = (f"What is left of the gradient, of the 1 that enters at the end. A network keeps it where between "
          f"{KEEPS[0]:g} and {KEEPS[1]:g} of it come through.")  # fmt: skip
_MEAN_FIELD = "what layers of infinitely many units do to the gradient on average, before any training"

GLOSSARY = {
    "mean-field theory": f"Mean-field theory: {_MEAN_FIELD}.",
    "theory": f"Computed, not measured: {_MEAN_FIELD}. Through time: ρᵏ after k steps, exact for a linear cell.",
    "factors": _FACTOR,
    "factor": _FACTOR,
    "dead": _DEAD,
    "keeps": _KEEPS,
    "σw": "σw, the weight scale: at the start weights have standard deviation σw/√n, n being how many units feed one.",
    "σb": "σb, the bias scale: at the start biases have standard deviation σb.",
    "ρ": "ρ, the scale of the recurrent weights: a linear cell multiplies the gradient by ρ at every step back.",
    "steady": f"Of {RATES} learning rates those are steady with which no step from inside the box is longer than "
              f"{LEAP:g} of its diagonal; where there is a lowest point the run also ends inside.",
}  # fmt: skip
"""What each word means, in a sentence; the longer of two words that begin alike comes first."""
