"""Tables as Markdown, made from rows. A cell shows one estimate and carries its id."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from markupsafe import Markup

from evaltool.report.base_table import base_table, reasons_of_missing
from evaltool.report.beside_table import beside_table
from evaltool.report.checks import gaps_table, quality_table, scales_table, tests_table
from evaltool.report.compared import comparison_table, shrunken_table
from evaltool.report.context import HASH_SIGNS
from evaltool.report.definition import TableSpec
from evaltool.report.grid import (
    EMPTY,
    Cell,
    Grid,
    bold,
    by_title,
    figure,
    full_cell,
    group_places,
    heads,
    indicator_label,
    share_cells,
    to_markdown,
)
from evaltool.report.headline import headline_table
from evaltool.report.likeness import nonresponse_table, records_table
from evaltool.report.methods import methods_table
from evaltool.report.prose import Prose, plain
from evaltool.report.rows import Where
from evaltool.report.themes import themes_table
from evaltool.report.trends import BREAK, breaks, is_break
from evaltool.report.words import DISPOSITIONS, REASONS
from evaltool.results import Estimate
from evaltool.text import long_date, pick, say

PAIRED = {"higher": "higher at the end", "same": "the same", "lower": "lower at the end"}
# The weakest of what an indicator's populations are to each other goes for all of them.
COMPARABLE = {"not_comparable": "not comparable", "comparable": "comparable", "identical": "the same question"}


_UNNAMED = Markup()


def table(prose: Prose, spec: TableSpec, caption: Markup = _UNNAMED) -> Markup:
    """The Markdown of a table of the report definition."""
    return to_markdown(KINDS[spec.kind](prose, spec), caption)


def _targets(prose: Prose, spec: TableSpec) -> Grid:
    header = heads(
        prose,
        "Agreed goal",
        "Result",
        "Number/base",
        "Response rate",
        "95 per cent interval",
        "Outer bounds",
        "Verdict",
    )
    rows = [_target_row(prose, spec, indicator) for indicator in spec.indicators]
    return Grid(header, rows, (32, 13, 12, 12, 12, 16, 8))


def _target_row(prose: Prose, spec: TableSpec, indicator: str) -> list[Cell]:
    where = prose.where()
    share = prose.rows.require(indicator, "share", where)
    test = prose.rows.find(indicator, "target_test", where)
    rate = prose.rows.find("response", spec.response, where)
    bounded = prose.has(indicator, "bound_low")
    goal = Markup(": {}").format(_at_least(prose, indicator)) if test else Markup("")
    return [
        indicator_label(prose, indicator) + goal,
        bold(figure(prose, share, "percent")),
        figure(prose, share, "of"),
        figure(prose, rate, "percent"),
        figure(prose, share, "interval"),
        prose.bounds(indicator) if bounded else EMPTY,
        bold(prose.span(test, "verdict", prose.verdict_word(test))) if test else EMPTY,
    ]


def _at_least(prose: Prose, indicator: str) -> Markup:
    before, after = say("at least {goal}", prose.language, goal="\x00").split("\x00")
    return Markup("{} {} {}").format(plain(before), prose.target(indicator), plain(after)).strip()


def _shares(prose: Prose, spec: TableSpec) -> Grid:
    """One indicator a line."""
    header = heads(prose, "Indicator", "Base", "Number/base", "Share", "95 per cent interval")
    rows = [
        [
            indicator_label(prose, indicator),
            plain(_base(prose, indicator)),
            *share_cells(prose, prose.rows.require(indicator, "share", prose.where()), spec.decimals),
        ]
        for indicator in spec.indicators
    ]
    return Grid(header, rows, (34, 26, 13, 15, 17), frozenset({0, 1}))


def _base(prose: Prose, indicator: str) -> str:
    base = prose.facts(indicator).base or prose.context.respondents
    return pick(base, prose.language)


def _groups(prose: Prose, spec: TableSpec) -> Grid:
    """One level of a breakdown a line; number, base and share of each indicator."""
    labels = [pick(prose.facts(indicator).label, prose.language) for indicator in spec.indicators]
    title, reported = by_title(prose, spec.by), prose.context.population
    at = {name: prose.rows.pool(name, reported) if spec.pooled else reported for name in spec.indicators}
    # Pools that end at one population are one within the other: the widest has all levels.
    places = max((group_places(prose, spec.by, population) for population in at.values()), key=len)
    if spec.pooled and len(pools := set(filter(None, at.values()))) == 1:
        title = ", ".join(filter(None, (title, *pools)))
    elif spec.pooled:
        labels = [", ".join(filter(None, pair)) for pair in zip(labels, at.values(), strict=True)]

    def row_of(indicator: str, where: Where) -> Estimate | None:
        return prose.rows.find(indicator, "share", replace(where, population=at[indicator]))

    if len(labels) == 1:
        header = [title, *heads(prose, "Number/base", "Share", "95 per cent interval")]
        rows = [[name, *share_cells(prose, row_of(spec.indicators[0], where), spec.decimals)] for name, where in places]
        return Grid(header, rows, (34, 20, 16, 22))
    rows = [
        [name, *(full_cell(prose, row_of(indicator, where), spec.decimals) for indicator in spec.indicators)]
        for name, where in places
    ]
    return Grid([title, *labels], rows, (20, *(27 for _ in labels)))


def _counts(prose: Prose, spec: TableSpec) -> Grid:
    """The counts of an indicator's codes, a line a level of the breakdown."""
    indicator = spec.indicators[0]
    options = answer_labels(prose, indicator)
    rows = [
        [name, *(figure(prose, prose.rows.find(indicator, f"count[{code}]", where), "count") for code in options)]
        for name, where in group_places(prose, spec.by)
    ]
    return Grid([by_title(prose, spec.by), *options.values()], rows, (30, *(16 for _ in options)))


