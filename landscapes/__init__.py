"""What is descended."""

import jax

jax.config.update("jax_enable_x64", True)

from landscapes.catalogue import SURFACES  # noqa: E402
from landscapes.formula import FormulaError, parse_formula  # noqa: E402
from landscapes.surface import ShapeParam, Surface  # noqa: E402

__all__ = ["SURFACES", "FormulaError", "ShapeParam", "Surface", "parse_formula"]
