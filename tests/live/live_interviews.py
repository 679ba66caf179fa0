"""Interviews that are answered alike on every platform: what each respondent does, page by page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pandas as pd
from playwright.sync_api import Browser, Page

from evaltool.survey.answers import read_attributes
from evaltool.survey.model import Survey
from evaltool.survey.simulate import Habits, simulate
from evaltool.survey.types import QUESTION_TYPES
from tests.browser.browsing import PHONE
from tests.live.live_pages import Pages, Written

PATIENCE = 120_000
"""Milliseconds that she waits for a page."""

Answers: TypeAlias = Mapping[str, Written]
"""What is filled in on a page, in this order."""


@dataclass(frozen=True)
class Send:
    """Fill in a page and go on."""

    answers: Answers = field(default_factory=dict[str, Written])


@dataclass(frozen=True)
class SendInVain:
    """Fill in a page and try to go on; it comes again with a complaint."""

    answers: Answers


@dataclass(frozen=True)
class GoBack:
    """Fill in a page, and go back instead of on."""

    answers: Answers = field(default_factory=dict[str, Written])


@dataclass(frozen=True)
class Speak:
    """Choose another language."""

    language: str


@dataclass(frozen=True)
class Leave:
    """Fill in a page and close the window: nothing of this page was sent."""

    answers: Answers = field(default_factory=dict[str, Written])


@dataclass(frozen=True)
class Return:
    """Open the link again. LimeSurvey shows the page that was sent last, the embedded server the one after it."""


Act: TypeAlias = Send | SendInVain | GoBack | Speak | Leave | Return


Cell: TypeAlias = object
"""Of a dataset; `None` where it is empty."""


@dataclass(frozen=True)
class Interview:
    """`scripts` is False in a browser without JavaScript. `differ` are the cells that cannot be alike, by column: as
    they are after LimeSurvey, and after the embedded server."""

    name: str
    acts: tuple[Act, ...]
    attributes: Mapping[str, str]
    scripts: bool = True
    differ: Mapping[str, tuple[Cell, Cell]] = field(default_factory=dict[str, tuple[Cell, Cell]])


def respond(browser: Browser, interview: Interview, on: Callable[[Page], Pages], link: str) -> list[list[str]]:
    """Do all of it on a phone; returns which questions were shown each time a page was filled in."""
    with browser.new_context(viewport=PHONE, java_script_enabled=interview.scripts) as phone:
        phone.set_default_timeout(PATIENCE)
        return _act(interview, lambda: on(phone.new_page()), link)


def _act(interview: Interview, opened: Callable[[], Pages], link: str) -> list[list[str]]:
    pages, seen = _open(opened, link), list[list[str]]()
    for act in interview.acts:
        match act:
            case Send(answers) | SendInVain(answers) | Leave(answers) | GoBack(answers):
                seen.append(_fill(pages, answers))
                _finish(pages, act)
            case Speak(code):
                pages.speak(code)
            case Return():
                pages = _open(opened, link)
    pages.page.close()
    return seen


def _open(opened: Callable[[], Pages], link: str) -> Pages:
    pages = opened()
    pages.open(link)
    return pages


def _fill(pages: Pages, answers: Answers) -> list[str]:
    first = next(iter(answers), "")
    if first and first not in pages.shown():  # she has returned to a page that she had sent
        pages.send()
    shown = pages.shown()
    for name, written in answers.items():
        pages.answer(name, written)
    return shown


def _finish(pages: Pages, act: Send | SendInVain | Leave | GoBack) -> None:
    match act:
        case Leave():
            pages.page.close()
        case GoBack():
            pages.back()
        case Send() | SendInVain():
            pages.send()
            assert bool(pages.complaint()) == isinstance(act, SendInVain), pages.complaint()


def walk(survey: Survey, attributes: Mapping[str, str], habits: Habits) -> dict[str, Answers]:
    """Made-up answers by page, as they are filled in."""
    made = simulate(survey, read_attributes(survey.attributes, attributes), habits)
    pages: dict[str, dict[str, Written]] = {}
    for page in survey.pages:
        asked = [question for question in page.questions if QUESTION_TYPES[question.type].asks]
        if any(question.name in made for question in asked):
            pages[page.name] = {
                item.name: made[item.name] if item.type == "select_multiple" else made[item.name][0]
                for item in asked
                if made.get(item.name)
            }
    return pages


_MUNICIPAL = {"employer": "municipality", "language_focus": "yes"}
_HOUSING = {"employer": "housing_plan", "language_focus": "no"}
_PLAIN = {"employer": "kvinfo", "language_focus": "yes"}
_ODD = '  Min «mentor» & jeg: <b>{navn}</b> "5 > 3" it\'s 100 %\nنعم، كثيرًا\n\nእወ 🙂  '


_MUNICIPAL = {"employer": "municipality", "language_focus": "yes"}
_HOUSING = {"employer": "housing_plan", "language_focus": "no"}
_OWN = {"employer": "kvinfo", "language_focus": "yes"}
_ODD = '  Min «mentor» & jeg: <b>{navn}</b> "5 > 3" it\'s 100 %\nنعم، كثيرًا\n\nእወ 🙂  '
_NOTHING = "answers nothing but consent"


def mentee_end(survey: Survey, language: str) -> Iterator[Interview]:
    """Interviews on `mentee-end@2`, begun in this language: full, broken off, refused; on every branch, or off it."""

    def made(attributes: Mapping[str, str], silent: float = 0, **fixed: Sequence[str]) -> dict[str, Answers]:
        return walk(survey, attributes, Habits(str(fixed), fixed=fixed, silent=silent))

    def whole(name: str, attributes: Mapping[str, str], pages: Mapping[str, Answers], **how: bool) -> Interview:
        return Interview(name, _sent(pages), attributes, **how)

    works = made(_MUNICIPAL, job=["ordinary"], job_since=["2021-03-05"], applications=["0"], helper=["nobody"])
    looks = made(_HOUSING, job=["none"], education=["yes"], barriers=["danish", "time", "other"], helper=["family"])
    other = looks["network"] | {"barriers_other": "  Bus   5C "}
    alone = made(_OWN, job=["refused"], barriers=["nothing"], met=["refused"], advice=["dont_know"])
    early = made(_OWN, job=["own_business"], job_since=["1999-12-31"], applications=["500"])

    yield whole("has a job", _MUNICIPAL, works)
    yield whole("has no job, and another barrier", _HOUSING, looks | {"network": other})
    yield whole("another barrier without a word", _HOUSING, looks)
    yield whole("will not say, and nothing is hard", _OWN, alone)
    yield whole("leaves much empty", _OWN, made(_OWN, 0.6, job=["subsidised"]))
    yield whole(_NOTHING, _OWN, {name: {} for name in works} | {"consent": {"consent": "yes"}})
    yield whole("is in practice", _OWN, made(_OWN, job=["internship"], helper=["refused"]))
    yield whole("without scripts", _HOUSING, looks, scripts=False)
    yield whole("writes odd signs", _OWN, early | {"own_words": {"best": _ODD, "better": "{TOKEN} {1+1} =2+2 \\n"}})
    yield whole("refuses", _OWN, walk(survey, _OWN, Habits("refuses", refuses=True)))
    for page in ("helper", "job", "job_more", "own_words", "last"):
        yield Interview(f"breaks off: {page}", (*_sent(works, before=page), Leave(works[page])), _MUNICIPAL)
    yield Interview(
        "returns and ends",
        (*_sent(looks, before="danish"), Leave(looks["danish"]), Return(), *_sent(looks, after="progress")),
        _HOUSING,
    )
    yield Interview(
        "loses her job",
        (
            *_sent(works, before="progress"),
            *(GoBack(), GoBack(), Send({"job": "none", "education": "no"}), Send({"applications": "12"})),
            *_sent(works, after="job_more"),
        ),
        _MUNICIPAL,
    )
    yield Interview(
        "corrects what does not stand",
        (
            SendInVain({"consent_link": "yes"}),
            Send(works["consent"]),
            *_sent(works, after="consent", before="job_more"),
            SendInVain({"job_since": "2021-03-05", "applications": "501"}),
            Send({"job_since": "2021-03-05", "applications": "50"}),
            *_sent(works, after="job_more", before="network"),
            SendInVain({"barriers": ["danish", "nothing"]}),
            Send({"barriers": ["danish"]}),
            *_sent(works, after="network"),
        ),
        _MUNICIPAL,
    )
    yield Interview(
        "changes language",
        (
            *_sent(works, before="danish"),
            Speak("ti"),
            *_sent(works, after="progress", before="last"),
            Speak("en"),
            Send(works["last"]),
        ),
        _MUNICIPAL,
    )
    yield from _apart(works, looks, language)


def _apart(works: Mapping[str, Answers], looks: Mapping[str, Answers], language: str) -> Iterator[Interview]:
    """What LimeSurvey cannot tell apart.

    It also keeps what was filled in on a page that was sent in vain, or left by going back; it records a page anew when
    it is shown again, and all of them when the language changes.
    """
    yield Interview(
        "finds a job and leaves",
        (
            *_sent(looks, before="progress"),
            *(GoBack(), GoBack(), Send({"job": "ordinary"}), Leave({"job_since": "2022-02-28"})),
        ),
        _HOUSING,
        differ={"job_since__missing": ("not_answered", "not_reached")},
    )
    yield Interview(
        "goes back and leaves",
        (*_sent(works, before="progress"), GoBack({"towards_job": "high"}), Leave()),
        _MUNICIPAL,
        differ={"towards_job": ("high", None), "towards_job__missing": (None, "not_reached")},
    )
    yield Interview(
        "leaves a page that did not stand",
        (*_sent(works, before="job_more"), SendInVain({"job_since": "2021-03-05", "applications": "501"}), Leave()),
        _MUNICIPAL,
        differ={
            "job_since": (pd.Timestamp("2021-03-05"), None),
            "job_since__missing": (None, "not_reached"),
            "applications__missing": ("not_answered", "not_reached"),
        },
    )
    yield Interview(
        "changes language and leaves",
        (*_sent(works, before="danish"), Speak("ti"), Leave()),
        _MUNICIPAL,
        differ={"interview_language": ("ti", language)},
    )


def _sent(pages: Mapping[str, Answers], *, after: str = "", before: str = "") -> tuple[Send, ...]:
    names = list(pages)
    first = names.index(after) + 1 if after else 0
    return tuple(Send(pages[name]) for name in names[first : names.index(before) if before else None])
