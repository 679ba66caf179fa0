"""Three waves linked; every expected value is worked out by hand from `version_samples`.

| course | start (1 January) | end (1 June) | follow-up (1 December) |
|---|---|---|---|
| u1 (p1) | yes | version 1, yes | yes |
| u2 (p2) | yes | version 1, refused | not asked |
| u3 (p3) | yes | version 2, yes | no interview |
| u4 (p3) | yes | version 2, no consent to linking | yes |
| u5 (p5) | yes, dated after its end | version 2, yes | broken off |
| u6 (p6) | not asked | version 2, yes | not asked |
"""

from typing import Any

import pandas as pd
import pytest
from version_samples import FOLLOWUP, ROSTER, START, V1, V2, cleaned, interview, steps, survey

from evaltool.errors import CleaningError
from evaltool.responses.clean import Cleaned
from evaltool.responses.dataset import csv_bytes, parquet_bytes
from evaltool.responses.panel import LINKED, LOST, Panel, Wave, link
from evaltool.survey.harmony import Step
from evaltool.survey.model import Survey

JANUARY, JUNE, DECEMBER = "2021-01-01T22:00:00+00:00", "2021-06-01T08:00:00+00:00", "2021-12-01T10:00:00+00:00"
JULY = "2021-07-01T10:00:00+00:00"


def wave(name: str, found: dict[int, Any], known: list[Step]) -> Wave:
    frames = {version: item.frame for version, item in found.items()}
    return Wave(name, known, frames, {version: item.dispositions for version, item in found.items()})


def start(**more: Any) -> Wave:
    interviews = [
        interview("u1", at=JANUARY, job="no", met="second", hours="1"),
        interview("u2", at=JANUARY, job="no", met="weekly"),
        interview("u3", at=JANUARY, job="no", met="weekly"),
        interview("u4", at=JANUARY, job="yes", met="rarer"),
        interview("u5", at=JULY, job="no"),
    ]
    return wave("start", {1: cleaned(START, *interviews, eligible=["u1", "u2", "u3", "u4", "u5"])}, [Step(START)])


def first_end() -> Cleaned:
    interviews = [interview("u1", at=JUNE, job="yes", met="rarer", hours="30"), interview("u2", at=JUNE, consent="no")]
    return cleaned(V1, *interviews, eligible=["u1", "u2"])


def second_end() -> Cleaned:
    interviews = [
        interview("u3", at=JUNE, job="no", met="monthly"),
        interview("u4", at=JUNE, job="yes", link="no"),
        interview("u5", at=JUNE, job="yes", met="weekly", research="no"),
        interview("u6", at=JUNE, job="yes"),
    ]
    return cleaned(V2, *interviews, eligible=["u3", "u4", "u5", "u6"])


def end() -> Wave:
    return wave("end", {1: first_end(), 2: second_end()}, steps())


def survey_of(step: Step, name: str) -> Step:
    """The same version of a survey of another name."""
    return Step(step.survey.model_copy(update={"survey": name}), step.verdicts)


def followup() -> Wave:
    interviews = [
        interview("u1", at=DECEMBER, job="yes"),
        interview("u4", at=DECEMBER, job="no"),
        interview("u5", at=DECEMBER, status="partial"),
    ]
    found = {1: cleaned(FOLLOWUP, *interviews, eligible=["u1", "u3", "u4", "u5"])}
    return wave("followup", found, [Step(FOLLOWUP)])


@pytest.fixture
def panel() -> Panel:
    return link([start(), end(), followup()], ROSTER)


def rows(panel: Panel, *names: str) -> dict[tuple[str, str], tuple[object, ...]]:
    found = panel.frame[list(names)].astype(object)
    plain = found.where(found.notna(), None).itertuples(index=False, name=None)
    return dict(zip(zip(panel.frame["unit"], panel.frame["wave"], strict=True), plain, strict=True))


