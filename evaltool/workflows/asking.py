"""One figure as a sentence that can be mailed: with its base and interval, or why it is withheld. Reads no answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from evaltool.errors import ReportError
from evaltool.project import Project
from evaltool.report.context import Breakdown
from evaltool.report.definition import ReportDefinition, read_definition
from evaltool.report.prose import Prose, as_text
from evaltool.report.row_labels import about_group
from evaltool.report.rows import Rows, Where
from evaltool.report.sentences import NOBODY, answer, response
from evaltool.report.trends import breaks
from evaltool.results import Estimate, populations, read_estimates
from evaltool.text import interface_languages, pick, say
from evaltool.workflows.estimated import definition_path, read_codebook, read_estimates_manifest, refuse_outdated
from evaltool.yamlfile import nearest

_ANSWERING = ("share", "share[higher]")
_OPTIONS = frozenset({"population", "year", "group", "language", "plan"})
"""Of the commands: one that is misspelt is taken for a breakdown."""


@dataclass(frozen=True)
class About:
    """What a figure is about. Empty is the latest population, everybody, and the language of the plan.

    `group` is a breakdown and one of its levels, by its code or by its label in any language.
    """

    population: str = ""
    group: tuple[str, str] = ("", "")
    language: str = ""


class Standing:
    """The estimates of a project as long as they stand, with the words for them."""

    def __init__(self, project: Project):
        """Raises PlanError if nothing was analysed, ReportError if something has changed since or is about nobody."""
        manifest = read_estimates_manifest(project)
        refuse_outdated(project, manifest)
        self.rows = read_estimates(project.estimates)
        self.populations = populations(self.rows)
        if not self.populations:
            mend = "Take in a roster with courses that belong to a population, then run: evaltool analyse"
            raise ReportError("the estimates are about nobody", where=project.estimates.as_posix(), mend=mend)
        self.codebook = read_codebook(project)
        path = definition_path(project)
        self.definition: ReportDefinition | None = read_definition(path) if path.is_file() else None

    def prose(self, about: About) -> Prose:
        """The figures in words.

        Raises:
            ReportError: if there is no such population, breakdown, level or language; it names the nearest.
        """
        context = self.codebook.context
        language, population = about.language or self.codebook.language, about.population or self.populations[-1]
        labels = [facts.label for facts in context.indicators.values() if facts.definition_hash]  # those of the plan
        spoken = [each for each in interface_languages() if all(each in label for label in labels)]
        if language not in spoken:
            mend = nearest(language, spoken)
            raise ReportError(f"interface and plan do not both speak «{language}»", mend=mend)
        if population not in self.populations:
            mend = f"Known: {', '.join(self.populations)}."
            raise ReportError(f"no population «{population}» in the estimates", mend=mend)
        group = _group(context.breakdowns, about.group)
        context = replace(context, population=population, language=language, group=group)
        found = self.definition
        return Prose(Rows(self.rows), context, found.parts if found else {}, found.phrases if found else {})


def _group(known: Mapping[str, Breakdown], group: tuple[str, str]) -> tuple[str, str]:
    by, wanted = group
    if not by:
        return group
    if by not in known:
        mend = nearest(by, {*known, *_OPTIONS} - {by}) or f"Known: {', '.join(known)}."
        raise ReportError(f"unknown breakdown or option «{by}»", mend=mend)
    levels = known[by].levels
    if not levels:
        raise ReportError(f"«{by}» is what the populations are made of", mend=f"Use: --year {wanted}")
    names = {text.casefold(): code for code, label in levels.items() for text in (code, *label.values())}
    if wanted.casefold() not in names:
        mend = nearest(wanted, names) or f"Known: {', '.join(levels)}."
        raise ReportError(f"«{by}» has no level «{wanted}»", mend=mend)
    return by, names[wanted.casefold()]


def ask(project: Project, indicator: str, about: About) -> str:
    """What can be said of an indicator, or why nothing is; ends with the id that `evaltool trace` takes.

    Raises:
        ReportError: if a name is unknown, or the figures do not stand any more.
    """
    return told(Standing(project).prose(about), indicator)


def told(prose: Prose, indicator: str) -> str:
    """The indicator's answer outside any report: marked if it must be, with population, group, response rate and id."""
    context, language = prose.context, prose.language
    prose.facts(indicator)
    row = _row(prose, indicator)
    group = about_group(prose)
    place = f"{context.population} ({group})" if group else context.population
    label = pick(prose.facts(indicator).label, language)
    marks = f"{' · '.join(context.marks)}. " if context.marks else ""
    if row is None:
        return f"{marks}{place}: {label}: {say(NOBODY, language)}"
    sentence = as_text(answer(prose, indicator))
    shown = [carrier.row for carrier in prose.carriers]
    named = "" if row in shown else f"{label}: "  # a sentence without the figure does not say what it is of
    said = " ".join([sentence, *_beside(prose, row)])
    return f"{marks}{place}: {named}{said} [{(shown or [row])[0].id}]"


def _row(prose: Prose, indicator: str) -> Estimate | None:
    """The row that answers; none if nobody is in the group.

    Raises:
        ReportError: if the indicator is not one share.
    """
    where = prose.where()
    found = [prose.rows.find(indicator, statistic, where) for statistic in _ANSWERING]
    if not any(found) and not any(prose.rows.find(indicator, name, Where(where.population)) for name in _ANSWERING):
        shares = [name for name in prose.context.indicators if prose.rows.find(name, "share", Where(where.population))]
        mend = nearest(indicator, shares) or f"Known: {', '.join(shares)}."
        raise ReportError(f"«{indicator}» is not one share, so no sentence says it", mend=mend)
    return next(filter(None, found), None)


def _beside(prose: Prose, row: Estimate) -> Iterator[str]:
    """What must stand with the figure where no report does: who was not asked, the year before, the response rate."""
    language = prose.language
    reasons = [part.partition("=")[0] for part in row.missing.split(";")]
    if row.estimate is None and reasons == ["not_applicable"]:
        yield say("The question was not put to them.", language)
    for each in breaks(prose.trend(row.indicator)):
        if each.later == prose.context.population and not row.by:
            names = {"former": each.former, "later": each.later, "reason": each.reason}
            yield say("{former} and {later} cannot be compared: {reason}.", language, **names)
    of_all = row.statistic == "share" and not prose.facts(row.indicator).survey
    if of_all and prose.has("response", "rr2"):
        yield as_text(response(prose))
