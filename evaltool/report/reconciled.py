"""One share of several bases beside each other, and by which numbers one goes from base to base."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaltool.report.base_table import base_table, reasons_of_missing
from evaltool.report.definition import TableSpec
from evaltool.report.prose import BOUNDS, Prose, as_text
from evaltool.report.row_labels import about_group
from evaltool.report.rows import too_few
from evaltool.report.sentences import NOBODY, withheld
from evaltool.report.words import REASONS, told
from evaltool.results import Estimate
from evaltool.text import pick, say

INTERVIEWS, COMPLETE = "share_of_interviews", "share_of_complete"
"""The statistics of the other bases."""


@dataclass(frozen=True)
class Beside:
    """Figures side by side as text, under a title that marks the data; `said` are sentences why they differ."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    said: Sequence[str] = ()


def bases(prose: Prose, indicator: str) -> list[Beside]:
    """The share of those who answered, of the interviews, and of all who were to answer; then the way from the roster.

    The way is left out for an indicator of another survey than the population's, of which no dispositions are counted,
    and of a group: from step to step there are fewer than may be told.

    Raises:
        ReportError: if the indicator is not one share.
    """
    facts, group = prose.facts(indicator), about_group(prose)
    base = pick(facts.base, prose.language)
    named = title(prose, prose.context.population, group, pick(facts.label, prose.language), base)
    header = [say(name, prose.language) for name in ("Base", "Number", "n", "Share (95 per cent interval)")]
    share = prose.rows.find(indicator, "share", prose.where())
    if share is None and group:
        return [Beside(named, [*header, "id"], [], [say(NOBODY, prose.language)])]
    share = prose.rows.require(indicator, "share", prose.where())
    found = [Beside(named, [*header, "id"], list(_lines(prose, share)), list(_reasons(prose, share)))]
    if not facts.survey and not prose.silence(share) and not group:
        grid = base_table(prose, TableSpec(kind="base", indicators=(indicator,)))
        cells = [[as_text(cell).replace("**", "") for cell in row] for row in grid.rows]
        found.append(Beside(say("From the roster to the base", prose.language), grid.header, cells))
    return found


def title(prose: Prose, *names: str) -> str:
    """`MADE-UP DATA · 2021 · In a job`; an empty name is left out."""
    return " · ".join(filter(None, [*prose.context.marks, *names]))


def _lines(prose: Prose, share: Estimate) -> Iterator[list[str]]:
    for statistic, words in _BASES.items():
        row = _other(prose, share, statistic)
        if row is not None:
            yield [say(words, prose.language), *figures(prose, row)]
        if too_few(share) or (share.by and prose.silence(share)):
            return
    low, high = (_other(prose, share, name) for name in BOUNDS)
    if low is not None and high is not None and low.estimate is not None:
        yield _bounds_line(prose, low, high)


_BASES = {
    "share": "Answered the question",
    INTERVIEWS: "All interviews",
    COMPLETE: "Complete interviews",
}


def _bounds_line(prose: Prose, low: Estimate, high: Estimate) -> list[str]:
    shares = f"{prose.whole(prose.rounded(low))}–{prose.percent_text(high)}"
    limits = [prose.whole(100 * (limit or 0)) for limit in (low.conf_low, high.conf_high)]
    shares = f"{shares} ({'–'.join(limits)})"
    number = f"{prose.whole(low.count or 0)}–{prose.whole(high.count or 0)}"
    words = say("Were to answer: lowest and highest", prose.language)
    return [words, number, prose.whole(low.n or 0), shares, low.id]


def figures(prose: Prose, row: Estimate) -> list[str]:
    """Number, base, share with its interval, and id of a row; one without a figure says why instead of the share.

    Of a group without one not even is told how many answered.
    """
    if prose.silence(row) or withheld(prose, row):
        return ["–", "–" if row.by else prose.whole(row.n or 0), prose.silence(row) or "–", row.id]
    share = f"{prose.percent_text(row)} ({prose.interval_text(row)})"
    return [prose.whole(row.count or 0), prose.whole(row.n or 0), share, row.id]


