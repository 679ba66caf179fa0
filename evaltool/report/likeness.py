"""Who answered: respondents against the roster, what weighting costs, and the roster's own records."""

from collections.abc import Iterator

from markupsafe import Markup

from evaltool.report.definition import TableSpec
from evaltool.report.grid import EMPTY, Cell, Grid, below, bold, heads, indicator_label, reasons_of, share_cells
from evaltool.report.prose import Prose, plain, sentence
from evaltool.report.rows import RAKED
from evaltool.report.words import told
from evaltool.results import Estimate
from evaltool.text import number, pick, say

RESPONSE = "response"
_MARKED = 0.2
"""Standardised differences from here on are set in bold (0.1 is noise where few answered)."""
_RECORDS = {
    "recorded": "Recorded of all",
    "recorded_answered": "Recorded of those who answered",
    "recorded_silent": "Recorded of those who did not",
    "recorded_agreement": "Record and answer agree",
}


def nonresponse_table(prose: Prose, spec: TableSpec) -> Grid:
    """A line a category of what the roster knows: its share among those who answered and among all."""
    names = (spec.by,) if spec.by else prose.context.roster
    rows = [row for name in names for row in _variable(prose, name, spec.decimals)]
    header = heads(prose, "", "Those who answered", "All who were asked", "Standardised difference")
    notes = [*_representative(prose), *_cost(prose), *_weights_note(prose)]
    if not rows:
        notes = [plain(say("The plan names nothing to compare those who answered by.", prose.language)), *notes]
    return Grid(header, rows, (40, 26, 26, 22), notes=below(notes))


def _variable(prose: Prose, name: str, decimals: int) -> Iterator[list[Cell]]:
    found = prose.rows.of(RESPONSE, prose.context.population)
    differences = [row for row in found if row.statistic == "smd" and row.by == name]
    if not differences:
        return
    yield [bold(plain(pick(prose.breakdown(name).label, prose.language))), Markup(), Markup(), Markup()]
    labels = {level: pick(label, prose.language) for level, label in prose.breakdown(name).levels.items()}
    for row in differences:
        where = prose.where(by=name, level=row.level)
        kind = "mean" if prose.rows.find(RESPONSE, "mean_roster", where) else "share"
        pair = [prose.rows.find(RESPONSE, f"{kind}_{of}", where) for of in ("respondents", "roster")]
        label = labels.get(row.level, row.level) or say("Not recorded" if kind == "share" else "Mean", prose.language)
        yield [plain(label), *(_counted(prose, each, kind, decimals) for each in pair), _smd(prose, row)]


def _counted(prose: Prose, row: Estimate | None, kind: str, decimals: int) -> Cell:
    if row is None or row.estimate is None:
        return EMPTY
    if kind == "mean":
        return prose.span(row, "value", prose.text_of(row, "value", 1))
    return prose.span(row, "share", f"{prose.whole(row.count or 0)} ({prose.percent_text(row, decimals)})")


def _smd(prose: Prose, row: Estimate) -> Cell:
    if row.estimate is None:
        return EMPTY
    shown = prose.span(row, "value", signed(prose, row.estimate))
    return bold(shown) if abs(row.estimate) >= _MARKED else shown


def signed(prose: Prose, value: float) -> str:
    text = number(abs(value), prose.language, decimals=2)
    nothing = text == number(0, prose.language, decimals=2)
    return text if nothing else f"{'−' if value < 0 else '+'}{text}"


def _representative(prose: Prose) -> Iterator[Markup]:
    row = prose.rows.find(RESPONSE, "r_indicator", prose.where())
    if row is None:
        return
    if row.estimate is None:
        reason = told(row.warning, prose.context)
        yield plain(say("There is no R-indicator: {reason}.", prose.language, reason=reason))
        return
    low = prose.rows.find(RESPONSE, "r_indicator_plain", prose.where())
    shown = prose.span(row, "value", number(row.estimate, prose.language, decimals=2))
    said = "R-indicator adjusted for bias {r}: at 1 those who answered would be like all who were asked in all of this."
    yield sentence(said, prose.language, r=shown)
    if low is not None and low.estimate is not None:
        shown = prose.span(low, "value", number(low.estimate, prose.language, decimals=2))
        yield sentence(
            "Not adjusted it is {r}; where the two are far apart, few answers say little.", prose.language, r=shown
        )


def _cost(prose: Prose) -> Iterator[Markup]:
    rows = [prose.rows.find(RESPONSE, name, prose.where(weighting=RAKED)) for name in ("deff", "n_eff")]
    deff, effective = rows
    if deff is None or effective is None:
        return
    if deff.estimate is None or effective.estimate is None:
        reason = told(deff.warning, prose.context)
        yield plain(say("What weighting costs is not known: {reason}.", prose.language, reason=reason))
        return
    cells = {
        "n": prose.span(deff, "n", prose.whole(deff.n or 0)),
        "effective": prose.span(effective, "value", prose.whole(effective.estimate)),
        "deff": prose.span(deff, "value", number(deff.estimate, prose.language, decimals=2)),
    }
    said = "Weighting costs precision: {n} interviews are worth {effective} of equal weight (deff {deff})."
    yield sentence(said, prose.language, **cells)


def _weights_note(prose: Prose) -> Iterator[Markup]:
    """What was done to make the weights, as the rows say it."""
    row = prose.rows.find(RESPONSE, "n_eff", prose.where(weighting=RAKED))
    if row is not None and row.estimate is not None and row.warning:
        yield plain(say("The weights: {words}.", prose.language, words=told(row.warning, prose.context)))


def records_table(prose: Prose, spec: TableSpec) -> Grid:
    """What the roster has recorded of an indicator, beside what was answered."""
    header = heads(prose, "", "Number/base", "Share", "95 per cent interval")
    rows: list[list[Cell]] = []
    notes: list[Markup] = []
    for indicator in spec.indicators:
        if len(spec.indicators) > 1:
            rows.append([bold(indicator_label(prose, indicator)), *(Markup() for _ in header[1:])])
        found = {name: prose.rows.find(indicator, name, prose.where()) for name in ("share", *_RECORDS)}
        for name, row in found.items():
            label = say(_RECORDS.get(name, "Answered"), prose.language)
            rows.append([plain(label), *_record(prose, row, spec.decimals)])
        notes += list(_blanks(prose, found["recorded"]))
        notes += reasons_of(prose, [row for name, row in found.items() if row is not None and name != "share"])
    return Grid(header, rows, (44, 20, 16, 22), notes=below(notes))


def _record(prose: Prose, row: Estimate | None, decimals: int) -> list[Cell]:
    if row is None or row.estimate is None:
        return [EMPTY, EMPTY, EMPTY]
    return share_cells(prose, row, decimals)


def _blanks(prose: Prose, row: Estimate | None) -> Iterator[Markup]:
    blank = dict(part.split("=") for part in row.missing.split(";") if part).get("not_recorded") if row else None
    if row is not None and blank:
        count = prose.span(row, "missing", prose.whole(int(blank)))
        yield sentence("Nothing is recorded of {count}.", prose.language, count=count)
