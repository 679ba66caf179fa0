"""The vault: who the persons are, how to reach them, their links, and remarks on them. Answers never come in here."""

import base64
import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeAlias

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, insert, select, update

from evaltool.contacts import schema
from evaltool.errors import RosterError
from evaltool.records import Clock, Course, RosterRow, utc_now

_Key: TypeAlias = tuple[str, str]
"""What somebody is to a course ("" for its own person), and the id that the roster gives her."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did, in courses. `absent`: known before, not in this roster; they are kept."""

    added: int
    changed: int
    unchanged: int
    absent: int


@dataclass(frozen=True, kw_only=True)
class Link:
    """A personal link of one deployment with all that is needed to send it. Never printed."""

    unit: str
    person: str
    token: str = field(repr=False)
    name: str = field(repr=False)
    phone: str = field(repr=False)
    email: str = field(repr=False)
    language: str
    created_at: str


@dataclass(frozen=True, repr=False)
class Known:
    """What the vault holds of persons and courses that are to be erased. Never printed.

    `links` are deployments and units; `texts` stand in files that were made of the vault: contact data and tokens.
    """

    courses: int
    links: frozenset[tuple[str, str]]
    texts: frozenset[str]


@dataclass(frozen=True)
class Vault:
    """Persons, courses and links in one SQLite file. Pseudonyms and tokens are random and never change.

    Every verb raises ProjectError if the database fails (locked, damaged, disk full).
    """

    engine: Engine
    clock: Clock = utc_now
    random_bytes: Callable[[int], bytes] = secrets.token_bytes

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        clock: Clock = utc_now,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> Self:
        """Open the vault, made if it is not there. Raises ProjectError if it cannot be."""
        return cls(schema.connect(path), clock, random_bytes)

    def close(self) -> None:
        """Let go of the file, which Windows needs before it can be moved."""
        self.engine.dispose()

    def import_rows(self, rows: Sequence[RosterRow]) -> ImportReport:
        """Take the roster in, all of it or nothing. What it says replaces what the vault said before.

        A person's contact data are gathered from all of her rows; a later filled cell wins.

        Raises:
            RosterError: if one course stands twice.
        """
        _refuse_doubles(rows)
        with schema.transaction(self.engine) as connection:
            touched, people = self._import_people(connection, rows)
            return self._import_courses(connection, rows, people, touched)

    def _import_people(self, connection: Connection, rows: Sequence[RosterRow]) -> tuple[set[str], dict[_Key, str]]:
        """Returns the persons whose data changed, and all pseudonyms."""
        known = {(row.respondent, row.person_id): row for row in connection.execute(select(schema.people))}
        added: list[dict[str, str]] = []
        changed: list[dict[str, str]] = []
        for (respondent, person_id), data in _gather_people(rows).items():
            before = known.get((respondent, person_id))
            person = {"respondent": respondent, "person_id": person_id, **data}
            if before is None:
                added.append({"person": self._pseudonym("p_"), **person})
            elif (before.language, before.contact) != (data["language"], data["contact"]):
                changed.append({"person": before.person, **person})
        _write(connection, insert(schema.people), added)
        for person in changed:
            connection.execute(update(schema.people).where(schema.people.c.person == person["person"]), person)
        pseudonyms = {key: row.person for key, row in known.items()}
        pseudonyms |= {(person["respondent"], person["person_id"]): person["person"] for person in added}
        return {person["person"] for person in changed}, pseudonyms

    def _import_courses(
        self, connection: Connection, rows: Sequence[RosterRow], people: Mapping[_Key, str], touched: set[str]
    ) -> ImportReport:
        known = {(row.person, row.course_id): row for row in connection.execute(select(schema.courses))}
        linked = _respondents(connection)
        added: list[dict[str, str]] = []
        others: dict[str, dict[str, str]] = {}
        changed = 0
        for row in rows:
            person, attributes = people["", row.person_id], _dump(row.attributes)
            before = known.get((person, row.course_id))
            unit = before.unit if before else self._pseudonym("u_")
            others[unit] = {name: people[name, other.person_id] for name, other in row.respondents.items()}
            if before is None:
                added.append({"unit": unit, "person": person, "course_id": row.course_id, "attributes": attributes})
            elif (before.attributes, linked.get(unit, {})) != (attributes, others[unit]) or touched & {
                person,
                *others[unit].values(),
            }:
                changed += 1
                at = schema.courses.c.unit == unit
                connection.execute(update(schema.courses).where(at), {"attributes": attributes})
        _write(connection, insert(schema.courses), added)
        _write_respondents(connection, {unit: now for unit, now in others.items() if linked.get(unit, {}) != now})
        unchanged = len(rows) - len(added) - changed
        return ImportReport(len(added), changed, unchanged, len(known) - changed - unchanged)

    def _pseudonym(self, prefix: str) -> str:
        return prefix + base64.b32encode(self.random_bytes(10)).decode().lower()

    def courses(self) -> list[Course]:
        """All courses, in order of their pseudonym (which says nothing of when they came)."""
        table, people = schema.courses, schema.people
        query = select(table, people.c.person_id, people.c.language).join(people).order_by(table.c.unit)
        with schema.transaction(self.engine) as connection:
            respondents = _respondents(connection)
            return [
                Course(
                    unit=row.unit,
                    person=row.person,
                    person_id=row.person_id,
                    course_id=row.course_id,
                    language=row.language,
                    attributes=json.loads(row.attributes),
                    respondents=respondents.get(row.unit, {}),
                )
                for row in connection.execute(query)
            ]

    def contact(self, person: str) -> dict[str, str]:
        """Contact data of one person by pseudonym; empty if the vault does not know her."""
        with schema.transaction(self.engine) as connection:
            query = select(schema.people.c.contact).where(schema.people.c.person == person)
            found = connection.execute(query).scalar()
        return {} if found is None else json.loads(found)

    def names(self) -> set[str]:
        """The names of all people, to find them in what others wrote."""
        with schema.transaction(self.engine) as connection:
            contacts = connection.execute(select(schema.people.c.contact)).scalars()
            return {name for contact in contacts if (name := json.loads(contact).get("name", ""))}

    def invite(self, deployment: str, units: Iterable[str], *, respondent: str = "") -> None:
        """Make a link for each unit that has none in this deployment; a link once made never changes.

        It is the link of the course's own person, or of its `respondent`, whoever that is when the link is made.

        Raises:
            RosterError: if the vault does not know a unit, or not its respondent.
        """
        wanted = dict.fromkeys(units)
        with schema.transaction(self.engine) as connection:
            people = _known_people(connection, wanted, respondent)
            query = select(schema.links.c.unit).where(schema.links.c.deployment == deployment)
            invited = set(connection.execute(query).scalars())
            now = self.clock()
            new = [
                {
                    "deployment": deployment,
                    "unit": unit,
                    "person": people[unit],
                    "token": self._token(),
                    "created_at": now,
                }
                for unit in wanted
                if unit not in invited
            ]
            _write(connection, insert(schema.links), new)

    def take_links(self, deployment: str, tokens: Mapping[str, str], *, respondent: str = "") -> None:
        """Let the units have the access codes (by unit) that a survey adopted from elsewhere had given them.

        They replace what was taken before.

        Raises:
            RosterError: if the vault does not know a unit, or not its respondent.
        """
        with schema.transaction(self.engine) as connection:
            people = _known_people(connection, tokens, respondent)
            connection.execute(delete(schema.links).where(schema.links.c.deployment == deployment))
            now = self.clock()
            rows = [
                {"deployment": deployment, "unit": unit, "person": people[unit], "token": token, "created_at": now}
                for unit, token in tokens.items()
            ]
            _write(connection, insert(schema.links), rows)

    def _token(self) -> str:
        return base64.urlsafe_b64encode(self.random_bytes(18)).decode()

    def links(self, deployment: str) -> list[Link]:
        """The links of a deployment, in order of the unit's pseudonym."""
        table, people = schema.links, schema.people
        query = (
            select(table, people.c.language, people.c.contact)
            .join(people, people.c.person == table.c.person)
            .where(table.c.deployment == deployment)
            .order_by(table.c.unit)
        )
        with schema.transaction(self.engine) as connection:
            return [_link(row) for row in connection.execute(query)]

    def find(self, person_id: str, *, course_id: str = "", respondent: str = "") -> frozenset[str]:
        """The pseudonyms of a person and all of her courses, or of one course; without her last one she goes, too.

        Of a `respondent` it is her own only: the courses belong to others.

        Raises:
            RosterError: if the vault does not know her, or not the course.
        """
        where = self.engine.url.database or ""
        people, courses = schema.people, schema.courses
        with schema.transaction(self.engine) as connection:
            query = select(people.c.respondent, people.c.person).where(people.c.person_id == person_id)
            found = {row.respondent: row.person for row in connection.execute(query)}
            if respondent not in found:
                raise RosterError(_nobody(respondent), where=where, mend=_mend_nobody(found))
            query = select(courses.c.course_id, courses.c.unit).where(courses.c.person == found[respondent])
            units = {row.course_id: row.unit for row in connection.execute(query)}
        if course_id and course_id not in units:
            message = f"she has no such course in the vault, but {len(units)} others"
            raise RosterError(message, where=where, mend="Write it as the roster does, with its zeros.")
        if course_id and len(units) > 1:
            return frozenset({units[course_id]})
        return frozenset({found[respondent], *units.values()})

    def known(self, pseudonyms: Collection[str]) -> Known:
        """What would go with these units and persons."""
        people, links = schema.people, schema.links
        with schema.transaction(self.engine) as connection:
            units = _units(connection, pseudonyms)
            rows = connection.execute(select(links).where(_hers(links, units, pseudonyms))).all()
            contacts = connection.execute(select(people.c.contact).where(people.c.person.in_(pseudonyms))).scalars()
            texts = {text for contact in contacts for text in json.loads(contact).values()}
        return Known(
            courses=len(units),
            links=frozenset((row.deployment, row.unit) for row in rows),
            # That of an adopted survey stands behind the survey's number here, and alone elsewhere.
            texts=frozenset(texts.union(row.token.rpartition(":")[2] for row in rows)),
        )

    def knows(self, pseudonyms: Collection[str]) -> bool:
        """Whether any of these units or persons is here."""
        people = select(schema.people.c.person).where(schema.people.c.person.in_(pseudonyms))
        with schema.transaction(self.engine) as connection:
            return bool(_units(connection, pseudonyms)) or connection.execute(people).first() is not None

    def erase(self, pseudonyms: Collection[str]) -> None:
        """Delete these units and persons with all that hangs on them; when it returns, the file holds nothing of them.

        A person goes with all of her courses. Who else answered for one of them stays, but for that link.
        """
        remarks, links, respondents = schema.remarks, schema.links, schema.respondents
        with schema.transaction(self.engine) as connection:
            units = _units(connection, pseudonyms)
            for row in connection.execute(select(links).where(_hers(links, units, pseudonyms))).all():
                hers = (remarks.c.deployment == row.deployment) & (remarks.c.unit == row.unit)
                connection.execute(delete(remarks).where(hers))
            for table in (links, respondents):
                connection.execute(delete(table).where(_hers(table, units, pseudonyms)))
            connection.execute(delete(remarks).where(remarks.c.unit.in_(units)))
            connection.execute(delete(schema.courses).where(schema.courses.c.unit.in_(units)))
            connection.execute(delete(schema.people).where(schema.people.c.person.in_(pseudonyms)))
        schema.rewrite(self.engine)

    def remarks(self, deployment: str) -> dict[str, str]:
        """What coordinators wrote, by unit."""
        table = schema.remarks
        with schema.transaction(self.engine) as connection:
            rows = connection.execute(select(table).where(table.c.deployment == deployment))
            return {row.unit: row.remark for row in rows}

    def remark(self, deployment: str, remarks: Mapping[str, str]) -> None:
        """Keep these remarks in place of those that the units had; a blank one takes the former away."""
        table = schema.remarks
        with schema.transaction(self.engine) as connection:
            for unit in remarks:
                connection.execute(delete(table).where(table.c.deployment == deployment, table.c.unit == unit))
            rows = [{"deployment": deployment, "unit": unit, "remark": text} for unit, text in remarks.items() if text]
            _write(connection, insert(table), rows)


