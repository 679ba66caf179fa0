"""Made-up interviews from a definition: every answer depends only on seed, unit and question.

So one answer can be fixed afterwards and all others stay as they were, whatever the path then is; only an
answer whose constraint names the fixed one may follow it.
"""

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evaltool.survey.answers import read, reread
from evaltool.survey.expressions import Value, holds, names, parse
from evaltool.survey.model import Question, Survey
from evaltool.survey.path import walk_asking
from evaltool.survey.types import QUESTION_TYPES

Weights = Mapping[str, Mapping[str, float]]
"""By question: how often each code is drawn, in proportion."""
Known = Mapping[str, Value | None]


@dataclass(frozen=True)
class Habits:
    """How one made-up respondent answers. `silent` is the chance of leaving a question blank.

    `texts` are what she may write in answer to an open question.
    """

    seed: str
    weights: Weights = field(default_factory=dict[str, Mapping[str, float]])
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    fixed: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    silent: float = 0.0
    refuses: bool = False


def simulate(survey: Survey, attributes: Known, habits: Habits) -> dict[str, Sequence[str]]:
    """Written answers to every question on the path, in order; a question left blank has no strings."""
    agreement = _agreement(survey, attributes, refuses=habits.refuses)
    written: dict[str, Sequence[str]] = {}

    def ask(question: Question, known: Known) -> Value | None:
        if not QUESTION_TYPES[question.type].asks:
            return None
        written[question.name] = agreement.get(question.name) or _draw(question, habits, known)
        return reread(question, list(written[question.name])).value

    walk_asking(survey, ask, attributes)
    return written


def _draw(question: Question, habits: Habits, known: Known) -> Sequence[str]:
    """A made-up answer to one question."""
    if question.name in habits.fixed:
        return habits.fixed[question.name]
    chance = random.Random(f"{habits.seed}/{question.name}")
    if not question.required and chance.random() < habits.silent:
        return _silence(question, chance)
    if habits.texts.get(question.name):
        return [chance.choice(habits.texts[question.name])]
    return _answer(question, habits.weights.get(question.name, {}), chance, known)


def _silence(question: Question, chance: random.Random) -> Sequence[str]:
    """Left blank, or one of the choices that mean "no answer"."""
    return chance.choice([[], *([code] for code in question.choices if question.choices[code].missing)])


def _answer(question: Question, weights: Mapping[str, float], chance: random.Random, known: Known) -> Sequence[str]:
    if weights and question.type == "select_one":
        codes = [code for code in question.substantive if code in weights]
        return chance.choices(codes, [weights[code] for code in codes])
    kind = QUESTION_TYPES[question.type]
    for _ in range(1000):
        written = kind.draw(question, chance)
        if not read(question, written, known).fault:
            return written
    return []  # a constraint that chance does not meet: left blank


def _agreement(survey: Survey, attributes: Known, *, refuses: bool) -> dict[str, Sequence[str]]:
    """Answers to the questions that `refusal` reads, so that it holds exactly for who refuses."""
    if not survey.refusal:
        return {}
    questions = [survey.by_name[name] for name in names(parse(survey.refusal)) if name in survey.by_name]
    for codes in itertools.product(*(question.substantive for question in questions)):
        answers = {question.name: code for question, code in zip(questions, codes, strict=True)}
        if holds(survey.refusal, {**attributes, **answers}) == refuses:
            return {name: [code] for name, code in answers.items()}
    return {}
