"""A formula as data: a short list of operations that one compiled program carries out, whichever formula it is.

Each operation reads registers and writes the next one. A register holds a value, its two slopes and its three
curvatures, or as many of them as are asked for; the chain rule is written once, for all operations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Int

from landscapes.formula.tree import MAX_NODES, Node, Variable
from landscapes.formula.words import MULTIPLY, OPERATIONS, POWER, WHERE, WHOLE_POWER, Operation

REGISTERS = MAX_NODES + 2
_INDEX = {operation.name: i for i, operation in enumerate(OPERATIONS)}
_WIDTH = (1, 3, 6)  # of a register, by the order of the derivatives in it: the value, by x, y, xx, xy, yy
_PAIRS = ((1, 1), (1, 2), (2, 2))  # of slopes, for each curvature

_Row = Float[Array, "width"]


class Code(NamedTuple):
    """What a formula is to the machine. Registers 0 and 1 are x and y, the results follow, constants fill the end."""

    operations: Int[np.ndarray, "node 4"]  # index in `OPERATIONS`, and the registers of its arguments
    registers: Float[np.ndarray, "register"]  # the constants, in their places
    count: Int[np.ndarray, ""]  # of operations
    result: Int[np.ndarray, ""]  # the register of the formula's value


class _Assembler:
    """Writes the code of one tree; equal parts are worked out once."""

    def __init__(self) -> None:
        self.operations: list[tuple[int, ...]] = []
        self.constants: list[float] = []
        self._known: dict[Any, int] = {}

    def place(self, node: Node) -> int:
        """The register of a node's value."""
        if isinstance(node, Variable):
            return "xy".index(node.name)
        if node.value is not None:
            return self._constant(node.value)
        if node.operation == POWER and isinstance(exponent := getattr(node.arguments[1], "value", None), float):
            return self._power(self.place(node.arguments[0]), exponent)
        return self._apply(node.operation, *map(self.place, node.arguments))

    def _power(self, base: int, exponent: float) -> int:
        """The smallest whole exponents become multiplications, as in the shelf's own x**2."""
        if exponent in (2.0, 3.0, 4.0):
            square = self._apply(MULTIPLY, base, base)
            return square if exponent == 2 else self._apply(MULTIPLY, square, base if exponent == 3 else square)
        return self._apply(WHOLE_POWER if exponent.is_integer() else POWER, base, self._constant(exponent))

    def _constant(self, value: float) -> int:
        key = np.float64(value).tobytes()  # 0 and -0 are two
        if key not in self._known:
            self.constants.append(value)
            self._known[key] = REGISTERS - len(self.constants)
        return self._known[key]

    def _apply(self, operation: Operation, *places: int) -> int:
        key = (operation.name, places)
        if key not in self._known:
            self._known[key] = 2 + len(self.operations)
            self.operations.append((_INDEX[operation.name], *places, *(0,) * (3 - len(places))))
        return self._known[key]


def assemble(tree: Node) -> Code:
    """The code of a tree of at most `MAX_NODES` parts."""
    assembler = _Assembler()
    result, count = assembler.place(tree), len(assembler.operations)
    operations, registers = np.zeros((MAX_NODES, 4), np.int32), np.zeros(REGISTERS)
    if count:
        operations[:count] = assembler.operations
    if assembler.constants:
        registers[-len(assembler.constants) :] = assembler.constants[::-1]
    return Code(operations, registers, np.asarray(count, np.int32), np.asarray(result, np.int32))


def _times(factor: Any, slope: Array) -> Any:
    """A term of the chain rule; none where the slope inside is 0, however steep the outside."""
    if isinstance(factor, float):
        return 0.0 if factor == 0 else factor * slope
    return jnp.where(slope == 0, 0.0, factor * slope)