def test_a_row_is_a_course_in_a_wave_in_which_she_agreed_to_linking(panel: Panel) -> None:
    assert list(zip(panel.frame["unit"], panel.frame["wave"], strict=True)) == [
        *(("u1", "start"), ("u1", "end"), ("u1", "followup"), ("u2", "start"), ("u3", "start"), ("u3", "end")),
        *(("u4", "start"), ("u4", "followup"), ("u5", "start"), ("u5", "end"), ("u6", "end")),
    ]
    found = rows(panel, "person", "survey", "survey_version", "interview_language", "kind")
    assert found["u1", "end"] == ("p1", "end", 1, "en", "job")
    assert found["u3", "end"] == ("p3", "end", 2, "en", "social")


def test_days_are_counted_from_the_first_wave_and_from_the_one_before(panel: Panel) -> None:
    found = rows(panel, "days_since_first", "days_since_previous")
    assert found["u1", "start"] == (0, None)
    assert found["u1", "end"] == (151, 151)  # 1 January to 1 June 2021
    assert found["u1", "followup"] == (334, 183)
    assert found["u4", "followup"] == (334, 334)
    assert found["u5", "end"] == (-30, -30)
    assert found["u6", "end"] == (None, None)


def test_what_waves_ask_alike_is_one_variable_and_elsewhere_says_so(panel: Panel) -> None:
    found = rows(panel, "job", "met", "met__missing")
    assert found["u1", "start"] == ("no", "seldom", None)
    assert found["u1", "end"] == ("yes", "seldom", None)
    assert found["u1", "followup"] == ("yes", None, "not_in_wave")
    assert found["u3", "start"] == ("no", "weekly", None)
    assert found["u3", "end"] == ("no", "seldom", None)
    assert found["u4", "start"] == ("yes", "seldom", None)
    assert found["u5", "start"] == ("no", None, "not_reached")
    assert list(panel.frame["met"].cat.categories) == ["weekly", "seldom"]
    assert panel.frame["met"].cat.ordered


def test_what_is_asked_otherwise_or_once_is_left_out_and_named(panel: Panel) -> None:
    told = {(variable, at): reason for variable, at, reason in panel.left_out.itertuples(index=False, name=None)}
    assert "worded otherwise" in told["hours", "start"]
    assert "asked otherwise than in start" in told["hours", "end"]
    assert "no other wave" in told["words", "end"]
    assert "Something else to like." in told["liked", "end"]
    assert {"hours", "words", "liked", "towards"} & set(panel.frame) == set()
    assert {variable for variable, _ in told}.isdisjoint({item.name for item in panel.variables})


def test_the_origin_names_wave_version_and_codes(panel: Panel) -> None:
    found = panel.origin[panel.origin["variable"] == "met"]
    columns = ["wave", "version", "original_codes", "harmonised_code"]
    assert set(found[columns].itertuples(index=False, name=None)) == {
        ("start", "1", "weekly", "weekly"),
        ("start", "1", "monthly", "seldom"),
        ("start", "1", "second", "seldom"),
        ("start", "1", "rarer", "seldom"),
        ("end", "1", "weekly", "weekly"),
        ("end", "1", "monthly rarer", "seldom"),
        ("end", "2", "weekly", "weekly"),
        ("end", "2", "monthly second rarer", "seldom"),
    }
    assert set(panel.origin["variable"]) == {item.name for item in panel.variables} <= set(panel.frame)


def test_attrition_says_of_every_course_where_it_was_lost(panel: Panel) -> None:
    found = {(row["wave"], row["among"]): row for row in panel.attrition.to_dict("records")}
    for row in found.values():
        assert row["courses"] == sum(row[name] for name in (*LOST, LINKED))
    lost = {key: {name: row[name] for name in (*LOST, LINKED) if row[name]} for key, row in found.items()}
    assert lost == {
        ("start", "roster"): {"not_asked": 1, "linked": 5},
        ("end", "roster"): {"refused": 1, "no_link": 1, "linked": 4},
        ("end", "linked_before"): {"refused": 1, "no_link": 1, "linked": 3},
        ("followup", "roster"): {"not_asked": 2, "no_interview": 1, "broken_off": 1, "linked": 2},
        ("followup", "linked_before"): {"no_interview": 1, "broken_off": 1, "linked": 1},
    }


