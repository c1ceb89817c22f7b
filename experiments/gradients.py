"""What the gradients room shows: one of four experiments, each with its description, and how it is looked at."""

from dataclasses import dataclass, field

from experiments.dying import Dying
from experiments.flow import Curve, Flow, TimeFlow
from experiments.run import Run
from experiments.training import MAX_RUNS, Learner, Training
from landscapes.networks.gallery import NETWORKS

MODES = {"layers": "Layers", "time": "Time", "dying": "Dying units"}
AGAINST = {"bias": "bias scale", "depth": "depth"}
RULES = ("adam", "momentum", "gradient_descent")  # that "does it matter?" offers


@dataclass(frozen=True)
class Gradients:
    """The whole page. Descriptions of the modes that are not shown are kept, so that one can go back to them."""

    mode: str = "layers"
    flow: Flow = field(default_factory=Flow)
    time: TimeFlow = field(default_factory=TimeFlow)
    dying: Dying = field(default_factory=Dying)
    z: float = 1.0  # where the activations are explored
    against: str = "bias"  # what the phase map has beside the weight scale
    matter: bool = False  # whether the compared networks are trained
    rule: str = "adam"
    opened: int = 0

    @property
    def training(self) -> Training | None:
        """What is trained on this page as it stands."""
        if self.mode == "dying":
            return self.dying.training()
        return matter(self) if self.mode == "layers" and self.matter and self.flow.curves else None


def trained_curves(page: Gradients) -> tuple[int, ...]:
    """The curves that are trained: the open one and the first others, as many as train side by side."""
    count = len(page.flow.curves)
    first = [page.opened] if page.opened < count else []
    rest = [i for i in range(count) if i != page.opened]
    return tuple(sorted((first + rest)[:MAX_RUNS]))


def _learner(page: Gradients, curve: Curve) -> Learner:
    entry = NETWORKS["mlp"]
    settings = (
        ("depth", int(min(page.flow.depth, entry.depth.high))), ("width", int(min(page.flow.width, entry.width.high))),
        ("activation", curve.activation),
        ("initializer", "orthogonal" if curve.weights == "orthogonal" else "lecun_normal"),
        ("gain", curve.weight), ("bias_std", curve.bias), ("normalization", curve.normalization),
        ("residual", curve.skip != "none"), *((("slope", curve.slope),) if curve.slope is not None else ()),
    )  # fmt: skip
    return Learner(Run(page.rule), "mlp", settings, 32)


def matter(page: Gradients) -> Training:
    """The compared networks on digits: same data, same batches, same optimizer at its usual rate."""
    learners = tuple(_learner(page, page.flow.curves[i]) for i in trained_curves(page))
    return Training("digits", learners=learners, num_steps=400, seed=page.flow.seed)


def matter_words(page: Gradients) -> list[str]:
    """What of the curves the training leaves out or changes."""
    entry, flow, said = NETWORKS["mlp"], page.flow, []
    left = len(flow.curves) - len(trained_curves(page))
    if left:
        said.append(f"{MAX_RUNS} networks train side by side: {left} {'is' if left == 1 else 'are'} left out.")
    for name, knob in (("depth", entry.depth), ("width", entry.width)):
        if getattr(flow, name) > knob.high:
            said.append(f"Networks of {name} {getattr(flow, name)} are trained with {knob.high:g}.")
    if any(flow.curves[i].skip == "scaled" for i in trained_curves(page)):
        said.append("Branches are trained without the 1/√L before them.")
    return said
