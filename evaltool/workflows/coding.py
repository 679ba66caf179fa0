"""Coding of open answers: out to the coders as workbooks, and back as marks."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaltool.errors import Fault, ProjectError
from evaltool.project import Project
from evaltool.responses.coding import (
    CodedQuestion,
    Coding,
    Mark,
    OpenAnswer,
    Row,
    coded_question,
    share_out,
)
from evaltool.responses.coding_flags import Flag, Flagger
from evaltool.responses.coding_themes import OpenQuestion
from evaltool.responses.sheets import SheetError
from evaltool.survey.load import load_roster
from evaltool.text import language_name, pick, say
from evaltool.workflows.coding_files import themes_path
from evaltool.workflows.coding_marks import Known, gone, read_marks, telling
from evaltool.workflows.coding_sheet import (
    ANSWER,
    CLEARED,
    FLAGS,
    LANGUAGE,
    NONE,
    POPULATION,
    PRINT,
    QUOTE,
    ROW,
    THEME,
    TRANSLATION,
    CodingBook,
    CodingRow,
    Filled,
    is_written,
    read_coding_book,
    write_coding_book,
)
from evaltool.workflows.coding_source import CodingSource
from evaltool.workflows.connecting import open_vault
from evaltool.workflows.datasets import datasets
from evaltool.workflows.planned import read_plan, read_themes
from evaltool.workflows.workbook import fold
from evaltool.workflows.working import working

_CODER = re.compile(r"\w[\w-]{0,19}")
_TITLES = ("Answers", "Themes", "Read me")
_COLUMNS = {
    ROW: "Row",
    POPULATION: "Population",
    LANGUAGE: "Language",
    FLAGS: "Look out for",
    ANSWER: "The answer in its own words",
    TRANSLATION: "Translation (if you like)",
}
_NONE, _QUOTE, _PRINT = "No theme fits", "May be quoted", "Words to print ({name})"
_CLEARED = "I looked: tells nothing of who she is"
_NO_CONSENT = "no consent"
_GUIDE = (
    "Write in the yellow columns only. Read the whole answer, then put an x at each theme that it tells of.",
    "«Themes» says what each theme covers. If none fits, put an x at «No theme fits»; a blank row is not coded.",
    "Code on your own: do not ask the other coder before both have sent their sheets back.",
    "A quote: put an x, write the words to print, and leave out names, places and whatever tells who she is.",
    "«Look out for» shows words that look like names, places or numbers. It misses some: read with your own eyes.",
    "Then put an x at «I looked»: without it nothing is printed. Nothing may be quoted where it says «no consent».",
    "Delete no row, add none, change no answer. Filtering is fine.",
    "Save as .xlsx and send the whole file back through a safe place: it holds what people wrote in confidence.",
)


@dataclass(frozen=True)
class Made:
    """The workbooks that were written, with how many answers each has, and how many of these both coders have.

    `kept` rows had marks already.
    """

    files: Mapping[Path, int]
    answers: int
    both: int
    kept: int


@dataclass(frozen=True)
class ReadBack:
    """What was read of one question: by coder how many answers she has coded, of how many; and all of it together.

    Agreement on fewer than `few` answers says nothing. `notes` tell what should be known of it.
    """

    question: CodedQuestion
    few: int
    coded: Mapping[str, tuple[int, int]]
    labels: Mapping[str, str]
    notes: tuple[str, ...]


def make_sheets(
    project: Project, survey: str, question: str, coders: Sequence[str] = (), *, both: float | None = None
) -> Made:
    """Write a workbook for each coder. What stands in one that is there already is kept; new answers are added.

    `coders` come beside those who were named before; without `both` the share stays as it was (at first all of them).

    Raises:
        ProjectError: if the question has no themes, or the coders are not one or two.
        SheetError: if a workbook that is there cannot be read; nothing is written then.
    """
    with working(project):
        source = _source(project)
        themes = source.question(survey, question)
        before = source.coding(question)
        every = tuple(dict.fromkeys((*before.coders, *coders)))
        _check_coders(every)
        answers = source.answers(question)
        agreed = replace(before, coders=every, both=before.both if both is None else both)
        coding = share_out(agreed, answers, lambda: f"r{secrets.token_hex(5)}")
        paths = {coder: _book_path(project, coding, coder) for coder in coding.coders}
        filled = {coder: _cells_so_far(paths[coder], coding, coder) for coder in coding.coders}
        labelled = _Labelled(source, themes, coding)
        source.keep(coding)
        texts = {(item.unit, item.digest): item for item in answers}
        made: dict[Path, int] = {}
        for coder, path in paths.items():
            rows = [row for row in coding.rows if coder in row.coders]
            book = labelled.book(coder, [(row, texts[row.unit, row.answer]) for row in rows], filled[coder])
            _write(path, book)
            made[path] = len(rows)
        shared = sum(len(row.coders) > 1 for row in coding.rows)
        return Made(made, len(answers), shared, sum(map(len, filled.values())))


def _source(project: Project) -> CodingSource:
    plan = read_plan(project)
    return CodingSource(project, plan, read_themes(project, plan), datasets(project))


def _check_columns(columns: Mapping[str, str], where: Path) -> None:
    """A sheet is read back by the labels of its columns."""
    first: dict[str, str] = {}
    for key, label in columns.items():
        if first.setdefault(fold(label), key) != key:
            message, mend = f"two columns of the sheet would be called «{label}»", "Give the theme another label."
            raise ProjectError(message, where=where.as_posix(), mend=mend)


def _check_coders(every: Sequence[str]) -> None:
    wrong = [coder for coder in every if not _CODER.fullmatch(coder)]
    if wrong:
        mend = "Letters, digits, - and _, at most 20, for instance initials."
        raise ProjectError(f"«{wrong[0]}» cannot be the name of a coder", mend=mend)
    if len({coder.casefold() for coder in every}) < len(every):
        message = f"{' and '.join(every)} would have the same file on some systems"
        raise ProjectError(message, mend="Write the name as before, or choose another.")
    if not 1 <= len(every) <= 2:
        message = f"one or two coders code a question, not {len(every)}: {', '.join(every)}".rstrip(": ")
        mend = (
            "Name the same coders as before; who takes over from another goes on in her sheet, under her name. "
            "To begin anew, move the question's file out of data/coding and its workbooks out of build/coding."
        )
        raise ProjectError(message, mend=mend)


def _book_path(project: Project, coding: Coding, coder: str) -> Path:
    return project.build / "coding" / f"{coding.survey}.{coding.question}.{coder}.xlsx"


def _cells_so_far(path: Path, coding: Coding, coder: str) -> dict[str, Mapping[str, str]]:
    """What the coder has written so far, by row: in the workbook that is there, else what was read from another one."""
    read: dict[str, Mapping[str, str]] = {mark.row: _cells_of(mark) for mark in coding.marks.get(coder, ())}
    if not path.exists():
        return read
    filled, faults = read_coding_book(path)
    if faults:
        raise SheetError("the sheet that is there has faults", where=path.as_posix(), faults=faults)
    written = {row[ROW]: {key: row[key] for key in row if is_written(key, row[key])} for _, row in filled.rows}
    return read | {row: cells for row, cells in written.items() if cells}


def _cells_of(mark: Mark) -> dict[str, str]:
    themes = {f"{THEME}{code}": "x" for code in mark.themes} or {NONE: "x"}
    quoted = {QUOTE: "x", CLEARED: "x"} if mark.quote else {}
    return themes | quoted | {f"{PRINT}{language}": words for language, words in mark.quote.items()}


def _write(path: Path, book: CodingBook) -> None:
    try:
        write_coding_book(path, book)
    except OSError as error:
        mend = "Close it in other programs; check that you may write there. Then make the sheets again."
        message = f"the sheet cannot be written: {error.strerror}"
        raise ProjectError(message, where=path.as_posix(), mend=mend) from None


def _flagger(source: CodingSource) -> Flagger:
    """Knows the names of all people in the vault and on the roster, and the places of the roster."""
    roster = load_roster(source.project.surveys / "roster.yaml")
    with open_vault(source.project) as vault:
        coordinators = {course.attributes.get(roster.column("coordinator"), "") for course in vault.courses()}
        names = vault.names() | coordinators
    choices = [choice for name in source.themes.places for choice in roster.attributes[name].choices.values()]
    return Flagger(names, [text for choice in choices for text in choice.label.values()])


class _Labelled:
    """The workbooks of one question in the project's language."""

    def __init__(self, source: CodingSource, themes: OpenQuestion, coding: Coding):
        self._source, self._themes, self._coding = source, themes, coding
        self._language = source.project.settings.language
        self._flagger = _flagger(source)
        self._columns = self._labels()
        _check_columns(self._columns, themes_path(source.project))

    def book(
        self, coder: str, rows: Sequence[tuple[Row, OpenAnswer]], filled: Mapping[str, Mapping[str, str]]
    ) -> CodingBook:
        first, second, third = (say(title, self._language) for title in _TITLES)
        return CodingBook(
            survey=self._coding.survey,
            question=self._coding.question,
            coder=coder,
            titles=(first, second, third),
            columns=self._columns,
            rows=[self._row(row, answer, filled.get(row.row, {})) for row, answer in rows],
            themes=list(self._theme_list()),
            guide=[f"{self._coding.survey}, {self._coding.question}: {coder}", *self._said(_GUIDE)],
            no_consent=say(_NO_CONSENT, self._language),
        )

    def _said(self, lines: Sequence[str]) -> list[str]:
        return [say(line, self._language) for line in lines]

    def _labels(self) -> dict[str, str]:
        language = self._language
        printed = {
            f"{PRINT}{code}": say(_PRINT, language, name=language_name(code, language))
            for code in self._source.themes.languages
        }
        return {
            **{key: say(label, language) for key, label in _COLUMNS.items()},
            **{f"{THEME}{code}": pick(theme.label, language) for code, theme in self._themes.themes.items()},
            NONE: say(_NONE, language),
            QUOTE: say(_QUOTE, language),
            **printed,
            CLEARED: say(_CLEARED, language),
        }

    def _row(self, row: Row, answer: OpenAnswer, filled: Mapping[str, str]) -> CodingRow:
        cells = {
            ROW: row.row,
            POPULATION: answer.population,
            LANGUAGE: language_name(answer.language, self._language),
            FLAGS: "; ".join(self._flag(flag) for flag in self._flagger.flags(answer.text)),
            ANSWER: answer.text,
        }
        return CodingRow({**filled, **cells}, answer.language, answer.quotable)

    def _flag(self, flag: Flag) -> str:
        kind = say(flag.kind, self._language)
        return f"{kind}: «{flag.word}»" if flag.word else kind

    def _theme_list(self) -> Iterator[tuple[str, str, str]]:
        yield (say("Code", self._language), say("Theme", self._language), say("What it covers", self._language))
        for code, theme in self._themes.themes.items():
            yield code, pick(theme.label, self._language), theme.meaning


