"""Differences as sentences: told only where the interval leaves 0 out and the plan's test agrees."""

from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from evaltool.errors import ReportError
from evaltool.report.prose import Prose, joined, plain, sentence
from evaltool.report.rows import FEW, place
from evaltool.report.trends import breaks
from evaltool.report.words import told
from evaltool.results import Estimate
from evaltool.text import number, pick, round_half_up, say

SIGNIFICANT = 0.05


def change(prose: Prose, indicator: str) -> Markup:
    """Each population against the one before it, as the plan compares them; a break says why they cannot be.

    Empty for a single population and on a local page, for the comparison is of everybody.

    Raises:
        ReportError: if the plan compares no populations by this indicator.
    """
    prose.facts(indicator)
    if len(prose.populations) < 2 or any(prose.context.group):
        return Markup()
    known = prose.context.comparisons
    name = next((name for name, facts in known.items() if facts.across and indicator in facts.indicators), "")
    apart = {found.later: found for found in breaks(prose.trend(indicator))}
    if not name and not apart:
        message = f"no comparison of the plan compares populations by «{indicator}»"
        raise ReportError(message, mend="Add one by the population's column to the plan's comparisons.")
    rows = prose.rows.compared(name, indicator)
    differences = [row for row in rows if row.statistic == "difference" and not row.weighting]
    said = [_difference(prose, row, _YEARS) for row in differences if row.level not in apart]
    said += [
        sentence(_APART, prose.language, former=plain(each.former), later=plain(each.later), reason=plain(each.reason))
        for each in apart.values()
    ]
    conditions = prose.within(indicator)
    only = sentence("Compared only where {conditions}.", prose.language, conditions=plain(conditions))
    return joined([*said, only if conditions and said else Markup()])


_APART = "{former} and {later} cannot be compared: {reason}."


def compared(prose: Prose, indicator: str, comparison: str) -> Markup:
    """Whether the levels of a planned comparison differ; what was not planned as a claim is told as none."""
    facts = prose.context.comparisons[comparison]
    rows = [row for row in prose.rows.compared(comparison, indicator) if row.population == prose.context.population]
    plain_rows = [row for row in rows if not row.weighting]
    if any(row.status == "exploratory" for row in plain_rows):
        return sentence("The comparison is exploratory: it was not planned as a claim.", prose.language)
    if len(facts.levels) > 2:
        return _any_difference(prose, plain_rows, facts.by)
    found = next((row for row in plain_rows if row.statistic == "difference"), None)
    if found is None:
        return sentence("There is nothing to compare yet.", prose.language)
    return _difference(prose, found, _GROUPS)


@dataclass(frozen=True)
class _Messages:
    higher: str
    lower: str
    within: str
    unsure: str


_YEARS = _Messages(
    higher="The share was {points} higher in {one} than in {other} (95 per cent interval {interval}).",
    lower="The share was {points} lower in {one} than in {other} (95 per cent interval {interval}).",
    within=(
        "The difference between {other} and {one} is smaller than the uncertainty; "
        "we cannot say whether anything has changed."
    ),
    unsure="The plan's test does not confirm it; we cannot say whether anything has changed.",
)
_GROUPS = _Messages(
    higher="The share was {points} higher for “{one}” than for “{other}” (95 per cent interval {interval}).",
    lower="The share was {points} lower for “{one}” than for “{other}” (95 per cent interval {interval}).",
    within=(
        "The difference between “{other}” and “{one}” is smaller than the uncertainty; "
        "we cannot say whether the two differ."
    ),
    unsure="The plan's test does not confirm it; we cannot say whether the two differ.",
)


def _difference(prose: Prose, row: Estimate, messages: _Messages) -> Markup:
    """`row` is the share of its level less that of the level in `comparison`."""
    one, other = (_level(prose, row.by, level) for level in (row.level, row.comparison.partition(": ")[2]))
    language, low, high = prose.language, row.conf_low, row.conf_high
    if row.estimate is None or low is None or high is None or FEW in row.warning:
        reason = told(row.warning, prose.context) or say("no answers", language)
        return plain(say(_APART, language, former=other, later=one, reason=reason))
    if low <= 0 <= high:
        return prose.span(row, "verdict", say(messages.within, language, one=one, other=other))
    cells = {
        "points": prose.span(row, "points", _points(row.estimate, language)),
        "interval": prose.span(row, "points_interval", _limits(low, high, language)),
        "one": plain(one),
        "other": plain(other),
    }
    said = sentence(messages.higher if row.estimate > 0 else messages.lower, language, **cells)
    return joined([said, Markup() if _confirmed(prose, row) else sentence(messages.unsure, language)])


def _level(prose: Prose, by: str, level: str) -> str:
    return level if level in prose.populations else prose.level_name(by, level)


def _confirmed(prose: Prose, row: Estimate) -> bool:
    """By the plan's test, adjusted where it is one of a family; without a test the interval speaks alone."""
    tests = (prose.rows.find(row.indicator, name, place(row)) for name in ("p_adjusted", "p_value"))
    p = next((test.estimate for test in tests if test is not None and test.estimate is not None), None)
    return p is None or p < SIGNIFICANT


def _any_difference(prose: Prose, rows: list[Estimate], by: str) -> Markup:
    """Of three levels or more only the whole is asked: which of them differ nobody has tested."""
    tests = {row.statistic: row for row in rows if not row.level and row.estimate is not None}
    row = tests.get("p_adjusted") or tests.get("p_value")
    if row is None or row.estimate is None:
        return sentence("There is nothing to compare yet.", prose.language)
    message = _NOT_ALL_ALIKE if row.estimate < SIGNIFICANT else _ALIKE
    label = pick(prose.breakdown(by).label, prose.language)
    return prose.span(row, "verdict", say(message, prose.language, by=f"{label[:1].lower()}{label[1:]}"))


_NOT_ALL_ALIKE = "The share is not the same everywhere ({by}); which of them differ was not tested."
_ALIKE = "The differences ({by}) are smaller than the uncertainty; we cannot say whether any two differ."


def _points(difference: float, language: str) -> str:
    shown = _magnitude(difference, language)
    return say("{points} percentage point" if shown == "1" else "{points} percentage points", language, points=shown)


def _limits(low: float, high: float, language: str) -> str:
    """Both on one side of 0, told without their sign."""
    near, far = sorted((abs(low), abs(high)))
    decimals = _decimals(near)
    return "–".join(number(_hundredfold(limit), language, decimals=decimals) for limit in (near, far))


def _magnitude(difference: float, language: str) -> str:
    return number(_hundredfold(abs(difference)), language, decimals=_decimals(difference))


def _decimals(difference: float) -> int:
    """As many as it takes to see that it is not 0."""
    points = _hundredfold(abs(difference))
    return next((count for count in range(3) if round_half_up(points, count)), 3)


def _hundredfold(share: float) -> Decimal:
    return 100 * Decimal(str(share))
