"""Corrections: what somebody looked into and decided, one reviewed file for all surveys (CSV or XLSX)."""

import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaltool.errors import CleaningError, Fault
from evaltool.responses.raw import RawAnswer
from evaltool.responses.sheets import Cell, Sheet, SheetError, match_header, read_sheet, row_cells
from evaltool.survey.answers import OTHER_SUFFIX, read
from evaltool.survey.model import Question, Survey
from evaltool.survey.types import QUESTION_TYPES, read_date
from evaltool.yamlfile import nearest

COLUMNS = ("unit", "survey", "variable", "new", "who", "when", "why")


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One answer set anew; a blank `new` takes it away. `survey` is a name (all versions) or a key (`course-end@2`)."""

    unit: str
    survey: str
    variable: str
    new: str = field(repr=False)
    who: str
    when: str
    why: str

    def concerns(self, survey: Survey) -> bool:
        return self.survey in {survey.survey, survey.key}

    def answer(self, question: Question | None) -> RawAnswer:
        """The new answer as written down; codes of a select_multiple are parted by spaces."""
        if not self.new.strip():
            return None
        several = question is not None and QUESTION_TYPES[question.type].kind == "set"
        return tuple(self.new.split()) if several else self.new


def read_corrections(path: Path, *, surveys: Mapping[str, Survey], units: Collection[str]) -> list[Correction]:
    """Read the corrections; `surveys` are all definitions by key, `units` the roster's.

    Raises:
        CleaningError: with every fault of the file by row and column.
    """
    try:
        sheet = read_sheet(path, COLUMNS)
    except SheetError as error:
        raise CleaningError(error.message, where=error.where, mend=error.mend) from None
    folded = {name: name for name in COLUMNS}
    columns, faults = match_header(
        sheet, lambda header: folded.get(header.casefold()), lambda header: nearest(header, COLUMNS)
    )
    missing = [name for name in COLUMNS if name not in columns]
    where = sheet.where(sheet.header_row)
    faults += [Fault("missing-column", f"the column «{name}» is missing", where, "Add it.") for name in missing]
    rows, cell_faults = row_cells(sheet, columns)
    faults += cell_faults
    found = [(number, _correction(row)) for number, row in rows] if not missing else []
    for number, correction in found:
        faults += _check(correction, sheet, number, surveys=surveys, units=units)
    faults += _doubles(found, sheet, surveys.values())
    if faults:
        raise CleaningError(f"the corrections have {len(faults)} faults", where=path.name, faults=faults)
    return [correction for _, correction in found]


def without_rows(data: bytes, pseudonyms: Collection[str]) -> tuple[bytes, int]:
    """The file without the rows that name one of these, the others as they were; and how many rows went."""
    # UTF-16 alone writes line ends and quotation marks otherwise than ASCII; Latin-1 gives any bytes back as they were.
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "latin-1"
    hers = re.compile(rf"\b(?:{'|'.join(map(re.escape, pseudonyms))})\b")
    rows = list(_rows(data.decode(encoding)))
    kept = [row for row in rows if not hers.search(row)]
    return ("".join(kept).encode(encoding) if len(kept) < len(rows) else data), len(rows) - len(kept)


def _rows(text: str) -> Iterator[str]:
    """The rows with their line ends; a cell in quotation marks may hold some."""
    row = ""
    for line in io.StringIO(text, newline=""):
        row += line
        if row.count('"') % 2 == 0:
            yield row
            row = ""
    if row:
        yield row


def _correction(row: Mapping[str, Cell]) -> Correction:
    return Correction(**{name: row[name].text for name in COLUMNS})


def _check(
    correction: Correction, sheet: Sheet, row: int, *, surveys: Mapping[str, Survey], units: Collection[str]
) -> Iterator[Fault]:
    if correction.unit not in units:
        yield Fault("unknown-unit", "no such unit in the roster", sheet.where(row, "unit"), "Copy it from the dataset.")
    for name in ("who", "why"):
        if not getattr(correction, name):
            yield Fault(
                "empty-cell", "the cell is empty", sheet.where(row, name), "A correction says who, when and why."
            )
    yield from _check_day(correction, sheet.where(row, "when"))
    concerned = [survey for survey in surveys.values() if correction.concerns(survey)]
    if not concerned:
        known = {name for survey in surveys.values() for name in (survey.survey, survey.key)}
        mend = nearest(correction.survey, known)
        yield Fault("unknown-survey", f"no survey «{correction.survey}»", sheet.where(row, "survey"), mend)
    for survey in concerned:
        yield from _check_answer(correction, survey, sheet, row)


def _check_day(correction: Correction, where: str) -> Iterator[Fault]:
    try:
        read_date(correction.when)
    except ValueError:
        yield Fault("bad-date", "not a date", where, "Write day-month-year, for instance 24-04-2022.")


def _check_answer(correction: Correction, survey: Survey, sheet: Sheet, row: int) -> Iterator[Fault]:
    question = survey.by_name.get(correction.variable)
    if question is None:
        if correction.variable not in _other_names(survey):
            mend = nearest(correction.variable, _asked_names(survey))
            message = f"{survey.key} has no variable «{correction.variable}»"
            yield Fault("unknown-variable", message, sheet.where(row, "variable"), mend)
        return
    answer = correction.answer(question)
    written = answer if isinstance(answer, tuple) else [answer or ""]
    # A constraint may need other answers; cleaning checks it when they are at hand.
    if read(question.model_copy(update={"constraint": ""}), written).fault:
        mend = f"Known: {', '.join(question.choices)}." if question.choices else f"Write it as {question.type}."
        yield Fault("bad-answer", f"{survey.key} does not take this answer", sheet.where(row, "new"), mend)


def _other_names(survey: Survey) -> list[str]:
    return [f"{question.name}{OTHER_SUFFIX}" for question in survey.questions if question.other_choice]


def _asked_names(survey: Survey) -> list[str]:
    asked = [question.name for question in survey.questions if QUESTION_TYPES[question.type].asks]
    return asked + _other_names(survey)


def _doubles(found: Sequence[tuple[int, Correction]], sheet: Sheet, surveys: Collection[Survey]) -> Iterator[Fault]:
    """A name and a key may mean the same survey, so the rows are compared by the keys that they concern."""
    seen: dict[tuple[str, str, str], int] = {}
    for row, correction in found:
        keys = [survey.key for survey in surveys if correction.concerns(survey)] or [correction.survey]
        rows = [seen.setdefault((correction.unit, key, correction.variable), row) for key in keys]
        if min(rows) != row:
            message = f"row {min(rows)} corrects the same answer"
            yield Fault("double-correction", message, sheet.where(row), "Keep one of the two rows.")