def _other(prose: Prose, share: Estimate, statistic: str) -> Estimate | None:
    return prose.rows.find(share.indicator, statistic, prose.where())


def _reasons(prose: Prose, share: Estimate) -> Iterator[str]:
    language, was = prose.language, prose.percent_text(share)
    interviews, complete = (_other(prose, share, name) for name in (INTERVIEWS, COMPLETE))
    if prose.silence(share):
        if share.by:
            yield as_text(withheld(prose, share))
        return
    if share.by:
        yield say(_OF_EVERYBODY, language)
    if interviews is not None and interviews.estimate is not None:
        more = (interviews.n or 0) - (share.n or 0)
        reasons = in_words(prose, reasons_of_missing(share))
        told = say(_OF_INTERVIEWS if more else _ALL_ANSWERED, language, more=prose.whole(more), reasons=reasons)
        yield f"{told} {_instead(prose, interviews, was)}" if more else told
    if complete is not None and complete.estimate is not None:
        fewer, counted = (share.n or 0) - (complete.n or 0), (share.count or 0) - (complete.count or 0)
        cells = {"fewer": prose.whole(fewer), "counted": prose.whole(counted)}
        told = say(_OF_COMPLETE if fewer else _ALL_COMPLETE, language, **cells)
        yield f"{told} {_instead(prose, complete, was)}" if fewer else told
    yield from _outer(prose, share)


def _instead(prose: Prose, row: Estimate, was: str) -> str:
    percent = prose.percent_text(row)
    message = "Rounded it stays {percent}." if percent == was else "So it is {percent}, not {was}."
    return say(message, prose.language, percent=percent, was=was)


def _outer(prose: Prose, share: Estimate) -> Iterator[str]:
    low, high = (_other(prose, share, name) for name in BOUNDS)
    if low is None or high is None:
        return
    if low.estimate is None or high.estimate is None:
        reason = told(low.warning, prose.context)
        yield say("Of all who were to answer nothing can be said: {reason}.", prose.language, reason=reason)
        return
    cells = {"silent": prose.whole((high.count or 0) - (low.count or 0)), "n": prose.whole(low.n or 0)}
    cells |= {"reasons": in_words(prose, reasons_of_missing(low))}
    cells |= {"low": prose.whole(prose.rounded(low)), "high": prose.percent_text(high)}
    message = _OF_ALL_IN_GROUP if share.by else _OF_ALL
    yield say(message if low.count != high.count else _NOBODY_SILENT, prose.language, **cells)


def in_words(prose: Prose, reasons: Mapping[str, int]) -> str:
    """`not answered 3, no interview 48`."""
    named = (f"{say(REASONS.get(name, name), prose.language)} {prose.whole(count)}" for name, count in reasons.items())
    return ", ".join(named)


_OF_INTERVIEWS = (
    "Of all interviews: the base has {more} more, without an answer to the question ({reasons}); "
    "none of them is counted."
)
_ALL_ANSWERED = "Of all interviews: each has an answer to the question, so the share is the same."
_OF_COMPLETE = "Of complete interviews: answers of partial ones are left out ({fewer}, of which {counted} counted)."
_ALL_COMPLETE = "Of complete interviews: no partial one has an answer to the question, so the share is the same."
_OF_ALL = (
    "Of all {n} who were to answer: {silent} gave no answer ({reasons}), and what they would have answered nobody "
    "knows. So it lies between {low} and {high}."
)
_OF_ALL_IN_GROUP = (
    "Of all {n} who were to answer: {silent} gave no answer, and what they would have answered nobody "
    "knows. So it lies between {low} and {high}."
)
_OF_EVERYBODY = (
    "All interviews, the complete ones, and the steps from the roster to the base are told of everybody only: "
    "from one to the next a group differs by single persons."
)
_NOBODY_SILENT = "Of all {n} who were to answer: each gave an answer, so the share is the same."
