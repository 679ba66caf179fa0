"""The plan and the themes, checked against what was released or against the definitions as they are."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from evaltool.plan import RESERVED, Plan, load_plan
from evaltool.project import Project
from evaltool.report.names import Names
from evaltool.responses.coding_themes import Themes, load_themes
from evaltool.survey.load import find_definitions, load_roster, load_survey
from evaltool.survey.model import Survey
from evaltool.workflows.coding_files import themes_path
from evaltool.workflows.definitions import harmonies, planned_harmonies, released


def read_plan(project: Project, path: Path | None = None) -> Plan:
    """The analysis plan, or another at `path`, checked against the releases and the verdicts on their items."""
    known = {survey.key: survey for survey in standing(project)}
    return load_plan(path or project.plan, known, load_roster(project.surveys / "roster.yaml"), harmonies(project))


def read_themes(project: Project, plan: Plan) -> Themes:
    """The themes of open answers, checked against releases, roster and plan; none where the project lists none."""
    return _load_themes(project, standing(project), plan)


def standing(project: Project) -> list[Survey]:
    """All releases; surveys of which nothing is released yet are taken as their definitions stand."""
    known = [item.survey for item in released(project)]
    asked = {survey.survey for survey in known}
    return known + _definitions(
        project, [path for path in find_definitions(project.surveys) if path.parent.name not in asked]
    )


def _load_themes(project: Project, surveys: Sequence[Survey], plan: Plan) -> Themes:
    roster = load_roster(project.surveys / "roster.yaml")
    return load_themes(themes_path(project), surveys, roster, {*plan.indicators, *plan.distributions, *plan.scales})


def _definitions(project: Project, paths: Sequence[Path]) -> list[Survey]:
    roster = load_roster(project.surveys / "roster.yaml")
    return [load_survey(path, roster) for path in paths]


def draft_plan(project: Project, surveys: Sequence[Survey]) -> Plan:
    """The analysis plan, checked against all `surveys` as their definitions are now."""
    known = {survey.key: survey for survey in surveys}
    roster = load_roster(project.surveys / "roster.yaml")
    return load_plan(project.plan, known, roster, planned_harmonies(project, surveys))


def draft_themes(project: Project, surveys: Sequence[Survey], plan: Plan) -> Themes:
    """The themes of open answers, checked against all `surveys` as their definitions are now."""
    return _load_themes(project, surveys, plan)


def names_of(plan: Plan, themes: Themes, surveys: Iterable[Survey]) -> Names:
    """What a report can name by the plan and the themes, before anything is analysed."""
    return Names(
        indicators={*plan.indicators, *plan.distributions, *plan.scales, *themes.questions, *RESERVED},
        comparisons=plan.comparisons,
        groups={name: plan.levels(name) for name in (*plan.grouped, plan.population.column)},
        themes={name: question.themes for name, question in themes.questions.items()},
        surveys=[survey.key for survey in surveys],
    )


def plan_line(plan: Plan) -> str:
    """What a plan without faults holds."""
    return f"plan: {len(plan.indicators)} indicators, no faults"


def themes_line(themes: Themes) -> str:
    """What themes without faults hold ("" if the project lists none)."""
    count = sum(len(question.themes) for question in themes.questions.values())
    return f"themes: {count} for {len(themes.questions)} open questions, no faults" if count else ""
