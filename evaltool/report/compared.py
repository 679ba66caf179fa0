"""A comparison of the plan as a table: each level as answered, weighted, and with the same case mix."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from markupsafe import Markup

from evaltool.errors import ReportError
from evaltool.report.context import ComparisonFacts
from evaltool.report.definition import TableSpec
from evaltool.report.grid import (
    EMPTY,
    Cell,
    Grid,
    below,
    bold,
    by_title,
    group_places,
    heads,
    indicator_label,
    names_of,
    reasons_of,
    share_cells,
)
from evaltool.report.prose import Prose, join_words, plain, sentence
from evaltool.report.rows import FEW, NONE, RAKED, SHRUNKEN, STANDARDISED, Where
from evaltool.report.trends import TREND
from evaltool.report.words import parts, told
from evaltool.results import Estimate
from evaltool.text import number, pick, say
from evaltool.yamlfile import nearest

_SIGNIFICANT = 0.05
_MINUS = "−"


@dataclass(frozen=True, eq=False)
class _Comparison:
    """One indicator of one comparison, and its rows in the report's population (or in all, where these compare)."""

    prose: Prose
    name: str
    indicator: str
    decimals: int

    @property
    def facts(self) -> ComparisonFacts:
        return self.prose.context.comparisons[self.name]

    @cached_property
    def rows(self) -> list[Estimate]:
        found = self.prose.rows.compared(self.name, self.indicator)
        return [row for row in found if self.facts.across or row.population == self.prose.context.population]

    @cached_property
    def levels(self) -> list[str]:
        """The levels that somebody of the population is in."""
        return [level for level in self.facts.levels if self.share(level, "") is not None]

    def row(self, statistic: str, level: str, weighting: str = "") -> Estimate | None:
        """About the comparison as a whole without a level; of several (parts that compare) the first."""
        wanted = (statistic, level, weighting)
        return next((row for row in self.rows if (row.statistic, row.level, row.weighting) == wanted), None)

    def all(self, *statistics: str) -> list[Estimate]:
        return [row for row in self.rows if row.statistic in statistics]

    def share(self, level: str, weighting: str) -> Estimate | None:
        """A level's share. Populations are compared by the shares that their trend shows."""
        if weighting == STANDARDISED:
            return self.row("share", level, STANDARDISED)
        rows, here = self.prose.rows, self.place(level)
        plain_share = rows.find(self.indicator, TREND, here) if self.facts.across else None
        plain_share = plain_share or rows.find(self.indicator, "share", here)
        if not weighting or plain_share is None:
            return plain_share
        found = rows.find(self.indicator, "share", self.place(level, weighting))
        return found if found is not None and found.n == plain_share.n else None

    def place(self, level: str, weighting: str = "") -> Where:
        if self.facts.across:
            return self.prose.where(level, weighting=weighting)
        return self.prose.where(by=self.facts.by, level=level, weighting=weighting)

    def label(self, level: str) -> str:
        known = self.prose.breakdown(self.facts.by).levels
        return pick(known[level], self.prose.language) if level in known else level

    def few(self, level: str) -> bool:
        """Whether too few answered in this level to show anything of it."""
        share = self.share(level, "")
        return share is not None and not self.facts.across and FEW in share.warning


