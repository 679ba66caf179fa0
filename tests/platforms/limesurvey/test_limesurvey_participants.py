"""Participants and mail on a fake that keeps a list as LimeSurvey does; the refusals were recorded on 6.4.2."""

import re
from typing import Any

import pytest
from rc2_adapters import BROKEN, Rpc, export, logged_in, recorded, remote

from evaltool.errors import PlatformError
from evaltool.platforms.base import Letter, Mailed
from evaltool.platforms.limesurvey.failures import StateUnknownError
from evaltool.platforms.limesurvey.mailing import write_to
from evaltool.platforms.limesurvey.participants import (
    Participant,
    access_code,
    add_participants,
    list_participants,
)

UNIT = "attribute_2"


def person(number: int, *, language: str = "da", site: str = "aarhus") -> Participant:
    attributes = {"attribute_1": site, UNIT: f"u_{number}"}
    return Participant(f"u_{number}", f"Code_{number:04}", language, attributes)


def letter(number: int, email: str | None = None) -> Letter:
    return Letter(
        f"u_{number}", f"Code_{number:04}", f"Ann {number}", f"p{number}@example.org" if email is None else email
    )


def add(table: "Table", people: list[Participant]) -> int:
    return add_participants(remote(table.rpc), 1, people, UNIT)


