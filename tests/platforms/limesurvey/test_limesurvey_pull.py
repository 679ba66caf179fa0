"""Pulling rows: complete by the server's own count, in windows, with what changed and what was deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from rc2_adapters import BROKEN, Reply, Rpc, answering, export, logged_in, recorded, remote, replay

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey.failures import RefusedError
from evaltool.platforms.limesurvey.pull import Seen, changed, deleted, read_export, read_windows, response_ids

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
        first, last = params[7] or 1, params[8] or max(self.rows)
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


@pytest.mark.parametrize("flow", FLOWS)
def test_a_recorded_window_is_inclusive(flow: str) -> None:
    windows = list(read_windows(remote(replay(flow)), 911001, [2, 3], size=5))
    assert [[row["id"] for row in rows] for rows in windows] == [[2, 3]]


def test_a_row_wrapped_in_its_id_is_read_and_a_blank_one_is_none() -> None:
    assert read_export(export([{"1": {"id": 1, "consent": "Y"}}])) == [{"id": 1, "consent": "Y"}]
    assert read_export(export([{"": {"id": "", "consent": ""}}])) == []


@pytest.mark.parametrize("odd", ["%%%", "bm90IGpzb24=", "W10=", {"status": "x"}, None, export([{"consent": "Y"}])])
def test_what_is_no_export_is_none(odd: object) -> None:
    assert read_export(odd) is None


def test_an_export_that_cannot_be_read_is_told() -> None:
    with pytest.raises(PlatformError, match="the export cannot be read"):
        response_ids(remote(answering({"full_responses": 1}, "%%%")), 1)


def test_all_ids_come_though_there_are_gaps() -> None:
    assert response_ids(remote(Answers([1, 2, 900, 901]).rpc), 1) == [1, 2, 900, 901]


def test_nobody_has_answered() -> None:
    assert response_ids(remote(Answers([]).rpc), 1) == []


def test_an_inactive_survey_is_told() -> None:
    adapter = answering([], {"status": "No Data, survey table does not exist."})
    with pytest.raises(RefusedError, match="not active"):
        response_ids(remote(adapter), 1)


def test_somebody_who_answers_meanwhile_does_no_harm() -> None:
    def arrive(answers: Answers, method: str) -> None:
        if method == "export_responses":
            answers.rows.setdefault(3, {"id": 3, "consent": "Y"})

    assert response_ids(remote(Answers([1, 2], arrive).rpc), 1) == [1, 2, 3]


def test_an_export_that_stays_incomplete_is_refused() -> None:
    adapter = logged_in(
        lambda method, _params: {"full_responses": 9} if method == "get_summary" else export([{"id": 1}])
    )
    with pytest.raises(PlatformError, match="counts 9 responses to survey 1 and exports 1") as caught:
        response_ids(remote(adapter), 1)
    assert adapter.methods.count("export_responses") == 3
    assert "Nothing was pulled" in caught.value.mend


def test_windows_follow_the_ids_and_not_the_gaps() -> None:
    answers = Answers([1, 2, 3, 5000, 90000])
    windows = list(read_windows(remote(answers.rpc), 1, [1, 2, 3, 5000, 90000], size=2))
    assert [[row["id"] for row in rows] for rows in windows] == [[1, 2], [3, 5000], [90000]]
    assert answers.windows == [(1, 2), (3, 5000), (90000, 90000)]


def test_a_row_deleted_meanwhile_is_left_out() -> None:
    answers = Answers([1, 3])
    assert [[row["id"] for row in rows] for rows in read_windows(remote(answers.rpc), 1, [1, 2, 3])] == [[1, 3]]


def test_a_row_that_the_server_leaves_out_is_told() -> None:
    answers = Answers([1, 2, 3])
    answers.hidden = {2}
    with pytest.raises(PlatformError, match="1 of the responses 1 to 3 of survey 7 did not come"):
        list(read_windows(remote(answers.rpc), 7, [1, 2, 3]))


def test_a_pull_goes_on_after_a_break_in_the_middle() -> None:
    adapter = answering(export([{"id": 1}]), BROKEN, Reply(status=503), export([{"id": 2}]))
    windows = list(read_windows(remote(adapter), 1, [1, 2], size=1))
    assert [[row["id"] for row in rows] for rows in windows] == [[1], [2]]


def test_only_new_and_changed_rows_are_given_and_their_changes_counted() -> None:
    rows = [{"id": 1, "why": "a"}, {"id": 2, "why": ""}]
    first = list(changed(rows, {}))
    assert [(row["id"], now.revision) for row, now in first] == [(1, 1), (2, 1)]
    seen = {row["id"]: now for row, now in first}
    assert not list(changed([{"why": "a", "id": 1}, rows[1]], seen))
    resumed = [rows[0], {"id": 2, "why": "b"}, {"id": 3, "why": ""}]
    assert [(row["id"], now.revision) for row, now in changed(resumed, seen)] == [(2, 2), (3, 1)]


def test_not_shown_and_left_empty_are_a_change() -> None:
    [(_, now)] = changed([{"id": 1, "why": None}], {})
    assert [now.revision for _, now in changed([{"id": 1, "why": ""}], {1: now})] == [2]


def test_deleted_rows_are_seen() -> None:
    assert deleted([2, 4], {number: Seen(1, "x") for number in (1, 2, 3)}) == [1, 3]
