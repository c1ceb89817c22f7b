"""Random boxes, starts and tuning points, from the link to the picture: none fails, none is changed in silence."""

import os
import random

import pytest

from experiments.race import run, run_fan
from experiments.race_link import from_link, to_link
from frontend.blob import pack
from frontend.player import whole_tree
from frontend.race_view import race_tree

WALKS = int(os.environ.get("BOX_WALKS", "12"))  # full size: BOX_WALKS=400
FORMULAS = ["x**2 + y**2", "log(x) - 1/y"]


def random_side(rng: random.Random) -> tuple[float, float]:
    low, width = rng.choice([-1, 1]) * 10 ** rng.uniform(-8, 6.1), 10 ** rng.uniform(-7, 6.5)
    near = abs(low) * 10 ** rng.uniform(-5, -3)
    half = 10 ** rng.uniform(-6, 0)
    return rng.choice(
        [(low, low + width), (low, low + near), (-half, half), (-1e6, 1e6), (999_999.0, 1e6), (-5.0, 5.0)]
    )


def random_link(rng: random.Random) -> dict[str, str]:
    (x0, x1), (y0, y1) = random_side(rng), random_side(rng)
    link = {"formula": rng.choice(FORMULAS), "box": f"{x0!r}~{x1!r}~{y0!r}~{y1!r}", "steps": "20", "r1": "adam"}
    link |= rng.choice([{}, {"x": rng.choice(["1e300", "-0", "nan", repr(x0)]), "y": rng.choice(["-1e6", repr(y1)])}])
    return link | rng.choice([{}, {"tuned": f"{x1!r}~{y0!r}"}, {"tuned": "1e6~-1e6", "noise": "100"}])


@pytest.mark.parametrize("seed", range(WALKS))
def test_a_box_walks_from_its_link_to_the_picture(seed):
    link = random_link(random.Random(f"walk {seed}"))
    race, notices = from_link(link)
    ends = [float(end) for end in link["box"].split("~")]
    used = [end for side in race.landscape.domain for end in side]
    assert (used == ends) != any(notice.startswith("Box is") for notice in notices)
    assert from_link(to_link(race)) == (race, [])
    tree = race_tree(run(race), run_fan(race, 0), notices)
    assert len(pack(whole_tree(tree))) > 1000
