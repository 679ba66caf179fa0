"""The codebook: what each variable of a dataset means, in every language of the survey."""

from dataclasses import dataclass, field
from typing import Any

from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.model import Page, Question, Survey
from evaltool.survey.types import QUESTION_TYPES
from evaltool.text import Text


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One variable. `universe` is the routing that decides who was asked ("" for everybody), `page` where it stands.

    Nobody is asked what is `derived`: it is calculated from other variables.
    """

    name: str
    question: str
    label: Text
    kind: str
    categories: dict[str, Text] = field(default_factory=dict[str, Text])
    missing: dict[str, str] = field(default_factory=dict[str, str])
    scale: str | None = None
    universe: str = ""
    role: str | None = None
    page: str = ""
    derived: bool = False


def codebook(survey: Survey) -> list[Variable]:
    """The variables of the survey in order; a multiple choice has one for each code, an open choice its text."""
    return [variable for page in survey.pages for question in page.questions for variable in _variables(page, question)]


def _variables(page: Page, question: Question) -> list[Variable]:
    kind = QUESTION_TYPES[question.type].kind
    universe = " and ".join(f"({text})" for text in (page.relevant, question.relevant) if text)
    shared: dict[str, Any] = {"question": question.name, "universe": universe, "role": question.role}
    shared |= {"page": page.name, "derived": question.type == "calculate"}
    missing = {code: choice.missing for code, choice in question.choices.items() if choice.missing}
    found: list[Variable] = []
    if kind == "set":
        for code in question.substantive:
            label = {
                code_: f"{text}: {question.choices[code].label.get(code_, '')}"
                for code_, text in question.label.items()
            }
            found.append(
                Variable(name=f"{question.name}__{code}", label=label, kind="boolean", missing=missing, **shared)
            )
    elif kind != "none":
        categories: dict[str, Text] = {code: question.choices[code].label for code in question.substantive}
        found.append(
            Variable(
                name=question.name,
                label=question.label,
                kind=kind,
                categories=categories,
                missing=missing,
                scale=question.scale,
                **shared,
            )
        )
    if question.other_choice:
        label = question.choices[question.other_choice].label
        found.append(Variable(name=f"{question.name}{OTHER_SUFFIX}", label=label, kind="text", **shared))
    return found
