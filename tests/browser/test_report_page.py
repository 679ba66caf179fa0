"""The report as a page in a browser: nothing that stops a phone, a keyboard or a screen reader."""

from io import BytesIO

import pytest
from browsing import PHONE, check_with_axe
from playwright.sync_api import Browser
from pypdf import PdfReader
from small_report import render_small


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return render_small(tmp_path_factory.mktemp("page"), "da")["html"].as_uri()


def test_report_has_no_violation_and_no_sideways_scroll_on_a_phone(browser: Browser, address):
    for size in (PHONE, {"width": 1280, "height": 800}):
        page = browser.new_page(viewport=size)
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        check_with_axe(page)
        page.close()


def test_wide_tables_scroll_by_keyboard_and_say_what_they_are(browser: Browser, address):
    page = browser.new_page(viewport=PHONE)
    page.goto(address)
    wide = page.locator(".scroll:has(table)")
    assert wide.count() == 2
    for place in wide.all():
        place.focus()
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").endswith(("Målene", "Hvert sted"))
    assert page.locator("th[scope=row]").count() == 1 + 6
    assert page.locator("thead th:not([scope=col])").count() == 0
    page.close()


def test_charts_keep_a_readable_size_on_a_phone_and_scroll_by_keyboard(browser: Browser, address):
    page = browser.new_page(viewport=PHONE)
    page.goto(address)
    charts = page.locator(".scroll:has(img)")
    assert charts.count() == page.locator("img").count() == 2
    for chart in charts.all():
        chart.focus()
        page.keyboard.press("ArrowRight")
        assert chart.evaluate("place => place === document.activeElement")
        assert chart.evaluate("place => place.scrollWidth >= 500 && place.clientWidth <= 320")
    page.close()


def test_printed_it_has_pages_of_a4_that_each_say_that_the_data_are_made_up(browser: Browser, address):
    page = browser.new_page()
    page.goto(address)
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    page.close()
    assert [tuple(round(float(side) / 72 * 2.54, 1) for side in sheet.mediabox.upper_right) for sheet in pages] == [
        (21.0, 29.7)
    ] * len(pages)
    for number, sheet in enumerate(pages, 1):
        text = sheet.extract_text()
        assert f"{number} / {len(pages)}" in text
        assert "OPDIGTEDE DATA" in text
