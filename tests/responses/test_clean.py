from dataclasses import replace
from functools import partial

import pandas as pd
import pytest
from small_survey import SURVEY, interview, lines

from evaltool.errors import CleaningError
from evaltool.responses.clean import clean
from evaltool.responses.corrections import Correction
from evaltool.survey.model import Survey

FULL = {
    "consent": "yes",
    "helper": "mentor",
    "job": "yes",
    "hours": "37",
    "paid": "12,5",
    "since": "2021-03-01",
    "skills": ["a", "else"],
    "skills_other": "sewing",
    "danish": "good",
    "text": "fine",
}


@pytest.fixture
def run(roster):
    def run(*responses, corrections=(), **more):
        return clean(SURVEY, lines(*responses), roster, corrections, structure_hash="h2", **more)

    return run


def only(cleaned):
    assert len(cleaned.frame) == 1
    return cleaned.frame.iloc[0]


def log(cleaned):
    return [tuple(row) for row in cleaned.log[["step", "unit", "variable", "reason"]].itertuples(index=False)]


def reasons(row):
    return {
        name.removesuffix("__missing"): row[name]
        for name in row.index
        if name.endswith("__missing") and pd.notna(row[name])
    }


def test_a_whole_interview_becomes_typed_columns_in_the_survey_s_order(run):
    cleaned = run(interview("u1", answers=FULL))
    row = only(cleaned)
    assert list(cleaned.frame.columns) == [
        *["unit", "person", "deployment", "survey_version", "language", "mode", "helped", "disposition", "missing"],
        *[
            "opened_at",
            "completed_at",
            "consent",
            "consent__missing",
            "helper",
            "helper__missing",
            "job",
            "job__missing",
        ],
        *["hours", "hours__missing", "paid", "paid__missing", "since", "since__missing"],
        *["skills__a", "skills__b", "skills__else", "skills__none", "skills__missing", "skills_other"],
        *["danish", "danish__missing", "year", "year__missing", "text", "text__missing", "site", "focus"],
    ]
    assert {name: str(dtype) for name, dtype in cleaned.frame.dtypes.items() if not name.endswith("__missing")} == {
        **dict.fromkeys(["unit", "person", "deployment", "language", "mode", "skills_other", "year", "text"], "str"),
        **dict.fromkeys(["site", "focus"], "str"),
        **dict.fromkeys(["disposition", "missing", "consent", "helper", "job", "danish"], "category"),
        **dict.fromkeys(["helped", "skills__a", "skills__b", "skills__else", "skills__none"], "boolean"),
        **dict.fromkeys(["opened_at", "completed_at"], "datetime64[us, UTC]"),
        "survey_version": "Int64",
        "hours": "Int64",
        "paid": "Float64",
        "since": "datetime64[us]",
    }
    assert (row.hours, row.paid, row.since, row.year) == (37, 12.5, pd.Timestamp("2021-03-01"), "1985")
    assert [row.skills__a, row.skills__b, row.skills__else, row.skills__none] == [True, False, True, False]
    assert (row.skills_other, row.text, row.job, row.danish) == ("sewing", "fine", "yes", "good")
    assert (bool(row.helped), row.disposition, row.site, row.survey_version) == (True, "I", "n", 2)
    assert reasons(row) == {}
    assert pd.isna(row.missing)
    assert cleaned.log.empty


def test_categories_are_the_substantive_codes_and_scales_are_ordered(run):
    frame = run(interview("u1", answers=FULL)).frame
    assert (list(frame.job.cat.categories), frame.job.cat.ordered) == (["yes", "no"], False)
    assert (list(frame.danish.cat.categories), frame.danish.cat.ordered) == (["good", "bad"], True)
    five = ["not_applicable", "not_reached", "not_answered", "dont_know", "refused"]
    assert all(list(frame[name].cat.categories) == five for name in ("missing", "job__missing", "skills__missing"))


def test_each_missing_value_has_its_reason(run):
    answers = {"consent": "yes", "helper": None, "job": "no", "skills": ["dk"], "danish": " "}
    row = only(run(interview("u1", answers=answers)))
    assert reasons(row) == {
        "helper": "not_answered",
        **dict.fromkeys(["hours", "paid", "since", "text"], "not_applicable"),
        "skills": "dont_know",
        "danish": "not_answered",
    }
    assert pd.isna(row.skills__a)
    assert pd.isna(row.helped)
    refused = only(run(interview("u1", answers={**answers, "job": "skip"})))
    assert (reasons(refused)["job"], pd.isna(refused.job)) == ("refused", True)


