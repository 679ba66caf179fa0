"""A version of a survey as a Word questionnaire for people who review it: every text, choice and route in words."""

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from evaltool.errors import DefinitionError
from evaltool.project import Project
from evaltool.report.documents import beside, move_into_place, told_to_users
from evaltool.survey.check import PRIVACY
from evaltool.survey.load import load_definition, load_roster
from evaltool.survey.model import Page, Question, Role, Roster, Survey, TypeName
from evaltool.survey.prose import answer_itself, subjects, tell, tell_value, told_in
from evaltool.survey.translations import PLACEHOLDER, texts
from evaltool.survey.types import DEFAULT_MAX_LENGTH, QUESTION_TYPES
from evaltool.text import Text, direction, language_name, pick, say
from evaltool.workflows.docx import Block, Look, Paper, Paragraph, Run, Table, word_file
from evaltool.yamlfile import nearest


def document(project: Project, survey: str, version: int, *, language: str = "", out: Path | None = None) -> Path:
    """Write the questionnaire and return its file (default: in `build/questionnaires/`).

    Raises:
        DefinitionError: with the definition's faults, or if it has no such language.
        ReportError: if the file cannot be written, for instance while it is open in Word.
    """
    roster = load_roster(project.surveys / "roster.yaml")
    definition = load_definition(project.surveys, survey, version)
    language = language or definition.language
    if language not in definition.languages:
        message, mend = f"{definition.key} has no «{language}»", nearest(language, definition.languages)
        raise DefinitionError(message, where=project.surveys.as_posix(), mend=mend)
    path = out or project.build / "questionnaires" / f"{definition.key}.{language}.docx"
    data = word_file(Questionnaire(definition, roster, language, facts=project.privacy).paper())
    with beside(path.parent) as folder, told_to_users(path.parent):
        made = folder / path.name
        made.write_bytes(data)
        return move_into_place({made: path})[0]


def _kept_in_order(fact: str) -> str:
    """A telephone number among words from right to left: without U+200E its groups would turn round."""
    if not any(sign.isalpha() for sign in fact):
        fact = fact.replace(" ", "\u00a0")
    turned = any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in fact)
    return fact if turned else f"\u200e{fact}\u200e"


_TYPES: Mapping[TypeName, str] = {
    "select_one": "choose one",
    "select_multiple": "choose all that apply",
    "integer": "a whole number",
    "decimal": "a number",
    "date": "a date",
    "text": "text, at most {limit} characters",
    "note": "text to read",
    "calculate": "worked out, not asked",
}
_ROLES: Mapping[Role, str] = {
    "consent": "consent to answer",
    "link": "consent: the answers of several surveys may be put together",
    "research": "consent: researchers may use the answers",
    "quote": "consent: her words may be quoted",
    "recontact": "consent: she may be asked again",
    "headline": "main question: who answers it has answered in part",
    "helper": "tells who helps her",
}
_READ_SO = (
    "Every question has a number and its name in the data. Choices set apart below the others count as no answer. "
    "Write what you think in the column beside."
)


