"""The definition of a share in words: whom it is about and who of them counts; and in what two definitions differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from evaltool.plan.model import Indicator, Plan
from evaltool.survey.expressions import (
    MIRRORED,
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Expression,
    Negation,
    Ref,
    Selected,
    parse,
)
from evaltool.survey.model import Attribute, Question, Survey
from evaltool.survey.prose import Subject, Subjects, subjects, tell, told_in
from evaltool.survey.translations import PLACEHOLDER
from evaltool.text import percent, pick, say

NAME, COUNTED, TARGET = "Name", "Who is counted", "Target"
POPULATION, ANSWERED, BASE = "Population", "Must be answered", "Base"
SURVEY, ELIGIBLE = "Survey", "Were to answer"
_NOT_DECISIVE = frozenset({NAME, TARGET})
"""What may differ without the figure being another."""
_EVERYBODY = {BASE: "all who were asked", ELIGIBLE: "all courses of the population"}
_Kind: TypeAlias = type[Conjunction] | type[Disjunction]


@dataclass(frozen=True)
class Part:
    """One part of a definition in words, and as the plan writes it: an expression, or the names of questions."""

    words: str
    code: str = ""
    meant: Expression | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """What the names of a survey stand for, in a language; `asked` are the questions alone."""

    language: str
    known: Subjects
    asked: Mapping[str, str]

    def tell(self, expression: str | Expression) -> str:
        return tell(expression, told_in(self.language), self.known)


@dataclass(frozen=True)
class Definition:
    """The parts of a definition by their English names, in the order of reading; `side` is who defines it so."""

    side: str
    parts: Mapping[str, Part]
    words: Words


def words_of(versions: Sequence[Survey], columns: Mapping[str, Attribute], language: str) -> Words:
    """Questions stand for their words, those of the last version that has them."""
    found: dict[str, Subject] = {}
    questions: dict[str, str] = {}
    for version in versions:
        asked = {question.name: _asked(question, language) for question in version.questions}
        questions |= asked
        for name, subject in subjects(version, columns, numbers=asked, language=language).items():
            labels = {**found.get(name, subject).labels, **subject.labels}
            found[name] = replace(subject, labels=labels)
    return Words(language, found, questions)


def _asked(question: Question, language: str) -> str:
    """`“Do you have a job now?”`; a fact that is filled into it is left open."""
    words = PLACEHOLDER.sub("…", pick(question.label, language)) or question.name
    return words if question.type == "calculate" else say("“{text}”", language, text=words)


def define(plan: Plan, indicator: str, population: str, words: Words, *, side: str) -> Definition:
    """What decides whom the figure is about and who of them counts; `words` are those of its survey."""
    item, about, language = plan.indicators[indicator], plan.population, words.language
    answered = tuple(plan.answered(item))
    of = Comparison("=", Ref(about.column), Constant(population))  # its value may hold any quotation mark
    parts = {
        NAME: Part(pick(item.label, language)),
        COUNTED: _expression(words, COUNTED, _rule(item)),
        ANSWERED: Part(", ".join(words.asked.get(name, name) for name in answered), names=answered),
        BASE: _expression(words, BASE, item.base),
        SURVEY: Part(item.survey or about.survey),
        POPULATION: Part(words.tell(of), f"${{{about.column}}} = '{population}'", of),
        ELIGIBLE: _expression(words, ELIGIBLE, about.eligible),
        TARGET: Part(percent(item.target, language) if item.target is not None else "–"),
    }
    return Definition(side, parts, words)


def _rule(item: Indicator) -> str:
    return " ".join(item.rule.split()) or " or ".join(f"${{{item.variable}}} = '{code}'" for code in item.counted)


def _expression(words: Words, name: str, code: str) -> Part:
    return Part(words.tell(code), code, parse(code)) if code else Part(say(_EVERYBODY[name], words.language))


def table(one: Definition, other: Definition) -> list[list[str]]:
    """Both beside each other. The plan's own writing follows the words where these do not tell the two apart."""
    return [[say(name, one.words.language), *_cells(one, other, name)] for name in one.parts]


def _cells(one: Definition, other: Definition, name: str) -> tuple[str, str]:
    first, second = one.parts[name], other.parts[name]
    if _is_same(one, other, name):
        return first.words, first.words
    if _alike(one, other, name):
        return f"{first.words} [{_written(first)}]", f"{second.words} [{_written(second)}]"
    return first.words, second.words


def _written(part: Part) -> str:
    return part.code or ", ".join(part.names)


