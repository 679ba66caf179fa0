"""What all workflows share: one run at a time, the clock, progress, and a warning about cloud folders."""

import hashlib
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from evaltool.errors import BusyError
from evaltool.platforms import open_platform
from evaltool.platforms.base import Access, Platform
from evaltool.project import Project

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

_CLOUD = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud", "sharepoint", "box sync")


def silent(label: str, done: int, total: int) -> None:
    """No progress shown."""


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


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


def platform_of(name: str, project: Project) -> Platform:
    """The platform called `name`, with this project's access."""
    project.data.mkdir(parents=True, exist_ok=True)
    return open_platform(name, Access(url=project.server_url, address=project.public_url))


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write readable JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))
