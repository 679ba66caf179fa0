"""What an analysis plan says: populations, indicators, comparisons."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from evaltool.survey.expressions import names, parse
from evaltool.survey.footing import Footing
from evaltool.survey.model import Attribute, Language, LocalText, Name, Part, SurveyName

CODES = "~codes"  # what follows the name of an indicator whose answers can be put together less far than its share
RESERVED = frozenset({"response", "disposition", "courses", "flow", "quality", "days_to_answer"})
TAKEN = frozenset({"target", "pooled"})  # what rows that are no comparison have in the column of its name
FamilyMethod = Literal["holm", "benjamini_hochberg"]


class Population(Part):
    """Who is reported on: one population for each value of the roster column `column`.

    `eligible` (roster columns only) says which courses should be answered for; `status` names the roster column
    whose codes are counted over all courses, `ended` the one with the date from which days to the answer are counted.
    """

    survey: SurveyName
    column: Name
    eligible: str = ""
    status: Name | None = None
    ended: Name | None = None
    units: LocalText
    respondents: LocalText


class Paired(Part):
    """The same question asked in the survey `start` and in the population's survey."""

    start: SurveyName
    variable: Name


class Recorded(Part):
    """What the coordinators recorded on the roster of the same outcome: `counted` codes of the roster `column`."""

    column: Name
    counted: tuple[Name, ...] = Field(min_length=1)


class Indicator(Part):
    """A share by `rule`, by `variable` and its `counted` codes, or a `paired` change.

    `answered` are the questions that must have a substantive answer (default: those the rule or variable names);
    `base` narrows further who is counted; that of a paired change must hold in both surveys. `recorded` is the same
    outcome as the roster has it, as a check on who answered.
    """

    label: LocalText
    rule: str = ""
    answered: tuple[Name, ...] = ()
    variable: Name | None = None
    counted: tuple[Name, ...] = ()
    paired: Paired | None = None
    base: str = ""
    base_label: LocalText = Field(default_factory=dict)
    target: float | None = Field(default=None, gt=0, lt=1)
    recorded: Recorded | None = None
    survey: SurveyName | None = None


class Panel(Part):
    """Surveys that ask the same courses one after the other, by the name of the wave, first to last."""

    waves: dict[Name, SurveyName] = Field(min_length=2)


class Level(Part):
    """One level of a grouping: days `below` a limit, or the `codes` that it joins."""

    label: LocalText
    below: int | None = Field(default=None, gt=0)
    codes: tuple[Name, ...] = ()


class Days(Part):
    """The days between two dates of the roster."""

    start: Name
    end: Name


class Grouping(Part):
    """A grouping that is no roster column as it stands: bands of `days`, or joined codes of a `column` or an `answer`.

    The levels of `days` are bands: the first whose limit lies above the number; the last has none. An `answer` may go
    without levels: then they are the codes of the question.
    """

    label: LocalText
    days: Days | None = None
    column: Name | None = None
    answer: Name | None = None
    levels: dict[Name, Level] = Field(default_factory=dict[str, Level])


class Weights(Part):
    """Raking of those who answered to the roster's `margins`, population by population.

    Categories with fewer than `smallest` respondents are joined first; no weight is above `trim` times the mean.
    """

    margins: tuple[Name, ...] = Field(min_length=1)
    smallest: int = Field(default=5, ge=1)
    trim: float | None = Field(default=None, gt=1)


class Compared(Part):
    """Indicators compared between the levels of a grouping, or between the populations (`by` their column).

    Differences are told against the `reference` level (default: the first; of populations the one before), raw,
    weighted, and with the case mix in `covariates` made equal. The tests belong to a `family`.
    """

    by: Name
    indicators: tuple[Name, ...] = Field(min_length=1)
    covariates: tuple[Name, ...] = ()
    reference: str | None = None
    family: Name | None = None
    status: Literal["planned", "exploratory"] = "planned"


class Scale(Part):
    """Questions with one scale of answers that are to measure the same."""

    label: LocalText
    survey: SurveyName | None = None
    items: tuple[Name, ...] = Field(min_length=3)


