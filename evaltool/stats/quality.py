"""Signs of careless, hurried, copied and missing answers. They are counted and looked into; none deletes an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaltool.errors import StatisticsError
from evaltool.stats.checks import check_count, check_probability
from evaltool.stats.codes import numbers

Items: TypeAlias = Mapping[str, Sequence[Any]] | pd.DataFrame
"""Answers by item, each with a value (any code, `None` where there is none) for every respondent."""
Flags: TypeAlias = tuple[bool | None, ...]

LEAST_BATTERY = 3
HALF = 0.5
HOUR = 3600.0
LEAST_SECONDS = 10.0  # clocks of surveys count whole seconds: half of a shorter median is known to a fifth at best
LEAST_ANSWERS = 10

NO_RESPONDENTS = "no answers"
NO_BATTERY = "fewer than 3 items: no battery to judge"
NO_COMPLETE = "nobody answered all items of the battery"
NO_DURATIONS = "no durations"
ONE_DURATION = "one duration only: nothing to compare it with"
COARSE = "the median is under 10 seconds: the clock is too coarse to tell who was fast"
FEW_ITEMS = "nobody answered enough items: equal answers would mean little"
NOT_ASKED = "nobody was asked"


@dataclass(frozen=True)
class StraightLining:
    """`count` of the `n` respondents who answered every item gave all the same answer.

    The other fields have one value for each respondent, `None` where an item has no answer: whether all answers are
    `identical`, the `longest` run of equal answers, the share of the `most_common` answer, and the `variation`.
    """

    items: tuple[str, ...]
    n: int
    incomplete: int
    count: int
    share: float | None
    identical: Flags = ()
    longest: tuple[int | None, ...] = ()
    most_common: tuple[float | None, ...] = ()
    variation: tuple[float | None, ...] = ()
    warning: str = ""


def straight_lining(answers: Items) -> StraightLining:
    """Who gave the same answer to every item of a battery: 3 or more items with one scale, in the order asked.

    Formula: identical where all k answers are equal (simple nondifferentiation); longest = the longest run of equal
    answers; most_common = max p_c (maximum identical rating) and variation = 1 − Σ p_c² (scale point variation), with
    p_c the share of the k items answered with c.
    Assumes: nothing, and proves nothing: with few items, or items turned the same way, equal answers may be true.
    Missing: respondents without an answer to every item are not judged, and counted as `incomplete`. Fewer than 3
    items, or nobody judged: no share, with a warning.
    Source: Kim et al. 2019, doi:10.1177/0894439317752406; Johnson 2005, doi:10.1016/j.jrp.2004.09.009 (longest).
    Reference: definitions of the R packages resquin (`resp_nondifferentiation`) and careless (`longstring`).

    >>> found = straight_lining({"a": [4, 4, 1], "b": [4, 4, 2], "c": [4, 5, None]})
    >>> found.count, found.n, found.incomplete, found.longest
    (1, 2, 1, (3, 2, None))
    """
    names, codes = _coded(answers)
    if len(names) < LEAST_BATTERY:
        return StraightLining(names, 0, len(codes), 0, None, warning=NO_BATTERY)
    complete: npt.NDArray[np.bool_] = np.all(codes >= 0, axis=1)
    n, k = int(complete.sum()), len(names)
    longest = _longest_runs(codes)
    equal = (codes[:, :, None] == codes[:, None, :]).sum(axis=2)  # of each item: how many have its answer
    identical = longest == k
    count = int((identical & complete).sum())
    return StraightLining(
        names,
        n,
        len(codes) - n,
        count,
        count / n if n else None,
        _known(identical, complete),
        _known(longest, complete),
        _known(equal.max(axis=1) / k, complete),
        _known(1 - equal.sum(axis=1) / k**2, complete),
        warning="" if n else NO_COMPLETE if len(codes) else NO_RESPONDENTS,
    )


def _coded(answers: Items) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Names of the items, and a row of whole numbers for each respondent; -1 is no answer, equal answers are equal."""
    columns = {str(name): _column(column) for name, column in answers.items()}
    if len({len(column) for column in columns.values()}) > 1:
        raise StatisticsError("the items have not the same number of answers", mend="Give one value a respondent.")
    if not columns:
        return (), np.empty((0, 0), dtype=np.int64)
    codes, _ = pd.factorize(pd.concat(list(columns.values()), ignore_index=True))
    return tuple(columns), codes.reshape(len(columns), -1).T.astype(np.int64)


def _column(column: Sequence[Any] | pd.Series) -> pd.Series:
    """A table's column as it is: categories are compared much faster than objects."""
    return column if isinstance(column, pd.Series) else pd.Series(list(column), dtype=object)


