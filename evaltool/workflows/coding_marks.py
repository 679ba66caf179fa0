"""What a coder's workbook says: her marks, and everything that is wrong with them. Faults never tell an answer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evaltool.errors import Fault
from evaltool.responses.coding import Mark, OpenAnswer
from evaltool.responses.coding_flags import CAPITAL, PERSON_ONLY, Flagger
from evaltool.responses.coding_themes import OpenQuestion
from evaltool.workflows.coding_sheet import (
    ANSWER,
    CLEARED,
    MARKS,
    NONE,
    PRINT,
    QUOTE,
    ROW,
    THEME,
    Filled,
    is_written,
    needs_consent,
)
from evaltool.yamlfile import nearest


@dataclass(frozen=True)
class Known:
    """What the sheet is held against: themes, and the answers by row as the data have them now."""

    question: OpenQuestion
    answers: Mapping[str, OpenAnswer]
    flagger: Flagger


def read_marks(filled: Filled, known: Known) -> tuple[list[Mark], list[Fault]]:
    """The marks of the rows that are coded, and every fault; rows whose answer is gone from the data are left out."""
    reader = _Reader(filled, known)
    marks = [mark for number, cells in filled.rows if (mark := reader.mark(number, cells))]
    reader.check_whole()
    return marks, reader.faults


def gone(filled: Filled, known: Known) -> int:
    """How many rows were sent whose answer is no longer in the data."""
    return sum(row not in known.answers for row in filled.sent)


def telling(marks: Iterable[Mark], flagger: Flagger) -> Iterator[str]:
    """The rows whose words to print hold more than capital letters that may tell who she is, cleared or not."""
    for mark in marks:
        kinds = {flag.kind for words in mark.quote.values() for flag in flagger.flags(words)}
        if kinds - {CAPITAL, PERSON_ONLY}:
            yield mark.row


class _Reader:
    """Reads row by row and gathers what is wrong."""

    def __init__(self, filled: Filled, known: Known):
        self.faults: list[Fault] = []
        self._filled, self._known = filled, known
        self._themes = {key: key.removeprefix(THEME) for key in filled.columns if key.startswith(THEME)}
        self._seen: dict[str, int] = {}

    def mark(self, number: int, cells: Mapping[str, str]) -> Mark | None:
        """The mark of a row, or nothing where it is not coded yet, or not whole."""
        row = cells[ROW]
        if not self._is_ours(number, row) or row not in self._known.answers:
            return None
        answer = self._known.answers[row]
        if _plain(cells[ANSWER]) != _plain(answer.text):
            mend = "Undo what was changed; what you want to say about it can stand in the translation."
            self._fault("changed-answer", "this is not the answer as it was sent", number, ANSWER, mend)
        themes = self._marked_themes(number, cells)
        none = self._is_marked(number, cells, NONE)
        if themes and none:
            mend = "Clear one of them."
            self._fault("both", "a theme is marked, and that none fits", number, NONE, mend)
        quote = self._quote(number, cells, answer)
        if quote and not themes:
            mend = "Mark the theme that it tells of, or clear the quote."
            self._fault("quote-without-theme", "the quote belongs to no theme", number, QUOTE, mend)
        return Mark(row=row, themes=tuple(themes), quote=quote) if themes or none else None

    def _is_ours(self, number: int, row: str) -> bool:
        if row not in self._filled.sent:
            mend = "Write it back as it was sent."
            self._fault("unknown-row", "no such row was sent", number, ROW, mend)
            return False
        first = self._seen.setdefault(row, number)
        if first != number:
            self._fault("double-row", f"this answer stands in row {first} already", number, ROW, "Keep one row.")
        return first == number

    def _marked_themes(self, number: int, cells: Mapping[str, str]) -> list[str]:
        found = [(key, code) for key, code in self._themes.items() if self._is_marked(number, cells, key)]
        for key, code in found:
            if code not in self._known.question.themes:
                mend = nearest(code, self._known.question.themes)
                message = f"the theme «{code}» is not in themes.yaml any more"
                self._fault(
                    "unknown-theme", message, number, key, f"Put it back there, or clear the mark. {mend}".strip()
                )
        return [code for _, code in found]

    def _is_marked(self, number: int, cells: Mapping[str, str], key: str) -> bool:
        text = cells[key]
        if text and text not in MARKS:
            self._fault("bad-mark", "this is no mark", number, key, "Write x, or leave it blank.")
        return text in MARKS

    def _quote(self, number: int, cells: Mapping[str, str], answer: OpenAnswer) -> dict[str, str]:
        """The words to print by language; nothing where one of the rules is broken."""
        if not answer.quotable:
            return self._refused_quote(number, cells)
        words = {key.removeprefix(PRINT): cells[key] for key in cells if key.startswith(PRINT) and cells[key]}
        marked = self._is_marked(number, cells, QUOTE)
        cleared = self._is_marked(number, cells, CLEARED)
        if not marked:
            if words or cleared:
                mend = "Mark it as a quote, or clear the words to print and the clearance."
                self._fault("no-quote", "there are words to print, but no quote is marked", number, QUOTE, mend)
            return {}
        if not words:
            mend = "Write what is to be printed, without names and places, in one language at least."
            self._fault("no-words", "there are no words to print", number, QUOTE, mend)
        elif not cleared:
            mend = "Take out what tells who she is; then mark that you looked."
            self._fault("not-cleared", self._told(words.values()), number, CLEARED, mend)
        return words

    def _refused_quote(self, number: int, cells: Mapping[str, str]) -> dict[str, str]:
        wrong = [key for key in cells if needs_consent(key) and is_written(key, cells[key])]
        for key in wrong:
            mend = "Clear the cell: her words count as a theme, and are never printed."
            self._fault("no-consent", "she did not agree to be quoted", number, key, mend)
        return {}

    def _told(self, words: Iterable[str]) -> str:
        kinds = {flag.kind for text in words for flag in self._known.flagger.flags(text)} - {PERSON_ONLY}
        seen = f"the words to print hold {', '.join(sorted(kinds))}: " if kinds else ""
        return f"{seen}nobody has said that they tell nothing of who she is"

    def check_whole(self) -> None:
        """Half a file: rows that were sent and are still in the data did not come back."""
        lost = [row for row in self._filled.sent if row in self._known.answers and row not in self._seen]
        if lost:
            message = f"{len(lost)} of {len(self._filled.sent)} rows that were sent are missing ({', '.join(lost[:5])})"
            mend = "Put them back; a row that is not coded yet may stay blank."
            self.faults.append(Fault("missing-rows", message, self._filled.sheet.name, mend))

    def _fault(self, code: str, message: str, number: int, key: str, mend: str) -> None:
        self.faults.append(self._filled.fault(code, message, number, key, mend))


def _plain(text: str) -> str:
    """An answer as it comes through a spreadsheet: blanks, line ends and unseen signs may have changed."""
    signs = (sign if sign.isprintable() else " " for sign in text.replace("_x000D_", " "))
    return " ".join("".join(signs).split())
