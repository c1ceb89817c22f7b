"""What every surface does alike: the shared program, equality, distances."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize

from landscapes import SURFACES
from landscapes.catalogue import catalogue_loss
from landscapes.surface import ShapeParam, surface
from tests.compilations import compilations
from tests.landscapes.programs import value_and_slope
from tests.landscapes.textbook import SHAPES, VALUES


@pytest.mark.parametrize("name", VALUES)
def test_shared_program_is_the_surface(name):
    rng = np.random.default_rng(len(name))
    for shape in SHAPES.get(name, [{}]):
        shaped = SURFACES[name].with_shape(**shape)
        loss, values = shaped.split()
        assert loss is catalogue_loss
        point = np.array([rng.uniform(*side) for side in shaped.domain])
        value, slope = value_and_slope(point, values)
        np.testing.assert_allclose(value, VALUES[name](*point, **shape), rtol=1e-12, atol=1e-12)
        sides = np.array([high - low for low, high in shaped.domain])
        offsets = 1e-5 * sides[:, None, None] * np.eye(2)[:, None, :] * np.array([1, -1])[None, :, None]
        ahead, behind = VALUES[name](*(point + offsets).T, **shape)
        expected = (ahead - behind) / (2e-5 * sides)
        np.testing.assert_allclose(slope, expected, rtol=1e-4, atol=1e-5 * (1e-3 + np.abs(value) / sides.min()))


def test_one_program_for_every_surface_and_shape():
    first = SURFACES["booth"]
    value_and_slope(np.array(first.start), first.split()[1])
    first.grid(np.linspace(-1, 1, 11), np.linspace(-1, 1, 11))
    with compilations() as compiled:
        for name, entry in SURFACES.items():
            for shape in SHAPES.get(name, [{}]):
                shaped = entry.with_shape(**shape)
                value_and_slope(np.array(entry.start), shaped.split()[1])
                shaped.grid(np.linspace(-2, 2, 11), np.linspace(0, 1, 11))
    assert compiled() == 0


def test_grid_has_rows_along_y():
    loss = SURFACES["saddle"].grid(np.array([0.0, 1.0, 2.0]), np.array([0.0, 3.0]))
    np.testing.assert_array_equal(loss, [[0, 1, 4], [-9, -8, -5]])


def test_equal_by_name_and_shape():
    plain = SURFACES["rosenbrock"]
    assert plain == plain.with_shape(a=1.0)
    assert hash(plain) == hash(plain.with_shape(a=1.0))
    assert plain != plain.with_shape(a=0.5)
    assert plain != SURFACES["booth"]
    assert plain.with_shape(b=3.0).with_shape(a=0.5).shape == (0.5, 3.0)


def test_a_surface_of_one_s_own_has_a_program_of_its_own():
    @surface(domain=((-1, 1), (-1, 1)), start=(0.5, 0.5), source="test", minimum=0.0, k=ShapeParam(2.0, 0.0, 9.0))
    def dent(x, y, k):
        """A dent.

        .. math:: k x^2 + y^4
        """
        return k * x**2 + y**4

    loss, values = dent.split()
    other, other_values = dent.with_shape(k=3.0).split()
    assert loss == other
    assert hash(loss) == hash(other)
    np.testing.assert_allclose(loss(jnp.array([1.0, 2.0]), values), 18.0)
    np.testing.assert_allclose(other(jnp.array([1.0, 2.0]), other_values), 19.0)
    np.testing.assert_allclose(dent.grid(np.array([1.0]), np.array([2.0])), [[18.0]])
    assert (dent.title, dent.summary, dent.latex) == ("Dent", "A dent.", "k x^2 + y^4")


def test_distance_to_the_nearest_minimum():
    branin = SURFACES["branin"]
    points = np.array([[[np.pi, 2.275], [0.0, 0.0]], [[9.0, 3.0], [-np.pi + 3, 12.275 + 4]]])
    expected = [[0.0, np.hypot(np.pi, 2.275)], [np.hypot(3 * np.pi - 9, 0.525), 5.0]]
    np.testing.assert_allclose(branin.distance_to_minimum(points), expected, rtol=1e-13)
    shaped = SURFACES["rosenbrock"].with_shape(a=-0.5)
    assert shaped.distance_to_minimum(np.array([2.5, 4.25])) == 5.0


def test_distance_is_nan_where_nothing_is_known():
    assert np.isnan(SURFACES["saddle"].distance_to_minimum(np.zeros((3, 2)))).all()
    seen = SURFACES["booth"].distance_to_minimum(np.array([[np.nan, 1.0], [1e300, -1e300], [1.0, 3.0]]))
    assert np.isnan(seen[0])
    np.testing.assert_allclose(seen[1:], [np.sqrt(2) * 1e300, 0.0])


def test_scalar_factorization_s_minima_are_a_curve():
    entry = SURFACES["scalar_factorization"]
    assert (entry.minimum, entry.minima) == (0.0, ())
    t = np.array([-1e4, -5.0, -1.0, -0.03, 1e-3, 0.5, 1.0, 40.0])
    np.testing.assert_allclose(entry.distance_to_minimum(np.stack([t, 1 / t], -1)), 0, atol=1e-12)
    known = entry.distance_to_minimum(np.array([[0.0, 0.0], [3.0, 3.0], [-3.0, -3.0], [1.0, -1.0]]))
    # from (3, 3) the quartic is (t^2 - 1)(t^2 - 3t + 1); from (1, -1) it is (t^2 + 1)(t^2 - t - 1)
    golden = (1 + np.sqrt(5)) / 2
    t = (3 + np.sqrt(5)) / 2
    off = np.hypot(golden - 1, 1 / golden + 1)
    np.testing.assert_allclose(known, [np.sqrt(2), np.hypot(3 - t, 3 - 1 / t), np.hypot(3 - t, 3 - 1 / t), off])


def test_distance_to_the_hyperbola_against_a_search():
    rng = np.random.default_rng(0)
    points = np.concatenate(
        [rng.uniform(-6, 6, (40, 2)), rng.standard_normal((20, 2)) * 10.0 ** rng.integers(-3, 4, (20, 1))]
    )
    found = SURFACES["scalar_factorization"].distance_to_minimum(points)
    logs = np.linspace(-12, 12, 4001)
    for point, distance in zip(points, found, strict=True):

        def gap(log, sign, point=point):
            return np.hypot(point[0] - sign * np.exp(log), point[1] - sign * np.exp(-log))

        best = np.inf
        for sign in (-1.0, 1.0):
            start = logs[np.argmin(gap(logs, sign))]
            bounds = (start - 0.01, start + 0.01)
            best = min(best, optimize.minimize_scalar(gap, args=(sign,), bounds=bounds, method="bounded").fun)
        assert distance == pytest.approx(best, rel=1e-6, abs=1e-9)


def test_distance_to_the_hyperbola_far_away():
    points = np.array([[1e150, 3.0], [1e200, -1e200], [np.nan, 1.0], [1e8, 0.0], [-1e300, 2e300]])
    found = SURFACES["scalar_factorization"].distance_to_minimum(points)
    np.testing.assert_allclose(found, [3.0, 1e200, np.nan, 1e-8, 1e300], rtol=1e-6)


@pytest.mark.parametrize("name", SURFACES)
def test_pictures_show_the_start_and_the_minima(name):
    """All of the box, or a window of it; where a start lies outside the window, the box again."""
    surface = SURFACES[name]
    drawn = surface.drawn(surface.start)
    assert drawn.contains(np.array([surface.start, *surface.minima])).all()
    assert surface.contains(np.array([*zip(*drawn.domain, strict=True)])).all()
    (x, _), (y, _) = surface.domain
    assert surface.drawn((x, y)).domain == surface.domain