def test_what_a_broken_off_interview_did_not_reach_is_not_called_inapplicable(run):
    row = only(
        run(interview("u1", "partial", answers={"consent": "yes", "helper": "nobody"}, attributes={"focus": "no"}))
    )
    assert reasons(row) == {
        **dict.fromkeys(["job", "hours", "paid", "since", "skills", "text"], "not_reached"),
        "danish": "not_applicable",  # the roster alone says so
        "year": "not_answered",
    }
    assert (row.disposition, row.missing) == ("R", "not_reached")
    assert not row.helped


def test_an_answer_off_the_path_is_set_aside_and_logged_without_the_answer(run):
    cleaned = run(interview("u1", answers={**FULL, "job": "no", "hours": "55"}))
    row = only(cleaned)
    assert {name: reasons(row)[name] for name in ("hours", "paid", "since")} == dict.fromkeys(
        ["hours", "paid", "since"], "not_applicable"
    )
    assert pd.isna(row.hours)
    assert log(cleaned) == [("path", "u1", name, "not_applicable") for name in ("hours", "paid", "since")]
    assert "55" not in cleaned.log.to_csv()


def test_routing_uses_the_attributes_of_then_and_the_frame_those_of_now(run):
    row = only(run(interview("u1", answers=FULL)))
    assert (row.danish, row.focus) == ("good", "no")


def test_impossible_values_become_not_answered_and_are_logged(run):
    wrong = {
        "hours": "90",
        "paid": "much",
        "since": "31-02-2021",
        "skills": ["a", "none"],
        "danish": "superb",
        "text": None,
    }
    cleaned = run(interview("u1", answers={**FULL, **wrong}))
    assert reasons(only(cleaned)) == {
        **dict.fromkeys(["hours", "paid", "since", "skills", "danish"], "not_answered"),
        "text": "not_applicable",
    }
    assert log(cleaned) == [
        ("answers", "u1", "hours", "constraint"),
        ("answers", "u1", "paid", "impossible_value"),
        ("answers", "u1", "since", "impossible_value"),
        ("answers", "u1", "skills", "impossible_value"),
        ("path", "u1", "skills", "text_without_choice"),
        ("answers", "u1", "danish", "impossible_value"),
    ]


@pytest.mark.parametrize(("name", "digits"), [("hours", "9" * 30), ("paid", "9" * 400)])
def test_digits_without_end_are_impossible_not_a_crash(run, name, digits):
    cleaned = run(interview("u1", answers={**FULL, name: digits}))
    assert log(cleaned) == [("answers", "u1", name, "impossible_value")]


def test_a_refused_interview_keeps_no_answers(run):
    cleaned = run(interview("u1", "refused", answers={"consent": "no", "helper": "mentor"}))
    row = only(cleaned)
    assert set(reasons(row).values()) == {"refused"}
    assert len(reasons(row)) == 10
    assert (row.disposition, row.missing, pd.isna(row.helper), pd.isna(row.year)) == ("R", "refused", True, True)
    assert log(cleaned) == [("refusal", "u1", "", "refused")]
    assert cleaned.log.detail.tolist() == ["answers removed: 1"]


def test_who_refused_after_answering_keeps_nothing_either(run):
    row = only(run(interview("u1", "complete", answers={**FULL, "consent": "no"})))
    assert (row.disposition, pd.isna(row.job), pd.isna(row.skills_other)) == ("R", True, True)


def test_every_course_has_a_disposition(run):
    partial_ = {"consent": "yes", "helper": "nobody", "job": "no"}
    cleaned = run(
        interview("u1", answers=FULL),
        interview("u2", "partial", answers=partial_),
        interview("u3", "opened"),
    )
    table = cleaned.dispositions
    assert list(zip(table.unit, table.disposition, strict=True)) == [
        ("u1", "I"),
        ("u2", "P"),
        ("u3", "R"),
        ("u4", "NC"),
    ]
    assert list(cleaned.frame.disposition) == ["I", "P", "R"]


def test_dispositions_are_of_the_eligible_units_only(run):
    cleaned = run(interview("u1", answers=FULL), eligible=["u2", "u1"])
    assert dict(zip(cleaned.dispositions.unit, cleaned.dispositions.disposition, strict=True)) == {
        "u1": "I",
        "u2": "NC",
    }
    with pytest.raises(CleaningError, match="1 eligible units are not on the roster"):
        run(eligible=["u9"])


