"""Sentences by rule: what the rows allow to be said of an indicator, in the report's language.

What an indicator counts is in the report's `phrases`; all other words are here. No sentence says more than its
interval: a target is told as met only where the whole interval has reached it; `differences` has the rule of theirs.
"""

from dataclasses import dataclass

from markupsafe import Markup

from evaltool.errors import ReportError
from evaltool.report.definition import CHOICE
from evaltool.report.numbers import per_cent
from evaltool.report.prose import BOUNDS, Prose, filled, joined, plain, sentence
from evaltool.report.rows import FEW, Where, place, too_few
from evaltool.results import Estimate
from evaltool.text import pick, say

LOW_RESPONSE = 0.6
"""A lower response rate, as it is printed, is told with a caution.

Source: Fincham 2008, Am. J. Pharm. Educ. 72:43, doi:10.5688/aj720243.
"""
NOBODY = "There is nobody to ask about."
"""What is said of a group without rows."""
_PAIRED = ("share[higher]", "share[same]", "share[lower]")


@dataclass(frozen=True)
class Phrase:
    """What an indicator counts, around the count: `was|were` is settled by how many they are."""

    before: str
    after: str

    @classmethod
    def of(cls, text: str, many: int) -> "Phrase":
        before, _, after = CHOICE.sub(r"\1" if many == 1 else r"\2", text).partition("{count}")
        return cls(before, after)

    def after_opening(self, count: Markup) -> Markup:
        """As the phrase has it: where a language turns verb and subject after an opening, so does the phrase."""
        return filled(f"{self.before}{{count}}{self.after}", count=count)

    def with_subject(self, subject: Markup) -> Markup:
        """The subject first, as at the beginning or after a conjunction."""
        verb = f" {self.before.strip()}" if self.before else ""
        return filled(f"{{subject}}{verb}{self.after}", subject=subject)


# An indicator


def result(prose: Prose, indicator: str, *, population: str = "", by: str = "", level: str = "") -> Markup:
    """Who answered, how many of them count, the share with its interval, and whether the target is met.

    Without a figure it says why: no answers, a single answer, or too few in a group (then the last years together).
    """
    where = prose.where(population, by, level)
    if _nobody(prose, indicator, "share", where):
        return _no_answers(prose, where.population)
    row = prose.row(indicator, "share", where)
    reason = _withheld(prose, row)
    if reason:
        return _about(prose, where) + reason
    some = [_about(prose, where) + _figure(prose, row), _few_in_all(prose, row), _target(prose, row)]
    return joined(some)


def paired(prose: Prose, indicator: str, *, population: str = "", by: str = "", level: str = "") -> Markup:
    """How many answered higher, the same and lower at the end than at the start, of those who answered both times."""
    where = prose.where(population, by, level)
    if _nobody(prose, indicator, _PAIRED[0], where):
        return _no_answers(prose, where.population)
    rows = [prose.row(indicator, statistic, where) for statistic in _PAIRED]
    reason = _withheld(prose, rows[0])
    if reason:
        return _about(prose, where) + reason
    total = next((row for row in rows if row.count == row.n), None)
    first = total or rows[0]
    text = pick(prose.phrases.get(indicator, {}), prose.language) or say("{count} answered", prose.language)
    begun = Phrase.of(text, first.count or 0).after_opening(_count(prose, first))
    cells = {"opening": _opening(prose, first), "phrase": begun}
    if total is None:
        cells |= {"same": _count(prose, rows[1]), "lower": _count(prose, rows[2])}
    label = "" if indicator in prose.phrases else pick(prose.facts(indicator).label, prose.language)
    return _about(prose, where, label) + sentence(_PAIRED_SENTENCES[total and total.statistic], prose.language, **cells)


_PAIRED_SENTENCES = {
    None: "Among {opening}, {phrase} higher at the end, {same} the same and {lower} lower.",
    "share[higher]": "Among {opening}, {phrase} higher at the end.",
    "share[same]": "Among {opening}, {phrase} the same at the end.",
    "share[lower]": "Among {opening}, {phrase} lower at the end.",
}


