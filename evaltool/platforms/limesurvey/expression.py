"""Expressions compiled to LimeSurvey's own language: the third reader of the tree that `survey.expressions` parses.

LimeSurvey compares what is empty as if it were something, so every comparison carries a guard: with no answer it is
false, `!=` included. A choice that means «no answer» (`missing`) is no answer here, too. What is shown to nobody is
written with words (`lt`, `and`), never with `<` or `&`, which its filters would alter.

Texts are escaped by LimeSurvey and compared unescaped; only a brace in an answer never equals one of the roster. Their
order is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from evaltool.errors import ExpressionError
from evaltool.platforms.limesurvey.names import Named, Names
from evaltool.survey.expressions import (
    COMPARE,
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Expression,
    Negation,
    Operator,
    Ref,
    Selected,
    evaluate,
    parse,
)
from evaltool.survey.model import Attribute, Question, Survey

TRUE, FALSE = "1", "0"
Thing: TypeAlias = Question | Attribute
Kind = Literal["number", "text", "date", "choice", "choices", "truth"]

_KINDS: Mapping[str, Kind] = {
    "integer": "number",
    "decimal": "number",
    "date": "date",
    "text": "text",
    "select_one": "choice",
    "select_multiple": "choices",
    "choice": "choice",
}
_WORDS: Mapping[Operator, str] = {"=": "==", "!=": "!=", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_TURNED: Mapping[Operator, Operator] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_UNWRITABLE = set("&<>{}\\\n")
"""Signs that LimeSurvey escapes in answers, or reads as something else in an expression."""


@dataclass(frozen=True)
class Scope:
    """What an expression may read: `known` are the questions asked before it, `own` the one that `.` stands for."""

    survey: Survey
    names: Names
    known: frozenset[str]
    own: Question | None = None

    def thing(self, name: str) -> Thing | None:
        """The question or attribute that a name stands for, if it has an answer at this place.

        Raises:
            ExpressionError: nothing has this name; LimeSurvey would show the question to everybody.
        """
        if name == ".":
            return self.own
        if name in self.survey.attributes:
            return self.survey.attributes[name]
        if name not in self.survey.by_name:
            raise _cannot(
                f"«{name}» is neither a question nor a column of the roster that is used", "Mend its spelling."
            )
        return self.survey.by_name[name] if name in self.known else None


def known_before(survey: Survey, page: str) -> frozenset[str]:
    """Questions that stand on the pages before `page` (its name)."""
    place = [item.name for item in survey.pages].index(page)
    return frozenset(question.name for item in survey.pages[:place] for question in item.questions)


@dataclass(frozen=True)
class _Operand:
    """A side of a comparison: LimeSurvey's words for it, what makes it an answer, its codes there by ours."""

    kind: Kind
    words: str
    guards: tuple[str, ...] = ()
    codes: Named = field(default_factory=dict[str, str])


def compile_test(text: str, scope: Scope) -> str:
    """What holds on LimeSurvey when `text` holds; «1» for an empty one.

    Raises:
        ExpressionError: if LimeSurvey cannot read it as we do.
    """
    return _test(parse(text), scope) if text else TRUE


def compile_constraint(question: Question, scope: Scope) -> str:
    """What must hold for an answer to stand: it is none, or meets the constraint."""
    own = Scope(scope.survey, scope.names, scope.known, question)
    return _either((_not(_truth(Ref("."), own, given_only=True)), _test(parse(question.constraint), own)))


def compile_value(text: str, scope: Scope) -> str:
    """The text of an equation question whose value is that of the calculation: a code, a number, a date, 1 or 0.

    Raises:
        ExpressionError: if LimeSurvey cannot hold the value.
    """
    match parse(text):
        case Constant(value):
            return escape_braces(_number(value) if not isinstance(value, str) else value)
        case Ref(name):
            return _value_of(name, scope)
        case expression:
            return f"{{if({_test(expression, scope)}, 1, 0)}}"


def escape_braces(words: str) -> str:
    """Words in which LimeSurvey finds no expression; it takes the backslashes away when it shows them."""
    return words.replace("{", "\\{").replace("}", "\\}")


def blocked(survey: Survey, names: Names, page: str) -> list[str]:
    """What ends the interview before `page`: the refusal as it is asked after each page, each form once.

    After a page only answers up to it are known, so no question decides whether it is itself shown.
    """
    found: dict[str, None] = {}
    known: frozenset[str] = frozenset()
    for item in survey.pages if survey.refusal else ():
        if item.name == page:
            break
        known |= {question.name for question in item.questions}
        found[compile_test(survey.refusal, Scope(survey, names, known))] = None
    return [test for test in found if test != FALSE]


def page_relevance(survey: Survey, names: Names, page: str) -> str:
    """When a page is shown: its own condition holds, and nobody has refused before."""
    item = survey.page(page)
    scope = Scope(survey, names, known_before(survey, page))
    own = compile_test(item.relevant if item else "", scope)
    return _all((own, *(_not(test) for test in blocked(survey, names, page))))