def _nobody(respondent: str) -> str:
    return f"the vault knows no {respondent} with this id" if respondent else "the vault knows nobody with this id"


def _mend_nobody(found: Collection[str]) -> str:
    others = [f"a {name} (--respondent {name})" if name else "a course's own person" for name in found]
    return f"It is the id of {', '.join(others)}." if others else "Write it as the roster does, with its zeros."


def _units(connection: Connection, pseudonyms: Collection[str]) -> list[str]:
    """The courses that are among these, or whose own person is."""
    table = schema.courses
    query = select(table.c.unit).where(table.c.unit.in_(pseudonyms) | table.c.person.in_(pseudonyms))
    return list(connection.execute(query).scalars())


def _hers(table: Table, units: Collection[str], persons: Collection[str]) -> ColumnElement[bool]:
    return table.c.unit.in_(units) | table.c.person.in_(persons)


def _link(row: Any) -> Link:
    contact = json.loads(row.contact)
    return Link(
        unit=row.unit,
        person=row.person,
        token=row.token,
        **{key: contact.get(key, "") for key in ("name", "phone", "email")},
        language=row.language,
        created_at=row.created_at,
    )


def _people_in(row: RosterRow) -> dict[_Key, tuple[str, Mapping[str, str]]]:
    """Language and contact data of everybody in a row."""
    others = {(name, person.person_id): (person.language, person.contact) for name, person in row.respondents.items()}
    return {("", row.person_id): (row.language, row.contact), **others}


