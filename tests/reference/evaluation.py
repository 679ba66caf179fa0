"""Read a whole dataset (roster, responses, code book) by the rules in its README. No statistics here."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Evaluation:
    """`eligible`: the roster's eligible rows; `answers`: one response a mentee, by id, with codes for labels."""

    codebook: Mapping[str, Any]
    cleaning: Mapping[str, int]
    eligible: Sequence[Row]
    answers: Mapping[str, Row]

    @property
    def respondents(self) -> list[Row]:
        """The eligible who answered, roster and answers in one row, in the roster's order."""
        return [row | self.answers[row["id"]] for row in self.eligible if row["id"] in self.answers]

    def success(self, item: str) -> set[int]:
        about = self.codebook["items"][item]
        return set(about.get("top_box") or about["success"])

    def levels(self, item: str) -> list[int]:
        scale = self.codebook["labels"][self.codebook["items"][item]["scale"]]
        return sorted({code for labels in scale.values() for code in labels.values()})


def read(folder: Path, codebook: Mapping[str, Any]) -> Evaluation:
    roster = _rows(folder / "roster.csv", codebook, codebook["roster_key"])
    responses = _rows(folder / "responses.csv", codebook, codebook["response_key"])
    units = {row["id"]: row for row in roster}
    matched = [row for row in responses if row["id"] in units]
    eligible = [row for row in units.values() if _word(row.get("eligible", "yes")) == "yes"]
    inside = {row["id"] for row in eligible}
    of_eligible = [row for row in matched if row["id"] in inside]
    kept = _one_each(of_eligible, codebook["submitted_at_format"])
    complete = sum(_word(row["status"]) == "complete" for row in kept.values())
    cleaning = {
        "roster_rows": len(roster),
        "eligible": len(eligible),
        "response_rows": len(responses),
        "unmatched_rows": len(responses) - len(matched),
        "rows_of_ineligible": len(matched) - len(of_eligible),
        "duplicate_rows_dropped": len(of_eligible) - len(kept),
        "respondents": len(kept),
        "complete": complete,
        "partial": len(kept) - complete,
    }
    return Evaluation(codebook, cleaning, eligible, {key: _coded(row, codebook) for key, row in kept.items()})


def _rows(file: Path, codebook: Mapping[str, Any], key: str) -> list[Row]:
    encoding = codebook.get("encoding", "utf-8")
    with file.open(encoding="utf-8-sig" if _word(encoding) in {"utf-8", "utf8"} else encoding, newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=codebook.get("delimiter", ",")))
    return [{name: (value or "").strip() for name, value in row.items()} | {"id": _key(row[key])} for row in rows]


def _key(text: str) -> str:
    return text.strip().upper()


def _word(text: str) -> str:
    return text.strip().lower()


def _one_each(rows: Sequence[Row], pattern: str) -> dict[str, Row]:
    """A complete response before a partial one, then the latest; the later row, of equals."""

    def rank(row: Row) -> tuple[bool, datetime]:
        return _word(row["status"]) == "complete", _moment(row["submitted_at"], pattern)

    kept: dict[str, Row] = {}
    for row in rows:
        if row["id"] not in kept or rank(row) >= rank(kept[row["id"]]):
            kept[row["id"]] = row
    return kept


def _moment(text: str, pattern: str) -> datetime:
    return datetime.strptime(text, pattern) if text else datetime.min  # noqa: DTZ007, DTZ901  # the files have no time zone


def _coded(row: Row, codebook: Mapping[str, Any]) -> Row:
    missing = {_word(text) for text in codebook["missing_codes"]}
    codes: Row = {}
    for item, about in codebook["items"].items():
        labels = {_word(text): code for of in codebook["labels"][about["scale"]].values() for text, code in of.items()}
        said = _word(row.get(item, ""))
        codes[item] = None if said in missing else labels.get(said)
    return {**row, **codes}


def level(value: Any, levels: Sequence[int]) -> int | None:
    """A level written as a number; everything else is missing."""
    text = str(value).strip()
    return int(float(text)) if text.replace(".0", "").isdigit() and int(float(text)) in levels else None
