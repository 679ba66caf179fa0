"""Items over three versions: runs and harmonised codes, worked out by hand."""

import itertools
from collections import Counter
from collections.abc import Mapping

import pytest

from evaltool.survey.compare import compare
from evaltool.survey.crosswalks import Group
from evaltool.survey.harmony import Harmonised, Run, Step, comparability, harmonise
from evaltool.survey.model import Survey
from evaltool.survey.verdicts import ItemVerdict

Verdict = dict[str, object]


def members(run: Run, harmonised: str) -> set[tuple[int, str]]:
    """The codes, by version, that a harmonised code stands for."""
    return {(version, code) for version, codes in run.codes.items() for code, to in codes.items() if to == harmonised}


def survey(version: int, *codes: str, kind: str = "select_one", label: str = "Which?", **questions: str) -> Survey:
    """A survey that asks `q` with these codes (not at all without), and others by label."""
    asked = [{"name": name, "type": "text", "label": {"en": words}} for name, words in {"x": "X?", **questions}.items()]
    if codes:
        choices = {code: {"label": {"en": code.upper()}} for code in codes}
        asked.append({"name": "q", "type": kind, "label": {"en": label}, "choices": choices})
    pages = [{"name": "page", "questions": asked}]
    data = {"survey": "small", "version": version, "language": "en", "title": {"en": "Small"}, "pages": pages}
    return Survey.model_validate({**data, "translations": ["da", "ar"]})


def steps(*surveys: Survey, **verdicts: Mapping[str, Verdict]) -> list[Step]:
    """The versions, with the verdicts of version 2 as `v2={name: …}`, on exactly these questions."""
    made = [Step(surveys[0])]
    for old, new in itertools.pairwise(surveys):
        found = {item.name: item for item in compare(old, new)}
        given = verdicts.get(f"v{new.version}", {})
        items = {
            name: ItemVerdict.model_validate({"of": found[name].of, "reason": "so", **verdict})
            for name, verdict in given.items()
        }
        made.append(Step(new, items))
    return made


def joined(**groups: str) -> Verdict:
    """`ab="a b | ab"` is the harmonised code ab for the old a and b and the new ab."""
    sides = {name: [side.split() for side in text.split("|")] for name, text in groups.items()}
    crosswalk = {name: Group(old=tuple(old), new=tuple(new)) for name, (old, new) in sides.items()}
    return {"verdict": "comparable", "crosswalk": crosswalk}


MERGED = joined(ab="a b | ab", c="c | c", d="d | d")


def only_run(found: Harmonised) -> Run:
    (run,) = found.runs
    return run


def test_merged_then_identical() -> None:
    versions = [survey(1, *"abcd"), survey(2, "ab", "c", "d"), survey(3, "ab", "c", "d")]
    run = only_run(harmonise(steps(*versions, v2={"q": MERGED}))["q"])
    assert run.versions == (1, 2, 3)
    assert run.codes == {
        1: {"a": "ab", "b": "ab", "c": "c", "d": "d"},
        2: {"ab": "ab", "c": "c", "d": "d"},
        3: {"ab": "ab", "c": "c", "d": "d"},
    }
    assert not run.identical
    assert members(run, "ab") == {(1, "a"), (1, "b"), (2, "ab"), (3, "ab")}


def test_merged_then_split_counts_right() -> None:
    versions = [survey(1, *"abcd"), survey(2, "ab", "c", "d"), survey(3, *"abcd")]
    split = joined(ab="ab | a b", c="c | c", d="d | d")
    run = only_run(harmonise(steps(*versions, v2={"q": MERGED}, v3={"q": split}))["q"])
    answers = {1: "a a b c", 2: "ab ab ab c d", 3: "a b b b d"}
    counted = Counter(run.codes[version][code] for version, found in answers.items() for code in found.split())
    # by hand: ab 3 + 3 + 4, c 1 + 1, d 1 + 1
    assert counted == {"ab": 10, "c": 2, "d": 2}


