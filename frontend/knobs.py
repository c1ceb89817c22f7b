"""A knob on the page: a slider that knows decades, and a box beside it for the exact number."""

import math
from collections.abc import Callable
from typing import Protocol

import streamlit as st

from frontend.mirrors import mirrored

_STOPS = 240  # positions of a slider
_ROW = 12  # letters of a label that stands in one row with its slider


class Knob(Protocol):
    """What both wings' hyperparameters have in common."""

    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def log(self) -> bool: ...


def figures(value: float) -> float:
    """Six significant figures: more would only lengthen the link."""
    return float(f"{value:.6g}")


def position(knob: Knob, value: float) -> int:
    """Where a value lies on the slider, 0 to 240; beyond the range at the end."""
    if knob.log:
        value = min(max(value, knob.low), knob.high)
        share = math.log(value / knob.low) / math.log(knob.high / knob.low)
    else:
        share = (value - knob.low) / (knob.high - knob.low)
    return round(_STOPS * min(max(share, 0.0), 1.0))


def value_at(knob: Knob, position: int) -> float:
    """The value at a position, rounded to three figures; the ends exactly."""
    if position <= 0:
        return knob.low
    if position >= _STOPS:
        return knob.high
    share = position / _STOPS
    if knob.log:
        return float(f"{knob.low * (knob.high / knob.low) ** share:.3g}")
    return float(f"{knob.low + (knob.high - knob.low) * share:.4g}")


def _said(knob: Knob) -> str:
    """What the page needs to say a position as its value aloud; a part of a key, so a letter stands for the point."""
    low, high = (f"{end:.6g}".replace("+", "").replace(".", "p") for end in (knob.low, knob.high))
    return f"{'log' if knob.log else 'even'}_{low}_{high}"


def knob(label: str, knob: Knob, value: float, key: str, change: Callable[[float], None],
         hint: str | None = None) -> None:  # fmt: skip
    """A slider with a number box at its right end; ``change`` is called with what was set, ``hint`` says what it is.

    A knob whose ends are written as whole numbers moves in whole numbers.
    """
    whole = isinstance(knob.low, int) and isinstance(knob.high, int)
    kind = "whole" if whole else _said(knob)

    def slid(at: int) -> None:
        change(float(at) if whole else value_at(knob, at))

    row = "row_" if len(label) <= _ROW else ""
    with st.container(key=f"knob_{kind}_{row}{key}"):
        low, high = (int(knob.low), int(knob.high)) if whole else (0, _STOPS)
        at = min(max(round(value), low), high) if whole else position(knob, value)
        on_change = mirrored(f"{key}_slider", at, slid, untold=low)
        st.slider(label, low, high, key=f"{key}_slider", on_change=on_change, help=hint)
        box(label, value, knob.low, knob.high, f"{key}_box", change, whole=whole, hidden=True)


def box(
    label: str,
    value: float,
    low: float,
    high: float,
    key: str,
    change: Callable[[float], None],
    *,
    whole: bool = False,
    hidden: bool = False,
    hint: str | None = None,
    step: float | None = None,
) -> None:
    """A number box; out of range the browser refuses and says the range.

    A value that a link has set beyond the range is shown as it is: what is in force always can be.
    """
    low, high = min(low, value), max(high, value)

    def typed(new: float | None) -> None:
        if new is not None:
            change(float(new) if whole else min(max(figures(new), low), high))

    kind = int if whole else float
    shown = kind(value)
    on_change = mirrored(key, shown, typed, untold=kind(low))
    st.number_input(
        label,
        kind(low),
        kind(high),
        key=key,
        step=1 if whole else step or (max(abs(shown) / 10, 1e-9) if shown else 0.1),
        format="%d" if whole else "%.6g",
        on_change=on_change,
        help=hint,
        label_visibility="collapsed" if hidden else "visible",
    )
