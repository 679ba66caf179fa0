"""Rows on whether the questions of a scale go together."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from evaltool.plan import SCALE, Plan
from evaltool.results import Estimate
from evaltool.stats.counting import POPULATION, state_column
from evaltool.stats.reliability import Scale, scale_reliability
from evaltool.stats.rows import FEW_ANSWERS, NO_ANSWERS, respondents, told
from evaltool.stats.units import DISPOSITION, Answers, Units, interviews
from evaltool.survey.footing import Footing

ALPHA = "Cronbach's alpha, Feldt 95 %"
OMEGA = "McDonald's omega, one factor"
AGAINST = "runs against the others"
_INTERVIEWS = ("I", "P")


def scale_rows(plan: Plan, units: Units, answers: Sequence[Answers]) -> list[Estimate]:
    """Alpha and omega of every scale in every population, over those who answered all its questions.

    Where a population answered versions that cannot be put together, those with most interviews count.
    """
    table = units.table
    eligible = table[table[state_column(DISPOSITION)].notna()]
    rows: list[Estimate] = []
    for name in plan.scales:
        for population in sorted(set(table[POPULATION])):
            courses = eligible.loc[eligible[POPULATION] == population, ["unit", POPULATION]]
            rows += _rows(plan, name, courses, answers, str(population))
    return rows


def _rows(
    plan: Plan, name: str, courses: pd.DataFrame, answers: Sequence[Answers], population: str
) -> Iterator[Estimate]:
    scale = plan.scales[name]
    survey = scale.survey or plan.population.survey
    parts = [_within(item, courses) for item in answers if item.name == survey]
    asked = _put_together(plan.footing(SCALE + name), parts)
    joined = interviews(survey, set(scale.items), asked, courses)
    codes = {item: _ranks(plan.variable(survey, item).codes, joined, item) for item in scale.items}
    found = scale_reliability(codes)
    people = len({unit for item in asked for unit in item.frame["unit"]})
    lacking = people - found.n_complete
    known: dict[str, Any] = {
        "indicator": name,
        "population": population,
        "n": found.n_complete,
        "base": respondents(plan, None),
        "missing": told({"incomplete": lacking} if lacking else {}),
    }
    ends = found.interval
    limits: dict[str, Any] = {"conf_low": ends.low, "conf_high": ends.high} if ends else {}
    warning = _warning(found, plan.few)
    yield Estimate(statistic="alpha", **known, **limits, estimate=found.alpha, method=ALPHA, warning=warning)
    said = warning if found.omega is not None or found.alpha is None else found.warning
    yield Estimate(statistic="omega", **known, estimate=found.omega, method=OMEGA, warning=said)


def _within(item: Answers, courses: pd.DataFrame) -> Answers:
    """The interviews of these courses."""
    frame = item.frame
    whole = frame["disposition"].isin(_INTERVIEWS) & frame["unit"].isin(courses["unit"])
    return Answers(survey=item.survey, frame=frame[whole], dispositions=item.dispositions)


def _put_together(footing: Footing, parts: Sequence[Answers]) -> list[Answers]:
    """Of the versions those with most interviews that can be put together; of several the latest."""
    joins: dict[int, list[Answers]] = {}
    for item in parts:
        joins.setdefault(footing.join(item.version) if footing.joins else 0, []).append(item)
    if not joins:
        return []
    return max(
        joins.values(), key=lambda part: (sum(len(item.frame) for item in part), max(item.version for item in part))
    )


def _ranks(codes: Sequence[str], joined: pd.DataFrame, item: str) -> list[float | None]:
    places = {code: float(place) for place, code in enumerate(codes)}
    return [places.get(str(code)) for code in joined[item]] if item in joined else [None] * len(joined)


def _warning(found: Scale, few: int) -> str:
    if found.alpha is None:
        return found.warning if found.n_complete else NO_ANSWERS
    against = [item for item, total in zip(found.items, found.item_total, strict=True) if (total or 0) < 0]
    said = [f"{AGAINST}: {', '.join(f'«{item}»' for item in against)}"] if against else []
    return "; ".join([*([FEW_ANSWERS] if found.n_complete < few else []), *said])
