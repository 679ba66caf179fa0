"""The analysis plan: which shares are made from which answers, decided before anybody sees them."""

from evaltool.plan.load import load_plan
from evaltool.plan.model import CODES, RESERVED, Indicator, Paired, Panel, Plan, PlanFile, Population, Variable

__all__ = [
    "CODES",
    "RESERVED",
    "Indicator",
    "Paired",
    "Panel",
    "Plan",
    "PlanFile",
    "Population",
    "Variable",
    "load_plan",
]
