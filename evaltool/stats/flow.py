"""How far the courses came on the way to an answer: invited, opened, begun, answered."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from evaltool.plan import Plan
from evaltool.responses.clean import STAGES
from evaltool.results import Estimate
from evaltool.stats.counting import Group, Tally
from evaltool.stats.rows import Scope
from evaltool.stats.units import FLOW, NOT_INVITED
from evaltool.text import pick

FLOW_STAGES = ("eligible", *STAGES)


def flow_rows(plan: Plan, group: Group, tally: Tally) -> Iterator[Estimate]:
    """One row a stage: those who came at least so far, of all eligible. The last are those with an interview."""
    scope = Scope(plan, group, FLOW, tally, pick(plan.population.units, plan.language))
    counts = _at_least([tally.states[stage] for stage in (NOT_INVITED, *STAGES)])
    for stage, count in zip(FLOW_STAGES, counts, strict=True):
        yield scope.row(f"count[{stage}]", estimate=float(count), count=count, n=counts[0])


def _at_least(stopped: Sequence[int]) -> list[int]:
    return [*accumulate(reversed(stopped))][::-1]
