"""Who is asked: two universes compared over everything that can be answered, not by how they are written."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, TypeAlias

from evaltool.survey.expressions import Comparison, Constant, Expression, Ref, Selected, Value, evaluate, walk
from evaltool.survey.model import Attribute, Question

Relation = Literal["same", "wider", "narrower", "different", "unknown"]
Thing: TypeAlias = Question | Attribute
_MOST_CASES = 50_000
_SPARE = "\x00"  # a text that no expression names


def relation(old: Expression, new: Expression, things: Mapping[str, Sequence[Thing]]) -> Relation:
    """How the people for whom `new` holds are to those for whom `old` holds.

    `things` holds what each name means in the old and in the new definition. Every combination of answers is tried,
    no answer included; for numbers, dates and texts those round the constants decide. `unknown` if they are too many.
    """
    names = sorted({part.name for part in (*walk(old), *walk(new)) if isinstance(part, Ref | Selected)})
    domains = [_domain(name, things.get(name, ()), (old, new)) for name in names]
    if math.prod(map(len, domains)) > _MOST_CASES:
        return "unknown"
    pairs = {
        (bool(evaluate(old, values)), bool(evaluate(new, values)))
        for values in (dict(zip(names, case, strict=True)) for case in itertools.product(*domains))
    }
    lost, gained = (True, False) in pairs, (False, True) in pairs
    if lost and gained:
        return "different"
    return "wider" if gained else "narrower" if lost else "same"


def _domain(name: str, things: Sequence[Thing], expressions: Sequence[Expression]) -> list[Value | None]:
    kinds = {thing.type for thing in things}
    constants = [value for expression in expressions for value in _constants(name, expression)]
    if "select_multiple" in kinds:
        return [None, *_subsets(sorted({str(code) for code in constants}))]
    codes = [code for thing in things for code, choice in thing.choices.items() if choice.missing is None]
    if codes:
        return [None, *dict.fromkeys(codes)]
    numeric = kinds & {"integer", "decimal"}
    fitting = [value for value in constants if isinstance(value, str) != bool(numeric)]
    near = [moved for value in fitting for moved in _near(value, kinds)]
    return [None, *dict.fromkeys(near if numeric else [*near, _SPARE])]


def _constants(name: str, expression: Expression) -> Iterator[str | int | float]:
    """What the name is compared with; where that is another name, all constants of the expression and a few more."""
    for part in walk(expression):
        match part:
            case Selected(owner, code) if owner == name:
                yield code
            case Comparison(_, Ref(left), Ref(right)) if name in {left, right}:
                yield from (item.value for item in walk(expression) if isinstance(item, Constant))
                yield from (1, "2001-01-01")
            case Comparison(_, Ref(owner), Constant(value)) | Comparison(_, Constant(value), Ref(owner)) if (
                owner == name
            ):
                yield value
            case _:
                pass


def _near(value: str | float, kinds: set[str]) -> Iterator[Value]:
    """The constant and its neighbours, so that < and <= are told apart."""
    if isinstance(value, str):
        yield value
        if "date" in kinds:
            day = date.fromisoformat(value)
            yield from (moved.isoformat() for moved in (day - timedelta(days=1), day + timedelta(days=1)))
        return
    step = 1 if "integer" in kinds else 0.5
    yield from (value - step, value, value + step)


def _subsets(codes: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return itertools.chain.from_iterable(itertools.combinations(codes, size) for size in range(len(codes) + 1))