def comparison_table(prose: Prose, spec: TableSpec) -> Grid:
    """A line a level: its share and, in brackets, the difference from the level that it is told against."""
    known = prose.context.comparisons
    if spec.comparison not in known:
        raise ReportError(f"unknown comparison «{spec.comparison}»", mend=nearest(spec.comparison, known))
    facts = known[spec.comparison]
    all_of = [_Comparison(prose, spec.comparison, name, spec.decimals) for name in spec.indicators or facts.indicators]
    ways = _ways(all_of)
    tested = any(each.all("p_value") for each in all_of)
    adjusted = any(each.all("p_adjusted") for each in all_of)
    header = [by_title(prose, facts.by), *heads(prose, "Number/base", *ways.values())]
    header += heads(prose, *(["p"] if tested else []), *(["p adjusted"] if adjusted else []))
    statistics = [name for name, there in (("p_value", tested), ("p_adjusted", adjusted)) if there]
    numbers = (10, 17)[: len(statistics)]
    rows: list[list[Cell]] = []
    for each in all_of:
        if len(all_of) > 1:
            name = plain(prose.item_name(each.indicator, spec.names))
            rows.append([bold(name), *(Markup() for _ in header[1:])])
        rows += [_level(each, level, ways, statistics) for level in each.levels]
        rows += _whole(each, ways, statistics)
    widths = (31 if len(all_of) > 1 else 24, 16, *(25 for _ in ways), *numbers)
    return Grid(header, rows, widths, notes=below(_notes(all_of, ways, spec)))


def _ways(all_of: Iterable[_Comparison]) -> dict[str, str]:
    """The ways to look at a share that some level is shown by: weighting → heading."""
    found = {
        row.weighting
        for each in all_of
        for row in each.all("difference")
        if any(not each.few(level) and _known(each.share(level, row.weighting)) for level in each.levels)
    }
    ways = {"": "As answered", RAKED: "Weighted", STANDARDISED: "Same case mix"}
    return {way: name for way, name in ways.items() if way in found or not way}


def _known(share: Estimate | None) -> bool:
    return share is not None and share.estimate is not None


def _level(each: _Comparison, level: str, ways: Mapping[str, str], statistics: list[str]) -> list[Cell]:
    prose, share = each.prose, each.share(level, "")
    label = plain(each.label(level))
    if share is None or share.estimate is None or each.few(level):
        silent = prose.silence(share) if share else say("no answers", prose.language)
        shown = prose.span(share, "silence", silent) if share else plain(silent)
        return [label, shown, *(EMPTY for _ in (*ways, *statistics))]
    base = prose.span(share, "of", prose.of_text(share))
    cells = [_share_and_difference(each, level, way) for way in ways]
    return [label, base, *cells, *(_p(each, each.row(name, level)) for name in statistics)]


def _share_and_difference(each: _Comparison, level: str, way: str) -> Cell:
    prose, share = each.prose, each.share(level, way)
    shown = EMPTY
    if share is not None and share.estimate is not None:
        shown = prose.span(share, "percent", prose.percent_text(share, each.decimals))
    row = _difference(each, level, way)
    return (
        Markup("{} ({})").format(shown, prose.span(row, "difference", _difference_text(prose, row))) if row else shown
    )


def _difference(each: _Comparison, level: str, way: str) -> Estimate | None:
    """The difference that stands in brackets behind a share."""
    row = each.row("difference", level, way)
    return None if row is None or row.estimate is None or FEW in row.warning or each.few(level) else row


def _difference_text(prose: Prose, row: Estimate) -> str:
    """Percentage points with a sign: `+12; −3 to 27`."""
    points = _points(prose, row.estimate)
    if row.conf_low is None or row.conf_high is None:
        return points
    low, high = (_points(prose, limit) for limit in (row.conf_low, row.conf_high))
    return say("{points}; {low} to {high}", prose.language, points=points, low=low, high=high)


def _points(prose: Prose, share: float | None) -> str:
    value = 100 * Decimal(str(share or 0))
    text = number(abs(value), prose.language)
    return text if text == "0" else f"{_MINUS if value < 0 else '+'}{text}"


def p_text(prose: Prose, row: Estimate) -> str:
    """Three decimals; what is below them is told as such."""
    p = row.estimate or 0.0
    least = number(0.001, prose.language, decimals=3)
    return f"< {least}" if p < 0.001 else number(p, prose.language, decimals=3)


def _p(each: _Comparison, row: Estimate | None) -> Cell:
    if row is None or row.estimate is None or FEW in row.warning:
        return EMPTY
    return each.prose.span(row, "p", p_text(each.prose, row))