def _test(expression: Expression, scope: Scope) -> str:  # noqa: PLR0911  # one return a kind of expression
    match expression:
        case Ref():
            return _truth(expression, scope)
        case Constant(value):
            return TRUE if value else FALSE
        case Comparison(sign, left, right):
            return _comparison(sign, left, right, scope)
        case Selected(name, code):
            return _selected(name, code, scope)
        case Negation(item):
            return _not(_test(item, scope))
        case Conjunction(items):
            return _all(tuple(_test(item, scope) for item in items))
        case Disjunction(items):
            return _either(tuple(_test(item, scope) for item in items))


def _not(test: str) -> str:
    if test.startswith("!is_empty(") and " " not in test:
        return test[1:]
    return {TRUE: FALSE, FALSE: TRUE}.get(test) or f"!({test})"


def _all(tests: tuple[str, ...]) -> str:
    if FALSE in tests:
        return FALSE
    return _joined("and", [test for test in tests if test != TRUE]) or TRUE


def _either(tests: tuple[str, ...]) -> str:
    if TRUE in tests:
        return TRUE
    return _joined("or", [test for test in tests if test != FALSE]) or FALSE


def _joined(word: str, tests: list[str]) -> str:
    single = list(dict.fromkeys(tests))
    return f" {word} ".join(f"({test})" for test in single) if len(single) > 1 else "".join(single)


def _truth(ref: Ref, scope: Scope, *, given_only: bool = False) -> str:
    """A bare name: there is an answer, and it is not the number 0."""
    operand = _operand(ref, scope)
    if operand is None:
        return FALSE
    if operand.kind == "choices":
        return _either(tuple(f'{word} == "Y"' for word in operand.codes.values()))
    nonzero = (f"{operand.words} != 0",) if operand.kind in {"number", "truth"} and not given_only else ()
    return _all((*operand.guards, *nonzero))


def _selected(name: str, code: str, scope: Scope) -> str:
    operand = _operand(Ref(name), scope)
    if operand is None or operand.kind in {"number", "truth", "date"}:
        return FALSE  # no code is ever a number or a date
    if operand.kind == "choices":
        return f'{operand.codes[code]} == "Y"' if code in operand.codes else FALSE
    return _against("=", operand, code)


def _comparison(sign: Operator, left: Ref | Constant, right: Ref | Constant, scope: Scope) -> str:
    match left, right:
        case Constant(), Constant():
            return TRUE if evaluate(Comparison(sign, left, right), {}) else FALSE
        case Constant(value), Ref():
            operand = _operand(right, scope)
            return _against(_TURNED[sign], operand, value) if operand else FALSE
        case Ref(), Constant(value):
            operand = _operand(left, scope)
            return _against(sign, operand, value) if operand else FALSE
        case _:
            one, other = _operand(left, scope), _operand(right, scope)
            return _between(sign, one, other) if one and other else FALSE


def _operand(side: Ref | Constant, scope: Scope) -> _Operand | None:
    assert isinstance(side, Ref)
    thing = scope.thing(side.name)
    if thing is None:
        return None
    if isinstance(thing, Attribute):
        return _attribute(thing, f"TOKEN:{scope.names.attributes[side.name].upper()}")
    return _answer(thing, scope)


def _attribute(column: Attribute, words: str) -> _Operand:
    return _typed(_KINDS[column.type], words, {code: code for code in column.choices}, trimmed=False)


def _answer(question: Question, scope: Scope) -> _Operand:
    words = f"{scope.names.questions[question.name]}.NAOK"
    if question.type == "calculate":
        return _calculated(question, words, scope)
    codes = scope.names.choices.get(question.name, {})
    substantive = {code: codes[code] for code in question.substantive}
    if question.type == "select_multiple":
        title = scope.names.questions[question.name]
        return _Operand("choices", words, (), {code: f"{title}_{part}.NAOK" for code, part in substantive.items()})
    operand = _typed(_KINDS.get(question.type, "text"), words, substantive, trimmed=True)
    unsaid = tuple(f'{words} != "{codes[code]}"' for code in question.choices if code not in substantive)
    return _Operand(operand.kind, operand.words, operand.guards + unsaid, operand.codes)


def _typed(kind: Kind, words: str, codes: Named, *, trimmed: bool) -> _Operand:
    """`trimmed`: a text was written by a respondent; spaces round it are no part of it. LimeSurvey escapes texts."""
    given = (f"!is_empty({words})",)
    match kind:
        case "number":
            return _Operand(kind, f"floatval({words})", given)
        case "date":
            return _Operand(kind, f"substr({words}, 0, 10)", given)
        case "text" if trimmed:
            return _Operand(kind, f"htmlspecialchars_decode(trim({words}))", (f"!is_empty(trim({words}))",))
        case "text":
            return _Operand(kind, f"htmlspecialchars_decode({words})", given)
        case _:
            return _Operand(kind, words, given, codes)


