"""What gradient flow showed, in sentences generated from the measurement, and its conditions.

A curve is judged by what is left of its gradient after all layers or steps, in the median over the seeds:

- it **explodes** where the signal of any of its networks leaves float32; then nothing is known of its gradient;
- it **lets nothing through** where the gradient of every network, or of some, is exactly zero;
- it **loses** its gradient where less than 1/2 is left, **multiplies** it where more than 2 times as much is, and
  **keeps** it between.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.consequence import consequence, deaths, matter_conditions
from experiments.flow import SMALLEST, Measured
from experiments.gradients import Gradients, matter_words
from experiments.gradients_words import amount, cell_labels, curve_labels, times
from experiments.training import TrainingResult
from experiments.words import counted
from landscapes.networks.backward import EXAMPLES
from landscapes.networks.through_time import EXAMPLES as SEQUENCES
from landscapes.networks.through_time import WIDTH

KEEPS = (0.5, 2.0)  # what is left of a gradient that is said to be kept


def headline(page: Gradients, found: Sequence[Measured], trained: TrainingResult | None = None) -> str:
    """Who loses the gradient, who multiplies it, who keeps it; of networks that train, what came of them."""
    if trained is not None:
        return consequence(page, trained) if page.mode == "layers" else deaths(page.dying, trained)
    time = page.mode == "time"
    names = cell_labels(page.time.curves) if time else curve_labels(page.flow.curves)
    if not names:
        return "No network yet: add one to see what reaches its first layer."
    if not found:
        return "The first network is being measured."
    kinds = [curve.cell for curve in page.time.curves] if time else [curve.activation for curve in page.flow.curves]
    what, count = ("step", page.time.steps) if time else ("layer", page.flow.depth)
    return _Flows(found, names, kinds, what, count).sentence()


@dataclass(frozen=True)
class _Flows:
    """What was measured, with the names of the curves, what they are made of, and what is counted back."""

    found: Sequence[Measured]
    names: Sequence[str]
    kinds: Sequence[str]  # the activation or the cell
    what: str
    count: int

    def sentence(self) -> str:
        """Of the fates in the order explodes, loses, multiplies, keeps, those that are there.

        The one that loses most is told first. Where none loses, the best keeper is; where all keep, the range is told.
        """
        fates = [fate(measured) for measured in self.found]
        of = {kind: [i for i, each in enumerate(fates) if each == kind] for kind in set(fates)}
        gone, up = of.get("explodes", []), of.get("multiplies", [])
        losers = sorted([*of.get("nothing", []), *of.get("loses", [])], key=lambda i: self.found[i].left)
        losers += of.get("patchy", [])
        if len(gone) == len(fates):
            return self._all_explode()
        if losers:
            first, kept = self._loss(losers[0]), self._keepers(of, losers[0])
        elif len(of.get("keeps", [])) == len(fates) > 1:
            return self._all_keep()
        elif "keeps" in of:
            best, *_ = self._keepers(of, 0)
            first, kept = f"{self._after(best)} is left: {self.names[best]} keeps its gradient.", []
        else:
            top = max(up, key=lambda i: self.found[i].left)
            first, kept, up = self._growth(top), [], []
        return " ".join([first, *self._others(up, kept), *map(self._explosion, gone[:1])])

    def _keepers(self, of: dict[str, list[int]], other: int) -> list[int]:
        """Keepers, those made as the other one first, then by how near to all is left."""
        return sorted(of.get("keeps", []), key=lambda i: (self.kinds[i] != self.kinds[other],
                                                          abs(np.log(self.found[i].left))))  # fmt: skip

    def _after(self, i: int) -> str:
        return f"After {counted(self.count, self.what)} {amount(self.found[i].left)}"

    def _loss(self, i: int) -> str:
        measured, name = self.found[i], self.names[i]
        if measured.silent == len(measured.gradient):
            if measured.faded is not None:
                return f"{name} lets nothing through: float32 cannot hold its signal from layer {measured.faded} on."
            return f"{name} lets nothing through: after {counted(self.count, self.what)} no gradient is left."
        if measured.silent:
            return f"In {measured.silent} of {len(measured.gradient)} networks {name} lets nothing through."
        after = f"after {counted(self.count, self.what)} {amount(measured.left)} is left"
        return f"{name} keeps {times(measured.factor)} of the gradient per {self.what} on average: {after}."

    def _growth(self, i: int) -> str:
        measured = self.found[i]
        after = f"after {counted(self.count, self.what)} it is {amount(measured.left)} times as large"
        return (
            f"{self.names[i]} multiplies the gradient by {times(measured.factor)} per {self.what} on average: {after}."
        )

    def _others(self, up: Sequence[int], kept: Sequence[int]) -> list[str]:
        """The one that multiplies most and the first keeper, in one sentence."""
        said = []
        if up:
            top = max(up, key=lambda i: self.found[i].left)
            said.append(f"{self.names[top]} multiplies it by {amount(self.found[top].left)} in all")
        if kept:
            said.append(f"{self.names[kept[0]]} keeps it, {amount(self.found[kept[0]].left)} is left")
        return [f"{'; '.join(said)}."] if said else []

    def _all_keep(self) -> str:
        low, high = (amount(end([measured.left for measured in self.found])) for end in (min, max))
        left = low if low == high else f"{low} to {high}"
        return f"No gradient vanishes or explodes: after {counted(self.count, self.what)} {left} is left."

    def _explosion(self, i: int) -> str:
        measured = self.found[i]
        some = measured.burst and measured.burst < len(measured.gradient)
        where = f" in {measured.burst} of {len(measured.gradient)} networks" if some else ""
        return f"{self.names[i]} explodes: its signal leaves float32 at {self.what} {measured.exploded}{where}."

    def _all_explode(self) -> str:
        if len(self.found) == 1:
            return self._explosion(0)
        first = min(measured.exploded or 0 for measured in self.found)
        return f"Every network explodes: the first signal leaves float32 at {self.what} {first}."


def fate(measured: Measured) -> str:
    """``explodes``, ``nothing``, ``patchy``, ``loses``, ``multiplies`` or ``keeps``; the rules are the module's."""
    if measured.exploded is not None:
        return "explodes"
    if measured.silent:
        return "nothing" if measured.silent == len(measured.gradient) else "patchy"
    return "loses" if measured.left < KEEPS[0] else "multiplies" if measured.left > KEEPS[1] else "keeps"


