"""Versions, verdicts and revisions on the way to the people who answer."""

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polib
import pytest

from evaltool.errors import BusyError, DefinitionError, PlatformError, ProjectError, ReleaseError
from evaltool.project import Project, read_project
from evaltool.server.store import Store
from evaltool.survey.release import read_release
from evaltool.workflows.checking import release as checked_release
from evaltool.workflows.connecting import database_url
from evaltool.workflows.definitions import release
from evaltool.workflows.deploying import deploy, deployments
from evaltool.workflows.translating import update
from evaltool.workflows.working import deployment_path, working, write_json

NAME = "participant-end"


def path_of(project: Project, version: int = 1) -> Path:
    return project.surveys / NAME / f"v{version}.yaml"


def edit(project: Project, old: str, new: str, version: int = 1) -> None:
    path = path_of(project, version)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def second_version(project: Project, old: str, new: str) -> None:
    path_of(project, 2).write_text(path_of(project).read_text(encoding="utf-8"), encoding="utf-8")
    edit(project, "version: 1", "version: 2", 2)
    edit(project, old, new, 2)


def verdicts(project: Project, text: str) -> None:
    head = f"format: 1\nsurvey: {NAME}\nversion: 2\nagainst: 1\nitems:\n"
    path_of(project, 2).with_name("v2.verdicts.yaml").write_text(head + text, encoding="utf-8")


def of(project: Project) -> str:
    """What names the pair of questions, as the fault tells it to a person."""
    verdicts(project, "  work: {verdict: not_comparable, reason: Reworded., by: Ann, on: 2026-01-02, of: x}\n")
    with pytest.raises(ReleaseError) as caught:
        release(project, NAME, 2)
    (fault,) = [fault for fault in caught.value.faults if fault.code == "outdated-verdict"]
    return fault.mend.rpartition("of: ")[2].rstrip("».")


def test_a_version_is_released_once_every_changed_item_has_its_verdict(project: Project) -> None:
    release(project, NAME, 1)
    second_version(project, "Do you have a job now?", "Are you in work now?")
    with pytest.raises(ReleaseError) as caught:
        release(project, NAME, 2)
    assert [(fault.code, "«work»" in fault.message) for fault in caught.value.faults] == [("missing-verdict", True)]
    verdict = "{verdict: not_comparable, reason: Reworded., by: Ann, on: 2026-01-02, of: %s}"
    verdicts(project, f"  work: {verdict % of(project)}\n")
    made, is_new = release(project, NAME, 2)
    assert is_new
    assert made.against == 1
    assert {name: item.verdict for name, item in made.verdicts.items()} == {"work": "not_comparable"}


def test_a_verdict_that_changes_after_the_release_is_a_revision(project: Project) -> None:
    release(project, NAME, 1)
    second_version(project, "Do you have a job now?", "Are you in work now?")
    verdict = "  work: {verdict: %s, reason: Reworded., by: Ann, on: 2026-01-02, of: %s}\n"
    mark = of(project)
    verdicts(project, verdict % ("comparable", mark))
    release(project, NAME, 2)
    verdicts(project, verdict % ("not_comparable", mark))
    with pytest.raises(ReleaseError, match="its verdicts have changed since"):
        release(project, NAME, 2)
    made, _ = release(project, NAME, 2, revision="«in work» is wider")
    assert (made.revision, made.verdicts["work"].verdict) == (2, "not_comparable")
    assert read_release(project.surveys, NAME, 2) == made
    with pytest.raises(ReleaseError, match="no text has changed"):
        release(project, NAME, 2, revision="again")


def test_corrected_texts_need_verdicts_as_a_new_version_does(project: Project) -> None:
    release(project, NAME, 1)
    second_version(project, "title: How did it go?", "title: How was it?")
    release(project, NAME, 2)
    edit(project, "Do you have a job now?", "Are you in work now?", 2)
    with pytest.raises(ReleaseError) as caught:
        release(project, NAME, 2, revision="clearer")
    assert [fault.code for fault in caught.value.faults] == ["missing-verdict"]


def test_a_version_is_not_released_behind_a_later_one(project: Project) -> None:
    second_version(project, "Do you have a job now?", "Are you in work now?")
    release(project, NAME, 2)
    with pytest.raises(ReleaseError, match="after version 2"):
        release(project, NAME, 1)
    assert not release(project, NAME, 2)[1]


def test_a_version_that_changes_no_item_needs_no_verdict(project: Project) -> None:
    release(project, NAME, 1)
    second_version(project, "title: How did it go?", "title: How was it?")
    assert release(project, NAME, 2)[1]


def test_a_release_that_the_plan_cannot_read_is_refused(project: Project) -> None:
    edit(project, "name: satisfied,", "name: content,")
    with pytest.raises(ReleaseError) as caught:
        checked_release(project, NAME, 1)
    assert any("plan.yaml" in fault.where for fault in caught.value.faults)
    assert not (project.surveys / "releases").exists()
    edit(project, "name: content,", "name: satisfied,")
    assert checked_release(project, NAME, 1)[1]


