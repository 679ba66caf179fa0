"""One interview as the server sees it: where it stands, and what a posted form makes of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from evaltool.records import Answer, PageVisit, Status
from evaltool.survey.answers import (
    OTHER_SUFFIX,
    read,
    read_attributes,
    required_but_blank,
    reread,
    stored,
    written,
)
from evaltool.survey.expressions import Value, names, parse
from evaltool.survey.model import Page, Question, Survey
from evaltool.survey.path import Path, Step, walk_path
from evaltool.survey.types import QUESTION_TYPES, AnswerFault

Form = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Interview:
    """The stored state. `reopened` are pages that the respondent went back to and has not sent again.

    `status` is "" until the link is opened. What identifies or was answered stays out of the repr.
    """

    deployment: str
    token_hash: str = field(repr=False)
    unit: str = field(repr=False)
    person: str = field(repr=False)
    interview: str
    language: str
    status: Status | Literal[""]
    revision: int
    opened_at: str | None
    saved_at: str | None
    completed_at: str | None
    attributes: Mapping[str, str] = field(repr=False)
    answers: Mapping[str, Answer] = field(repr=False)
    pages: tuple[PageVisit, ...]
    reopened: tuple[str, ...]


@dataclass(frozen=True)
class Screen:
    """The page to show. `number` of `total` pages on the path as it looks now; `last`: nothing can follow."""

    page: Page
    questions: tuple[Question, ...]
    number: int
    total: int
    reopened: bool
    last: bool
    known: Mapping[str, Value | None] = field(repr=False)


@dataclass(frozen=True)
class Position:
    """Where an interview stands: at a screen, or at its end (`refused`, or complete)."""

    screen: Screen | None
    refused: bool
    previous: str | None


@dataclass(frozen=True)
class Problem:
    """What is wrong with one answer: an interface text with its values, or "constraint"."""

    question: Question
    message: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])


def locate(survey: Survey, interview: Interview) -> Position:
    """The first page on the path that is not saved or was reopened; the path is recomputed each time."""
    values = _values(survey, interview)
    attributes = read_attributes(survey.attributes, interview.attributes)
    path = walk_path(survey, values, attributes)
    saved = {visit.page for visit in interview.pages} - set(interview.reopened)
    steps = _shown(path)
    current = next((step for step in steps if step.page.name not in saved), None)
    if current is None:
        return Position(None, path.refused, steps[-1].page.name if steps else None)
    reopened = current.page.name in interview.reopened
    if reopened:  # as if it had never been answered, so that nothing on the screen tells the earlier answer
        own = {question.name for question in current.page.questions}
        path = walk_path(survey, {name: value for name, value in values.items() if name not in own}, attributes)
        steps = _shown(path)
    number = 1 + [step.page.name for step in steps].index(current.page.name)
    previous = steps[number - 2].page.name if number > 1 else None
    last = number == len(steps) and not _opens_more(survey, current.page.name)
    screen = Screen(current.page, current.questions, number, len(steps), reopened, last, path.values)
    return Position(screen, refused=False, previous=previous)


def _values(survey: Survey, interview: Interview) -> dict[str, Value | None]:
    answers = interview.answers
    return {
        name: reread(question, answers[name]).value
        for name, question in survey.by_name.items()
        if name in answers and QUESTION_TYPES[question.type].asks
    }


def _shown(path: Path) -> list[Step]:
    """Steps with something to see; a page of calculations passes by itself."""
    return [step for step in path.steps if any(question.type != "calculate" for question in step.questions)]


def _opens_more(survey: Survey, page_name: str) -> bool:
    """Whether an answer on this page can bring a later page onto the path."""
    index = [page.name for page in survey.pages].index(page_name)
    own = {question.name for question in survey.pages[index].questions}
    later = survey.pages[index + 1 :]
    rules = [rule for page in later for rule in (page.relevant, *(question.relevant for question in page.questions))]
    return any(own & set(names(parse(rule))) for rule in rules if rule)


def open_link(interview: Interview, now: str) -> Interview:
    """The interview as opened for the first time: nothing answered, but no longer out of reach."""
    return replace(interview, status="opened", opened_at=now, saved_at=now)


def go_back(interview: Interview, position: Position, now: str) -> Interview | None:
    """Reopen the page before (at the end: the last one). `None` where there is none, or all is sent."""
    done = position.screen is None and not position.refused
    if done or position.previous is None:
        return None
    return replace(interview, reopened=(*interview.reopened, position.previous), saved_at=now)


def take(
    survey: Survey, interview: Interview, screen: Screen, *, form: Form, visit: PageVisit
) -> Interview | list[Problem]:
    """The interview with the posted page saved, or what is wrong with the form."""
    keeps = screen.reopened and interview.status != "refused"
    earlier: Mapping[str, Answer] = interview.answers if keeps else {}
    answers, problems = _read_form(screen, form, earlier)
    if problems:
        return problems
    saved = replace(
        interview,
        answers={**interview.answers, **answers},
        pages=(*interview.pages, visit),
        reopened=tuple(name for name in interview.reopened if name != screen.page.name),
        language=visit.language,
        opened_at=interview.opened_at or visit.saved_at,
        saved_at=visit.saved_at,
    )
    return _with_status(survey, saved)


def _with_status(survey: Survey, interview: Interview) -> Interview:
    position = locate(survey, interview)
    if position.screen:
        return replace(interview, status="partial", completed_at=None)
    if position.refused:
        return replace(interview, status="refused", completed_at=None)
    return replace(interview, status="complete", completed_at=interview.saved_at)


def _read_form(screen: Screen, form: Form, earlier: Mapping[str, Answer]) -> tuple[dict[str, Answer], list[Problem]]:
    """Answers in stored form. A question of a reopened page that is left empty keeps its `earlier` answer."""
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    known = dict(screen.known)
    for question in screen.questions:
        if not QUESTION_TYPES[question.type].asks:
            continue
        chosen = _chosen(question, form)
        if not chosen and question.name in earlier:
            known[question.name] = read(question, written(earlier[question.name]), known).value
            continue
        reading = read(question, chosen, known)
        if required_but_blank(question, reading):
            problems.append(Problem(question, _blank_message(question)))
        elif reading.fault:
            problems.append(Problem(question, reading.fault, reading.fault_values))
        else:
            known[question.name] = reading.value
            answers[question.name] = stored(question, chosen)
            problems += _take_other(question, form, chosen, answers)
    return answers, problems


def _blank_message(question: Question) -> str:
    return "Choose an answer." if question.choices else "Write an answer."


def _chosen(question: Question, form: Form) -> list[str]:
    """What was written or chosen. Who writes in the text field of «other» has chosen it."""
    chosen = [text for text in form.get(question.name, ()) if text.strip()]
    other = question.other_choice
    if other and _other_text(question, form) and (question.type == "select_multiple" or not chosen):
        return list(dict.fromkeys([*chosen, other]))
    return chosen


def _other_text(question: Question, form: Form) -> str:
    return "".join(form.get(question.name + OTHER_SUFFIX, ())[:1]).strip()


def _take_other(question: Question, form: Form, chosen: list[str], answers: dict[str, Answer]) -> list[Problem]:
    """Keep the text of the choice «other»; it goes away when another choice replaces that one."""
    if not question.other_choice:
        return []
    key, text = question.name + OTHER_SUFFIX, _other_text(question, form)
    if question.other_choice not in chosen:
        answers[key] = None
        return [Problem(question, "You wrote a text, but chose another answer. Choose one of the two.")] if text else []
    try:
        answers[key] = str(QUESTION_TYPES["text"].read(question, [text])) or None
    except AnswerFault as fault:
        return [Problem(question, fault.message, fault.values)]
    return []