class Questionnaire:
    """One survey in one language; the words around the texts are English where the interface lacks the language."""

    def __init__(self, survey: Survey, roster: Roster, language: str, *, facts: Mapping[str, Text]):
        self._survey = survey
        self._columns = roster.attributes
        self._language = language
        self._facts = facts
        self._spoken = told_in(language)
        asked = [question for question in survey.questions if QUESTION_TYPES[question.type].asks]
        self._numbers = {question.name: str(number) for number, question in enumerate(asked, 1)}
        self._known = subjects(survey, roster.attributes, numbers=self._numbers, language=language)

    def paper(self) -> Paper:
        title = self._own(self._survey.title)
        body: list[Paragraph | Table] = [
            Paragraph((Run(title, "heading"),), self._language, "Title"),
            *(self._told(line, style="BodyText") for line in self._facts_of_survey()),
        ]
        for number, page in enumerate(self._survey.pages, 1):
            body += self._page(page, number)
        mark = self._say("Draft translation") if self._drafts() else ""
        return Paper(f"{self._survey.key} · {language_name(self._language)}", mark, self._language, tuple(body))

    def _say(self, message: str, **values: object) -> str:
        return say(message, self._spoken, **values)

    def _told(self, text: str, *, look: Look = "plain", style: str = "TableText", block: Block = "") -> Paragraph:
        return Paragraph((Run(text, look),), self._spoken, style, block)

    def _own(self, text: Text) -> str:
        """A text of the survey with the project's facts filled in; a column is shown by its label."""
        return PLACEHOLDER.sub(lambda found: self._filled(found[1]), pick(text, self._language))

    def _filled(self, name: str) -> str:
        if name.startswith(PRIVACY):
            fact = pick(self._facts.get(name.removeprefix(PRIVACY), {}), self._language) or f"[{name}]"
            return _kept_in_order(fact) if direction(self._language) == "rtl" else fact
        label = self._columns[name].label if name in self._columns else {}
        return f"[{pick(label, self._language) or name}]"

    def _drafts(self) -> int:
        return len(self._survey.drafts.get(self._language, ()))

    def _facts_of_survey(self) -> Iterator[str]:
        survey = self._survey
        yield self._say(
            "{survey}, version {version}. Language: {spoken}.",
            survey=survey.survey,
            version=survey.version,
            spoken=language_name(self._language),
        )
        if self._language == survey.language:
            yield self._say("This is the language in which the survey is written.")
        elif self._drafts():
            counts = {"count": self._drafts(), "total": len(texts(survey))}
            yield self._say("Draft translation: {count} of {total} texts have not been reviewed.", **counts)
        else:
            yield self._say("All texts of this translation have been reviewed.")
        if survey.invite:
            yield self._say("A course is invited only if {condition}.", condition=self._tell(survey.invite))
        if survey.follows:
            agreed = {"survey": survey.follows.survey, "question": survey.follows.agreed, "code": survey.follows.code}
            yield self._say(
                "Invited is only who answered “{code}” to the question “{question}” in the survey {survey}.", **agreed
            )
        if survey.respondent:
            yield self._say("Answered by: {respondent}.", respondent=survey.respondent)
        if survey.refusal:
            condition = self._tell(survey.refusal)
            yield self._say("The interview ends and no answer is kept if {condition}.", condition=condition)
        yield self._say(_READ_SO)

    def _tell(self, expression: str) -> str:
        return tell(expression, self._spoken, self._known)

    def _page(self, page: Page, number: int) -> Iterator[Paragraph | Table]:
        name = self._say("Page {number}: {name}", number=number, name=page.name)
        if page.title:
            yield Paragraph((Run(self._own(page.title), "heading"),), self._language, "Heading2", "lead")
        else:
            yield Paragraph((Run(name, "heading"),), self._spoken, "Heading2", "lead")
        lines = [self._told(name, look="quiet")]
        if page.relevant:
            condition = self._tell(page.relevant)
            lines.append(self._told("→ " + self._say("Shown only if {condition}.", condition=condition)))
        comments = self._told(self._say("Comments"), look="quiet")
        rows = tuple(tuple(self._question(question)) for question in page.questions)
        yield Table((tuple(lines), (comments,)), rows)

    def _question(self, question: Question) -> Iterator[Paragraph]:
        yield self._told(" · ".join(self._about(question)), look="quiet")
        if question.label:
            look: Look = "plain" if question.type == "note" else "strong"
            yield Paragraph((Run(self._own(question.label), look),), self._language)
        if question.hint:
            yield Paragraph((Run(self._own(question.hint), "slanted"),), self._language)
        yield from self._answers(question)
        yield from (self._told(f"→ {line}") for line in self._rules(question))
        if question.constraint_message:
            yield Paragraph((Run(self._own(question.constraint_message), "slanted"),), self._language)
        if question.translation_note:
            note = self._say("To translators: {note}", note=question.translation_note)
            yield self._told(note, block="box")

    def _about(self, question: Question) -> Iterator[str]:
        """Number, name, type in words, and what else a reviewer must know of it."""
        if question.name in self._numbers:
            yield self._numbers[question.name]
        yield question.name
        yield self._say(_TYPES[question.type], limit=question.max_length or DEFAULT_MAX_LENGTH)
        if question.required:
            yield self._say("must be answered")
        if question.role:
            yield self._say(_ROLES[question.role])

    def _answers(self, question: Question) -> Iterator[Paragraph]:
        sign = "○" if question.type == "select_one" else "☐"
        apart = False
        for code, choice in sorted(question.choices.items(), key=lambda item: item[1].missing is not None):
            block: Block = "apart" if choice.missing and not apart else "choice"
            apart = apart or choice.missing is not None
            told = [code]
            told += [self._say("alone")] if choice.exclusive else []
            told += [self._say("opens a text")] if choice.other else []
            runs = (Run(f"{sign}  {self._own(choice.label)}  "), Run(f"[{', '.join(told)}]", "quiet"))
            yield Paragraph(runs, self._language, block=block)
        if not question.choices and QUESTION_TYPES[question.type].asks:
            yield self._told("_" * (60 if question.type == "text" else 20), look="quiet")

    def _rules(self, question: Question) -> Iterator[str]:
        if question.relevant:
            message = "Shown only if {condition}." if question.type == "note" else "Asked only if {condition}."
            yield self._say(message, condition=self._tell(question.relevant))
        if question.calculation:
            yield self._say("Its value is {value}.", value=tell_value(question.calculation, self._spoken, self._known))
        if question.constraint:
            known = {**self._known, ".": answer_itself(question, self._language)}
            condition = tell(question.constraint, self._spoken, known)
            yield self._say("Accepted only if {condition}. Else this is shown:", condition=condition)
