"""The units table: one row for each course of the roster, with its state in every measure. Counting reads only this."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import pandas as pd

from evaltool.errors import PlanError
from evaltool.plan import CODES, Indicator, Plan
from evaltool.responses.clean import STAGES
from evaltool.responses.tables import table_holds
from evaltool.stats.counting import (
    NO_INTERVIEW,
    NO_START,
    OTHER_VERSION,
    OUTSIDE_BASE,
    POPULATION,
    REASONS,
    WEIGHT,
    by_column,
    state_column,
    value,
)
from evaltool.stats.groupings import columns_of_groupings, either, levels, recorded, recorded_column, words
from evaltool.stats.rates import DISPOSITIONS, INTERVIEWS
from evaltool.stats.squares import THEN, change, upwards
from evaltool.stats.weighting import weigh
from evaltool.survey.footing import Footing

DISPOSITION, COURSES, FLOW = "disposition", "courses", "flow"
COMMON = "~common"  # what follows the name of an indicator that is counted only of whom all versions can compare
NOT_RECORDED = "not_recorded"
NOT_ELIGIBLE = "~not_eligible"  # states of courses that nobody asks, by their status
NOT_INVITED = "not_invited"
# Not names that a column of the roster or a question can have.
_INTERVIEWED, _POPULATION = "_interviewed", "_population"
_VERSION, _SPOKEN = "_version", "_spoken"
# Of a course that was asked in two versions: what is known of her goes before her never being reached.
_BEST_FIRST = {code: rank for rank, code in enumerate(sorted(DISPOSITIONS, key=lambda code: code == "NC"))}
_FURTHEST_FIRST = {stage: -rank for rank, stage in enumerate(STAGES)}


Book: TypeAlias = Sequence[Mapping[str, Any]]
"""The variables of a codebook, as they stand in `codebook.json`."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """A dataset as statistics need it.

    `survey` is the key of the version ("name@1"). `frame` has one row per interview (`unit`, `disposition`, `x` and
    `x__missing`), `dispositions` one row per unit that was to answer (`unit`, `disposition`, `stage`). `book` are
    the variables of the codebook.
    """

    survey: str
    frame: pd.DataFrame
    dispositions: pd.DataFrame
    book: Book = ()

    @property
    def name(self) -> str:
        return self.survey.rpartition("@")[0]

    @property
    def version(self) -> int:
        return int(self.survey.rpartition("@")[2])


def measure_states(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Every measure that the plan asks for, with all states that its units can be in."""
    silent = (*REASONS, OTHER_VERSION, NO_INTERVIEW, OUTSIDE_BASE)
    survey = plan.population.survey
    measures = {
        name: (*(value(code) for code in _codes(plan, indicator)), *((NO_START,) if indicator.paired else ()), *silent)
        for name, indicator in plan.indicators.items()
    }
    for name in plan.indicators:
        if plan.footing(name).narrowed:
            measures[name + COMMON] = measures[name]
        if name + CODES in plan.footings:
            measures[name + CODES] = measures[name]
    for name in plan.distributions:
        measures[name] = (*(value(code) for code in plan.variable(survey, name).codes), *silent)
    measures[DISPOSITION] = DISPOSITIONS
    measures[FLOW] = (NOT_INVITED, *STAGES)
    if plan.population.status:
        codes = (*plan.attributes[plan.population.status].choices, NOT_RECORDED)
        measures |= dict.fromkeys((COURSES, NOT_ELIGIBLE), tuple(value(code) for code in codes))
    return measures


def _codes(plan: Plan, indicator: Indicator) -> tuple[str, ...]:
    if indicator.paired:
        codes = upwards(plan, indicator)
        return tuple(change(start, end) for start in codes for end in codes)
    return plan.variable(survey_of(plan, indicator), indicator.variable).codes if indicator.variable else ("yes", "no")


