"""One blob of bytes for the browser: a JSON tree whose arrays lie behind it, each once, deflated."""

import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

_KINDS = {"float32": "f4", "int16": "i2", "uint8": "u1", "int32": "i4"}
FLOAT32_MAX = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class Warped:
    """An array that the browser passes through a scale before Plotly sees it, so that its numbers travel once.

    ``log10(1 + gain * (a - low))``, or ``gain * (a - low)`` where ``log`` is False.
    """

    array: np.ndarray
    low: float
    gain: float
    log: bool


@dataclass(frozen=True, eq=False)
class Quantized:
    """An array sent as int16 over ``[low, high]``; what lies outside is sent as the end, NaN as NaN.

    With ``log`` the ends are decades and the logarithm is sent.
    """

    array: np.ndarray
    low: float
    high: float
    log: bool = False


def shares_in_bytes(shares: np.ndarray) -> np.ndarray:
    """Shares as 0..255, of which 0 is none and 255 all; NaN is none."""
    unit = np.clip(np.nan_to_num(shares), 0, 1)
    inside = np.clip(np.rint(255 * unit), 1, 254)
    return np.where((unit > 0) & (unit < 1), inside, 255 * unit).astype(np.uint8)


def _narrow(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.float64:
        return np.clip(array, -FLOAT32_MAX, FLOAT32_MAX).astype(np.float32)
    return array.astype(np.int32) if array.dtype == np.int64 else array


def _quantize(q: Quantized) -> np.ndarray:
    values = np.log10(np.maximum(q.array, 10.0**q.low)) if q.log else q.array
    unit = (np.clip(values, q.low, q.high) - q.low) / (q.high - q.low)
    return np.where(np.isnan(values), -32768, np.rint(unit * 65534 - 32767)).astype(np.int16)


_LEVEL = 1  # of zlib: half a millisecond for a picture; the next ones take twice as long for a twentieth


def _filtered(array: np.ndarray) -> bytes:
    """The differences of an array's bits, all lowest bytes first, then the next: what is alike then lies together.

    Nothing is lost: whole numbers wrap around.
    """
    if array.itemsize == 1:
        return array.tobytes()
    bits = array.reshape(-1).view(f"u{array.itemsize}")
    steps = np.diff(bits, prepend=bits.dtype.type(0))
    return steps.view(np.uint8).reshape(-1, array.itemsize).T.tobytes()


def _unfiltered(raw: memoryview, kind: np.dtype, count: int) -> np.ndarray:
    if kind.itemsize == 1:
        return np.frombuffer(raw, kind, count)
    planes = np.frombuffer(raw, np.uint8, count * kind.itemsize).reshape(kind.itemsize, count)
    steps = np.ascontiguousarray(planes.T).view(f"u{kind.itemsize}").reshape(-1)
    return np.cumsum(steps, dtype=steps.dtype).view(kind)


class _Packer:
    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.known: dict[tuple, dict] = {}  # by array and by how it is sent
        self.kept: list[Any] = []  # so that no id is used twice

    def array(self, source: np.ndarray, of: np.ndarray, form: tuple = ()) -> dict:
        known = (id(source), form)
        if known not in self.known:
            raw = _filtered(np.ascontiguousarray(of))
            self.known[known] = {"kind": _KINDS[of.dtype.name], "at": self.size, "shape": list(of.shape)}
            self.kept.append(source)
            self.parts.append(raw)
            self.size += len(raw)
        return {"$": self.known[known]}

    def walk(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {key: self.walk(value) for key, value in node.items()}
        if isinstance(node, list | tuple):
            return [self.walk(value) for value in node]
        if isinstance(node, np.ndarray):
            return self.array(node, _narrow(node))
        if isinstance(node, Warped):
            return {**self.walk(node.array), "warp": [node.low, node.gain, node.log]}
        if isinstance(node, Quantized):
            form = (node.low, node.high, node.log)
            return {**self.array(node.array, _quantize(node), form), "range": list(form)}
        return node.item() if isinstance(node, np.generic) else node


def pack(tree: Any) -> bytes:
    """Packs a tree of dicts, lists and scalars with NumPy arrays in it.

    Layout: the length of the JSON as uint32, then by zlib the JSON and the arrays, each as `_filtered` has it. Float64
    travels as float32, clipped to its range so that divergence stays a number, int64 as int32; an array that occurs
    twice travels once.
    """
    packer = _Packer()
    text = json.dumps(packer.walk(tree), allow_nan=False, separators=(",", ":")).encode()
    return np.uint32(len(text)).tobytes() + zlib.compress(b"".join([text, *packer.parts]), _LEVEL)


def unpack(blob: bytes) -> Any:
    """The inverse of `pack`, as the browser reads it; for tests and for whoever wants to see what was sent."""
    length = int(np.frombuffer(blob, np.uint32, 1)[0])
    inflated = memoryview(zlib.decompress(blob[4:]))
    body = inflated[length:]
    kinds = {short: name for name, short in _KINDS.items()}

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(value) for value in node]
        if not isinstance(node, dict):
            return node
        if "$" not in node:
            return {key: walk(value) for key, value in node.items()}
        spec = node["$"]
        count = int(np.prod(spec["shape"]))
        array = _unfiltered(body[spec["at"] :], np.dtype(kinds[spec["kind"]]), count).reshape(spec["shape"])
        if "range" in node:
            low, high, log = node["range"]
            values = np.where(array == -32768, np.nan, low + (array.astype(float) + 32767) / 65534 * (high - low))
            return 10.0**values if log else values
        if "warp" in node:
            low, gain, log = node["warp"]
            return np.log10(1 + gain * (array - low)) if log else gain * (array - low)
        return array

    return walk(json.loads(bytes(inflated[:length])))
