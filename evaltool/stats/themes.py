"""Rows of what coders found in open answers: themes, how much is coded, and how far two coders agree."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evaltool.plan import Plan
from evaltool.responses.coding import CodedQuestion
from evaltool.responses.tables import table_holds
from evaltool.results import Estimate
from evaltool.stats.agreement import Alpha, Kappa, cohen_kappa, krippendorff_alpha
from evaltool.stats.counting import Group, Tally, in_order, value
from evaltool.stats.groupings import words
from evaltool.stats.rows import FEW_ANSWERS, Scope
from evaltool.stats.units import courses_of
from evaltool.text import pick, say

KAPPA = "Cohen's kappa"
ALPHA = "Krippendorff's alpha, nominal, of the whole set of themes"


@dataclass(frozen=True)
class Agreement:
    """How far two coders agree: on each theme, and on the whole set of themes that an answer has."""

    themes: Mapping[str, Kappa]
    whole: Alpha


def agreement(question: CodedQuestion) -> Agreement | None:
    """The agreement of the two coders of a question, each answer having a theme or not; `None` if there is only one."""
    if len(question.coders) != 2:
        return None
    codes = [[answer.themes_of(coder) for answer in question.answers] for coder in question.coders]
    themes: dict[str, Kappa] = {}
    for theme in question.themes:
        has = [[None if found is None else theme in found for found in own] for own in codes]
        themes[theme] = cohen_kappa(*has)
    return Agreement(themes, krippendorff_alpha(*codes))


def theme_rows(plan: Plan, questions: Sequence[CodedQuestion], roster: pd.DataFrame) -> list[Estimate]:
    """For every population the themes of its eligible courses' answers, how many are coded, and the agreement."""
    courses = courses_of(plan, roster)
    eligible = courses[table_holds(plan.population.eligible, courses)]
    members = dict(zip(eligible["unit"], words(eligible[plan.population.column], ""), strict=True))
    populations = in_order(members.values())
    return [row for name in populations for each in questions for row in _rows(plan, name, _among(each, members, name))]


def _among(question: CodedQuestion, members: Mapping[str, str], population: str) -> CodedQuestion:
    answers = tuple(item for item in question.answers if members.get(item.answer.unit) == population)
    return CodedQuestion(question.question, question.themes, question.coders, answers)


def _rows(plan: Plan, population: str, question: CodedQuestion) -> Iterator[Estimate]:
    found = [item.mark for item in question.answers if item.mark]
    people = pick(plan.population.respondents, plan.language)
    base = say("{respondents} who wrote an answer that is coded", plan.language, respondents=people)
    tally = Tally({value("coded"): len(found)})
    scope = Scope(plan, Group(population), question.question, tally, base)
    for theme in question.themes:
        yield scope.share(f"theme[{theme}]", sum(theme in mark.themes for mark in found))
    written = len(question.answers)
    wrote = say("{respondents} who wrote an answer", plan.language, respondents=people)
    share = len(found) / written if written else None
    yield scope.row("coded", estimate=share, count=len(found), n=written, base=wrote)
    twice = say("{respondents} who wrote an answer that both coders coded", plan.language, respondents=people)
    yield from _agreement_rows(scope, question, twice)


def _agreement_rows(scope: Scope, question: CodedQuestion, base: str) -> Iterator[Estimate]:
    found = agreement(question)
    if found is None:
        return
    for theme, kappa in found.themes.items():
        limits = {"conf_low": kappa.interval.low, "conf_high": kappa.interval.high} if kappa.interval else {}
        known: dict[str, Any] = {"estimate": kappa.kappa, "std_error": kappa.se, **limits}
        warning = _warning(scope.plan, kappa.n, kappa.warning)
        yield scope.row(
            f"kappa[{theme}]", **known, count=kappa.agreed, n=kappa.n, base=base, method=KAPPA, warning=warning
        )
    whole = found.whole
    warning = _warning(scope.plan, whole.n, whole.warning)
    yield scope.row("alpha", estimate=whole.alpha, n=whole.n, base=base, method=ALPHA, warning=warning)


def _warning(plan: Plan, n: int, warning: str) -> str:
    return "; ".join(filter(None, (FEW_ANSWERS if n < plan.few else "", warning)))