def _gather_people(rows: Sequence[RosterRow]) -> dict[_Key, dict[str, str]]:
    contacts: dict[_Key, dict[str, str]] = {}
    languages: dict[_Key, str] = {}
    for key, (language, contact) in (item for row in rows for item in _people_in(row).items()):
        contacts[key] = contacts.get(key, {}) | {name: text for name, text in contact.items() if text}
        languages[key] = language or languages.get(key, "")
    return {key: {"language": languages[key], "contact": _dump(contact)} for key, contact in contacts.items()}


def _respondents(connection: Connection) -> dict[str, dict[str, str]]:
    """Pseudonyms by unit and respondent."""
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(select(schema.respondents)):
        found.setdefault(row.unit, {})[row.respondent] = row.person
    return found


def _write_respondents(connection: Connection, respondents: Mapping[str, Mapping[str, str]]) -> None:
    table = schema.respondents
    for unit in respondents:
        connection.execute(delete(table).where(table.c.unit == unit))
    rows = [
        {"unit": unit, "respondent": respondent, "person": person}
        for unit, people in respondents.items()
        for respondent, person in people.items()
    ]
    _write(connection, insert(table), rows)


def _people_of_units(connection: Connection, respondent: str) -> dict[str, str]:
    """Who answers for each unit: its own person, or its respondent where it has one."""
    if not respondent:
        query = select(schema.courses.c.unit, schema.courses.c.person)
        return {row.unit: row.person for row in connection.execute(query)}
    return {unit: people[respondent] for unit, people in _respondents(connection).items() if respondent in people}


def _known_people(connection: Connection, units: Iterable[str], respondent: str) -> dict[str, str]:
    """Who answers for each unit. Raises RosterError if one of these units is not known, or has nobody to answer."""
    people = _people_of_units(connection, respondent)
    unknown = set(units) - people.keys()
    if unknown:
        what = f"units have no {respondent}" if respondent else "units are not"
        raise RosterError(f"{len(unknown)} {what} in the vault", mend="Import the roster first.")
    return people


def _refuse_doubles(rows: Sequence[RosterRow]) -> None:
    keys = {(row.person_id, row.course_id) for row in rows}
    if len(keys) < len(rows):
        mend = "Keep one row for each person_id and course_id."
        raise RosterError(f"{len(rows) - len(keys)} courses stand twice; nothing was imported", mend=mend)


def _write(connection: Connection, statement: Any, rows: Sequence[Mapping[str, str]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _dump(data: Mapping[str, str]) -> str:
    return json.dumps(dict(data), ensure_ascii=False, sort_keys=True)
