"""The analysis plan: which shares are made from which answers, decided before anybody sees them."""

from evaltool.plan.load import SCALE, load_plan
from evaltool.plan.model import (
    CODES,
    RESERVED,
    TAKEN,
    Compared,
    FamilyMethod,
    Grouping,
    Indicator,
    Paired,
    Panel,
    Plan,
    PlanFile,
    Population,
    Recorded,
    Scale,
    Variable,
    Weights,
)

__all__ = [
    "CODES",
    "RESERVED",
    "SCALE",
    "TAKEN",
    "Compared",
    "FamilyMethod",
    "Grouping",
    "Indicator",
    "Paired",
    "Panel",
    "Plan",
    "PlanFile",
    "Population",
    "Recorded",
    "Scale",
    "Variable",
    "Weights",
    "load_plan",
]
