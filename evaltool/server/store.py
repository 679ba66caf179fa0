"""The collecting database: deployments, interviews and the order of their changes. SQLAlchemy Core on SQLite.

A save is one IMMEDIATE transaction on a WAL that is synced at commit; when it returns, the answer is on disk.
"""

import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self, TypeAlias

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from evaltool.errors import PlatformError
from evaltool.records import Deployment, PageVisit, RawResponse
from evaltool.server.interview import Interview
from evaltool.survey.model import Survey

SCHEMA_VERSION = 1
_BUSY_SECONDS = 30

Clock: TypeAlias = Callable[[], str]


def utc_now() -> str:
    """The time as it is stored: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


_metadata = MetaData()

_deployments = Table(
    "deployment",
    _metadata,
    Column("id", String, primary_key=True),
    Column("record", String, nullable=False),
    Column("survey", String, nullable=False),
    Column("closed_at", String),
)

_interviews = Table(
    "interview",
    _metadata,
    Column("token_hash", String, primary_key=True),
    Column("deployment", String, ForeignKey("deployment.id"), nullable=False),
    Column("unit", String, nullable=False),
    Column("person", String, nullable=False),
    Column("interview", String, nullable=False, unique=True),
    Column("language", String, nullable=False),
    Column("attributes", String, nullable=False),
    Column("status", String, nullable=False, default=""),
    Column("revision", Integer, nullable=False, default=0),
    Column("change", Integer),
    Column("opened_at", String),
    Column("saved_at", String),
    Column("completed_at", String),
    Column("answers", String, nullable=False, default="{}"),
    Column("pages", String, nullable=False, default="[]"),
    Column("reopened", String, nullable=False, default="[]"),
    UniqueConstraint("deployment", "unit"),
    Index("interview_changes", "deployment", "change", unique=True),
)

# A counter of its own, since max(change) would fall when an interview is erased.
_changes = Table("last_change", _metadata, Column("number", Integer, nullable=False))

_FIND = select(_interviews, _deployments.c.closed_at).where(
    _interviews.c.token_hash == bindparam("wanted"), _deployments.c.id == _interviews.c.deployment
)
_COUNT_UP = _changes.update().values(number=_changes.c.number + 1)
_SAVE = (
    _interviews.update()
    .where(_interviews.c.token_hash == bindparam("saved"), _interviews.c.revision == bindparam("before"))
    .values(change=select(_changes.c.number + 1).scalar_subquery())
)
_SINCE = (
    select(_interviews)
    .where(_interviews.c.deployment == bindparam("wanted"), _interviews.c.change > bindparam("after"))
    .order_by(_interviews.c.change)
    .limit(bindparam("most"))
)


@dataclass(frozen=True)
class Participant:
    """One unit invited to one deployment. The token is the personal link's secret; only its hash is stored."""

    unit: str
    person: str
    token: str = field(repr=False)
    language: str
    attributes: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Visit:
    """What a personal link leads to: the interview, and whether its deployment still collects."""

    interview: Interview
    is_open: bool


