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
_SHAPE = ("json", None, "all", "code", "short")  # every other shape translates, collides or loses (LIMESURVEY.md)

Row: TypeAlias = Mapping[str, Any]
"""One response by column. `None` and "" are kept apart where the server keeps them apart."""


@dataclass(frozen=True)
class Seen:
    """A response as it was pulled last: how often it has changed, and the hash of its content."""

    revision: int
    digest: str


def sweep(server: RemoteControl, sid: int, *, size: int = WINDOW) -> Iterator[list[Row]]:
    """All responses, `size` ids at a time; one large export takes many times as long. There are gaps in the ids.

    Raises:
        PlatformError: at the end, if fewer came than the server counts: then nothing may be taken for deleted.
    """
    before, found, start = _count(server, sid), 0, 1
    while True:
        rows = _export(server, sid, start, start + size - 1)
        if rows:
            yield rows
        found += len(rows)
        start += size
        if found >= before or not rows:
            above = _export(server, sid, start, None, ["id"])
            if not above:
                break
            start = min(row_id(row) for row in above)
    after = _count(server, sid)
    if found < min(before, after):  # people answer meanwhile
        message = f"LimeSurvey counts {after} responses to survey {sid} and exports {found}"
        mend = "Pull again. Is it the same then, ask who runs the server: this user may not see all answers."
        raise PlatformError(message, where=f"LimeSurvey at {server.account.host}", mend=mend)


def _count(server: RemoteControl, sid: int) -> int:
    summary = server.ask("get_summary", sid)
    return int(summary["full_responses"]) if summary and "full_responses" in summary else 0


def _export(
    server: RemoteControl, sid: int, first: int, last: int | None, fields: Sequence[str] | None = None
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


def row_id(row: Row) -> int:
    """LimeSurvey's number of the response."""
    return int(row["id"])


def changed(rows: Iterable[Row], seen: Mapping[int, Seen]) -> Iterator[tuple[Row, Seen]]:
    """The rows that are new or differ from what was seen, each with what is now to be remembered of it."""
    for row in rows:
        digest, before = _digest(row), seen.get(row_id(row))
        if before is None or before.digest != digest:
            yield row, Seen(before.revision + 1 if before else 1, digest)


def _digest(row: Row) -> str:
    content = json.dumps(row, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def deleted(ids: Iterable[int], seen: Mapping[int, Seen]) -> list[int]:
    """The responses that were seen and are on the server no longer. `ids` must come from a whole sweep."""
    return sorted(seen.keys() - set(ids))
