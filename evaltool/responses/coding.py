"""Open answers and the themes that coders find in them: which answers there are, who codes which, and the marks.

A file for each question, `data/coding/<question>.json`, holds all of it: pseudonyms, digests of the answers, and of
their words only those that may be printed. An answer that was corrected since is another one, and is coded anew.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from evaltool.errors import CleaningError
from evaltool.responses.dataset import Dataset
from evaltool.responses.pooling import AGREED

FORMAT = 1
_INTERVIEWS = ("I", "P")


# The answers


@dataclass(frozen=True)
class OpenAnswer:
    """What somebody wrote, as the data have it now. `quotable` if she agreed that her words may be quoted."""

    unit: str
    population: str
    language: str
    text: str = field(repr=False)
    quotable: bool = False

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def open_answers(question: str, datasets: Iterable[Dataset], population: str) -> list[OpenAnswer]:
    """What was written in answer to a question, in the datasets of all versions of its survey, oldest version first.

    Of somebody who answered several versions the latest answer counts, with what she said there of being quoted; one
    no holds for all of them, and a blank takes nothing back. `population` is the column that says where she belongs.
    """
    found: dict[str, OpenAnswer] = {}
    refused: set[str] = set()
    for dataset in datasets:
        frame = dataset.frame[dataset.frame["disposition"].isin(_INTERVIEWS)]
        said = _said(dataset, frame)
        refused |= set(frame.loc[said.ne("") & said.ne(AGREED), "unit"])
        if question not in frame:
            continue
        language = "interview_language" if "interview_language" in frame else "language"
        columns = [frame[name].astype("string").fillna("") for name in ("unit", population, language, question)]
        for unit, member, spoken, text, may in zip(*columns, said.eq(AGREED), strict=True):
            if text.strip():
                found[unit] = OpenAnswer(unit, member, spoken, text, may)
    return [replace(item, quotable=item.quotable and unit not in refused) for unit, item in sorted(found.items())]


def _said(dataset: Dataset, frame: pd.DataFrame) -> "pd.Series[str]":
    """What each said of being quoted; empty where she left it, or was not asked."""
    asked = [str(book["name"]) for book in dataset.codebook["variables"] if book["role"] == "quote"]
    said = frame[asked[0]] if asked else pd.Series("", index=frame.index)
    return said.astype("string").fillna("")


# What is kept


@dataclass(frozen=True, kw_only=True)
class Row:
    """An answer that is to be coded, and by whom. `row` is drawn by chance: it says nothing to anybody outside."""

    row: str
    unit: str
    answer: str
    coders: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a coder found in an answer; no theme fits where `themes` is empty. `quote` has the words to print.

    `quote` is by language, and empty if the answer is not to be quoted; somebody looked whether it tells who she is.
    """

    row: str
    themes: tuple[str, ...]
    quote: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    def among(self, themes: Collection[str]) -> "Mark":
        """The mark without themes that are on the list no more."""
        return replace(self, themes=tuple(theme for theme in self.themes if theme in themes))


@dataclass(frozen=True, kw_only=True)
class Coding:
    """The coding of one question. `marks` are by coder; the first one named in `coders` decides where two differ.

    `both` is the share of the answers that all coders get.
    """

    survey: str
    question: str
    coders: tuple[str, ...] = ()
    both: float = 1.0
    rows: tuple[Row, ...] = ()
    marks: Mapping[str, tuple[Mark, ...]] = field(default_factory=dict[str, tuple[Mark, ...]])

    def without(self, units: Collection[str]) -> "Coding":
        """The coding without all that is about these units."""
        rows = tuple(row for row in self.rows if row.unit not in units)
        kept = {row.row for row in rows}
        marks = {coder: tuple(mark for mark in marks if mark.row in kept) for coder, marks in self.marks.items()}
        return replace(self, rows=rows, marks=marks)


_CODING = TypeAdapter(Coding)


def read_coding(path: Path) -> Coding:
    """Read what `write_coding` wrote.

    Raises:
        CleaningError: if it is damaged, or a newer evaltool wrote it.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        version = data.pop("format")
        if isinstance(version, int) and version > FORMAT:
            message = f"the coding has format {version}; this evaltool knows {FORMAT}"
            raise CleaningError(message, where=path.as_posix(), mend="Install a newer evaltool.")
        return _CODING.validate_python(data)
    except (ValueError, AttributeError, KeyError, ValidationError):
        message, mend = "the coding is damaged", "Restore it from the backup, or read the coders' sheets again."
        raise CleaningError(message, where=path.as_posix(), mend=mend) from None


def coding_data(coding: Coding) -> dict[str, object]:
    """The coding as it is written."""
    return {"format": FORMAT, **asdict(coding)}


# Who codes what


def share_out(coding: Coding, answers: Sequence[OpenAnswer], new_row: Callable[[], str]) -> Coding:
    """Give every answer to its coders; what was given before stays.

    The answers stand in the order of SHA-256 of question and pseudonym, which nobody chose and which comes out alike
    every time: the first share `both` of them goes to all coders, the others to one coder in turn. Answers that are no
    longer in the data lose their row, and with it what was marked there.
    """
    known = {(row.unit, row.answer): row for row in coding.rows}
    ordered = sorted(answers, key=lambda item: hashlib.sha256(f"{coding.question}/{item.unit}".encode()).hexdigest())
    shared = round(coding.both * len(ordered))
    rows: list[Row] = []
    for place, answer in enumerate(ordered):
        row = known.get((answer.unit, answer.digest))
        drawn = coding.coders if place < shared else () if row else (coding.coders[place % len(coding.coders)],)
        given = dict.fromkeys((*(row.coders if row else ()), *drawn))
        rows.append(Row(row=row.row if row else new_row(), unit=answer.unit, answer=answer.digest, coders=tuple(given)))
    gone = {row.row for row in coding.rows} - {row.row for row in rows}
    marks = {coder: tuple(mark for mark in found if mark.row not in gone) for coder, found in coding.marks.items()}
    return replace(coding, rows=tuple(rows), marks=marks)


# What is counted


@dataclass(frozen=True)
class Coded:
    """An answer as its coders have it: what each of them found, in the order in which they are named."""

    answer: OpenAnswer
    found: Mapping[str, Mark]

    @property
    def mark(self) -> Mark | None:
        """What counts: the word of the coder who is named first of those who coded it."""
        return next(iter(self.found.values()), None)

    def themes_of(self, coder: str) -> frozenset[str] | None:
        """What one coder found, or `None` if she did not code it."""
        return frozenset(self.found[coder].themes) if coder in self.found else None


@dataclass(frozen=True)
class CodedQuestion:
    """All answers to a question with what coders found in them."""

    question: str
    themes: tuple[str, ...]
    coders: tuple[str, ...]
    answers: tuple[Coded, ...]


def coded_question(coding: Coding, themes: Iterable[str], answers: Iterable[OpenAnswer]) -> CodedQuestion:
    """Put marks to the answers and themes as they are now: marks of others are left out."""
    codes = tuple(themes)
    rows = {(row.unit, row.answer): row.row for row in coding.rows}
    marks = {coder: {mark.row: mark.among(codes) for mark in coding.marks.get(coder, ())} for coder in coding.coders}
    found: list[Coded] = []
    for answer in answers:
        row = rows.get((answer.unit, answer.digest), "")
        found.append(Coded(answer, {coder: own[row] for coder, own in marks.items() if row in own}))
    return CodedQuestion(coding.question, codes, coding.coders, tuple(found))