def survey_of(plan: Plan, indicator: Indicator) -> str:
    return indicator.survey or plan.population.survey


Versions: TypeAlias = Mapping[tuple[str, str], frozenset[int]]
"""By indicator and population: the versions whose answers are counted."""


@dataclass(frozen=True, eq=False)
class Units:
    """The units `table`, which versions are counted in it, and by population what was done to weight it."""

    table: pd.DataFrame
    versions: Versions
    weighting: Mapping[str, str] = field(default_factory=dict[str, str])

    def within(self, plan: Plan, indicator: str, population: str) -> tuple[str, ...]:
        """What must hold for a unit of the population to be counted, since several versions are counted together."""
        mixed = len(self.versions.get((indicator, population), ())) > 1
        return plan.footing(indicator).within if mixed else ()


def make_units(plan: Plan, answers: Sequence[Answers], roster: pd.DataFrame) -> Units:
    """Give every course of the roster that belongs to a population its states.

    `roster` has `unit` and the roster's columns. A course that is not eligible has a state in `courses` only; one
    without any disposition was never reached (NC). Of several interviews for a course a complete one goes before a
    partial one, then the later version. Where a population answered versions that cannot be put together, those
    that most answered count, and the others are in the state `other_version`.

    Raises:
        PlanError: if the roster has not the columns that the plan needs, a course twice, or a cell that is not read.
    """
    _check_roster(plan, roster)
    courses = courses_of(plan, roster)
    eligible = table_holds(plan.population.eligible, courses)
    columns = {"unit": courses["unit"], POPULATION: courses[_POPULATION]}
    joined = {survey: interviews(survey, questions, answers, courses) for survey, questions in _questions(plan).items()}
    columns |= {by_column(name): levels(plan, name, joined[plan.population.survey]) for name in plan.grouped}
    versions = {name: _versions(plan, name, joined) for name in _put_together(plan)}
    measures = [*_measures(plan, joined, versions), *_outcomes(plan, answers, courses)]
    columns |= {state_column(name): states.where(eligible) for name, states in measures}
    if plan.population.status:
        status = value("") + words(courses[plan.population.status], NOT_RECORDED)
        columns |= {state_column(COURSES): status, state_column(NOT_ELIGIBLE): status.where(~eligible)}
    columns |= {recorded_column(name): recorded(plan, name, courses) for name in plan.indicators}
    counted = {(name, at): found for name, by in versions.items() for at, found in by.items()}
    table = pd.DataFrame({name: column for name, column in columns.items() if column is not None})
    return _weighted(plan, table, counted)


def _weighted(plan: Plan, table: pd.DataFrame, versions: Versions) -> Units:
    """The units with the weights that the plan asks for."""
    if plan.weights is None:
        return Units(table, versions)
    eligible = table[table[state_column(DISPOSITION)].notna()]
    margins = eligible[[by_column(name) for name in plan.weights.margins]]
    margins = margins.set_axis(plan.weights.margins, axis=1).replace("", NOT_RECORDED)
    interviewed = eligible[state_column(DISPOSITION)].isin(INTERVIEWS)
    bands = {name: plan.levels(name) for name in plan.weights.margins if name in plan.groups and plan.groups[name].days}
    made = weigh(plan.weights, margins, eligible[POPULATION], interviewed, bands=bands)
    return Units(table.assign(**{WEIGHT: made.weights}), versions, made.notes)


def _put_together(plan: Plan) -> list[str]:
    """Measures that may meet several versions in a population."""
    shares = [name for name, indicator in plan.indicators.items() if not indicator.paired]
    return [*shares, *(name + CODES for name in shares if name + CODES in plan.footings), *plan.distributions]


