"""What one run makes of its examples, as panels: boundary, curve, pictures, text, and one example followed."""

from functools import partial
from typing import Any

import numpy as np

from experiments.training import FRAMES, GRID, Learned, grid_of
from frontend import panels
from frontend.blob import shares_in_bytes
from landscapes import DATASETS
from landscapes.network_loss import choices_of, target_of
from landscapes.networks.observation import output_gradient, write_text

# wrong images of a look that are sent: no stage has room for more; of a training under way, again and again, fewer
_LISTED, _LISTED_UNDER_WAY = 400, 100
_WRITTEN, _TEXTS = 60, 12  # symbols of a text, and texts along a run


def picture_panels(run: Learned, name: str, example: int, under_way: bool = False) -> list[dict[str, Any]]:
    """The panels that suit the data, and the chosen example where there are outputs to show."""
    kind = DATASETS[run.loss.dataset].kind
    images = partial(_images, most=_LISTED_UNDER_WAY if under_way else _LISTED)
    first = {"points": _field, "curve": _fit, "images": images, "text": _text}.get(kind)
    shown = [first(run, name, example)] if first is not None else []
    return shown if run.frames.outputs is None else [*shown, _sample(run, name, example)]


def _outputs(run: Learned, rows: slice) -> np.ndarray:
    return run.frames.outputs[:, rows, : run.loss.examples.num_classes].astype(float)


def probabilities(run: Learned, rows: slice) -> np.ndarray:
    """Softmax of the outputs, at the network's temperature: (frame, row, class)."""
    z = _outputs(run, rows) / run.loss.temperature
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(z - z.max(-1, keepdims=True))
        return e / e.sum(-1, keepdims=True)


def _points(run: Learned) -> dict[str, Any]:
    data = run.loss.examples
    train = np.arange(len(data.train_inputs) + len(data.valid_inputs)) < len(data.train_inputs)
    return {
        "points": np.concatenate([data.train_inputs, data.valid_inputs]).astype(np.float32),
        "train": train.astype(np.uint8),
    }


def _total(run: Learned) -> int:
    return len(run.loss.examples.train_inputs) + len(run.loss.examples.valid_inputs)


def _field(run: Learned, name: str, example: int) -> dict[str, Any]:
    data, total = run.loss.examples, _total(run)
    probs = probabilities(run, slice(total, total + GRID * GRID))
    probs = probs[..., 1:] if data.num_classes == 2 else probs
    planes = np.moveaxis(probs, 2, 1).reshape(len(probs), -1, GRID, GRID)
    assert data.box is not None
    return {
        "id": "field", "kind": "field", "area": "picture", "title": "Decision boundary", "short": "Boundary",
        "hint": "filled: training, rings: unseen", "box": data.box, **_points(run),
        "probs": np.rint(255 * np.nan_to_num(planes)).astype(np.uint8),
        "classes": np.concatenate([data.train_targets, data.valid_targets]).astype(np.int32), "steps": run.at,
        "class_names": list(data.class_names), "chosen": example,
        "figure": panels.decision_field(data.box), "key": f"{run.loss.dataset} {data.box}",
    }  # fmt: skip


def _fit(run: Learned, name: str, example: int) -> dict[str, Any]:
    data, total, grid = run.loss.examples, _total(run), grid_of(run.loss)
    assert grid is not None
    assert data.box is not None
    targets = np.concatenate([data.train_targets, data.valid_targets])
    points = _points(run)
    xy = np.stack([points["points"][:, 0], targets], 1).astype(np.float32)
    waves = dict(run.loss.shape).get("waves", DATASETS[run.loss.dataset].shape["waves"].default)
    return {
        "id": "fit", "kind": "fit", "area": "picture", "title": "Fitted curve", "short": "Curve",
        "hint": "filled: training, rings: unseen; faint: the sine without noise", "xs": grid[0].astype(np.float32),
        "outputs": _outputs(run, slice(total, total + len(grid[0])))[..., 0].astype(np.float32), "points": xy,
        "train": points["train"], "truth": np.sin(np.pi * waves * grid[0]).astype(np.float32), "steps": run.at,
        "chosen": example, "figure": panels.curve_fit(*data.box), "key": f"{data.box}",
    }  # fmt: skip


def _images(run: Learned, name: str, example: int, most: int) -> dict[str, Any]:
    data = run.loss.examples
    first, count = len(data.train_inputs), len(data.valid_inputs)
    probs = probabilities(run, slice(first, first + count))
    assert data.valid_pixels is not None
    side = round(data.valid_pixels.shape[1] ** 0.5)
    # who answers with what is no number takes an image for nothing
    guess = np.where(np.isfinite(probs).all(-1), np.argmax(np.nan_to_num(probs), -1), data.num_classes)
    truth, sure = data.valid_targets[:count], shares_in_bytes(probs.max(-1))
    return {
        "id": "images", "kind": "images", "area": "picture", "title": "Wrong now", "short": "Wrong", "hint": "",
        **wrong_images(data.valid_pixels[:count].reshape(count, side, side), truth, guess, sure, most),
        "class_names": [*data.class_names, "nothing"], "steps": run.at, "first": first, "chosen": example,
    }  # fmt: skip


