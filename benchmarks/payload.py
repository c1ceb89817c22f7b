"""How much a change sends to the browser."""

from experiments.race import Race, fan_of, run
from frontend.player import parted, whole_tree
from frontend.race_view import race_tree


def size_of_default_race() -> int:
    """Bytes of the player's payload for five optimizers and 500 steps, on a surface that the browser has."""
    race = Race(surface="himmelblau")
    tree = race_tree(run(race), fan_of(race, 4), ())
    return len(parted(whole_tree(tree))[1])
