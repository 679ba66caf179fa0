"""What stands of an analysis: its manifest and its codebook. Neither plan nor dataset is read: that is fast."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from evaltool.errors import PlanError, ReportError
from evaltool.project import Project
from evaltool.report.context import ReportContext
from evaltool.workflows.coding_files import coding_folder, coding_hashes
from evaltool.workflows.working import file_hash, read_json

_ANALYSE = "Run: evaltool analyse"


@dataclass(frozen=True, kw_only=True)
class Codebook:
    """The words for the rows: labels, targets, bases, levels. Its context is of no population and language yet.

    `language` is that of the plan.
    """

    format: Literal[1] = 1
    language: str
    context: ReportContext


def definition_path(project: Project, name: str = "status") -> Path:
    """The definition of the report called `name`."""
    return project.reports / name / "report.yaml"


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
        codebook_path(project): manifest.get("codebook"),
    }
    made_of |= {project.dataset(key) / "manifest.json": known for key, known in manifest["inputs"].items()}
    for path, known in made_of.items():
        if not path.is_file() or file_hash(path) != known:
            raise ReportError(f"{path.name} has changed since the analysis", where=path.as_posix(), mend=_ANALYSE)
    if coding_hashes(project) != manifest.get("coding", {}):
        where = coding_folder(project).as_posix()
        raise ReportError("themes or marks of coders have changed since the analysis", where=where, mend=_ANALYSE)


def codebook_path(project: Project) -> Path:
    return project.estimates.with_suffix(".codebook.json")


def write_codebook(project: Project, codebook: Codebook) -> None:
    """Write the words beside the rows."""
    path = codebook_path(project)
    part = path.with_name(path.name + ".part")
    part.write_bytes(TypeAdapter(Codebook).dump_json(codebook, indent=1))
    part.replace(path)


def read_codebook(project: Project) -> Codebook:
    """The words for the rows.

    Raises:
        ReportError: if they cannot be read, or a newer evaltool wrote them.
    """
    path = codebook_path(project)
    try:
        return TypeAdapter(Codebook).validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        message = "the codebook of the estimates cannot be read"
        raise ReportError(message, where=path.as_posix(), mend=_ANALYSE) from None
