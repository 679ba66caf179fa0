"""Participants on LimeSurvey: our own access codes, and its list looked at before anybody is added."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from evaltool.errors import Fault, PlatformError
from evaltool.platforms.limesurvey.failures import StateUnknownError
from evaltool.platforms.limesurvey.pull import sweep
from evaltool.platforms.limesurvey.transport import RemoteControl

PAGE = 1_000
AT_ONCE = 250
_CODE = re.compile(r"[A-Za-z0-9_~]{8,36}")
_KEPT = ("language", "sent", "remindersent", "completed", "usesleft", "emailstatus")


@dataclass(frozen=True)
class Participant:
    """Somebody who may answer. `code` is the access code, `attributes` are by LimeSurvey's names (`attribute_1`).

    Printed, it shows the pseudonym only.
    """

    unit: str
    code: str = field(repr=False)
    language: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True)
class Standing:
    """A participant as LimeSurvey has her. `sent`, `reminded` and `completed` are its clock's times, "N" or ""."""

    number: int
    code: str = field(repr=False)
    language: str
    sent: str = "N"
    reminded: str = "N"
    completed: str = "N"
    attributes: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


def access_code(token: str) -> str:
    """Our token as LimeSurvey takes it: it drops a hyphen in silence and keeps a tilde, which ours never hold."""
    return token.replace("-", "~")


def list_participants(server: RemoteControl, sid: int, attributes: Sequence[str] = ()) -> dict[str, Standing]:
    """Everybody on the survey's list, by access code."""
    found: dict[str, Standing] = {}
    start = 1
    while rows := server.ask_list("list_participants", sid, start, PAGE, False, [*_KEPT, *attributes]):  # noqa: FBT003  # positional in the protocol
        for row in rows:
            found[str(row["token"])] = _standing(row, attributes)
        start = max(int(row["tid"]) for row in rows) + 1  # LimeSurvey's start is the lowest number, no offset
    return found


def _standing(row: Mapping[str, Any], attributes: Sequence[str]) -> Standing:
    person = cast("Mapping[str, str | None]", row.get("participant_info") or {})
    return Standing(
        number=int(row["tid"]),
        code=str(row["token"]),
        language=str(row.get("language") or ""),
        sent=str(row.get("sent") or "N"),
        reminded=str(row.get("remindersent") or "N"),
        completed=str(row.get("completed") or "N"),
        attributes={name: str(row.get(name) or "") for name in attributes},
        name=person.get("firstname") or "",
        email=person.get("email") or "",
    )


def add_participants(server: RemoteControl, sid: int, wanted: Sequence[Participant], unit: str) -> int:
    """Put those on the list who are not there yet; returns how many. It can be repeated.

    Who has not begun gets the language and the attributes of now. `unit` is the attribute that holds the pseudonym.
    When the connection breaks it looks who has arrived, and goes on once with the others.

    Raises:
        PlatformError: with everybody whom LimeSurvey did not take, or has under another access code.
        StateUnknownError: if the connection breaks again.
    """
    _refuse_codes(wanted)
    columns = sorted({name for item in wanted for name in item.attributes})
    before = list_participants(server, sid, columns)
    _refuse_doubles(before, wanted, unit)
    try:
        _add(server, sid, [item for item in wanted if item.code not in before])
    except StateUnknownError:
        now = list_participants(server, sid, columns)
        _add(server, sid, [item for item in wanted if item.code not in now])
    _renew(server, sid, [(item, before[item.code]) for item in wanted if item.code in before])
    return sum(item.code not in before for item in wanted)


def remove_participants(server: RemoteControl, sid: int, numbers: Sequence[int]) -> None:
    """Take people off the list."""
    if numbers:
        server.tell("delete_participants", sid, list(numbers))


def _refuse_doubles(there: Mapping[str, Standing], wanted: Sequence[Participant], unit: str) -> None:
    codes = {item.attributes[unit]: item.code for item in there.values() if item.attributes.get(unit)}
    faults = [
        Fault("participant", "LimeSurvey has this course under another access code", item.unit)
        for item in wanted
        if codes.get(item.unit, item.code) != item.code
    ]
    if faults:
        mend = "Was the vault put back from a backup? Put back the one that made these links; nothing was added."
        raise PlatformError("people would be on the list twice", mend=mend, faults=faults)


