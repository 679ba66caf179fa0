"""From the roster to the base of an indicator: who is left at each step, and why the others are not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from evaltool.errors import ReportError
from evaltool.report.definition import TableSpec
from evaltool.report.grid import Cell, Grid, bold, figure, heads
from evaltool.report.prose import Prose, plain
from evaltool.report.words import DISPOSITIONS, REASONS
from evaltool.results import Estimate
from evaltool.text import Text, pick, say

_NOT_RECORDED, _OUTSIDE = "not_recorded", "outside_base"


@dataclass(frozen=True)
class _Line:
    """A number of courses, and the row (with the form of its figure) that tells it: who is left, or who is not."""

    words: str
    number: int
    row: Estimate
    form: str
    left_out: bool = False


def base_table(prose: Prose, spec: TableSpec) -> Grid:
    """All courses of the roster, those who were to answer, the interviews, the base, and who of it is counted."""
    indicator = spec.indicators[0] if spec.indicators else prose.context.headline
    facts = prose.facts(indicator)
    if facts.survey:
        message = f"«{indicator}» is asked in {facts.survey}, of which there is no response rate"
        raise ReportError(message, mend="Name an indicator of the population's own survey.")
    share = prose.rows.require(indicator, "share", prose.where())
    base = say("Base: answers that can be counted", prose.language)
    lines = [*_until_interviews(prose)]
    if not prose.silence(share):
        lines += [*_not_in_base(prose, share), _Line(base, share.n or 0, share, "n")]
    _refuse_gaps(lines, indicator)
    rows = [[_words(line), _number(prose, line)] for line in lines]
    if prose.silence(share):
        rows.append([bold(plain(base)), figure(prose, share, "n")])
    else:
        words = say("of these: {indicator}", prose.language, indicator=pick(facts.label, prose.language))
        rows.append([plain(words), figure(prose, share, "count")])
    return Grid(heads(prose, "Step", "Courses"), rows, (80, 16))


def _until_interviews(prose: Prose) -> Iterator[_Line]:
    where, rate = prose.where(), prose.rows.require("response", "rr2", prose.where())
    yield from _not_eligible(prose)
    units = pick(prose.context.units, prose.language)
    yield _Line(say("Were to answer: {units}", prose.language, units=units), rate.n or 0, rate, "n")
    for code in [code for code in DISPOSITIONS if code not in {"I", "P"}]:
        row = prose.rows.find("disposition", f"count[{code}]", where)
        if row is not None and row.count:
            yield _Line(say(DISPOSITIONS[code], prose.language), row.count, row, "count", left_out=True)
    yield _Line(say("Whole and partial interviews", prose.language), rate.count or 0, rate, "count")


def _not_eligible(prose: Prose) -> Iterator[_Line]:
    """All courses, and those who were not to answer by status; a plan without one begins with who was to answer."""
    labels = {code: pick(label, prose.language) for code, label in _statuses(prose).items()}
    labels[_NOT_RECORDED] = say("Not recorded", prose.language)
    found = {code: prose.rows.find("courses", f"not_eligible[{code}]", prose.where()) for code in labels}
    rows = {code: row for code, row in found.items() if row is not None}
    first = next(iter(rows.values()), None)
    if first is not None:
        yield _Line(say("All courses on the roster", prose.language), first.n or 0, first, "n")
    for code, row in rows.items():
        if row.count:
            yield _Line(labels[code], row.count, row, "count", left_out=True)


def _statuses(prose: Prose) -> Mapping[str, Text]:
    return prose.facts("courses").options if "courses" in prose.context.indicators else {}


def _not_in_base(prose: Prose, share: Estimate) -> Iterator[_Line]:
    """Interviews without an answer that counts, by reason."""
    for reason, count in not_in_base(prose, share).items():
        form = reason if reason == _OUTSIDE else f"missing[{reason}]"
        yield _Line(say(REASONS.get(reason, reason), prose.language), count, share, form, left_out=True)


def not_in_base(prose: Prose, share: Estimate) -> dict[str, int]:
    """Why interviews are outside the base of an indicator of the population's own survey, and how many.

    Whom no reason names was not meant by the question.
    """
    found = reasons_of_missing(share)
    interviews = prose.rows.require("response", "rr2", prose.where()).count or 0
    outside = interviews - (share.n or 0) - sum(found.values())
    return {**found, _OUTSIDE: outside} if outside > 0 else found


def reasons_of_missing(row: Estimate) -> dict[str, int]:
    """Why asked units are outside the base of a row, and how many."""
    pairs = (part.partition("=") for part in row.missing.split(";") if part)
    return {reason: int(count) for reason, _, count in pairs}


def _refuse_gaps(lines: list[_Line], indicator: str) -> None:
    """Each step must leave what the next one says; rows of one analysis always do."""
    left = lines[0].number
    for line in lines:
        if line.left_out:
            left -= line.number
        elif line.number != left:
            message = f"the steps from the roster to the base of «{indicator}» do not add up: {left}, not {line.number}"
            raise ReportError(message, where=line.row.id, mend="Run: evaltool analyse")


def _words(line: _Line) -> Cell:
    return Markup("− {}").format(plain(line.words)) if line.left_out else bold(plain(line.words))


def _number(prose: Prose, line: _Line) -> Cell:
    shown = prose.span(line.row, line.form, prose.whole(line.number))
    return Markup("−{}").format(shown) if line.left_out else bold(shown)
