"""The HTTP session below citric: time limits, no redirects, and JSON or a plain word on what came instead."""

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.exceptions import ConnectTimeout, ProxyError, SSLError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey.failures import CutOffError, RefusedError

CONNECT = 10.0
PATIENCE = 60.0
_MALFORMED = b"unable to decode malformed json"
_PATH_MEND = (
    "Give the whole address of RemoteControl 2 in evaltool.toml: …/index.php/admin/remotecontrol, "
    "or …/index.php?r=admin/remotecontrol where LimeSurvey's urlFormat is «get»."
)
_RPC_MEND = "In LimeSurvey: Configuration, Global settings, Interfaces: set «RPC interface enabled» to JSON-RPC."
_PASSING = frozenset({502, 503, 504})


class Wire(requests.Session):
    """Every answer that leaves it is a JSON object; anything else is a PlatformError.

    `patience` is the time limit of the next call in seconds; `proven` says that this address has answered as
    RemoteControl 2 before, so that a wrong answer is a breakdown and not a wrong address.
    """

    def __init__(self) -> None:
        super().__init__()
        self.patience = PATIENCE
        self.proven = False

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        kwargs |= {"timeout": (CONNECT, self.patience), "allow_redirects": False}
        where = f"LimeSurvey at {urlsplit(request.url or '').hostname}"
        try:
            response = super().send(request, **kwargs)
        except requests.RequestException as error:
            problem = _told(error, where)
        else:
            problem = _problem(response, where, proven=self.proven)
            if not problem:
                self.proven = True
                response.encoding = "utf-8"  # as JSON is; else a large body is searched for its encoding
                return response
        raise problem  # here, where the request with its secrets is no part of the chain of errors


def _told(error: requests.RequestException, where: str) -> PlatformError:
    if isinstance(error, SSLError):
        mend = "Its certificate is out of date, for another name, or signed by somebody unknown to this machine."
        return PlatformError("the connection is not safe; nothing was sent", where=where, mend=mend)
    if isinstance(error, (ConnectTimeout, ProxyError)) or _never_connected(error):
        mend = "Is the address right, is the server on, does this machine reach it (VPN, proxy)?"
        return PlatformError("the server cannot be reached; nothing was sent", where=where, mend=mend)
    if isinstance(error, requests.Timeout):
        mend = "Is the server overloaded, or does a proxy stand before it?"
        return CutOffError("no answer came within the time limit", where=where, mend=mend, passing=True)
    mend = "Is the network in order, and is the server still on?"
    return CutOffError("the connection broke off before the answer came", where=where, mend=mend, passing=True)


def _never_connected(error: requests.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _problem(response: requests.Response, where: str, *, proven: bool) -> PlatformError | None:
    if response.status_code != requests.codes.ok:
        return _status_problem(response, where)
    body = response.content.lstrip()
    if body.startswith(b"{"):
        if _MALFORMED in body[:200]:
            mend = "The call may be larger than the server takes: see post_max_size in its php.ini."
            return RefusedError("LimeSurvey received a call that it cannot read", where=where, mend=mend)
        return None
    if proven:
        return CutOffError(
            f"{_instead(body)} came instead of an answer", where=where, mend="See the server's error log."
        )
    return _not_json(body, where)


def _instead(body: bytes) -> str:
    if not body:
        return "an empty page"
    if body.startswith(b"<?xml"):
        return "XML"
    return "a web page" if body.startswith(b"<") else "something else than JSON"


def _not_json(body: bytes, where: str) -> PlatformError:
    if not body:
        message = "an empty page: RemoteControl 2 is switched off"
        return PlatformError(message, where=where, mend=_RPC_MEND)
    if body.startswith(b"<?xml"):
        return PlatformError("RemoteControl 2 is set to XML-RPC", where=where, mend=_RPC_MEND)
    message = f"{_instead(body)} came instead of an answer: this is not RemoteControl 2"
    return PlatformError(message, where=where, mend=_PATH_MEND)


def _status_problem(response: requests.Response, where: str) -> PlatformError:
    status = response.status_code
    if status in {301, 302, 303, 307, 308}:
        target = urlsplit(response.headers.get("location", ""))
        aim = f" to {target.scheme}://{target.hostname}" if target.hostname else ""
        mend = "Write the address in evaltool.toml as the server wants it (https? another host?)."
        return PlatformError(f"the server sends us elsewhere{aim} (HTTP {status})", where=where, mend=mend)
    if status >= 500:
        mend = "See the server's error log."
        return CutOffError(f"the server broke down (HTTP {status})", where=where, mend=mend, passing=status in _PASSING)
    if status in {401, 403}:
        mend = "A password or a filter stands before LimeSurvey: ask who runs the server."
        return PlatformError(f"the web server lets us not in (HTTP {status})", where=where, mend=mend)
    if status == 413:
        mend = "Ask who runs the server to raise the limit (client_max_body_size, post_max_size)."
        return RefusedError("the call is larger than the web server takes (HTTP 413)", where=where, mend=mend)
    return PlatformError(f"RemoteControl 2 is not at this address (HTTP {status})", where=where, mend=_PATH_MEND)
