"""The names that people give to what this page has, beside the names and titles of the catalogues.

An alias stands here only where it means one thing: ``camel``, ``alpha`` and ``he`` mean several. Names are compared by
their letters and digits alone, so that case, blanks, hyphens and what a text left behind a link do not count.
"""

import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

NAMES: dict[str, dict[str, str]] = {
    "surface": {
        "banana": "rosenbrock", "branin_hoo": "branin", "camel3": "three_hump_camel", "camel6": "six_hump_camel",
        "3_hump_camel": "three_hump_camel", "6_hump_camel": "six_hump_camel", "three_hump": "three_hump_camel",
        "six_hump": "six_hump_camel", "goldstein": "goldstein_price", "styblinski": "styblinski_tang",
        "levy13": "levy", "levy_n13": "levy",
    },
    "optimizer": {
        "sgd": "gradient_descent", "gd": "gradient_descent", "vanilla_sgd": "gradient_descent",
        "steepest_descent": "gradient_descent", "stochastic_gradient_descent": "gradient_descent",
        "heavy_ball": "momentum", "polyak_momentum": "momentum", "classical_momentum": "momentum",
        "sgd_momentum": "momentum", "momentum_sgd": "momentum", "sgd_with_momentum": "momentum",
        "gradient_descent_with_momentum": "momentum", "nag": "nesterov", "nesterov_momentum": "nesterov",
        "nesterov_accelerated_gradient": "nesterov", "sgd_nesterov": "nesterov", "signgd": "sign_sgd",
        "sign_gradient_descent": "sign_sgd", "resilient_propagation": "rprop", "adam_with_weight_decay": "adamw",
        "nesterov_adam": "nadam", "rectified_adam": "radam", "adam_amsgrad": "amsgrad",
        "polyak_step_size": "polyak_sgd", "newtons_method": "newton", "newton_raphson": "newton",
        "limited_memory_bfgs": "lbfgs", "sharpness_aware_minimization": "sam",
    },
    "schedule": {
        "none": "constant", "fixed": "constant", "step_decay": "step", "exponential_decay": "exponential",
        "exp_decay": "exponential", "cosine_annealing": "cosine", "cosine_decay": "cosine",
        "cosine_with_warmup": "warmup_cosine", "cosine_warmup": "warmup_cosine", "1cycle": "one_cycle",
        "inverse_time_decay": "inverse_time", "linear_decay": "linear", "warmup_stable_decay": "wsd",
    },
    "data": {
        "two_moons": "moons", "make_moons": "moons", "make_circles": "circles", "make_blobs": "blobs",
        "sine": "noisy_sine", "exclusive_or": "xor",
        "text": "characters", "license_text": "characters", "load_digits": "digits", "adding_problem": "adding",
    },
    "network": {
        "dense": "mlp", "fully_connected": "mlp", "multilayer_perceptron": "mlp",
        "convnet": "cnn", "residual_network": "resnet", "recurrent_network": "rnn",
        "long_short_term_memory": "lstm", "gated_recurrent_unit": "gru", "logistic_regression": "softmax_regression",
    },
    "activation": {
        "linear": "identity", "logistic": "sigmoid", "swish": "silu", "parametric_relu": "prelu", "lrelu": "leaky_relu",
        "sin": "sine", "hyperbolic_tangent": "tanh", "rectified_linear_unit": "relu",
    },
    "initializer": {
        "xavier_uniform": "glorot_uniform", "xavier_normal": "glorot_normal", "kaiming_uniform": "he_uniform",
        "kaiming_normal": "he_normal", "zero": "zeros",
    },
    "normalization": {
        "batch_norm": "batch", "batch_normalization": "batch", "layer_norm": "layer", "layer_normalization": "layer",
        "rms_norm": "rms", "no": "none",
    },
    "loss": {"ce": "cross_entropy", "log_loss": "cross_entropy", "brier_score": "brier"},
}  # fmt: skip
"""By kind of catalogue: a name that people use, and the entry's own."""