@pytest.mark.parametrize("wrong", [joined(ab="a b | ab", c="c | c"), joined(ab="a b x | ab", c="c | c", d="d | d"), {}])
def test_a_crosswalk_that_does_not_fit_joins_nothing(wrong: Verdict) -> None:
    """While people still write it, `evaltool check` reads the plan over it."""
    verdict = {"verdict": "comparable", **wrong}
    found = harmonise(steps(survey(1, *"abcd"), survey(2, "ab", "c", "d"), v2={"q": verdict}))["q"]
    assert list(found.breaks()) == ["version 2: the crosswalk does not place each code once"]


def test_a_version_released_between_two_others_takes_no_crosswalk_that_is_not_its_own() -> None:
    """Version 3 was compared with 1; then 2 was released, with the same codes as 3."""
    one, two, three = survey(1, *"abcd"), survey(2, "ab", "c", "d"), survey(3, "ab", "c", "d")
    found = harmonise([*steps(one, two, v2={"q": MERGED}), steps(one, three, v3={"q": MERGED})[1]])
    assert only_run(found["q"]).codes[3] == {"ab": "ab", "c": "c", "d": "d"}


def test_split_then_identical_stays_joined() -> None:
    versions = [survey(1, "ab", "c"), survey(2, *"abc"), survey(3, *"abc")]
    run = only_run(harmonise(steps(*versions, v2={"q": joined(ab="ab | a b", c="c | c")}))["q"])
    assert run.codes == {
        1: {"ab": "ab", "c": "c"},
        2: {"a": "ab", "b": "ab", "c": "c"},
        3: {"a": "ab", "b": "ab", "c": "c"},
    }


def test_overlapping_crosswalks_join_all_that_they_touch() -> None:
    versions = [survey(1, *"abcd"), survey(2, "a", "bc", "d"), survey(3, "a", "b", "cd")]
    first, second = joined(a="a | a", bc="b c | bc", d="d | d"), joined(a="a | a", rest="bc d | b cd")
    run = only_run(harmonise(steps(*versions, v2={"q": first}, v3={"q": second}))["q"])
    assert run.codes == {
        1: {"a": "a", "b": "rest", "c": "rest", "d": "rest"},
        2: {"a": "a", "bc": "rest", "d": "rest"},
        3: {"a": "a", "b": "rest", "cd": "rest"},
    }


def test_a_new_code_of_several_answers_has_no_old_one() -> None:
    versions = [survey(1, *"ab", kind="select_multiple"), survey(2, *"abc", kind="select_multiple")]
    run = only_run(harmonise(steps(*versions, v2={"q": joined(a="a | a", b="b | b", c="| c")}))["q"])
    assert run.codes == {1: {"a": "a", "b": "b"}, 2: {"a": "a", "b": "b", "c": "c"}}
    assert members(run, "c") == {(2, "c")}


def test_words_stand_in_the_order_of_the_latest_version() -> None:
    versions = [survey(1, *"abcd"), survey(2, "d", "ab", "c")]
    run = only_run(harmonise(steps(*versions, v2={"q": joined(c="c | c", d="d | d", ab="a b | ab")}))["q"])
    assert list(run.labels.items()) == [("d", {"en": "D"}), ("ab", {"en": "AB"}), ("c", {"en": "C"})]


def test_words_of_a_split_answer_are_those_of_its_codes() -> None:
    versions = [survey(1, "x", "c"), survey(2, *"abc")]
    verdict = joined(ab="x | a b", c="c | c")
    run = only_run(harmonise(steps(*versions, v2={"q": verdict}))["q"])
    assert run.labels["ab"] == {"en": "A / B"}


def test_removed_and_asked_again_is_another_run() -> None:
    found = harmonise(steps(survey(1, *"ab"), survey(2), survey(3, *"ab")))["q"]
    assert [run.versions for run in found.runs] == [(1,), (3,)]
    assert found.run_of(2) is None
    assert list(found.breaks()) == ["version 2 did not ask it"]


