"""Two versions put together; every expected value is worked out by hand from `version_samples`."""

import pandas as pd
import pytest
from version_samples import V1, V2, cleaned, decided, interview, steps

from evaltool.errors import CleaningError
from evaltool.responses.dataset import csv_bytes, parquet_bytes
from evaltool.responses.pooling import Pooled, agreed, for_research, pool
from evaltool.survey.compare import compare
from evaltool.survey.harmony import Step
from evaltool.survey.verdicts import ItemVerdict


def frames() -> dict[int, pd.DataFrame]:
    return {
        1: cleaned(
            V1,
            interview("u1", met="weekly", barriers=["time"], hours="10", towards="yes", liked="yes", words="one"),
            interview("u2", met="monthly", barriers=["else"], barriers_other="noise", towards="no", research="no"),
            interview("u3", met="rarer", barriers=[], liked="no"),
        ).frame,
        2: cleaned(
            V2,
            interview("u4", met="second", barriers=["time", "childcare"], hours="20", towards="yes", liked="yes"),
            interview("u5", met="weekly", barriers=["childcare"], towards="no", liked="yes", words="five"),
            interview("u6", consent="no"),
        ).frame,
    }


@pytest.fixture
def pooled() -> Pooled:
    return pool(frames(), steps())


def values(pooled: Pooled, name: str) -> list[object]:
    return [None if pd.isna(value) else value for value in pooled.frame[name].tolist()]


def test_codes_that_a_crosswalk_joins_are_one_answer_in_one_order(pooled: Pooled) -> None:
    assert values(pooled, "unit") == ["u1", "u2", "u3", "u4", "u5", "u6"]
    assert values(pooled, "survey_version") == [1, 1, 1, 2, 2, 2]
    assert values(pooled, "met") == ["weekly", "seldom", "seldom", "seldom", "weekly", None]
    assert values(pooled, "met__missing") == [None, None, None, None, None, "refused"]
    assert list(pooled.frame["met"].cat.categories) == ["weekly", "seldom"]
    assert pooled.frame["met"].cat.ordered
    (met,) = [item for item in pooled.variables if item.name == "met"]
    assert met.categories == {"weekly": {"en": "Weekly"}, "seldom": {"en": "Seldom"}}
    assert met.scale == "descending"


def test_people_outside_what_is_compared_have_no_value_and_say_so(pooled: Pooled) -> None:
    assert values(pooled, "towards") == ["yes", "no", None, None, "no", None]
    outside = "outside_comparison"
    assert values(pooled, "towards__missing") == [None, None, outside, outside, None, "refused"]
    (towards,) = [item for item in pooled.variables if item.name == "towards"]
    assert towards.universe == "${kind} = 'job'"


def test_a_language_that_was_asked_otherwise_is_outside_in_the_earlier_version_only() -> None:
    answers = {
        1: cleaned(V1, interview("u1", towards="yes"), interview("u2", language="da", towards="no")).frame,
        2: cleaned(V2, interview("u5", language="da", towards="no")).frame,
    }
    pooled = pool(answers, steps(languages={"da": "not_comparable"}))
    assert values(pooled, "towards") == ["yes", None, "no"]
    assert values(pooled, "towards__missing") == [None, "outside_comparison", None]
    spoken = pooled.origin[pooled.origin["variable"] == "towards"][["version", "languages_left_out"]]
    assert set(spoken.itertuples(index=False, name=None)) == {("1", "da"), ("2", "")}


def test_a_multiple_choice_keeps_the_codes_that_all_versions_offered(pooled: Pooled) -> None:
    ticks = [str(name) for name in pooled.frame if str(name).startswith("barriers")]
    assert ticks == ["barriers__time", "barriers__else", "barriers__missing", "barriers_other"]
    assert values(pooled, "barriers__time") == [True, False, None, True, False, None]
    assert values(pooled, "barriers__else") == [False, True, None, False, False, None]
    assert values(pooled, "barriers_other") == [None, "noise", None, None, None, None]


def test_numbers_texts_and_the_roster_come_along(pooled: Pooled) -> None:
    assert values(pooled, "hours") == [10, None, None, 20, None, None]
    assert str(pooled.frame["hours"].dtype) == "Int64"
    assert values(pooled, "words") == ["one", None, None, None, "five", None]
    assert values(pooled, "kind") == ["job", "job", "social", "social", "job", "social"]
    assert values(pooled, "disposition") == ["I", "I", "I", "I", "I", "R"]


def test_what_is_left_out_is_named_with_its_reason(pooled: Pooled) -> None:
    told = dict(pooled.left_out.itertuples(index=False, name=None))
    assert set(told) == {"liked", "barriers__childcare"}
    assert "Something else to like." in told["liked"]
    assert "not offered in version 1" in told["barriers__childcare"]
    assert "liked" not in pooled.frame
    assert "liked__missing" not in pooled.frame


def test_the_origin_says_which_codes_became_which_and_why(pooled: Pooled) -> None:
    rows = pooled.origin[pooled.origin["variable"] == "met"]
    found = rows[["version", "original_codes", "harmonised_code"]].itertuples(index=False, name=None)
    assert set(found) == {
        ("1", "weekly", "weekly"),
        ("1", "monthly rarer", "seldom"),
        ("2", "weekly", "weekly"),
        ("2", "monthly second rarer", "seldom"),
    }
    assert set(rows["verdict"]) == {"comparable"}
    assert set(rows["reason"]) == {"version 2: The new answer lies between two old ones."}
    hours = pooled.origin[pooled.origin["variable"] == "hours"]
    assert set(hours["verdict"]) == {"identical"}
    assert set(pooled.origin[pooled.origin["variable"] == "towards"]["within"]) == {"${kind} = 'job'"}