def answer_labels(prose: Prose, indicator: str) -> Mapping[str, str]:
    """The codes of an indicator's `count[code]` or `share[code]` rows, each with its words."""
    if indicator == "disposition" and indicator not in prose.context.indicators:
        counted = {row.statistic for row in prose.rows.of(indicator, prose.where().population)}
        labels = {code: say(label, prose.language) for code, label in DISPOSITIONS.items()}
        return {code: label for code, label in labels.items() if code != "O" or "count[O]" in counted}
    return {code: pick(label, prose.language) for code, label in prose.facts(indicator).options.items()}


def _response(prose: Prose, spec: TableSpec) -> Grid:
    header = [
        by_title(prose, spec.by),
        *heads(prose, "Answered/eligible", "Response rate (RR2)", "Whole interviews (RR1)"),
    ]
    rows = [
        [
            name,
            figure(prose, prose.rows.find("response", "rr2", where), "of"),
            figure(prose, prose.rows.find("response", "rr2", where), "percent", spec.decimals),
            figure(prose, prose.rows.find("response", "rr1", where), "percent", spec.decimals),
        ]
        for name, where in group_places(prose, spec.by)
    ]
    return Grid(header, rows, (34, 22, 24, 24))


def _cohorts(prose: Prose, spec: TableSpec) -> Grid:
    """The populations side by side, a sign between two that cannot be compared, and below the table why."""
    lines = {name: {row.population: row for row in prose.trend(name)} for name in spec.indicators}
    broken = [any(is_break(line.get(population)) for line in lines.values()) for population in prose.populations]
    notes: list[str] = []
    header, widths = [say("Indicator", prose.language)], [44]
    for population, sign in zip(prose.populations, broken, strict=True):
        header += ["", population] if sign else [population]
        widths += [3, 61] if sign else [61]
    rows: list[list[Cell]] = []
    for name, line in lines.items():
        cells = [plain(prose.item_name(name, spec.names))]
        for population, sign in zip(prose.populations, broken, strict=True):
            cells += [plain(BREAK if is_break(line.get(population)) else "")] if sign else []
            cells.append(full_cell(prose, line.get(population), spec.decimals))
        rows.append([*cells, plain(_compared(prose, name, notes))])
    header.append(say("Question", prose.language))
    below = [plain(" ".join(notes))] if notes else []
    return Grid(header, rows, (*widths, 38), frozenset({0, len(header) - 1}), below)


def _compared(prose: Prose, indicator: str, notes: list[str]) -> str:
    """How the populations compare, in words; what must be told with it goes below the table, under a letter."""
    points = prose.trend(indicator)
    found = {row.verdict for row in points if row.verdict}
    words = next((words for verdict, words in COMPARABLE.items() if verdict in found), "not compared")
    told = [
        say("{former} and {later} cannot be compared: {reason}.", prose.language, **vars(apart))
        for apart in breaks(points)
    ]
    if prose.within(indicator) and found:
        told.append(say("Compared only where {conditions}.", prose.language, conditions=prose.within(indicator)))
    letter = f" ({_letter(len(notes))})" if told else ""
    notes += [f"{letter} {' '.join(told)}".strip()] if told else []
    return say(words, prose.language) + letter


def _letter(number: int) -> str:
    return chr(ord("a") + number)


def _distribution(prose: Prose, spec: TableSpec) -> Grid:
    """The answers to one question, code by code."""
    indicator = spec.indicators[0]
    header = [*heads(prose, "Answer", "Number/base", "Share", "95 per cent interval")]
    rows = [
        [
            plain(label),
            *share_cells(prose, prose.rows.find(indicator, f"share[{code}]", prose.where()), spec.decimals),
        ]
        for code, label in answer_labels(prose, indicator).items()
    ]
    return Grid(header, rows, (34, 20, 16, 22))


