"""What an analysis plan says: populations, indicators, comparisons."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from evaltool.survey.expressions import names, parse
from evaltool.survey.footing import Footing
from evaltool.survey.model import Attribute, Language, LocalText, Name, Part, SurveyName

CODES = "~codes"  # what follows the name of an indicator whose answers can be put together less far than its share
RESERVED = frozenset({"response", "disposition", "courses"})


class Population(Part):
    """Who is reported on: one population for each value of the roster column `column`.

    `eligible` (roster columns only) says which courses should be answered for; `status` names the roster column
    whose codes are counted over all courses.
    """

    survey: SurveyName
    column: Name
    eligible: str = ""
    status: Name | None = None
    units: LocalText
    respondents: LocalText


class Paired(Part):
    """The same question asked in the survey `start` and in the population's survey."""

    start: SurveyName
    variable: Name


class Indicator(Part):
    """A share by `rule`, by `variable` and its `counted` codes, or a `paired` change.

    `answered` are the questions that must have a substantive answer (default: those the rule or variable names);
    `base` narrows further who is counted; that of a paired change must hold in both surveys.
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
    survey: SurveyName | None = None


class Panel(Part):
    """Surveys that ask the same courses one after the other, by the name of the wave, first to last."""

    waves: dict[Name, SurveyName] = Field(min_length=2)


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
