"""Colours can be read, and no two optimizers look alike."""

import itertools
from zlib import crc32

import numpy as np
import pytest

from frontend.theme import INK, MARKERS, SCHEMES, activation_look, landscape_rgb, optimizer_look
from landscapes import ACTIVATIONS
from optimizers import OPTIMIZERS


def luminance(rgb) -> float:
    """Relative luminance, WCAG 2."""
    c = np.asarray(rgb) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def of_hex(color: str) -> list[int]:
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(of_hex(a)), luminance(of_hex(b))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_knows_black_and_white():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["ink", "ink2", "ink3", "accent", "warning"])
def test_text_is_legible_on_stage_and_rail(scheme, name):
    assert contrast(INK[scheme][name], INK[scheme]["background"]) >= 4.5
    assert contrast(INK[scheme][name], INK[scheme]["rail"]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_optimizer_can_be_read_as_text(scheme):
    for look in map(optimizer_look, OPTIMIZERS):
        assert contrast(getattr(look, scheme), INK[scheme]["background"]) >= 4.5


def test_no_two_optimizers_look_alike():
    every = {name: optimizer_look(name) for name in OPTIMIZERS}
    for (a, one), (b, other) in itertools.combinations(every.items(), 2):
        assert (one.light, one.marker) != (other.light, other.marker), (a, b)
    assert all(look.marker in MARKERS for look in every.values())


def test_the_drawings_colours_stand():
    assert optimizer_look("adam")[:3] == ("#C14600", "#FF8F54", "hexagon")
    assert optimizer_look("gradient_descent").dash == ()


DEALT = """gradient_descent momentum nesterov damped_momentum random_walk adagrad rmsprop adadelta sign_sgd rprop adam
adamw nadam adamax amsgrad radam adabelief yogi lion adan ademamix adopt polyak_sgd prodigy schedule_free_sgd
schedule_free_adamw newton lbfgs sam"""
TODAYS = """circle square diamond hexagon pentagon triangle-down triangle-up star plus hourglass hexagon circle square
diamond triangle-down triangle-up pentagon star plus hourglass circle square diamond triangle-down triangle-up hexagon
star plus hourglass"""


def test_a_look_belongs_to_its_name_and_never_moves():
    """Those of today, in the order in which they were dealt out first."""
    assert [optimizer_look(name).marker for name in DEALT.split()] == TODAYS.split()
    every = [tuple(optimizer_look(name)) for name in DEALT.split()]
    assert crc32(repr(every).encode()) == 2276899872, "with their colours and dashes"


def test_a_new_entry_has_a_look_of_its_own():
    for name in ("muon", "shampoo", "soap", "sophia"):
        new = optimizer_look(name)
        assert new == optimizer_look(name)
        assert (new.light, new.marker) not in {(look.light, look.marker) for look in map(optimizer_look, OPTIMIZERS)}
    assert activation_look("swish_two") not in map(activation_look, ACTIVATIONS)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_low_is_dark_and_lightness_never_falls(scheme):
    shades = [luminance(rgb) for rgb in landscape_rgb(scheme, 32)]
    assert shades == sorted(shades)
    assert shades[-1] > 2 * shades[0]
