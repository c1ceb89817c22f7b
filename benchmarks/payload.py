"""How much a change sends to the browser."""

from experiments.race import Race, run, run_fan
from frontend.blob import pack
from frontend.player import whole_tree
from frontend.race_view import race_tree


def size_of_default_race() -> int:
    """Bytes of the player's payload for five optimizers and 500 steps, fan included."""
    race = Race(surface="himmelblau")
    tree = race_tree(run(race), run_fan(race, 4), (), at=None, present=False)
    return len(pack(whole_tree(tree)))