def _longest_runs(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    run = np.ones(len(codes), dtype=np.int64)
    longest = run
    for place in range(1, codes.shape[1]):
        run = np.where(codes[:, place] == codes[:, place - 1], run + 1, 1)
        longest = np.maximum(longest, run)
    return longest


def _known(values: npt.NDArray[Any], known: npt.NDArray[np.bool_]) -> tuple[Any, ...]:
    """Plain values, `None` where they are not known."""
    plain = values.astype(object)
    plain[~known] = None
    return tuple(plain.tolist())


@dataclass(frozen=True)
class Speeding:
    """`count` of `n` interviews took less than `limit` seconds (seconds a question, where `per_question`).

    `flags` has one value for each interview, `None` where it is not judged; `left_out` counts these by reason.
    """

    n: int
    count: int
    share: float | None
    median: float | None
    limit: float | None
    per_question: bool = False
    flags: Flags = ()
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])
    warning: str = ""


def speeding(
    seconds: Sequence[float | None],
    *,
    questions: Sequence[int] | None = None,
    fraction: float = HALF,
    pause: float = HOUR,
) -> Speeding:
    """Which interviews were answered in less than a declared fraction of the usual time.

    Formula: flagged where t < fraction · median(t); t = seconds, or seconds / questions asked where `questions` is
    given, so that a short route is not taken for haste.
    Assumes: one sitting: an interview of more than `pause` seconds (an hour) held a pause; it is not judged and not in
    the median. No fraction is right: a half is common, 0.3 and 0.4 are milder. Practice, reading speed, language and
    somebody who helps make honest interviews fast.
    Missing: no duration, one below 0, no question asked, or a pause: not judged, and counted in `left_out`. Fewer than
    2 durations, or a median of 0: no share, with a warning.
    Source: Greszki, Meyer & Schoen 2015, Public Opinion Quarterly 79:471 (fractions of the median compared).
    Reference: by hand, from the definition.

    >>> found = speeding([600, 580, 640, 250, None, 90000])
    >>> found.count, found.n, found.median, found.limit, found.left_out
    (1, 4, 590.0, 295.0, {'no_time': 1, 'pause': 1})
    """
    check_probability("fraction", fraction, open_ends=True)
    times = numbers(seconds)
    asked = np.ones(len(times)) if questions is None else numbers(questions)
    if len(asked) != len(times):
        raise StatisticsError(f"{len(times)} durations and {len(asked)} numbers of questions do not match")
    reasons = np.select(
        [np.isnan(times), times < 0, ~(asked > 0), times > pause],
        ["no_time", "negative", "no_question", "pause"],
        default="",
    )
    judged = reasons == ""
    names, sizes = np.unique(reasons[~judged], return_counts=True)
    left_out = dict(zip(names.tolist(), sizes.tolist(), strict=True))
    n = int(judged.sum())
    rates = times / np.where(asked > 0, asked, 1)
    median = float(np.median(rates[judged])) if n else None
    coarse = bool(n) and float(np.median(times[judged])) < LEAST_SECONDS
    known: dict[str, Any] = {"median": median, "per_question": questions is not None, "left_out": left_out}
    warning = NO_DURATIONS if median is None else COARSE if coarse else ONE_DURATION if n == 1 else ""
    if median is None or warning:
        return Speeding(n, 0, None, limit=None, flags=(None,) * len(times), warning=warning, **known)
    fast = judged & (rates < fraction * median)
    count = int(fast.sum())
    return Speeding(n, count, count / n, limit=fraction * median, flags=_known(fast, judged), **known)


@dataclass(frozen=True)
class DuplicateAnswers:
    """`count` of the `n` rows that have enough answers are the same, answer by answer, as that of another person.

    `flags` has one value for each row, `None` where it is not judged; `few_answers` counts these.
    """

    n: int
    few_answers: int
    count: int
    share: float | None
    flags: Flags = ()
    warning: str = ""


def duplicate_answers(
    answers: Items, persons: Sequence[Any] | None = None, *, least: int = LEAST_ANSWERS
) -> DuplicateAnswers:
    """Rows of different persons with the same answer to every item, gaps included.

    Formula: rows i and j match where 100 % of their items agree (percent match of 1); flagged where i and j are of
    different `persons` (each row is a person where none are given).
    Assumes: many items with several answers each: with few, or where most people agree, honest rows match. So rows with
    fewer than `least` answers are not judged, and near matches (0.85) are not flagged: those depend on the number of
    items, answers and people more than on copying.
    Missing: no answer is equal to no answer. Nobody with enough answers: no share, with a warning.
    Source: Kuriakose & Robbins 2016, doi:10.3233/SJI-160978; against the threshold of 0.85: Simmons, Mercer, Schwarzer
    & Kennedy 2016 (Pew Research Center, "Evaluating a new proposal for detecting data falsification in surveys").
    Reference: by hand, from the definition.

    >>> rows = {"a": [1, 1, 2], "b": [3, 3, 3], "c": [5, 5, 5]}
    >>> duplicate_answers(rows, ["Ann", "Eva", "Ida"], least=3).flags
    (True, True, False)
    """
    check_count("least", least)
    names, codes = _coded(answers)
    if not names and persons is not None:
        codes = np.empty((len(persons), 0), dtype=np.int64)
    size = len(codes)
    who = pd.factorize(pd.Series(list(persons), dtype=object))[0] if persons is not None else np.arange(size)
    if len(who) != size:
        raise StatisticsError(f"{size} rows and {len(who)} persons do not match")
    judged: npt.NDArray[np.bool_] = np.sum(codes >= 0, axis=1) >= max(least, 1)
    n = int(judged.sum())
    if not n:
        warning = FEW_ITEMS if size else NO_RESPONDENTS
        return DuplicateAnswers(0, size, 0, None, (None,) * size, warning)
    same = _alike(codes[judged])
    # A row without a person is one of its own.
    own = np.where(who[judged] < 0, -1 - np.arange(n), who[judged])
    several = pd.Series(own).groupby(same).transform("nunique").to_numpy() > 1
    flags = np.zeros(size, dtype=bool)
    flags[judged] = several
    count = int(several.sum())
    return DuplicateAnswers(n, size - n, count, count / n, _known(flags, judged))