# Back


def read_sheets(project: Project, files: Sequence[Path]) -> list[ReadBack]:
    """Take in what coders have marked: of all files, or of none if there is a fault. The same files change nothing.

    Raises:
        SheetError: with every fault of all files.
    """
    with working(project):
        source = _source(project)
        flagger = _flagger(source)
        faults: list[Fault] = []
        read: list[_Read] = []
        for path in files:
            try:
                filled, wrong = read_coding_book(path)
                known = _known(source, filled, flagger)
            except (SheetError, ProjectError) as error:
                faults += [Fault(error.code, error.message, error.where, error.mend), *error.faults]
                continue
            marks, more = read_marks(filled, known)
            faults += [*wrong, *_twice(filled, read), *more]
            read.append(_Read(filled, tuple(marks), gone(filled, known), tuple(telling(marks, flagger))))
        if faults:
            raise SheetError("the coders' sheets have faults, and nothing was read", faults=faults)
        return [
            _store(source, question, [item for item in read if item.filled.question == question])
            for question in dict.fromkeys(item.filled.question for item in read)
        ]


@dataclass(frozen=True, repr=False)
class _Read:
    """A sheet without faults; `gone` rows of it are of answers that are not in the data any more.

    In the rows `telling` the words to print look as if they told who she is.
    """

    filled: Filled
    marks: tuple[Mark, ...]
    gone: int
    telling: tuple[str, ...]


