"""What coordinators found out, as a file and in a dataset."""

from pathlib import Path

import pandas as pd
import pytest
from small_survey import SURVEY, interview, lines

from evaltool.errors import CleaningError
from evaltool.responses.clean import Cleaned, clean
from evaltool.responses.dispositions import (
    OUTCOMES,
    Finding,
    append_findings,
    forget_findings,
    read_findings,
    standing_findings,
    with_findings,
)

ANSWERS = {"consent": "yes", "helper": "nobody", "job": "no"}


def found(unit: str, reason: str, *, deployment: str = "d1", found_on: str = "") -> Finding:
    disposition, aapor = OUTCOMES[reason] if reason else ("", "")
    return Finding(
        deployment=deployment,
        unit=unit,
        reason=reason,
        disposition=disposition,
        aapor=aapor,
        found_on=found_on,
        sheet="2022-11-01T10:00:00+00:00",
        read_at="2022-11-02T10:00:00+00:00",
    )


def cleaned(roster: pd.DataFrame, *reported: Finding, eligible: list[str] | None = None) -> Cleaned:
    """u1 answered, u2 broke off before the headline, u3 and u4 never opened the survey."""
    answers = lines(interview("u1", answers=ANSWERS), interview("u2", "opened"))
    dataset = clean(SURVEY, answers, roster, structure_hash="h2", eligible=eligible)
    return with_findings(dataset, {item.unit: item for item in reported})


def outcome(dataset: Cleaned) -> dict[str, str]:
    return dict(zip(dataset.dispositions["unit"], dataset.dispositions["disposition"], strict=True))


# AAPOR, Standard Definitions: 2.1 refusal, 2.2 non-contact, 2.3 other; all of them eligible.
@pytest.mark.parametrize(
    ("reason", "code"), [("refused", "R"), ("wrong_number", "NC"), ("moved", "NC"), ("broken_off", "O")]
)
def test_a_course_that_nobody_opened_gets_the_code_of_what_was_found_out(
    roster: pd.DataFrame, reason: str, code: str
) -> None:
    assert outcome(cleaned(roster, found("u3", reason))) == {"u1": "I", "u2": "R", "u3": code, "u4": "NC"}


@pytest.mark.parametrize("reason", ["refused", "wrong_number", "broken_off"])
def test_what_she_did_herself_goes_before_a_coordinator_s_word(roster: pd.DataFrame, reason: str) -> None:
    dataset = cleaned(roster, found("u1", reason), found("u2", reason))
    assert outcome(dataset) == {"u1": "I", "u2": "R", "u3": "NC", "u4": "NC"}
    assert dataset.frame["job"].tolist()[0] == "no"


def test_the_log_tells_what_was_taken_and_what_was_not(roster: pd.DataFrame) -> None:
    reported = [found("u3", "refused", found_on="2022-10-31"), found("u1", "moved"), found("u4", "broken_off")]
    log = cleaned(roster, *reported, eligible=["u1", "u2", "u3"]).log
    rows = log[log["step"] == "coordinators"].drop(columns="step").itertuples(index=False, name=None)
    assert list(rows) == [
        ("u3", "", "reported", "refused, 2022-10-31: R (2.112)"),
        ("u1", "", "not_applied", "the survey was opened"),
        ("u4", "", "not_applied", "not invited"),
    ]


def test_findings_change_no_type_and_no_other_row(roster: pd.DataFrame) -> None:
    without, with_one = cleaned(roster), cleaned(roster, found("u3", "broken_off"))
    pd.testing.assert_series_equal(without.dispositions.dtypes, with_one.dispositions.dtypes)
    pd.testing.assert_frame_equal(without.frame, with_one.frame)
    pd.testing.assert_frame_equal(without.log, with_one.log[with_one.log["step"] != "coordinators"])


def test_findings_are_added_and_the_last_word_holds(tmp_path: Path) -> None:
    path = tmp_path / "dispositions.jsonl"
    assert read_findings(path) == []
    first = [found("u1", "moved"), found("u2", "refused"), found("u1", "refused", deployment="d2")]
    append_findings(path, first)
    before = path.read_bytes()
    append_findings(path, [found("u1", "wrong_number"), found("u2", "")])
    assert path.read_bytes().startswith(before)
    assert standing_findings(read_findings(path), "d1") == {"u1": found("u1", "wrong_number")}
    assert set(standing_findings(read_findings(path), "d2")) == {"u1"}


def test_who_is_erased_is_in_no_line_any_more(tmp_path: Path) -> None:
    path = tmp_path / "dispositions.jsonl"
    append_findings(path, [found("u1", "moved"), found("u2", "refused"), found("u1", "")])
    assert forget_findings(path, {"u1"}) == 2
    assert read_findings(path) == [found("u2", "refused")]
    assert "u1" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("damage", ['"format": 2', '"format": 1, "more": 1', '"format": "1"', '"other": 1'])
def test_a_line_that_is_not_ours_is_told_with_its_place(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "dispositions.jsonl"
    append_findings(path, [found("u1", "moved"), found("u2", "moved")])
    first, second = path.read_text(encoding="utf-8").splitlines()
    altered = second.replace('"format": 1', damage)
    path.write_text(f"{first}\n{altered}\n", encoding="utf-8")
    with pytest.raises(CleaningError, match="cannot be read") as refused:
        read_findings(path)
    assert refused.value.where.endswith("dispositions.jsonl:2")
