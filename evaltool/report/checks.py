"""How far the answers can be trusted: paired tests, scales, the quality of interviews, and where answers lack."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from babel import Locale
from babel.core import UnknownLocaleError
from markupsafe import Markup

from evaltool.report.compared import p_text
from evaltool.report.definition import TableSpec
from evaltool.report.grid import EMPTY, Cell, Grid, below, heads, indicator_label, reasons_of
from evaltool.report.prose import Prose, plain
from evaltool.report.rows import FEW, NONE
from evaltool.report.words import parts, told
from evaltool.results import Estimate
from evaltool.text import number, pick, say

QUALITY, SURVEY = "quality", "survey"
_TESTS = {
    "sign_test": "More go up than down, or the other way (sign test)",
    "signed_rank": "The same, also by how far (signed rank)",
    "stuart_maxwell": "The answers as a whole are spread otherwise (Stuart-Maxwell)",
}
MODES = {"self": "by herself", "helped": "helped", "phone": "by phone", "paper": "on paper"}
_LINES = {
    "minutes": "Minutes to answer (median)",
    "helped": "Had help to answer",
    "speeding": "Very fast",
    "straight_lining": "The same answer to every item",
    "duplicates": "The same answers as another person",
    "break_off": "Stopped on the way",
    "item_nonresponse": "Questions without a usable answer",
}
_MOST = 5
"""So many pages and questions a survey, those that lack most."""


def tests_table(prose: Prose, spec: TableSpec) -> Grid:
    """Tests whether a level changed between two surveys, of those who answered both times."""
    rows: list[list[Cell]] = []
    found: list[Estimate] = []
    for indicator in spec.indicators:
        for statistic, message in _TESTS.items():
            row = prose.rows.find(indicator, statistic, prose.where())
            found += [row] if row is not None else []
            name = Markup("{}: ").format(indicator_label(prose, indicator)) if len(spec.indicators) > 1 else Markup()
            rows.append([name + plain(say(message, prose.language)), *_test(prose, row)])
    header = heads(prose, "Question to the pairs", "Pairs", "p")
    return Grid(header, rows, (60, 14, 14), notes=below([_methods(prose, found), *reasons_of(prose, found)]))


def _test(prose: Prose, row: Estimate | None) -> list[Cell]:
    if row is None or row.estimate is None or FEW in row.warning:
        return [EMPTY if row is None else prose.span(row, "n", prose.whole(row.n or 0)), EMPTY]
    return [prose.span(row, "n", prose.whole(row.n or 0)), prose.span(row, "p", p_text(prose, row))]


def _methods(prose: Prose, rows: Sequence[Estimate]) -> Markup:
    words = dict.fromkeys(told(row.method, prose.context) for row in rows if row.method)
    return plain(say("Methods: {methods}.", prose.language, methods="; ".join(words))) if words else Markup()


def scales_table(prose: Prose, spec: TableSpec) -> Grid:
    """Whether the questions of a scale go together."""
    rows: list[list[Cell]] = []
    found: list[Estimate] = []
    for scale in spec.indicators:
        alpha, omega = (prose.rows.find(scale, name, prose.where()) for name in ("alpha", "omega"))
        found += [row for row in (alpha, omega) if row is not None]
        base = prose.span(alpha, "n", prose.whole(alpha.n or 0)) if alpha is not None else EMPTY
        value, limits = _two(prose, alpha), EMPTY if alpha is None else _limits(prose, alpha)
        rows.append([indicator_label(prose, scale), base, value, limits, _two(prose, omega)])
    header = heads(prose, "Scale", "Answered all", "Alpha", "95 per cent interval", "Omega")
    note = plain(say("1: the questions go together fully; below 0.7 they should not be added up.", prose.language))
    return Grid(header, rows, (44, 16, 12, 20, 12), notes=below([note, *reasons_of(prose, found)]))


def _two(prose: Prose, row: Estimate | None) -> Cell:
    if row is None or row.estimate is None:
        return EMPTY
    return prose.span(row, "value", _decimal(prose, row.estimate))


def _decimal(prose: Prose, value: float) -> str:
    text = number(abs(value), prose.language, decimals=2)
    return f"−{text}" if value < 0 else text


def _limits(prose: Prose, row: Estimate) -> Cell:
    if row.conf_low is None or row.conf_high is None:
        return EMPTY
    ends = [_decimal(prose, value) for value in (row.conf_low, row.conf_high)]
    return prose.span(row, "interval", say("{low} to {high}", prose.language, low=ends[0], high=ends[1]))


def quality_table(prose: Prose, spec: TableSpec) -> Grid:
    """A column a version of a survey, a line a sign of quality; flags mark interviews and delete none."""
    surveys = _surveys(prose, spec)
    found = [row for row in prose.rows.of(QUALITY, prose.context.population) if row.level in surveys]
    lines = [
        (say("Interviews", prose.language), "interviews"),
        *_coded(prose, found, "language"),
        *_coded(prose, found, "mode"),
    ]
    lines += [(say(message, prose.language), name) for name, message in _LINES.items()]
    cell = partial(_quality, prose)
    rows = [
        [plain(label), *(cell(prose.rows.find(QUALITY, name, prose.where(by=SURVEY, level=at))) for at in surveys)]
        for label, name in lines
    ]
    shown = [row for row in found if row.statistic in {name for _, name in lines}]
    notes = below([_nothing(prose, surveys), _reasons(prose, shown)])
    return Grid([say("Measure", prose.language), *surveys], rows, (40, *(22 for _ in surveys)), notes=notes)


def _nothing(prose: Prose, surveys: Sequence[str]) -> Markup:
    return Markup() if surveys else plain(say("No interviews have been looked at.", prose.language))


def _surveys(prose: Prose, spec: TableSpec) -> list[str]:
    """The versions that have rows; those of one survey if `by` names it."""
    rows = prose.rows.of(QUALITY, prose.context.population)
    found = dict.fromkeys(row.level for row in rows if row.by == SURVEY)
    return [level for level in found if not spec.by or level.partition("@")[0] == spec.by]


def _coded(prose: Prose, rows: Sequence[Estimate], name: str) -> Iterator[tuple[str, str]]:
    """The languages and the modes that somebody answered in."""
    said: Callable[[str], str] = partial(_language, prose) if name == "language" else partial(_mode, prose)
    for statistic in dict.fromkeys(row.statistic for row in rows if row.statistic.startswith(f"{name}[")):
        yield said(_inside(statistic)), statistic


def _inside(statistic: str) -> str:
    return statistic.partition("[")[2].removesuffix("]")


def _language(prose: Prose, code: str) -> str:
    try:
        name = Locale.parse(code).get_language_name(prose.language) or code
    except (ValueError, UnknownLocaleError):
        name = code
    return say("Answered in: {name}", prose.language, name=name)


def _mode(prose: Prose, code: str) -> str:
    return say("Way of answering: {mode}", prose.language, mode=say(MODES.get(code, code), prose.language))


def _quality(prose: Prose, row: Estimate | None) -> Cell:
    if row is None or row.estimate is None:
        return EMPTY
    if row.statistic in {"interviews", "minutes"}:
        decimals = 0 if row.statistic == "interviews" else 1
        return prose.span(row, "value", prose.text_of(row, "value", decimals))
    if FEW in row.warning:  # the share of a handful says nothing
        return prose.span(row, "of", prose.of_text(row))
    return prose.span(row, "share", f"{prose.of_text(row)} ({prose.percent_text(row)})")


def _reasons(prose: Prose, rows: Sequence[Estimate]) -> Markup:
    """Why a sign has no figure, and what must be told of one that has, each once with its lines."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        for part in parts(row.warning) if row.statistic in _LINES else ():
            if part not in {FEW, NONE}:
                found.setdefault(told(part, prose.context), {})[row.level] = None
    return plain(" ".join(f"{', '.join(levels)}: {words}." for words, levels in found.items()))


