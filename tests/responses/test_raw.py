import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_survey import SURVEY, interview, raw

from evaltool.records import record_line
from evaltool.responses import raw as module
from evaltool.responses.raw import read_responses

NEVER = object()
ONE = st.none() | st.text() | st.lists(st.text(), max_size=3)


def column(responses, name):
    """What each row holds, with `NEVER` for a question that was never shown."""
    coded = responses.answers[name]
    return [coded.values[code] if code >= 0 else NEVER for code in coded.codes.tolist()]


@given(rows=st.lists(st.dictionaries(st.sampled_from(["job", "skills", "skills_other", "text"]), ONE), max_size=6))
def test_answers_come_back_as_they_were_written(rows):
    responses = raw(SURVEY, *[interview(f"u{place}", answers=row) for place, row in enumerate(rows)])
    for name in ("job", "skills", "skills_other", "text"):
        written = [row.get(name, NEVER) for row in rows]
        assert column(responses, name) == [tuple(item) if isinstance(item, list) else item for item in written]
    assert responses.interviews["unit"].tolist() == [f"u{place}" for place in range(len(rows))]


def test_left_empty_is_not_never_shown_and_the_word_null_is_an_answer():
    answers = [{"text": None}, {}, {"text": "null"}, {"text": ""}, {"text": []}, {"text": "[]"}]
    responses = raw(SURVEY, *[interview("u", answers=row) for row in answers])
    assert column(responses, "text") == [None, NEVER, "null", "", (), "[]"]


def test_whatever_the_size_of_a_pull_equal_answers_have_one_number(monkeypatch):
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    jobs = ["no", "yes", None, "yes", "no", "skip", "yes"]
    lines = [record_line(interview(f"u{place}", answers={"job": job})) for place, job in enumerate(jobs)]
    segments = [pyarrow.array(lines[start:end], "string") for start, end in ((0, 1), (1, 1), (1, 6), (6, 7))]
    responses = read_responses(segments, SURVEY)
    assert column(responses, "job") == jobs
    assert len(responses.answers["job"].values) == 4
    assert responses.interviews["unit"].tolist() == [f"u{place}" for place in range(7)]


def test_what_is_known_of_a_response_as_a_whole():
    responses = raw(SURVEY, interview("u1"), interview("u2", "partial", attributes={"focus": "no", "more": "x"}))
    assert responses.interviews.to_dict("list") == {
        "deployment": ["d1", "d1"],
        "interview": ["i-u1", "i-u2"],
        "unit": ["u1", "u2"],
        "person": ["p_u1", "p_u2"],
        "structure_hash": ["h2", "h2"],
        "language": ["en", "en"],
        "mode": ["self", "self"],
        "status": ["complete", "partial"],
        "opened_at": ["2021-11-22T10:00:00+00:00"] * 2,
        "saved_at": ["2021-11-22T10:00:00+00:00"] * 2,
        "completed_at": ["2021-11-22T10:00:00+00:00", pytest.approx(float("nan"), nan_ok=True)],
        "revision": [4, 4],
    }
    focus, born = (responses.attributes[name] for name in ("focus", "born"))
    assert [focus.values[code] for code in focus.codes] == ["yes", "no"]
    assert (born.values, born.codes.tolist()) == (("1985",), [0, -1])


@pytest.mark.parametrize("segments", [[], [pyarrow.array([], "string")]])
def test_nothing_pulled_gives_every_column_without_rows(segments):
    responses = read_responses(segments, SURVEY)
    full = raw(SURVEY, interview("u1"))
    assert responses.interviews.dtypes.map(str).to_dict() == full.interviews.dtypes.map(str).to_dict()
    assert (len(responses.interviews), list(responses.answers)) == (0, list(full.answers))
    assert all(len(coded.codes) == 0 for coded in (*responses.answers.values(), *responses.attributes.values()))
