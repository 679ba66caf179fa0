"""The project's own surveys on the smallest phone, without JavaScript, in every language that they declare."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from browsing import PHONE, check_layout, check_with_axe, serving
from journey_samples import add_survey
from playwright.sync_api import Browser, Page

from evaltool.project import read_project
from evaltool.server.store import Store
from evaltool.survey.load import find_definitions, load_roster, load_survey
from evaltool.survey.model import Survey
from evaltool.survey.simulate import Habits, simulate
from evaltool.text import direction
from evaltool.workflows.deploying import fill_privacy

PROJECT = Path(__file__).parents[2]
INSPECTED = "mentee-end@2"
FILL = """answers => {
    for (const [name, written] of Object.entries(answers))
        for (const field of document.getElementsByName(name))
            if (["radio", "checkbox"].includes(field.type)) field.checked = written.includes(field.value);
            else field.value = written[0] ?? "";
}"""
# What a page is made of: two scales look the same to axe.
SHAPE = """() => JSON.stringify([...new Set([...document.querySelectorAll("main *")].map(
    element => [element.tagName, element.type, element.className, element.lang].join()))].sort())"""


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def inspector(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


def _languages(survey: Survey, definition: Path) -> tuple[str, ...]:
    versions = [path for path in find_definitions(PROJECT / "surveys") if path.parent == definition.parent]
    if survey.key == INSPECTED:
        return survey.languages
    wanted = {survey.language, "ar", "ti"} if definition == versions[-1] else {survey.language}
    return tuple(language for language in survey.languages if language in wanted)


def _load(definition: Path) -> Survey:
    project = read_project(PROJECT)
    survey = load_survey(definition, load_roster(project.surveys / "roster.yaml"))
    return fill_privacy(survey, project.privacy)


@pytest.mark.parametrize(
    "definition", find_definitions(PROJECT / "surveys"), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_a_survey_can_be_answered_in_each_of_its_languages(
    phone: Page, inspector: Page, tmp_path: Path, definition: Path
) -> None:
    """One survey in all of them, the others once in each way of writing; an old version in its own language."""
    survey = _load(definition)
    languages = _languages(survey, definition)
    database = f"sqlite:///{(tmp_path / 'collect.sqlite').as_posix()}"
    store = Store.open(database)
    add_survey(store, survey, languages)
    no_attributes = dict.fromkeys(survey.attributes)
    answers = simulate(survey, no_attributes, Habits("browser"))
    with serving(database, tmp_path) as address:
        for language in languages:
            phone.goto(f"{address}/s/{language}?lang={language}")
            _walk(phone, inspector if survey.key == INSPECTED else None, language, answers)
    found = {item.language: (item.status, item.answers) for _, item in store.changes(survey.key, 0, 100)}
    store.close()
    assert set(found) == set(languages)
    assert {status for status, _ in found.values()} == {"complete"}
    assert all(kept == found[survey.language][1] for _, kept in found.values())  # codes, whatever the language


def _walk(phone: Page, inspector: Page | None, language: str, answers: Mapping[str, Sequence[str]]) -> None:
    shapes: set[str] = set()
    while True:
        root = phone.locator("html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == (language, direction(language))
        check_layout(phone)
        shape = phone.evaluate(SHAPE)
        if inspector and shape not in shapes:
            _inspect(phone, inspector)
        shapes.add(shape)
        if not phone.locator("button.next").count():
            return
        phone.evaluate(FILL, dict(answers))
        title = phone.title()
        phone.locator("button.next").click()
        assert not phone.locator("#errors").count(), phone.locator("#errors").inner_text()
        assert phone.title() != title


def _inspect(phone: Page, inspector: Page) -> None:
    """Axe needs scripts: a copy of the page is shown where they run."""
    html, copy = phone.content(), phone.url.split("?")[0] + "/copy"
    inspector.route(copy, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    inspector.goto(copy)
    check_with_axe(inspector)
    inspector.unroute(copy)
