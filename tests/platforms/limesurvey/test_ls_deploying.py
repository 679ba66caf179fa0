"""What deploying to LimeSurvey, and pulling from it, finds there when others have been at work."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaltool.errors import PlatformError
from evaltool.platforms.base import GoneError
from tests.platforms.limesurvey.fake_faults import content, wire
from tests.platforms.limesurvey.fake_fieldwork import DEPLOYMENT, SID, SURVEY, Fieldwork, answers_come, kept, limesurvey
from tests.platforms.limesurvey.fake_limesurvey import FakeLimeSurvey
from tests.platforms.limesurvey.fake_structure import Held, Question
from tests.platforms.limesurvey.rc2_adapters import Rpc

ELSEWHERE = 100_001


@pytest.fixture
def work(tmp_path: Path) -> Fieldwork:
    return Fieldwork(tmp_path)


@pytest.fixture
def running(work: Fieldwork) -> Fieldwork:
    """Deployed, everybody invited, some have answered."""
    work.run("deploy")
    work.run("invite")
    answers_come(work)
    return work


def refused(work: Fieldwork, command: str) -> PlatformError:
    """How it is refused; on the server nothing has changed."""
    stands = content(work.fake)
    with pytest.raises(PlatformError) as caught:
        work.run(command)
    assert content(work.fake) == stands
    assert caught.value.where
    assert caught.value.mend
    return caught.value


def at(work: Fieldwork, call: str, happens: Callable[[FakeLimeSurvey], object]) -> None:
    """Let something happen on the server just before this call arrives, once."""
    straight = work.rpc.answer
    waiting = [happens]

    def answer(method: str, params: list[Any]) -> Any:
        if method == call and waiting:
            waiting.pop()(work.fake)
        return straight(method, params)

    work.rpc = Rpc(answer)


def titled(held: Held, title: str) -> Question:
    return next(item for item in held.questions.values() if item.title == title)


def test_a_dry_run_tells_the_steps_of_a_first_deployment(work: Fieldwork) -> None:
    put = limesurvey(work).deploy(DEPLOYMENT, SURVEY, where=str, dry_run=True)
    assert [step.partition(" (")[0] for step in put.steps] == [
        "import 6 questions in 2 languages",
        "read everything back and compare",
        "make its list of participants",
        "open it",
    ]


def test_a_half_import_is_told_and_brought_anew(work: Fieldwork) -> None:
    work.rpc = wire(work.fake, {3: "HTTP 500"})
    with pytest.raises(PlatformError, match="whether it has done its work"):
        work.run("deploy")
    work.rpc = wire(work.fake)
    put = limesurvey(work).deploy(DEPLOYMENT, SURVEY, where=str, dry_run=True)
    assert put.steps[0].startswith("delete what an earlier run has left there: it is incomplete and was never opened")
    work.run("deploy")
    assert work.run("drift") == []


def test_a_number_that_is_taken_in_the_last_moment_leaves_nothing_of_ours(work: Fieldwork) -> None:
    """LimeSurvey then imports under a number of its own, without a word."""
    somebody = Held({"active": "Y", "expires": None})
    at(work, "import_survey", lambda fake: fake.surveys.update({SID: somebody}))
    with pytest.raises(PlatformError, match="another survey has the number that ours would get"):
        work.run("deploy")
    assert work.fake.surveys == {SID: somebody}
    assert "delete_survey" in work.rpc.methods
    assert work.fake.lost == []


def test_a_copy_that_could_not_be_taken_back_is_told_by_its_number(work: Fieldwork) -> None:
    work.rpc = wire(work.fake, {4: "reset before"})
    at(work, "import_survey", lambda fake: fake.surveys.update({SID: Held({"active": "Y", "expires": None})}))
    with pytest.raises(PlatformError, match=f"may stand there as {ELSEWHERE}") as caught:
        work.run("deploy")
    assert caught.value.mend == f"Delete survey {ELSEWHERE} in LimeSurvey; it was never opened."
    assert work.fake.surveys[ELSEWHERE].row["active"] == "N"


def test_what_the_importer_has_changed_is_told_and_the_survey_stays_shut(work: Fieldwork) -> None:
    """It renames a code that it does not like, and shows everybody what it cannot read, without a word."""

    def change(fake: FakeLimeSurvey) -> None:
        held = fake.surveys[SID]
        titled(held, "words").row["title"] = "r474q0"
        titled(held, "topics").row["relevance"] = ""

    at(work, "list_questions", change)
    with pytest.raises(PlatformError, match="not everything stands there as it was sent") as caught:
        work.run("deploy")
    told = [fault.message for fault in caught.value.faults]
    assert "the question «words» is missing" in told
    assert "a question «r474q0» that was not sent" in told
    assert "condition: sent «1», stands there «»" in told
    assert work.fake.surveys[SID].row["active"] == "N"
    work.rpc = wire(work.fake)
    work.run("deploy")
    assert work.fake.surveys[SID].row["active"] == "Y"


def test_an_open_survey_that_was_changed_there_is_left_as_it_is(running: Fieldwork) -> None:
    titled(running.fake.surveys[SID], "words").texts["da"]["question"] = "Andre ord?"
    told = refused(running, "deploy")
    assert "stands there otherwise than it was released" in told.message
    assert [fault.message for fault in told.faults] == ["text in «da»: sent «Ord?», stands there «Andre ord?»"]
    assert [fault.message for fault in running.run("drift")] == [fault.message for fault in told.faults]


@pytest.mark.parametrize("changed", [False, True])
def test_a_survey_that_was_open_and_is_shut_is_neither_deleted_nor_opened(running: Fieldwork, *, changed: bool) -> None:
    """LimeSurvey puts the answers away, and would number the next ones from 1 again."""
    held = running.fake.surveys[SID]
    held.row["active"] = "N"
    if changed:
        titled(held, "words").row["mandatory"] = "Y"
    assert "somebody has deactivated it" in refused(running, "deploy").message
    assert (SID in running.fake.surveys, held.row["active"]) == (True, "N")


def test_mail_is_refused_once_the_survey_has_ended(running: Fieldwork) -> None:
    held = running.fake.surveys[SID]
    held.row["expires"] = "2099-01-01 00:00:00"
    running.run("mail")
    running.run("close")
    assert "the survey has ended" in refused(running, "mail").message
    assert next(fault.message for fault in running.run("drift")).startswith("the survey has ended")


def test_a_survey_that_was_deleted_there_is_not_begun_again(running: Fieldwork) -> None:
    """Its answers would be numbered from 1 again, and be taken for those in the archive."""
    running.run("pull")
    del running.fake.surveys[SID]
    assert "somebody has deleted it" in refused(running, "deploy").message
    assert "somebody has deleted" in refused(running, "pull").message
    assert len(kept(running)) == 3


def test_a_deleted_survey_is_told_by_its_number_and_has_nothing_to_erase(running: Fieldwork) -> None:
    running.run("pull")
    del running.fake.surveys[SID]
    for command in ("pull", "status"):
        told = refused(running, command)
        assert isinstance(told, GoneError)
        assert str(SID) in told.message
    running.run("erase")


def test_the_zone_of_the_first_day_stays(running: Fieldwork) -> None:
    """Another one in the settings would shift the times of every interview that is archived."""
    assert running.run("pull")[0] == 3
    running.zone = "UTC"
    assert running.run("pull") == (0, [])
    running.run("deploy")
    assert running.mapping["timezone"] == "Europe/Copenhagen"


def test_a_survey_that_was_made_anonymous_is_not_pulled(running: Fieldwork) -> None:
    running.fake.surveys[SID].row["anonymized"] = "Y"
    assert "its answers belong to nobody" in refused(running, "pull").message


def test_columns_that_nobody_knows_are_told_and_nothing_is_pulled(running: Fieldwork) -> None:
    held = running.fake.surveys[SID]
    titled(held, "words").row["title"] = "other"
    for row in (held.responses or {}).values():
        row["other"] = row.pop("words")
    told = refused(running, "pull")
    assert [fault.message for fault in told.faults] == [
        "a column «other» that the survey has not",
        "no column «words»",
    ]
    assert kept(running) == []


def test_nobody_has_answered_yet(work: Fieldwork) -> None:
    work.run("deploy")
    work.run("invite")
    assert work.run("pull") == (0, [])


def test_an_expired_survey_still_gives_its_answers(running: Fieldwork) -> None:
    running.fake.surveys[SID].row["expires"] = "2022-01-01 00:00:00"
    assert running.run("pull") == (3, [])


def test_closing_does_not_wait_for_a_day_that_was_set_there(running: Fieldwork) -> None:
    running.fake.surveys[SID].row["expires"] = "2199-12-31 00:00:00"
    running.run("close")
    assert running.fake.surveys[SID].row["expires"] < "2199"


def test_a_right_that_is_missing_is_told(work: Fieldwork) -> None:
    work.rpc = wire(work.fake, {3: "no permission"})
    told = refused(work, "deploy")
    assert "this user has no right to it" in told.message
    assert "import_survey" in told.where
