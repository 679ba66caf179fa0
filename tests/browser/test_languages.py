"""One interview in each of the eight languages: smallest phone, no JavaScript, numbers as her keyboard writes them."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polib
import pytest
from browsing import PHONE, check_layout, check_with_axe, serving
from journey_samples import ID, LANGUAGES, filled_database
from playwright.sync_api import Browser, Page

from evaltool.server.store import Store

LOCALE = Path(__file__).parents[2] / "evaltool" / "locale"
Answers = Mapping[str, str | list[str]]

# As written in each script, and as stored in all languages: the same codes, plain digits, ISO dates.
DIGITS = {
    "ar": {"applications": "٤٥", "hours": "٣٧٫٥", "since": "٢٤/٠٤/٢٠٢٢"},
    "fa": {"applications": "۴۵", "hours": "۳۷٫۵", "since": "۲۰۲۲/۰۴/۲۴"},
}
PLAIN = {"applications": "45", "hours": "37,5", "since": "24-04-2022"}
STORED = {
    "consent": "yes",
    "degree": "some",
    "applications": "45",
    "hours": "37.5",
    "since": "2022-04-24",
    "barriers": ["education", "another"],
    "barriers_other": "Bus 5C",
    "best": "Mentor",
    "word": "!",
}
FAULTY: Answers = {"applications": "100", "hours": "1.234", "since": "۱۴۰۱/۰۲/۰۴"}


@dataclass(frozen=True)
class Site:
    """A server, its database, and a browser without scripts beside one in which axe can run."""

    address: str
    database: str
    phone: Page
    inspector: Page


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    database = filled_database(folder)
    with serving(database, folder) as address:
        phone = browser.new_context(viewport=PHONE, java_script_enabled=False)
        inspector = browser.new_context(viewport=PHONE)
        yield Site(address, database, phone.new_page(), inspector.new_page())
        phone.close()
        inspector.close()


def _told(message: str, language: str) -> str:
    if language == "en":
        return message
    found = polib.pofile((LOCALE / language / "server.po").read_text(encoding="utf-8")).find(message)
    assert found
    return found.msgstr


def _inspect(site: Site) -> None:
    """Axe needs scripts: the page as it stands, an error page too, is shown once more where they run."""
    html = site.phone.content()
    site.inspector.route("**/s/copy", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    site.inspector.goto(f"{site.address}/s/copy")
    check_with_axe(site.inspector)
    site.inspector.unroute("**/s/copy")


def _check(site: Site, language: str) -> None:
    root = site.phone.locator("html")
    direction = "rtl" if language in {"ar", "fa"} else "ltr"
    assert (root.get_attribute("lang"), root.get_attribute("dir")) == (language, direction)
    assert site.phone.locator("[lang]:not(html):not(.languages a)").count() == 0  # nothing falls back
    check_layout(site.phone)
    _inspect(site)


def _fill(page: Page, answers: Answers) -> None:
    for name, answer in answers.items():
        fields = page.locator(f"[name={name}]")
        if not fields.count():
            continue
        if fields.first.get_attribute("type") in {"radio", "checkbox"}:
            for code in [answer] if isinstance(answer, str) else answer:
                page.locator(f"[name={name}][value={code}]").check()
        else:
            fields.fill(str(answer))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_interview_in_each_language(site: Site, language: str) -> None:
    page = site.phone
    page.goto(f"{site.address}/s/whole-{language}?lang={language}")
    for number, refused in enumerate((True, False, True, False), start=1):
        _check(site, language)
        assert _told("Page {number} of about {total}", language).format(number=number, total=4) in page.title()
        if refused:
            _send_faulty(site, language)
        _fill(page, {**STORED, **DIGITS.get(language, PLAIN)})
        page.locator("button.next").click()
    _check(site, language)
    assert page.locator("h1").inner_text() == _told("Thank you!", language)
    store = Store.open(site.database)
    found = [response for _, response in store.changes(ID, 0, 100) if response.unit == f"u_whole-{language}"]
    store.close()
    assert [(item.status, item.language, dict(item.answers)) for item in found] == [("complete", language, STORED)]


def _send_faulty(site: Site, language: str) -> None:
    _fill(site.phone, FAULTY)
    site.phone.locator("button.next").click()
    assert site.phone.locator("#errors h2").inner_text() == _told("Please look at this again", language)
    _check(site, language)


@pytest.mark.parametrize("language", ["ar", "fa"])
def test_numbers_and_latin_words_stand_in_their_order_between_arabic_words(site: Site, language: str) -> None:
    """Where the browser draws them: the first group of the telephone number left of the last."""
    site.phone.goto(f"{site.address}/s/checked-ar?lang={language}")
    place = """(element, text) => {
        const node = element.firstChild, range = document.createRange(), at = node.data.indexOf(text);
        range.setStart(node, at); range.setEnd(node, at + text.length);
        return range.getBoundingClientRect().left;
    }"""
    places = [site.phone.locator(".note").evaluate(place, text) for text in ("33", "13", "50", "88")]
    assert places == sorted(places)


NAME = {"noto-sans-ethiopic-name.woff2"}
WHOLE = {"noto-sans-ethiopic-ethiopic-400-normal.woff2", "noto-sans-ethiopic-ethiopic-700-normal.woff2"}
# How wide each letter of the first question is. What a device cannot draw is one box, as wide for every letter.
WIDTHS = """() => document.fonts.ready.then(() => {
    const node = document.querySelector("legend").firstChild, range = document.createRange();
    return [...node.data].map((letter, at) => {
        range.setStart(node, at); range.setEnd(node, at + 1);
        return /\\p{Script=Ethiopic}/u.test(letter) ? range.getBoundingClientRect().width : 0;
    }).filter(width => width > 0);
})"""


@pytest.mark.skipif(sys.platform != "linux", reason="only here a browser can be had that lacks these letters")
@pytest.mark.parametrize(
    ("language", "loaded"), [("da", NAME), ("en", NAME), ("ar", NAME), ("ti", WHOLE)], ids=["da", "en", "ar", "ti"]
)
def test_ethiopic_letters_are_sent_for_tigrinya_only(
    browser: Browser, site: Site, language: str, loaded: set[str]
) -> None:
    """Elsewhere only the four letters of its name in the picker are: a kilobyte."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.rsplit("/", 1)[1]))
    page.goto(f"{site.address}/s/checked-en?lang={language}", wait_until="networkidle")
    page.screenshot()  # fonts are asked for when letters are drawn, on a busy machine after the network was idle
    assert {name for name in asked if name.endswith("woff2")} == loaded
    context.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only here a browser can be had that lacks these letters")
@pytest.mark.parametrize("sent", [True, False])
def test_the_font_draws_letters_where_the_device_has_none(browser: Browser, site: Site, sent: bool) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    if not sent:
        page.route("**/*.woff2", lambda route: route.abort())
    page.goto(f"{site.address}/s/checked-en?lang=ti", wait_until="networkidle")
    page.screenshot()
    widths = page.evaluate(WIDTHS)
    assert len(widths) > 10
    assert (len({round(width) for width in widths}) > 3) == sent
    context.close()
