"""Who was erased, by pseudonym: so that an erasure cut off is told and finished, and a backup brings nobody back."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from evaltool.errors import ProjectError
from evaltool.project import Project
from evaltool.workflows.working import now, read_json, write_json

FORMAT = 1
_AGAIN = "evaltool erase --again --yes"


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """An erasure as it was begun; `finished_at` is "" until it is carried out, and its pseudonyms lead to nobody then.

    `deployments` are those to which they had been invited.
    """

    pseudonyms: tuple[str, ...]
    deployments: tuple[str, ...]
    begun_at: str
    finished_at: str = ""


_ERASURES = TypeAdapter(list[Erasure])


def erased_path(project: Project) -> Path:
    """The list of erasures."""
    return project.data / "erased.json"


def erasures(project: Project) -> list[Erasure]:
    """All erasures, oldest first.

    Raises:
        ProjectError: if the list is damaged, or a newer evaltool wrote it.
    """
    path = erased_path(project)
    if not path.is_file():
        return []
    data = read_json(path)
    version = data.get("format")
    if isinstance(version, int) and version > FORMAT:
        message = f"the list has format {version}; this evaltool knows {FORMAT}"
        raise ProjectError(message, where=path.as_posix(), mend="Update evaltool.")
    try:
        return _ERASURES.validate_python(data.get("erasures"))
    except ValidationError:
        mend = "Restore it from the backup."
        raise ProjectError("the list of erasures is damaged", where=path.as_posix(), mend=mend) from None


def erased(project: Project, deployment_id: str = "") -> frozenset[str]:
    """The pseudonyms of all who were erased, or of those who had been invited to this deployment."""
    found = [item for item in erasures(project) if not deployment_id or deployment_id in item.deployments]
    return frozenset(name for item in found for name in item.pseudonyms)


def begin(project: Project, pseudonyms: Collection[str], deployments: Collection[str]) -> None:
    """Note the intention, before anything is deleted; once more if it was noted before changes nothing."""
    new = Erasure(pseudonyms=tuple(sorted(pseudonyms)), deployments=tuple(sorted(deployments)), begun_at=now())
    found = erasures(project)
    if not any(replace(item, begun_at=new.begun_at) == new for item in found):
        _write(project, [*found, new])


def finish(project: Project) -> None:
    """Note that all of them are carried out."""
    at = now()
    _write(project, [item if item.finished_at else replace(item, finished_at=at) for item in erasures(project)])


def _write(project: Project, found: Collection[Erasure]) -> None:
    write_json(erased_path(project), {"format": FORMAT, "erasures": [asdict(item) for item in found]})


def unfinished(project: Project) -> str:
    """A warning if an erasure was begun and is not finished ("" if none is)."""
    begun = [item.begun_at for item in erasures(project) if not item.finished_at]
    if not begun:
        return ""
    return f"an erasure that was begun at {begun[0]} is not finished; some of her data are still here. Run: {_AGAIN}"
