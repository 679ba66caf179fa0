"""Records that travel between the rooms: a deployment, a raw response, a course; and the time as they hold it.

Deployments and responses are stored as JSON; `FORMAT` is the version of that form.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Self, TypeAlias, cast

FORMAT = 1

Answer: TypeAlias = str | list[str] | None
"""A stored answer: codes or text as written down; `None` is "shown and left empty".

A question that was never shown has no entry at all.
"""

Status = Literal["opened", "partial", "complete", "refused"]
Mode = Literal["self", "keyed"]
Clock: TypeAlias = Callable[[], str]
"""Tells the time as `utc_now` does."""


def utc_now() -> str:
    """The time as it is stored: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, kw_only=True)
class Revision:
    """Texts that were corrected during the fieldwork: which revision was shown from when on."""

    revision: int
    texts: Mapping[str, str]
    deployed_at: str


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One release put on one platform. `texts` maps a language to the hash of the texts shown at first.

    `revisions` are the corrected texts since, oldest first: which of them a respondent saw follows from her times.
    `mapping` is what the platform calls things, where it takes other names than ours; `anonymised` says that it has cut
    the link between persons and answers, and reset the dates.
    """

    id: str
    survey: str
    version: int
    structure_hash: str
    texts: Mapping[str, str]
    platform: str
    deployed_at: str
    pretest: bool = False
    synthetic: bool = False
    revisions: tuple[Revision, ...] = ()
    mapping: Mapping[str, Any] = field(default_factory=dict[str, Any])
    anonymised: bool = False

    @property
    def adopted(self) -> bool:
        """Whether it was made on its platform by hand: evaltool only reads its answers."""
        return bool(self.mapping.get("adopted"))

    @property
    def revision(self) -> int:
        """The revision shown now; the first release is 1."""
        return self.revisions[-1].revision if self.revisions else 1

    @property
    def texts_now(self) -> Mapping[str, str]:
        """The hashes of the texts shown now."""
        return self.revisions[-1].texts if self.revisions else self.texts

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        revisions = tuple(Revision(**item) for item in data.get("revisions", ()))
        return cls(**cast("dict[str, Any]", {**data, "revisions": revisions}))


@dataclass(frozen=True, kw_only=True)
class PageVisit:
    """Paradata: a page as it was saved, in which language and when (UTC, ISO 8601)."""

    page: str
    language: str
    saved_at: str


@dataclass(frozen=True, kw_only=True)
class RawResponse:
    """An interview as the platform holds it: codes, never labels. Times are UTC in ISO 8601.

    `revision` counts the saves of this interview; of two pulled records the higher one is the later state.
    `attributes` are the roster attributes as used for routing. `unit` and `person` are pseudonyms.
    """

    deployment: str
    interview: str
    unit: str
    person: str
    structure_hash: str
    language: str
    mode: Mode
    status: Status
    revision: int
    opened_at: str
    saved_at: str
    completed_at: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    answers: Mapping[str, Answer] = field(default_factory=dict[str, "Answer"], repr=False)
    pages: tuple[PageVisit, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        pages = tuple(PageVisit(**page) for page in data["pages"])
        return cls(**cast("dict[str, Any]", {**data, "pages": pages}))


def record_line(record: object) -> str:
    """The one form in which a record is written: keys in order, no blanks, no escape that is not needed."""
    # `default=vars` gives what `to_json` gives, without its deep copy.
    return json.dumps(record, default=vars, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(record: RawResponse) -> str:
    """Stands for all that a response says but its `revision`: equal if and only if nothing else has changed."""
    said = {name: value for name, value in vars(record).items() if name != "revision"}
    return hashlib.sha256(record_line(said).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class RosterPerson:
    """Somebody else who answers for a course, as the roster names her. Never printed. `language` may be unknown: ""."""

    person_id: str = field(repr=False)
    language: str = ""
    contact: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, kw_only=True)
class RosterRow:
    """One row of the roster, read and checked: a course. Never printed: it names a person.

    `contact` has the keys `name`, `phone`, `email` where a column carries that role, else the column's name.
    `attributes` are codes, ISO dates and digits; a blank cell has no entry. `respondents` are others who answer for the
    course, by what they are to it, for instance `mentor`.
    """

    person_id: str = field(repr=False)
    course_id: str = field(repr=False)
    language: str
    contact: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    attributes: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    respondents: Mapping[str, RosterPerson] = field(default_factory=dict[str, RosterPerson], repr=False)


@dataclass(frozen=True, kw_only=True)
class Course:
    """A course as the vault knows it: `unit` and `person` are random pseudonyms.

    `respondents` are the pseudonyms of others who answer for it, by what they are to it.
    """

    unit: str
    person: str
    person_id: str = field(repr=False)
    course_id: str = field(repr=False)
    language: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    respondents: Mapping[str, str] = field(default_factory=dict[str, str])
