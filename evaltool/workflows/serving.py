"""Run the embedded survey server: for respondents, or as a preview for staff."""

import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from evaltool.platforms.base import Access, Invitation
from evaltool.platforms.embedded import Embedded
from evaltool.project import Project
from evaltool.records import Deployment
from evaltool.server.schema import sqlite_url
from evaltool.server.serving import run
from evaltool.survey.load import load_definition
from evaltool.survey.release import make_release
from evaltool.workflows.connecting import database_url
from evaltool.workflows.deploying import PRETEST, deployments, fill_privacy
from evaltool.workflows.working import now

Say = Callable[[str], None]


def serve(project: Project, *, host: str = "", port: int | None = None, say: Say) -> None:
    """Serve until Ctrl+C; without `host` and `port` those of `evaltool.toml`.

    Raises:
        PlatformError: if the port is taken.
    """
    settings = project.settings.server
    names = ", ".join(item.id for item in deployments(project)) or "nothing yet; evaltool deploy puts a survey there"
    run(
        database_url(project),
        host=host or settings.host,
        port=settings.port if port is None else port,
        secret_file=_secret_file(project),
        synthetic=project.settings.synthetic,
        ready=lambda address: say(f"Serving {names} at {address}. Ctrl+C ends."),
    )


def _secret_file(project: Project) -> Path:
    project.data.mkdir(parents=True, exist_ok=True)
    return project.data / "server.secret"


def preview(project: Project, survey: str, version: int, *, port: int | None = None, say: Say) -> None:
    """Serve a definition as it is now, on this machine only, from a folder that is deleted at the end.

    Raises:
        DefinitionError: with every fault of the definition.
    """
    made = make_release(
        fill_privacy(load_definition(project.surveys, survey, version), project.privacy), released_at=now()
    )
    deployment = Deployment(
        id=made.survey.key + PRETEST,
        survey=survey,
        version=version,
        structure_hash=made.structure_hash,
        texts=made.texts,
        platform="embedded",
        deployed_at=now(),
        pretest=True,
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        access = Access(url=sqlite_url(Path(folder, "preview.sqlite")), address="")
        platform = Embedded(access)
        platform.deploy(deployment, made.survey, where=str)
        tokens = {language: secrets.token_urlsafe(18) for language in made.survey.languages}
        platform.invite(deployment.id, [_visitor(language, token) for language, token in tokens.items()])
        platform.disconnect()
        run(
            access.url,
            port=project.settings.server.port if port is None else port,
            secret_file=Path(folder) / "secret",
            preview=True,
            ready=lambda address: _tell(say, address, tokens),
        )


def _visitor(language: str, token: str) -> Invitation:
    return Invitation(unit=f"preview {language}", person="preview", token=token, language=language, attributes={})


def _tell(say: Say, address: str, tokens: Mapping[str, str]) -> None:
    for language, token in tokens.items():
        say(f"{language}: {address}/s/{token}")
