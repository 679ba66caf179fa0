"""A survey that was built in LimeSurvey by hand as a definition of ours, and the mapping that leads back.

What only people know (who consents, what counts most, which order a scale has) is left to them; so is every rule that
cannot be said in our expressions for sure.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from evaltool.platforms.limesurvey.adopted_reading import Foreign, ForeignGroup, ForeignSurvey, Part
from evaltool.platforms.limesurvey.adopted_rules import Known, translate_rule
from evaltool.platforms.limesurvey.names import Names
from evaltool.platforms.limesurvey.rows import OWN_OTHER
from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.expressions import names as named_in
from evaltool.survey.expressions import parse
from evaltool.survey.model import Choice, Name, Page, Question, Survey, SurveyName, TypeName
from evaltool.survey.model import Part as Written
from evaltool.text import Text

LEFT_OUT: Mapping[str, str] = {
    "1": "an array with two scales",
    ";": "an array of texts",
    ":": "an array of numbers",
    "R": "a ranking",
    "I": "the choice of a language, which every answer carries by itself",
    "|": "uploaded files",
    "*": "worked out by LimeSurvey",
}
"""LimeSurvey's question types that evaltool has not, and what they are."""

_NAME_LENGTH = 40
_LONGEST = 10_000
"""LimeSurvey takes long texts; a definition sets aside what is longer than it says."""


class Column(Written):
    """Where LimeSurvey keeps the answers to a question of ours.

    `column` is its name in an export, `type` LimeSurvey's letter. `choices` are LimeSurvey's codes by ours, `other` is
    the column of the text of «other». `rule` is what LimeSurvey shows it by, where that is not said in the definition.
    """

    column: str = Field(min_length=1)
    type: str = ""
    choices: dict[Name, str] = Field(default_factory=dict)
    other: str = ""
    rule: str = ""


class Mapped(Written):
    """The file beside a definition that leads from each of its questions to LimeSurvey's.

    `left_out` are questions or columns of LimeSurvey that are not taken in, with the reason.
    """

    format: Literal[1] = 1
    survey: SurveyName
    version: int
    sid: int
    questions: dict[Name, Column]
    left_out: dict[str, str] = Field(default_factory=dict)

    def names(self) -> Names:
        """As reading rows needs it."""
        return Names(
            questions={name: item.column for name, item in self.questions.items()},
            choices={name: item.choices for name, item in self.questions.items() if item.choices},
            others={name: item.other for name, item in self.questions.items() if item.other},
            left_out=self.left_out,
            unrouted={name: item.rule for name, item in self.questions.items() if item.rule},
        )


@dataclass(frozen=True)
class Adopted:
    """A definition and its mapping, not yet completed by a person.

    `own_words` are choices (question, code) that LimeSurvey labels itself, as yes and no: it does not tell the words.
    """

    survey: Survey
    mapped: Mapped
    own_words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Taken:
    """A question of ours with its column, and the choice or row of LimeSurvey's question that it stands for."""

    question: Question
    column: Column
    part: str = ""


def adopt_survey(foreign: ForeignSurvey, *, survey: str, version: int, taken: Container[str]) -> Adopted:
    """The definition and the mapping. `taken` are names that no question may have."""
    adopter = _Adopter(foreign, taken)
    pages = tuple(page for number, group in enumerate(foreign.groups, 1) for page in adopter.pages(group, number))
    languages = list(adopter.languages.values())
    return Adopted(
        Survey(
            survey=survey,
            version=version,
            language=languages[0],
            translations=tuple(languages[1:]),
            title=adopter.tell(foreign.title, survey),
            pages=pages,
        ),
        Mapped(survey=survey, version=version, sid=foreign.sid, questions=adopter.columns, left_out=adopter.left_out),
        tuple(adopter.own_words),
    )


