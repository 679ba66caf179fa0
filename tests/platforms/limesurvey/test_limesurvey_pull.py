"""Pulling rows: complete by the server's own count, in windows, with what changed and what was deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from rc2_adapters import BROKEN, Reply, Rpc, answering, export, logged_in, recorded, remote

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey.failures import RefusedError
from evaltool.platforms.limesurvey.pull import read_export, row_id, sweep

FLOWS = ("flow_5.6.33_B_responses_export.json", "flow_6.4.2_B_responses_export.json")


class Answers:
    """A survey's responses on the fake; `count` may lie. Before each call, `meanwhile` may change them."""

    def __init__(self, ids: list[int], meanwhile: Callable[["Answers", str], None] | None = None):
        self.rows = {number: {"id": number, "consent": "Y"} for number in ids}
        self.meanwhile = meanwhile
        self.hidden: set[int] = set()
        self.windows: list[tuple[int, int]] = []

    def __call__(self, method: str, params: list[Any]) -> Any:
        if self.meanwhile:
            self.meanwhile(self, method)
        if method == "get_summary":
            return {"full_responses": len(self.rows)}
        if not self.rows:
            return {"status": "No Data, could not get max id."}
        assert params[2:7] == ["json", None, "all", "code", "short"]
        first, last = params[7], params[8] or max(self.rows)
        rows = [row for number, row in self.rows.items() if first <= number <= last]
        if params[9:] == [["id"]]:
            return export([{"id": row["id"]} for row in rows])
        self.windows.append((first, last))
        return export([row for row in rows if row["id"] not in self.hidden])

    @property
    def rpc(self) -> Rpc:
        return logged_in(self)


def recorded_export(flow: str) -> Any:
    [found] = [
        item["response"]["result"]
        for item in recorded(flow)
        if item["request"]["params"][2:] == ["json", "da", "all", "code", "short"]
    ]
    return found


@pytest.mark.parametrize("flow", FLOWS)
def test_a_recorded_export_is_read(flow: str) -> None:
    rows = read_export(recorded_export(flow))
    assert rows
    assert [row["id"] for row in rows] == [1, 2, 3, 4, 5, 6, 500, 501]
    assert rows[0]["nick"] == "Ænni\u00a0😀"
    assert rows[0]["topics[other]"] == "Kørekort"


def test_5_6_tells_not_shown_from_left_empty_and_6_4_does_not() -> None:
    old, new = (read_export(recorded_export(flow)) for flow in FLOWS)
    assert old
    assert new
    assert [row["gender"] for row in (old[2], new[2])] == [None, ""]
    assert [row["nick"] for row in (old[1], new[1])] == ["", ""]


def test_a_row_wrapped_in_its_id_is_read_and_a_blank_one_is_none() -> None:
    assert read_export(export([{"1": {"id": 1, "consent": "Y"}}])) == [{"id": 1, "consent": "Y"}]
    assert read_export(export([{"": {"id": "", "consent": ""}}])) == []


@pytest.mark.parametrize("odd", ["%%%", "bm90IGpzb24=", "W10=", {"status": "x"}, None, export([{"consent": "Y"}])])
def test_what_is_no_export_is_none(odd: object) -> None:
    assert read_export(odd) is None


def pulled(answers: Answers, *, size: int = 10) -> list[list[int]]:
    return [[row_id(row) for row in rows] for rows in sweep(remote(answers.rpc), 7, size=size)]


def test_an_export_that_cannot_be_read_is_told() -> None:
    with pytest.raises(PlatformError, match="the export cannot be read"):
        list(sweep(remote(answering({"full_responses": 1}, "%%%")), 1))


def test_all_come_in_windows_though_there_are_gaps() -> None:
    answers = Answers([1, 2, 9, 12, 95, 96, 300])
    assert pulled(answers) == [[1, 2, 9], [12], [95, 96], [300]]
    assert answers.windows == [(1, 10), (11, 20), (21, 30), (95, 104), (105, 114), (300, 309)]


def test_nobody_has_answered() -> None:
    assert pulled(Answers([])) == []


def test_an_inactive_survey_is_told() -> None:
    adapter = answering([], {"status": "No Data, survey table does not exist."})
    with pytest.raises(RefusedError, match="not active"):
        list(sweep(remote(adapter), 1))


def test_somebody_who_answers_meanwhile_is_taken_along() -> None:
    def arrive(answers: Answers, method: str) -> None:
        if answers.windows:
            answers.rows.setdefault(30, {"id": 30, "consent": "Y"})

    assert pulled(Answers([1, 2], arrive)) == [[1, 2], [30]]


def test_a_row_deleted_meanwhile_does_not_hide_a_later_one() -> None:
    def leave(answers: Answers, method: str) -> None:
        if answers.windows:
            answers.rows.pop(1, None)

    assert pulled(Answers([1, 2, 15], leave)) == [[1, 2], [15]]


def test_a_row_that_the_server_leaves_out_is_told_at_the_end() -> None:
    answers = Answers([1, 2, 3])
    answers.hidden = {2}
    with pytest.raises(PlatformError, match="counts 3 responses to survey 7 and exports 2"):
        pulled(answers)


def test_a_pull_goes_on_after_a_break_in_the_middle() -> None:
    two = {"full_responses": 2}
    adapter = answering(two, export([{"id": 1}]), BROKEN, Reply(status=503), export([{"id": 2}]), export([]), two)
    assert [[row["id"] for row in rows] for rows in sweep(remote(adapter), 1, size=1)] == [[1], [2]]


def test_only_the_columns_that_are_asked_for_come() -> None:
    answers = Answers([1, 2])
    assert [list(sweep(remote(answers.rpc), 7, fields=["id"]))] == [[[{"id": 1}, {"id": 2}]]]
