"""A respondent at a survey's own pages, LimeSurvey's or ours, by our names of questions and choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from playwright.sync_api import Locator, Page

from evaltool.platforms.limesurvey.names import name_survey
from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.model import Question, Survey

Written = str | Sequence[str]
"""What she writes, or the codes that she chooses."""


class Pages(Protocol):
    """What one can do at a survey, wherever it stands."""

    page: Page

    def open(self, link: str) -> None: ...

    def shown(self) -> list[str]:
        """The questions that she sees, notes too."""
        ...

    def answer(self, name: str, written: Written) -> None: ...

    def send(self) -> None: ...

    def back(self) -> None: ...

    def speak(self, language: str) -> None:
        """Choose another language in the page's own menu."""
        ...

    def complaint(self) -> str:
        """What is said of answers that do not stand; "" if nothing."""
        ...


def _press(page: Page, button: Locator) -> None:
    with page.expect_navigation():
        button.click()


@dataclass
class EmbeddedPages:
    page: Page
    survey: Survey

    def open(self, link: str) -> None:
        self.page.goto(link)

    def shown(self) -> list[str]:
        notes = self.page.locator("main .note").all_inner_texts()
        fields = self.page.locator("main form [name]:not([type=hidden]):not(button)")
        names = fields.evaluate_all("fields => [...new Set(fields.map(field => field.name))]")
        return [*["note"] * len(notes), *(name for name in names if name in self.survey.by_name)]

    def answer(self, name: str, written: Written) -> None:
        question = self.survey.by_name.get(name)  # none is the text of «other»
        if question and question.type == "select_multiple":
            for code in question.choices:
                self.page.locator(f"[name={name}][value={code}]").set_checked(code in written)
        elif question and question.choices:
            self.page.locator(f"[name={name}][value={written}]").check()
        else:
            self.page.locator(f"[name={name}]").fill(str(written))

    def send(self) -> None:
        _press(self.page, self.page.locator("button.next"))

    def back(self) -> None:
        _press(self.page, self.page.locator("button[name=back]"))

    def speak(self, language: str) -> None:
        _press(self.page, self.page.locator(f"nav a[hreflang={language}]"))

    def complaint(self) -> str:
        return " ".join(self.page.locator("#errors li").all_inner_texts())


@dataclass(frozen=True)
class Field:
    """A question as LimeSurvey numbers it: its box on the page, and its columns by subquestion ("" for its own)."""

    question: str
    columns: Mapping[str, str]


def fields(fieldmap: Mapping[str, Mapping[str, Any]]) -> dict[str, Field]:
    """Fields by LimeSurvey's name, from what `get_fieldmap` tells."""
    found: dict[str, Field] = {}
    for column, item in fieldmap.items():
        if item.get("qid"):
            before = found.get(item["title"], Field(str(item["qid"]), {}))
            columns = {**before.columns, str(item.get("aid") or ""): column}
            found[item["title"]] = Field(before.question, columns)
    return found


@dataclass
class LimeSurveyPages:
    page: Page
    survey: Survey
    fields: Mapping[str, Field]

    def __post_init__(self) -> None:
        self.names = name_survey(self.survey)

    def open(self, link: str) -> None:
        self.page.goto(link)

    def shown(self) -> list[str]:
        found: list[str] = []
        for question in self.survey.questions:
            box = self._box(self.names.questions[question.name])
            if box.count() and box.is_visible():
                found.append("note" if question.type == "note" else question.name)
        return found

    def answer(self, name: str, written: Written) -> None:
        if name.endswith(OTHER_SUFFIX):
            self._write(self.names.others[name.removesuffix(OTHER_SUFFIX)], str(written))
            return
        question = self.survey.by_name[name]
        match question.type:
            case "select_one":
                self._choose(question, str(written))
            case "select_multiple":
                self._tick(question, written)
            case "date":
                self._pick_date(question, str(written))
            case _:
                self._write(self.names.questions[name], str(written))

    def _box(self, title: str) -> Locator:
        return self.page.locator(f"#question{self.fields[title].question}")

    def _write(self, title: str, written: str) -> None:
        field = self._box(title).locator(":is(input[type=text], textarea):visible")
        field.fill(written)
        field.blur()  # what it is told then moves the buttons: LimeSurvey would miss a press on one

    def _choose(self, question: Question, code: str) -> None:
        theirs = self.names.choices[question.name][code]
        self._box(self.names.questions[question.name]).locator(f"input[type=radio][value={theirs}]").check()

    def _tick(self, question: Question, wanted: Written) -> None:
        title = self.names.questions[question.name]
        for code, theirs in self.names.choices[question.name].items():
            field = f"answer{self.fields[title].columns[theirs]}"
            if self.page.locator(f"[id='{field}']").is_checked() != (code in wanted):
                self.page.locator(f"label[for='{field}']").click()

    def _pick_date(self, question: Question, day: str) -> None:
        """From three lists; without scripts it is written."""
        box, parts = self._box(self.names.questions[question.name]), day.split("-")
        if not box.locator("select.year").is_visible():
            box.locator("input[type=text]").fill("-".join(reversed(parts)))
            return
        for place, part in zip(("year", "month", "day"), parts, strict=True):
            box.locator(f"select.{place}").select_option(part)

    def send(self) -> None:
        _press(self.page, self.page.locator("#ls-button-submit"))
        if self.complaint() and self.page.locator("html.js").count():
            alert = self.page.locator("#bootstrap-alert-box-modal")
            alert.locator(".modal-footer a").click()
            alert.wait_for(state="hidden")

    def back(self) -> None:
        _press(self.page, self.page.locator("#ls-button-previous"))

    def speak(self, language: str) -> None:
        self.page.locator("#navbar-toggler").click()
        self.page.locator("[data-navtargetid=language-dropdown]").click()
        _press(self.page, self.page.locator(f"[data-limesurvey-lang={language}]:visible"))

    def complaint(self) -> str:
        said = self.page.locator(".question-container .text-danger:visible, .question-container .ls-em-error:visible")
        return " ".join(said.all_inner_texts())
