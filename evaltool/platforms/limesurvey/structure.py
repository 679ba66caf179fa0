"""What a survey is on LimeSurvey: a plain structure, which `lss` writes as a file and `readback` compares.

Each page is a group. «Other» is a choice like the rest, and its text a question of its own, so that the choice without
a text stays an answer. Two kinds of hidden questions are added: a marker that says which release this is, and for each
page a record of when it was last seen or sent, in which language, and which of its questions were shown.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from evaltool.platforms.limesurvey.expression import (
    TRUE,
    Scope,
    compile_constraint,
    compile_test,
    compile_value,
    known_before,
    page_relevance,
)
from evaltool.platforms.limesurvey.letters import write_letters
from evaltool.platforms.limesurvey.names import MARKER, Names, name_survey
from evaltool.platforms.limesurvey.words import Teller, quoted
from evaltool.records import Deployment
from evaltool.survey.model import Choice, Page, Question, Survey
from evaltool.survey.types import DEFAULT_MAX_LENGTH
from evaltool.text import Text, say

TYPES: Mapping[str, str] = {
    "select_one": "L",
    "select_multiple": "M",
    "integer": "N",
    "decimal": "N",
    "date": "D",
    "text": "S",
    "note": "X",
    "calculate": "*",
}
"""LimeSurvey's letter for each of our question types; a text of several lines is «T»."""


_UNSEEN = "d-none hidden"
"""Classes that hide it from who has no JavaScript, too: LimeSurvey hides its hidden questions by script only."""

_NO_SCRIPT = "ls-no-js-hidden"
"""LimeSurvey's own class for what is not shown without JavaScript."""


@dataclass(frozen=True)
class Option:
    """A choice: an answer of a question that takes one, a subquestion of one that takes several."""

    code: str
    texts: Text


