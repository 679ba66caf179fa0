"""Rows of answers as LimeSurvey exports them: complete by its own count, with what changed and what was deleted."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey.failures import NO_ROWS, RefusedError
from evaltool.platforms.limesurvey.transport import RemoteControl

WINDOW = 5_000
_TRIES = 3
_SHAPE = ("json", None, "all", "code", "short")  # every other shape translates, collides or loses (LIMESURVEY.md)

Row: TypeAlias = Mapping[str, Any]
"""One response by column. `None` and "" are kept apart where the server keeps them apart."""


@dataclass(frozen=True)
class Seen:
    """A response as it was pulled last: how often it has changed, and the hash of its content."""

    revision: int
    digest: str


def response_ids(server: RemoteControl, sid: int) -> list[int]:
    """The ids of all responses, in order; there are gaps. As many as the server counts.

    Raises:
        PlatformError: if the export and the server's count disagree, however often they are asked.
    """
    counted, found = 0, 0
    for _ in range(_TRIES):
        before = _count(server, sid)
        ids = sorted(_id(row) for row in _export(server, sid, None, None, ["id"]))
        counted, found = _count(server, sid), len(ids)
        if min(before, counted) <= found <= max(before, counted):  # people answer meanwhile
            return ids
    message = f"LimeSurvey counts {counted} responses to survey {sid} and exports {found}"
    mend = "Nothing was pulled. May this user read all of the answers? Try again; else ask who runs the server."
    raise PlatformError(message, where=f"LimeSurvey at {server.account.host}", mend=mend)


def _count(server: RemoteControl, sid: int) -> int:
    summary = server.ask("get_summary", sid)
    return int(summary["full_responses"]) if summary and "full_responses" in summary else 0


def read_windows(server: RemoteControl, sid: int, ids: Sequence[int], *, size: int = WINDOW) -> Iterator[list[Row]]:
    """The responses with these ids, `size` at a time: a large survey in one piece takes five times as long.

    One that was deleted meanwhile is left out.

    Raises:
        PlatformError: if the server leaves out one that it still has.
    """
    for start in range(0, len(ids), size):
        yield _read_window(server, sid, ids[start : start + size])


def _read_window(server: RemoteControl, sid: int, ids: Sequence[int]) -> list[Row]:
    first, last = ids[0], ids[-1]
    rows = _export(server, sid, first, last)
    missing = set(ids) - {_id(row) for row in rows}
    if missing:
        missing &= {_id(row) for row in _export(server, sid, first, last, ["id"])}
    if missing:
        message = f"{len(missing)} of the responses {first} to {last} of survey {sid} did not come"
        raise PlatformError(message, where=f"LimeSurvey at {server.account.host}", mend="Pull again.")
    return rows


def _export(
    server: RemoteControl, sid: int, first: int | None, last: int | None, fields: Sequence[str] | None = None
) -> list[Row]:
    try:
        exported = server.ask("export_responses", sid, *_SHAPE, first, last, *([fields] if fields else []))
    except RefusedError as refused:
        if refused.said == NO_ROWS:
            return []
        raise
    rows = read_export(exported)
    if rows is None:
        where = f"LimeSurvey at {server.account.host}, export_responses"
        raise PlatformError("the export cannot be read", where=where, mend="LimeSurvey 5.6 to 6.4 were tried.")
    return rows


def read_export(exported: object) -> list[Row] | None:
    """The rows of an export in base64; `None` if it is none. Older servers wrap each row in its id."""
    try:
        data = json.loads(base64.b64decode(str(exported), validate=True))
        rows = [_unwrapped(row) for row in data["responses"]]
        return [row for row in rows if str(row["id"]).strip()]  # 3.x answers with one blank row where there is none
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError):
        return None


def _unwrapped(row: Mapping[str, Any]) -> Row:
    values = list(row.values())
    return cast("Row", values[0]) if len(values) == 1 and isinstance(values[0], dict) else row


def _id(row: Row) -> int:
    return int(row["id"])


def changed(rows: Iterable[Row], seen: Mapping[int, Seen]) -> Iterator[tuple[Row, Seen]]:
    """The rows that are new or differ from what was seen, each with what is now to be remembered of it."""
    for row in rows:
        digest, before = _digest(row), seen.get(_id(row))
        if before is None or before.digest != digest:
            yield row, Seen(before.revision + 1 if before else 1, digest)


def _digest(row: Row) -> str:
    content = json.dumps(row, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def deleted(ids: Iterable[int], seen: Mapping[int, Seen]) -> list[int]:
    """The responses that were seen and are on the server no longer. `ids` must be all that it has."""
    return sorted(seen.keys() - set(ids))
