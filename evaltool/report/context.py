"""What a report is told beside the rows: labels, targets, dates and the passport of the data. Plain values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from evaltool.report.file_names import file_name, told_apart
from evaltool.text import Text, pick, say

_NO_TEXTS: Mapping[str, Text] = {}
HASH_SIGNS = 12
"""So many of the 64 signs of a hash are shown: enough to tell any two files apart."""


@dataclass(frozen=True, kw_only=True)
class IndicatorFacts:
    """An indicator in words. `options` are the codes of `share[code]` or `count[code]` rows, in their order.

    `themes` are those of an open question, the codes of its `theme[code]` rows.
    `base` says who is counted; empty means those who answered. `within` are conditions in words: only those for whom
    all of them hold are compared between populations. `survey` is the one that asks it, where that is not the
    population's own. `definition_hash` goes into the Word file's map.
    """

    label: Text
    base: Text = field(default_factory=dict[str, str])
    within: tuple[Text, ...] = ()
    target: float | None = None
    survey: str = ""
    definition_hash: str = ""
    options: Mapping[str, Text] = field(default_factory=lambda: _NO_TEXTS)
    themes: Mapping[str, Text] = field(default_factory=lambda: _NO_TEXTS)


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """A breakdown in words; `levels` in the order of the roster, which is never a ranking."""

    label: Text
    levels: Mapping[str, Text]


@dataclass(frozen=True, kw_only=True)
class ComparisonFacts:
    """A comparison of the plan: the levels of `by` in order, each told against `reference`.

    `across` compares the populations themselves, each with the one before it where there is no reference.
    """

    by: str
    indicators: tuple[str, ...]
    levels: tuple[str, ...] = ()
    reference: str = ""
    covariates: tuple[str, ...] = ()
    across: bool = False


@dataclass(frozen=True, kw_only=True)
class ReleaseFacts:
    """A release whose answers are in the report; `survey` is for instance `course-end@1`.

    `released_at` is a time as ISO 8601 writes it, `dataset` the hash of its answers as they were counted, `ledger` that
    of the last line of their archive's ledger.
    """

    survey: str
    structure_hash: str
    released_at: str
    answers: int = 0
    dataset: str = ""
    ledger: str = ""


@dataclass(frozen=True, kw_only=True)
class QuestionFacts:
    """A question as it was shown, for the appendix."""

    survey: str
    name: str
    label: Text
    choices: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class QuoteFacts:
    """A quotation: the words to print by language of the report, and the themes of the question `indicator`.

    `language` is the one that it was written in; empty where so few wrote in it that it would say who she is.
    """

    indicator: str
    themes: tuple[str, ...]
    words: Text
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportContext:
    """Everything a report needs beside the rows.

    `population` is the one reported, `populations` all that stand side by side (in order): how they compare is told
    by the rows. `group` is the breakdown and level that a local page is about; a report on everybody has none.
    `breakdowns` are all groupings of the plan; `weighted_by` and `roster` name those that answers are weighted by, and
    those that say whether who answered is like the roster. `wordings` are the pages and questions of each version of a
    survey; `reasons` are those of verdicts by the text that rows have. `passport` is printed line by line in the
    appendix (label and value, each {"en": …, "da": …}).
    """

    language: str
    population: str
    made_on: date
    units: Text
    respondents: Text
    headline: str
    indicators: Mapping[str, IndicatorFacts]
    breakdowns: Mapping[str, Breakdown]
    populations: tuple[str, ...] = ()
    group: tuple[str, str] = ("", "")
    comparisons: Mapping[str, ComparisonFacts] = field(default_factory=dict[str, ComparisonFacts])
    weighted_by: tuple[str, ...] = ()
    roster: tuple[str, ...] = ()
    wordings: Mapping[str, Mapping[str, Text]] = field(default_factory=dict[str, Mapping[str, Text]])
    reasons: Mapping[str, Text] = field(default_factory=dict[str, Text])
    few: int = 10
    plan_hash: str = ""
    package_version: str = ""
    releases: tuple[ReleaseFacts, ...] = ()
    questions: tuple[QuestionFacts, ...] = ()
    quotes: tuple[QuoteFacts, ...] = ()
    passport: tuple[tuple[Text, Text], ...] = ()
    synthetic: bool = False
    altered: bool = False

    @property
    def group_name(self) -> str:
        """The group of a local page in words; empty for everybody."""
        return self._level_name(self.group[1])

    @property
    def group_in_file(self) -> str:
        """The group's name as a file name that no other level of its breakdown has."""
        names = told_apart(file_name(self._level_name(level)) for level in self._levels)
        return dict(zip(self._levels, names, strict=True)).get(self.group[1], "")

    @property
    def _levels(self) -> Mapping[str, Text]:
        return self.breakdowns[self.group[0]].levels if self.group[0] else _NO_TEXTS

    def _level_name(self, level: str) -> str:
        return pick(self._levels[level], self.language) if level in self._levels else level

    @property
    def marks(self) -> tuple[str, ...]:
        """What every page, chart and file name must say about the data."""
        made_up = (say("MADE-UP DATA", self.language),) if self.synthetic else ()
        altered = (say("ALTERED ARCHIVE", self.language),) if self.altered else ()
        return made_up + altered

    @property
    def file_marks(self) -> str:
        """The marks as a file's name ends with them."""
        return "".join(f"-{mark.replace(' ', '-')}" for mark in self.marks)
