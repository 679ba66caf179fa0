"""The embedded survey server as a platform: works on its database, whether the server runs or not."""

from collections.abc import Iterable, Mapping

from evaltool.errors import PlatformError
from evaltool.platforms.base import Access, Batch, Invitation
from evaltool.records import Deployment
from evaltool.server.store import Participant, Store
from evaltool.survey.model import Survey


class Embedded:
    """`access.url` is the database of the server."""

    def __init__(self, access: Access):
        self._store = Store.open(access.url)
        self._address = access.address

    def deploy(self, deployment: Deployment, survey: Survey) -> None:
        self._store.add_deployment(deployment, survey.model_dump_json(exclude_defaults=True))

    def deployments(self) -> list[Deployment]:
        return self._store.deployments()

    def invite(self, deployment_id: str, invitations: Iterable[Invitation]) -> int:
        participants = [
            Participant(
                unit=item.unit, person=item.person, token=item.token, language=item.language, attributes=item.attributes
            )
            for item in invitations
        ]
        return self._store.add_participants(deployment_id, participants)

    def status(self, deployment_id: str) -> Mapping[str, int]:
        return self._store.counts(deployment_id)

    def pull(self, deployment_id: str, *, after: int, limit: int) -> Batch:
        if after > self._store.last_change():
            message = f"the server's database is older than the archive of {deployment_id}"
            mend = "A backup was put back: pulling would lose answers. Put back the archive of the same day, too."
            raise PlatformError(message, mend=mend)
        changes = self._store.changes(deployment_id, after, limit)
        cursor = changes[-1][0] if changes else after
        return Batch(tuple(response for _, response in changes), cursor)

    def close(self, deployment_id: str) -> None:
        self._store.close_deployment(deployment_id)

    def identity(self) -> str:
        return self._store.identity()

    def disconnect(self) -> None:
        self._store.close()

    def link(self, token: str) -> str:
        return f"{self._address}/s/{token}"
