"""People who answer on the fake: they say themselves which pages they were shown, since it evaluates no expression."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tests.platforms.limesurvey.fake_limesurvey import SYSTEM, FakeLimeSurvey
from tests.platforms.limesurvey.fake_structure import Held, Question, Row

ZONE = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Seen:
    """A page as a respondent saw it: answers by heading as a browser sends them, `hidden` questions by title.

    `calculated` is what the server works out on this page, besides its own records.
    """

    page: int
    answers: Mapping[str, str] = field(default_factory=dict[str, str])
    hidden: Sequence[str] = ()
    calculated: Mapping[str, str] = field(default_factory=dict[str, str])


def respond(
    fake: FakeLimeSurvey, sid: int, token: str, sent: Sequence[Seen], *, language: str, shown: Seen | None = None
) -> None:
    """She sends these pages, and leaves when she is shown another one; else the interview is sent in.

    Who comes again goes on in her row.
    """
    held = fake.surveys[sid]
    assert held.responses is not None
    number = next((number for number, row in held.responses.items() if row["token"] == token), 0)
    if not number:
        number = held.number("response")
        held.responses[number] = _new_row(fake, held, number, token, language)
    row = held.responses[number]
    for page in (*sent, *([shown] if shown else [])):
        _write(fake, held, row, page, language)
    row |= {"lastpage": sent[-1].page if shown else len(held.groups), "datestamp": str(fake.now)}
    if not shown:
        row["submitdate"] = str(fake.now)
        for person in held.participants or []:
            if person["token"] == token:
                person |= {"completed": fake.minute(), "usesleft": 0}


def _new_row(fake: FakeLimeSurvey, held: Held, number: int, token: str, language: str) -> Row:
    row = {**dict.fromkeys(SYSTEM, ""), **{title: "" for _, _, title in held.columns()}}
    row |= {"id": number, "startlanguage": language, "seed": str(1000 + number), "token": token}
    return {**row, "startdate": str(fake.now)}


def _write(fake: FakeLimeSurvey, held: Held, row: Row, page: Seen, language: str) -> None:
    gid = list(held.groups)[page.page - 1]
    columns = [(question, title) for question, _, title in held.columns() if question.row["gid"] == gid]
    assert page.answers.keys() <= {title for _, title in columns}
    for question, title in columns:
        if question.type == "*":
            row[title] = page.calculated.get(title, "") or _equation(fake, question, page, language)
        elif title in page.answers:
            row[title] = _stored(question, page.answers[title])


def _equation(fake: FakeLimeSurvey, question: Question, page: Seen, language: str) -> str:
    """The marker, which is a constant, and the record of a page."""

    def value(found: re.Match[str]) -> str:
        words = found[1]
        if words == "time()":
            return str(int(fake.now.replace(tzinfo=ZONE).timestamp()))
        if words == "LANG":
            return language
        title = words.removesuffix(".relevanceStatus").partition("_")[0]
        return "" if title in page.hidden else "1"

    return re.sub(r"\{([^{}]*)\}", value, question.attributes["equation", ""])


def _stored(question: Question, told: str) -> str:
    """What a browser sends, as the export gives it back."""
    if question.type == "N" and "." in told:
        return told.rstrip("0").rstrip(".")
    if question.type == "D" and told:
        return f"{'-'.join(reversed(told.split('-')))} 00:00:00"
    return told
