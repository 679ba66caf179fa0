"""Rows about the quality of the data, by population and version of a survey, and the days until the answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from evaltool.plan import Plan
from evaltool.results import Estimate
from evaltool.stats.counting import POPULATION, Group, by_column, state_column
from evaltool.stats.days import NO_DAYS, days_between
from evaltool.stats.quality import (
    ASKED,
    COARSE,
    FEW_ITEMS,
    NO_BATTERY,
    NO_COMPLETE,
    break_off,
    item_nonresponse,
    speeding,
)
from evaltool.stats.quality_frame import Checked, check_interviews
from evaltool.stats.rows import FEW_ANSWERS, NO_ANSWERS, respondents, told
from evaltool.stats.units import DISPOSITION, Answers, Units, interviews
from evaltool.text import say

QUALITY, DAYS = "quality", "days_to_answer"
SURVEY = "survey"
_HELPER = "helper"

NOBODY_BEGAN = "nobody began"
NO_COLUMN = "the dataset has no column for it: clean again"
NO_PAGES = "the codebook names no pages: clean again"
NO_END = "the roster has no date of the end"
HELP_NOT_ASKED = "nobody was asked whether somebody helped"

HALF_MEDIAN = "less than half the median seconds a question; over an hour not judged"
ALIKE = "the same answer to every item, all items answered"
ALIKE_ALL = "the same answer in every battery that was answered whole"
SAME_ANSWERS = "same answers to all closed questions as another person; at least 10 answers"
STOPPED = "first page not sent"
MISSING_OF_ASKED = "no answer, don't know or refused, of those asked"
CALENDAR = "days of the calendar (UTC) until sent, else opened; quartiles of type 7"


def quality_rows(plan: Plan, answers: Sequence[Answers], roster: pd.DataFrame, units: Units) -> list[Estimate]:
    """The quality of every version in every population that was to answer it, then the days to the answer.

    Flags compare an interview with all others of its version, and delete nothing. Days are given if the plan names the
    roster's date of the end.
    """
    eligible = units.table[units.table[state_column(DISPOSITION)].notna()]
    ordered = sorted(answers, key=lambda item: (item.name, item.version))
    found = [row for item in ordered for row in _by_population(plan, item, eligible)]
    return [*found, *_days_rows(plan, answers, eligible, roster)]


def _by_population(plan: Plan, item: Answers, eligible: pd.DataFrame) -> Iterator[Estimate]:
    checked = check_interviews(item, item.book)
    concerned = {*checked.facts["unit"], *item.dispositions["unit"]}
    for population, members in eligible[eligible["unit"].isin(concerned)].groupby(POPULATION):
        mask = checked.facts["unit"].isin(members["unit"])
        yield from version_rows(checked, mask, population=str(population), few=plan.few, language=plan.language)


def version_rows(
    checked: Checked, mask: "pd.Series[bool]", *, population: str, few: int, language: str
) -> list[Estimate]:
    """The rows of those interviews of a version that are in `mask`."""
    base = say("interviews of {survey}", language, survey=checked.survey)
    facts = checked.facts[mask]
    part = _Part(checked, population, few, base, facts, facts[facts["interview"]])
    begun = say("interviews of {survey} that were begun and not refused", language, survey=checked.survey)
    return [*part.people(), *part.flags(), *part.left(begun), *part.missing(), *part.others()]


@dataclass(frozen=True, eq=False)
class _Part:
    """The interviews of one version in one population; `given` are those that have answers."""

    checked: Checked
    population: str
    few: int
    base: str
    facts: pd.DataFrame
    given: pd.DataFrame

    def row(self, statistic: str, n: int, **values: Any) -> Estimate:
        known: dict[str, Any] = {"by": SURVEY, "level": self.checked.survey, "base": self.base, **values}
        warning = values.get("warning") or (NO_ANSWERS if n == 0 else FEW_ANSWERS if n < self.few else "")
        known |= {"n": n, "status": "exploratory", "warning": warning}
        return Estimate(indicator=QUALITY, population=self.population, statistic=statistic, **known)

    def share(self, statistic: str, count: int, n: int, **values: Any) -> Estimate:
        lacking = n == 0 or bool(values.get("warning"))
        known: dict[str, Any] = {} if lacking else {"estimate": count / n, "count": count}
        return self.row(statistic, n, **known, **values)

    def flagged(self, statistic: str, name: str, rows: pd.DataFrame, **values: Any) -> Estimate:
        """The share of those judged whose flag is set."""
        flags = rows[name].dropna()
        return self.share(statistic, int(flags.sum()), len(flags), **values)

    def people(self) -> Iterator[Estimate]:
        n = len(self.given)
        yield self.row("interviews", n, estimate=float(n), count=n)
        for name in ("language", "mode"):
            for code, count in self.given[name].value_counts().sort_index().items():
                yield self.share(f"{name}[{code}]", int(count), n)
        if "mode" in self.checked.absent:
            yield self.row("mode", n, warning=self._without("mode"))
        yield self._helped("helped", self.given)
        if self._asks_of_help():
            for language, rows in self.given.groupby("language"):
                yield self._helped(f"helped[{language}]", rows)

    def _asks_of_help(self) -> bool:
        asked = any(item.role == _HELPER for item in self.checked.items)
        return asked or bool(self.checked.facts["helped"].notna().any())

    def _helped(self, statistic: str, rows: pd.DataFrame) -> Estimate:
        unknown = int(rows["helped"].isna().sum())
        lacking = NO_COLUMN if "helped" in self.checked.absent else "" if self._asks_of_help() else HELP_NOT_ASKED
        lacking = lacking if len(rows) else ""
        missing = {"unknown": unknown} if unknown else {}
        return self.flagged(statistic, "helped", rows, missing=told(missing), warning=lacking)

    def flags(self) -> Iterator[Estimate]:
        yield self._minutes()
        seconds, questions = self.given["seconds"].tolist(), self.given["questions"].tolist()
        left_out = told(speeding(seconds, questions=questions).left_out)
        warning = self._without("opened_at", "completed_at") or (self.checked.speed.warning if len(self.given) else "")
        yield self.flagged("speeding", "fast", self.given, missing=left_out, method=HALF_MEDIAN, warning=warning)
        yield from self._straight()
        few = self.given["duplicate"].isna().sum()
        missing = told({"few_answers": int(few)} if few else {})
        none_judged = len(self.given) and few == len(self.given)
        warning = self._without("person") or (FEW_ITEMS if none_judged else "")
        yield self.flagged("duplicates", "duplicate", self.given, missing=missing, method=SAME_ANSWERS, warning=warning)

    def _without(self, *columns: str) -> str:
        return NO_COLUMN if self.checked.absent.intersection(columns) and len(self.given) else ""

    def _minutes(self) -> Estimate:
        """The median over interviews of one sitting."""
        found = speeding(self.given["seconds"].tolist())
        minutes = None if found.median is None else found.median / 60
        told_too = minutes is None or found.warning == COARSE
        warning = self._without("opened_at", "completed_at") or (found.warning if told_too and len(self.given) else "")
        return self.row(
            "minutes", found.n, estimate=minutes, missing=told(found.left_out), method="median", warning=warning
        )

    def _straight(self) -> Iterator[Estimate]:
        names = self.checked.batteries
        lacking = "" if names else NO_BATTERY if self.checked.pages else NO_PAGES
        yield self._alike("straight_lining", "straight", ALIKE_ALL, lacking)
        for name in names:
            yield self._alike(f"straight_lining[{name}]", name, ALIKE, "")

    def _alike(self, statistic: str, name: str, method: str, lacking: str) -> Estimate:
        incomplete = int(self.given[name].isna().sum())
        if not lacking and len(self.given) and incomplete == len(self.given):
            lacking = NO_COMPLETE
        missing = told({"incomplete": incomplete} if incomplete else {})
        return self.flagged(statistic, name, self.given, missing=missing, method=method, warning=lacking)

    def left(self, base: str) -> Iterator[Estimate]:
        begun = self.facts[self.facts["begun"]]
        at = [None if pd.isna(page) else str(page) for page in begun["left"]]
        known: dict[str, Any] = {"base": base, "method": STOPPED}
        lacking = "" if self.checked.pages else NO_PAGES
        lacking = (self._without("missing") or lacking) if len(begun) else NOBODY_BEGAN
        stopped = sum(page is not None for page in at)
        yield self.share("break_off", stopped, len(begun), warning=lacking, **known)
        for line in break_off(at, self.checked.pages):
            warning = self._without("missing") if line.reached else NOBODY_BEGAN
            yield self.share(f"break_off[{line.page}]", line.left, line.reached, warning=warning, **known)

    def missing(self) -> Iterator[Estimate]:
        states = self.checked.states.loc[self.given.index]
        tallies = {item.name: _tally(states[item.name]) for item in self.checked.items}
        total = {name: sum(states.get(name, 0) for states in tallies.values()) for name in ("answered", *ASKED)}
        yield self._nonresponse("item_nonresponse", total)
        for name, states in tallies.items():
            yield self._nonresponse(f"item_nonresponse[{name}]", states)

    def _nonresponse(self, statistic: str, states: Mapping[str, int]) -> Estimate:
        found = item_nonresponse(states)
        known: dict[str, Any] = {"missing": told(found.reasons), "method": MISSING_OF_ASKED}
        warning = found.warning if len(self.given) else ""
        return self.share(statistic, found.missing, found.asked, warning=warning, **known)

    def others(self) -> Iterator[Estimate]:
        for item in self.checked.items:
            if item.other in self.checked.frame:
                answered = int((self.checked.states.loc[self.given.index, item.name] == "answered").sum())
                texts = self.checked.frame.loc[self.given.index, item.other]
                yield self.share(f"other[{item.name}]", int(has_text(texts).sum()), answered)


def _tally(states: "pd.Series[Any]") -> dict[str, int]:
    return {str(name): int(count) for name, count in states.value_counts().items()}


def has_text(texts: "pd.Series[Any]") -> "pd.Series[bool]":
    return texts.astype("string").fillna("").str.strip() != ""


def _days_rows(
    plan: Plan, answers: Sequence[Answers], eligible: pd.DataFrame, roster: pd.DataFrame
) -> Iterator[Estimate]:
    if plan.population.ended is None:
        return
    times = {"completed_at", "opened_at"}
    rows = interviews(plan.population.survey, times, answers, eligible[["unit"]])
    rows = rows.assign(**{name: pd.to_datetime(_moments(rows, name), utc=True) for name in times})
    ended = roster.set_index("unit").reindex(rows["unit"]).get(plan.population.ended)
    table = eligible.reset_index(drop=True).assign(
        answered=rows["completed_at"].fillna(rows["opened_at"]).to_numpy(),
        ended=None if ended is None else ended.to_numpy(),
        interviewed=rows["_interviewed"].to_numpy(),
    )
    lacking = NO_END if ended is None else "" if times & set(_columns(plan, answers)) else NO_COLUMN
    for population, members in table.groupby(POPULATION):
        yield from _days(plan, Group(str(population)), members, lacking)
        for name in plan.breakdowns:
            for level, part in members.groupby(by_column(name)):
                yield from _days(plan, Group(str(population), name, str(level)), part, lacking)


def _columns(plan: Plan, answers: Sequence[Answers]) -> list[str]:
    return [str(name) for item in answers if item.name == plan.population.survey for name in item.frame]


def _moments(rows: pd.DataFrame, name: str) -> "pd.Series[Any]":
    return rows[name] if name in rows else pd.Series(pd.NaT, index=rows.index)


def _days(plan: Plan, group: Group, members: pd.DataFrame, lacking: str) -> Iterator[Estimate]:
    given = members[members["interviewed"].astype(bool)]
    found = days_between(given["ended"].tolist(), given["answered"].tolist())
    few = FEW_ANSWERS if 0 < found.n < plan.few else ""
    none = (lacking or NO_DAYS) if len(given) else NO_ANSWERS
    warning = "; ".join(text for text in (few, found.warning) if text) if found.n else none
    known: dict[str, Any] = {**asdict(group), "base": respondents(plan, None), "n": found.n, "warning": warning}
    known |= {"missing": told(found.left_out), "method": CALENDAR}
    for statistic, days in (("median", found.median), ("q1", found.q1), ("q3", found.q3)):
        yield Estimate(indicator=DAYS, statistic=statistic, estimate=days, **known)
