"""Calls to RemoteControl 2: one login, three error channels turned into errors, and no secret in any of them."""

import contextlib
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, cast

from citric.exceptions import InvalidJSONResponseError, LimeSurveyError, LimeSurveyStatusError, ResponseMismatchError
from citric.session import Session
from requests.adapters import BaseAdapter

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey.account import Account
from evaltool.platforms.limesurvey.failures import (
    BAD_KEY,
    EMPTY,
    CutOffError,
    RefusedError,
    StateUnknownError,
    breakdown,
    refusal,
)
from evaltool.platforms.limesurvey.wire import PATIENCE, Wire

_PATIENCE: Mapping[str, float] = {
    "import_survey": 600,
    "export_responses": 300,
    "add_participants": 300,
    "invite_participants": 600,
    "remind_participants": 600,
    "activate_survey": 300,
}
_WAITS = (1.0, 5.0)
_READS = ("get_", "list_", "export_")


class RemoteControl:
    """LimeSurvey as one user sees it. It logs in at the first call, and once more when the session has run out.

    After a refused login it calls no more: three tries lock this machine out. `adapter` replaces the network in
    tests; `pause` waits before a reading call is repeated.
    """

    def __init__(
        self,
        account: Account,
        password: str,
        *,
        pause: Callable[[float], None] = time.sleep,
        adapter: BaseAdapter | None = None,
    ):
        self.account = account
        self._password = password
        self._pause = pause
        self._wire = Wire()
        if adapter:
            self._wire.mount("http://", adapter)
            self._wire.mount("https://", adapter)
        self._session: Session | None = None
        self._shut: PlatformError | None = None

    def __repr__(self) -> str:
        return f"RemoteControl({self.account.user!r} at {self.account.host!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        self.close()

    def reach(self) -> None:
        """Log in, if that is not done.

        Raises:
            RefusedError: if LimeSurvey does not take the user or the password.
            PlatformError: if it cannot be reached, or is none.
        """
        self._session = self._session or self._log_in()

    def ask(self, method: str, *params: object) -> Any:
        """The result of a call that only reads; it is repeated when the connection breaks.

        Raises:
            RefusedError: if LimeSurvey says no.
            PlatformError: if the server cannot be reached or does not answer as it should.
        """
        if not method.startswith(_READS):
            raise ValueError(f"{method} changes something: tell it, once")
        for wait in _WAITS:
            try:
                return self._call(method, params)
            except CutOffError as cut:
                if not cut.passing:
                    raise
            self._pause(wait)
        return self._call(method, params)

    def ask_list(self, method: str, *params: object) -> list[Any]:
        """As `ask`, where LimeSurvey refuses instead of giving an empty list."""
        try:
            return cast("list[Any]", self.ask(method, *params))
        except RefusedError as refused:
            if refused.said in EMPTY:
                return []
            raise

    def tell(self, method: str, *params: object) -> Any:
        """The result of a call that changes something: sent once, whatever happens.

        Raises:
            StateUnknownError: if it was sent and no answer came, or LimeSurvey broke off in the middle of it.
            RefusedError: if LimeSurvey says no; then it has done nothing.
            PlatformError: if nothing was sent.
        """
        try:
            return self._call(method, params)
        except (CutOffError, _BrokenOffError) as cut:
            message = f"{cut.message}: whether it has done its work, all or part of it, is not known"
            mend = f"Run the same command again: it looks first at what stands there. {cut.mend}".strip()
            raise StateUnknownError(message, where=cut.where, mend=mend) from None

    def close(self) -> None:
        """Log out. A server that is gone forgets the session by itself."""
        if self._session:
            with contextlib.suppress(PlatformError, LimeSurveyError, ResponseMismatchError):
                self._wire.patience = PATIENCE
                self._session.close()
        self._session = None
        self._wire.close()

    def _call(self, method: str, params: tuple[object, ...]) -> Any:
        where = f"LimeSurvey at {self.account.host}, {method}"
        answer = self._exchange(method, params, where)
        if _status(answer) == BAD_KEY:  # a key lives two hours; the call has done nothing
            self._session = None
            answer = self._exchange(method, params, where)
        return _result(answer, where)

    def _exchange(self, method: str, params: tuple[object, ...], where: str) -> Mapping[str, Any]:
        session = self._session or self._log_in()
        self._wire.patience = _PATIENCE.get(method, PATIENCE)
        broken: PlatformError | None = None
        try:
            return cast("Mapping[str, Any]", session.call(method, *params))
        except InvalidJSONResponseError:
            mend = "See the server's error log."
            broken = CutOffError("the answer breaks off in the middle", where=where, mend=mend, passing=True)
        except (ResponseMismatchError, KeyError):  # citric reads the number of the answer without a look
            broken = CutOffError("the answer belongs to another call", where=where, mend="Does a proxy stand between?")
        except CutOffError as cut:
            broken = CutOffError(cut.message, where=where, mend=cut.mend, passing=cut.passing)
        raise broken

    def _log_in(self) -> Session:
        if self._shut:
            raise self._shut
        where = f"LimeSurvey at {self.account.host}, login of «{self.account.user}»"
        self._wire.patience = PATIENCE
        broken: PlatformError
        try:
            session = Session(self.account.url, self.account.user, self._password, requests_session=self._wire)
        except LimeSurveyStatusError as error:
            broken = refusal(str(error), where=where)
        except LimeSurveyError as error:
            broken = breakdown(str(error), where=where)
        except (ResponseMismatchError, KeyError):
            broken = PlatformError("this is not RemoteControl 2", where=where, mend="Check the address.")
        else:
            self._session = session
            return session
        self._shut = broken
        raise broken


class _BrokenOffError(RefusedError):
    """LimeSurvey answered with an error from its inside: what it was doing may be half done."""


def _status(answer: Mapping[str, Any]) -> str:
    result = answer.get("result")
    if not isinstance(result, dict):
        return ""
    status = cast("Mapping[str, Any]", result).get("status")
    return status if isinstance(status, str) else ""


def _result(answer: Mapping[str, Any], where: str) -> Any:
    error, result = answer.get("error"), answer.get("result")
    if error is not None:
        told = breakdown(str(error), where=where)
        if told.said:
            raise told
        raise _BrokenOffError(told.message, where=where, mend=told.mend, said=told.said, sqlstate=told.sqlstate)
    status = _status(answer)
    if not status or status == "OK" or status.endswith(" left to send"):
        return result
    raise refusal(status, where=where, error_code=str(cast("Mapping[str, Any]", result).get("error_code", "")))
