"""Rows on whether the questions of a scale go together."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from evaltool.plan import SCALE, Plan
from evaltool.results import Estimate
from evaltool.stats.counting import OTHER_VERSION, POPULATION, state_column
from evaltool.stats.rates import INTERVIEWS
from evaltool.stats.reliability import Scale, scale_reliability
from evaltool.stats.rows import FEW_ANSWERS, NO_ANSWERS, compared_where, respondents, told
from evaltool.stats.units import DISPOSITION, Answers, Units, common_states, courses_of, interviews, largest
from evaltool.survey.footing import Footing

ALPHA = "Cronbach's alpha, Feldt 95 %"
OMEGA = "McDonald's omega, one factor"
AGAINST = "runs against the others"


def scale_rows(plan: Plan, units: Units, answers: Sequence[Answers], roster: pd.DataFrame) -> list[Estimate]:
    """Alpha and omega of every scale in every population, over those who answered all its questions.

    Where a population answered versions that cannot be put together, those with most interviews count; where it
    answered several that can, only people whom all of them can compare.
    """
    courses = courses_of(plan, roster)
    table = units.table
    eligible = table[table[state_column(DISPOSITION)].notna()]
    rows: list[Estimate] = []
    for name in plan.scales:
        for population in sorted(set(table[POPULATION])):
            members = courses[courses["unit"].isin(eligible.loc[eligible[POPULATION] == population, "unit"])]
            rows += _rows(plan, name, members, answers, str(population))
    return rows


def _rows(
    plan: Plan, name: str, courses: pd.DataFrame, answers: Sequence[Answers], population: str
) -> Iterator[Estimate]:
    scale = plan.scales[name]
    survey = scale.survey or plan.population.survey
    parts = [_within(item, courses) for item in answers if item.name == survey]
    asked = _put_together(plan.footing(SCALE + name), parts)
    within = plan.footing(SCALE + name).within if len(asked) > 1 else ()
    joined, other = _compared(plan, name, asked, courses)
    codes = {item: _ranks(plan.variable(survey, item).codes, joined, item) for item in scale.items}
    found = scale_reliability(codes)
    missing = {"incomplete": len(joined) - found.n_complete, OTHER_VERSION: other}
    known: dict[str, Any] = {
        "indicator": name,
        "population": population,
        "n": found.n_complete,
        "base": compared_where(plan, within, respondents(plan, None)),
        "missing": told({why: number for why, number in missing.items() if number}),
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
    whole = frame["disposition"].isin(INTERVIEWS) & frame["unit"].isin(courses["unit"])
    return Answers(survey=item.survey, frame=frame[whole], dispositions=item.dispositions)


def _put_together(footing: Footing, parts: Sequence[Answers]) -> list[Answers]:
    counts = {item.version: len(item.frame) for item in parts if len(item.frame)}
    counted = largest(footing, counts) if counts else ()
    return [item for item in parts if item.version in counted]


def _compared(plan: Plan, name: str, asked: Sequence[Answers], courses: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Their interviews; of several versions only those that all can compare, and how many are in no common version."""
    scale = plan.scales[name]
    questions = {*scale.items, *plan.answers_in(" and ".join(plan.footing(SCALE + name).within))}
    joined = interviews(scale.survey or plan.population.survey, questions, asked, courses)
    joined = joined[joined["unit"].isin(unit for item in asked for unit in item.frame["unit"])]
    if len(asked) < 2:
        return joined, 0
    states = common_states(plan, SCALE + name, joined, pd.Series("", index=joined.index, dtype="object"))
    return joined[states == ""], int((states == OTHER_VERSION).sum())


def _ranks(codes: Sequence[str], joined: pd.DataFrame, item: str) -> list[float | None]:
    places = {code: float(place) for place, code in enumerate(codes)}
    return [places.get(str(code)) for code in joined[item]] if item in joined else [None] * len(joined)


def _warning(found: Scale, few: int) -> str:
    if found.alpha is None:
        return found.warning if found.n_complete else NO_ANSWERS
    against = [item for item, total in zip(found.items, found.item_total, strict=True) if (total or 0) < 0]
    said = [f"{AGAINST}: {', '.join(f'«{item}»' for item in against)}"] if against else []
    return "; ".join([*([FEW_ANSWERS] if found.n_complete < few else []), *said])
