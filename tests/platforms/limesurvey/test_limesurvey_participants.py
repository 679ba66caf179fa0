"""Participants and mail on a fake that keeps a list as LimeSurvey does; the refusals were recorded on 6.4.2."""

import re
from typing import Any

import pytest
from rc2_adapters import BROKEN, Rpc, logged_in, recorded, remote

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey.failures import StateUnknownError
from evaltool.platforms.limesurvey.mailing import Mailed, write_to
from evaltool.platforms.limesurvey.participants import (
    Participant,
    access_code,
    add_participants,
    list_participants,
)


def person(number: int, **changes: Any) -> Participant:
    usual: dict[str, Any] = {
        "language": "da",
        "attributes": {"attribute_1": "aarhus"},
        "email": f"p{number}@example.org",
    }
    return Participant(f"u_{number}", f"Code_{number:04}", **{**usual, **changes})


class Table:
    """The list: refuses a code that is there, filters codes after that, marks `sent` mail by mail."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.breaks: dict[str, list[str]] = {}
        self.bad = ""
        self.clock = 0
        self.rounds: list[list[int]] = []

    def __call__(self, method: str, params: list[Any]) -> Any:
        how = self.breaks.get(method, [])
        cut = how.pop(0) if how else ""
        if cut == "before":
            return BROKEN
        done = getattr(self, method)(*params[2:])
        return BROKEN if cut == "after" else done

    @property
    def rpc(self) -> Rpc:
        return logged_in(self)

    def list_participants(self, start: int, limit: int, unused: bool, fields: list[str]) -> Any:
        assert not unused
        found = [row for row in self.rows if row["tid"] >= start][:limit]
        if not found:
            return {"status": "No survey participants found."}
        return [
            {"tid": row["tid"], "token": row["token"], "participant_info": {"email": row["email"]}}
            | {name: row.get(name) for name in fields}
            for row in found
        ]

    def add_participants(self, people: list[dict[str, Any]], create: bool) -> Any:
        assert create is False
        return [self._add(row) for row in people]

    def _add(self, row: dict[str, Any]) -> dict[str, Any]:
        if row["token"] in {item["token"] for item in self.rows}:
            return {**row, "errors": {"token": [f'Access code "{row["token"]}" has already been taken.']}}
        number = len(self.rows) + 1
        kept = {**row, "token": re.sub(r"[^0-9a-zA-Z_~]", "", row["token"]), "tid": number}
        self.rows.append({**kept, "sent": "N", "remindersent": "N", "completed": "N"})
        return {**kept, "tid": str(number)}

    def invite_participants(self, numbers: list[int], email: bool, go_on: bool) -> Any:
        assert email
        assert go_on
        return self._mail(numbers, "sent", {"N"})

    def remind_participants(self, days: None, times: None, numbers: list[int], go_on: bool) -> Any:
        assert (days, times, go_on) == (None, None, True)
        return self._mail(numbers, "remindersent", {row["remindersent"] for row in self.rows})

    def _mail(self, numbers: list[int], field: str, open_states: set[str]) -> Any:
        self.rounds.append(numbers)
        rows = [row for row in self.rows if row["tid"] in numbers and row[field] in open_states]
        rows = [row for row in rows if "@" in row["email"]]
        if not rows:
            return {"status": "Error: No candidate tokens"}
        result: dict[str, Any] = {}
        for row in rows:
            fails = bool(self.bad) and self.bad in row["email"]
            self.clock += 1
            if not fails:
                row[field] = f"2026-11-22 {self.clock:02}:00"
            words = f"SMTP Error: The following recipients failed: {row['email']}: no such user\r\n"
            result[str(row["tid"])] = {"status": "fail" if fails else "OK", "error": words if fails else None}
        return {**result, "status": "0 left to send"}


def test_the_list_is_read_to_its_end_though_start_is_no_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaltool.platforms.limesurvey.participants.PAGE", 2)
    table = Table()
    add_participants(remote(table.rpc), 1, [person(number) for number in range(1, 6)])
    del table.rows[2]
    assert [item.number for item in list_participants(remote(table.rpc), 1).values()] == [1, 2, 4, 5]


def test_adding_can_be_repeated() -> None:
    table, people = Table(), [person(1), person(2)]
    assert [add_participants(remote(table.rpc), 1, people) for _ in range(2)] == [2, 0]
    assert [row["token"] for row in table.rows] == ["Code_0001", "Code_0002"]


@pytest.mark.parametrize("cut", ["before", "after"])
def test_adding_goes_on_after_a_break_without_doubling(cut: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaltool.platforms.limesurvey.participants.AT_ONCE", 2)
    table = Table()
    table.breaks["add_participants"] = ["", cut]
    assert add_participants(remote(table.rpc), 1, [person(number) for number in range(1, 6)]) == 5
    assert [row["token"] for row in table.rows] == [f"Code_{number:04}" for number in range(1, 6)]


def test_adding_ends_when_the_connection_breaks_again() -> None:
    table = Table()
    table.breaks["add_participants"] = ["before", "before"]
    with pytest.raises(StateUnknownError):
        add_participants(remote(table.rpc), 1, [person(1)])


@pytest.mark.parametrize("code", ["a-b_c d~e.f", "short", "x" * 37, "kødekode1"])
def test_a_code_that_would_be_changed_is_refused_before_anything_is_sent(code: str) -> None:
    rpc = Table().rpc
    with pytest.raises(PlatformError, match="nothing was added") as caught:
        add_participants(remote(rpc), 1, [person(1), Participant("u_2", code, "da")])
    assert rpc.methods == []
    assert "u_2" in str(caught.value)
    assert code not in str(caught.value)


def test_a_code_that_stands_twice_is_refused() -> None:
    with pytest.raises(PlatformError, match="stands twice"):
        add_participants(remote(Table().rpc), 1, [person(1), Participant("u_2", "Code_0001", "da")])


def test_our_tokens_fit_once_their_hyphen_is_a_tilde() -> None:
    assert access_code("ab-c_dE-9") == "ab~c_dE~9"


def test_somebody_who_stands_there_otherwise_is_told_and_nothing_added() -> None:
    table = Table()
    add_participants(remote(table.rpc), 1, [person(1)])
    rpc = table.rpc
    with pytest.raises(PlatformError) as caught:
        add_participants(remote(rpc), 1, [person(1, language="ar", attributes={"attribute_1": "odense"}), person(2)])
    assert "u_1: LimeSurvey has another language" in str(caught.value)
    assert "u_1: LimeSurvey has another attribute_1" in str(caught.value)
    assert "add_participants" not in rpc.methods


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ((20, 2), "the e-mail address is none"),
        ((20, 3), "the survey lacks her language"),
        ((21, 0), "somebody else has this access code"),
        ((21, 2), "it is too long"),
        ((21, 1), "has changed her access code"),
    ],
    ids=["email", "language", "taken", "long", "filtered"],
)
def test_a_recorded_refusal_names_the_person_and_not_her_code(place: tuple[int, int], words: str) -> None:
    echo = recorded("flow_6.4.2_A_deploy.json")[place[0]]["response"]["result"][place[1]]
    table = Table()
    table._add = lambda row: echo  # type: ignore[method-assign]
    with pytest.raises(PlatformError) as caught:
        add_participants(remote(table.rpc), 1, [person(1)])
    assert "u_1: " in str(caught.value)
    assert words in str(caught.value)
    assert not any(word in str(caught.value) for word in ("Code_0001", "OWNtok1", "@"))


def test_an_attribute_that_the_server_drops_is_told() -> None:
    table = Table()
    keep = table._add
    table._add = lambda row: {**keep(row), "attribute_1": None}  # type: ignore[method-assign]
    with pytest.raises(PlatformError, match="keeps another attribute_1"):
        add_participants(remote(table.rpc), 1, [person(1)])


def test_an_echo_of_another_length_is_told() -> None:
    table = Table()
    table.add_participants = lambda people, create: []  # type: ignore[method-assign, assignment]
    with pytest.raises(PlatformError, match="did not say whether it took her"):
        add_participants(remote(table.rpc), 1, [person(1)])


def test_each_person_gets_her_fate() -> None:
    table = Table()
    people = [person(1), person(2), person(3, email=""), person(4), person(5, email="no-address")]
    add_participants(remote(table.rpc), 1, people)
    table.rows[3]["completed"] = "2026-11-22 10:00"
    table.bad = "p2@"
    assert write_to(remote(table.rpc), 1, [*people, person(6)]) == [
        Mailed("u_1", "sent"),
        Mailed("u_2", "failed", "SMTP Error: The following recipients failed: … no such user"),
        Mailed("u_3", "not_tried", "no e-mail address"),
        Mailed("u_4", "not_tried", "has answered"),
        Mailed("u_5", "not_tried", "LimeSurvey passes her over: her address is invalid or blocked"),
        Mailed("u_6", "not_tried", "not on LimeSurvey's list"),
    ]


def test_nobody_is_invited_twice_and_only_the_invited_are_reminded() -> None:
    table = Table()
    add_participants(remote(table.rpc), 1, [person(1), person(2)])
    write_to(remote(table.rpc), 1, [person(1)])
    assert write_to(remote(table.rpc), 1, [person(1)]) == [Mailed("u_1", "sent", "before")]
    assert table.rounds == [[1]]
    reminded = write_to(remote(table.rpc), 1, [person(1), person(2)], remind=True)
    assert reminded == [Mailed("u_1", "sent"), Mailed("u_2", "not_tried", "not invited yet")]


def test_mail_goes_in_rounds_of_the_limit() -> None:
    table, people = Table(), [person(number) for number in range(1, 6)]
    add_participants(remote(table.rpc), 1, people)
    assert {mailed.fate for mailed in write_to(remote(table.rpc), 1, people, at_once=2)} == {"sent"}
    assert table.rounds == [[1, 2], [3, 4], [5]]


def test_it_stops_when_a_round_reaches_nobody() -> None:
    table, people = Table(), [person(number) for number in range(1, 6)]
    add_participants(remote(table.rpc), 1, people)
    table.bad = "@"
    fates = write_to(remote(table.rpc), 1, people, at_once=2)
    assert [mailed.fate for mailed in fates] == ["failed", "failed", "not_tried", "not_tried", "not_tried"]
    assert fates[-1].reason == "nobody of the round before was reached"
    assert table.rounds == [[1, 2]]


@pytest.mark.parametrize("remind", [False, True])
@pytest.mark.parametrize(("cut", "fate"), [("after", "sent"), ("before", "unknown")])
def test_after_a_break_the_list_tells_who_was_written_to(cut: str, fate: str, *, remind: bool) -> None:
    table, people = Table(), [person(1), person(2)]
    add_participants(remote(table.rpc), 1, people)
    if remind:
        write_to(remote(table.rpc), 1, people)
    table.breaks["remind_participants" if remind else "invite_participants"] = [cut]
    assert [mailed.fate for mailed in write_to(remote(table.rpc), 1, people, remind=remind)] == [fate, fate]


def test_a_recorded_round_is_read() -> None:
    [item] = [
        item for item in recorded("flow_6.4.2_A_deploy.json") if item["request"]["method"] == "invite_participants"
    ]
    table = Table()
    people = [person(number) for number in range(1, 8)]
    add_participants(remote(table.rpc), 1, people)
    table.invite_participants = lambda *_params: item["response"]["result"]  # type: ignore[method-assign]
    fates = write_to(remote(table.rpc), 1, people)
    assert [mailed.fate for mailed in fates] == ["sent"] * 4 + ["failed", "sent", "not_tried"]
    assert "bouncehard" not in fates[4].reason


def test_no_code_or_address_is_in_a_repr() -> None:
    table = Table()
    add_participants(remote(table.rpc), 1, [person(1)])
    [standing] = list_participants(remote(table.rpc), 1, ["attribute_1"]).values()
    assert not any(word in repr(standing) + repr(person(1)) for word in ("Code_0001", "@", "aarhus"))
