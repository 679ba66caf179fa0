"""What LimeSurvey would swallow in silence, told before anything is sent: in terms of our file and question.

Its importer checks almost nothing: names that it does not like are renamed, choices dropped, conditions that it cannot
read shown to everybody. What our own mapping takes care of (`names`, `words`) is no fault.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from evaltool.errors import ExpressionError, Fault
from evaltool.platforms.limesurvey.expression import (
    TRUE,
    Scope,
    blocked,
    compile_constraint,
    compile_test,
    compile_value,
    known_before,
    page_relevance,
)
from evaltool.platforms.limesurvey.languages import LANGUAGES, LOOKED_AT, NEAR, WEAK
from evaltool.platforms.limesurvey.letters import write_letters
from evaltool.platforms.limesurvey.names import (
    CHOICE_LENGTH,
    MARKER,
    QUESTION_LENGTH,
    RESERVED,
    RESERVED_PARTS,
    Named,
    Names,
    name_survey,
)
from evaltool.platforms.limesurvey.structure import TYPES, alone
from evaltool.platforms.limesurvey.words import Teller
from evaltool.survey.model import Page, Question, Survey
from evaltool.survey.translations import PLACEHOLDER, choice_key, texts

Where = Callable[[str], str]
"""File and line of a place in the survey, by the key of its text (`job.label`) or property (`job.relevant`)."""

TITLE_LENGTH, SUBJECT_LENGTH = 200, 255
"""What LimeSurvey keeps of a survey's title, and of the subject of a mail."""
TEXT_BYTES = 65_535
"""What a text column holds; LimeSurvey's databases cut off the rest, or refuse the row."""

_QUESTION = re.compile(rf"[A-Za-z][A-Za-z0-9]{{0,{QUESTION_LENGTH - 1}}}")
_CHOICE = re.compile(rf"[A-Za-z0-9]{{1,{CHOICE_LENGTH}}}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Findings:
    """`faults` keep the survey from being sent; `warnings` are told and do no harm to the answers."""

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...] = ()


def lint(survey: Survey, names: Names | None = None, where: Where | None = None) -> Findings:
    """Everything about the survey that LimeSurvey would not take as it is meant.

    `where` tells the file and line of a place; without it the key of the place is told.
    """
    place = where or _by_key(survey)
    named = names or name_survey(survey)
    faults = [
        *_name_faults(survey, named, place),
        *_language_faults(survey, place),
        *_text_faults(survey, place),
        *_title_faults(survey, named, place),
        *_expression_faults(survey, named, place),
        *_type_faults(survey, place),
    ]
    return Findings(tuple(faults), tuple(_warnings(survey, place)))


def _by_key(survey: Survey) -> Where:
    return lambda key: f"{survey.key}: {key}"


def _name_faults(survey: Survey, names: Names, place: Where) -> Iterator[Fault]:
    """What LimeSurvey would rename, drop or overwrite: it never tells."""
    titles = {**{name: names.questions.get(name, "") for name in survey.by_name}, **_prefixed("other", names.others)}
    titles |= _prefixed("record", names.records)
    yield from _code_faults(titles, _QUESTION, RESERVED, place, "question")
    for question in survey.questions:
        codes = {code: names.choices.get(question.name, {}).get(code, "") for code in question.choices}
        shape = (_QUESTION, RESERVED_PARTS) if question.type == "select_multiple" else (_CHOICE, frozenset[str]())
        keys = {f"{question.name}.choices.{code}": short for code, short in codes.items()}
        yield from _code_faults(keys, *shape, place, "choice")


def _prefixed(kind: str, names: Named) -> dict[str, str]:
    return {f"{name}.{kind}": title for name, title in names.items()}


def _code_faults(
    codes: dict[str, str], form: re.Pattern[str], reserved: frozenset[str], place: Where, what: str
) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for key, code in codes.items():
        where, mend = place(key), f"Give the {what} another name in the mapping, or in a new version."
        if not form.fullmatch(code):
            yield Fault("platform-name", f"«{code}» is no name that LimeSurvey takes for «{key}»", where, mend)
        elif code.lower() in reserved or code == MARKER:
            yield Fault("platform-reserved", f"LimeSurvey keeps «{code}» (for «{key}») for itself", where, mend)
        first = seen.setdefault(code.lower(), key)
        if code and first != key:
            message = f"«{first}» and «{key}» are both «{code}» to LimeSurvey, which drops one of them"
            yield Fault("platform-duplicate", message, where, mend)


def _language_faults(survey: Survey, place: Where) -> Iterator[Fault]:
    for code in survey.languages:
        if code not in LANGUAGES:
            mend = f"Take {NEAR[code]}." if code in NEAR else "Leave the language out, or use the embedded platform."
            yield Fault("platform-language", f"LimeSurvey has no language «{code}»", place("translations"), mend)


