"""What can go wrong between us and LimeSurvey, in plain words: none of them tells SQL, a path or a secret."""

import re
from collections.abc import Mapping

from evaltool.errors import PlatformError


class CutOffError(PlatformError):
    """The call was sent, and no usable answer came back. `passing`: it may work a moment later."""

    code = "limesurvey-cut-off"

    def __init__(self, message: str, *, where: str = "", mend: str = "", passing: bool = False):
        super().__init__(message, where=where, mend=mend)
        self.passing = passing


class StateUnknownError(PlatformError):
    """A call that changes something was cut off: the server may have done all of it, part of it or nothing."""

    code = "limesurvey-state-unknown"


class RefusedError(PlatformError):
    """LimeSurvey answered and said no. `said` is its own status where we know it, else "".

    `sqlstate` is the code of an error in its database, as `42S01` for a table that exists already.
    """

    code = "limesurvey-refused"

    def __init__(self, message: str, *, where: str = "", mend: str = "", said: str = "", sqlstate: str = ""):
        super().__init__(message, where=where, mend=mend)
        self.said = said
        self.sqlstate = sqlstate


BAD_KEY = "Invalid session key"
BAD_LOGIN = "Invalid user name or password"
LOCKED_OUT = (
    "You have exceeded the number of maximum login attempts. Please wait 10 minutes before trying again."  # its words
)
NO_PERMISSION = "No permission"
NO_SURVEY = "Error: Invalid survey ID"
NO_QUESTION = "Error: Invalid questionid"
NO_ROWS = "No Data, could not get max id."
NOT_ACTIVE = "No Data, survey table does not exist."
NO_PARTICIPANTS = "No survey participants found."
NO_PARTICIPANT_TABLE = "Error: No survey participants table"
NO_CANDIDATES = "Error: No candidate tokens"
ALREADY_ACTIVE = "Error: Survey already active"

_LOOK = "Look it up in LimeSurvey: is it still there, and under this number?"
_RIGHTS = "Let LimeSurvey's administrator give this user the right, or log in as the survey's owner."
_TWO_KINDS = "Ours is a LimeSurvey structure file (.lss): this is a fault of evaltool or of a file that you gave."

_WORDS: Mapping[str, tuple[str, str]] = {
    BAD_LOGIN: (
        "this user name and password are not accepted",
        "Mend them before you try again: after three wrong tries LimeSurvey locks this machine out for 10 minutes.",
    ),
    LOCKED_OUT: (
        "it has locked this machine out after too many wrong logins; the right password is refused, too",
        "Wait 10 minutes, and mend the password first.",
    ),
    BAD_KEY: (
        "it does not know the session that it has just opened",
        "If several servers stand behind this address, they must share their sessions.",
    ),
    NO_PERMISSION: ("this user has no right to it, or there is no such survey", f"{_RIGHTS} {_LOOK}"),
    NO_SURVEY: ("there is no such survey", _LOOK),
    "Invalid surveyid": ("there is no such survey", _LOOK),
    NO_QUESTION: ("there is no such question, or it has no text in this language", _LOOK),
    NO_ROWS: ("nobody has answered yet", ""),
    NOT_ACTIVE: ("the survey is not active", "Activate it: evaltool deploy goes on where it stopped."),
    NO_PARTICIPANTS: ("nobody is on its list of participants", ""),
    NO_PARTICIPANT_TABLE: ("the survey has no list of participants", "evaltool deploy makes it."),
    "No survey participants table": ("the survey has no list of participants", "evaltool deploy makes it."),
    NO_CANDIDATES: ("nobody is left to write to", "Those with an address have been written to, or have answered."),
    ALREADY_ACTIVE: ("the survey is active already", ""),
    "Language code not found for this survey.": ("the survey lacks this language", "Deploy it in that language."),
    "Error: This is not a valid LimeSurvey survey structure XML file.": ("the file is no survey structure", _TWO_KINDS),
    "Error: The file is not compatible with this LimeSurvey version.": (
        "it is too old for this structure file",
        "LimeSurvey 5.6 or later is needed.",
    ),
    "Invalid setting": ("only a superadministrator may read this setting", ""),
    "No Response found for Token": ("nobody has answered with this access code", ""),
    "unknown method or incorrect parameters": (
        "it does not know this call",
        "LimeSurvey 5.6 or later is needed.",
    ),
    "No surveys found": ("this user owns no survey", ""),
    "No questions found": ("the survey has no questions", ""),
    "No groups found": ("the survey has no pages", ""),
    "No quotas found": ("the survey has no quotas", ""),
}
"""LimeSurvey's own words, with ours and a mend."""

EMPTY = frozenset(
    {"No surveys found", "No questions found", "No groups found", "No quotas found", NO_PARTICIPANTS, NO_CANDIDATES}
)
"""What `list_…` and the mail calls say where others answer with an empty list."""

_CODES = {"ERR_NO_PERMISSION": NO_PERMISSION, "ERR_INVALID_SURVEY": NO_SURVEY}
_SQLSTATE = re.compile(r"SQLSTATE\[(\w{5})\]")
_TECHNICAL = re.compile(r"SQLSTATE|CDb|Exception|SELECT |INSERT |UPDATE |[`\\]|/\w+/|lime_", re.IGNORECASE)
_PRIVATE = re.compile(r"\"[^\"]*\"|'[^']*'|\S+@\S+|\S*\d\S*[A-Za-z]\S{6,}|\S{20,}")


def refusal(status: str, *, where: str, error_code: str = "") -> RefusedError:
    """A status of LimeSurvey as an error. Of words that we do not know, what may be personal is left out."""
    said = _CODES.get(error_code, status)
    if said not in _WORDS and said.startswith(LOCKED_OUT[:50]):
        said = LOCKED_OUT
    if said in _WORDS:
        plain, mend = _WORDS[said]
        return RefusedError(f"LimeSurvey refuses: {plain}", where=where, mend=mend, said=said)
    mend = "These words are new to evaltool: try the same by hand in LimeSurvey, and report them."
    return RefusedError(f"LimeSurvey refuses: {harmless(status)}", where=where, mend=mend)


def breakdown(error: str, *, where: str) -> RefusedError:
    """What LimeSurvey tells in the field `error`: most often the text of a broken SQL statement, which stays there."""
    if error in _WORDS:
        return refusal(error, where=where)
    found = _SQLSTATE.search(error)
    mend = "Its own words are withheld, since they can hold answers: see tmp/runtime/application.log on the server."
    if found:
        return RefusedError(
            f"an error in LimeSurvey's database (SQLSTATE {found[1]})", where=where, mend=mend, sqlstate=found[1]
        )
    return RefusedError(f"LimeSurvey broke off with an error: {harmless(error)}", where=where, mend=mend)


def harmless(words: str) -> str:
    """The words without quotations, addresses and codes; nothing of them if they are technical."""
    if not words.strip() or _TECHNICAL.search(words):
        return "(its words are withheld)"
    return _PRIVATE.sub("…", " ".join(words.split()))[:160]