def test_a_slip_in_a_released_text_is_told_before_verdicts(project: Project) -> None:
    release(project, NAME, 1)
    second_version(project, "title: How did it go?", "title: How was it?")
    release(project, NAME, 2)
    edit(project, "Do you have a job now?", "Do you have a job at present?", 2)
    with pytest.raises(ReleaseError, match="--revision WHY"):
        release(project, NAME, 2)


def test_verdicts_about_another_version_are_refused(project: Project) -> None:
    release(project, NAME, 1)
    second_version(project, "title: How did it go?", "title: How was it?")
    verdicts(project, "")
    path = path_of(project, 2).with_name("v2.verdicts.yaml")
    path.write_text(f"format: 1\nsurvey: {NAME}\nversion: 3\nagainst: 1\n", encoding="utf-8")
    with pytest.raises(ReleaseError, match="is about participant-end 3"):
        release(project, NAME, 2)


def test_an_edited_verdict_in_a_release_is_noticed(project: Project) -> None:
    release(project, NAME, 1)
    second_version(project, "Do you have a job now?", "Are you in work now?")
    verdict = "{verdict: not_comparable, reason: Reworded., by: Ann, on: 2026-01-02, of: %s}"
    verdicts(project, f"  work: {verdict % of(project)}\n")
    release(project, NAME, 2)
    path = project.surveys / "releases" / f"{NAME}@2.json"
    path.write_text(path.read_text(encoding="utf-8").replace("not_comparable", "comparable"), encoding="utf-8")
    with pytest.raises(ReleaseError, match="verdicts or reason"):
        read_release(project.surveys, NAME, 2)


def test_corrected_texts_are_a_revision_that_reaches_who_answers(project: Project) -> None:
    release(project, NAME, 1)
    deploy(project, NAME, 1)
    edit(project, "Do you have a job now?", "Do you have a job at present?")
    with pytest.raises(ReleaseError, match="--revision WHY"):
        release(project, NAME, 1)
    made, _ = release(project, NAME, 1, revision="«now» was read as «today»")
    assert (made.revision, made.reason) == (2, "«now» was read as «today»")
    before = deployments(project)[0]
    assert deploy(project, NAME, 1).steps
    (deployed,) = deployments(project)
    assert deployed.id == before.id
    assert deployed.texts == before.texts
    assert [item.revision for item in deployed.revisions] == [2]
    store = Store.open(database_url(project))
    assert store.survey(deployed.id).by_name["work"].label["en"] == "Do you have a job at present?"
    store.close()
    assert not deploy(project, NAME, 1).steps


def test_a_survey_first_deployed_as_a_revision_says_so(project: Project) -> None:
    release(project, NAME, 1)
    edit(project, "Do you have a job now?", "Do you have a job at present?")
    release(project, NAME, 1, revision="Clearer.")
    assert deploy(project, NAME, 1).deployment.revision == 2
    assert not deploy(project, NAME, 1).steps


def test_an_edited_text_without_a_revision_is_not_deployed(project: Project) -> None:
    release(project, NAME, 1)
    deploy(project, NAME, 1)
    (project.root / "evaltool.toml").write_text(
        (project.root / "evaltool.toml").read_text(encoding="utf-8").replace("phone = ", 'phone = "0" # '),
        encoding="utf-8",
    )
    with pytest.raises(PlatformError, match="privacy"):
        deploy(read_project(project.root), NAME, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max_length: 1000", "max_length: 900"),
        ("yes: Yes", "certainly: Yes"),
        ("appearance: multiline, ", ""),
        ("${status} = 'ended'", "${status} != 'running'"),
    ],
)
def test_what_is_more_than_text_needs_a_new_version(project: Project, old: str, new: str) -> None:
    release(project, NAME, 1)
    edit(project, old, new)
    with pytest.raises(ReleaseError, match="more than texts changed"):
        release(project, NAME, 1, revision="A correction.")


def test_a_revision_of_nothing_is_refused(project: Project) -> None:
    release(project, NAME, 1)
    with pytest.raises(ReleaseError, match="no text has changed"):
        release(project, NAME, 1, revision="Why not.")
    edit(project, "Do you have a job now?", "Do you have a job at present?")
    with pytest.raises(ReleaseError, match="needs a reason"):
        release(project, NAME, 1, revision="  ")


def test_two_second_revisions_made_apart_are_told(project: Project, tmp_path: Path) -> None:
    release(project, NAME, 1)
    shutil.copytree(project.root, tmp_path / "colleague")
    colleague = read_project(tmp_path / "colleague")
    for place, words in ((project, ["at present"]), (colleague, ["these days", "at the moment"])):
        said = "now"
        for word in words:
            edit(place, f"Do you have a job {said}?", f"Do you have a job {word}?")
            release(place, NAME, 1, revision=word)
            said = word
    third = f"releases/{NAME}@1-r3.json"
    shutil.copy(colleague.surveys / third, project.surveys / third)
    with pytest.raises(ReleaseError, match="two were made at once") as caught:
        read_release(project.surveys, NAME, 1)
    assert caught.value.where.endswith(third)


