"""Pages as HTML: what the templates are given, and the words in the respondent's language."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TypeAlias, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from evaltool.server.interview import Form, Position, Problem
from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.model import Attribute, Question
from evaltool.survey.translations import PLACEHOLDER
from evaltool.survey.types import read_date
from evaltool.text import (
    Text,
    direction,
    isolate,
    isolate_runs,
    language_name,
    long_date,
    pick,
    say,
    spoken,
)

_STATIC = resources.files("evaltool.server") / "static"

# No line ends inside a date or a telephone number: a word joiner, a space that does not break.
_UNBROKEN = {"-": "-\u2060", " ": "\u00a0"}
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[- ](?=\d)")

_templates = Environment(
    loader=PackageLoader("evaltool.server"),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
_globals = cast("dict[str, object]", _templates.globals)
_globals |= {"language_name": language_name, "direction": direction, "OTHER_SUFFIX": OTHER_SUFFIX}


@dataclass(frozen=True)
class Words:
    """Texts in one language. What exists only in another language is marked as such, for screen readers."""

    language: str
    columns: Mapping[str, Attribute] = field(default_factory=dict[str, Attribute])
    attributes: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    def say(self, message: str, **values: object) -> Markup:
        """An interface text."""
        if not values:
            return _said(message, self.language)
        return _marked(self.plain(message, **values), spoken(message, self.language), self.language)

    def plain(self, message: str, **values: object) -> str:
        """An interface text without markup; a value that is itself a text is told in this language."""
        told = {name: self._value(value) for name, value in values.items()}
        return isolate_runs(say(message, self.language, **told), spoken(message, self.language))

    def _value(self, value: object) -> object:
        return isolate(self.fill(cast("Text", value)), self.language) if isinstance(value, Mapping) else value

    def text(self, text: Text) -> Markup:
        """A text of the survey, its `${attribute}` filled in; everything is escaped."""
        return _marked(self.fill(text), self._language_of(text), self.language)

    def fill(self, text: Text) -> str:
        """A text of the survey without markup."""
        words = pick(text, self.language)
        filled = PLACEHOLDER.sub(lambda match: self._attribute(match[1]), words) if "${" in words else words
        return isolate_runs(filled, self._language_of(text))

    def _language_of(self, text: Text) -> str:
        return self.language if self.language in text else next(iter(text), self.language)

    def _attribute(self, name: str) -> str:
        raw = self.attributes.get(name, "")
        return isolate(self._told(raw, self.columns.get(name)), self.language)

    def _told(self, raw: str, column: Attribute | None) -> str:
        if column is None or not raw:
            return raw
        if raw in column.choices:
            return pick(column.choices[raw].label, self.language)
        return long_date(read_date(raw), self.language) if column.type == "date" else raw


def _marked(words: str, spoken: str, language: str) -> Markup:
    """Words in the language `spoken` on a page in `language`."""
    words = _BETWEEN_DIGITS.sub(lambda sign: _UNBROKEN[sign[0]], words)
    if spoken == language:
        return escape(words)
    return Markup('<span lang="{}" dir="{}">{}</span>').format(spoken, direction(spoken), words)


@cache
def _said(message: str, language: str) -> Markup:
    """An interface text without values: the same on every page."""
    return _marked(Words(language).plain(message), spoken(message, language), language)


@cache
def _picker(languages: tuple[str, ...], language: str) -> Markup:
    """The choice of languages on a page in `language`."""
    template = _templates.get_template("languages.html")
    return Markup(template.render(languages=languages, words=Words(language)))  # noqa: S704  # a template made it


_globals["picker"] = _picker


Drawn: TypeAlias = dict[tuple[str, str], Markup | None]
"""Blank questions of one survey as HTML, by language and name; `None`: it shows roster facts, draw it each time."""


@dataclass(frozen=True)
class Frame:
    """What surrounds every page. `languages` are offered in the picker; `title` is the survey's."""

    words: Words
    title: Text = field(default_factory=dict[str, str])
    languages: tuple[str, ...] = ()
    synthetic: bool = False
    preview: bool = False
    draft: bool = False
    drawn: Drawn = field(default_factory=dict[tuple[str, str], "Markup | None"], repr=False)


def question_page(
    frame: Frame, position: Position, *, csrf: str, form: Form | None = None, problems: Sequence[Problem] = ()
) -> str:
    """The form of the current page; after a fault with what was just typed, and the `problems` first."""
    assert position.screen
    faults = {problem.question.name: _problem_text(frame.words, problem) for problem in problems}
    questions = [_question(frame, question, form or {}, faults) for question in position.screen.questions]
    return _render("page.html", frame, position=position, questions=questions, csrf=csrf, faults=faults)


def _question(frame: Frame, question: Question, form: Form, faults: Mapping[str, Markup]) -> Markup:
    """One question as HTML. Blank it is the same for everybody, so it is drawn once."""
    key = (frame.words.language, question.name)
    kept = frame.drawn.get(key) if not form else None
    if kept is not None:
        return kept
    template = _templates.get_template(f"questions/{question.type}.html")
    html = Markup(template.render(words=frame.words, question=question, form=form, faults=faults))  # noqa: S704  # a template made it
    if not form and key not in frame.drawn:
        frame.drawn[key] = None if _shows_attributes(question) else html
    return html


def _shows_attributes(question: Question) -> bool:
    texts = (question.label, question.hint, *(choice.label for choice in question.choices.values()))
    return any("${" in words for text in texts for words in text.values())


def _problem_text(words: Words, problem: Problem) -> Markup:
    if problem.message != "constraint":
        return words.say(problem.message, **problem.values)
    own = problem.question.constraint_message
    return words.text(own) if own else words.say("This answer cannot be right. Look at it again.")


def end_page(frame: Frame, position: Position, *, csrf: str) -> str:
    """Thanks; or, to who refused, a polite end with a way back."""
    return _render("refused.html" if position.refused else "complete.html", frame, csrf=csrf)


def message_page(frame: Frame, heading: str, body: str) -> str:
    """A page with nothing to answer: a heading and what to do now (interface texts)."""
    return _render("message.html", frame, heading=heading, body=body)


def _render(template: str, frame: Frame, **values: object) -> str:
    page = _templates.get_template(template)
    return page.render(frame=frame, words=frame.words, static=f"/static/{static_version()}", **values)


@cache
def static_files() -> Mapping[str, bytes]:
    """Style sheet, icon and fonts by their path."""
    folders = {"": _STATIC, "fonts/": _STATIC / "fonts"}
    return {
        prefix + file.name: file.read_bytes()
        for prefix, folder in folders.items()
        for file in folder.iterdir()
        if file.is_file()
    }


@cache
def static_version() -> str:
    """Part of the address of the static files: they may be kept for ever, a changed one has another address."""
    files = static_files()
    return hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest()[:12]
