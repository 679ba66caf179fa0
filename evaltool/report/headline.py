"""One share in five ways: as answered, weighted, at its outer bounds, against its target, and when it was answered."""

from collections.abc import Iterator
from decimal import Decimal

from markupsafe import Markup

from evaltool.report.definition import TableSpec
from evaltool.report.grid import EMPTY, Cell, Grid, below, bold, figure, heads, indicator_label, names_of, reasons_of
from evaltool.report.prose import Prose, plain, sentence
from evaltool.report.rows import RAKED, UNRELIABLE
from evaltool.report.words import parts, told
from evaltool.results import Estimate
from evaltool.text import number, say

ENOUGH = 30
"""Effective answers from which a weighted share may lead (NCHS)."""
DAYS = "days_to_answer"


def headline_table(prose: Prose, spec: TableSpec) -> Grid:
    """Five readings of each indicator, and below them what follows by rule."""
    indicators = spec.indicators or (prose.context.headline,)
    rows: list[list[Cell]] = []
    for indicator in indicators:
        if len(spec.indicators) > 1:
            rows.append([bold(indicator_label(prose, indicator)), Markup(), Markup(), Markup()])
        rows += [_plain(prose, indicator), _weighted(prose, indicator), _bounds(prose, indicator)]
        rows += _verdicts(prose, indicator)
    rows.append(_days(prose))
    told_of = [say_it(prose, each) for each in indicators for say_it in (weighted_sentence, tipping_sentence)]
    return Grid(
        heads(prose, "Reading", "Result", "95 per cent interval", "Base"),
        rows,
        (52, 19, 17, 32),
        notes=below([*told_of, days_sentence(prose)]),
    )


def _named(prose: Prose, message: str, *cells: Cell) -> list[Cell]:
    return [plain(say(message, prose.language)), *cells]


def _plain(prose: Prose, indicator: str) -> list[Cell]:
    share = prose.rows.require(indicator, "share", prose.where())
    if prose.silence(share):
        return _named(prose, "As answered", figure(prose, share, "percent"), EMPTY, EMPTY)
    cells = [figure(prose, share, form) for form in ("percent", "interval", "of")]
    return _named(prose, "As answered", bold(cells[0]), *cells[1:])


def _weighted(prose: Prose, indicator: str) -> list[Cell]:
    share = prose.rows.find(indicator, "share", prose.where(weighting=RAKED))
    if share is None or share.estimate is None:
        return _named(prose, "Weighted to the roster", EMPTY, EMPTY, EMPTY)
    effective = prose.rows.find("response", "n_eff", prose.where(weighting=RAKED))
    shown = [figure(prose, share, form) for form in ("percent", "interval")]
    if effective is None or effective.estimate is None:
        return _named(prose, "Weighted to the roster", *shown, EMPTY)
    count = prose.span(effective, "value", prose.whole(effective.estimate))
    worth = sentence("all interviews: worth {n}", prose.language, n=count)
    return _named(prose, "Weighted to the roster", *shown, worth)


def _bounds(prose: Prose, indicator: str) -> list[Cell]:
    """The interval of the bounds is Imbens and Manski's: it holds the share itself, whatever the silent would say."""
    name = "Outer bounds"
    if not (prose.has(indicator, "bound_low") and prose.has(indicator, "bound_high")):
        return _named(prose, name, EMPTY, EMPTY, EMPTY)
    low, high = (prose.rows.require(indicator, end, prose.where()) for end in ("bound_low", "bound_high"))
    bounds = prose.bounds(indicator)
    ends = [prose.span(row, "limit", _limit(prose, end)) for row, end in ((low, low.conf_low), (high, high.conf_high))]
    eligible = prose.span(high, "n", prose.whole(high.n or 0))
    return _named(prose, name, bounds, Markup("–").join(ends), sentence("all {n}", prose.language, n=eligible))


def _limit(prose: Prose, share: float | None) -> str:
    return number(100 * Decimal(str(share or 0)), prose.language)


def _verdicts(prose: Prose, indicator: str) -> Iterator[list[Cell]]:
    """The bounds' verdict first: no test of the answers knows of those who gave none."""
    goal = prose.facts(indicator).target
    test = prose.rows.find(indicator, "target_test", prose.where())
    if goal is None or test is None:
        yield _named(prose, "Target", plain(say("no target", prose.language)), EMPTY, EMPTY)
        return
    low = prose.rows.find(indicator, "bound_low", prose.where())
    for row, message in (
        (low, "Target {goal}, whatever the silent answer"),
        (test, "Target {goal}, exact test of the answers"),
    ):
        label = plain(say(message, prose.language, goal=prose.goal_text(goal)))
        known = row is not None and row.estimate is not None
        shown = bold(prose.span(row, "verdict", prose.verdict_word(row))) if row is not None and known else EMPTY
        yield [label, shown, EMPTY, prose.span(row, "n", prose.whole(row.n)) if row and known and row.n else EMPTY]


