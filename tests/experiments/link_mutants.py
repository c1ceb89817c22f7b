"""Links as accidents make them: frozen ones, crossed with one another, with parts cut, doubled and put elsewhere."""

import random
from collections.abc import Iterator
from urllib.parse import parse_qs

from tests.experiments.link_corpus import read

NUMBERS = [
    "0", "-0", "-0.0", "1", "-1", "2.5", "1e3", "1,000", "500.0", "1e300", "1e-300", "5e-324", "inf", "-inf", "nan",
    "0x10", "1_0", "１００", "٣", "³", "9" * 30, "0.1" * 9, "1e", "−2", "+3", ".5", "5.", "1e400", "2**3", "1e5",
    "999999.9999999999", "0.30000000000000004", "4294967295", "4294967296", "", " 7 ", "true", "none", "x"
]  # fmt: skip
BITS = [
    "~", "~~", "", " ", "\0", "\n", "é", "☃", "%20", "%2520", "%", "&amp;", "+", ",", ".", ")", "'", '"', "<b>",
    "=", ":", "`", "\u00a0", "\u200b", "\u202e", "x" * 700, "sgd", "Adam", "lr", "none", "clip", "l2", "cosine",
    "step.drop", "slope", "residual", "activation", "skip", "depth", "batch", "x**2", "y", "2", "box", "1~0",
    "-1~1~-1~1", "r1", "r3", "c3", "n2"
]  # fmt: skip
KEYS = [
    "v", "formula", "box", "shape", "x", "y", "steps", "noise", "seed", "runs", "curves", "r1", "r3", "r8", "n1",
    "n4", "c1", "c7", "t2", "mode", "open", "size", "data", "surface", "example", "at", "present", "utm_source",
    "amp;steps", "lr", "optimizer", "Steps", "", "é"
]  # fmt: skip


def mutants(rng: random.Random, room: str, count: int) -> Iterator[dict[str, list[str]]]:
    """Parameters of links as parse_qs gives them."""
    kept = list(read("frozen")[room])
    for _ in range(count):
        params = parse_qs(rng.choice(kept), keep_blank_values=True)
        for _ in range(rng.randint(1, 4)):
            _mutate(rng, params, parse_qs(rng.choice(kept), keep_blank_values=True))
        yield params


def _mutate(rng: random.Random, params: dict[str, list[str]], other: dict[str, list[str]]) -> None:
    key = rng.choice([*params, rng.choice(KEYS)])
    parts = params.get(key, [""])[-1].split("~")
    at = rng.randrange(len(parts))
    match rng.randrange(9):
        case 0:
            params.pop(key, None)
        case 1:
            params.update(rng.sample(list(other.items()), min(len(other), 2)))
        case 2:
            params[key] = [rng.choice([*params.values(), ["1"]])[-1]]
        case 3:
            params[key] = [*params.get(key, []), rng.choice(NUMBERS)]
        case 4:
            params[key] = [rng.choice(NUMBERS)]
        case 5:
            parts[at] = rng.choice(NUMBERS)
            params[key] = ["~".join(parts)]
        case 6:
            parts[at] = rng.choice([parts[at], ""]) + rng.choice(BITS)
            params[key] = ["~".join(parts)]
        case 7:
            parts.insert(at, rng.choice([*BITS, *parts]))
            params[key] = ["~".join(parts)]
        case _:
            del parts[at]
            params[key] = ["~".join(parts)]


def smudged(rng: random.Random, room: str, count: int) -> Iterator[str]:
    """Raw queries in which some characters are not what they were."""
    kept = list(read("frozen")[room])
    signs = [*"+&=~%.,;:()<>'\"? #-_/|", "%20", "%2B", "%25", "%00", "%FF", "&amp;", "\ud800", "\u200b", "²", "１", "−"]
    for _ in range(count):
        query = rng.choice(kept)
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(query) + 1)
            query = query[:at] + rng.choice(["", rng.choice(signs)]) + query[at + rng.randint(0, 2) :]
        yield query


PLAIN = [
    "0", "1", "-1", "2.5", "1000", "0.1", "nan", "1e300", "abc", "", "none", "relu", "adam", "newton", "rprop", "lstm",
    "mlp", "cnn", "beale", "time", "rosenbrock~2", "adam~cosine~step", "lbfgs~l1~0.1", "rnn~gate~2", "0~1~0~1"
]  # fmt: skip
NAMES = ["depth", "slope", "residual", "activation", "l1", "clip", "gate", "learning_rate", "batch", "weight", "colour"]


def plain_mutants(rng: random.Random, room: str, count: int) -> Iterator[dict[str, str]]:
    """Links in this page's own spelling, of which each part may be anything: crossed, doubled, put elsewhere."""
    kept = [parse_qs(link, keep_blank_values=True) for link in read("frozen")[room]]
    for _ in range(count):
        link = {key: texts[-1] for key, texts in rng.choice(kept).items()}
        for _ in range(rng.randint(1, 3)):
            other = {key: texts[-1] for key, texts in rng.choice(kept).items()}
            key = rng.choice([*link, rng.choice(KEYS[:28])])
            parts = link.get(key, "").split("~")
            at = rng.randrange(len(parts))
            match rng.randrange(5):
                case 0:
                    link |= dict(rng.sample(list(other.items()), min(len(other), 2)))
                case 1:
                    link[key] = rng.choice(PLAIN)
                case 2:
                    link[key] = "~".join([*parts, rng.choice(NAMES), rng.choice(PLAIN[:9])])
                case 3:
                    link[key] = "~".join([*parts, *parts[at:]])
                case _:
                    parts[at] = rng.choice([*PLAIN[:9], *NAMES])
                    link[key] = "~".join(parts)
        yield {key: text for key, text in link.items() if len(text) < 500}