class Table:
    """The list: refuses a code that is there, filters codes after that, marks `sent` mail by mail."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.breaks: dict[str, list[str]] = {}
        self.bad = ""
        self.clock = 0
        self.rounds: list[list[int]] = []
        self.begun: list[str] = []

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
            {
                "tid": row["tid"],
                "token": row["token"],
                "participant_info": {"firstname": row.get("firstname"), "email": row.get("email")},
            }
            | {name: row.get(name) for name in fields}
            for row in found
        ]

    def add_participants(self, people: list[dict[str, Any]], create: bool) -> Any:
        assert create is False
        return [self._add(row) for row in people]

    def set_participant_properties(self, number: int, told: dict[str, Any]) -> Any:
        [row] = [row for row in self.rows if row["tid"] == number]
        row |= told
        return row

    def get_summary(self) -> Any:
        return {"full_responses": len(self.begun)}

    def export_responses(self, *asked: Any) -> Any:
        assert asked[-1] in (["id", "token"], ["id"])
        first = asked[5]
        rows = [{"id": number, "token": code} for number, code in enumerate(self.begun, 1) if number >= first]
        return export(rows)

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
        rows = [row for row in rows if "@" in (row.get("email") or "")]
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
    add(table, [person(number) for number in range(1, 6)])
    del table.rows[2]
    assert [item.number for item in list_participants(remote(table.rpc), 1).values()] == [1, 2, 4, 5]


def test_adding_can_be_repeated() -> None:
    table, people = Table(), [person(1), person(2)]
    assert [add(table, people) for _ in range(2)] == [2, 0]
    assert [row["token"] for row in table.rows] == ["Code_0001", "Code_0002"]


@pytest.mark.parametrize("cut", ["before", "after"])
def test_adding_goes_on_after_a_break_without_doubling(cut: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaltool.platforms.limesurvey.participants.AT_ONCE", 2)
    table = Table()
    table.breaks["add_participants"] = ["", cut]
    assert add(table, [person(number) for number in range(1, 6)]) == 5
    assert [row["token"] for row in table.rows] == [f"Code_{number:04}" for number in range(1, 6)]


def test_adding_ends_when_the_connection_breaks_again() -> None:
    table = Table()
    table.breaks["add_participants"] = ["before", "before"]
    with pytest.raises(StateUnknownError):
        add(table, [person(1)])


@pytest.mark.parametrize("code", ["a-b_c d~e.f", "short", "x" * 37, "kødekode1"])
def test_a_code_that_would_be_changed_is_refused_before_anything_is_sent(code: str) -> None:
    rpc = Table().rpc
    with pytest.raises(PlatformError, match="nothing was added") as caught:
        add_participants(remote(rpc), 1, [person(1), Participant("u_2", code, "da")], UNIT)
    assert rpc.methods == []
    assert "u_2" in str(caught.value)
    assert code not in str(caught.value)


def test_a_code_that_stands_twice_is_refused() -> None:
    with pytest.raises(PlatformError, match="stands twice"):
        add(Table(), [person(1), Participant("u_2", "Code_0001", "da")])


def test_our_tokens_fit_once_their_hyphen_is_a_tilde() -> None:
    assert access_code("ab-c_dE-9") == "ab~c_dE~9"


def test_who_has_not_begun_gets_what_the_roster_says_now() -> None:
    table = Table()
    add(table, [person(1), person(2)])
    table.begun = ["Code_0002"]
    assert add(table, [person(number, language="ar", site="odense") for number in (1, 2)]) == 0
    assert [(row["language"], row["attribute_1"]) for row in table.rows] == [("ar", "odense"), ("da", "aarhus")]


def test_a_course_under_another_code_is_told_and_nothing_added() -> None:
    table = Table()
    add(table, [person(1)])
    rpc, again = table.rpc, Participant("u_1", "Code_0099", "da", {"attribute_1": "aarhus", UNIT: "u_1"})
    with pytest.raises(PlatformError, match="u_1: LimeSurvey has this course under another access code"):
        add_participants(remote(rpc), 1, [again, person(2)], UNIT)
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
        add(table, [person(1)])
    assert "u_1: " in str(caught.value)
    assert words in str(caught.value)
    assert not any(word in str(caught.value) for word in ("Code_0001", "OWNtok1", "@"))


def test_an_attribute_that_the_server_drops_is_told() -> None:
    table = Table()
    keep = table._add
    table._add = lambda row: {**keep(row), "attribute_1": None}  # type: ignore[method-assign]
    with pytest.raises(PlatformError, match="keeps another attribute_1"):
        add(table, [person(1)])


def test_an_echo_of_another_length_is_told() -> None:
    table = Table()
    table.add_participants = lambda people, create: []  # type: ignore[method-assign, assignment]
    with pytest.raises(PlatformError, match="did not say whether it took her"):
        add(table, [person(1)])


def test_each_person_gets_her_fate() -> None:
    table = Table()
    add(table, [person(number) for number in range(1, 6)])
    people = [letter(1), letter(2), letter(3, ""), letter(4), letter(5, "no-address")]
    table.rows[3]["completed"] = "2026-11-22 10:00"
    table.bad = "p2@"
    assert write_to(remote(table.rpc), 1, [*people, letter(6)]) == [
        Mailed("u_1", "sent"),
        Mailed("u_2", "failed", "SMTP Error: The following recipients failed: … no such user"),
        Mailed("u_3", "not_tried", "no e-mail address"),
        Mailed("u_4", "not_tried", "has answered"),
        Mailed("u_5", "not_tried", "LimeSurvey passes her over: her address is invalid or blocked"),
        Mailed("u_6", "not_tried", "not on LimeSurvey's list"),
    ]


def test_nobody_is_invited_twice_and_only_the_invited_are_reminded() -> None:
    table = Table()
    add(table, [person(1), person(2)])
    write_to(remote(table.rpc), 1, [letter(1)])
    assert write_to(remote(table.rpc), 1, [letter(1)]) == [Mailed("u_1", "sent", "before")]
    assert table.rounds == [[1]]
    reminded = write_to(remote(table.rpc), 1, [letter(1), letter(2)], remind=True)
    assert reminded == [Mailed("u_1", "sent"), Mailed("u_2", "not_tried", "not invited yet")]


def test_mail_goes_in_rounds_of_the_limit() -> None:
    table, people = Table(), [letter(number) for number in range(1, 6)]
    add(table, [person(number) for number in range(1, 6)])
    assert {mailed.fate for mailed in write_to(remote(table.rpc), 1, people, at_once=2)} == {"sent"}
    assert table.rounds == [[1, 2], [3, 4], [5]]


def test_it_stops_when_a_round_reaches_nobody() -> None:
    table, people = Table(), [letter(number) for number in range(1, 6)]
    add(table, [person(number) for number in range(1, 6)])
    table.bad = "@"
    fates = write_to(remote(table.rpc), 1, people, at_once=2)
    assert [mailed.fate for mailed in fates] == ["failed", "failed", "not_tried", "not_tried", "not_tried"]
    assert fates[-1].reason == "nobody of the round before was reached"
    assert table.rounds == [[1, 2]]


@pytest.mark.parametrize("remind", [False, True])
@pytest.mark.parametrize(("cut", "fate"), [("after", "sent"), ("before", "unknown")])
def test_after_a_break_the_list_tells_who_was_written_to(cut: str, fate: str, *, remind: bool) -> None:
    table, people = Table(), [letter(1), letter(2)]
    add(table, [person(1), person(2)])
    if remind:
        write_to(remote(table.rpc), 1, people)
    table.breaks["remind_participants" if remind else "invite_participants"] = [cut]
    assert [mailed.fate for mailed in write_to(remote(table.rpc), 1, people, remind=remind)] == [fate, fate]


def test_a_recorded_round_is_read() -> None:
    [item] = [
        item for item in recorded("flow_6.4.2_A_deploy.json") if item["request"]["method"] == "invite_participants"
    ]
    table = Table()
    people = [letter(number) for number in range(1, 8)]
    add(table, [person(number) for number in range(1, 8)])
    table.invite_participants = lambda *_params: item["response"]["result"]  # type: ignore[method-assign]
    fates = write_to(remote(table.rpc), 1, people)
    assert [mailed.fate for mailed in fates] == ["sent"] * 4 + ["failed", "sent", "not_tried"]
    assert "bouncehard" not in fates[4].reason


def test_no_code_or_address_is_in_a_repr() -> None:
    table = Table()
    add(table, [person(1)])
    write_to(remote(table.rpc), 1, [letter(1)])
    [standing] = list_participants(remote(table.rpc), 1, ["attribute_1"]).values()
    assert standing.email == "p1@example.org"
    told = repr(standing) + repr(person(1)) + repr(letter(1))
    assert not any(word in told for word in ("Code_0001", "@", "aarhus", "Ann"))