def test_added_and_removed_is_asked_once() -> None:
    found = harmonise(steps(survey(1), survey(2, *"ab"), survey(3)))["q"]
    assert [run.versions for run in found.runs] == [(2,)]


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ({}, "version 2 has no verdict on it (the question is worded otherwise)"),
        ({"q": {"verdict": "comparable", "of": "older"}}, "version 2 has no verdict on it"),
        ({"q": {"verdict": "not_comparable", "reason": "another thing"}}, "version 2: another thing"),
        ({"q": {"verdict": "not_comparable", "reason": {"da": "andet", "en": "other"}}}, "version 2: other"),
        ({"q": {"verdict": "not_comparable", "reason": {"da": "andet"}}}, "version 2: andet"),
        ({"q": {"verdict": "undecided", "reason": ""}}, "version 2: the question is worded otherwise"),
    ],
)
def test_what_is_not_comparable_breaks_the_run_there_and_only_there(verdict: dict[str, Verdict], told: str) -> None:
    versions = [survey(1, *"ab"), survey(2, *"ab", label="What?"), survey(3, *"ab", label="What?")]
    found = harmonise(steps(*versions, v2=verdict))
    assert [run.versions for run in found["q"].runs] == [(1,), (2, 3)]
    assert next(found["q"].breaks()).startswith(told)
    assert only_run(found["x"]).versions == (1, 2, 3)
    assert only_run(found["x"]).identical


def test_a_language_is_left_out_of_all_that_was_asked_before() -> None:
    versions = [survey(number, *"ab", label=label) for number, label in ((1, "A?"), (2, "B?"), (3, "C?"), (4, "C?"))]
    first: Verdict = {"verdict": "comparable", "languages": {"da": "not_comparable"}}
    second: Verdict = {"verdict": "comparable", "languages": {"ar": "not_comparable", "da": "comparable"}}
    run = only_run(harmonise(steps(*versions, v2={"q": first}, v3={"q": second}))["q"])
    assert run.left_out == {1: {"da", "ar"}, 2: {"ar"}}


def test_only_those_whom_every_version_asked_are_compared() -> None:
    versions = [survey(number, *"ab", label=f"{number}?") for number in (1, 2, 3, 4)]
    north, ended = "${site} = 'north'", "${status} = 'ended'"
    verdicts: list[Verdict] = [{"verdict": "comparable", "within": text} for text in (north, ended, north)]
    made = steps(*versions, v2={"q": verdicts[0]}, v3={"q": verdicts[1]}, v4={"q": verdicts[2]})
    assert only_run(harmonise(made)["q"]).within == (north, ended)


def test_the_order_is_that_of_the_latest_version_and_then_what_it_no_longer_asks() -> None:
    found = harmonise(steps(survey(1, *"ab", gone="Gone?"), survey(2, *"ab", fresh="Fresh?")))
    assert list(found) == ["x", "fresh", "q", "gone"]


def test_every_version_has_its_codes_even_if_there_are_none() -> None:
    found = harmonise(steps(survey(1), survey(2), survey(3)))
    assert only_run(found["x"]).codes == {1: {}, 2: {}, 3: {}}


def test_comparability_says_what_and_why() -> None:
    versions = [survey(1, *"ab"), survey(2, *"ab", label="B?"), survey(3, *"ab", label="C?"), survey(4)]
    verdicts: dict[str, Mapping[str, Verdict]] = {
        "v2": {"q": {"verdict": "comparable"}},
        "v3": {"q": {"verdict": "not_comparable", "reason": "other words"}},
    }
    found = harmonise(steps(*versions, **verdicts))
    q, x = found["q"], found["x"]
    assert comparability([x], [1, 2, 3, 4]) == ("identical", "")
    assert comparability([x, q], [1, 2]) == ("comparable", "")
    assert comparability([q, x], [1, 3]) == ("not_comparable", "«q»: version 3: other words")
    assert comparability([x, q], [3, 4]) == ("not_comparable", "«q» was not asked in version 4")


def test_all_that_breaks_between_two_versions_is_told() -> None:
    versions = [survey(number, *"ab", label=f"{number}?") for number in (1, 2, 3)]
    verdicts: dict[str, Mapping[str, Verdict]] = {
        f"v{number}": {"q": {"verdict": "not_comparable", "reason": f"reason {number}"}} for number in (2, 3)
    }
    found = harmonise(steps(*versions, **verdicts))["q"]
    assert comparability([found], [1, 3])[1] == "«q»: version 2: reason 2; version 3: reason 3"
