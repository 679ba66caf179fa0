"""The path through the pages, recomputed from the answers each time it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from evaltool.survey.expressions import Value, evaluate, holds, parse
from evaltool.survey.model import Page, Question, Survey

Ask: TypeAlias = Callable[[Question, Mapping[str, Value | None]], Value | None]
"""Gives the answer to a question; it is told everything known before it."""


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


def walk_path(survey: Survey, answers: Mapping[str, Value | None], attributes: Mapping[str, Value | None]) -> Path:
    """Walk the pages in order. An answer off the path counts as no answer; so do later ones once refused.

    So does one that no longer meets its constraint, since an answer that this names was changed after it.
    `answers` are values as `evaltool.survey.answers.reread` gives them, `attributes` the roster's.
    """
    return walk_asking(survey, lambda question, _known: answers.get(question.name), attributes)


def walk_asking(survey: Survey, ask: Ask, attributes: Mapping[str, Value | None]) -> Path:
    """Walk the pages as `walk_path` does, and ask for each answer when its turn comes."""
    known: dict[str, Value | None] = dict(attributes)
    steps: list[Step] = []
    for page in survey.pages:
        if not holds(page.relevant, known):
            continue
        step = Step(page, tuple(question for question in page.questions if holds(question.relevant, known)))
        if not step.questions:
            continue
        steps.append(step)
        _answer(step, ask, known)
        if survey.refusal and holds(survey.refusal, known):
            return Path(tuple(steps), refused=True, values=known)
    return Path(tuple(steps), refused=False, values=known)


def _answer(step: Step, ask: Ask, known: dict[str, Value | None]) -> None:
    """Put the answers of a page into what is known; a calculation reads the pages before it only."""
    before = dict(known)
    for question in step.questions:
        if question.type == "calculate":
            known[question.name] = evaluate(parse(question.calculation), before)
            continue
        value = ask(question, known)
        known[question.name] = value if meets_constraint(question, value, known) else None


def meets_constraint(question: Question, value: Value | None, known: Mapping[str, Value | None]) -> bool:
    """Whether the answer may stand beside what is known before it; having none always may."""
    return value is None or not question.constraint or holds(question.constraint, {**known, ".": value})
