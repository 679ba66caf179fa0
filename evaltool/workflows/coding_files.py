"""Where the themes of open answers and the marks of coders lie."""

from pathlib import Path

from evaltool.project import Project
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
