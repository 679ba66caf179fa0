import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from journey_samples import filled_database
from playwright.sync_api import Browser, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Without one these tests fail; they are never skipped.

    It lives for one module only: as long as Playwright is open its event loop runs in the main thread, and no other
    test may run one there.
    """
    executable = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if executable is None:
        pytest.fail(f"no browser found ({', '.join(BROWSERS)}): install Chromium, on Debian «apt-get install chromium»")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def database(tmp_path: Path) -> str:
    return filled_database(tmp_path)


@pytest.fixture
def address(tmp_path: Path, database: str) -> Iterator[str]:
    """A real server in a process of its own."""
    command = [sys.executable, "-m", "evaltool.server", database, "0", str(tmp_path / "secret")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    yield process.stdout.readline().strip()
    process.kill()
    process.communicate(timeout=30)
