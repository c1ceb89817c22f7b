"""The shelf of surfaces against the textbooks: values, minima, curvature, docs; other shapes obey the same laws."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize

from landscapes import SURFACES
from landscapes.surface import SHAPE_SIZE
from tests.landscapes.programs import curvature, slope
from tests.landscapes.textbook import DOMAINS, EIGENVALUES, HESSIANS, MINIMA, SHAPES, VALUES

SHAPED = [(name, shape) for name in VALUES for shape in SHAPES.get(name, [{}])]
WITH_MINIMA = [(name, shape) for name, shape in SHAPED if name in MINIMA]


def axes(surface, points):
    return [np.linspace(low, high, points) for low, high in surface.domain]


def level(surface) -> float:
    assert surface.minimum is not None
    return surface.minimum


def test_shelf_is_the_textbooks():
    assert set(SURFACES) == set(VALUES)
    assert all(name == surface.name for name, surface in SURFACES.items())


@pytest.mark.parametrize(("name", "shape"), SHAPED)
def test_values_on_a_grid(name, shape):
    surface = SURFACES[name].with_shape(**shape)
    xs, ys = axes(surface, 37)
    loss = surface.grid(xs, ys)
    assert loss.shape == (37, 37)
    assert loss.dtype == np.float64
    expected = VALUES[name](xs[None, :], ys[:, None], **shape)
    np.testing.assert_allclose(loss, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("name", VALUES)
def test_value_at_one_point_is_a_scalar(name):
    surface = SURFACES[name]
    value = surface(jnp.array(surface.start))
    assert value.shape == ()
    np.testing.assert_allclose(value, VALUES[name](*surface.start), rtol=1e-12)


@pytest.mark.parametrize("name", DOMAINS)
def test_domain(name):
    assert SURFACES[name].domain == DOMAINS[name]


@pytest.mark.parametrize(("name", "shape"), WITH_MINIMA)
def test_minimum_is_taken_at_every_minimum(name, shape):
    surface = SURFACES[name].with_shape(**shape)
    for place in surface.minima:
        assert float(surface(jnp.array(place))) == pytest.approx(surface.minimum, rel=1e-14, abs=1e-28)
        for (low, high), coordinate in zip(surface.domain, place, strict=True):
            assert low < coordinate < high


@pytest.mark.parametrize("name", MINIMA)
def test_minima_are_the_literature_s(name):
    value, tolerance, places = MINIMA[name]
    surface = SURFACES[name]
    assert abs(surface.minimum - value) <= tolerance
    assert len(surface.minima) == len(places)
    for place in places:
        assert np.min(np.abs(np.array(surface.minima) - np.array(place)).max(axis=1)) < 2.5e-6


@pytest.mark.parametrize("name", sorted(set(MINIMA) - {"ackley"}))
def test_newton_from_the_rounded_minimum_ends_at_the_listed_one(name):
    surface = SURFACES[name]
    for rounded, listed in zip(MINIMA[name][2], surface.minima, strict=True):
        place = np.array(rounded, float)
        for _ in range(4):
            place = place - np.linalg.solve(curvature(surface, place), slope(surface, place))
        assert np.linalg.norm(slope(surface, place)) < 1e-6
        assert np.linalg.norm(slope(surface, listed)) < 1e-6
        np.testing.assert_allclose(listed, place, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(("name", "shape"), WITH_MINIMA)
def test_nothing_in_the_box_is_lower(name, shape):
    surface = SURFACES[name].with_shape(**shape)
    xs, ys = axes(surface, 401)
    expected = VALUES[name](xs[None, :], ys[:, None], **shape)
    assert expected.min() >= level(surface) - 1e-12
    assert surface.grid(xs, ys).min() >= level(surface) - 1e-12


@pytest.mark.parametrize("name", sorted({name for name, entry in SURFACES.items() if entry.shape}))
def test_nothing_in_the_box_is_lower_whatever_the_shape(name):
    rng, entry = np.random.default_rng(12), SURFACES[name]
    for _ in range(40):
        ends = {knob: float(rng.choice([low, high, rng.uniform(low, high), low + (high - low) * rng.uniform() ** 5]))
                for knob, (_, low, high, *_) in entry.shape_params.items()}  # fmt: skip
        surface = entry.with_shape(**ends)
        xs, ys = axes(surface, 301)
        if surface.minimum is None:
            continue
        expected = VALUES[name](xs[None, :], ys[:, None], **ends)
        assert expected.min() >= surface.minimum - 1e-12, ends
        for place in surface.minima:
            assert VALUES[name](*place, **ends) == pytest.approx(surface.minimum, abs=1e-12), ends
            assert all(low <= at <= high for (low, high), at in zip(surface.domain, place, strict=True)), ends


@pytest.mark.parametrize("name", MINIMA)
def test_no_minimum_is_missing(name):
    """Every dip of a grid that SciPy follows down to the minimum's level ends at a listed place."""
    surface = SURFACES[name]
    xs, ys = axes(surface, 201)
    loss = VALUES[name](xs[None, :], ys[:, None])
    around = np.min([loss[1 + j : 200 + j, 1 + i : 200 + i] for j in (-1, 0, 1) for i in (-1, 0, 1)], axis=0)
    dips = np.argwhere(loss[1:-1, 1:-1] <= around) + 1
    lowest = dips[np.argsort(loss[dips[:, 0], dips[:, 1]])][:12]
    reached = 0
    for j, i in lowest:
        with np.errstate(over="ignore", invalid="ignore"):
            end = optimize.minimize(lambda p: VALUES[name](p[0], p[1]), (xs[i], ys[j]), method="Nelder-Mead")
        if end.fun < level(surface) + 1e-6:
            reached += 1
            assert surface.distance_to_minimum(end.x) < 5e-3
    assert reached >= len(surface.minima)