class Variable(Part):
    """A select_one question as the plan sees it: its substantive codes over all versions, in order."""

    codes: tuple[str, ...]
    scale: Literal["ascending", "descending"] | None = None


class PlanFile(Part):
    """The plan as it is written. `pooled` indicators are also counted over all populations together."""

    format: Literal[1]
    language: Language
    population: Population
    breakdowns: tuple[Name, ...] = ()
    headline: Name | None = None
    few: int = Field(default=10, ge=1)
    indicators: dict[Name, Indicator] = Field(min_length=1)
    distributions: tuple[Name, ...] = ()
    pooled: tuple[Name, ...] = ()
    panel: Panel | None = None
    groups: dict[Name, Grouping] = Field(default_factory=dict[str, Grouping])
    weights: Weights | None = None
    representativeness: tuple[Name, ...] = ()
    comparisons: dict[Name, Compared] = Field(default_factory=dict[str, Compared])
    families: dict[Name, FamilyMethod] = Field(default_factory=dict[str, FamilyMethod])
    scales: dict[Name, Scale] = Field(default_factory=dict[str, Scale])

    @field_validator("indicators", mode="after")
    @classmethod
    def _resolve(cls, indicators: dict[str, Indicator], info: ValidationInfo) -> dict[str, Indicator]:
        """Write out the defaults that follow from other parts of the plan."""
        population = info.data.get("population")
        survey = population.survey if isinstance(population, Population) else None
        return {
            name: indicator.model_copy(update={"survey": indicator.survey or survey})
            for name, indicator in indicators.items()
        }


class Plan(PlanFile):
    """A plan that was checked against the surveys and the roster; it carries what statistics need of them."""

    variables: dict[SurveyName, dict[Name, Variable]]
    attributes: dict[Name, Attribute]
    footings: dict[str, Footing] = Field(default_factory=dict)

    def footing(self, name: str) -> Footing:
        """Which versions of its survey the share of an indicator, or a distribution, can put together."""
        return self.footings.get(name, Footing())

    @property
    def groupings(self) -> tuple[str, ...]:
        """Everything that is counted by: breakdowns, then what the comparisons compare but populations."""
        compared = (item.by for item in self.comparisons.values() if item.by != self.population.column)
        return tuple(dict.fromkeys((*self.breakdowns, *compared)))

    @property
    def grouped(self) -> tuple[str, ...]:
        """Every grouping that the plan names, in whatever place."""
        names = [*self.groupings, *self.representativeness, *(self.weights.margins if self.weights else ())]
        names += [name for compared in self.comparisons.values() for name in compared.covariates]
        return tuple(dict.fromkeys(names))

    def levels(self, grouping: str) -> tuple[str, ...]:
        """The levels of a roster column or a grouping, in order."""
        group = self.groups.get(grouping)
        if group is None:
            return tuple(self.attributes[grouping].choices)
        return tuple(group.levels) or self.variable(self.population.survey, group.answer or "").codes

    def level_labels(self, grouping: str) -> Mapping[str, LocalText]:
        """The levels in words, as far as the plan and the roster have them."""
        group = self.groups.get(grouping)
        if group is None:
            return {code: choice.label for code, choice in self.attributes[grouping].choices.items()}
        return {code: level.label for code, level in group.levels.items()}

    def by_answers(self, grouping: str) -> bool:
        """Whether only those who answered have a level."""
        return grouping in self.groups and self.groups[grouping].answer is not None

    def variable(self, survey: str, name: str) -> Variable:
        return self.variables[survey][name]

    def names_in(self, expression: str) -> list[str]:
        """What the expression names; nothing if it is empty."""
        return names(parse(expression)) if expression else []

    def answers_in(self, expression: str) -> list[str]:
        """The questions, not roster columns, that the expression names."""
        return [name for name in self.names_in(expression) if name not in self.attributes]

    def answered(self, indicator: Indicator) -> list[str]:
        """Questions that must have a substantive answer for a unit to count in the share."""
        variable = indicator.paired.variable if indicator.paired else indicator.variable
        if variable:
            return list(dict.fromkeys([*indicator.answered, variable]))
        return list(indicator.answered) or self.answers_in(indicator.rule)
