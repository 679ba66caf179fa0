"""The edges that keep data: the vault, and the platform that collects. Whoever needs neither starts faster without."""

import functools
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from evaltool.contacts.vault import Vault
from evaltool.errors import PlatformError
from evaltool.platforms import open_platform
from evaltool.platforms.base import Access, Invitation, Platform
from evaltool.project import Project
from evaltool.records import Deployment
from evaltool.server.schema import sqlite_url
from evaltool.survey.model import Survey
from evaltool.workflows.erased import erasures
from evaltool.workflows.working import deployment_path, read_json, standing_survey, write_json


@contextmanager
def open_vault(project: Project) -> Generator[Vault]:
    """The vault without those whose erasure is finished, also if an older copy of it was put back."""
    hers = [name for item in erasures(project) if item.finished_at for name in item.pseudonyms]
    with closing(Vault.open(project.vault)) as vault:
        if hers and vault.knows(hers):
            vault.erase(hers)
        yield vault


@contextmanager
def connected(name: str, project: Project) -> Generator[Platform]:
    """The platform called `name`, with this project's access, as long as it is needed.

    Raises:
        PlatformError: if it is another one than this project has used before.
    """
    project.data.mkdir(parents=True, exist_ok=True)
    platform = open_platform(name, _access(project, name))
    try:
        _refuse_other(project, name, platform.identity())
        yield platform
    finally:
        platform.disconnect()


def _access(project: Project, name: str) -> Access:
    def standing(deployment_id: str) -> tuple[Deployment, Survey]:
        survey = Survey.model_validate(read_json(standing_survey(project, deployment_id)))
        return Deployment.from_json(read_json(deployment_path(project, deployment_id))), survey

    if name == "limesurvey":
        told = project.settings.limesurvey
        linked = functools.partial(_linked, project)
        return Access(url=told.url, user=told.user, timezone=told.timezone, standing=standing, linked=linked)
    return Access(url=database_url(project), address=project.public_url, standing=standing)


def _linked(project: Project, deployment_id: str) -> list[Invitation]:
    """Who of the roster has which access code of an adopted survey (the vault keeps it behind the survey's number)."""
    with closing(Vault.open(project.vault)) as vault:
        courses = {course.unit: course.attributes for course in vault.courses()}
        return [
            Invitation(link.unit, link.person, link.token.partition(":")[2], link.language, courses[link.unit])
            for link in vault.links(deployment_id)
        ]


def database_url(project: Project) -> str:
    """Address of the embedded server's database."""
    return sqlite_url(project.database) if isinstance(project.database, Path) else project.database


def _refuse_other(project: Project, name: str, identity: str) -> None:
    """A platform is remembered when it is first used: answers of another one would be taken for its own."""
    path = project.data / "platforms" / f"{name}.json"
    if not path.is_file():
        write_json(path, {"identity": identity})
    elif read_json(path)["identity"] != identity:
        raise PlatformError(f"«{name}» is not the one used before", where=str(path), mend=_OTHER[name])


_OTHER = {
    "embedded": "Put the former database back, or set [server] database or EVALTOOL_DATABASE as they were.",
    "limesurvey": "Set [limesurvey] url as it was. If the same server has moved, delete this file.",
}
