"""Names of runs: as few words as tell each from the others."""

from collections.abc import Mapping, Sequence


def tell_apart(names: Sequence[str], facts: Sequence[Mapping[str, str]]) -> list[str]:
    """Each run's name; runs of one name with the first facts that set them apart, and a number where none does.

    Args:
        names: what each run is called where it is the only one of its name.
        facts: what else could be said of each, the most telling first; a text begins with a comma where one belongs
            there, and is empty where there is nothing to say.
    """
    out = list(names)
    for name in dict.fromkeys(names):
        twins = [i for i, other in enumerate(names) if other == name]
        if len(twins) == 1:
            continue
        told: list[str] = []
        for key in facts[twins[0]]:
            kinds = len({tuple(facts[i][other] for other in [*told, key]) for i in twins})
            if kinds > len({tuple(facts[i][other] for other in told) for i in twins}):
                told.append(key)
        for i in twins:
            out[i] = name + "".join(facts[i][key] for key in told)
    equal = {name for name in out if out.count(name) > 1}
    return [f"{name}, run {i}" if name in equal else name for i, name in enumerate(out, 1)]
