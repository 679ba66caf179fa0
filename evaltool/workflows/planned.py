"""Plan, report definition, and whether the estimates still stand. No dataset is read, so answers come at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaltool.errors import PlanError, ReportError
from evaltool.plan import Plan, load_plan
from evaltool.project import Project
from evaltool.responses.coding_themes import Themes, load_themes
from evaltool.survey.load import find_definitions, load_roster, load_survey
from evaltool.survey.model import Survey
from evaltool.workflows.coding_files import coding_folder, coding_hashes, themes_path
from evaltool.workflows.definitions import harmonies, planned_harmonies, released
from evaltool.workflows.working import file_hash, read_json

_ANALYSE = "Run: evaltool analyse"


def read_plan(project: Project, path: Path | None = None) -> Plan:
    """The analysis plan, or another at `path`, checked against the releases and the verdicts on their items."""
    known = {survey.key: survey for survey in _standing(project)}
    return load_plan(path or project.plan, known, load_roster(project.surveys / "roster.yaml"), harmonies(project))


def read_themes(project: Project, plan: Plan) -> Themes:
    """The themes of open answers, checked against releases, roster and plan; none where the project lists none."""
    return _load_themes(project, _standing(project), plan)


def _standing(project: Project) -> list[Survey]:
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


def draft_plan(project: Project) -> Plan:
    """The analysis plan, checked against the definitions as they are now."""
    surveys = _definitions(project, find_definitions(project.surveys))
    known = {survey.key: survey for survey in surveys}
    roster = load_roster(project.surveys / "roster.yaml")
    return load_plan(project.plan, known, roster, planned_harmonies(project, surveys))


def check_plan(project: Project) -> str:
    """Check the plan; says in a line what it holds."""
    return f"plan: {len(draft_plan(project).indicators)} indicators, no faults"


def definition_path(project: Project, name: str = "status") -> Path:
    """The definition of the report called `name`."""
    return project.reports / name / "report.yaml"


def check_themes(project: Project) -> str:
    """Check the themes of open answers; says in a line what they hold ("" if the project lists none)."""
    if not themes_path(project).is_file():
        return ""
    surveys = _definitions(project, find_definitions(project.surveys))
    themes = _load_themes(project, surveys, draft_plan(project))
    count = sum(len(question.themes) for question in themes.questions.values())
    return f"themes: {count} for {len(themes.questions)} open questions, no faults"


def estimates_manifest(project: Project) -> Path:
    return project.estimates.with_suffix(".manifest.json")


def read_estimates_manifest(project: Project) -> dict[str, Any]:
    """The manifest of the estimates.

    Raises:
        PlanError: if nothing was analysed yet.
    """
    path = estimates_manifest(project)
    if not path.is_file():
        raise PlanError("there are no estimates", where=path.as_posix(), mend=_ANALYSE)
    return read_json(path)


def refuse_outdated(project: Project, manifest: Mapping[str, Any]) -> None:
    """Raises ReportError if the estimates, or anything that they were made of, changed since the analysis."""
    made_of = {
        project.estimates: manifest["output"],
        project.plan: manifest["plan"],
        project.roster: manifest["roster"],
    }
    made_of |= {project.dataset(key) / "manifest.json": known for key, known in manifest["inputs"].items()}
    for path, known in made_of.items():
        if not path.is_file() or file_hash(path) != known:
            raise ReportError(f"{path.name} has changed since the analysis", where=path.as_posix(), mend=_ANALYSE)
    if coding_hashes(project) != manifest.get("coding", {}):
        where = coding_folder(project).as_posix()
        raise ReportError("themes or marks of coders have changed since the analysis", where=where, mend=_ANALYSE)
