"""Expressions (`relevant`, `constraint`, `calculation`, rules): parsed once, read by several readers.

XLSForm's words: `${name}`, `.`, `=`, `!=`, `<`, `<=`, `>`, `>=`, `and`, `or`, `not()`, `selected()`.
Any comparison with no answer is false, `!=` included. This module holds the parser and the reader for one
interview; the reader for a whole table is `evaltool.responses.tables`.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, TypeAlias, cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from evaltool.errors import ExpressionError

Value: TypeAlias = str | int | float | date | tuple[str, ...]
Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]

_GRAMMAR = r"""
    ?start: any
    ?any: all ("or" all)*
    ?all: test ("and" test)*
    ?test: "not" "(" any ")"                    -> negation
         | "selected" "(" name "," TEXT ")"     -> selected
         | operand OPERATOR operand             -> comparison
         | "(" any ")"
         | operand
    ?operand: name | literal
    name: "${" NAME "}" | "."
    literal: TEXT | NUMBER
    OPERATOR: "=" | "!=" | "<=" | ">=" | "<" | ">"
    NAME: /[a-z][a-z0-9_]*/
    TEXT: /'[^']*'|"[^"]*"/
    NUMBER: /-?[0-9]+(\.[0-9]+)?/
    %ignore /\s+/
"""


@dataclass(frozen=True)
class Ref:
    """`${name}`; `.` (the answer being checked) has the name `.`."""

    name: str


@dataclass(frozen=True)
class Constant:
    value: str | int | float


@dataclass(frozen=True)
class Comparison:
    operator: Operator
    left: "Ref | Constant"
    right: "Ref | Constant"


@dataclass(frozen=True)
class Selected:
    name: str
    code: str


@dataclass(frozen=True)
class Negation:
    item: "Expression"


@dataclass(frozen=True)
class Conjunction:
    items: "tuple[Expression, ...]"


@dataclass(frozen=True)
class Disjunction:
    items: "tuple[Expression, ...]"


Expression: TypeAlias = Ref | Constant | Comparison | Selected | Negation | Conjunction | Disjunction

COMPARE: Mapping[Operator, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MIRRORED: Mapping[Operator, Operator] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The operator of a comparison whose sides change places."""


@cache
def parse(text: str) -> Expression:
    """Parse an expression.

    Raises:
        ExpressionError: with the position of what cannot be read.
    """
    try:
        return _build(cast("Any", _parser()).parse(text))
    except UnexpectedInput as error:
        raise ExpressionError(
            f"cannot read the expression «{text}» at character {error.column}",
            mend="Write like ${name} = 'code', joined by and, or, not(...), selected(${name}, 'code').",
        ) from error


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="earley", propagate_positions=True)


def _build(  # noqa: PLR0911  # one return a rule of the grammar
    tree: Tree[Token] | Token,
) -> Expression:
    if isinstance(tree, Token):
        return Constant(str(tree))
    items = tree.children
    match tree.data:
        case "name":
            return Ref(str(items[0]) if items else ".")
        case "literal":
            return Constant(_literal(cast("Token", items[0])))
        case "comparison":
            left, sign, right = items
            operands = cast("tuple[Ref, Ref]", (_build(left), _build(right)))
            return Comparison(cast("Operator", str(sign)), *operands)
        case "selected":
            return Selected(cast("Ref", _build(items[0])).name, str(items[1])[1:-1])
        case "negation":
            return Negation(_build(items[0]))
        case "all":
            return Conjunction(tuple(_build(item) for item in items))
        case _:
            return Disjunction(tuple(_build(item) for item in items))


def _literal(token: Token) -> str | int | float:
    if token.type == "TEXT":
        return token[1:-1]
    return float(token) if "." in token else int(token)


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything in it."""
    yield expression
    match expression:
        case Comparison(_, left, right):
            yield from (left, right)
        case Negation(item):
            yield from walk(item)
        case Conjunction(items) | Disjunction(items):
            for item in items:
                yield from walk(item)
        case _:
            pass


def names(expression: Expression) -> list[str]:
    """Names that the expression reads, each once, in order; `.` is left out."""
    found = [part.name for part in walk(expression) if isinstance(part, Ref | Selected) and part.name != "."]
    return list(dict.fromkeys(found))


def holds(text: str, values: Mapping[str, Value | None]) -> bool:
    """Read the expression for one interview; an empty one holds. A name without a value has no answer."""
    return not text or bool(evaluate(parse(text), values))


def evaluate(  # noqa: PLR0911  # one return a kind of expression
    expression: Expression, values: Mapping[str, Value | None]
) -> bool | Value | None:
    """The value of an expression; a bare name is its answer (as in `calculation`)."""
    match expression:
        case Ref(name):
            return values.get(name)
        case Constant(value):
            return value
        case Comparison(sign, left, right):
            return _compare(sign, evaluate(left, values), evaluate(right, values))
        case Selected(name, code):
            value = values.get(name)
            return code in value if isinstance(value, tuple) else value == code
        case Negation(item):
            return not evaluate(item, values)
        case Conjunction(items):
            return all(evaluate(item, values) for item in items)
        case Disjunction(items):
            return any(evaluate(item, values) for item in items)


def _compare(sign: Operator, left: object, right: object) -> bool:
    if left is None or right is None:
        return False
    if isinstance(left, date) or isinstance(right, date):
        left, right = str(left), str(right)
    return COMPARE[sign](left, right)