@pytest.mark.parametrize("name", EIGENVALUES)
def test_curvature_at_the_minimum(name):
    eigenvalues = np.linalg.eigvalsh(curvature(SURFACES[name], SURFACES[name].minima[0]))
    np.testing.assert_allclose(eigenvalues, EIGENVALUES[name], rtol=2e-4)


@pytest.mark.parametrize(("name", "shape"), [(n, s) for n, s in SHAPED if n in HESSIANS])
def test_curvature_is_a_law_of_the_shape(name, shape):
    surface = SURFACES[name].with_shape(**shape)
    expected = np.array(HESSIANS[name](**shape), float)
    np.testing.assert_allclose(curvature(surface, surface.minima[0]), expected, rtol=1e-11, atol=1e-9)
    if name == "quadratic":
        curvatures = sorted([1.0, shape.get("condition", 20.0)])
        np.testing.assert_allclose(np.linalg.eigvalsh(expected), curvatures, rtol=1e-12)


def test_quadratic_turns_counterclockwise():
    surface = SURFACES["quadratic"].with_shape(condition=100.0, angle=30.0)
    along = np.array([np.cos(np.pi / 6), np.sin(np.pi / 6)])
    np.testing.assert_allclose(curvature(surface, (0.0, 0.0)) @ along, along, rtol=1e-12)


@pytest.mark.parametrize("fall", [1.0, 0.05])
def test_saddle(fall):
    surface = SURFACES["saddle"].with_shape(fall=fall)
    np.testing.assert_allclose(curvature(surface, (0.3, -0.7)), np.diag([2, -2 * fall]), rtol=1e-14)
    assert (surface.minimum, surface.minima) == (None, ())


def test_monkey_saddle_is_flat_in_the_middle_and_has_three_ways_down():
    surface = SURFACES["monkey_saddle"]
    assert not curvature(surface, (0.0, 0.0)).any()
    assert (surface.minimum, surface.minima) == (None, ())
    turns = np.arange(6) * np.pi / 3
    heights = [float(surface(jnp.array([np.cos(t), np.sin(t)]))) for t in turns]
    np.testing.assert_allclose(heights, [1, -1, 1, -1, 1, -1], rtol=1e-12)


@pytest.mark.parametrize("shape", SHAPES["ackley"])
def test_ackley_s_tip_is_a_cone(shape):
    surface = SURFACES["ackley"].with_shape(**shape)
    assert float(surface(jnp.zeros(2))) == 0.0
    np.testing.assert_array_equal(slope(surface, (0.0, 0.0)), [0.0, 0.0])
    full = {"a": 20.0, "b": 0.2, **shape}
    for direction in ((1.0, 0.0), (0.0, -1.0), (0.6, 0.8)):
        steepness = slope(surface, 1e-9 * np.array(direction)) @ np.array(direction)
        np.testing.assert_allclose(steepness, full["a"] * full["b"] / np.sqrt(2), rtol=1e-6)


