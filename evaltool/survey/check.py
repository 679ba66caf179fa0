"""What is wrong in a definition beyond its shape: names, references, routing, codes, placeholders."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evaltool.errors import ExpressionError, Fault
from evaltool.survey.answers import OTHER_SUFFIX
from evaltool.survey.expressions import Comparison, Constant, Expression, Ref, Selected, names, parse, walk
from evaltool.survey.model import Attribute, Choice, Question, Roster, Survey
from evaltool.survey.translations import PLACEHOLDER, texts
from evaltool.survey.types import QUESTION_TYPES
from evaltool.yamlfile import YamlFile, nearest

Location = tuple[str | int, ...]
PRIVACY = "privacy."
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
METADATA = frozenset(
    {"unit", "person", "deployment", "survey_version", "language", "mode", "helped", "disposition", "missing"}
    | {"opened_at", "completed_at"}
)
RESERVED = METADATA | {"page", "csrf", "lang", "back"}


@dataclass(frozen=True)
class _Known:
    """What an expression may name at its place: type and codes by name, and what is asked only later."""

    names: Mapping[str, "Question | Attribute"]
    later: Mapping[str, str]


def survey_faults(survey: Survey, roster: Roster, file: YamlFile) -> list[Fault]:
    """Every fault of a definition whose shape is right."""
    return [
        *_duplicate_faults(survey, roster, file),
        *(fault for location, question in _places(survey) for fault in _question_faults(question, file, location)),
        *_label_faults(survey, file),
        *_respondent_faults(survey, roster, file),
        *_role_faults(survey, file),
        *_routing_faults(survey, roster, file),
        *_placeholder_faults(survey, roster, file),
    ]


def _places(survey: Survey) -> Iterator[tuple[Location, Question]]:
    for page_number, page in enumerate(survey.pages):
        for number, question in enumerate(page.questions):
            yield ("pages", page_number, "questions", number), question


def _duplicate_faults(survey: Survey, roster: Roster, file: YamlFile) -> Iterator[Fault]:
    seen: dict[str, Location] = {}
    for location, question in _places(survey):
        if question.name in seen:
            message = (
                f"the name «{question.name}» is used twice (first in line {file.line((*seen[question.name], 'name'))})"
            )
            yield Fault("duplicate-name", message, file.where((*location, "name")), "Give one of them another name.")
        seen.setdefault(question.name, location)
        if "__" in question.name:
            mend = "Columns of a dataset are told apart by it; write one underscore."
            yield Fault("taken-name", f"«{question.name}» has two underscores", file.where((*location, "name")), mend)
        if question.name in roster.columns or question.name in RESERVED:
            message = f"«{question.name}» is already a column of the roster or of every dataset"
            yield Fault("taken-name", message, file.where((*location, "name")), "Choose another name.")
        base = question.name.removesuffix(OTHER_SUFFIX)
        if base != question.name and base in survey.by_name and survey.by_name[base].other_choice:
            message = f"«{question.name}» is the name of the text that «{base}» opens"
            yield Fault("taken-name", message, file.where((*location, "name")), "Choose another name.")
    for name, count in Counter(page.name for page in survey.pages).items():
        if count > 1:
            number = [page.name for page in survey.pages].index(name)
            yield Fault(
                "duplicate-name", f"{count} pages are called «{name}»", file.where(("pages", number, "name")), ""
            )


def _question_faults(question: Question, file: YamlFile, location: Location) -> Iterator[Fault]:
    where = file.where((*location, "name"))
    kind = QUESTION_TYPES[question.type]
    if kind.chosen and not question.substantive:
        yield Fault("no-choices", f"«{question.name}» has no choices", where, "Add «choices».")
    if not kind.chosen and question.choices:
        yield Fault(
            "needless-key", f"«{question.name}» is of type {question.type} and takes no choices", where, "Remove them."
        )
    if question.type != "calculate" and not question.label:
        yield Fault("missing-key", f"«{question.name}» has no label", where, "Add «label».")
    if (question.type == "calculate") != bool(question.calculation):
        mend = "Give it «calculation», for instance ${site}, or another type."
        yield Fault("bad-value", f"«{question.name}»: calculate and «calculation» belong together", where, mend)
    if question.constraint and not question.constraint_message:
        mend = "Add «constraint_message», which tells how to mend it."
        yield Fault("missing-key", f"«{question.name}» has a constraint without a message", where, mend)
    if len([code for code in question.choices.values() if code.other]) > 1:
        yield Fault("bad-value", f"«{question.name}» has two choices with «other»", where, "Keep one.")
    if question.required and not kind.asks:
        yield Fault(
            "bad-value", f"«{question.name}» takes no answer, so it cannot be required", where, "Remove «required»."
        )


def respondent_faults(roster: Roster, file: YamlFile) -> Iterator[Fault]:
    """What is wrong with the columns of others than the course's own person who answer for it."""
    for respondent in roster.respondents:
        if not roster.column("person", respondent):
            message = f"no column says who the «{respondent}» is"
            mend = f"Give the column that identifies her «role: person» and «respondent: {respondent}»."
            yield Fault("missing-role", message, file.where(("columns",)), mend)
    for name, column in roster.columns.items():
        where = file.where(("columns", name))
        if column.respondent and column.role == "course":
            mend = "A course is the same course whoever answers for it: remove «respondent»."
            yield Fault("bad-role", f"«{name}» identifies a course, not a {column.respondent}", where, mend)
        # The other roles' sensitivity is checked for everybody.
        open_role = column.role in {None, "language"}
        if column.respondent and open_role and column.sensitivity not in {"identifier", "contact"}:
            message = f"«{name}» tells of the {column.respondent}, and is marked {column.sensitivity}"
            mend = "Write «sensitivity: contact», so that it never leaves the vault, or remove «respondent»."
            yield Fault("not-protected", message, where, mend)