def test_a_headline_that_was_refused_is_not_answered(run):
    row = only(run(interview("u1", "partial", answers={"consent": "yes", "helper": "nobody", "job": "skip"})))
    assert (row.disposition, row.job__missing) == ("R", "refused")


def test_no_responses_give_an_empty_dataset_with_all_columns(run):
    cleaned = run()
    full = run(interview("u1", answers=FULL))
    assert cleaned.frame.dtypes.to_dict() == full.frame.dtypes.to_dict()
    assert set(cleaned.dispositions.disposition) == {"NC"}


def test_a_question_that_nobody_ever_answered_has_its_columns(run):
    frame = run(interview("u1", answers={"consent": "yes", "job": "yes"}), interview("u2", "opened")).frame
    full = run(interview("u1", answers=FULL)).frame
    assert frame.dtypes.to_dict() == full.dtypes.to_dict()
    assert frame[["hours", "paid", "since", "skills__a", "skills_other", "danish", "text"]].isna().all(axis=None)
    assert list(frame["hours__missing"]) == ["not_reached", "not_reached"]


def test_the_latest_revision_wins_whatever_the_order(run):
    late = interview("u1", answers=FULL)
    early = replace(late, revision=1, status="partial", answers={"consent": "yes"})
    for order in ([early, late], [late, early], [late, early, late]):
        cleaned = run(*order)
        assert only(cleaned).disposition == "I"
        assert log(cleaned) == [("latest", "u1", "", "superseded")]


def test_a_response_to_an_older_version_is_dropped_and_named(run):
    cleaned = run(interview("u1", answers=FULL), interview("u2", answers=FULL, structure_hash="h1"))
    assert list(cleaned.frame.unit) == ["u1"]
    assert log(cleaned) == [("version", "u2", "", "other_version")]


def test_a_unit_that_is_not_on_the_roster_is_dropped_and_named(run):
    cleaned = run(interview("u9", answers=FULL))
    assert cleaned.frame.empty
    assert log(cleaned) == [("roster", "u9", "", "not_on_roster")]


def test_of_two_interviews_of_a_course_the_complete_one_counts_then_the_latest(run):
    make = partial(interview, "u1", answers=FULL)
    done = make(interview="a", saved_at="2021-11-20T10:00:00+00:00", language="da")
    half = make("partial", interview="b", saved_at="2021-11-25T10:00:00+00:00")
    for order in ([done, half], [half, done]):
        cleaned = run(*order)
        assert only(cleaned).language == "da"
        assert log(cleaned) == [("duplicates", "u1", "", "duplicate")]
    later = make(interview="c", saved_at="2021-11-21T10:00:00+00:00", language="ar")
    assert only(run(done, half, later)).language == "ar"


@pytest.mark.parametrize(
    "dropped",
    [
        interview("u1", "partial", revision=1, attributes={"born": "19 85x"}),
        interview("u2", structure_hash="h1", attributes={"born": "in 1985"}),
        interview("u9", attributes={"born": "in 1985"}),
        interview("u1", "partial", interview="second", attributes={"born": "in 1985"}),
        interview("u2", structure_hash="h1", answers={"hours": ["a", "b"], "text": ["a", "b"]}),
    ],
)
def test_what_stands_in_a_dropped_record_is_never_read(run, dropped):
    """Another version may ask the same names as other types; a state that was mended may hold anything."""
    cleaned = run(dropped, interview("u1", answers=FULL))
    pd.testing.assert_frame_equal(cleaned.frame, run(interview("u1", answers=FULL)).frame)
    assert len(cleaned.log) == 1


def test_an_attribute_that_counts_and_cannot_be_read_is_named_without_its_text(run):
    with pytest.raises(CleaningError, match="«born» of an interview is no integer") as told:
        run(interview("u1", attributes={"born": "19 85x"}))
    assert "85x" not in str(told.value)


