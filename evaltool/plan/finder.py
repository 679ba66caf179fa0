"""Where names of a plan are looked up, and how what is wrong there is told."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from evaltool.errors import Fault
from evaltool.plan.model import PlanFile
from evaltool.survey.model import Choice, Question, Roster, Survey
from evaltool.yamlfile import YamlFile, nearest

Location: TypeAlias = tuple[str | int, ...]


def versions_of(surveys: Mapping[str, Survey], name: str) -> list[Survey]:
    """All versions of a survey, the latest first."""
    return sorted((survey for survey in surveys.values() if survey.survey == name), key=lambda survey: -survey.version)


def questions_of(surveys: Mapping[str, Survey], name: str) -> dict[str, Question]:
    """Questions of all versions of a survey; their choices are those of the latest and what only earlier ones had."""
    found: dict[str, Question] = {}
    for question in (question for version in versions_of(surveys, name) for question in version.questions):
        known = found.get(question.name, question)
        found[question.name] = known.model_copy(update={"choices": _merged(known.choices, question.choices)})
    return found


def _merged(later: Mapping[str, Choice], earlier: Mapping[str, Choice]) -> dict[str, Choice]:
    """The later choices; one that only the earlier had stands after the one it stood after."""
    order = list(later)
    place = 0
    for code in earlier:
        if code not in later:
            order.insert(place, code)
        place = order.index(code) + 1
    return {code: later.get(code) or earlier[code] for code in order}


class Finder:
    """The names that a plan may use, and the faults of those that it may not."""

    def __init__(self, plan: PlanFile, surveys: Mapping[str, Survey], roster: Roster, file: YamlFile):
        self._plan = plan
        self._surveys = surveys
        self._names = sorted({survey.survey for survey in surveys.values()})
        self._questions = {name: questions_of(surveys, name) for name in self._names}
        self._attributes = roster.attributes
        self._file = file

    def _fault(self, code: str, message: str, place: Location, mend: str = "") -> Fault:
        return Fault(code, message, self._file.where(place), mend)

    def _unknown(self, what: str, name: str, known: Sequence[str], place: Location) -> Iterator[Fault]:
        if name not in known:
            yield self._fault(f"unknown-{what}", f"no {what} is called «{name}»", place, nearest(name, known))

    def _survey(self, name: str, place: Location) -> Iterator[Fault]:
        return self._unknown("survey", name, self._names, place)

    def _column(self, name: str, place: Location) -> Iterator[Fault]:
        return self._unknown("column", name, list(self._attributes), place)

    def _words(self, text: Mapping[str, str], place: Location) -> Iterator[Fault]:
        if self._plan.language not in text:
            message = f"the text has no words in the plan's language «{self._plan.language}»"
            yield self._fault("missing-text", message, place, f"Add «{self._plan.language}: …».")

    def _date(self, name: str, place: Location) -> Iterator[Fault]:
        yield from self._column(name, place)
        if name in self._attributes and self._attributes[name].type != "date":
            yield self._fault("bad-kind", f"«{name}» is no date column", place, "Name a column of type date.")

    def _select_one(self, name: str, questions: Mapping[str, Question], place: Location) -> Iterator[Fault]:
        yield from self._unknown("question", name, list(questions), place)
        if name in questions and questions[name].type != "select_one":
            message = f"«{name}» is a question of type {questions[name].type}, not select_one"
            yield self._fault("bad-kind", message, place, "Use a rule, or another question.")

    def _once(self, names: Sequence[str], place: Location) -> Iterator[Fault]:
        for number, name in enumerate(names):
            if name in names[:number]:
                yield self._fault("needless-key", f"«{name}» stands twice", (*place, number), "Keep one of them.")
