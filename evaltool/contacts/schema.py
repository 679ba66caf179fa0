"""The vault's tables, and the connections to them. Their version is kept in SQLite's `user_version`."""

from collections.abc import Generator
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

VERSION = 1
metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("person", Text, primary_key=True),
    Column("person_id", Text, nullable=False, unique=True),
    Column("language", Text, nullable=False),
    Column("contact", Text, nullable=False),
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

links = Table(
    "links",
    metadata,
    Column("deployment", Text, primary_key=True),
    Column("unit", Text, ForeignKey("courses.unit"), primary_key=True),
    Column("token", Text, nullable=False, unique=True),
    Column("created_at", Text, nullable=False),
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
    try:
        with engine.begin() as connection:
            yield connection
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
    for pragma in ("secure_delete = ON", "foreign_keys = ON", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _upgrade(connection: Connection, path: Path) -> None:
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version > VERSION:
        mend = "Install the evaltool that made it, or a newer one."
        raise ProjectError(
            f"the vault has version {version}; this evaltool knows {VERSION}", where=path.as_posix(), mend=mend
        )
    metadata.create_all(connection)
    connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