@pytest.mark.parametrize("name", ["ackley", "rastrigin", "griewank", "levy", "plateau"])
def test_no_digits_cancel_near_the_minimum(name):
    """A log axis shows the loss above the minimum: it may not drown in rounding, nor fall below."""
    surface = SURFACES[name]
    steps = np.array([1e-7, 1e-9, 1e-11])
    heights = np.array([float(surface(jnp.array(surface.minima[0]) + jnp.array([d, 0.0]))) for d in steps])
    assert (heights > 0).all()
    order = 1 if name == "ackley" else 2
    slopes = np.diff(np.log10(heights)) / np.diff(np.log10(steps))
    np.testing.assert_allclose(slopes, order, atol=1e-4 if name == "levy" else 1e-6)


@pytest.mark.parametrize("name", VALUES)
def test_start_has_a_slope_and_is_no_symmetric_trap(name):
    surface = SURFACES[name]
    for (low, high), coordinate in zip(surface.domain, surface.start, strict=True):
        assert low < coordinate < high
    down = slope(surface, surface.start)
    assert np.isfinite(down).all()
    assert np.abs(down).min() > 1e-3
    away = surface.distance_to_minimum(np.array(surface.start))
    assert np.isnan(away) or away > (0.05 if name == "scalar_factorization" else 1.0)


@pytest.mark.parametrize("name", VALUES)
def test_docs(name):
    surface = SURFACES[name]
    assert surface.title
    assert surface.title[0].isupper()
    assert "_" not in surface.title
    assert surface.summary.endswith(".")
    assert 20 < len(surface.summary) < 140
    assert "math::" not in surface.summary
    assert surface.source
    for opened, closed in (("{", "}"), ("(", ")"), (r"\left", r"\right")):
        assert surface.latex.count(opened) == surface.latex.count(closed)
    assert "x" in surface.latex
    assert "y" in surface.latex
    assert "\n" not in surface.latex
    assert len(surface.shape) <= SHAPE_SIZE
    for knob in surface.shape_params.values():
        assert knob.low <= knob.default <= knob.high
        assert knob.low > 0 or not knob.log


def test_titles_are_spelt_as_people_write_them():
    titles = {name: SURFACES[name].title for name in ("three_hump_camel", "styblinski_tang", "booth", "mccormick")}
    assert titles == {
        "three_hump_camel": "Three-hump camel",
        "styblinski_tang": "Styblinski–Tang",
        "booth": "Booth",
        "mccormick": "McCormick",
    }
    assert SURFACES["monkey_saddle"].title == "Monkey saddle"


def test_latex_is_the_docstring_s():
    assert SURFACES["booth"].latex == "(x + 2y - 7)^2 + (2x + y - 5)^2"
    assert SURFACES["levy"].latex.endswith(r"z = 1 + \tfrac{y - 1}4")


@pytest.mark.parametrize("name", [name for name, surface in SURFACES.items() if surface.shape_params])
def test_minima_hold_at_both_ends_of_every_knob(name):
    surface = SURFACES[name]
    for knob, (_, low, high, *_) in surface.shape_params.items():
        for value in (low, high):
            shaped = surface.with_shape(**{knob: value})
            xs, ys = axes(shaped, 101)
            if shaped.minimum is not None:
                assert shaped.grid(xs, ys).min() >= level(shaped) - 1e-12
            for place in shaped.minima:
                assert float(shaped(jnp.array(place))) == pytest.approx(shaped.minimum, abs=1e-15)


def test_unknown_shape_parameter_is_named():
    with pytest.raises(ValueError, match="unknown shape parameter 'c' of rosenbrock; known: a, b"):
        SURFACES["rosenbrock"].with_shape(c=1.0)
    with pytest.raises(ValueError, match="known: none"):
        SURFACES["booth"].with_shape(a=1.0)


@pytest.mark.parametrize("name", SURFACES)
def test_no_knob_of_a_shape_is_called_by_a_letter(name: str):
    for key, param in SURFACES[name].shape_params.items():
        assert len(param.title or key) > 3, key
        assert not param.title or param.title.endswith(f", {key}"), "the letter of the formula stands behind it"