class Store:
    """The database that the server collects into. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine, clock: Clock):
        self._engine = engine
        self._clock = clock
        # SQLite polls for its write lock; within one process waiting in line is faster and fair.
        self._turn = threading.Lock()
        self._surveys: dict[str, Survey] = {}
        self._deployments: dict[str, Deployment] = {}

    @classmethod
    def open(cls, url: str, *, clock: Clock = utc_now) -> Self:
        """Open, or make, the database at a SQLAlchemy URL such as `sqlite:////srv/collect.sqlite`.

        Raises:
            PlatformError: it cannot be opened or written, or a newer version of evaltool made it.
        """
        try:
            engine = create_engine(
                url,
                isolation_level="AUTOCOMMIT",
                pool_reset_on_return=None,  # a transaction never outlives `_writing`
                hide_parameters=True,  # answers and tokens stay out of error messages
                connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
            )
        except (ArgumentError, ImportError) as error:
            raise _cannot_open(url, "this is no address of a database") from error
        if engine.dialect.name != "sqlite":
            raise _cannot_open(url, "only SQLite is supported")
        event.listen(engine, "connect", _set_pragmas)
        store = cls(engine, clock)
        try:
            store._prepare()
        except DBAPIError as error:
            engine.dispose()
            raise _cannot_open(url, str(error.orig)) from error
        except PlatformError:
            engine.dispose()
            raise
        return store

    def close(self) -> None:
        """Give the file back; on Windows it cannot be moved or deleted before."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self._writing() as connection:
            version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            if version > SCHEMA_VERSION:
                raise PlatformError(
                    f"the database has version {version}, this evaltool knows {SCHEMA_VERSION}",
                    where=str(self._engine.url.database),
                    mend="Update evaltool.",
                )
            _metadata.create_all(connection)
            if version == 0:
                connection.execute(_changes.insert().values(number=0))
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        with self._turn, self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def add_deployment(self, deployment: Deployment, survey_json: str) -> None:
        """Put a release up; the same once more changes nothing.

        Raises:
            PlatformError: a deployment of this id stands with another structure or other texts.
        """
        Survey.model_validate_json(survey_json)
        record = json.dumps(deployment.to_json(), ensure_ascii=False)
        with self._writing() as connection:
            standing = connection.scalar(select(_deployments.c.record).where(_deployments.c.id == deployment.id))
            if standing is None:
                values = {"id": deployment.id, "record": record, "survey": survey_json}
                connection.execute(_deployments.insert().values(values))
            elif _content(_deployment(standing)) != _content(deployment):
                raise PlatformError(
                    f"the deployment «{deployment.id}» stands with another version of the survey",
                    mend="Deploy under a new id; answers to two versions are never mixed.",
                )

    def deployments(self) -> list[Deployment]:
        """All deployments, closed ones too, by id."""
        with self._engine.connect() as connection:
            records = connection.scalars(select(_deployments.c.record).order_by(_deployments.c.id))
            return [Deployment.from_json(json.loads(record)) for record in records]

    def deployment(self, deployment_id: str) -> Deployment:
        """One deployment; read once, for it never changes.

        Raises:
            PlatformError: there is no such deployment.
        """
        if deployment_id not in self._deployments:
            self._deployments[deployment_id] = _deployment(self._column(deployment_id, "record") or "")
        return self._deployments[deployment_id]

    def survey(self, deployment_id: str) -> Survey:
        """The definition as deployed; parsed once, for it never changes.

        Raises:
            PlatformError: there is no such deployment.
        """
        if deployment_id not in self._surveys:
            self._surveys[deployment_id] = Survey.model_validate_json(self._column(deployment_id, "survey") or "")
        return self._surveys[deployment_id]

    def is_open(self, deployment_id: str) -> bool:
        """Whether the deployment still collects."""
        return self._column(deployment_id, "closed_at") is None

    def _column(self, deployment_id: str, name: str) -> str | None:
        wanted = select(_deployments.c[name]).where(_deployments.c.id == deployment_id)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            raise PlatformError(
                f"there is no deployment «{deployment_id}»", mend="See «evaltool status» for those that stand."
            )
        return row[0]

    def close_deployment(self, deployment_id: str) -> None:
        """Stop collecting; what was answered stays. Closing twice keeps the first time."""
        if not self.is_open(deployment_id):
            return
        closing = _deployments.update().where(_deployments.c.id == deployment_id, _deployments.c.closed_at.is_(None))
        with self._writing() as connection:
            connection.execute(closing.values(closed_at=self._clock()))

    def add_participants(self, deployment_id: str, participants: Iterable[Participant]) -> int:
        """Invite units; returns how many are new.

        A unit that is there keeps its token; until it opens its link its language and attributes follow the roster.
        """
        self.is_open(deployment_id)
        added = 0
        with self._writing() as connection:
            for participant in participants:
                added += _add_participant(connection, deployment_id, participant)
        return added

    def counts(self, deployment_id: str) -> dict[str, int]:
        """How many are `invited` in all, and of them by status: `opened` (nothing saved), `partial`, `complete`, ..."""
        by_status = (
            select(_interviews.c.status, func.count())
            .where(_interviews.c.deployment == deployment_id)
            .group_by(_interviews.c.status)
        )
        with self._engine.connect() as connection:
            found: dict[str, int] = {row[0]: row[1] for row in connection.execute(by_status)}
        statuses = ("opened", "partial", "complete", "refused")
        return {"invited": sum(found.values()), **{status: found.get(status, 0) for status in statuses}}

    def changes(self, deployment_id: str, after: int, limit: int) -> list[tuple[int, RawResponse]]:
        """Interviews changed after the change number `after`, oldest change first, each in its latest state.

        Numbers are given inside the saving transaction, so a number that is seen has none missing before it.
        """
        with self._engine.connect() as connection:
            rows = connection.execute(_SINCE, {"wanted": deployment_id, "after": after, "most": limit}).all()
        structure_hash = self.deployment(deployment_id).structure_hash
        return [(row.change, _response(_interview(row), structure_hash)) for row in rows]

    def last_change(self) -> int:
        """The number of the latest change; it never falls, unless an older copy of the database was put back."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(_changes.c.number)).scalar_one())

    def find(self, token: str) -> Visit | None:
        """What a personal link leads to; `None` for an unknown one."""
        with self._engine.connect() as connection:
            row = connection.execute(_FIND, {"wanted": hash_token(token)}).one_or_none()
        if row is None:
            return None
        return Visit(_interview(row), row.closed_at is None)

    def save(self, before: Interview, after: Interview) -> bool:
        """Keep `after` durably as the next revision; `False` when another save since `before` came first."""
        with self._writing() as connection:
            keys = {"saved": before.token_hash, "before": before.revision}
            found = connection.execute(_SAVE, {**keys, **_changed_columns(after, before.revision + 1)}).rowcount
            if found:
                connection.execute(_COUNT_UP)
        return found == 1


def hash_token(token: str) -> str:
    """The form in which a token is stored: a copied database opens no interview."""
    return hashlib.sha256(token.encode()).hexdigest()


def _cannot_open(url: str, reason: str) -> PlatformError:
    try:
        shown = make_url(url).render_as_string()  # a password in it is masked
    except ArgumentError:
        shown = ""
    return PlatformError(
        f"cannot open the database: {reason}", where=shown, mend="Does the folder exist, and may you write in it?"
    )


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _deployment(record: str) -> Deployment:
    return Deployment.from_json(json.loads(record))


def _content(deployment: Deployment) -> tuple[str, dict[str, str]]:
    return deployment.structure_hash, dict(deployment.texts)


def _add_participant(connection: Connection, deployment_id: str, participant: Participant) -> int:
    follows = {
        "language": participant.language,
        "attributes": json.dumps(dict(participant.attributes), ensure_ascii=False),
    }
    adding = insert(_interviews).values(
        token_hash=hash_token(participant.token),
        deployment=deployment_id,
        unit=participant.unit,
        person=participant.person,
        interview="i_" + secrets.token_hex(8),
        **follows,
    )
    if connection.execute(adding.on_conflict_do_nothing(index_elements=["deployment", "unit"])).rowcount:
        return 1
    same = (_interviews.c.deployment == deployment_id, _interviews.c.unit == participant.unit)
    connection.execute(_interviews.update().where(*same, _interviews.c.opened_at.is_(None)).values(follows))
    return 0


def _interview(row: Row[Any]) -> Interview:
    return Interview(
        deployment=row.deployment,
        token_hash=row.token_hash,
        unit=row.unit,
        person=row.person,
        interview=row.interview,
        language=row.language,
        status=row.status,
        revision=row.revision,
        opened_at=row.opened_at,
        saved_at=row.saved_at,
        completed_at=row.completed_at,
        attributes=json.loads(row.attributes),
        answers=json.loads(row.answers),
        pages=tuple(PageVisit(**visit) for visit in json.loads(row.pages)),
        reopened=tuple(json.loads(row.reopened)),
    )


def _changed_columns(interview: Interview, revision: int) -> dict[str, object]:
    return {
        "language": interview.language,
        "status": interview.status,
        "revision": revision,
        "opened_at": interview.opened_at,
        "saved_at": interview.saved_at,
        "completed_at": interview.completed_at,
        "answers": json.dumps(dict(interview.answers), ensure_ascii=False),
        "pages": json.dumps([vars(visit) for visit in interview.pages]),
        "reopened": json.dumps(interview.reopened),
    }


def _response(interview: Interview, structure_hash: str) -> RawResponse:
    return RawResponse(
        deployment=interview.deployment,
        interview=interview.interview,
        unit=interview.unit,
        person=interview.person,
        structure_hash=structure_hash,
        language=interview.language,
        mode="self",
        status=interview.status or "opened",
        revision=interview.revision,
        opened_at=interview.opened_at or "",
        saved_at=interview.saved_at or "",
        completed_at=interview.completed_at,
        attributes=interview.attributes,
        answers=interview.answers,
        pages=interview.pages,
    )
