"""Figures are what Plotly accepts, and their scales are the ones described."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from frontend import figures
from frontend.blob import pack, unpack
from landscapes import SURFACES, parse_formula


def drawn(figure) -> Any:
    """The figure as the browser gets it, checked by Plotly's own validators."""
    back = unpack(pack(figure))
    return go.Figure(data=back["data"], layout=back["layout"])


@pytest.mark.parametrize("name", SURFACES)
def test_plotly_accepts_every_landscape(name):
    g = figures.ground(SURFACES[name])
    relief, contour = drawn(figures.surface_relief(g)), drawn(figures.surface_contour(g))
    assert relief.data[0].type == "surface"
    assert contour.data[0].type == "contour"
    z = np.array(contour.data[0].z)
    assert np.nanmin(z) >= -1e-6
    assert np.nanmax(z) <= contour.data[0].zmax * (1 + 1e-6)


@pytest.mark.parametrize("log", [True, False])
def test_plotly_accepts_the_axes(log):
    figure = drawn(figures.step_chart(500, (-12.0, 5.0), log))
    assert figure.layout.yaxis.type == ("log" if log else None)
    assert tuple(figure.layout.xaxis.range) == (0, 500)


def test_plotly_accepts_the_templates():
    for template in figures.templates().values():
        go.layout.Template(template)


def test_a_surface_with_a_minimum_is_logarithmic_and_one_without_is_not():
    assert figures.ground(SURFACES["himmelblau"]).log
    assert not figures.ground(SURFACES["saddle"]).log


@pytest.mark.parametrize("name", SURFACES)
def test_a_picture_has_no_single_colour(name):
    g = figures.ground(SURFACES[name].drawn(SURFACES[name].start))
    share = figures.scaled(g.color, g.loss) / figures.scaled(g.color, g.low + g.span)
    bands = np.bincount(np.clip(share * figures.BANDS, 0, figures.BANDS - 1).astype(int).ravel())
    assert (bands > 0.01 * share.size).sum() >= 6
    assert g.log or not g.by_decades


def test_the_scale_of_the_map_is_log10_of_one_plus_loss_for_himmelblau():
    """LOOK's scale for a loss that spans 890, which is Himmelblau's to a thousandth."""
    g = figures.ground(SURFACES["himmelblau"])
    assert g.span == pytest.approx(890, rel=1e-3)
    at = figures.scaled(g.color, 99.0)
    assert at == pytest.approx(2.0, abs=1e-3)
    assert figures.scaled(g.height, 180.0) == pytest.approx(np.log10(1 + 180 / 20), abs=1e-3)


def test_a_formula_with_holes_is_drawn_with_gaps():
    g = figures.ground(parse_formula("sqrt(x) + y**2"))
    assert g.undefined == pytest.approx(0.5, abs=0.02)
    assert np.isnan(np.array(drawn(figures.surface_contour(g)).data[0].z)).any()
    drawn(figures.surface_relief(g))


@pytest.mark.parametrize("text", ["3", "0*x", "log(-1 - x**2)"])
def test_a_flat_or_empty_formula_is_drawn(text):
    g = figures.ground(parse_formula(text))
    drawn(figures.surface_relief(g))
    drawn(figures.surface_contour(g))
    figures.loss_ticks(g)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-5.0, 5.0), (-600.0, 600.0), (1e-6, 3e-6)])
def test_ticks_are_round_and_inside(low, high):
    ticks = figures.nice_ticks(low, high)
    assert 2 <= len(ticks) <= 10
    assert all(low < tick < high for tick in ticks)
    mantissa = round((ticks[1] - ticks[0]) / 10 ** np.floor(np.log10(ticks[1] - ticks[0])), 6)
    assert mantissa in (1, 2, 5, 10)
