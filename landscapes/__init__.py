"""What is descended."""

import jax

jax.config.update("jax_enable_x64", True)

from landscapes.activations import ACTIVATIONS  # noqa: E402
from landscapes.catalogue import DATASETS, SURFACES  # noqa: E402
from landscapes.formula import FormulaError, parse_formula  # noqa: E402
from landscapes.initializers import INITIALIZERS  # noqa: E402
from landscapes.losses import LOSSES  # noqa: E402
from landscapes.network_loss import NetworkLoss, gradient_flow  # noqa: E402
from landscapes.networks.gallery import NETWORKS  # noqa: E402
from landscapes.networks.normalizations import NORMALIZATIONS  # noqa: E402
from landscapes.surface import ShapeParam, Surface  # noqa: E402

__all__ = [
    "ACTIVATIONS", "DATASETS", "INITIALIZERS", "LOSSES", "NETWORKS", "NORMALIZATIONS", "SURFACES", "FormulaError",
    "NetworkLoss", "ShapeParam", "Surface", "gradient_flow", "parse_formula",
]  # fmt: skip
