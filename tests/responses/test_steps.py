"""The steps over a table against what they mean, worked out interview by interview."""

from hypothesis import given
from hypothesis import strategies as st
from small_survey import SURVEY, interview, raw

from evaltool.responses.steps import drop_duplicates, drop_other_versions, keep_latest

DAYS = [f"2021-11-{day}T10:00:00+00:00" for day in (20, 21, 22)]
RANK = ["opened", "refused", "partial", "complete"]
INTERVIEWS = st.lists(
    st.builds(
        interview,
        st.sampled_from(["u1", "u2", "u3"]),
        st.sampled_from(RANK),
        deployment=st.sampled_from(["d1", "d2"]),
        interview=st.sampled_from(["a", "b", "c", "é"]),
        revision=st.integers(0, 3),
        saved_at=st.sampled_from(DAYS),
    ),
    max_size=12,
)


def entries(log):
    return list(zip(log["unit"], log["detail"], strict=True))


@given(records=INTERVIEWS)
def test_of_every_interview_the_highest_revision_stays_and_of_equal_ones_the_last(records):
    latest, earlier = {}, {}
    for row, record in enumerate(records):
        key = (record.deployment, record.interview)
        if key in latest:
            earlier[key] = earlier.get(key, 0) + 1
        if key not in latest or record.revision >= records[latest[key]].revision:
            latest[key] = row
    kept, log = keep_latest(raw(SURVEY, *records).interviews)
    assert kept.index.tolist() == list(latest.values())
    told = [(records[latest[key]].unit, f"earlier states of the interview: {count}") for key, count in earlier.items()]
    assert entries(log) == told


@given(records=INTERVIEWS)
def test_of_the_interviews_of_a_course_the_best_stays_and_the_others_are_told(records):
    best = {}
    for row, record in enumerate(records):
        worth = (RANK.index(record.status), record.saved_at, record.interview)
        if record.unit not in best or worth > best[record.unit][0]:
            best[record.unit] = (worth, row)
    rows = {row for _, row in best.values()}
    kept, log = drop_duplicates(raw(SURVEY, *records).interviews)
    assert set(kept.index) == rows
    told = [
        (record.unit, f"{record.status} interview of {record.deployment}")
        for row, record in enumerate(records)
        if row not in rows
    ]
    assert entries(log) == told


def test_another_version_is_told_by_the_first_twelve_signs_of_its_structure():
    other = "0123456789abcdef" * 4
    records = [interview("u1", structure_hash="f" * 64), interview("u2", structure_hash=other)]
    kept, log = drop_other_versions(raw(SURVEY, *records).interviews, structure_hash="f" * 64)
    assert kept["unit"].tolist() == ["u1"]
    assert entries(log) == [("u2", "structure 0123456789ab")]