def own_languages(languages: tuple[str, ...]) -> dict[str, str]:
    """Our code of each of LimeSurvey's languages: `de-informal` is `de`. A second of the same kind is left out."""
    found: dict[str, str] = {}
    for code in languages:
        plain = code.partition("-")[0].lower()
        if re.fullmatch(r"[a-z]{2,3}", plain) and plain not in found.values():
            found[code] = plain
    return found


@dataclass
class _Adopter:
    """Takes one question after the other, and remembers which names are gone."""

    foreign: ForeignSurvey
    taken: Container[str]
    columns: dict[str, Column] = field(default_factory=dict[str, Column])
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    own_words: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    _known: dict[str, Known] = field(default_factory=dict[str, Known])

    @property
    def languages(self) -> dict[str, str]:
        return own_languages(self.foreign.languages)

    def tell(self, texts: Text, instead: str) -> dict[str, str]:
        """The texts in our languages; the first must not be empty."""
        found = {ours: texts.get(theirs, "") for theirs, ours in self.languages.items()}
        first = next(iter(found))
        return {code: words for code, words in {**found, first: found[first] or instead}.items() if words}

    def pages(self, group: ForeignGroup, number: int) -> Iterator[Page]:
        """A page for the group, cut before each question that hangs on an answer of the same page.

        LimeSurvey shows such a question as soon as that is given; a page of ours asks by what was answered before.
        """
        relevant = translate_rule(group.relevance, self._known)
        rule = "" if relevant is not None else group.relevance
        parts: list[list[Question]] = [[]]
        for taken in self._taken(group, rule):
            here = {question.name for question in parts[-1]}
            if taken.question.relevant and here & set(named_in(parse(taken.question.relevant))):
                parts.append([])
            parts[-1].append(taken.question)
        for place, questions in enumerate(part for part in parts if part):
            yield Page(
                name=f"group_{number}" if not place else f"group_{number}_{place + 1}",
                title=self.tell(group.texts, "") if not place else {},
                relevant=relevant or "",
                questions=tuple(questions),
            )

    def _taken(self, group: ForeignGroup, rule: str) -> Iterator[_Taken]:
        for item in group.questions:
            if item.type not in _TAKERS:
                what = LEFT_OUT.get(item.type, "unknown to evaltool")
                self.left_out[item.title] = f"type {item.type}: {what}"
                continue
            for taken in _TAKERS[item.type](self, item):
                routed = self._routed(item, taken, rule)
                self.columns[routed.question.name] = routed.column
                self._remember(item, routed)
                yield routed

    def _routed(self, item: Foreign, taken: _Taken, rule: str) -> _Taken:
        """With what LimeSurvey shows it by: said in our words, or as it stands."""
        relevant = translate_rule(item.relevance, self._known)
        rules = [rule, *([item.relevance] if relevant is None else []), *_hidden_rules(item, taken)]
        told = "; ".join(part for part in rules if part)
        return _Taken(
            taken.question.model_copy(update={"relevant": relevant or ""}),
            taken.column.model_copy(update={"rule": told}),
            taken.part,
        )

    def _remember(self, item: Foreign, taken: _Taken) -> None:
        """By what names later rules can speak of it: its code or its number, with that of the row."""
        codes = {theirs: ours for ours, theirs in taken.column.choices.items()}
        parts = codes if taken.question.type == "select_multiple" else {taken.part: ""}
        for part, ours in parts.items():
            known = Known(taken.question, codes, ours)
            self._known[f"{item.title}_{part}" if part else item.title] = known
            self._known[f"#{item.number}{part}"] = known

    def name(self, *words: str) -> str:
        """A name of ours from LimeSurvey's codes."""
        plain = re.sub(r"[^a-z0-9]+", "_", "_".join(words).lower()).strip("_")
        plain = (plain if re.match("[a-z]", plain) else f"q_{plain}").rstrip("_")[: _NAME_LENGTH - 3]
        free = [plain, *(f"{plain}_{number}" for number in range(2, 100))]
        return next(name for name in free if not self._is_taken(name))

    def _is_taken(self, name: str) -> bool:
        base = name.removesuffix(OTHER_SUFFIX)
        opens_text = base != name and base in self.columns and bool(self.columns[base].other)
        return name in self.columns or name in self.taken or opens_text

    def question(self, item: Foreign, kind: TypeName, *, part: Part | None = None) -> Question:
        """A question of ours for the whole of LimeSurvey's, or for one row of it."""
        label = self.tell(item.texts, item.title)
        if part:
            row = self.tell(part.texts, part.code)
            label = {code: f"{label[code]} — {words}" for code, words in row.items() if code in label}
        return Question(
            name=self.name(item.title, part.code) if part else self.name(item.title),
            type=kind,
            label=label,
            hint=self.tell(item.hints, ""),
            required=item.required and kind != "note",
            max_length=_LONGEST if kind == "text" else None,
        )

    def comment(self, item: Foreign, part: str, label: Text) -> _Taken:
        """The text beside an answer, in a column of its own."""
        question = Question(name=self.name(item.title, part), type="text", label=dict(label), max_length=_LONGEST)
        return _Taken(question, Column(column=f"{item.title}[{part}]", type=item.type), part)

    def choices(
        self, parts: tuple[Part, ...], *, other: Text | None = None
    ) -> tuple[dict[str, Choice], dict[str, str]]:
        """Choices by our code, and LimeSurvey's codes by ours. Two that read the same get LimeSurvey's code behind."""
        found: dict[str, Choice] = {}
        codes: dict[str, str] = {}
        seen: set[tuple[str, str]] = set()
        for part in parts:
            label = self.tell(part.texts, part.code)
            words = {(code, text.casefold()) for code, text in label.items()}
            if words & seen:
                label = {code: f"{text} ({part.code})" for code, text in label.items()}
            seen |= words
            ours = _code(part.code, {*found, *(["other"] if other is not None else [])})
            found[ours], codes[ours] = Choice(label=label), part.code
        if other is not None:
            found["other"] = Choice(label=self.tell(other, "Other"), other=True)
        return found, codes

    def built_in(self, name: str, words: Mapping[str, tuple[str, str]]) -> tuple[dict[str, Choice], dict[str, str]]:
        """Choices that LimeSurvey labels itself, in its own words."""
        first = next(iter(self.languages.values()))
        self.own_words += [(name, ours) for ours, label in words.values() if not label.isdigit()]
        choices = {ours: Choice(label={first: label}) for ours, label in words.values()}
        return choices, {ours: theirs for theirs, (ours, _) in words.items()}


