"""A project's own rules for the wording of its surveys (`rules.yaml`): what a machine can check of them.

The package knows no language's words: banned words, limits and questions stand in the project's file.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from evaltool.errors import Fault
from evaltool.survey.catalogue import Entry
from evaltool.survey.check import Location, text_place
from evaltool.survey.load import definition_path, read_entries
from evaltool.survey.model import Language, Name, Part, Question, Survey, SurveyName
from evaltool.survey.readability import lix
from evaltool.survey.translations import choice_key, texts
from evaltool.yamlfile import YamlFile, faults_error, model_faults, nearest, plain, read_yaml

CONSENTS = ("consent", "link", "research", "quote", "recontact")
Word = Annotated[str, StringConstraints(pattern=r"^\w[\w-]*\*?$")]
Words = dict[Language, tuple[Word, ...]]
QuestionPlace = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9-]{0,39}/)?[a-z][a-z0-9_]{0,39}$")]
Limit = Annotated[float, Field(gt=0)]


class Readability(Part):
    """The highest LIX of a survey's questions together, of one question (label and hint), and of one note.

    `allowed` are questions or notes with a limit of their own.
    """

    survey: Limit | None = None
    question: Limit | None = None
    note: Limit | None = None
    allowed: dict[QuestionPlace, Limit] = Field(default_factory=dict)


class Same(Part):
    """Questions that must be asked alike in the latest version of each of these surveys."""

    surveys: tuple[SurveyName, ...] = Field(min_length=2)
    questions: tuple[Name, ...] = Field(min_length=1)


class Apart(Part):
    """No chart or table of a report may show a question of `one` beside a question of `other`."""

    one: tuple[Name, ...] = Field(min_length=1)
    other: tuple[Name, ...] = Field(min_length=1)


class Rules(Part):
    """What `rules.yaml` may say. A question is named `question`, or `survey/question` where only that one is meant."""

    format: Literal[1]
    banned: Words = Field(default_factory=dict)
    banned_in: dict[QuestionPlace, Words] = Field(default_factory=dict)
    readability: dict[Language, Readability] = Field(default_factory=dict)
    dont_know: tuple[QuestionPlace, ...] | None = None
    offer_refused: bool = False
    separate_consents: bool = False
    same: tuple[Same, ...] = ()
    apart: tuple[Apart, ...] = ()


@dataclass(frozen=True)
class RulesFile:
    """Rules, and the file that they stand in."""

    rules: Rules
    file: YamlFile


def load_rules(path: Path) -> RulesFile | None:
    """Load a project's rules; a project may have none.

    Raises:
        DefinitionError: with every fault of the file.
    """
    if not path.is_file():
        return None
    file = read_yaml(path)
    try:
        return RulesFile(Rules.model_validate(plain(file.data)), file)
    except ValidationError as error:
        faults = model_faults(error, file, (Rules, Readability, Same, Apart))
        raise faults_error("the rules have faults", faults) from None


@dataclass(frozen=True)
class Written:
    """A survey with the files that it was loaded from; they are read again only to tell where a fault is."""

    survey: Survey
    folder: Path

    @cached_property
    def _file(self) -> YamlFile:
        return read_yaml(definition_path(self.folder, self.survey.survey, self.survey.version))

    def where(self, key: str = "", language: str = "") -> str:
        """File and line of a text, in its own file if it belongs to a shared list or is translated."""
        entry = self._entries(language).get(key) if language not in {"", self.survey.language} else None
        if entry:
            return entry.where
        if key.startswith("list."):
            _, name, code = key.split(".")
            return read_yaml(self.folder / "lists.yaml").where((name, "choices", code))
        return self._file.where(text_place(self.survey, key) if key else ("survey",))

    def _entries(self, language: str) -> Mapping[str, Entry]:
        path = definition_path(self.folder, self.survey.survey, self.survey.version)
        return read_entries(path, language)

    def at(self, question: Question) -> str:
        """File and line of a question."""
        return self.where(f"{question.name}.name")

    def named(self, question: Question, places: Sequence[str] | Mapping[str, object]) -> str:
        """How `places` names the question ("" if it does not)."""
        both = (f"{self.survey.survey}/{question.name}", question.name)
        return next((name for name in both if name in places), "")


def rule_faults(
    found: RulesFile, surveys: Sequence[Survey], folder: Path, *, closed: Sequence[str] = ()
) -> list[Fault]:
    """Every text and question that breaks a rule, and every rule that names something unknown.

    `closed` are keys of surveys that can no longer change: they are not looked at.
    """
    written = [Written(survey, folder) for survey in surveys]
    looked_at = [item for item in written if item.survey.key not in closed]
    return [
        *_unknown_faults(found, surveys),
        *(fault for item in looked_at for check in _CHECKS for fault in check(found.rules, item)),
        *_same_faults(found.rules, written, closed),
    ]


def _unknown_faults(found: RulesFile, surveys: Sequence[Survey]) -> Iterator[Fault]:
    names = {question.name for survey in surveys for question in survey.questions}
    known = names | {f"{survey.survey}/{name}" for survey in surveys for name in survey.by_name}
    for name, location in _named_questions(found.rules):
        if name not in known:
            where = found.file.where(location)
            yield Fault("unknown-question", f"no survey asks «{name}»", where, nearest(name, known))
    every = {survey.survey for survey in surveys}
    for number, rule in enumerate(found.rules.same):
        for name in sorted(set(rule.surveys) - every):
            where = found.file.where(("same", number, "surveys"))
            yield Fault("unknown-survey", f"there is no survey «{name}»", where, nearest(name, every))


def _named_questions(rules: Rules) -> Iterator[tuple[str, Location]]:
    yield from ((name, ("banned_in", name)) for name in rules.banned_in)
    yield from ((name, ("dont_know", number)) for number, name in enumerate(rules.dont_know or ()))
    for language, limits in rules.readability.items():
        yield from ((name, ("readability", language, "allowed", name)) for name in limits.allowed)
    for number, same in enumerate(rules.same):
        yield from ((name, ("same", number, "questions", index)) for index, name in enumerate(same.questions))
    for number, apart in enumerate(rules.apart):
        yield from ((name, ("apart", number, "one", index)) for index, name in enumerate(apart.one))
        yield from ((name, ("apart", number, "other", index)) for index, name in enumerate(apart.other))


def _banned_faults(rules: Rules, written: Written) -> Iterator[Fault]:
    everywhere = texts(written.survey)
    yield from _words_in(everywhere, rules.banned, written, "Say it in another word.")
    for question in written.survey.questions:
        name = written.named(question, rules.banned_in)
        if name:
            own = {choice_key(question, code) for code in question.choices}
            own |= {key for key in everywhere if key.startswith(f"{question.name}.")}
            found = {key: everywhere[key] for key in everywhere if key in own}
            yield from _words_in(found, rules.banned_in[name], written, f"«{question.name}» must not speak of it.")


def _words_in(found: Mapping[str, Mapping[str, str]], banned: Words, written: Written, mend: str) -> Iterator[Fault]:
    for language, words in banned.items():
        pattern = banned_pattern(words)
        for key, text in found.items():
            for match in sorted(set(pattern.findall(text.get(language, "")))) if words else ():
                where = written.where(key, language)
                yield Fault("banned-word", f"«{match}» is a banned word (text «{key}»)", where, mend)


def banned_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Whole words in any case; one that ends with `*` has any ending."""
    forms = "|".join(re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
    return re.compile(rf"(?<!\w)(?:{forms})(?!\w)", re.IGNORECASE)


def _readability_faults(rules: Rules, written: Written) -> Iterator[Fault]:
    survey = written.survey
    shown = [question for question in survey.questions if question.type != "calculate"]
    for language, limits in rules.readability.items():
        asked = [text for question in shown if question.type != "note" for text in _read_text(question, language)]
        yield from _too_hard(asked, limits.survey, "all questions together", written.where())
        for question in shown:
            usual = limits.note if question.type == "note" else limits.question
            limit = limits.allowed.get(written.named(question, limits.allowed), usual)
            where = written.where(f"{question.name}.label", language) if language in question.label else ""
            yield from _too_hard(_read_text(question, language), limit, f"«{question.name}»", where)


def _read_text(question: Question, language: str) -> list[str]:
    return [text[language] for text in (question.label, question.hint) if text.get(language)]


def _too_hard(read: Sequence[str], limit: float | None, what: str, where: str) -> Iterator[Fault]:
    if limit is not None and (value := lix(*read)) > limit:
        message = f"{what}: LIX {value:.1f}, at most {limit:g} is allowed"
        yield Fault("hard-to-read", message, where, "Write shorter sentences, and shorter words.")


def _dont_know_faults(rules: Rules, written: Written) -> Iterator[Fault]:
    if rules.dont_know is None:
        return
    for question in written.survey.questions:
        if _offers(question, "dont_know") and not written.named(question, rules.dont_know):
            mend = "Take the choice away, or name the question under «dont_know» in rules.yaml."
            yield Fault("dont-know", f"«{question.name}» offers “don't know”", written.at(question), mend)


def _offers(question: Question, missing: str) -> bool:
    return any(choice.missing == missing for choice in question.choices.values())


def _refused_faults(rules: Rules, written: Written) -> Iterator[Fault]:
    for question in written.survey.questions if rules.offer_refused else ():
        if question.choices and question.role not in CONSENTS and not _offers(question, "refused"):
            mend = "Add a choice with «missing: refused»."
            yield Fault("no-refusal", f"«{question.name}» cannot be declined", written.at(question), mend)


def _consent_faults(rules: Rules, written: Written) -> Iterator[Fault]:
    if not rules.separate_consents:
        return
    survey = written.survey
    for question in survey.questions:
        if question.role in CONSENTS and (question.type != "select_one" or len(question.substantive) != 2):
            message = f"«{question.name}» asks for a consent ({question.role}), but not as one question of two answers"
            mend = "Make it a select_one with two choices, and ask for each consent by itself."
            yield Fault("joint-consent", message, written.at(question), mend)
    speaks = next((item for item in survey.questions if item.type == "text" or item.other_choice), None)
    if speaks and not survey.with_role("quote"):
        message = f"«{speaks.name}» asks for words, but nobody is asked whether they may be quoted"
        yield Fault("no-quote-consent", message, written.at(speaks), "Add a question with «role: quote».")


_CHECKS: tuple[Callable[[Rules, Written], Iterator[Fault]], ...] = (
    _banned_faults,
    _readability_faults,
    _dont_know_faults,
    _refused_faults,
    _consent_faults,
)


def _same_faults(rules: Rules, written: Sequence[Written], closed: Sequence[str]) -> Iterator[Fault]:
    latest = {item.survey.survey: item for item in sorted(written, key=lambda item: item.survey.version)}
    for rule in rules.same:
        group = [latest[name] for name in rule.surveys if name in latest]
        # What is released stands fast; of two that can change the later named one is told.
        group.sort(key=lambda item: item.survey.key not in closed)
        for other in group[1:]:
            if other.survey.key not in closed:
                for name in rule.questions:
                    yield from _differences(name, group[0], other)


def _differences(name: str, first: Written, other: Written) -> Iterator[Fault]:
    one, two = first.survey.by_name.get(name), other.survey.by_name.get(name)
    if two is None:
        message = f"«{name}» is not asked, as it is in {first.survey.key}"
        yield Fault("not-the-same", message, other.where(), "Ask it too, or take it out of «same» in rules.yaml.")
    elif one is not None:
        unlike = [what for what, look in _ASPECTS.items() if look(one) != look(two)]
        unlike += [] if unlike else _other_translations(one, two, first.survey, other.survey)
        if unlike:
            message = f"«{name}» differs from {first.survey.key}: {', '.join(unlike)}"
            yield Fault("not-the-same", message, other.at(two), "Make them the same, or change cannot be measured.")


def _own(text: Mapping[str, str]) -> str:
    return next(iter(text.values()), "")


_ASPECTS: Mapping[str, Callable[[Question], object]] = {
    "type": lambda question: question.type,
    "label": lambda question: _own(question.label),
    "hint": lambda question: _own(question.hint),
    "scale": lambda question: question.scale,
    "choices": lambda question: [(code, _own(item.label), item.missing) for code, item in question.choices.items()],
}


def _other_translations(one: Question, two: Question, first: Survey, other: Survey) -> list[str]:
    """Languages in which a person has reviewed both translations of the label, and they differ."""
    key = f"{one.name}.label"
    reviewed = [
        language
        for language in first.translations
        if key not in first.drafts.get(language, ()) and key not in other.drafts.get(language, ())
    ]
    return [
        f"label in «{language}»"
        for language in reviewed
        if one.label.get(language) and two.label.get(language) and one.label[language] != two.label[language]
    ]


@dataclass(frozen=True)
class Shown:
    """A chart or table of a report: its place, and the questions whose answers it shows."""

    name: str
    where: str
    questions: frozenset[str]


def apart_faults(rules: Rules, shown: Sequence[Shown]) -> list[Fault]:
    """Charts and tables that show side by side what must not be compared."""
    mend = "Show them in two charts or tables, far apart: they must not be read against each other."
    faults: list[Fault] = []
    for item in shown:
        for rule in rules.apart:
            one, other = sorted(item.questions & set(rule.one)), sorted(item.questions & set(rule.other))
            if one and other:
                message = f"«{item.name}» shows {', '.join(one)} beside {', '.join(other)}"
                faults.append(Fault("not-apart", message, item.where, mend))
    return faults
