"""Look whether this machine and project are ready, and say what is missing."""

import shutil
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pypandoc

from evaltool.errors import ArchiveError, EvaltoolError, ProjectError
from evaltool.project import Project
from evaltool.responses.archive import Archive
from evaltool.workflows.definitions import check
from evaltool.workflows.deploying import deployments
from evaltool.workflows.erased import erasures, unfinished
from evaltool.workflows.erasing import put_back
from evaltool.workflows.planned import draft_plan, plan_line
from evaltool.workflows.working import cloud_warning

_LEAST_BYTES = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    ok: bool
    message: str


def examine(project: Project) -> list[Finding]:
    """Look at everything; nothing is changed but a trial file that is removed again."""
    return [
        Finding(ok=sys.version_info >= (3, 11), message=f"Python {sys.version.split()[0]} (3.11 or later)"),
        Finding(ok=sqlite3.sqlite_version_info >= (3, 35), message=f"SQLite {sqlite3.sqlite_version} (3.35 or later)"),
        _tried("pandoc for Word and HTML", lambda: str(pypandoc.get_pandoc_version())),
        _tried("definitions", lambda: ", ".join(item.survey.key for item in check(project))),
        _tried("analysis plan", lambda: _plan(project)),
        *_folders(project),
        _cloud(project),
        _port(project),
        _tried("archives", lambda: _archives(project)),
        _tried("erasures", lambda: _erasures(project)),
    ]


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(ok=True, message=f"{what}: {look()}")
    except (EvaltoolError, OSError) as error:
        return Finding(ok=False, message=f"{what}: {error}")


def _plan(project: Project) -> str:
    return plan_line(draft_plan(project, [item.survey for item in check(project)]))


def _folders(project: Project) -> Iterator[Finding]:
    for folder in (project.data, project.build):
        yield _tried(f"{folder.name} folder", lambda folder=folder: _written(folder))


def _written(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"trial")
    free = shutil.disk_usage(folder).free
    if free < _LEAST_BYTES:
        raise OSError(f"{folder} has only {free // 1_000_000} MB left")
    return f"can be written, {free // 1_000_000_000} GB free"


def _cloud(project: Project) -> Finding:
    warning = cloud_warning(project)
    return Finding(ok=not warning, message=warning or "the data folder is not in a cloud folder")


def _port(project: Project) -> Finding:
    server = project.settings.server
    with socket.socket() as probe:
        try:
            probe.bind((server.host, server.port))
        except OSError:
            message = (
                f"port {server.port} is taken: if evaltool's own server is running, all is well; "
                "else set another port in evaltool.toml: [server] port"
            )
            return Finding(ok=False, message=message)
    return Finding(ok=True, message=f"port {server.port} is free")


def _archives(project: Project) -> str:
    """Looks at the archive of every deployment. Raises ArchiveError with all that does not agree."""
    found = deployments(project)
    faults = [fault for item in found for fault in Archive(project.archive / item.id).verify()]
    if faults:
        raise ArchiveError("the archive does not agree with its ledger", faults=faults)
    return ", ".join(item.id for item in found) or "none yet"


def _erasures(project: Project) -> str:
    """Whether all are carried out, and nobody came back with a backup. Raises ProjectError if not."""
    told, faults = unfinished(project), put_back(project)
    if told or faults:
        raise ProjectError(told or "not everybody who was erased is gone", faults=faults)
    return f"{len(erasures(project))}, all carried out"