def test_corrections_are_applied_and_logged_with_who_when_and_why(run):
    fix = partial(Correction, unit="u1", who="Anna", when="2022-01-05", why="the mentor called")
    corrections = [
        fix(survey="demo", variable="hours", new="20"),
        fix(survey="demo@2", variable="skills", new="a b"),
        fix(survey="demo", variable="text", new=""),
        fix(survey="demo@1", variable="job", new="no"),
        replace(fix(survey="demo", variable="job", new="no"), unit="u2"),
    ]
    cleaned = run(interview("u1", answers=FULL), corrections=corrections)
    row = only(cleaned)
    assert (row.hours, row.skills__a, row.skills__b, row.job) == (20, True, True, "yes")
    assert row.text__missing == "not_answered"
    assert log(cleaned)[:4] == [
        ("corrections", "u1", "hours", "corrected"),
        ("corrections", "u1", "skills", "corrected"),
        ("corrections", "u1", "text", "corrected"),
        ("corrections", "u2", "job", "not_applied"),
    ]
    assert cleaned.log.detail[0] == "Anna, 2022-01-05: the mentor called"


def test_a_corrected_answer_changes_the_path(run):
    fix = Correction(unit="u1", survey="demo", variable="job", new="no", who="A", when="2022-01-05", why="w")
    row = only(run(interview("u1", answers=FULL), corrections=[fix]))
    assert (row.job, row.hours__missing) == ("no", "not_applicable")


def test_a_question_called_like_a_column_of_the_roster_is_refused(roster):
    with pytest.raises(CleaningError) as caught:
        clean(SURVEY, lines(), roster.assign(job="x", skills__a="x"), structure_hash="h2")
    assert [fault.message for fault in caught.value.faults] == [
        "«job» is a column of the roster",
        "«skills__a» is a column of the roster",
    ]


def test_the_roster_s_language_is_the_one_to_group_by(roster):
    cleaned = clean(SURVEY, lines(interview("u1", answers=FULL)), roster.assign(language="so"), structure_hash="h2")
    assert (only(cleaned).language, only(cleaned).interview_language) == ("so", "en")


@pytest.mark.parametrize("name", ["disposition", "missing", "deployment", "mode", "helped", "opened_at"])
def test_a_column_of_the_roster_called_like_one_of_every_dataset_is_refused(roster, name):
    with pytest.raises(CleaningError) as caught:
        clean(SURVEY, lines(interview("u1", answers=FULL)), roster.assign(**{name: "x"}), structure_hash="h2")
    assert [(fault.message, fault.where) for fault in caught.value.faults] == [
        (f"«{name}» is a column of every dataset", "roster.yaml")
    ]


def test_the_place_to_which_the_interview_s_language_steps_aside_is_taken_only_then(roster):
    roster = roster.assign(interview_language="x")
    assert only(clean(SURVEY, lines(interview("u1")), roster, structure_hash="h2")).language == "en"
    with pytest.raises(CleaningError, match="«interview_language» is a column of every dataset"):
        clean(SURVEY, lines(interview("u1")), roster.assign(language="so"), structure_hash="h2")


def test_without_a_headline_what_is_calculated_is_no_answer(roster):
    data = SURVEY.model_dump()
    data["pages"][1]["questions"][0]["role"] = None
    survey = Survey.model_validate(data, context={"language": "en"})
    cleaned = clean(
        survey,
        lines(interview("u1", "opened"), interview("u2", "partial", answers={"helper": "nobody"})),
        roster,
        structure_hash="h2",
    )
    assert list(cleaned.frame.year) == ["1985", "1985"]
    assert list(cleaned.frame.disposition) == ["R", "P"]


def test_rows_are_in_order_of_unit_whatever_the_order_of_the_archive(run):
    responses = [interview(unit, answers=FULL) for unit in ("u3", "u1", "u2")]
    pd.testing.assert_frame_equal(run(*responses).frame, run(*reversed(responses)).frame)
    assert list(run(*responses).frame.unit) == ["u1", "u2", "u3"]


def test_who_answers_for_a_course_as_somebody_else_keeps_her_own_pseudonym(roster):
    hers = replace(interview("u1", answers=FULL), person="p_mentor")
    mentors = SURVEY.model_copy(update={"respondent": "mentor"})
    own = only(clean(SURVEY, lines(hers), roster, structure_hash="h2"))
    other = only(clean(mentors, lines(hers), roster, structure_hash="h2"))
    assert own["person"] == roster.set_index("unit").loc["u1", "person"] != "p_mentor"
    assert (other["unit"], other["person"]) == ("u1", "p_mentor")
    assert str(clean(mentors, lines(hers), roster, structure_hash="h2").frame["person"].dtype) == "str"