def _code(theirs: str, taken: Container[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", theirs.lower()).strip("_")
    plain = plain if re.match("[a-z]", plain) else f"c{plain}"
    free = [plain, *(f"{plain}_{number}" for number in range(2, 1000))]
    return next(code for code in free if code not in taken)


def _hidden_rules(item: Foreign, taken: _Taken) -> Iterator[str]:
    """Why it may never have been shown, beside its own rule."""
    part = next((part for part in item.parts if part.code == taken.part), None)
    if part and part.relevance != "1":
        yield part.relevance
    for setting in ("array_filter", "array_filter_exclude", "random_group"):
        if item.settings.get(setting):
            yield f"{setting}: {item.settings[setting]}"
    if item.settings.get("hidden") == "1":
        yield "hidden"


def _whole(kind: TypeName) -> "_Taker":
    def take(adopter: _Adopter, item: Foreign) -> Iterator[_Taken]:
        yield _Taken(adopter.question(item, kind), Column(column=item.title, type=item.type))

    return take


def _rows(kind: TypeName) -> "_Taker":
    def take(adopter: _Adopter, item: Foreign) -> Iterator[_Taken]:
        for part in item.parts:
            column = Column(column=f"{item.title}[{part.code}]", type=item.type)
            yield _Taken(adopter.question(item, kind, part=part), column, part.code)

    return take


def _number(adopter: "_Adopter", item: Foreign) -> Iterator[_Taken]:
    kind: TypeName = "integer" if item.settings.get("num_value_int_only") == "1" else "decimal"
    return (_rows(kind) if item.type == "K" else _whole(kind))(adopter, item)


def _one(adopter: "_Adopter", item: Foreign) -> Iterator[_Taken]:
    question = adopter.question(item, "select_one")
    choices, codes = adopter.choices(item.answers, other=item.other_texts if item.other else None)
    other = f"{item.title}[other]" if item.other else ""
    if item.other:
        codes["other"] = OWN_OTHER
        adopter.own_words += [] if any(item.other_texts.values()) else [(question.name, "other")]
    column = Column(column=item.title, type=item.type, choices=codes, other=other)
    yield _Taken(question.model_copy(update={"choices": choices}), column)
    if item.type == "O":
        yield adopter.comment(item, "comment", question.label)


def _several(adopter: "_Adopter", item: Foreign) -> Iterator[_Taken]:
    question = adopter.question(item, "select_multiple")
    choices, codes = adopter.choices(item.parts, other=item.other_texts if item.other else None)
    if item.other:
        codes["other"] = OWN_OTHER
        adopter.own_words += [] if any(item.other_texts.values()) else [(question.name, "other")]
    other = f"{item.title}[other]" if item.other else ""
    column = Column(column=item.title, type=item.type, choices=codes, other=other)
    yield _Taken(question.model_copy(update={"choices": choices}), column)
    if item.type == "P":
        for ours, theirs in codes.items():
            part = f"{'other' if theirs == OWN_OTHER else theirs}comment"
            label = {code: f"{question.label[code]} — {words}" for code, words in choices[ours].label.items()}
            yield adopter.comment(item, part, label)


def _array(adopter: "_Adopter", item: Foreign) -> Iterator[_Taken]:
    choices, codes = adopter.choices(item.answers)
    for part in item.parts:
        question = adopter.question(item, "select_one", part=part)
        column = Column(column=f"{item.title}[{part.code}]", type=item.type, choices=codes)
        yield _Taken(question.model_copy(update={"choices": choices}), column, part.code)


def _built_in(words: Mapping[str, tuple[str, str]]) -> "_Taker":
    def take(adopter: _Adopter, item: Foreign) -> Iterator[_Taken]:
        for part in item.parts or (None,):
            question = adopter.question(item, "select_one", part=part)
            choices, codes = adopter.built_in(question.name, words)
            name = f"{item.title}[{part.code}]" if part else item.title
            column = Column(column=name, type=item.type, choices=codes)
            yield _Taken(question.model_copy(update={"choices": choices}), column, part.code if part else "")

    return take


def _points(number: int) -> dict[str, tuple[str, str]]:
    return {str(point): (f"c{point}", str(point)) for point in range(1, number + 1)}


_YES_NO = {"Y": ("yes", "Yes"), "N": ("no", "No")}
_Taker = Callable[[_Adopter, Foreign], Iterator[_Taken]]
_TAKERS: Mapping[str, _Taker] = {
    **dict.fromkeys(("L", "!", "O"), _one),
    **dict.fromkeys(("M", "P"), _several),
    **dict.fromkeys(("N", "K"), _number),
    **dict.fromkeys(("S", "T", "U"), _whole("text")),
    "Q": _rows("text"),
    "D": _whole("date"),
    "X": _whole("note"),
    **dict.fromkeys(("F", "H"), _array),
    **dict.fromkeys(("5", "A"), _built_in(_points(5))),
    "B": _built_in(_points(10)),
    "Y": _built_in(_YES_NO),
    "C": _built_in({**_YES_NO, "U": ("uncertain", "Uncertain")}),
    "E": _built_in({"I": ("increase", "Increase"), "S": ("same", "Same"), "D": ("decrease", "Decrease")}),
    "G": _built_in({"F": ("female", "Female"), "M": ("male", "Male")}),
}
"""How each of LimeSurvey's question types is taken in."""
