"""Crowds that come are told from visitors who are there."""

import random

import pytest

from experiments.shares import Arrivals


@pytest.mark.parametrize("seed", range(20))
def test_a_crowd_is_as_many_newcomers_of_one_address_within_the_time(seed):
    draw, arrivals, now, first = random.Random(seed), Arrivals(3, 5.0), 0.0, {}
    for _ in range(300):
        now += draw.expovariate(1.5)
        who = (draw.choice("ab"), "browser", draw.randrange(120))
        first.setdefault(who, now)
        arrivals.seen(who, now)
        for address in "abc":
            newcomers = [at for (home, *_), at in first.items() if home == address and at > now - 5.0]
            assert arrivals.crowd((address,), now) == (len(newcomers) > 3)