def _branch(operation: Operation, order: int) -> Callable[..., _Row]:
    def choose(condition: _Row, one: _Row, other: _Row) -> _Row:
        return jnp.where(condition[0] != 0, one, other)  # the part not taken has no say, even where it is NaN

    def apply(*rows: _Row) -> _Row:
        rows = rows[: operation.arity]
        value, *partials = operation.jax(*(row[0] for row in rows))  # pyright: ignore[reportOptionalCall]
        firsts, seconds = partials[: len(rows)], partials[len(rows) :]
        out = [value]
        for i in range(1, _WIDTH[order]):
            terms = [_times(first, row[i]) for first, row in zip(firsts, rows, strict=True)]
            if i > 2:
                terms += _bends(seconds, rows, *_PAIRS[i - 3])
            out.append(sum(term for term in terms if not isinstance(term, float)))
        return jnp.stack([jnp.asarray(each, float) for each in out])

    return choose if operation == WHERE else apply


def _bends(seconds: list[Any], rows: tuple[_Row, ...], i: int, j: int) -> list[Any]:
    """The terms of a curvature that come from the operation's own."""
    products = [rows[0][i] * rows[0][j]]
    if len(rows) == 2:
        products += [rows[0][i] * rows[1][j] + rows[1][i] * rows[0][j], rows[1][i] * rows[1][j]]
    return [_times(second, product) for second, product in zip(seconds, products, strict=True)]


@partial(jax.jit, static_argnames="order")
def _run(code: Code, point: Float[Array, "2"], order: int) -> tuple[Array, ...]:
    """The value at a point, its gradient and its Hessian, as far as the order; where finite, undefined ones are 0."""
    width, branches = _WIDTH[order], [_branch(operation, order) for operation in OPERATIONS]
    variables = jnp.eye(2, width, k=1).at[:, 0].set(point)
    registers = jnp.zeros((REGISTERS, width)).at[:, 0].set(code.registers).at[:2].set(variables)

    def step(i: Array, registers: Array) -> Array:
        operation, *places = code.operations[i]
        row = lax.switch(operation, branches, *(registers[place] for place in places))
        return lax.dynamic_update_slice(registers, row[None], (i + 2, jnp.int32(0)))

    registers = lax.fori_loop(jnp.int32(0), code.count, step, registers)
    value, *derivatives = registers[code.result]
    # tanh(1/x) at 0 is finite and its chain rule is 0 * infinity: such a product counts as 0
    known = [jnp.where(jnp.isnan(each) & jnp.isfinite(value), 0.0, each) for each in derivatives]
    if order < 2:
        return value, *([jnp.stack(known)] if order else [])
    dx, dy, dxx, dxy, dyy = known
    return value, jnp.stack([dx, dy]), jnp.stack([dxx, dxy, dxy, dyy]).reshape(2, 2)


@jax.custom_jvp
def _value(code: Code, point: Float[Array, "2"]) -> Float[Array, ""]:
    return _run(code, point, 0)[0]


@jax.custom_jvp
def _slope(code: Code, point: Float[Array, "2"]) -> tuple[Array, ...]:
    return _run(code, point, 1)


@_value.defjvp
def _value_along(at: tuple[Code, Array], along: tuple[Any, Array]) -> tuple[Array, Array]:
    value, gradient = _slope(*at)
    return value, gradient @ along[1]


@_slope.defjvp
def _slope_along(at: tuple[Code, Array], along: tuple[Any, Array]) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    value, gradient, hessian = _run(*at, 2)
    return (value, gradient), (gradient @ along[1], hessian @ along[1])


@dataclass(frozen=True)
class _Formulas:
    """The loss of any formula: ``values`` is its `Code`. It may be differentiated twice."""

    common = True  # its program serves them all, and stays
    own_slopes = True  # one evaluation gives the value and the gradient, whichever way it is asked

    def __call__(self, params: Float[Array, "2"], values: Code) -> Float[Array, ""]:
        return _value(values, params)


formula_loss = _Formulas()
