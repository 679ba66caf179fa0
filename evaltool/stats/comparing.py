"""The comparisons of the plan: levels of a grouping within each population, or the populations themselves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from evaltool.plan import CODES, Plan
from evaltool.results import Estimate
from evaltool.stats.compared_levels import (
    Levels,
    Pair,
    pair_rows,
    pairs_are_claims,
    shrunken_rows,
    trend_row,
    whole_rows,
)
from evaltool.stats.counting import POPULATION, Counts, Group, Tally, by_column, in_order, state_column
from evaltool.stats.multiplicity import Adjustment, adjust_p_values
from evaltool.stats.rows import common_base, respondents
from evaltool.stats.standardised import standardised_rows
from evaltool.stats.units import COMMON, Units, survey_of

BY_ANSWER = "grouped by an answer: who is in which level may itself follow from the outcome"
NO_THREE = "fewer than three comparable populations have answers: no trend"
_ADJUSTMENTS: dict[str, tuple[Adjustment, str]] = {
    "holm": ("holm", "Holm"),
    "benjamini_hochberg": ("bh", "Benjamini-Hochberg"),
}


def comparison_rows(plan: Plan, units: Units, counts: Counts) -> list[Estimate]:
    """All rows of the plan's comparisons, each p value of a family with its adjusted one beside it."""
    populations = in_order(group.population for group in counts)
    rows: dict[str, Estimate] = {}
    for name, declared in plan.comparisons.items() if populations else ():
        across = declared.by == plan.population.column
        found = _across(plan, name, units, counts) if across else _within(plan, name, units, counts, populations)
        for row in found:
            rows.setdefault(row.id, row)  # two comparisons of the same levels have the same shrunken shares
    return _with_adjusted(plan, list(rows.values()))


def _within(plan: Plan, name: str, units: Units, counts: Counts, populations: Sequence[str]) -> Iterator[Estimate]:
    """The levels of a grouping; of three or more also whether there is any difference, and shrunken shares."""
    declared, order = plan.comparisons[name], plan.levels(plan.comparisons[name].by)
    reference = declared.reference or order[0]
    pairs = [Pair(reference, level) for level in order if level != reference]
    for population in populations:
        for indicator in declared.indicators:
            groups = {
                group.level: tallies for group, tallies in counts.items() if _is_of(group, population, declared.by)
            }
            tallies = {level: _tally(groups.get(level), indicator) for level in order}
            ordered = _has_scale(plan, indicator)
            levels = Levels(
                plan=plan,
                comparison=name,
                indicator=indicator,
                population=population,
                tallies=tallies,
                answers={at: _tally(groups.get(at), indicator + CODES, indicator) for at in order} if ordered else {},
                pairs=pairs,
                base=_base(plan, units, indicator, population),
                note="; ".join(_notes(plan, declared.by, groups, indicator)),
                weighting=units.weighting.get(population, ""),
            )
            for pair in pairs:
                yield from pair_rows(levels, pair)
            if len(order) > 2:
                yield from whole_rows(levels)
                yield from shrunken_rows(levels)
            if declared.covariates:
                here = units.table[units.table[POPULATION] == population]
                yield from standardised_rows(levels, _answers(levels, here, indicator, by_column(declared.by)))


def _is_of(group: Group, population: str, by: str) -> bool:
    return (group.population, group.by) == (population, by)


def _tally(tallies: Mapping[str, Tally] | None, *measures: str) -> Tally:
    """The tally of the first of these measures that is counted; an empty one for a level that nobody has."""
    found = (tallies[measure] for measure in measures if tallies and measure in tallies)
    return next(found, Tally({}))


def _has_scale(plan: Plan, name: str) -> bool:
    indicator = plan.indicators[name]
    return bool(indicator.variable and plan.variable(survey_of(plan, indicator), indicator.variable).scale)


def _base(plan: Plan, units: Units, indicator: str, population: str) -> str:
    mixed = len(units.versions.get((indicator, population), ())) > 1
    return common_base(plan, indicator) if mixed else respondents(plan, plan.indicators[indicator])


def _notes(plan: Plan, by: str, groups: Mapping[str, Mapping[str, Tally]], indicator: str) -> Iterator[str]:
    left_out = sum(_tally(groups[level], indicator).answered for level in groups if level not in plan.levels(by))
    if left_out:
        yield f"left out: {left_out} answers without «{by}»"
    if plan.by_answers(by):
        yield BY_ANSWER


def _answers(levels: Levels, table: pd.DataFrame, measure: str, by: str) -> pd.DataFrame:
    """A row an answer, as `standardised_rows` reads it."""
    states = table[state_column(measure)]
    columns = {"level": table[by], "state": states}
    columns |= {by_column(name): table[by_column(name)] for name in levels.declared.covariates}
    return pd.DataFrame(columns)[states.str.startswith("=").fillna(value=False).astype(bool)]


