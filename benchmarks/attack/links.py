"""Links that nobody wrote by hand: valid ones of odd sizes, which cost most, formulas, and ones with parts mutated."""

import random
from collections.abc import Iterator

from experiments import gradients_link, race_link, training_link
from landscapes import NETWORKS, SURFACES
from optimizers import OPTIMIZERS

Link = tuple[str, str]  # the room and the query
READERS = {"": race_link, "train": training_link, "gradients": gradients_link}
_BITS = ("~", "~~", "&", "=", "%00", "%20", "-1", "1e300", "nan", "inf", "999999", "x" * 300, "<b>", "r1", "none")
_DATA = {"mlp": "moons", "cnn": "digits", "resnet": "digits", "transformer": "characters"}


def formula(rng: random.Random) -> str:
    """A formula that nobody has typed before."""
    a, b, c, d = (f"{rng.uniform(0.5, 3):.4f}" for _ in range(4))
    return f"{a}*x**2 + {b}*y**2 + {c}*sin({d}*x*y)"


def dear_formula(rng: random.Random) -> str:
    """A formula of about two hundred characters whose slopes are much work."""
    parts = [f"sin({rng.uniform(1, 9):.2f}*x)*exp(cos({rng.uniform(1, 9):.2f}*y))" for _ in range(6)]
    return " + ".join(parts)


def query_of(text: str) -> str:
    """A formula as a query."""
    return "formula=" + text.replace("+", "%2B").replace(" ", "%20")


def large_training(rng: random.Random) -> Link:
    """One of the largest trainings that the page offers: four wide networks on the largest data."""
    runs = "&".join(f"n{i}=mlp~depth~11~width~64&r{i}=adam" for i in range(1, 5))
    return "train", f"data=digits&{runs}&steps=5000&seed={rng.randrange(10**6)}"


def odd(rng: random.Random) -> Iterator[Link]:
    """Without end: links of all rooms whose sizes are drawn at random, most of which need programs of their own."""
    while True:
        kind = rng.randrange(6)
        if kind == 0:
            rules = rng.sample(list(OPTIMIZERS), 3)
            runs = "&".join(f"r{i}={rule}" for i, rule in enumerate(rules, 1))
            yield "", f"surface={rng.choice(list(SURFACES))}&{runs}&steps={rng.randint(10, 3000)}"
        elif kind == 1:
            yield "", query_of(formula(rng))
        elif kind == 2:
            sizes = f"c1=relu&c2=tanh~weight~{rng.uniform(0.5, 2):.3f}"
            yield "gradients", f"depth={rng.randint(2, 60)}&width={rng.randint(4, 256)}&{sizes}"
        elif kind == 3:
            yield "gradients", f"mode=time&seed={rng.randrange(10**4)}"
        else:
            name = rng.choice(list(NETWORKS))
            entry = NETWORKS[name]
            sizes = [f"{key}~{rng.randint(int(knob.low), max(int(knob.low), int(knob.high) // 2))}"
                     for key, knob in (("depth", entry.depth), ("width", entry.width))]  # fmt: skip
            data = _DATA.get(name) or ("adding" if "sequence" in entry.kinds else "digits")
            yield "train", f"data={data}&n1={name}~{'~'.join(sizes)}&r1=adam&steps={rng.randint(20, 120)}"


def mutated(rng: random.Random) -> Iterator[Link]:
    """Without end: odd links with a few parts cut out, put in or doubled."""
    for room, query in odd(rng):
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(query) + 1)
            query = rng.choice((query[:at] + rng.choice(_BITS) + query[at:], query[:at], query + "&" + query[at:]))
        yield room, query[:1500]