def _alike(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A number for each row; the same for rows that are the same. One item after the other, so that none overflows."""
    same = np.zeros(len(codes), dtype=np.int64)
    for place in range(codes.shape[1]):
        both: npt.NDArray[np.int64] = same * (codes.max() + 2) + codes[:, place] + 1
        same = pd.factorize(both)[0].astype(np.int64)
    return same


ASKED = ("not_answered", "dont_know", "refused")
"""Why somebody who was asked gave no answer."""
UNASKED = ("not_applicable", "not_reached")
"""Why somebody was not asked: not on her path, or broken off before."""


@dataclass(frozen=True)
class ItemNonresponse:
    """Of `asked`, `missing` gave no answer, by reason; `unasked` counts who never came to the question."""

    asked: int
    missing: int
    rate: float | None
    reasons: Mapping[str, int]
    unasked: int
    warning: str = ""


def item_nonresponse(states: Mapping[str, int]) -> ItemNonresponse:
    """The share of those asked who gave no answer to a question; don't know and refused are no answer.

    Formula: rate = (not_answered + dont_know + refused) / (answered + not_answered + dont_know + refused). `states` are
    counts by these names; not_applicable and not_reached stand beside the rate, outside of it.
    Assumes: that the routing is right.
    Missing: an absent state counts 0; nobody asked: no rate, with a warning.
    Source: de Leeuw, Hox & Huisman 2003, Journal of Official Statistics 19(2), 153-176.
    Reference: by hand, from the definition.

    >>> found = item_nonresponse({"answered": 45, "not_answered": 2, "refused": 3, "not_applicable": 20})
    >>> found.rate, found.asked
    (0.1, 50)
    """
    for name, count in states.items():
        if name not in {"answered", *ASKED, *UNASKED}:
            raise StatisticsError(f"«{name}» is no state of an answer", mend=f"States: {', '.join(ASKED + UNASKED)}.")
        check_count(name, count)
    reasons = {name: states[name] for name in ASKED if states.get(name)}
    missing = sum(reasons.values())
    asked = missing + states.get("answered", 0)
    unasked = sum(states.get(name, 0) for name in UNASKED)
    rate = missing / asked if asked else None
    return ItemNonresponse(asked, missing, rate, reasons, unasked, "" if asked else NOT_ASKED)


@dataclass(frozen=True)
class PageBreakOff:
    """Of the `reached` interviews `left` ended here; `remaining` is the share of all that went on after this page."""

    page: str
    reached: int
    left: int
    share: float | None
    remaining: float | None


def break_off(left: Sequence[str | None], pages: Sequence[str]) -> tuple[PageBreakOff, ...]:
    """Where interviews were broken off, a line for each of the `pages` in order.

    `left` has for each interview that was begun the first page that was not sent, `None` where it was completed.

    Formula: reached_j = n − Σ_{i<j} left_i; share = left_j / reached_j (discrete hazard); remaining = Π_{i≤j} (1 −
    share_i). Who is routed round a page has reached it.
    Assumes: that an interview that stands still is broken off: while answers come in, some will go on.
    Missing: refusals are no break-off, leave them out. A page that nobody reached has no share.
    Source: Peytchev 2009, doi:10.1093/poq/nfp014.
    Reference: by hand, from the definition.

    >>> [f"{line.page} {line.left} of {line.reached}" for line in break_off([None, "b", "b", "c"], ["a", "b", "c"])]
    ['a 0 of 4', 'b 2 of 4', 'c 1 of 2']
    """
    unknown = sorted({page for page in left if page is not None} - set(pages))
    if unknown:
        raise StatisticsError(f"«{unknown[0]}» is none of the pages")
    lines: list[PageBreakOff] = []
    reached = total = len(left)
    for page in pages:
        count = sum(at == page for at in left)
        after = reached - count
        share, remaining = (count / reached if reached else None), (after / total if total else None)
        lines.append(PageBreakOff(page, reached, count, share, remaining))
        reached = after
    return tuple(lines)
