"""How good the data are, version by version, and the texts under "other" for whoever codes them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from evaltool.errors import CleaningError
from evaltool.project import Project
from evaltool.responses.corrections import COLUMNS
from evaltool.results import Estimate
from evaltool.stats.quality_frame import Checked, Item, check_interviews
from evaltool.stats.quality_rows import has_text, version_rows
from evaltool.stats.units import Answers
from evaltool.workflows.datasets import datasets

FEW = 10
_HEADER = (*COLUMNS, "now", "text", "codes")


@dataclass(frozen=True)
class Quality:
    """The rows of one version over all its interviews, by statistic ("speeding", "break_off[consent]")."""

    survey: str
    rows: Mapping[str, Estimate]


def quality(project: Project, *, others: Path | None = None) -> list[Quality]:
    """Judge the interviews of every dataset; with `others`, write the texts under "other" to this XLSX file.

    Raises:
        CleaningError: if there is no dataset, or the file cannot be written or is there already.
    """
    every = [_check(key, dataset) for key, dataset in datasets(project).items()]
    if others is not None:
        _write_others(every, others)
    return [Quality(checked.survey, _rows(checked, project.settings.language)) for checked in every]


def _check(key: str, dataset: Any) -> Checked:
    answers = Answers(survey=key, frame=dataset.frame, dispositions=dataset.dispositions)
    return check_interviews(answers, dataset.codebook["variables"])


def _rows(checked: Checked, language: str) -> dict[str, Estimate]:
    everybody = pd.Series(data=True, index=checked.facts.index)
    rows = version_rows(checked, everybody, population="", few=FEW, language=language)
    return {row.statistic: row for row in rows}


def _write_others(every: Sequence[Checked], path: Path) -> None:
    """The first columns are those of corrections.csv: rows that were coded can be copied there as they are."""
    if path.suffix.lower() != ".xlsx":
        raise CleaningError(f"«{path.suffix}» is no workbook", where=path.as_posix(), mend="Name the file .xlsx.")
    if path.exists():
        mend = "Somebody may have coded in it: give another name, or move it away."
        raise CleaningError("the file is there already", where=path.as_posix(), mend=mend)
    data = _workbook([_HEADER, *(row for checked in every for row in _texts(checked))])
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        mend = "Check that you may write there and that there is room."
        message = f"the file cannot be written: {error.strerror}"
        raise CleaningError(message, where=path.as_posix(), mend=mend) from None


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("other")
    for row in rows:
        cells = [WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text)) for text in row]
        for cell in cells:
            cell.data_type = "s"  # a text that begins with = is no formula
        sheet.append(cells)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _texts(checked: Checked) -> Iterator[tuple[str, ...]]:
    for item in checked.items:
        if item.other in checked.frame:
            rows = checked.frame[checked.facts["interview"] & has_text(checked.frame[item.other])]
            for _, row in rows.iterrows():
                known = {"unit": str(row["unit"]), "survey": checked.survey, "variable": item.name}
                known |= {"now": _now(item, row), "text": str(row[item.other]), "codes": " ".join(item.codes)}
                yield tuple(known.get(name, "") for name in _HEADER)


def _now(item: Item, row: "pd.Series[Any]") -> str:
    """Her answer in the form in which a correction would write it."""
    if item.columns == (item.name,):
        return "" if pd.isna(row[item.name]) else str(row[item.name])
    return " ".join(name.removeprefix(f"{item.name}__") for name in item.columns if row[name] is True)
