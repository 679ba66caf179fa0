"""A whole interview in a real browser, on the smallest phone: keyboard only, without JavaScript; axe on every page."""

from collections.abc import Iterator, Mapping

import pytest
from browsing import PHONE, check_layout, check_with_axe
from journey_samples import ID
from playwright.sync_api import Browser, Locator, Page

from evaltool.server.store import Store

# What to do in each field, by name; text is typed, choices are picked.
ANSWERS: Mapping[str, str | list[str]] = {
    "consent": "yes",
    "degree": "some",
    "applications": "12",
    "hours": "37,5",
    "since": "24-04-2022",
    "barriers": ["education", "another"],
    "barriers_other": "Bussen",
    "best": "Min mentor var på min side.",
    "word": "Håb",
}


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A browser that runs no script of the page."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def inspector(browser: Browser) -> Iterator[Page]:
    """A browser in which axe can run."""
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


def _focused(page: Page) -> Locator:
    return page.locator(":focus")


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until what `selector` names has the focus, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"Tab never reaches {selector}")


def _choose(page: Page, name: str, code: str) -> None:
    """Enter a group of radio buttons, and walk down it with the arrow."""
    _tab_to(page, f"input[name={name}]")
    page.keyboard.press("Space")
    for _ in range(20):
        if _focused(page).get_attribute("value") == code:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrow never reaches {code}")


def _fill(page: Page) -> None:
    """Answer all fields of the page in order."""
    fields = page.locator("main form :is(input:not([type=hidden]), textarea)").all()
    for name in dict.fromkeys(str(field.get_attribute("name")) for field in fields):
        answer = ANSWERS[name]
        if page.locator(f"input[type=radio][name={name}]").count():
            _choose(page, name, str(answer))
        elif isinstance(answer, list):
            for code in answer:
                _tab_to(page, f"input[name={name}][value={code}]")
                page.keyboard.press("Space")
        else:
            _tab_to(page, f"[name={name}]")
            page.keyboard.type(answer)


def _press(page: Page, selector: str) -> None:
    _tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _check_focus_is_seen(page: Page) -> None:
    """The focused thing, or the row of a choice, has an outline of at least 2 px (WCAG 2.4.13)."""
    outline = """element => [element, element.closest("label")].filter(Boolean).map(getComputedStyle)
        .filter(style => style.outlineStyle !== "none").map(style => parseFloat(style.outlineWidth))"""
    for _ in range(page.locator("a, button, input:not([type=hidden]), textarea").count()):
        page.keyboard.press("Tab")
        if _focused(page).count():
            assert max(_focused(page).evaluate(outline), default=0) >= 2


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_whole_interview_by_keyboard(phone: Page, address: str, database: str, language: str) -> None:
    token = f"by-keyboard-{language}"
    phone.goto(f"{address}/s/{token}")
    if language != "da":
        _press(phone, f"nav a[hreflang={language}]")
    assert phone.locator("html").get_attribute("lang") == language
    titles = [_one_page(phone) for _ in range(4)]
    assert len(set(titles)) == 4
    assert phone.locator("h1").inner_text() == {"da": "Tak!", "en": "Thank you!"}[language]
    check_layout(phone)
    store = Store.open(database)
    ((_, response),) = store.changes(ID, 0, 100)
    store.close()
    stored = {**ANSWERS, "hours": "37.5", "since": "2022-04-24"}
    assert (response.status, response.language, dict(response.answers)) == ("complete", language, stored)


def _one_page(page: Page) -> str:
    title = page.title()
    assert title.startswith(("OPDIGTEDE DATA: Side ", "MADE-UP DATA: Page "))
    check_layout(page)
    _fill(page)
    _press(page, "button.next")
    return title


def test_a_fault_takes_the_focus_and_leads_to_its_field(phone: Page, address: str) -> None:
    phone.goto(f"{address}/s/refusing?lang=en")
    _press(phone, "button.next")
    assert "Error: Page 1" in phone.title()
    assert _focused(phone).get_attribute("id") == "errors"
    check_layout(phone)
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    phone.locator("#q-consent:focus").wait_for()


def test_back_and_a_change_of_mind_by_keyboard(phone: Page, address: str) -> None:
    phone.goto(f"{address}/s/refusing?lang=en")
    _choose(phone, "consent", "no")
    _press(phone, "button.next")
    assert phone.locator("h1").inner_text() == "You said no"
    check_layout(phone)
    _press(phone, "button[name=back]")
    _choose(phone, "consent", "yes")
    _press(phone, "button.next")
    _press(phone, "button[name=back]")
    assert phone.locator("input:checked").count() == 0
    assert "You have answered this page before." in phone.locator("main").inner_text()


@pytest.mark.parametrize("language", ["da", "ar"])
def test_every_page_is_clean_for_axe(inspector: Page, address: str, language: str) -> None:
    """Each page blank and, where it can be, with a fault; then the end, and the pages that refuse."""
    inspector.goto(f"{address}/s/checked-{language}?lang={language}")
    direction = "rtl" if language == "ar" else "ltr"
    for _ in range(4):
        assert inspector.locator("html").get_attribute("dir") == direction
        check_with_axe(inspector)
        check_layout(inspector)
        _check_focus_is_seen(inspector)
        if _make_faulty(inspector):
            check_with_axe(inspector)
            check_layout(inspector)
        inspector.goto(inspector.url.split("?")[0] + f"?lang={language}")
        _fill(inspector)
        _press(inspector, "button.next")
    check_with_axe(inspector)
    inspector.goto(f"{address}/s/nobody")
    check_with_axe(inspector)


def _make_faulty(page: Page) -> bool:
    for field in page.locator("input.short").all():
        field.fill("noget")
    for choice in page.locator("input[type=checkbox]").all():
        choice.check()
    if not page.locator("input.short, input[type=checkbox], .must").count():
        return False
    page.locator("button.next").click()
    assert page.locator("#errors").count() == 1
    return True


def test_the_end_of_a_refusal_is_clean_for_axe(inspector: Page, address: str) -> None:
    inspector.goto(f"{address}/s/refusing")
    _choose(inspector, "consent", "no")
    _press(inspector, "button.next")
    check_with_axe(inspector)
