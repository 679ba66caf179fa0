"""Made-up rows in LimeSurvey's own tables: `mentee-end@2` as people would have answered it on its pages.

One in ten is broken off, on every page in turn, and one in fifty refuses; of the questions 8 % are left empty. Every
thousand interviews are alike but for who they belong to.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from evaltool.platforms.limesurvey.names import Names
from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.model import Page, Question, Survey
from evaltool.survey.simulate import Habits, simulate
from evaltool.survey.types import QUESTION_TYPES

BEGUN = datetime(2022, 3, 1, 8, tzinfo=UTC)
DIFFERENT = 1_000
LANGUAGES = ("da", "ar", "fa", "ti", "uk", "so", "tr", "en")
EMPLOYERS = ("kvinfo", "municipality", "housing_plan")
Cells = dict[str, str]
"""Of a row, by column; a column that is not there is NULL."""


def participant(number: int, names: Names) -> Cells:
    return {
        "token": f"bench{number:08}",
        "language": LANGUAGES[number % len(LANGUAGES)],
        names.attributes["employer"]: EMPLOYERS[number % len(EMPLOYERS)],
        names.attributes["language_focus"]: ("yes", "no")[number % 2],
        names.unit: f"u_{number:08}",
        names.person: f"p_{number:08}",
    }


def responses(survey: Survey, names: Names, columns: Mapping[tuple[str, str], str], size: int) -> Iterator[Cells]:
    """`columns` are LimeSurvey's, by title and subquestion."""
    different = [_answered(survey, names, columns, number) for number in range(min(size, DIFFERENT))]
    for number in range(size):
        begun = BEGUN + timedelta(minutes=number)
        last = begun + timedelta(minutes=12)
        cells = different[number % DIFFERENT]
        sent = {"submitdate": _clock(last)} if cells["lastpage"] == str(len(survey.pages)) else {}
        yield {
            **cells,
            **sent,
            "id": str(number + 1),
            "token": f"bench{number:08}",
            "seed": str(number),
            "startdate": _clock(begun),
            "datestamp": _clock(last),
        }


def _clock(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _answered(survey: Survey, names: Names, columns: Mapping[tuple[str, str], str], number: int) -> Cells:
    person = participant(number, names)
    facts = {name: person[names.attributes[name]] for name in survey.attributes}
    made = simulate(survey, facts, Habits(str(number), silent=0.08, refuses=number % 50 == 7))
    reached = (number // 10) % len(survey.pages) if number % 10 == 3 else len(survey.pages)
    cells = {"startlanguage": person["language"], "lastpage": str(reached)}
    for place, page in enumerate(survey.pages[:reached]):
        cells |= _page(page, made, names, columns)
        if any(question.name in made for question in page.questions):
            record = f"{int(BEGUN.timestamp()) + 60 * place};{person['language']};" + _shown(page, made, names)
            cells[columns[names.records[page.name], ""]] = record
    return cells


def _page(
    page: Page, made: Mapping[str, Sequence[str]], names: Names, columns: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, str]]:
    for question in page.questions:
        if question.name not in made:
            continue
        title, written = names.questions[question.name], made[question.name]
        if question.type == "select_multiple":
            for code, theirs in names.choices[question.name].items():
                yield columns[title, theirs], "Y" if code in written else ""
        elif written or question.type in {"text", "select_one"}:
            yield columns[title, ""], _cell(question, "".join(written), names)
        if question.other_choice and question.other_choice in written:
            yield columns[names.others[question.name], ""], f"{question.name}{OTHER_SUFFIX}: bus 5C"


def _cell(question: Question, written: str, names: Names) -> str:
    if question.type == "select_one" and written:
        return names.choices[question.name][written]
    return f"{written} 00:00:00" if question.type == "date" else written


def _shown(page: Page, made: Mapping[str, Sequence[str]], names: Names) -> str:
    asking = [question.name for question in page.questions if QUESTION_TYPES[question.type].asks]
    return "".join(f"{names.questions[name]}={'1' if name in made else ''};" for name in asking)
