"""What every survey platform offers: the same verbs, the same records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from evaltool.records import Deployment, RawResponse
from evaltool.survey.model import Survey


@dataclass(frozen=True)
class Access:
    """How a platform is reached: its database or API, and the address that personal links start with."""

    url: str
    address: str


@dataclass(frozen=True, repr=False)
class Invitation:
    """A course that may answer: pseudonyms, secret access code, language, attributes for routing."""

    unit: str
    person: str
    token: str
    language: str
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Batch:
    """Responses pulled at once; `cursor` is where the next pull goes on."""

    responses: tuple[RawResponse, ...]
    cursor: int


class Platform(Protocol):
    """A place where surveys are answered. Every verb can be repeated: the second time changes nothing."""

    def deploy(self, deployment: Deployment, survey: Survey) -> None:
        """Put the survey there. Raises PlatformError if something else stands under this id."""
        ...

    def deployments(self) -> list[Deployment]: ...

    def invite(self, deployment_id: str, invitations: Iterable[Invitation]) -> int:
        """Let these courses answer; returns how many are new."""
        ...

    def status(self, deployment_id: str) -> Mapping[str, int]:
        """Counts: invited, opened, partial, complete, refused."""
        ...

    def pull(self, deployment_id: str, *, after: int, limit: int) -> Batch:
        """Responses that are new or changed since the cursor `after`; an empty batch ends the pull.

        Raises PlatformError if the platform is older than `after`.
        """
        ...

    def close(self, deployment_id: str) -> None:
        """Take no more answers."""
        ...

    def identity(self) -> str:
        """What tells this platform from every other one; it never changes."""
        ...

    def disconnect(self) -> None:
        """Let go of files and connections; on Windows they cannot be moved before."""
        ...

    def link(self, token: str) -> str:
        """The personal link."""
        ...
