"""What all workflows share: one run at a time, the clock, progress, and a warning about cloud folders."""

import hashlib
import json
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from evaltool.errors import BusyError, ProjectError
from evaltool.project import Project
from evaltool.records import utc_now

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

now = utc_now
"""The clock of all workflows."""

_CLOUD = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud", "sharepoint", "box sync")


def silent(label: str, done: int, total: int) -> None:
    """No progress shown."""


@contextmanager
def working(project: Project) -> Generator[None]:
    """Hold the project's data while working on it.

    Raises:
        BusyError: if another run holds them.
    """
    project.data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(project.data / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        mend = "Wait until the other run has ended, then try again. Nothing was changed."
        raise BusyError(
            "another run of evaltool is working on these data", where=str(project.data), mend=mend
        ) from None
    try:
        yield
    finally:
        lock.release()


def cloud_warning(project: Project) -> str:
    """A warning if the data folder is synchronised to a cloud ("" if not)."""
    parts = [part.lower() for part in project.data.parts]
    if not any(name in part for part in parts for name in _CLOUD):
        return ""
    return (
        f"{project.data} is in a folder that is synchronised to a cloud: answers and contact data would leave this "
        "machine, and a synchronised database can be damaged. Set [paths] data in evaltool.toml to a local folder."
    )


def deployment_path(project: Project, deployment_id: str) -> Path:
    """The record of a deployment."""
    return project.data / "deployments" / f"{deployment_id}.json"


def pull_path(project: Project, deployment_id: str) -> Path:
    """Where the last pull notes its time: the archive knows only pulls that brought something."""
    return project.data / "pulls" / f"{deployment_id}.json"


def standing_survey(project: Project, deployment_id: str) -> Path:
    """The survey of a deployment as it was sent, with the facts about privacy filled in."""
    return project.data / "deployments" / "surveys" / f"{deployment_id}.json"


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write readable JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(data, ensure_ascii=False, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Read what `write_json` wrote. Raises ProjectError if it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise ProjectError("the file is damaged", where=path.as_posix(), mend="Restore it from the backup.") from None
