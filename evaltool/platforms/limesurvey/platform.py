"""LimeSurvey as a platform: what is ours in names, codes and records goes in and comes out."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import keyring
from keyring.errors import KeyringError

from evaltool.errors import Fault, PlatformError
from evaltool.platforms.base import (
    Access,
    Archived,
    Batch,
    GoneError,
    Invitation,
    Letter,
    Mailed,
    Put,
    Say,
    Where,
    silent,
)
from evaltool.platforms.limesurvey.account import check_account, check_zone, read_password
from evaltool.platforms.limesurvey.failures import NO_SURVEY, RefusedError
from evaltool.platforms.limesurvey.mailing import write_to
from evaltool.platforms.limesurvey.names import Names
from evaltool.platforms.limesurvey.participants import (
    Participant,
    Standing,
    access_code,
    add_participants,
    list_participants,
    remove_participants,
)
from evaltool.platforms.limesurvey.pull import Row, count, row_id, sweep
from evaltool.platforms.limesurvey.putting import ask_told, put
from evaltool.platforms.limesurvey.readback import differences
from evaltool.platforms.limesurvey.rows import Answering, Source, check_columns, interview_id, read_row
from evaltool.platforms.limesurvey.structure import build_structure
from evaltool.platforms.limesurvey.told import read_told
from evaltool.platforms.limesurvey.transport import RemoteControl
from evaltool.records import Deployment, RawResponse, digest
from evaltool.survey.model import Survey


class LimeSurvey:
    """`access.url` is the address of RemoteControl 2; the password comes from the environment or the keyring."""

    def __init__(self, access: Access, server: RemoteControl | None = None):
        self._account = check_account(access.url, access.user)
        self._zone = check_zone(access.timezone)
        self._access = access
        self._server = server or log_in(access.url, access.user)

    def deploy(
        self, deployment: Deployment, survey: Survey, *, where: Where, say: Say = silent, dry_run: bool = False
    ) -> Put:
        _refuse_adopted(deployment)
        done = put(self._server, deployment, survey, where=where, say=say, dry_run=dry_run)
        # Times are read by the zone of the first day: another one later would change every interview.
        return replace(done, mapping={**done.mapping, "timezone": deployment.mapping.get("timezone", self._zone.key)})

    def drift(self, deployment_id: str) -> list[Fault]:
        deployment, survey = self._deployed(deployment_id)
        sent = build_structure(deployment, survey, _names(deployment))
        there = read_told(ask_told(self._server, _sid(deployment)))
        ended = self.ended(deployment_id)
        faults = [Fault("platform-difference", ended, deployment_id, _REOPEN)] if ended else []
        return [*faults, *differences(sent, there)]

    def invite(self, deployment_id: str, invitations: Iterable[Invitation]) -> int:
        deployment, _ = self._deployed(deployment_id)
        names = _names(deployment)
        wanted = [
            Participant(
                unit=item.unit,
                code=access_code(item.token),
                language=item.language,
                attributes={
                    **{names.attributes[name]: value for name, value in item.attributes.items()},
                    names.unit: item.unit,
                    names.person: item.person,
                },
            )
            for item in invitations
        ]
        return add_participants(self._server, _sid(deployment), wanted, names.unit)

    def mail(self, deployment_id: str, letters: Sequence[Letter], *, remind: bool = False) -> list[Mailed]:
        deployment, _ = self._deployed(deployment_id)
        if ended := self.ended(deployment_id):
            raise PlatformError(f"no mail was sent: {ended}", where=deployment_id, mend=_REOPEN)
        return write_to(self._server, _sid(deployment), letters, remind=remind)

    def status(self, deployment_id: str) -> Mapping[str, int]:
        deployment, survey = self._access.standing(deployment_id)
        self._ask_properties(deployment, "anonymized")
        source = self._source(deployment, survey)
        found = Counter(
            read_row(source, row, revision=1).status for rows in sweep(self._server, source.sid) for row in rows
        )
        return {"invited": len(source.people), **{name: found[name] for name in _STATUSES}}

    def pull(self, deployment_id: str, archived: Archived, *, limit: int) -> Iterator[Batch]:
        deployment, survey = self._access.standing(deployment_id)
        self._refuse_anonymised(deployment)
        source, fields = self._source(deployment, survey, listed=False), self._fields(deployment)
        known, cursor, total = archived.latest(), archived.cursor(), count(self._server, source.sid)
        there: set[str] = set()
        for rows in sweep(self._server, source.sid, fields=fields):
            check_columns(source, rows[0])
            there |= {interview_id(source, row) for row in rows}
            changed = list(_changed(source, rows, known))
            for start in range(0, len(changed), limit):
                cursor += 1
                yield Batch(tuple(changed[start : start + limit]), cursor, total)
        gone = sorted(known.keys() - there)
        if gone:
            yield Batch((), cursor, total, tuple(gone))

    def erase(self, deployment_id: str, pseudonyms: Sequence[str]) -> int:
        deployment, survey = self._access.standing(deployment_id)
        try:
            self._ask_properties(deployment, "anonymized")
        except GoneError:  # and her answers there with it
            return 0
        source = self._source(deployment, survey)
        codes = {code for code, who in source.people.items() if {who.unit, who.person} & set(pseudonyms)}
        found = [
            row_id(row)
            for rows in sweep(self._server, source.sid)
            for row in rows
            if row.get("token") in codes or interview_id(source, row) in pseudonyms
        ]
        for number in found:
            self._server.tell("delete_response", source.sid, number)
        if codes:
            people = list_participants(self._server, source.sid)
            remove_participants(self._server, source.sid, [people[code].number for code in codes & people.keys()])
        return len(found)

    def close(self, deployment_id: str) -> None:
        deployment, _ = self._deployed(deployment_id)
        sid = _sid(deployment)
        clock = self._clock()
        ends = self._server.ask("get_survey_properties", sid, ["expires"]).get("expires")
        if not ends or str(ends) > clock:
            told = self._server.tell("set_survey_properties", sid, {"expires": clock})
            if not told.get("expires"):
                raise PlatformError("LimeSurvey did not take the end of the survey", where=deployment_id, mend=_RIGHT)

    def ended(self, deployment_id: str) -> str:
        deployment, _ = self._access.standing(deployment_id)
        told = self._ask_properties(deployment, "active", "expires")
        if told.get("active") != "Y":
            return "the survey is not active"
        ends = str(told.get("expires") or "")
        return f"the survey has ended ({ends})" if ends and ends <= self._clock() else ""

    def identity(self) -> str:
        self._server.reach()
        return self._account.url

    def disconnect(self) -> None:
        self._server.close()

    def link(self, deployment_id: str, token: str, language: str) -> str:
        deployment, _ = self._access.standing(deployment_id)
        # The vault keeps an adopted survey's codes, which are as they are, behind its number.
        code = token.partition(":")[2] if deployment.adopted else access_code(token)
        return self._account.page(_sid(deployment), code, language)

    def _fields(self, deployment: Deployment) -> list[str] | None:
        """All columns, and those of the list of participants that say who answers; `None` if only the project knows."""
        told = _names(deployment).participant
        return [*self._server.ask("get_fieldmap", _sid(deployment)), *told] if told else None

    def _source(self, deployment: Deployment, survey: Survey, *, listed: bool = True) -> Source:
        """With `listed`, LimeSurvey's whole list of participants is read: that takes long."""
        return Source(
            deployment=deployment.id,
            structure_hash=deployment.structure_hash,
            sid=_sid(deployment),
            survey=survey,
            names=_names(deployment),
            zone=self._zone
            if deployment.mapping.get("timezone") is None
            else check_zone(deployment.mapping["timezone"]),
            people=self._people(deployment, survey) if listed or deployment.adopted else {},
        )

    def _people(self, deployment: Deployment, survey: Survey) -> dict[str, Answering]:
        """Who answers, by access code. Of an adopted survey only the project knows."""
        if deployment.adopted:
            return {item.token: _linked(item, survey) for item in self._access.linked(deployment.id)}
        names = _names(deployment)
        people = list_participants(self._server, _sid(deployment), names.participant)
        return {code: _answering(item, names) for code, item in people.items()}

    def _deployed(self, deployment_id: str) -> tuple[Deployment, Survey]:
        """As `standing`, of a survey that is ours."""
        deployment, survey = self._access.standing(deployment_id)
        _refuse_adopted(deployment)
        return deployment, survey

    def _ask_properties(self, deployment: Deployment, *names: str) -> Mapping[str, str | None]:
        sid = _sid(deployment)
        try:
            return self._server.ask("get_survey_properties", sid, list(names))
        except RefusedError as refused:
            if refused.said != NO_SURVEY:
                raise
        message = f"somebody has deleted survey {sid} on LimeSurvey"
        mend = "What was pulled lies in the archive. Put LimeSurvey's backup back, or release a new version."
        raise GoneError(message, where=deployment.id, mend=mend)

    def _clock(self) -> str:
        """The time as LimeSurvey's clock shows it."""
        return datetime.now(self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def _refuse_anonymised(self, deployment: Deployment) -> None:
        """An anonymised survey resets its dates and cuts the link to who has answered."""
        told = self._ask_properties(deployment, "anonymized")
        if told.get("anonymized") == "Y" and not deployment.anonymised:
            mend = (
                f"Its answers can be taken in without persons: evaltool adopt {_sid(deployment)} --as NAME@VERSION "
                "--accept-anonymised"
            )
            message = "somebody has made the survey anonymous: its answers belong to nobody, and its dates are reset"
            raise PlatformError(message, where=deployment.id, mend=mend)


_RIGHT = "Set its end in LimeSurvey: Settings, Publication & access. This user may lack the right."
_REOPEN = "Open it again in LimeSurvey, if that was not meant."
_STATUSES = ("opened", "partial", "complete", "refused")


def log_in(url: str, user: str) -> RemoteControl:
    """RemoteControl 2 at this address; the password comes from the environment or the keyring.

    Raises:
        PlatformError: if the address cannot be used, or there is no password.
    """
    account = check_account(url, user)
    return RemoteControl(account, read_password(account, os.environ, _kept_password))


def _kept_password(service: str, user: str) -> str | None:
    try:
        return keyring.get_password(service, user)
    except KeyringError:  # a server has none
        return None


def _sid(deployment: Deployment) -> int:
    return int(deployment.mapping["sid"])


def _names(deployment: Deployment) -> Names:
    return Names.from_json(deployment.mapping["names"])


def _answering(there: Standing, names: Names) -> Answering:
    """The roster attributes that routing went by are those that LimeSurvey was told."""
    told = {ours: there.attributes[theirs] for ours, theirs in names.attributes.items()}
    return Answering(there.attributes[names.unit], there.attributes[names.person], told)


def _refuse_adopted(deployment: Deployment) -> None:
    """Nothing of an adopted survey is changed."""
    if deployment.adopted:
        mend = f"Do it in LimeSurvey. Is it still as it was? evaltool adopt {_sid(deployment)} --as {deployment.id}"
        raise PlatformError(f"{deployment.id} was adopted: evaltool only reads its answers", mend=mend)


def _linked(who: Invitation, survey: Survey) -> Answering:
    return Answering(who.unit, who.person, {name: who.attributes.get(name, "") for name in survey.attributes})


def _changed(source: Source, rows: Sequence[Row], known: Mapping[str, tuple[int, str]]) -> Iterator[RawResponse]:
    """The responses that are new, or of which something has changed since they were archived."""
    for row in rows:
        revision, before = known.get(interview_id(source, row), (0, ""))
        response = read_row(source, row, revision=revision + 1)
        if not before or digest(response) != before:
            yield response
