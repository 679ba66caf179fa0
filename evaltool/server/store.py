"""The collecting database: deployments, interviews and the order of their changes. SQLAlchemy Core on SQLite.

A save is one IMMEDIATE transaction on a WAL that is synced at commit; when it returns, the answer is on disk.
"""

import hashlib
import json
import secrets
import threading
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from evaltool.errors import PlatformError
from evaltool.records import Clock, Deployment, PageVisit, RawResponse, utc_now
from evaltool.server import schema
from evaltool.server.interview import Interview
from evaltool.survey.model import Survey

_EDITION = select(schema.database.c.edition).scalar_subquery()

_FIND = select(schema.interviews, schema.deployments.c.closed_at, _EDITION.label("edition")).where(
    schema.interviews.c.token_hash == bindparam("wanted"), schema.deployments.c.id == schema.interviews.c.deployment
)
_COUNT_UP = schema.changes.update().values(number=schema.changes.c.number + 1)
_SAVE = (
    schema.interviews.update()
    .where(schema.interviews.c.token_hash == bindparam("saved"), schema.interviews.c.revision == bindparam("before"))
    .values(change=select(schema.changes.c.number + 1).scalar_subquery())
)
_EMPTY = {
    **dict.fromkeys(("change", "opened_at", "saved_at", "completed_at")),
    "language": "",
    "status": "",
    "attributes": "{}",
    "answers": "{}",
    "pages": "[]",
    "reopened": "[]",
}
_SINCE = (
    select(schema.interviews)
    .where(schema.interviews.c.deployment == bindparam("wanted"), schema.interviews.c.change > bindparam("after"))
    .order_by(schema.interviews.c.change)
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
        self._edition = 0
        self._surveys: dict[tuple[str, int], Survey] = {}
        self._deployments: dict[str, Deployment] = {}

    @classmethod
    def open(cls, url: str, *, clock: Clock = utc_now) -> Self:
        """Open, or make, the database at a SQLAlchemy URL such as `sqlite:////srv/collect.sqlite`.

        Raises:
            PlatformError: it cannot be opened or written, or a newer version of evaltool made it.
        """
        return cls(schema.connect(url), clock)

    def close(self) -> None:
        """Give the file back; on Windows it cannot be moved or deleted before."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        with schema.telling_faults(self._engine), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        with self._turn, schema.telling_faults(self._engine), schema.transaction(self._engine) as connection:
            yield connection

    def identity(self) -> str:
        """32 hexadecimal digits, made with the database: another database, or one made anew, has others.

        A copy has the same; one that is put back is known by its lower `last_change`.
        """
        with self._reading() as connection:
            return str(connection.execute(select(schema.database.c.identity)).scalar_one())

    def add_deployment(self, deployment: Deployment, survey_json: str) -> None:
        """Put a release up; the same once more changes nothing but the state of its translations.

        A later revision of it brings its corrected texts.

        Raises:
            PlatformError: a deployment of this id stands with another structure or other texts, or one of the two
                is made up or a pretest and the other is not; or the database cannot be written.
        """
        survey = Survey.model_validate_json(survey_json)
        record = json.dumps(deployment.to_json(), ensure_ascii=False)
        with self._writing() as connection:
            same_id = schema.deployments.c.id == deployment.id
            standing = connection.execute(select(schema.deployments).where(same_id)).one_or_none()
            if standing is None:
                values = {"id": deployment.id, "record": record, "survey": survey_json}
                connection.execute(schema.deployments.insert().values(values))
                return
            before = _deployment(standing.record)
            _check_same(before, deployment)
            shown = Survey.model_validate_json(standing.survey)
            if before.revision < deployment.revision or _reviewed(shown, survey):
                values = {"record": record, "survey": survey_json}
                connection.execute(schema.deployments.update().where(same_id).values(values))
                connection.execute(schema.database.update().values(edition=schema.database.c.edition + 1))
        self._surveys.clear()

    def deployments(self) -> list[Deployment]:
        """All deployments, closed ones too, by id."""
        with self._reading() as connection:
            records = connection.scalars(select(schema.deployments.c.record).order_by(schema.deployments.c.id))
            return [Deployment.from_json(json.loads(record)) for record in records]

    def deployment(self, deployment_id: str) -> Deployment:
        """One deployment as it was when first read: later only its revisions change.

        Raises:
            PlatformError: there is no such deployment.
        """
        if deployment_id not in self._deployments:
            self._deployments[deployment_id] = _deployment(self._column(deployment_id, "record") or "")
        return self._deployments[deployment_id]

    def survey(self, deployment_id: str) -> Survey:
        """The definition as deployed; parsed once. `find` notices when its drafts were reviewed since.

        Raises:
            PlatformError: there is no such deployment.
        """
        key = (deployment_id, self._edition)
        if key not in self._surveys:
            self._surveys[key] = Survey.model_validate_json(self._column(deployment_id, "survey") or "")
        return self._surveys[key]

    def is_open(self, deployment_id: str) -> bool:
        """Whether the deployment still collects."""
        return self._column(deployment_id, "closed_at") is None

    def _column(self, deployment_id: str, name: str) -> str | None:
        wanted = select(schema.deployments.c[name]).where(schema.deployments.c.id == deployment_id)
        with self._reading() as connection:
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
        closing = schema.deployments.update().where(
            schema.deployments.c.id == deployment_id, schema.deployments.c.closed_at.is_(None)
        )
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
            select(schema.interviews.c.status, func.count())
            .where(schema.interviews.c.deployment == deployment_id)
            .group_by(schema.interviews.c.status)
        )
        with self._reading() as connection:
            found: dict[str, int] = {row[0]: row[1] for row in connection.execute(by_status)}
        statuses = ("opened", "partial", "complete", "refused")
        return {"invited": sum(found.values()), **{status: found.get(status, 0) for status in statuses}}

    def changes(self, deployment_id: str, after: int, limit: int) -> list[tuple[int, RawResponse]]:
        """Interviews changed after the change number `after`, oldest change first, each in its latest state.

        Numbers are given inside the saving transaction, so a number that is seen has none missing before it.
        """
        with self._reading() as connection:
            rows = connection.execute(_SINCE, {"wanted": deployment_id, "after": after, "most": limit}).all()
        structure_hash = self.deployment(deployment_id).structure_hash
        return [(row.change, _response(_interview(row), structure_hash)) for row in rows]

    def last_change(self) -> int:
        """The number of the latest change; it never falls, unless an older copy of the database was put back."""
        with self._reading() as connection:
            return int(connection.execute(select(schema.changes.c.number)).scalar_one())

    def erase(self, deployment_id: str, pseudonyms: Collection[str]) -> int:
        """Delete the interviews of these units or persons, their links too; returns how many there were.

        When it returns, nothing of them is left in the database's files.

        Raises:
            PlatformError: another program reads for so long that old pages cannot be let go of; erase again.
        """
        table = schema.interviews
        hers = (table.c.deployment == deployment_id) & (table.c.unit.in_(pseudonyms) | table.c.person.in_(pseudonyms))
        # Emptied first, so that a run cut off before the file is rid of her texts finds her rows again.
        emptied = table.update().where(hers).values(token_hash=table.c.interview, **_EMPTY)
        with self._writing() as connection:
            count = connection.execute(emptied).rowcount
        if count:
            self._rewrite_file()
            with self._writing() as connection:
                connection.execute(table.delete().where(hers))
            self._let_go_of_old_pages()
        return count

    def _rewrite_file(self) -> None:
        """SQLite overwrites what is deleted, but not what it has moved from page to page before."""
        with self._turn, schema.telling_faults(self._engine), self._engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
        self._let_go_of_old_pages()

    def _let_go_of_old_pages(self) -> None:
        with self._turn, schema.telling_faults(self._engine), self._engine.connect() as connection:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        if busy:
            mend = "Does another program have the file open for long, a backup perhaps? Erase again when it has ended."
            raise PlatformError(
                "the database still holds what was erased", where=self._engine.url.database or "", mend=mend
            )

    def find(self, token: str) -> Visit | None:
        """What a personal link leads to; `None` for an unknown one."""
        with self._reading() as connection:
            row = connection.execute(_FIND, {"wanted": hash_token(token)}).one_or_none()
        if row is None:
            return None
        if row.edition != self._edition:
            self._surveys.clear()
            self._edition = row.edition
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


def _deployment(record: str) -> Deployment:
    return Deployment.from_json(json.loads(record))


def _reviewed(before: Survey, survey: Survey) -> bool:
    """Whether a person reviewed translations since."""
    return (before.drafts, before.untranslated) != (survey.drafts, survey.untranslated)


def _check_same(standing: Deployment, deployment: Deployment) -> None:
    revised = standing.revision < deployment.revision
    texts = revised or standing.texts_now == deployment.texts_now
    if standing.structure_hash != deployment.structure_hash or not texts:
        raise PlatformError(
            f"the deployment «{deployment.id}» stands with another version of the survey",
            mend="Deploy under a new id; answers to two versions are never mixed.",
        )
    for kind in ("synthetic", "pretest"):
        if getattr(standing, kind) != getattr(deployment, kind):
            raise PlatformError(
                f"the deployment «{deployment.id}» stands, but one of the two is {kind} and the other is not",
                mend="Deploy under a new id, or into another database: such answers never meet real ones.",
            )


def _add_participant(connection: Connection, deployment_id: str, participant: Participant) -> int:
    follows = {
        "language": participant.language,
        "attributes": json.dumps(dict(participant.attributes), ensure_ascii=False),
    }
    adding = insert(schema.interviews).values(
        token_hash=hash_token(participant.token),
        deployment=deployment_id,
        unit=participant.unit,
        person=participant.person,
        interview="i_" + secrets.token_hex(8),
        **follows,
    )
    if connection.execute(adding.on_conflict_do_nothing(index_elements=["deployment", "unit"])).rowcount:
        return 1
    same = (schema.interviews.c.deployment == deployment_id, schema.interviews.c.unit == participant.unit)
    connection.execute(schema.interviews.update().where(*same, schema.interviews.c.opened_at.is_(None)).values(follows))
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
