import pytest

from tests.reference.evaluation import level, read

BOOK = {
    "delimiter": ";",
    "encoding": "utf-8",
    "submitted_at_format": "%d-%m-%Y %H:%M",
    "roster_key": "id_no",
    "response_key": "mentee",
    "missing_codes": ["", "-99", "don't know"],
    "items": {"work": {"scale": "work", "success": [1]}},
    "labels": {"work": {"en": {"in a job": 1, "other": 2}, "uk": {"працюю": 1, "інше": 2}}},
}
ROSTER = ["id_no;eligible", " m1;yes", "M2;yes ", "M3;no", "M4;yes", "m5;Yes"]
RESPONSES = [
    "mentee;submitted_at;status;work",
    "m1 ;02-01-2025 10:00;partial;other",
    "M1;01-01-2025 10:00;complete; In a JOB",
    "M2;03-02-2025 09:00;complete;other",
    "m2;11-01-2025 09:00;complete;in a job",
    "M3;03-01-2025 09:00;complete;other",
    "M9;03-01-2025 09:00;complete;other",
    "M4;03-01-2025 09:00;partial;Don't know",
]


@pytest.fixture
def data(tmp_path):
    for name, lines in (("roster.csv", ROSTER), ("responses.csv", RESPONSES)):
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8-sig")
    return read(tmp_path, BOOK)


def test_rows_are_matched_dropped_and_counted(data):
    assert data.cleaning == {
        "roster_rows": 5,
        "eligible": 4,
        "response_rows": 7,
        "unmatched_rows": 1,
        "rows_of_ineligible": 1,
        "duplicate_rows_dropped": 2,
        "respondents": 3,
        "complete": 2,
        "partial": 1,
    }


def test_a_complete_response_goes_before_a_partial_one_then_the_latest(data):
    assert {row["id"]: row["work"] for row in data.respondents} == {"M1": 1, "M2": 2, "M4": None}


def test_levels_are_numbers_of_the_scale():
    assert [level(text, [1, 2, 3]) for text in (" 2", "3.0", "", "4", "-99", "x")] == [2, 3, None, None, None, None]