def _text_faults(survey: Survey, place: Where) -> Iterator[Fault]:
    swallowed = _messages(survey)
    for key, text in texts(survey).items():
        for language, words in text.items():
            where = place(key)
            about = f"the text «{key}» in «{language}»"
            for name in sorted(set(PLACEHOLDER.findall(words)) - set(survey.attributes)):
                mend = "Deploy with the project's facts filled in, or name a column of the roster."
                yield Fault("platform-text", f"{about} shows «{name}», which nobody tells LimeSurvey", where, mend)
            if sign := _CONTROL.search(words):
                mend = "Take it out; it came along with a copied text."
                yield Fault("platform-text", f"{about} has the sign U+{ord(sign[0]):04X}", where, mend)
            if key in swallowed and re.search("[{}]", words):
                mend = "Write it without braces, for instance with ( )."
                yield Fault("platform-text", f"{about} has a brace: LimeSurvey swallows it in a message", where, mend)
            if re.search(r"\\[{}]", words):
                mend = "Put a space between them, or leave the backslash out."
                yield Fault("platform-text", f"{about} has a backslash before a brace", where, mend)
            limit = TEXT_BYTES // 4
            if len(words) > limit:
                mend = f"Shorten it to {limit} characters; LimeSurvey would cut it off."
                yield Fault("platform-length", f"{about} has {len(words)} characters", where, mend)


def _title_faults(survey: Survey, names: Names, place: Where) -> Iterator[Fault]:
    """Facts and signs are written out for LimeSurvey, so that a short title can become a long one."""
    if {name for words in survey.title.values() for name in PLACEHOLDER.findall(words)} - set(survey.attributes):
        return  # told already
    teller = Teller(survey, names)
    titles = teller.tell(survey.title)
    subjects = write_letters(teller.tell_in_mail(survey.title), survey.languages)["surveyls_email_remind_subj"]
    for language in survey.languages:
        if len(titles[language]) > TITLE_LENGTH or len(subjects[language]) > SUBJECT_LENGTH:
            message = f"the title in «{language}» is too long for LimeSurvey, or for the subject of its reminder"
            mend = f"Shorten it below {TITLE_LENGTH} characters; what comes from the roster, & and < take many more."
            yield Fault("platform-length", message, place("title"), mend)


def _messages(survey: Survey) -> set[str]:
    """Keys of texts that are shown as a message about an answer: LimeSurvey reads those twice."""
    found = {f"{question.name}.constraint_message" for question in survey.questions}
    several = [question for question in survey.questions if question.type == "select_multiple"]
    return found | {choice_key(question, code) for question in several for code in alone(question)[:1]}


def _expression_faults(survey: Survey, names: Names, place: Where) -> Iterator[Fault]:
    if survey.refusal:
        yield from _refusal_faults(survey, names, place)
    for page in survey.pages:
        key = f"page.{page.name}.relevant"
        yield from _compiled(lambda page=page: page_relevance(survey, names, page.name), place(key))
        yield from _question_faults(page, survey, names, place)


def _question_faults(page: Page, survey: Survey, names: Names, place: Where) -> Iterator[Fault]:
    scope = Scope(survey, names, known_before(survey, page.name))
    for question in page.questions:
        attempts = {
            "relevant": lambda question=question: compile_test(question.relevant, scope),
            "constraint": lambda question=question: question.constraint and compile_constraint(question, scope),
            "calculation": lambda question=question: _value(question, scope),
        }
        for key, attempt in attempts.items():
            yield from _compiled(attempt, place(f"{question.name}.{key}"))
        if question.constraint and question.type in {"note", "calculate"}:
            message = f"«{question.name}» takes no answer that could be checked"
            yield Fault("platform-constraint", message, place(f"{question.name}.constraint"), "Remove the constraint.")


def _value(question: Question, scope: Scope) -> str:
    return compile_value(question.calculation, scope) if question.calculation else ""


def _refusal_faults(survey: Survey, names: Names, place: Where) -> Iterator[Fault]:
    """A refusal that holds before anything is answered would end every interview after the first page."""
    found = list(_compiled(lambda: " ".join(blocked(survey, names, "")), place("refusal")))
    yield from found
    if not found and TRUE in blocked(survey, names, ""):
        message = "the refusal holds before its question is asked, so LimeSurvey would show no later page"
        yield Fault("platform-refusal", message, place("refusal"), "Write it so that no answer is no refusal.")


def _compiled(attempt: Callable[[], str], where: str) -> Iterator[Fault]:
    """A fault if it cannot be compiled, or is longer than LimeSurvey's column."""
    try:
        words = attempt()
    except ExpressionError as error:
        yield Fault("platform-expression", error.message, where, error.mend)
        return
    if len(words.encode()) > TEXT_BYTES:
        yield Fault("platform-length", "the condition is too long for LimeSurvey", where, "Ask a helping question.")


def _type_faults(survey: Survey, place: Where) -> Iterator[Fault]:
    for question in survey.questions:
        if question.type not in TYPES:
            message = f"«{question.name}» is of type {question.type}, which we cannot put on LimeSurvey"
            yield Fault("platform-type", message, place(f"{question.name}.type"), "Use the embedded platform.")


def _warnings(survey: Survey, place: Where) -> Iterator[Fault]:
    for code in survey.languages:
        if code in WEAK:
            message = (
                f"LimeSurvey speaks little «{code}»: {WEAK[code]} of {LOOKED_AT} texts of a page are translated, "
                "the others (buttons, messages) are English"
            )
            mend = "Look at a page in this language, and use the embedded platform if it matters."
            yield Fault("platform-weak-language", message, place("translations"), mend)
    numbers = [question.name for question in survey.questions if question.type in {"integer", "decimal"}]
    digits = [code for code in survey.languages if code in {"ar", "ckb", "fa", "prs", "ps", "ur"}]
    if numbers and digits:
        message = f"LimeSurvey refuses the digits of {', '.join(digits)} (٤٥) in {', '.join(numbers)}"
        yield Fault("platform-digits", message, place(numbers[0]), "Ask for digits 0 to 9 in the hint.")
