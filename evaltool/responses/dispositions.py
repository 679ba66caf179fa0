"""What coordinators found out about courses, without names: kept line by line, and used where nobody answered."""

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import TypeAdapter

from evaltool.errors import CleaningError
from evaltool.responses.clean import Cleaned
from evaltool.responses.steps import log_entries

FORMAT = 1
OUTCOMES = {
    "refused": ("R", "2.112"),
    "wrong_number": ("NC", "2.20"),
    "moved": ("NC", "2.20"),
    "broken_off": ("O", "2.36"),
}
"""Disposition and AAPOR's code of each reason: known respondent refusal; non-contact; other, miscellaneous.

All are codes of eligible cases without an interview: the roster says who is eligible, and a coordinator's word takes
nobody out of the base. Who has moved, or has another number, was not spoken to, so she is a non-contact.
Source: AAPOR Standard Definitions (2023), codes 2.1 (refusal), 2.2 (non-contact), 2.3 (other).
"""
SILENT = frozenset({"refused"})
"""Reasons after which nobody writes to her any more."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a sheet said of one course. A blank `reason` takes back what an earlier sheet said.

    `disposition` and `aapor` are what the reason meant when it was read. `found_on` may be unknown (""). `sheet` is
    when the sheet was made.
    """

    format: Literal[1] = FORMAT
    deployment: str
    unit: str
    reason: str
    disposition: str
    aapor: str
    found_on: str
    sheet: str
    read_at: str


_FINDING = TypeAdapter(Finding)


def read_findings(path: Path) -> list[Finding]:
    """All findings in the order in which they were read; none if there is no file yet.

    Raises:
        CleaningError: if a line cannot be read, or a newer evaltool wrote it.
    """
    lines = path.read_bytes().splitlines() if path.exists() else []
    found: list[Finding] = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(_FINDING.validate_json(line, strict=True, extra="forbid"))
        except ValueError:
            mend = "Restore the file from the backup. If a newer evaltool wrote it, update evaltool."
            where = f"{path.as_posix()}:{number}"
            raise CleaningError("this line cannot be read", where=where, mend=mend) from None
    return found


def append_findings(path: Path, new: Sequence[Finding]) -> None:
    """Add findings at the end, all or none."""
    before = path.read_bytes() if path.exists() else b""
    _write(path, before + b"".join(map(_line, new)))


def forget_findings(path: Path, units: Collection[str], links: Collection[tuple[str, str]] = ()) -> int:
    """Take out for good what is said of these units, or of a unit in a deployment; returns how many findings went."""
    found = read_findings(path)
    kept = [item for item in found if item.unit not in units and (item.deployment, item.unit) not in links]
    if len(kept) < len(found):
        _write(path, b"".join(map(_line, kept)))
    return len(found) - len(kept)


def _line(item: Finding) -> bytes:
    return (json.dumps(asdict(item), ensure_ascii=False) + "\n").encode()


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def standing_findings(findings: Iterable[Finding], deployment: str) -> dict[str, Finding]:
    """What now holds of each unit: the last word, unless it took back what was said."""
    last = {item.unit: item for item in findings if item.deployment == deployment}
    return {unit: item for unit, item in last.items() if item.reason}


def with_findings(cleaned: Cleaned, found: Mapping[str, Finding]) -> Cleaned:
    """The dataset with the findings as dispositions of those who never opened the survey.

    What she did herself goes before a coordinator's word: it is in the log, but changes nothing.
    """
    table = cleaned.dispositions.set_index("unit")["disposition"]
    opened = set(cleaned.frame["unit"])
    taken = {unit: item for unit, item in found.items() if unit in table.index and unit not in opened}
    told = pd.Series({unit: item.disposition for unit, item in taken.items()}, dtype="object")
    codes = told.reindex(table.index).fillna(table.astype("object")).astype(table.dtype)
    left = {unit: item for unit, item in found.items() if unit not in taken}
    log = [
        cleaned.log,
        log_entries("coordinators", list(taken), "reported", detail=[_told(item) for item in taken.values()]),
        log_entries("coordinators", list(left), "not_applied", detail=[_why_not(unit, opened) for unit in left]),
    ]
    dispositions = cleaned.dispositions.assign(disposition=codes.array)
    return replace(cleaned, dispositions=dispositions, log=pd.concat(log, ignore_index=True))


def _told(item: Finding) -> str:
    day = f", {item.found_on}" if item.found_on else ""
    return f"{item.reason}{day}: {item.disposition} ({item.aapor})"


def _why_not(unit: str, opened: Collection[str]) -> str:
    return "the survey was opened" if unit in opened else "not invited"
