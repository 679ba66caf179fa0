"""LimeSurvey writes to people: invitations and reminders in rounds of its limit, and what became of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaltool.platforms.base import Letter, Mailed
from evaltool.platforms.limesurvey.failures import NO_CANDIDATES, RefusedError, StateUnknownError, harmless
from evaltool.platforms.limesurvey.participants import Standing, access_code, list_participants
from evaltool.platforms.limesurvey.transport import RemoteControl

_BLANK = frozenset({"", "N"})


def write_to(
    server: RemoteControl, sid: int, letters: Sequence[Letter], *, at_once: int = 50, remind: bool = False
) -> list[Mailed]:
    """Let LimeSurvey invite or remind these people, `at_once` a call (its own limit); one result each, in order.

    It gets names and addresses of those only to whom it is to write. Who was invited before counts as `sent`. It stops
    after a round in which nobody could be reached. When the connection breaks, LimeSurvey's list tells to whom it has
    written; the others of that round are `unknown`.
    """
    standing = list_participants(server, sid)
    results = {item.unit: _beforehand(item, standing.get(access_code(item.token)), remind=remind) for item in letters}
    waiting = [item for item in letters if results[item.unit] == Mailed(item.unit, "not_tried")]
    for start in range(0, len(waiting), at_once):
        some = [(item, standing[access_code(item.token)]) for item in waiting[start : start + at_once]]
        _address(server, sid, some)
        done = _round(server, sid, some, remind=remind)
        results |= {mailed.unit: mailed for mailed in done}
        if all(mailed.fate == "failed" for mailed in done):
            rest = waiting[start + at_once :]
            results |= {
                item.unit: Mailed(item.unit, "not_tried", "nobody of the round before was reached") for item in rest
            }
            break
    return [results[item.unit] for item in letters]


def _address(server: RemoteControl, sid: int, people: Sequence[tuple[Letter, Standing]]) -> None:
    """Give LimeSurvey the name and address of now."""
    for item, there in people:
        if (item.name, item.email) != (there.name, there.email):
            told = {"firstname": item.name, "email": item.email}
            server.tell("set_participant_properties", sid, there.number, told)


def _beforehand(item: Letter, there: Standing | None, *, remind: bool) -> Mailed:
    """What is known without a mail; with no reason, she is to be written to."""
    if there is None:
        return Mailed(item.unit, "not_tried", "not on LimeSurvey's list")
    invited = there.sent not in _BLANK
    if invited and not remind:
        return Mailed(item.unit, "sent", "before")
    reasons = {
        "no e-mail address": not item.email,
        "has answered": there.completed not in _BLANK,
        "not invited yet": remind and not invited,
    }
    return Mailed(item.unit, "not_tried", next((reason for reason, holds in reasons.items() if holds), ""))


def _round(server: RemoteControl, sid: int, people: Sequence[tuple[Letter, Standing]], *, remind: bool) -> list[Mailed]:
    numbers = [there.number for _, there in people]
    try:
        result = _call(server, sid, numbers, remind=remind)
    except StateUnknownError:
        return _looked_up(server, sid, people, remind=remind)
    return [_fate(item, result.get(str(there.number))) for item, there in people]


def _call(server: RemoteControl, sid: int, numbers: Sequence[int], *, remind: bool) -> Mapping[str, Any]:
    """The last parameter lets LimeSurvey go on after the first address that fails."""
    try:
        if remind:
            return server.tell("remind_participants", sid, None, None, numbers, True)  # noqa: FBT003  # positional in the protocol
        return server.tell("invite_participants", sid, numbers, True, True)  # noqa: FBT003  # positional in the protocol
    except RefusedError as refused:
        if refused.said == NO_CANDIDATES:
            return {}
        raise


def _fate(item: Letter, told: Mapping[str, Any] | None) -> Mailed:
    if told is None:
        return Mailed(item.unit, "not_tried", "LimeSurvey passes her over: her address is invalid or blocked")
    if told.get("status") == "OK":
        return Mailed(item.unit, "sent")
    return Mailed(item.unit, "failed", harmless(str(told.get("error") or told.get("warning") or "no reason told")))


def _looked_up(
    server: RemoteControl, sid: int, people: Sequence[tuple[Letter, Standing]], *, remind: bool
) -> list[Mailed]:
    """After a break: whose entry has changed was written to; to the others LimeSurvey may be writing still."""
    now = list_participants(server, sid)
    cut = "the connection broke; look at LimeSurvey's list later"
    return [
        Mailed(item.unit, "sent")
        if _stamp(now.get(there.code, there), remind=remind) != _stamp(there, remind=remind)
        else Mailed(item.unit, "unknown", cut)
        for item, there in people
    ]


def _stamp(there: Standing, *, remind: bool) -> str:
    return there.reminded if remind else there.sent