def _whole(each: _Comparison, ways: Mapping[str, str], statistics: list[str]) -> Iterator[list[Cell]]:
    """Whether there is any difference between three levels or more."""
    if each.row("p_value", "") is not None:
        name = bold(plain(say("Any difference", each.prose.language)))
        yield [name, Markup(), *(Markup() for _ in ways), *(_p(each, each.row(name, "")) for name in statistics)]


# Notes below the table


def _notes(all_of: list[_Comparison], ways: Mapping[str, str], spec: TableSpec) -> Iterator[Markup]:
    prose, first = all_of[0].prose, all_of[0]
    language = prose.language
    if not any(each.rows for each in all_of):
        yield plain(say("There is nothing to compare yet.", language))
        return
    if any(_difference(each, level, way) for each in all_of for level in each.levels for way in ways):
        yield plain(_against(first))
    if RAKED in ways:
        names = names_of(prose, prose.context.weighted_by)
        yield plain(say("Weighted: to the roster by {names}.", language, names=names))
    if STANDARDISED in ways:
        names = names_of(prose, first.facts.covariates)
        yield plain(say("Same case mix: as if all were alike in {names}.", language, names=names))
    if any(row.status == "exploratory" for each in all_of for row in each.all("difference")):
        yield plain(say("The comparison is exploratory: it was not planned as a claim.", language))
    yield plain(_methods(all_of))
    for each in all_of:
        name = plain(prose.item_name(each.indicator, spec.names))
        yield from (
            Markup("{}: {}").format(name, strength) if len(all_of) > 1 else strength for strength in _strengths(each)
        )
    yield plain(_few(all_of))
    yield plain(_warnings(all_of, spec))


def _against(each: _Comparison) -> str:
    language = each.prose.language
    if each.facts.across and not each.facts.reference:
        return say(
            "In brackets: percentage points above (+) or below (−) the one before, 95 per cent interval.", language
        )
    return say(
        "In brackets: percentage points above (+) or below (−) “{reference}”, 95 per cent interval.",
        language,
        reference=each.label(each.facts.reference),
    )


def _methods(all_of: list[_Comparison]) -> str:
    """Which tests gave the p values, and how they are adjusted."""
    prose, said = all_of[0].prose, list[str]()
    for statistic, message in (("p_value", "p: {methods}."), ("p_adjusted", "Adjusted: {methods}.")):
        rows = [row for each in all_of for row in each.all(statistic) if row.estimate is not None]
        found = list(dict.fromkeys(told(row.method, prose.context) for row in rows if FEW not in row.warning))
        if found:
            said.append(say(message, prose.language, methods=join_words(found, prose.language)))
    return " ".join(said)


def _strengths(each: _Comparison) -> Iterator[Markup]:
    """How strong an association is, a trend, and what could have been found where no difference was."""
    prose = each.prose
    strong, trend = each.row("cramers_v", ""), each.row("trend_test", "")
    if strong is not None and strong.estimate is not None:
        shown = prose.span(strong, "value", number(strong.estimate, prose.language, decimals=2))
        yield sentence("Cramér's V: {v} (0 none, 1 full).", prose.language, v=shown)
    if trend is not None and trend.estimate is not None:
        yield sentence("Trend: p = {p}.", prose.language, p=prose.span(trend, "p", p_text(prose, trend)))
    sizes = [row for row in each.all("detectable_difference") if _unseen(each, row)]
    if sizes:
        least, most = (pick_of(sizes, key=lambda row: row.estimate or 0) for pick_of in (min, max))
        cells = {name: prose.span(row, "value", _size(prose, row)) for name, row in (("low", least), ("high", most))}
        alike = _size(prose, least) == _size(prose, most)
        one = cells["low"] if alike else Markup("{}–{}").format(cells["low"], cells["high"])
        said = "Where no difference shows, {size} percentage points would have been found with 80 per cent power."
        yield sentence(said, prose.language, size=one)


