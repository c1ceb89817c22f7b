"""Gradients through time against powers of the scale, and against autodiff in float64 of cells written out anew."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from landscapes.networks.through_time import CELLS, EXAMPLES, MOST_STEPS, NETS, WIDTH, Cell, measure_time
from tests.compilations import compilations

GATES = 4  # as many are drawn for every cell
PLAIN = {"tanh": jnp.tanh, "relu": jax.nn.relu, "identity": lambda z: z, "sine": jnp.sin}


def redrawn(cell: Cell, seed: int) -> tuple[np.ndarray, ...]:
    """Recurrent matrices side by side, inputs, and the last gradient: streams 10 to 12 of a seed, at float32."""
    own = [np.random.default_rng([seed, stream]) for stream in (10, 11, 12)]
    turned = [np.linalg.qr(own[0].standard_normal((WIDTH, WIDTH))) for _ in range(GATES)]
    matrices = np.concatenate([q * np.sign(np.diagonal(r)) for q, r in turned], axis=1)
    inputs = cell.input_std * own[1].standard_normal((MOST_STEPS, EXAMPLES, GATES * WIDTH))
    return tuple(
        a.astype(np.float32).astype(float) for a in (matrices, inputs, own[2].standard_normal((EXAMPLES, WIDTH)))
    )


def passed(cell: Cell, weight, h, memory, seen):
    """One position, gates in torch's order; no bias but that of the gate that keeps."""

    def gate(i, own=None):
        part = slice(i * WIDTH, (i + 1) * WIDTH)
        return seen[:, part] + (h @ weight[:, part] if own is None else own * (h @ weight[:, part]))

    if cell.cell == "rnn":
        return PLAIN[cell.activation](gate(0)), memory
    if cell.cell == "lstm":  # input, forget, cell, output
        memory = memory * jax.nn.sigmoid(gate(1) + cell.gate_bias) + jax.nn.sigmoid(gate(0)) * jnp.tanh(gate(2))
        return jax.nn.sigmoid(gate(3)) * jnp.tanh(memory), memory
    keep = jax.nn.sigmoid(gate(1) + cell.gate_bias)  # reset, update, new
    return keep * h + (1 - keep) * jnp.tanh(gate(2, jax.nn.sigmoid(gate(0)))), memory


def unrolled(cell: Cell, steps: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sizes of the gradient at the states, last first, and of the matrices' gradient over the last k steps."""
    weight, seen, last = redrawn(cell, seed)
    columns = {"rnn": 1, "lstm": 4, "gru": 3}[cell.cell] * WIDTH
    weight = cell.scale * weight[:, :columns]

    def out(pushes, weights):
        h = memory = jnp.zeros((EXAMPLES, WIDTH))
        for t in range(steps):
            h, memory = passed(cell, weights[t], h + pushes[t][0], memory + pushes[t][1], seen[t])
        return jnp.sum((h + pushes[steps][0]) * last / np.linalg.norm(last))

    nothing = [(jnp.zeros((EXAMPLES, WIDTH)), jnp.zeros((EXAMPLES, WIDTH)))] * (steps + 1)
    states, matrices = jax.grad(out, (0, 1))(nothing, [jnp.asarray(weight)] * steps)
    sizes = [np.sqrt(sum(np.sum(np.square(part)) for part in state)) for state in states]
    return np.array(sizes[::-1]), np.linalg.norm(np.cumsum(np.stack(matrices[::-1]), 0), axis=(1, 2))


@pytest.mark.parametrize("scale", [0.9, 1.1, 1.0, 0.5, 1.7])
def test_a_linear_cell_passes_on_the_power_of_its_scale(scale):
    passage = measure_time(Cell(scale=scale, activation="identity"), steps=50, seeds=range(3))
    np.testing.assert_allclose(passage.state, np.broadcast_to(scale ** np.arange(51.0), (3, 51)), rtol=1e-4)


@pytest.mark.parametrize("scale", [0.2, 4.0])
def test_what_float32_could_not_hold_is_still_counted(scale):
    passage = measure_time(Cell(scale=scale, activation="identity"), steps=MOST_STEPS, seeds=[0])
    np.testing.assert_allclose(np.log(passage.state[0]), np.arange(201) * np.log(scale), atol=0.01)


@pytest.mark.parametrize(
    "cell",
    [
        Cell(), Cell(scale=1.5, input_std=0.4), Cell(activation="relu", scale=1.4, input_std=1.0),
        Cell(activation="sine", scale=1.2), Cell(activation="identity", scale=1.1), Cell("lstm"),
        Cell("lstm", 1.6, input_std=0.8, gate_bias=-1.0), Cell("lstm", 0.7, gate_bias=4.0), Cell("gru"),
        Cell("gru", 2.0, input_std=0.6, gate_bias=-0.5), Cell("gru", 0.6, gate_bias=3.0),
    ],
    ids=str,
)  # fmt: skip
def test_states_and_matrices_get_the_gradient_that_autodiff_finds(cell):
    passage = measure_time(cell, steps=12, seeds=[6, 2])
    for net, seed in enumerate((6, 2)):
        states, matrices = unrolled(cell, 12, seed)
        np.testing.assert_allclose(passage.state[net], states, rtol=1e-4)
        assert passage.weights[net, 0] == 0  # no step, no gradient
        np.testing.assert_allclose(passage.weights[net, 1:], matrices, rtol=1e-4)


def test_many_networks_are_each_the_one_of_its_seed():
    seeds = [*range(NETS), 30, 11]
    passage = measure_time(Cell("gru"), steps=4, seeds=seeds)
    assert passage.state.shape == passage.weights.shape == (len(seeds), 5)
    for net in (0, NETS - 1, NETS, NETS + 1):
        np.testing.assert_allclose(passage.state[net], unrolled(Cell("gru"), 4, seeds[net])[0], rtol=1e-4)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cell": "elman"}, "unknown cell 'elman'; known: rnn, lstm, gru"),
        ({"activation": "step"}, "unknown activation 'step'; known: identity, sigmoid"),
        ({"scale": -0.1}, "scale is -0.1; 0 to 1e6"),
        ({"scale": float("nan")}, "scale is nan"),
        ({"input_std": float("inf")}, "input_std is inf"),
    ],
)
def test_a_cell_that_cannot_be_is_named(given, said):
    with pytest.raises(ValueError, match=said):
        Cell(**given)


@pytest.mark.parametrize("steps", [0, -1, MOST_STEPS + 1])
def test_steps_beyond_the_room_are_named(steps):
    with pytest.raises(ValueError, match=f"steps is {steps}; 1 to {MOST_STEPS} are allowed"):
        measure_time(Cell(), steps=steps, seeds=[0])


def test_one_program_serves_every_cell():
    measure_time(Cell(), steps=2, seeds=[0])
    with compilations() as count:
        for i, cell in enumerate(CELLS):
            measure_time(Cell(cell, 0.3 + i, "sigmoid", 0.1 * i, float(i)), steps=1 + 99 * i, seeds=range(1 + 6 * i))
        assert count() == 0
