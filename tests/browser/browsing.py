"""What browser tests share: a server of their own, a phone, and what every page must meet."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE = {"width": 320, "height": 568}
LEAST_TARGET = 44
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


@contextmanager
def serving(database: str, folder: Path) -> Iterator[str]:
    """The address of a real server in a process of its own."""
    command = [sys.executable, "-m", "evaltool.server", database, "0", str(folder / "secret")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate(timeout=30)


def check_layout(page: Page) -> None:
    """Nothing is wider than the phone or its own box, and whatever is pressed is big enough."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    too_wide = "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth).map(box => box.outerHTML)"
    assert page.locator("main :is(p, h1, h2, li, label, button, fieldset, div)").evaluate_all(too_wide) == []
    heights = "boxes => boxes.map(box => [box.getBoundingClientRect().height, box.outerHTML])"
    for height, target in page.locator("a, button, label.choice, input[type=text], textarea").evaluate_all(heights):
        assert height >= LEAST_TARGET, target


def check_with_axe(page: Page) -> None:
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