@dataclass(frozen=True)
class Item:
    """A question as LimeSurvey holds it. `settings` are its attributes, `tips` those that differ by language."""

    title: str
    type: str
    texts: Text
    hints: Text = field(default_factory=dict[str, str])
    relevance: str = TRUE
    mandatory: bool = False
    options: tuple[Option, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    tips: Mapping[str, Text] = field(default_factory=dict[str, Text])


@dataclass(frozen=True)
class Group:
    """A page. `page` is our name for it."""

    page: str
    texts: Text
    relevance: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Structure:
    """All of a survey that LimeSurvey is sent."""

    sid: int
    languages: tuple[str, ...]
    title: Text
    end: Text
    groups: tuple[Group, ...]
    attributes: Mapping[str, str]
    """What each participant attribute is called, by LimeSurvey's name for it."""
    letters: Mapping[str, Text]
    """What LimeSurvey writes to people, by its name for it."""

    @property
    def items(self) -> Iterator[Item]:
        return (item for group in self.groups for item in group.items)


def survey_number(deployment_id: str) -> int:
    """The number that LimeSurvey is asked to give the survey: nine digits, always the same for this deployment."""
    digest = hashlib.sha256(f"evaltool limesurvey {deployment_id}".encode()).hexdigest()
    return 100_000_000 + int(digest, 16) % 900_000_000


def marker(deployment: Deployment) -> str:
    """What says whose survey this is: `evaltool <deployment> <survey>@<version> <structure hash>`.

    A hidden question carries it into every response. The description of a participant attribute carries it, too: that
    stands in the survey's first row, so that half an import is known for ours.
    """
    synthetic = " synthetic" if deployment.synthetic else ""
    return f"{MARKER} {deployment.id} {deployment.survey}@{deployment.version} {deployment.structure_hash}{synthetic}"


def build_structure(deployment: Deployment, survey: Survey, names: Names | None = None) -> Structure:
    """The structure of a survey whose facts about privacy are filled in.

    Raises:
        ExpressionError: an expression cannot be compiled; `lint` tells all of them at once.
    """
    builder = _Builder(survey, names or name_survey(survey), synthetic=deployment.synthetic)
    groups = [builder.group(page) for page in survey.pages]
    mark = _hidden(MARKER, marker(deployment), survey, told=marker(deployment))
    return Structure(
        sid=survey_number(deployment.id),
        languages=survey.languages,
        title=builder.teller.tell(survey.title),
        end=builder.end(),
        groups=(Group(groups[0].page, groups[0].texts, groups[0].relevance, (mark, *groups[0].items)), *groups[1:]),
        attributes={
            **{theirs: ours for ours, theirs in builder.names.attributes.items()},
            builder.names.unit: f"unit ({marker(deployment)})",
            builder.names.person: "person",
        },
        letters=write_letters(builder.teller.tell_in_mail(survey.title), survey.languages),
    )


def _hidden(title: str, equation: str, survey: Survey, *, told: str = "") -> Item:
    """A hidden question whose value LimeSurvey works out itself."""
    texts = dict.fromkeys(survey.languages, told or title)
    return Item(title, "*", texts, settings={"equation": equation, "hidden": "1", "cssclass": _UNSEEN})


def _shown_if(relevance: str) -> dict[str, str]:
    """Hides what is not asked when the page appears from who has no JavaScript: LimeSurvey would drop the answer."""
    return {} if relevance == TRUE else {"cssclass": f'{{if({relevance}, "", "{_NO_SCRIPT}")}}'}


@dataclass(frozen=True)
class _Builder:
    survey: Survey
    names: Names
    synthetic: bool

    @property
    def teller(self) -> Teller:
        return Teller(self.survey, self.names)

    def group(self, page: Page) -> Group:
        scope = Scope(self.survey, self.names, known_before(self.survey, page.name))
        items = [item for question in page.questions for item in self._items(question, scope)]
        record = _hidden(self.names.records[page.name], self._record(page), self.survey)
        title = self.teller.tell(page.title or self.survey.title)
        title = {language: self._noted(words, language) for language, words in title.items()}
        return Group(page.name, title, page_relevance(self.survey, self.names, page.name), (*items, record))

    def _noted(self, title: str, language: str) -> str:
        """Every page says what no respondent may take for granted, as on the embedded server."""
        is_draft = language in self.survey.drafts or language in self.survey.untranslated
        notes = [
            *(["MADE-UP DATA"] if self.synthetic else []),
            *(["This translation is a draft."] if is_draft else []),
        ]
        return " · ".join([title, *(say(note, language) for note in notes)])

    def _record(self, page: Page) -> str:
        """`1669100000;da;job=1;since=;`: seconds since 1970, language, and 1 for each question that was shown."""
        asked = [question for question in page.questions if question.type not in {"note", "calculate"}]
        shown = (f"{self.names.questions[item.name]}={{{self._shown_name(item)}.relevanceStatus}};" for item in asked)
        return "{time()};{LANG};" + "".join(shown)

    def _shown_name(self, question: Question) -> str:
        """Of several choices one tells for all of them."""
        title = self.names.questions[question.name]
        if question.type != "select_multiple":
            return title
        code = next(iter(question.choices))
        return f"{title}_{self.names.choices[question.name][code]}"

    def _items(self, question: Question, scope: Scope) -> Iterator[Item]:
        yield self._item(question, scope)
        if question.other_choice:
            yield self._other(question, question.other_choice)

    def _item(self, question: Question, scope: Scope) -> Item:
        title = self.names.questions[question.name]
        relevance = compile_test(question.relevant, scope)
        if question.type == "calculate":
            equation = compile_value(question.calculation, scope)
            hidden = _hidden(title, equation, self.survey)
            return Item(title, "*", hidden.texts, relevance=relevance, settings=hidden.settings)
        tests, tips = self._checks(question, scope)
        return Item(
            title,
            "T" if question.appearance == "multiline" else TYPES[question.type],
            self.teller.tell(question.label),
            hints=self.teller.tell(question.hint),
            relevance=relevance,
            mandatory=question.required,
            options=tuple(self._option(question, code, choice) for code, choice in question.choices.items()),
            settings={**self._settings(question), **_shown_if(relevance), **tests},
            tips=tips,
        )

    def _option(self, question: Question, code: str, choice: Choice) -> Option:
        return Option(self.names.choices[question.name][code], self.teller.tell(choice.label))

    def _settings(self, question: Question) -> dict[str, str]:
        found = {"hide_tip": "1"}
        match question.type:
            case "integer":
                found["num_value_int_only"] = "1"
            case "text":
                found["maximum_chars"] = str(question.max_length or DEFAULT_MAX_LENGTH)
            case "date":
                # Its calendar writes the day of today when the field is touched; lists wait until she has chosen.
                found |= {"date_min": "1900-01-01", "date_max": "2100-12-31", "dropdown_dates": "1"}
            case _:
                pass
        return found

    def _checks(self, question: Question, scope: Scope) -> tuple[dict[str, str], dict[str, Text]]:
        """What is checked when the page is sent, and what is said of an answer that does not stand."""
        tests: list[str] = []
        tips: list[Text] = []
        if question.constraint:
            tests.append(compile_constraint(question, scope))
            tips.append(question.constraint_message)
        if question.type == "select_multiple" and alone(question):
            tests.append(self._alone_test(question))
            tips.append(self._alone_tip(question))
        if not tests:
            return {}, {}
        told = [self.teller.tell(tip) for tip in tips]
        joined = {language: " ".join(tip[language] for tip in told) for language in self.survey.languages}
        test = tests[0] if len(tests) == 1 else " and ".join(f"({test})" for test in tests)
        return {"em_validation_q": test}, {"em_validation_q_tip": joined}

    def _alone_test(self, question: Question) -> str:
        """No choice stands beside one that excludes the others.

        LimeSurvey's own `exclude_all_others` would take answers away without a word, and makes choices irrelevant.
        """
        title, codes = self.names.questions[question.name], self.names.choices[question.name]
        chosen = {code: f"{title}_{part}.NAOK" for code, part in codes.items()}
        excluding = ", ".join(chosen[code] for code in alone(question))
        return f"(count({excluding}) == 0) or (count({', '.join(chosen.values())}) == 1)"

    def _alone_tip(self, question: Question) -> Text:
        message = "“{choice}” cannot be chosen together with another answer."
        label = question.choices[alone(question)[0]].label
        return {
            language: say(message, language, choice=label.get(language, next(iter(label.values()))))
            for language in self.survey.languages
        }

    def _other(self, question: Question, code: str) -> Item:
        """The text of «other»: a question that is shown when the choice is chosen."""
        title, chosen = self.names.questions[question.name], self.names.choices[question.name][code]
        multiple = question.type == "select_multiple"
        relevance = f'{title}_{chosen}.NAOK == "Y"' if multiple else f'{title}.NAOK == "{chosen}"'
        return Item(
            self.names.others[question.name],
            "S",
            self.teller.tell(question.choices[code].label),
            relevance=relevance,
            settings={"hide_tip": "1", "maximum_chars": str(DEFAULT_MAX_LENGTH), **_shown_if(relevance)},
        )

    def end(self) -> dict[str, str]:
        """What is shown at the end, also to her who said no."""
        thanks = {
            code: _end_words("Thank you!", "Your answers are saved. You can close this page now.", code)
            for code in self.survey.languages
        }
        if not self.survey.refusal:
            return thanks
        everything = frozenset(self.survey.by_name)
        test = compile_test(self.survey.refusal, Scope(self.survey, self.names, everything))
        refused = {
            code: _end_words("You said no", "That is all right. You can close this page now.", code)
            for code in self.survey.languages
        }
        return {code: f"{{if({test}, {quoted(refused[code])}, {quoted(thanks[code])})}}" for code in thanks}


def _end_words(heading: str, words: str, language: str) -> str:
    return f"<h2>{say(heading, language)}</h2><p>{say(words, language)}</p>"


def alone(question: Question) -> list[str]:
    """Codes of choices that exclude the others."""
    return [code for code, choice in question.choices.items() if choice.exclusive or choice.missing]


_RECORD = re.compile(r"(?P<time>\d+);(?P<language>[A-Za-z-]+);(?P<shown>(?:[a-z0-9]+=1?;)*)")


@dataclass(frozen=True)
class PageRecord:
    """What a page's record says: seconds since 1970 when it was last seen or sent, its language, and what was shown."""

    time: int
    language: str
    shown: Mapping[str, bool]


def read_record(text: str) -> PageRecord | None:
    """Read the value of a page's record; `None` if the page was never reached."""
    found = _RECORD.fullmatch(text)
    if found is None:
        return None
    return PageRecord(int(found["time"]), found["language"], _read_shown(found["shown"]))


@lru_cache(maxsize=4096)
def _read_shown(text: str) -> Mapping[str, bool]:
    parts = (part.split("=") for part in text.split(";") if part)
    return MappingProxyType({name: value == "1" for name, value in parts})
