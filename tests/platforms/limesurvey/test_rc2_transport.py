"""Login, the three error channels and what is tried again, on a fake that goes wrong as LimeSurvey does."""

import logging
import traceback
from typing import Any

import pytest
from rc2_adapters import BROKEN, KEY, PASSWORD, Reply, Rpc, answering, logged_in, recorded, remote, replay

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey.failures import RefusedError, StateUnknownError

LOCKED = "You have exceeded the number of maximum login attempts. Please wait 10 minutes before trying again."
SQL = (
    "CDbCommand failed to execute the SQL statement: SQLSTATE[23000]: Integrity constraint violation: 1062 Duplicate "
    "entry 'CANARY-TOKEN' for key `lime_survey_911001`.`token`"
)


def refused(adapter: Rpc, method: str = "get_summary", *, write: bool = False) -> RefusedError:
    server = remote(adapter)
    with pytest.raises(RefusedError) as caught:
        (server.tell if write else server.ask)(method, 911001)
    return caught.value


def test_a_result_comes_as_it_was_recorded() -> None:
    summary = remote(replay("flow_6.4.2_B_responses_export.json")).ask("get_summary", 911001)
    assert (summary["full_responses"], summary["token_count"]) == (8, 7)
    assert remote(replay("flow_5.6.33_B_responses_export.json")).ask("get_response_ids", 911001, "bh1") == [6, 501]


def test_one_login_serves_all_calls_and_is_released() -> None:
    adapter = answering([], [])
    with remote(adapter) as server:
        server.ask("list_surveys")
        server.ask("list_surveys")
    assert adapter.methods == ["get_session_key", "list_surveys", "list_surveys", "release_session_key"]
    assert adapter.calls[1] == ("list_surveys", [KEY])


def test_a_refused_login_is_never_tried_again() -> None:
    wrong = recorded("failures_6.4.2.json")[1]["response"]["result"]
    assert wrong == {"status": "Invalid user name or password"}
    adapter = Rpc(lambda _method, _params: wrong)
    server = remote(adapter)
    for _ in range(3):
        with pytest.raises(RefusedError, match="not accepted") as caught:
            server.ask("list_surveys")
    assert adapter.methods == ["get_session_key"]
    assert "locks this machine out for 10 minutes" in caught.value.mend
    assert "evaluation" in caught.value.where


def test_a_lock_out_is_told() -> None:
    adapter = Rpc(lambda _method, _params: {"status": LOCKED})
    told = refused(adapter)
    assert "locked this machine out" in told.message
    assert told.mend.startswith("Wait 10 minutes")
    assert adapter.methods == ["get_session_key"]


@pytest.mark.parametrize("write", [False, True])
def test_an_expired_key_leads_to_one_new_login(*, write: bool) -> None:
    adapter = answering({"status": "Invalid session key"}, {"status": "OK"})
    server = remote(adapter)
    result = server.tell("activate_survey", 1) if write else server.ask("get_summary", 1)
    assert result == {"status": "OK"}
    assert adapter.methods.count("get_session_key") == 2


def test_a_key_that_is_never_known_is_told_after_one_new_login() -> None:
    adapter = logged_in(lambda _method, _params: {"status": "Invalid session key"})
    assert "share their sessions" in refused(adapter).mend
    assert adapter.methods.count("get_session_key") == 2


def test_a_login_refused_at_the_second_time_ends_it() -> None:
    logins = [KEY, {"status": "Invalid user name or password"}]
    adapter = Rpc(
        lambda method, _params: logins.pop(0) if method == "get_session_key" else {"status": "Invalid session key"}
    )
    server = remote(adapter)
    for _ in range(2):
        with pytest.raises(RefusedError, match="not accepted"):
            server.ask("get_summary", 1)
    assert adapter.methods == ["get_session_key", "get_summary", "get_session_key"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("Invalid session key", "does not know the session"),
        ("No permission", "no right to it"),
        ("Error: Invalid survey ID", "no such survey"),
        ("Invalid surveyid", "no such survey"),
        ("No Data, could not get max id.", "nobody has answered yet"),
        ("No Data, survey table does not exist.", "not active"),
        ("Error: No survey participants table", "no list of participants"),
        ("No survey participants table", "no list of participants"),
        ("Error: Survey already active", "active already"),
        ("Error: No candidate tokens", "nobody is left to write to"),
        ("Invalid setting", "only a superadministrator"),
        ("Language code not found for this survey.", "lacks this language"),
        ("Error: This is not a valid LimeSurvey survey structure XML file.", "no survey structure"),
        ("Error: The file is not compatible with this LimeSurvey version.", "too old"),
        ("No Response found for Token", "nobody has answered with this access code"),
        ("No surveys found", "owns no survey"),
        ("No questions found", "no questions"),
        ("No groups found", "no pages"),
        ("No survey participants found.", "nobody is on its list"),
        ("No quotas found", "no quotas"),
    ],
)
def test_each_status_is_told_in_plain_words(status: str, words: str) -> None:
    told = refused(logged_in(lambda _method, _params: {"status": status}))
    assert words in told.message
    assert told.said == status
    assert told.where == "LimeSurvey at survey.example.org, get_summary"