def test_two_at_once_on_one_machine_wait_for_each_other(project: Project) -> None:
    release(project, NAME, 1)
    edit(project, "Do you have a job now?", "Do you have a job at present?")
    errors: list[BaseException] = []

    def other() -> None:
        try:
            release(project, NAME, 1, revision="At the same time.")
        except BusyError as error:
            errors.append(error)

    with working(project):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(errors) == 1
    assert read_release(project.surveys, NAME, 1).revision == 1


def translated(project: Project, *, reviewed: Callable[[str], bool]) -> None:
    """The survey also in Turkish, all of it a machine's draft but what is `reviewed`."""
    edit(project, "language: en\n", "language: en\ntranslations: [tr]\n")
    update(project, today="2026-01-02")
    for path in project.surveys.rglob("*.tr.po"):
        file = polib.pofile(str(path))
        for entry in file:
            entry.msgstr = f"[{entry.msgid}]"
            entry.flags = [] if reviewed(entry.msgctxt or "") else ["fuzzy"]
        file.save()


BLOCKING = ("consent", "about", "page.consent", "work", "list.yes_no")


@pytest.mark.parametrize(
    ("reviewed", "blocks"),
    [
        (lambda key: False, "consent"),
        (lambda key: not key.startswith("work"), "work.label"),
        (lambda key: not key.startswith("about"), "about.label"),
        (lambda key: key != "list.yes_no.no", "list.yes_no.no"),
    ],
)
def test_nobody_consents_in_words_that_nobody_reviewed(
    project: Project, reviewed: Callable[[str], bool], blocks: str
) -> None:
    translated(project, reviewed=reviewed)
    release(project, NAME, 1)
    with pytest.raises(DefinitionError) as caught:
        deploy(project, NAME, 1)
    (fault,) = caught.value.faults
    assert "«tr»" in fault.message
    assert blocks in fault.message
    assert deployments(project) == []
    assert deploy(project, NAME, 1, pretest=True).deployment.pretest
    only = deploy(project, NAME, 1, languages=["en"]).deployment
    assert list(only.texts) == ["en"]


def test_reviewed_consent_and_headline_are_enough(project: Project) -> None:
    translated(project, reviewed=lambda key: key.startswith(BLOCKING))
    release(project, NAME, 1)
    done = deploy(project, NAME, 1)
    assert list(done.deployment.texts) == ["en", "tr"]
    assert any("no person has reviewed" in note and "tr " in note for note in done.notes)


def facts(project: Project, text: str) -> Project:
    path = project.root / "evaltool.toml"
    settings = path.read_text(encoding="utf-8")
    assert 'kept_until = "31 December 2030"' in settings
    path.write_text(settings.replace('kept_until = "31 December 2030"', f"kept_until = {text}"), encoding="utf-8")
    return read_project(project.root)


def test_nobody_consents_to_facts_told_in_another_language(project: Project) -> None:
    translated(project, reviewed=lambda key: True)
    release(project, NAME, 1)
    told = facts(project, '{ en = "31 December 2030" }')
    with pytest.raises(DefinitionError) as caught:
        deploy(told, NAME, 1)
    (fault,) = caught.value.faults
    assert ("«tr»" in fault.message, "kept_until" in fault.message) == (True, True)
    assert deploy(told, NAME, 1, pretest=True).deployment.pretest
    assert list(deploy(told, NAME, 1, languages=["en"]).deployment.texts) == ["en"]


@pytest.mark.parametrize("fact", ['{ tr = "31 Aralık 2030" }', '""'])
def test_a_fact_that_is_empty_is_missing(project: Project, fact: str) -> None:
    release(project, NAME, 1)
    told = facts(project, fact)
    with pytest.raises(ProjectError) as caught:
        deploy(told, NAME, 1)
    assert caught.value.mend == "Add to [privacy]: kept_until."


def test_an_unknown_language_is_not_deployed(project: Project) -> None:
    release(project, NAME, 1)
    with pytest.raises(DefinitionError, match="not translated into «sv»"):
        deploy(project, NAME, 1, languages=["sv"])


def test_a_release_of_the_former_form_is_still_read(project: Project) -> None:
    """As evaltool 0.1 wrote it: no revision, no verdicts, and a hash of keys that were fewer then."""
    made, _ = release(project, NAME, 1)
    path = project.surveys / "releases" / f"{NAME}@1.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    for key in ("revision", "reason", "former", "seal", "against", "verdicts"):
        del data[key]
    path.write_text(json.dumps({**data, "format": 1, "content": "0" * 64}), encoding="utf-8")
    found = read_release(project.surveys, NAME, 1)
    assert found == made
    path.write_text(path.read_text(encoding="utf-8").replace("Do you have", "Have you"), encoding="utf-8")
    with pytest.raises(ReleaseError, match="edited"):
        read_release(project.surveys, NAME, 1)


def test_what_is_open_on_limesurvey_takes_no_text_revision(project: Project) -> None:
    release(project, NAME, 1)
    standing = deploy(project, NAME, 1).deployment
    write_json(deployment_path(project, standing.id), replace(standing, platform="limesurvey").to_json())
    with pytest.raises(ReleaseError, match="is open on LimeSurvey"):
        checked_release(project, NAME, 1, revision="a slip of the pen")