def _versions(plan: Plan, name: str, joined: Mapping[str, pd.DataFrame]) -> dict[str, frozenset[int]]:
    """For each population those versions that can be put together and that most of its courses answered."""
    indicator = plan.indicators.get(name.removesuffix(CODES))
    rows = joined[survey_of(plan, indicator) if indicator else plan.population.survey]
    answered = rows[rows[_INTERVIEWED]]
    found: dict[str, frozenset[int]] = {}
    for population, members in answered.groupby(_POPULATION):
        counts = Counter(int(version) for version in members[_VERSION])
        found[str(population)] = largest(plan.footing(name), counts)
    return found


def largest(footing: Footing, counts: Mapping[int, int]) -> frozenset[int]:
    """Of the versions that were answered those with most answers that can be put together; of several the latest."""
    if not footing.joins:
        return frozenset(counts)
    joins: dict[int, set[int]] = {}
    for version in counts:
        joins.setdefault(footing.join(version), set()).add(version)
    return frozenset(max(joins.values(), key=lambda part: (sum(counts[version] for version in part), max(part))))


def _check_roster(plan: Plan, roster: pd.DataFrame) -> None:
    population = plan.population
    needed = ["unit", population.column, *([population.status] if population.status else [])]
    needed += columns_of_groupings(plan)
    needed += [indicator.recorded.column for indicator in plan.indicators.values() if indicator.recorded]
    needed += plan.names_in(population.eligible)
    lacking = [name for name in dict.fromkeys(needed) if name not in roster]
    if lacking:
        mend = "Import the roster again with these columns, or mend the plan."
        raise PlanError(f"the roster table has no column {', '.join(lacking)}", mend=mend)
    if not roster["unit"].is_unique:
        raise PlanError("the roster table has a course twice", mend="Import the roster again.")


def courses_of(plan: Plan, roster: pd.DataFrame) -> pd.DataFrame:
    """Courses that belong to a population; whole numbers as numbers, for expressions."""
    courses = roster[[name for name in roster if name == "unit" or name in plan.attributes]].copy()
    dates = [name for name in (*columns_of_groupings(plan), plan.population.ended) if name in courses]
    for name, attribute in plan.attributes.items():
        if attribute.type == "integer" and name in courses:
            courses[name] = _whole_numbers(name, courses[name])
        elif attribute.type == "date" and name in dates:
            found = cast("Any", pd.to_datetime(courses[name].replace("", None), format="ISO8601", errors="coerce"))
            _check_cells(name, courses[name], found.isna(), "no date")
    courses[_POPULATION] = words(courses[plan.population.column], "")
    return courses[courses[_POPULATION] != ""].reset_index(drop=True)


def _whole_numbers(name: str, column: "pd.Series[Any]") -> "pd.Series[Any]":
    numbers = pd.Series(cast("Any", pd.to_numeric(column.replace("", None), errors="coerce")), dtype="float64")
    _check_cells(name, column, numbers.mod(1) != 0, "no whole number")
    return numbers.astype("Int64")


def _check_cells(name: str, column: "pd.Series[Any]", wrong: "pd.Series[bool]", what: str) -> None:
    """The cells themselves stay untold: they may say who it is."""
    number = int((wrong & column.notna() & (column.astype("string") != "")).sum())
    if number:
        where, mend = f"roster table, column {name}", "Correct the roster's cells and import it again."
        raise PlanError(f"«{name}» is {what} in {number} courses", where=where, mend=mend)


def _measures(
    plan: Plan, joined: Mapping[str, pd.DataFrame], versions: Mapping[str, Mapping[str, frozenset[int]]]
) -> Iterable[tuple[str, "pd.Series[str]"]]:
    for name, indicator in plan.indicators.items():
        if indicator.paired:
            yield name, _change_states(plan, indicator, joined)
            continue
        rows = joined[survey_of(plan, indicator)]
        states = _indicator_states(plan, indicator, rows)
        counted = _of_versions(rows, states, versions[name])
        if plan.footing(name).narrowed:
            common = common_states(plan, name, rows, counted)
            mixed = [population for population, found in versions[name].items() if len(found) > 1]
            yield name, counted.mask(rows[_POPULATION].isin(mixed), common)
            yield name + COMMON, common
        else:
            yield name, counted
        if name + CODES in versions:
            yield name + CODES, _of_versions(rows, states, versions[name + CODES])
    for name in plan.distributions:
        rows = joined[plan.population.survey]
        yield name, _of_versions(rows, _states(rows, [name], _code_states(rows, name)), versions[name])


