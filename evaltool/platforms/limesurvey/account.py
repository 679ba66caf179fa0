"""Where LimeSurvey's RemoteControl 2 is, and who calls it. The password comes from outside: never from a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from evaltool.errors import Fault, PlatformError

VARIABLE = "EVALTOOL_LIMESURVEY_PASSWORD"
KEYRING = "evaltool-limesurvey"
_SHAPE = "https://survey.example.org/index.php/admin/remotecontrol"


@dataclass(frozen=True)
class Account:
    """The full address of RemoteControl 2 and the user who calls it: `check_account` makes one."""

    url: str
    user: str

    @property
    def host(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""

    def page(self, sid: int, code: str, language: str) -> str:
        """The address of a survey for one respondent, in the form that the server's addresses have."""
        who = f"token={code}&lang={language}"
        if "?" in self.url:
            return f"{self.url.partition('?')[0]}?r=survey/index&sid={sid}&{who}"
        return f"{self.url.partition('/admin/')[0]}/{sid}?{who}"


def check_account(url: str, user: str) -> Account:
    """The account of `[limesurvey]` in `evaltool.toml`.

    Raises:
        PlatformError: with every fault: no address or user, credentials in the address, answers sent unencrypted.
    """
    faults = [*_url_faults(url), *([] if user else [_fault("user", "is missing", "Name who logs in at LimeSurvey.")])]
    if faults:
        raise PlatformError("LimeSurvey is not set up", where="evaltool.toml", faults=faults)
    return Account(url, user)


def _fault(key: str, message: str, mend: str) -> Fault:
    return Fault("setting", f"limesurvey.{key}: {message}", "evaltool.toml", mend)


def _url_faults(url: str) -> list[Fault]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return [_fault("url", "is no address", f"Write it as {_SHAPE}.")]
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return [_fault("url", "is missing or no address", f"Write it as {_SHAPE}.")]
    faults: list[Fault] = []
    if parts.username or parts.password:
        faults.append(_fault("url", "holds a user or a password", f"Take it out; the password goes into {VARIABLE}."))
    if parts.scheme == "http" and not _on_this_machine(parts):
        faults.append(_fault("url", "would send the password and the answers unencrypted", "Write https://."))
    if "remotecontrol" not in url:
        faults.append(_fault("url", "does not end in remotecontrol", f"Write it as {_SHAPE}."))
    return faults


def _on_this_machine(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_zone(name: str) -> ZoneInfo:
    """The zone of the server's clock.

    Raises:
        PlatformError: if there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an odd name can be that of a folder of the zones
        what = f"«{name}» is no time zone" if name else "is missing"
        fault = _fault("timezone", what, "Write the zone of LimeSurvey's own clock, for instance Europe/Copenhagen.")
        raise PlatformError("LimeSurvey is not set up", where="evaltool.toml", faults=[fault]) from None


def read_password(
    account: Account, environment: Mapping[str, str], keyring: Callable[[str, str], str | None] | None = None
) -> str:
    """The password from the environment, else from the keyring (`keyring.get_password`, where there is one).

    Raises:
        PlatformError: if it is in neither.
    """
    found = environment.get(VARIABLE) or (keyring(KEYRING, account.user) if keyring else None)
    if not found:
        mend = f"Set {VARIABLE}, or run: keyring set {KEYRING} {account.user}"
        raise PlatformError(f"no password for «{account.user}» at {account.host}", mend=mend)
    return found