def subline(page: Gradients, found: Sequence[Measured]) -> str:
    """The conditions, what the numbers are, and where the theory stops."""
    if page.mode == "layers" and page.matter:
        return " ".join([matter_conditions(page), *matter_words(page)])
    if page.mode == "dying":
        dying = page.dying
        return (f"Dense nets of {counted(dying.depth, 'hidden layer')} of {counted(dying.width, 'unit')} on moons, all "
                f"examples a step, plain gradient descent; a unit is dead when no training example gives it a "
                f"slope.")  # fmt: skip
    if page.mode == "time":
        said = (f"At initialisation, {WIDTH} units, {SEQUENCES} random sequences, recurrent weights ρ × orthogonal, "
                f"biases 0 but for the forget or update gate; median of {page.time.seeds} seeds, bands "
                f"5–95 %.")  # fmt: skip
        if any(measured.theory is not None for measured in found):
            said += " Dashes ρᵏ after k steps, exact for a linear cell."
        return f"{said} {underflow(found, 'step')}".strip()
    flow = page.flow
    said = (f"Dense nets at initialisation, {counted(flow.width, 'unit')}; median of {flow.seeds} seeds, bands 5–95 %, "
            f"dashes mean-field theory, for infinite width and before training. Mean factors are geometric, over these "
            f"layers; those on the map are of infinitely many.")  # fmt: skip
    if any(curve.normalization == "batch" for curve in flow.curves):
        said += f" With batch norm it takes the batch for infinite too; here it is {EXAMPLES} examples."
    return f"{said} {underflow(found)}".strip()


def underflow(found: Sequence[Measured], what: str = "layer") -> str:
    """Where float32 would lose the gradient of the median first, and from there on, in words.

    That it would hold zeros, below its least number, is said before that it would lose precision.
    """
    lost = [m.lost for m in found if m.lost is not None]
    if lost:
        return f"Float32 would hold zeros from {counted(min(lost), what)} back on (underflow below {times(SMALLEST)})."
    thin = [m.coarse for m in found if m.coarse is not None]
    return f"Float32 would lose precision from {counted(min(thin), what)} back on." if thin else ""