def _across(plan: Plan, name: str, units: Units, counts: Counts) -> Iterator[Estimate]:
    """Every population against the one before it, or the reference; never over a break between versions."""
    for indicator in plan.comparisons[name].indicators:
        measure = indicator + COMMON if plan.footing(indicator).narrowed else indicator
        levels = _populations(plan, (name, indicator, measure), units, counts)
        for pair in levels.pairs:
            yield from pair_rows(levels, pair)
        together = list(_comparable(levels, units))
        many = [part for part in together if len(part) > 2]
        for part in many:
            some = _only(levels, units, part)
            yield from whole_rows(some)
            yield trend_row(some)
        if not levels.pairs:
            yield from whole_rows(levels)
        elif len(levels.tallies) > 2 and not many:
            yield levels.row("trend_test", warning=NO_THREE, status="exploratory")
        if levels.declared.covariates:
            yield from standardised_rows(levels, _answers(levels, units.table, measure, POPULATION), together)


def _populations(plan: Plan, names: tuple[str, str, str], units: Units, counts: Counts) -> Levels:
    """The populations as levels, counted of whom all versions can compare; a reference that is none has no answers."""
    comparison, indicator, measure = names
    populations = in_order(group.population for group in counts)
    reference = plan.comparisons[comparison].reference
    order = [*([reference] if reference and reference not in populations else []), *populations]
    pairs = [(reference, level) for level in order if level != reference] if reference else pairwise(order)
    tallies = {at: _tally(counts.get(Group(at)), measure) for at in order}
    answers = {at: _tally(counts.get(Group(at)), indicator + CODES, measure) for at in order}
    return Levels(
        plan=plan,
        comparison=comparison,
        indicator=indicator,
        population="+".join(populations),
        tallies=tallies,
        answers=answers if _has_scale(plan, indicator) else {},
        answers_apart=_codes_apart(plan, indicator, units, populations),
        pairs=[
            Pair(at, to, _apart(plan, indicator, units, (at, to)), _codes_apart(plan, indicator, units, (at, to)))
            for at, to in pairs
        ],
        base=common_base(plan, indicator),
        weighting="; ".join(f"{at}: {note}" for at in populations if (note := units.weighting.get(at))),
    )


def _apart(plan: Plan, measure: str, units: Units, populations: Sequence[str]) -> str:
    """Why what these populations answered cannot be compared ("" if it can)."""
    found = [units.versions.get((measure, at), frozenset[int]()) for at in populations]
    return plan.footing(measure).why_apart(frozenset[int]().union(*found))


def _codes_apart(plan: Plan, indicator: str, units: Units, populations: Sequence[str]) -> str:
    """The same for the answers code by code, which may be comparable less far than the share."""
    codes = indicator + CODES
    if codes not in plan.footings:
        return ""
    narrowed = "the answers code by code can be compared of a part of the people only"
    return _apart(plan, codes, units, populations) or (narrowed if plan.footing(codes).narrowed else "")


def _comparable(levels: Levels, units: Units) -> Iterator[list[str]]:
    """The populations with answers, those together that can be compared with each other."""
    footing = levels.plan.footing(levels.indicator)
    parts: dict[int, list[str]] = {}
    for population in levels.tallies:
        versions = units.versions.get((levels.indicator, population), frozenset[int]())
        if levels.share(population)[1]:
            join = footing.join(min(versions)) if versions and footing.joins else 0
            parts.setdefault(join, []).append(population)
    yield from parts.values()


def _only(levels: Levels, units: Units, populations: Sequence[str]) -> Levels:
    return replace(
        levels,
        population="+".join(populations),
        tallies={at: levels.tallies[at] for at in populations},
        answers={at: levels.answers[at] for at in populations if at in levels.answers},
        answers_apart=_codes_apart(levels.plan, levels.indicator, units, populations),
    )


def _with_adjusted(plan: Plan, rows: Sequence[Estimate]) -> list[Estimate]:
    """What the plan asks about within a population is a family; other tests of the same answers are not in it."""
    families: dict[tuple[str, str], list[Estimate]] = {}
    for row in rows:
        name = row.comparison.partition(":")[0]
        claimed = row.statistic == "p_value" and bool(row.level) == pairs_are_claims(plan, name)
        family = plan.comparisons[name].family if claimed else None
        if family:
            families.setdefault((family, row.population), []).append(row)
    beside = {row.id: new for (name, _), part in families.items() for row, new in _adjusted(plan, name, part)}
    return [each for row in rows for each in (row, beside.get(row.id)) if each is not None]


def _adjusted(plan: Plan, family: str, rows: Sequence[Estimate]) -> Iterator[tuple[Estimate, Estimate]]:
    method, words = _ADJUSTMENTS[plan.families[family]]
    tests = sum(row.estimate is not None for row in rows)
    told = f"{words} over {tests} tests of «{family}»"
    told += f" ({len(rows) - tests} more have no p value)" if tests < len(rows) else ""
    for row, p in zip(rows, adjust_p_values([row.estimate for row in rows], method=method), strict=True):
        yield row, replace(row, statistic="p_adjusted", estimate=p, method=told)
