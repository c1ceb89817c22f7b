"""The lock: what requirements.txt pins, and all that it brings along, each with its hashes."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text()
_HASHES = r"((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)"
_PIN = re.compile(rf"^([\w.-]+)==([\w.]+)(?: ; [^\\\n]+)? \\\n{_HASHES}", re.MULTILINE)


def pins(text: str) -> dict[str, str]:
    """The version of each package that a list of requirements pins."""
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE))


def test_the_lock_pins_what_is_required():
    assert pins((ROOT / "requirements.txt").read_text()).items() <= pins(LOCK).items()


def test_every_line_is_a_package_with_its_hashes():
    assert _PIN.sub("", LOCK).strip().splitlines() == [line for line in LOCK.splitlines() if line.startswith("#")]
    assert len(_PIN.findall(LOCK)) == len(pins(LOCK))


def test_compiled_packages_are_locked_for_several_machines_and_pythons():
    hashes = {name: found.count("--hash") for name, _, found in _PIN.findall(LOCK)}
    assert min(hashes[name] for name in ("jaxlib", "numpy", "scipy", "scikit-learn")) >= 8


def test_the_image_installs_the_lock_with_its_hashes():
    assert "--require-hashes -r requirements.lock" in (ROOT / "Dockerfile").read_text()
    assert "!requirements.lock" in (ROOT / ".dockerignore").read_text()
