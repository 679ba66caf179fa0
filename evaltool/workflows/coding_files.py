"""Where themes and marks are kept, and the themes themselves; no answer is read for it."""

from pathlib import Path

from evaltool.plan import Plan
from evaltool.project import Project
from evaltool.responses.coding_themes import Themes, load_themes
from evaltool.survey.load import load_roster
from evaltool.workflows.definitions import released
from evaltool.workflows.working import file_hash


def themes_path(project: Project) -> Path:
    return project.analysis / "themes.yaml"


def coding_folder(project: Project) -> Path:
    """Where the marks are kept, a file a question."""
    return project.data / "coding"


def coding_path(project: Project, question: str) -> Path:
    return coding_folder(project) / f"{question}.json"


def coding_hashes(project: Project) -> dict[str, str]:
    """What figures and quotes of open answers are made of beside the datasets; nothing where nothing is coded."""
    found = sorted(coding_folder(project).glob("*.json"))
    themes = [themes_path(project)] if found and themes_path(project).is_file() else []
    return {path.name: file_hash(path) for path in (*themes, *found)}


def read_themes(project: Project, plan: Plan) -> Themes:
    """The themes, checked against releases, roster and plan; none where the project lists none."""
    roster = load_roster(project.surveys / "roster.yaml")
    taken = {*plan.indicators, *plan.distributions, *plan.scales}
    return load_themes(themes_path(project), [item.survey for item in released(project)], roster, taken)