def gaps_table(prose: Prose, spec: TableSpec) -> Grid:
    """The pages where most stop and the questions that most leave without an answer."""
    rows = [
        [plain(at), plain(_wording(prose, at, row)), plain(say(message, prose.language)), *_gap(prose, row)]
        for at in _surveys(prose, spec)
        for statistic, message in (("break_off", "stopped here"), ("item_nonresponse", "no usable answer"))
        for row in _worst(prose, at, statistic)
    ]
    header = heads(prose, "Survey and version", "Page or question", "", "Number/base", "Share")
    notes = [] if rows else [plain(say("Nobody stopped, and no question was left without an answer.", prose.language))]
    return Grid(header, rows, (18, 44, 20, 14, 12), frozenset({0, 1, 2}), below(notes))


def _worst(prose: Prose, survey: str, statistic: str) -> list[Estimate]:
    rows = prose.rows.of(QUALITY, prose.context.population)
    found = [row for row in rows if row.level == survey and row.statistic.startswith(f"{statistic}[") and row.count]
    return sorted(found, key=lambda row: (-(row.estimate or 0), row.statistic))[:_MOST]


def _wording(prose: Prose, survey: str, row: Estimate) -> str:
    name = _inside(row.statistic)
    return pick(prose.context.wordings.get(survey, {}).get(name, {}), prose.language) or name


def _gap(prose: Prose, row: Estimate) -> list[Cell]:
    return [prose.span(row, "of", prose.of_text(row)), prose.span(row, "percent", prose.percent_text(row))]