def answer(prose: Prose, indicator: str, *, population: str = "", by: str = "", level: str = "") -> Markup:
    """What can be said of an indicator alone, or why nothing is: `result` or `paired`, as its rows are."""
    where = prose.where(population, by, level)
    say_it = paired if prose.rows.find(indicator, _PAIRED[0], where) else result
    return say_it(prose, indicator, population=population, by=by, level=level)


def parts(prose: Prose, whole: str, *, population: str = "", by: str = "", level: str = "") -> Markup:
    """The parts of a whole beside each other, and the whole where they add up to it."""
    where = prose.where(population, by, level)
    if _nobody(prose, whole, "share", where):
        return _no_answers(prose, where.population)
    row = prose.row(whole, "share", where)
    reason = _withheld(prose, row)
    if reason:
        return _about(prose, where) + reason
    rows = [prose.row(name, "share", where) for name in prose.wholes[whole]]
    if {part.n for part in rows} != {row.n}:
        return _about(prose, where) + joined(_figure(prose, part) for part in rows)
    told_parts = sentence(
        "Among {opening}, {parts}, and {last}.",
        prose.language,
        opening=_opening(prose, row),
        parts=Markup(", ").join(_part(prose, part, first=part is rows[0]) for part in rows[:-1]),
        last=_part(prose, rows[-1]),
    )
    adds_up = sum(part.count or 0 for part in rows) == row.count
    return _about(prose, where) + joined([told_parts, _sum(prose, row) if adds_up else Markup()])


def _part(prose: Prose, row: Estimate, *, first: bool = False) -> Markup:
    phrase, count = _phrase(prose, row), _count(prose, row)
    told = phrase.after_opening(count) if first else phrase.with_subject(count)
    return filled("{told} ({figures})", told=told, figures=_figures(prose, row))


def _sum(prose: Prose, row: Estimate) -> Markup:
    cells = {"of": prose.span(row, "of", prose.of_text(row)), "figures": _figures(prose, row)}
    return sentence("Together that is {of} ({figures}).", prose.language, **cells)


def _figure(prose: Prose, row: Estimate) -> Markup:
    cells = {"opening": _opening(prose, row), "figures": _figures(prose, row)}
    if row.indicator in prose.phrases:
        phrase = _phrase(prose, row).after_opening(_count(prose, row))
        return sentence("Among {opening}, {phrase} ({figures}).", prose.language, phrase=phrase, **cells)
    label = plain(pick(prose.facts(row.indicator).label, prose.language))
    count = prose.span(row, "count", prose.text_of(row, "count"))
    return sentence("{label}: {count} of {opening} ({figures}).", prose.language, label=label, count=count, **cells)


def _phrase(prose: Prose, row: Estimate, many: int | None = None) -> Phrase:
    """The report's phrase for the row's count, or for so `many`."""
    known = prose.phrases
    if row.indicator not in known:
        mend = f"Add it to report.yaml, for instance phrases: {{{row.indicator}: {{en: '{{count}} {{was|were}} …'}}}}."
        raise ReportError(f"the report has no phrase for «{row.indicator}»", mend=mend)
    return Phrase.of(pick(known[row.indicator], prose.language), (row.count or 0) if many is None else many)


def _opening(prose: Prose, row: Estimate) -> Markup:
    """`the 87 participants who answered`, with the base where it is narrower."""
    facts, people = prose.facts(row.indicator), pick(prose.context.respondents, prose.language)
    cells = {"n": prose.span(row, "n", prose.whole(row.n or 0)), "people": plain(people)}
    if not facts.base:
        return sentence("the {n} {people} who answered", prose.language, **cells)
    base = plain(pick(facts.base, prose.language))
    return sentence("the {n} {people} who answered {base}", prose.language, base=base, **cells)


def _count(prose: Prose, row: Estimate) -> Markup:
    """How many, as it is said: none, one, both, all 12, 51."""
    count, language = row.count or 0, prose.language
    if count and count == row.n:
        words = say("both", language) if count == 2 else say("all {n}", language, n=prose.whole(count))
    else:
        words = {0: say("none", language), 1: say("one", language)}.get(count, "")
    return prose.span(row, "words" if words else "count", words or prose.whole(count))


