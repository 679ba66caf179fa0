"""The words that templates may use: figures by reference, never typed by hand.

Each figure becomes a pandoc span whose identifier is the estimate's id (`_2`, `_3` … where it is repeated), so that
every format can carry it. Texts around the figures stand in the templates, in the report's language; whole sentences
by rule are in `sentences`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from re import sub

from markupsafe import Markup

from evaltool.errors import ReportError
from evaltool.report.context import Breakdown, IndicatorFacts, ReportContext
from evaltool.report.numbers import answers_of, parts_of, per_cent
from evaltool.report.rows import Rows, Where, place, too_few
from evaltool.report.trends import TREND, Break, break_between, series
from evaltool.results import Estimate
from evaltool.text import Text, number, pick, round_half_up, say
from evaltool.yamlfile import nearest

EVERYBODY = "everybody"
"""What stands for a breakdown where a local page tells of everybody beside its own group."""
BOUNDS = ("bound_low", "bound_high")
_PRIVATE = 0xE000
"""Signs from here on stand for nothing in Unicode, so no text has them."""
_VERDICTS = {
    "met": "The target is met.",
    "not_met": "The target is not met.",
    "cannot_tell": "The answers cannot tell whether the target is met.",
}
_ROBUST = {
    "met": "The target is met, whatever the others would have answered.",
    "not_met": "The target is not met, whatever the others would have answered.",
    "cannot_tell": "Whether the target is met depends on what the others would have answered.",
}
_VERDICT_WORDS = {"met": "met", "not_met": "not met", "cannot_tell": "cannot tell"}


@dataclass(frozen=True)
class Carrier:
    """One place in a document that shows an estimate. A picture carries several under one `name`."""

    name: str
    row: Estimate
    form: str
    shown: str


def plain(text: str) -> Markup:
    """Text as it is: no sign of it is read as Markdown."""
    return Markup(sub(r"([\\`*_{}\[\]<>()#+\-!|~^$@\"':&])", r"\\\1", " ".join(text.split())))  # noqa: S704  # every sign is escaped


def as_text(markdown: str) -> str:
    """What `plain`, `sentence` and spans made, as a reader sees it: no mark and no escape."""
    return sub(r"\\(.)", r"\1", sub(r"\[((?:\\.|[^\]\\])*)\]\{#\w+ \.figure\}", r"\1", markdown))


def filled(text: str, **cells: Markup) -> Markup:
    """`text` with figures in it: each placeholder holds Markdown of its own."""
    signs = {name: chr(_PRIVATE + index) for index, name in enumerate(cells)}
    told = plain(text.format(**signs))
    for name, sign in signs.items():
        told = Markup(told.replace(sign, cells[name]))  # noqa: S704  # both are escaped
    return told


def sentence(message: str, language: str, **cells: Markup) -> Markup:
    """The interface text `message` with figures in it."""
    return filled(say(message, language), **cells)


def joined(sentences: Iterable[Markup]) -> Markup:
    """One after another; what says nothing is left out."""
    return Markup(" ").join(each for each in sentences if each)


class Prose:
    """The figures of one report in one language, and the record of which stands where."""

    def __init__(
        self,
        rows: Rows,
        context: ReportContext,
        parts: Mapping[str, tuple[str, ...]] | None = None,
        phrases: Mapping[str, Text] | None = None,
    ):
        self.rows = rows.in_language(context.language, context.reasons)
        self.context = context
        self.language = context.language
        self.carriers: list[Carrier] = []
        self._parts = {part: whole for whole, names in (parts or {}).items() for part in names}
        self.wholes = parts or {}
        self.phrases = phrases or {}
        self._seen: dict[str, int] = {}

    # The record

    def carrier_name(self, row: Estimate) -> str:
        """A name that no other place of this document has; Word allows 40 characters."""
        times = self._seen[row.id] = self._seen.get(row.id, 0) + 1
        return row.id if times == 1 else f"{row.id}_{times}"

    def span(self, row: Estimate, form: str, shown: str) -> Markup:
        name = self.carrier_name(row)
        self.carriers.append(Carrier(name, row, form, shown))
        return Markup("[{}]{{#{} .figure}}").format(plain(shown), name)

    def where(
        self, population: str = "", by: str = "", level: str = "", comparison: str = "", weighting: str = ""
    ) -> Where:
        """Which row a word of the template is about; a local page's group unless another, or everybody, is named."""
        if not by:
            by, level = self.context.group
        elif by == EVERYBODY:
            by = ""
        return Where(population or self.context.population, by, level, comparison, weighting)

    @property
    def populations(self) -> tuple[str, ...]:
        return self.context.populations or (self.context.population,)

    @property
    def pooled(self) -> str:
        """The last populations together, as their rows name them: those of the headline, or the first that are."""
        names = (self.context.headline, *self.context.indicators)
        return next(filter(None, (self.rows.pool(name, self.context.population) for name in names)), "")

    def trend(self, indicator: str) -> list[Estimate]:
        """The populations that may stand side by side, each with its row."""
        return series(self.rows, indicator, self.populations)

    def facts(self, indicator: str) -> IndicatorFacts:
        if indicator not in self.context.indicators:
            raise ReportError(f"unknown indicator «{indicator}»", mend=nearest(indicator, self.context.indicators))
        return self.context.indicators[indicator]

    def item_name(self, indicator: str, names: Mapping[str, Text]) -> str:
        """A part's own name of an indicator, else the plan's."""
        return pick(names.get(indicator) or self.facts(indicator).label, self.language)

    def breakdown(self, by: str) -> Breakdown:
        if by not in self.context.breakdowns:
            raise ReportError(f"unknown breakdown «{by}»", mend=nearest(by, self.context.breakdowns))
        return self.context.breakdowns[by]

    def levels(self, by: str, population: str = "") -> list[tuple[str, str]]:
        """Code and label of each level that has rows, in the roster's order; what was not recorded stands last."""
        known = self.breakdown(by).levels
        found = self.rows.levels(population or self.context.population, by)
        labels = {level: pick(text, self.language) for level, text in known.items()}
        labels |= {level: level for level in sorted(found - {*known, ""})}
        labels[""] = say("Not recorded", self.language)
        return [(level, label) for level, label in labels.items() if level in found]

    def level_name(self, by: str, level: str) -> str:
        """A level in words; without a code it is what was not recorded."""
        known = self.breakdown(by).levels
        return pick(known[level], self.language) if level in known else level or say("Not recorded", self.language)

    # Numbers as text, without a span

    def whole(self, value: float | Decimal) -> str:
        return number(value, self.language)

    def rounded(self, row: Estimate, decimals: int = 0) -> Decimal:
        """The row's per cent as printed; in whole per cents parts of a whole add up to it."""
        whole, parts = self._whole_and_parts(row)
        if whole is None or decimals:
            return round_half_up(per_cent(row), decimals)
        exact = [per_cent(part) for part in parts]
        fitted = answers_of(exact) if row.statistic.startswith("share[") else parts_of(whole, exact)
        return fitted[parts.index(row)]

    def _whole_and_parts(self, row: Estimate) -> tuple[Decimal | None, list[Estimate]]:
        """The whole that a row is printed as a part of; none where the counts do not add up to it."""
        if row.weighting:  # its counts are those of the answers
            return None, []
        if row.statistic.startswith("share["):
            parts, total = self.rows.codes_beside(row), row.n
            whole: Decimal | None = Decimal(100)
        else:
            of = self.rows.find(self._parts.get(row.indicator, ""), row.statistic, place(row))
            names = self.wholes.get(of.indicator, ()) if of and row.statistic in {"share", TREND} else ()
            found = [self.rows.find(name, row.statistic, place(row)) for name in names]
            parts = [part for part in found if part is not None]
            total, whole = (of.count, per_cent(of)) if of and of.n == row.n else (None, None)
        same_base = {part.n for part in parts} == {row.n}
        adds_up = same_base and total is not None and sum(part.count or 0 for part in parts) == total
        return (whole, parts) if adds_up and row.n else (None, [])

    def percent_text(self, row: Estimate, decimals: int = 0) -> str:
        value = number(self.rounded(row, decimals), self.language, decimals=decimals)
        return say("{value} per cent", self.language, value=value)

    def interval_text(self, row: Estimate, decimals: int = 0) -> str:
        low, high = (
            number(100 * Decimal(str(limit or 0)), self.language, decimals=decimals)
            for limit in (row.conf_low, row.conf_high)
        )
        return f"{low}–{high}"

    def of_text(self, row: Estimate) -> str:
        return say("{count} of {n}", self.language, count=self.whole(row.count or 0), n=self.whole(row.n or 0))

    def silence(self, row: Estimate) -> str:
        """Why a row shows no figure: too few answers, or none. Empty when it has one.

        Bounds are as silent as the share that they stand around: their base is larger, and one answer shows in them.
        """
        share = self.rows.find(row.indicator, "share", place(row)) if row.statistic in BOUNDS else None
        if too_few(row) or (share is not None and too_few(share)):
            return say("too few answers", self.language)
        if row.estimate is None:
            return say("no answers", self.language)
        return say("too few answers", self.language) if self._is_small(row) else ""

    def _is_small(self, row: Estimate) -> bool:
        """Whether a local page's group is so small that nothing is told of it, be it the courses or the response."""
        own = row.by and (row.by, row.level) == self.context.group
        return bool(own and row.n is not None and row.n < self.context.few)

    # What templates call

    def has(self, indicator: str, statistic: str = "share", **where: str) -> bool:
        """Whether there is a figure to show, and, of another population, one that can be compared with this one."""
        place = self.where(**where)
        row = self.rows.find(indicator, statistic, place)
        return row is not None and not self.silence(row) and self._apart(indicator, place) is None

    def _apart(self, indicator: str, where: Where) -> Break | None:
        return break_between(self.trend(indicator), self.context.population, where.population)

    def row(self, indicator: str, statistic: str, where: Where) -> Estimate:
        """The row that a word is about. No sentence can hold figures of two populations that cannot be compared."""
        found = self._apart(indicator, where)
        if found:
            message = f"{indicator} of {where.population} cannot stand beside {self.context.population}: {found.reason}"
            mend = f'Ask with has("{indicator}", population="…"), or show both in a table of the kind cohorts.'
            raise ReportError(message, mend=mend)
        return self.rows.require(indicator, statistic, where)

    def share(self, indicator: str, statistic: str = "share", **where: str) -> Markup:
        """`51 of 87 (59 per cent; 95 per cent interval 48–68)`: numerator, base, per cent, interval."""
        row = self.row(indicator, statistic, self.where(**where))
        shown = self.silence(row) or say(
            "{of} ({percent}; 95 per cent interval {interval})",
            self.language,
            of=self.of_text(row),
            percent=self.percent_text(row),
            interval=self.interval_text(row),
        )
        return self.span(row, "share", shown)

    def of(self, indicator: str, statistic: str = "share", **where: str) -> Markup:
        return self._figure("of", indicator, statistic, **where)

    def count(self, indicator: str, statistic: str = "share", **where: str) -> Markup:
        return self._figure("count", indicator, statistic, **where)

    def base(self, indicator: str, statistic: str = "share", **where: str) -> Markup:
        return self._figure("n", indicator, statistic, **where)

    def percent(self, indicator: str, statistic: str = "share", **where: str) -> Markup:
        return self._figure("percent", indicator, statistic, **where)

    def interval(self, indicator: str, statistic: str = "share", **where: str) -> Markup:
        return self._figure("interval", indicator, statistic, **where)

    def value(self, indicator: str, statistic: str, **where: str) -> Markup:
        return self._figure("value", indicator, statistic, **where)

    def _figure(self, form: str, indicator: str, statistic: str, **where: str) -> Markup:
        row = self.row(indicator, statistic, self.where(**where))
        return self.span(row, form, self.silence(row) or self.text_of(row, form))

    def text_of(self, row: Estimate, form: str, decimals: int = 0) -> str:
        """One part of a row as text; `form` is one of of, count, n, percent, interval, value."""
        forms = {
            "of": lambda: self.of_text(row),
            "count": lambda: self.whole(row.count if row.count is not None else row.estimate or 0),
            "n": lambda: self.whole(row.n or 0),
            "percent": lambda: self.percent_text(row, decimals),
            "interval": lambda: self.interval_text(row, decimals),
            "value": lambda: number(row.estimate or 0, self.language, decimals=decimals),
        }
        return forms[form]()

    def target(self, indicator: str) -> Markup:
        """The target in per cent; it stands under the id of the test against it."""
        row = self.rows.require(indicator, "target_test", self.where())
        goal = self.facts(indicator).target
        if goal is None:
            message = f"the indicator «{indicator}» has no target"
            raise ReportError(message, mend="Give it a target in the analysis plan.")
        return self.span(row, "target", self.goal_text(goal))

    def within(self, indicator: str) -> str:
        """Whom alone the populations are compared for; empty when it is everybody."""
        return join_words([pick(text, self.language) for text in self.facts(indicator).within], self.language)

    def goal_text(self, goal: float) -> str:
        return say("{value} per cent", self.language, value=self.whole(100 * Decimal(str(goal))))

    def verdict(self, indicator: str) -> Markup:
        """The target's verdict as a sentence, by the exact test."""
        return self._verdict(indicator, "target_test", _VERDICTS)

    def robust(self, indicator: str) -> Markup:
        """The target's verdict against any nonresponse, as a sentence."""
        return self._verdict(indicator, "bound_low", _ROBUST)

    def _verdict(self, indicator: str, statistic: str, sentences: dict[str, str]) -> Markup:
        row = self.rows.require(indicator, statistic, self.where())
        return self.span(row, "verdict", say(sentences[self.settled(row)], self.language))

    def settled(self, row: Estimate) -> str:
        """A row's verdict: met, not_met or cannot_tell.

        At the edge the exact test and the interval shown beside it may differ; then nobody can tell.
        """
        goal, share = self.facts(row.indicator).target, self.rows.find(row.indicator, "share", place(row))
        if row.verdict not in _VERDICTS or goal is None:
            return "cannot_tell"
        if row.statistic != "target_test" or share is None or share.conf_low is None or share.conf_high is None:
            return row.verdict
        agrees = share.conf_low >= goal if row.verdict == "met" else share.conf_high < goal
        return row.verdict if agrees else "cannot_tell"

    def verdict_word(self, row: Estimate) -> str:
        return say(_VERDICT_WORDS[self.settled(row)], self.language)

    def bounds(self, indicator: str) -> Markup:
        """`41–71 per cent`: the share if none, and if all, of those who did not answer counted."""
        low, high = (self.rows.require(indicator, name, self.where()) for name in BOUNDS)
        first = self.span(low, "number", self.whole(per_cent(low)))
        return Markup("{}–{}").format(first, self.span(high, "percent", self.percent_text(high)))

    def silent(self, indicator: str) -> Markup:
        """How many of the eligible gave no answer to count: the width of the bounds, in units."""
        low, high = (self.rows.require(indicator, name, self.where()) for name in BOUNDS)
        return self.span(high, "silent", self.whole((high.count or 0) - (low.count or 0)))

    def fixed(self, text: str) -> Markup:
        """A number that is no result, such as `2.5 per cent` of a test's level: no warning asks where it comes from."""
        return plain(text)

    def few_levels(self, indicator: str, by: str) -> Markup:
        """The levels with too few answers to be shown, as a list in words; empty when there are none."""
        names = [
            label
            for level, label in self.levels(by)
            if level and (row := self.rows.find(indicator, "share", self.where(by=by, level=level))) and too_few(row)
        ]
        return plain(join_words(names, self.language))


def join_words(words: list[str], language: str) -> str:
    """`A, B and C`."""
    if len(words) < 2:
        return "".join(words)
    return say("{words} and {last}", language, words=", ".join(words[:-1]), last=words[-1])