def test_every_variable_of_the_codebook_is_a_column_with_an_origin(pooled: Pooled) -> None:
    named = [item.name for item in pooled.variables]
    assert set(named) <= set(pooled.frame)
    assert set(named) == set(pooled.origin["variable"])


def test_asking_for_what_is_not_comparable_is_refused_with_all_reasons() -> None:
    with pytest.raises(CleaningError) as caught:
        pool(frames(), steps(), only=["liked", "met", "barriers__childcare", "hour"])
    told = [(fault.code, fault.message) for fault in caught.value.faults]
    assert [code for code, _ in told] == ["not-comparable", "not-comparable", "unknown-name"]
    assert "Something else to like." in told[0][1]
    assert "not offered in version 1" in told[1][1]
    assert "hours" in caught.value.faults[2].mend


def test_only_what_was_asked_for_is_pooled() -> None:
    pooled = pool(frames(), steps(), only=["met"])
    assert list(pooled.meetings) == ["met"]
    assert "hours" not in pooled.frame
    assert pooled.left_out.empty


def test_one_version_alone_keeps_its_own_codes() -> None:
    pooled = pool({2: frames()[2]}, steps())
    assert values(pooled, "met") == ["second", "weekly", None]
    assert values(pooled, "towards") == ["yes", "no", None]
    assert values(pooled, "liked") == ["yes", "yes", None]
    assert set(pooled.origin["reason"]) == {""}


def test_a_scale_whose_order_the_crosswalk_breaks_is_not_ordered() -> None:
    both = steps()
    crosswalk = {
        "ends": {"old": ["weekly", "rarer"], "new": ["weekly", "rarer"]},
        "middle": {"old": ["monthly"], "new": ["monthly", "second"]},
    }
    data = {**both[1].verdicts["met"].model_dump(), "crosswalk": crosswalk}
    verdicts = {**both[1].verdicts, "met": ItemVerdict.model_validate(data)}
    pooled = pool(frames(), [both[0], Step(V2, verdicts)])
    assert values(pooled, "met") == ["ends", "middle", "ends", "middle", "ends", None]
    assert not pooled.frame["met"].cat.ordered


def test_research_keeps_only_those_who_agreed_to_it() -> None:
    kept = for_research(frames(), [V1, V2])
    assert [list(frame["unit"]) for frame in kept.values()] == [["u1", "u3"], ["u4", "u5"]]


def test_a_version_that_did_not_ask_for_consent_is_told() -> None:
    data = V1.model_dump()
    data["pages"][0]["questions"] = data["pages"][0]["questions"][:1]
    bare = type(V1).model_validate(data)
    with pytest.raises(CleaningError) as caught:
        agreed("research", [bare, V2], frames())
    assert [fault.message for fault in caught.value.faults] == [
        "end@1 has no question with «role: research» and the answer «yes»"
    ]


def test_the_same_datasets_give_the_same_bytes(pooled: Pooled) -> None:
    again = pool(frames(), steps())
    assert parquet_bytes(again.frame) == parquet_bytes(pooled.frame)
    assert csv_bytes(again.origin) == csv_bytes(pooled.origin)


def test_codes_of_a_multiple_choice_that_are_one_answer_are_ticked_if_one_is() -> None:
    both = steps()
    crosswalk = {
        "busy": {"old": ["time"], "new": ["time", "childcare"]},
        "else": {"old": ["else"], "new": ["else"]},
    }
    data = {**both[1].verdicts["barriers"].model_dump(), "crosswalk": crosswalk}
    verdicts = {**both[1].verdicts, "barriers": ItemVerdict.model_validate(data)}
    pooled = pool(frames(), [both[0], Step(V2, verdicts)])
    assert values(pooled, "barriers__busy") == [True, False, None, True, True, None]
    assert values(pooled, "barriers__else") == [False, True, None, False, False, None]
    rows = pooled.origin[pooled.origin["variable"] == "barriers__busy"]
    assert list(rows["original_variable"]) == ["barriers__time", "barriers__time barriers__childcare"]


def test_a_scale_that_is_shown_the_other_way_round_keeps_its_order() -> None:
    data = V1.model_dump()
    data["version"] = 2
    met = data["pages"][1]["questions"][1]
    met |= {"scale": "ascending", "choices": dict(reversed(met["choices"].items()))}
    turned = type(V1).model_validate(data)
    of = {item.name: item.of for item in compare(V1, turned)}
    verdict = ItemVerdict.model_validate(decided("comparable", "Only turned.", of=of["met"]))
    answers = {1: frames()[1], 2: cleaned(turned, interview("u4", met="rarer")).frame}
    pooled = pool(answers, [Step(V1), Step(turned, {"met": verdict})])
    assert values(pooled, "met") == ["weekly", "monthly", "rarer", "rarer"]
    assert pooled.frame["met"].cat.ordered
    assert list(pooled.frame["met"].cat.categories) == ["rarer", "monthly", "weekly"]