def _figures(prose: Prose, row: Estimate) -> Markup:
    percent = prose.span(row, "percent", prose.percent_text(row))
    if row.conf_low is None or row.conf_high is None:
        return percent
    interval = prose.span(row, "interval", prose.interval_text(row))
    return sentence("{percent}; 95 per cent interval {interval}", prose.language, percent=percent, interval=interval)


def _about(prose: Prose, where: Where, label: str = "") -> Markup:
    """What the sentence is about where that is not what the report is about: `2020, North: `."""
    other = where.population if where.population != prose.context.population else ""
    own = not where.by or (where.by, where.level) == prose.context.group
    names = [label, other, "" if own else prose.level_name(where.by, where.level)]
    return plain(", ".join(filter(None, names))) + Markup(": ") if any(names) else Markup()


# Why there is no figure


def withheld(prose: Prose, row: Estimate) -> Markup:
    """Why no figure is told, and none of other years in its place; empty when one is.

    Beside a figure of one year, that of the years together would give away the year that is withheld.
    """
    return _few(prose, row.population) if too_few(row) and row.by else _withheld(prose, row)


def _withheld(prose: Prose, row: Estimate) -> Markup:
    """Why no figure is told; empty when one is."""
    if row.n == 1 and not row.by:
        return sentence("Only one answered, and a single answer is not shown.", prose.language)
    if too_few(row):
        return _too_few(prose, row)
    return _no_answers(prose, row.population) if row.estimate is None or not row.n else Markup()


def _nobody(prose: Prose, indicator: str, statistic: str, where: Where) -> bool:
    """Whether this is the page of a group that nobody is in: it has no rows, and says so."""
    own = bool(where.by) and (where.by, where.level) == prose.context.group
    return own and prose.rows.find(indicator, statistic, where) is None


def _no_answers(prose: Prose, population: str) -> Markup:
    return sentence("There are no answers for {population}.", prose.language, population=plain(population))


def _too_few(prose: Prose, row: Estimate) -> Markup:
    """A group's figure of the year is withheld; that of the last years together stands where it may."""
    language, said = prose.language, _few(prose, row.population)
    pool = prose.rows.pool(row.indicator, row.population)
    pooled = prose.rows.find(row.indicator, row.statistic, Where(pool, row.by, row.level)) if pool else None
    if pooled is None or prose.silence(pooled):
        return said
    share = prose.share(row.indicator, population=pool, by=row.by, level=row.level)
    return joined(
        [said, sentence("The figure for {pool} together is {share}.", language, pool=plain(pool), share=share)]
    )


def _few(prose: Prose, population: str) -> Markup:
    cells = {"population": plain(population), "few": plain(prose.whole(prose.context.few))}
    return sentence("Too few answered (fewer than {few}) for a figure of {population}.", prose.language, **cells)


def _few_in_all(prose: Prose, row: Estimate) -> Markup:
    if FEW not in row.warning:
        return Markup()
    return sentence("Only a few answered, so the figure is very uncertain.", prose.language)


# The target


def _target(prose: Prose, share: Estimate) -> Markup:
    """The target and its verdict; empty without a target, and of a group: nothing was agreed of it."""
    goal = prose.facts(share.indicator).target
    test = prose.rows.find(share.indicator, "target_test", place(share))
    if share.by or goal is None or test is None or test.estimate is None:
        return Markup()
    cells = {
        "goal": prose.span(test, "target", prose.goal_text(goal)),
        "verdict": prose.span(test, "verdict", say(_verdict(prose, share, test, goal), prose.language)),
    }
    return sentence("The target is {goal}. {verdict}", prose.language, **cells)


def _verdict(prose: Prose, share: Estimate, test: Estimate, goal: float) -> str:
    low, high = (prose.rows.find(share.indicator, name, place(share)) for name in BOUNDS)
    silent = (high.count or 0) - (low.count or 0) if low and high else 0
    settled, around = prose.settled(test), prose.settled(low) if low and silent else ""
    said = _VERDICTS.get((settled, around))
    if said:
        return said
    if share.conf_low is not None and share.conf_low >= goal:
        return "The interval lies above the target, but the exact test cannot tell whether it is met."
    if share.conf_high is not None and share.conf_high < goal:
        return "The interval lies below the target, but the exact test cannot tell whether it is met."
    return "The answers cannot tell whether the target is met."