def test_the_codes_of_limesurvey_7_are_understood() -> None:
    told = refused(answering({"status": "Access denied", "error_code": "ERR_NO_PERMISSION"}))
    assert told.said == "No permission"


def test_an_unknown_status_is_told_without_what_may_be_personal() -> None:
    told = refused(answering({"status": 'Code "CANARY-1" of canary@example.org (aB3dE5gH7jK9mN1pQ3) is bad'}))
    assert told.message == "LimeSurvey refuses: Code … of … … is bad"
    assert told.said == ""


@pytest.mark.parametrize(
    "status",
    ["No surveys found", "No questions found", "No groups found", "No quotas found", "No survey participants found."],
)
def test_an_empty_list_is_no_refusal(status: str) -> None:
    assert remote(answering({"status": status})).ask_list("list_surveys") == []


def test_a_refusal_of_a_list_is_no_empty_list() -> None:
    with pytest.raises(RefusedError, match="no right to it"):
        remote(answering({"status": "No permission"})).ask_list("list_surveys")


def test_sql_stays_on_the_server() -> None:
    told = refused(answering(Reply(error=SQL)))
    assert told.message == "an error in LimeSurvey's database (SQLSTATE 23000)"
    assert told.sqlstate == "23000"
    assert not any(word in str(told) + repr(told) for word in ("CANARY", "lime_", "Duplicate", "CDb"))


@pytest.mark.parametrize("error", ["Undefined index in /var/www/secret.php", "SELECT token FROM x", 'Trying "CANARY"'])
def test_technical_errors_are_withheld(error: str) -> None:
    told = refused(answering(Reply(error=error)))
    assert not any(word in str(told) for word in ("/var", "SELECT", "CANARY"))


def test_a_recorded_database_error_leaves_the_state_of_a_write_unknown() -> None:
    item = recorded("flow_6.4.2_B_responses_export.json")[4]
    server = remote(replay("flow_6.4.2_B_responses_export.json"))
    with pytest.raises(StateUnknownError, match="SQLSTATE 22007") as caught:
        server.tell("add_response", *item["request"]["params"][1:])
    assert "ls64" not in str(caught.value)


def test_an_unknown_call_is_refused() -> None:
    assert (
        "does not know this call"
        in refused(answering(Reply(error="unknown method or incorrect parameters")), write=True).message
    )


def test_what_changes_something_cannot_be_asked() -> None:
    with pytest.raises(ValueError, match="import_survey changes something"):
        remote(answering()).ask("import_survey")


def test_reading_goes_on_after_a_break() -> None:
    waits: list[float] = []
    adapter = answering(BROKEN, BROKEN, {"full_responses": 3})
    assert remote(adapter, waits).ask("get_summary", 1) == {"full_responses": 3}
    assert waits == [1.0, 5.0]


def test_a_break_at_the_login_is_not_repeated_for_a_write() -> None:
    adapter = Rpc(lambda _method, _params: BROKEN)
    with pytest.raises(PlatformError):
        remote(adapter).tell("activate_survey", 1)
    assert adapter.methods == ["get_session_key"]


def test_no_secret_is_in_errors_reprs_or_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[Any] = []
    somebody = [{"token": "CANARY-TOKEN", "email": "canary@example.org"}]
    for replies in (({"status": "No permission"},), (Reply(error=SQL),), (BROKEN,), (Reply(body=b"<html>"),)):
        server = remote(answering(*replies))
        told.append(repr(server))
        with pytest.raises(PlatformError) as caught:
            server.tell("add_participants", 1, somebody)
        told += [str(caught.value), repr(caught.value), *traceback.format_exception(caught.value, chain=True)]
        told += [repr(error) for error in (caught.value.__cause__, caught.value.__context__)]
    text = "".join(told) + caplog.text
    assert caplog.text
    for canary in ("CANARY", "canary", PASSWORD, KEY):
        assert canary not in text
