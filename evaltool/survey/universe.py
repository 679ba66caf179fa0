"""Who is asked: two universes compared over everything that can be answered, not by how they are written."""

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, TypeAlias

from evaltool.survey.expressions import (
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Expression,
    Negation,
    Ref,
    Selected,
    Value,
    evaluate,
    names,
    walk,
)
from evaltool.survey.model import Attribute, Question

Relation = Literal["same", "wider", "narrower", "different", "unknown"]
Thing: TypeAlias = Question | Attribute
_MOST_CASES = 50_000
_SPARE = "\x00"  # a text, or a code, that no expression names
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def relation(old: Expression, new: Expression, things: Mapping[str, Sequence[Thing]]) -> Relation:
    """How the people for whom `new` holds are to those for whom `old` holds.

    `things` holds what each name means in the old and in the new definition. Every combination of answers is tried,
    no answer included; for numbers, dates and texts those round the constants decide. `unknown` if they are too many,
    or if a name stands for things of two kinds (a number once, later a choice).
    """
    if old == new:
        return "same"
    names = sorted({part.name for part in (*walk(old), *walk(new)) if isinstance(part, Ref | Selected)})
    # Names that are compared with each other need as many values in a row as there may be of them, to be in any order.
    reach = 1 + sum(_of_names(part) for part in (*walk(old), *walk(new)))
    domains = [_domain(name, things.get(name, ()), (old, new), reach) for name in names]
    if math.prod(map(len, domains)) > _MOST_CASES:
        return "unknown"
    cases = (dict(zip(names, case, strict=True)) for case in itertools.product(*domains))
    try:
        pairs = {(bool(evaluate(old, values)), bool(evaluate(new, values))) for values in cases}
    except TypeError:
        return "unknown"
    lost, gained = (True, False) in pairs, (False, True) in pairs
    if lost and gained:
        return "different"
    return "wider" if gained else "narrower" if lost else "same"


def _of_names(part: Expression) -> bool:
    return isinstance(part, Comparison) and isinstance(part.left, Ref) and isinstance(part.right, Ref)


def _domain(name: str, things: Sequence[Thing], expressions: Sequence[Expression], reach: int) -> list[Value | None]:
    kinds = {thing.type for thing in things}
    constants = [value for expression in expressions for value in _constants(name, expression)]
    if "select_multiple" in kinds:
        return [None, *_subsets(sorted({_SPARE, *(str(code) for code in constants)}))]
    codes = [code for thing in things for code, choice in thing.choices.items() if choice.missing is None]
    if codes:
        return [None, *dict.fromkeys(codes)]
    if kinds & {"integer", "decimal"}:
        step = 0.5 if "decimal" in kinds else 1
        numbers = {0, 1, *(value for value in constants if not isinstance(value, str))}
        return [None, *dict.fromkeys(value + step * move for value in numbers for move in range(-reach, reach + 1))]
    texts = [value for value in constants if isinstance(value, str)]
    if "date" in kinds:
        days = [date.fromisoformat(text) for text in ("2001-01-01", *texts) if _DAY.fullmatch(text)]
        moves = [timedelta(days=move) for move in range(-reach, reach + 1)]
        return [None, *dict.fromkeys((day + move).isoformat() for day in days for move in moves)]
    # The text that follows next in order, so that < and <= are told apart.
    return [None, *dict.fromkeys(text + _SPARE * more for text in ("", *texts) for more in range(reach + 1))]


def _constants(name: str, expression: Expression) -> Iterator[str | int | float]:
    """What the name is compared with; where that is another name, all constants of the expression."""
    for part in walk(expression):
        match part:
            case Selected(owner, code) if owner == name:
                yield code
            case Comparison(_, Ref(left), Ref(right)) if name in {left, right}:
                yield from (item.value for item in walk(expression) if isinstance(item, Constant))
            case Comparison(_, Ref(owner), Constant(value)) | Comparison(_, Constant(value), Ref(owner)) if (
                owner == name
            ):
                yield value
            case _:
                pass


def _subsets(codes: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(codes, size) for size in range(len(codes) + 1))


def alike(
    expressions: Sequence[Expression], name: str, codes: Sequence[str], things: Mapping[str, Sequence[Thing]]
) -> bool:
    """Whether each expression gives the same for all of these codes of `name`, whatever else is answered."""
    return all(
        _same(_bound(text, name, codes[0]), _bound(text, name, code), things)
        for text in expressions
        if name in names(text)
        for code in codes[1:]
    )


def _same(one: Expression, other: Expression, things: Mapping[str, Sequence[Thing]]) -> bool:
    if isinstance(one, Constant):  # the expression is the answer itself, as a calculation may be
        return one == other
    return relation(one, other, things) == "same"


def _bound(  # noqa: PLR0911  # one return a kind of expression
    expression: Expression, name: str, code: str
) -> Expression:
    """The expression once it is known that `name` was answered with `code`."""
    match expression:
        case Ref(owner) if owner == name:
            return Constant(code)
        case Comparison(sign, left, right):
            sides = [Constant(code) if side == Ref(name) else side for side in (left, right)]
            return Comparison(sign, sides[0], sides[1])
        case Selected(owner, chosen) if owner == name:
            return Conjunction(()) if chosen == code else Disjunction(())
        case Negation(item):
            return Negation(_bound(item, name, code))
        case Conjunction(items):
            return Conjunction(tuple(_bound(item, name, code) for item in items))
        case Disjunction(items):
            return Disjunction(tuple(_bound(item, name, code) for item in items))
        case _:
            return expression
