"""Check all files of a project before anything is done with them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn, TypeVar

from evaltool.errors import DefinitionError, EvaltoolError, ReleaseError
from evaltool.plan import Plan
from evaltool.project import Project
from evaltool.report.definition import ChartSpec, ReportDefinition, TableSpec, paired_faults, read_definition
from evaltool.report.rendering import check_report, report_warnings
from evaltool.survey.model import Survey
from evaltool.survey.release import Release, release_path
from evaltool.survey.rules import Shown, apart_faults, load_rules, rule_faults
from evaltool.workflows.definitions import Checked, all_or_faults, check
from evaltool.workflows.definitions import release as release_version
from evaltool.workflows.deploying import deployments
from evaltool.workflows.estimated import definition_path
from evaltool.workflows.made_up import load_demo
from evaltool.workflows.planned import draft_plan, draft_themes, names_of, plan_line, themes_line
from evaltool.yamlfile import YamlFile, faults_error, read_yaml


def check_project(project: Project) -> tuple[list[Checked], list[str]]:
    """The checked definitions, a line for each of rules, plan, report and demo, and one for each warning.

    Raises:
        DefinitionError: with the faults of all files, definitions first.
    """
    checked = check(project)
    surveys = [item.survey for item in checked]
    plan = _once(lambda: draft_plan(project, surveys))
    themes = _once(lambda: draft_themes(project, surveys, plan()))
    names = _once(lambda: names_of(plan(), themes(), surveys))
    known = _if_faultless(names)
    lines = all_or_faults(
        [
            lambda: _check_rules(project, surveys),
            lambda: plan_line(plan()),
            lambda: themes_line(themes()),
            *(partial(check_report, path, known) for path in _reports(project)),
            lambda: f"demo: {len(load_demo(project.analysis / 'demo.yaml').populations)} populations, no faults",
            lambda: _check_apart(project, plan()),
        ]
    )
    warnings = [f"Warning: {warning}" for path in _reports(project) for warning in report_warnings(path, names())]
    return checked, [*(line for line in lines if line), *warnings]


_Made = TypeVar("_Made")


def _once(step: Callable[[], _Made]) -> Callable[[], _Made]:
    """The step, taken now and never again: what it made, or the error that it raised, for all who ask.

    The same faults may so be told by several: `all_or_faults` tells them once.
    """
    try:
        made = step()
    except EvaltoolError as error:
        return partial(_again, error)
    return lambda: made


def _again(error: EvaltoolError) -> NoReturn:
    raise error


def _if_faultless(step: Callable[[], _Made]) -> _Made | None:
    """What the step makes; None where it finds faults, which a line of their own tells."""
    try:
        return step()
    except EvaltoolError:
        return None


def _reports(project: Project) -> list[Path]:
    """The definitions of all reports; of none the one that is missing."""
    return _definitions(project) or [definition_path(project)]


def _definitions(project: Project) -> list[Path]:
    return sorted(project.reports.glob("*/report.yaml"))


def release(project: Project, survey: str, version: int, *, revision: str = "") -> tuple[Release, bool]:
    """Release a version once the analysis plan and the rules of wording find no fault in the definitions.

    A release that the plan cannot read would stop the analysis of what is in the field.

    Raises:
        ReleaseError: with all that is wrong.
    """
    if revision:
        _refuse_revision(project, survey, version)
    surveys = [item.survey for item in check(project)]
    steps = [lambda: _check_rules(project, surveys)]
    if project.plan.is_file():
        steps.append(lambda: plan_line(draft_plan(project, surveys)))
    try:
        all_or_faults(steps)
    except DefinitionError as error:
        mend = "Mend them first; evaltool check tells the same."
        message = f"{survey} version {version} cannot be released: the plan or the rules find faults"
        raise ReleaseError(message, mend=mend, faults=error.faults) from None
    return release_version(project, survey, version, revision=revision)


def _refuse_revision(project: Project, survey: str, version: int) -> None:
    """What is open on LimeSurvey takes no correction: the codebook would tell words that nobody was shown."""
    for item in deployments(project):
        if (item.survey, item.version, item.platform) == (survey, version, "limesurvey") and not item.pretest:
            mend = f"Copy the definition to version {version + 1}, correct it there, release and deploy that."
            raise ReleaseError(f"{item.id} is open on LimeSurvey, and takes no text revision", mend=mend)


def _check_rules(project: Project, surveys: Sequence[Survey]) -> str:
    """Check the wording; says in a line that it was ("" if the project has no rules for it)."""
    found = load_rules(project.surveys / "rules.yaml")
    if not found:
        return ""
    faults = rule_faults(found, surveys, project.surveys, closed=_closed(project, surveys))
    if faults:
        raise faults_error("the surveys break the project's rules", faults)
    return f"rules: {len(found.rules.model_fields_set - {'format'})} kinds, no faults"


def _closed(project: Project, surveys: Sequence[Survey]) -> list[str]:
    """Released versions that a later one has replaced: nothing in them will be asked of anybody new."""
    latest = {survey.survey: survey.version for survey in sorted(surveys, key=lambda survey: survey.version)}
    old = [survey for survey in surveys if survey.version < latest[survey.survey]]
    return [survey.key for survey in old if release_path(project.surveys, survey.survey, survey.version).exists()]


def _check_apart(project: Project, plan: Plan) -> str:
    """Check what the reports show side by side. Says nothing: the rules have their line."""
    reports = _if_faultless(lambda: [(read_definition(path), read_yaml(path)) for path in _definitions(project)])
    if reports is None:
        return ""
    found = load_rules(project.surveys / "rules.yaml")
    faults = apart_faults(found.rules, list(_shown(reports, plan))) if found and found.rules.apart else []
    paired = {name for name, indicator in plan.indicators.items() if indicator.paired}
    for definition, file in reports:
        faults += paired_faults(definition, file, paired)
    if faults:
        raise faults_error("reports show side by side what must stand apart", faults)
    return ""


def _shown(reports: Iterable[tuple[ReportDefinition, YamlFile]], plan: Plan) -> Iterator[Shown]:
    for definition, file in reports:
        for kind, parts in (("charts", definition.charts), ("tables", definition.tables)):
            for name, part in parts.items():
                shown = part.indicators or _compared(plan, part)
                asked = {question for indicator in shown for question in _asked(plan, indicator)}
                yield Shown(name, file.where((kind, name)), frozenset(asked))


def _compared(plan: Plan, part: ChartSpec | TableSpec) -> tuple[str, ...]:
    """A table of a comparison that names no indicators shows all that are compared."""
    compared = plan.comparisons.get(part.comparison) if isinstance(part, TableSpec) else None
    return compared.indicators if compared else ()


def _asked(plan: Plan, name: str) -> list[str]:
    """The questions that an indicator's or a scale's figures are made of; a distribution has its question's name."""
    if name in plan.scales:
        return list(plan.scales[name].items)
    indicator = plan.indicators.get(name)
    return plan.answered(indicator) + plan.answers_in(indicator.rule) if indicator else [name]
