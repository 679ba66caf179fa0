"""The same interviews, answered in a browser on LimeSurvey's pages and on our own, give the same dataset.

`--record` keeps what both platforms gave, for the replay in `tests/platforms/limesurvey/test_ls_interviews.py`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from evaltool.contacts.vault import Vault
from evaltool.platforms.limesurvey.participants import access_code
from evaltool.platforms.limesurvey.pull import sweep
from evaltool.platforms.limesurvey.transport import RemoteControl
from evaltool.project import read_project
from evaltool.server.store import Store
from evaltool.survey.load import load_definition
from evaltool.workflows.connecting import database_url
from tests.browser.browsing import serving
from tests.live.conftest import Pair
from tests.live.live_equal import differences
from tests.live.live_interviews import Interview, mentee_end, respond
from tests.live.live_pages import EmbeddedPages, LimeSurveyPages, fields
from tests.live.live_project import LiveProject

CASES = Path(__file__).parents[1] / "platforms" / "limesurvey" / "cases" / "interviews.json"
LANGUAGES = ("da", "ar")


def test_the_same_interviews_give_the_same_dataset(
    pair: Callable[[str, int], Pair], browser: Browser, server: RemoteControl, pytestconfig: pytest.Config
) -> None:
    both = pair("mentee-end", 2)
    survey = load_definition(both.limesurvey.root / "surveys", both.limesurvey.survey, 2)
    people = {
        f"{language}-{number:02}": (language, interview)
        for language in LANGUAGES
        for number, interview in enumerate(mentee_end(survey, language))
    }
    both.limesurvey.deploy()
    both.embedded.deploy()
    there, here = both.limesurvey.invite(people), both.embedded.invite(people)
    numbered = fields(server.ask("get_fieldmap", both.sid))
    unlike: list[str] = []
    with serving(database_url(read_project(both.embedded.root)), both.embedded.root) as address:
        for course, (_, interview) in people.items():
            theirs = respond(browser, interview, lambda page: LimeSurveyPages(page, survey, numbered), there[course])
            link = address + urlsplit(here[course]).path
            ours = respond(browser, interview, lambda page: EmbeddedPages(page, survey), link)
            unlike += [f"{course}: {interview.name}"] if theirs != ours else []
    if pytestconfig.getoption("--record"):
        _record(both, server, people)
    assert unlike == []  # the same questions on each screen
    found = differences(both.limesurvey.dataset(), both.embedded.dataset())
    assert found == {
        (course, column): cells for course, (_, item) in people.items() for column, cells in item.differ.items()
    }


def _record(both: Pair, server: RemoteControl, people: Mapping[str, tuple[str, Interview]]) -> None:
    """Rows and records with the course in place of pseudonyms and access codes; cells without content are left out."""
    ours = read_project(both.limesurvey.root)
    with closing(Vault.open(ours.vault)) as vault:
        units = {course.unit: course.course_id for course in vault.courses()}
        codes = {access_code(link.token): units[link.unit] for link in vault.links(both.limesurvey.key)}
    rows = [{**row, "token": codes[row["token"]]} for window in sweep(server, both.sid) for row in window]
    recorded = {
        "server": "6.4.2",
        "zone": read_project(both.limesurvey.root).settings.limesurvey.timezone,
        "people": {course: item.attributes for course, (_, item) in people.items()},
        "names": {course: item.name for course, (_, item) in people.items()},
        "columns": list(rows[0]),
        "rows": [{column: cell for column, cell in row.items() if cell != ""} for row in rows],
        "embedded": list(_records(both.embedded)),
    }
    CASES.write_text(json.dumps(recorded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _records(project: LiveProject) -> Iterator[dict[str, Any]]:
    here = read_project(project.root)
    with closing(Vault.open(here.vault)) as vault:
        units = {course.unit: course.course_id for course in vault.courses()}
    with closing(Store.open(database_url(here))) as store:
        for _, record in store.changes(project.key, 0, 1000):
            course = units[record.unit]
            yield {**record.to_json(), "interview": course, "unit": course, "person": course}
