"""A small LimeSurvey in memory, behind RemoteControl 2: it answers as a real 6.4.2 was recorded to answer.

`test_fake_limesurvey` plays the recorded life of a survey against it and compares answer by answer.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from evaltool.platforms.limesurvey.failures import (
    ALREADY_ACTIVE,
    BAD_KEY,
    BAD_LOGIN,
    NO_CANDIDATES,
    NO_PARTICIPANT_TABLE,
    NO_PARTICIPANTS,
    NO_PERMISSION,
    NO_ROWS,
    NO_SURVEY,
    NOT_ACTIVE,
)
from tests.platforms.limesurvey.fake_structure import BrokenOffError, Held, Importer, Row, read_tables
from tests.platforms.limesurvey.rc2_adapters import ACCOUNT, KEY, PASSWORD, Reply

MAILS_AT_ONCE = 50
OK = {"status": "OK"}
_SQL = "CDbCommand failed to execute the SQL statement: SQLSTATE"
_UNTOLD: Mapping[str, object] = {
    **dict.fromkeys(("expires", "startdate", "bounce_email", "bouncetime", "bounceaccounttype", "bounceaccounthost")),
    **dict.fromkeys(("bounceaccountpass", "bounceaccountencryption", "bounceaccountuser", "googleanalyticsstyle")),
    "googleanalyticsapikey": None,
    "tokenencryptionoptions": "",
    "bounceprocessing": "N",
    "usetokens": "N",
    "active": "N",
    "owner_id": 2,
    "autonumber_start": 0,
    "ipanonymize": "N",
    "showsurveypolicynotice": 0,
}
"""Columns of a survey that its file says nothing of."""
_NUMBERS = ("sid", "gsid", "questionindex", "navigationdelay", "tokenlength")
_FIXED = {"sid", "active", "language", "additional_languages"}
_FIXED_WHEN_ACTIVE = {"anonymized", "datestamp", "savetimings", "ipaddr", "refurl"}
_TIMES = {"expires", "startdate"}
SYSTEM = ("id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp")
_LABELS = {
    "id": "Response ID",
    "submitdate": "Date submitted",
    "lastpage": "Last page",
    "startlanguage": "Start language",
    "seed": "Seed",
    "startdate": "Date started",
    "datestamp": "Date last action",
}
_PERSON: Mapping[str, object] = {
    "usesleft": 1,
    "completed": "N",
    "emailstatus": "OK",
    "sent": "N",
    "remindersent": "N",
    "remindercount": 0,
    **dict.fromkeys(("participant_id", "blacklisted", "validfrom", "validuntil", "mpid")),
    **dict.fromkeys(("firstname", "lastname", "email", "token", "language"), ""),
}


class SaidError(Exception):
    """A status instead of a result."""


class SqlError(Exception):
    """Words in the field `error`."""


class FakeLimeSurvey:
    """Call `answer` with what came over the wire.

    `now` is the clock on its wall; `mails` are those that it sent, `lost` the surveys that were deleted when active.
    """

    def __init__(self, *, user: str = ACCOUNT.user, password: str = PASSWORD, other_sid: int = 100_001):
        self.user, self.password, self.other_sid = user, password, other_sid
        self.now = datetime(2022, 1, 3, 9, 0)  # noqa: DTZ001  # a wall clock without a zone, as the real one tells it
        self.surveys: dict[int, Held] = {}
        self.numbers = {"gid": 0, "qid": 0}
        self.keys: set[str] = set()
        self.logins = 0
        self.mails: list[tuple[str, str]] = []
        self.import_limit: int | None = None
        self.lost: list[int] = []

    def answer(self, method: str, params: list[Any]) -> Any:
        if method not in _CALLS:
            return Reply(body=b"<!doctype html><title>500</title>", status=500)
        if method != "get_session_key" and params[0] not in self.keys:
            return {"status": BAD_KEY}
        given = params if method in {"get_session_key", "release_session_key"} else params[1:]
        try:
            return json.loads(json.dumps(getattr(self, method)(*given)))
        except SaidError as said:
            return {"status": str(said)}
        except SqlError as broken:
            return Reply(error=str(broken))

    def _survey(self, sid: int, otherwise: str = NO_SURVEY) -> Held:
        if sid not in self.surveys:
            raise SaidError(otherwise)
        return self.surveys[sid]

    def _people(self, sid: int, otherwise: str = NO_PARTICIPANT_TABLE) -> list[Row]:
        people = self._survey(sid).participants
        if people is None:
            raise SaidError(otherwise)
        return people

    def minute(self) -> str:
        return self.now.strftime("%Y-%m-%d %H:%M")

    def number(self, of: str) -> int:
        self.numbers[of] += 1
        return self.numbers[of]

    # sessions

    def get_session_key(self, user: str, password: str, _plugin: str = "Authdb") -> Any:
        if (user, password) != (self.user, self.password):
            raise SaidError(BAD_LOGIN)
        self.logins += 1
        key = f"{KEY}-{self.logins}"
        self.keys.add(key)
        return key

    def release_session_key(self, key: str) -> Any:
        self.keys.discard(key)
        return "OK"

    # surveys

    def list_surveys(self, _user: str | None = None) -> Any:
        if not self.surveys:
            raise SaidError("No surveys found")
        return [
            {"sid": sid, "surveyls_title": held.texts[held.row["language"]]["surveyls_title"]}
            | {name: held.row[name] for name in ("startdate", "expires", "active")}
            for sid, held in sorted(self.surveys.items())
        ]

    def import_survey(self, data: str, _kind: str, name: str | None, sid: int) -> Any:
        tables = read_tables(data)
        if tables is None:
            raise SaidError("Error: This is not a valid LimeSurvey survey structure XML file.")
        if sid in self.surveys:
            sid = self.other_sid
            self.other_sid += 1
        assert name is None, "it would overwrite the title in all languages"
        row = {**_UNTOLD, **tables["surveys"][0], "sid": sid, "datecreated": self.now.strftime("%Y-%m-%d %H:%M:%S")}
        held = self.surveys[sid] = Held({**row, **{name: int(row[name]) for name in _NUMBERS}})
        try:
            Importer(held, tables, self.number, self.import_limit).run()
        except BrokenOffError:
            raise SqlError(
                f"{_SQL}[22001]: String data, right truncated: 1406 Data too long for column 'title' at row 1"
            ) from None
        return sid

    def delete_survey(self, sid: int) -> Any:
        if self._survey(sid, NO_PERMISSION).row["active"] == "Y":
            self.lost.append(sid)
        del self.surveys[sid]
        return OK

    def activate_survey(self, sid: int) -> Any:
        held = self._survey(sid, NO_PERMISSION)
        if held.row["active"] == "Y":
            raise SaidError(ALREADY_ACTIVE)
        held.row["active"], held.responses = "Y", {}
        return {**OK, "pluginFeedback": None}

    def activate_tokens(self, sid: int, attributes: Sequence[int] = ()) -> Any:
        held = self._survey(sid)
        if held.participants is not None:
            raise SqlError(
                f"{_SQL}[42S01]: Base table or view already exists: 1050 Table 'lime_tokens_{sid}' already exists"
            )
        held.participants, held.attributes = [], tuple(f"attribute_{number}" for number in attributes)
        return OK

    def get_survey_properties(self, sid: int, names: Sequence[str] | None = None) -> Any:
        row = self._survey(sid).row
        found = {name: row[name] for name in names or row if name in row}
        if not found:
            raise SaidError("No valid Data")
        return found

    def set_survey_properties(self, sid: int, values: Mapping[str, Any]) -> Any:
        row = self._survey(sid).row
        fixed = _FIXED | (_FIXED_WHEN_ACTIVE if row["active"] == "Y" else set())
        known = {name: value for name, value in values.items() if name in row and name not in fixed}
        if not known:
            raise SaidError("No valid Data")
        good = {name: value for name, value in known.items() if name not in _TIMES or _is_time(value)}
        row.update(good)
        return {name: name in good for name in known}

    def get_language_properties(self, sid: int, names: Sequence[str], language: str) -> Any:
        texts = self._survey(sid).texts.get(language, {})
        return {name: texts.get(name) for name in names if name.startswith(("surveyls_", "email_"))}

    def set_language_properties(self, sid: int, values: Mapping[str, str], language: str) -> Any:
        known = {name: value for name, value in values.items() if name.startswith(("surveyls_", "email_"))}
        self._survey(sid).texts[language].update(known)
        return {**dict.fromkeys(known, True), **OK}

    # structure

    def list_groups(self, sid: int, language: str | None = None) -> Any:
        held = self._survey(sid)
        spoken = language or held.row["language"]
        if not held.groups:
            raise SaidError("No groups found")
        return [
            {"id": gid, "gid": gid, "sid": sid, **row, "randomization_group": "", "language": spoken}
            | {"group_name": texts.get(spoken), "description": "" if spoken in texts else None}
            for gid, (row, texts) in held.groups.items()
        ]

    def list_questions(self, sid: int, _group: int | None = None, language: str | None = None) -> Any:
        held = self._survey(sid)
        spoken = language or held.row["language"]
        if spoken not in held.languages:
            raise SaidError("Error: Invalid language")
        if not held.questions:
            raise SaidError("No questions found")
        blank = {"question": None, "help": None}
        return [
            {"id": item.row["qid"], "sid": sid, "language": spoken, **item.row, **item.texts.get(spoken, blank)}
            for item in held.ordered()
        ]

    def get_question_properties(self, qid: int, names: Sequence[str], language: str) -> Any:
        found = [held.questions[qid] for held in self.surveys.values() if qid in held.questions]
        if not found or language not in found[0].texts:
            raise SaidError("Error: Invalid questionid")
        [question] = found
        told = {
            **question.row,
            "attributes": question.attributes_in(),
            "attributes_lang": question.attributes_in(language),
            "answeroptions": question.options_in(language) or "No available answer options",
        }
        return {name: told[name] for name in names if name in told}

    def get_fieldmap(self, sid: int) -> Any:
        held = self._survey(sid)
        blank = dict.fromkeys(("gid", "qid", "aid", "title", "group_name"), "")
        system = {
            name: {"fieldname": name, "type": name, "sid": sid, **blank, "question": label}
            for name, label in _LABELS.items()
        }
        return system | {told["fieldname"]: told for told in self._columns(held)}

    def _columns(self, held: Held) -> Iterable[Row]:
        language, sid = held.row["language"], held.row["sid"]
        places = {item.row["qid"]: place for place, item in enumerate(held.whole())}
        for question, part, _ in held.columns():
            row = question.row
            group, names = held.groups[row["gid"]]
            told = {
                "fieldname": f"{sid}X{row['gid']}X{row['qid']}{part.title if part else ''}",
                "sid": sid,
                "aid": part.title if part else "",
                "group_name": names[language],
                **{name: row[name] for name in ("type", "gid", "qid", "title", "mandatory", "encrypted", "preg")},
                "question": question.texts[language]["question"],
                "hasconditions": "N",
                "usedinconditions": "N",
                "questionSeq": places[row["qid"]],
                "groupSeq": group["group_order"] - 1,
            }
            if part:
                words = part.texts[language]["question"]
                told |= {"sqid": part.row["qid"], "subquestion": words, "SQrelevance": part.row["relevance"]}
            if part is None or part is held.parts(question)[-1]:
                told |= {"relevance": row["relevance"], "grelevance": group["grelevance"], "other": row["other"]}
                told["help"] = question.texts[language]["help"]
            yield told

    # participants

    def list_participants(
        self,
        sid: int,
        start: int = 0,
        limit: int = 10,
        unused: bool = False,
        names: Sequence[str] = (),
        conditions: Mapping[str, str] | None = None,
    ) -> Any:
        assert not unused
        people = [
            row
            for row in self._people(sid)
            if row["tid"] >= start and all(row[name] == value for name, value in (conditions or {}).items())
        ]
        if not people:
            raise SaidError(NO_PARTICIPANTS)
        return [
            {"tid": row["tid"], "token": row["token"], **{name: row[name] for name in names if name in row}}
            | {"participant_info": {name: row[name] for name in ("firstname", "lastname", "email")}}
            for row in people[:limit]
        ]

    def add_participants(self, sid: int, rows: Sequence[Row], create: bool = True) -> Any:
        assert not create, "it would overwrite the access codes"
        self._people(sid, "No survey participants table")
        return [self._add(self.surveys[sid], row) for row in rows]

    def _add(self, held: Held, row: Row) -> Row:
        people = held.participants or []
        token, language = row.get("token", ""), row.get("language", "")
        errors: dict[str, list[str]] = {}
        if token and token in {item["token"] for item in people}:
            errors["token"] = [f'Access code "{token}" has already been taken.']
        if len(token) > 36:
            errors["token"] = ["Access code is too long (maximum is 36 characters)."]
        if row.get("email") and "@" not in row["email"]:
            errors["email"] = ["Invalid email address."]
        if language and language not in held.languages:
            errors["language"] = ["Language code is invalid in this survey"]
        if errors:
            return {**row, "errors": errors}
        known = {name: value for name, value in row.items() if name in _PERSON or name in held.attributes}
        kept = {**_PERSON, **dict.fromkeys(held.attributes, ""), **known, "tid": held.number("tid")}
        kept["token"] = re.sub(r"[^0-9a-zA-Z_~]", "", token)
        assert held.participants is not None
        held.participants.append(kept)
        return {**kept, "tid": str(kept["tid"])}

    def _person(self, sid: int, asked: int | Mapping[str, Any]) -> Row:
        wanted = {"tid": asked} if isinstance(asked, int) else asked
        for row in self._people(sid):
            if all(row[name] == value for name, value in wanted.items()):
                return row
        raise SaidError("Error: No results were found based on your attributes.")

    def get_participant_properties(self, sid: int, asked: int | Mapping[str, Any], names: Sequence[str]) -> Any:
        row = self._person(sid, asked)
        return {name: row[name] for name in names if name in row}

    def set_participant_properties(self, sid: int, asked: int | Mapping[str, Any], values: Mapping[str, Any]) -> Any:
        row = self._person(sid, asked)
        row.update({name: value for name, value in values.items() if name in row})
        return row

    def delete_participants(self, sid: int, numbers: Sequence[int]) -> Any:
        people = self._people(sid)
        there = {row["tid"] for row in people}
        people[:] = [row for row in people if row["tid"] not in numbers]
        return {str(number): "Deleted" if number in there else "Invalid token ID" for number in numbers}

    def invite_participants(self, sid: int, numbers: Sequence[int], unsent: bool = True, on: bool = False) -> Any:
        assert unsent, "it would invite those whom it has invited"
        assert on, "it would stop at the first address that fails"
        people = [row for row in self._candidates(sid, numbers) if row["sent"] == "N"]
        return self._mail(people, "sent")

    def remind_participants(self, sid: int, _days: None, _times: None, numbers: Sequence[int], on: bool = False) -> Any:
        assert on, "it would stop at the first address that fails"
        people = [row for row in self._candidates(sid, numbers) if row["sent"] != "N"]
        return self._mail(people, "remindersent")

    def _candidates(self, sid: int, numbers: Sequence[int]) -> list[Row]:
        return [
            row
            for row in self._people(sid)
            if row["tid"] in numbers and row["email"] and row["token"] and row["completed"] == "N"
        ]

    def _mail(self, people: Sequence[Row], column: str) -> Any:
        if not people:
            raise SaidError(NO_CANDIDATES)
        told: Row = {}
        for row in people[:MAILS_AT_ONCE]:
            fails = row["email"].startswith("bounce")
            words = f"SMTP Error: The following recipients failed: {row['email']}: no such user\r\n" if fails else None
            if not fails:
                row[column] = self.minute()
                self.mails.append((row["email"], column))
            name = f"{row['firstname']} {row['lastname']}"
            told[str(row["tid"])] = {"name": name, "email": row["email"], "warning": None, "error": words}
            told[str(row["tid"])]["status"] = "fail" if fails else "OK"
        return {**told, "status": f"{len(people) - len(told)} left to send"}

    # answers

    def get_summary(self, sid: int) -> Any:
        held = self._survey(sid, "Invalid surveyid")
        counts: dict[str, int] = {}
        if held.participants is not None:
            people = held.participants
            counts = {
                "token_count": len(people),
                "token_invalid": sum(not row["token"] for row in people),
                "token_sent": sum(row["sent"] != "N" for row in people),
                "token_opted_out": 0,
                "token_completed": sum(row["completed"] != "N" for row in people),
                "token_screenout": 0,
            }
        if held.responses is not None:
            sent = sum(bool(row["submitdate"]) for row in held.responses.values())
            counts |= {"completed_responses": sent, "incomplete_responses": len(held.responses) - sent}
            counts["full_responses"] = len(held.responses)
        return counts or []

    def export_responses(  # noqa: PLR0917  # positional in the protocol
        self,
        sid: int,
        kind: str,
        language: str | None = None,
        status: str = "all",
        heading: str = "code",
        form: str = "short",
        first: int | None = None,
        last: int | None = None,
        fields: Sequence[str] | None = None,
    ) -> Any:
        assert (kind, status, heading, form) == ("json", "all", "code", "short")
        held = self._survey(sid, NO_PERMISSION)
        if held.responses is None:
            raise SaidError(NOT_ACTIVE)
        if not held.responses:
            raise SaidError(NO_ROWS)
        if language and language not in held.languages:
            raise SaidError("Language code not found for this survey.")
        titles = {
            told["fieldname"]: title for told, (_, _, title) in zip(self._columns(held), held.columns(), strict=True)
        }
        names = fields or [*SYSTEM, *titles.values()]
        people = {person["token"]: person for person in held.participants or []}
        rows = [
            {
                titles.get(name, name): row.get(titles.get(name, name), people.get(row["token"], {}).get(name))
                for name in names
            }
            for number, row in sorted(held.responses.items())
            if (first or 1) <= number <= (last or number)
        ]
        return base64.b64encode(json.dumps({"responses": rows}).encode()).decode()

    def _responses(self, sid: int, of: str, otherwise: str = "") -> dict[int, Row]:
        if sid not in self.surveys and otherwise:
            raise SaidError(otherwise)
        held = self.surveys.get(sid)
        if held is None or held.responses is None:
            table = f"{{{{survey_{sid if held else 0}}}}}"
            raise SqlError(f'The table "{table}" for active record class "{of}" cannot be found in the database.')
        return held.responses

    def get_response_ids(self, sid: int, token: str) -> Any:
        found = self._responses(sid, "SurveyDynamic")
        return [number for number, row in found.items() if row["token"] == token]

    def delete_response(self, sid: int, number: int) -> Any:
        found = self._responses(sid, f"Response_{sid}", NO_SURVEY)
        if number not in found:
            raise SaidError("Response Id not found")
        del found[number]
        return {str(number): "deleted"}


def _is_time(value: object) -> bool:
    try:
        return bool(datetime.fromisoformat(str(value)))
    except ValueError:
        return False


_CALLS = frozenset(
    {"get_session_key", "release_session_key", "list_surveys", "import_survey", "delete_survey", "activate_survey"}
    | {"activate_tokens", "get_survey_properties", "set_survey_properties", "get_language_properties"}
    | {"set_language_properties", "list_groups", "list_questions", "get_question_properties", "get_fieldmap"}
    | {"list_participants", "add_participants", "get_participant_properties", "set_participant_properties"}
    | {"delete_participants", "invite_participants", "remind_participants", "get_summary", "export_responses"}
    | {"get_response_ids", "delete_response"}
)