def _calculated(question: Question, words: str, scope: Scope) -> _Operand:
    """A calculation holds what it was made of: what it copies, or whether something was true."""
    match parse(question.calculation):
        case Ref(name):
            before = Scope(scope.survey, scope.names, frozenset(scope.survey.by_name))
            copied = _operand(Ref(name), before)
            assert copied is not None
            return _typed(copied.kind, words, copied.codes, trimmed=False)
        case Constant(value):
            return _typed("text" if isinstance(value, str) else "number", words, {}, trimmed=False)
        case _:
            return _Operand("truth", f"floatval({words})", (f"!is_empty({words})",))


def _against(sign: Operator, operand: _Operand, value: str | float) -> str:
    """A comparison with a constant."""
    if operand.kind == "choices":
        raise _cannot("a question with several answers is compared as if it had one", "Write selected(...).")
    if operand.codes:
        return _all((*(operand.guards if sign == "!=" else ()), _among(sign, operand, value)))
    if operand.kind in {"number", "truth"}:
        if isinstance(value, str):
            raise _cannot(f"a number is compared with the text «{value}»", "Remove the quotes.")
        return _all((*operand.guards, f"{operand.words} {_WORDS[sign]} {_number(value)}"))
    if not isinstance(value, str):
        raise _cannot(f"a {operand.kind} is compared with the number {value}", "Put quotes round it.")
    _refuse_order(sign, operand)
    return _all((*operand.guards, _texts(sign, operand.words, _quoted(value))))


def _among(sign: Operator, operand: _Operand, value: str | float) -> str:
    """Codes are compared by name: which of ours fit is known beforehand."""
    if not isinstance(value, str):
        raise _cannot(f"a choice is compared with the number {value}", "Put quotes round the code.")
    if sign == "!=":
        return f'{operand.words} != "{operand.codes[value]}"' if value in operand.codes else TRUE
    return _one_of(operand, [code for code in operand.codes if COMPARE[sign](code, value)])


def _one_of(operand: _Operand, codes: list[str]) -> str:
    return _either(tuple(f'{operand.words} == "{operand.codes[code]}"' for code in codes))


def _between(sign: Operator, one: _Operand, other: _Operand) -> str:
    """A comparison of two answers."""
    numbers = {"number", "truth"}
    guards = (*one.guards, *other.guards)
    if "choices" in {one.kind, other.kind}:
        raise _cannot("a question with several answers is compared as if it had one", "Write selected(...).")
    if one.kind in numbers and other.kind in numbers:
        return _all((*guards, f"{one.words} {_WORDS[sign]} {other.words}"))
    if one.kind in numbers or other.kind in numbers:
        raise _cannot("a number is compared with something else", "Compare things of one kind.")
    _refuse_order(sign, one, other)
    if not one.codes and not other.codes:
        return _all((*guards, _texts(sign, one.words, other.words)))
    if sign not in {"=", "!="}:
        raise _cannot("codes are ordered by their spelling", "Compare the code by = with each that is meant.")
    same = _either(tuple(_same(one, other, code) for code in (one.codes or other.codes)))
    return _all((*guards, same if sign == "=" else _not(same)))


def _refuse_order(sign: Operator, *operands: _Operand) -> None:
    """LimeSurvey escapes some letters of a text, and then they stand elsewhere in the alphabet."""
    if sign not in {"=", "!="} and any(operand.kind == "text" for operand in operands):
        raise _cannot("texts are ordered by their letters", "Ask for a number, a date or a choice instead.")


def _same(one: _Operand, other: _Operand, code: str) -> str:
    return _all(tuple(_is(operand, code) for operand in (one, other)))


def _is(operand: _Operand, code: str) -> str:
    return (
        _one_of(operand, [code] if code in operand.codes else [])
        if operand.codes
        else (_texts("=", operand.words, _quoted(code)))
    )


def _texts(sign: Operator, left: str, right: str) -> str:
    """Letter by letter: `==` would take «1e1» and «10» for the same."""
    return f"strcmp({left}, {right}) {_WORDS[sign]} 0"


def _quoted(value: str) -> str:
    if _UNWRITABLE & set(value) or {"'", '"'} <= set(value):
        raise _cannot(
            f"LimeSurvey cannot compare with the text «{value}»", "Compare without & < > { } \\ and line ends."
        )
    return f"'{value}'" if '"' in value else f'"{value}"'


def _number(value: float) -> str:
    plain = format(Decimal(str(value)), "f")
    return f"({plain})" if value < 0 else plain


def _cannot(message: str, mend: str) -> ExpressionError:
    return ExpressionError(message, mend=mend)


def _value_of(name: str, scope: Scope) -> str:
    thing = scope.thing(name)
    operand = _operand(Ref(name), scope)
    if thing is None or operand is None:
        return ""
    if operand.kind == "choices":
        raise _cannot(f"«{name}» has several answers, which no calculation can hold", "Calculate with selected(...).")
    if isinstance(thing, Question) and thing.type == "text":
        raise _cannot(f"«{name}» is free text, which LimeSurvey alters in a calculation", "Take the calculation away.")
    words = operand.words.removeprefix("floatval(").removesuffix(")") if operand.kind == "number" else operand.words
    return f'{{if({_all(operand.guards)}, {words}, "")}}'
