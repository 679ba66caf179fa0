"""The lines of a segment: how a record is written, and the check of what is read.

Lines in the one form in which evaltool writes a record are known by a pattern, a whole segment at once. Any other line
is read field by field: that tells what is wrong with it, or gives the record to be written in that form.
"""

import hashlib
import json
import re
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow
import pyarrow.compute as arrow_compute
from pydantic import TypeAdapter, ValidationError

from evaltool.errors import ArchiveError
from evaltool.records import RawResponse, record_line

Lines: TypeAlias = Any
"""Records as lines of JSON, an array of pyarrow (which has no types)."""

RESTORE = "Restore it from the backup."
_RECORD = TypeAdapter(RawResponse)
_TIMES = ("opened_at", "saved_at", "completed_at")
_LARGEST = 2**63 - 1
_WHO = re.compile(rb'"(?:unit|person)":\s*"([^"]*)"')
_arrow: Any = pyarrow
_compute: Any = arrow_compute


def _list(item: str) -> str:
    return rf"\[(?:{item}(?:,{item})*)?\]"


def _object(value: str) -> str:
    return rf"\{{(?:{_TEXT}:{value}(?:,{_TEXT}:{value})*)?\}}"


def _fields(**values: str) -> str:
    fields = ",".join(f'"{name}":{values[name]}' for name in sorted(values))
    return rf"\{{{fields}\}}"


_TEXT = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\bfnrt]|u00[01][0-9a-f]))*"'
# Days that every month has, that all but February have, that the long months have: a leap day is read with care.
_DAY = "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_TIME = rf'"20[0-9]{{2}}-{_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\+00:00"'
_WRITTEN = "^{}$".format(
    _fields(
        **dict.fromkeys(("deployment", "interview", "unit", "person", "structure_hash", "language"), _TEXT),
        mode='"(?:self|keyed)"',
        status='"(?:opened|partial|complete|refused)"',
        revision="(?:0|[1-9][0-9]{0,17})",
        opened_at=_TIME,
        saved_at=_TIME,
        completed_at=f"(?:null|{_TIME})",
        attributes=_object(_TEXT),
        answers=_object(f"(?:null|{_TEXT}|{_list(_TEXT)})"),
        pages=_list(_fields(page=_TEXT, language=_TEXT, saved_at=_TEXT)),
    )
)


def read_segment(path: Path, *, altered: bool = False) -> Lines:
    """The lines of a segment as `record_line` writes them.

    The written form does not tell whether a key stands twice, which evaltool never writes: where that cannot be relied
    on (`altered`), every line is read field by field, and of two equal keys the last counts.

    Raises:
        ArchiveError: if a line is no record.
    """
    lines = path.read_bytes().split(b"\n")
    if not lines[-1]:
        del lines[-1]
    return check_lines(lines, path.as_posix(), altered=altered)


def check_lines(lines: list[bytes], where: str, *, altered: bool = False) -> Lines:
    """`read_segment` of lines at hand."""
    for place in range(len(lines)) if altered else _unknown(lines):
        lines[place] = record_line(_read_record(lines[place], f"{where}:{place + 1}")).encode()
    return _arrow.array(lines, "string")


def line_state(line: str) -> tuple[str, int, str]:
    """Interview, revision and `records.digest` of a line as `record_line` writes it."""
    # The keys come in order and free keys (answers, attributes) before these two; a quote within a text is escaped.
    interview = line.rpartition(',"interview":')[2].partition(',"language":')[0]
    before, _, after = line.rpartition(',"revision":')
    revision, _, rest = after.partition(",")
    return json.loads(interview), int(revision), hashlib.sha256(f"{before},{rest}".encode()).hexdigest()


def without(data: bytes, pseudonyms: Collection[str]) -> bytes:
    """A segment without the lines of these units or persons; the others byte by byte as they were."""
    hers = {name.encode() for name in pseudonyms}
    if hers.isdisjoint(_WHO.findall(data)):
        return data
    return b"\n".join(line for line in data.split(b"\n") if hers.isdisjoint(_WHO.findall(line)))


def _unknown(lines: list[bytes]) -> list[int]:
    """Places of the lines that are not in the written form."""
    try:
        known = _compute.match_substring_regex(_arrow.array(lines, "string"), _WRITTEN)
    except _arrow.ArrowInvalid:  # a line that is no UTF-8
        return list(range(len(lines)))
    return np.flatnonzero(~known.to_numpy(zero_copy_only=False)).tolist()


def _read_record(line: bytes, where: str) -> RawResponse:
    try:
        record = _RECORD.validate_json(line, strict=True, extra="forbid")
    except ValidationError as error:
        raise ArchiveError(f"this line is no response{_wrong_fields(error)}", where=where, mend=RESTORE) from None
    wrong = [name for name in _TIMES if not _is_time(getattr(record, name) or record.opened_at)]
    wrong += ["revision"] if abs(record.revision) > _LARGEST else []
    if wrong:
        raise ArchiveError(f"this line is no response (see {', '.join(wrong)})", where=where, mend=RESTORE)
    return record


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _wrong_fields(error: ValidationError) -> str:
    """Names of fields only: what stands in them may be an answer."""
    names = dict.fromkeys(str(item["loc"][0]) for item in error.errors(include_input=False) if item["loc"])
    return f" (see {', '.join(names)})" if names else ""
