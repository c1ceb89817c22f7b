"""What a question will take of the pool: seconds of work to choose what is short, bytes to know whether there is room.

Both are estimates from the description alone. The bytes are meant as an upper bound: those of the params, looks and
rows that a training keeps (see `experiments.training`), and of the chunk it is at. The seconds only rank what waits.
"""

import math

from experiments.flow import Flow, TimeFlow
from experiments.flow_fan import FlowFan
from experiments.pool import Cost
from experiments.training import DENSE_PROBES, FRAMES, PARAMS_BYTES, Training
from landscapes import NetworkLoss
from landscapes.network_loss import needed_bytes, rows_room, step_operations
from landscapes.networks.backward import room_of
from landscapes.networks.dense import Dense
from optimizers.descent import BATCH_CHUNK, KEPT_BYTES

_STEP = 3e-4  # seconds that a step takes however small its network is
_RATE, _LOOK_RATE = 6e9, 6e10  # floating point operations a second, of steps and of looks at many examples, about
_COPIES = 3  # of the looks: as they came, stacked, and stacked the time before
_FLOW_BYTES = {64: 35_000_000, 256: 160_000_000}  # of two networks at work, by the width of their program
_FLOW_KEPT = 80  # bytes of each layer, or step, of each network of a curve
_FLOW_SECONDS = 2e-8


def cost_of(asked: Training | Flow | TimeFlow | FlowFan) -> Cost:
    """What an answer will take, about.

    Raises:
        ValueError: for a combination that does not exist, naming what is allowed.
    """
    if isinstance(asked, Training):
        return _cost_of_training(asked)
    if isinstance(asked, FlowFan):
        each = [cost_of(flow) for flow in asked.flows]
        return Cost(sum(cost.seconds for cost in each), each[0].nbytes, kept=sum(cost.kept or 0 for cost in each))
    steps, width = (asked.steps, 64) if isinstance(asked, TimeFlow) else (asked.depth, asked.width)
    units = len(asked.curves) * asked.seeds * steps * width
    nets = len(asked.curves) * asked.seeds * steps
    return Cost(0.05 * len(asked.curves) + _FLOW_SECONDS * units * width, _FLOW_BYTES[room_of(width)],
                kept=_FLOW_KEPT * nets)  # fmt: skip


def _cost_of_training(training: Training) -> Cost:
    losses = [training.loss_of(learner) for learner in training.learners]
    kept = [4 * loss.architecture.dim * FRAMES for loss in losses]
    if len(losses) > 1 and sum(kept) > PARAMS_BYTES:
        looks = [kept[i] if loss.activation == "prelu" or loss.examples.symbols else kept[i] // FRAMES
                 for i, loss in enumerate(losses)]  # fmt: skip
    else:
        looks = kept
    nbytes = sum(looks) + sum(_beside_params(loss, training.num_steps) for loss in losses)
    answer = sum(looks) + sum(FRAMES * _look(loss) + _rows(loss, training.num_steps) for loss in losses)
    compiles = any(not isinstance(loss.exact, Dense) for loss in losses)
    return Cost(sum(_seconds(loss, training.num_steps) for loss in losses), nbytes, compiles, answer)


def _probes(loss: NetworkLoss) -> int:
    """Examples of a look."""
    return DENSE_PROBES if isinstance(loss.exact, Dense) else rows_room(int(loss.size or 0))


def _beside_params(loss: NetworkLoss, num_steps: int) -> int:
    """Bytes of the looks, the rows and the chunk at work, without the params of the looks."""
    dim = 4 * loss.architecture.dim
    chunk = 2 * dim * min(BATCH_CHUNK, max(1, KEPT_BYTES // (8 * dim)))
    probe = 4 * _probes(loss) * math.prod(loss.examples.input_shape)
    return _COPIES * FRAMES * _look(loss) + 2 * _rows(loss, num_steps) + chunk + probe + needed_bytes(loss)


def _look(loss: NetworkLoss) -> int:
    """Bytes of what one look sees."""
    outputs = 0 if loss.examples.symbols else _probes(loss) * loss.examples.num_classes
    return 4 * (outputs + (loss.architecture.stack + 2) * (loss.exact.unit_count + 64))


def _rows(loss: NetworkLoss, num_steps: int) -> int:
    """Bytes of what every step records."""
    return 4 * (num_steps + 1) * (2 + 3 * (loss.architecture.stack + 2))


def _seconds(loss: NetworkLoss, num_steps: int) -> float:
    operations = step_operations(loss)
    looks = FRAMES * operations / max(loss.batch, loss.architecture.tile) * _probes(loss)
    return num_steps * (_STEP + operations / _RATE) + looks / _LOOK_RATE
