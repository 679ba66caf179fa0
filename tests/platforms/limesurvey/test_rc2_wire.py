"""What stands between us and RemoteControl 2: a real server on this machine that behaves badly."""

import json
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rc2_adapters import PASSWORD

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey import transport
from evaltool.platforms.limesurvey.account import Account
from evaltool.platforms.limesurvey.failures import CutOffError, RefusedError, StateUnknownError
from evaltool.platforms.limesurvey.transport import RemoteControl

Behave = Callable[[BaseHTTPRequestHandler, str], None]


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def ok(handler: BaseHTTPRequestHandler, result: object, number: int) -> None:
    send(handler, json.dumps({"id": number, "result": result, "error": None}).encode())


@contextmanager
def serving(behave: Behave, *, first_login: bool = False) -> Iterator[tuple[RemoteControl, list[str]]]:
    """A server that does `behave` with every call (with `first_login`, after a proper login), and who calls it."""
    calls: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            calls.append(asked["method"])
            if asked["method"] == "release_session_key" or (first_login and asked["method"] == "get_session_key"):
                ok(self, "key", asked["id"])
            else:
                behave(self, asked["method"])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name in the library
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        account = Account(f"http://127.0.0.1:{server.server_port}/index.php/admin/remotecontrol", "evaluation")
        try:
            with RemoteControl(account, PASSWORD, pause=lambda _seconds: None) as remote:
                yield remote, calls
        finally:
            server.shutdown()
            thread.join()


def close_the_line(handler: BaseHTTPRequestHandler, _method: str) -> None:
    handler.close_connection = True


def half_an_answer(handler: BaseHTTPRequestHandler, _method: str) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": 1, "result"')
    handler.close_connection = True


def page(status: int, body: bytes = b"<!DOCTYPE html><p>no</p>", **headers: str) -> Behave:
    return lambda handler, _method: send(handler, body, status, **headers)


def fault(remote: RemoteControl, *, method: str = "list_surveys", write: bool = False) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        (remote.tell if write else remote.ask)(method)
    chain = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert PASSWORD not in chain
    return caught.value


@pytest.mark.parametrize(
    ("behave", "words", "mend"),
    [
        (page(200, b""), "RemoteControl 2 is switched off", "RPC interface"),
        (page(200, b"<?xml version='1.0'?><methodResponse/>"), "set to XML-RPC", "JSON-RPC"),
        (page(200), "a web page came instead of an answer", "evaltool.toml"),
        (page(200, b"GNU GENERAL PUBLIC LICENSE"), "something else than JSON", "evaltool.toml"),
        (page(400), "not at this address (HTTP 400)", "urlFormat"),
        (page(404), "not at this address (HTTP 404)", "urlFormat"),
        (page(401), "lets us not in (HTTP 401)", "stands before LimeSurvey"),
        (page(403), "lets us not in (HTTP 403)", "stands before LimeSurvey"),
        (page(413), "larger than the web server takes", "post_max_size"),
        (page(500), "the server broke down (HTTP 500)", "error log"),
    ],
    ids=["rpc-off", "rpc-xml", "html", "text", "wrong-url-format", "wrong-path", "401", "403", "413", "500"],
)
def test_a_wrong_answer_is_named_at_the_login(behave: Behave, words: str, mend: str) -> None:
    with serving(behave) as (remote, calls):
        told = fault(remote)
    assert words in told.message
    assert mend in told.mend
    assert told.where.startswith("LimeSurvey at 127.0.0.1")
    assert calls == ["get_session_key"]


def test_a_redirect_is_told_and_not_followed() -> None:
    aim = "https://other.example.org/login?secret=CANARY"
    with serving(page(302, b"", location=aim)) as (remote, calls):
        told = fault(remote)
    assert "sends us elsewhere to https://other.example.org (HTTP 302)" in told.message
    assert "CANARY" not in str(told)
    assert calls == ["get_session_key"]


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (close_the_line, "connection broke off"),
        (half_an_answer, "connection broke off"),
        (page(200, b'{"id": 1, "resu'), "breaks off in the middle"),
        (page(502), "HTTP 502"),
        (page(503), "HTTP 503"),
        (page(504), "HTTP 504"),
    ],
    ids=["reset", "half", "cut-json", "502", "503", "504"],
)
def test_reading_is_tried_again_and_writing_never(behave: Behave, words: str) -> None:
    with serving(behave, first_login=True) as (remote, calls):
        told = fault(remote, method="list_surveys")
        assert isinstance(told, CutOffError)
        assert words in told.message
        assert calls.count("list_surveys") == 3
        unknown = fault(remote, method="import_survey", write=True)
        assert calls.count("import_survey") == 1
    assert isinstance(unknown, StateUnknownError)
    assert "is not known" in unknown.message
    assert "import_survey" in unknown.where
    assert "Run the same command again" in unknown.mend


@pytest.mark.parametrize("behave", [page(500), page(200, b""), page(200)], ids=["500", "empty", "html"])
def test_after_the_login_a_wrong_page_leaves_the_state_unknown(behave: Behave) -> None:
    with serving(behave, first_login=True) as (remote, calls):
        assert isinstance(fault(remote, method="activate_survey", write=True), StateUnknownError)
        assert isinstance(fault(remote), CutOffError)
    assert calls.count("activate_survey") == calls.count("list_surveys") == 1


def test_no_answer_within_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(transport._PATIENCE, "list_surveys", 0.05)  # pyright: ignore[reportPrivateUsage, reportArgumentType]
    waiting = threading.Event()
    with serving(lambda _handler, _method: waiting.wait(5) and None, first_login=True) as (remote, _):
        told = fault(remote)
        waiting.set()
    assert isinstance(told, CutOffError)
    assert "within the time limit" in told.message


def test_a_server_that_is_off_was_sent_nothing() -> None:
    with serving(page(200)) as (remote, _):
        pass
    told = fault(remote, method="import_survey", write=True)
    assert "cannot be reached; nothing was sent" in told.message
    assert not isinstance(told, (CutOffError, StateUnknownError))


def test_a_call_that_php_cut_short_is_refused() -> None:
    body = b'{"id":null,"result":null,"error":"unable to decode malformed json"}'
    with serving(page(200, body), first_login=True) as (remote, _):
        told = fault(remote, method="import_survey", write=True)
    assert isinstance(told, RefusedError)
    assert "post_max_size" in told.mend


def test_an_answer_to_another_call_is_not_taken() -> None:
    with serving(page(200, b'{"id": 0, "result": "OK", "error": null}'), first_login=True) as (remote, _):
        assert "belongs to another call" in fault(remote).message
