"""Universes compared: against a second formulation over small domains, and where the comparison gives up."""

import itertools
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltool.survey.expressions import parse
from evaltool.survey.model import Attribute, Question
from evaltool.survey.universe import relation

LABEL = {"da": "x"}


def question(name: str, kind: str, *codes: str) -> Question:
    return Question.model_validate(
        {"name": name, "type": kind, "label": LABEL, "choices": {code: {"label": LABEL} for code in codes}}
    )


THINGS = {
    "one": [question("one", "select_one", "a", "b", "c")],
    "ways": [question("ways", "select_multiple", "bus", "foot", "car")],
    "age": [question("age", "integer")],
    "born": [question("born", "date")],
    "town": [Attribute(label=LABEL, type="text")],
}

# A second formulation: the same expressions in Python's own words, over everything that can be answered.
ONE = (None, "a", "b", "c")
WAYS = (None, *(set(some) for size in range(4) for some in itertools.combinations(("bus", "foot", "car"), size)))
AGE = (None, *range(-1, 9))
BORN = (None, *(date(2001, 1, 1) + timedelta(days=day) for day in range(6)))
TOWN = (None, "Aa", "B", "Bb", "C", "D")
EVERYTHING = list(itertools.product(ONE, WAYS, AGE, BORN, TOWN))

_COMPARED = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
tests = st.one_of(
    st.tuples(st.sampled_from(["=", "!="]), st.sampled_from("abc")).map(
        lambda t: (f"${{one}} {t[0]} '{t[1]}'", f"(one is not None and one {_COMPARED[t[0]]} '{t[1]}')")
    ),
    st.sampled_from(["bus", "foot"]).map(
        lambda code: (f"selected(${{ways}}, '{code}')", f"(ways is not None and '{code}' in ways)")
    ),
    st.tuples(st.sampled_from(list(_COMPARED)), st.integers(1, 6)).map(
        lambda t: (f"${{age}} {t[0]} {t[1]}", f"(age is not None and age {_COMPARED[t[0]]} {t[1]})")
    ),
    st.tuples(st.sampled_from(list(_COMPARED)), st.integers(2, 5)).map(
        lambda t: (
            f"${{born}} {t[0]} '2001-01-0{t[1]}'",
            f"(born is not None and born {_COMPARED[t[0]]} date(2001, 1, {t[1]}))",
        )
    ),
    st.tuples(st.sampled_from(list(_COMPARED)), st.sampled_from(["B", "C"])).map(
        lambda t: (f"${{town}} {t[0]} '{t[1]}'", f"(town is not None and town {_COMPARED[t[0]]} '{t[1]}')")
    ),
)
expressions = st.recursive(
    tests,
    lambda inner: st.one_of(
        inner.map(lambda part: (f"not({part[0]})", f"(not {part[1]})")),
        st.tuples(inner, inner).map(lambda p: (f"({p[0][0]}) and ({p[1][0]})", f"({p[0][1]} and {p[1][1]})")),
        st.tuples(inner, inner).map(lambda p: (f"({p[0][0]}) or ({p[1][0]})", f"({p[0][1]} or {p[1][1]})")),
    ),
    max_leaves=3,
)


def holding(words: str) -> set[int]:
    """Where the Python words hold, by place in EVERYTHING."""
    names = [name for name in ("one", "ways", "age", "born", "town") if re.search(rf"\b{name}\b", words)]
    holds = eval(f"lambda one, ways, age, born, town: {words}", {"date": date})
    assert names
    return {number for number, case in enumerate(EVERYTHING) if holds(*case)}


def by_sets(old: set[int], new: set[int]) -> str:
    if old == new:
        return "same"
    return "wider" if old < new else "narrower" if new < old else "different"


@settings(max_examples=60, derandomize=True)
@given(expressions, expressions)
def test_the_relation_is_that_of_the_sets_of_people(old: tuple[str, str], new: tuple[str, str]) -> None:
    found = relation(parse(old[0]), parse(new[0]), THINGS)
    assert found == by_sets(holding(old[1]), holding(new[1]))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("${one} = 'a' or ${one} = 'b'", "${one} != 'c'", "same"),
        ("${one} != 'c'", "not(${one} = 'c')", "wider"),  # who gave no answer, too
        ("${age} > 3", "${age} >= 4", "same"),  # whole numbers
        ("${weight} > 3", "${weight} >= 4", "narrower"),  # not so of decimals
        ("${weight} > 3", "${weight} >= 3", "wider"),
        ("${age} < ${years}", "not(${age} >= ${years})", "wider"),
        ("${age} < ${years} and ${age} > 5", "${age} < ${years}", "wider"),
        ("${age} < ${years} and ${age} > 5", "${age} > 5 and ${years} > 6 and ${age} < ${years}", "same"),
        ("${age} < ${years} and ${age} > 5", "${age} > 5 and ${years} > 7 and ${age} < ${years}", "narrower"),
        ("${age} < ${years} and ${years} < ${more} and ${age} > 50", "${age} < 0", "different"),
        (
            "${age} < ${years} and ${years} < ${more} and ${age} > 50",
            "${age} < ${years} and ${years} < ${more} and ${age} > 50 and ${age} < 0",
            "narrower",
        ),
        ("${born} < ${moved} and ${one} = 'a'", "${one} = 'a'", "wider"),
        ("${born} < '2001-01-02'", "${born} <= '2001-01-01'", "same"),
        ("selected(${ways}, 'bus')", "selected(${ways}, 'bus') and selected(${ways}, 'foot')", "narrower"),
        ("${town} = 'A'", "${town} = 'B'", "different"),
    ],
)
def test_relations_worked_out_by_hand(old: str, new: str, expected: str) -> None:
    more = {
        "weight": [question("weight", "decimal")],
        "years": [question("years", "integer")],
        "more": [question("more", "integer")],
    }
    things = {**THINGS, **more, "moved": [question("moved", "date")]}
    assert relation(parse(old), parse(new), things) == expected


def test_a_code_of_one_version_counts_in_both() -> None:
    things = {"one": [question("one", "select_one", "a", "b"), question("one", "select_one", "a", "b", "c")]}
    assert relation(parse("${one} = 'a' or ${one} = 'b'"), parse("not(${one} = 'c')"), things) == "wider"
    assert relation(parse("${one} = 'a'"), parse("${one} != 'b'"), things) == "wider"


def test_too_many_cases_are_unknown_unless_both_are_written_the_same() -> None:
    many = {f"q{number}": [question(f"q{number}", "select_one", *"abcdef")] for number in range(7)}
    text = " and ".join(f"${{{name}}} = 'a'" for name in many)
    assert relation(parse(text), parse(f"{text} or ${{q0}} = 'b'"), many) == "unknown"
    assert relation(parse(text), parse(text), many) == "same"


def test_a_name_that_was_a_number_and_is_a_choice_is_unknown() -> None:
    things = {"one": [question("one", "integer"), question("one", "select_one", "a", "b")]}
    assert relation(parse("${one} > 3"), parse("${one} = 'a'"), things) == "unknown"
