"""From a release to a dataset on a real LimeSurvey, with the commands that staff use."""

from collections.abc import Callable

from playwright.sync_api import Browser

from evaltool.platforms.limesurvey.transport import RemoteControl
from evaltool.survey.load import load_definition
from tests.live.conftest import Pair
from tests.live.live_interviews import mentee_end, respond
from tests.live.live_pages import LimeSurveyPages, fields

WANTED = ("has a job", "has no job, and another barrier", "refuses", "breaks off: own_words")


def test_from_a_release_to_a_dataset(pair: Callable[[str, int], Pair], browser: Browser, server: RemoteControl) -> None:
    made = pair("mentee-end", 2)
    project = made.limesurvey
    survey = load_definition(project.root / "surveys", project.survey, project.version)

    assert "would import 54 questions in 8 languages" in project.deploy("--dry-run")
    assert "open it" in project.deploy()
    assert project.deploy() == f"{project.key} is deployed on limesurvey already: nothing to do\n"
    assert project.run_with_version("drift") == f"{project.key} on limesurvey: no differences\n"

    people = {
        f"{language}-{WANTED.index(interview.name)}": (language, interview)
        for language in ("da", "ar")
        for interview in mentee_end(survey, language)
        if interview.name in WANTED
    }
    links = project.invite(people)
    assert project.invite(people) == links  # a second run changes nothing
    numbered = fields(server.ask("get_fieldmap", made.sid))
    for course, (_, interview) in people.items():
        respond(browser, interview, lambda page: LimeSurveyPages(page, survey, numbered), links[course])

    counts = project.run("status").splitlines()[1].split()
    assert counts == [project.key, "8", "0", "2", "4", "2"]
    assert f"{project.key}: 8 records pulled" in project.run("pull")
    assert f"{project.key}: 0 records pulled" in project.run("pull")
    frame = project.dataset()
    assert frame["disposition"].tolist() == ["I", "I", "R", "P", "I", "I", "R", "P"]
    assert frame["interview_language"].tolist() == ["ar"] * 4 + ["da"] * 4
    assert frame.loc["da-0", "job"] == "ordinary"
    assert frame.loc["ar-1", "barriers_other"] == "Bus   5C"

    project.run_with_version("close")
    page = browser.new_page()
    page.goto(links["da-3"])  # hers was not at its end
    assert page.locator("form#limesurvey").count() == 0
    page.close()