def _days(prose: Prose) -> list[Cell]:
    found = _quartiles(prose)
    name = "Days from the end to the answer"
    if not found:
        return _named(prose, name, EMPTY, EMPTY, EMPTY)
    median, first, third = found
    middle = prose.span(median, "value", prose.whole(median.estimate or 0))
    ends = (prose.span(row, "value", prose.whole(row.estimate or 0)) for row in (first, third))
    quartiles = sentence("quartiles {ends}", prose.language, ends=Markup("–").join(ends))
    return _named(prose, name, sentence("median {days}", prose.language, days=middle), EMPTY, quartiles)


def _quartiles(prose: Prose) -> list[Estimate]:
    found = [prose.rows.find(DAYS, name, prose.where()) for name in ("median", "q1", "q3")]
    known = [row for row in found if row is not None and row.estimate is not None]
    return known if len(known) == len(found) else []


# Sentences by rule


def weighted_sentence(prose: Prose, indicator: str) -> Markup:
    """Whether weighting changes what the plain share says; what it was weighted to, and what must be told with it."""
    language, context = prose.language, prose.context
    share = prose.rows.find(indicator, "share", prose.where())
    weighted = prose.rows.find(indicator, "share", prose.where(weighting=RAKED))
    if weighted is None:
        return plain(say("The plan declares no weights.", language))
    if share is None or share.estimate is None or weighted.estimate is None:
        reason = told(weighted.warning, context) or say("no answers", language)
        return plain(say("There is no weighted share: {reason}.", language, reason=reason))
    shown = plain(names_of(prose, context.weighted_by)), prose.span(weighted, "percent", prose.percent_text(weighted))
    said = sentence(_moved(share, weighted), language, names=shown[0], share=shown[1])
    effective = prose.rows.find("response", "n_eff", prose.where(weighting=RAKED))
    if effective is not None and effective.estimate is not None and effective.estimate < ENOUGH:
        few = say("The weighted answers are worth fewer than 30: read the plain share first.", language)
        said += Markup(" ") + plain(few)
    doubts = [told(part, context) for part in parts(weighted.warning) if part.startswith(UNRELIABLE)]
    return Markup(" ").join([said, *(plain(f"{words[:1].upper()}{words[1:]}.") for words in doubts)])


def _moved(share: Estimate, weighted: Estimate) -> str:
    if _within(weighted.estimate, share) and _within(share.estimate, weighted):
        return (
            "Weighted to the roster by {names} the share is {share}; "
            "the difference from the plain share is smaller than the uncertainty."
        )
    return (
        "Weighted to the roster by {names} the share is {share}; "
        "the difference from the plain share is larger than the uncertainty, so who answered matters."
    )


def _within(value: float | None, row: Estimate) -> bool:
    """Without an interval nothing can be told to lie outside it."""
    if value is None or row.conf_low is None or row.conf_high is None:
        return True
    return row.conf_low <= value <= row.conf_high


def tipping_sentence(prose: Prose, indicator: str) -> Markup:
    """What the silent would have to answer for the target to be reached; empty without a target."""
    row = prose.rows.find(indicator, "tipping", prose.where())
    goal = prose.facts(indicator).target
    if row is None or goal is None:
        return Markup()
    if row.count is None and row.verdict != "not_met":
        reason = told(row.warning, prose.context)
        return plain(say("What the silent could change is not known: {reason}.", prose.language, reason=reason))
    cells = {"m": prose.span(row, "silent", prose.whole(row.n or 0))}
    if not row.n:
        return plain(say("Nobody is silent: the outer bounds are the share itself.", prose.language))
    if row.count:
        cells["k"] = prose.span(row, "count", prose.whole(row.count))
    return sentence(_tipping(row, reached=_reached(prose, indicator, goal)), prose.language, **cells)


def _reached(prose: Prose, indicator: str, goal: float) -> bool:
    share = prose.rows.find(indicator, "share", prose.where())
    return share is not None and share.estimate is not None and share.estimate >= goal


def _tipping(row: Estimate, *, reached: bool) -> str:
    if row.count is None:
        return "The target is missed, whatever the other {m} would have answered."
    if not row.count:
        return "By a count of all the target holds, whatever the other {m} would have answered."
    if reached:
        return "The target holds unless fewer than {k} of the other {m} count."
    return "The target would be reached only if at least {k} of the other {m} count."


def days_sentence(prose: Prose) -> Markup:
    """What the table cannot say of the days: why there are none, or what is odd about them."""
    found = _quartiles(prose)
    if not found:
        row = prose.rows.find(DAYS, "median", prose.where())
        reason = told(row.warning, prose.context) if row else ""
        reason = reason or say("the plan names no date of the end", prose.language)
        return plain(say("How long after the end they answered is not known: {reason}.", prose.language, reason=reason))
    return Markup(" ").join(reasons_of(prose, found[:1]))
