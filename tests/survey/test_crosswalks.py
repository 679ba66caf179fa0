"""Crosswalks: every fault is told, and what is proposed."""

import pytest
from pydantic import ValidationError

from evaltool.survey.crosswalks import NAME_LENGTH, Group, complete, crosswalk_faults, propose
from evaltool.survey.model import Question

OLD = ("a", "b", "c")
NEW = ("a", "b1", "b2", "c")


def question(*codes: str, kind: str = "select_one", scale: str | None = None, **labels: str) -> Question:
    choices = {code: {"label": {"da": labels.get(code, code)}, "other": code == "other"} for code in codes}
    choices["refused"] = {"label": {"da": "refused"}, "missing": "refused"}
    data = {"name": "q", "type": kind, "label": {"da": "q"}, "scale": scale, "choices": choices}
    return Question.model_validate(data)


def crosswalk(text: str) -> dict[str, Group]:
    """`x: a b | c` is the harmonised code x for the old codes a and b and the new code c."""
    found: dict[str, Group] = {}
    for line in text.split(";"):
        name, _, sides = line.partition(":")
        old, new = (tuple(side.split()) for side in sides.split("|"))
        found[name.strip()] = Group(old=old, new=new)
    return found


def written(groups: dict[str, Group]) -> str:
    return "; ".join(f"{name}: {' '.join(group.old)} | {' '.join(group.new)}" for name, group in groups.items())


GOOD = "a: a | a; b: b | b1 b2; c: c | c"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD, []),
        ("a: a | a; b: b | b1; c: c | c", [("", "the crosswalk misses «b2» of the new version")]),
        ("a: a | a; c: c | b1 b2 c", [("", "the crosswalk misses «b» of the old version")]),
        (
            "a: a b | a; b: b | b1 b2; c: c | c",
            [("a", "«b» of the old version stands 2 times"), ("b", "«b» of the old version stands 2 times")],
        ),
        ("a: a | a; b: b | b1 b2 b2; c: c | c", [("b", "«b2» of the new version stands 2 times")] * 2),
        ("a: a | a; b: b bb | b1 b2; c: c | c", [("b", "«bb» is not an answer in the old version")]),
        ("a: a | a refused; b: b | b1 b2; c: c | c", [("a", "«refused» is not an answer in the new version")]),
        (
            "a: a | a; b: b | b1; b2: | b2; c: c | c",
            [("b2", "no code of the old version leads here, so the two versions do not meet in it")],
        ),
        ("all: a b c | a b1 b2 c", [("", "everything falls into one code, so nothing can be counted")]),
    ],
)
def test_every_fault_of_a_crosswalk_is_told(text: str, told: list[tuple[str, str]]) -> None:
    found = list(crosswalk_faults(crosswalk(text), question(*OLD), question(*NEW)))
    assert found == told
    assert complete(crosswalk(text), question(*OLD), question(*NEW)) == (not told)


def test_of_several_answers_a_code_may_stand_alone_but_not_for_nothing() -> None:
    old, new = (question(*codes, kind="select_multiple") for codes in ("ab", "abc"))
    assert complete(crosswalk("a: a | a; b: b | b; c: | c"), old, new)
    assert not complete(crosswalk("a: a | a; b: b | b; c: | c; d: |"), old, new)


@pytest.mark.parametrize(
    ("old", "new", "scale", "expected"),
    [
        ("a b c", "a b c", "ascending", ""),
        ("a b c", "c b a", None, ""),
        ("a b c", "a b x c", "ascending", "a: a | a; b_or_c: b c | b x c"),
        ("a b c", "a b c x", "descending", "a: a | a; b: b | b; c: c | c x"),
        ("a b c d", "a b d", "ascending", "a: a | a; b_or_d: b c d | b d"),
        ("a b c", "a x", "ascending", "a: a | a; x_or_b_or_c: b c | x"),
        ("a b c", "a x y c", None, "a: a | a; x_or_y_or_b: b | x y; c: c | c"),
        ("a b other", "a b x other", None, "a: a | a; b: b | b; other: other | x other"),
        ("a b x other", "a b other", None, "a: a | a; b: b | b; other: x other | other"),
        ("a b c", "a b x c", None, "a: a | a; b: b | b; c: c | c"),  # x cannot be placed
        ("a b c d", "a x y d", None, "a: a | a; d: d | d"),  # two for two: a person must say
    ],
)
def test_proposals_worked_out_by_hand(old: str, new: str, scale: str | None, expected: str) -> None:
    found = propose(question(*old.split(), scale=scale), question(*new.split(), scale=scale))
    assert written(found) == expected


def test_another_code_with_the_same_words_is_the_same_answer() -> None:
    old, new = question("a", "b", b="the same"), question("a", "x", x="the same")
    assert written(propose(old, new)) == "a: a | a; x_or_b: b | x"
    assert written(propose(old, question("a", "x", x="others"))) == "a: a | a"


def test_a_name_is_never_longer_than_a_name_may_be() -> None:
    long = ["a" * 25, "b" * 25]
    (_, name) = propose(question("a", "b"), question("a", *long))
    assert len(name) <= NAME_LENGTH


@pytest.mark.parametrize("type_", ["integer", "select_multiple"])
def test_nothing_is_proposed_across_types(type_: str) -> None:
    new = Question.model_validate({"name": "q", "type": type_, "label": {"da": "q"}})
    assert propose(question("a", "b"), new) == {}


def test_short_forms() -> None:
    assert Group.model_validate({"old": "a", "new": ["b", "c"]}) == Group(old=("a",), new=("b", "c"))
    with pytest.raises(ValidationError):
        Group.model_validate({"old": "Not a code"})
