"""Why two figures of one name differ: the bases of one, or the definitions and numbers of two."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaltool.errors import ReportError
from evaltool.plan import Plan
from evaltool.project import Project
from evaltool.report.base_table import reasons_of_missing
from evaltool.report.differences import change
from evaltool.report.prose import Prose, as_text
from evaltool.report.reconciled import Beside, bases, figures, in_words, title
from evaltool.report.rows import Rows
from evaltool.report.trends import TREND, break_between
from evaltool.results import Estimate
from evaltool.text import Text, pick, say
from evaltool.workflows.asking import About, Standing
from evaltool.workflows.planned import read_plan
from evaltool.yamlfile import nearest


@dataclass(frozen=True)
class Wanted:
    """What is to be reconciled: one indicator of one population under its bases, or two that differ in one thing.

    Two of them differ by indicator, by population, or by plan; `plan` is the file of another one.
    """

    indicators: Sequence[str]
    populations: Sequence[str] = ()
    plan: Path | None = None
    language: str = ""


@dataclass(frozen=True)
class _Side:
    """One of two figures; `name` tells it from the other. What is not in the estimates has no id to be traced by."""

    name: str
    plan: Plan
    prose: Prose
    indicator: str
    estimated: bool = True

    @property
    def row(self) -> Estimate:
        return self.prose.rows.require(self.indicator, "share", self.prose.where())


def reconcile(project: Project, wanted: Wanted) -> list[Beside]:
    """Bases or definitions side by side, with the reason for each difference.

    Raises:
        ReportError: if a name is unknown, an indicator is not one share, or more is asked than two figures.
    """
    two = [len(wanted.indicators) > 1, len(wanted.populations) > 1, wanted.plan is not None]
    if sum(two) > 1 or len(wanted.indicators) > 2 or len(wanted.populations) > 2:
        mend = "Name two indicators, or two populations, or another plan."
        raise ReportError("two figures that differ in one thing can be reconciled", mend=mend)
    standing = Standing(project)
    if not any(two):
        prose = _prose(standing, wanted, wanted.indicators[0], *wanted.populations)
        return bases(prose, wanted.indicators[0])
    one, other = _sides(project, standing, wanted)
    definitions = _definitions(one), _definitions(other)
    prose = one.prose
    label = say("What", prose.language)
    rows = [[name, *(found[name] for found in definitions)] for name in definitions[0]]
    numbers = [[name, *(found[name] for found in (_numbers(one), _numbers(other)))] for name in _numbers(one)]
    said = list(_why(standing, one, other, [row for row in rows if row[1] != row[2]]))
    names = [] if len(wanted.populations) > 1 else [prose.context.population]
    names += [] if len(wanted.indicators) > 1 else [pick(prose.facts(one.indicator).label, prose.language)]
    return [Beside(title(prose, *names), [label, one.name, other.name], [*rows, *numbers], said)]


def _prose(standing: Standing, wanted: Wanted, indicator: str, population: str = "") -> Prose:
    prose = standing.prose(About(population, language=wanted.language))
    counted = {row.indicator for row in standing.rows if row.statistic == "share"}
    shares = [name for name, facts in prose.context.indicators.items() if facts.definition_hash and name in counted]
    if indicator not in shares:
        message = f"«{indicator}» is not an indicator of the plan that is one share"
        raise ReportError(message, mend=nearest(indicator, shares) or f"Known: {', '.join(shares)}.")
    return prose


def _sides(project: Project, standing: Standing, wanted: Wanted) -> tuple[_Side, _Side]:
    plan, (first, *more) = read_plan(project), wanted.indicators
    if len(wanted.populations) > 1:
        sides = [_Side(at, plan, _prose(standing, wanted, first, at), first) for at in wanted.populations]
        sides.sort(key=lambda side: standing.populations.index(side.name))
    elif more:
        names = (first, *more)
        sides = [_Side(name, plan, _prose(standing, wanted, name, *wanted.populations), name) for name in names]
    else:
        from evaltool.workflows.estimating import by_another_plan  # noqa: PLC0415  # slow, and nothing else needs it

        prose = _prose(standing, wanted, first, *wanted.populations)
        assert wanted.plan is not None
        theirs = read_plan(project, wanted.plan)
        if first not in theirs.indicators or theirs.indicators[first].paired:
            mend = nearest(first, theirs.indicators)
            raise ReportError(f"«{first}» is not one share of that plan", where=wanted.plan.as_posix(), mend=mend)
        rows = Rows(by_another_plan(project, theirs.model_copy(update=_only(first, theirs))))
        sides = [
            _Side(project.plan.name, plan, prose, first),
            _Side(wanted.plan.as_posix(), theirs, Prose(rows, prose.context), first, estimated=False),
        ]
    return sides[0], sides[1]


def _only(indicator: str, plan: Plan) -> dict[str, object]:
    """What is left of a plan when a single share is asked of it: whatever else it computes takes long."""
    nothing = dict.fromkeys(("breakdowns", "distributions", "pooled", "representativeness"), ())
    nothing |= {name: {} for name in ("comparisons", "families", "scales")}
    return {**nothing, "weights": None, "panel": None, "indicators": {indicator: plan.indicators[indicator]}}


def _definitions(side: _Side) -> dict[str, str]:
    """What decides whom the figure is about and who of them counts; as the plan writes it."""
    plan, language = side.plan, side.prose.language
    item, about = plan.indicators[side.indicator], plan.population
    rule = " ".join(item.rule.split()) or f"{item.variable}: {', '.join(item.counted)}"
    found = {
        "Name": pick(item.label, language),
        "Who is counted": rule,
        "Must be answered": ", ".join(plan.answered(item)),
        "Base": item.base or say("all who were asked", language),
        "Survey": item.survey or about.survey,
        "Were to answer": about.eligible or say("all courses of the population", language),
        "Target": side.prose.goal_text(item.target) if item.target is not None else "–",
    }
    return {say(name, language): text for name, text in found.items()}


def _numbers(side: _Side) -> dict[str, str]:
    prose, row = side.prose, side.row
    names = [say(name, prose.language) for name in ("Number", "n", "Share (95 per cent interval)")]
    found = dict(zip([*names, "id"], figures(prose, row), strict=True))
    outside = say("Not in the base", prose.language)
    found["id"] = found["id"] if side.estimated else "–"
    return {**found, outside: in_words(prose, reasons_of_missing(row)) or "–"}


def _why(standing: Standing, one: _Side, other: _Side, differing: Sequence[Sequence[str]]) -> Iterator[str]:
    language = one.prose.language
    if one.plan is other.plan and one.indicator == other.indicator:
        yield from _over_time(standing, one, other)
        return
    decisive = [row for row in differing if row[0] not in {say(name, language) for name in ("Name", "Target")}]
    for name, first, second in decisive:
        yield say("{name} differs: «{one}» and «{other}».", language, name=name, one=first, other=second)
    if one.indicator != other.indicator:
        yield from _part_of(standing, one, other)
    if decisive:
        yield say("The figures differ by definition, so no change can be read from them.", language)
    else:
        yield say("Both have the same definition.", language)


def _part_of(standing: Standing, one: _Side, other: _Side) -> Iterator[str]:
    """That one of them is a part of the other, where the report says so and the numbers agree."""
    parts = standing.definition.parts if standing.definition else {}
    for whole, part in ((one, other), (other, one)):
        if part.indicator in parts.get(whole.indicator, ()) and part.row.n == whole.row.n and whole.row.count:
            count, of = (side.prose.whole(side.row.count or 0) for side in (part, whole))
            told = "«{part}» is a part of «{whole}»: {count} of its {of}."
            names = {"part": part.name, "whole": whole.name}
            yield say(told, one.prose.language, **names, count=count, of=of)


def _over_time(standing: Standing, one: _Side, other: _Side) -> Iterator[str]:
    """Whether the two populations may be compared, why not, and what then can be said of a change."""
    prose, language = other.prose, other.prose.language
    former, later = one.name, other.name
    points = prose.trend(one.indicator)
    found = break_between(points, former, later)
    yield from _reworded(standing, other)
    if found:
        names = {"former": former, "later": later, "reason": found.reason}
        yield say("{former} and {later} cannot be compared: {reason}.", language, **names)
        return
    order = standing.populations
    between = order[order.index(former) + 1 : order.index(later) + 1]
    same = all(row.verdict == "identical" for row in points if row.population in between)
    yield say(_SAME if same else _COMPARABLE, language)
    yield _change(standing, one, other)


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


def _reworded(standing: Standing, side: _Side) -> Iterator[str]:
    """The words of each question that has not the same in all versions."""
    plan, language = side.plan, side.prose.language
    item = plan.indicators[side.indicator]
    survey = item.survey or plan.population.survey
    for name in plan.answered(item):
        asked = _words_by_version(standing.codebook.context.wordings, survey, name)
        if len({pick(words, language) for words in asked.values()}) > 1:
            told = "; ".join(f"{key} «{pick(words, language)}»" for key, words in asked.items())
            yield say("«{name}» was asked in other words: {told}.", language, name=name, told=told)


def _words_by_version(wordings: Mapping[str, Mapping[str, Text]], survey: str, name: str) -> dict[str, Text]:
    return {key: words[name] for key, words in wordings.items() if key.rpartition("@")[0] == survey and name in words}
