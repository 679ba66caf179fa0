"""The datasets of a project, read without whatever computes on them."""

from evaltool.errors import CleaningError
from evaltool.project import Project
from evaltool.responses.dataset import Dataset, read_dataset


def datasets(project: Project) -> dict[str, Dataset]:
    """All datasets by the key of their survey.

    Raises:
        CleaningError: if there is none.
    """
    folders = sorted(path.parent for path in (project.data / "datasets").glob("*/manifest.json"))
    found = {folder.name: read_dataset(folder) for folder in folders if not folder.name.endswith((".new", ".old"))}
    if not found:
        raise CleaningError("there is no dataset", where=str(project.data / "datasets"), mend="Run: evaltool clean")
    return found