_VERDICTS = {
    ("met", ""): "The target is met.",
    ("met", "met"): "The target is met, whatever the others would have answered.",
    ("met", "cannot_tell"): (
        "The target is met among those who answered; for all it depends on what the others would have answered."
    ),
    ("not_met", ""): "The target is not met.",
    ("not_met", "not_met"): "The target is not met, whatever the others would have answered.",
    ("not_met", "cannot_tell"): (
        "The target is not met among those who answered; for all it depends on what the others would have answered."
    ),
    ("cannot_tell", "met"): (
        "The share is not below the target, whatever the others would have answered, "
        "but the answers are too few to tell whether the target is met."
    ),
    ("cannot_tell", "not_met"): (
        "The share is below the target, whatever the others would have answered, "
        "but the answers are too few to tell whether the target is met."
    ),
}
"""By the verdict of the test and that of the outer bounds."""


# Those who did not answer


def response(prose: Prose, *, population: str = "", by: str = "", level: str = "") -> Markup:
    """How many of the eligible are answered for, with a caution where they are few."""
    where = prose.where(population, by, level)
    row = prose.row("response", "rr2", where)
    language, count, n = prose.language, row.count or 0, row.n or 0
    units = plain(pick(prose.context.units, language))
    if not n:
        return _about(prose, where) + sentence("There were no {units} to ask about.", language, units=units)
    if prose.silence(row):
        return _about(prose, where) + _too_few(prose, row)
    cells = {"of": prose.span(row, "of", prose.of_text(row)), "n": prose.span(row, "n", prose.whole(n)), "units": units}
    if count in {0, n}:
        message = "All {n} {units} were answered." if count else "None of the {n} {units} were answered."
        return _about(prose, where) + sentence(message, language, n=cells["n"], units=units)
    percent = prose.span(row, "percent", prose.percent_text(row))
    said = sentence("{of} {units} were answered ({percent}).", language, of=cells["of"], units=units, percent=percent)
    low = sentence(
        "That is less than {least}, and those who did not answer may differ from those who did: "
        "read the shares with caution.",
        language,
        least=plain(prose.goal_text(LOW_RESPONSE)),
    )
    return _about(prose, where) + joined([said, low if prose.rounded(row) < 100 * LOW_RESPONSE else Markup()])


def if_silent(prose: Prose, indicator: str, *, population: str = "", by: str = "", level: str = "") -> Markup:
    """What the share would be if none, and if all, of those whose answer is not known counted.

    Empty where everybody answered, and where nobody knows who should have.
    """
    where = prose.where(population, by, level)
    prose.facts(indicator)
    low, high = (prose.rows.find(indicator, name, where) for name in BOUNDS)
    if low is None or high is None or low.estimate is None or high.estimate is None or prose.silence(low):
        return Markup()
    silent, language = (high.count or 0) - (low.count or 0), prose.language
    if not silent:
        return Markup()
    if silent == 1:
        first = prose.span(low, "number", prose.whole(per_cent(low)))
        message = "One answer is not known; whatever it is, the share is {low}–{high}."
        return sentence(message, language, low=first, high=_percent(prose, high))
    unknown = prose.span(high, "silent", prose.whole(silent))
    none = sentence("none of the {m} whose answer we do not know", language, m=unknown)
    message = (
        "Even if {none}, the share would be {low}; if it held for all, {high}."
        if prose.settled(low) == "met"
        else "If {none}, the share would be {low}; if it held for all, {high}."
    )
    phrase = _phrase(prose, low, many=0).with_subject(none)
    return sentence(message, language, none=phrase, low=_percent(prose, low), high=_percent(prose, high))


def _percent(prose: Prose, row: Estimate) -> Markup:
    return prose.span(row, "percent", prose.percent_text(row))


# What the survey cannot show


def no_cause(prose: Prose) -> Markup:
    """The standing sentence: without a comparison group nobody can say what is owed to the course."""
    return sentence(NO_CAUSE, prose.language)


NO_CAUSE = "The survey does not show how much is due to the course; there is no comparison group."