def differing(one: Definition, other: Definition) -> list[str]:
    """The parts by which the two are figures of something else."""
    return [name for name in one.parts if name not in _NOT_DECISIVE and not _is_same(one, other, name)]


def _is_same(one: Definition, other: Definition, name: str) -> bool:
    """Whether a part says the same in both, in whatever order, and of questions in the same words."""
    first, second = one.parts[name], other.parts[name]
    if first.names or second.names:
        asked = ({each: side.words.asked.get(each) for each in side.parts[name].names} for side in (one, other))
        return next(asked) == next(asked)
    if first.meant is None or second.meant is None:
        return first == second
    same = _shape(first.meant, one.words.known) == _shape(second.meant, other.words.known)
    return same and one.words.tell(second.meant) == second.words


def _alike(one: Definition, other: Definition, name: str) -> bool:
    """Whether the words do not tell two parts apart, though they differ: two choices, or questions, of one label."""
    _, only, only_other = _apart(one, other, name)
    shared = {one.words.tell(item) for item in only} & {other.words.tell(item) for item in only_other}
    return bool(shared) or one.parts[name].words == other.parts[name].words


def why(one: Definition, other: Definition) -> Iterator[str]:
    """One sentence or two for each part that differs."""
    for name in differing(one, other):
        yield from _difference(one, other, name)


def _difference(one: Definition, other: Definition, name: str) -> Iterator[str]:
    first, second, language = one.parts[name], other.parts[name], one.words.language
    cells = {"name": say(name, language), "one": one.side, "other": other.side}
    if _alike(one, other, name):
        yield say(_ALIKE, language, **cells, first=_written(first), second=_written(second))
        return
    kind, *only = _apart(one, other, name)
    if kind is None:
        yield say(_DIFFERS, language, **cells, first=first.words, second=second.words)
        return
    for side, items in zip((one, other), only, strict=True):
        if items:
            clause = side.words.tell(items[0] if len(items) == 1 else kind(tuple(items)))
            message = _MORE if kind is Disjunction else _FEWER
            yield say(message, language, name=cells["name"], side=side.side, clause=clause)


_DIFFERS = "{name} differs. {one}: {first}. {other}: {second}."
_ALIKE = "{name} differs, though the words are the same. {one}: {first}. {other}: {second}."
_MORE = "{name}: {side} also takes in those for whom {clause}."
_FEWER = "{name}: {side} also demands that {clause}."


def _apart(
    one: Definition, other: Definition, name: str
) -> tuple[_Kind | None, Sequence[Expression], Sequence[Expression]]:
    """What only the one and only the other has, joined by `or` or by `and`; no kind where they share nothing."""
    first, second = one.parts[name].meant, other.parts[name].meant
    if first is None or second is None:
        return None, (), ()
    kinds: tuple[_Kind, ...] = (Disjunction, Conjunction)
    for kind in kinds:
        shapes = [(item, _shape(item, one.words.known)) for item in _flat(first, kind)]
        others = [(item, _shape(item, other.words.known)) for item in _flat(second, kind)]
        shared = {shape for _, shape in shapes} & {shape for _, shape in others}
        only, only_other = ([item for item, shape in pairs if shape not in shared] for pairs in (shapes, others))
        worded_alike = all(one.words.tell(item) == other.words.tell(item) for item, shape in shapes if shape in shared)
        if shared and worded_alike and (only or only_other):
            return kind, only, only_other
    return None, (), ()


def _flat(expression: Expression, kind: _Kind) -> list[Expression]:
    """What is joined at the top, brackets within it opened."""
    if not isinstance(expression, kind):
        return [expression]
    return [each for item in expression.items for each in _flat(item, kind)]


def _shape(expression: Expression, known: Subjects) -> object:
    """Equal for two expressions that say the same in another order, or in another way of writing a comparison."""
    match expression:
        case Conjunction() | Disjunction():
            parts = frozenset(_shape(item, known) for item in _flat(expression, type(expression)))
            return next(iter(parts)) if len(parts) == 1 else (type(expression), parts)
        case Negation(Negation(item)):
            return _shape(item, known)
        case Negation(item):
            return Negation, _shape(item, known)
        case Comparison(sign, Constant() as left, Ref() as right):
            return Comparison(MIRRORED[sign], right, left)
        case Selected(name, code) if known.get(name, Subject("")).kind == "choice":
            return Comparison("=", Ref(name), Constant(code))
        case _:
            return expression
