"""How long it takes to answer a survey in each language: reading speed × words, and seconds for each answer."""

from collections.abc import Iterator, Mapping

from evaltool.survey.model import Question, Survey
from evaltool.survey.types import QUESTION_TYPES
from evaltool.text import Text, pick

WORDS_PER_MINUTE: Mapping[str, int] = {
    "ar": 138,
    "en": 228,
    "sv": 199,
    "tr": 166,
    "ru": 184,
    "da": 199,
    "uk": 184,
    "fa": 138,
}
"""Adults who read aloud in their first language.

Source: Trauzettel-Klosinski & Dietz 2012 (IReST), doi:10.1167/iovs.11-8284. Languages that it does not have take the
nearest one that it has: Danish Swedish, Ukrainian Russian, Persian Arabic; all others its mean.
"""
MEAN_WORDS_PER_MINUTE = 184
SECONDS: Mapping[str, int] = {"category": 4, "set": 8, "integer": 8, "decimal": 8, "date": 12, "text": 40}
"""To decide and to tap, by kind of answer, beside reading: the house's assumption, to be replaced by paradata."""


def expected_minutes(survey: Survey, language: str) -> float:
    """Minutes for who is asked everything; messages after a fault are not read."""
    questions = [question for question in survey.questions if question.type != "calculate"]
    shown = [text for page in survey.pages for text in (page.title,)]
    shown += [text for question in questions for text in _read(question)]
    words = sum(len(pick(text, language).split()) for text in shown)
    seconds = sum(SECONDS.get(QUESTION_TYPES[question.type].kind, 0) for question in questions)
    return words / WORDS_PER_MINUTE.get(language, MEAN_WORDS_PER_MINUTE) + seconds / 60


def _read(question: Question) -> Iterator[Text]:
    yield from (question.label, question.hint)
    yield from (choice.label for choice in question.choices.values())
