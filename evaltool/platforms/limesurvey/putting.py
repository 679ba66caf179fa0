"""A survey put on LimeSurvey step by step. Every step looks first at what stands there, so that a run can be repeated.

Everything structural goes there in one import and is read back before the survey is opened. An active survey is never
changed or deleted. What of a call that was cut off was done is told by the server at the next run, not by a file here.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from evaltool.errors import Fault, PlatformError
from evaltool.platforms.base import Put, Say, Where
from evaltool.platforms.limesurvey.failures import (
    ALREADY_ACTIVE,
    NO_PARTICIPANT_TABLE,
    NO_PERMISSION,
    NO_QUESTION,
    NO_SURVEY,
    RefusedError,
    StateUnknownError,
)
from evaltool.platforms.limesurvey.lint import lint
from evaltool.platforms.limesurvey.lss import SETTINGS, write_lss
from evaltool.platforms.limesurvey.names import name_survey
from evaltool.platforms.limesurvey.readback import differences
from evaltool.platforms.limesurvey.structure import Structure, build_structure, marker
from evaltool.platforms.limesurvey.told import LANGUAGE_PROPERTIES, QUESTION_PROPERTIES, Told, read_told
from evaltool.platforms.limesurvey.transport import RemoteControl
from evaltool.records import Deployment
from evaltool.survey.model import Survey
from evaltool.yamlfile import faults_error

SURVEY_PROPERTIES = ("sid", "language", "additional_languages", "attributedescriptions", "active", *SETTINGS)
_ALIKE = frozenset({"X", "*"})
"""Types of questions that have nothing but their text in each language."""


def put(
    server: RemoteControl,
    deployment: Deployment,
    survey: Survey,
    *,
    where: Where,
    say: Say,
    dry_run: bool,
) -> Put:
    """Put the survey there, opened for those on its list of participants.

    Raises:
        DefinitionError: with everything that LimeSurvey would swallow in silence.
        PlatformError: if something else stands there, or not all of it as it was sent.
        StateUnknownError: if a call was cut off; the next run looks what was done.
    """
    names = name_survey(survey)
    found = lint(survey, names, where)
    if found.faults:
        raise faults_error(f"LimeSurvey would not take {deployment.id} as it is meant; nothing was sent", found.faults)
    structure = build_structure(deployment, survey, names)
    job = _Job(server, structure, marker(deployment), was_open=bool(deployment.mapping), say=say, dry_run=dry_run)
    job.run()
    return Put(tuple(job.steps), {"sid": structure.sid, "names": names.to_json()}, found.warnings)


@dataclass
class _Job:
    """`was_open` says that the survey was put there and opened before: then it may hold answers."""

    server: RemoteControl
    structure: Structure
    mark: str
    was_open: bool
    say: Say
    dry_run: bool
    steps: list[str] = field(default_factory=list[str])

    @property
    def where(self) -> str:
        return f"survey {self.structure.sid} on {self.server.account.host}"

    def run(self) -> None:
        active = self._look()
        if self.was_open and not active:
            happened = "deleted" if active is None else "deactivated"
            mend = "Put LimeSurvey's backup back, or release a new version: its answers would be numbered from 1 again."
            raise PlatformError(
                f"the survey was open there, and somebody has {happened} it", where=self.where, mend=mend
            )
        faults = self._compare() if active is not None else []
        if active and faults:
            mend = "An open survey takes no correction: deploy it as a new version, or undo there what was changed."
            message = "the survey is open and stands there otherwise than it was released"
            raise PlatformError(message, where=self.where, mend=mend, faults=faults)
        if active is None or faults:
            self._bring(fragment=bool(faults))
        if active is None or faults or not self._has_list():
            self._do("make its list of participants", self._make_list)
        if not active:
            self._do("open it", self._activate)

    def _do(self, step: str, act: Callable[[], None]) -> None:
        self.steps.append(f"{step} ({self.where})")
        self.say(f"{'would ' if self.dry_run else ''}{self.steps[-1]}")
        if not self.dry_run:
            act()

    def _look(self) -> bool | None:
        """Whether our survey there is active; `None` if nothing stands under its number."""
        try:
            told = self.server.ask(
                "get_survey_properties", self.structure.sid, ["active", "attributedescriptions", "language"]
            )
        except RefusedError as refused:
            if refused.said == NO_SURVEY:
                return None
            if refused.said == NO_PERMISSION:
                raise self._taken() from None
            raise
        if self.mark not in str(told.get("attributedescriptions") or ""):
            raise self._taken()
        return told.get("active") == "Y"

    def _taken(self) -> PlatformError:
        mend = "Rename ours, or let the other one's owner move it: evaltool never touches what it has not made."
        return PlatformError("another survey has the number that ours would get", where=self.where, mend=mend)

    def _compare(self) -> list[Fault]:
        return differences(self.structure, read_told(ask_told(self.server, self.structure.sid)))

    def _bring(self, *, fragment: bool) -> None:
        if fragment:
            self._do("delete what an earlier run has left there: it is incomplete and was never opened", self._delete)
        self._do(
            f"import {len(list(self.structure.items))} questions in {len(self.structure.languages)} languages",
            self._import,
        )
        self._do("read everything back and compare", self._verify)

    def _delete(self) -> None:
        if self._look():
            raise PlatformError("somebody has opened the survey in this moment", where=self.where)
        self.server.tell("delete_survey", self.structure.sid)

    def _import(self) -> None:
        file = base64.b64encode(write_lss(self.structure)).decode()
        number = int(self.server.tell("import_survey", file, "lss", None, self.structure.sid))
        if number != self.structure.sid:  # LimeSurvey takes a free number without a word
            self._take_back(number)
            raise self._taken()

    def _take_back(self, number: int) -> None:
        try:
            self.server.tell("delete_survey", number)
        except PlatformError as error:
            message = f"a copy of our survey may stand there as {number}, beside another one under our number"
            mend = f"Delete survey {number} in LimeSurvey; it was never opened."
            raise PlatformError(message, where=error.where, mend=mend) from None

    def _verify(self) -> None:
        faults = self._compare()
        if faults:
            mend = "It was not opened. Deploy again; is it the same then, this LimeSurvey changes what it is sent."
            raise PlatformError(
                "not everything stands there as it was sent", where=self.where, mend=mend, faults=faults
            )

    def _has_list(self) -> bool:
        try:
            self.server.ask_list("list_participants", self.structure.sid, 1, 1)
        except RefusedError as refused:
            if refused.said == NO_PARTICIPANT_TABLE:
                return False
            raise
        return True

    def _make_list(self) -> None:
        """Before the survey is opened: one without a list is open to everybody."""
        numbers = [int(name.removeprefix("attribute_")) for name in self.structure.attributes]
        try:
            self.server.tell("activate_tokens", self.structure.sid, numbers)
        except StateUnknownError:
            if not self._has_list():
                raise

    def _activate(self) -> None:
        try:
            self.server.tell("activate_survey", self.structure.sid)
        except RefusedError as refused:
            if refused.said != ALREADY_ACTIVE:
                raise
        except StateUnknownError:
            if not self._look():
                raise


def ask_told(server: RemoteControl, sid: int) -> Told:
    """Everything that the API tells about a survey; several calls for each question."""
    survey = server.ask("get_survey_properties", sid, list(SURVEY_PROPERTIES))
    first = str(survey["language"])
    languages = (first, *str(survey.get("additional_languages") or "").split())
    questions = {code: server.ask_list("list_questions", sid, None, code) for code in languages}
    whole = {int(row["qid"]): str(row["type"]) for row in questions[first] if not int(row["parent_qid"])}

    def properties(language: str) -> dict[int, Any]:
        asked = [qid for qid, kind in whole.items() if language == first or kind not in _ALIKE]
        return {qid: _ask_properties(server, qid, language) for qid in asked}

    return Told(
        survey=survey,
        languages={
            code: server.ask("get_language_properties", sid, list(LANGUAGE_PROPERTIES), code) for code in languages
        },
        groups={code: server.ask_list("list_groups", sid, code) for code in languages},
        questions=questions,
        properties={code: properties(code) for code in languages},
    )


def _ask_properties(server: RemoteControl, qid: int, language: str) -> Any:
    """Nothing, of a question without a text: an import broke off before it came to the texts."""
    try:
        return server.ask("get_question_properties", qid, list(QUESTION_PROPERTIES), language)
    except RefusedError as refused:
        if refused.said == NO_QUESTION:
            return {}
        raise