KNOBS: dict[str, tuple[str, ...]] = {
    "lr": ("learning_rate", "max_learning_rate"), "learning_rate": ("max_learning_rate",),
    "rate": ("learning_rate", "max_learning_rate"), "eta": ("learning_rate",), "η": ("learning_rate",),
    "step_size": ("learning_rate",), "max_lr": ("max_learning_rate",), "mom": ("momentum",), "mu": ("momentum",),
    "beta": ("momentum",), "β": ("momentum",), "beta1": ("b1",), "beta2": ("b2",), "beta3": ("b3",), "β1": ("b1",),
    "β2": ("b2",), "β3": ("b3",), "epsilon": ("eps",), "ε": ("eps",), "wd": ("weight_decay",),
    "clip_norm": ("clip",), "grad_clip": ("clip",), "gradient_clipping": ("clip",), "max_norm": ("clip",),
    "decoupled_weight_decay": ("decoupled",), "layers": ("depth",), "num_layers": ("depth",),
    "hidden_layers": ("depth",), "units": ("width",), "hidden_units": ("width",), "hidden_size": ("width",),
    "batch_size": ("batch",), "init": ("initializer",), "norm": ("normalization",), "skips": ("residual",),
    "cond": ("condition",), "condition_number": ("condition",),
}  # fmt: skip
"""A name of a number or a setting, and what it may be called here: the first that its owner has."""

PARAMETERS = {
    "landscape": "surface", "f": "formula", "equation": "formula", "expression": "formula",
    "domain": "box", "x0": "x", "y0": "y", "num_steps": "steps", "n_steps": "steps", "iterations": "steps",
    "iters": "steps", "random_seed": "seed", "random_state": "seed", "dataset": "data", "n_samples": "size",
    "optimizer": "r#", "optimiser": "r#", "optimizers": "r#", "optimisers": "r#", "network": "n#", "networks": "n#",
    "model": "n#", "models": "n#", "net": "n#", "activation": "c#", "activations": "c#", "cell": "t#", "cells": "t#",
}  # fmt: skip
"""A parameter of a link as people call it; ``#`` is the first number that is free."""

_TRACKING = {
    "fbclid", "gclid", "msclkid", "dclid", "yclid", "twclid", "ttclid", "wbraid", "gbraid", "srsltid", "gad_source",
    "mc_cid", "mc_eid", "igshid", "igsh", "si", "ref", "ref_src", "_ga", "_gl", "_kx", "mkt_tok", "s_kwcid",
    "oly_enc_id", "trk", "li_fat_id", "epik", "embed", "embed_options",
}  # fmt: skip
_TRACKING_STEMS = ("utm_", "_hs", "__hs", "hsa_", "vero_", "pk_", "mtm_", "_ga_")
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
_BEFORE, BEHIND = "\"'“”‘’«»`<([", ".,;:!?)]}>\"'“”‘’«»`…"


def letters(text: str) -> str:
    """What of a name counts when names are compared: its letters and digits, in lower case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def is_tracking(key: str) -> bool:
    """Whether a parameter is one of those that mail, networks and Streamlit add to any link."""
    return key.lower() in _TRACKING or key.lower().startswith(_TRACKING_STEMS)


def without_quotes(text: str) -> str:
    """A text without the quotes, brackets and stops that stood around it."""
    return text.strip().lstrip(_BEFORE).rstrip(BEHIND).strip()


def meant(text: str, known: Collection[str], kind: str = "") -> str | None:
    """The one name of ``known`` that a text means, by its name, its title or an alias; None where none is plain."""
    if text in known:
        return text
    said, titles = letters(text), known if isinstance(known, Mapping) else {}
    if not said:
        return None
    found = {name for name in known if said in (letters(name), letters(_title(titles.get(name))))}
    found |= {own for alias, own in NAMES.get(kind, {}).items() if own in known and letters(alias) == said}
    return found.pop() if len(found) == 1 else None


def _title(entry: Any) -> str:
    return entry if isinstance(entry, str) else getattr(entry, "title", "")


def knob_meant(text: str, known: Collection[str]) -> str | None:
    """The one number or setting of ``known`` that a text means."""
    name = meant(text, known)
    if name is None and letters(text):
        others = [own for alias, owns in KNOBS.items() if letters(alias) == letters(text) for own in owns]
        name = next((own for own in others if own in known), None)
    return name
