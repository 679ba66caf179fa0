"""The tables of the collecting database, and the connections to them: each commit is on disk when it returns."""

import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from evaltool.errors import PlatformError

VERSION = 1
_BUSY_SECONDS = 30

metadata = MetaData()

deployments = Table(
    "deployment",
    metadata,
    Column("id", String, primary_key=True),
    Column("record", String, nullable=False),
    Column("survey", String, nullable=False),
    Column("closed_at", String),
)

interviews = Table(
    "interview",
    metadata,
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
changes = Table("last_change", metadata, Column("number", Integer, nullable=False))

# One row: which database this is, and how often a survey in it was marked anew.
database = Table(
    "database",
    metadata,
    Column("identity", String, nullable=False),
    Column("edition", Integer, nullable=False),
)


def sqlite_url(path: Path) -> str:
    """The address of a database file, whatever signs its folders have in their names."""
    return URL.create("sqlite", database=path.as_posix()).render_as_string(hide_password=False)


def connect(url: str) -> Engine:
    """Open, or make, the database at a SQLAlchemy URL.

    Raises:
        PlatformError: it cannot be opened or written, or a newer version of evaltool made it.
    """
    try:
        engine = create_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,  # a transaction never outlives `transaction`
            hide_parameters=True,  # answers and tokens stay out of error messages
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        )
    except (ArgumentError, ImportError) as error:
        raise _cannot_open(url, "this is no address of a database") from error
    if engine.dialect.name != "sqlite":
        raise _cannot_open(url, "only SQLite is supported")
    event.listen(engine, "connect", _set_pragmas)
    try:
        _prepare(engine)
    except DBAPIError as error:
        engine.dispose()
        raise _cannot_open(url, str(error.orig)) from error
    except PlatformError:
        engine.dispose()
        raise
    return engine


def _prepare(engine: Engine) -> None:
    with transaction(engine) as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        if version > VERSION:
            raise PlatformError(
                f"the database has version {version}, this evaltool knows {VERSION}",
                where=str(engine.url.database),
                mend="Update evaltool.",
            )
        metadata.create_all(connection)
        if version == 0:
            connection.execute(changes.insert().values(number=0))
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
        if connection.scalar(select(database.c.identity)) is None:
            connection.execute(database.insert().values(identity=secrets.token_hex(16), edition=0))


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
    cursor.execute("PRAGMA temp_store = MEMORY")  # answers never lie in a temporary file elsewhere
    cursor.close()


@contextmanager
def transaction(engine: Engine) -> Generator[Connection]:
    """A connection that alone may write; its changes are kept together or not at all."""
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        connection.exec_driver_sql("COMMIT")  # who leaves before it, or if it fails, is rolled back by SQLAlchemy


# By what SQLite says.
_MENDS: Mapping[str, str] = {
    "locked": "Does another program have the file open for long, a backup perhaps? Try again when it has ended.",
    "full": "Make room on the disk; what was saved before stands.",
    "readonly": "Make the file and its folder writable for who runs this.",
    "": "What was saved before stands. Look at the disk; if it is sound, put back a backup of the database.",
}


@contextmanager
def telling_faults(engine: Engine) -> Generator[None]:
    """Tell what fails in the database.

    Raises:
        PlatformError: it is locked, full, damaged or cannot be written.
    """
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig)
        mend = next((words for sign, words in _MENDS.items() if sign in reason), _MENDS[""])
        where = engine.url.database or ""
        raise PlatformError(f"the database failed: {reason}", where=where, mend=mend) from error