def test_who_said_no_to_her_coordinator_has_refused() -> None:
    """The only course without an interview in this wave is u3."""
    last = followup()
    told: Any = last.dispositions[1].replace({"disposition": {"NC": "R"}})
    panel = link([start(), end(), Wave(last.name, last.steps, last.frames, {1: told})], ROSTER)
    row = panel.attrition[(panel.attrition["wave"] == "followup") & (panel.attrition["among"] == "roster")]
    assert row[["no_interview", "refused", "broken_off", "linked"]].iloc[0].tolist() == [0, 1, 1, 2]


def test_several_courses_and_dates_that_go_back_are_told(panel: Panel) -> None:
    assert panel.notes == (
        "persons with more than one course: 1; cluster by person",
        "courses whose later wave was answered before an earlier one: 1; check their dates",
    )


def test_research_leaves_out_who_did_not_agree_to_it() -> None:
    panel = link([start(), end(), followup()], ROSTER, research=True)
    assert ("u5", "end") not in rows(panel, "job")
    assert ("u5", "start") in rows(panel, "job")
    assert panel.notes[-1] == "interviews of wave end left out because they may not be used for research: 1"
    row = panel.attrition[(panel.attrition["wave"] == "end") & (panel.attrition["among"] == "roster")]
    assert row[["no_link", "no_research", "linked"]].iloc[0].tolist() == [1, 1, 3]


def test_a_course_that_stands_twice_in_a_wave_is_told_for_all_waves_at_once() -> None:
    damaged = [start(), end(), followup()]
    frames: Any = damaged[1].frames
    frames[1] = pd.concat([frames[1], frames[1]], ignore_index=True)
    frames = damaged[0].frames
    frames[1] = pd.concat([frames[1], frames[1].iloc[[2]]], ignore_index=True)
    with pytest.raises(CleaningError) as caught:
        link(damaged, ROSTER)
    assert [(fault.where, fault.message) for fault in caught.value.faults] == [
        ("wave start", "start@1: u3 stand twice"),
        ("wave end", "end@1: u1, u2 stand twice"),
    ]


def test_of_two_versions_the_complete_interview_counts_and_it_is_told() -> None:
    both = end()
    frames: Any = both.frames
    frames[2] = cleaned(V2, interview("u1", at=JULY, status="partial", job="no")).frame
    panel = link([start(), both], ROSTER)
    assert rows(panel, "job", "survey_version")["u1", "end"] == ("yes", 1)
    assert "courses with an interview in two versions of end: 1; the complete one counts, then the later" in panel.notes


@pytest.mark.parametrize(("consent", "lost"), [("link", "no_link"), ("research", "no_research")])
def test_a_no_in_either_version_of_a_wave_is_a_no(consent: str, lost: str) -> None:
    both = end()
    frames: Any = both.frames
    frames[2] = cleaned(V2, interview("u1", at=JULY, status="partial", job="no", **{consent: "no"})).frame
    panel = link([start(), both], ROSTER, research=True)
    assert ("u1", "end") not in rows(panel, "job")
    assert panel.attrition.set_index(["wave", "among"]).loc[("end", "roster"), lost] >= 1


def test_another_persons_answers_are_not_linked_to_hers() -> None:
    other = {**START.model_dump(), "respondent": "mentor"}
    asked, later = Survey.model_validate(other), Survey.model_validate({**other, "survey": "later"})
    answers = [interview("u1", job="no"), interview("u2", job="no")]
    changed = [*answers[:1], interview("u2", job="yes")]
    waves = [
        wave("start", {1: cleaned(asked, *answers)}, [Step(asked)]),
        wave("end", {1: cleaned(later, *changed)}, [Step(later)]),
    ]
    frames: Any = waves[1].frames
    frames[1]["person"] = ["p1", "p9"]
    panel = link(waves, ROSTER)
    assert list(rows(panel, "job")) == [("u1", "start"), ("u1", "end"), ("u2", "start")]
    assert panel.attrition.set_index(["wave", "among"]).loc[("end", "roster"), "other_person"] == 1


