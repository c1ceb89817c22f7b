"""The lowest points of a formula's box, and where its races start."""

import numpy as np
import pytest

from landscapes import SURFACES, parse_formula
from landscapes.formula import find_minima
from tests.landscapes import lowest
from tests.landscapes.formulas import VALID, expression

PI = np.pi
FOUND = [  # (formula, box, minimum, minima)
    ("(x - 1)^2 + (y + 2)^2", None, 0, [(1, -2)]),
    ("x^2 + 3*sin(y)", None, -3, [(0, -PI / 2), (0, 3 * PI / 2)]),
    ("(1 - x)^2 + 100*(y - x^2)^2", None, 0, [(1, 1)]),
    ("(1 - x)^2 + 100*(y - x^2)^2", ((-2, 2), (-1, 3)), 0, [(1, 1)]),
    ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", None, 0, SURFACES["himmelblau"].minima),
    ("20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)", None, 0, [(0, 0)]),
    ("(x^4 - 16*x^2 + 5*x + y^4 - 16*y^2 + 5*y)/2", None, -78.33233140754282, SURFACES["styblinski_tang"].minima),
    ("(4 - 2.1*x^2 + x^4/3)*x^2 + x*y + (4*y^2 - 4)*y^2", None, -1.0316284534898774, SURFACES["six_hump_camel"].minima),
    ("abs(x - 1/3) + abs(y + 2)", None, 0, [(1 / 3, -2)]),
    ("sqrt(x^2 + y^2)", None, 0, [(0, 0)]),
    ("x^8 + y^8", None, 0, [(0, 0)]),
    ("min((x - 2)^2, (x + 2)^2) + y^2", None, 0, [(-2, 0), (2, 0)]),
    ("sin(x)*sin(y)", None, -1, [(i, j) for i in (-3, -1, 1, 3) for j in (-3, -1, 1, 3)]),
    ("x*log(x) + y^2", None, -1 / np.e, [(1 / np.e, 0)]),
    ("1000 + sin(x)*sin(y)/10 + (x^2 + y^2)/50", ((0, 5), (-5, 0)), None, 1),
    ("(x - 1e-4)^2 + y^2", ((-0.001, 0.001), (-0.002, 0.001)), 0, [(1e-4, 0)]),
    ("(x - 4e5)^2 + y^2/7", ((0, 1e6), (-1e6, 1e6)), 0, [(4e5, 0)]),
    # a whole curve, or more than twelve: the level is known, the places are not listed
    ("x^2", None, 0, []),
    ("(x*y - 1)^2", None, 0, []),
    ("(x^2 + y^2 - 0.01)^2", None, 0, []),
    ("(x^2 + y^2 - 4)^2", None, 0, []),
    ("relu(x) + relu(y)", None, 0, []),
    ("floor(x) + y^2", None, -5, []),
    ("sin(3*x)*sin(3*y)", None, -1, []),
    ("5", None, 5, []),
    # the lowest point on the border, or no bottom, or nothing to see
    ("x + y", None, None, []),
    ("x^3 - 3*x*y^2", None, None, []),
    ("-x^2 - y^2", None, None, []),
    ("x^3 - 3*x + y^2", None, None, []),
    ("(x - 9)^2 + y^2", None, None, []),
    ("log(x^2 + y^2)", None, None, []),
    ("log((x - 0.123)^2 + y^2)", None, None, []),
    ("1/(x - 0.123)", None, None, []),
    ("-1/((x - 0.321)^2 + (y - 0.2)^2)", None, None, []),
    ("log(-1 - x^2)", None, None, []),
    ("sqrt(-1 - x^2)*y", None, None, []),
]


@pytest.mark.parametrize(("text", "box", "minimum", "minima"), FOUND)
def test_minima(text, box, minimum, minima):
    surface = parse_formula(text, box) if box else parse_formula(text)
    if minima == 1:
        assert len(surface.minima) == 1
        return
    if text == "sin(x)*sin(y)":
        minima = [(i * PI / 2, j * PI / 2) for i, j in minima if np.sin(i * PI / 2) * np.sin(j * PI / 2) < 0]
    if minimum is None:
        assert surface.minimum is None
    else:
        assert surface.minimum == pytest.approx(minimum, rel=1e-14, abs=1e-15)
    assert len(surface.minima) == len(minima)
    scale = max(high - low for low, high in surface.domain)
    for place in minima:
        away = np.abs(np.array(surface.minima) - np.array(place)).max(axis=1)
        assert away.min() < 1e-11 * scale
    if minima:
        np.testing.assert_allclose(surface.distance_to_minimum(np.array(minima)), 0, atol=2e-11 * scale)
    else:
        assert np.isnan(surface.distance_to_minimum(np.zeros(2)))


def test_whole_numbers_come_out_whole():
    assert parse_formula("(x - 1)^2*exp(x) + (y - 0.5)^4").minima == ((1.0, 0.5),)
    assert parse_formula("abs(x) + abs(y)").minimum == 0.0


def test_a_coordinate_with_few_decimals_is_named_so_beside_one_with_many():
    for text in ("x^2 + 3*sin(y)", "3*sin(y) + (x - 0.25)^2"):
        places = parse_formula(text).minima
        assert len(places) == 2
        assert {x for x, _ in places} == {0.25 if "0.25" in text else 0.0}
        np.testing.assert_allclose(sorted(y for _, y in places), [-PI / 2, 3 * PI / 2], atol=1e-9)
    assert parse_formula("(x - pi)^2 + y^2").minima == ((PI, 0.0),)


