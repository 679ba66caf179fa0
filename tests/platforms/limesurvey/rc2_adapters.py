"""RemoteControl 2 without a network: recorded exchanges played again, and a small fake that can go wrong."""

import base64
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import requests
from requests.adapters import BaseAdapter

from evaltool.platforms.limesurvey.account import Account
from evaltool.platforms.limesurvey.transport import RemoteControl

EXCHANGES = Path(__file__).parent / "exchanges"
KEY = "CANARY-KEY-4f9d2b7a1c"
PASSWORD = "CANARY-PASSWORD-äØ-92"
ACCOUNT = Account("https://survey.example.org/index.php/admin/remotecontrol", "evaluation")
BROKEN = requests.ConnectionError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))

Call = tuple[str, list[Any]]


class Reply:
    """What the fake answers with: the three channels of an RC2 answer, or a body of its own."""

    def __init__(self, result: Any = None, *, error: str | None = None, body: bytes | None = None, status: int = 200):
        self.result, self.error, self.body, self.status = result, error, body, status

    def bytes_for(self, number: int) -> bytes:
        if self.body is not None:
            return self.body
        return json.dumps({"id": number, "result": self.result, "error": self.error}).encode()


class Rpc(BaseAdapter):
    """Hands every call to `answer`, which returns a result, a `Reply`, or an exception to raise. Keeps `calls`."""

    def __init__(self, answer: Callable[[str, list[Any]], Any]):
        super().__init__()
        self.answer = answer
        self.calls: list[Call] = []

    def send(self, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        asked = json.loads(request.body or b"")
        self.calls.append((asked["method"], asked["params"]))
        found = self.answer(asked["method"], asked["params"])
        if isinstance(found, BaseException):
            raise found
        reply = found if isinstance(found, Reply) else Reply(found)
        response = requests.Response()
        response.status_code = reply.status
        response.raw = io.BytesIO(reply.bytes_for(asked["id"]))
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        pass

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]


def remote(adapter: BaseAdapter, waits: list[float] | None = None) -> RemoteControl:
    """A RemoteControl on this adapter; what it would wait for is noted in `waits`."""
    server = RemoteControl(ACCOUNT, PASSWORD, pause=(waits if waits is not None else []).append, adapter=adapter)
    server._wire.trust_env = False  # at every call it would look through all of the environment for proxies
    return server


def logged_in(answer: Callable[[str, list[Any]], Any]) -> Rpc:
    """A fake whose login works; `answer` sees the other calls."""

    def with_login(method: str, params: list[Any]) -> Any:
        if method in {"get_session_key", "release_session_key"}:
            return KEY if method == "get_session_key" else "OK"
        return answer(method, params)

    return Rpc(with_login)


def answering(*replies: Any) -> Rpc:
    """A fake whose login works and that then answers with these, one after the other."""
    waiting = list(replies)
    return logged_in(lambda _method, _params: waiting.pop(0))


def replay(name: str) -> Rpc:
    """Recorded exchanges: a call must be one of them, parameter by parameter, save for the secrets."""
    exchanges = recorded(name)
    known = {_question(item["request"]["method"], item["request"]["params"][1:]): item for item in exchanges}

    def answer(method: str, params: list[Any]) -> Any:
        item = known[_question(method, params[1:])]
        response = item["response"]
        return Reply(response["result"], error=response["error"], status=item["http_status"])

    return logged_in(answer)


def recorded(name: str) -> list[dict[str, Any]]:
    """The exchanges of a file; where a long list was cut, a text says so."""
    items = json.loads((EXCHANGES / name).read_text(encoding="utf-8"))
    return [item for item in items if isinstance(item, dict)]


def _question(method: str, params: Sequence[Any]) -> str:
    return json.dumps([method, params], sort_keys=True)


def export(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as `export_responses` gives them."""
    return base64.b64encode(json.dumps({"responses": list(rows)}).encode()).decode()