def _of_versions(
    rows: pd.DataFrame, states: "pd.Series[str]", versions: Mapping[str, frozenset[int]]
) -> "pd.Series[str]":
    """States of those who answered the versions that are counted in their population."""
    for population, counted in versions.items():
        others = rows[_INTERVIEWED] & (rows[_POPULATION] == population) & ~rows[_VERSION].isin(counted)
        states = states.mask(others, OTHER_VERSION)
    return states


def common_states(plan: Plan, name: str, rows: pd.DataFrame, states: "pd.Series[str]") -> "pd.Series[str]":
    """States of those only whom all versions can compare: the others are outside the base, or in another version."""
    footing = plan.footing(name)
    for version, languages in footing.left_out.items():
        if _VERSION in rows:
            states = states.mask((rows[_VERSION] == version) & rows[_SPOKEN].isin(languages), OTHER_VERSION)
    for text in footing.within:
        states = states.mask(_outside(plan, text, rows), OUTSIDE_BASE)
    return states


def _questions(plan: Plan) -> dict[str, set[str]]:
    """The questions that the plan reads, by survey."""
    asked_by = {group.answer for group in plan.groups.values() if group.answer}
    read: dict[str, set[str]] = {plan.population.survey: {*plan.distributions, *asked_by}}
    for name, indicator in plan.indicators.items():
        asked = {*plan.answered(indicator), *plan.answers_in(" and ".join(plan.footing(name).within))}
        asked |= {*plan.answers_in(indicator.rule), *plan.answers_in(indicator.base)}
        read.setdefault(survey_of(plan, indicator), set()).update(asked)
        if indicator.paired:
            read.setdefault(indicator.paired.start, set()).update(asked)
    return read


def interviews(survey: str, questions: Set[str], answers: Sequence[Answers], courses: pd.DataFrame) -> pd.DataFrame:
    """The courses with their answers to these questions; `_interviewed` tells which of them have an interview."""
    parts = [_chosen(item, questions) for item in answers if item.name == survey]
    if not parts:
        return courses.assign(**{_INTERVIEWED: False})
    best = pd.concat(parts, ignore_index=True).sort_values(["_rank", _VERSION], ascending=[True, False], kind="stable")
    best = best.drop_duplicates("unit").drop(columns=["_rank"])
    joined = courses.merge(best, on="unit", how="left", indicator=_INTERVIEWED)
    return joined.assign(**{_INTERVIEWED: joined[_INTERVIEWED] == "both"})


def _chosen(item: Answers, questions: Set[str]) -> pd.DataFrame:
    """Interviews of one dataset with the columns of these questions, categories as plain text."""
    frame = item.frame[item.frame["disposition"].isin(INTERVIEWS)]
    starts = tuple(f"{name}__" for name in questions)
    columns = [str(name) for name in frame if name in questions or str(name).startswith(starts)]
    plain = {name: _text(frame[name]) for name in columns}
    rank = frame["disposition"].astype(object).map(_BEST_FIRST)
    spoken = frame["interview_language" if "interview_language" in frame else "language"].astype(object)
    return pd.DataFrame({"unit": frame["unit"], **plain, "_rank": rank, _VERSION: item.version, _SPOKEN: spoken})


