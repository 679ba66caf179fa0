"""Every platform keeps the same promises: its verbs can be repeated, and cut off; nobody else's survey is touched."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from evaltool.errors import PlatformError
from evaltool.platforms.base import Access, Platform
from evaltool.platforms.embedded import Embedded
from evaltool.platforms.limesurvey.lss import write_lss
from evaltool.platforms.limesurvey.names import name_survey
from evaltool.platforms.limesurvey.structure import build_structure, survey_number
from evaltool.records import Deployment, PageVisit
from evaltool.responses.archive import Archive
from evaltool.server.interview import locate, open_link, take
from evaltool.server.schema import sqlite_url
from evaltool.server.store import Store
from evaltool.survey.model import Survey
from evaltool.survey.release import make_release
from tests.platforms.limesurvey.fake_faults import content
from tests.platforms.limesurvey.fake_fieldwork import DAY, DEPLOYMENT, PEOPLE, SID, SURVEY, Fieldwork, limesurvey
from tests.platforms.limesurvey.fake_respondents import Seen

Page = Mapping[str, Sequence[str]]
"""What somebody answers on one page: codes or words by question."""

CONSENT: Page = {"consent": ["yes"]}
REFUSAL: Page = {"consent": ["no"]}
WORDS: Page = {"topics": ["job", "time"], "words": ["later"]}
CHANGED = Survey.model_validate({**json.loads(SURVEY.model_dump_json(exclude_defaults=True)), "title": {"en": "Other"}})


class Field(Protocol):
    """A platform with the survey that it is tried with, and people who answer there."""

    deployment: Deployment

    def open(self) -> Platform: ...
    def answer(self, name: str, *pages: Page, leaves: bool = False) -> None: ...
    def is_open(self) -> bool: ...
    def everything(self) -> object: ...


class OnEmbedded:
    def __init__(self, folder: Path):
        self.url = sqlite_url(folder / "server.sqlite")
        self.deployment = replace(DEPLOYMENT, platform="embedded")

    def open(self) -> Platform:
        return Embedded(Access(url=self.url, address="https://survey.example.org", standing=self.standing))

    def standing(self, _deployment_id: str) -> tuple[Deployment, Survey]:
        return self.deployment, SURVEY

    def answer(self, name: str, *pages: Page, leaves: bool = False) -> None:
        store = Store.open(self.url)
        visit = PageVisit(page="", language=PEOPLE[name].language, saved_at="2022-01-04T08:00:00+00:00")
        for page in pages:
            found = store.find(PEOPLE[name].token)
            assert found
            before = found.interview
            opened = before if before.opened_at else open_link(before, visit.saved_at)
            screen = locate(SURVEY, opened).screen
            assert screen
            after = take(SURVEY, opened, screen, form=page, visit=replace(visit, page=screen.page.name))
            assert not isinstance(after, list)
            assert store.save(before, after)
        store.close()

    def is_open(self) -> bool:
        store = Store.open(self.url)
        found = store.is_open(self.deployment.id)
        store.close()
        return found

    def everything(self) -> object:
        store = Store.open(self.url)
        found = [
            (item, store.counts(item.id), store.changes(item.id, 0, 100), store.is_open(item.id))
            for item in store.deployments()
        ]
        store.close()
        return found


class OnLimeSurvey:
    def __init__(self, folder: Path):
        self.work = Fieldwork(folder)
        self.deployment = DEPLOYMENT

    def open(self) -> Platform:
        structure = build_structure(DEPLOYMENT, SURVEY)
        self.work.mapping = {"sid": structure.sid, "names": name_survey(SURVEY).to_json()}
        return limesurvey(self.work)

    def answer(self, name: str, *pages: Page, leaves: bool = False) -> None:
        seen = [Seen(number, _columns(page)) for number, page in enumerate(pages, start=1)]
        self.work.respond(name, *seen, shown=Seen(len(pages) + 1) if leaves else None)

    def is_open(self) -> bool:
        return not self.work.fake.surveys[SID].row["expires"]

    def everything(self) -> object:
        return content(self.work.fake)


def _columns(page: Page) -> dict[str, str]:
    """As a browser sends it to LimeSurvey."""
    codes = name_survey(SURVEY).choices["topics"]
    several = {f"topics[{codes[code]}]": "Y" for code in page.get("topics", ())}
    return {**{name: told[0] for name, told in page.items() if name != "topics"}, **several}


FIELDS: Mapping[str, Callable[[Path], Field]] = {"embedded": OnEmbedded, "limesurvey": OnLimeSurvey}


@pytest.fixture(params=FIELDS)
def field(request: pytest.FixtureRequest, tmp_path: Path) -> Field:
    return FIELDS[request.param](tmp_path)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive" / DEPLOYMENT.id)


def deployed(field: Field) -> Platform:
    """With everybody invited."""
    platform = field.open()
    platform.deploy(field.deployment, SURVEY, where=str)
    platform.invite(DEPLOYMENT.id, PEOPLE.values())
    return platform


def pull(platform: Platform, archive: Archive, *, limit: int = 100) -> int:
    return sum(
        archive.append(batch.responses, batch.cursor, pulled_at=DAY)
        for batch in platform.pull(DEPLOYMENT.id, archive, limit=limit)
    )


def records(archive: Archive) -> list[dict[str, Any]]:
    return [json.loads(line) for lines in archive.segments() for line in lines.to_pylist()]


def test_a_survey_is_put_there_once(field: Field) -> None:
    platform = field.open()
    nothing = field.everything()
    planned = platform.deploy(field.deployment, SURVEY, where=str, dry_run=True)
    assert planned.steps
    assert field.everything() == nothing
    first = platform.deploy(field.deployment, SURVEY, where=str)
    stands = field.everything()
    assert (first.steps, first.mapping) == (planned.steps, planned.mapping)
    second = platform.deploy(replace(field.deployment, mapping=first.mapping), SURVEY, where=str)
    assert (second.steps, second.mapping) == ((), first.mapping)
    assert field.everything() == stands
    assert platform.drift(DEPLOYMENT.id) == []


def test_another_survey_under_the_same_id_is_refused_and_nothing_changed(field: Field) -> None:
    platform = deployed(field)
    field.answer("whole", CONSENT, WORDS)
    stands = field.everything()
    made = make_release(CHANGED, released_at=DAY)
    other = replace(field.deployment, texts=made.texts, structure_hash=made.structure_hash)
    with pytest.raises(PlatformError) as caught:
        platform.deploy(other, CHANGED, where=str)
    assert caught.value.mend
    assert field.everything() == stands


def test_people_are_invited_once(field: Field) -> None:
    platform = field.open()
    platform.deploy(field.deployment, SURVEY, where=str)
    some = [PEOPLE["whole"], PEOPLE["starts"]]
    assert platform.invite(DEPLOYMENT.id, some) == 2
    assert platform.invite(DEPLOYMENT.id, PEOPLE.values()) == 2
    assert platform.invite(DEPLOYMENT.id, PEOPLE.values()) == 0
    assert platform.status(DEPLOYMENT.id)["invited"] == 4


def test_who_has_not_begun_is_asked_by_the_roster_of_now(field: Field, archive: Archive) -> None:
    platform = deployed(field)
    field.answer("whole", CONSENT, WORDS)
    moved = [replace(item, attributes={"site": "south"}) for item in PEOPLE.values()]
    assert platform.invite(DEPLOYMENT.id, moved) == 0
    field.answer("refuses", REFUSAL)
    pull(platform, archive)
    assert {item["unit"]: item["attributes"] for item in records(archive)} == {
        "u_whole": {"site": "north"},
        "u_refuses": {"site": "south"},
    }


def test_a_link_is_personal(field: Field) -> None:
    platform = deployed(field)
    links = {platform.link(DEPLOYMENT.id, item.token, item.language) for item in PEOPLE.values()}
    assert len(links) == len(PEOPLE)
    assert all(link.startswith("https://survey.example.org/") for link in links)


def answers_of_all_kinds(field: Field) -> None:
    field.answer("whole", CONSENT, WORDS)
    field.answer("starts", CONSENT, leaves=True)
    field.answer("refuses", REFUSAL)


def test_status_tells_how_far_people_have_come(field: Field) -> None:
    platform = deployed(field)
    answers_of_all_kinds(field)
    wanted = {"invited": 4, "opened": 0, "partial": 1, "complete": 1, "refused": 1}
    assert {name: platform.status(DEPLOYMENT.id)[name] for name in wanted} == wanted


def test_answers_come_as_they_were_given(field: Field, archive: Archive) -> None:
    platform = deployed(field)
    answers_of_all_kinds(field)
    assert pull(platform, archive) == 3
    found = {
        item["unit"]: (item["person"], item["status"], item["language"], item["answers"]) for item in records(archive)
    }
    assert found == {
        "u_whole": ("p_1", "complete", "en", {"consent": "yes", "topics": ["job", "time"], "words": "later"}),
        "u_starts": ("p_2", "partial", "da", {"consent": "yes"}),
        "u_refuses": ("p_3", "refused", "da", {"consent": "no"}),
    }
    assert {item["structure_hash"] for item in records(archive)} == {DEPLOYMENT.structure_hash}


def test_a_second_pull_adds_nothing(field: Field, archive: Archive) -> None:
    platform = deployed(field)
    answers_of_all_kinds(field)
    assert [pull(platform, archive), pull(platform, archive), pull(field.open(), archive)] == [3, 0, 0]


def test_a_pull_that_was_cut_off_goes_on(field: Field, archive: Archive) -> None:
    platform = deployed(field)
    answers_of_all_kinds(field)
    first = next(iter(platform.pull(DEPLOYMENT.id, archive, limit=1)))
    next(iter(platform.pull(DEPLOYMENT.id, archive, limit=1)))  # cut off before it was archived
    assert archive.append(first.responses, first.cursor, pulled_at=DAY) == 1
    assert pull(platform, archive, limit=1) == 2
    assert sorted(item["unit"] for item in records(archive)) == ["u_refuses", "u_starts", "u_whole"]
    assert archive.verify() == []


def test_only_what_has_changed_comes_again(field: Field, archive: Archive) -> None:
    platform = deployed(field)
    field.answer("whole", CONSENT, WORDS)
    field.answer("starts", CONSENT, leaves=True)
    pull(platform, archive)
    field.answer("refuses", REFUSAL)
    if isinstance(field, OnLimeSurvey):  # who comes back is shown the page that she sent last
        field.answer("starts", CONSENT, WORDS)
    else:
        field.answer("starts", WORDS)
    assert pull(platform, archive) == 2
    told = records(archive)
    assert [item["status"] for item in told if item["unit"] == "u_starts"] == ["partial", "complete"]
    first, second = (item["revision"] for item in told if item["unit"] == "u_starts")
    assert second > first


def test_what_is_erased_is_gone_there_and_nothing_else(field: Field, archive: Archive) -> None:
    platform = deployed(field)
    answers_of_all_kinds(field)
    assert [platform.erase(DEPLOYMENT.id, ["u_whole"]) for _ in range(2)] == [1, 0]
    platform.erase(DEPLOYMENT.id, ["u_silent"])
    assert not {"u_whole", "u_silent"} & set(re.findall(r"u_\w+", str(field.everything())))
    assert pull(platform, archive) == 2
    assert sorted(item["unit"] for item in records(archive)) == ["u_refuses", "u_starts"]
    assert platform.status(DEPLOYMENT.id)["invited"] == 2


def test_a_person_is_erased_who_answers_for_others(field: Field) -> None:
    """As a mentor does: her courses are not hers, and she is found by her own pseudonym."""
    platform = field.open()
    platform.deploy(field.deployment, SURVEY, where=str)
    platform.invite(DEPLOYMENT.id, [replace(item, person="p_mentor") for item in PEOPLE.values()])
    answers_of_all_kinds(field)
    platform.erase(DEPLOYMENT.id, ["p_mentor"])
    assert platform.status(DEPLOYMENT.id)["invited"] == 0
    assert "p_mentor" not in str(field.everything())


def test_a_closed_survey_takes_no_answers_and_keeps_those_it_has(field: Field, archive: Archive) -> None:
    platform = deployed(field)
    answers_of_all_kinds(field)
    assert field.is_open()
    for _ in range(2):
        platform.close(DEPLOYMENT.id)
    assert not field.is_open()
    assert pull(platform, archive) == 3


def test_a_platform_keeps_its_identity(field: Field) -> None:
    assert field.open().identity() == field.open().identity()


def test_interviews_that_were_deleted_there_are_told_at_every_pull(tmp_path: Path, archive: Archive) -> None:
    """On LimeSurvey staff can delete a response by hand; nothing is taken out of the archive for it."""
    field = OnLimeSurvey(tmp_path)
    platform = deployed(field)
    answers_of_all_kinds(field)
    pull(platform, archive)
    del (field.work.fake.surveys[SID].responses or {})[2]
    for _ in range(2):
        gone = [name for batch in platform.pull(DEPLOYMENT.id, archive, limit=100) for name in batch.gone]
        assert gone == [f"ls{SID}-2"]
    assert len(records(archive)) == 3


@pytest.mark.parametrize("active", ["Y", "N"])
def test_somebody_elses_survey_under_our_number_is_left_alone(tmp_path: Path, active: str) -> None:
    field = OnLimeSurvey(tmp_path)
    elsewhere = replace(DEPLOYMENT, id="elsewhere@1")
    theirs = write_lss(replace(build_structure(elsewhere, SURVEY), sid=SID))
    _stand(field, theirs, active)
    stands = field.everything()
    with pytest.raises(PlatformError, match="another survey has the number") as caught:
        field.open().deploy(DEPLOYMENT, SURVEY, where=str)
    assert str(survey_number(DEPLOYMENT.id)) in caught.value.where
    assert caught.value.mend
    assert field.everything() == stands


def _stand(field: OnLimeSurvey, file: bytes, active: str) -> None:
    fake = field.work.fake
    fake.import_survey(base64.b64encode(file).decode(), "lss", None, SID)
    fake.surveys[SID].row["active"] = active
