"""A small survey in the field on the fake: the commands that staff give, and people who answer in between."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evaltool.platforms.base import Access, Invitation, Letter
from evaltool.platforms.limesurvey.participants import access_code
from evaltool.platforms.limesurvey.platform import LimeSurvey
from evaltool.platforms.limesurvey.structure import survey_number
from evaltool.records import Deployment
from evaltool.responses.archive import Archive
from evaltool.survey.model import Survey
from evaltool.survey.release import make_release
from tests.platforms.limesurvey.fake_faults import copied, wire
from tests.platforms.limesurvey.fake_limesurvey import FakeLimeSurvey
from tests.platforms.limesurvey.fake_respondents import Seen, respond
from tests.platforms.limesurvey.rc2_adapters import ACCOUNT, Rpc, remote

DAY = "2022-01-03T08:00:00+00:00"
SURVEY = Survey.model_validate(
    {
        "survey": "small",
        "version": 1,
        "language": "en",
        "translations": ["da"],
        "title": {"en": "Small", "da": "Lille"},
        "refusal": "${consent} = 'no'",
        "attributes": {"site": {"type": "choice", "choices": {"north": "North", "south": "South"}}},
        "pages": [
            {
                "name": "first",
                "questions": [
                    {
                        "name": "consent",
                        "type": "select_one",
                        "required": True,
                        "label": {"en": "May we?", "da": "Må vi?"},
                        "choices": {
                            "yes": {"label": {"en": "Yes", "da": "Ja"}},
                            "no": {"label": {"en": "No", "da": "Nej"}},
                        },
                    }
                ],
            },
            {
                "name": "second",
                "questions": [
                    {
                        "name": "topics",
                        "type": "select_multiple",
                        "label": {"en": "Topics?", "da": "Emner?"},
                        "choices": {"job": "Job", "time": {"label": {"en": "Time", "da": "Tid"}}},
                    },
                    {"name": "words", "type": "text", "label": {"en": "Words?", "da": "Ord?"}},
                ],
            },
        ],
    },
    context={"language": "en"},
)
RELEASE = make_release(SURVEY, released_at=DAY)
DEPLOYMENT = Deployment(
    id="small@1",
    survey="small",
    version=1,
    structure_hash=RELEASE.structure_hash,
    texts=RELEASE.texts,
    platform="limesurvey",
    deployed_at=DAY,
)
SID = survey_number(DEPLOYMENT.id)
PEOPLE = {
    "whole": Invitation("u_whole", "p_1", "CANARY-TOKEN-whole", "en", {"site": "north"}),
    "starts": Invitation("u_starts", "p_2", "CANARY-TOKEN-starts", "da", {"site": "south"}),
    "refuses": Invitation("u_refuses", "p_3", "CANARY-TOKEN-refuses", "da", {"site": "north"}),
    "silent": Invitation("u_silent", "p_4", "CANARY-TOKEN-silent", "en", {"site": "south"}),
}
LETTERS = [
    Letter(item.unit, item.token, f"Canary Name {name}", f"canary.mail.{name}@example.org")
    for name, item in PEOPLE.items()
]


@dataclass
class Fieldwork:
    """What stands on the fake and what is kept here: the deployment's mapping, and the archive in `folder`."""

    folder: Path
    fake: FakeLimeSurvey = field(default_factory=FakeLimeSurvey)
    mapping: Mapping[str, Any] = field(default_factory=dict[str, Any])
    zone: str = "Europe/Copenhagen"
    rpc: Rpc = field(init=False)

    def __post_init__(self) -> None:
        self.rpc = wire(self.fake)

    def copied(self, folder: Path) -> "Fieldwork":
        if self.folder.exists():
            shutil.copytree(self.folder, folder)
        return Fieldwork(folder, copied(self.fake), self.mapping)

    def standing(self, _deployment_id: str = "") -> tuple[Deployment, Survey]:
        return replace(DEPLOYMENT, mapping=self.mapping), SURVEY

    @property
    def archive(self) -> Archive:
        return Archive(self.folder / DEPLOYMENT.id)

    def run(self, command: str) -> Any:
        """One command: it logs in for itself, and out when it ends, however it ends."""
        platform = limesurvey(self)
        try:
            return COMMANDS[command](self, platform)
        finally:
            platform.disconnect()

    def respond(self, name: str, *sent: Seen, shown: Seen | None = None) -> None:
        who = PEOPLE[name]
        respond(self.fake, SID, access_code(who.token), sent, language=who.language, shown=shown)


def limesurvey(work: Fieldwork) -> LimeSurvey:
    access = Access(url=ACCOUNT.url, user=ACCOUNT.user, timezone=work.zone, standing=work.standing)
    return LimeSurvey(access, remote(work.rpc))


def _deploy(work: Fieldwork, platform: LimeSurvey) -> tuple[str, ...]:
    put = platform.deploy(work.standing()[0], SURVEY, where=str)
    work.mapping = put.mapping
    return put.steps


def _pull(work: Fieldwork, platform: LimeSurvey) -> tuple[int, list[str]]:
    """How many records are new, and which interviews are gone. Of the answers two come at once."""
    count, gone = 0, list[str]()
    for batch in platform.pull(DEPLOYMENT.id, work.archive, limit=2):
        count += work.archive.append(batch.responses, batch.cursor, pulled_at=DAY)
        gone += batch.gone
    return count, gone


COMMANDS: Mapping[str, Callable[[Fieldwork, LimeSurvey], Any]] = {
    "deploy": _deploy,
    "invite": lambda work, platform: platform.invite(DEPLOYMENT.id, PEOPLE.values()),
    "mail": lambda work, platform: platform.mail(DEPLOYMENT.id, LETTERS),
    "remind": lambda work, platform: platform.mail(DEPLOYMENT.id, LETTERS, remind=True),
    "pull": _pull,
    "status": lambda work, platform: dict(platform.status(DEPLOYMENT.id)),
    "drift": lambda work, platform: platform.drift(DEPLOYMENT.id),
    "erase": lambda work, platform: platform.erase(DEPLOYMENT.id, ["u_whole", "u_silent"]),
    "close": lambda work, platform: platform.close(DEPLOYMENT.id),
}


def answers_come(work: Fieldwork) -> None:
    """A whole interview, one that is left after the first page, a refusal; one person is silent."""
    first, second = Seen(1, {"consent": "yes"}), Seen(2, {"topics[job]": "Y", "words": "CANARY-ANSWER"})
    work.respond("whole", first, second)
    work.respond("starts", first, shown=Seen(2))
    work.respond("refuses", Seen(1, {"consent": "no"}))


def answers_change(work: Fieldwork) -> None:
    """Who had left goes on to the end, the silent one begins, and a refusal is deleted on the server."""
    work.respond("starts", Seen(1, {"consent": "yes"}), Seen(2, {"topics[job]": "Y"}))
    work.respond("silent", Seen(1, {"consent": "yes"}), shown=Seen(2))
    responses = work.fake.surveys[SID].responses or {}
    del responses[3]


def kept(work: Fieldwork) -> list[str]:
    """The lines of the archive."""
    return [line for lines in work.archive.segments() for line in lines.to_pylist()]
