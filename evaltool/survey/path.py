"""The path through the pages, recomputed from the answers each time it is asked for."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from evaltool.survey.expressions import Value, evaluate, holds, parse
from evaltool.survey.model import Page, Question, Survey


@dataclass(frozen=True)
class Step:
    """One page on the path with the questions that are asked on it."""

    page: Page
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Path:
    """The pages that these answers lead through. `refused`: the answers so far end the interview."""

    steps: tuple[Step, ...]
    refused: bool
    values: Mapping[str, Value | None]

    @property
    def asked(self) -> frozenset[str]:
        """Names of the questions on the path."""
        return frozenset(question.name for step in self.steps for question in step.questions)

    def next_step(self, saved: Container[str]) -> Step | None:
        """The first page on the path that is not saved; `None` when nothing is left to ask."""
        return next((step for step in self.steps if step.page.name not in saved), None)


def walk_path(survey: Survey, answers: Mapping[str, Value | None], attributes: Mapping[str, Value | None]) -> Path:
    """Walk the pages in order. An answer off the path counts as no answer; so do later ones once refused.

    `answers` are values as `evaltool.survey.answers.read` gives them, `attributes` the roster's.
    """
    known: dict[str, Value | None] = dict(attributes)
    steps: list[Step] = []
    for page in survey.pages:
        if not holds(page.relevant, known):
            continue
        step = Step(page, tuple(question for question in page.questions if holds(question.relevant, known)))
        if not step.questions:
            continue
        steps.append(step)
        known |= {question.name: _value(question, answers, known) for question in step.questions}
        if survey.refusal and holds(survey.refusal, known):
            return Path(tuple(steps), refused=True, values=known)
    return Path(tuple(steps), refused=False, values=known)


def _value(question: Question, answers: Mapping[str, Value | None], known: Mapping[str, Value | None]) -> Value | None:
    if question.type == "calculate":
        return evaluate(parse(question.calculation), known)
    return answers.get(question.name)
