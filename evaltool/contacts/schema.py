"""The vault's tables, and the connections to them. Their version is kept in SQLite's `user_version`."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    ForeignKey,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from evaltool.errors import ProjectError

VERSION = 3
metadata = MetaData()

# `respondent` is what somebody is to her course ("" for the course's own person): ids are unique among their like only.
people = Table(
    "people",
    metadata,
    Column("person", Text, primary_key=True),
    Column("respondent", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("contact", Text, nullable=False),
    UniqueConstraint("respondent", "person_id"),
)

courses = Table(
    "courses",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("person", Text, ForeignKey("people.person"), nullable=False),
    Column("course_id", Text, nullable=False),
    Column("attributes", Text, nullable=False),
    UniqueConstraint("person", "course_id"),
)

# Others who answer for a course beside its own person.
respondents = Table(
    "respondents",
    metadata,
    Column("unit", Text, ForeignKey("courses.unit"), primary_key=True),
    Column("respondent", Text, primary_key=True),
    Column("person", Text, ForeignKey("people.person"), nullable=False),
)

# A link belongs to the person it was made for, whoever answers for the course later.
links = Table(
    "links",
    metadata,
    Column("deployment", Text, primary_key=True),
    Column("unit", Text, ForeignKey("courses.unit"), primary_key=True),
    Column("person", Text, ForeignKey("people.person"), nullable=False),
    Column("token", Text, nullable=False, unique=True),
    Column("created_at", Text, nullable=False),
)

# What a coordinator wrote about a course, in her own words: it may name people.
remarks = Table(
    "remarks",
    metadata,
    Column("deployment", Text, primary_key=True),
    Column("unit", Text, ForeignKey("courses.unit", ondelete="CASCADE"), primary_key=True),
    Column("remark", Text, nullable=False),
)


def connect(path: Path) -> Engine:
    """Open the vault's file, made if it is not there and then readable by its owner only (where the system can).

    Raises:
        ProjectError: if the folder cannot be written, the file is no database, or a newer evaltool made the vault.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        mend = "Choose a folder that you may write in."
        raise ProjectError(f"the vault cannot be opened: {error.strerror}", where=path.as_posix(), mend=mend) from None
    # A path with «?» or «%» would mean something else in a URL written out. Messages never show names and numbers.
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    try:
        with transaction(engine) as connection:
            _upgrade(connection, path)
    except ProjectError:
        engine.dispose()
        raise
    return engine


@contextmanager
def transaction(engine: Engine) -> Generator[Connection]:
    """A connection whose changes are kept together or not at all.

    Raises:
        ProjectError: if the database fails (locked, damaged, disk full).
    """
    with _telling_faults(engine), engine.begin() as connection:
        yield connection


def rewrite(engine: Engine) -> None:
    """Write the file anew: SQLite overwrites what is deleted, but not what it has moved from page to page before.

    Raises:
        ProjectError: if the database fails (locked, damaged, disk full).
    """
    with _telling_faults(engine), engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")


@contextmanager
def _telling_faults(engine: Engine) -> Generator[None]:
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig)
        message = f"the vault cannot be used: {reason}"
        where = Path(engine.url.database or "").as_posix()
        raise ProjectError(message, where=where, mend=_mend(reason)) from None


_MENDS = {
    "locked": "Close the other program that has it open, and try again.",
    "full": "Make room on the disk, and try again.",
    "readonly": "Check that you may write the file and its folder.",
    "unable to open": "Check that it is a file that you may read and write.",
    "disk I/O": "Check the disk, and restore the vault from the backup if it is damaged.",
}


def _mend(reason: str) -> str:
    return next((mend for sign, mend in _MENDS.items() if sign in reason), "Restore the vault from the backup.")


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    # Deleted contact data must not stay readable in the file.
    for pragma in ("secure_delete = ON", "foreign_keys = ON", "synchronous = FULL", "temp_store = MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _filled(table: str, columns: str, values: str = "", joined: str = "") -> str:
    return f"INSERT INTO {table} ({columns}) SELECT {values or columns} FROM {table}_1{joined}"  # noqa: S608  # no input


# Version 1 knew the courses' own people only, version 2 no remarks. Tables are made anew where a constraint changed.
_BEFORE: Mapping[int, Sequence[str]] = {
    1: tuple(f"ALTER TABLE {name} RENAME TO {name}_1" for name in ("people", "courses", "links"))
}
_AFTER: Mapping[int, Sequence[str]] = {
    1: (
        _filled(
            "people", "person, respondent, person_id, language, contact", "person, '', person_id, language, contact"
        ),
        _filled("courses", "unit, person, course_id, attributes"),
        _filled("links", "deployment, unit, person, token, created_at", joined=" JOIN courses_1 USING (unit)"),
        *(f"DROP TABLE {name}_1" for name in ("links", "courses", "people")),
    )
}


def _version(connection: Connection) -> int:
    return connection.exec_driver_sql("PRAGMA user_version").scalar_one()


def _upgrade(connection: Connection, path: Path) -> None:
    version = _version(connection)
    if version > VERSION:
        mend = "Install the evaltool that made it, or a newer one."
        raise ProjectError(
            f"the vault has version {version}; this evaltool knows {VERSION}", where=path.as_posix(), mend=mend
        )
    if version < VERSION:
        # The driver begins a transaction for changes of rows only; a way up cut off halfway must leave no trace.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        _go_up(connection, _version(connection))  # another program may have been quicker


def _go_up(connection: Connection, version: int) -> None:
    for statement in _BEFORE.get(version, ()):
        connection.exec_driver_sql(statement)
    metadata.create_all(connection)
    for statement in _AFTER.get(version, ()):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
