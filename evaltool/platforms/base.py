"""What every survey platform offers: the same verbs, the same records."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn, Protocol, TypeAlias

from evaltool.errors import Fault, PlatformError
from evaltool.records import Deployment, RawResponse
from evaltool.survey.model import Survey

Where: TypeAlias = Callable[[str], str]
"""File and line of a place in a survey, by the key of its text (`job.label`) or property (`job.relevant`)."""

Say: TypeAlias = Callable[[str], object]


def silent(_words: str) -> None:
    """Nothing is told."""


class GoneError(PlatformError):
    """The survey stands on its platform no longer: somebody has deleted it there."""

    code = "platform-gone"


def _nothing(deployment_id: str) -> NoReturn:
    raise PlatformError(f"nothing is known of a deployment «{deployment_id}»", mend="Run: evaltool deploy")


@dataclass(frozen=True)
class Access:
    """How a platform is reached: its database or API, and the address that personal links start with.

    `user` logs in there; `timezone` is that of the platform's clock, where its times have none. `standing` gives a
    deployment as it was remembered, and the survey as it was sent, by the deployment's id. `linked` are those whose
    access codes an adopted survey had given them.
    """

    url: str
    address: str = ""
    user: str = ""
    timezone: str = ""
    standing: Callable[[str], tuple[Deployment, Survey]] = field(default=_nothing, repr=False)
    linked: Callable[[str], "Iterable[Invitation]"] = field(default=_nothing, repr=False)


@dataclass(frozen=True, repr=False)
class Invitation:
    """A course that may answer: pseudonyms, secret access code, language, attributes for routing."""

    unit: str
    person: str
    token: str
    language: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, repr=False)
class Letter:
    """A mail that a platform sends: to whom, by pseudonym, and where."""

    unit: str
    token: str
    name: str
    email: str


Fate: TypeAlias = Literal["sent", "failed", "not_tried", "unknown"]


@dataclass(frozen=True)
class Mailed:
    """What became of the mail to one person. `reason` holds the mail server's words without addresses."""

    unit: str
    fate: Fate
    reason: str = ""


@dataclass(frozen=True)
class Put:
    """What was done to deploy, or would be, in plain words; nothing if all of it stood already.

    `mapping` is what the platform needs to find the survey again and to read its answers: it is kept in the record.
    """

    steps: tuple[str, ...]
    mapping: Mapping[str, Any] = field(default_factory=dict[str, Any])
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Responses pulled at once; `cursor` is where the next pull goes on, `total` how many stand there.

    `gone` are interviews that are archived and stand there no longer.
    """

    responses: tuple[RawResponse, ...]
    cursor: int
    total: int
    gone: tuple[str, ...] = ()


class Archived(Protocol):
    """What of a deployment lies in the archive already."""

    def cursor(self) -> int:
        """The number of the last change that is archived; 0 before the first."""
        ...

    def latest(self) -> Mapping[str, tuple[int, str]]:
        """The last state of each interview: its revision, and the digest of the record."""
        ...


class Platform(Protocol):
    """A place where surveys are answered. Every verb can be repeated: the second time changes nothing."""

    def deploy(
        self, deployment: Deployment, survey: Survey, *, where: Where, say: Say = silent, dry_run: bool = False
    ) -> Put:
        """Put the survey there, or with `dry_run` only tell what would be done. `say` is told each step before it.

        Raises:
            DefinitionError: with everything about the survey that the platform would not take as it is meant.
            PlatformError: if something else stands under this id.
        """
        ...

    def drift(self, deployment_id: str) -> list[Fault]:
        """Everything that stands there otherwise than it was sent."""
        ...

    def invite(self, deployment_id: str, invitations: Iterable[Invitation]) -> int:
        """Let these courses answer; returns how many are new."""
        ...

    def mail(self, deployment_id: str, letters: Sequence[Letter], *, remind: bool = False) -> list[Mailed]:
        """Let the platform write to these people; what became of each, in order.

        Raises:
            PlatformError: if the platform writes no mail.
        """
        ...

    def status(self, deployment_id: str) -> Mapping[str, int]:
        """Counts: invited, opened, partial, complete, refused."""
        ...

    def pull(self, deployment_id: str, archived: Archived, *, limit: int) -> Iterator[Batch]:
        """Responses that are new or changed since they were archived, about `limit` at once.

        What a batch holds must be archived before the next one is asked for.

        Raises:
            PlatformError: if the platform is older than the archive, or gives fewer responses than it counts.
        """
        ...

    def erase(self, deployment_id: str, pseudonyms: Sequence[str]) -> int:
        """Delete the answers and invitations of these units or persons there; returns how many there were."""
        ...

    def close(self, deployment_id: str) -> None:
        """Take no more answers."""
        ...

    def ended(self, deployment_id: str) -> str:
        """Why nobody can answer; "" while everybody invited can."""
        ...

    def identity(self) -> str:
        """What tells this platform from every other one; it never changes.

        Raises:
            PlatformError: if the platform cannot be reached.
        """
        ...

    def disconnect(self) -> None:
        """Let go of files and connections; on Windows they cannot be moved before."""
        ...

    def link(self, deployment_id: str, token: str, language: str) -> str:
        """The personal link."""
        ...
