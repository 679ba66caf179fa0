"""The embedded survey server as a platform: works on its database, whether the server runs or not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NoReturn

from evaltool.errors import Fault, PlatformError
from evaltool.platforms.base import Access, Archived, Batch, Invitation, Letter, Put, Say, Where, silent
from evaltool.records import Deployment
from evaltool.server.store import Participant, Store
from evaltool.survey.model import Survey
from evaltool.survey.release import make_release


class Embedded:
    """`access.url` is the database of the server."""

    def __init__(self, access: Access):
        self._store = Store.open(access.url)
        self._access = access

    def deploy(
        self, deployment: Deployment, survey: Survey, *, where: Where, say: Say = silent, dry_run: bool = False
    ) -> Put:
        step = self._step(deployment)
        if step:
            say(f"{'would ' if dry_run else ''}{step}")
        if not dry_run:  # even where nothing is to do: a translation may have been reviewed since
            self._store.add_deployment(deployment, survey.model_dump_json(exclude_defaults=True))
        return Put((step,) if step else ())

    def _step(self, deployment: Deployment) -> str:
        standing = {item.id: item for item in self._store.deployments()}.get(deployment.id)
        if standing is None:
            return f"put {deployment.id} into the survey server's database"
        revised = standing.revision < deployment.revision
        return f"put the texts of revision {deployment.revision} in place of the former" if revised else ""

    def drift(self, deployment_id: str) -> list[Fault]:
        sent, _ = self._access.standing(deployment_id)
        stands = make_release(self._store.survey(deployment_id), released_at=sent.deployed_at)
        found = ["the structure"] if stands.structure_hash != sent.structure_hash else []
        found += sorted({f"a text in «{language}»" for language, _ in stands.texts.items() ^ sent.texts_now.items()})
        mend = "Its database was changed by hand, or put back from a backup: put the right one back."
        return [Fault("platform-difference", f"{what} is another", deployment_id, mend) for what in found]

    def invite(self, deployment_id: str, invitations: Iterable[Invitation]) -> int:
        participants = [
            Participant(
                unit=item.unit, person=item.person, token=item.token, language=item.language, attributes=item.attributes
            )
            for item in invitations
        ]
        return self._store.add_participants(deployment_id, participants)

    def mail(self, deployment_id: str, letters: Sequence[Letter], *, remind: bool = False) -> NoReturn:
        mend = "Send the links that evaltool invite writes: by SMS, or with your own mail program."
        raise PlatformError("the embedded survey server writes no mail", where=deployment_id, mend=mend)

    def status(self, deployment_id: str) -> Mapping[str, int]:
        return self._store.counts(deployment_id)

    def pull(self, deployment_id: str, archived: Archived, *, limit: int) -> Iterator[Batch]:
        after = archived.cursor()
        if after > self._store.last_change():
            message = f"the server's database is older than the archive of {deployment_id}"
            mend = "A backup was put back: pulling would lose answers. Put back the archive of the same day, too."
            raise PlatformError(message, mend=mend)
        counts = self._store.counts(deployment_id)
        while changes := self._store.changes(deployment_id, after, limit):
            after = changes[-1][0]
            yield Batch(tuple(response for _, response in changes), after, counts["invited"])

    def erase(self, deployment_id: str, pseudonyms: Sequence[str]) -> int:
        return self._store.erase(deployment_id, pseudonyms)

    def close(self, deployment_id: str) -> None:
        self._store.close_deployment(deployment_id)

    def ended(self, deployment_id: str) -> str:
        return "" if self._store.is_open(deployment_id) else "the survey was closed"

    def identity(self) -> str:
        return self._store.identity()

    def disconnect(self) -> None:
        self._store.close()

    def link(self, deployment_id: str, token: str, language: str) -> str:
        return f"{self._access.address}/s/{token}"