def test_search_is_repeatable():
    texts = ["sin(x) + cos(y)*x/3", "x^2 + 3*sin(y)"]
    first = [parse_formula(text).minima for text in texts]
    find_minima.cache_clear()
    assert [parse_formula(text).minima for text in texts] == first


@pytest.mark.parametrize("text", [text for text, _ in VALID])
def test_start_is_in_the_box_and_has_a_slope(text):
    surface = parse_formula(text)
    assert all(low < at < high for (low, high), at in zip(surface.domain, surface.start, strict=True))
    x, y = surface.start
    assert np.isfinite(expression(surface).on_arrays(x, y))
    near = expression(surface).on_arrays(np.array([x + 1e-4, x - 1e-4, x, x]), np.array([y, y, y + 1e-4, y - 1e-4]))
    constant = text in ("3", "pi*e", "x**0", "sign(x)*floor(3*y)")
    assert (np.ptp(near) > 0) != constant


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("sqrt(x - 4.7) + y", ((-5, 5), (-5, 5))),
        ("relu(x - 4)^2 + relu(y - 4)^2", ((-5, 5), (-5, 5))),
        ("x + y", ((1e-6, 2e-6), (-3e5, 4e5))),
        ("log(x*y - 20)", ((-5, 5), (-5, 5))),
        ("log(-x*y)", ((-1, 3), (-1, 3))),
    ],
)
def test_start_finds_the_part_that_is_defined(text, box):
    surface = parse_formula(text, box)
    (x0, x1), (y0, y1) = box
    x, y = surface.start
    assert x0 < x < x1
    assert y0 < y < y1
    assert np.isfinite(expression(surface).on_arrays(x, y))
    aside = expression(surface).on_arrays([x + 1e-5 * (x1 - x0), x], [y, y + 1e-5 * (y1 - y0)])
    assert (aside != expression(surface).on_arrays(x, y)).any()


def test_start_where_nothing_is_defined_is_still_in_the_box():
    surface = parse_formula("log(-1 - x^2)")
    assert np.abs(surface.start).max() < 5


def claims_nothing_false(text, box, known=np.inf) -> bool:
    """Whether a minimum is claimed; what is claimed is held to NumPy and SciPy."""
    surface, seen = parse_formula(text, box), min(lowest.lowest(text, box), known)
    if surface.minimum is None:
        assert surface.minima == ()
        return False
    assert surface.minimum <= seen + 1e-6 * max(abs(seen), 1e-3)
    for x, y in surface.minima:
        assert lowest.value(text, x, y) == pytest.approx(surface.minimum, rel=1e-9, abs=1e-9)
        assert all(low <= at <= high for (low, high), at in zip(box, (x, y), strict=True))
    if not surface.minima:  # attained somewhere: the search by SciPy comes as low, to within its own rounding
        assert surface.minimum >= seen - 1e-6 * max(abs(seen), 1e-3)
    return True


@pytest.mark.parametrize(("text", "box", "known"), lowest.TEXTBOOK)
def test_minimum_is_the_textbook_s(text, box, known):
    assert claims_nothing_false(text, box, known)
    assert parse_formula(text, box).minimum == pytest.approx(known, rel=1e-9, abs=1e-9)
    assert len(parse_formula(text, box).minima) > 0 or "5*cos(6*x+5)" in text  # eighteen places


@pytest.mark.parametrize(("text", "box"), lowest.HARD)
def test_nothing_false_is_said_of_what_is_hard(text, box):
    claims_nothing_false(text, box)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_false_is_said_of_formulas_drawn_by_chance(seed):
    said = [claims_nothing_false(text, box) for text, box in lowest.drawn(21, seed)]
    assert sum(said) >= 12  # a search that claims nothing would be right, and of no use


@pytest.mark.parametrize(
    ("text", "box", "minima"),
    [
        ("(x - 4.999)^2 + (y + 4.999)^2", lowest.square(5), [(4.999, -4.999)]),
        ("(x - 4)^2 + (y + 3.9999)^2 - 7", ((-5, 4.0001), (-4, 5)), [(4, -3.9999)]),
        ("(x - 4)^2 + y^2", ((-5, 4), (-4, 5)), [(4, 0)]),  # on the border, and not lower beyond
        ("(x - 4.0001)^2 + y^2", ((-5, 4), (-4, 5)), []),  # lower beyond
        ("abs(x - 4) + abs(y - 5)", ((-5, 4), (-4, 5)), [(4, 5)]),
        ("sin(x) + y^2", ((-PI / 2, 1.51 * PI), (-1, 1)), [(-PI / 2, 0), (3 * PI / 2, 0)]),
        ("min(x - 3, 0) + (x + 2)^2 + y^2", lowest.square(5), [(-2.5, 0)]),
    ],
)
def test_near_the_border(text, box, minima):
    found = parse_formula(text, box).minima
    assert len(found) == len(minima)
    for place in minima:
        assert min(np.hypot(*np.subtract(place, each)) for each in found) < 1e-9


def test_a_ripple_in_step_with_the_grid_is_not_taken_for_flat_ground():
    # 30 periods a unit on ten units: a point of the first grid at every crest
    surface = parse_formula("cos(60*pi*x)*cos(60*pi*y) + 0.01*((x - 1.2)^2 + (y + 0.7)^2)")
    assert surface.minimum is None or surface.minimum < -0.999
