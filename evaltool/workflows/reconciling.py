"""Why two figures of one name differ: the bases of one, or the definitions and numbers of two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaltool.errors import ReportError
from evaltool.plan import Plan
from evaltool.plan.defined import COUNTED, Definition, define, differing, table, why, words_of
from evaltool.plan.model import Grouping
from evaltool.project import Project
from evaltool.report.base_table import not_in_base, reasons_of_missing
from evaltool.report.differences import change
from evaltool.report.prose import Prose, as_text
from evaltool.report.reconciled import Beside, bases, figures, in_words, title
from evaltool.report.row_labels import about_group
from evaltool.report.rows import Rows, Where
from evaltool.report.sentences import NOBODY, withheld
from evaltool.report.trends import TREND, break_between
from evaltool.results import Estimate
from evaltool.text import pick, say
from evaltool.workflows.asking import About, Standing
from evaltool.workflows.planned import read_plan
from evaltool.workflows.planned import standing as released_or_defined
from evaltool.yamlfile import nearest


@dataclass(frozen=True)
class Wanted:
    """What is to be reconciled: one indicator of one population under its bases, or two that differ in one thing.

    Two of them differ by indicator, by population, or by plan; `plan` is the file of another one. `group` is
    as in `About`.
    """

    indicators: Sequence[str]
    populations: Sequence[str] = ()
    plan: Path | None = None
    language: str = ""
    group: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class _Side:
    """One of two figures; its definition's `side` tells it from the other.

    What is not in the estimates has no id to be traced by. `guard` says what it would give away beside the other.
    """

    definition: Definition
    plan: Plan
    prose: Prose
    indicator: str
    versions: tuple[str, ...]
    estimated: bool = True
    guard: str = ""

    @property
    def silence(self) -> str:
        """Why it shows no figure; empty if it does."""
        if self.row is None:
            return say(NOBODY, self.prose.language)
        return self.guard or as_text(withheld(self.prose, self.row))

    @property
    def name(self) -> str:
        return self.definition.side

    @property
    def row(self) -> Estimate | None:
        """None if nobody is in the group."""
        return self.prose.rows.find(self.indicator, "share", self.prose.where())

    @property
    def count(self) -> int:
        return (self.row.count if self.row else 0) or 0

    @property
    def n(self) -> int:
        return (self.row.n if self.row else 0) or 0


def reconcile(project: Project, wanted: Wanted) -> list[Beside]:
    """Bases or definitions side by side, with the reason for each difference.

    Raises:
        ReportError: if a name is unknown, an indicator is not one share, or more is asked than two figures.
    """
    two = [len(wanted.indicators) > 1, len(wanted.populations) > 1, wanted.plan is not None]
    named = (wanted.indicators, wanted.populations)
    if sum(two) > 1 or any(len(names) > 2 or len({*names}) < len(names) for names in named):
        mend = "Name two different indicators, or two different populations, or another plan."
        raise ReportError("two figures that differ in one thing can be reconciled", mend=mend)
    standing = Standing(project)
    if not any(two):
        prose = _prose(standing, wanted, wanted.indicators[0], *wanted.populations)
        return bases(prose, wanted.indicators[0])
    one, other = _Sides(project, standing, wanted).found()
    prose = one.prose
    cells = [_numbers(side) for side in (one, other)]
    numbers = [[say(name, prose.language), *(found.get(name, "–") for found in cells)] for name in max(cells, key=len)]
    population = "" if len(wanted.populations) > 1 else prose.context.population
    label = "" if len(wanted.indicators) > 1 else pick(prose.facts(one.indicator).label, prose.language)
    rows = [*table(one.definition, other.definition), *numbers]
    header = [say("What", prose.language), one.name, other.name]
    return [Beside(title(prose, population, about_group(prose), label), header, rows, list(_why(standing, one, other)))]


def _prose(standing: Standing, wanted: Wanted, indicator: str, population: str = "") -> Prose:
    prose = standing.prose(About(population, wanted.group, wanted.language))
    counted = {row.indicator for row in standing.rows if row.statistic == "share"}
    shares = [name for name, facts in prose.context.indicators.items() if facts.definition_hash and name in counted]
    if indicator not in shares:
        message = f"«{indicator}» is not an indicator of the plan that is one share"
        raise ReportError(message, mend=nearest(indicator, shares) or f"Known: {', '.join(shares)}.")
    return prose


class _Sides:
    """The two figures that are wanted, each with its definition in the words of the versions that were answered."""

    def __init__(self, project: Project, standing: Standing, wanted: Wanted):
        self._project, self._standing, self._wanted = project, standing, wanted
        self._plan = read_plan(project)
        self._surveys = released_or_defined(project)

    def found(self) -> tuple[_Side, _Side]:
        wanted, first = self._wanted, self._wanted.indicators[0]
        if len(wanted.populations) > 1:
            proses = [_prose(self._standing, wanted, first, at) for at in wanted.populations]
            proses.sort(key=lambda prose: self._standing.populations.index(prose.context.population))
            sides = [self._side(prose.context.population, prose, first) for prose in proses]
        elif len(wanted.indicators) > 1:
            proses = [_prose(self._standing, wanted, name, *wanted.populations) for name in wanted.indicators]
            sides = [self._side(name, prose, name) for name, prose in zip(wanted.indicators, proses, strict=True)]
        else:
            prose = _prose(self._standing, wanted, first, *wanted.populations)
            own = self._side(self._project.plan.name, prose, first)
            sides = [own, _guarded(own, self._by_another_plan(prose, first))]
        return sides[0], sides[1]

    def _by_another_plan(self, prose: Prose, indicator: str) -> _Side:
        from evaltool.workflows.estimating import by_another_plan  # noqa: PLC0415  # slow, and nothing else needs it

        path = self._wanted.plan
        assert path is not None
        plan = read_plan(self._project, path)
        if indicator not in plan.indicators or plan.indicators[indicator].paired:
            mend = nearest(indicator, plan.indicators)
            raise ReportError(f"«{indicator}» is not one share of that plan", where=path.as_posix(), mend=mend)
        by = prose.context.group[0]
        if _decisive(plan.groups.get(by)) != _decisive(self._plan.groups.get(by)):
            mend = "Name a breakdown that both plans make alike, or a column of the roster."
            raise ReportError(f"«{by}» is another grouping in that plan", where=path.as_posix(), mend=mend)
        few = max(plan.few, self._plan.few)
        alone = _only(indicator, plan, by=by, few=few)
        rows = Rows(by_another_plan(self._project, plan.model_copy(update=alone)))
        if not rows.find(indicator, "share", Where(prose.context.population)):
            message = f"that plan has no population «{prose.context.population}»"
            raise ReportError(message, where=path.as_posix(), mend="Compare plans whose populations are the same.")
        return self._side(path.as_posix(), Prose(rows, replace(prose.context, few=few)), indicator, plan)

    def _side(self, name: str, prose: Prose, indicator: str, plan: Plan | None = None) -> _Side:
        made = plan or self._plan
        survey = made.indicators[indicator].survey or made.population.survey
        population = prose.context.population
        used = _answered(self._standing.rows, survey, population)
        versions = [version for version in self._surveys if version.survey == survey]
        versions.sort(key=lambda version: (version.key in used, version.version))
        words = words_of(versions, made.attributes, prose.language)
        definition = define(made, indicator, population, words, side=name)
        keys = used or tuple(version.key for version in versions)
        return _Side(definition, made, prose, indicator, keys, estimated=plan is None)


def _answered(rows: Sequence[Estimate], survey: str, population: str) -> tuple[str, ...]:
    """The versions of a survey that the population answered, as the rows on quality have them."""
    found = (row for row in rows if row.indicator == "quality" and row.statistic == "interviews" and row.count)
    return tuple(row.level for row in found if row.population == population and row.level.rpartition("@")[0] == survey)


def _only(indicator: str, plan: Plan, *, by: str, few: int) -> dict[str, object]:
    """What is left of a plan when a single share is asked of it: whatever else it computes takes long."""
    nothing = dict.fromkeys(("distributions", "pooled", "representativeness"), ())
    nothing |= {name: {} for name in ("comparisons", "families", "scales")}
    kept = {"indicators": {indicator: plan.indicators[indicator]}, "breakdowns": (by,) if by else (), "few": few}
    return {**nothing, "weights": None, "panel": None, **kept}


def _decisive(grouping: Grouping | None) -> object:
    """What decides who is in which level; labels do not."""
    return grouping and grouping.model_dump(exclude={"label": True, "levels": {"__all__": {"label"}}})


def _guarded(own: _Side, other: _Side) -> _Side:
    """The figure by another plan, withheld where it could tell of single persons.

    A base, or a rule by the roster, can pick out a small group, or leave it out: then the two figures differ by that
    group's. What two rules count of the answers on one base is told.
    """
    plan, few, rule = other.plan, other.prose.context.few, other.plan.indicators[other.indicator].rule
    by_answers = plan.names_in(rule) == plan.answers_in(rule)
    one_base = own.n == other.n and by_answers and {*differing(own.definition, other.definition)} <= {COUNTED}
    is_one = one_base or (own.count, own.n) == (other.count, other.n)
    if other.silence or (other.n >= few and (is_one or abs(own.n - other.n) >= few)):
        return other
    return replace(other, guard=say(_TOO_CLOSE, other.prose.language, few=other.prose.whole(few)))


_TOO_CLOSE = (
    "The base is smaller than {few}, or nearly as large as the other, so this figure could tell of single persons."
)


_NUMBERS: Sequence[str] = ("Number", "n", "Share (95 per cent interval)", "id")


def _numbers(side: _Side) -> dict[str, str]:
    """The figure; of everybody also the interviews, and why some are not in the base."""
    prose, row = side.prose, side.row
    if row is None or side.guard:
        return dict.fromkeys(_NUMBERS, "–")
    found = dict(zip(_NUMBERS, figures(prose, row), strict=True))
    found["id"] = found["id"] if side.estimated else "–"
    if any(prose.context.group):
        return found
    own = side.plan.indicators[side.indicator].survey == side.plan.population.survey
    reasons = not_in_base(prose, row) if own else reasons_of_missing(row)
    told = "–" if side.silence and row.n else in_words(prose, reasons) or "–"
    rate = prose.rows.require("response", "rr2", prose.where())
    interviews = prose.whole(rate.count or 0) if own else "–"
    return {"All interviews": interviews, "Not in the base": told, **found}


def _why(standing: Standing, one: _Side, other: _Side) -> Iterator[str]:
    language = one.prose.language
    for side in (one, other):
        if side.silence:
            yield f"{side.name}: {side.silence}"
    if one.plan is other.plan and one.indicator == other.indicator:
        yield from _over_time(standing, one, other)
        return
    yield from why(one.definition, other.definition)
    if not (one.silence or other.silence):
        yield from _by_how_many(standing, one, other)
    if differing(one.definition, other.definition):
        yield say("The figures differ by definition, so no change can be read from them.", language)
    else:
        yield say("Both have the same definition.", language)


def _by_how_many(standing: Standing, one: _Side, other: _Side) -> Iterator[str]:
    """That one of them is a part of the other, where the report says so and the numbers agree; or what one has more."""
    if one.n != other.n:
        return
    prose, parts = one.prose, standing.definition.parts if standing.definition else {}
    for whole, part in ((one, other), (other, one)):
        if part.indicator in parts.get(whole.indicator, ()):
            names = {"part": part.name, "whole": whole.name}
            cells = {"count": prose.whole(part.count), "of": prose.whole(whole.count)}
            yield say("«{part}» is a part of «{whole}»: {count} of its {of}.", prose.language, **names, **cells)
            return
    if differing(one.definition, other.definition) == [COUNTED]:
        fewer, more = sorted((one, other), key=lambda side: side.count)
        apart, cells = more.count - fewer.count, {"n": prose.whole(one.n), "count": prose.whole(more.count)}
        cells |= {"side": more.name, "fewer": fewer.name, "apart": prose.whole(apart)}
        yield say(_MORE if apart else _AS_MANY, prose.language, **cells)


_MORE = "Of the same {n}, {side} counts {apart} more than {fewer}."
_AS_MANY = "Of the same {n}, both count {count}."


def _over_time(standing: Standing, one: _Side, other: _Side) -> Iterator[str]:
    """Whether the two populations may be compared, why not, and what then can be said of a change."""
    prose, language = other.prose, other.prose.language
    former, later = one.name, other.name
    points = prose.trend(one.indicator)
    found = break_between(points, former, later)
    yield from _reworded(standing, one, other)
    if found:
        names = {"former": former, "later": later, "reason": found.reason}
        yield say("{former} and {later} cannot be compared: {reason}.", language, **names)
        return
    order = standing.populations
    between = order[order.index(former) + 1 : order.index(later) + 1]
    same = all(row.verdict == "identical" for row in points if row.population in between)
    yield say(_SAME if same else _COMPARABLE, language)
    yield say(_OF_NO_GROUP, language) if any(prose.context.group) else _change(standing, one, other)


_OF_NO_GROUP = "The plan does not compare groups between populations, so no change is claimed."
_SAME = "The question and the answers are the same in both."
_COMPARABLE = "The question is not word for word the same, but the answers are comparable by the verdict on it."


def _change(standing: Standing, one: _Side, other: _Side) -> str:
    """What the plan's own comparison of just these two allows; nothing is claimed without one."""
    prose = other.prose
    across = [name for name, facts in prose.context.comparisons.items() if facts.across]
    wanted = {f"{name}: {one.name}" for name in across}
    every = [row for row in standing.rows if row.indicator == other.indicator]
    pair = [row for row in every if row.comparison in wanted and row.level == other.name]
    if not any(row.statistic == "difference" for row in pair):
        return say("The plan does not compare these two by this indicator, so no change is claimed.", prose.language)
    rest = [row for row in every if row.comparison.partition(":")[0] not in across and row.statistic != TREND]
    return as_text(change(Prose(Rows([*rest, *pair]), prose.context), other.indicator))


def _reworded(standing: Standing, one: _Side, other: _Side) -> Iterator[str]:
    """The words of each question that has not the same in all versions that the two answered."""
    language = other.prose.language
    wordings = standing.codebook.context.wordings
    keys = [key for key in wordings if key in {*one.versions, *other.versions}]
    for name in other.plan.answered(other.plan.indicators[other.indicator]):
        asked = {key: wordings[key][name] for key in keys if name in wordings[key]}
        if len({pick(words, language) for words in asked.values()}) > 1:
            told = "; ".join(f"{key} «{pick(words, language)}»" for key, words in asked.items())
            yield say("«{name}» was asked in other words: {told}.", language, name=name, told=told)