def _size(prose: Prose, row: Estimate) -> str:
    return number(100 * Decimal(str(row.estimate or 0)), prose.language)


def _unseen(each: _Comparison, row: Estimate) -> bool:
    """Whether a difference may be there that the answers were too few to find."""
    test = each.row("p_value", row.level)
    known = row.estimate is not None and FEW not in row.warning
    return known and test is not None and test.estimate is not None and test.estimate >= _SIGNIFICANT


def _few(all_of: list[_Comparison]) -> str:
    levels = {level: each.label(level) for each in all_of for level in each.levels if each.few(level)}
    prose = all_of[0].prose
    if not levels:
        return ""
    names = join_words(list(levels.values()), prose.language)
    return say("Too few answers to show: {names}.", prose.language, names=names)


def _warnings(all_of: list[_Comparison], spec: TableSpec) -> str:
    """Each warning once, with the indicators and levels that it is about unless it is about all of them."""
    prose, about = all_of[0].prose, dict[str, dict[str, tuple[str, ...]]]()
    for each in all_of:
        for part, levels in _warned(each).items():
            about.setdefault(part, {})[prose.item_name(each.indicator, spec.names)] = levels
    said: list[str] = []
    for part, found in about.items():
        alike = len(found) == len(all_of) and len(set(found.values())) == 1
        places = {"": next(iter(found.values()))} if alike else found
        named = [", ".join(filter(None, (name, join_words(list(at), prose.language)))) for name, at in places.items()]
        said.append(": ".join(filter(None, ("; ".join(filter(None, named)), told(part, prose.context)))))
    return say("Note: {warnings}.", prose.language, warnings="; ".join(said)) if said else ""


def _warned(each: _Comparison) -> dict[str, tuple[str, ...]]:
    """The warnings of one indicator, with the levels that each is about; none where it is about the whole."""
    found: dict[str, dict[str, None]] = {}
    for row in (row for row in each.rows if not row.level or row.level in each.levels):
        for part in parts(row.warning) if row.statistic in _WARNED and FEW not in row.warning else ():
            if part not in {FEW, NONE}:
                found.setdefault(part, {})[each.label(row.level) if row.level else ""] = None
    whole = len(each.levels) - 1
    return {part: () if "" in levels or len(levels) >= whole else tuple(levels) for part, levels in found.items()}


_WARNED = frozenset({"share", "difference", "p_value", "cramers_v", "trend_test"})


def shrunken_table(prose: Prose, spec: TableSpec) -> Grid:
    """The share of each level beside the one drawn towards the common share."""
    header = [by_title(prose, spec.by), *heads(prose, "Number/base", "Share", "95 per cent interval")]
    header += heads(prose, "Partly pooled", "95 per cent interval")
    rows: list[list[Cell]] = []
    for indicator in spec.indicators:
        if len(spec.indicators) > 1:
            rows.append([bold(indicator_label(prose, indicator)), *(Markup() for _ in header[1:])])
        for name, where in group_places(prose, spec.by)[:-1]:
            share = prose.rows.find(indicator, "share", where)
            shrunken = prose.rows.find(indicator, SHRUNKEN, where)
            rows.append([name, *share_cells(prose, share, spec.decimals), *_shrunken(prose, shrunken, spec.decimals)])
    found = [prose.rows.find(i, SHRUNKEN, where) for i in spec.indicators for _, where in group_places(prose, spec.by)]
    notes = reasons_of(prose, [row for row in found if row is not None])
    return Grid(header, rows, (22, 17, 15, 15, 16, 15), notes=below(notes))


def _shrunken(prose: Prose, row: Estimate | None, decimals: int) -> list[Cell]:
    if row is None or prose.silence(row):
        return [EMPTY, EMPTY]
    cells = [prose.span(row, "percent", prose.percent_text(row, decimals))]
    limits = row.conf_low is not None and row.conf_high is not None
    return [*cells, prose.span(row, "interval", prose.interval_text(row, decimals)) if limits else EMPTY]