def _text(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Categories differ between versions; as text they can be put together."""
    return column.astype("str") if isinstance(column.dtype, pd.CategoricalDtype) else column


def _indicator_states(plan: Plan, indicator: Indicator, rows: pd.DataFrame) -> "pd.Series[str]":
    if indicator.variable:
        found = _code_states(rows, indicator.variable)
    else:
        found = either(table_holds(indicator.rule, rows), value("yes"), value("no"))
    states = _states(rows, plan.answered(indicator), found)
    return states.mask(_outside(plan, indicator.base, rows), OUTSIDE_BASE)


def _outside(plan: Plan, base: str, rows: pd.DataFrame) -> "pd.Series[bool]":
    """Courses outside the base; if answers decide it, only courses with an interview can be outside."""
    outside = ~table_holds(base, rows)
    return outside & rows[_INTERVIEWED] if plan.answers_in(base) else outside


def _states(rows: pd.DataFrame, answered: Sequence[str], found: "pd.Series[str]") -> "pd.Series[str]":
    """What was `found`, unless an answer is missing (the first reason tells) or there is no interview."""
    states = found
    for name in reversed(answered):
        states = states.mask(_is_missing(rows, name), _reasons(rows, name))
    return states.mask(~rows[_INTERVIEWED], NO_INTERVIEW)


def _is_missing(rows: pd.DataFrame, name: str) -> "pd.Series[bool]":
    columns = [name] if name in rows else [column for column in rows if _is_tick(str(column), name)]
    return rows[columns].isna().all(axis=1) if columns else pd.Series(data=True, index=rows.index)


def _is_tick(column: str, name: str) -> bool:
    return column.startswith(f"{name}__") and column != f"{name}__missing"


def _reasons(rows: pd.DataFrame, name: str) -> "pd.Series[str]":
    """Why the answer is missing; a version without the question did not put it to anybody."""
    blank = pd.Series("not_applicable", index=rows.index, dtype="object")
    return rows[f"{name}__missing"].astype(object).fillna(blank) if f"{name}__missing" in rows else blank


def _code_states(rows: pd.DataFrame, name: str) -> "pd.Series[str]":
    codes = rows[name] if name in rows else pd.Series(None, index=rows.index, dtype="object")
    return value("") + codes.astype("string")


def _change_states(plan: Plan, indicator: Indicator, joined: Mapping[str, pd.DataFrame]) -> "pd.Series[str]":
    """The code at the start and that at the end; the base must hold in both surveys."""
    assert indicator.paired is not None
    name, survey = indicator.paired.variable, survey_of(plan, indicator)
    start, end = joined[indicator.paired.start], joined[survey]
    found = value("") + _plain(start, name) + THEN + _plain(end, name)
    found = found.mask(_is_missing(start, name), NO_START)
    states = _states(end, [name], found).mask(_outside(plan, indicator.base, end), OUTSIDE_BASE)
    return states.mask(end[_INTERVIEWED] & start[_INTERVIEWED] & ~table_holds(indicator.base, start), OUTSIDE_BASE)


def _plain(rows: pd.DataFrame, name: str) -> "pd.Series[str]":
    codes = rows[name] if name in rows else pd.Series(None, index=rows.index, dtype="object")
    return codes.astype("string").fillna("").astype("object")


def _outcomes(plan: Plan, answers: Sequence[Answers], courses: pd.DataFrame) -> Iterable[tuple[str, "pd.Series[str]"]]:
    """The best disposition of each course over all versions of the population's survey, and how far it came."""
    cases = [item.dispositions for item in answers if item.name == plan.population.survey]
    outcomes = {DISPOSITION: ("disposition", _BEST_FIRST, "NC"), FLOW: ("stage", _FURTHEST_FIRST, NOT_INVITED)}
    for measure, (column, order, unknown) in outcomes.items():
        parts = [part[["unit", column]].astype(object) for part in cases]
        known = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["unit", column])
        best = known.assign(rank=known[column].map(order)).sort_values("rank").drop_duplicates("unit")
        yield measure, courses["unit"].map(best.set_index("unit")[column]).astype(object).fillna(unknown)