def wrong_images(images: np.ndarray, truth: np.ndarray, guess: np.ndarray, sure: np.ndarray,
                 most: int = _LISTED) -> dict[str, Any]:  # fmt: skip
    """What is wrong at every look, and nothing of what is right: it is not shown.

    Args:
        images: of shape (image, height, width), in 0..16.
        truth: the class of each.
        guess: the class that each is taken for, a row a look.
        sure: how sure of it the network is, in 0..255, a row a look.
        most: how many of a look are told of.

    Returns:
        ``count``, how many of ``total`` are wrong at every look; ``place``, ``guess`` and ``sure`` of the first ones of
        each, look by look up to ``ends``; ``images``, ``truth`` and ``index`` of those, by their places.
    """
    wrong = guess != truth
    listed = wrong & (np.cumsum(wrong, 1) <= most)
    kept = np.flatnonzero(listed.any(0))
    looks, which = np.nonzero(listed)
    return {
        "count": wrong.sum(1).astype(np.int32), "total": len(truth),
        "ends": np.cumsum(listed.sum(1)).astype(np.int32), "place": np.searchsorted(kept, which).astype(np.int16),
        "guess": guess[looks, which].astype(np.uint8), "sure": sure[looks, which],
        "images": images[kept].astype(np.uint8), "truth": truth[kept].astype(np.uint8), "index": kept.astype(np.int32),
    }  # fmt: skip


def _text(run: Learned, name: str, example: int) -> dict[str, Any]:
    data = run.loss.examples
    prompt = data.valid_inputs[0][: data.valid_inputs.shape[1] // 2]
    picks = np.linspace(0, len(run.params) - 1, min(_TEXTS, len(run.params))).round().astype(int)
    written = []
    for i in picks:
        codes = write_text(run.loss.architecture, run.params[i], choices_of(run.loss), prompt, _WRITTEN,
                           seed=run.loss.seed, temperature=max(run.loss.temperature, 0.1))  # fmt: skip
        written.append("".join(data.symbols[code] for code in codes))
    return {
        "id": "text", "kind": "text", "area": "picture", "title": "Text it writes",
        "hint": "behind an unseen beginning",
        "prompt": "".join(data.symbols[code] for code in prompt), "samples": written,
        "steps": run.at[picks],
    }  # fmt: skip


def _sample(run: Learned, name: str, example: int) -> dict[str, Any]:
    data, total = run.loss.examples, _total(run)
    example = min(max(example, 0), total - 1)
    first = len(data.train_inputs)
    half, i = ("training", example) if example < first else ("unseen", example - first)
    inputs, targets = (
        (data.train_inputs, data.train_targets) if half == "training" else (data.valid_inputs, data.valid_targets)
    )
    which = f"{half} example {i + 1:,} of {len(inputs):,}"
    spec: dict[str, Any] = {
        "id": "sample", "kind": "sample", "area": "picture", "title": "One example", "short": "Example",
        "hint": "", "class_names": list(data.class_names), "steps": run.at,
    }  # fmt: skip
    if data.num_classes == 1:
        values = _outputs(run, slice(example, example + 1))[:, 0, 0]
        return {**spec, "outputs": values.astype(np.float32), "target": float(targets[i]),
                "caption": f"{which}{_told(run, inputs[i])}"}  # fmt: skip
    probs = probabilities(run, slice(example, example + 1))[:, 0]
    spec |= {
        "probs": probs.astype(np.float32), "gradient": _gradient(run, example, int(targets[i])),
        "truth": int(targets[i]),
        "pull": "gradient, p − y" if run.loss.loss == "cross_entropy" and run.loss.temperature == 1 else "gradient",
        "caption": f"{which}: {data.class_names[int(targets[i])]}{_told(run, inputs[i])}",
    }  # fmt: skip
    pixels = data.train_pixels if half == "training" else data.valid_pixels
    if pixels is not None:
        side = round(pixels.shape[1] ** 0.5)
        spec["image"] = pixels[i].reshape(side, side)
    elif inputs.ndim == 2:
        spec["point"] = [float(v) for v in inputs[i]]
    return spec


def _gradient(run: Learned, example: int, wanted: int) -> np.ndarray:
    """d loss / d output of one example at every look; always of one shape, so that nothing is compiled for it."""
    outputs = np.zeros((FRAMES + 1, run.loss.architecture.outputs), np.float32)
    seen = run.frames.outputs[: FRAMES + 1, example]
    outputs[: len(seen), : seen.shape[1]] = seen
    pull = output_gradient(target_of(run.loss), outputs, np.full(len(outputs), wanted, np.float32))
    return np.asarray(pull)[: len(seen), : run.loss.examples.num_classes]


def _told(run: Learned, inputs: np.ndarray) -> str:
    """A sequence in words: the bits of a parity, the marked numbers of a sum."""
    if inputs.ndim != 2:
        return ""
    if inputs.shape[1] == 2:
        marked = inputs[inputs[:, 1] > 0.5, 0]
        return ", " + " + ".join(f"{value:.2f}" for value in marked)
    return ", " + "".join("+" if value > 0 else "−" for value in inputs[:, 0])
