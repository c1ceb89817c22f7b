"""Where a visitor can start in each room: experiments by name, each a link, each with what to look for."""

from typing import NamedTuple


class Starter(NamedTuple):
    """An experiment that is worth a look.

    Attributes:
        title: its name, in a few words.
        look: what to look for, in a line.
        link: its parameters, as the room writes them.
    """

    title: str
    look: str
    link: dict[str, str]


def _starter(title: str, look: str, **link: str) -> Starter:
    return Starter(title, look, {"v": "1", **link})


_VALLEY = {
    "surface": "quadratic",
    "shape": "condition~60~angle~40",
    "x": "-1.9",
    "y": "-0.9",
    "tuned": "-1.9~-0.9",
    "steps": "160",
}
_SIGMOID = "mlp~depth~10~width~64~activation~sigmoid~initializer~lecun_normal"

RACE = (
    _starter("Three ways down", "who swings, who turns, who creeps",
             **_VALLEY, r1="gradient_descent", r2="momentum", r3="adam"),
    _starter("Rate too high", "a zigzag that no longer shrinks",
             **{**_VALLEY, "steps": "80"}, r1="gradient_descent~learning_rate~0.01",
             r2="gradient_descent~learning_rate~0.032", r3="gradient_descent~learning_rate~0.0345"),
    _starter("Why momentum", "swings cancel, speed adds up",
             **{**_VALLEY, "steps": "250"}, r1="gradient_descent", r2="momentum", r3="nesterov"),
    _starter("Four wells", "one start, and they part",
             surface="himmelblau", r1="gradient_descent", r2="momentum", r3="adam", steps="200"),
    _starter("Noise and schedules", "a jitter only a falling rate calms",
             surface="quadratic", shape="condition~2", noise="1", steps="1000",
             r1="gradient_descent~learning_rate~0.1", r2="gradient_descent~learning_rate~0.1~cosine"),
    _starter("Five optimizers", "two more rules in the same valley",
             **_VALLEY),
    _starter("Your own formula", "type f(x, y), drop the ball anywhere",
             formula="x**2 + 3*sin(y)", r1="gradient_descent", r2="momentum", r3="adam", steps="160"),
)  # fmt: skip
TRAIN = (
    _starter("Spirals", "a boundary that winds itself around",
             data="spirals", steps="400", n1="mlp~width~32", r1="adam"),
    _starter("Ten sigmoid layers", "nothing reaches layer 1; skips mend it",
             data="digits", n1=_SIGMOID, r1="adam", n2=f"{_SIGMOID}~residual~1", r2="adam"),
    _starter("Overfit, then stop", "the unseen loss turns up again",
             size="60", noise="0.4", patience="8", n1="mlp~width~64", r1="adam"),
    _starter("Which digits are wrong?", "the last few errors, one by one", data="digits", n1="cnn", r1="adam"),
    _starter("A memory task", "two numbers to keep until the end",
             data="adding", n1="lstm", r1="adam", n2="rnn", r2="adam"),
)  # fmt: skip
GRADIENTS = (
    _starter("Sigmoid starves", "a line that falls at every layer",
             c1="sigmoid", c2="tanh", c3="relu~weight~1.414"),
    _starter("ReLU with He’s scale", "a line that stays level",
             depth="30", c1="relu~weight~1.414", c2="relu", c3="relu~weight~1.8",
             c4="leaky_relu~weight~1.387~slope~0.2"),
    _starter("Edge of chaos", "nothing fades and nothing grows",
             depth="60", c1="tanh~weight~1.327~bias~0.224", c2="tanh~bias~0.224",
             c3="tanh~weight~2~bias~0.224"),
    _starter("Skips rescue", "the same net, with a way around",
             depth="40", c1="sigmoid", c2="sigmoid~skip~plain", c3="sigmoid~skip~scaled",
             c4="relu~weight~1.414~skip~scaled", open="2"),
    _starter("A rate that kills", "units that never switch on again", mode="dying", rate="1", depth="3", seed="1"),
    _starter("Batch norm explodes", "a norm that makes gradients grow",
             depth="60", c1="relu~weight~1.414~normalization~batch", c2="relu~weight~1.414~normalization~layer",
             c3="relu~weight~1.414", c4="tanh~normalization~batch"),
    _starter("Three recurrent nets", "at 0.9 it fades, at 1.1 it grows",
             mode="time", t1="rnn~activation~identity~scale~0.9", t2="rnn~activation~identity",
             t3="rnn~activation~identity~scale~1.1", t4="rnn"),
    _starter("Memory that keeps", "a gate with a bias holds its gradient",
             mode="time", t1="lstm~scale~0.25~gate~5", t2="lstm~scale~0.25~gate~3", t3="lstm~scale~0.25",
             t4="gru~scale~0.25~gate~5", t5="gru~scale~0.25", t6="rnn"),
)  # fmt: skip