def _respondent_faults(survey: Survey, roster: Roster, file: YamlFile) -> Iterator[Fault]:
    if survey.respondent and not roster.column("person", survey.respondent):
        message = f"the roster does not say who the «{survey.respondent}» of a course is"
        mend = nearest(survey.respondent, roster.respondents)
        mend = mend or f"Add a column with «role: person» and «respondent: {survey.respondent}» to roster.yaml."
        yield Fault("unknown-respondent", message, file.where(("respondent",)), mend)


def _label_faults(survey: Survey, file: YamlFile) -> Iterator[Fault]:
    """Two choices that nobody could tell apart."""
    for location, question in _places(survey):
        seen: dict[str, str] = {}
        for code, choice in question.choices.items():
            label = " ".join(choice.label.get(survey.language, "").split()).casefold()
            first = seen.setdefault(label, code)
            if label and first != code:
                message = f"«{question.name}»: the choices «{first}» and «{code}» have the same label"
                inside = () if question.list_name else (code,)
                yield Fault("same-label", message, file.where((*location, "choices", *inside)), "Tell them apart.")


def _role_faults(survey: Survey, file: YamlFile) -> Iterator[Fault]:
    roles = Counter(question.role for question in survey.questions if question.role)
    for location, question in _places(survey):
        where = file.where((*location, "role"))
        if question.role in {"headline", "helper"} and roles[question.role] > 1:
            yield Fault("duplicate-role", f"two questions have the role «{question.role}»", where, "Keep one.")
        if question.role == "helper" and "nobody" not in question.choices:
            mend = "Call the choice that means «no help» nobody."
            yield Fault("bad-role", f"the helper question «{question.name}» has no choice «nobody»", where, mend)


def _routing_faults(survey: Survey, roster: Roster, file: YamlFile) -> Iterator[Fault]:
    asked_on = {question.name: page.name for page in survey.pages for question in page.questions}
    known: dict[str, Question | Attribute] = dict(roster.attributes)
    for number, page in enumerate(survey.pages):
        later = {name: asked for name, asked in asked_on.items() if name not in known}
        place = ("pages", number)
        yield from _expression_faults(page.relevant, _Known(known, later), file, (*place, "relevant"))
        for index, question in enumerate(page.questions):
            inner = (*place, "questions", index)
            scope = _Known({**known, ".": question}, later)
            for key in ("relevant", "constraint", "calculation"):
                yield from _expression_faults(getattr(question, key), scope, file, (*inner, key))
        known |= {question.name: question for question in page.questions}
    yield from _expression_faults(survey.refusal, _Known(known, {}), file, ("refusal",))
    yield from _expression_faults(survey.invite, _Known(roster.attributes, asked_on), file, ("invite",))


def _expression_faults(text: str, known: _Known, file: YamlFile, location: Location) -> Iterator[Fault]:
    return _faults_in(text, known, file.where(location))


def selection_faults(text: str, roster: Roster, *, where: str) -> list[Fault]:
    """What is wrong in an expression that selects courses by their roster attributes."""
    return list(_faults_in(text, _Known(roster.attributes, {}), where))


def _faults_in(text: str, known: _Known, where: str) -> Iterator[Fault]:
    if not text:
        return
    try:
        expression = parse(text)
    except ExpressionError as error:
        yield Fault(error.code, error.message, where, error.mend)
        return
    for name in names(expression):
        if name in known.later:
            message = f"«{name}» is asked on page «{known.later[name]}», which does not come before"
            yield Fault("routing-later", message, where, f"Move «{name}» to an earlier page, or this to a later one.")
        elif name not in known.names:
            mend = nearest(name, known.names) or "Write the question, or add the column to roster.yaml."
            yield Fault(
                "unknown-name", f"«{name}» is neither a question nor a usable column of the roster", where, mend
            )
    yield from code_faults(expression, known.names, where)


def code_faults(expression: Expression, known: Mapping[str, "Question | Attribute"], where: str) -> Iterator[Fault]:
    """Comparisons that can never be right: unknown codes, things of different kinds, `=` on several choices."""
    for part in walk(expression):
        if isinstance(part, Selected):
            thing = _thing(part.name, known)
            yield from _value_faults(part.name, part.code, thing, where) if thing else ()
        elif isinstance(part, Comparison):
            yield from _comparison_faults(part, known, where)