def _twice(filled: Filled, read: Sequence[_Read]) -> Iterator[Fault]:
    for item in read:
        if (item.filled.question, item.filled.coder) == (filled.question, filled.coder):
            message = f"{item.filled.path.name} is also a sheet of {filled.coder}"
            yield Fault("double-file", message, filled.path.as_posix(), "Give the one that is finished.")


def _known(source: CodingSource, filled: Filled, flagger: Flagger) -> Known:
    question = source.question(filled.survey, filled.question)
    coding = source.coding(filled.question)
    texts = {(item.unit, item.digest): item for item in source.answers(filled.question)}
    answers = {row.row: texts[key] for row in coding.rows if (key := (row.unit, row.answer)) in texts}
    if filled.coder not in coding.coders or not any(row in answers for row in filled.sent):
        mend = "Make the sheets in this project: evaltool coding make"
        raise SheetError("this sheet belongs to other data", where=filled.path.as_posix(), mend=mend)
    return Known(question, answers, flagger)


def _store(source: CodingSource, question: str, read: Sequence[_Read]) -> ReadBack:
    before = source.coding(question)
    coding = replace(before, marks={**before.marks, **{item.filled.coder: _with(before, item) for item in read}})
    source.keep(coding)
    themes = source.themes.questions[question].themes
    due = {coder: sum(coder in row.coders for row in coding.rows) for coder in coding.coders}
    return ReadBack(
        question=coded_question(coding, themes, source.answers(question)),
        few=source.plan.few,
        coded={coder: (len(coding.marks.get(coder, ())), count) for coder, count in due.items()},
        labels={code: pick(theme.label, source.project.settings.language) for code, theme in themes.items()},
        notes=tuple(note for item in read for note in _notes(source, before, item)),
    )


