"""The box that a formula is drawn in: how far out it may lie, and how narrow a side of it may be."""

import math

from landscapes.surface import Box

FARTHEST = 1e6  # of an end from the origin
NARROWEST = 1e-6  # of a side
FINEST = 1e-4  # of a side, over the farther of its ends: paths travel as float32, in steps of up to 1.2e-7 of an end
_ROUNDING = 1 - 1e-9  # so that a side that is just wide enough is not refused for the rounding of its ends
LIMITS = (
    f"its ends must lie within ±{FARTHEST:.0f}, the second above the first, "
    f"at least {NARROWEST:.6f} and {FINEST:.4f} of the farther end apart"
)


def checked(box: Box) -> Box:
    """The box as floats, without a negative zero.

    Raises:
        ValueError: for what is not ((x low, x high), (y low, y high)) within the limits, naming the side and them.
    """
    try:
        (x0, x1), (y0, y1) = ((float(low) + 0.0, float(high) + 0.0) for low, high in box)
    except (TypeError, ValueError):
        raise ValueError("((x low, x high), (y low, y high)) is needed") from None
    for name, low, high in (("x", x0, x1), ("y", y0, y1)):
        if not _fits(low, high):
            raise ValueError(f"{name} from {low:.10g} to {high:.10g} is no side of a box; {LIMITS}")
    return (x0, x1), (y0, y1)


def _fits(low: float, high: float) -> bool:
    farther = max(abs(low), abs(high))
    return farther <= FARTHEST and high - low >= _ROUNDING * max(NARROWEST, FINEST * farther)


def reach_of_low(high: float) -> tuple[float, float]:
    """The least and the greatest low end of a side whose high end stays."""
    nearest = min(high - NARROWEST, high - FINEST * high if high > 0 else high / (1 - FINEST))
    return -FARTHEST, max(-FARTHEST, nearest)


def reach_of_high(low: float) -> tuple[float, float]:
    """The least and the greatest high end of a side whose low end stays."""
    least, greatest = reach_of_low(-low)
    return -greatest, -least


def nearest_within(reach: tuple[float, float], end: float) -> float:
    """The end itself, or the end of its reach; NaN is the first of these."""
    return min(max(end, reach[0]), reach[1]) if math.isfinite(end) else reach[0]
