"""Cleaning of whole archives against the same decisions taken interview by interview."""

from collections import Counter
from dataclasses import replace

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from small_survey import SURVEY, interview, lines

from evaltool.responses.clean import clean
from evaltool.responses.corrections import Correction

WORTH = ["opened", "refused", "partial", "complete"]
UNITS = ["u1", "u2", "u3"]
ROSTER = pd.DataFrame({"unit": UNITS, "person": [f"p_{unit}" for unit in UNITS]}, dtype="str")


@st.composite
def states(draw):
    """A pulled state of an interview; whose it is and its version hang on the interview, as they never change."""
    number = draw(st.integers(0, 7))
    return interview(
        [*UNITS, "gone"][number % 4],
        draw(st.sampled_from(WORTH)),
        interview=f"i{number}",
        structure_hash="h1" if number == 5 else "h2",
        revision=draw(st.integers(0, 3)),
        saved_at=f"2021-11-2{draw(st.integers(0, 2))}T10:00:00+00:00",
        answers={"consent": "yes", "job": "yes", "hours": draw(st.sampled_from(["10", "20", "90", "many"]))},
    )


CORRECTIONS = st.builds(
    Correction,
    unit=st.sampled_from([*UNITS, "gone", "never"]),
    survey=st.sampled_from(["demo", "demo@2", "demo@1", "other"]),
    variable=st.just("hours"),
    new=st.sampled_from(["30", "99"]),
    who=st.just("A"),
    when=st.just("2022-01-05"),
    why=st.just("w"),
)


def latest_states(records):
    """The state that counts of every interview, and an entry for each that has earlier ones."""
    by_interview = {}
    for record in records:
        by_interview.setdefault(record.interview, []).append(record)
    log = [(found[0].unit, "superseded") for found in by_interview.values() if len(found) > 1]
    highest = {name: max(record.revision for record in found) for name, found in by_interview.items()}
    last = {record.interview: record for record in records if record.revision == highest[record.interview]}
    return list(last.values()), log


def expected(records, corrections):
    """The state that counts for every unit, its disposition and hours; how often the log gives a unit a reason."""
    records, log = latest_states(records)
    log += [(record.unit, "other_version") for record in records if record.structure_hash == "h1"]
    records = [record for record in records if record.structure_hash == "h2"]
    hours = {record.interview: record.answers["hours"] for record in records}
    for fix in corrections:
        if fix.survey in {"demo", "demo@2"}:
            meant = [record.interview for record in records if record.unit == fix.unit]
            hours |= dict.fromkeys(meant, fix.new)
            log += [(fix.unit, "corrected")] * len(meant) or [(fix.unit, "not_applied")]
    log += [(record.unit, "not_on_roster") for record in records if record.unit == "gone"]
    counting = {}
    for unit in UNITS:
        own = [record for record in records if record.unit == unit]
        own.sort(key=lambda record: (WORTH.index(record.status), record.saved_at, record.interview))
        log += [(unit, "duplicate") for _ in own[:-1]]
        if own:
            counting[unit] = own[-1]
    rows = {unit: row_of(record, hours[record.interview]) for unit, record in counting.items()}
    log += [(unit, REASON[hours[record.interview]]) for unit, record in counting.items()]
    log += [(unit, "refused") for unit, record in counting.items() if record.status == "refused"]
    return rows, Counter(entry for entry in log if entry[1])


REASON = {"10": "", "20": "", "30": "", "90": "constraint", "99": "constraint", "many": "impossible_value"}
DISPOSITION = {"opened": "P", "partial": "P", "complete": "I", "refused": "R"}  # each has answered the headline


def row_of(record, hours):
    kept = record.status != "refused" and not REASON[hours]
    return record.language, DISPOSITION[record.status], int(hours) if kept else None


@settings(derandomize=True, max_examples=30)
@given(
    records=st.lists(states(), max_size=14),
    corrections=st.lists(CORRECTIONS, max_size=4, unique_by=lambda fix: fix.unit),
)
def test_which_interview_counts_for_every_unit_and_what_the_log_tells(records, corrections):
    # The language says in the dataset which of the states it was.
    records = [replace(record, language=f"state {place}") for place, record in enumerate(records)]
    rows, log = expected(records, corrections)
    cleaned = clean(SURVEY, lines(*records), ROSTER, corrections, structure_hash="h2")
    assert Counter(zip(cleaned.log["unit"], cleaned.log["reason"], strict=True)) == log
    frame = cleaned.frame.set_index("unit")
    assert list(frame.index) == sorted(rows)
    hours = [None if pd.isna(value) else value for value in frame["hours"]]
    found = zip(frame["language"], frame["disposition"], hours, strict=True)
    assert dict(zip(frame.index, found, strict=True)) == rows
    assert dict(zip(cleaned.dispositions["unit"], cleaned.dispositions["disposition"], strict=True)) == {
        unit: rows[unit][1] if unit in rows else "NC" for unit in UNITS
    }