def _with(before: Coding, read: _Read) -> tuple[Mark, ...]:
    """The coder's marks with those of this sheet; rows that it was not made with (an older one) stay as they are."""
    others = (mark for mark in before.marks.get(read.filled.coder, ()) if mark.row not in read.filled.sent)
    return (*others, *read.marks)


def _notes(source: CodingSource, before: Coding, read: _Read) -> Iterator[str]:
    filled, name = read.filled, read.filled.path.name
    marked = {mark.row for mark in before.marks.get(filled.coder, ())}
    left = marked.intersection(filled.sent) - {mark.row for mark in read.marks}
    if left:
        yield f"{name}: {len(left)} answers that were coded before are blank now"
    if read.gone:
        mend = "make the sheets anew to have them taken out"
        yield f"{name}: {read.gone} answers are not in the data any more, or were corrected: {mend}"
    new = [code for code in source.themes.questions[filled.question].themes if f"{THEME}{code}" not in filled.columns]
    if new:
        mend = "make the sheets anew, and have all answers looked at again for them"
        yield f"{name} was made before there was the theme {', '.join(new)}, which nobody could mark: {mend}"
    if read.telling:
        what = "a known name, a place, a number or an address"
        yield f"{name}: words to print hold {what}, and were cleared: look again ({', '.join(read.telling)})"
