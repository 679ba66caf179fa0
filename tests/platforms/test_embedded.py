from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from evaltool.errors import PlatformError
from evaltool.platforms import open_platform
from evaltool.platforms.base import Access, Invitation
from evaltool.records import Deployment
from evaltool.survey.model import Survey
from evaltool.survey.release import make_release

SURVEY = Survey.model_validate(
    {
        "survey": "small",
        "version": 1,
        "language": "en",
        "title": "Small",
        "pages": [{"name": "one", "questions": [{"name": "words", "type": "text", "label": "Words?"}]}],
    },
    context={"language": "en"},
)
RELEASE = make_release(SURVEY, released_at="2022-01-01T00:00:00+00:00")
DEPLOYMENT = Deployment(
    id="small@1",
    survey="small",
    version=1,
    structure_hash=RELEASE.structure_hash,
    texts=RELEASE.texts,
    platform="embedded",
    deployed_at="2022-01-01T00:00:00+00:00",
)
SOMEBODY = Invitation(unit="u_1", person="p_1", token="secret-of-somebody", language="en", attributes={})


def access(folder: Path) -> Access:
    return Access(
        url=f"sqlite:///{(folder / 'server.sqlite').as_posix()}",
        address="https://survey.example.org",
        standing=standing,
    )


def standing(_deployment_id: str) -> tuple[Deployment, Survey]:
    return DEPLOYMENT, SURVEY


@dataclass
class Before:
    """An archive that stands at this change."""

    number: int = 0

    def cursor(self) -> int:
        return self.number

    def latest(self) -> dict[str, tuple[int, str]]:
        return {}


def test_every_verb_can_be_repeated(tmp_path: Path) -> None:
    platform = open_platform("embedded", access(tmp_path))
    assert len(platform.deploy(DEPLOYMENT, SURVEY, where=str, dry_run=True).steps) == 1
    assert [len(platform.deploy(DEPLOYMENT, SURVEY, where=str).steps) for _ in range(2)] == [1, 0]
    assert [platform.invite("small@1", [SOMEBODY]) for _ in range(2)] == [1, 0]
    assert dict(platform.status("small@1")) == {"invited": 1, "opened": 0, "partial": 0, "complete": 0, "refused": 0}
    assert list(platform.pull("small@1", Before(), limit=10)) == []
    assert platform.drift("small@1") == []
    assert platform.link("small@1", SOMEBODY.token, "en") == "https://survey.example.org/s/secret-of-somebody"


def test_a_changed_database_is_told_as_drift(tmp_path: Path) -> None:
    page = SURVEY.pages[0]
    named = page.questions[0].model_copy(update={"name": "other"})
    changed = SURVEY.model_copy(update={"pages": (page.model_copy(update={"questions": (named,)}),)})
    made = make_release(changed, released_at="2022-01-01T00:00:00+00:00")
    stands = replace(DEPLOYMENT, structure_hash=made.structure_hash, texts=made.texts)
    platform = open_platform("embedded", access(tmp_path))
    platform.deploy(stands, changed, where=str)
    assert [fault.message.split(" is ")[0] for fault in platform.drift("small@1")] == [
        "the structure",
        "a text in «en»",
    ]


def test_the_embedded_server_writes_no_mail(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="Send the links"):
        open_platform("embedded", access(tmp_path)).mail("small@1", [])


def test_a_secret_code_is_in_no_repr_and_not_in_the_database(tmp_path: Path) -> None:
    platform = open_platform("embedded", access(tmp_path))
    platform.deploy(DEPLOYMENT, SURVEY, where=str)
    platform.invite("small@1", [SOMEBODY])
    assert SOMEBODY.token not in repr(SOMEBODY)
    files = list(tmp_path.glob("server.sqlite*"))
    assert files
    assert not any(SOMEBODY.token.encode() in path.read_bytes() for path in files)


def test_a_database_older_than_the_archive_is_refused(tmp_path: Path) -> None:
    platform = open_platform("embedded", access(tmp_path))
    platform.deploy(DEPLOYMENT, SURVEY, where=str)
    with pytest.raises(PlatformError, match="older than the archive"):
        list(platform.pull("small@1", Before(1), limit=10))


def test_an_unknown_platform_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="Known: embedded, limesurvey"):
        open_platform("paper", access(tmp_path))


def test_a_password_in_an_address_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(PlatformError) as caught:
        open_platform("embedded", Access(url="postgresql://me:geheim@host/db", address=""))
    assert "geheim" not in str(caught.value)
