"""Rows of answers as LimeSurvey exports them: complete by its own count, with what changed and what was deleted."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, cast

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey.failures import NO_ROWS, RefusedError
from evaltool.platforms.limesurvey.transport import RemoteControl

WINDOW = 5_000
_SHAPE = ("json", None, "all", "code", "short")  # every other shape translates, collides or loses (LIMESURVEY.md)

Row: TypeAlias = Mapping[str, Any]
"""One response by column. `None` and "" are kept apart where the server keeps them apart."""


def sweep(
    server: RemoteControl, sid: int, *, size: int = WINDOW, fields: Sequence[str] | None = None
) -> Iterator[list[Row]]:
    """All responses, `size` ids at a time; one large export takes many times as long. There are gaps in the ids.

    With `fields` these columns only. Until the sweep has ended, nothing else may be asked of `server`.

    Raises:
        PlatformError: at the end, if fewer came than the server counts: then nothing may be taken for deleted.
    """
    before, found, start = count(server, sid), 0, 1
    with ThreadPoolExecutor(max_workers=1) as ahead:  # LimeSurvey makes the next window while this one is worked on
        window = ahead.submit(_export, server, sid, start, start + size - 1, fields)
        while start:
            rows = window.result()
            found += len(rows)
            start += size
            if found >= before or not rows:
                above = _export(server, sid, start, None, ["id"])
                start = min((row_id(row) for row in above), default=0)
            if start:
                window = ahead.submit(_export, server, sid, start, start + size - 1, fields)
            if rows:
                yield rows
    after = count(server, sid)
    if found < min(before, after):  # people answer meanwhile
        message = f"LimeSurvey counts {after} responses to survey {sid} and exports {found}"
        mend = "Pull again. Is it the same then, ask who runs the server: this user may not see all answers."
        raise PlatformError(message, where=f"LimeSurvey at {server.account.host}", mend=mend)


def count(server: RemoteControl, sid: int) -> int:
    """How many responses LimeSurvey says that it has."""
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
        raise PlatformError("the export cannot be read", where=where, mend="LimeSurvey 5.6 to 6.13 were tried.")
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