def _renew(server: RemoteControl, sid: int, people: Sequence[tuple[Participant, Standing]]) -> None:
    """What the roster says now, for those whose answers were not routed by it yet."""
    stale = [(item, there) for item, there in people if list(_unlike(item, there.language, there.attributes))]
    if not stale:
        return
    begun = {str(row.get("token") or "") for rows in sweep(server, sid, fields=("id", "token")) for row in rows}
    for item, there in stale:
        if item.code not in begun:
            told = {"language": item.language, **item.attributes}
            server.tell("set_participant_properties", sid, there.number, told)


def _refuse_codes(wanted: Sequence[Participant]) -> None:
    """LimeSurvey takes a code with other signs, changes it in silence, and checks before that it is unique."""
    faults: list[Fault] = []
    taken: set[str] = set()
    for item in wanted:
        if not _CODE.fullmatch(item.code):
            message = "the access code is not 8 to 36 of the signs A-Z a-z 0-9 _ ~"
            faults.append(Fault("access-code", message, item.unit))
        if item.code in taken:
            faults.append(Fault("access-code", "the access code stands twice", item.unit))
        taken.add(item.code)
    if faults:
        raise PlatformError("access codes that LimeSurvey would change or refuse; nothing was added", faults=faults)


def _unlike(item: Participant, language: str, attributes: Mapping[str, Any]) -> Iterator[str]:
    if language != item.language:
        yield "language"
    for name, value in item.attributes.items():
        if str(attributes.get(name) or "") != value:
            yield name


def _add(server: RemoteControl, sid: int, people: Sequence[Participant]) -> None:
    faults: list[Fault] = []
    for start in range(0, len(people), AT_ONCE):
        some = people[start : start + AT_ONCE]
        echo = server.tell("add_participants", sid, [_row(item) for item in some], False)  # noqa: FBT003  # never let it make codes
        faults += _not_taken(some, echo)
    if faults:
        message = f"LimeSurvey did not take {len(faults)} participants as they are; the others are on its list"
        raise PlatformError(message, where=f"survey {sid}", mend="Mend them, and invite again.", faults=faults)


def _row(item: Participant) -> dict[str, str]:
    return {"token": item.code, "language": item.language, **item.attributes}


def _not_taken(sent: Sequence[Participant], echo: Any) -> list[Fault]:
    """The server answers with a row for each, in order; one that it refused carries `errors`."""
    rows = cast("list[Any]", echo) if isinstance(echo, list) else []
    if len(rows) != len(sent):
        return [Fault("participant", "LimeSurvey did not say whether it took her", item.unit) for item in sent]
    return [fault for item, row in zip(sent, rows, strict=True) if (fault := _row_fault(item, row))]


def _row_fault(item: Participant, row: Mapping[str, Any]) -> Fault | None:
    if row.get("errors"):
        what, mend = _REASONS.get(next(iter(row["errors"])), _NO_REASON)
        return Fault("participant", what, item.unit, mend)
    if row.get("token") != item.code:
        return Fault("participant", "LimeSurvey has changed her access code", item.unit, "Take her off its list.")
    unlike = list(_unlike(item, str(row.get("language") or ""), row))
    if unlike:
        return Fault(
            "participant", f"LimeSurvey keeps another {', '.join(unlike)}", item.unit, "Take her off its list."
        )
    return None


_REASONS: Mapping[str, tuple[str, str]] = {
    "token": ("somebody else has this access code, or it is too long", "Is she on the list twice?"),
    "email": ("the e-mail address is none", "Mend it on the roster."),
    "language": ("the survey lacks her language", "Deploy it in that language, or give her another one."),
}
_NO_REASON = ("LimeSurvey refused her", "See its list of participants.")
"""What LimeSurvey finds wrong, by the field it names; its own words would repeat the code or the address."""