def _paired(prose: Prose, spec: TableSpec) -> Grid:
    """Higher, the same, lower: only those who answered both times."""
    header = heads(prose, "Among those who answered both times", "Number/base", "Share", "95 per cent interval")
    rows = [
        [
            plain(say(label, prose.language)),
            *share_cells(prose, prose.rows.find(indicator, f"share[{code}]", prose.where()), spec.decimals),
        ]
        for indicator in spec.indicators
        for code, label in PAIRED.items()
    ]
    return Grid(header, rows, (40, 18, 14, 20))


def _missing(prose: Prose, spec: TableSpec) -> Grid:
    """Why asked units are outside the base, per indicator."""
    header = heads(prose, "Indicator", "In the base", "Not in the base, by reason")
    rows: list[list[Cell]] = []
    for indicator in spec.indicators:
        row = prose.rows.require(indicator, "share", prose.where())
        rows.append(
            [
                indicator_label(prose, indicator),
                figure(prose, row, "n"),
                prose.span(row, "missing", _reasons(prose, row)),
            ]
        )
    return Grid(header, rows, (40, 14, 50), frozenset({0, 2}))


def _reasons(prose: Prose, row: Estimate) -> str:
    words = [
        f"{say(REASONS.get(reason, reason), prose.language)}: {prose.whole(count)}"
        for reason, count in reasons_of_missing(row).items()
    ]
    return "; ".join(words) or say("none", prose.language)


def _releases(prose: Prose, _: TableSpec) -> Grid:
    """The chain from a survey's text to its answers as they were counted."""
    header = heads(prose, "Survey and version", "Released", "Interviews", "Structure", "Answers", "Ledger")
    rows = [
        [
            plain(fact.survey),
            _day(prose, fact.released_at),
            plain(prose.whole(fact.answers)),
            *(plain(found[:HASH_SIGNS]) for found in (fact.structure_hash, fact.dataset, fact.ledger)),
        ]
        for fact in prose.context.releases
    ]
    return Grid(header, rows, (22, 21, 11, 16, 16, 16), frozenset({0, 1, 3, 4, 5}))


def _day(prose: Prose, moment: str) -> Cell:
    """On one line: else typst takes a Danish day for a list that begins at 22."""
    day = long_date(datetime.fromisoformat(moment), prose.language)
    return plain(day).replace(" ", "\u00a0")


def _questions(prose: Prose, _: TableSpec) -> Grid:
    header = heads(prose, "Variable", "Question", "Answers")
    rows = [
        [
            plain(question.name),
            plain(pick(question.label, prose.language)),
            plain(" · ".join(pick(choice, prose.language) for choice in question.choices)),
        ]
        for question in prose.context.questions
    ]
    # A name is never broken, so that it can be copied: its column is as wide as the longest.
    longest = max((len(question.name) for question in prose.context.questions), default=0)
    return Grid(header, rows, (max(20, longest + 3), 41, 49), frozenset({0, 1, 2}))


def passport_lines(prose: Prose) -> list[tuple[str, str]]:
    """What the figures were made of and with: label and value."""
    context = prose.context
    plan = (say("Analysis plan (hash)", prose.language), context.plan_hash[:HASH_SIGNS])
    told = [(pick(label, prose.language), pick(value, prose.language)) for label, value in context.passport]
    return [plan, *told, (say("Report written with", prose.language), f"evaltool {context.package_version}")]


def _passport(prose: Prose, _: TableSpec) -> Grid:
    rows = [[plain(label), plain(value)] for label, value in passport_lines(prose)]
    return Grid(heads(prose, "What", "Value"), rows, (36, 64), frozenset({0, 1}))


KINDS: Mapping[str, Callable[[Prose, TableSpec], Grid]] = {
    "targets": _targets,
    "shares": _shares,
    "groups": _groups,
    "counts": _counts,
    "response": _response,
    "cohorts": _cohorts,
    "distribution": _distribution,
    "paired": _paired,
    "missing": _missing,
    "releases": _releases,
    "questions": _questions,
    "passport": _passport,
    "base": base_table,
    "headline": headline_table,
    "comparison": comparison_table,
    "shrunken": shrunken_table,
    "nonresponse": nonresponse_table,
    "records": records_table,
    "tests": tests_table,
    "scales": scales_table,
    "quality": quality_table,
    "gaps": gaps_table,
    "methods": methods_table,
    "beside": beside_table,
    "themes": themes_table,
}
