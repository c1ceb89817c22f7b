"""Training: up to four networks on the same examples, every layer in view; what was asked, and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from experiments.own_programs import best_program
from experiments.run import Run, Values
from landscapes import DATASETS, NETWORKS, NetworkLoss
from landscapes.network_loss import padded_inputs, rows_room
from landscapes.networks.dense import Dense
from landscapes.networks.observation import Frame, Probe, observer_of
from optimizers import OPTIMIZERS, Descent, Trajectory, descend_live
from optimizers.descent import kept_every

MAX_RUNS = 4
FRAMES = 80  # looks at a run, start and end included
PARAMS_BYTES = 40_000_000  # of several runs; where the params of all looks would take more, those of the last are kept
DENSE_PROBES = 2048  # examples of every look at a dense network, grid and padding included
_ROUNDED = 2e-6  # what float32 sums over all examples may lack of a whole
GRID = 32  # points a side of a decision boundary

Settings = tuple[tuple[str, Any], ...]


_ADAM = Run("adam")


@dataclass(frozen=True)
class Learner:
    """One network and how it is trained, as its owner described it: only what was set."""

    run: Run = _ADAM
    network: str = "mlp"
    settings: Settings = ()  # fields of `NetworkLoss`
    batch_size: int = 32  # 0 is all examples

    def with_setting(self, name: str, value: Any) -> "Learner":
        """The same learner with one field of its network set."""
        return replace(self, settings=tuple({**dict(self.settings), name: value}.items()))


@dataclass(frozen=True)
class Training:
    """The whole experiment. Equal descriptions give equal pictures, on the same machine."""

    dataset: str = "moons"  # a key of DATASETS
    size: int | None = None
    data_noise: float | None = None
    imbalance: float = 0.0
    validation: float = 0.5
    shape: Values = ()  # the data set's own parameters
    learners: tuple[Learner, ...] = (Learner(),)
    num_steps: int = 600
    patience: int = 0  # looks without a new best validation loss until a run ends; 0 never ends it early
    seed: int = 0

    def loss_of(self, learner: Learner) -> NetworkLoss:
        """The landscape of one of the networks.

        Raises:
            ValueError: for a combination that does not exist, naming what is allowed.
        """
        data = {
            name: getattr(self, name) for name in ("size", "data_noise", "imbalance", "validation", "shape", "seed")
        }
        return NetworkLoss(learner.network, dataset=self.dataset, batch_size=learner.batch_size, **data,
                           **dict(learner.settings))  # fmt: skip


@dataclass(frozen=True)
class Learned:
    """What is known of one run so far. Rows are steps, frames are looks."""

    learner: Learner
    loss: NetworkLoss
    descent: Descent
    trajectory: Trajectory
    at: Int[np.ndarray, "frame"]  # the step of each look
    frames: Frame = field(repr=False)  # its leaves stacked, a row a look
    params: Sequence[Float[np.ndarray, "dim"]] = field(repr=False)  # of each look, or of the last: see PARAMS_BYTES
    stopped: int | None  # the step at which early stopping ended the run
    best: int | None  # the step of the best validation loss until then
    went_first: str = ""  # of a run that diverged: the layer that left the finite numbers first

    @property
    def steps(self) -> int:
        """Steps taken so far, the one at which it diverged included."""
        gone = self.trajectory.diverged_at
        return len(self.trajectory.loss) - 1 if gone is None else gone

    @property
    def over(self) -> bool:
        """Whether the run has ended before its time."""
        return self.stopped is not None or self.trajectory.diverged_at is not None

    @property
    def last(self) -> int:
        """The look that counts: the best one where early stopping is on, else the last of finite losses."""
        if self.best is not None:
            return int(np.flatnonzero(self.at == self.best)[0])
        finite = np.flatnonzero(self._finite)
        return int(finite[-1]) if finite.size else 0

    @property
    def _finite(self) -> np.ndarray:
        """Which looks found both losses finite."""
        return np.isfinite(self.frames.loss).all(1)

    @property
    def diverged(self) -> int | None:
        """The step at which the run left the finite numbers; where only looks show it, the first of those at the end.

        A batch can be finite while the loss over all examples is not.
        """
        if self.trajectory.diverged_at is not None:
            return self.trajectory.diverged_at
        finite = np.flatnonzero(self._finite)
        first = int(finite[-1]) + 1 if finite.size else 0
        return int(self.at[first]) if first < len(self.at) else None

    @cached_property
    def died(self) -> Int[np.ndarray, "layer unit"]:
        """The step from which a unit's slope is zero for every training example, and stays so; -1 for those that live.

        What is no longer finite is not looked at: a unit that gives no number has not died.
        """
        finite = np.flatnonzero(self._finite)
        off = self.frames.on[: finite[-1] + 1 if finite.size else 1] <= 0
        if not finite.size:
            return np.full(off.shape[1:], -1)
        since = len(off) - np.argmax(~off[::-1], axis=0)  # the first look of the last unbroken row of offs
        since = np.where(off.all(0), 0, since)
        return np.where(off[-1], self.at[np.minimum(since, len(off) - 1)], -1)

    @property
    def counts_units(self) -> bool:
        """Whether there are units that can be off: not in gates, and not in maps without an activation."""
        return NETWORKS[self.learner.network].activation != "" and self.loss.depth != 0

    @property
    def units(self) -> int:
        """Units of a layer."""
        return self.loss.exact.unit_count

    @property
    def unit_layers(self) -> slice:
        """The layers whose units are counted: an embedding has none."""
        return slice(0 if self.loss.exact.first_in_depth else 1, self.hidden)

    @property
    def hidden(self) -> int:
        """Layers before the head."""
        return len(self.loss.layer_names) - 1


@dataclass(frozen=True)
class TrainingResult:
    """What a training has given so far."""

    training: Training
    runs: tuple[Learned, ...]

    @property
    def done(self) -> int:
        """Steps that every run under way has taken; where all are over, those of the longest."""
        longest = max((run.steps for run in self.runs), default=self.training.num_steps)
        return min((run.steps for run in self.runs if not run.over), default=longest)


def grid_of(loss: NetworkLoss) -> tuple[Float[np.ndarray, "x"], Float[np.ndarray, "y"]] | None:
    """Where the outputs are asked for beside the examples: a grid for points, a line for a curve, else nothing."""
    kind, box = DATASETS[loss.dataset].kind, loss.examples.box
    if box is None:
        return None
    if kind == "points":
        return np.linspace(*box[0], GRID), np.linspace(*box[1], GRID)
    if kind == "curve":
        return np.linspace(*box[0], 4 * GRID), np.zeros(1)
    return None


def seen_rows(loss: NetworkLoss) -> int:
    """Rows of a look, without what pads them: all examples and the grid."""
    grid = grid_of(loss)
    points = 0 if grid is None else len(grid[0]) * len(grid[1])
    return len(loss.examples.train_inputs) + len(loss.examples.valid_inputs) + points


def probe_of(loss: NetworkLoss) -> Probe:
    """All examples, training ones first, and the grid."""
    data, grid = loss.examples, grid_of(loss)
    inputs, wanted = [data.train_inputs, data.valid_inputs], [data.train_targets, data.valid_targets]
    if grid is not None:
        xs, ys = grid
        points = np.stack([np.tile(xs, len(ys)), np.repeat(ys, len(xs))], 1)[:, : data.train_inputs.shape[1]]
        inputs.append(points.astype(np.float32))
        wanted.append(np.zeros(len(points), data.train_targets.dtype))
    rows = padded_inputs(loss, np.concatenate(inputs))
    total = DENSE_PROBES if isinstance(loss.exact, Dense) else rows_room(len(rows))
    gap = total - len(rows)
    every = np.arange(total)
    train, valid = every < len(inputs[0]), (every >= len(inputs[0])) & (every < len(inputs[0]) + len(inputs[1]))
    return Probe(
        np.pad(rows, ((0, gap), *(((0, 0),) * (rows.ndim - 1)))),
        np.pad(np.concatenate(wanted), ((0, gap), *(((0, 0),) * (data.train_targets.ndim - 1)))).astype(np.float32),
        train.astype(np.float32), valid.astype(np.float32),
    )  # fmt: skip


def resolve(learner: Learner) -> Descent:
    """Fills in what the owner of a run left open: the rate that suits networks, then the defaults of the catalogue."""
    return learner.run.descent(OPTIMIZERS[learner.run.optimizer].network_rate)


class _Course:
    """One run under way."""

    def __init__(self, training: Training, learner: Learner) -> None:
        self.training, self.learner = training, learner
        self.descent = resolve(learner)
        self.shared = training.loss_of(learner)
        self.loss, self.held = best_program(self.shared, self.descent)
        self.probe = probe_of(self.loss)
        self.look = observer_of(
            self.loss.observed()[0], self.probe
        )  # held, for others are dropped when memory is short
        self.seen = slice(seen_rows(self.loss))
        self.live = self._descend(look_every(training.num_steps, 1))
        self.rows: list[Trajectory] = []  # without params, which are kept where they are looked at
        self.frames: list[Frame] = []
        self.params: list[np.ndarray] = []
        needed = self.loss.activation == "prelu" or bool(self.loss.examples.symbols)  # slopes and texts, look by look
        size = 4 * self.shared.architecture.dim * FRAMES * len(training.learners)
        self.keeps = needed or len(training.learners) == 1 or size <= PARAMS_BYTES
        self.at: list[int] = []
        self.steps = 0  # rows so far
        self.ended = False  # by early stopping, or because there is nothing finite left
        self.went_first = ""

    def _descend(self, keep_every: int) -> Iterator[Trajectory]:
        steps = self.training.num_steps
        every = kept_every(self.shared, self.descent, steps, keep_every)  # the same looks, whatever program there is
        return descend_live(self.loss, self.descent, start=self.loss.start(), num_steps=steps, seed=self.training.seed,
                            keep_every=every)  # fmt: skip

    def advance(self) -> Learned | None:
        """A chunk of steps, and looks at what it kept; None at the end."""
        run = None if self.ended else next(self.live, None)
        if run is None:
            return None
        first, self.steps = self.steps, self.steps + len(run.loss)
        gone = None if run.diverged_at is None else first + run.diverged_at
        every = look_every(self.training.num_steps, run.stride)
        if gone is not None and first == 0 and gone < 2 * every:
            run = next(self._descend(1))  # a run that ends at once is looked at in every step that can be kept
            every = run.stride
        self.rows.append(replace(run, params=run.params[:0]))
        kept_from = -(-first // run.stride)
        for step in range(-(-first // every) * every, self.steps if gone is None else gone + 1, every):
            if not self.keeps:
                self.params.clear()
            self.params.append(run.params[step // run.stride - kept_from].copy())
            self.frames.append(self._look(self.params[-1]))
            self.at.append(step)
        if gone is not None:
            self.went_first = self._first_gone(run, gone - first)
        return self._learned(gone)

    def _look(self, params: np.ndarray) -> Frame:
        """A frame as NumPy arrays, without the rows and columns that pad its program."""
        values = self.loss.observed()[1]
        frame = self.look(self.loss.as_observed(params), values, self.probe)
        frame = Frame(*(None if leaf is None else np.array(leaf) for leaf in frame))
        layers, units = self.loss.architecture.stack + 1, self.loss.exact.unit_count
        outputs = None if frame.outputs is None else frame.outputs[self.seen, : self.loss.examples.num_classes].copy()
        flow = np.append(frame.flow[:layers], frame.flow[-1])
        on = np.where(frame.on > 1 - _ROUNDED, np.float32(1), frame.on)[:layers, :units]
        return frame._replace(
            accuracy=self._shares(frame), outputs=outputs, on=on, flow=flow,
            histogram=frame.histogram[:layers].copy(), size=frame.size[:layers].copy(),
        )  # fmt: skip

    def _shares(self, frame: Frame) -> np.ndarray:
        """The shares of right answers as whole numbers of answers give them; NaN where a loss is not finite."""
        data = self.loss.examples
        answers = np.array([data.train_targets.size, data.valid_targets.size], np.float32)
        shares = np.rint(frame.accuracy * answers) / answers
        return np.where(np.isfinite(frame.loss), shares, np.nan).astype(np.float32)

    def _learned(self, gone: int | None) -> Learned:
        frames = Frame(*(None if leaf[0] is None else np.stack(leaf) for leaf in zip(*self.frames, strict=True)))
        at = np.array(self.at)
        stopped, best = stop_early(frames.loss[:, 1], at, self.training.patience)
        looks, rows = len(at), self.steps
        if stopped is not None:  # nothing of what would have come is shown
            looks, rows = int(np.flatnonzero(at == stopped)[0]) + 1, stopped + 1
            gone = gone if gone is not None and gone <= stopped else None
        self.ended = stopped is not None or gone is not None
        frames = Frame(*(None if leaf is None else leaf[:looks] for leaf in frames))
        whole = [np.concatenate(parts)[:rows] for parts in zip(*((r.loss, r.grad_norm, r.layers) for r in self.rows),
                                                               strict=True)]  # fmt: skip
        run = Trajectory(self.rows[0].params, whole[0], whole[1], gone, self.rows[0].stride, whole[2])
        return Learned(self.learner, self.loss, self.descent, run, at[:looks], frames, tuple(self.params[:looks]),
                       stopped, best, self.went_first if gone is not None else "")  # fmt: skip

    def _first_gone(self, run: Trajectory, row: int) -> str:
        """The layer whose weights, else whose outputs, are the first not to be finite."""
        assert run.layers is not None
        assert run.diverged_params is not None
        names = self.loss.layer_names
        hidden = len(names) - 1
        broken = np.flatnonzero(~np.isfinite(run.layers[row, 1, :hidden]))
        if broken.size:
            return f"the weights of {names[broken[0]]}"
        broken = np.flatnonzero(~np.isfinite(self._look(run.diverged_params).size[:hidden]))
        return names[broken[0]] if broken.size else names[-1]


def look_every(num_steps: int, stride: int) -> int:
    """Steps between two looks: a multiple of the steps between kept params, that ends with the run where one does."""
    least = stride * max(1, -(-num_steps // (stride * (FRAMES - 1))))
    return next((n for n in range(least, 2 * least, stride) if num_steps % n == 0), least)


def stop_early(losses: Sequence[float] | np.ndarray, at: np.ndarray, patience: int) -> tuple[int | None, int | None]:
    """The steps at which early stopping ends a run and to whose params it goes back; None without patience.

    A run ends when ``patience`` looks in a row have brought no validation loss below the best one so far
    (Prechelt, Early stopping - but when?, 1998).
    """
    if not patience:
        return None, None
    best = 0
    for i, loss in enumerate(losses):
        if loss < losses[best]:
            best = i
        elif i - best >= patience or not np.isfinite(loss):
            return int(at[i]), int(at[best])
    return None, int(at[best])


def train(training: Training) -> Iterator[TrainingResult]:
    """Trains all runs a chunk in turn, so that they advance together; yields what is known after each round."""
    return (known for known in train_in_pieces(training) if known is not None)


def train_in_pieces(training: Training) -> Iterator[TrainingResult | None]:
    """As `train`, with a None after each run's chunk, so that whoever drives it can do something else between."""
    courses = [_Course(training, learner) for learner in training.learners]
    known: list[Learned | None] = [None] * len(courses)
    if not courses:
        yield TrainingResult(training, ())
    while True:
        moved = False
        for i, course in enumerate(courses):
            new = course.advance()
            if new is not None:
                known[i], moved = new, True
                yield None
        if not moved:
            return
        yield TrainingResult(training, tuple(run for run in known if run is not None))


def run(training: Training) -> TrainingResult:
    """Runs a training to its end."""
    return list(train(training))[-1]