def _comparison_faults(part: Comparison, known: Mapping[str, "Question | Attribute"], where: str) -> Iterator[Fault]:
    sides = [(side.name, _thing(side.name, known)) for side in (part.left, part.right) if isinstance(side, Ref)]
    things = [(name, thing) for name, thing in sides if thing]
    for name, thing in things:
        if thing.type == "select_multiple":
            mend = f"Write selected(${{{name}}}, 'code')."
            yield Fault("bad-value", f"«{name}» can have several answers, so it equals none", where, mend)
            return
    match part.left, part.right:
        case (Ref(), Ref()) if len(things) == 2:
            yield from _kind_faults(things, where)
        case (Ref(name), Constant(value)) | (Constant(value), Ref(name)) if things:
            yield from _value_faults(name, value, things[0][1], where)
        case _:
            pass


def _thing(name: str, known: Mapping[str, "Question | Attribute"]) -> "Question | Attribute | None":
    """What a name stands for; a calculation of a bare name stands for that."""
    thing = known.get(name)
    if isinstance(thing, Question) and thing.type == "calculate":
        calculated = _reference(thing.calculation)
        return _thing(calculated, known) if calculated and calculated != name else None
    return thing


def _reference(calculation: str) -> str:
    try:
        expression = parse(calculation)
    except ExpressionError:
        return ""  # told as a fault of its own
    return expression.name if isinstance(expression, Ref) else ""


_KINDS: Mapping[str, str] = {"integer": "a number", "decimal": "a number", "date": "a date"}


def _kind_faults(things: list[tuple[str, "Question | Attribute"]], where: str) -> Iterator[Fault]:
    (left, left_kind), (right, right_kind) = ((name, _KINDS.get(thing.type, "a text")) for name, thing in things)
    if left_kind != right_kind:
        message = f"«{left}» is {left_kind} and «{right}» is {right_kind}: they cannot be compared"
        yield Fault("bad-value", message, where, "Compare things of one kind.")


def _value_faults(name: str, value: str | float, thing: "Question | Attribute", where: str) -> Iterator[Fault]:
    if thing.choices:
        if str(value) not in _comparable(thing.choices):
            mend = nearest(str(value), _comparable(thing.choices))
            yield Fault("unknown-code", f"«{value}» is not an answer to «{name}»", where, mend)
    elif thing.type in {"integer", "decimal"} and isinstance(value, str):
        message = f"«{name}» is a number, but is compared with the text «{value}»"
        yield Fault("bad-value", message, where, "Remove the quotes.")
    elif thing.type in {"text", "date"} and not isinstance(value, str):
        yield Fault(
            "bad-value", f"«{name}» is {thing.type}, but is compared with a number", where, "Put quotes round it."
        )
    elif thing.type == "date" and not _ISO_DATE.fullmatch(str(value)):
        yield Fault(
            "bad-value", f"«{value}» is not a date as it is compared", where, "Write year-month-day: '2021-12-31'."
        )


def _comparable(choices: Mapping[str, Choice]) -> list[str]:
    return [code for code, choice in choices.items() if choice.missing is None]


def _placeholder_faults(survey: Survey, roster: Roster, file: YamlFile) -> Iterator[Fault]:
    for key, text in texts(survey).items():
        for name in PLACEHOLDER.findall(text.get(survey.language, "")):
            if not name.startswith(PRIVACY) and name not in roster.attributes:
                message = f"the text «{key}» shows «{name}», which is no usable column of the roster"
                mend = nearest(name, roster.attributes) or "Earlier answers are never shown."
                yield Fault("unknown-name", message, file.where(text_place(survey, key)), mend)


def text_place(survey: Survey, key: str) -> Location:
    """Where the text with this key stands in its definition (texts of shared lists stand elsewhere)."""
    owner, *steps = key.split(".")
    if owner == "page":
        number = next(number for number, page in enumerate(survey.pages) if page.name == steps[0])
        return ("pages", number, *steps[1:])
    if not steps:
        return (owner,)
    location = next((location for location, question in _places(survey) if question.name == owner), ())
    return (*location, *(["choices"] if steps[0] == "choice" else []), steps[-1])


def placeholders(survey: Survey) -> set[str]:
    """Names of all placeholders in the survey's texts."""
    return {name for text in texts(survey).values() for words in text.values() for name in PLACEHOLDER.findall(words)}


def used_attributes(survey: Survey, roster: Roster) -> dict[str, Attribute]:
    """The roster attributes that routing, calculations and texts use: all that the platform is told."""
    questions = list(survey.questions)
    expressions = [survey.refusal, *(page.relevant for page in survey.pages)]
    expressions += [
        text for question in questions for text in (question.relevant, question.constraint, question.calculation)
    ]
    used = {name for text in expressions if text for name in names(parse(text))} | placeholders(survey)
    return {name: column for name, column in roster.attributes.items() if name in used}
