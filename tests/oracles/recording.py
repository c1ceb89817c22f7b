"""What the scripts that record PyTorch share: how recordings are kept and compared. Needs no torch itself."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from landscapes.network_loss import NetworkLoss, live_params

Recording = dict[str, Any]


def bent_start(loss: NetworkLoss) -> np.ndarray:
    """The start with every learned param moved by its own amount: a scale of 1 or a shift of 0 would hide mistakes."""
    net, live = loss.architecture, live_params(loss).astype(float)
    first, _, head = net.sizes
    order = np.r_[:first, first + head : net.dim, first : first + head]  # layer by layer, the head last
    bend = np.zeros_like(live)
    bend[order] = np.sin(np.cumsum(live[order]))
    return loss.start() + 0.2 * bend * live


def network_differences(asked: Callable[[Recording], Any], numbers: Callable[[Recording], Any], cases: list[Any],
                        atol: float) -> Callable[[list[Recording], list[Recording]], list[str]]:  # fmt: skip
    """The cases of ``new`` recordings that the ``old`` ones did not record so, to 3e-6.

    Args:
        asked: what of a recording was asked for.
        numbers: what of it was found.
        cases: all that is asked for now.
        atol: a difference that does not count.
    """

    def differences(new: list[Recording], old: list[Recording]) -> list[str]:
        before = {json.dumps(asked(recording)): recording for recording in old}
        gone = before.keys() - {json.dumps(case) for case in cases}
        found = [f"{case} is recorded but no longer asked for" for case in gone]
        for recording in new:
            case = json.dumps(asked(recording))
            if case not in before:
                found.append(f"{case} is not recorded")
            elif not np.allclose(numbers(recording), numbers(before[case]), rtol=3e-6, atol=atol):
                found.append(f"{case} differs")
        return found

    return differences


def main(recorded: Path, kind: str, version: str, make: Callable[[], list[Recording]],
         differences: Callable[[list[Recording], list[Recording]], list[str]],
         separators: tuple[str, str] | None = None) -> None:  # fmt: skip
    """Records, or with --check compares and exits with 1 where something differs.

    Args:
        recorded: the file.
        kind: what its recordings are called in it, in the plural.
        version: of torch.
        make: all recordings.
        differences: sentences about what is new against what is old.
        separators: of the JSON.
    """
    parser = argparse.ArgumentParser(description=make.__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the recordings instead of replacing them")
    check = parser.parse_args().check
    new = make()
    if check:
        found = differences(new, json.loads(recorded.read_text())[kind])
        print("\n".join(found) or f"{len(new)} {kind} are as torch {version} records them")
        sys.exit(bool(found))
    lines = ",\n".join(json.dumps(recording, separators=separators) for recording in new)
    recorded.write_text(f'{{"torch": "{version}", "{kind}": [\n{lines}\n]}}\n')