def test_waves_of_other_people_or_without_consent_are_refused_at_once() -> None:
    data: dict[str, Any] = {**FOLLOWUP.model_dump(), "respondent": "mentor"}
    first, second = data["pages"]
    data["pages"] = [{"name": "start", "questions": first["questions"][:1]}, second]
    bare = Survey.model_validate(data)
    waves = [start(), wave("later", {1: cleaned(bare, interview("u1"))}, [Step(bare)])]
    with pytest.raises(CleaningError) as caught:
        link(waves, ROSTER)
    assert [fault.code for fault in caught.value.faults] == ["missing-role", "respondent"]
    assert "followup@1" in caught.value.faults[0].message


def test_waves_that_share_no_course_say_so() -> None:
    late = survey("late", 1, [{"name": "job", "type": "select_one", "label": "job", "choices": {"yes": "Yes"}}])
    waves = [start(), wave("end", {1: cleaned(late, interview("u6", job="yes"))}, [Step(late)])]
    panel = link(waves, ROSTER)
    assert "no course is linked over two waves" in panel.notes


def test_the_same_datasets_give_the_same_bytes(panel: Panel) -> None:
    again = link([start(), end(), followup()], ROSTER)
    assert parquet_bytes(again.frame) == parquet_bytes(panel.frame)
    assert csv_bytes(again.attrition) == csv_bytes(panel.attrition)
    assert csv_bytes(again.origin) == csv_bytes(panel.origin)


def test_the_same_words_for_other_people_are_one_variable_and_the_difference_is_told() -> None:
    choices = {"yes": "Yes", "no": "No"}
    job = {"name": "job", "type": "select_one", "role": "headline", "label": "Job?", "choices": choices}
    ticks = {"name": "skills", "type": "select_multiple", "label": "What?", "choices": {"a": "A", "b": "B"}}
    first, second = (
        survey("first", 1, [job, ticks]),
        survey("second", 1, [{**job, "relevant": "${kind} = 'job'"}, ticks]),
    )
    waves = [
        wave("one", {1: cleaned(first, interview("u1", job="no", skills=["a"]))}, [Step(first)]),
        wave("two", {1: cleaned(second, interview("u1", job="yes", skills=["b"]))}, [Step(second)]),
    ]
    panel = link(waves, ROSTER)
    found = rows(panel, "job", "skills__a", "skills__b")
    assert found == {("u1", "one"): ("no", True, False), ("u1", "two"): ("yes", False, True)}
    told = panel.origin[panel.origin["variable"] == "job"].groupby("wave")["across_waves"].first()
    assert told["one"] == ""
    assert "fewer people are asked it" in told["two"]


def test_codes_that_two_waves_join_in_different_ways_are_left_out() -> None:
    again = [survey_of(step, "again") for step in steps()]
    crosswalk = {
        "often": {"old": ["weekly", "monthly"], "new": ["weekly", "monthly", "second"]},
        "rarer": {"old": ["rarer"], "new": ["rarer"]},
    }
    met = again[1].verdicts["met"]
    changed = type(met).model_validate({**met.model_dump(), "crosswalk": crosswalk})
    known = [again[0], Step(again[1].survey, {**again[1].verdicts, "met": changed})]
    frames = {version: item.frame for version, item in ((1, first_end()), (2, second_end()))}
    other = Wave("again", known, frames, end().dispositions)
    panel = link([end(), other], ROSTER)
    told = panel.left_out[panel.left_out["variable"] == "met"]
    assert list(told["wave"]) == ["end", "again"]
    assert set(told["reason"]) == {"the versions of these waves put its codes together in different ways"}
    assert "met" not in panel.frame
    assert "job" in panel.frame


def test_waves_in_which_nobody_may_be_linked_yet_make_an_empty_panel() -> None:
    first, second = wave("start", {1: cleaned(START)}, [Step(START)]), wave("end", {1: cleaned(V1)}, steps())
    panel = link([first, second], ROSTER)
    assert len(panel.frame) == 0
    assert list(panel.attrition["no_interview"]) == [6, 6, 0]
    assert str(panel.frame["job"].dtype) == "category"
    later = link([first, end()], ROSTER)
    assert later.frame["days_since_first"].isna().all()
