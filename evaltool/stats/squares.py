"""The start × end table of a paired question, as states that are counted."""

from collections.abc import Sequence

from evaltool.plan import Indicator, Plan
from evaltool.stats.counting import Tally

THEN = ">"  # between the code at the start and that at the end
HIGHER, SAME, LOWER = "higher", "same", "lower"


def change(start: str, end: str) -> str:
    return start + THEN + end


def upwards(plan: Plan, indicator: Indicator) -> tuple[str, ...]:
    """The codes of a paired question, from low to high."""
    assert indicator.paired is not None
    variable = plan.variable(indicator.survey or plan.population.survey, indicator.paired.variable)
    return tuple(reversed(variable.codes)) if variable.scale == "descending" else variable.codes


def square(plan: Plan, indicator: Indicator, tally: Tally) -> list[list[int]]:
    """The table of a paired change: a row for each code at the start, a column for each at the end, low to high."""
    codes = upwards(plan, indicator)
    return [[tally.of(change(start, end)) for end in codes] for start in codes]


def changes(table: Sequence[Sequence[int]]) -> dict[str, int]:
    """How many of a `square` are higher, the same, or lower at the end."""
    found = {HIGHER: 0, SAME: 0, LOWER: 0}
    for start, row in enumerate(table):
        for end, n in enumerate(row):
            found[HIGHER if end > start else LOWER if end < start else SAME] += n
    return found
